package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/tickets/sla"

	"github.com/jackc/pgx/v5"
)

// Policy is a version of what is promised to some customers, and what is done when it is nearly or really broken.
type Policy struct {
	Name    string      `json:"name" minLength:"1" maxLength:"100"`
	Version int         `json:"version,omitempty" readOnly:"true" doc:"Rises with each saving that changes it"`
	Match   PolicyMatch `json:"match" doc:"For whom it is: each list names what matches, and one that is empty matches all"`
	Targets []string    `json:"targets" minItems:"1" maxItems:"10" doc:"What is promised, such as: first reply within 4 h of 8*5, warn 75%. At most one of each kind"`
	Steps   []Step      `json:"steps,omitempty" maxItems:"20"`
	Words   []string    `json:"words,omitempty" readOnly:"true" maxItems:"10" doc:"The targets in the caller's language; not looked at when saved"`
}

// PolicyMatch is an sla.Match with queues by id.
type PolicyMatch struct {
	Class    []string `json:"class,omitempty" maxItems:"100" doc:"Of the customer's account"`
	Contract []string `json:"contract,omitempty" maxItems:"100" doc:"What covers the ticket's machine: on_site, bench, remote or parts for a contract of that kind, warranty, none"`
	Channel  []string `json:"channel,omitempty" maxItems:"100"`
	Type     []string `json:"type,omitempty" maxItems:"100"`
	Severity []string `json:"severity,omitempty" maxItems:"100"`
	Queue    []int64  `json:"queue,omitempty" maxItems:"100"`
}

// Step is what is done at an instant of a clock: notify (assignee and queue), raise (the priority, by one), requeue (its waiting
// entry counts as waiting BoostS longer) and supervisor (those who see everything are told).
type Step struct {
	At     string   `json:"at" enum:"warn,breach,after" doc:"At each warning of the target, when it is broken, or some time after that"`
	AfterS int      `json:"after_s,omitempty" minimum:"0" maximum:"31536000" doc:"Of after: seconds on the wall since it was broken"`
	Acts   []string `json:"acts" minItems:"1" maxItems:"4" enum:"notify,raise,requeue,supervisor"`
	BoostS int      `json:"boost_s,omitempty" minimum:"0" maximum:"86400" doc:"Of requeue: the head start, in seconds; 0: an hour"`
}

// PolicyList is the policies that hold, in order: the first that matches wins.
type PolicyList struct {
	Version int      `json:"version" doc:"Counts the savings of the list; give it back with a change"`
	Items   []Policy `json:"items" maxItems:"300"`
}

// Policies lists the policies that hold, with their targets in a language (zh or en) too.
func (t *Tickets) Policies(ctx context.Context, by authority.Actor, lang string) (out PolicyList, err error) {
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		out, err = readPolicyList(ctx, q, lang)
		return err
	})
	return out, err
}

func readPolicyList(ctx context.Context, q authority.Query, lang string) (PolicyList, error) {
	out := PolicyList{Items: []Policy{}}
	if err := q.QueryRow(ctx, `select policies from clock_settings`).Scan(&out.Version); err != nil {
		return out, fmt.Errorf("policies: %w", err)
	}
	rows, err := q.Query(ctx, `select name, version, match, targets, steps from policies where place is not null order by place`)
	if err != nil {
		return out, fmt.Errorf("policies: %w", err)
	}
	out.Items, err = pgx.CollectRows(rows, func(r pgx.CollectableRow) (p Policy, err error) {
		var m sla.Match
		var match, steps []byte
		if err := r.Scan(&p.Name, &p.Version, &match, &p.Targets, &steps); err != nil {
			return p, err
		}
		if err := json.Unmarshal(match, &m); err != nil {
			return p, err
		}
		for _, text := range p.Targets {
			target, err := sla.ParseTarget(text)
			if err != nil {
				return p, err
			}
			p.Words = append(p.Words, target.Text(lang))
		}
		p.Match = PolicyMatch{Class: m.Class, Contract: m.Contract, Channel: m.Channel, Type: m.Type, Severity: m.Severity}
		for _, q := range m.Queue {
			id, err := strconv.ParseInt(q, 10, 64)
			if err != nil {
				return p, err
			}
			p.Match.Queue = append(p.Match.Queue, id)
		}
		return p, json.Unmarshal(steps, &p.Steps)
	})
	if err != nil {
		return out, fmt.Errorf("policies: %w", err)
	}
	return out, nil
}

func (m PolicyMatch) sla() sla.Match {
	out := sla.Match{Class: m.Class, Contract: m.Contract, Channel: m.Channel, Type: m.Type, Severity: m.Severity}
	for _, q := range m.Queue {
		out.Queue = append(out.Queue, strconv.FormatInt(q, 10))
	}
	return out
}

// CheckPolicies says what saving the list would refuse (an error) and what it warns of.
func (t *Tickets) CheckPolicies(ctx context.Context, by authority.Actor, list []Policy) (warnings []sla.Warning, err error) {
	err = t.gate.View(ctx, by, func(q authority.Query) error {
		_, warnings, err = t.checkPolicies(ctx, q, list)
		return err
	})
	return warnings, err
}

