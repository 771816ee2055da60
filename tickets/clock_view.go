package tickets

import (
	"context"
	"fmt"
	"time"

	"frontline/internal/authority"
	"frontline/internal/web"
	"frontline/tickets/sla"
)

// Clock is one promise to the customer and how it stands.
type Clock struct {
	Kind     string      `json:"kind" enum:"answer,first_reply,next_reply,resolution,arrival"`
	Round    int         `json:"round" doc:"1 is the first of its kind on the ticket"`
	Outcome  string      `json:"outcome" enum:"running,paused,met,late,dropped,joined" doc:"A running one may be overdue: then breached is set"`
	Started  time.Time   `json:"started"`
	Due      *time.Time  `json:"due" doc:"null while paused, and where the calendar never reaches it"`
	Ended    *time.Time  `json:"ended"`
	Breached *time.Time  `json:"breached" doc:"When it was due and not done; stays, whatever happens later"`
	Warn     []time.Time `json:"warn" doc:"When it warns"`
	Left     int64       `json:"left_s" doc:"Seconds of open time until it is due; negative: since"`
	Paused   *time.Time  `json:"paused" doc:"Since when it stands still"`
	Policy   PolicyRef   `json:"policy"`
	Words    string      `json:"words" doc:"The reckoning in a sentence, in the caller's language"`
}

// PolicyRef names a version of a policy.
type PolicyRef struct {
	Name    string `json:"name"`
	Version int    `json:"version"`
}

// clocksOf are the promises of a ticket as its history has them at this instant, in the reader's language; those of a ticket that was
// merged are on the one that it leads to.
func (t *Tickets) clocksOf(ctx context.Context, q authority.Query, ticket int64) ([]Clock, error) {
	b, err := t.book(ctx, q)
	if err != nil {
		return nil, err
	}
	all, err := histories(ctx, q, []int64{ticket})
	if err != nil || all[ticket] == nil {
		return []Clock{}, err
	}
	var now time.Time
	if err := q.QueryRow(ctx, `select clock_timestamp()`).Scan(&now); err != nil {
		return nil, fmt.Errorf("now: %w", err)
	}
	clocks, err := all[ticket].clocks(b, now)
	if err != nil {
		return nil, err
	}
	out := make([]Clock, len(clocks))
	for i, c := range clocks {
		out[i] = shownClock(c, sla.Reader{Lang: web.Language(ctx), Now: now})
	}
	return out, nil
}

func shownClock(c sla.Clock, r sla.Reader) Clock {
	e := c.Explain()
	return Clock{
		Kind: string(c.Kind), Round: c.Round, Outcome: string(c.Outcome), Started: c.Started,
		Due: known(c.Due), Ended: known(c.Ended), Breached: known(c.Breached), Paused: known(e.Paused),
		Warn: append([]time.Time{}, c.Warn...), Left: int64(c.Left / time.Second),
		Policy: PolicyRef{c.Policy.Name, c.Policy.Version}, Words: e.Words(r),
	}
}

// known is a time, or null where it is zero.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
