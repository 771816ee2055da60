package authority

import (
	"context"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
)

// Second factor by time (RFC 6238): six digits, SHA-1, 30 s, which is what every authenticator app can do.
const (
	totpStep   = 30 * time.Second
	totpAround = 1  // steps before and after the present one that are taken, for clocks that differ
	totpSeed   = 20 // bytes, as RFC 4226 recommends
	recoveries = 10
)

// Proposal is a second factor to set up: the seed for typing, and the address that an authenticator app reads as a QR code.
type Proposal struct {
	Secret string `json:"secret"`
	URL    string `json:"url"`
}

var base32Plain = base32.StdEncoding.WithPadding(base32.NoPadding)

// ProposeFactor makes a new seed for the agent's second factor. It is asked for only after ConfirmFactor, so that an app
// that was not set up rightly locks nobody out.
func (a *Accounts) ProposeFactor(ctx context.Context, by Actor) (Proposal, error) {
	p := Proposal{Secret: base32Plain.EncodeToString(randomBytes(totpSeed))}
	err := a.asSelf(ctx, by, func(tx *Tx) error {
		var login string
		var set bool
		if err := tx.QueryRow(ctx, `select a.login, coalesce(c.totp_at is not null, false) from agents a
			left join credentials c on c.agent_id = a.id where a.id = $1`, by.ID).Scan(&login, &set); err != nil {
			return fmt.Errorf("read the account: %w", err)
		}
		if set {
			return fault.New(fault.Conflict, "factor_set")
		}
		p.URL = "otpauth://totp/Frontline:" + login + "?secret=" + p.Secret + "&issuer=Frontline"
		_, err := tx.Exec(ctx, `insert into credentials (agent_id, totp) values ($1, $2) on conflict (agent_id) do update set totp = $2, totp_step = 0`,
			by.ID, a.key.Seal([]byte(p.Secret), totpContext(by.ID)))
		return err
	})
	return p, err
}

// ConfirmFactor sets the proposed second factor up, given a first right code. It answers recovery codes, each good for
// one login when the phone is lost; they are shown once and kept hashed. Other sessions of the agent end.
func (a *Accounts) ConfirmFactor(ctx context.Context, by Actor, code string) (recovery []string, err error) {
	err = a.asSelf(ctx, by, func(tx *Tx) error {
		recovery = nil
		var sealed []byte
		err := tx.QueryRow(ctx, `select totp from credentials where agent_id = $1 and totp_at is null and totp is not null for update`, by.ID).Scan(&sealed)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.Conflict, "no_proposal")
		}
		if err != nil {
			return fmt.Errorf("read the second factor: %w", err)
		}
		step, err := a.matchCode(by.ID, sealed, code)
		if err != nil {
			return err
		}
		if step == 0 {
			return fault.BadField("code", "bad_code")
		}
		if _, err := tx.Exec(ctx, `update credentials set totp_at = now(), totp_step = $2 where agent_id = $1`, by.ID, step); err != nil {
			return fmt.Errorf("keep the second factor: %w", err)
		}
		hashes := make([][]byte, recoveries)
		for i := range hashes {
			c := newRecovery()
			recovery, hashes[i] = append(recovery, c), a.recoveryHash(by.ID, c)
		}
		if _, err := tx.Exec(ctx, `with old as (delete from recovery_codes where agent_id = $1)
			insert into recovery_codes (agent_id, hash) select $1, unnest($2::bytea[])`, by.ID, hashes); err != nil {
			return fmt.Errorf("keep recovery codes: %w", err)
		}
		return endAll(ctx, tx, "session", `delete from sessions where agent_id = $1 and id <> $2 returning id, agent_id`, by.ID, by.Session)
	})
	return recovery, err
}

