-- Whatever moves a clock says so by itself: nobody who writes a message, changes a ticket or takes a waiting customer has to
-- remember the clocks, and none is forgotten when the program is killed. The row says when to look again; looking is the program's.

-- since: when the row was made. A ticket that is younger than it was imported, or was there before clocks: nothing was promised.
alter table clocks add column since timestamptz not null default now();

create function touch_clocks() returns trigger language plpgsql as $$
begin
	insert into clocks (ticket_id) values (new.ticket_id)
		on conflict (ticket_id) do update set next_at = now() where clocks.next_at is distinct from now();
	return null;
end $$;
-- The program reckons the clocks of a new ticket with its first message, in the transaction that opens it.
create function touch_clocks_said() returns trigger language plpgsql as $$
begin
	insert into clocks (ticket_id) values (new.ticket_id)
		on conflict (ticket_id) do update set next_at = now() where clocks.next_at is distinct from now() and (clocks.since <> now() or new.direction = 'out');
	return null;
end $$;

create trigger touch_clocks_said after insert on messages for each row
	when (new.direction in ('in', 'out') and current_setting('app.act', true) <> 'ticket.import') execute function touch_clocks_said();
create trigger touch_clocks_of_wait after insert or update of state on entries for each row
	when (new.channel in ('chat', 'webchat', 'phone')) execute function touch_clocks();

-- A message that is moved moves clocks on both sides.
create function touch_clocks_moved() returns trigger language plpgsql as $$
begin
	insert into clocks (ticket_id) values (new.ticket_id) on conflict (ticket_id) do update set next_at = now();
	update clocks set next_at = now() where ticket_id = old.ticket_id;
	return null;
end $$;
create trigger touch_clocks_moved after update of ticket_id on messages for each row
	when (old.ticket_id <> new.ticket_id and new.direction in ('in', 'out')) execute function touch_clocks_moved();

create function touch_clocks_case() returns trigger language plpgsql as $$
begin
	update clocks set next_at = now() where ticket_id = new.id;
	if new.merged_into is distinct from old.merged_into then
		update clocks set next_at = now() where ticket_id in (new.merged_into, old.merged_into);
	end if;
	return null;
end $$;
create trigger touch_clocks_case after update on tickets for each row
	when (old.state <> new.state or old.queue_id <> new.queue_id or old.type <> new.type or old.severity <> new.severity
		or old.channel <> new.channel or old.account_id is distinct from new.account_id or old.merged_into is distinct from new.merged_into)
	execute function touch_clocks_case();

-- A customer who becomes more important is so on every ticket, also on those that whoever says it may not see.
create function touch_clocks_class() returns trigger language plpgsql security definer set search_path from current as $$
begin
	update clocks c set next_at = now() from tickets t where t.account_id = new.id and t.state <> 'closed' and c.ticket_id = t.id;
	return null;
end $$;
create trigger touch_clocks_class after update of class on accounts for each row
	when (old.class <> new.class) execute function touch_clocks_class();

create index if not exists tickets_led on tickets (merged_into) where merged_into is not null;
