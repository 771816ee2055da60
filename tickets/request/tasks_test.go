package request_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/tickets"
	"frontline/tickets/request"
)

// TestASampleTaskIsPlannedDoneAndTold: what elitor did on the afternoon of the sample, told afterwards.
func TestASampleTaskIsPlannedDoneAndTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.request().Ticket
	made := w.Must(http.StatusCreated, "dm", "POST", path("/tickets/%d/tasks", id), map[string]any{
		"subject": "诊断SY3240平衡机故障", "mode": "on_site", "doer_id": w.elitor.ID, "wanted_at": "2005-02-22T15:30:00+08:00",
		"parts": []map[string]any{{"name": "法兰连接皮带", "quantity": 1}, {"name": "主轴夹具螺栓", "number": "100202", "quantity": 4}},
	})
	task := made.ID("id")
	w.Must(http.StatusOK, "elitor", "PATCH", path("/tasks/%d", task), map[string]any{"state": "started", "at": "2005-02-22T16:00:00+08:00"})
	got := w.Must(http.StatusOK, "elitor", "PATCH", path("/tasks/%d", task), map[string]any{"state": "done", "at": "2005-02-22T18:00:00+08:00", "remark": "主轴夹具螺栓已更换"})
	for field, want := range map[string]string{
		"state": "done", "doer.name": "elitor", "started_at": "2005-02-22T08:00:00Z", "ended_at": "2005-02-22T10:00:00Z", "remark": "主轴夹具螺栓已更换",
		"parts.1.quantity": "4", "parts.1.number": "100202", "ticket.contact": "张云峰", "next.0": "started", "version": "3",
	} {
		if have := fmt.Sprint(got.Get(field)); have != want {
			t.Errorf("%s = %s, want %s", field, have, want)
		}
	}
	want := []string{"task_planned 诊断SY3240平衡机故障", "task_state started", "task_state done", "task_changed 诊断SY3240平衡机故障"}
	if have := w.eventsOf(id); !slices.Equal(have, want) {
		t.Errorf("the timeline tells %q, want %q", have, want)
	}
}

// eventsOf are the timeline's events about tasks, oldest first, each with what it leads to.
func (w *world) eventsOf(ticket int64) (out []string) {
	w.t.Helper()
	got := w.Must(http.StatusOK, "dm", "GET", path("/tickets/%d/timeline?limit=200", ticket), nil)
	for _, e := range got.Get("items").([]any) {
		if change, ok := e.(map[string]any)["event"].(map[string]any); ok && strings.HasPrefix(fmt.Sprint(change["name"]), "task_") {
			out = append([]string{fmt.Sprint(change["name"], " ", change["to"])}, out...)
		}
	}
	return out
}

// TestWhatAPhoneSendsTwiceHappensOnce: a line that is lost after the request leaves the phone not knowing.
func TestWhatAPhoneSendsTwiceHappensOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.request().Ticket
	plan := request.Plan{ClientID: "plan-1", Subject: "更换电刷", Mode: "on_site", Doer: w.lxb.ID}
	task, err := w.AddTask(t.Context(), w.lxb, id, plan)
	w.do(err)
	again, err := w.AddTask(t.Context(), w.lxb, id, plan)
	if err != nil || again.ID != task.ID {
		t.Errorf("planned twice is %d and %d, %v", task.ID, again.ID, err)
	}
	done := request.TaskEdit{ClientID: "done-1", State: new("done"), Remark: new("设备正常")}
	for range 2 {
		_, err := w.ChangeTask(t.Context(), w.lxb, task.ID, done)
		w.do(err)
	}
	// Taken back meanwhile, the old report does not come again.
	_, err = w.ChangeTask(t.Context(), w.dm, task.ID, request.TaskEdit{State: new("started")})
	w.do(err)
	if k, err := w.ChangeTask(t.Context(), w.lxb, task.ID, done); err != nil || k.State != "started" {
		t.Errorf("the report a third time leaves the task %s, %v", k.State, err)
	}
	file, err := w.tickets.Upload(t.Context(), w.lxb, "sign.png", "image/png", strings.NewReader("png"))
	w.do(err)
	signed := request.Evidence{ClientID: "sign-1", Kind: "signature", Signer: "张云峰", Files: []int64{file.ID}}
	for range 2 {
		k, err := w.AddFiles(t.Context(), w.lxb, task.ID, signed)
		if err != nil || len(k.Files) != 1 || k.Files[0].Signer != "张云峰" {
			t.Errorf("signed: files %v, %v", k.Files, err)
		}
	}
	want := []string{"task_planned 更换电刷", "task_state done", "task_changed 更换电刷", "task_state started"}
	if have := w.eventsOf(id); !slices.Equal(have, want) {
		t.Errorf("the timeline tells %q, want %q", have, want)
	}
}

