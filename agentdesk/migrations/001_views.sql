-- What agents keep to work faster: views of the list, and macros.

create domain desk_share as text check (value in ('me', 'team', 'all'));

-- views: a choice of tickets that somebody named.
create table views (
	id         bigint generated always as identity primary key,
	name       varchar(100) not null check (name <> ''),
	name_en    varchar(100) not null default '',
	owner_id   bigint not null references agents,      -- who made it
	share      desk_share not null default 'me',
	team_id    bigint references teams,                -- of share team
	choice     jsonb not null default '{}',            -- tickets.Choice
	columns    varchar(60)[] not null default '{}',    -- what its rows show besides the usual
	position   int not null default 0,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	check ((share = 'team') = (team_id is not null))
);
create index on views (owner_id);

-- macros: words and changes that are used again and again.
create table macros (
	id         bigint generated always as identity primary key,
	name       varchar(100) not null check (name <> ''),
	name_en    varchar(100) not null default '',
	owner_id   bigint not null references agents,
	share      desk_share not null default 'me',
	team_id    bigint references teams,
	direction  text not null default 'out' check (direction in ('out', 'note')),
	text       varchar(20000) not null default '',     -- with {{variables}}
	text_en    varchar(20000) not null default '',     -- for customers whose language is not Chinese; empty: text
	deed       jsonb not null default '{}',            -- tickets.Deed: what it changes
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	check ((share = 'team') = (team_id is not null))
);
create index on macros (owner_id);

-- One's own is one's own: not even those who see everything see it.
alter table views enable row level security;
create policy seen on views using (
	owner_id = (select my_agent()) or share = 'all' or team_id = any ((select my_teams())::bigint[]) or share <> 'me' and (select sees_all())) with check (true);
alter table macros enable row level security;
create policy seen on macros using (
	owner_id = (select my_agent()) or share = 'all' or team_id = any ((select my_teams())::bigint[]) or share <> 'me' and (select sees_all())) with check (true);

select guard('views'), guard('macros');
grant select, insert, update, delete on views, macros to frontline_app;

select permit('view.edit', '{agent,engineer,dispatcher,supervisor,sales,editor,manager,admin}'), -- one's own
	permit('view.share', '{system:demo,supervisor,manager,admin}'),                                          -- with a team or all
	permit('macro.edit', '{agent,engineer,dispatcher,supervisor,sales,editor,manager,admin}'),
	permit('macro.share', '{system:demo,supervisor,manager,admin}');
