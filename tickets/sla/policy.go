package sla

import (
	"fmt"
	"slices"
)

// Policy is a version of what is promised to some customers. A version that a ticket was under is never changed: a change is
// a new version.
type Policy struct {
	Name    string   `json:"name"`
	Version int      `json:"version"` // from 1
	Match   Match    `json:"match"`
	Targets []Target `json:"targets"` // at most one of each kind
}

// Ref names the version.
func (p Policy) Ref() Ref { return Ref{p.Name, p.Version} }

// String is "VIP phone v3".
func (r Ref) String() string { return fmt.Sprint(r.Name, " v", r.Version) }

// Match says for whom a policy is: each list names the values that match, and an empty list matches all.
type Match struct {
	Class    []string `json:"class,omitempty"`    // of the customer: "vip"
	Contract []string `json:"contract,omitempty"` // type of the contract that covers the case
	Channel  []string `json:"channel,omitempty"`
	Type     []string `json:"type,omitempty"`
	Severity []string `json:"severity,omitempty"`
	Queue    []string `json:"queue,omitempty"`
}

// Case is what policies are matched with; what is not known is empty, and matched by empty lists only.
type Case struct {
	Class, Contract, Channel, Type, Severity, Queue string
}

// fields of a match, in one order.
func (m Match) fields() [6][]string {
	return [6][]string{m.Class, m.Contract, m.Channel, m.Type, m.Severity, m.Queue}
}

var fieldNames = [6]string{"class", "contract", "channel", "type", "severity", "queue"}

func (c Case) fields() [6]string {
	return [6]string{c.Class, c.Contract, c.Channel, c.Type, c.Severity, c.Queue}
}

// Matches says whether the policy is for a case.
func (m Match) Matches(c Case) bool {
	values := c.fields()
	for i, list := range m.fields() {
		if len(list) > 0 && !slices.Contains(list, values[i]) {
			return false
		}
	}
	return true
}

// Policies are the policies that hold, in order: the first that matches wins.
type Policies []Policy

// Find is the policy for a case; false where none matches, and nothing is promised.
func (ps Policies) Find(c Case) (Policy, bool) {
	i := slices.IndexFunc(ps, func(p Policy) bool { return p.Match.Matches(c) })
	if i < 0 {
		return Policy{}, false
	}
	return ps[i], true
}
