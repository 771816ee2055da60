package sla

import "slices"

// comparisons bounds the search of shadows; a policy for which they do not suffice gets no warning.
const comparisons = 500_000

// shadows are the earlier policies that together match all that m matches, so that m never has its turn; nil where there is
// something left for it.
func shadows(earlier []Policy, m Match) []string {
	s := search{m: m.fields(), left: comparisons}
	if !s.covered(earlier, 0) {
		return nil
	}
	var names []string
	for _, p := range earlier {
		if slices.Contains(s.by, p.Name) {
			names = append(names, p.Name)
		}
	}
	return names
}

type search struct {
	m    [6][]string
	left int
	by   []string
}

// covered says whether each case that m matches is matched by one of some policies, which match it in the fields before i. Where m
// takes all values it is enough to try one that no policy names: those that match it match all.
func (s *search) covered(by []Policy, i int) bool {
	if s.left -= len(by); len(by) == 0 || s.left < 0 {
		return false
	}
	if i == len(s.m) {
		s.by = append(s.by, by[0].Name)
		return true
	}
	if len(s.m[i]) == 0 {
		return s.covered(those(by, func(p Policy) bool { return len(p.Match.fields()[i]) == 0 }), i+1)
	}
	for _, value := range s.m[i] {
		match := func(p Policy) bool {
			list := p.Match.fields()[i]
			return len(list) == 0 || slices.Contains(list, value)
		}
		if !s.covered(those(by, match), i+1) {
			return false
		}
	}
	return true
}

func those(all []Policy, keep func(Policy) bool) (out []Policy) {
	for _, p := range all {
		if keep(p) {
			out = append(out, p)
		}
	}
	return out
}
