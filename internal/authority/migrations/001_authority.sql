-- Who acts, what they may do, and the trail of what was done.

create table teams (
	id         bigint generated always as identity primary key,
	name       text not null unique check (length(name) between 1 and 100),
	created_at timestamptz not null default now()
);

create table agents (
	id          bigint generated always as identity primary key,
	login       text not null unique check (login = lower(login) and length(login) between 1 and 100),
	name        text not null check (length(name) between 1 and 100),
	email       text not null default '',
	roles       text[] not null default '{agent}'
	            check (roles <@ '{agent,engineer,dispatcher,supervisor,sales,editor,manager,admin}'::text[]),
	tier        int not null default 1 check (tier between 1 and 9),
	language    text not null default 'zh' check (language in ('zh', 'en')),
	disabled_at timestamptz,
	created_at  timestamptz not null default now()
);

create table team_members (
	team_id  bigint not null references teams,
	agent_id bigint not null references agents,
	primary key (agent_id, team_id)
);
create index on team_members (team_id);

-- rights: which role, or which part of the program, may do an act at all.
create table rights (
	act  text not null,
	role text not null,
	primary key (act, role)
);

-- limits: what a tier may do alone. Above it the next tier that has a wide enough limit is asked.
create table limits (
	id             bigint generated always as identity primary key,
	act            text not null,
	tier           int not null check (tier between 1 and 9),
	currency       text not null default 'CNY',
	max_amount     numeric(18,2) check (max_amount >= 0),
	max_percent    numeric(5,2) check (max_percent between 0 and 100),
	customer_class text,          -- null: any class
	category       text,          -- null: any category
	window_days    int check (window_days > 0),
	max_sum        numeric(18,2) check (max_sum >= 0),
	unique nulls not distinct (act, tier, currency, customer_class, category),
	check ((window_days is null) = (max_sum is null))
);

-- seq_base keeps sequence numbers rising when a dump is restored into a cluster whose
-- transaction ids start again; pruned_to is the highest event that is gone.
create table seq_base (
	one       boolean primary key default true check (one),
	base      bigint not null default 0,
	pruned_to bigint not null default 0
);
insert into seq_base default values;

-- Events and audit rows are numbered by their transaction's id and then their place in it:
--   ((pg_current_xact_id()::text::bigint + base) << 12) | n
-- Ordered by it, rows below seq_horizon() are complete: nothing can appear behind them any more.

-- Stable, and not volatile: a volatile function looks at a younger snapshot than the statement that asks it, and would
-- call rows complete that the statement does not see yet.
create function seq_horizon() returns bigint language sql stable as
$$ select (pg_snapshot_xmin(pg_current_snapshot())::text::bigint + base) << 12 from seq_base $$;

-- seq_top is above every number given so far.
create function seq_top() returns bigint language sql stable as
$$ select (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + base) << 12 from seq_base $$;

create table events (
	seq    bigint primary key,
	at     timestamptz not null default now(),
	actor  text not null,
	kind   text not null,
	object text not null,
	topics text[] not null
);

create domain outcome as text check (value in ('allow', 'deny', 'ask'));

create table audit (
	seq      bigint primary key,
	at       timestamptz not null default now(),
	actor    text not null,
	act      text not null,
	object   text not null,
	amount   numeric(18,2),
	currency text,
	percent  numeric(5,2),
	reason   text not null default '',
	outcome  outcome not null
);
create index on audit (object, seq);

-- audit_seals: a chain over closed stretches of audit; each hash covers the one before it.
create table audit_seals (
	id       bigint generated always as identity primary key,
	upto     bigint not null unique,   -- audit rows with seq < upto that no earlier seal covers
	rows     int not null,
	hash     bytea not null,
	at       timestamptz not null default now()
);

-- seq_rebase lifts the numbers above all that were given, where this cluster's transaction ids are behind them: after a
-- dump was restored into a younger cluster. Elsewhere it does nothing.
create function seq_rebase() returns void language plpgsql as $$
declare
	highest bigint := greatest((select max(seq) from events), (select max(seq) from audit), (select max(upto) from audit_seals),
		(select pruned_to from seq_base));
begin
	-- From the oldest transaction that runs, so that the horizon too is above all of them.
	update seq_base set base = (highest >> 12) + 1 - pg_snapshot_xmin(pg_current_snapshot())::text::bigint
	where highest > (pg_snapshot_xmax(pg_current_snapshot())::text::bigint + base) << 12;
end $$;

create table approvals (
	id         bigint generated always as identity primary key,
	at         timestamptz not null default now(),
	agent_id   bigint not null references agents,
	act        text not null,
	object     text not null,
	amount     numeric(18,2),
	currency   text,
	percent    numeric(5,2),
	reason     text not null default '',
	args       json not null default '{}',
	tier       int not null,            -- the lowest tier that may say yes
	state      text not null default 'asked' check (state in ('asked', 'approved', 'changed', 'refused', 'expired')),
	decided_by bigint references agents,
	decided_at timestamptz,
	check ((state = 'asked') = (decided_at is null))
);
create index on approvals (tier, at) where state = 'asked';

-- concessions: what was given away, by whom; limits over a window are summed from here.
create table concessions (
	id       bigint generated always as identity primary key,
	at       timestamptz not null default now(),
	agent_id bigint not null references agents,
	act      text not null,
	object   text not null,
	amount   numeric(18,2) not null,
	currency text not null
);
create index on concessions (agent_id, act, currency, at);

-- idempotency: the answer of a request, kept with what it did.
create table idempotency (
	actor  text not null,
	key    text not null,
	hash   bytea not null,
	result json,
	at     timestamptz not null default now(),
	primary key (actor, key)
);
create index on idempotency (at);

-- must_have_act refuses a write that no decision covers. A repair by hand says why first:
--   begin; set local app.act = 'repair: ticket 42 doubled by hand'; ...
create function must_have_act() returns trigger language plpgsql as $$
begin
	raise exception 'write to % without an act', tg_table_name using errcode = '42501';
end $$;

-- guard makes a table writable only under an act. The condition is the trigger's, so that a write under an act calls nothing.
create function guard(t regclass) returns void language plpgsql as $$
begin
	execute format($guard$create trigger must_have_act before insert or update or delete or truncate on %s for each statement
		when (coalesce(current_setting('app.act', true), '') = '') execute function must_have_act()$guard$, t);
end $$;

-- permit adds an act to the working default set of rights.
create function permit(act text, roles text[]) returns void language plpgsql as $$
begin
	perform set_config('app.act', 'migration', true);
	insert into rights (act, role) select permit.act, unnest(roles) on conflict do nothing;
	perform set_config('app.act', '', true);
end $$;

-- Row-level security reads these; a subselect around them makes Postgres evaluate them once a query.
create function sees_all() returns boolean language sql stable as
$$ select coalesce(current_setting('app.sees_all', true), '') = 'on' $$;
create function my_teams() returns bigint[] language sql stable as
$$ select coalesce(nullif(current_setting('app.teams', true), ''), '{}')::bigint[] $$;
create function my_agent() returns bigint language sql stable as
$$ select coalesce(nullif(current_setting('app.agent', true), ''), '0')::bigint $$;

revoke execute on function guard(regclass), permit(text, text[]) from public;

select guard('teams'), guard('agents'), guard('team_members'), guard('rights'), guard('limits'), guard('concessions');

grant select, insert, update, delete on teams, agents, team_members, rights, limits, concessions, idempotency, events to frontline_app;
grant select, update on seq_base to frontline_app;
grant select, insert on audit, audit_seals to frontline_app;
grant select, insert, update on approvals to frontline_app;
