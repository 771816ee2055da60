package mime

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// TestHostile reads the mails that try to cost much and looks at what came out: bounded, whole, printable.
func TestHostile(t *testing.T) {
	t.Parallel()
	limits := Limits{Size: 4 << 20, Header: 64 << 10, Parts: 100, Depth: 10, Text: 100 << 10, HTML: 200 << 10, Unpacked: 1 << 20}
	for name, build := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, size := range []int{3 << 10, 100 << 10} {
				checkMail(t, Read(build(size), limits), limits)
			}
		})
	}
}

// checkMail says what no mail may be like, whatever it was read from.
func checkMail(t *testing.T, m Mail, l Limits) {
	t.Helper()
	l = l.orDefault()
	for name, s := range map[string]string{
		"subject": m.Subject, "text": m.Text, "reply": m.Reply, "html": m.HTML, "message id": m.MessageID, "in reply to": m.InReplyTo,
		"list": m.List, "return path": m.ReturnPath, "precedence": m.Precedence,
	} {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
			t.Errorf("%s is no text: %.60q", name, s)
		}
	}
	if strings.ContainsAny(m.Subject+m.MessageID+m.InReplyTo+strings.Join(m.References, ""), "\r\n") {
		t.Errorf("a header field with a line break")
	}
	// Decoding may turn one byte into three, and quotation marks come on top.
	if len(m.Text) > 4*l.Text+8*l.HTML {
		t.Errorf("text of %d bytes, limit %d", len(m.Text), l.Text)
	}
	if len(m.Attachments) > l.Parts {
		t.Errorf("%d attachments, limit %d parts", len(m.Attachments), l.Parts)
	}
	for _, a := range m.Attachments {
		if a.Name == "" || strings.ContainsAny(a.Name, "/\\\x00\n") || len(a.Name) > maxFileName || !utf8.ValidString(a.Name) {
			t.Errorf("file name %q", a.Name)
		}
		if a.Size != len(a.Content) || len(a.SHA256) != 64 {
			t.Errorf("file %q: size %d of %d, hash %q", a.Name, a.Size, len(a.Content), a.SHA256)
		}
	}
	for _, p := range m.Problems {
		if p.Code == ProblemUnreadable {
			t.Errorf("the reader fell over")
		}
	}
	if m.Kind == "" || (m.Kind == Bounced) != (m.Bounce != nil) || m.Auto && !m.NoAnswer {
		t.Errorf("kind %q, bounce %v, auto %v, no answer %v", m.Kind, m.Bounce, m.Auto, m.NoAnswer)
	}
	mustJSON(t, m)
}

func TestOverTheLimitsIsReadAsFarAsTheyGo(t *testing.T) {
	t.Parallel()
	head := "From: li@example.com\nSubject: big\nMessage-ID: <1@example.com>\n"
	for _, c := range []struct {
		name    string
		raw     string
		limits  Limits
		problem string
		text    string // its start
		files   int
	}{
		{"a mail too large", head + "\n" + strings.Repeat("x", 1000), Limits{Size: 500}, ProblemTooLarge, "", 0},
		{"a header too large", head + "X: " + strings.Repeat("y", 1000) + "\n\nbody", Limits{Header: 200}, ProblemHeader, "body", 0},
		{"a text too long", head + "\n" + strings.Repeat("line\n", 200), Limits{Text: 100}, ProblemTextCut, "line\nline", 1},
		{"HTML too long", head + "Content-Type: text/html\n\n" + strings.Repeat("<p>a</p>\n", 200), Limits{HTML: 100}, ProblemHTMLCut, "a\n\na", 1},
		{"too many parts", head + "Content-Type: multipart/mixed; boundary=b\n" + strings.Repeat("\n--b\n\nx\n", 50), Limits{Parts: 10}, ProblemParts, "x\n\nx", 0},
		{
			"too deep", head + "Content-Type: multipart/mixed; boundary=b0\n\n--b0\n\ntop\n--b0\nContent-Type: multipart/mixed; boundary=b1\n\n--b1\n" +
				"Content-Type: multipart/mixed; boundary=b2\n\n--b2\n\ndeep\n--b2--\n--b1--\n--b0--\n",
			Limits{Depth: 2},
			ProblemDepth, "top", 1,
		},
	} {
		m := Read([]byte(c.raw), c.limits)
		if !hasProblem(m, c.problem) || m.Subject != "big" || m.MessageID != "1@example.com" {
			t.Errorf("%s: problems %v, subject %q, want %s and the head", c.name, m.Problems, m.Subject, c.problem)
		}
		if !strings.HasPrefix(m.Text, c.text) || len(m.Attachments) != c.files {
			t.Errorf("%s: text %.40q and %d files, want %q and %d", c.name, m.Text, len(m.Attachments), c.text, c.files)
		}
	}
}
