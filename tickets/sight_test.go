package tickets_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"

	"github.com/jackc/pgx/v5"
)

// secret is a ticket that one team has and others must not see by any door.
type secret struct {
	*world
	ticket, message, file, contact int64
	theirs                         authority.Actor // of the team
}

func newSecret(t *testing.T) *secret {
	t.Helper()
	w := newWorld(t)
	s := &secret{world: w, theirs: w.Hire("wang", "agent", "south")}
	queue := w.queue("south", "south")
	ref, err := w.blobs.Put(t.Context(), strings.NewReader("secret"))
	if err != nil {
		t.Fatal(err)
	}
	got := w.mail("zhang@example.cn", "secret", into(queue), func(in *tickets.Inbound) {
		in.HTML, in.RawHash, in.Keys = "<p>secret</p>", ref.Hash, []string{"secret-key"}
		in.Files = []tickets.File{{Ref: ref, Name: "secret.pdf"}}
	})
	s.ticket, s.message, s.contact = got.Ticket, got.Message, got.ContactID
	s.file = w.timeline(s.ticket)[0].Attachments[0].ID
	if err := w.tickets.SaveDraft(t.Context(), s.theirs, s.ticket, tickets.Draft{Text: "secret"}); err != nil {
		t.Fatal(err)
	}
	return s
}

