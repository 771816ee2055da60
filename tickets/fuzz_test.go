package tickets_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/fault"
	"frontline/internal/pg/pgtest"
	"frontline/tickets"

	"github.com/jackc/pgx/v5/pgconn"
)

// FuzzReceive gives strangers' bytes in every place where a channel hands them over. They are kept, or refused by us:
// nothing reaches Postgres that it refuses, and what was kept can be read.
func FuzzReceive(f *testing.F) {
	huge := strings.Repeat("长\xff", 3000)
	for _, s := range [][6]string{
		{"zhang@example.cn", "张伟", "主轴", "报警", "id@x", "boss@example.cn"},
		{"a@x", "\x00", "a\x00b", "\x00\xff", "\x00", "\x00"},
		{"\x00@x", "x", "x", "x", "x", "x"},
		{"a@x", huge, huge, huge, huge, huge},
		{"a@x", "\u202e", "Re:\r\nBcc: x", "\r\n", strings.Repeat("<>", 500), "b@y\r\n"},
		{"", "", "", "", "", ""},
		{strings.Repeat("a", 400) + "@x", "x", "x", "x", "x", "x"},
	} {
		f.Add(s[0], s[1], s[2], s[3], s[4], s[5])
	}
	tt := forFuzz(f)
	f.Fuzz(func(t *testing.T, from, name, subject, text, id, other string) {
		in := tickets.Inbound{
			Channel: "email", RemoteID: id, From: crm.Point{Kind: crm.Email, Address: from}, Name: name, To: []string{other}, Cc: []string{other, from},
			Subject: subject, Text: text, Reply: other, HTML: text, Problems: []string{other}, Keys: []string{id, other}, Type: subject, Severity: other,
			Tags: []string{other, name}, Hints: []tickets.Hint{{Kind: "reference", Keys: []string{id, other, text}}}, Files: []tickets.File{{Name: name, Type: other, CID: id}},
		}
		got, err := tt.Receive(t.Context(), email, in)
		var p *pgconn.PgError
		switch {
		case errors.As(err, &p):
			t.Fatalf("Postgres refused: %v", err)
		case err != nil && !errors.Is(err, fault.Invalid):
			t.Fatalf("Receive = %v", err)
		case err != nil:
			return
		}
		again, err := tt.Receive(t.Context(), email, in)
		if err != nil || id != "" && (!again.Duplicate || again.Message != got.Message) {
			t.Errorf("the same again = %+v, %v; want message %d", again, err, got.Message)
		}
		v, err := tt.Ticket(t.Context(), eye, got.Ticket)
		if err != nil {
			t.Fatalf("Ticket: %v", err)
		}
		for _, s := range append([]string{v.Subject, v.LastSnippet, v.Contact.Name, v.Type}, v.Tags...) {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\r\n") {
				t.Errorf("kept %q", s)
			}
		}
		if _, err := tt.Timeline(t.Context(), eye, got.Ticket, 0, 50); err != nil {
			t.Errorf("Timeline: %v", err)
		}
	})
}

// forFuzz is tickets on a database for all inputs of a target.
func forFuzz(f *testing.F) *tickets.Tickets {
	f.Helper()
	gate := authority.New(pgtest.New(f, tickets.Schemas()...), authority.Options{})
	files, err := blob.Folder(f.TempDir())
	if err != nil {
		f.Fatal(err)
	}
	return tickets.New(gate, crm.New(gate), files, &outbox{})
}
