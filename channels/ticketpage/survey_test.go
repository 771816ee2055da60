package ticketpage_test

import (
	"net/http"
	"strings"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/web"
	"frontline/tickets/request"
)

// questionnaire is one of two questions, with a full score of 20.
func (w *world) questionnaire() int64 {
	w.t.Helper()
	id, err := request.New(w.Gate, w.tickets).SaveQuestionnaire(w.t.Context(), cli, request.Questionnaire{
		Name: "满意度", Intro: "请您评分：", Questions: []request.SurveyQuestion{{Key: "in_time", Text: "是否及时", Scale: 10}, {Key: "polite", Text: "态度", Scale: 10}},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// TestACustomerIsAskedByALinkAndAnswersOnce: the mail has the link, the page the questions, and the ticket the answer.
func TestACustomerIsAskedByALinkAndAnswersOnce(t *testing.T) {
	w := newWorld(t)
	w.Must(http.StatusCreated, "li", "POST", path("/tickets/%/surveys/send", w.ticket), map[string]any{"questionnaire_id": w.questionnaire()})
	var mailed, state string
	if err := w.Gate.View(t.Context(), w.agent(), func(q authority.Query) error {
		return q.QueryRow(t.Context(), `select m.text, t.state from messages m join tickets t on t.id = m.ticket_id where m.ticket_id = $1 and m.direction = 'out'`, w.ticket).Scan(&mailed, &state)
	}); err != nil {
		t.Fatal(err)
	}
	words, token, ok := strings.Cut(mailed, "\n\nhttps://desk.example.com/c/")
	if !ok || words != "请您评分：" || state != "open" {
		t.Fatalf("the mail says %q and leaves the ticket %s", mailed, state)
	}
	v, err := w.View(t.Context(), token)
	if err != nil || v.Survey == nil || len(v.Survey.Questions) != 2 {
		t.Fatalf("the page asks %+v, %v", v.Survey, err)
	}
	to := web.Prefix + "/link/" + token + "/answers"
	good := map[string]any{"survey": v.Survey.ID, "answers": map[string]int{"in_time": 7, "polite": 8}, "words": "谢谢"}
	if got := w.Ask("", "POST", to, map[string]any{"survey": v.Survey.ID, "answers": map[string]int{"in_time": 11}}); got.Get("errors.0.code") != "out_of_scale" {
		t.Errorf("an answer beyond the scale = %s", got)
	}
	if got := w.Ask("", "POST", to, map[string]any{"survey": v.Survey.ID + 1, "answers": map[string]int{"in_time": 1}}); got.Status != http.StatusNotFound {
		t.Errorf("another's survey = %s", got)
	}
	w.Must(http.StatusNoContent, "", "POST", to, good)
	if got := w.Ask("", "POST", to, good); got.Get("code") != "survey_answered" {
		t.Errorf("a second answer = %s", got)
	}
	all, err := request.New(w.Gate, w.tickets).Surveys(t.Context(), w.agent(), w.ticket)
	if err != nil || len(all) != 1 || *all[0].Score != 15 || *all[0].Percent != 75 || all[0].Way != "link" || all[0].AnsweredBy != "张三" || all[0].Evaluator != nil {
		t.Errorf("the ticket has %+v, %v", all, err)
	}
	if v, err := w.View(t.Context(), token); err != nil || v.Survey != nil {
		t.Errorf("the page asks again: %+v, %v", v.Survey, err)
	}
}
