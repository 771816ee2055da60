package agentdesk_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"frontline/agentdesk"
	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/internal/web/webtest"
	"frontline/tickets"
)

func TestColleaguesSeeWhoLooksAndTypesOnAnyNode(t *testing.T) {
	t.Parallel()
	a := newWorld(t)
	b := node(t, a.Branch(), agentdesk.Options{})
	a.Hire("li", "agent", "一组")
	a.Hire("wang", "agent", "一组")
	id := a.ticket(a.queue("一", "一组"), "主轴")
	li, wang := a.line("li", 0), b.line("wang", 0)
	li.say(`{"type":"watch","object":"ticket:%d","id":1}`, id)
	li.sees(id, "li")
	wang.say(`{"type":"watch","object":"ticket:%d"}`, id)
	wang.sees(id, "li", "wang")
	li.sees(id, "li", "wang")
	wang.say(`{"type":"typing","object":"ticket:%d","on":true}`, id)
	li.sees(id, "li", "wang…")
	wang.say(`{"type":"typing","object":"ticket:%d","on":false}`, id)
	li.sees(id, "li", "wang")

	// A second window of the same person is not a second person.
	second := a.line("li", 0)
	second.say(`{"type":"watch","object":"ticket:%d"}`, id)
	second.sees(id, "li", "wang")
	second.say(`{"type":"unwatch","object":"ticket:%d"}`, id)

	li.say(`{"type":"unwatch","object":"ticket:%d"}`, id)
	wang.sees(id, "wang")
	li.say(`{"type":"watch","object":"ticket:%d"}`, id)
	li.sees(id, "li", "wang")
	wang.ws.Close() //nolint:errcheck // the laptop is shut
	li.sees(id, "li")
}

func TestTypingEndsByItself(t *testing.T) {
	t.Parallel()
	w := node(t, webtest.Open(t, agentdesk.Schemas()...), hasty)
	w.Hire("li", "agent", "一组")
	id := w.ticket(w.queue("一", "一组"), "主轴")
	c := w.line("li", 0)
	c.say(`{"type":"watch","object":"ticket:%d"}`, id)
	c.say(`{"type":"typing","object":"ticket:%d","on":true}`, id)
	c.sees(id, "li…")
	c.sees(id, "li")
}

func TestPresenceIsSeenAndEndsWithTheLastLine(t *testing.T) {
	t.Parallel()
	a := node(t, webtest.Open(t, agentdesk.Schemas()...), hasty)
	b := node(t, a.Branch(), hasty)
	li := a.Hire("li", "agent")
	a.Hire("zhao", "supervisor")
	is := func(state string) func(frame) bool {
		return func(f frame) bool { return f.State == state && strings.Contains(string(f.Agent), fmt.Sprint(li.ID)) }
	}
	zhao := b.line("zhao", 0)
	first, second := a.line("li", 0), b.line("li", 0)
	first.say(`{"type":"presence","state":"not_ready","reason":"午餐","id":1}`)
	if f := zhao.when("presence", is("not_ready")); f.Reason != "午餐" {
		t.Errorf("presence %+v", f)
	}
	first.say(`{"type":"presence","state":"ready","id":2}`)
	zhao.when("presence", is("ready"))

	// One line ends, the other on another node is still there; whoever asks meanwhile sees no change.
	first.ws.Close() //nolint:errcheck // the browser is shut
	second.say(`{"type":"presence","state":"after_work"}`)
	zhao.when("presence", is("after_work"))
	second.ws.Close() //nolint:errcheck // this one too
	if f := zhao.when("presence", is("away")); f.Reason != "line_lost" {
		t.Errorf("away because of %q, want the lost line", f.Reason)
	}

	// A node that died leaves seats behind which nobody sits; those who live find them.
	if err := a.tickets.SetPresence(t.Context(), li, li.ID, "ready", ""); err != nil {
		t.Fatal(err)
	}
	zhao.when("presence", is("away"))
}

func TestLinesEndWithTheirSession(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Admit("li", "agent")
	open := func() (*client, string) {
		t.Helper()
		in := w.Must(200, "", "POST", "/api/v1/session", map[string]string{"login": "li", "password": webtest.Password})
		cookie, _, _ := strings.Cut(in.Header.Get("Set-Cookie"), ";")
		c, _, err := w.upgrade(t.Context(), http.Header{"Cookie": {cookie}, "Origin": {w.URL}})
		if err != nil {
			t.Fatal(err)
		}
		c.hello(0)
		return c, cookie
	}
	c, cookie := open()
	other, _ := open()
	w.Must(204, "", "DELETE", "/api/v1/session", nil, "Cookie", cookie, "Origin", w.URL)
	if code := c.closed(); code != 4401 {
		t.Errorf("signed out: closed with %d, want 4401", code)
	}
	other.say(`{"type":"ping","id":1}`)
	other.until("ok") // another session of the same person goes on

	// A session that ran out says nothing by itself.
	program := w.line("li", 0)
	w.repair(`update sessions set expires_at = now() where agent_id = $1`, li.ID)
	if code := other.closed(); code != 4401 {
		t.Errorf("ran out: closed with %d, want 4401", code)
	}
	program.say(`{"type":"ping","id":1}`)
	program.until("ok")

	disabled := true
	if err := w.Accounts.ChangePerson(t.Context(), authority.System("cli"), li.ID, authority.PersonChange{Disabled: &disabled}); err != nil {
		t.Fatal(err)
	}
	if code := program.closed(); code != 4401 {
		t.Errorf("disabled: closed with %d, want 4401", code)
	}
	if _, status, _ := w.upgrade(t.Context(), http.Header{"Authorization": {"Bearer " + w.Token("li")}}); status != 401 {
		t.Errorf("disabled: a new line answers %d, want 401", status)
	}
}

