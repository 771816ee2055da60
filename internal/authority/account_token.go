package authority

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// TokenPrefix begins every API token, so that one that leaked is recognised by those who look for such things.
const TokenPrefix = "flt_"

// TokenInfo is an API token as its owner sees it.
type TokenInfo struct {
	ID      int64      `json:"id"`
	Name    string     `json:"name"`
	Made    time.Time  `json:"created_at"`
	Seen    *time.Time `json:"seen_at,omitempty" doc:"To the minute; absent if never used"`
	Expires *time.Time `json:"expires_at,omitempty"`
}

// Token says whose API token a bearer is: fault.Unauthorized "bad_bearer" for one that is unknown, ended, expired, or whose
// agent is disabled. What is kept of a token is a keyed hash, so that one HMAC and one indexed read decide.
func (a *Accounts) Token(ctx context.Context, bearer string) (Actor, error) {
	bad := fault.New(fault.Unauthorized, "bad_bearer")
	if !strings.HasPrefix(bearer, TokenPrefix) {
		return Actor{}, bad
	}
	by := Actor{Kind: Agent}
	var old bool
	err := a.db.Read.QueryRow(ctx, `select t.id, a.id, a.name, coalesce(t.seen_at < now() - make_interval(secs => $2), true)
		from tokens t join agents a on a.id = t.agent_id
		where t.token = $1 and a.disabled_at is null and (t.expires_at is null or t.expires_at > now())`,
		a.hash("api token", bearer), seenEvery.Seconds()).Scan(&by.Token, &by.ID, &by.Name, &old)
	if errors.Is(err, pgx.ErrNoRows) {
		return Actor{}, bad
	}
	if err != nil {
		return Actor{}, failure(fmt.Errorf("find the token: %w", err))
	}
	if old {
		a.seen(ctx, `update tokens set seen_at = now() where id = $1 and coalesce(seen_at < now() - make_interval(secs => $2), true)`, by.Token)
	}
	return by, nil
}

// AddToken makes an API token with which a program acts as an agent: the caller in a session, or, for the command line,
// any. The secret is returned once and kept nowhere. life zero means that it does not expire.
func (a *Accounts) AddToken(ctx context.Context, by Actor, agent int64, name string, life time.Duration) (id int64, token string, err error) {
	if name = plain.Line(name, 100); name == "" {
		return 0, "", fault.BadField("name", "required")
	}
	token = TokenPrefix + newSecret()
	err = a.gate.Do(ctx, by, func(tx *Tx) error {
		act := Act{Name: "token.add", Object: AgentActor(agent, "").String(), Owner: agent}
		if by.Kind == Agent && by.Session == 0 {
			act.Reason = "not in a session"
			return tx.Deny(act)
		}
		if err := tx.Allow(ctx, act); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `insert into tokens (agent_id, name, token, expires_at)
			values ($1, $2, $3, case when $4 > 0 then now() + make_interval(secs => $4) end) returning id`,
			agent, name, a.hash("api token", token), life.Seconds()).Scan(&id)
		if isCode(err, "23503") {
			return fault.New(fault.NotFound, "not_found", "what", "agent")
		}
		tx.Return(struct {
			ID int64 `json:"id"`
		}{id}) // and never the secret
		return err
	})
	return id, token, err
}

// Tokens lists the agent's own API tokens.
func (a *Accounts) Tokens(ctx context.Context, by Actor) ([]TokenInfo, error) {
	var out []TokenInfo
	err := a.gate.View(ctx, by, func(q Query) error {
		rows, err := q.Query(ctx, `select id, name, created_at, seen_at, expires_at from tokens
			where agent_id = $1 and (expires_at is null or expires_at > now()) order by id limit 200`, by.ID)
		if err != nil {
			return fmt.Errorf("tokens: %w", err)
		}
		out, err = pgx.CollectRows(rows, pgx.RowToStructByPos[TokenInfo])
		return err
	})
	return out, err
}

// EndToken ends one of the agent's own tokens; the command line may end any. Another's is not found.
func (a *Accounts) EndToken(ctx context.Context, by Actor, id int64) error {
	return a.gate.Do(ctx, by, func(tx *Tx) error {
		if err := tx.Allow(ctx, Act{Name: "token.end", Object: "token:" + strconv.FormatInt(id, 10)}); err != nil {
			return err
		}
		return endOne(ctx, tx, "token", `delete from tokens where id = $1 and (agent_id = $2 or $3) returning id, agent_id`, id, by.ID, by.Kind == Program)
	})
}
