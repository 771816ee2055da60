-- Accounts that may be the same one are found by how their names read without what every company's name ends in.

-- plain_key: a text as far as it tells one thing from another: without case, width, blanks and signs. Cut, since a
-- character can become eighteen and an index holds only so much.
create function plain_key(t text) returns text language sql immutable parallel safe
	return nullif(left(regexp_replace(lower(normalize(t, nfkc)), '[[:space:][:punct:]·、。“”‘’《》]+', '', 'g'), 100), '');

-- company_key: the name of a company without its legal form, Chinese or Western: 上海万力机械有限公司 is 上海万力机械.
create function company_key(name text) returns text language sql immutable parallel safe
	return nullif(regexp_replace(plain_key(regexp_replace(lower(normalize(name, nfkc)),
		'([[:space:].,()]+(co|company|ltd|limited|inc|incorporated|corp|corporation|llc|plc|gmbh|ag|kg|sa|bv|pte|pty|group|holdings?))+[[:space:].,()]*$', '')),
		'(有限|责任|股份|集团|控股|公司)+$', ''), '');

-- The nearest in the order of the names, and in that of the names read backwards, are those that differ late, and early.
-- They are columns because under row-level security Postgres uses no index on an expression.
alter table accounts
	add column twin_key    text collate "C" generated always as (company_key(name)) stored,
	add column twin_back   text collate "C" generated always as (reverse(company_key(name))) stored,
	add column address_key text collate "C" generated always as (plain_key(address)) stored;
-- With the id, so that the first few of a name are the beginning of a range, and no walk along the ids looks cheaper.
create index on accounts (twin_key, id);
create index on accounts (twin_back);
create index on accounts (address_key, id) where address_key is not null;
