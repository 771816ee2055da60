package request

import (
	"context"
	"strconv"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
)

type one struct {
	ID int64 `path:"id" minimum:"1"`
}

type newTask struct {
	ClientID     string     `json:"client_id,omitempty" maxLength:"64" doc:"The caller's own name for it: the same again is the same task"`
	Subject      string     `json:"subject" minLength:"1" maxLength:"500"`
	Mode         string     `json:"mode" enum:"on_site,bench,remote,phone"`
	Doer         int64      `json:"doer_id,omitempty" minimum:"1" doc:"Absent: nobody yet"`
	WantedAt     time.Time  `json:"wanted_at,omitzero" doc:"When the customer wants it to begin"`
	PlannedAt    time.Time  `json:"planned_at,omitzero"`
	PlannedUntil time.Time  `json:"planned_until,omitzero"`
	RemindAt     time.Time  `json:"remind_at,omitzero" doc:"When its doer is reminded"`
	Parts        []TaskPart `json:"parts,omitempty" maxItems:"100" doc:"To carry"`
	Remark       string     `json:"remark,omitempty" maxLength:"5000"`
}

type taskBody struct {
	ClientID     string                  `json:"client_id,omitempty" maxLength:"64" doc:"The caller's own name for the change: the same again changes nothing, so that it can be sent until it is answered"`
	Version      int                     `json:"version,omitempty" minimum:"0" doc:"Of the task as the caller saw it; another is 409 stale_task. Absent: whatever it is"`
	Subject      *string                 `json:"subject,omitempty" minLength:"1" maxLength:"500"`
	Mode         *string                 `json:"mode,omitempty" enum:"on_site,bench,remote,phone"`
	Doer         web.Optional[int64]     `json:"doer_id,omitzero" doc:"null or 0: nobody. Who is handed a task has yet to accept it"`
	WantedAt     web.Optional[time.Time] `json:"wanted_at,omitzero"`
	PlannedAt    web.Optional[time.Time] `json:"planned_at,omitzero"`
	PlannedUntil web.Optional[time.Time] `json:"planned_until,omitzero"`
	RemindAt     web.Optional[time.Time] `json:"remind_at,omitzero"`
	StartedAt    web.Optional[time.Time] `json:"started_at,omitzero"`
	EndedAt      web.Optional[time.Time] `json:"ended_at,omitzero" doc:"Of a task that is done with"`
	Parts        *[]TaskPart             `json:"parts,omitempty" maxItems:"100"`
	Remark       *string                 `json:"remark,omitempty" maxLength:"5000"`
	State        *string                 `json:"state,omitempty" enum:"planned,accepted,started,done,failed,cancelled" doc:"One of the task's next; another is 409 task_state"`
	At           time.Time               `json:"at,omitzero" doc:"When the state was reached, where it is told later"`
}

func (b taskBody) edit() TaskEdit {
	e := TaskEdit{ClientID: b.ClientID, Version: b.Version, Subject: b.Subject, Mode: b.Mode, Parts: b.Parts, Remark: b.Remark, State: b.State, Happened: b.At}
	if b.Doer.Set {
		e.Doer = &b.Doer.Value
	}
	for _, f := range []struct {
		from web.Optional[time.Time]
		to   **time.Time
	}{{b.WantedAt, &e.Wanted}, {b.PlannedAt, &e.Planned}, {b.PlannedUntil, &e.Until}, {b.RemindAt, &e.Remind}, {b.StartedAt, &e.Started}, {b.EndedAt, &e.Ended}} {
		if f.from.Set {
			*f.to = &f.from.Value
		}
	}
	return e
}

