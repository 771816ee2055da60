package tickets

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontline/crm"
	"frontline/internal/plain"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Record is a ticket as one line of a file has it, of an import or an export.
type Record struct {
	Key       string          `json:"key,omitzero"` // its name in the system it comes from; without one the line itself
	Contact   RecordContact   `json:"contact"`
	Subject   string          `json:"subject"`
	Messages  []RecordMessage `json:"messages,omitzero"`
	Status    string          `json:"status,omitzero"` // open (the default), pending, on_hold, resolved or closed
	SubStatus string          `json:"sub_status,omitzero"`
	Agent     string          `json:"agent,omitzero"` // login of the assignee, who also wrote what went out
	At        time.Time       `json:"at,omitzero"`    // when it was opened; without it the first message's time
	Queue     string          `json:"queue,omitzero"` // by name; without it the default queue
	Channel   string          `json:"channel,omitzero"`
	Type      string          `json:"type,omitzero"`
	Severity  string          `json:"severity,omitzero"`
	Priority  int             `json:"priority,omitzero"` // 1 urgent to 4 low; without it 3
	Tags      []string        `json:"tags,omitzero"`
	Fields    map[string]any  `json:"fields,omitzero"` // fields of the house, by key
}

// RecordContact is the customer: a name, an address, or both.
type RecordContact struct {
	Name   string      `json:"name,omitzero"`
	Email  string      `json:"email,omitzero"`
	Phone  string      `json:"phone,omitzero"`
	Points []crm.Point `json:"points,omitzero"` // further addresses
}

// RecordMessage is one message or note.
type RecordMessage struct {
	At        time.Time `json:"at,omitzero"` // without it the ticket's
	Direction string    `json:"direction"`   // in, out or note
	Text      string    `json:"text"`
	NoteType  string    `json:"note_type,omitzero"`
	Channel   string    `json:"channel,omitzero"` // without it the ticket's
	Author    string    `json:"author,omitzero"`  // name of who wrote it, where it is not the customer or the agent
}

// maxKey is the most characters of a record's key.
const maxKey = 300

// readRecord reads one line and says in plain words what is wrong with it. What it answers is fit to keep, with the
// messages in the order of their times; now is when the import runs.
func readRecord(line []byte, now time.Time) (*Record, crm.Somebody, error) {
	var r Record
	if err := json.Unmarshal(line, &r, json.RejectUnknownMembers(true)); err != nil {
		return nil, crm.Somebody{}, explainJSON(err)
	}
	who, err := r.Contact.somebody()
	if err != nil {
		return nil, who, err
	}
	if r.Key == "" {
		sum := sha256.Sum256(line)
		r.Key = "line:" + hex.EncodeToString(sum[:16])
	} else if plain.Line(r.Key, maxKey) != r.Key {
		return nil, who, fmt.Errorf("key: longer than %d characters, or with characters that cannot be kept", maxKey)
	}
	if err := r.check(); err != nil {
		return nil, who, err
	}
	return &r, who, r.settle(now)
}

// somebody is the contact with its points in their one written form.
func (c RecordContact) somebody() (crm.Somebody, error) {
	s := crm.Somebody{Name: c.Name}
	given := slices.Clone(c.Points)
	for _, p := range []crm.Point{{Kind: crm.Phone, Address: c.Phone}, {Kind: crm.Email, Address: c.Email}} {
		if strings.TrimSpace(p.Address) != "" {
			given = slices.Insert(given, 0, p)
		}
	}
	if len(given) > 50 {
		return s, errors.New("contact: more than 50 addresses")
	}
	for _, p := range given {
		n, err := p.Normal()
		if err != nil {
			return s, fmt.Errorf("contact: %q is no %s address", plain.Line(p.Address, 80), p.Kind)
		}
		if !slices.Contains(s.Points, n) {
			s.Points = append(s.Points, n)
		}
	}
	if len(s.Points) == 0 {
		if plain.Line(c.Name, 200) == "" {
			return s, errors.New("contact: wants a name, an email or a phone")
		}
		s.Points = []crm.Point{crm.Unknown()}
	}
	return s, nil
}

