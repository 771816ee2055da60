package authority

import (
	"context"
	"encoding/base64"
	"log/slog"
	"time"

	"frontline/internal/pg"
	"frontline/internal/secret"
)

// AccountOptions are the settings of Accounts. The zero value of each but Key works.
type AccountOptions struct {
	Key    *secret.Key      // hashes tokens, seals second factors
	Idle   time.Duration    // a session unused for this long has ended; zero: 8 h, a shift
	Life   time.Duration    // a session this old has ended; zero: 24 h
	Hashes int              // passwords hashed at a time, 19 MiB each; zero: 2
	Now    func() time.Time // for codes that depend on the time; nil: time.Now
}

// Accounts are the people who work here, and how they and their programs prove it: passwords, second factors, sessions,
// API tokens. It is a web.Auth.
type Accounts struct {
	gate   *Gate
	db     *pg.DB
	key    *secret.Key
	idle   time.Duration
	life   time.Duration
	now    func() time.Time
	hasher *hasher
}

// NewAccounts makes Accounts on a gate.
func NewAccounts(gate *Gate, o AccountOptions) *Accounts {
	if o.Idle == 0 {
		o.Idle = 8 * time.Hour
	}
	if o.Life == 0 {
		o.Life = 24 * time.Hour
	}
	if o.Hashes == 0 {
		o.Hashes = 2
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Accounts{
		gate: gate, db: gate.db, key: o.Key, idle: o.Idle, life: o.Life, now: o.Now, hasher: newHasher(o.Hashes),
	}
}

// api is who acts while nobody is signed in yet.
var api = System("api")

// newSecret is 256 random bits, written for headers and cookies.
func newSecret() string { return base64.RawURLEncoding.EncodeToString(randomBytes(32)) }

// seenEvery bounds how often a session or token that is used writes that it was.
const seenEvery = time.Minute

// seen writes down that a session or token was used. It is no act and needs no gate; that it fails, on a database which
// has just answered, harms nobody.
func (a *Accounts) seen(ctx context.Context, sql string, id int64) {
	if _, err := a.gate.write.Exec(ctx, sql, id, seenEvery.Seconds()); err != nil {
		slog.WarnContext(ctx, "use of a session not kept", "err", err)
	}
}
