-- Tickets that belong together, and fields that a house gives its tickets.

-- The ticket that a message came with, where that one was merged into another: with it the history of each is whole.
alter table messages add column merged_from bigint;
create index tickets_led on tickets (merged_into) where merged_into is not null;

-- related: has to do with it. child: ticket_id is one of the cases of which other_id is the common cause.
alter table ticket_links drop constraint ticket_links_kind_check;
alter table ticket_links add constraint ticket_links_kind_check check (kind in ('perhaps', 'follows', 'split', 'related', 'child'));
create unique index ticket_links_one_parent on ticket_links (ticket_id) where kind = 'child' and dismissed_at is null;

create index tickets_tagged on tickets (last_at desc) where tags <> '{}';
create index tickets_by_tag on tickets using gin (tags) where tags <> '{}';

create domain field_type as text check (value in ('text', 'number', 'date', 'choice', 'yes_no', 'money'));
-- ticket_fields: what a house wants to know of its tickets, besides what all have. The values are in tickets.fields by key.
create table ticket_fields (
	key      varchar(50) primary key check (key ~ '^[a-z][a-z0-9_]*$'),
	name     varchar(100) not null check (name <> ''),
	name_en  varchar(100) not null default '',
	type     field_type not null,
	choices  jsonb not null default '[]',          -- of type choice: [{"key", "name", "name_en"}]
	required boolean not null default false,       -- when an agent resolves or closes
	roles    text[] not null default '{}',         -- who sees it; {}: everybody
	position int not null default 0,
	retired  boolean not null default false        -- kept where it is set, offered no more
);
alter table tickets add column fields jsonb not null default '{}';

select guard('ticket_fields');
grant select, insert, update on ticket_fields to frontline_app;

select permit('ticket.merge', '{agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('ticket.link', '{agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('ticket.bulk', '{agent,engineer,dispatcher,supervisor,manager,admin}'), -- each of its changes is asked for as well
	permit('tag.edit', '{supervisor,manager,admin}'),
	permit('field.edit', '{system:cli,system:demo,supervisor,manager,admin}');
