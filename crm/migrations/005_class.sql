-- What customers bought, and how important that makes them.

-- classes: the most important first. thresholds: what an account must have bought, in any one of the currencies, within the
-- window of class_settings. Who bought nothing in the window has no class.
create table classes (
	key     varchar(50) primary key check (key <> ''),
	name    varchar(100) not null check (name <> ''),
	name_en varchar(100) not null default '',
	rank    int not null
);
create table class_thresholds (
	class_key varchar(50) not null references classes,
	currency  char(3) not null,
	amount    numeric(18, 2) not null check (amount >= 0),
	primary key (class_key, currency)
);
create domain purchase_kind as text check (value in ('machine', 'part', 'service'));
create table class_settings (
	one         boolean primary key default true check (one),
	window_days int not null default 730 check (window_days between 1 and 36500),
	kinds       text[] not null default '{machine,part,service}'  -- purchases of these count
);

create table purchases (
	id         bigint generated always as identity primary key,
	account_id bigint not null references accounts,
	contact_id bigint references contacts,            -- who bought
	kind       purchase_kind not null,
	at         timestamptz not null,
	number     varchar(100) collate "C",              -- of the order; what is told twice is one purchase
	what       varchar(500) not null check (what <> ''),
	quantity   numeric(18, 4) not null check (quantity > 0),
	amount     numeric(18, 2) not null check (amount >= 0),
	currency   char(3) not null,
	voided_at  timestamptz,                           -- it came back, or never was
	void_reason varchar(500) not null default '',
	created_at timestamptz not null default now(),
	unique (account_id, number)
);
create index on purchases (account_id, at desc, id desc);
create index on purchases (contact_id) where contact_id is not null;

-- A class by hand holds until its end, whatever was bought.
alter table accounts
	add column class_by_hand varchar(50) references classes,
	add column class_until   timestamptz,
	add column class_reason  varchar(500) not null default '';

create table class_history (
	id         bigint generated always as identity primary key,
	account_id bigint not null references accounts,
	at         timestamptz not null default now(),
	was        varchar(50) not null,
	now        varchar(50) not null,
	by_hand    boolean not null,
	reason     varchar(500) not null default '',
	actor      text not null
);
create index on class_history (account_id, at desc, id desc);

insert into classes (key, name, name_en, rank) values ('vip', 'VIP客户', 'VIP', 1), ('major', '大客户', 'Major', 2), ('small', '小客户', 'Small', 3);
insert into class_thresholds (class_key, currency, amount) values ('vip', 'CNY', 1000000), ('major', 'CNY', 200000), ('small', 'CNY', 0);
insert into class_settings default values;
-- Classes that were given so far were given by hand, in any words.
insert into classes (key, name, rank) select distinct class, class, 100 from accounts where class <> '' on conflict do nothing;
select set_config('app.act', 'migration', true);
update accounts set class_by_hand = class where class <> '';
select set_config('app.act', '', true);

alter table purchases enable row level security;
alter table class_history enable row level security;
create policy seen on purchases using ((select sees_all()) or (select my_agent()) > 0);
create policy seen on class_history using ((select sees_all()) or (select my_agent()) > 0);

select guard('classes'), guard('class_thresholds'), guard('class_settings'), guard('purchases'), guard('class_history');
grant select, insert, update, delete on classes, class_thresholds to frontline_app;
grant select, update on class_settings to frontline_app;
grant select, insert, update on purchases to frontline_app;
grant select, insert on class_history to frontline_app;

select permit('purchase.add', '{system:cli,system:demo,system:api,dispatcher,supervisor,sales,manager,admin}'),
	permit('purchase.void', '{supervisor,sales,manager,admin}'),
	permit('account.class', '{system:cli,system:demo,supervisor,manager,admin}'),
	permit('account.classify', '{system:jobs}'),
	permit('class.edit', '{system:cli,system:demo,manager,admin}');
