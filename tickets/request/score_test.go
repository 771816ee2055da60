package request

import (
	"errors"
	"testing"

	"frontline/internal/fault"
)

// TestScores are counted over what was answered, each question by its weight.
func TestScores(t *testing.T) {
	t.Parallel()
	asked := []SurveyQuestion{{Key: "in_time", Scale: 5, Weight: 4}, {Key: "solved", Scale: 10, Weight: 3}, {Key: "polite", Scale: 10, Weight: 1}}
	for name, c := range map[string]struct {
		answers map[string]int
		points  int
		full    int
		percent string
	}{
		"the sample's 45 of 60": {map[string]int{"in_time": 5, "solved": 6, "polite": 7}, 45, 60, "75"},
		"the best":              {map[string]int{"in_time": 5, "solved": 10, "polite": 10}, 60, 60, "100"},
		"the worst":             {map[string]int{"in_time": 0, "solved": 0, "polite": 0}, 0, 60, "0"},
		"a question left out":   {map[string]int{"solved": 9, "polite": 3}, 30, 40, "75"},
		"rounded to two places": {map[string]int{"solved": 10, "in_time": 5, "polite": 9}, 59, 60, "98.33"},
	} {
		got, err := score(asked, c.answers)
		if err != nil || got.Points != c.points || got.Full != c.full || got.Percent.String() != c.percent {
			t.Errorf("%s = %d of %d, %s %%, %v; want %d of %d, %s %%", name, got.Points, got.Full, got.Percent, err, c.points, c.full, c.percent)
		}
	}
	for code, answers := range map[string]map[string]int{
		"required": {}, "out_of_scale": {"in_time": 6}, "out_of_scale ": {"in_time": -1}, "unknown_answer": {"in_time": 1, "price": 1},
	} {
		_, err := score(asked, answers)
		var f *fault.Fault
		if !errors.As(err, &f) || f.Fields[0].Code+" " != code && f.Fields[0].Code != code {
			t.Errorf("answers %v = %v, want %s", answers, err, code)
		}
	}
}
