package request_test

import (
	"context"
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
	"frontline/tickets/request"
)

func second[T any](_ T, err error) error { return err }

func TestEveryCommandOfRequestsRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	left, off := w.Hire("left", "admin"), true
	w.do(w.Accounts.ChangePerson(t.Context(), cli, left.ID, authority.PersonChange{Disabled: &off}))
	id := w.request().Ticket
	task, err := w.AddTask(t.Context(), w.dm, id, request.Plan{Subject: "x", Mode: "phone", TaskTimes: request.TaskTimes{Remind: time.Now().Add(-time.Hour)}})
	w.do(err)
	asked := w.questionnaire(1)
	survey, err := w.Evaluate(t.Context(), w.dm, id, asked, request.Evaluation{Answers: sample})
	w.do(err)
	did := request.Upkeep{Asset: w.machine(), DoneOn: "2026-01-05", Kinds: []string{"repair"}, Text: "x", Quantity: 1}
	written, err := w.Maintain(t.Context(), w.dm, id, did)
	w.do(err)
	type who = authority.Actor
	authoritytest.Account(t, w.DB, w.Requests, left, w.Hire("boss", "admin"), authoritytest.Calls{
		"Terms": func(ctx context.Context, by who) error { return second(w.Terms(ctx, by, "")) },
		"SaveTerm": func(ctx context.Context, by who) error {
			return w.SaveTerm(ctx, by, request.Term{Kind: "scope", Key: "x", Name: "x"})
		},
		"AddTask": func(ctx context.Context, by who) error {
			return second(w.AddTask(ctx, by, id, request.Plan{Subject: "x", Mode: "phone"}))
		},
		"ChangeTask": func(ctx context.Context, by who) error {
			return second(w.ChangeTask(ctx, by, task.ID, request.TaskEdit{Remark: new("x")}))
		},
		"AddFiles": func(ctx context.Context, by who) error {
			return second(w.AddFiles(ctx, by, task.ID, request.Evidence{Kind: "photo", Files: []int64{1}}))
		},
		"Remind":         func(ctx context.Context, by who) error { return second(w.Remind(ctx, by)) },
		"Task":           func(ctx context.Context, by who) error { return second(w.Task(ctx, by, task.ID)) },
		"TasksOf":        func(ctx context.Context, by who) error { return second(w.TasksOf(ctx, by, id)) },
		"Tasks":          func(ctx context.Context, by who) error { return second(w.Tasks(ctx, by, request.Round{Limit: 5})) },
		"Surveys":        func(ctx context.Context, by who) error { return second(w.Surveys(ctx, by, id)) },
		"Questionnaires": func(ctx context.Context, by who) error { return second(w.Questionnaires(ctx, by)) },
		"SaveQuestionnaire": func(ctx context.Context, by who) error {
			return second(w.SaveQuestionnaire(ctx, by, request.Questionnaire{Name: "x", Intro: "x", Questions: []request.SurveyQuestion{{Key: "a", Text: "a", Scale: 1}}}))
		},
		"Evaluate": func(ctx context.Context, by who) error {
			return second(w.Evaluate(ctx, by, id, asked, request.Evaluation{Answers: sample}))
		},
		"AnswerSurvey": func(ctx context.Context, by who) error {
			return second(w.AnswerSurvey(ctx, by, survey.ID, request.Evaluation{Answers: sample}))
		},
		"Revisits": func(ctx context.Context, by who) error { return second(w.Revisits(ctx, by)) },
		"Revisit": func(ctx context.Context, by who) error {
			return second(w.Revisit(ctx, by, request.Draw{Name: "x", Questionnaire: asked, SampleRule: request.SampleRule{Until: time.Now(), Count: 1}}))
		},
		"Maintain":            func(ctx context.Context, by who) error { return second(w.Maintain(ctx, by, id, did)) },
		"MaintenanceOf":       func(ctx context.Context, by who) error { return second(w.MaintenanceOf(ctx, by, id)) },
		"MaintenanceLog":      func(ctx context.Context, by who) error { return second(w.MaintenanceLog(ctx, by, did.Asset)) },
		"WithdrawMaintenance": func(ctx context.Context, by who) error { return w.WithdrawMaintenance(ctx, by, written.ID) },
		"Numberings":          func(ctx context.Context, by who) error { return second(w.Numberings(ctx, by)) },
		"SaveNumbering": func(ctx context.Context, by who) error {
			return w.SaveNumbering(ctx, by, request.Numbering{Type: "x", Prefix: "X", Date: "YYYY", Digits: 1, Zone: "UTC"})
		},
	})
}
