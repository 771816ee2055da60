package tickets

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"
	"frontline/tickets/routing"
)

// Rules say how a queue routes. The zero Rules route to everybody who sees the queue and is ready, as routing.UsualOffer
// says. Times are in seconds.
type Rules struct {
	Want         *routing.Want        `json:"want,omitempty" doc:"What agents must know from the start"`
	Steps        []RuleStep           `json:"steps,omitempty" maxItems:"20" doc:"How that widens, by rising after_s, which counts from entry into the queue"`
	Heads        *RuleHeads           `json:"heads,omitempty" doc:"Head starts, in seconds: what counts as waiting so much longer"`
	PreferS      int                  `json:"prefer_s,omitempty" minimum:"0" maximum:"86400" doc:"How long only the preferred agent may have a contact, while there; 0: is only taken first"`
	AskAgainS    int                  `json:"ask_again_s,omitempty" minimum:"0" maximum:"86400" doc:"How long who declined is not asked again for the same contact; 0: a minute"`
	Calendar     string               `json:"calendar,omitempty" maxLength:"100" doc:"When the queue is worked on, the name of a calendar; empty: always"`
	Overflow     *RuleOverflow        `json:"overflow,omitempty" doc:"To which queue contacts go on, and when"`
	Offers       map[string]RuleOffer `json:"offers,omitempty" doc:"By channel: phone, chat, email"`
	ServiceLevel *ServiceLevel        `json:"service_level,omitempty" doc:"The target: so many percent answered within so long"`
	WrapUp       *WrapUpRule          `json:"wrap_up,omitempty" doc:"What is done after a contact; absent: nothing"`
	Pull         *bool                `json:"pull,omitempty" doc:"Agents may take what waits by hand; absent: yes"`
	LostS        int                  `json:"lost_s,omitempty" minimum:"0" maximum:"3600" doc:"How long a chat stays with an agent who is lost, before it waits for another; 0: 30 s"`
}

// RuleStep widens a queue.
type RuleStep struct {
	AfterS int           `json:"after_s" minimum:"0" maximum:"604800"`
	Want   *routing.Want `json:"want,omitempty" doc:"Enough from here on, beside what was enough before"`
	Teams  []int64       `json:"teams,omitempty" maxItems:"50" doc:"Whose members help from here on"`
}

// RuleHeads are head starts in seconds.
type RuleHeads struct {
	Class    map[string]int `json:"class,omitempty"`
	Severity map[string]int `json:"severity,omitempty"`
	Channel  map[string]int `json:"channel,omitempty"`
	Priority map[string]int `json:"priority,omitempty" doc:"1 urgent to 4 low"`
}

// RuleOverflow sends contacts on.
type RuleOverflow struct {
	To         int64 `json:"to" minimum:"1" doc:"A queue's id"`
	AfterS     int   `json:"after_s,omitempty" minimum:"0" maximum:"604800" doc:"Since entry; 0: not by time"`
	WhenClosed bool  `json:"when_closed,omitempty"`
	WhenNobody bool  `json:"when_nobody,omitempty" doc:"While none of those who work on it is signed in"`
}

// RuleOffer is how contacts of a channel are handed to an agent.
type RuleOffer struct {
	Auto bool `json:"auto,omitempty" doc:"Accepted without asking"`
	ForS int  `json:"for_s,omitempty" minimum:"0" maximum:"3600" doc:"How long the agent may think; 0: as usual for the channel"`
}

// ServiceLevel is a queue's target.
type ServiceLevel struct {
	Percent int `json:"percent" minimum:"1" maximum:"100"`
	WithinS int `json:"within_s" minimum:"1" maximum:"604800"`
}

// WrapUpRule is what is done after a contact.
type WrapUpRule struct {
	ForS     int          `json:"for_s,omitempty" minimum:"0" maximum:"3600" doc:"How long it may last; with a required code it lasts until one is given"`
	Required bool         `json:"required,omitempty" doc:"A code must be given"`
	Codes    []WrapUpCode `json:"codes,omitempty" maxItems:"100"`

	AfterWork bool `json:"after_work,omitempty" doc:"Meanwhile a ready agent is in after-contact work and is offered nothing; then ready again"`
}

// WrapUpCode says what a contact was about, or how it ended.
type WrapUpCode struct {
	Code   string `json:"code" minLength:"1" maxLength:"50"`
	Name   string `json:"name" minLength:"1" maxLength:"100"`
	NameEn string `json:"name_en,omitempty" maxLength:"100"`
}

