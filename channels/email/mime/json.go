package mime

import (
	"bytes"
	"encoding/json"
	"net/url"
	"time"
)

// jsonMail is the outside form of a Mail, which scripts rely on.
type jsonMail struct {
	From        []Address        `json:"from"`
	To          []Address        `json:"to"`
	Cc          []Address        `json:"cc"`
	ReplyTo     []Address        `json:"reply_to"`
	Subject     string           `json:"subject"`
	Date        *time.Time       `json:"date"`
	Text        string           `json:"text"`
	Reply       string           `json:"reply"`
	HTML        string           `json:"html"`
	Attachments []jsonAttachment `json:"attachments"`
	MessageID   string           `json:"message_id"`
	InReplyTo   string           `json:"in_reply_to"`
	References  []string         `json:"references"`
	Kind        Kind             `json:"kind"`
	Auto        bool             `json:"auto"`
	NoAnswer    bool             `json:"no_answer"`
	Bulk        bool             `json:"bulk"`
	List        string           `json:"list"`
	Bounce      any              `json:"bounce"` // false or jsonBounce
	ARF         bool             `json:"arf"`
	Signed      string           `json:"signed,omitempty"`
	Encrypted   string           `json:"encrypted,omitempty"`
	Invite      *jsonInvite      `json:"invite,omitempty"`
	Problems    []Problem        `json:"problems"`
}

type jsonAttachment struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Size   int    `json:"size"`
	SHA256 string `json:"sha256"`
	Inline bool   `json:"inline"`
	CID    string `json:"cid"`
}

type jsonBounce struct {
	Recipients []string `json:"recipients"`
	Status     string   `json:"status"`
	Permanent  bool     `json:"permanent"`
	Kind       string   `json:"kind"`
	Reason     string   `json:"reason,omitempty"`
	MessageID  string   `json:"message_id,omitempty"`
}

type jsonInvite struct {
	Method   string     `json:"method"`
	Summary  string     `json:"summary"`
	Location string     `json:"location,omitempty"`
	Start    *time.Time `json:"start,omitempty"`
	End      *time.Time `json:"end,omitempty"`
}

// MarshalJSON gives the mail as "frontline mail parse" prints it. Lists are never null; html is made safe, with
// pictures of the mail as cid: and none from elsewhere.
func (m Mail) MarshalJSON() ([]byte, error) {
	j := jsonMail{
		From: notNil(m.From), To: notNil(m.To), Cc: notNil(m.Cc), ReplyTo: notNil(m.ReplyTo),
		Subject: m.Subject, Date: jsonTime(m.Date), Text: m.Text, Reply: m.Reply,
		HTML:        SafeHTML(m.HTML, HTMLOptions{CID: func(id string) string { return "cid:" + url.PathEscape(id) }}),
		Attachments: []jsonAttachment{},
		MessageID:   m.MessageID, InReplyTo: m.InReplyTo, References: notNil(m.References),
		Kind: m.Kind, Auto: m.Auto, NoAnswer: m.NoAnswer, Bulk: m.Bulk, List: m.List, Bounce: false, ARF: m.ARF != nil,
		Signed: m.Signed, Encrypted: m.Encrypted, Problems: notNil(m.Problems),
	}
	for _, a := range m.Attachments {
		j.Attachments = append(j.Attachments, jsonAttachment{a.Name, a.Type, a.Size, a.SHA256, a.Inline, a.CID})
	}
	if b := m.Bounce; b != nil {
		j.Bounce = jsonBounce{notNil(b.Recipients), b.Status, b.Permanent, b.Kind, b.Reason, b.MessageID}
	}
	if in := m.Invite; in != nil {
		j.Invite = &jsonInvite{in.Method, in.Summary, in.Location, jsonTime(in.Start), jsonTime(in.End)}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // would make the HTML twice as long
	if err := enc.Encode(j); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

func notNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func jsonTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
