-- Customers: accounts are companies, contacts are people, contact points are how they reach us.

create domain point_kind as text check (value in ('email', 'phone', 'chat', 'other'));
create domain contact_language as text check (value in ('', 'zh', 'en'));

create table accounts (
	id         bigint generated always as identity primary key,
	name       text not null check (length(name) between 1 and 200),
	kind       text not null default 'end_user_direct' check (kind in ('end_user_direct', 'end_user_indirect', 'dealer')),
	address    text not null default '',
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	name_key   text collate "C" generated always as (lower(name)) stored
);
create index on accounts (name_key);

create table contacts (
	id         bigint generated always as identity primary key,
	account_id bigint references accounts,
	name       varchar(200) not null,
	language   contact_language not null default '',
	note       varchar(10000) not null default '',
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	-- Searched by a column of its own: under row-level security Postgres uses no index on an expression, since it must not
	-- show lower() rows that the caller may not see.
	name_key   text collate "C" generated always as (lower(name)) stored
);
create index on contacts (account_id) where account_id is not null;
create index on contacts (name_key);

-- contact_points: one address belongs to one contact. The address is in its one written form:
-- email in lower case, phone in E.164.
create table contact_points (
	id         bigint generated always as identity primary key,
	kind       point_kind not null,
	address    varchar(320) collate "C" not null,
	mailbox    text collate "C" generated always as (case when kind = 'email' then split_part(address, '@', 1) end) stored,
	contact_id bigint not null references contacts,
	bounced_at timestamptz,  -- mail to it came back for good
	created_at timestamptz not null default now(),
	unique (kind, address)
);
create index on contact_points (contact_id);
create index on contact_points (address);
create index on contact_points (mailbox) where mailbox is not null;

alter table accounts enable row level security;
alter table contacts enable row level security;
alter table contact_points enable row level security;
create policy seen on accounts for select using ((select sees_all()) or (select my_agent()) > 0);
create policy seen on contacts for select using ((select sees_all()) or (select my_agent()) > 0);
create policy seen on contact_points for select using ((select sees_all()) or (select my_agent()) > 0);
create policy made on accounts for insert with check (true);
create policy made on contacts for insert with check (true);
create policy made on contact_points for insert with check (true);
create policy kept on accounts for update using ((select sees_all()) or (select my_agent()) > 0);
create policy kept on contacts for update using ((select sees_all()) or (select my_agent()) > 0);
create policy kept on contact_points for update using ((select sees_all()) or (select my_agent()) > 0);
create policy dropped on contact_points for delete using ((select sees_all()) or (select my_agent()) > 0);

select guard('accounts'), guard('contacts'), guard('contact_points');
grant select, insert, update on accounts, contacts to frontline_app;
grant select, insert, update, delete on contact_points to frontline_app;
grant usage on sequence contacts_id_seq to frontline_app;  -- an import numbers many at once

select permit('contact.edit', '{agent,engineer,dispatcher,supervisor,sales,manager,admin}');
select permit('account.edit', '{supervisor,sales,manager,admin}');
