package request_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"frontline/internal/fault"
	"frontline/tickets"
	"frontline/tickets/request"
)

// questionnaire has a full score of 60; what is below 60 % opens a follow-up in a queue.
func (w *world) questionnaire(queue int64) int64 {
	w.t.Helper()
	id, err := w.SaveQuestionnaire(w.t.Context(), cli, request.Questionnaire{
		Name: fmt.Sprint("售后满意度 ", queue), Intro: "请您为本次服务评分：", IntroEn: "Please tell us how content you are:", LowPercent: new(60.0), FollowQueue: &queue,
		Questions: []request.SurveyQuestion{{Key: "in_time", Text: "是否及时", Scale: 5, Weight: 4}, {Key: "solved", Text: "是否解决", Scale: 10, Weight: 3}, {Key: "polite", Text: "态度", Scale: 10}},
	})
	w.do(err)
	return id
}

var (
	sample = map[string]int{"in_time": 5, "solved": 6, "polite": 7}  // 45 of 60
	bad    = map[string]int{"in_time": 0, "solved": 10, "polite": 5} // 35 of 60
)

// TestTheSampleEvaluationIsWrittenDown: 45 of 60 is 75 %, by dm, of Zhang Yunfeng, on that day.
func TestTheSampleEvaluationIsWrittenDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, asked := w.request().Ticket, w.questionnaire(1)
	w.Must(http.StatusCreated, "dm", "POST", path("/tickets/%d/surveys", id), map[string]any{
		"questionnaire_id": asked, "answers": sample, "words": "客户建议今后现场服务人员多准备一些备品部件", "at": "2005-02-23T15:00:00+08:00",
	})
	got := w.Must(http.StatusOK, "lxb", "GET", path("/tickets/%d/surveys", id), nil)
	for field, want := range map[string]string{
		"score": "45", "full": "60", "percent": "75", "answered_by": "张云峰", "evaluator.name": "dm", "way": "hand", "answered_at": "2005-02-23T07:00:00Z",
		"words": "客户建议今后现场服务人员多准备一些备品部件", "follow_up_id": "<nil>",
	} {
		if have := fmt.Sprint(got.Get("items.0." + field)); have != want {
			t.Errorf("%s = %s, want %s", field, have, want)
		}
	}
}

// TestALowScoreOpensAFollowUp in the queue that looks after such, linked to what it was about, and once.
func TestALowScoreOpensAFollowUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	team := w.Teams("care")[0]
	care, err := w.tickets.SaveQueue(t.Context(), cli, 0, tickets.QueueEdit{Name: "care", TeamID: &team})
	w.do(err)
	clerk := w.Hire("clerk", "agent")
	first := w.request()
	s, err := w.Evaluate(t.Context(), clerk, first.Ticket, w.questionnaire(care), request.Evaluation{Answers: bad, Words: "不满意"})
	if err != nil || s.FollowUp == nil {
		t.Fatalf("35 of 60 = %+v, %v; want a follow-up", s, err)
	}
	v, err := w.tickets.Ticket(t.Context(), eye, *s.FollowUp)
	w.do(err)
	if v.QueueID != care || v.Type != "follow_up" || v.Contact.ID != first.ContactID || len(v.Links) != 1 || v.Links[0].Kind != "follows" || v.Links[0].Ticket.ID != first.Ticket {
		t.Errorf("the follow-up is in queue %d, of type %s, of contact %d, linked %+v", v.QueueID, v.Type, v.Contact.ID, v.Links)
	}
	_, err = w.AnswerSurvey(t.Context(), w.dm, s.ID, request.Evaluation{Answers: bad})
	w.refused("answers to what was answered", err, fault.Conflict, "survey_answered")
}

// TestAQueueWantsTheAnswerBeforeItsTicketsAreClosed, from agents; a program closes what nobody needs.
func TestAQueueWantsTheAnswerBeforeItsTicketsAreClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.tickets.SaveQueue(t.Context(), cli, 1, tickets.QueueEdit{Name: "客服", Surveyed: new(true)})
	w.do(err)
	id := w.request().Ticket
	shut := tickets.Edit{State: new("closed")}
	w.refused("closing unasked", w.tickets.Edit(t.Context(), w.dm, id, shut), fault.Invalid, "survey_needed")
	w.do(w.tickets.Edit(t.Context(), w.dm, id, tickets.Edit{State: new("resolved")}))
	_, err = w.Evaluate(t.Context(), w.dm, id, w.questionnaire(1), request.Evaluation{Answers: sample})
	w.do(err)
	w.do(w.tickets.Edit(t.Context(), w.dm, id, shut))
	queues, err := w.tickets.Queues(t.Context(), w.dm)
	if err != nil || !queues[0].Surveyed {
		t.Errorf("the queue says survey_required %v, %v", queues[0].Surveyed, err)
	}
}

