package tickets_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/fault"
	"frontline/internal/web/webtest"
	"frontline/tickets"
)

// world is an office with tickets, whose mail goes into an outbox that the test reads.
type world struct {
	*webtest.Office
	t       testing.TB
	tickets *tickets.Tickets
	work    *tickets.Work
	crm     *crm.CRM
	blobs   blob.Store
	out     *outbox
	mails   int
}

func newWorld(t testing.TB) *world {
	t.Helper()
	o := webtest.Open(t, tickets.Schemas()...)
	w := &world{Office: o, t: t, crm: crm.New(o.Gate), out: &outbox{}}
	var err error
	if w.blobs, err = blob.Folder(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	w.tickets = tickets.New(o.Gate, w.crm, w.blobs, w.out)
	w.work = tickets.NewWork(w.tickets)
	return w
}

// outbox is the channels' place: it takes what is sent and names it.
type outbox struct {
	mu   sync.Mutex
	sent []tickets.Outbound
	fail error
}

func (o *outbox) Queue(_ context.Context, _ *authority.Tx, m tickets.Outbound) ([]string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fail != nil {
		return nil, o.fail
	}
	o.sent = append(o.sent, m)
	return []string{fmt.Sprintf("out-%d@us", m.Message)}, nil
}

func (o *outbox) last() tickets.Outbound {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.sent) == 0 {
		return tickets.Outbound{}
	}
	return o.sent[len(o.sent)-1]
}

var (
	email = authority.System("email")
	robot = authority.System("jobs")
	eye   = authority.System("api") // sees all
)

// mail is one that came in; edits change it before it is received.
func (w *world) mail(from, subject string, edits ...func(*tickets.Inbound)) tickets.Received {
	w.t.Helper()
	got, err := w.tickets.Receive(w.t.Context(), email, w.inbound(from, subject, edits...))
	if err != nil {
		w.t.Fatalf("mail from %s: %v", from, err)
	}
	return got
}

func (w *world) inbound(from, subject string, edits ...func(*tickets.Inbound)) tickets.Inbound {
	w.mails++
	id := fmt.Sprintf("mail-%d@%s", w.mails, strings.ToLower(from))
	in := tickets.Inbound{
		Channel: "email", RemoteID: id, From: crm.Point{Kind: crm.Email, Address: from}, Name: strings.Split(from, "@")[0],
		Subject: subject, Text: subject, Keys: []string{id},
	}
	for _, edit := range edits {
		edit(&in)
	}
	return in
}

// The ways in which a mail says where it belongs.
func refersTo(keys ...string) func(*tickets.Inbound) {
	return func(in *tickets.Inbound) {
		in.Hints = append(in.Hints, tickets.Hint{Kind: "reference", Keys: keys})
	}
}

func names(kind string, ticket int64) func(*tickets.Inbound) {
	return func(in *tickets.Inbound) { in.Hints = append(in.Hints, tickets.Hint{Kind: kind, Ticket: ticket}) }
}

func copied(cc ...string) func(*tickets.Inbound) {
	return func(in *tickets.Inbound) { in.Cc, in.Others = cc, cc }
}
func machine(in *tickets.Inbound)             { in.Auto = true }
func quietly(in *tickets.Inbound)             { in.Quiet = true }
func into(queue int64) func(*tickets.Inbound) { return func(in *tickets.Inbound) { in.Queue = queue } }

// view reads a ticket as somebody who sees all.
func (w *world) view(ticket int64) tickets.Ticket {
	w.t.Helper()
	v, err := w.tickets.Ticket(w.t.Context(), eye, ticket)
	if err != nil {
		w.t.Fatal(err)
	}
	return v
}

// timeline reads a ticket's entries, oldest first.
func (w *world) timeline(ticket int64) []tickets.Entry {
	w.t.Helper()
	entries, err := w.tickets.Timeline(w.t.Context(), eye, ticket, 0, 500)
	if err != nil {
		w.t.Fatal(err)
	}
	slices.Reverse(entries)
	return entries
}

