-- A link to the ticket's own page in mails to its customer.

alter table mailboxes add column ticket_link boolean not null default false;

-- Such a link is one row a ticket until somebody ends it: each mail renews it.
alter table ticket_pages add column mailed boolean not null default false;
create unique index ticket_pages_mailed on ticket_pages (ticket_id) where mailed and revoked_at is null;

select permit('page.make', '{system:page}'),
	permit('page.ask', '{system:page}'),        -- a customer asks for a link to a ticket
	permit('ticket.reply', '{system:page}');    -- and gets it by mail
