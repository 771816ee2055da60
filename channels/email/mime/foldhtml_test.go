package mime

import (
	"strings"
	"testing"
)

func TestQuotedHistoryIsFolded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, words, source, want string }{
		{
			"Gmail", "Yes.", `<div>Yes.</div><div class="gmail_quote"><div class="gmail_attr">Li wrote:</div><blockquote class="gmail_quote">And <div>now</div>?</blockquote></div><p></p>`,
			`<div>Yes.</div><details><summary>···</summary><div><div>Li wrote:</div><blockquote>And <div>now</div>?</blockquote></div></details><p></p>`,
		},
		{
			"Outlook on the web", "Yes.", `<div>Yes.</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Li</div><div>And now?</div>`,
			`<div>Yes.</div><details><summary>···</summary><div></div><hr><div><b>From:</b> Li</div><div>And now?</div>`,
		},
		{
			"Outlook", "Ja.", `<p class=MsoNormal>Ja.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><p><b>Von:</b> Li</p></div><p>Und nun?</p>`,
			`<p style="margin:0;">Ja.</p><details><summary>···</summary><div><p><b>Von:</b> Li</p></div><p>Und nun?</p>`,
		},
		{
			"Apple Mail and Thunderbird", "Yes.", `Yes.<div>Li wrote:</div><blockquote type="cite">And now?</blockquote>Sent from my phone`,
			`Yes.<div>Li wrote:</div><details><summary>···</summary><blockquote type="cite">And now?</blockquote></details>Sent from my phone`,
		},
	} {
		got := SafeHTML(c.source, HTMLOptions{New: c.words})
		got = strings.ReplaceAll(got, ` style="border:none;border-top:solid #E1E1E1 1.0pt;"`, "")
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestNothingNewIsFolded(t *testing.T) {
	t.Parallel()
	quote := `<blockquote type="cite">And now?</blockquote>`
	for name, c := range map[string]struct{ words, source string }{
		"no quotation is known of":       {"", `<p>Yes.</p>` + quote},
		"answered below":                 {"Yes.", quote + `<p>Yes.</p>`},
		"answered between the lines":     {"Hello\nYes.", `<p>Hello</p><div class="gmail_quote">` + quote + `<p>Yes.</p></div>`},
		"a newsletter with a ruled line": {"News", `<p>News</p><div style="border-top:solid 1px"><p>More: below</p></div>`},
		"a fold of the mail's own":       {"Yes.", `<p>Yes.</p><details><summary>x</summary>y</details>`},
	} {
		if got := SafeHTML(c.source, HTMLOptions{New: c.words}); strings.Contains(got, "<details") {
			t.Errorf("%s: %s", name, got)
		}
	}
}
