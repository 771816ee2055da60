-- maintenance: what was done to a machine: what was replaced, upgraded or repaired, by whom and when.
create domain maintenance_kind as text check (value in ('replace', 'upgrade', 'repair'));
create table maintenance (
	id           bigint generated always as identity primary key,
	asset_id     bigint not null references assets,
	ticket_id    bigint references tickets,             -- for which it was done
	part_id      bigint references asset_parts,         -- in whose place something else is since
	done_on      date not null,
	kinds        maintenance_kind[] not null check (cardinality(kinds) > 0),
	text         varchar(2000) not null check (text <> ''),
	part         varchar(200) not null default '',
	old_serial   varchar(100) not null default '',
	new_serial   varchar(100) not null default '',
	quantity     int not null check (quantity > 0),
	agent_id     bigint not null references agents,     -- who did it
	created_by   bigint not null references agents,
	client_id    varchar(64) check (client_id <> ''),   -- the writer's own name for it: the same again is the same entry
	created_at   timestamptz not null default now(),
	withdrawn_at timestamptz,                           -- written by mistake; it stays to be seen
	unique (created_by, client_id)
);
create index on maintenance (asset_id, done_on desc, id desc);
create index on maintenance (ticket_id, id) where ticket_id is not null;

select sight('maintenance');

select permit('maintenance.write', '{agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('maintenance.withdraw', '{agent,engineer,dispatcher,supervisor,manager,admin}');
