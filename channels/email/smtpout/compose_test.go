package smtpout_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"frontline/channels/email/smtpout"
	"frontline/internal/fault"
)

var aDate = time.Date(2026, 7, 17, 10, 44, 25, 0, time.FixedZone("CST", 8*3600))

func reply() smtpout.Message {
	return smtpout.Message{
		From:    smtpout.Address{Name: "上海某某机床有限公司 客户服务中心（华东区）", Address: "kefu@example.test"},
		ReplyTo: smtpout.Address{Name: "售后, \"二部\"", Address: "kefu+42.token@example.test"},
		To:      []smtpout.Address{{Name: "Zhang Wei", Address: "zhang@customer.test"}, {Address: "li@例子.公司"}},
		Cc:      []smtpout.Address{{Name: `O'Brien \ "Bob"`, Address: "bob@customer.test"}},
		Subject: "Re: 主轴转速不稳，停机两天了，请尽快派工程师到现场处理（第三次反映）[#1042] spindle speed unstable",
		Date:    aDate, MessageID: "1042.77.k3x@example.test",
		InReplyTo: "b2@customer.test", References: []string{"a1@customer.test", "b2@customer.test"},
		Text: "您好：\n\n工程师明天上午到。\n-- \n客服\n",
		HTML: `<p>您好：</p><p>工程师明天上午到。<img src="cid:logo"></p>`,
		Inline: []smtpout.File{
			{Name: "标志.png", Type: "image/png", ID: "logo", Data: []byte("\x89PNG picture")},
		},
		Files: []smtpout.File{
			{Name: "主轴 检测报告（终版）.pdf", Type: "application/pdf", Data: bytes.Repeat([]byte{0, 1, 2, 0xff}, 1000)},
			{Name: "log.txt", Type: "text/plain; charset=gbk", Data: []byte("E17\n")},
		},
	}
}

func TestAReplyReadsBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	m := reply()
	raw, err := smtpout.Compose(m)
	if err != nil {
		t.Fatal(err)
	}
	got := parse(t, raw)
	for name, want := range map[string]string{
		"Subject": m.Subject, "Date": "Fri, 17 Jul 2026 10:44:25 +0800", "Message-Id": "<1042.77.k3x@example.test>",
		"In-Reply-To": "<b2@customer.test>", "References": "<a1@customer.test> <b2@customer.test>", "Mime-Version": "1.0",
		"User-Agent": "", "X-Mailer": "", "Auto-Submitted": "", "Bcc": "",
	} {
		if value := got.header(name); value != want {
			t.Errorf("%s is %q, want %q", name, value, want)
		}
	}
	for name, want := range map[string][]smtpout.Address{
		"From": {m.From}, "Reply-To": {m.ReplyTo}, "Cc": m.Cc, "To": {m.To[0], {Address: "li@xn--fsqu00a.xn--55qx5d"}},
	} {
		list, err := got.AddressList(name)
		if err != nil || len(list) != len(want) {
			t.Errorf("%s is %v, %v", name, list, err)
			continue
		}
		for i, a := range list {
			if a.Name != want[i].Name || a.Address != want[i].Address {
				t.Errorf("%s %d is %+v, want %+v", name, i, a, want[i])
			}
		}
	}
	want := []part{
		{"text/plain", "", "", strings.ReplaceAll(m.Text, "\n", "\r\n")},
		{"text/html", "", "", m.HTML},
		{"image/png", "标志.png", "logo", string(m.Inline[0].Data)},
		{"application/pdf", "主轴 检测报告（终版）.pdf", "", string(m.Files[0].Data)},
		{"text/plain", "log.txt", "", string(m.Files[1].Data)},
	}
	if len(got.parts) != len(want) {
		t.Fatalf("%d parts: %+v", len(got.parts), got.parts)
	}
	for i := range want {
		if got.parts[i] != want[i] {
			t.Errorf("part %d is %+v, want %+v", i, got.parts[i], want[i])
		}
	}
	if t.Failed() {
		t.Logf("%s", raw)
	}
}

func TestALongThreadKeepsItsRootAndTheLastTwenty(t *testing.T) {
	t.Parallel()
	m := reply()
	m.References = nil
	for i := range 50 {
		m.References = append(m.References, fmt.Sprintf("m%d@customer.test", i), "not an id", "m3@customer.test")
	}
	m.InReplyTo = "m49@customer.test"
	raw, err := smtpout.Compose(m)
	if err != nil {
		t.Fatal(err)
	}
	want := "<m0@customer.test>"
	for i := 30; i < 50; i++ {
		want += fmt.Sprintf(" <m%d@customer.test>", i)
	}
	if got := parse(t, raw).header("References"); got != want {
		t.Errorf("References is %q, want %q", got, want)
	}

	m.InReplyTo, m.References = "一个 奇怪的 id", []string{strings.Repeat("x", 2000) + "@y"}
	raw, err = smtpout.Compose(m)
	if err != nil {
		t.Fatal(err)
	}
	if got := parse(t, raw); got.header("References") != "" || got.header("In-Reply-To") != "" {
		t.Errorf("a stranger's impossible ids went out: %v", got.Header)
	}
}

