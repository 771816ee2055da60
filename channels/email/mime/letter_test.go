package mime

import (
	"strings"
	"testing"
	"time"
)

func TestALetterKeepsItsLooksAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, x := range []struct{ name, html, safe, text string }{
		{"looks", "<p>您好，<b>明天</b>到</p><ul><li>一</li><li>二</li></ul>", "<p>您好，<b>明天</b>到</p><ul><li>一</li><li>二</li></ul>", "您好，明天到"},
		{"a script", "<p>a</p><script>alert(1)</script><img src=x onerror=alert(1)>", "<p>a</p>", "a"},
		{"a form", `<form action="https://evil.test"><input name=p><b>b</b></form>`, "<b>b</b>", "b"},
		{"closes more than it opened", "</div></body></html><p>c", "<p>c</p>", "c"},
		{"closes in the wrong order", "<b><i>d</b></i>", "<b><i>d</i></b>", "d"},
		{"opens and leaves open", "<blockquote><table><tr><td>e", "<blockquote><table><tr><td>e</td></tr></table></blockquote>", "e"},
		{"only text", "f < g & h", "f &lt; g &amp; h", "f < g & h"},
	} {
		safe, text := Letter(x.html)
		if safe != x.safe || !strings.HasPrefix(strings.TrimLeft(text, "> "), x.text) {
			t.Errorf("%s: %q and %q, want %q and %q", x.name, safe, text, x.safe, x.text)
		}
	}
	if safe, _ := Letter(`<img src="https://us.test/logo.png" alt="L">`); !strings.Contains(safe, `src="https://us.test/logo.png"`) {
		t.Errorf("our own logo is gone: %q", safe)
	}
	for _, hostile := range []string{strings.Repeat("<div>", 100_000), strings.Repeat("<b></i>", 70_000), strings.Repeat("<table><a>", 50_000)} {
		begin := time.Now()
		safe, _ := Letter(hostile)
		if again := balanced(safe); again != safe {
			t.Error("a balanced letter is not balanced")
		}
		if spent := time.Since(begin); spent > 5*time.Second { // a bound against a cost that grows with the square
			t.Errorf("%.20s…: %v", hostile, spent)
		}
	}
}

// FuzzLetter: whatever an agent's program sends, nothing in it runs, and nothing in it reaches what stands below.
func FuzzLetter(f *testing.F) {
	for _, s := range []string{"<p>a</div><b>", "</body><script>x</script>", "<table><td><p>", "<img src=cid:a><img src=https://a.test/x>", "a<b", "<!--x", "<a href=\"javascript:x\">y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 100_000 {
			return
		}
		safe, _ := Letter(source)
		if again := balanced(safe); again != safe {
			t.Errorf("Letter(%q) = %q, which is not balanced", source, safe)
		}
		if low := strings.ToLower(safe); strings.Contains(low, "<script") || strings.Contains(low, "<!--") || strings.Contains(low, "<form") {
			t.Errorf("Letter(%q) = %q", source, safe)
		}
	})
}
