package tickets_test

import (
	"context"
	"sync"
	"testing"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/pg/pgtest"
	"frontline/tickets"
)

type box struct{}

func (box) Queue(context.Context, *authority.Tx, tickets.Outbound) ([]string, error) { return nil, nil }

func TestSixteenDeliveriesOfOneMailMakeOneTicket(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t, tickets.Schemas()...)
	g := authority.New(db, authority.Options{})
	files, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	tt := tickets.New(g, crm.New(g), files, box{})
	ctx := context.Background()
	var wg sync.WaitGroup
	got := make([]tickets.Received, 16)
	for i := range got {
		wg.Add(1)
		go func() {
			defer wg.Done()
			r, err := tt.Receive(ctx, authority.System("email"), tickets.Inbound{
				Channel: "email", RemoteID: "m1@x", From: crm.Point{Kind: crm.Email, Address: "Zhang@Example.cn"}, Name: "张三",
				Subject: "主轴转速不稳", Text: "请尽快处理", Cc: []string{"boss@example.cn"}, Keys: []string{"m1@x"},
			})
			if err != nil {
				t.Error(err)
			}
			got[i] = r
		}()
	}
	wg.Wait()
	opened := 0
	for _, r := range got {
		if r.Opened {
			opened++
		}
		if r.Ticket != got[0].Ticket || r.Message != got[0].Message {
			t.Errorf("%+v and %+v, want one ticket and one message", r, got[0])
		}
	}
	if opened != 1 {
		t.Errorf("%d opened a ticket, want 1", opened)
	}
	// the boss in copy answers, and joins
	r, err := tt.Receive(ctx, authority.System("email"), tickets.Inbound{
		Channel: "email", RemoteID: "m2@x", From: crm.Point{Kind: crm.Email, Address: "boss@example.cn"}, Text: "+1",
		Hints: []tickets.Hint{{Kind: "reference", Keys: []string{"m1@x"}}},
	})
	if err != nil || r.Opened || r.Ticket != got[0].Ticket {
		t.Fatalf("%+v, %v; want ticket %d", r, err, got[0].Ticket)
	}
	// a stranger does not
	s, err := tt.Receive(ctx, authority.System("email"), tickets.Inbound{
		Channel: "email", RemoteID: "m3@x", From: crm.Point{Kind: crm.Email, Address: "eve@example.com"}, Text: "hi",
		Hints: []tickets.Hint{{Kind: "reference", Keys: []string{"m1@x"}}},
	})
	if err != nil || !s.Opened {
		t.Fatalf("%+v, %v; want a new ticket", s, err)
	}
	v, err := tt.Ticket(ctx, authority.System("api"), s.Ticket)
	if err != nil || len(v.Links) != 1 || v.Links[0].Kind != "perhaps" {
		t.Fatalf("%+v, %v", v, err)
	}
	tl, err := tt.Timeline(ctx, authority.System("api"), got[0].Ticket, 0, 50)
	if err != nil || len(tl) != 2 {
		t.Fatalf("%+v %v", tl, err)
	}
	l, err := tt.List(ctx, authority.System("api"), tickets.Filter{State: "active", Queue: 1, Limit: 50})
	if err != nil || len(l) != 2 {
		t.Fatalf("%+v %v", l, err)
	}
	for _, f := range []tickets.Filter{{Limit: 1}, {Assignee: "none", Limit: 5}, {Contact: 1, Limit: 4}, {Account: 1, Limit: 4}, {Assignee: "3", Limit: 3}} {
		if _, err := tt.List(ctx, authority.System("api"), f); err != nil {
			t.Fatalf("%+v %v", f, err)
		}
	}
	if _, err := tt.Queues(ctx, authority.System("api")); err != nil {
		t.Fatal(err)
	}
	if _, err := tt.Seats(ctx, authority.System("api")); err != nil {
		t.Fatal(err)
	}
	m, err := tt.Split(ctx, authority.AgentActor(1, ""), got[0].Ticket, r.Message)
	t.Log(m, err)
}