// check refuses what would not be the same afterwards.
func (r *Record) check() error {
	if plain.Line(r.Subject, maxSubject) == "" {
		return errors.New("subject: is missing")
	}
	for _, f := range []struct {
		name, value string
		max         int
	}{{"subject", r.Subject, maxSubject}, {"type", r.Type, 50}, {"severity", r.Severity, 50}, {"sub_status", r.SubStatus, 50}} {
		if !plain.Short(f.value, f.max) {
			return fmt.Errorf("%s: longer than %d characters", f.name, f.max)
		}
	}
	switch r.Status {
	case "", "open", "pending", "on_hold", "resolved", "closed":
	default:
		return fmt.Errorf("status: %q is none of open, pending, on_hold, resolved, closed", plain.Line(r.Status, 40))
	}
	if r.Priority < 0 || r.Priority > 4 {
		return errors.New("priority: wants 1 (urgent) to 4 (low)")
	}
	if r.Channel != "" && !channelName.MatchString(r.Channel) {
		return fmt.Errorf("channel: %q is no name of one", plain.Line(r.Channel, 40))
	}
	if len(r.Tags) > maxTags {
		return fmt.Errorf("tags: more than %d", maxTags)
	}
	if checkTags(r.Tags) != nil {
		return errors.New("tags: one is empty or too long")
	}
	if len(r.Messages) > maxMessages {
		return fmt.Errorf("messages: more than %d", maxMessages)
	}
	for i, m := range r.Messages {
		switch {
		case m.Direction != "in" && m.Direction != "out" && m.Direction != "note":
			return fmt.Errorf("messages.%d.direction: %q is none of in, out, note", i, plain.Line(m.Direction, 40))
		case !plain.Short(m.Text, maxKept):
			return fmt.Errorf("messages.%d.text: longer than %d characters", i, maxKept)
		case !plain.Short(m.NoteType, 50):
			return fmt.Errorf("messages.%d.note_type: longer than 50 characters", i)
		case m.Channel != "" && !channelName.MatchString(m.Channel):
			return fmt.Errorf("messages.%d.channel: %q is no name of one", i, plain.Line(m.Channel, 40))
		}
	}
	return nil
}

// maxMessages bounds one ticket of an import: all of it is in memory at once.
const maxMessages = 10_000

// settle fills in what was left out, makes all text fit to keep, and puts the messages in order.
func (r *Record) settle(now time.Time) error {
	r.Subject, r.Type, r.Severity, r.SubStatus = plain.Line(r.Subject, maxSubject), plain.Line(r.Type, 50), plain.Line(r.Severity, 50), plain.Line(r.SubStatus, 50)
	r.Tags = lines(r.Tags, maxTags)
	if r.Status == "" {
		r.Status = "open"
	}
	if r.Priority == 0 {
		r.Priority = 3
	}
	if r.Channel == "" {
		r.Channel = "import"
	}
	if r.At.IsZero() {
		r.At = now
		for _, m := range r.Messages {
			if !m.At.IsZero() && m.At.Before(r.At) {
				r.At = m.At
			}
		}
	}
	for i := range r.Messages {
		m := &r.Messages[i]
		m.Text, m.NoteType, m.Author = plain.Text(m.Text, maxKept), plain.Line(m.NoteType, 50), plain.Line(m.Author, 200)
		if m.At.IsZero() {
			m.At = r.At
		}
		if m.Channel == "" {
			m.Channel = r.Channel
		}
		if !sensible(m.At, now) {
			return fmt.Errorf("messages.%d.at: %s is not between 1970 and now", i, m.At.Format(time.DateOnly))
		}
	}
	if !sensible(r.At, now) {
		return fmt.Errorf("at: %s is not between 1970 and now", r.At.Format(time.DateOnly))
	}
	slices.SortStableFunc(r.Messages, func(a, b RecordMessage) int { return a.At.Compare(b.At) })
	return nil
}

// sensible says whether something can have happened then; clocks may differ by an hour.
func sensible(at, now time.Time) bool { return at.Year() >= 1970 && at.Before(now.Add(time.Hour)) }

// explainJSON says in plain words why a line is not a record.
func explainJSON(err error) error {
	where := func(p jsontext.Pointer) string {
		return strings.ReplaceAll(strings.TrimPrefix(plain.Line(string(p), 100), "/"), "/", ".")
	}
	var syntactic *jsontext.SyntacticError
	if errors.As(err, &syntactic) {
		if errors.Is(err, jsontext.ErrDuplicateName) {
			return fmt.Errorf("%s: is there twice", where(syntactic.JSONPointer))
		}
		return fmt.Errorf("not JSON, from byte %d on", syntactic.ByteOffset)
	}
	var semantic *json.SemanticError
	if errors.As(err, &semantic) {
		switch name := where(semantic.JSONPointer); {
		case errors.Is(err, json.ErrUnknownName):
			return fmt.Errorf("%s: is not a field of a ticket", name)
		case semantic.GoType == timeType:
			return fmt.Errorf("%s: is not a time such as 2026-11-21T08:00:00Z", name)
		case name == "":
			return errors.New("not a JSON object")
		default:
			return fmt.Errorf("%s: is of the wrong type", name)
		}
	}
	return errors.New("not JSON")
}
