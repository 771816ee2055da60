package mime

import (
	"regexp"
	"strings"
)

// Robot says whether the part of an address before "@" is one that programs send under and nobody reads.
func Robot(local string) bool {
	local = strings.ToLower(local)
	return noReplyLocal.MatchString(local) || daemonLocal.MatchString(local) || webLocal.MatchString(local)
}

// webLocal matches the names under which web servers and their forms send.
var webLocal = regexp.MustCompile(`^(?:www(?:-data)?|apache2?|httpd|nginx|webserver|webmaster|wordpress|wp|drupal|joomla|typo3|php|(?:web|contact|mail|email|kontakt)?-?_?forms?|(?:contact|kontakt)formular|formmail|form-?data|notifications?|notify|alerts?)(?:[-+_.].*)?$`)

// Form says whether the mail says itself that it was made of a form that somebody filled in.
func (m *Mail) Form() bool {
	for _, name := range []string{"X-WPCF7-Content-Type", "X-Form-Id", "X-Form-Name", "X-Form-Submission", "X-Contact-Form", "X-Webform"} {
		if m.Header.Has(name) {
			return true
		}
	}
	return false
}
