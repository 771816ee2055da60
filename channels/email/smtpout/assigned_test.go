package smtpout_test

import (
	"strings"
	"testing"

	"frontline/channels/email/smtpout"
)

// What providers say after the last dot, and the Message-ID that the mail then has.
var answers = []struct{ host, answer, want string }{
	{"smtp.office365.com", "2.0.0 OK <SN6PR01MB4957@SN6PR01MB4957.prod.exchangelabs.com> [Hostname=SN6PR01MB4957.prod.exchangelabs.com]", "SN6PR01MB4957@SN6PR01MB4957.prod.exchangelabs.com"},
	{"mail.corp.example", "2.6.0 <d41d8cd9@corp.example> [InternalId=1234567, Hostname=EX1.corp.example] Queued mail for delivery", "d41d8cd9@corp.example"},
	{"email-smtp.us-east-1.amazonaws.com", "Ok 0100018f5a1b2c3d-7e8f9a0b-1c2d-3e4f-5a6b-7c8d9e0f1a2b-000000", "0100018f5a1b2c3d-7e8f9a0b-1c2d-3e4f-5a6b-7c8d9e0f1a2b-000000@email.amazonses.com"},
	{"email-smtp.eu-west-1.amazonaws.com", "Ok 0102018f5a1b2c3d-7e8f9a0b-1c2d-3e4f-5a6b-7c8d9e0f1a2b-000000", "0102018f5a1b2c3d-7e8f9a0b-1c2d-3e4f-5a6b-7c8d9e0f1a2b-000000@eu-west-1.amazonses.com"},
	{"smtp.example.test", "Ok 0102018f5a1b2c3d-7e8f9a0b-1c2d-3e4f-5a6b-7c8d9e0f1a2b-000000", ""},
	{"smtp.qq.com", "OK: queued as.", ""},
	{"smtp.163.com", "Mail OK queued as gzsmtp1,PSgvCgD3f2Yx,1 1721184265", ""},
	{"smtp.qiye.aliyun.com", "Data Ok: queued as freedom ### envid=148316944", ""},
	{"smtp.gmail.com", "2.0.0 OK  1721184265 d2e1a72fcca58-70b7ec7d2b4sm1234567b3a.12 - gsmtp", ""},
	{"mx.example.test", "2.0.0 Ok: queued as 4WQx2k5Y0Rz1q", ""},
	{"mx.example.test", "queued <<a@b>@c>", "a@b"},
	{"mx.example.test", "<a b@c> <@> <x@> <@y>", ""},
}

func TestTheMessageIDThatAProviderGave(t *testing.T) {
	t.Parallel()
	for _, a := range answers {
		if got := smtpout.AssignedID(a.host, a.answer); got != a.want {
			t.Errorf("AssignedID(%s, %q) = %q, want %q", a.host, a.answer, got, a.want)
		}
	}
}

func FuzzAssignedID(f *testing.F) {
	for _, a := range answers {
		f.Add(a.host, a.answer)
	}
	f.Fuzz(func(t *testing.T, host, answer string) {
		id := smtpout.AssignedID(host, answer)
		if id == "" {
			return
		}
		if len(id) > 450 || strings.Count(id, "@") != 1 || strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' || r == '>' }) {
			t.Errorf("AssignedID(%q, %q) = %q, which is no Message-ID", host, answer, id)
		}
	})
}