// TestATaskIsHandedOnToAnotherTeam: the new doer sees the case though it is not in his queue, and has yet to accept the task.
func TestATaskIsHandedOnToAnotherTeam(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	team := w.Teams("south")[0]
	queue, err := w.tickets.SaveQueue(t.Context(), cli, 0, tickets.QueueEdit{Name: "south", TeamID: &team})
	w.do(err)
	south, north := w.Hire("south", "engineer", "south"), w.Hire("north", "engineer", "north")
	id := w.request(func(o *tickets.Opening) { o.Queue = queue }).Ticket
	task, err := w.AddTask(t.Context(), south, id, request.Plan{Subject: "更换电刷", Mode: "on_site", Doer: south.ID})
	w.do(err)
	w.refused("another team's ticket", w.tickets.Visible(t.Context(), north, id), fault.NotFound, "not_found")
	_, err = w.Task(t.Context(), north, task.ID)
	w.refused("another team's task", err, fault.NotFound, "not_found")
	_, err = w.ChangeTask(t.Context(), south, task.ID, request.TaskEdit{State: new("accepted")})
	w.do(err)
	k, err := w.ChangeTask(t.Context(), south, task.ID, request.TaskEdit{Doer: &north.ID})
	if err != nil || k.State != "planned" || k.Doer.Name != "north" {
		t.Fatalf("handed on: %s of %v, %v", k.State, k.Doer, err)
	}
	w.do(w.tickets.Visible(t.Context(), north, id))
	if mine, err := w.Tasks(t.Context(), north, request.Round{Doer: north.ID, Limit: 5}); err != nil || len(mine) != 1 {
		t.Errorf("the new doer's tasks are %v, %v", mine, err)
	}
	// He who handed on his own task in another's queue sees it no more.
	back, err := w.ChangeTask(t.Context(), north, task.ID, request.TaskEdit{Doer: &south.ID})
	if err != nil || back.Doer.Name != "south" {
		t.Errorf("handed back: %v, %v", back.Doer, err)
	}
	w.refused("a ticket of which he has no task", w.tickets.Visible(t.Context(), north, id), fault.NotFound, "not_found")
}

func TestATaskGoesOnlyWhereItCan(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.request().Ticket
	task, err := w.AddTask(t.Context(), w.dm, id, request.Plan{Subject: "x", Mode: "bench"})
	w.do(err)
	change := func(e request.TaskEdit) error {
		_, err := w.ChangeTask(t.Context(), w.dm, task.ID, e)
		return err
	}
	early, late := time.Date(2026, 1, 5, 8, 0, 0, 0, time.UTC), time.Date(2026, 1, 5, 9, 0, 0, 0, time.UTC)
	w.refused("an end before the begin", change(request.TaskEdit{State: new("done"), Started: &late, Ended: &early}), fault.Invalid, "before_begin")
	w.refused("an end of what goes on", change(request.TaskEdit{State: new("started"), Ended: &early}), fault.Invalid, "not_ended")
	w.refused("a report from the future", change(request.TaskEdit{State: new("done"), Happened: time.Now().AddDate(1, 0, 0)}), fault.Invalid, "not_past")
	w.refused("planned until before it begins", change(request.TaskEdit{Planned: &late, Until: &early}), fault.Invalid, "before_begin")
	w.refused("a doer who is not there", change(request.TaskEdit{Doer: new(int64(999))}), fault.Invalid, "unknown_agent")
	w.do(change(request.TaskEdit{State: new("cancelled")}))
	w.refused("done after it was cancelled", change(request.TaskEdit{State: new("done")}), fault.Conflict, "task_state")
	w.refused("what somebody else has changed", change(request.TaskEdit{Version: 1, Remark: new("x")}), fault.Conflict, "stale_task")
	_, err = w.AddFiles(t.Context(), w.dm, task.ID, request.Evidence{Kind: "photo", Files: []int64{999}})
	w.refused("a file that nobody uploaded", err, fault.Invalid, "unknown_attachment")
	_, err = w.AddFiles(t.Context(), w.dm, task.ID, request.Evidence{Kind: "signature", Files: []int64{1}})
	w.refused("a signature of nobody", err, fault.Invalid, "required")
}

