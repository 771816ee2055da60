-- One queue for all channels: how queues route, what agents can, what waits, who was asked, who works on what.

-- rules: how a queue routes, as tickets.Rules; {} is a queue that everybody who sees it serves.
alter table queues add column rules jsonb not null default '{}', add column rules_version int not null default 1;

-- A seat is what an agent can take, besides whether the agent is there.
alter table seats
	add column language varchar(20) not null default '',      -- the mother tongue, a skill at level 5
	add column capacity jsonb not null default '{}',          -- by channel; {} is the usual: one call, three chats, ten mails
	add column queues bigint[] not null default '{}',         -- those the agent works on, the most important first; {}: all that the agent sees
	add column idle_since timestamptz not null default now(); -- when the last contact ended, or the agent became ready

create table skills (
	agent_id bigint not null references agents,
	skill    varchar(50) not null check (skill <> ''),
	level    smallint not null check (level between 1 and 5),
	primary key (agent_id, skill)
);

-- presences: the history of seats. Who was what, from when until when.
create table presences (
	id       bigint generated always as identity primary key,
	agent_id bigint not null references agents,
	presence text not null,
	reason   text not null default '',
	from_at  timestamptz not null default now(),
	until_at timestamptz
);
create unique index presences_now on presences (agent_id) where until_at is null;
create index on presences (agent_id, from_at);
create index on presences (from_at);

create domain entry_state as text check (value in ('waiting', 'offered', 'in_hand', 'parked', 'wrap_up', 'ended'));
-- How a stay in a queue ended. Of those who did not reach an agent: abandoned, message (left one), callback (asked for one),
-- by_mail (wants the answer by mail), moved (to another queue by hand), overflowed, merged, closed (nobody needed any more).
-- Of those who did: handled, transferred, returned (agent lost, taken back).
create domain entry_outcome as text check (value in ('', 'handled', 'transferred', 'returned',
	'abandoned', 'message', 'callback', 'by_mail', 'moved', 'overflowed', 'merged', 'closed'));

-- entries: one stay of a ticket in a queue, from when it was put there until somebody is done with it. A ticket has at most
-- one that has not ended.
create table entries (
	id            bigint generated always as identity primary key,
	ticket_id     bigint not null references tickets,
	queue_id      bigint not null,                     -- no foreign key, as with tickets
	channel       varchar(32) not null,
	state         entry_state not null default 'waiting',
	arrived_at    timestamptz not null default now(),  -- when it began to wait, in whatever queue
	entered_at    timestamptz not null default now(),  -- when it entered this queue
	boost_s       int not null default 0,              -- a head start of its own, seconds
	preferred_id  bigint references agents,            -- who should have it
	preferred_why text not null default '',            -- last, owner or asked
	only_them     boolean not null default false,      -- transferred to a person: nobody else
	agent_id      bigint references agents,            -- who is asked, or has it
	pulled        boolean not null default false,      -- taken by hand, not offered
	answered_at   timestamptz,                         -- when an agent had it
	parked_until  timestamptz,
	wrap_up_at    timestamptz,                         -- when the contact itself ended
	wrap_up_until timestamptz,                         -- when wrap-up ends by itself
	ended_at      timestamptz,
	outcome       entry_outcome not null default '',
	code          varchar(50) not null default '',     -- of wrap-up
	code_note     varchar(1000) not null default '',
	check ((state = 'ended') = (ended_at is not null))
);
create unique index entry_of_ticket on entries (ticket_id) where state <> 'ended';
create index entries_waiting on entries (queue_id, arrived_at) where state in ('waiting', 'offered');
create index entries_of_agent on entries (agent_id) where state in ('offered', 'in_hand', 'parked', 'wrap_up');
create index on entries (ticket_id, id);
create index on entries (queue_id, entered_at);
create index on entries (agent_id, answered_at) where answered_at is not null;

create domain offer_state as text check (value in ('out', 'accepted', 'declined', 'timed_out', 'taken_back'));

create table offers (
	id         bigint generated always as identity primary key,
	entry_id   bigint not null references entries,
	ticket_id  bigint not null references tickets,
	queue_id   bigint not null,
	agent_id   bigint not null references agents,
	channel    varchar(32) not null,
	state      offer_state not null default 'out',
	made_at    timestamptz not null default now(),
	expires_at timestamptz,                       -- null: accepted without asking
	ended_at   timestamptz,
	step       int not null default 0,            -- how far the queue had widened
	why        jsonb not null default '[]',       -- routing.Why: who, because, who else could not
	reason     varchar(200) not null default '',  -- of a refusal, or why it was taken back
	subject    text not null default '',          -- what is shown before the ticket may be seen
	customer   text not null default '',
	check ((state = 'out') = (ended_at is null))
);
create unique index offer_of_entry on offers (entry_id) where state = 'out';
create index offers_out_of_agent on offers (agent_id) where state = 'out';
create index on offers (entry_id, id);
create index on offers (agent_id, made_at);
create index on offers (ticket_id);

alter table entries enable row level security;
create policy seen on entries using (
	(select sees_all()) or agent_id = (select my_agent()) or exists (select from tickets t where t.id = ticket_id)) with check (true);
alter table offers enable row level security;
create policy seen on offers using (
	(select sees_all()) or agent_id = (select my_agent()) or exists (select from tickets t where t.id = ticket_id)) with check (true);

select guard('skills'), guard('presences'), guard('entries'), guard('offers');
grant select, insert, update, delete on skills to frontline_app;
grant select, insert, update on presences, entries, offers to frontline_app;

select permit('queue.rules', '{system:cli,system:demo,supervisor,manager,admin}'),
	permit('seat.edit', '{system:cli,system:demo,supervisor,manager,admin}'),             -- skills, capacity, queues of somebody
	permit('entry.route', '{system:router}'),                                             -- offer, time out, take back, overflow
	permit('offer.answer', '{agent,engineer,dispatcher,supervisor,sales,manager,admin}'), -- accept or decline one's own
	permit('entry.pull', '{agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('entry.transfer', '{agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('entry.park', '{agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('entry.take_back', '{agent,engineer,dispatcher,supervisor,manager,admin}'),    -- one's own transfer; a supervisor anybody's
	permit('entry.end', '{system:router,system:webchat,agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('entry.wrap_up', '{system:router,agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('seat.other', '{system:router,supervisor,manager,admin}');                     -- another's presence
