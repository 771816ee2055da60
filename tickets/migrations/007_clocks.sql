-- When an answer is due: calendars, official years, policies, and how each ticket's clocks stand.

-- calendars: when the company is open, as sla.Calendar. They have no versions: a holiday that is announced moves what is due then.
create table calendars (
	id         bigint generated always as identity primary key,
	name       varchar(50) not null unique check (name <> ''),
	zone       text not null,
	week       text not null,
	makeup     text[] not null default '{}',  -- the hours of a weekend day that is worked instead of another
	official   text not null default '',      -- the country whose announced holidays apply
	days       jsonb not null default '[]',   -- the company's own, as sla.Day; they win over the official ones
	from_day   text not null default '',
	until_day  text not null default '',
	updated_at timestamptz not null default now()
);

-- official_years: what a government announced, as sla.Year, beside the years that the program brings along.
create table official_years (
	country    text not null,
	year       int not null,
	body       jsonb not null,
	updated_at timestamptz not null default now(),
	primary key (country, year)
);

-- policies: every version that ever held. Those with a place are chosen from, in its order; the first that matches wins.
create table policies (
	name       varchar(100) not null,
	version    int not null,
	place      int,                       -- null: a version that is chosen no more
	match      jsonb not null,            -- sla.Match
	targets    text[] not null,           -- each as sla.ParseTarget reads it
	steps      jsonb not null,            -- tickets.Step: what is done when a promise is near its end or broken
	created_by text not null default '',
	created_at timestamptz not null default now(),
	primary key (name, version)
);
create unique index policy_chosen on policies (name) where place is not null;

-- clock_settings: book counts the changes of calendars, years and policies, so that every node knows when to read them again.
create table clock_settings (
	one      boolean primary key default true check (one),
	book     int not null default 1,
	policies int not null default 1   -- counts the savings of the list, so that two who edit it at once are told
);
insert into clock_settings default values;

-- clocks: how a ticket's clocks stood when they were last looked at, and when to look again. The truth is the ticket's history;
-- this is what lists, alarms and the supervisor read. No foreign key: it would cost each new ticket a check, and tickets are
-- never deleted. No row-level security: there is nothing in it but times, and it is reached by way of tickets.
create table clocks (
	ticket_id  bigint primary key,
	next_at    timestamptz default now(),          -- when to look again: at once when something happened; null: nothing will
	governed   jsonb not null default '[]',        -- which policy held from when on: {at, after (message), name, version}
	matched    jsonb not null default '{}',        -- the sla.Case for which the last was chosen
	due_at     timestamptz,                        -- of the open promise that is due first; null: none, or paused
	due_kind   text not null default '',
	breached   boolean not null default false,     -- that one is overdue
	started_at timestamptz                         -- when that one began
);
create index clocks_next on clocks (next_at) where next_at is not null;

-- clock_steps: what was done about a promise, so that nothing is done twice.
create table clock_steps (
	ticket_id bigint not null,             -- whose timeline tells it
	origin_id bigint not null,             -- on which the promise began
	kind      text not null,
	round     int not null,
	step      text not null,               -- "warn 80", "breach", "after 3600"
	due_at    timestamptz not null,
	done_at   timestamptz not null default now(),
	primary key (origin_id, kind, round, step)
);
create index on clock_steps (ticket_id);

-- When a message was committed, by the database's time. Its own "at" is what its sender's mail says, and clocks do not run by that.
alter table messages add column kept_at timestamptz;
alter table messages alter column kept_at set default now();

select guard('calendars'), guard('official_years'), guard('policies'), guard('clock_settings'), guard('clocks'), guard('clock_steps');
grant select, insert, update on calendars, official_years, policies, clock_settings, clocks, clock_steps to frontline_app;

select permit('calendar.edit', '{system:cli,system:demo,supervisor,manager,admin}'),
	permit('policy.edit', '{system:cli,system:demo,supervisor,manager,admin}'),
	permit('clock.reckon', '{system:clocks}'),  -- how clocks stand
	permit('clock.step', '{system:clocks}');    -- what is done when they warn or break

select set_config('app.act', 'migration', true);
insert into calendars (name, zone, week, official) values ('8*5', 'Asia/Shanghai', 'Mon-Fri 09:00-12:00,13:00-18:00', 'CN');
insert into calendars (name, zone, week) values ('24*7', 'Asia/Shanghai', '24*7');
insert into policies (name, version, place, match, targets, steps) values ('Standard', 1, 1, '{}',
	array['answer within 30 s of 24*7', 'first reply within 4 h of 8*5, warn 75%', 'next reply within 8 h of 8*5, warn 75%', 'resolution within 40 h of 8*5, warn 90%'],
	'[{"at": "warn", "acts": ["notify"]}, {"at": "breach", "acts": ["notify", "supervisor"]}]');
select set_config('app.act', '', true);
