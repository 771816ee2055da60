package mime

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// historyMarks are ids and classes (lower case) of elements in which mail programs put the quoted history.
var historyMarks = []struct {
	id, class string // a prefix of the id, a word of the class
}{
	{class: "gmail_quote"},
	{class: "gmail_quote_container"},
	{class: "gmail_extra"}, // Gmail
	{class: "yahoo_quoted"},
	{id: "yahoo_quoted"},
	{class: "yahooquoted"},
	{class: "moz-cite-prefix"}, // Thunderbird
	{class: "protonmail_quote"},
	{class: "tutanota_quote"},
	{class: "zmail_extra"},
	{class: "zohomail_quote"},
	{id: "divrplyfwdmsg"},
	{id: "appendonsend"}, // Outlook on the web and on phones
	{id: "mail-editor-reference-message-container"},
	{id: "reply-intro"}, // Outlook for Mac and new Outlook
	{id: "olk_src_body_section"},
	{class: "outlookmessageheader"},
	{id: "isreplycontent"},
	{class: "ntes-mailmaster-quote"},
	{id: "isforwardcontent"}, // NetEase
	{class: "qmquote"},
	{class: "xm_mail_quote"}, // Tencent
	{class: "wps_quotion"},
	{class: "lark-mail-quote"},
	{class: "history-quote-wrapper"},
	{class: "adm-quote"}, // WPS, Feishu
	{class: "alimail-quote"},
	{class: "__aliyun_previous_body"},
	{class: "front-blockquote"},
	{class: "freshdesk_quote"},
	{class: "zd-comment-quote"},
	{class: "helpscout-quote"},
	{class: "cloudmagic-smart-beta"},
	{class: "edo-reply-quote"},
	{class: "mailbox_quote"},
	{class: "aolreplywithquote"},
	{class: "ecxgmail_quote"},
	{class: "ecxmoz-cite-prefix"},
	{id: "stopspelling"},
	{id: "ecxstopspelling"},
	{class: "mail-quote"},
	{class: "quotedmessage"},
	{id: "quotedmessage"},
	{class: "mailruquote"},
	{class: "bloop_original_html"},
}

// historyMark says what an element tells about what follows.
func historyMark(a attributes, tag atom.Atom) mark {
	if a.id != "" || a.class != "" {
		for _, m := range historyMarks {
			if m.id != "" && strings.HasPrefix(trimPrefixes(a.id), m.id) || m.class != "" && hasWord(a.class, m.class) {
				if m.class == "moz-cite-prefix" || m.class == "gmail_extra" {
					return markHeader // not history itself: a head, or a box that may also hold a signature
				}
				return markHistory
			}
		}
	}
	// Outlook and Windows Mail draw a line above the head of the history.
	if tag == atom.Div && (strings.Contains(a.style, "border-top:solid") || strings.Contains(a.style, "border-top:1pxsolid") ||
		strings.Contains(a.style, "border-top-color:") || strings.Contains(a.style, "border-width:1ptnonenone")) {
		return markHeader
	}
	return markNone
}

// trimPrefixes takes off what mail programs put before ids of foreign HTML.
func trimPrefixes(id string) string {
	return strings.TrimPrefix(strings.TrimPrefix(id, "x_"), "ecx")
}

// hasWord says whether a class attribute holds a class, also as webmail renames it.
func hasWord(class, word string) bool {
	for c := range strings.FieldsSeq(class) {
		for strings.HasPrefix(c, "x_") {
			c = c[2:]
		}
		if c == word {
			return true
		}
	}
	return false
}

// isCitation tells a quotation from a mere indentation, for which some programs use blockquote too.
func isCitation(a attributes) bool {
	return a.typ == "cite" || strings.Contains(a.class, "quote") || strings.Contains(a.id, "isreplycontent") ||
		strings.Contains(a.style, "border-left") || strings.Contains(a.style, "border-right")
}

// isSignature says whether an element holds the sender's signature.
func isSignature(a attributes) bool {
	switch {
	case a.smart != "":
		return true
	case a.class == "" && a.id == "":
		return false
	}
	for _, c := range []string{
		"gmail_signature", "moz-signature", "protonmail_signature_block", "ms-outlook-mobile-signature", "zoho-signature",
		"wps_signature", "netease-signature", "alimail-signature", "lark-mail-signature", "mailmaster-signature",
		"gmail_signature_prefix",
	} {
		if hasWord(a.class, c) {
			return true
		}
	}
	switch trimPrefixes(a.id) {
	case "signature", "ms-outlook-mobile-signature", "_flashsignature", "ntes-pcmac-signature", "divneteasemailcard", "fmsigseperator",
		"ntes-signature", "mail-signature", "spicymailsignature", "__alimail_signature":
		return true
	}
	return false
}
