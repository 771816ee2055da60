package mime

import (
	"bytes"
	"strings"
)

// A report is a mail that a mail server wrote about another mail: RFC 3464 (delivery), RFC 8098 (reading), RFC 5965
// (abuse).

// Bounce says that a mail did not arrive, or not yet.
type Bounce struct {
	Recipients []string // addresses that were not reached, as the report writes them
	Status     string   // enhanced status code such as 5.1.1 (RFC 3463); empty when not told
	Permanent  bool     // trying again will not help
	Kind       string   // BounceFailed or BounceDelayed
	Reason     string   // what the server said, one line
	MessageID  string   // Message-ID of the mail that bounced, without <>; empty when not told
	ReturnTo   string   // the address the report went to, which may carry a token of ours
}

// Values of Bounce.Kind.
const (
	BounceFailed  = "failed"
	BounceDelayed = "delayed"
)

// Abuse is a report that a recipient called a mail unwanted.
type Abuse struct {
	Type      string // abuse, fraud, virus, other, not-spam, opt-out …
	Recipient string // who complained, when told
	MessageID string // of the mail, without <>
}

// maxReport bounds the bytes that are read of one report part.
const maxReport = 256 << 10

// group is one block of fields of a delivery status.
type group Header

// get gives the value of a field as text.
func (g group) get(name string) string { return Header(g).Get(name) }

// typed gives the value behind the type of a field such as "rfc822; li@example.com".
func (g group) typed(name string) string {
	v := g.get(name)
	if kind, rest, ok := strings.Cut(v, ";"); ok && !strings.Contains(kind, "@") {
		v = rest
	}
	return strings.TrimSpace(v)
}

// groups reads the blocks of fields in a report part.
func groups(content []byte) []group {
	content = cutAt(content, maxReport)
	var all []group
	for len(content) > 0 && len(all) < 500 {
		content = bytes.TrimLeft(content, "\r\n")
		before := len(content)
		h := readHeader(content, maxReport, never, func(string) bool { return true })
		if len(h.header) > 0 {
			all = append(all, group(h.header))
		}
		content = h.rest
		if len(content) == before { // a line that is no field
			_, content = nextLine(content)
		}
	}
	return all
}

// reportParts are the parts of a mail that make it a report.
type reportParts struct {
	status      []group // of message/delivery-status
	disposition []group // of message/disposition-notification
	feedback    []group // of message/feedback-report
	original    Header  // of the mail that is reported on
	embedded    []*part // mails within the mail
}

// findReports looks through the parts of a mail, not into mails within it, except for their headers.
func findReports(p *part, r *reportParts) {
	for _, child := range p.parts {
		findReports(child, r)
	}
	if len(p.parts) > 0 {
		return
	}
	typ := p.ctype.value
	switch typ {
	case "message/delivery-status", "message/global-delivery-status", "message/disposition-notification",
		"message/global-disposition-notification", "message/feedback-report":
		content, _ := transferDecode(p.body, p.encoding())
		found := groups(content)
		switch {
		case strings.HasSuffix(typ, "delivery-status"):
			r.status = append(r.status, found...)
		case typ == "message/feedback-report":
			r.feedback = append(r.feedback, found...)
		default:
			r.disposition = append(r.disposition, found...)
		}
	case "message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers", "message/rfc822-headers", "message/partial":
		if typ == "message/rfc822" {
			r.embedded = append(r.embedded, p)
		}
		if r.original == nil {
			content, _ := transferDecode(cutAt(p.body, maxReport), p.encoding())
			r.original = readHeader(skipBlank(content), maxReport, never, func(string) bool { return true }).header
		}
	}
}

