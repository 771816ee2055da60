-- The whole record of a customer: what an account is, whose it is, how its people are reached, and for whom they act.

alter table accounts
	add column parent_id     bigint references accounts,
	add column dealer_id     bigint references accounts,   -- through whom it buys
	add column postcode      varchar(20)  not null default '',
	add column industry      varchar(100) not null default '',
	add column note          varchar(10000) not null default '',
	add column owner_id      bigint references agents,
	add column owner_team_id bigint references teams,
	add column tags          text[] not null default '{}',
	add column version       int not null default 1,       -- counts the edits
	add constraint accounts_one_owner check (owner_id is null or owner_team_id is null),
	add constraint accounts_not_of_itself check (parent_id <> id and dealer_id <> id);
create index on accounts (parent_id) where parent_id is not null;
create index on accounts (dealer_id) where dealer_id is not null;
create index on accounts (owner_id) where owner_id is not null;
create index on accounts (owner_team_id) where owner_team_id is not null;

-- account_numbers: those of the company, such as its switchboard. Unlike a contact's they can be those of several accounts.
create table account_numbers (
	account_id bigint not null references accounts,
	kind       text not null check (kind in ('phone', 'fax')),
	address    varchar(20) collate "C" not null,           -- in E.164
	primary key (account_id, kind, address)
);
create index on account_numbers (address);

alter domain point_kind drop constraint point_kind_check;
alter domain point_kind add constraint point_kind_check check (value in ('email', 'phone', 'fax', 'chat', 'other'));
create domain point_label as text check (value in ('', 'business', 'mobile', 'home'));
alter table contact_points add column label point_label not null default '';

alter table contacts add column prefers text not null default '' check (prefers in ('', 'email', 'phone', 'fax', 'chat'));

-- affiliations: for whom a contact acts, and as what. contacts.account_id is the main one, and is here too.
create table affiliations (
	contact_id bigint not null references contacts,
	account_id bigint not null references accounts,
	role       varchar(100) not null default '',
	primary key (contact_id, account_id)
);
create index on affiliations (account_id, contact_id);
insert into affiliations (contact_id, account_id) select id, account_id from contacts where account_id is not null;

alter table account_numbers enable row level security;
alter table affiliations enable row level security;
create policy seen on account_numbers using ((select sees_all()) or (select my_agent()) > 0);
create policy seen on affiliations using ((select sees_all()) or (select my_agent()) > 0);

select guard('account_numbers'), guard('affiliations');
grant select, insert, update, delete on account_numbers, affiliations to frontline_app;

select permit('account.edit', '{system:cli,system:demo}');
