-- What is still owed: answers that did not arrive, promises of arrival, calls that were asked for, and tickets older than the queue.

-- failed_at: since when it is known that the message did not arrive; null: it did, as far as is known.
alter table messages add column failed_at timestamptz;

-- What the timeline tells of these moves clocks.
create trigger touch_clocks_told after insert on messages for each row
	when (new.direction = 'event' and new.change->>'name' in ('undelivered', 'delivered', 'arrived')) execute function touch_clocks();

-- A call that a customer asked for waits in the queue as one, with the number and when it is wanted; null: soon.
alter table entries add column call_number varchar(50) not null default '', add column call_at timestamptz;

-- unqueued: the newest ticket that was there before tickets entered queues by themselves, and was not looked at since; 0: none is left.
alter table ticket_settings add column unqueued bigint not null default 0;
select set_config('app.act', 'migration', true);
update ticket_settings set unqueued = coalesce((select max(id) from tickets), 0);
select set_config('app.act', '', true);

select permit('entry.begin', '{system:jobs}'),
	permit('ticket.arrived', '{agent,engineer,dispatcher,supervisor,manager,admin}');
