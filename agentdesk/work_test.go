package agentdesk_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"frontline/agentdesk"
	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
	"frontline/internal/fault"
	"frontline/tickets"
)

func ptr[T any](v T) *T { return &v }

// keeps is a world with what agents keep.
func keeps(t *testing.T) (*world, *agentdesk.Work) {
	t.Helper()
	w := newWorld(t)
	return w, agentdesk.NewWork(w.Gate, w.tickets)
}

func codeOf(err error) string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return fmt.Sprint(err)
	}
	if len(f.Fields) > 0 {
		return f.Fields[0].Code
	}
	return f.Code
}

func TestViewsOfOnesOwnAndOfOthers(t *testing.T) {
	t.Parallel()
	w, work := keeps(t)
	li, wu, boss := w.Hire("li", "agent", "一组"), w.Hire("wu", "agent", "二组"), w.Hire("boss", "supervisor")
	q := w.queue("一", "一组")
	for i := range 3 {
		w.ticket(q, fmt.Sprint("machine ", i))
	}
	ctx := t.Context()
	save := func(by authority.Actor, name string, s agentdesk.Shared, c tickets.Choice) int64 {
		t.Helper()
		id, err := work.SaveView(ctx, by, 0, agentdesk.ViewEdit{Name: name, Shared: s, Choice: c, Columns: []string{"tags", "field:serial"}})
		if err != nil {
			t.Fatalf("save %s: %v", name, err)
		}
		return id
	}
	own := save(li, "mine", agentdesk.Shared{}, tickets.Choice{Words: "machine"})
	team := save(boss, "team", agentdesk.Shared{Share: "team", TeamID: &w.Teams("一组")[0]}, tickets.Choice{States: []string{"open"}})
	house := save(boss, "house", agentdesk.Shared{Share: "all"}, tickets.Choice{Assignee: "me"})
	for _, c := range []struct {
		who  authority.Actor
		want string
	}{{li, "mine 3, team 3, house 0"}, {wu, "house 0"}, {boss, "team 3, house 0"}} {
		views, err := work.Views(ctx, c.who)
		if err != nil {
			t.Fatal(err)
		}
		counts, err := work.Counts(ctx, c.who)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i, v := range views {
			got = append(got, fmt.Sprint(v.Name, " ", counts[i].Count))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s sees %q, want %q", c.who.Name, s, c.want)
		}
	}
	if rows, _, err := work.ViewTickets(ctx, li, own, tickets.Spot{}, 50); err != nil || len(rows) != 3 {
		t.Errorf("tickets of the own view: %d, %v", len(rows), err)
	}
	edit := agentdesk.ViewEdit{Name: "x", Shared: agentdesk.Shared{Share: "all"}}
	for what, err := range map[string]error{
		"not_allowed for all":           second(work.SaveView(ctx, li, 0, edit)),
		"not_allowed one's own for all": second(work.SaveView(ctx, li, own, edit)),
		"not_allowed the house's":       work.DropView(ctx, li, house),
		"not_found another's own":       work.DropView(ctx, boss, own),
		"not_found another team's":      work.DropView(ctx, wu, team),
		"not_found read another's own":  func() error { _, _, err := work.ViewTickets(ctx, boss, own, tickets.Spot{}, 5); return err }(),
		"unknown_team no such team":     second(work.SaveView(ctx, boss, 0, agentdesk.ViewEdit{Name: "x", Shared: agentdesk.Shared{Share: "team", TeamID: ptr(int64(999))}})),
		"required a team is missing":    second(work.SaveView(ctx, boss, 0, agentdesk.ViewEdit{Name: "x", Shared: agentdesk.Shared{Share: "team"}})),
		"unknown_kind a bad column":     second(work.SaveView(ctx, li, 0, agentdesk.ViewEdit{Name: "x", Columns: []string{"password"}})),
		"unknown_kind a bad state":      second(work.SaveView(ctx, li, 0, agentdesk.ViewEdit{Name: "x", Choice: tickets.Choice{States: []string{"lost"}}})),
		"unknown a field there is not":  second(work.SaveView(ctx, li, 0, agentdesk.ViewEdit{Name: "x", Choice: tickets.Choice{Fields: map[string]any{"y": 1.0}}})),
		"required no name":              second(work.SaveView(ctx, li, 0, agentdesk.ViewEdit{})),
	} {
		if want, _, _ := strings.Cut(what, " "); codeOf(err) != want {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := work.DropView(ctx, li, own); err != nil {
		t.Error(err)
	}
}

func second[T any](_ T, err error) error { return err }

func TestAMacroSpeaksTheCustomersLanguage(t *testing.T) {
	t.Parallel()
	w, work := keeps(t)
	li, boss := w.Hire("li", "agent"), w.Hire("boss", "supervisor")
	ctx := t.Context()
	id, err := work.SaveMacro(ctx, boss, 0, agentdesk.MacroEdit{
		Name: "问序列号", Shared: agentdesk.Shared{Share: "all"}, Text: "{{customer.name}}您好，请提供序列号。工单 {{ ticket.number }}，{{agent.name}}",
		TextEn: "Dear {{customer.name}}, please send us the serial number.", Deed: tickets.Deed{State: ptr("pending"), AddTags: []string{"asked"}, Assignee: ptr("me")},
	})
	if err != nil {
		t.Fatal(err)
	}
	ticket := w.ticket(0, "help")
	v, err := w.tickets.Ticket(ctx, li, ticket)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // again changes nothing more
		got, err := work.UseMacro(ctx, li, id, ticket)
		if want := "张三您好，请提供序列号。工单 " + v.Number + "，li"; err != nil || got.Text != want || got.Direction != "out" {
			t.Errorf("words %+v, %v, want %q", got, err, want)
		}
	}
	if v, err = w.tickets.Ticket(ctx, li, ticket); err != nil || v.State != "pending" || v.Assignee.ID != li.ID || len(v.Tags) != 1 {
		t.Errorf("after the macro: %+v, %v", v.Row, err)
	}
	entries, err := w.tickets.Timeline(ctx, li, ticket, 0, 50)
	if err != nil || len(entries) != 4 {
		t.Errorf("%d entries, %v, want the message and three changes", len(entries), err)
	}
	for what, m := range map[string]agentdesk.MacroEdit{
		"unknown_variable misspelt":       {Name: "x", Text: "{{customer.nmae}}"},
		"unknown_variable in the English": {Name: "x", Text: "x", TextEn: "{{ ticket.secret }}"},
		"required nothing at all":         {Name: "x"},
		"bad_tag an empty tag":            {Name: "x", Deed: tickets.Deed{AddTags: []string{" "}}},
		"not_allowed a direction":         {Name: "x", Text: "x", Direction: "in"},
	} {
		if want, _, _ := strings.Cut(what, " "); codeOf(second(work.SaveMacro(ctx, li, 0, m))) != want {
			t.Errorf("%s is not refused so: %v", what, second(work.SaveMacro(ctx, li, 0, m)))
		}
	}
}

// TestManyAtOnce: what cannot be done to one is told and keeps no other from it; asked again, nothing is done twice.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	w, work := keeps(t)
	li := w.Hire("li", "agent", "一组")
	q, other := w.queue("一", "一组"), w.queue("二", "二组")
	var ids []int64
	for i := range 20 {
		ids = append(ids, w.ticket(q, fmt.Sprint("machine ", i)))
	}
	hidden := w.ticket(other, "of another team")
	ctx := authority.WithKey(t.Context(), authority.Once{Key: "k", Hash: []byte("h")})
	m := agentdesk.Many{Tickets: append(ids[:3:3], hidden, 99999), Deed: &tickets.Deed{AddTags: []string{"seen"}, Priority: ptr(1), Assignee: ptr("me")}}
	for range 2 {
		done, err := work.DoMany(ctx, li, m)
		if err != nil || len(done) != 5 || done[0].Err != nil || done[2].Err != nil || !errors.Is(done[3].Err, fault.NotFound) || !errors.Is(done[4].Err, fault.NotFound) {
			t.Fatalf("many: %+v, %v", done, err)
		}
	}
	entries, err := w.tickets.Timeline(ctx, li, ids[0], 0, 50)
	if err != nil || len(entries) != 4 {
		t.Errorf("%d entries, %v, want the message and three changes", len(entries), err)
	}

	macro, err := work.SaveMacro(t.Context(), li, 0, agentdesk.MacroEdit{Name: "note", Direction: "note", Text: "look at {{ticket.number}}"})
	if err != nil {
		t.Fatal(err)
	}
	ctx = authority.WithKey(t.Context(), authority.Once{Key: "k2", Hash: []byte("h")})
	for range 2 {
		if done, err := work.DoMany(ctx, li, agentdesk.Many{Tickets: ids, Macro: macro}); err != nil || done[19].Err != nil {
			t.Fatalf("macro on many: %+v, %v", done, err)
		}
	}
	if entries, err = w.tickets.Timeline(ctx, li, ids[10], 0, 50); err != nil || len(entries) != 2 {
		t.Errorf("%d entries, %v, want the message and one note", len(entries), err)
	}
	if done, err := work.DoMany(t.Context(), li, agentdesk.Many{Tickets: ids, MergeInto: ids[0]}); err != nil || done[0].Err != nil || done[19].Err != nil {
		t.Fatalf("merge many: %+v, %v", done, err)
	}
	if entries, err = w.tickets.Timeline(ctx, li, ids[0], 0, 200); err != nil || len(entries) < 20+20+19 {
		t.Errorf("%d entries, %v: not all came into one", len(entries), err)
	}

	for what, m := range map[string]agentdesk.Many{
		"required nobody":    {Deed: &tickets.Deed{Priority: ptr(1)}},
		"required nothing":   {Tickets: ids},
		"required no change": {Tickets: ids, Deed: &tickets.Deed{}},
		"not_both":           {Tickets: ids, Macro: macro, MergeInto: 1},
		"duplicate":          {Tickets: []int64{1, 2, 1}, MergeInto: 3},
		"too_many":           {Tickets: make([]int64, 501), MergeInto: 3},
		"not_found no macro": {Tickets: ids, Macro: 999},
	} {
		if want, _, _ := strings.Cut(what, " "); codeOf(second(work.DoMany(t.Context(), li, m))) != want {
			t.Errorf("%s: %v", what, second(work.DoMany(t.Context(), li, m)))
		}
	}
}