// What a caller may not see is not found, by whatever way it asks.
func TestASecretTicketIsNotThereByAnyDoor(t *testing.T) {
	t.Parallel()
	s := newSecret(t)
	ctx := t.Context()
	open := s.mail("zhang@example.cn", "open", func(in *tickets.Inbound) { in.Keys = []string{"open-key"} })
	linked := s.mail("eve@example.com", "linked", refersTo("secret-key"))
	for _, who := range []authority.Actor{s.Hire("li", "agent"), s.Hire("chen", "engineer", "north"), authority.ContactActor(s.contact, "zhang"), authority.AgentActor(999, "ghost")} {
		not := func(what string, err error) {
			t.Helper()
			s.wants(what+" by "+who.String(), err, fault.NotFound)
		}
		_, err := s.tickets.Ticket(ctx, who, s.ticket)
		not("Ticket", err)
		_, err = s.tickets.Timeline(ctx, who, s.ticket, 0, 10)
		not("Timeline", err)
		_, _, _, err = s.tickets.HTML(ctx, who, s.message)
		not("HTML", err)
		_, err = s.tickets.Raw(ctx, who, s.message)
		not("Raw", err)
		_, _, err = s.tickets.Open(ctx, who, s.file)
		not("Open", err)
		not("Visible", s.tickets.Visible(ctx, who, s.ticket))

		for name, f := range map[string]tickets.Filter{
			"all": {}, "of the contact": {Contact: s.contact}, "unassigned": {Assignee: "none"}, "of the team's member": {Assignee: fmt.Sprint(s.theirs.ID)},
		} {
			f.Limit = 50
			rows, err := s.tickets.List(ctx, who, f)
			if err != nil || slices.ContainsFunc(rows, func(r tickets.Row) bool { return r.ID == s.ticket }) {
				t.Errorf("List %s by %s = %+v, %v", name, who, rows, err)
			}
		}
		// Not even that rows exist.
		for _, table := range []string{"tickets", "messages", "attachments", "thread_keys", "participants", "ticket_links", "drafts"} {
			column := "ticket_id"
			id := s.ticket
			switch table {
			case "tickets":
				column = "id"
			case "attachments", "thread_keys":
				column, id = "message_id", s.message
			}
			var n int
			err := s.Gate.View(ctx, who, func(q authority.Query) error {
				return q.QueryRow(ctx, `select count(*) from `+table+` where `+column+` = $1`, id).Scan(&n)
			})
			if err != nil || n != 0 {
				t.Errorf("%s sees %d rows of %s, %v", who, n, table, err)
			}
		}
	}

	// An agent who works elsewhere changes nothing of it.
	li := s.Hire("zhou", "agent")
	known, err := s.tickets.Ticket(ctx, s.theirs, s.ticket)
	if err != nil || len(known.Links) != 1 {
		t.Fatalf("links of the secret ticket %+v, %v", known.Links, err)
	}
	for what, err := range map[string]error{
		"Edit":         s.tickets.Edit(ctx, li, s.ticket, tickets.Edit{Priority: ptr(1)}),
		"SaveDraft":    s.tickets.SaveDraft(ctx, li, s.ticket, tickets.Draft{Text: "x"}),
		"DropDraft":    s.tickets.DropDraft(ctx, li, s.ticket),
		"Reply":        second(s.tickets.Reply(ctx, li, tickets.Reply{Ticket: s.ticket, Text: "x"})),
		"stale Reply":  second(s.tickets.Reply(ctx, li, tickets.Reply{Ticket: s.ticket, Text: "x", Seen: 1})),
		"Note":         second(s.tickets.Note(ctx, li, s.ticket, "", "x", nil)),
		"Enter":        second(s.tickets.Enter(ctx, li, s.ticket, "phone", "x", nil)),
		"Split":        second(s.tickets.Split(ctx, li, s.ticket, s.message)),
		"a link of it": s.tickets.DismissLink(ctx, li, s.ticket, known.Links[0].ID),
		"a link to it": s.tickets.DismissLink(ctx, li, linked.Ticket, known.Links[0].ID),
		"Move":         s.tickets.Move(ctx, li, s.ticket, s.message, open.Ticket),
		"Receive": second(s.tickets.Receive(ctx, li, tickets.Inbound{
			Channel: "phone", From: crm.Point{Kind: crm.Email, Address: "zhang@example.cn"}, Text: "x", Into: s.ticket,
		})),
	} {
		s.wants(what+" by an agent of another team", err, fault.NotFound)
	}
	s.mail("zhang@example.cn", "more", refersTo("open-key"))
	s.wants("Move into it", s.tickets.Move(ctx, li, open.Ticket, open.Message, s.ticket), fault.Invalid, "unknown_ticket")
	// A link says nothing of a ticket that one may not see.
	v, err := s.tickets.Ticket(ctx, li, linked.Ticket)
	if err != nil || len(v.Links) != 0 {
		t.Errorf("links of an open ticket %+v, %v", v.Links, err)
	}
	if v, err := s.tickets.Ticket(ctx, li, open.Ticket); err != nil || len(v.Customer.Tickets) != 0 {
		t.Errorf("other tickets of the customer %+v, %v", v.Customer.Tickets, err)
	}
	queues, err := s.tickets.Queues(ctx, li)
	if err != nil || len(queues) != 1 {
		t.Errorf("queues %+v, %v", queues, err)
	}
	// Its own team sees all of it.
	if v, err := s.tickets.Ticket(ctx, s.theirs, s.ticket); err != nil || v.Draft == nil || len(v.Customer.Tickets) != 1 {
		t.Errorf("its own team sees %+v, %v", v, err)
	}
	if content, err := s.tickets.Raw(ctx, s.theirs, s.message); err != nil {
		t.Error(err)
	} else if b, _ := io.ReadAll(content); string(b) != "secret" {
		t.Errorf("raw %q", b)
	}
	if story := s.story(s.ticket); !slices.Equal(story, []string{"in"}) {
		t.Errorf("the tries left %q", story)
	}
}

func second[T any](_ T, err error) error { return err }

