package email

import (
	"path/filepath"
	"strings"
	"testing"

	"frontline/internal/secret"
)

func newNames(t testing.TB) names {
	t.Helper()
	key, err := secret.Load(filepath.Join(t.TempDir(), "key"))
	if err != nil {
		t.Fatal(err)
	}
	return names{key}
}

func TestOurNamesAreReadBackAndOthersAreNot(t *testing.T) {
	t.Parallel()
	ours, theirs := newNames(t), newNames(t)

	id := ours.messageID(42, 7, "example.cn")
	if ticket, message, ok := ours.readMessageID(id); !ok || ticket != 42 || message != 7 {
		t.Errorf("readMessageID(%q) = %d, %d, %v; want 42, 7, true", id, ticket, message, ok)
	}
	address := ours.replyTo("kefu@example.cn", 42)
	if ticket, ok := ours.readToken(strings.ToUpper(address)); !ok || ticket != 42 {
		t.Errorf("readToken(%q) = %d, %v; want 42, true, in any case of letters", address, ticket, ok)
	}
	if got := withoutToken(address); got != "kefu@example.cn" {
		t.Errorf("withoutToken(%q) = %q", address, got)
	}
	subject := "主轴 " + ours.subjectTag("100042") + " 还是不稳"
	if got := ours.readSubject(subject); got != "100042" {
		t.Errorf("readSubject(%q) = %q, want 100042", subject, got)
	}

	for _, forged := range []string{
		strings.Replace(id, "fl.42.", "fl.43.", 1), strings.Replace(id, ".7.", ".8.", 1), "fl.42.7.aaaaaaaa.aaaaaaaaaaaaaaaa@example.cn", "x@y", "",
	} {
		if _, _, ok := ours.readMessageID(forged); ok {
			t.Errorf("readMessageID(%q) is taken for ours", forged)
		}
	}
	if _, _, ok := theirs.readMessageID(id); ok {
		t.Error("a Message-ID made with another key is taken for ours")
	}
	if _, ok := ours.readToken(strings.Replace(address, "+t42.", "+t41.", 1)); ok {
		t.Error("a token moved to another ticket is taken for ours")
	}
	if got := ours.readSubject("[#100043-" + ours.checksum("100042") + "]"); got != "" {
		t.Errorf("a checksum moved to another number gives %q", got)
	}
}

func TestTheSubjectOfAnAnswerDoesNotGrow(t *testing.T) {
	t.Parallel()
	n := newNames(t)
	tag := n.subjectTag("100042")
	for in, want := range map[string]string{
		"主轴转速不稳":                      "Re: 主轴转速不稳 " + tag,
		"Re: 主轴转速不稳 " + tag:           "Re: 主轴转速不稳 " + tag,
		"回复：RE: Re[2]: 主轴转速不稳 " + tag: "Re: 主轴转速不稳 " + tag,
		"": "Re: " + tag,
	} {
		if got := n.subject(in, "100042", true, false); got != want {
			t.Errorf("subject of an answer to (%q) = %q, want %q", in, got, want)
		}
	}
	if got := n.subject("x", "100042", false, false); got != "Re: x" {
		t.Errorf("without a tag: %q", got)
	}
}
