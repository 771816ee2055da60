package request_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontline/internal/fault"
	"frontline/tickets"
	"frontline/tickets/request"
)

// TestTheSampleRequestIsEnteredAsItWas: years later, by hand, with the number and the words that it had on paper.
func TestTheSampleRequestIsEnteredAsItWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.numbered()
	dm := w.Teams("dm")[0]
	w.Must(http.StatusNoContent, "dm", "PUT", path("/terms/priority/2"), map[string]any{"name": "3-高", "name_en": "3-High"})
	// Five came before it on that day, and one on the next, in the zone of the house.
	for range 5 {
		w.request(accepted("2005-02-22T00:30:00+08:00"))
	}
	body := map[string]any{
		"subject": "主轴转速不稳，主轴夹具不牢固", "channel": "phone", "text": "立式平衡主轴转速不稳", "type": "fwqq",
		"contact": map[string]any{"name": "张云峰", "email": "zhangyf@shwl.com"}, "severity": "2-serious", "priority": 2,
		"scope": "running", "sub_scope": "hardware", "reproducibility": "always", "description": "1、立式平衡主轴转速不稳。2、主轴夹具不牢固。",
		"group_id": dm, "accepted_at": "2005-02-22T10:05:00+08:00",
	}
	made := w.Must(http.StatusCreated, "dm", "POST", path("/tickets"), body)
	if got := made.Get("number"); got != "FWQQBRG0020050222006" {
		t.Errorf("number = %v, want FWQQBRG0020050222006", got)
	}
	id := made.ID("id")
	w.Must(http.StatusNoContent, "dm", "PATCH", path("/tickets/%d", id), map[string]any{"state": "closed", "sub_state": "solved", "closed_at": "2005-02-23T14:26:00+08:00", "summary": "主轴转速不稳,主轴夹具不牢固"})
	got := w.Must(http.StatusOK, "dm", "GET", path("/tickets/%d", id), nil)
	for field, want := range map[string]string{
		"sheet.scope.name": "运行故障", "sheet.sub_scope.name": "硬件", "sheet.sub_scope.name_en": "Hardware", "sheet.reproducibility.name": "可再现",
		"sheet.severity.name": "2-严重", "sheet.priority.name": "3-高", "sheet.state.name": "已受理", "sheet.sub_state.name": "结案/解决问题", "sheet.group.name": "dm",
		"sheet.accepted_at": "2005-02-22T02:05:00Z", "sheet.closed_at": "2005-02-23T06:26:00Z", "sheet.description": body["description"].(string), "summary": "主轴转速不稳,主轴夹具不牢固",
	} {
		if have := fmt.Sprint(got.Get(field)); have != want {
			t.Errorf("%s = %s, want %s", field, have, want)
		}
	}
	if next := w.request(accepted("2005-02-23T00:00:00+08:00")); next.Number != "FWQQBRG0020050223001" {
		t.Errorf("first of the next day is %s", next.Number)
	}
}

func accepted(at string) func(*tickets.Opening) {
	return func(o *tickets.Opening) {
		var err error
		if o.Request.Accepted, err = time.Parse(time.RFC3339, at); err != nil {
			panic(err)
		}
	}
}

// TestNumbersOfManyAtOnceAreOnePerTicket: nobody waits for another's commit, and none is 000.
func TestNumbersOfManyAtOnceAreOnePerTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.numbered()
	var mu sync.Mutex
	var all []string
	var crowd sync.WaitGroup
	for i := range 16 {
		crowd.Go(func() {
			for n := range 3 {
				got, err := w.tickets.Create(t.Context(), w.dm, tickets.Opening{
					Subject: "x", Channel: "phone", Text: "x", Type: "fwqq", Contact: tickets.Given{Email: fmt.Sprintf("c%d.%d@x.cn", i, n)},
				})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				all = append(all, got.Number)
				mu.Unlock()
			}
		})
	}
	crowd.Wait()
	slices.Sort(all)
	if len(slices.Compact(slices.Clone(all))) != 48 || !strings.HasSuffix(all[0], "001") || len(all[0]) != len("FWQQBRG0020050222006") {
		t.Errorf("48 tickets are numbered %v", all)
	}
}

// TestOtherTicketsAreNumberedAsEver, also when a pattern is given up.
func TestOtherTicketsAreNumberedAsEver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.numbered()
	if got := w.request(func(o *tickets.Opening) { o.Type = "" }); strings.Contains(got.Number, "FWQQ") {
		t.Errorf("a ticket of no type is %s", got.Number)
	}
	w.do(w.SaveNumbering(t.Context(), cli, request.Numbering{Type: "fwqq", Prefix: "FWQQ", Unit: "BRG00", Date: "YYYYMMDD", Digits: 3, Zone: "Asia/Shanghai", Retired: true}))
	if got := w.request(); strings.Contains(got.Number, "FWQQ") {
		t.Errorf("a ticket of a retired pattern is %s", got.Number)
	}
	err := w.SaveNumbering(t.Context(), cli, request.Numbering{Type: "other", Prefix: "FWQQ", Unit: "BRG00", Date: "YYYY", Digits: 3, Zone: "Asia/Shanghai"})
	w.refused("the prefix of another type", err, fault.Conflict, "name_taken")
	for n := range 29 {
		w.do(w.SaveNumbering(t.Context(), cli, request.Numbering{Type: fmt.Sprint("t", n), Prefix: "T" + string(rune('A'+n%26)), Unit: fmt.Sprint(n), Date: "YYYY", Digits: 1, Zone: "UTC"}))
	}
	err = w.SaveNumbering(t.Context(), cli, request.Numbering{Type: "more", Prefix: "MORE", Date: "YYYY", Digits: 1, Zone: "UTC"})
	w.refused("more patterns than there are places", err, fault.Invalid, "too_many")
}

