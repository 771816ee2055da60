package tickets

import (
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// resting is the reason of a presence that the program set for the time of a wrap-up, and therefore ends as well. One that the agent
// chose has another.
const resting = "wrap_up"

// rests makes a ready agent whose wrap-up begins be in after-contact work, where the queue wants it: nothing is offered meanwhile.
func (s *stay) rests(b *pgx.Batch) {
	if !s.Rules.WrapUp.rests() {
		return
	}
	s.follow(b, b.Queue(`update seats set presence = 'after_work', reason = $2, since = now() where agent_id = $1 and presence = 'ready'`, s.Agent, resting))
}

// rested makes an agent ready again whose last wrap-up has ended. The seat is locked by the statement before, so that of two
// wrap-ups that end at once the later one sees that the other is over.
func (s *stay) rested(b *pgx.Batch) {
	if s.State != "wrap_up" && !s.Rules.WrapUp.rests() {
		return
	}
	s.follow(b, b.Queue(`update seats set presence = 'ready', reason = '', since = now() where agent_id = $1 and presence = 'after_work' and reason = $2
		and not exists (select from entries where agent_id = $1 and state = 'wrap_up')`, s.Agent, resting))
}

// follow queues the history of a change of the agent's seat behind it, where it did change.
func (s *stay) follow(b *pgx.Batch, change *pgx.QueuedQuery) {
	agent := s.Agent
	change.Exec(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() > 0 {
			s.seated = append(s.seated, agent)
		}
		return nil
	})
	b.Queue(`update presences set until_at = now() where agent_id = $1 and until_at is null and exists (select from seats where agent_id = $1 and since = now())`, agent)
	b.Queue(`insert into presences (agent_id, presence, reason) select agent_id, presence, reason from seats where agent_id = $1 and since = now()`, agent)
}

func (w *WrapUpRule) rests() bool { return w != nil && w.AfterWork }
