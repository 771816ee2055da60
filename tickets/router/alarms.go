package router

import (
	"context"
	"maps"
	"slices"

	"frontline/tickets/routing"
)

// alarms are queues in which contacts wait in vain.
type alarms struct {
	unfit    map[int64]string // queues that nobody can serve, or that never open
	standing map[int64]string // what was told, by queue
}

// tellAlarms raises an alarm where a contact reached a queue that nobody can serve or that never opens, and clears it when
// that is over.
func (l *lead) tellAlarms(ctx context.Context) {
	if l.stale.setup {
		l.stale.setup = false
		l.alarms.unfit = l.unfit()
	}
	if len(l.alarms.unfit) == 0 && len(l.alarms.standing) == 0 {
		return
	}
	now := map[int64]string{}
	for _, c := range l.waiters {
		if code := l.alarms.unfit[c.Queue]; code != "" {
			now[c.Queue] = code
		}
	}
	for _, q := range slices.Collect(maps.Keys(l.alarms.standing)) {
		if now[q] == "" {
			l.tellAlarm(ctx, q, "")
		}
	}
	for q, code := range now {
		if l.alarms.standing[q] != code {
			l.tellAlarm(ctx, q, code)
		}
	}
}

func (l *lead) tellAlarm(ctx context.Context, queue int64, code string) {
	if err := l.o.Dispatch.Alarm(ctx, by, queue, code); err != nil {
		l.o.Log.WarnContext(ctx, "alarm not told", "queue", queue, "code", code, "err", err)
		return // told in the next round
	}
	if code == "" {
		delete(l.alarms.standing, queue)
	} else {
		l.alarms.standing[queue] = code
	}
}

func (l *lead) unfit() map[int64]string {
	queues := make([]routing.Queue, 0, len(l.queues))
	for _, q := range l.queues {
		if q.ID > 0 {
			queues = append(queues, q.Queue)
		}
	}
	agents := make([]routing.Agent, 0, len(l.agents))
	for _, a := range l.agents {
		agents = append(agents, a.Agent)
	}
	out := map[int64]string{}
	for _, p := range routing.Check(queues, agents, l.now()) {
		if p.Code == "queue_unserved" || p.Code == "never_open" {
			out[p.Queue] = p.Code
		}
	}
	return out
}
