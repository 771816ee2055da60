package smtpout

import (
	"regexp"
	"strings"
)

var (
	// Microsoft 365 says "2.0.0 OK <id@host> [Hostname=…]", Exchange "2.6.0 <id@host> [InternalId=…] Queued mail for delivery".
	idInBrackets = regexp.MustCompile(`<([!-;=?-~]{1,200}@[!-;=?-~]{1,200})>`)
	// Amazon SES says "Ok 0100018f…-000000" and replaces the Message-ID by that id at a domain of its region.
	sesText = regexp.MustCompile(`^(?:2\.\d\.\d )?Ok ([0-9a-f][0-9a-f-]{30,120})$`)
	sesHost = regexp.MustCompile(`^email-smtp(?:-fips)?\.([a-z0-9-]{1,40})\.amazonaws\.com(?:\.cn)?$`)
)

// AssignedID reads from a server's last answer which Message-ID, without <>, it gave the mail; "" when the answer does not
// say. host is the server's name.
func AssignedID(host, answer string) string {
	if len(answer) > 4096 {
		return ""
	}
	if found := idInBrackets.FindStringSubmatch(answer); found != nil && strings.Count(found[1], "@") == 1 {
		return found[1]
	}
	region := sesHost.FindStringSubmatch(strings.ToLower(host))
	id := sesText.FindStringSubmatch(strings.TrimSpace(answer))
	if region == nil || id == nil {
		return ""
	}
	if region[1] == "us-east-1" {
		return id[1] + "@email.amazonses.com"
	}
	return id[1] + "@" + region[1] + ".amazonses.com"
}
