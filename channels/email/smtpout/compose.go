package smtpout

import (
	"bytes"
	"mime"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/wneessen/go-mail"

	"frontline/internal/fault"
)

// Message is a mail to compose. Bcc is not here: those recipients are in the Envelope only.
type Message struct {
	From    Address
	ReplyTo Address // where answers go when not to From; optional
	To, Cc  []Address
	Subject string
	Date    time.Time

	MessageID  string   // without <>
	InReplyTo  string   // the message answered, without <>; optional
	References []string // the thread, oldest first, without <>; see Compose

	Text   string // what programs without HTML show, and what is searched
	HTML   string // optional
	Inline []File // pictures that HTML shows by src="cid:…"
	Files  []File // attachments

	Auto Auto
	// Unsubscribe is an https address for bulk and survey mail that takes people off the list by one POST (RFC 8058).
	Unsubscribe string
}

// Address is a mailbox with the name to show.
type Address struct{ Name, Address string }

// File is an attachment or an inline picture.
type File struct {
	Name string
	Type string // media type; application/octet-stream when it is none
	ID   string // Content-ID of an inline picture, without <>
	Data []byte
}

// Auto says that a machine wrote the mail, so that other machines do not answer it (RFC 3834).
type Auto string

// The kinds of mail.
const (
	ByHand    Auto = ""
	Replied   Auto = "auto-replied"   // answers a message: an acknowledgement
	Generated Auto = "auto-generated" // answers none: a notice, a survey
)

// Limits of what a header can hold, in bytes.
const (
	maxSubject = 2000
	maxName    = 200
	maxFile    = 240 // of a file name: percent-encoded, on one line below 998
)

// Compose makes the bytes of a mail: 7 bit, with CR LF. They are made once and kept, so that every try sends the same. Of a
// long thread the first and the last 20 references are kept, which is what threading needs. A Message-ID from a stranger
// that no header can carry is left out; anything else that cannot be carried, control characters above all, is a
// *fault.Fault that names the field.
func Compose(m Message) ([]byte, error) {
	head, err := headers(m)
	if err != nil {
		return nil, err
	}
	msg := mail.NewMsg(mail.WithNoDefaultUserAgent())
	msg.SetDateWithValue(m.Date)
	msg.SetMessageIDWithValue(m.MessageID)
	for name, value := range head {
		// The library folds by spaces and would part encoded words or write lines without an end; ours are folded already.
		msg.SetGenHeaderPreformatted(mail.Header(name), value)
	}
	msg.SetBodyString(mail.TypeTextPlain, lines(m.Text), encodingFor(m.Text))
	if m.HTML != "" {
		msg.AddAlternativeString(mail.TypeTextHTML, lines(m.HTML), encodingFor(m.HTML))
	}
	for i, f := range m.Inline {
		field := "inline." + strconv.Itoa(i)
		if !isMessageID(f.ID) && !isToken(f.ID) {
			return nil, fault.BadField(field+".id", "bad_id")
		}
		if err := msg.EmbedReader(f.Name, bytes.NewReader(f.Data), described(f, "inline")); err != nil {
			return nil, err
		}
	}
	for _, f := range m.Files {
		if err := msg.AttachReader(f.Name, bytes.NewReader(f.Data), described(f, "attachment")); err != nil {
			return nil, err
		}
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return nil, err
	}
	return raw.Bytes(), nil
}