// TestWhatARequestCannotHaveIsRefused, when it is entered and when it is changed.
func TestWhatARequestCannotHaveIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	got := w.request(accepted("2026-01-05T10:00:00+08:00"))
	w.do(w.SaveTerm(t.Context(), cli, request.Term{Kind: "sub_scope", Key: "manual", Name: "手册", Parent: "using"}))
	w.do(w.SaveTerm(t.Context(), cli, request.Term{Kind: "scope", Key: "other", Name: "其他", Retired: true}))
	open := map[string]any{"subject": "x", "channel": "phone", "text": "x", "contact": map[string]any{"name": "x"}}
	for code, edit := range map[string]map[string]any{
		"not_a_choice": {"scope": "nowhere"}, "not_a_choice ": {"scope": "running", "sub_scope": "manual"}, "not_a_choice  ": {"scope": "other"},
		"not_a_choice   ": {"reproducibility": "maybe"}, "unknown_team": {"group_id": 999}, "not_past": {"accepted_at": "2999-01-01T00:00:00Z"},
	} {
		code = strings.TrimSpace(code)
		if a := w.Ask("dm", "PATCH", path("/tickets/%d", got.Ticket), edit); a.Get("errors.0.code") != code {
			t.Errorf("change to %v = %s, want %s", edit, a, code)
		}
		for k, v := range open {
			edit[k] = v
		}
		if a := w.Ask("dm", "POST", path("/tickets"), edit); a.Get("errors.0.code") != code {
			t.Errorf("open with %v = %s, want %s", edit, a, code)
		}
	}
	for code, edit := range map[string]map[string]any{
		"not_closed": {"closed_at": "2026-01-06T00:00:00Z"}, "before_accepted": {"state": "closed", "closed_at": "2026-01-01T00:00:00Z"},
	} {
		if a := w.Ask("dm", "PATCH", path("/tickets/%d", got.Ticket), edit); a.Get("errors.0.code") != code {
			t.Errorf("change to %v = %s, want %s", edit, a, code)
		}
	}
	w.Must(http.StatusNoContent, "dm", "PATCH", path("/tickets/%d", got.Ticket), map[string]any{"scope": "using", "sub_scope": "manual"})
	if a := w.Ask("dm", "PATCH", path("/tickets/%d", got.Ticket), map[string]any{"scope": "running"}); a.Get("errors.0.field") != "sub_scope" {
		t.Errorf("another scope with the sub-scope of the first = %s", a)
	}
}

// TestWhoTakesATicketAcceptsIt, unless it is said that it was accepted before.
func TestWhoTakesATicketAcceptsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.request().Ticket
	sheet := func() tickets.Sheet {
		t.Helper()
		v, err := w.tickets.Ticket(t.Context(), eye, id)
		w.do(err)
		return v.Sheet
	}
	if at := sheet().AcceptedAt; at != nil {
		t.Errorf("accepted at %v before anybody had it", at)
	}
	w.do(w.tickets.Edit(t.Context(), w.dm, id, tickets.Edit{Assignee: &w.lxb.ID}))
	first := sheet().AcceptedAt
	w.do(w.tickets.Edit(t.Context(), w.dm, id, tickets.Edit{Assignee: &w.elitor.ID}))
	if again := sheet().AcceptedAt; first == nil || again == nil || !again.Equal(*first) {
		t.Errorf("accepted at %v, then at %v, want one time", first, again)
	}
}

func TestTermsOfTheProgramAreNotAdded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for code, term := range map[string]request.Term{
		"not_a_choice": {Kind: "state", Key: "waiting", Name: "x"}, "unknown_kind": {Kind: "colour", Key: "red", Name: "x"},
		"required": {Kind: "scope", Key: "x"}, "bad_characters": {Kind: "scope", Key: "a\nb", Name: "x"}, "not_allowed": {Kind: "scope", Key: "x", Name: "x", Parent: "running"},
	} {
		w.refused(fmt.Sprint(term), w.SaveTerm(t.Context(), cli, term), fault.Invalid, code)
	}
	w.refused("a sub-scope of no scope", w.SaveTerm(t.Context(), cli, request.Term{Kind: "sub_scope", Key: "x", Name: "x", Parent: "none"}), fault.Invalid, "not_a_choice")
	w.refused("an engineer", w.SaveTerm(t.Context(), w.lxb, request.Term{Kind: "scope", Key: "x", Name: "x"}), fault.Forbidden, "not_allowed")
	all, err := w.Terms(t.Context(), w.lxb, "task_mode")
	w.do(err)
	if len(all) != 4 || all[0].Name != "现场服务" {
		t.Errorf("modes of tasks are %v", all)
	}
}
