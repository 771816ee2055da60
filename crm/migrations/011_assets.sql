-- Assets: the machines and programs that customers have, what they are made of, and until when they are under warranty.

create domain asset_state as text check (value in ('shipped', 'installed', 'running', 'retired'));
create domain warranty_kind as text check (value in ('', 'hardware', 'software', 'hardware_and_software'));

create table assets (
	id            bigint generated always as identity primary key,
	account_id    bigint not null references accounts,
	product_id    bigint references products,
	maker_id      bigint references suppliers,    -- of the serial number
	supplier_id   bigint references suppliers,    -- who delivered it
	name          varchar(200) not null check (name <> ''),
	model         varchar(100) not null default '',
	number        varchar(100) not null default '',
	serial        varchar(100) not null default '',
	reference     varchar(100) not null default '',
	place         varchar(500) not null default '',
	state         asset_state not null default 'shipped',
	warranty_kind warranty_kind not null default '',
	warranty_from timestamptz,
	warranty_to   timestamptz,                    -- the first instant without it
	installed_at  timestamptz,
	in_service    date,
	note          varchar(10000) not null default '',
	version       int not null default 1,
	number_key    text collate "C" generated always as (lower(number)) stored,
	serial_key    text collate "C" generated always as (lower(serial)) stored,
	reference_key text collate "C" generated always as (lower(reference)) stored,
	created_at    timestamptz not null default now(),
	updated_at    timestamptz not null default now(),
	constraint warranty_whole check ((warranty_kind = '') = (warranty_from is null) and (warranty_from is null) = (warranty_to is null)),
	constraint warranty_runs check (warranty_to > warranty_from)
);
create index on assets (account_id, id);
create index on assets (product_id) where product_id is not null;
create unique index assets_serial on assets (serial_key, maker_id) nulls not distinct where serial_key <> '';
create index on assets (number_key) where number_key <> '';
create index on assets (reference_key) where reference_key <> '';

create domain part_kind as text check (value in ('hardware', 'software'));
-- asset_parts: what an asset is made of, as a tree. What is in a place at a time is in asset_fittings.
create table asset_parts (
	id         bigint generated always as identity primary key,
	asset_id   bigint not null references assets,
	parent_id  bigint references asset_parts,
	kind       part_kind not null,
	name       varchar(200) not null check (name <> ''),
	quantity   int not null default 1 check (quantity > 0),
	removed_at timestamptz
);
create index on asset_parts (asset_id);

-- asset_fittings: which piece or version was in a part's place since when. The last holds.
create table asset_fittings (
	id         bigint generated always as identity primary key,
	part_id    bigint not null references asset_parts,
	product_id bigint references products,
	serial     varchar(100) not null default '',
	version    varchar(100) not null default '',
	since      timestamptz not null default now(),
	made_by    text not null default ''
);
create index on asset_fittings (part_id, since desc, id desc);

select sight('assets'), sight('asset_parts'), sight('asset_fittings');

select permit('asset.edit', '{system:cli,system:demo,agent,engineer,dispatcher,supervisor,sales,manager,admin}');
