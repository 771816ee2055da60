package request_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/fault"
	"frontline/internal/web"
	"frontline/internal/web/webtest"
	"frontline/tickets"
	"frontline/tickets/request"
)

var (
	cli = authority.System("cli")
	eye = authority.System("api") // sees all
)

// world is a machine maker: dm takes service requests in, lxb and elitor go to the customers.
type world struct {
	*webtest.Office
	*webtest.Server
	*request.Requests
	t       testing.TB
	tickets *tickets.Tickets
	dm      authority.Actor
	lxb     authority.Actor
	elitor  authority.Actor
}

func newWorld(t testing.TB) *world {
	t.Helper()
	o := webtest.Open(t, tickets.Schemas()...)
	files, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Office: o, t: t, tickets: tickets.New(o.Gate, crm.New(o.Gate), files, noOutbox{})}
	w.Requests = request.New(o.Gate, w.tickets)
	w.Server = o.Serve(func(s *web.Server) {
		w.Requests.Routes(s)
		w.tickets.Routes(s, tickets.Show{Key: o.Key})
	})
	w.dm, w.lxb, w.elitor = o.Hire("dm", "supervisor"), o.Hire("lxb", "engineer"), o.Hire("elitor", "engineer")
	return w
}

// noOutbox is for tests in which nothing is sent.
type noOutbox struct{}

func (noOutbox) Queue(context.Context, *authority.Tx, tickets.Outbound) ([]string, error) {
	return nil, errors.New("nothing is sent here")
}

// do fails on an error.
func (w *world) do(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// numbered makes tickets of type fwqq numbered as the sample's.
func (w *world) numbered() {
	w.t.Helper()
	w.do(w.SaveNumbering(w.t.Context(), cli, request.Numbering{Type: "fwqq", Prefix: "FWQQ", Unit: "BRG00", Date: "YYYYMMDD", Digits: 3, Zone: "Asia/Shanghai"}))
}

// request opens a ticket of type fwqq; edits change it before.
func (w *world) request(edits ...func(*tickets.Opening)) tickets.Received {
	w.t.Helper()
	o := tickets.Opening{Subject: "主轴转速不稳", Channel: "phone", Text: "立式平衡主轴转速不稳", Type: "fwqq", Contact: tickets.Given{Name: "张云峰", Email: "zhangyf@shwl.com"}}
	for _, edit := range edits {
		edit(&o)
	}
	got, err := w.tickets.Create(w.t.Context(), w.dm, o)
	w.do(err)
	return got
}

// refused fails unless err has the kind, and the code where one is given.
func (w *world) refused(what string, err, kind error, code string) {
	w.t.Helper()
	var f *fault.Fault
	if !errors.Is(err, kind) || !errors.As(err, &f) || f.Code != code && (len(f.Fields) == 0 || f.Fields[0].Code != code) {
		w.t.Errorf("%s = %v, want %v with code %s", what, err, kind, code)
	}
}

func path(format string, args ...any) string { return web.Prefix + fmt.Sprintf(format, args...) }
