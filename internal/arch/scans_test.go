package arch

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"frontline/internal/pg/pgtest"
)

// short are the tables that a house fills by hand, or that hold one row for each person, session or setting: to read them
// whole costs the same after ten years.
var short = []string{
	"agents", "calendars", "chat_sites", "class_settings", "classes", "clock_settings", "login_tries", "macros", "mailboxes", "measure_settings",
	"policies", "questionnaires", "queues", "seats", "seq_base", "service_terms", "sessions", "thresholds", "ticket_fields", "ticket_settings", "tokens", "views",
}

// whole are the statements that read a long table to its end because that is what was asked of them.
var whole = map[string]string{
	"tickets/book.go":       "clocks",      // who edits a calendar has every open promise looked at again
	"tickets/clock_back.go": "clock_steps", // once at the start, and when the database's clock was set back
	"tickets/export.go":     "ticket_imports",
}

var (
	scanned = regexp.MustCompile(`Seq Scan on (\w+)`)
	// halved is a message's name in its channel compared outside the index, which then gives every message of the channel.
	halved = regexp.MustCompile(`Filter: .*\bremote_id\b[^ ]* = `)
)

// TestNoStatementReadsALongTableWhole plans every SQL literal of the program as the role and under the row-level security that
// it runs with, for parameters that are not known, and with scans of tables made dear: one that is left is a condition without an
// index, or one that row-level security keeps from its index since comparing could give rows away.
func TestNoStatementReadsALongTableWhole(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, everything()...)
	conn, err := db.Connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.PgConn().Exec(t.Context(), "set plan_cache_mode = force_generic_plan; set enable_seqscan = off").ReadAll(); err != nil {
		t.Fatal(err)
	}
	planned := 0
	for _, p := range source(t) {
		if folder(p) == "internal/pg" || strings.HasSuffix(folder(p), "test") {
			continue
		}
		for _, s := range statements(p) {
			found, err := plan(t, conn, s.value)
			if err != nil {
				t.Errorf("%s: %v", s.at, err)
			}
			if found != "" {
				planned++
			}
			for _, m := range scanned.FindAllStringSubmatch(found, -1) {
				at := folder(p) + "/" + filepath.Base(s.at.Filename)
				if !slices.Contains(short, m[1]) && whole[at] != m[1] {
					t.Errorf("%s reads the whole of %s:\n%s", s.at, m[1], found)
				}
			}
			if halved.MatchString(found) {
				t.Errorf("%s reads every message of a channel:\n%s", s.at, found)
			}
		}
	}
	if planned < 100 {
		t.Errorf("%d statements were planned", planned)
	}
}