// TestADoerIsRemindedOnce, when the time has come, and again when the time was moved.
func TestADoerIsRemindedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.request().Ticket
	jobs := authority.System("jobs")
	past := time.Now().Add(-time.Minute)
	task, err := w.AddTask(t.Context(), w.dm, id, request.Plan{Subject: "x", Mode: "phone", Doer: w.lxb.ID, TaskTimes: request.TaskTimes{Remind: past}})
	w.do(err)
	_, err = w.AddTask(t.Context(), w.dm, id, request.Plan{Subject: "later", Mode: "phone", Doer: w.lxb.ID, TaskTimes: request.TaskTimes{Remind: time.Now().Add(time.Hour)}})
	w.do(err)
	remind := func(want int) {
		t.Helper()
		if n, err := w.Remind(t.Context(), jobs); err != nil || n != want {
			t.Errorf("reminded of %d, %v; want %d", n, err, want)
		}
	}
	remind(1)
	remind(0)
	earlier := past.Add(-time.Minute)
	_, err = w.ChangeTask(t.Context(), w.dm, task.ID, request.TaskEdit{Remind: &earlier})
	w.do(err)
	remind(1)
	_, err = w.ChangeTask(t.Context(), w.dm, task.ID, request.TaskEdit{Remind: &past, State: new("done")})
	w.do(err)
	remind(0)
	var topics []string
	w.do(w.DB.Read.QueryRow(t.Context(), `select topics from events where kind = 'task.reminder' order by seq desc limit 1`).Scan(&topics))
	if !slices.Equal(topics, []string{fmt.Sprint("agent:", w.lxb.ID)}) {
		t.Errorf("reminded were %v", topics)
	}
}

// TestADoersDayIsListedInOrder, a page at a time.
func TestADoersDayIsListedInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.request().Ticket
	nine := time.Date(2026, 1, 5, 1, 0, 0, 0, time.UTC)
	for n, hour := range []int{3, 1, 2} {
		_, err := w.AddTask(t.Context(), w.dm, id, request.Plan{Subject: fmt.Sprint("task ", n), Mode: "on_site", Doer: w.lxb.ID, TaskTimes: request.TaskTimes{Planned: nine.Add(time.Duration(hour) * time.Hour)}})
		w.do(err)
	}
	first := w.Must(http.StatusOK, "lxb", "GET", path("/tasks?limit=2"), nil)
	rest := w.Must(http.StatusOK, "lxb", "GET", path("/tasks?limit=2&after=%s", first.Get("next")), nil)
	have := fmt.Sprint(first.Get("items.0.subject"), first.Get("items.1.subject"), rest.Get("items.0.subject"))
	if have != "task 1task 2task 0" || rest.Get("next") != nil {
		t.Errorf("the day is %s", have)
	}
	if got := w.Must(http.StatusOK, "dm", "GET", path("/tasks?doer=%d&until=2026-01-05T02:30:00Z", w.lxb.ID), nil); len(got.Get("items").([]any)) != 1 {
		t.Errorf("before half past ten: %s", got)
	}
	if got := w.Must(http.StatusOK, "dm", "GET", path("/tasks?doer=none"), nil); len(got.Get("items").([]any)) != 0 {
		t.Errorf("nobody's: %s", got)
	}
}
