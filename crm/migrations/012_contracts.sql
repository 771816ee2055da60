-- Contracts: what was promised to a customer for which of his machines, and how much of it is used up.

create domain contract_kind as text check (value in ('on_site', 'bench', 'remote', 'parts'));
create domain contract_state as text check (value in ('draft', 'signed', 'suspended', 'ended'));

create table contracts (
	id           bigint generated always as identity primary key,
	number       varchar(50) collate "C" not null check (number <> ''),
	name         varchar(200) not null default '',
	account_id   bigint not null references accounts,
	owner_id     bigint references agents,           -- who is told that it ends
	kind         contract_kind not null,
	state        contract_state not null default 'draft',
	calendar     varchar(50) not null default '',    -- the hours of service, by name: "8*5"
	promises     jsonb not null default '[]',        -- entitlement.Promise: how soon who comes or answers
	free         text[] not null default '{}' check (free <@ '{visit,labour,parts,remote}'::text[]),
	parts_off    numeric(5,2) not null default 0 check (parts_off between 0 and 100),
	labour_off   numeric(5,2) not null default 0 check (labour_off between 0 and 100),
	visits       int check (visits >= 0),            -- included; null: not counted
	minutes      int check (minutes >= 0),           -- of work, included; null: not counted
	everything   boolean not null default false,     -- covers all that the account has of the house's own
	begins_at    timestamptz not null,
	ends_at      timestamptz not null,               -- the first instant without it
	remind_days  int not null default 30 check (remind_days between 0 and 3650),
	reminded_for timestamptz,                        -- the end of which somebody was reminded
	note         varchar(10000) not null default '',
	version      int not null default 1,
	created_at   timestamptz not null default now(),
	updated_at   timestamptz not null default now(),
	constraint contract_runs check (ends_at > begins_at)
);
create unique index contracts_number on contracts (number);
create index on contracts (account_id, ends_at desc, id desc);
create index contracts_ending on contracts (ends_at) where state = 'signed';

-- contract_covers: the assets, and the products of which all assets of the account, are covered.
create table contract_covers (
	id          bigint generated always as identity primary key,
	contract_id bigint not null references contracts,
	asset_id    bigint references assets,
	product_id  bigint references products,
	constraint covers_one check ((asset_id is null) <> (product_id is null))
);
create unique index contract_covers_once on contract_covers (contract_id, asset_id, product_id) nulls not distinct;
create index on contract_covers (asset_id) where asset_id is not null;

-- contract_uses: what was used up of what is included. One that was wrong is taken back, not deleted.
create table contract_uses (
	id          bigint generated always as identity primary key,
	contract_id bigint not null references contracts,
	at          timestamptz not null default now(),
	visits      int not null default 0 check (visits >= 0),
	minutes     int not null default 0 check (minutes >= 0),
	object      varchar(100) not null default '',   -- what it was used for: "ticket:42"
	made_by     text not null default '',
	undone_at   timestamptz,
	constraint uses_something check (visits + minutes > 0)
);
create index on contract_uses (contract_id, id);

-- service_terms: what holds without a contract, under warranty (of the house) and outside of it, for customers of a class
-- or, with an empty class, for all others.
create table service_terms (
	basis      text not null check (basis in ('warranty', 'none')),
	class      varchar(50) not null default '',
	calendar   varchar(50) not null default '',
	promises   jsonb not null default '[]',
	free       text[] not null default '{}' check (free <@ '{visit,labour,parts,remote}'::text[]),
	parts_off  numeric(5,2) not null default 0 check (parts_off between 0 and 100),
	labour_off numeric(5,2) not null default 0 check (labour_off between 0 and 100),
	primary key (basis, class)
);
insert into service_terms (basis, free) values ('warranty', '{visit,labour,parts,remote}'), ('none', '{}');

select sight('contracts'), sight('contract_covers'), sight('contract_uses'), sight('service_terms');
grant delete on contract_covers, service_terms to frontline_app;

select permit('contract.edit', '{system:cli,system:demo,supervisor,sales,manager,admin}'),
	permit('contract.use', '{system:cli,system:demo,agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('contract.remind', '{system:jobs}'),
	permit('terms.edit', '{system:cli,system:demo,supervisor,manager,admin}');