// repair changes rows by hand, as an operator would.
func (w *world) repair(sql string, args ...any) {
	w.t.Helper()
	err := w.Gate.Do(w.t.Context(), authority.System("cli"), func(tx *authority.Tx) error {
		if err := tx.Allow(w.t.Context(), authority.Act{Name: "ticket.import", Object: "repair"}); err != nil {
			return err
		}
		_, err := tx.Exec(w.t.Context(), sql, args...)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Who may see more than before reloads, since what happened there cannot be told in order any more; and hears from then on.
func TestRightsThatChangeTakeEffectOnOpenLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent", "一组")
	w.Hire("wang", "agent", "二组")
	first, second := w.queue("一", "一组"), w.queue("二", "二组")
	c := w.line("li", 0)
	if err := w.Accounts.ChangePerson(t.Context(), authority.System("cli"), li.ID, authority.PersonChange{Teams: w.Teams("一组", "二组")}); err != nil {
		t.Fatal(err)
	}
	reset := c.until("reset")
	id := w.ticket(second, "now for li too")
	if f := c.event("ticket.created", id); f.Seq <= reset.Seq {
		t.Errorf("event %d is not after the reset %d", f.Seq, reset.Seq)
	}
	c.say(`{"type":"watch","object":"ticket:%d"}`, id)
	c.sees(id, "li")
	wang := w.line("wang", 0)
	wang.say(`{"type":"watch","object":"ticket:%d"}`, id)
	wang.sees(id, "li", "wang")

	// A ticket that goes to another team is no longer looked at by those who cannot see it.
	if err := w.tickets.Edit(t.Context(), li, id, tickets.Edit{Queue: &first}); err != nil {
		t.Fatal(err)
	}
	c.sees(id, "li")

	// A new queue of the team is heard of without reloading by hand.
	third := w.queue("三", "一组")
	c.until("reset")
	c.event("ticket.created", w.ticket(third, "in the new queue"))
}

// A desk that was away while its agent's rights changed holds lists of another time.
func TestRightsThatChangedWhileADeskWasAwayMeanReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	li := w.Hire("li", "agent", "一组")
	w.queue("一", "一组")
	second := w.queue("二", "二组")
	c := w.line("li", 0)
	c.ws.Close() //nolint:errcheck // the laptop sleeps
	w.ticket(second, "not for li yet")
	if err := w.Accounts.ChangePerson(t.Context(), authority.System("cli"), li.ID, authority.PersonChange{Teams: w.Teams("二组")}); err != nil {
		t.Fatal(err)
	}
	id := w.ticket(second, "for li")
	c = w.line("li", c.last)
	reset := c.until("reset")
	again := w.ticket(second, "after the reload")
	if f := c.event("ticket.created", again); f.Seq <= reset.Seq {
		t.Errorf("event %d is not after the reset %d, which covers ticket %d", f.Seq, reset.Seq, id)
	}
}

func TestAlarmsAreHeardOnEveryDesk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Hire("li", "agent", "一组")
	w.Hire("zhao", "supervisor")
	alarms := alarm.New(w.Gate)
	front := w.Serve(alarms.Routes)
	li, zhao := w.line("li", 0), w.line("zhao", 0)
	if err := alarms.Raise(t.Context(), authority.System("email"), "mailbox_receiving", "mailbox:3", "login_refused", map[string]any{"host": "imap.example.cn"}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client{li, zhao} {
		c.when("event", func(f frame) bool { return f.Kind == "alarm.raised" && f.Object == "mailbox:3" })
	}
	got := front.Must(200, "li", "GET", "/api/v1/alarms", nil)
	if got.Get("items.0.code") != "login_refused" || got.Get("items.0.args.host") != "imap.example.cn" || got.Get("items.0.since") == nil {
		t.Errorf("alarms %s", got)
	}
	if err := alarms.Clear(t.Context(), authority.System("email"), "mailbox_receiving", "mailbox:3"); err != nil {
		t.Fatal(err)
	}
	li.when("event", func(f frame) bool { return f.Kind == "alarm.cleared" })
	if got := front.Must(200, "li", "GET", "/api/v1/alarms", nil); string(got.Body) != "{\"items\":[]}\n" && string(got.Body) != `{"items":[]}` {
		t.Errorf("alarms %s, want none", got)
	}
}