// story is the timeline in short: "in", "out", "note", and of an event its name.
func (w *world) story(ticket int64) (out []string) {
	w.t.Helper()
	for _, e := range w.timeline(ticket) {
		what := e.Direction
		if e.Kind == "event" {
			what = string(e.Event)
			what = strings.SplitN(strings.SplitN(what, `"name": "`, 2)[1], `"`, 2)[0]
		}
		out = append(out, what)
	}
	return out
}

// reply answers as an agent.
func (w *world) reply(by authority.Actor, ticket int64, text string) (message int64) {
	w.t.Helper()
	id, err := w.tickets.Reply(w.t.Context(), by, tickets.Reply{Ticket: ticket, Text: text})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// edit changes a ticket as an agent.
func (w *world) edit(by authority.Actor, ticket int64, e tickets.Edit) {
	w.t.Helper()
	if err := w.tickets.Edit(w.t.Context(), by, ticket, e); err != nil {
		w.t.Fatal(err)
	}
}

// queue makes one that a team works on; none: everybody.
func (w *world) queue(name string, team ...string) int64 {
	w.t.Helper()
	e := tickets.QueueEdit{Name: name}
	if len(team) > 0 {
		e.TeamID = &w.Teams(team[0])[0]
	}
	id, err := w.tickets.SaveQueue(w.t.Context(), authority.System("cli"), 0, e)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// part runs a part in a transaction in which an act is allowed.
func (w *world) part(act string, f func(ctx context.Context, tx *authority.Tx) error) {
	w.t.Helper()
	ctx := w.t.Context()
	err := w.Gate.Do(ctx, email, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: act}); err != nil {
			return err
		}
		return f(ctx, tx)
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// hand repairs rows as an operator does, having said so.
func (w *world) hand(sql string, args ...any) {
	w.t.Helper()
	w.part("ticket.receive", func(ctx context.Context, tx *authority.Tx) error {
		_, err := tx.Exec(ctx, sql, args...)
		return err
	})
}

// count answers a query of one number, seeing all.
func (w *world) count(sql string, args ...any) (n int) {
	w.t.Helper()
	err := w.Gate.View(w.t.Context(), eye, func(q authority.Query) error { return q.QueryRow(w.t.Context(), sql, args...).Scan(&n) })
	if err != nil {
		w.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// heard are the topics of the last event of a kind about an object, the router's left out.
func (w *world) heard(kind, object string) (topics []string) {
	w.t.Helper()
	err := w.DB.Read.QueryRow(w.t.Context(), `select topics from events where kind = $1 and object = $2 order by seq desc limit 1`, kind, object).Scan(&topics)
	if err != nil {
		w.t.Fatalf("event %s of %s: %v", kind, object, err)
	}
	slices.Sort(topics)
	return slices.DeleteFunc(topics, func(t string) bool { return t == "routing" })
}

// wants fails unless err is of the kind, and has the code where one is given.
func (w *world) wants(what string, err, kind error, code ...string) {
	w.t.Helper()
	var f *fault.Fault
	if !errors.Is(err, kind) {
		w.t.Errorf("%s = %v, want %v", what, err, kind)
		return
	}
	if len(code) == 0 {
		return
	}
	if !errors.As(err, &f) || f.Code != code[0] && !slices.ContainsFunc(f.Fields, func(x fault.Field) bool { return x.Code == code[0] }) {
		w.t.Errorf("%s = %v, want code %s", what, err, code[0])
	}
}

// crowd runs n functions at once.
func crowd(n int, f func(i int)) {
	start, done := make(chan struct{}), make(chan struct{})
	for i := range n {
		go func() {
			defer func() { done <- struct{}{} }() // even where f ends the test
			<-start
			f(i)
		}()
	}
	close(start)
	for range n {
		<-done
	}
}

func ptr[T any](v T) *T { return &v }

// changePoints is an edit that adds a mail address.
func changePoints(address string) crm.Change {
	return crm.Change{AddPoints: []crm.Point{{Kind: crm.Email, Address: address}}}
}
