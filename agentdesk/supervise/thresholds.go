package supervise

import (
	"context"
	"fmt"

	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// Threshold says what must be seen at once.
type Threshold struct {
	ID      int64  `json:"id"`
	Measure string `json:"measure" enum:"waiting,longest_wait,abandoned,service_level"`
	Queue   *int64 `json:"queue_id" doc:"null: each queue"`
	Value   int    `json:"value" doc:"contacts, seconds or percent: an alarm above it, of a service level below it"`
}

// ThresholdEdit is what a threshold is made with, or changed to.
type ThresholdEdit struct {
	Measure string `json:"measure" enum:"waiting,longest_wait,abandoned,service_level" doc:"waiting: contacts now; longest_wait: seconds now; abandoned: contacts in the last 30 minutes; service_level: percent in the last 30 minutes, of at least five contacts"`
	Queue   *int64 `json:"queue_id,omitempty" doc:"absent: each queue"`
	Value   int    `json:"value" minimum:"0" maximum:"1000000"`
}

// Thresholds lists them, for those who lead.
func (s *Supervision) Thresholds(ctx context.Context, by authority.Actor) (out []Threshold, err error) {
	err = s.gate.View(ctx, by, func(q authority.Query) error {
		if err := all(ctx, q); err != nil {
			return err
		}
		rows, err := q.Query(ctx, `select id, measure, queue_id, value from thresholds order by measure, queue_id nulls first, id limit 500`)
		if err != nil {
			return fmt.Errorf("thresholds: %w", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Threshold])
		return err
	})
	return out, err
}

// SaveThreshold makes a threshold (id 0) or changes one.
func (s *Supervision) SaveThreshold(ctx context.Context, by authority.Actor, id int64, in ThresholdEdit) (int64, error) {
	if in.Measure == "service_level" && in.Value > 100 {
		return 0, fault.BadField("value", "above_percent")
	}
	err := s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "threshold.edit", Object: fmt.Sprint("threshold:", id)}); err != nil {
			return err
		}
		var err error
		if id == 0 {
			err = tx.QueryRow(ctx, `insert into thresholds (measure, queue_id, value) values ($1, $2, $3) returning id`, in.Measure, in.Queue, in.Value).Scan(&id)
		} else {
			err = gone(tx.QueryRow(ctx, `update thresholds set measure = $2, queue_id = $3, value = $4 where id = $1 returning id`, id, in.Measure, in.Queue, in.Value).Scan(&id))
		}
		if err != nil {
			return unknown(err, "queue_id", "unknown_queue")
		}
		tx.Emit("threshold.changed", fmt.Sprint("threshold:", id), "staff")
		tx.Return(Added{id})
		return nil
	})
	return id, err
}

// DropThreshold forgets one; an alarm of it ends with the next check.
func (s *Supervision) DropThreshold(ctx context.Context, by authority.Actor, id int64) error {
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "threshold.edit", Object: fmt.Sprint("threshold:", id)}); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `delete from thresholds where id = $1`, id)
		if err != nil {
			return fmt.Errorf("drop threshold: %w", err)
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.NotFound, "not_found")
		}
		tx.Emit("threshold.changed", fmt.Sprint("threshold:", id), "staff")
		return nil
	})
}

// AlarmKind is the kind of the alarms that thresholds raise.
const AlarmKind = "threshold"

// passed is a threshold that a queue is beyond.
type passed struct {
	Object, Code, Queue, QueueEn string
	Limit                        int
}

// Check raises an alarm for each queue that is beyond a threshold, and clears those that are not any more. Where nothing changed it
// only reads.
func (s *Supervision) Check(ctx context.Context, by authority.Actor) error {
	due := false
	err := s.gate.View(ctx, by, func(q authority.Query) error {
		beyond, over, err := weigh(ctx, q)
		due = len(beyond) > 0 || len(over) > 0
		return err
	})
	if err != nil || !due {
		return err
	}
	return s.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "threshold.check", Object: "thresholds"}); err != nil {
			return err
		}
		beyond, over, err := weigh(ctx, tx)
		if err != nil {
			return err
		}
		for _, p := range beyond {
			if err := alarm.Raise(ctx, tx, AlarmKind, p.Object, p.Code, map[string]any{"queue": p.Queue, "queue_en": p.QueueEn, "limit": p.Limit}); err != nil {
				return err
			}
		}
		for _, object := range over {
			if err := alarm.Clear(ctx, tx, AlarmKind, object); err != nil {
				return err
			}
		}
		return nil
	})
}

// weigh finds what is beyond a threshold and has no such alarm, and alarms whose reason is over.
func weigh(ctx context.Context, q authority.Query) (beyond []passed, over []string, err error) {
	rows, err := q.Query(ctx, `with now as (
			select 'waiting' as measure, e.queue_id, count(*)::numeric as value from entries e where e.state in ('waiting', 'offered') group by 2
			union all select 'longest_wait', e.queue_id, seconds(now() - min(e.arrived_at)) from entries e where e.state in ('waiting', 'offered') group by 2
			union all select 'abandoned', r.queue_id, sum(r.num) from measure_rows('abandoned', null, null, null, now() - interval '30 min', now() + interval '1 s') r
				where exists (select from thresholds where measure = 'abandoned') group by 2
			union all select 'service_level', r.queue_id, 100 * sum(r.num) / sum(r.den) from measure_rows('service_level', null, null, null, now() - interval '30 min', now() + interval '1 s') r
				where exists (select from thresholds where measure = 'service_level') group by 2 having count(*) >= 5),
		beyond as (select 'threshold:' || t.id || ':queue:' || k.id as object, case t.measure when 'service_level' then 'service_level_below' else t.measure || '_above' end as code,
				k.name, k.name_en, t.value
			from thresholds t join now n on n.measure = t.measure and (t.queue_id is null or t.queue_id = n.queue_id) join queues k on k.id = n.queue_id
			where case t.measure when 'service_level' then n.value < t.value else n.value > t.value end),
		standing as (select object, code, (args ->> 'limit')::int as value from alarms where kind = $1 and cleared_at is null)
		select true, b.object, b.code, b.name, b.name_en, b.value from beyond b
			where not exists (select from standing s where s.object = b.object and s.code = b.code and s.value = b.value)
		union all select false, s.object, '', '', '', 0 from standing s where not exists (select from beyond b where b.object = s.object)`, AlarmKind)
	if err != nil {
		return nil, nil, fmt.Errorf("check thresholds: %w", err)
	}
	var is bool
	var p passed
	_, err = pgx.ForEachRow(rows, []any{&is, &p.Object, &p.Code, &p.Queue, &p.QueueEn, &p.Limit}, func() error {
		if is {
			beyond = append(beyond, p)
		} else {
			over = append(over, p.Object)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("check thresholds: %w", err)
	}
	return beyond, over, nil
}