func TestAMachinesMailSaysSo(t *testing.T) {
	t.Parallel()
	m := reply()
	m.Auto, m.Unsubscribe = smtpout.Generated, "https://desk.example.test/u/abc?x=1"
	raw, err := smtpout.Compose(m)
	if err != nil {
		t.Fatal(err)
	}
	got := parse(t, raw)
	for name, want := range map[string]string{
		"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All",
		"List-Unsubscribe": "<https://desk.example.test/u/abc?x=1>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
	} {
		if value := got.header(name); value != want {
			t.Errorf("%s is %q, want %q", name, value, want)
		}
	}
}

func TestWhatNoHeaderCanCarryIsRefusedByName(t *testing.T) {
	t.Parallel()
	for want, spoil := range map[string]func(m *smtpout.Message){
		"subject control_character":  func(m *smtpout.Message) { m.Subject = "x\r\nBcc: everybody@example.test" },
		"subject too_long":           func(m *smtpout.Message) { m.Subject = strings.Repeat("长", 1000) },
		"from control_character":     func(m *smtpout.Message) { m.From.Name = "客服\n\nbody" },
		"from bad_address":           func(m *smtpout.Message) { m.From.Address = "a@b.c>,<d@e.f" },
		"from missing":               func(m *smtpout.Message) { m.From = smtpout.Address{Name: "x"} },
		"to.1 bad_address":           func(m *smtpout.Message) { m.To[1].Address = "两 个@b.c" },
		"to.0 name_too_long":         func(m *smtpout.Message) { m.To[0].Name = strings.Repeat("n", 300) },
		"cc.0 control_character":     func(m *smtpout.Message) { m.Cc[0].Name = "a\x00b" },
		"reply_to control_character": func(m *smtpout.Message) { m.ReplyTo.Name = "txt\u202egpj" },
		"message_id bad_id":          func(m *smtpout.Message) { m.MessageID = "a@b>\r\nX: y" },
		"inline.0.id bad_id":         func(m *smtpout.Message) { m.Inline[0].ID = "a>\r\nX: y" },
		"date missing":               func(m *smtpout.Message) { m.Date = time.Time{} },
		"auto unknown":               func(m *smtpout.Message) { m.Auto = "no\r\nX: y" },
		"unsubscribe bad_url":        func(m *smtpout.Message) { m.Unsubscribe = "http://desk.example.test" },
	} {
		m := reply()
		spoil(&m)
		raw, err := smtpout.Compose(m)
		var f *fault.Fault
		if !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Name+" "+f.Fields[0].Code != want {
			t.Errorf("Compose = %d bytes, %v, want %s", len(raw), err, want)
		}
	}
}

func TestFileNamesThatNoLineOrDiskCouldHold(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		strings.Repeat("很长的名字", 100) + ".docx": strings.Repeat("很长的名字", 100)[:234] + ".docx",
		"../../etc/passwd":   ".._.._etc_passwd",
		`C:\Users\张\a"b.txt`: "C__Users_张_a_b.txt",
		"a\r\nX-Evil: 1.txt": "a__X-Evil_ 1.txt",
		"":                   "file",
		"..":                 "file",
		"100%?*.csv":         "100%__.csv",
		"x'y(z);=,@&+$!.txt": "x'y(z);=,@&+$!.txt",
		"é'%(1).txt":         "é'%(1).txt",
		"=?UTF-8?B?eA==?=":   "=_UTF-8_B_eA==_=",
		"\xff.bin":           "_.bin",
		"txt\u202egpj.exe":   "txt_gpj.exe",
	} {
		m := reply()
		m.Inline, m.Files = nil, []smtpout.File{{Name: given, Type: "message/rfc822", Data: []byte("x")}}
		raw, err := smtpout.Compose(m)
		if err != nil {
			t.Errorf("%q: %v", given, err)
			continue
		}
		got := parse(t, raw).parts[2]
		if got.name != want || got.kind != "application/octet-stream" {
			t.Errorf("%q reads back as %q, %s, want %q", given, got.name, got.kind, want)
		}
	}
}