// NotForAll warns that there are tickets to which nothing is promised, since no policy is for all.
const NotForAll = "not_for_all"

func (t *Tickets) checkPolicies(ctx context.Context, q authority.Query, list []Policy) (sla.Policies, []sla.Warning, error) {
	b, err := t.book(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	parsed := make(sla.Policies, len(list))
	for i, p := range list {
		field := fmt.Sprint("items.", i)
		parsed[i] = sla.Policy{Name: p.Name, Version: 1, Match: p.Match.sla()}
		for j, text := range p.Targets {
			target, err := sla.ParseTarget(text)
			if err != nil {
				return nil, nil, named(fmt.Sprint(field, ".targets.", j), err)
			}
			parsed[i].Targets = append(parsed[i].Targets, target)
		}
		if err := checkSteps(field, p.Steps); err != nil {
			return nil, nil, err
		}
		for _, values := range [][]string{p.Match.Class, p.Match.Contract, p.Match.Channel, p.Match.Type, p.Match.Severity} {
			for _, v := range values {
				if plain.Line(v, 100) != v {
					return nil, nil, fault.BadField(field+".match", "bad_characters")
				}
			}
		}
	}
	warnings, err := parsed.Check(b.Hours)
	if err != nil {
		return nil, nil, within("items", err)
	}
	for i := range warnings {
		warnings[i].Field = "items." + warnings[i].Field
	}
	if !slices.ContainsFunc(parsed, func(p sla.Policy) bool { return reflect.DeepEqual(p.Match, sla.Match{}) }) {
		warnings = append(warnings, sla.Warning{Field: "items", Code: NotForAll})
	}
	return parsed, warnings, nil
}

func checkSteps(field string, steps []Step) error {
	for i, s := range steps {
		if s.At == "after" && s.AfterS == 0 {
			return fault.BadField(fmt.Sprint(field, ".steps.", i, ".after_s"), "required")
		}
		if s.At != "after" && s.AfterS != 0 {
			return fault.BadField(fmt.Sprint(field, ".steps.", i, ".after_s"), "not_allowed", "allowed", "after")
		}
		for _, other := range steps[:i] {
			if other.At == s.At && other.AfterS == s.AfterS {
				return fault.BadField(fmt.Sprint(field, ".steps.", i, ".at"), "duplicate")
			}
		}
	}
	return nil
}

// SavePolicies puts a list in the place of the one that holds. A policy that differs from what it was is a new version; tickets that are
// under an old one stay under it until their case changes. A list that somebody else has saved meanwhile is fault.Conflict
// "stale_policies".
func (t *Tickets) SavePolicies(ctx context.Context, by authority.Actor, list PolicyList) (version int, warnings []sla.Warning, err error) {
	err = t.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "policy.edit", Object: "policies"}); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, `select policies + 1 from clock_settings for update`).Scan(&version); err != nil {
			return fmt.Errorf("policies: %w", err)
		}
		if version != list.Version+1 {
			return fault.New(fault.Conflict, "stale_policies")
		}
		var parsed sla.Policies
		parsed, warnings, err = t.checkPolicies(ctx, tx, list.Items)
		if err != nil {
			return err
		}
		if err := writePolicies(ctx, tx, list.Items, parsed); err != nil {
			return err
		}
		if !slices.ContainsFunc(warnings, func(w sla.Warning) bool { return w.Code == NotForAll }) {
			if err := alarm.Clear(ctx, tx, "policies", "policies"); err != nil {
				return err
			}
		}
		tx.Return(version)
		tx.Emit("policy.changed", "policies", "staff")
		return nil
	})
	return version, warnings, err
}

// writePolicies keeps as new versions those that are new, and the order of all.
func writePolicies(ctx context.Context, tx *authority.Tx, list []Policy, parsed sla.Policies) error {
	b := &pgx.Batch{}
	b.Queue(`update policies set place = null where place is not null`)
	for i, p := range list {
		match, err := json.Marshal(parsed[i].Match)
		if err != nil {
			return err
		}
		steps, err := json.Marshal(append([]Step{}, p.Steps...))
		if err != nil {
			return err
		}
		targets := make([]string, len(parsed[i].Targets))
		for j, target := range parsed[i].Targets {
			targets[j] = target.Text("en")
		}
		// The last version of the name, where it says the same, holds on.
		b.Queue(`with last as (select version, (match, targets, steps) = ($3::jsonb, $4::text[], $5::jsonb) same from policies where name = $1 order by version desc limit 1),
				kept as (update policies p set place = $2 from last where p.name = $1 and p.version = last.version and last.same)
			insert into policies (name, version, place, match, targets, steps, created_by)
			select $1, coalesce((select version from last), 0) + 1, $2, $3, $4, $5, $6 where not coalesce((select same from last), false)`,
			p.Name, i+1, match, targets, steps, tx.By.String())
	}
	b.Queue(`update clock_settings set policies = policies + 1, book = book + 1`)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return fmt.Errorf("save the policies: %w", err)
	}
	return nil
}
