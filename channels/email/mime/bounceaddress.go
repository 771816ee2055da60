package mime

import (
	"regexp"
	"strings"
)

var (
	// leadAddress is an address that stands first on its line, or behind the code of a server's answer.
	leadAddress = regexp.MustCompile(`^[\s>*|•\-–"'\[(]*(?:[45]\d\d[ -](?:[45]\.\d+\.\d+ )?)?<?([\w!#$%&*+?^{}~.-][\w!#$%&'*+?^{}~.-]{0,99}@[\w-]+(?:\.[\w-]+)*)(?:[>"'\])]|\.+)*(?:$|[\s:：,;(<，。])`)

	// labelled is an address behind a word that says what it is.
	labelled = regexp.MustCompile(`(?i)(?:\b(?:rcpt to|recipients?|final-recipient|original-recipient|to|address(?:es)?|user|mailbox|e-?mail|account|for)\b|收件人|收信人|地址|邮箱|用户|帐号|账号|发往|宛先)` +
		`\s*(?:is|was)?\s*[:：=]?\s*(?:rfc822;)?\s*["'(\[]?<?([\w!#$%&*+?^{}~.-][\w!#$%&'*+?^{}~.-]{0,99}@[\w-]+(?:\.[\w-]+)*)`)

	anyAddress = regexp.MustCompile(`[\w!#$%&*+?^{}~.-][\w!#$%&'*+?^{}~.-]{0,99}@[\w-]+(?:\.[\w-]+)*`)

	// aside matches lines whose addresses are not those of recipients.
	aside = regexp.MustCompile(`(?i)message-?id|^\s*id\b|contact|questions?|assistance|help|please (?:send|write|mail|e-?mail|contact|forward|reply)|abuse|support|^[\s>]*(?:from|sender|reply-to|发件人)\s*[:：]|mail from|sent by`)

	// trigger matches the line above the addresses that were not reached.
	trigger = regexp.MustCompile(`(?i)(?:following|these|below|listed)\b.{0,60}\b(?:recipients?|address(?:es)?|users?|mailbox(?:es)?|people|persons?|accounts?|destinations?)\b|` +
		`(?:deliver|sent|send|reach|transmit|transfer|forward)\w*\b.{0,80}\b(?:to|recipients?|address(?:es)?|destinations?)(?:\(s\))?\s*[:：]?\s*$|` +
		`\b(?:recipients?|address(?:es)?)(?:\(s\))?.{0,20}[:：]\s*$|delivre a\s*$|destinataires?.{0,40}[:：]?\s*$|destinatarios?.{0,40}[:：]\s*$|empfänger.{0,60}[:：]\s*$|` +
		`(?:收件人|收信人|地址|邮箱|用户|以下|下列|受信者|宛先|수신).{0,40}[:：]\s*$|^\s*(?:收件人|收信人|收件地址|退信邮箱|失败收件人)\s*$`)

	// sectionEnd matches the line below them.
	sectionEnd = regexp.MustCompile(`(?i)^[\s>]*(?:[-=*_]{3,}|because\b|reason\b|transcript|technical details|diagnostic|原因|the (?:error|reason))`)

	// serverLocal matches the names under which mail servers write.
	serverLocal = regexp.MustCompile(`(?i)^(?:mailer-?daemon|mail-?daemon|postmaster|mdaemon)(?:[-+_.].*)?$`)

	expanded = regexp.MustCompile(`(?i)\(expanded from:? <?([^\s@<>()]{1,100}@[\w.-]+?)>?\)`)
)

// maxTriggered is how many lines below a trigger may hold addresses.
const maxTriggered = 25

// triggered gives the addresses in a report that stand below a line that announces them.
func triggered(report string) []string {
	var lead, any []string
	left, blanks := 0, 0
	for l := range strings.Lines(report) {
		if len(l) > 2000 {
			continue
		}
		if trigger.MatchString(strings.TrimRight(l, " \n-*=")) {
			left, blanks = maxTriggered, 0
			if at := strings.LastIndexAny(l, ":："); at < 0 || !strings.Contains(l[at:], "@") {
				continue
			}
		}
		if left == 0 {
			continue
		}
		left--
		switch {
		case strings.TrimSpace(l) == "":
			if blanks++; blanks > 2 || len(lead)+len(any) > 0 && blanks > 1 {
				left = 0
			}
		case sectionEnd.MatchString(l):
			left = 0
		case !strings.Contains(l, "@") || aside.MatchString(l):
		default:
			blanks = 0
			if f := leadAddress.FindStringSubmatch(l); f != nil {
				lead = append(lead, f[1])
			} else {
				any = append(any, anyAddress.FindAllString(l, 10)...)
			}
			if f := expanded.FindStringSubmatch(l); f != nil {
				lead = append(lead, f[1])
			}
		}
	}
	if len(lead) > 0 {
		return lead
	}
	return any
}

// bounceAddresses finds the addresses that a report in free form says were not reached: those below a line that
// announces them, else those that stand first on a line, else those behind a word such as "to", else any; never our
// own, nor the server's.
func (m *Mail) bounceAddresses(report, copied string, r reportParts) []string {
	own := map[string]bool{}
	for _, list := range [][]Address{m.To, m.From, m.Cc, m.Sender, m.ReplyTo} {
		for _, a := range list {
			own[strings.ToLower(a.Address)] = true
		}
	}
	original := r.original
	if len(original) == 0 && copied != "" {
		original = readHeader(skipBlank([]byte(strings.TrimLeft(copied, "\n "))), maxReport, never, func(string) bool { return true }).header
	}
	from, _ := addressList(original.rawAll("From"))
	for _, a := range from {
		own[strings.ToLower(a.Address)] = true
	}
	foreign := func(list []string) (out []string) {
		for _, a := range list {
			a = strings.Trim(a, " .,:;<>\"'")
			local, domain, ok := strings.Cut(a, "@")
			if ok && domain != "" && !own[strings.ToLower(a)] && !serverLocal.MatchString(local) {
				out = append(out, a)
			}
		}
		return out
	}
	announced := triggered(report)
	if list := foreign(announced); len(list) > 0 {
		return list
	}
	var lead, named, any []string
	for l := range strings.Lines(report) {
		if !strings.Contains(l, "@") || len(l) > 2000 || aside.MatchString(l) {
			continue
		}
		if f := leadAddress.FindStringSubmatch(l); f != nil {
			lead = append(lead, f[1])
			continue
		}
		for _, f := range labelled.FindAllStringSubmatch(l, 10) {
			named = append(named, f[1])
		}
		any = append(any, anyAddress.FindAllString(l, 10)...)
	}
	if list := foreign(lead); len(list) > 0 {
		return list
	}
	if len(announced) > 0 {
		return announced // somebody wrote to himself
	}
	to, _ := addressList(original.rawAll("To"))
	for _, list := range [][]string{named, any, addresses(to)} {
		if list = foreign(list); len(list) > 0 {
			return list
		}
	}
	return nil
}
