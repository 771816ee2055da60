package tickets_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"
)

// house makes the fields of a machine builder.
func (w *world) house() {
	w.t.Helper()
	for i, f := range []tickets.Field{
		{Key: "serial", Name: "机床编号", NameEn: "Serial number", Type: "text"},
		{Key: "hours", Name: "开机小时", Type: "number"},
		{Key: "bought", Name: "购买日期", Type: "date"},
		{Key: "cause", Name: "原因", Type: "choice", Required: true, Choices: []tickets.Choosy{{Key: "wear", Name: "磨损"}, {Key: "use", Name: "误操作"}}},
		{Key: "warranty", Name: "保修", Type: "yes_no"},
		{Key: "cost", Name: "成本", Type: "money", Roles: []string{"supervisor", "manager"}},
	} {
		f.Position = i
		if err := w.tickets.SaveField(w.t.Context(), authority.System("cli"), f); err != nil {
			w.t.Fatal(err)
		}
	}
}

func TestFieldsOfTheHouse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.house()
	li, boss := w.Hire("li", "agent"), w.Hire("boss", "supervisor")
	got := w.mail("zhang@example.cn", "help")
	set := func(by authority.Actor, values map[string]any) error {
		return w.tickets.Edit(t.Context(), by, got.Ticket, tickets.Edit{Fields: values})
	}
	for name, c := range map[string]struct {
		key   string
		value any
		code  string
	}{
		"no such field":              {"colour", "red", "unknown"},
		"a number as a text":         {"serial", 7.0, "not_string"},
		"a text that is too long":    {"serial", strings.Repeat("x", 2001), "too_long"},
		"no number":                  {"hours", "many", "not_number"},
		"a number beyond all":        {"hours", 1e300, "not_number"},
		"a number that is too large": {"hours", 1e16, "out_of_range"},
		"no date":                    {"bought", "2026-02-30", "bad_date"},
		"no choice":                  {"cause", "rust", "not_a_choice"},
		"neither yes nor no":         {"warranty", "yes", "not_boolean"},
		"hidden from the agent":      {"cost", map[string]any{"amount": "1", "currency": "CNY"}, "unknown"},
	} {
		w.wants(name, set(li, map[string]any{c.key: c.value}), fault.Invalid, c.code)
	}
	w.wants("money without a currency", set(boss, map[string]any{"cost": map[string]any{"amount": "1"}}), fault.Invalid, "bad_money")
	w.wants("money in tenths of cents", set(boss, map[string]any{"cost": map[string]any{"amount": "1.005", "currency": "CNY"}}), fault.Invalid, "bad_money")

	if err := set(li, map[string]any{"serial": " SN-42 ", "hours": "1200.5", "bought": "2024-02-29", "warranty": false}); err != nil {
		t.Fatal(err)
	}
	if err := set(boss, map[string]any{"cost": map[string]any{"amount": 12.5, "currency": "CNY"}}); err != nil {
		t.Fatal(err)
	}
	mine, err := w.tickets.Ticket(t.Context(), li, got.Ticket)
	if want := "map[bought:2024-02-29 hours:1200.5 serial:SN-42 warranty:false]"; err != nil || fmt.Sprint(mine.Fields) != want {
		t.Errorf("an agent sees %v, %v, want %s", mine.Fields, err, want)
	}
	if all := w.view(got.Ticket).Fields["cost"]; fmt.Sprint(all) != "map[amount:12.50 currency:CNY]" {
		t.Errorf("cost is %v", all)
	}
	for _, e := range w.timeline(got.Ticket) {
		if strings.Contains(string(e.Event), "12.5") {
			t.Errorf("the timeline, which all read, tells %s", e.Event)
		}
	}
	w.wants("resolved without its cause", w.tickets.Edit(t.Context(), li, got.Ticket, tickets.Edit{State: ptr("resolved")}), fault.Invalid, "required")
	w.wants("answered and resolved without its cause", second(w.tickets.Reply(t.Context(), li, tickets.Reply{Ticket: got.Ticket, Text: "x", State: "resolved"})), fault.Invalid, "required")
	if err := w.tickets.Edit(t.Context(), li, got.Ticket, tickets.Edit{State: ptr("resolved"), Fields: map[string]any{"cause": "wear", "hours": nil}}); err != nil {
		t.Error(err)
	}
	if _, there := w.view(got.Ticket).Fields["hours"]; there {
		t.Error("a value that was taken away is there")
	}

	var out bytes.Buffer
	if _, err := w.tickets.Export(t.Context(), authority.System("cli"), &out, nil); err != nil || !strings.Contains(out.String(), `"fields":{"bought":"2024-02-29","cause":"wear","cost":{"amount":"12.50","currency":"CNY"},"serial":"SN-42","warranty":false}`) {
		t.Errorf("export: %v\n%s", err, out.String())
	}
	f := tickets.Field{Key: "hours", Name: "x", Type: "text"}
	w.wants("another type", w.tickets.SaveField(t.Context(), boss, f), fault.Conflict, "field_type_stays")
	f.Key = "9x"
	w.wants("a bad key", w.tickets.SaveField(t.Context(), boss, f), fault.Invalid, "bad_field_key")
}

