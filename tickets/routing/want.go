package routing

// Levels of a skill.
const (
	MinLevel = 1
	MaxLevel = 5
)

// Want is what an agent must know: a skill at a level, the contact's language at a level, all of some wants, any of some.
// What is said in one Want must all hold; the zero Want is met by everybody.
//
//	{"skill":"mill","level":3}
//	{"all":[{"language":true,"level":3},{"any":[{"skill":"mill","level":4},{"skill":"lathe","level":4}]}]}
type Want struct {
	Skill    string `json:"skill,omitempty"`
	Language bool   `json:"language,omitempty"` // the skill is the contact's language; any agent will do where that is not known
	Level    int    `json:"level,omitempty"`    // of Skill and Language, 1 to 5; less counts as 1
	All      []Want `json:"all,omitempty"`
	Any      []Want `json:"any,omitempty"` // none: nothing more is wanted
}

// met says whether the agent is good enough for a contact in this language.
func (w *Want) met(a *Agent, language string) bool {
	need := max(w.Level, MinLevel)
	if w.Skill != "" && a.level(w.Skill) < need || w.Language && language != "" && a.level(language) < need {
		return false
	}
	for i := range w.All {
		if !w.All[i].met(a, language) {
			return false
		}
	}
	for i := range w.Any {
		if w.Any[i].met(a, language) {
			return true
		}
	}
	return len(w.Any) == 0
}

// facts appends the levels by which the agent meets the want; of Any, those of the first that is met.
func (w *Want) facts(why Why, a *Agent, language string) Why {
	need := max(w.Level, MinLevel)
	if w.Skill != "" {
		why = append(why, Fact{Code: Skilled, Skill: w.Skill, Have: a.level(w.Skill), Need: need})
	}
	if w.Language && language != "" {
		why = append(why, Fact{Code: Skilled, Skill: language, Have: a.level(language), Need: need})
	}
	for i := range w.All {
		why = w.All[i].facts(why, a, language)
	}
	for i := range w.Any {
		if w.Any[i].met(a, language) {
			return w.Any[i].facts(why, a, language)
		}
	}
	return why
}

// speaks says whether the contact's language matters.
func (w *Want) speaks() bool {
	if w.Language {
		return true
	}
	for _, parts := range [][]Want{w.All, w.Any} {
		for i := range parts {
			if parts[i].speaks() {
				return true
			}
		}
	}
	return false
}