// classify says who wrote the mail: a person, a program, a mail server.
func (m *Mail) classify(root *part, l Limits) {
	var r reportParts
	findReports(root, &r)
	reportType := strings.ToLower(root.ctype.param("report-type"))
	m.Bulk = m.isBulk()
	auto := m.isAutomatic()
	if len(r.status) == 0 && len(r.embedded) > 0 && (m.fromDaemon() || reportType == "delivery-status") {
		if inner, ok := r.embeddedStatus(l); ok {
			r = inner
		}
	}
	n, isNotice := m.readNotice()
	switch {
	case len(r.feedback) > 0 || reportType == "feedback-report":
		m.Kind, m.ARF = Report, abuseOf(r)
	case isNotice && n.abuse() != nil:
		m.Kind, m.ARF = Report, n.abuse()
	case isNotice && n.bounce() != nil:
		m.Kind, m.Bounce = Bounced, n.bounce()
	case r.original.Has("X-HmXmrOriginalRecipient") && strings.HasPrefix(m.Subject, "complaint about message"):
		// Hotmail's complaints have no report part.
		m.Kind, m.ARF = Report, abuseOf(r)
		m.ARF.Type, m.ARF.Recipient = "abuse", cleanAddress(r.original.Get("X-HmXmrOriginalRecipient"))
	case len(r.disposition) > 0 && m.isRejection():
		m.Kind, m.Bounce = Bounced, m.rejection(r)
	case len(r.disposition) > 0 || reportType == "disposition-notification":
		m.Kind = Receipt
	default:
		b, receipt := m.findBounce(r, root)
		switch {
		case b != nil:
			m.Kind, m.Bounce = Bounced, b
			if to := addresses(m.To); len(to) > 0 {
				b.ReturnTo = to[0]
			}
		case receipt || m.isReceipt():
			m.Kind = Receipt
		case auto:
			m.Kind = Auto
		case m.List != "" || m.Bulk:
			m.Kind = Listed
		}
	}
	m.Auto = auto || m.isRobot() || m.Kind == Receipt || m.Kind == Report || m.Kind == Bounced
	m.NoAnswer = m.Auto || m.Bulk || m.List != "" || m.Bounce != nil || m.NullReturnPath || m.wantsNoAnswer()
}

// isRejection says whether a disposition notification is a mail filter's refusal (RFC 5429), not a receipt.
func (m *Mail) isRejection() bool {
	return strings.Contains(strings.ToLower(m.Header.Get("Auto-Submitted")), "rejected")
}

// rejection reads a refusal sent in the form of a disposition notification.
func (m *Mail) rejection(r reportParts) *Bounce {
	b := &Bounce{Kind: BounceFailed, Permanent: true}
	for _, g := range r.disposition {
		if to := statusRecipient(g); to != "" {
			b.add(to)
			id := g.get("Original-Message-ID")
			b.MessageID = firstID(id)
		}
	}
	b.Reason, b.Status = bounceReason(m.reportText())
	return b
}

// embeddedStatus looks for a delivery status in a mail within the mail: some gateways wrap the report once more.
func (c reportParts) embeddedStatus(l Limits) (reportParts, bool) {
	for _, p := range c.embedded[:min(len(c.embedded), 2)] {
		content, _ := transferDecode(p.body, p.encoding())
		block := readHeader(skipBlank(content), l.Header, never, keptInPart)
		ctype, _ := block.header.raw("Content-Type")
		if parseContentField(ctype).value != "multipart/report" {
			continue
		}
		tree := &treeReader{limits: l, rest: block.rest, problems: map[string]bool{}}
		root, _ := tree.read(block.header, "")
		var inner reportParts
		findReports(root, &inner)
		if len(inner.status) > 0 {
			return inner, true
		}
	}
	return reportParts{}, false
}

// abuseOf reads a feedback report.
func abuseOf(r reportParts) *Abuse {
	a := &Abuse{Type: "other"}
	for _, g := range r.feedback {
		if t := strings.ToLower(g.get("Feedback-Type")); t != "" {
			a.Type = t
		}
		if to := cleanAddress(g.typed("Original-Rcpt-To")); to != "" {
			a.Recipient = to
		}
	}
	id, _ := r.original.raw("Message-ID")
	a.MessageID = firstID(id)
	return a
}

func addresses(list []Address) []string {
	var out []string
	for _, a := range list {
		if a.Address != "" {
			out = append(out, a.Address)
		}
	}
	return out
}
