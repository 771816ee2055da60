-- Measures: one definition each (docs/metrics.md), computed from committed rows, so that they can be computed again. A measure is
-- a function of its name that gives the rows it is counted from; the number is the sum, the ratio or the highest of those rows, and
-- nothing else computes it. Then what is kept of them, and what a supervisor does.

-- measure_settings: one row of what the definitions leave to the company.
create table measure_settings (
	one             boolean primary key default true check (one),
	zone            varchar(64) not null default 'Asia/Shanghai',           -- where a day begins
	within_s        int not null default 20 check (within_s between 1 and 604800), -- T of a queue whose rules name none
	percent         int not null default 80 check (percent between 1 and 100),     -- its target
	short_abandon_s int not null default 5 check (short_abandon_s between 0 and 600),
	ring_cycle_s    int not null default 5 check (ring_cycle_s between 1 and 20),  -- China 5, US 6, Japan 3
	strict_rings    boolean not null default false,                         -- before the third tone (1 s) ends
	chat_reply_s    int not null default 5 check (chat_reply_s between 1 and 3600),
	mail_reply_s    int not null default 86400 check (mail_reply_s between 60 and 2592000)
);
insert into measure_settings default values;

-- measures: the catalogue. A changed definition is a new version, in a migration that says so.
create table measures (
	name       varchar(50) primary key,
	version    int not null,
	unit       text not null check (unit in ('contacts', 'offers', 'share', 'seconds')),
	agg        text not null check (agg in ('count', 'ratio', 'max')),
	better     text not null check (better in ('more', 'less', '')),
	title_zh   text not null, title_en text not null,
	formula_zh text not null, formula_en text not null
);

-- measure_row is one case that a measure counted: count is sum(num), ratio sum(num) / sum(den), max the highest value.
create type measure_row as (
	kind      text,        -- of the row: entry, offer, ticket, message, stretch
	id        bigint,
	ticket_id bigint,
	queue_id  bigint,
	agent_id  bigint,
	channel   text,
	at        timestamptz, -- when the case began
	value     numeric,     -- seconds
	num       numeric,
	den       numeric,
	part      text         -- what is counted apart within the measure
);

create function seconds(i interval) returns numeric language sql immutable as $$ select round(extract(epoch from i), 3) $$;

-- stay is an entry with what its measures need of it.
create type stay as (
	id bigint, ticket_id bigint, queue_id bigint, channel text, agent_id bigint, state text, outcome text, pulled boolean,
	arrived_at timestamptz, entered_at timestamptz, answered_at timestamptz, wrap_up_at timestamptz, ended_at timestamptz,
	waited   numeric, -- in this queue, so far, seconds
	within_s numeric, -- T of its queue
	settled  boolean  -- false while it waits, and not yet for T: it is neither within nor beyond
);

