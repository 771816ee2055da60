-- What waits and is worked on at this moment, as measures, so that these numbers too have a formula and open into their rows. They
-- are of now, whatever period is asked for; the indexes of what has not ended bound them.

create function measure_waiting(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'entry', e.id, e.ticket_id, e.queue_id, e.agent_id, e.channel, e.arrived_at, seconds(now() - e.arrived_at), 1, 1, e.state::text
	from entries e where e.state in ('waiting', 'offered') and (q is null or e.queue_id = q) and (a is null or e.agent_id = a)
		and (tm is null or e.agent_id in (select m.agent_id from team_members m where m.team_id = tm))
$$;

create function measure_in_hand(q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language sql stable as $$
	select 'entry', e.id, e.ticket_id, e.queue_id, e.agent_id, e.channel, e.answered_at, seconds(now() - e.answered_at), 1, 1, e.state::text
	from entries e where e.state in ('in_hand', 'parked', 'wrap_up') and (q is null or e.queue_id = q) and (a is null or e.agent_id = a)
		and (tm is null or e.agent_id in (select m.agent_id from team_members m where m.team_id = tm))
$$;

select set_config('app.act', 'migration', true);
insert into measures (name, version, unit, agg, better, title_zh, title_en, formula_zh, formula_en) values
('waiting', 1, 'contacts', 'count', 'less', '等待中', 'Waiting now', '此刻没有坐席处理的联系，含正在派给坐席的。', 'Contacts that no agent has at this moment, those being offered to one included.'),
('longest_now', 1, 'seconds', 'max', 'less', '当前最长等待', 'Longest wait now', '此刻等待者中最长的等待，从开始等待算起，不论先后在哪个队列。', 'The longest wait of those who wait now, since they began to, in whatever queue.'),
('in_hand', 1, 'contacts', 'count', '', '处理中', 'In hand', '此刻坐席正在处理、挂起或整理的联系。', 'Contacts that agents have at this moment: talking, parked or in wrap-up.');
select set_config('app.act', '', true);

-- measure_rows is that of migration 002 with these.
create or replace function measure_rows(name text, q bigint, a bigint, tm bigint, f timestamptz, u timestamptz) returns setof measure_row language plpgsql stable as $$
begin
	case name
	when 'waiting' then return query select r.* from measure_waiting(q, a, tm, f, u) r;
	when 'longest_now' then return query select r.* from measure_waiting(q, a, tm, f, u) r;
	when 'in_hand' then return query select r.* from measure_in_hand(q, a, tm, f, u) r;
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