func TestFieldsAreImported(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.house()
	var refused []string
	done, err := w.tickets.Import(t.Context(), authority.System("cli"), strings.NewReader(`{"key":"a","contact":{"email":"a@x.cn"},"subject":"a","fields":{"serial":"SN-1","cost":{"amount":"3","currency":"CNY"}}}
{"key":"b","contact":{"email":"a@x.cn"},"subject":"b","fields":{"warranty":"perhaps"}}
{"key":"c","contact":{"email":"a@x.cn"},"subject":"c","fields":{"colour":1}}
`), tickets.Watch{Refused: func(_ int, reason error) { refused = append(refused, reason.Error()) }})
	if err != nil || done.Tickets != 1 || len(refused) != 2 || refused[0] != "fields.warranty: is not a value of the type yes_no" || refused[1] != "fields.colour: there is none of this key" {
		t.Errorf("import: %+v, %v, %q", done, err, refused)
	}
	if n := w.count(`select count(*) from tickets where fields = '{"serial": "SN-1", "cost": {"amount": "3.00", "currency": "CNY"}}'`); n != 1 {
		t.Error("the values were not kept")
	}
}

func TestADeedIsDoneWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.house()
	li := w.Hire("li", "agent")
	got := w.mail("zhang@example.cn", "help", func(in *tickets.Inbound) { in.Tags = []string{"new", "old"} })
	deed := tickets.Deed{State: ptr("resolved"), Assignee: ptr("me"), AddTags: []string{"done", "new"}, RemoveTags: []string{"old"}}
	say := &tickets.Said{Direction: "out", Text: "It is done."}
	w.wants("without its cause", w.tickets.Apply(t.Context(), li, got.Ticket, deed, say), fault.Invalid, "required")
	if n := len(w.story(got.Ticket)); n != 1 {
		t.Errorf("something of the refused deed is there: %v", w.story(got.Ticket))
	}
	deed.Fields = map[string]any{"cause": "use"}
	if err := w.tickets.Apply(t.Context(), li, got.Ticket, deed, say); err != nil {
		t.Fatal(err)
	}
	v := w.view(got.Ticket)
	if v.State != "resolved" || v.Assignee.ID != li.ID || !slices.Equal(v.Tags, []string{"new", "done"}) || v.Fields["cause"] != "use" || v.LastSnippet != "It is done." {
		t.Errorf("after the deed: %+v", v.Row)
	}
	if err := w.tickets.Apply(t.Context(), li, got.Ticket, tickets.Deed{Priority: ptr(1)}, &tickets.Said{Direction: "note", Text: "look"}); err != nil {
		t.Fatal(err)
	}
	if got := w.story(got.Ticket); got[len(got)-1] != "note" {
		t.Errorf("story %v", got)
	}
}

func TestTagsAreOfferedAndRenamed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	boss, li := w.Hire("boss", "supervisor"), w.Hire("li", "agent")
	tagged := func(tags ...string) int64 {
		return w.mail("zhang@example.cn", "x", func(in *tickets.Inbound) { in.Tags = tags }).Ticket
	}
	both, one := tagged("主轴", "spindle"), tagged("spindle")
	tagged("coolant")
	found, err := w.tickets.Tags(t.Context(), li, "", 10)
	if err != nil || len(found) != 3 || found[0] != (tickets.Tag{Name: "spindle", Tickets: 2}) {
		t.Errorf("tags: %v, %v", found, err)
	}
	if found, err = w.tickets.Tags(t.Context(), li, "COOL", 10); err != nil || len(found) != 1 {
		t.Errorf("tags with the words: %v, %v", found, err)
	}
	if n, err := w.tickets.RenameTag(t.Context(), boss, "spindle", "主轴"); n != 2 || err != nil {
		t.Errorf("rename: %d, %v", n, err)
	}
	if a, b := w.view(both).Tags, w.view(one).Tags; !slices.Equal(a, []string{"主轴"}) || !slices.Equal(b, []string{"主轴"}) {
		t.Errorf("after the renaming: %v and %v", a, b)
	}
	w.wants("by an agent", second(w.tickets.RenameTag(t.Context(), li, "主轴", "x")), fault.Forbidden)
	w.wants("to nothing", second(w.tickets.RenameTag(t.Context(), boss, "主轴", "")), fault.Invalid, "bad_tag")
}