-- stays are those that began in [f, u), of an agent or of a team's agents where one is named. The queues' index bounds them.
create function stays(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof stay language sql stable as $$
	select e.id, e.ticket_id, e.queue_id, e.channel, e.agent_id, e.state::text, e.outcome::text, e.pulled,
		e.arrived_at, e.entered_at, e.answered_at, e.wrap_up_at, e.ended_at,
		seconds(coalesce(e.answered_at, e.ended_at, now()) - e.entered_at), coalesce(k.within_s, s.within_s),
		e.answered_at is not null or e.ended_at is not null or seconds(now() - e.entered_at) >= coalesce(k.within_s, s.within_s)
	from measure_settings s cross join (select id, (rules -> 'service_level' ->> 'within_s')::numeric as within_s from queues) k
		join entries e on e.queue_id = k.id and e.entered_at >= f and e.entered_at < u
	where (q is null or k.id = q) and (a is null or e.agent_id = a)
		and (tm is null or e.agent_id in (select m.agent_id from team_members m where m.team_id = tm))
$$;

create function measure_offered(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'entry', e.id, e.ticket_id, e.queue_id, e.agent_id, e.channel, e.entered_at, e.waited, 1, 1, e.state
	from stays(q, a, tm, f, u) e
$$;

create function measure_answered(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'entry', e.id, e.ticket_id, e.queue_id, e.agent_id, e.channel, e.entered_at, e.waited, 1, 1, case when e.pulled then 'pulled' else 'offered' end
	from stays(q, a, tm, f, u) e where e.answered_at is not null
$$;

create function measure_abandoned(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'entry', e.id, e.ticket_id, e.queue_id, e.agent_id, e.channel, e.entered_at, e.waited, 1, 1,
		case when exists (select from offers o where o.entry_id = e.id and o.made_at <= e.ended_at and o.ended_at >= e.ended_at) then 'offer' else 'queue' end
	from stays(q, a, tm, f, u) e where e.outcome = 'abandoned'
$$;

create function measure_short_abandon(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select r.* from measure_abandoned(q, a, tm, f, u) r, measure_settings s where r.value < s.short_abandon_s
$$;

create function measure_service_level(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'entry', e.id, e.ticket_id, e.queue_id, e.agent_id, e.channel, e.entered_at, e.waited,
		case when e.answered_at is not null and e.waited <= e.within_s then 1 else 0 end, 1,
		case when e.answered_at is not null then 'answered' when e.outcome = '' then 'waiting' else e.outcome end
	from stays(q, a, tm, f, u) e, measure_settings s
	where e.settled and not (e.outcome = 'abandoned' and e.waited < s.short_abandon_s)
$$;

create function measure_service_level_all(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'entry', e.id, e.ticket_id, e.queue_id, e.agent_id, e.channel, e.entered_at, e.waited,
		case when (e.answered_at is not null or e.outcome in ('abandoned', 'callback')) and e.waited <= e.within_s then 1 else 0 end, 1,
		case when e.answered_at is not null then 'answered' when e.outcome = '' then 'waiting' else e.outcome end
	from stays(q, a, tm, f, u) e where e.settled
$$;

create function measure_asa(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select r.kind, r.id, r.ticket_id, r.queue_id, r.agent_id, r.channel, r.at, r.value, r.value, 1, r.part from measure_answered(q, a, tm, f, u) r
$$;

create function measure_longest_wait(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select r.kind, r.id, r.ticket_id, r.queue_id, r.agent_id, r.channel, r.at, r.value, r.value, 1, r.part from measure_offered(q, a, tm, f, u) r
$$;

create function measure_aht(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'entry', e.id, e.ticket_id, e.queue_id, e.agent_id, e.channel, e.entered_at, seconds(e.ended_at - e.answered_at),
		seconds(e.ended_at - e.answered_at), 1, case when e.wrap_up_at is null then 'no_wrap_up' else 'wrap_up' end
	from stays(q, a, tm, f, u) e where e.answered_at is not null and e.ended_at is not null
$$;

create function measure_transfer_rate(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'entry', e.id, e.ticket_id, e.queue_id, e.agent_id, e.channel, e.entered_at, e.waited,
		case when e.outcome = 'transferred' then 1 else 0 end, 1, case when e.outcome = 'transferred' then 'blind' else '' end
	from stays(q, a, tm, f, u) e where e.answered_at is not null
$$;

-- offers_in are the offers made in [f, u): through the agents, whose index bounds them.
create function offers_in(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof offers language sql stable as $$
	select o.* from agents g join offers o on o.agent_id = g.id and o.made_at >= f and o.made_at < u
	where (a is null or g.id = a) and (q is null or o.queue_id = q)
		and (tm is null or g.id in (select m.agent_id from team_members m where m.team_id = tm))
$$;

create function measure_no_answer(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'offer', o.id, o.ticket_id, o.queue_id, o.agent_id, o.channel, o.made_at, seconds(o.ended_at - o.made_at), 1, 1, ''
	from offers_in(q, a, tm, f, u) o where o.state = 'timed_out'
$$;

-- ring_limit: so long a ring is within three cycles, in seconds.
create function ring_limit() returns numeric language sql stable as
$$ select case when strict_rings then 2 * ring_cycle_s + 1 else 3 * ring_cycle_s end from measure_settings $$;

-- What was accepted without asking says nothing of the agent, nor does a call taken back before its time was over.
create function measure_three_rings(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'offer', o.id, o.ticket_id, o.queue_id, o.agent_id, o.channel, o.made_at, seconds(o.ended_at - o.made_at),
		case when o.state = 'accepted' and seconds(o.ended_at - o.made_at) < ring_limit() then 1 else 0 end, 1, o.state::text
	from offers_in(q, a, tm, f, u) o
	where o.channel = 'phone' and o.expires_at is not null and o.state <> 'out'
		and (o.state <> 'taken_back' or seconds(o.ended_at - o.made_at) >= ring_limit())
$$;

-- spoke is the first message of a person of ours on a ticket at or after an instant, of one agent or of any.
create function spoke(ticket bigint, since timestamptz, who bigint) returns setof messages language sql stable as $$
	select m.* from messages m where m.ticket_id = ticket and m.direction = 'out' and m.author_kind = 'agent' and not m.auto
		and m.at >= since and (who is null or m.author_id = who) order by m.id limit 1
$$;

create function measure_chat_first_reply(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'entry', e.id, e.ticket_id, e.queue_id, e.agent_id, e.channel, e.answered_at, seconds(m.at - e.answered_at),
		case when seconds(m.at - e.answered_at) <= s.chat_reply_s then 1 else 0 end, 1, case when m.id is null then 'no_reply' else '' end
	from measure_settings s, agents g join entries e on e.agent_id = g.id and e.answered_at >= f and e.answered_at < u
		left join lateral spoke(e.ticket_id, e.answered_at, e.agent_id) m on true
	where e.channel = 'chat' and (a is null or g.id = a) and (q is null or e.queue_id = q)
		and (tm is null or g.id in (select m.agent_id from team_members m where m.team_id = tm))
		and (m.id is not null or seconds(coalesce(e.wrap_up_at, e.ended_at, now()) - e.answered_at) > s.chat_reply_s)
$$;

-- The first stay of a ticket is when its customer came. The reply is whoever's it was; while there is none, it is owed by who has it.
create function measure_first_reply(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'ticket', e.ticket_id, e.ticket_id, e.queue_id, coalesce(m.author_id, e.agent_id), e.channel, e.arrived_at, seconds(m.at - e.arrived_at),
		seconds(m.at - e.arrived_at), case when m.id is null then 0 else 1 end, case when m.id is null then 'no_reply' else '' end
	from stays(q, null, null, f, u) e left join lateral spoke(e.ticket_id, e.arrived_at, null) m on true
	where not exists (select from entries b where b.ticket_id = e.ticket_id and b.id < e.id) and (a is null or coalesce(m.author_id, e.agent_id) = a)
		and (tm is null or coalesce(m.author_id, e.agent_id) in (select x.agent_id from team_members x where x.team_id = tm))
$$;

create function measure_mail_first_reply(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select r.kind, r.id, r.ticket_id, r.queue_id, r.agent_id, r.channel, r.at, r.value,
		case when r.value <= s.mail_reply_s then 1 else 0 end, 1, r.part
	from measure_first_reply(q, a, tm, f, u) r, measure_settings s
	where r.channel in ('email', 'form') and (r.value is not null or seconds(now() - r.at) > s.mail_reply_s)
$$;

-- talks are the tickets that may hold a message since f: by their last activity, which has an index.
create function talks(q bigint, f timestamptz) returns setof tickets language sql stable as $$
	select t.* from tickets t where t.state in ('open', 'pending', 'on_hold', 'resolved', 'closed') and t.last_at >= f and (q is null or t.queue_id = q)
$$;

-- A round is what the customer said since the last reply, and the reply to it. The first round is first reply's.
create function measure_next_reply(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'message', r.reply, t.id, t.queue_id, r.agent, t.channel, r.asked, seconds(r.replied - r.asked), seconds(r.replied - r.asked), 1, ''
	from talks(q, f) t cross join lateral (
		select min(m.at) filter (where m.direction = 'in') as asked, max(m.at) filter (where m.direction = 'out') as replied,
			max(m.id) filter (where m.direction = 'out') as reply, max(m.author_id) filter (where m.direction = 'out') as agent
		from (select m.id, m.at, m.direction, m.author_id,
				count(*) filter (where m.direction = 'out') over (order by m.id rows between unbounded preceding and 1 preceding) as round
			from messages m where m.ticket_id = t.id and not m.auto
				and (m.direction = 'in' and m.author_kind = 'contact' or m.direction = 'out' and m.author_kind = 'agent')) m
		where m.round > 0 group by m.round) r
	where r.asked is not null and r.replied >= f and r.replied < u and (a is null or r.agent = a)
		and (tm is null or r.agent in (select x.agent_id from team_members x where x.team_id = tm))
$$;

-- chat_answers pairs each message of a chat's customer with the next one of ours.
create function chat_answers(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'message', m.id, t.id, t.queue_id, coalesce(n.author_id, t.assignee_id), t.channel, m.at, seconds(n.at - m.at), null::numeric, 1,
		case when n.id is null then 'no_reply' else '' end
	from talks(q, f) t join messages m on m.ticket_id = t.id and m.direction = 'in' and m.author_kind = 'contact' and not m.auto and m.at >= f and m.at < u
		left join lateral spoke(t.id, m.at, null) n on true
	where t.channel = 'chat' and (a is null or coalesce(n.author_id, t.assignee_id) = a)
		and (tm is null or coalesce(n.author_id, t.assignee_id) in (select x.agent_id from team_members x where x.team_id = tm))
$$;

create function measure_chat_response(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select r.kind, r.id, r.ticket_id, r.queue_id, r.agent_id, r.channel, r.at, r.value, r.value, 1, r.part
	from chat_answers(q, a, tm, f, u) r where r.value is not null
$$;

create function measure_chat_response_share(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select r.kind, r.id, r.ticket_id, r.queue_id, r.agent_id, r.channel, r.at, r.value, case when r.value < s.chat_reply_s then 1 else 0 end, 1, r.part
	from chat_answers(q, a, tm, f, u) r, measure_settings s where r.value is not null or seconds(now() - r.at) >= s.chat_reply_s
$$;

-- Two contacts at once are one stretch, and nobody is on a contact while away. Presences and contacts that began long before the
-- period reach into it: thirty days are looked back.
create function measure_occupancy(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	with agent as (
		select g.id, p.here, p.ready, coalesce(c.work, '{}') * coalesce(p.here, '{}') as work
		from agents g
		left join lateral (
			select range_agg(tstzrange(p.from_at, coalesce(p.until_at, now()))) * tstzmultirange(tstzrange(f, least(u, now()))) as here,
				range_agg(tstzrange(p.from_at, coalesce(p.until_at, now()))) filter (where p.presence = 'ready') * tstzmultirange(tstzrange(f, least(u, now()))) as ready
			from presences p where p.agent_id = g.id and p.from_at >= f - interval '30 days' and p.from_at < u and p.presence <> 'away'
				and coalesce(p.until_at, now()) > p.from_at) p on true
		left join lateral (
			select range_agg(tstzrange(e.answered_at, coalesce(e.ended_at, now()))) as work
			from entries e where e.agent_id = g.id and e.answered_at >= f - interval '30 days' and e.answered_at < u and e.state <> 'parked'
				and coalesce(e.ended_at, now()) > e.answered_at and (q is null or e.queue_id = q)) c on true
		where (a is null or g.id = a) and f < least(u, now())
			and (tm is null or g.id in (select m.agent_id from team_members m where m.team_id = tm))
	)
	select 'stretch', g.id, null::bigint, q, g.id, '', lower(r.part), seconds(upper(r.part) - lower(r.part)),
		case when r.work then seconds(upper(r.part) - lower(r.part)) else 0 end, seconds(upper(r.part) - lower(r.part)), case when r.work then 'contact' else 'ready' end
	from agent g cross join lateral (
		select unnest(g.work) as part, true as work union all select unnest(coalesce(g.ready, '{}') - g.work), false) r
$$;

-- measure_rows are the rows of the measure of that name.
create function measure_rows(name text, q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language plpgsql stable as $$
begin
	case name
	when 'offered' then return query select r.* from measure_offered(q, a, tm, f, u) r;
	when 'answered' then return query select r.* from measure_answered(q, a, tm, f, u) r;
	when 'abandoned' then return query select r.* from measure_abandoned(q, a, tm, f, u) r;
	when 'short_abandon' then return query select r.* from measure_short_abandon(q, a, tm, f, u) r;
	when 'service_level' then return query select r.* from measure_service_level(q, a, tm, f, u) r;
	when 'service_level_all' then return query select r.* from measure_service_level_all(q, a, tm, f, u) r;
	when 'asa' then return query select r.* from measure_asa(q, a, tm, f, u) r;
	when 'longest_wait' then return query select r.* from measure_longest_wait(q, a, tm, f, u) r;
	when 'aht' then return query select r.* from measure_aht(q, a, tm, f, u) r;
	when 'occupancy' then return query select r.* from measure_occupancy(q, a, tm, f, u) r;
	when 'no_answer' then return query select r.* from measure_no_answer(q, a, tm, f, u) r;
	when 'three_rings' then return query select r.* from measure_three_rings(q, a, tm, f, u) r;
	when 'first_reply' then return query select r.* from measure_first_reply(q, a, tm, f, u) r;
	when 'next_reply' then return query select r.* from measure_next_reply(q, a, tm, f, u) r;
	when 'chat_first_reply' then return query select r.* from measure_chat_first_reply(q, a, tm, f, u) r;
	when 'mail_first_reply' then return query select r.* from measure_mail_first_reply(q, a, tm, f, u) r;
	when 'chat_response' then return query select r.* from measure_chat_response(q, a, tm, f, u) r;
	when 'chat_response_share' then return query select r.* from measure_chat_response_share(q, a, tm, f, u) r;
	when 'transfer_rate' then return query select r.* from measure_transfer_rate(q, a, tm, f, u) r;
	end case;
end $$;

-- standards: what is expected of those who answer. A standard is a measure that is a share, with a target and a weight.
create table standards (
	measure varchar(50) primary key references measures,
	target  int not null check (target between 1 and 100), -- percent
	weight  int not null default 1 check (weight between 0 and 100)
);

-- scores: how each agent met a standard on a day of the company's zone, under the definition of that day.
create table scores (
	day     date not null,
	measure varchar(50) not null references standards,
	agent_id bigint not null references agents,
	teams   bigint[] not null,        -- that the agent was in
	version int not null,             -- of the measure
	cases   int not null,
	met     int not null,
	kept_at timestamptz not null default now(),
	primary key (day, measure, agent_id),
	check (met between 0 and cases)
);
create index on scores (agent_id, day);

-- contests: an agent says that a row should not count, or not so.
create table contests (
	id       bigint generated always as identity primary key,
	measure  varchar(50) not null references standards,
	row_kind varchar(20) not null,
	row_id   bigint not null,
	agent_id bigint not null references agents,
	note     varchar(1000) not null check (note <> ''),
	at       timestamptz not null default now(),
	unique (measure, row_kind, row_id, agent_id)
);

-- thresholds: what must be seen at once. Above it is an alarm; for a share, below it.
create table thresholds (
	id       bigint generated always as identity primary key,
	measure  text not null check (measure in ('waiting', 'longest_wait', 'abandoned', 'service_level')),
	queue_id bigint references queues,  -- null: each queue
	value    int not null check (value between 0 and 1000000) -- contacts, seconds or percent
);

-- broadcasts: words of a supervisor on every desk, or on a team's.
create table broadcasts (
	id      bigint generated always as identity primary key,
	text    varchar(1000) not null check (text <> ''),
	team_id bigint references teams,    -- null: everybody
	urgent  boolean not null default false,
	by_id   bigint not null references agents,
	at      timestamptz not null default now(),
	until   timestamptz not null
);
create index on broadcasts (until);
create table broadcast_reads (
	broadcast_id bigint not null references broadcasts,
	agent_id     bigint not null references agents,
	at           timestamptz not null default now(),
	primary key (broadcast_id, agent_id)
);

-- whispers: a supervisor's words to the agent who talks with a customer. They are no messages, so that nothing which shows, sends,
-- quotes or exports messages can ever show one to the customer.
create table whispers (
	id        bigint generated always as identity primary key,
	ticket_id bigint not null references tickets,
	agent_id  bigint not null references agents,  -- to whom
	by_id     bigint not null references agents,
	text      varchar(2000) not null check (text <> ''),
	at        timestamptz not null default now()
);
create index on whispers (ticket_id, id);

alter table scores enable row level security;
create policy own on scores using ((select sees_all()) or agent_id = (select my_agent())) with check (true);
alter table contests enable row level security;
create policy own on contests using ((select sees_all()) or agent_id = (select my_agent())) with check (true);
alter table broadcasts enable row level security;
create policy seen on broadcasts using ((select sees_all()) or team_id is null or team_id = any ((select my_teams())::bigint[])) with check (true);
alter table broadcast_reads enable row level security;
create policy own on broadcast_reads using ((select sees_all()) or agent_id = (select my_agent())) with check (true);
alter table whispers enable row level security;
create policy seen on whispers using ((select sees_all()) or agent_id = (select my_agent())) with check (true);

insert into measures (name, version, unit, agg, better, title_zh, title_en, formula_zh, formula_en) values
('offered', 1, 'contacts', 'count', '', '进线', 'Offered', '进入队列的联系次数；每次进入队列计一次。', 'Contacts put into the queue; each stay in a queue counts once.'),
('answered', 1, 'contacts', 'count', 'more', '接起', 'Answered', '进线中接通坐席的次数。', 'Offered contacts that were connected to an agent.'),
('abandoned', 1, 'contacts', 'count', 'less', '放弃', 'Abandoned', '等待中客户离开的次数；要求回电不算放弃。排队中与振铃中分别计。', 'The customer left while waiting; asking for a callback is not abandoning. In the queue and during an offer are counted apart.'),
('short_abandon', 1, 'contacts', 'count', '', '短时放弃', 'Short abandons', '等待不足设定秒数（默认 5 秒）的放弃。', 'Abandoned after less than the set time (5 s unless changed).'),
('service_level', 1, 'share', 'ratio', 'more', '服务水平', 'Service level', 'T 秒内接起 ÷（进线 − 短时放弃）。T 为队列设定，未设定时用公司设定。仍在等待且未满 T 的不计入。', 'Answered within T ÷ (offered − short abandons). T is the queue''s, else the company''s. Who still waits, and not yet for T, is not counted.'),
('service_level_all', 1, 'share', 'ratio', 'more', '服务水平（含放弃与回电）', 'Service level, all ended', '（T 秒内接起＋放弃＋要求回电）÷ 进线。仍在等待且未满 T 的不计入。', '(Answered + abandoned + callback asked, within T) ÷ offered. Who still waits, and not yet for T, is not counted.'),
('asa', 1, 'seconds', 'ratio', 'less', '平均应答时间', 'Average speed of answer', '接起的联系在队列中等待时间的平均值，不含 IVR。', 'Mean wait in the queue of answered contacts, without IVR time.'),
('longest_wait', 1, 'seconds', 'max', 'less', '最长等待', 'Longest wait', '期间内进入队列者的最长等待，含放弃者和仍在等待者。', 'The longest wait of those who entered in the period, who left and who still wait included.'),
('aht', 1, 'seconds', 'ratio', 'less', '平均处理时间', 'Average handling time', '通话＋保持＋话后处理的平均值：从接起到整理结束。挂起的时间计入。', 'Mean of talk + hold + after-contact work: from answer to the end of wrap-up. Time parked counts.'),
('occupancy', 1, 'share', 'ratio', '', '占用率', 'Occupancy', '处理联系的时间 ÷（处理联系的时间＋就绪时间）；同时两个会话计一次，离开时不计。', 'Time on contact ÷ (time on contact + time ready); two contacts at once count once, nothing counts while away.'),
('no_answer', 1, 'offers', 'count', 'less', '未应答', 'No answer', '超时未应答的派单次数；同一联系可计多次。', 'Offers that timed out without an answer; one contact can count several times.'),
('three_rings', 1, 'share', 'ratio', 'more', '三声内接听', 'Within three rings', '坐席侧振铃不足 3 个周期（中国 5 秒，即 15 秒）接听 ÷ 坐席侧振铃。自动接听不计；未满时限即撤回的不计。', 'Agent side answered in less than 3 ring cycles (China 5 s each: 15 s) ÷ rung at the agent. Accepted automatically: not counted; taken back before the limit: not counted.'),
('first_reply', 1, 'seconds', 'ratio', 'less', '首次回复', 'First reply', '收到联系到第一次人工回复，日历时间；自动回复不算。', 'Contact received to first human reply, in clock time; automatic replies do not count.'),
('next_reply', 1, 'seconds', 'ratio', 'less', '后续回复', 'Next reply', '最早一条未答复的客户消息到答复它的回复，首次回复除外。', 'Oldest unanswered customer message to the reply that answers it, without the first reply.'),
('chat_first_reply', 1, 'share', 'ratio', 'more', '会话首次回复', 'First chat reply', '接起会话后在时限内（默认 5 秒）发出第一条消息 ÷ 接起的会话。客户在时限内离开的不计。', 'First message within the limit (5 s unless changed) after taking the chat ÷ chats taken. Customers who left within the limit are not counted.'),
('mail_first_reply', 1, 'share', 'ratio', 'more', '邮件首次回复', 'First mail reply', '收到邮件或表单后在时限内（默认 24 小时）人工回复 ÷ 收到的邮件和表单。未到时限且未回复的不计。', 'Human reply within the limit (24 h unless changed) of a mail or form ÷ mails and forms received. Unanswered and still within the limit: not counted.'),
('chat_response', 1, 'seconds', 'ratio', 'less', '会话响应', 'Chat response', '会话中每条客户消息到下一条坐席消息的平均时间。', 'Mean time from each customer message of a chat to the next agent message.'),
('chat_response_share', 1, 'share', 'ratio', 'more', '会话响应达标率', 'Chat responses in time', '时限内（默认少于 5 秒）得到响应的客户消息 ÷ 客户消息。', 'Customer messages of chats answered in less than the limit (5 s unless changed) ÷ customer messages.'),
('transfer_rate', 1, 'share', 'ratio', 'less', '转接率', 'Transfer rate', '转接的联系 ÷ 接起；直接转与协商转分别计。', 'Contacts transferred ÷ answered; blind and warm apart.');

insert into standards (measure, target, weight) values ('three_rings', 90, 1), ('chat_first_reply', 90, 1), ('mail_first_reply', 95, 1);

select guard('measure_settings'), guard('measures'), guard('standards'), guard('scores'), guard('contests'), guard('thresholds'),
	guard('broadcasts'), guard('broadcast_reads'), guard('whispers');
grant select, update on measure_settings, standards to frontline_app;
grant select on measures to frontline_app;
grant select, insert, update on scores, contests, broadcasts, broadcast_reads, whispers to frontline_app;
grant select, insert, update, delete on thresholds to frontline_app;

select permit('measure.settings', '{system:cli,system:demo,supervisor,manager,admin}'),
	permit('score.keep', '{system:jobs}'),
	permit('score.contest', '{agent,engineer,dispatcher,supervisor,sales,manager,admin}'),
	permit('threshold.edit', '{system:cli,system:demo,supervisor,manager,admin}'),
	permit('threshold.check', '{system:jobs}'),
	permit('supervise.look', '{supervisor,manager,admin}'),
	permit('supervise.whisper', '{supervisor,manager,admin}'),
	permit('broadcast.make', '{supervisor,manager,admin}'),
	permit('broadcast.read', '{agent,engineer,dispatcher,supervisor,sales,editor,manager,admin}');
