package routing

import (
	"fmt"
	"maps"
)

// want reports what is wrong with one want and its parts, and says whether it can be reasoned about.
func (c *checker) want(queue int64, field string, w *Want) bool {
	if size(w, MaxWantParts) > MaxWantParts {
		c.report(queue, field, "want_too_large", true, "max", MaxWantParts)
		return false
	}
	if _, ok := terms(w); !ok {
		c.report(queue, field, "want_too_large", true, "max", MaxWantParts)
		return false
	}
	return c.levels(queue, field, w)
}

func (c *checker) levels(queue int64, field string, w *Want) bool {
	sound := true
	named := w.Skill != "" || w.Language
	switch {
	case named && (w.Level < MinLevel || w.Level > MaxLevel):
		c.report(queue, field+".level", "level_out_of_range", true, "level", w.Level)
		sound = false
	case !named && w.Level != 0:
		c.report(queue, field+".skill", "skill_missing", true)
		sound = false
	}
	for i := range w.All {
		sound = c.levels(queue, fmt.Sprintf("%s.all[%d]", field, i), &w.All[i]) && sound
	}
	for i := range w.Any {
		sound = c.levels(queue, fmt.Sprintf("%s.any[%d]", field, i), &w.Any[i]) && sound
	}
	return sound
}

// size counts the parts of a want, and stops after so many.
func size(w *Want, most int) int {
	n := 1
	for _, parts := range [][]Want{w.All, w.Any} {
		for i := range parts {
			if n > most {
				return n
			}
			n += size(&parts[i], most-n)
		}
	}
	return n
}

// spoken stands for the contact's language among the skills of a term; no skill that a person wrote has this name.
const spoken = "\x00language"

// term is one way to meet a want with nothing to spare: skills with the least levels.
type term map[string]int

// terms are all such ways, the want's "any of all of" form. False: there are too many.
func terms(w *Want) ([]term, bool) {
	one := term{}
	if w.Skill != "" {
		one[w.Skill] = max(w.Level, MinLevel)
	}
	if w.Language {
		one[spoken] = max(w.Level, MinLevel)
	}
	out := []term{one}
	for i := range w.All {
		part, ok := terms(&w.All[i])
		if !ok {
			return nil, false
		}
		if out, ok = both(out, part); !ok {
			return nil, false
		}
	}
	if len(w.Any) == 0 {
		return out, true
	}
	var choice []term
	for i := range w.Any {
		part, ok := terms(&w.Any[i])
		if !ok {
			return nil, false
		}
		choice = append(choice, part...)
	}
	return both(out, choice)
}

// both are the ways to meet one of a and one of b.
func both(a, b []term) (out []term, ok bool) {
	if len(a)*len(b) > MaxWantParts*10 {
		return nil, false
	}
	for _, x := range a {
		for _, y := range b {
			joined := maps.Clone(x)
			for skill, level := range y {
				joined[skill] = max(joined[skill], level)
			}
			out = append(out, joined)
		}
	}
	return out, true
}

// widening reports steps that open the queue to nobody new: by their definition, whoever the agents may be (whoever meets
// the step with nothing to spare was good enough before), and to none of these agents. It reports a queue that none of
// them serves in any step.
func (c *checker) widening(q *Queue) {
	enough := []*Want{&q.Want}
	teams := map[int64]bool{}
	p := newPlan(*q)
	reached := c.reached(p)
	for i := range q.Steps {
		step, field := &q.Steps[i], fmt.Sprintf("steps[%d]", i)
		widens := false
		for _, team := range step.Teams {
			widens = widens || !teams[team]
			teams[team] = true
		}
		if step.Want != nil {
			ways, _ := terms(step.Want)
			for _, way := range ways {
				widens = widens || !meets(enough, way)
			}
			enough = append(enough, step.Want)
		}
		if !widens {
			c.report(q.ID, field, "step_never_widens", true)
		} else if len(c.agents) > 0 && reached[i+1] == 0 {
			c.report(q.ID, field, "step_adds_nobody", false)
		}
	}
	all := 0
	for _, n := range reached {
		all += n
	}
	if all == 0 {
		c.report(q.ID, "want", "queue_unserved", false)
	}
}

// meets says whether one with just these skills is good enough.
func meets(enough []*Want, way term) bool {
	a := Agent{Skills: way}
	for _, w := range enough {
		if w.met(&a, spoken) {
			return true
		}
	}
	return false
}

// reached counts the agents by the first step in which each can have a contact of the queue, in the mother tongue of any
// of them.
func (c *checker) reached(p *plan) []int {
	languages := map[string]bool{}
	for i := range c.agents {
		if l := c.agents[i].Language; l != "" && p.speaks {
			languages[l] = true
		}
	}
	if len(languages) == 0 {
		languages[""] = true
	}
	counts := make([]int, len(p.after))
	for i := range c.agents {
		for language := range languages {
			if first := p.first(&c.agents[i], language); first >= 0 {
				counts[first]++
			}
		}
	}
	return counts
}
