package authority

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// SessionInfo is a session as its owner sees it.
type SessionInfo struct {
	ID       int64     `json:"id"`
	Started  time.Time `json:"started_at"`
	Seen     time.Time `json:"seen_at" doc:"To the minute"`
	Ends     time.Time `json:"ends_at" doc:"At the latest"`
	Peer     string    `json:"peer" doc:"The address it was started from"`
	Software string    `json:"software" doc:"What the browser calls itself"`
	Current  bool      `json:"current" doc:"The one that asks"`
}

// Session says whose session a cookie's token is: fault.Unauthorized "session_ended" for one that is unknown, ended, too
// old, unused for too long, or whose agent is disabled.
func (a *Accounts) Session(ctx context.Context, token string) (Actor, error) {
	by := Actor{Kind: Agent}
	var old bool
	err := a.db.Read.QueryRow(ctx, `select s.id, a.id, a.name, s.seen_at < now() - make_interval(secs => $2)
		from sessions s join agents a on a.id = s.agent_id
		where s.token = $1 and a.disabled_at is null and s.expires_at > now() and s.seen_at > now() - make_interval(secs => $3)`,
		a.hash("session", token), seenEvery.Seconds(), a.idle.Seconds()).Scan(&by.Session, &by.ID, &by.Name, &old)
	if errors.Is(err, pgx.ErrNoRows) {
		return Actor{}, fault.New(fault.Unauthorized, "session_ended")
	}
	if err != nil {
		return Actor{}, failure(fmt.Errorf("find the session: %w", err))
	}
	if old {
		a.Touch(ctx, by)
	}
	return by, nil
}

// Touch writes down that a session is used, for one that lives on a websocket and asks nothing by HTTP. At most one write
// a minute comes of it.
func (a *Accounts) Touch(ctx context.Context, by Actor) {
	if by.Session != 0 {
		a.seen(ctx, `update sessions set seen_at = now() where id = $1 and seen_at < now() - make_interval(secs => $2)`, by.Session)
	}
}

// Ended says which of these actors may not go on: their session or token has ended, by whatever cause, or they are
// disabled. Asked every few seconds for all open websockets at once, it lets none outlive its session.
func (a *Accounts) Ended(ctx context.Context, open []Actor) ([]Actor, error) {
	sessions, tokens := make([]int64, len(open)), make([]int64, len(open))
	for i, by := range open {
		sessions[i], tokens[i] = by.Session, by.Token
	}
	rows, err := a.db.Read.Query(ctx, `select o.n from unnest($1::bigint[], $2::bigint[]) with ordinality o (session, token, n)
		where not exists (select from sessions s join agents a on a.id = s.agent_id
			where s.id = o.session and a.disabled_at is null and s.expires_at > now() and s.seen_at > now() - make_interval(secs => $3))
		and not exists (select from tokens t join agents a on a.id = t.agent_id
			where t.id = o.token and a.disabled_at is null and (t.expires_at is null or t.expires_at > now()))`,
		sessions, tokens, a.idle.Seconds())
	if err != nil {
		return nil, failure(fmt.Errorf("find ended sessions: %w", err))
	}
	places, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return nil, failure(fmt.Errorf("find ended sessions: %w", err))
	}
	ended := make([]Actor, len(places))
	for i, n := range places {
		ended[i] = open[n-1]
	}
	return ended, nil
}

// Sessions lists an agent's own sessions, the last used first.
func (a *Accounts) Sessions(ctx context.Context, by Actor) ([]SessionInfo, error) {
	var out []SessionInfo
	err := a.gate.View(ctx, by, func(q Query) error {
		rows, err := q.Query(ctx, `select id, created_at, seen_at, expires_at, peer, software, id = $2 from sessions
			where agent_id = $1 and expires_at > now() and seen_at > now() - make_interval(secs => $3)
			order by seen_at desc, id desc limit 200`, by.ID, by.Session, a.idle.Seconds())
		if err != nil {
			return fmt.Errorf("sessions: %w", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[SessionInfo])
		return err
	})
	return out, err
}

// EndSession ends one of the agent's own sessions, the current one for signing out. Websockets hear of it. One that has
// ended, or is another's, is not found.
func (a *Accounts) EndSession(ctx context.Context, by Actor, session int64) error {
	return a.gate.Do(ctx, by, func(tx *Tx) error {
		if err := tx.Allow(ctx, Act{Name: "session.end", Object: sessionObject(session)}); err != nil {
			return err
		}
		return endOne(ctx, tx, "session", `delete from sessions where id = $1 and agent_id = $2 returning id, agent_id`, session, by.ID)
	})
}

// EndOtherSessions ends all of the agent's sessions but the current one.
func (a *Accounts) EndOtherSessions(ctx context.Context, by Actor) error {
	return a.gate.Do(ctx, by, func(tx *Tx) error {
		if err := tx.Allow(ctx, Act{Name: "session.end", Object: by.String()}); err != nil {
			return err
		}
		return endAll(ctx, tx, "session", `delete from sessions where agent_id = $1 and id <> $2 returning id, agent_id`, by.ID, by.Session)
	})
}

// Sweep ends what has run out, tells the websockets, and forgets old failed logins. A job calls it every minute or so.
// Where nothing ran out there is no act, and no row in the audit trail.
func (a *Accounts) Sweep(ctx context.Context) error {
	var due bool
	if err := a.db.Read.QueryRow(ctx, `select exists (select from sessions where expires_at < now() or seen_at < now() - make_interval(secs => $1))
		or exists (select from tokens where expires_at < now()) or exists (select from login_tries where at < now() - make_interval(secs => $2))`,
		a.idle.Seconds(), forgetting.Seconds()).Scan(&due); err != nil || !due {
		return failure(err)
	}
	return a.gate.Do(ctx, System("jobs"), func(tx *Tx) error {
		if err := tx.Allow(ctx, Act{Name: "session.end", Object: "ran out"}); err != nil {
			return err
		}
		if err := endAll(ctx, tx, "session", `delete from sessions where expires_at < now() or seen_at < now() - make_interval(secs => $1)
			returning id, agent_id`, a.idle.Seconds()); err != nil {
			return err
		}
		if err := endAll(ctx, tx, "token", `delete from tokens where expires_at < now() returning id, agent_id`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `delete from login_tries where at < now() - make_interval(secs => $1)`, forgetting.Seconds())
		return err
	})
}

// end deletes sessions or tokens, by a statement that returns id and agent_id, says so to the sockets of their agents and
// to the topic "sessions", and answers how many there were.
func end(ctx context.Context, tx *Tx, what, sql string, args ...any) (n int, err error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return 0, fmt.Errorf("end a %s: %w", what, err)
	}
	var id, agent int64
	_, err = pgx.ForEachRow(rows, []any{&id, &agent}, func() error {
		n++
		tx.Emit(what+".ended", what+":"+strconv.FormatInt(id, 10), AgentActor(agent, "").String(), "sessions")
		return nil
	})
	if err != nil {
		return n, fmt.Errorf("end a %s: %w", what, err)
	}
	return n, nil
}

// endAll is end where it may be none.
func endAll(ctx context.Context, tx *Tx, what, sql string, args ...any) error {
	_, err := end(ctx, tx, what, sql, args...)
	return err
}

// endOne is end where it must be one.
func endOne(ctx context.Context, tx *Tx, what, sql string, args ...any) error {
	n, err := end(ctx, tx, what, sql, args...)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "not_found", "what", what)
	}
	return err
}

func sessionObject(id int64) string { return "session:" + strconv.FormatInt(id, 10) }
