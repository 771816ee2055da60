-- The service request: what a house calls its parts, what it has besides what all tickets have, and its number.

create domain term_kind as text check (value in ('scope', 'sub_scope', 'reproducibility', 'severity', 'sub_state', 'note_type',
	'priority', 'state', 'task_mode', 'task_state', 'maintenance'));
-- terms: the words from which one chooses, by the key that a ticket keeps. Those from priority on name what the program itself
-- tells apart: they are named otherwise, not added to.
create table terms (
	kind      term_kind not null,
	key       varchar(50) not null check (key <> ''),
	name      varchar(100) not null check (name <> ''),
	name_en   varchar(100) not null default '',
	parent    varchar(50) not null default '',   -- of a sub_scope its scope, of a sub_state its state; empty: of any
	beside    varchar(100) not null default '',  -- of a sub_state: what the state is called beside it, where not as usual
	beside_en varchar(100) not null default '',
	position  int not null default 0,
	retired   boolean not null default false,    -- kept where it is set, offered no more
	primary key (kind, key)
);

alter table tickets add column scope varchar(50) not null default '',
	add column sub_scope varchar(50) not null default '',
	add column reproducibility varchar(50) not null default '',
	add column description varchar(20000) not null default '',
	add column accepted_at timestamptz,          -- when somebody first had it, unless it is said otherwise
	add column group_id bigint;                  -- the service group, a team. No foreign key, as with queues: teams are never deleted

-- Whoever gives a ticket to somebody need not remember that it is accepted by that.
create function accept_ticket() returns trigger language plpgsql as $$
begin
	new.accepted_at := case when current_setting('app.act', true) = 'ticket.import' then new.created_at else now() end;
	return new;
end $$;
create trigger accept_ticket before insert or update of assignee_id on tickets for each row
	when (new.assignee_id is not null and new.accepted_at is null) execute function accept_ticket();

-- number_patterns: how tickets of a type are numbered: prefix, unit, date, and a number that begins anew with each date.
create table number_patterns (
	type        varchar(50) primary key check (type <> ''),
	prefix      varchar(10) not null check (prefix ~ '^[A-Z]+$'),
	unit        varchar(10) not null default '' check (unit ~ '^[A-Z0-9]*$'),
	date_format text not null default 'YYYYMMDD' check (date_format in ('YYYYMMDD', 'YYMMDD', 'YYYYMM', 'YYYY')),
	digits      smallint not null default 3 check (digits between 1 and 9),
	zone        text not null,                   -- in which a date begins
	slot        smallint not null unique check (slot between 1 and 30),
	retired     boolean not null default false
);
create unique index number_patterns_prefix on number_patterns ((prefix || unit));
-- number_periods: where a date's numbers begin in the pattern's sequence. A sequence is what lets many tickets be opened at once:
-- a counter in a row would make each wait for the commit of the one before. What is rolled back leaves a gap.
create table number_periods (
	type   varchar(50) not null references number_patterns,
	period text not null,
	base   bigint not null,
	primary key (type, period)
);
do $$ begin
	for slot in 1..30 loop
		execute format('create sequence ticket_slot_%s', slot);
		execute format('grant usage on sequence ticket_slot_%s to frontline_app', slot);
	end loop;
end $$;

-- ticket_number is the number of a new ticket of a type that is accepted at a time (null: now).
create function ticket_number(of_type text, accepted timestamptz) returns text language plpgsql as $$
declare
	p number_patterns;
	this_period text;
	n bigint;
	begins bigint;
begin
	select * into p from number_patterns where type = of_type and not retired;
	if not found then
		return nextval('ticket_numbers')::text;
	end if;
	this_period := to_char(coalesce(accepted, now()) at time zone p.zone, p.date_format);
	n := nextval('ticket_slot_' || p.slot);
	select base into begins from number_periods where type = of_type and period = this_period;
	if not found then
		insert into number_periods values (of_type, this_period, n - 1) on conflict do nothing; -- waits for another first of the date
		select base into begins from number_periods where type = of_type and period = this_period;
	end if;
	while n <= begins loop -- the other was later here and sooner there
		n := nextval('ticket_slot_' || p.slot);
	end loop;
	n := n - begins;
	return p.prefix || p.unit || this_period || lpad(n::text, greatest(p.digits, length(n::text)), '0');
end $$;

select guard('terms'), guard('number_patterns'), guard('number_periods');
grant select, insert, update on terms, number_patterns, number_periods to frontline_app;

select permit('term.edit', '{system:cli,system:demo,supervisor,manager,admin}'),
	permit('number.edit', '{system:cli,system:demo,manager,admin}');

select set_config('app.act', 'migration', true);
insert into terms (kind, key, name, name_en, parent, position) values
	('scope', 'running', '运行故障', 'Running fault', '', 1), ('scope', 'installing', '安装调试', 'Installation', '', 2),
	('scope', 'using', '使用咨询', 'Question of use', '', 3), ('scope', 'other', '其他', 'Other', '', 4),
	('sub_scope', 'hardware', '硬件', 'Hardware', '', 1), ('sub_scope', 'software', '软件', 'Software', '', 2),
	('reproducibility', 'always', '可再现', 'Reproducible', '', 1), ('reproducibility', 'sometimes', '偶尔再现', 'Now and then', '', 2),
	('reproducibility', 'never', '不可再现', 'Not reproducible', '', 3),
	('severity', '1-fatal', '1-致命', '1-Fatal', '', 1), ('severity', '2-serious', '2-严重', '2-Serious', '', 2),
	('severity', '3-usual', '3-一般', '3-Usual', '', 3), ('severity', '4-slight', '4-轻微', '4-Slight', '', 4),
	('priority', '1', '紧急', 'Urgent', '', 1), ('priority', '2', '高', 'High', '', 2), ('priority', '3', '普通', 'Normal', '', 3), ('priority', '4', '低', 'Low', '', 4),
	('state', 'open', '已受理', 'Accepted', '', 1), ('state', 'pending', '等待客户', 'Waiting for the customer', '', 2), ('state', 'on_hold', '挂起', 'On hold', '', 3),
	('state', 'resolved', '已解决', 'Resolved', '', 4), ('state', 'closed', '已结案', 'Closed', '', 5),
	('note_type', 'special', '特殊提示', 'Special prompt', '', 1), ('note_type', 'general', '一般注释', 'General comment', '', 2),
	('task_mode', 'on_site', '现场服务', 'On site', '', 1), ('task_mode', 'bench', '送修', 'Bench', '', 2), ('task_mode', 'remote', '远程', 'Remote', '', 3),
	('task_mode', 'phone', '电话', 'Phone', '', 4),
	('task_state', 'planned', '已安排', 'Planned', '', 1), ('task_state', 'accepted', '已接受', 'Accepted', '', 2), ('task_state', 'started', '进行中', 'Started', '', 3),
	('task_state', 'done', '已完成', 'Done', '', 4), ('task_state', 'failed', '未解决', 'Not solved', '', 5), ('task_state', 'cancelled', '已取消', 'Cancelled', '', 6),
	('maintenance', 'replace', '更换', 'Replacement', '', 1), ('maintenance', 'upgrade', '升级', 'Upgrade', '', 2), ('maintenance', 'repair', '维修', 'Repair', '', 3);
insert into terms (kind, key, name, name_en, parent, beside, beside_en) values
	('sub_state', 'solved', '结案/解决问题', 'Closed, problem solved', 'closed', '已受理', 'Accepted');
select set_config('app.act', '', true);