// usualLost is how long a chat stays with an agent who is lost.
const usualLost = 30 * time.Second

// lost is how long a contact of a live channel stays with an agent who is lost.
func (r *Rules) lost() time.Duration {
	if r.LostS > 0 {
		return seconds(r.LostS)
	}
	return usualLost
}

// pullable says whether agents may take by hand.
func (r *Rules) pullable() bool { return r.Pull == nil || *r.Pull }

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// Queue makes of the rules what routing takes; hours are those of the calendar.
func (r *Rules) queue(id int64, hours routing.Hours) routing.Queue {
	q := routing.Queue{ID: id, Hours: hours, Prefer: seconds(r.PreferS), AskAgain: seconds(r.AskAgainS), Offers: map[routing.Channel]routing.Offer{}}
	if r.Want != nil {
		q.Want = *r.Want
	}
	for _, s := range r.Steps {
		q.Steps = append(q.Steps, routing.Step{After: seconds(s.AfterS), Want: s.Want, Teams: s.Teams})
	}
	if h := r.Heads; h != nil {
		q.Heads = routing.Heads{Class: spans(h.Class), Severity: spans(h.Severity), Channel: map[routing.Channel]time.Duration{}, Priority: map[int]time.Duration{}}
		for c, s := range h.Channel {
			q.Heads.Channel[routing.Channel(c)] = seconds(s)
		}
		for p, s := range h.Priority {
			if n, err := strconv.Atoi(p); err == nil {
				q.Heads.Priority[n] = seconds(s)
			}
		}
	}
	if o := r.Overflow; o != nil {
		q.Overflow = &routing.Overflow{To: o.To, After: seconds(o.AfterS), WhenClosed: o.WhenClosed, WhenNobody: o.WhenNobody}
	}
	for c, o := range r.Offers {
		q.Offers[routing.Channel(c)] = routing.Offer{Auto: o.Auto, For: seconds(o.ForS)}
	}
	return q
}

func spans(in map[string]int) map[string]time.Duration {
	out := map[string]time.Duration{}
	for k, s := range in {
		out[k] = seconds(s)
	}
	return out
}

// QueueRules are a queue's rules with their version.
type QueueRules struct {
	Version int   `json:"version" doc:"Give it when saving: rules that were changed since are not overwritten"`
	Rules   Rules `json:"rules"`
}

// SavedRules answers a saving or a check.
type SavedRules struct {
	Version  int       `json:"version"`
	Warnings []Warning `json:"warnings" doc:"What may be meant, and is told all the same"`
}

// Rules reads how a queue routes.
func (w *Work) Rules(ctx context.Context, by authority.Actor, queue int64) (r QueueRules, err error) {
	err = w.gate.View(ctx, by, func(q authority.Query) error {
		err := q.QueryRow(ctx, `select rules, rules_version from queues q where id = $1 and ((select sees_all()) or id = any ((select my_queues())::bigint[]))`, queue).Scan(&r.Rules, &r.Version)
		if err != nil {
			return notFound(err, "queue")
		}
		return nil
	})
	return r, err
}

// SaveRules changes how a queue routes, where its rules are of the version given still; else it is fault.Conflict
// "stale_rules". Rules that cannot be meant are fault.Invalid with a field each.
func (w *Work) SaveRules(ctx context.Context, by authority.Actor, queue int64, r QueueRules) (SavedRules, error) {
	return w.saveRules(ctx, by, queue, r, true)
}

// CheckRules is SaveRules that saves nothing.
func (w *Work) CheckRules(ctx context.Context, by authority.Actor, queue int64, r QueueRules) (SavedRules, error) {
	return w.saveRules(ctx, by, queue, r, false)
}