func (r *Requests) taskRoutes(w *web.Server) {
	web.Query(w, web.Op{Method: "GET", Path: "/tickets/{id}/tasks", ID: "ticket-tasks", Tag: tag, Summary: "The tasks of a ticket"},
		func(ctx context.Context, by authority.Actor, in *one) (web.Page[Task], error) {
			found, err := r.TasksOf(ctx, by, in.ID)
			return web.Page[Task]{Items: found}, err
		})
	web.Command(w, web.Op{Method: "POST", Path: "/tickets/{id}/tasks", ID: "add-task", Tag: tag, Summary: "Plan a task for a ticket", Status: 201},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body newTask
		},
		) (Task, error) {
			b := in.Body
			return r.AddTask(ctx, by, in.ID, Plan{b.ClientID, b.Subject, b.Mode, b.Doer, TaskTimes{b.WantedAt, b.PlannedAt, b.PlannedUntil, b.RemindAt}, b.Parts, b.Remark})
		})
	web.Query(w, web.Op{
		Method: "GET", Path: "/tasks", ID: "list-tasks", Tag: tag, Summary: "The tasks of somebody in the order of the day: by when they are planned, else wanted",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		web.Paging
		Doer  string    `query:"doer" maxLength:"20" default:"me" doc:"me, none, or an agent's id"`
		Ended bool      `query:"ended" doc:"Also those that are done with"`
		From  time.Time `query:"from"`
		Until time.Time `query:"until" doc:"Not included"`
	},
	) (web.Page[Task], error) {
		f := Round{Ended: in.Ended, From: in.From, Until: in.Until, Limit: in.Limit + 1}
		var err error
		if f.Doer, err = doerOf(by, in.Doer); err != nil {
			return web.Page[Task]{}, err
		}
		if f.After, _, err = web.Place[TaskPlace](in.After); err != nil {
			return web.Page[Task]{}, err
		}
		found, err := r.Tasks(ctx, by, f)
		if err != nil {
			return web.Page[Task]{}, err
		}
		return web.NewPage(found, in.Limit, func(k Task) TaskPlace { return TaskPlace{k.placeAt, k.ID} })
	})
	web.Query(w, web.Op{Method: "GET", Path: "/tasks/{id}", ID: "get-task", Tag: tag, Summary: "A task"},
		func(ctx context.Context, by authority.Actor, in *one) (Task, error) { return r.Task(ctx, by, in.ID) })
	web.Command(w, web.Op{Method: "PATCH", Path: "/tasks/{id}", ID: "edit-task", Tag: tag, Summary: "Change a task, move it on, or hand it to somebody else"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body taskBody
		},
		) (Task, error) {
			return r.ChangeTask(ctx, by, in.ID, in.Body.edit())
		})
	web.Command(w, web.Op{
		Method: "POST", Path: "/tasks/{id}/files", ID: "add-task-files", Tag: tag, Summary: "Put photos or the customer's signature to a task",
		Doc: "The files are uploaded before at /attachments by the same person. They are a note on the ticket's timeline too.",
	}, func(ctx context.Context, by authority.Actor, in *struct {
		ID   int64 `path:"id" minimum:"1"`
		Body struct {
			ClientID string  `json:"client_id,omitempty" maxLength:"64" doc:"The caller's own name for it: the same again changes nothing"`
			Kind     string  `json:"kind" enum:"photo,signature,other"`
			Signer   string  `json:"signer,omitempty" maxLength:"200" doc:"Of a signature, and needed there: who signed"`
			Files    []int64 `json:"files" minItems:"1" maxItems:"50"`
			Words    string  `json:"words,omitempty" maxLength:"1000" doc:"What they show"`
		}
	},
	) (Task, error) {
		b := in.Body
		return r.AddFiles(ctx, by, in.ID, Evidence{b.ClientID, b.Kind, b.Signer, b.Files, b.Words})
	})
}

// doerOf reads whose tasks are asked for; 0 is nobody's.
func doerOf(by authority.Actor, doer string) (int64, error) {
	switch doer {
	case "me":
		return by.ID, nil
	case "none":
		return 0, nil
	}
	id, err := strconv.ParseInt(doer, 10, 64)
	if err != nil || id < 1 {
		return 0, fault.BadField("doer", "unknown_agent")
	}
	return id, nil
}