// DropFactor removes the agent's second factor, given the password. An administrator removes that of another by ResetFactor.
func (a *Accounts) DropFactor(ctx context.Context, by Actor, password string) error {
	if err := a.confirmPassword(ctx, by, password); err != nil {
		return err
	}
	return a.asSelf(ctx, by, func(tx *Tx) error { return dropFactor(ctx, tx, by.ID) })
}

// ResetFactor removes the second factor of an agent who lost phone and recovery codes. His sessions end: whoever found
// the phone may have one of them.
func (a *Accounts) ResetFactor(ctx context.Context, by Actor, agent int64) error {
	if by.Kind == Agent && by.ID == agent {
		return a.refuseOwn(ctx, by, "own_password")
	}
	return a.gate.Do(ctx, by, func(tx *Tx) error {
		if err := tx.Allow(ctx, Act{Name: "agent.change", Object: AgentActor(agent, "").String(), Reason: "second factor removed"}); err != nil {
			return err
		}
		var roles []string
		err := tx.QueryRow(ctx, `select roles from agents where id = $1`, agent).Scan(&roles)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.New(fault.NotFound, "not_found", "what", "agent")
		}
		if err != nil {
			return fmt.Errorf("whose second factor: %w", err)
		}
		if err := reach(ctx, tx, roles); err != nil {
			return err
		}
		if err := dropFactor(ctx, tx, agent); err != nil {
			return err
		}
		tx.Emit("agent.changed", AgentActor(agent, "").String(), "staff")
		return endAll(ctx, tx, "session", `delete from sessions where agent_id = $1 returning id, agent_id`, agent)
	})
}

func dropFactor(ctx context.Context, tx *Tx, agent int64) error {
	if _, err := tx.Exec(ctx, `with codes as (delete from recovery_codes where agent_id = $1)
		update credentials set totp = null, totp_at = null, totp_step = 0 where agent_id = $1`, agent); err != nil {
		return fmt.Errorf("remove the second factor: %w", err)
	}
	return nil
}

// useCode takes a code, once: a code of the app by moving the last used step forward, a recovery code by deleting it.
func (a *Accounts) useCode(ctx context.Context, tx *Tx, agent int64, sealed []byte, code string) error {
	step, err := a.matchCode(agent, sealed, code)
	if err != nil {
		return err
	}
	sql, arg := `update credentials set totp_step = $2 where agent_id = $1 and totp_step < $2`, any(step)
	if step == 0 {
		sql, arg = `delete from recovery_codes where agent_id = $1 and hash = $2`, a.recoveryHash(agent, code)
	}
	tag, err := tx.Exec(ctx, sql, agent, arg)
	if err != nil {
		return fmt.Errorf("use a code: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Unauthorized, "bad_code")
	}
	return nil
}

// matchCode is the time step whose code this is, 0 for none.
func (a *Accounts) matchCode(agent int64, sealed []byte, code string) (int64, error) {
	secret, err := a.key.Open(sealed, totpContext(agent))
	if err != nil {
		return 0, fmt.Errorf("second factor of agent %d: %w", agent, err)
	}
	code = strings.ReplaceAll(code, " ", "")
	present := a.now().Unix() / int64(totpStep.Seconds())
	found := int64(0)
	for step := present - totpAround; step <= present+totpAround; step++ {
		want, err := hotp.GenerateCodeCustom(string(secret), uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, fmt.Errorf("second factor of agent %d: %w", agent, err)
		}
		if subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = step
		}
	}
	return found, nil
}

// newRecovery is a code of 80 random bits in four groups; its letters and digits (a to z, 2 to 7) look like no others.
func newRecovery() string {
	s := strings.ToLower(base32Plain.EncodeToString(randomBytes(10)))
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}

func (a *Accounts) recoveryHash(agent int64, code string) []byte {
	code = strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(plain.Line(code, 100)))
	return a.key.MAC("recovery code", []byte(AgentActor(agent, "").String()), []byte(code))
}

func totpContext(agent int64) string { return "totp:" + AgentActor(agent, "").String() }
