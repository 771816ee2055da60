-- How messages come in and go out.

create table mailboxes (
	id           bigint generated always as identity primary key,
	name         text not null check (length(name) between 1 and 100),
	address      text not null unique check (address = lower(address) and length(address) between 3 and 320),
	queue_id     bigint not null references queues,
	imap         jsonb,            -- null: no fetching
	smtp         jsonb,            -- null: no sending
	imap_secret  bytea,            -- password or token, sealed with the program's key
	smtp_secret  bytea,
	oauth        jsonb,            -- null: the secrets are passwords, or tokens that do not end
	oauth_secret bytea,
	signature    text not null default '' check (length(signature) <= 2000),
	acknowledge  boolean not null default false,
	ack_text     text not null default '' check (length(ack_text) <= 5000),
	subject_tag  boolean not null default true,
	plus_token   boolean not null default false,  -- the server delivers name+anything@ to name@
	trust_authserv text not null default '',      -- whose Authentication-Results are believed
	disabled_at  timestamptz,
	created_at   timestamptz not null default now(),
	updated_at   timestamptz not null default now()
);

-- mail_cursors: how far a folder has been read.
create table mail_cursors (
	mailbox_id  bigint not null references mailboxes,
	folder      text not null,
	uidvalidity bigint not null,
	last_uid    bigint not null,
	primary key (mailbox_id, folder)
);

-- raw_mails: every mail as it came, written before it is read.
create table raw_mails (
	id          bigint generated always as identity primary key,
	mailbox_id  bigint not null references mailboxes,
	folder      text not null default '',
	uidvalidity bigint,            -- null: handed to us by LMTP or SMTP
	uid         bigint,
	hash        text not null,     -- in the blob store
	size        bigint not null,
	head_only   boolean not null default false,  -- larger than the limit: only its header was kept
	state       text not null default 'new' check (state in ('new', 'done', 'duplicate', 'set_aside', 'quarantined')),
	reason      text not null default '',
	mid         text not null default '',
	refs        text[] not null default '{}',
	message_id  bigint references messages,
	tries       int not null default 0,
	received_at timestamptz not null default now(),
	unique (mailbox_id, folder, uidvalidity, uid, hash)  -- a server without UIDVALIDITY gives a used UID to another mail
);
create index raw_mails_new on raw_mails (id) where state = 'new';
create index raw_mails_aside on raw_mails (mailbox_id, id) where state in ('set_aside', 'quarantined');
create index raw_mails_of_message on raw_mails (message_id) where message_id is not null;
create index raw_mails_by_hash on raw_mails (mailbox_id, hash);

-- mailbox_states: what the mailbox page shows; side is 'in:FOLDER' or 'out'.
create table mailbox_states (
	mailbox_id   bigint not null references mailboxes,
	side         text not null,
	ok           boolean not null,
	code         text not null default '',
	detail       text not null default '',
	since        timestamptz not null default now(),
	last_success timestamptz,
	seen         bigint not null default 0,
	total        bigint not null default 0,
	checked_at   timestamptz not null default now(),
	primary key (mailbox_id, side)
);

-- deliveries: one row for each message that goes out, made with the message.
create table deliveries (
	id          bigint generated always as identity primary key,
	message_id  bigint not null unique references messages,
	ticket_id   bigint not null references tickets,
	channel     text not null,
	account_id  bigint not null,       -- the mailbox
	remote_id   text not null unique,  -- the Message-ID; the same on every try
	keys        text[] not null default '{}',
	remaining   text[],                -- null: all; else those who were put off while others took it
	hash        text,                  -- the composed message; the same bytes on every try
	state       text not null default 'queued' check (state in ('queued', 'sending', 'sent', 'uncertain', 'failed')),
	attempts    int not null default 0,
	next_at     timestamptz not null default now(),
	instance    bigint not null default 0,
	detail      text not null default '',
	remote_text text not null default '',
	created_at  timestamptz not null default now(),
	updated_at  timestamptz not null default now()
);
create index deliveries_of_ticket on deliveries (ticket_id, id);
create index deliveries_unsettled on deliveries (state, id) where state in ('queued', 'sending', 'uncertain');

-- acks: to whom an automatic acknowledgement went; at most one an address and hour.
create table acks (
	address   text not null,
	ticket_id bigint not null references tickets,
	at        timestamptz not null default now(),
	primary key (address, ticket_id)
);
create index on acks (address, at);

select guard('mailboxes'), guard('mail_cursors'), guard('raw_mails'), guard('mailbox_states'), guard('deliveries'), guard('acks');
grant select, insert, update, delete on mailboxes, mail_cursors, raw_mails, mailbox_states, deliveries, acks to frontline_app;

select permit('mailbox.edit', '{system:cli,system:demo,manager,admin}'),
	permit('mailbox.view', '{supervisor,manager,admin}'),
	permit('mail.keep', '{system:email}'),
	permit('mailbox.state', '{system:email}'),
	permit('delivery.send', '{system:courier}'),
	permit('delivery.bounce', '{system:email}'),
	permit('delivery.decide', '{agent,dispatcher,supervisor,manager,admin}');
