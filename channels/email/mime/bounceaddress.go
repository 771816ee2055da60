package mime

import (
	"regexp"
	"strings"
)

var (
	// namedAddress is an address that the report puts first on its line, or behind a word that says what it is.
	leadAddress = regexp.MustCompile(`^[\s>*|•\-–"'\[(]*<?([^\s@<>()\[\]"'：,，;；]{1,100}@[\w.-]+\.?[\w-]*)>?["'\])]*\s*(?:[:：,;.(]|\.\.\.|$|\s-|\s{2,}|\s*<)`)
	labelled    = regexp.MustCompile(`(?i)(?:rcpt to|recipients?|final-recipient|original-recipient|to|address(?:es)?|user|mailbox|e-?mail|account|for|收件人|收信人|地址|邮箱|用户|发往|宛先)\s*(?:is|was)?\s*[:：=]?\s*(?:rfc822;)?\s*["'(\[]?<?([^\s@<>()\[\]"'：:,，;；]{1,100}@[\w.-]+)`)
	anyAddress  = regexp.MustCompile(`[^\s@<>()\[\]"'：:,，;；/=|]{1,100}@[\w-]+(?:\.[\w-]+)*`)
	notAddress  = regexp.MustCompile(`(?i)message-?id|^\s*id\b|contact|questions?|assistance|help|please (?:send|write|mail|e-?mail|contact|forward)|abuse|support|^\s*(?:from|sender|reply-to|发件人)\s*[:：]|mail from`)
)

// bounceAddresses finds the addresses that a report in free form says were not reached: those that stand first on a
// line, else those behind a word such as "to", else any; never our own, nor the server's.
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
	to, _ := addressList(original.rawAll("To"))
	var first, named, any []string
	take := func(into *[]string, a string) {
		a = strings.Trim(a, " .,:;<>\"'")
		local, domain, ok := strings.Cut(a, "@")
		if !ok || own[strings.ToLower(a)] || daemonLocal.MatchString(strings.ToLower(local)) || domain == "" {
			return
		}
		*into = append(*into, a)
	}
	for l := range strings.Lines(report) {
		if !strings.Contains(l, "@") || len(l) > 2000 || notAddress.MatchString(l) {
			continue
		}
		if f := leadAddress.FindStringSubmatch(l); f != nil {
			take(&first, f[1])
			continue
		}
		for _, f := range labelled.FindAllStringSubmatch(l, 10) {
			take(&named, f[1])
		}
		for _, a := range anyAddress.FindAllString(l, 10) {
			take(&any, a)
		}
	}
	for _, list := range [][]string{first, named, any} {
		if len(list) > 0 {
			return list
		}
	}
	for _, a := range to {
		take(&any, a.Address)
	}
	return any
}
