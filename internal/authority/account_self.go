package authority

import (
	"context"

	"frontline/internal/fault"
)

// asSelf runs a change an agent makes to his own account. A program with a token may not: it was given an agent's hands,
// not his keys.
func (a *Accounts) asSelf(ctx context.Context, by Actor, f func(tx *Tx) error) error {
	if err := a.inSession(ctx, by); err != nil {
		return err
	}
	return a.gate.Do(ctx, by, func(tx *Tx) error {
		if err := tx.Allow(ctx, Act{Name: "agent.self", Object: by.String()}); err != nil {
			return err
		}
		return f(tx)
	})
}

// inSession refuses whoever is not an agent in a session of his own.
func (a *Accounts) inSession(ctx context.Context, by Actor) error {
	if by.Kind == Agent && by.Session != 0 {
		return nil
	}
	return a.gate.Do(ctx, by, func(tx *Tx) error {
		return tx.Deny(Act{Name: "agent.self", Object: by.String(), Reason: "not in a session"})
	})
}

// SetLanguage sets the language an agent reads, zh or en.
func (a *Accounts) SetLanguage(ctx context.Context, by Actor, language string) error {
	if language != "zh" && language != "en" {
		return fault.BadField("language", "not_allowed", "allowed", "zh, en")
	}
	return a.asSelf(ctx, by, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `update agents set language = $2 where id = $1`, by.ID, language)
		return err
	})
}

// SetPassword changes an agent's own password, given the old one. His other sessions end.
func (a *Accounts) SetPassword(ctx context.Context, by Actor, old, password string) error {
	if err := a.confirmPassword(ctx, by, old); err != nil {
		return err
	}
	login, err := a.login(ctx, by.ID)
	if err != nil {
		return err
	}
	hash, err := a.newPassword(ctx, login, password)
	if err != nil {
		return err
	}
	return a.asSelf(ctx, by, func(tx *Tx) error {
		if err := keepPassword(ctx, tx, by.ID, *hash, false); err != nil {
			return err
		}
		return endAll(ctx, tx, "session", `delete from sessions where agent_id = $1 and id <> $2 returning id, agent_id`, by.ID, by.Session)
	})
}

// confirmPassword asks who is signed in for the password again. It is counted like a login: a session that was left open
// is no place to guess at leisure.
func (a *Accounts) confirmPassword(ctx context.Context, by Actor, password string) error {
	if err := a.inSession(ctx, by); err != nil {
		return err
	}
	login, err := a.login(ctx, by.ID)
	if err != nil {
		return err
	}
	tries := []try{{a.key.MAC("login tries", []byte("confirm"), []byte(login))[:16], freeBoth}}
	leave, err := a.hasher.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	_, right, err := a.checkLogin(ctx, Login{Login: login, Password: password}, tries)
	if err != nil {
		return err
	}
	if !right {
		return fault.BadField("password", "wrong_password")
	}
	return a.forgive(ctx, tries)
}
