package mime

import (
	"strings"
	"time"
)

// Invite is what a text/calendar part says of its first event (RFC 5545, RFC 5546).
type Invite struct {
	Method    string // REQUEST, REPLY, CANCEL, PUBLISH …; upper case
	Summary   string
	Location  string
	Organizer Address
	Start     time.Time // UTC; zero when it cannot be read. A time in a named zone is read as UTC
	End       time.Time
	AllDay    bool
	Status    string // of a REPLY: ACCEPTED, DECLINED, TENTATIVE …
}

// maxCalendar bounds the part of a calendar file that is looked at.
const maxCalendar = 256 << 10

// parseInvite reads a calendar file; nil when it holds no event.
func parseInvite(text string) *Invite {
	if len(text) > maxCalendar {
		text = text[:maxCalendar]
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.NewReplacer("\n ", "", "\n\t", "").Replace(text)
	var in Invite
	inEvent, found := false, false
	for line := range strings.Lines(text) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), ":")
		if !ok {
			continue
		}
		name, params, _ := strings.Cut(key, ";")
		switch name = strings.ToUpper(name); {
		case name == "METHOD" && !inEvent:
			in.Method = strings.ToUpper(strings.TrimSpace(value))
		case name == "BEGIN" && (value == "VEVENT" || value == "VTODO"):
			if found {
				return &in
			}
			inEvent, found = true, true
		case name == "END" && (value == "VEVENT" || value == "VTODO"):
			inEvent = false
		case inEvent:
			in.set(name, params, value)
		}
	}
	if !found {
		return nil
	}
	return &in
}

// set takes one property of the event.
func (in *Invite) set(name, params, value string) {
	switch name {
	case "SUMMARY":
		in.Summary = calendarText(value)
	case "LOCATION":
		in.Location = calendarText(value)
	case "DTSTART":
		in.Start, in.AllDay = calendarTime(value)
	case "DTEND":
		in.End, _ = calendarTime(value)
	case "ORGANIZER":
		in.Organizer.Name = calendarParam(params, "CN")
		in.Organizer.Address = cleanAddress(value)
	case "ATTENDEE":
		if in.Method == "REPLY" {
			in.Status = strings.ToUpper(calendarParam(params, "PARTSTAT"))
		}
	}
}

func calendarText(v string) string {
	return oneLine(strings.NewReplacer(`\n`, " ", `\N`, " ", `\,`, ",", `\;`, ";", `\\`, `\`).Replace(v))
}

func calendarParam(params, name string) string {
	for _, p := range strings.Split(params, ";") {
		if key, value, ok := strings.Cut(p, "="); ok && strings.EqualFold(key, name) {
			return oneLine(strings.Trim(value, `"`))
		}
	}
	return ""
}

func calendarTime(v string) (t time.Time, allDay bool) {
	v = strings.TrimSpace(v)
	for _, layout := range []string{"20060102T150405Z", "20060102T150405", "20060102"} {
		if t, err := time.Parse(layout, v); err == nil {
			return t.UTC(), len(layout) == 8
		}
	}
	return time.Time{}, false
}