// TestARevisitDrawsEachCustomerOnce: half of four, then the rest, then nobody; the answer ends the call.
func TestARevisitDrawsEachCustomerOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	asked := w.questionnaire(1)
	for n := range 5 {
		got := w.request(func(o *tickets.Opening) { o.Contact = tickets.Given{Name: "x", Email: fmt.Sprintf("c%d@x.cn", n%4)} }) // one customer has two
		w.do(w.tickets.Edit(t.Context(), w.dm, got.Ticket, tickets.Edit{State: new("closed")}))
	}
	w.request() // still open
	now := time.Now()
	draw := request.Draw{
		Name: "二月回访", Questionnaire: asked, Callers: []int64{w.lxb.ID, w.elitor.ID},
		SampleRule: request.SampleRule{From: now.Add(-time.Hour), Until: now.Add(time.Hour), Percent: 50, Types: []string{"fwqq"}},
	}
	v, err := w.Revisit(t.Context(), w.dm, draw)
	if err != nil || v.From != 4 || v.Drawn != 2 {
		t.Fatalf("half of four customers = %d of %d, %v", v.Drawn, v.From, err)
	}
	calls, err := w.Tasks(t.Context(), w.lxb, request.Round{Doer: w.lxb.ID, Limit: 9})
	if err != nil || len(calls) != 1 || calls[0].Mode != "phone" || calls[0].Subject != "二月回访" {
		t.Fatalf("the first caller's calls are %+v, %v", calls, err)
	}
	surveys, err := w.Surveys(t.Context(), w.lxb, calls[0].Ticket.ID)
	w.do(err)
	if len(surveys) != 1 || surveys[0].Way != "phone" || *surveys[0].Task != calls[0].ID {
		t.Fatalf("the call asks %+v", surveys)
	}
	_, err = w.AnswerSurvey(t.Context(), w.lxb, surveys[0].ID, request.Evaluation{Answers: sample})
	w.do(err)
	if k, err := w.Task(t.Context(), w.lxb, calls[0].ID); err != nil || k.State != "done" {
		t.Errorf("the call is %s, %v", k.State, err)
	}
	all, err := w.Revisits(t.Context(), w.dm)
	if err != nil || len(all) != 1 || all[0].Answered != 1 || *all[0].Percent != 75 {
		t.Errorf("the sample is %+v, %v", all, err)
	}
	draw.Percent, draw.Count = 0, 9
	if v, err = w.Revisit(t.Context(), w.dm, draw); err != nil || v.Drawn > 3 || v.Drawn < 2 {
		t.Errorf("the rest is %d, %v", v.Drawn, err)
	}
	draw.Percent = 5
	_, err = w.Revisit(t.Context(), w.dm, draw)
	w.refused("both a percentage and a number", err, fault.Invalid, "not_both")
}

func TestBadQuestionnairesAreRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	good := request.Questionnaire{Name: "x", Intro: "x", Questions: []request.SurveyQuestion{{Key: "a", Text: "a", Scale: 5}}}
	for code, spoil := range map[string]func(*request.Questionnaire){
		"required":      func(q *request.Questionnaire) { q.Questions = nil },
		"duplicate":     func(q *request.Questionnaire) { q.Questions = append(q.Questions, q.Questions[0]) },
		"out_of_range":  func(q *request.Questionnaire) { q.LowPercent = new(101.0) },
		"unknown_queue": func(q *request.Questionnaire) { q.FollowQueue = new(int64(99)) },
	} {
		q := good
		q.Questions = append([]request.SurveyQuestion{}, good.Questions...)
		spoil(&q)
		_, err := w.SaveQuestionnaire(t.Context(), cli, q)
		w.refused(fmt.Sprintf("%+v", q), err, fault.Invalid, code)
	}
	id, err := w.SaveQuestionnaire(t.Context(), cli, good)
	w.do(err)
	_, err = w.SaveQuestionnaire(t.Context(), cli, good)
	w.refused("a name twice", err, fault.Conflict, "name_taken")
	good.ID, good.Retired = id, true
	_, err = w.SaveQuestionnaire(t.Context(), cli, good)
	w.do(err)
	_, err = w.Evaluate(t.Context(), w.dm, w.request().Ticket, id, request.Evaluation{Answers: map[string]int{"a": 1}})
	w.refused("a retired questionnaire", err, fault.Invalid, "unknown_questionnaire")
	_, err = w.Evaluate(t.Context(), w.Hire("far", "engineer"), 999, w.questionnaire(1), request.Evaluation{Answers: sample})
	w.refused("a ticket that there is not", err, fault.NotFound, "not_found")
}
