package request

import (
	"fmt"

	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/shopspring/decimal"
)

// SurveyQuestion is one that a customer answers with a number from 0 to its scale.
type SurveyQuestion struct {
	Key    string `json:"key" pattern:"^[a-z0-9_]{1,30}$" example:"in_time"`
	Text   string `json:"text" minLength:"1" maxLength:"500"`
	TextEn string `json:"text_en,omitempty" maxLength:"500"`
	Scale  int    `json:"scale" minimum:"1" maximum:"100" doc:"The best answer"`
	Weight int    `json:"weight,omitempty" minimum:"1" maximum:"100" default:"1" doc:"How many points each step of the answer counts"`
}

// Score is how content a customer was, in points of a full score.
type Score struct {
	Points  int
	Full    int
	Percent decimal.Decimal // of the full score, to two places
}

// score counts the answers. A question without an answer counts on neither side; an answer to no question or beyond its scale
// is fault.Invalid, and so is none at all.
func score(questions []SurveyQuestion, answers map[string]int) (s Score, err error) {
	given := 0
	for _, q := range questions {
		a, ok := answers[q.Key]
		if !ok {
			continue
		}
		if a < 0 || a > q.Scale {
			return s, fault.BadField("answers."+q.Key, "out_of_scale", "max", q.Scale)
		}
		given++
		s.Points += a * q.Weight
		s.Full += q.Scale * q.Weight
	}
	switch {
	case given == 0:
		return s, fault.BadField("answers", "required")
	case given < len(answers):
		return s, fault.BadField("answers", "unknown_answer")
	}
	s.Percent = decimal.New(int64(s.Points)*100, 0).DivRound(decimal.New(int64(s.Full), 0), 2)
	return s, nil
}

// checkQuestions makes questions fit to keep; none, or one twice, is refused.
func checkQuestions(questions []SurveyQuestion) error {
	if len(questions) == 0 {
		return fault.BadField("questions", "required")
	}
	seen := map[string]bool{}
	for i := range questions {
		q := &questions[i]
		at := fmt.Sprint("questions.", i)
		if q.Weight == 0 {
			q.Weight = 1
		}
		q.Text, q.TextEn = plain.Line(q.Text, 500), plain.Line(q.TextEn, 500)
		switch {
		case q.Text == "":
			return fault.BadField(at+".text", "required")
		case q.Key == "" || seen[q.Key]:
			return fault.BadField(at+".key", "duplicate")
		case q.Scale < 1 || q.Scale > 100 || q.Weight < 1 || q.Weight > 100:
			return fault.BadField(at+".scale", "out_of_range")
		}
		seen[q.Key] = true
	}
	return nil
}