// An agent takes a contact in for a team that is not theirs, and need not see what becomes of it.
func TestAContactIsTakenInForAnotherTeam(t *testing.T) {
	t.Parallel()
	s := newSecret(t)
	li := s.Hire("li", "agent")
	ctx := t.Context()
	south := s.view(s.ticket).QueueID
	got, err := s.tickets.Create(ctx, li, tickets.Opening{Subject: "for you", Channel: "phone", Text: "x", Queue: south, Contact: tickets.Given{Email: "ZHANG@example.cn", Phone: "13800138000"}})
	if err != nil || got.ContactID != s.contact {
		t.Fatalf("Create = %+v, %v; want the contact that the other team knows", got, err)
	}
	s.wants("seeing it afterwards", s.tickets.Visible(ctx, li, got.Ticket), fault.NotFound)
	if err := s.tickets.Visible(ctx, s.theirs, got.Ticket); err != nil {
		t.Errorf("the other team does not see it: %v", err)
	}
	// Who sees a ticket only because it is theirs may split it.
	s.edit(s.theirs, s.ticket, tickets.Edit{Assignee: &li.ID})
	more := s.mail("zhang@example.cn", "more", refersTo("secret-key"))
	if _, err := s.tickets.Split(ctx, li, s.ticket, more.Message); err != nil {
		t.Errorf("Split by the assignee = %v", err)
	}
}

// The policies must cost once a query and not once a row, and leave the indexes to the planner.
func TestPlansUnderRowLevelSecurity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent", "north")
	north := w.queue("north", "north")
	w.hand(`with c as (insert into contacts (name) values ('many') returning id)
		insert into tickets (subject, channel, queue_id, contact_id, state, last_at, assignee_id)
		select 's', 'form', case when n % 2 = 0 then 1 else $1 end, c.id, case when n % 4 = 0 then 'open' else 'closed' end, now() - make_interval(secs => n),
			case when n % 3 = 0 then $2::bigint end
		from c, generate_series(1, 20000) n`, north, li.ID)
	admin, err := pgx.Connect(t.Context(), strings.Replace(w.DB.URL, "user=frontline", "user=postgres", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.WithoutCancel(t.Context()))
	if _, err := admin.Exec(t.Context(), `analyze`); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		filter tickets.Filter
		index  string
	}{
		"a queue":              {tickets.Filter{Queue: north, State: "open", Limit: 50}, "tickets_of_queue"},
		"a queue's unassigned": {tickets.Filter{Queue: north, State: "open", Assignee: "none", Limit: 50}, "tickets_unassigned"},
		"mine":                 {tickets.Filter{Assignee: "me", State: "active", Limit: 50}, "tickets_of_agent"},
		"all":                  {tickets.Filter{State: "active", Limit: 50}, "tickets_by_activity"},
		"the rest of a queue":  {tickets.Filter{Queue: north, State: "open", Limit: 50, After: tickets.Cursor{At: w.view(1).LastAt, ID: 1}}, "tickets_of_queue"},
	} {
		plan := w.explain(li, c.filter)
		if !strings.Contains(plan, c.index) || strings.Contains(plan, "Seq Scan on tickets") {
			t.Errorf("the list of %s does not use %s:\n%s", name, c.index, plan)
		}
		for line := range strings.Lines(plan) {
			if strings.Contains(line, "Filter:") && (strings.Contains(line, "current_setting") || strings.Contains(line, "my_queues()")) {
				t.Errorf("the list of %s evaluates the policy for each row: %s", name, line)
			}
		}
		if !strings.Contains(plan, "InitPlan") {
			t.Errorf("the policy of %s is no init plan:\n%s", name, plan)
		}
	}
}

// explain gives the plan of a list as its actor would have it.
func (w *world) explain(by authority.Actor, f tickets.Filter) (plan string) {
	w.t.Helper()
	sql, args, err := tickets.ListSQL(f, by)
	if err != nil {
		w.t.Fatal(err)
	}
	err = w.Gate.View(w.t.Context(), by, func(q authority.Query) error {
		rows, err := q.Query(w.t.Context(), `explain (verbose, costs off) `+sql, args...)
		if err != nil {
			return err
		}
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		plan = strings.Join(lines, "\n")
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return plan
}