func (w *Work) saveRules(ctx context.Context, by authority.Actor, queue int64, r QueueRules, save bool) (SavedRules, error) {
	var out SavedRules
	err := w.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "queue.rules", Object: fmt.Sprint("queue:", queue), Unveiled: true}); err != nil {
			return err
		}
		if err := r.Rules.plausible(); err != nil {
			return err
		}
		// One at a time: two that are fine alone may send contacts round in a ring.
		if _, err := tx.Exec(ctx, `select pg_advisory_xact_lock(hashtextextended('queue rules', 0))`); err != nil {
			return fmt.Errorf("lock the rules: %w", err)
		}
		var version int
		if err := tx.QueryRow(ctx, `select rules_version from queues where id = $1`, queue).Scan(&version); err != nil {
			return notFound(err, "queue")
		}
		if save && version != r.Version {
			return fault.New(fault.Conflict, "stale_rules")
		}
		warnings, err := w.checkRules(ctx, tx, queue, &r.Rules)
		if err != nil {
			return err
		}
		out = SavedRules{Version: version, Warnings: warnings}
		if !save {
			return nil
		}
		doc, err := json.Marshal(r.Rules)
		if err != nil {
			return fmt.Errorf("write rules: %w", err)
		}
		if err := tx.QueryRow(ctx, `update queues set rules = $2, rules_version = rules_version + 1 where id = $1 returning rules_version`, queue, doc).Scan(&out.Version); err != nil {
			return fmt.Errorf("save rules: %w", err)
		}
		tx.Emit("queue.changed", fmt.Sprint("queue:", queue), "staff", routingTopic)
		tx.Return(out)
		return nil
	})
	return out, err
}

// skillName is what a skill may be called.
var skillName = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N} ._+/-]{0,49}$`)

// routed are the channels that rules speak of.
var routed = map[string]bool{"phone": true, "chat": true, "email": true}

// plausible refuses what routing.Check does not look at.
func (r *Rules) plausible() error {
	var bad []fault.Field
	refuse := func(name, code string, kv ...any) {
		f := fault.BadField(name, code, kv...)
		bad = append(bad, f.Fields...)
	}
	for c := range r.Offers {
		if !routed[c] {
			refuse("rules.offers", "bad_channel")
		}
	}
	if h := r.Heads; h != nil {
		for c := range h.Channel {
			if !routed[c] {
				refuse("rules.heads.channel", "bad_channel")
			}
		}
		for p := range h.Priority {
			if len(p) != 1 || p[0] < '1' || p[0] > '4' {
				refuse("rules.heads.priority", "priority_unknown", "priority", p)
			}
		}
	}
	if w := r.WrapUp; w != nil {
		seen := map[string]bool{}
		for i, c := range w.Codes {
			field := fmt.Sprintf("rules.wrap_up.codes[%d].code", i)
			if seen[c.Code] {
				refuse(field, "twice")
			}
			if plain.Line(c.Code, 50) != c.Code {
				refuse(field, "bad_characters")
			}
			seen[c.Code] = true
		}
		if w.Required && len(w.Codes) == 0 {
			refuse("rules.wrap_up.codes", "required")
		}
	}
	if len(bad) > 0 {
		f := fault.BadField("rules", "invalid")
		f.Fields = bad
		return f
	}
	return nil
}

// asWritten turns the fields that routing names into those of the JSON.
var asWritten = strings.NewReplacer(".after", ".after_s", "prefer", "prefer_s", "ask_again", "ask_again_s", "hours", "calendar")

// checkRules holds rules against the other queues and the agents there are. What cannot be meant is fault.Invalid.
func (w *Work) checkRules(ctx context.Context, q authority.Query, queue int64, r *Rules) ([]Warning, error) {
	var now time.Time
	if err := q.QueryRow(ctx, `select now()`).Scan(&now); err != nil {
		return nil, fmt.Errorf("time: %w", err)
	}
	hours, err := w.t.Hours(ctx, q, r.Calendar)
	if err != nil {
		return nil, err
	}
	queues, err := w.t.routingQueues(ctx, q, nil)
	if err != nil {
		return nil, err
	}
	all := make([]routing.Queue, 0, len(queues))
	for _, other := range queues {
		if other.ID != queue {
			all = append(all, other.Queue)
		}
	}
	agents, err := routingAgents(ctx, q, nil)
	if err != nil {
		return nil, err
	}
	warnings, refused := []Warning{}, fault.BadField("rules", "invalid")
	refused.Fields = nil
	for _, p := range routing.Check(append(all, r.queue(queue, hours)), agents, now) {
		switch field := "rules." + asWritten.Replace(p.Field); {
		case p.Queue != queue:
		case p.Fatal:
			refused.Fields = append(refused.Fields, fault.Field{Name: field, Code: p.Code, Args: p.Args})
		default:
			warnings = append(warnings, Warning{Field: field, Code: p.Code, Args: p.Args})
		}
	}
	if len(refused.Fields) > 0 {
		return nil, refused
	}
	return warnings, nil
}
