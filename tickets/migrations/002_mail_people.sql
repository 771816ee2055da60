-- Who is written to in secret is told from who is in copy, and a mail may ask for answers elsewhere.

alter domain participant_role drop constraint participant_role_check;
alter domain participant_role add constraint participant_role_check check (value in ('requester', 'cc', 'bcc'));

alter table messages add column reply_to text[] not null default '{}';

-- Blind copies were kept as copies. One who was never named to others is one still.
select set_config('app.act', 'migration', true);
update participants p set role = 'bcc'
	where role = 'cc' and kind = 'email'
		and exists (select from messages m where m.ticket_id = p.ticket_id and p.address = any (m.bcc_addresses))
		and not exists (select from messages m where m.ticket_id = p.ticket_id and (p.address = any (m.to_addresses) or p.address = any (m.cc_addresses)));
select set_config('app.act', '', true);
