-- What is wrong and somebody must see to. An alarm stands until what raised it says that it is over.

create table alarms (
	id         bigint generated always as identity primary key,
	kind       text not null check (length(kind) between 1 and 100),
	object     text not null check (length(object) between 1 and 200),
	code       text not null check (length(code) between 1 and 100),
	args       jsonb not null default '{}',
	since      timestamptz not null default now(),
	cleared_at timestamptz
);
create unique index alarms_standing on alarms (kind, object) where cleared_at is null;

select guard('alarms');
grant select, insert, update on alarms to frontline_app;

select permit('alarm.raise', '{system:email,system:webchat,system:phone,system:jobs}');
