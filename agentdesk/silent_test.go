package agentdesk_test

import (
	"fmt"
	"testing"
)

// A supervisor looks on at a ticket: she sees who works on it and they do not see her, until she joins them.
func TestASupervisorLooksOnSilently(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Hire("li", "agent", "一组")
	w.Hire("zhao", "supervisor")
	ticket := w.ticket(w.queue("一", "一组"), "help")
	li, zhao := w.line("li", 0), w.line("zhao", 0)
	li.say(`{"type":"watch","object":"ticket:%d","silent":true,"id":1}`, ticket)
	if f := li.until("error"); f.Code != "not_allowed" {
		t.Errorf("an agent looks on silently: %+v", f)
	}
	li.say(`{"type":"watch","object":"ticket:%d"}`, ticket)
	li.sees(ticket, "li")
	zhao.say(`{"type":"watch","object":"ticket:%d","silent":true}`, ticket)
	zhao.sees(ticket, "li")
	li.say(`{"type":"typing","object":"ticket:%d","on":true}`, ticket)
	zhao.sees(ticket, "li…")
	li.sees(ticket, "li…")
	zhao.say(`{"type":"watch","object":"ticket:%d"}`, ticket)
	zhao.sees(ticket, "li…", "zhao")
	li.sees(ticket, "li…", "zhao")
	var looks int
	if err := w.DB.Read.QueryRow(t.Context(), `select count(*) from audit where act = 'supervise.look' and object = $1 and outcome = 'allow'`, fmt.Sprint("ticket:", ticket)).Scan(&looks); err != nil {
		t.Fatal(err)
	}
	if looks != 1 {
		t.Errorf("%d looks written down, want 1", looks)
	}
}