func TestEveryCommandOfWorkRefuses(t *testing.T) {
	t.Parallel()
	w, work := keeps(t)
	left, boss := w.Hire("left", "agent"), w.Hire("boss", "admin")
	ticket := w.ticket(0, "help")
	ctx := t.Context()
	all := agentdesk.Shared{Share: "all"}
	view, err := work.SaveView(ctx, boss, 0, agentdesk.ViewEdit{Name: "v", Shared: all})
	if err != nil {
		t.Fatal(err)
	}
	macro, err := work.SaveMacro(ctx, boss, 0, agentdesk.MacroEdit{Name: "m", Shared: all, Deed: tickets.Deed{Priority: ptr(1)}})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Accounts.ChangePerson(ctx, authority.System("cli"), left.ID, authority.PersonChange{Disabled: ptr(true)}); err != nil {
		t.Fatal(err)
	}
	type who = authority.Actor
	authoritytest.Account(t, w.DB, work, left, boss, authoritytest.Calls{
		"Views":  func(ctx context.Context, by who) error { return second(work.Views(ctx, by)) },
		"Counts": func(ctx context.Context, by who) error { return second(work.Counts(ctx, by)) },
		"ViewTickets": func(ctx context.Context, by who) error {
			_, _, err := work.ViewTickets(ctx, by, view, tickets.Spot{}, 5)
			return err
		},
		"SaveView": func(ctx context.Context, by who) error {
			return second(work.SaveView(ctx, by, 0, agentdesk.ViewEdit{Name: "x"}))
		},
		"DropView": func(ctx context.Context, by who) error { return work.DropView(ctx, by, view) },
		"Macros":   func(ctx context.Context, by who) error { return second(work.Macros(ctx, by)) },
		"SaveMacro": func(ctx context.Context, by who) error {
			return second(work.SaveMacro(ctx, by, 0, agentdesk.MacroEdit{Name: "x", Text: "x"}))
		},
		"DropMacro": func(ctx context.Context, by who) error { return work.DropMacro(ctx, by, macro) },
		"UseMacro":  func(ctx context.Context, by who) error { return second(work.UseMacro(ctx, by, macro, ticket)) },
		"DoMany": func(ctx context.Context, by who) error {
			return second(work.DoMany(ctx, by, agentdesk.Many{Tickets: []int64{ticket}, Deed: &tickets.Deed{Priority: ptr(2)}}))
		},
	})
}
