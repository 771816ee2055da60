-- What is sold and served: who makes it, what it is called and measured in, and what it costs by the list.

-- sight lets every agent read and keep a table of what the house knows of its customers and goods; others see nothing.
create function sight(t regclass) returns void language plpgsql as $$
begin
	execute format('alter table %s enable row level security', t);
	execute format('create policy seen on %s for select using ((select sees_all()) or (select my_agent()) > 0)', t);
	execute format('create policy made on %s for insert with check (true)', t);
	execute format('create policy kept on %s for update using ((select sees_all()) or (select my_agent()) > 0)', t);
	execute format('create policy dropped on %s for delete using ((select sees_all()) or (select my_agent()) > 0)', t);
	execute format('grant select, insert, update on %s to frontline_app', t);
	perform guard(t);
end $$;
revoke execute on function sight(regclass) from public;

-- suppliers: those who make or deliver what is sold.
create table suppliers (
	id          bigint generated always as identity primary key,
	name        varchar(200) not null check (name <> ''),
	third_party boolean not null default false,   -- not the house itself: what it makes is under its own warranty
	name_key    text collate "C" generated always as (lower(name)) stored,
	created_at  timestamptz not null default now()
);
create unique index suppliers_name on suppliers (name_key);

create domain product_kind as text check (value in ('machine', 'part', 'software', 'service'));
create table products (
	id         bigint generated always as identity primary key,
	number     varchar(50) collate "C" not null check (number <> ''),
	name       varchar(200) not null check (name <> ''),
	name_en    varchar(200) not null default '',
	model      varchar(100) not null default '',
	kind       product_kind not null,
	unit       varchar(20) not null default '',     -- what a quantity counts: "小时"; empty: pieces
	unit_en    varchar(20) not null default '',
	maker_id   bigint references suppliers,
	retired    boolean not null default false,      -- kept where it is used, offered no more
	version    int not null default 1,
	name_key   text collate "C" generated always as (lower(name)) stored,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now()
);
create unique index products_number on products (number);
create index on products (name_key);
create index on products (maker_id) where maker_id is not null;

-- list_prices: one holds from its day until the next of the same currency, or until its own last day.
create table list_prices (
	id         bigint generated always as identity primary key,
	product_id bigint not null references products,
	currency   char(3) not null,
	amount     numeric(18,3) not null check (amount >= 0),
	from_day   date not null,
	until_day  date check (until_day >= from_day),  -- the last on which it holds; null: until the next
	created_at timestamptz not null default now()
);
create unique index list_prices_begin on list_prices (product_id, currency, from_day);

select sight('suppliers'), sight('products'), sight('list_prices');
grant delete on list_prices to frontline_app;

select permit('catalogue.edit', '{system:cli,system:demo,supervisor,sales,manager,admin}');
