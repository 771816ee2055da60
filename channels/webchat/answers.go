package webchat

import (
	"slices"
	"strings"
	"time"

	"frontline/crm"
	"frontline/internal/fault"
	"frontline/internal/plain"
)

// answers are what a visitor answered before the chat, fit to keep.
type answers struct {
	name, email, phone, subject string
	when                        *time.Time // a call is wanted; nil: soon
	all                         []Answer
}

// maxAnswer bounds one answer, in characters.
const maxAnswer = 500

// read checks the answers to a site's questions.
func (s *site) read(given map[string]string) (answers, error) {
	out := answers{all: []Answer{}}
	for name := range given {
		if !slices.ContainsFunc(s.Questions, func(q Question) bool { return q.Name == name }) && !slices.Contains(reached, name) {
			return out, fault.BadField(clip(name), "unknown_question")
		}
	}
	for _, q := range s.Questions {
		value := strings.TrimSpace(given[q.Name])
		switch {
		case value == "" && q.Required:
			return out, fault.BadField(q.Name, "required")
		case value == "":
			continue
		case !plain.Short(value, maxAnswer):
			return out, fault.BadField(q.Name, "too_long", "max", maxAnswer)
		}
		value = plain.Line(value, maxAnswer)
		label := q.Label.in("zh")
		var err error
		switch q.Kind {
		case "name":
			out.name = plain.Line(value, 200)
		case "subject":
			out.subject = value
		case "email":
			value, err = normal(crm.Email, value)
			out.email = value
		case "phone":
			value, err = normal(crm.Phone, value)
			out.phone = value
		case "choice":
			i := slices.IndexFunc(q.Options, func(o Option) bool { return o.Value == value })
			if i < 0 {
				return out, fault.BadField(q.Name, "unknown_choice")
			}
		}
		if err != nil {
			return out, fault.BadField(q.Name, "bad_"+q.Kind)
		}
		out.all = append(out.all, Answer{q.Name, label, value})
	}
	more, err := reach(given)
	out.name, out.email, out.phone, out.when = or(out.name, more.name), or(out.email, more.email), or(out.phone, more.phone), more.when
	return out, err
}

// reached are the answers that forms give besides those to a site's questions.
var reached = []string{"name", "email", "phone", "when"}

// reach reads what a form asks for besides a site's questions: where an answer can go, and when a call is wanted (RFC 3339).
func reach(given map[string]string) (out answers, err error) {
	out.name = plain.Line(given["name"], 200)
	if out.email, err = normal(crm.Email, strings.TrimSpace(given["email"])); err != nil {
		return out, fault.BadField("email", "bad_email")
	}
	if out.phone, err = normal(crm.Phone, strings.TrimSpace(given["phone"])); err != nil {
		return out, fault.BadField("phone", "bad_phone")
	}
	if when := strings.TrimSpace(given["when"]); when != "" {
		at, err := time.Parse(time.RFC3339, when)
		if err != nil {
			return out, fault.BadField("when", "bad_time")
		}
		out.when = &at
	}
	return out, nil
}

// words are the answers as agents read them below the visitor's first words. What nobody vouches for says so.
func (a answers) words(verified bool, lang string) string {
	doubt := " (unverified)"
	if lang == "zh" {
		doubt = "（未验证）"
	}
	if verified {
		doubt = ""
	}
	var b strings.Builder
	line := func(label, value string) { b.WriteString(label + ": " + value + "\n") }
	seen := map[string]bool{}
	for _, x := range a.all {
		value := x.Value
		if value == a.name || value == a.email || value == a.phone {
			seen[value] = true
			value += doubt
		}
		line(or(x.Label, x.Name), value)
	}
	for _, x := range []struct{ label, value string }{{"Name", a.name}, {"Email", a.email}, {"Phone", a.phone}} {
		if x.value != "" && !seen[x.value] {
			line(x.label, x.value+doubt)
		}
	}
	return strings.TrimSpace(b.String())
}

func clip(name string) string {
	if len(name) > 50 {
		return strings.ToValidUTF8(name[:50], "") + "…"
	}
	return name
}
