package mime

import (
	"encoding/json"
	"strings"
)

// notice is a notification of Amazon SES as its topic mails it: JSON in the text, bare or within a wrapper.
type notice struct {
	Message string `json:"Message"` // the wrapped notice
	Type    string `json:"notificationType"`
	Bounce  struct {
		Type       string `json:"bounceType"`
		Recipients []struct {
			Address    string `json:"emailAddress"`
			Status     string `json:"status"`
			Diagnostic string `json:"diagnosticCode"`
		} `json:"bouncedRecipients"`
	} `json:"bounce"`
	Complaint struct {
		Feedback   string `json:"complaintFeedbackType"`
		Recipients []struct {
			Address string `json:"emailAddress"`
		} `json:"complainedRecipients"`
	} `json:"complaint"`
	Mail struct {
		Headers struct {
			MessageID string `json:"messageId"`
		} `json:"commonHeaders"`
	} `json:"mail"`
}

// readNotice finds a notice in the text. Long lines of it may have been folded.
func (m *Mail) readNotice() (n notice, ok bool) {
	if !m.Header.Has("X-Amz-Sns-Message-Id") && !strings.HasPrefix(strings.TrimSpace(m.Text), `{"notificationType"`) {
		return n, false
	}
	text := m.reportText()
	start, end := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if start < 0 || end < start {
		return n, false
	}
	text = strings.ReplaceAll(text[start:end+1], "\n", "")
	if json.NewDecoder(strings.NewReader(text)).Decode(&n) != nil {
		return n, false
	}
	if n.Type == "" && n.Message != "" {
		inner := n.Message
		n = notice{}
		if json.Unmarshal([]byte(inner), &n) != nil {
			return n, false
		}
	}
	return n, n.Type != ""
}

// bounce makes a Bounce of a notice, nil when it tells of none.
func (n notice) bounce() *Bounce {
	if n.Type != "Bounce" {
		return nil
	}
	b := &Bounce{Kind: BounceFailed, Permanent: n.Bounce.Type == "Permanent", MessageID: firstID(n.Mail.Headers.MessageID)}
	for _, r := range n.Bounce.Recipients {
		b.add(r.Address)
		if b.Status == "" {
			b.Status, b.Reason = r.Status, oneLine(r.Diagnostic)
		}
	}
	return b
}

// abuse makes an Abuse of a notice, nil when it tells of none.
func (n notice) abuse() *Abuse {
	if n.Type != "Complaint" {
		return nil
	}
	a := &Abuse{Type: n.Complaint.Feedback, MessageID: firstID(n.Mail.Headers.MessageID)}
	if a.Type == "" {
		a.Type = "abuse"
	}
	if r := n.Complaint.Recipients; len(r) > 0 {
		a.Recipient = r[0].Address
	}
	return a
}