func FuzzCompose(f *testing.F) {
	f.Add("客服", "c@example.test", "Re: 停机", "b@x.test", "您好\n.\r\nFrom x", "<p>您好</p>", "报告.pdf", "image/png")
	f.Add("a\r\nb", "a@b>", "=?x?=", "<>", "\x00\x80", "", "..", "a/b; c")
	f.Add(strings.Repeat("长", 70), "a@例子.公司", strings.Repeat("x", 1500), "a@b", strings.Repeat("y", 3000), "<", strings.Repeat("z", 300), "")
	f.Fuzz(func(t *testing.T, name, address, subject, id, text, html, file, media string) {
		m := smtpout.Message{
			From: smtpout.Address{Name: name, Address: "kefu@example.test"}, To: []smtpout.Address{{Name: name, Address: address}},
			Subject: subject, Date: aDate, MessageID: "x@example.test", InReplyTo: id, References: []string{id, "r@example.test"},
			Text: text, HTML: html, Files: []smtpout.File{{Name: file, Type: media, Data: []byte(text)}},
		}
		raw, err := smtpout.Compose(m)
		if err != nil {
			if !errors.Is(err, fault.Invalid) {
				t.Fatalf("Compose = %v", err)
			}
			return
		}
		got := parse(t, raw)
		if s := got.header("Subject"); utf8.ValidString(subject) && s != strings.TrimSpace(subject) {
			t.Errorf("subject %q reads back as %q", subject, s)
		}
		to, err := got.AddressList("To")
		if err != nil || len(to) != 1 || (utf8.ValidString(name) && strings.TrimSpace(to[0].Name) != strings.TrimSpace(name)) {
			t.Errorf("name %q reads back as %v, %v", name, to, err)
		}
		if want := 2 + min(len(html), 1); len(got.parts) != want {
			t.Errorf("%d parts, want %d", len(got.parts), want)
		}
		for header := range got.Header {
			switch header {
			case "From", "To", "Subject", "Date", "Message-Id", "In-Reply-To", "References", "Mime-Version", "Content-Type":
			default:
				t.Errorf("header %s came from nowhere", header)
			}
		}
	})
}

// message is a mail as another program reads it.
type message struct {
	*mail.Message
	parts []part
}

type part struct{ kind, name, id, content string }

func (m message) AddressList(name string) ([]*mail.Address, error) { return m.Header.AddressList(name) }

func (m message) header(name string) string {
	value, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get(name))
	if err != nil {
		return err.Error()
	}
	return value
}

// parse reads a mail with the standard library and checks what every mail must be.
func parse(t *testing.T, raw []byte) message {
	t.Helper()
	for i, line := range bytes.SplitAfter(raw, []byte("\r\n")) {
		if len(line) > 1000 || bytes.ContainsAny(bytes.TrimSuffix(line, []byte("\r\n")), "\r\n\x00") ||
			bytes.ContainsFunc(line, func(r rune) bool { return r >= 0x80 }) {
			t.Errorf("line %d is not fit to send: %q", i, line)
		}
	}
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		t.Fatalf("cannot be read: %v\n%s", err, raw)
	}
	for name, values := range m.Header {
		if len(values) != 1 {
			t.Errorf("%d headers %s", len(values), name)
		}
	}
	got := message{Message: m}
	var walk func(kind, disposition, encoding, id string, body io.Reader)
	walk = func(kind, disposition, encoding, id string, body io.Reader) {
		media, params, err := mime.ParseMediaType(kind)
		if err != nil {
			t.Fatalf("Content-Type %q: %v", kind, err)
		}
		if strings.HasPrefix(media, "multipart/") {
			for parts := multipart.NewReader(body, params["boundary"]); ; {
				p, err := parts.NextRawPart()
				if errors.Is(err, io.EOF) {
					return
				}
				if err != nil {
					t.Fatalf("part: %v\n%s", err, raw)
				}
				h := p.Header
				walk(h.Get("Content-Type"), h.Get("Content-Disposition"), h.Get("Content-Transfer-Encoding"), h.Get("Content-Id"), p)
			}
		}
		name := ""
		if disposition != "" {
			_, params, err := mime.ParseMediaType(disposition)
			if err != nil {
				t.Fatalf("Content-Disposition %q: %v", disposition, err)
			}
			name = params["filename"]
		}
		switch encoding {
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		}
		content, err := io.ReadAll(body)
		if err != nil {
			t.Fatalf("body of %s: %v", media, err)
		}
		got.parts = append(got.parts, part{media, name, strings.Trim(id, "<>"), string(content)})
	}
	walk(m.Header.Get("Content-Type"), "", m.Header.Get("Content-Transfer-Encoding"), "", m.Body)
	return got
}
