package email

import (
	"strings"
	"testing"
	"time"
)

func TestALetterQuotesWhatItAnswersAndEscapesIt(t *testing.T) {
	t.Parallel()
	l := letter{
		words: "您好，\n已安排工程师。", signature: "客服中心",
		quoted: &quoted{name: "张三\r\nBcc: x", at: time.Date(2026, 11, 24, 2, 0, 0, 0, time.UTC), text: "主轴 <b>不稳</b>\n第二行"},
	}
	want := "您好，\n已安排工程师。\n\n-- \n客服中心\n\n在 2026年11月24日 02:00 UTC，张三 Bcc: x 写道：\n> 主轴 <b>不稳</b>\n> 第二行\n"
	if got := l.text(); got != want {
		t.Errorf("text = %q, want %q", got, want)
	}
	h := l.html()
	if strings.Contains(h, "<b>不稳") {
		t.Error("the customer's words became markup")
	}
	if !strings.Contains(h, `<blockquote class="gmail_quote"`) {
		t.Error("the quote has no form that mail programs fold")
	}
	english := letter{words: "Hello", quoted: &quoted{name: "Ann", text: strings.Repeat("x", maxQuote+10)}}
	if got := english.text(); !strings.Contains(got, "Ann wrote:") || len(got) > maxQuote+200 {
		t.Errorf("English intro or bound missing: %d bytes", len(got))
	}
}

func TestALetterWithLooksKeepsThemAndWhatStandsBelow(t *testing.T) {
	t.Parallel()
	l := letter{words: "明天到", dressed: "<p>明天<b>到</b></p>", signature: "客服", quoted: &quoted{name: "张三", text: "<i>何时</i>"}}
	h := l.html()
	if !strings.Contains(h, "<p>明天<b>到</b></p><div style=\"color:#666\"><br>-- <br>客服</div>") || strings.Contains(h, "<i>何时") {
		t.Errorf("html: %s", h)
	}
	if !strings.HasPrefix(l.text(), "明天到\n\n-- \n客服") {
		t.Errorf("text: %q", l.text())
	}
}