func TestAChoiceOfTickets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.house()
	li := w.Hire("li", "agent", "一组")
	theirs := w.queue("二", "二组")
	var ids []int64
	for i := range 25 {
		got := w.mail("zhang@example.cn", fmt.Sprint("machine ", i), func(in *tickets.Inbound) {
			if i%5 == 0 {
				in.Tags = []string{"vip", "hot"}
			}
			in.Priority = 1 + i%4
		})
		ids = append(ids, got.Ticket)
	}
	hidden := w.mail("zhang@example.cn", "machine of others", into(theirs))
	w.edit(li, ids[3], tickets.Edit{Fields: map[string]any{"serial": "SN-3"}})
	w.reply(li, ids[4], "done")

	walk := func(c tickets.Choice, page int) (out []int64) {
		t.Helper()
		var at tickets.Spot
		for range 100 {
			rows, next, err := w.tickets.Choose(t.Context(), li, c, at, page)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rows {
				out = append(out, r.ID)
			}
			if next == nil {
				return out
			}
			at = *next
		}
		t.Fatal("the list has no end")
		return nil
	}
	for _, page := range []int{1, 2, 7, 50} {
		for _, order := range []string{"activity", "waiting", "created", "priority"} {
			got := walk(tickets.Choice{Order: order}, page)
			if len(got) != 25 || slices.Contains(got, hidden.Ticket) || len(slices.Compact(slices.Sorted(slices.Values(got)))) != 25 {
				t.Errorf("%s by %d: %v", order, page, got)
			}
		}
		for name, c := range map[string]struct {
			choice tickets.Choice
			want   int
		}{
			"tagged":        {tickets.Choice{Tags: []string{"vip", "hot"}}, 5},
			"not tagged":    {tickets.Choice{Without: []string{"hot"}}, 20},
			"urgent":        {tickets.Choice{Priorities: []int{1}}, 7},
			"mine":          {tickets.Choice{Assignee: "me"}, 1},
			"nobody's open": {tickets.Choice{Assignee: "none", States: []string{"open"}}, 24},
			"it waits":      {tickets.Choice{Waits: true}, 24},
			"in words":      {tickets.Choice{Words: "MACHINE 2"}, 6},
			"by a field":    {tickets.Choice{Fields: map[string]any{"serial": "SN-3"}}, 1},
			"of a queue":    {tickets.Choice{Queues: []int64{theirs}}, 0},
			"nothing":       {tickets.Choice{States: []string{"closed"}, Failed: true, Channels: []string{"chat"}}, 0},
			"idle":          {tickets.Choice{IdleHours: 1}, 0},
		} {
			if got := walk(c.choice, page); len(got) != c.want {
				t.Errorf("%s by %d: %v, want %d", name, page, got, c.want)
			}
			if n, err := w.tickets.Count(t.Context(), li, c.choice); err != nil || n.Count != c.want || n.More {
				t.Errorf("count of %s: %+v, %v, want %d", name, n, err, c.want)
			}
		}
	}
	if got := walk(tickets.Choice{Order: "priority"}, 50); w.view(got[0]).Priority != 1 || w.view(got[24]).Priority != 4 {
		t.Error("urgent ones are not first")
	}
	// What one may not see is told by no count either.
	secret := tickets.Choice{Fields: map[string]any{"cost": map[string]any{"amount": "1.00", "currency": "CNY"}}}
	w.wants("a choice by a hidden field", second(w.tickets.Count(t.Context(), li, secret)), fault.Invalid, "unknown")
	w.wants("keeping it", w.tickets.CheckChoice(t.Context(), li, &secret), fault.Invalid, "unknown")
}
