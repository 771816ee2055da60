package mime

import (
	"regexp"
	"strings"
)

// findBounce decides whether the mail reports that another one did not arrive. receipt says that it reports the
// opposite.
func (m *Mail) findBounce(r reportParts, root *part) (b *Bounce, receipt bool) {
	if len(r.status) > 0 {
		b, receipt = bounceOfStatus(r.status)
		if receipt {
			return nil, true
		}
	}
	if b == nil {
		if b = m.bounceOfText(r, root); b == nil {
			return nil, false
		}
		if named := m.failedRecipients(); len(named) > 0 {
			b.Recipients = named
		}
	}
	if len(b.Recipients) == 0 {
		list, _ := addressList(r.original.rawAll("To"))
		for _, a := range list {
			b.add(a.Address)
		}
	}
	if b.MessageID == "" {
		id, _ := r.original.raw("Message-ID")
		b.MessageID = firstID(id)
	}
	return b, false
}

// bounceOfStatus reads an RFC 3464 delivery status. It gives nil when no recipient failed; receipt when some were
// reached and none failed.
func bounceOfStatus(status []group) (b *Bounce, receipt bool) {
	delayed, reached := 0, 0
	failed := &Bounce{Kind: BounceFailed}
	late := &Bounce{Kind: BounceDelayed}
	for _, g := range status {
		to := statusRecipient(g)
		action := fieldWord(g.get("Action"))
		code := statusCode(g.get("Status"))
		if to == "" && action == "" {
			continue
		}
		into := failed
		switch {
		case strings.HasPrefix(action, "delay"):
			into = late
			delayed++
		case strings.HasPrefix(action, "fail"), action == "" && to != "" && !strings.HasPrefix(code, "2"),
			strings.HasPrefix(action, "expired"), strings.HasPrefix(action, "undeliver"):
		case strings.HasPrefix(action, "deliver"), strings.HasPrefix(action, "relay"), strings.HasPrefix(action, "expand"):
			reached++
			continue
		default:
			continue
		}
		into.add(to)
		reason := g.typed("Diagnostic-Code")
		if into.Status == "" || into.Reason == "" && reason != "" {
			into.Reason = reason
			if code == "" || strings.HasSuffix(code, ".0.0") {
				if inner := statusCode(reason); inner != "" {
					code = inner
				}
			}
			if code != "" {
				into.Status = code
			}
		}
	}
	switch {
	case len(failed.Recipients) > 0 || failed.Status != "":
		failed.Permanent = isPermanent(failed.Status, failed.Reason)
		return failed, false
	case delayed > 0:
		return late, false
	}
	return nil, reached > 0
}

// statusRecipient gives the address a block of a delivery status is about: the one the mail was sent to where that is
// told, else the one it ended at.
func statusRecipient(g group) string {
	for _, name := range []string{"Original-Recipient", "Final-Recipient", "X-Actual-Recipient"} {
		v := g.typed(name)
		if i := strings.IndexByte(v, '<'); i >= 0 {
			v = v[i:]
		}
		v = strings.TrimSuffix(cleanAddress(v), ".")
		if strings.Contains(v, "@") && !strings.Contains(v, " ") {
			return v
		}
	}
	return ""
}

// add notes a recipient once.
func (b *Bounce) add(address string) {
	address = strings.Trim(address, " <>'.,;:()[]")
	if !strings.Contains(address, `"@`) {
		address = strings.Trim(address, `"`)
	}
	if !strings.Contains(address, "@") || len(b.Recipients) >= 1000 {
		return
	}
	for _, have := range b.Recipients {
		if strings.EqualFold(have, address) {
			return
		}
	}
	b.Recipients = append(b.Recipients, address)
}

var (
	enhancedCode = regexp.MustCompile(`(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?:[^\d.]|\.?\s|\.?$)`)
	replyCode    = regexp.MustCompile(`(?:^|[\s(\[<"':#])([45][0-7]\d)[ \-)\]:,#]`)
)

// statusCode finds an enhanced status code.
func statusCode(s string) string {
	if m := enhancedCode.FindStringSubmatch(s); m != nil {
		return m[1]
	}
	return ""
}

// isPermanent says whether a failure is for good: by its code, else because the server gave up without saying that it
// was for lack of time.
func isPermanent(status, reason string) bool {
	switch {
	case strings.HasPrefix(status, "5"), noSuchUser.MatchString(reason): // some servers give 450 for users they do not have
		return true
	case strings.HasPrefix(status, "4"):
		return false
	}
	if m := replyCode.FindStringSubmatch(reason); m != nil {
		return m[1][0] == '5'
	}
	return !temporaryWords.MatchString(reason)
}

var noSuchUser = regexp.MustCompile(`(?i)user unknown|unknown user|no such user|does not exist|unknown recipient|用户不存在|收件人不存在`)

var temporaryWords = regexp.MustCompile(`(?i)timed? ?out|temporar|try again|too long|expired|retry|connection refused|queue`)

// failedRecipients are those that Exim and Gmail name in the header.
func (m *Mail) failedRecipients() []string {
	var b Bounce
	list, _ := addressList(m.Header.rawAll("X-Failed-Recipients"))
	for _, a := range list {
		b.add(a.Address)
	}
	return b.Recipients
}
