package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/internal/pg"
	"frontline/internal/pg/pgtest"

	"github.com/jackc/pgx/v5"
)

func TestDoctorBeforeTheFirstStart(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	code, out, complaint := start(t, "", "doctor", "--data", dir)
	if code != exitDone || !strings.Contains(out, "no database yet") || !strings.Contains(out, "the first start makes it") {
		t.Errorf("doctor exits with %d: %s%s", code, out, complaint)
	}
	if _, err := os.Stat(dir); err == nil {
		t.Error("the doctor made the data folder")
	}
}

func TestDoctorFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db := pgtest.New(t, schemas()...)
	doctor := func() (int, string) {
		code, out, complaint := start(t, "", "doctor", "--data", dir, "--database-url", db.URL)
		if (code == exitDone) != (complaint == "") || strings.Count(complaint, "\n") > 1 {
			t.Errorf("exit %d with the complaint %q", code, complaint)
		}
		return code, out
	}
	expect := func(what string, code int, words ...string) {
		t.Helper()
		got, out := doctor()
		if got != code {
			t.Errorf("%s: exit %d, want %d:\n%s", what, got, code, out)
		}
		for _, w := range words {
			if !strings.Contains(out, w) {
				t.Errorf("%s: no %q in\n%s", what, w, out)
			}
		}
	}

	expect("no key yet", exitFailed, "BAD   audit: the trail cannot be checked without the key")
	key, err := Place{Data: dir}.key()
	if err != nil {
		t.Fatal(err)
	}
	expect("all well", exitDone, "ok    migrations", "ok    audit", "ok    alarms: none")

	gate := authority.New(db, authority.Options{Key: key, Sealed: Place{Data: dir}.keepSeal(slog.New(slog.DiscardHandler))})
	if err := alarm.New(gate).Raise(t.Context(), authority.System("email"), "mailbox.receiving", "mailbox:3", "login_refused", nil); err != nil {
		t.Fatal(err)
	}
	expect("an alarm stands", exitFailed, "BAD   alarm: mailbox.receiving of mailbox:3", "login_refused")

	for more := true; more; {
		if _, more, err = gate.Seal(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	repair(t, db, `update audit set object = 'mailbox:4' where object = 'mailbox:3'`)
	expect("somebody changed the audit", exitFailed, "BAD   audit: audit rows")
	// What is cut with its seals leaves a trail that looks whole; the seal written down beside says otherwise.
	repair(t, db, `delete from audit`)
	expect("somebody cut the audit", exitFailed, "BAD   audit: audit rows")
	repair(t, db, `delete from audit_seals`)
	expect("somebody cut the audit with its seals", exitFailed, "BAD   audit: the end of the trail is gone", "audit.seal")

	if err := os.Chmod(filepath.Join(dir, "secret.key"), 0o644); err != nil {
		t.Fatal(err)
	}
	expect("the key is open to all", exitFailed, "BAD   key")
	repair(t, db, `delete from migrations where module = 'channels'`)
	expect("a migration is missing", exitFailed, "channels/001", "-> run frontline migrate")
}

// repair changes rows behind the program's back.
func repair(t *testing.T, db *pg.DB, sql string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), pgtest.AdminURL(t, db.URL))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	for _, s := range []string{`set session_replication_role = replica`, sql} {
		if _, err := c.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}
