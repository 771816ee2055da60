-- A contact that goes from one agent's hand into another's is a stay of its own and was never put into a queue: counted as offered,
-- it would be one more contact, answered after no time at all. Its handling counts as before.

create or replace function measure_offered(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'entry', e.id, e.ticket_id, e.queue_id, e.agent_id, e.channel, e.entered_at, e.waited, 1, 1, e.state
	from stays(q, a, tm, f, u) e where (e.pulled and e.answered_at = e.entered_at) is not true
$$;

create or replace function measure_answered(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'entry', e.id, e.ticket_id, e.queue_id, e.agent_id, e.channel, e.entered_at, e.waited, 1, 1, case when e.pulled then 'pulled' else 'offered' end
	from stays(q, a, tm, f, u) e where e.answered_at is not null and not (e.pulled and e.answered_at = e.entered_at)
$$;

create or replace function measure_service_level(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'entry', e.id, e.ticket_id, e.queue_id, e.agent_id, e.channel, e.entered_at, e.waited,
		case when e.answered_at is not null and e.waited <= e.within_s then 1 else 0 end, 1,
		case when e.answered_at is not null then 'answered' when e.outcome = '' then 'waiting' else e.outcome end
	from stays(q, a, tm, f, u) e, measure_settings s
	where e.settled and not (e.outcome = 'abandoned' and e.waited < s.short_abandon_s) and (e.pulled and e.answered_at = e.entered_at) is not true
$$;

create or replace function measure_service_level_all(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'entry', e.id, e.ticket_id, e.queue_id, e.agent_id, e.channel, e.entered_at, e.waited,
		case when (e.answered_at is not null or e.outcome in ('abandoned', 'callback')) and e.waited <= e.within_s then 1 else 0 end, 1,
		case when e.answered_at is not null then 'answered' when e.outcome = '' then 'waiting' else e.outcome end
	from stays(q, a, tm, f, u) e where e.settled and (e.pulled and e.answered_at = e.entered_at) is not true
$$;

select set_config('app.act', 'migration', true);
update measures set version = 2, formula_zh = formula_zh || '坐席之间直接转手的不计。', formula_en = formula_en || ' Handed from agent to agent without a queue: not counted.'
	where name in ('offered', 'answered', 'service_level', 'service_level_all', 'asa', 'longest_wait');
update measures set version = 2, formula_zh = '以转接结束的坐席处理段 ÷ 坐席处理段（含直接转手的）；直接转与协商转分别计。',
	formula_en = 'Stays with an agent that ended in a transfer ÷ stays with an agent, those handed on without a queue included; blind and warm apart.'
	where name = 'transfer_rate';
select set_config('app.act', '', true);
