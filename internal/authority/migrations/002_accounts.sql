-- How people and programs prove who they are.

create table credentials (
	agent_id    bigint primary key references agents,
	password    text,                       -- argon2id in PHC form; null: no signing in by password
	password_at timestamptz,
	totp        bytea,                      -- the seed, sealed with the key that is outside the database
	totp_at     timestamptz,                -- when a first code was shown; null: only proposed, not asked for
	totp_step   bigint not null default 0   -- a code of this time step or an earlier one is not taken any more
);

create table recovery_codes (
	agent_id bigint not null references agents,
	hash     bytea not null,                -- keyed hash
	primary key (agent_id, hash)
);

create table sessions (
	id         bigint generated always as identity primary key,
	agent_id   bigint not null references agents,
	token      bytea not null unique,       -- keyed hash
	created_at timestamptz not null default now(),
	seen_at    timestamptz not null default now(),
	expires_at timestamptz not null,
	peer       text not null default '',
	software   text not null default ''     -- what the browser calls itself
);
create index on sessions (agent_id);

create table tokens (
	id         bigint generated always as identity primary key,
	agent_id   bigint not null references agents,
	name       text not null check (length(name) between 1 and 100),
	token      bytea not null unique,       -- keyed hash
	created_at timestamptz not null default now(),
	seen_at    timestamptz,
	expires_at timestamptz
);
create index on tokens (agent_id);

-- login_tries: failed logins by account, by address, and by both. The key is a keyed hash: what was typed as a login may
-- have been a password.
create table login_tries (
	key      bytea primary key,
	failures int not null,
	at       timestamptz not null default now()
);
create index on login_tries (at);

select guard('credentials'), guard('recovery_codes'), guard('login_tries');

-- That somebody was seen is no act; everything else about a session or token is.
create trigger must_have_act before insert or delete or update of agent_id, token, expires_at on sessions
	for each statement when (coalesce(current_setting('app.act', true), '') = '') execute function must_have_act();
create trigger must_have_act before insert or delete or update of agent_id, token, expires_at on tokens
	for each statement when (coalesce(current_setting('app.act', true), '') = '') execute function must_have_act();

grant select, insert, update, delete on credentials, recovery_codes, sessions, tokens, login_tries to frontline_app;

select permit('session.try', '{system:api}');
select permit('session.start', '{agent,engineer,dispatcher,supervisor,sales,editor,manager,admin}');
select permit('session.end', '{agent,engineer,dispatcher,supervisor,sales,editor,manager,admin,system:api,system:jobs,system:cli}');
select permit('agent.self', '{agent,engineer,dispatcher,supervisor,sales,editor,manager,admin}');
select permit('agent.add', '{admin,system:cli}');
select permit('agent.change', '{admin,system:cli}');
select permit('team.change', '{admin,manager,system:cli}');
select permit('token.add', '{agent,engineer,dispatcher,supervisor,sales,editor,manager,admin,system:cli}');
select permit('token.end', '{agent,engineer,dispatcher,supervisor,sales,editor,manager,admin,system:cli}');
