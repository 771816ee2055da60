-- class: how important a customer is to the company, in its own words ("vip"); policies and queues go by it.
alter table accounts add column class varchar(50) not null default '';
