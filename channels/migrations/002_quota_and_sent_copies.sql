-- How much a mailbox may send, and who puts what it sent into its folder of sent mail.

alter table mailboxes
	add column per_hour     int not null default 0 check (per_hour between 0 and 1000000),  -- recipients; 0: as many as there are
	add column per_day      int not null default 0 check (per_day between 0 and 10000000),
	add column slowed_until timestamptz,              -- the provider said "too many"
	add column slowed_for   int not null default 0;   -- seconds, the last time: the next is twice as long

alter table deliveries
	add column reach      int not null default 1,     -- recipients
	add column sending_at timestamptz,                -- when it was last handed over; null: never, or surely not taken
	add column copy       text not null default 'none' check (copy in ('none', 'wanted', 'kept'));  -- of it in the folder of sent mail
create index deliveries_sent_by on deliveries (account_id, sending_at) where sending_at is not null;
create index deliveries_to_copy on deliveries (account_id, id) where copy = 'wanted';

select set_config('app.act', 'migration', true);
update deliveries set sending_at = updated_at where state in ('sending', 'sent', 'uncertain') and updated_at > now() - interval '1 day';
select set_config('app.act', '', true);
