-- asset_id: the machine that a ticket is about. contract_id and covered: by which contract, or by what else, its customer was
-- served when the machine was chosen; policies go by it, so that a promise does not change behind the back of who made it.
alter table tickets add column asset_id bigint references assets;
alter table tickets add column contract_id bigint references contracts;
alter table tickets add column covered varchar(20) not null default '';  -- kind of the contract, "warranty" or "none"; empty: no machine is known
create index tickets_of_asset on tickets (asset_id, id desc) where asset_id is not null;

create trigger touch_clocks_cover after update of covered on tickets for each row
	when (old.covered <> new.covered) execute function touch_clocks_case();
