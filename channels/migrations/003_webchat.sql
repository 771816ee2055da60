-- Chats on other people's pages, and links by which customers see their tickets.

-- chat_sites: where a chat may be opened, and how it looks and greets there. Words are {"zh": …, "en": …}.
create table chat_sites (
	id              bigint generated always as identity primary key,
	key             varchar(32) not null unique check (key ~ '^[a-z0-9][a-z0-9-]{1,31}$'),  -- in addresses
	name            varchar(100) not null check (name <> ''),
	origins         text[] not null default '{}',
	colour          varchar(7) not null default '#1f5fbf' check (colour ~ '^#[0-9a-f]{6}$'),
	title           jsonb not null default '{}',
	greeting        jsonb not null default '{}',
	offline         jsonb not null default '{}',
	questions       jsonb not null default '[]',
	calendar        varchar(100) not null default '',   -- its hours, by name; empty: always open
	queue_id        bigint not null references queues,
	routes          jsonb not null default '[]',        -- other queues, by page or by answer
	identity_secret bytea,                              -- sealed with the program's key
	mail_after_s    int not null default 600 check (mail_after_s between 10 and 86400),
	away_after_s    int not null default 120 check (away_after_s between 20 and 86400),
	disabled_at     timestamptz,
	created_at      timestamptz not null default now(),
	updated_at      timestamptz not null default now()
);

-- chat_visitors: a browser that has said something. Its token is kept as a keyed hash.
create table chat_visitors (
	id             bigint generated always as identity primary key,
	site_id        bigint not null references chat_sites,
	token          bytea not null unique,
	subject        varchar(200),                         -- the host site's own name for who it is; null: not known
	verified       boolean not null default false,       -- name and addresses are the host site's word, not the visitor's
	name           varchar(200) not null default '',
	email          varchar(320) not null default '',
	phone          varchar(50) not null default '',
	language       varchar(2) not null default '',
	page           varchar(2000) not null default '',
	answers        jsonb not null default '[]',          -- to the questions before the chat
	ticket_id      bigint references tickets,            -- the conversation; null: none yet
	first_message  bigint not null default 0,            -- of the conversation: nothing older is shown
	left_as        varchar(10) not null default '' check (left_as in ('', 'message', 'callback', 'mail', 'away')),
	ended_at       timestamptz,                          -- the visitor ended it
	delivered_upto bigint not null default 0,
	read_upto      bigint not null default 0,
	seen_at        timestamptz not null default now(),   -- there, while a conversation goes on
	created_at     timestamptz not null default now()
);
create index on chat_visitors (ticket_id) where ticket_id is not null;

-- chat_files: uploaded by a visitor, not yet said.
create table chat_files (
	id         bigint generated always as identity primary key,
	visitor_id bigint not null references chat_visitors,
	hash       text not null,
	name       varchar(300) not null,
	type       varchar(100) not null,
	size       bigint not null,
	message_id bigint references messages,
	created_at timestamptz not null default now()
);
create index on chat_files (visitor_id) where message_id is null;

-- ticket_pages: secret links by which a customer sees a ticket. The token is kept as a keyed hash.
create table ticket_pages (
	id         bigint generated always as identity primary key,
	token      bytea not null unique,
	ticket_id  bigint not null references tickets,
	made_by    bigint references agents,
	expires_at timestamptz not null,
	revoked_at timestamptz,
	used_at    timestamptz,
	created_at timestamptz not null default now()
);
create index on ticket_pages (ticket_id);

-- page_files: uploaded through such a link, not yet said.
create table page_files (
	id         bigint generated always as identity primary key,
	page_id    bigint not null references ticket_pages,
	hash       text not null,
	name       varchar(300) not null,
	type       varchar(100) not null,
	size       bigint not null,
	message_id bigint references messages,
	created_at timestamptz not null default now()
);
create index on page_files (page_id) where message_id is null;

alter table chat_visitors enable row level security;
create policy seen on chat_visitors using (
	(select sees_all()) or ticket_id is not null and exists (select from tickets t where t.id = ticket_id)) with check (true);
alter table ticket_pages enable row level security;
create policy seen on ticket_pages using (exists (select from tickets t where t.id = ticket_id)) with check (true);

select guard('chat_sites'), guard('chat_visitors'), guard('chat_files'), guard('ticket_pages'), guard('page_files');
grant select, insert, update, delete on chat_sites, chat_visitors, chat_files, ticket_pages, page_files to frontline_app;

select permit('chat_site.edit', '{system:cli,system:demo,manager,admin}'),
	permit('chat_site.view', '{supervisor,manager,admin}'),
	permit('chat.visit', '{system:webchat}'),       -- a visitor's row: begun, seen, files, choices
	permit('chat.seen', '{system:webchat}'),        -- how far visitors have come
	permit('chat.mail', '{system:webchat}'),        -- what an absent visitor did not get
	permit('ticket.receive', '{system:webchat,contact}'),
	permit('ticket.reply', '{system:webchat}'),
	permit('page.make', '{system:jobs,agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('page.revoke', '{agent,engineer,dispatcher,supervisor,manager,admin}'),
	permit('page.attach', '{contact}');
