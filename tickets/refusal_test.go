package tickets_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
	"frontline/tickets"
)

func TestEveryCommandOfTicketsRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	left, boss := w.Hire("left", "agent"), w.Hire("boss", "admin")
	got := w.mail("zhang@example.cn", "help", func(in *tickets.Inbound) { in.Keys = []string{"k"} })
	more := w.mail("zhang@example.cn", "more", refersTo("k"))
	other := w.mail("wang@example.cn", "other")
	linked := w.mail("eve@example.com", "re", refersTo("k"))
	link := w.view(linked.Ticket).Links[0].ID
	if err := w.Accounts.ChangePerson(t.Context(), authority.System("cli"), left.ID, authority.PersonChange{Disabled: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	type who = authority.Actor
	authoritytest.Account(t, w.DB, w.tickets, left, boss, authoritytest.Calls{
		"Receive": func(ctx context.Context, by who) error {
			return second(w.tickets.Receive(ctx, by, tickets.Inbound{Channel: "form", From: crm.Point{Kind: crm.Email, Address: "a@x"}, Text: "x"}))
		},
		"Create": func(ctx context.Context, by who) error {
			return second(w.tickets.Create(ctx, by, tickets.Opening{Subject: "x", Channel: "form", Text: "x", Contact: tickets.Given{Name: "x"}}))
		},
		"Begin": func(ctx context.Context, by who) error {
			return second(w.tickets.Begin(ctx, by, tickets.Beginning{Opening: tickets.Opening{Subject: "x", Text: "x", Contact: tickets.Given{Email: "b@x.cn"}}}))
		},
		"Enter": func(ctx context.Context, by who) error {
			return second(w.tickets.Enter(ctx, by, got.Ticket, "", "x", nil))
		},
		"Reply": func(ctx context.Context, by who) error {
			return second(w.tickets.Reply(ctx, by, tickets.Reply{Ticket: got.Ticket, Text: "x"}))
		},
		"Note": func(ctx context.Context, by who) error {
			return second(w.tickets.Note(ctx, by, got.Ticket, "", "x", nil))
		},
		"Edit": func(ctx context.Context, by who) error {
			return w.tickets.Edit(ctx, by, got.Ticket, tickets.Edit{Priority: ptr(1)})
		},
		"Arrived": func(ctx context.Context, by who) error { return w.tickets.Arrived(ctx, by, got.Ticket) },
		"TakeUp":  func(ctx context.Context, by who) error { return w.tickets.TakeUp(ctx, by) },
		"SaveDraft": func(ctx context.Context, by who) error {
			return w.tickets.SaveDraft(ctx, by, got.Ticket, tickets.Draft{Text: "x"})
		},
		"DropDraft": func(ctx context.Context, by who) error { return w.tickets.DropDraft(ctx, by, got.Ticket) },
		"Split": func(ctx context.Context, by who) error {
			return second(w.tickets.Split(ctx, by, got.Ticket, more.Message))
		},
		"Move": func(ctx context.Context, by who) error {
			return w.tickets.Move(ctx, by, got.Ticket, more.Message, other.Ticket)
		},
		"DismissLink": func(ctx context.Context, by who) error { return w.tickets.DismissLink(ctx, by, linked.Ticket, link) },
		"Merge": func(ctx context.Context, by who) error {
			return w.tickets.Merge(ctx, by, other.Ticket, got.Ticket, true)
		},
		"Link": func(ctx context.Context, by who) error {
			return w.tickets.Link(ctx, by, got.Ticket, other.Ticket, "related")
		},
		"Unlink": func(ctx context.Context, by who) error { return w.tickets.Unlink(ctx, by, linked.Ticket, link) },
		"AnswerChildren": func(ctx context.Context, by who) error {
			return second(w.tickets.AnswerChildren(ctx, by, got.Ticket, nil, tickets.Reply{Text: "x"}))
		},
		"Apply": func(ctx context.Context, by who) error {
			return w.tickets.Apply(ctx, by, got.Ticket, tickets.Deed{Priority: ptr(1)}, nil)
		},
		"Each": func(ctx context.Context, by who) error {
			return w.tickets.Each(ctx, by, []int64{got.Ticket}, func(ctx context.Context, id int64) error {
				return w.tickets.Edit(ctx, by, id, tickets.Edit{Priority: ptr(2)})
			})[0].Err
		},
		"AllowMany": func(ctx context.Context, by who) error { return w.tickets.AllowMany(ctx, by, "edit", 1) },
		"SaveField": func(ctx context.Context, by who) error {
			return w.tickets.SaveField(ctx, by, tickets.Field{Key: "x", Name: "x", Type: "text"})
		},
		"RenameTag": func(ctx context.Context, by who) error { return second(w.tickets.RenameTag(ctx, by, "a", "b")) },
		"Pop":       func(ctx context.Context, by who) error { return second(w.tickets.Pop(ctx, by, "13800138000")) },
		"Fields":    func(ctx context.Context, by who) error { return second(w.tickets.Fields(ctx, by)) },
		"Tags":      func(ctx context.Context, by who) error { return second(w.tickets.Tags(ctx, by, "", 5)) },
		"Similar":   func(ctx context.Context, by who) error { return second(w.tickets.Similar(ctx, by, got.Ticket)) },
		"WordsOf":   func(ctx context.Context, by who) error { return second(w.tickets.WordsOf(ctx, by, got.Ticket)) },
		"CheckChoice": func(ctx context.Context, by who) error {
			return w.tickets.CheckChoice(ctx, by, &tickets.Choice{})
		},
		"Choose": func(ctx context.Context, by who) error {
			_, _, err := w.tickets.Choose(ctx, by, tickets.Choice{}, tickets.Spot{}, 5)
			return err
		},
		"Count": func(ctx context.Context, by who) error { return second(w.tickets.Count(ctx, by, tickets.Choice{})) },
		"Upload": func(ctx context.Context, by who) error {
			return second(w.tickets.Upload(ctx, by, "a", "b", strings.NewReader("c")))
		},
		"SaveQueue": func(ctx context.Context, by who) error {
			return second(w.tickets.SaveQueue(ctx, by, 0, tickets.QueueEdit{Name: "q"}))
		},
		"SetPresence": func(ctx context.Context, by who) error { return w.tickets.SetPresence(ctx, by, by.ID, "ready", "") },
		"SaveCalendar": func(ctx context.Context, by who) error {
			return second(w.tickets.SaveCalendar(ctx, by, 0, tickets.Calendar{Name: "night", Zone: "Asia/Shanghai", Week: "Mon 22:00-06:00"}))
		},
		"AddYear": func(ctx context.Context, by who) error {
			return second(w.tickets.AddYear(ctx, by, []byte(`{"country":"CN","year":2027,"papers":["x"],"days":[{"name":"元旦","date":"2027-01-01","isOffDay":true}]}`)))
		},
		"SavePolicies": func(ctx context.Context, by who) error {
			_, _, err := w.tickets.SavePolicies(ctx, by, tickets.PolicyList{Version: 1, Items: []tickets.Policy{{Name: "all", Targets: []string{"resolution within 1 h of 24*7"}}}})
			return err
		},
		"Calendars":     func(ctx context.Context, by who) error { return second(w.tickets.Calendars(ctx, by)) },
		"Policies":      func(ctx context.Context, by who) error { return second(w.tickets.Policies(ctx, by, "en")) },
		"CheckPolicies": func(ctx context.Context, by who) error { return second(w.tickets.CheckPolicies(ctx, by, nil)) },
		"TryCalendar": func(ctx context.Context, by who) error {
			return second(w.tickets.TryCalendar(ctx, by, tickets.Trial{Calendar: tickets.Calendar{Name: "x", Zone: "UTC", Week: "24*7"}}, "en"))
		},
		"Reckon": func(ctx context.Context, by who) error { return second(w.tickets.Reckon(ctx, by)) },
		"Import": func(ctx context.Context, by who) error {
			return second(w.tickets.Import(ctx, by, strings.NewReader(""), tickets.Watch{}))
		},
		"Export": func(ctx context.Context, by who) error { return second(w.tickets.Export(ctx, by, io.Discard, nil)) },

		"Ticket":   func(ctx context.Context, by who) error { return second(w.tickets.Ticket(ctx, by, got.Ticket)) },
		"Timeline": func(ctx context.Context, by who) error { return second(w.tickets.Timeline(ctx, by, got.Ticket, 0, 5)) },
		"HTML": func(ctx context.Context, by who) error {
			_, _, _, err := w.tickets.HTML(ctx, by, got.Message)
			return err
		},
		"Raw":     func(ctx context.Context, by who) error { return second(w.tickets.Raw(ctx, by, got.Message)) },
		"Open":    func(ctx context.Context, by who) error { _, _, err := w.tickets.Open(ctx, by, 1); return err },
		"Visible": func(ctx context.Context, by who) error { return w.tickets.Visible(ctx, by, got.Ticket) },
		"List": func(ctx context.Context, by who) error {
			return second(w.tickets.List(ctx, by, tickets.Filter{Limit: 5}))
		},
		"Queues":      func(ctx context.Context, by who) error { return second(w.tickets.Queues(ctx, by)) },
		"QueueTopics": func(ctx context.Context, by who) error { return second(w.tickets.QueueTopics(ctx, by)) },
		"Seats":       func(ctx context.Context, by who) error { return second(w.tickets.Seats(ctx, by)) },
		"Seat":        func(ctx context.Context, by who) error { return second(w.tickets.Seat(ctx, by, boss.ID)) },
		"Present":     func(ctx context.Context, by who) error { return second(w.tickets.Present(ctx, by)) },
	})
}