// headers gives the header fields, encoded and folded.
func headers(m Message) (map[string]string, error) {
	head := map[string]string{}
	var err error
	list := func(name, field string, addresses ...Address) {
		var values []string
		for i, a := range addresses {
			at := field
			if len(addresses) > 1 || field == "to" || field == "cc" {
				at += "." + strconv.Itoa(i)
			}
			value, bad := a.header(at)
			if bad != nil && err == nil {
				err = bad
			}
			values = append(values, value)
		}
		if len(values) > 0 {
			head[name] = strings.Join(values, ",\r\n ")
		}
	}
	list("From", "from", m.From)
	list("To", "to", m.To...)
	list("Cc", "cc", m.Cc...)
	if m.ReplyTo != (Address{}) {
		list("Reply-To", "reply_to", m.ReplyTo)
	}
	switch {
	case err != nil:
		return nil, err
	case hasControl(m.Subject):
		return nil, fault.BadField("subject", "control_character")
	case len(m.Subject) > maxSubject:
		return nil, fault.BadField("subject", "too_long", "max", maxSubject)
	case !isMessageID(m.MessageID):
		return nil, fault.BadField("message_id", "bad_id")
	case m.Date.IsZero():
		return nil, fault.BadField("date", "missing")
	}
	head["Subject"] = text(strings.TrimSpace(m.Subject))
	if isMessageID(m.InReplyTo) {
		head["In-Reply-To"] = "<" + m.InReplyTo + ">"
	}
	if refs := thread(m.References, m.InReplyTo); len(refs) > 0 {
		head["References"] = "<" + strings.Join(refs, ">\r\n <") + ">"
	}
	if m.Auto != ByHand {
		if m.Auto != Replied && m.Auto != Generated {
			return nil, fault.BadField("auto", "unknown")
		}
		head["Auto-Submitted"] = string(m.Auto)
		head["X-Auto-Response-Suppress"] = "All" // what Exchange heeds instead
	}
	if m.Unsubscribe != "" {
		u, err := url.Parse(m.Unsubscribe)
		if err != nil || u.Scheme != "https" || u.Host == "" || len(u.String()) > 900 || !isASCII(u.String()) || strings.ContainsAny(u.String(), "<> ") {
			return nil, fault.BadField("unsubscribe", "bad_url")
		}
		head["List-Unsubscribe"] = "<" + u.String() + ">"
		head["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
	}
	return head, nil
}

// thread is the References header: the first and the last 20 of the thread, the message answered at the end, each once.
func thread(references []string, answered string) []string {
	const last = 20
	var refs []string
	seen := map[string]bool{}
	for _, id := range append(append([]string{}, references...), answered) {
		if isMessageID(id) && !seen[id] && id != answered {
			seen[id] = true
			refs = append(refs, id)
		}
	}
	if isMessageID(answered) {
		refs = append(refs, answered)
	}
	if len(refs) > last+1 {
		refs = append(refs[:1:1], refs[len(refs)-last:]...)
	}
	return refs
}

// described sets the headers of a file. The name goes out twice: in the way of RFC 2231, and in that of older programs.
func described(f File, disposition string) mail.FileOption {
	name := fileName(f.Name)
	media := "application/octet-stream"
	if t, _, err := mime.ParseMediaType(f.Type); err == nil && strings.Count(t, "/") == 1 && len(t) < 128 &&
		!strings.HasPrefix(t, "multipart/") && !strings.HasPrefix(t, "message/") { // those may not be in base64
		media = t
	}
	return func(file *mail.File) {
		file.Header.Set("Content-Type", media+";\r\n name=\""+older(name)+"\"")
		file.Header.Set("Content-Disposition", disposition+";\r\n "+modern(name))
		if disposition == "inline" {
			file.Header.Set("Content-ID", "<"+f.ID+">")
		}
	}
}

// fileName makes a name that any system can save: no folders, no control characters, not longer than a line can carry.
func fileName(name string) string {
	name = strings.ToValidUTF8(name, "_")
	name = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\"<>:|?*`, r) || isControl(r) {
			return '_'
		}
		return r
	}, strings.TrimSpace(name))
	if name == "" || strings.Trim(name, ".") == "" {
		return "file"
	}
	if len(name) <= maxFile {
		return name
	}
	end := filepath.Ext(name)
	if len(end) > 16 {
		end = ""
	}
	stem := name[:maxFile-len(end)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return stem + end
}

// lines ends every line by CR LF, and takes out NUL, which a text cannot have.
func lines(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(strings.ToValidUTF8(s, "�"))
	return strings.ReplaceAll(s, "\n", "\r\n")
}

// encodingFor is quoted-printable, which people can read, unless most of the text would be escapes, as with Chinese.
func encodingFor(s string) mail.PartOption {
	ascii := 0
	for i := range len(s) {
		if s[i] < 0x80 {
			ascii++
		}
	}
	if ascii*4 < len(s)*3 {
		return mail.WithPartEncoding(mail.EncodingB64)
	}
	return mail.WithPartEncoding(mail.EncodingQP)
}
