package mime

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAddresses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		field string
		want  string // name|address, in order
	}{
		{`li@example.com`, `|li@example.com`},
		{`Li Gong <li@example.com>, "Wang, Min" <wang@example.com>`, `Li Gong|li@example.com Wang, Min|wang@example.com`},
		{`Lee, Ann <ann@example.com>`, `Lee, Ann|ann@example.com`},
		{`li@example.com (Li Gong (service))`, `Li Gong (service)|li@example.com`},
		{`service: li@example.com, wang@example.com;, bob@example.com`, `|li@example.com |wang@example.com |bob@example.com`},
		{`undisclosed-recipients:;`, ``},
		{`<li@example.com`, `|li@example.com`},
		{`Li <<li@example.com>>`, `Li|li@example.com`},
		{`Li <@relay.example,@b.example:li@example.com>`, `Li|li@example.com`},
		{`"li@example.com" <li@example.com>`, `li@example.com|li@example.com`},
		{`'Li' <mailto:li@example.com>`, `Li|li@example.com`},
		{`Li li@example.com`, `Li|li@example.com`},
		{`a@example.com b@example.com`, `b@example.com|a@example.com`},
		{`Li <li@example.com> Wang <wang@example.com>`, `Li|li@example.com Wang|wang@example.com`},
		{`=?utf-8?B?5p2OLOW3pQ==?= <li@example.com>`, `李,工|li@example.com`},
		{`=?utf-8?Q?Li_=3Cli=40example.com=3E?=`, `Li|li@example.com`},
		{`"Bank <bank@example.com>" <thief@example.org>`, `Bank <bank@example.com>|thief@example.org`},
		{`root`, `|root`},
		{`"John \"Jack\" Doe" <j@example.com>`, `John "Jack" Doe|j@example.com`},
		{"\xc0\xee\xb9\xa4 <li@example.com>", `李工|li@example.com`},
	} {
		list, _ := addressList([]string{c.field})
		var got []string
		for _, a := range list {
			got = append(got, a.Name+"|"+a.Address)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("addresses of %q = %q, want %q", c.field, got, c.want)
		}
	}
	many, cut := addressList([]string{strings.Repeat("a@b.example,", maxAddresses+1)})
	if len(many) != maxAddresses || !cut {
		t.Errorf("of too many addresses %d are read, cut %v", len(many), cut)
	}
}

func TestEncodedWords(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		"plain":                                 "plain",
		"=?utf-8?Q?a_b=20c?=":                   "a b c",
		"=?utf-8?Q?a b?= c":                     "a b c",
		"Re:=?gb2312?B?0vTP7A==?=x":             "Re:音响x",
		"=?utf-8?B?5Li7?=  =?utf-8?B?6L20?=":    "主轴",
		"=?utf-8?B?5Li7?= and =?utf-8?B?6L20?=": "主 and 轴",
		"=?utf-8?B?5L?= =?utf-8?B?i76L20?=":     "主轴",
		"=?utf-8?B?5Li76L20":                    "主轴",
		"=?utf-8*zh?B?5Li7?=":                   "主",
		"=?x?y?z?=":                             "=?x?y?z?=",
		"=? what?":                              "=? what?",
		"=?iso-2022-jp?B?GyRCOE4+YxsoQg==?=":    "故障",
		"=?utf-8?Q?=0D=0ABcc:_a@b?=":            "  Bcc: a@b",
	} {
		if got := headerText(field); got != strings.TrimSpace(want) {
			t.Errorf("headerText(%q) = %q, want %q", field, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		"Fri, 01 Mar 2024 14:20:05 +0800":             "2024-03-01T06:20:05Z",
		"1 Mar 24 14:20 GMT":                          "2024-03-01T14:20:00Z",
		"Fri, 1 Mar 2024 14:20:05 +0800 (CST)":        "2024-03-01T06:20:05Z",
		"Fri Mar  1 14:20:05 2024":                    "2024-03-01T14:20:05Z",
		"2024-03-01T14:20:05+08:00":                   "2024-03-01T06:20:05Z",
		"2024-03-01 14:20:05":                         "2024-03-01T14:20:05Z",
		"Fri, 01 March 2024 2:20:05 PM EST":           "2024-03-01T19:20:05Z",
		"Thu, 11 Apr 1996 01:10:30 -0500":             "1996-04-11T06:10:30Z",
		"Mon, 23 Dec 96 00:08:02 MET":                 "1996-12-22T23:08:02Z",
		"yesterday":                                   "0001-01-01T00:00:00Z",
		"Fri, 99 Mar 2024 14:20:05 +0800":             "0001-01-01T00:00:00Z",
		strings.Repeat("1", 10_000) + " Mar 2024 1:1": "0001-01-01T00:00:00Z",
	} {
		if got := parseDate(field).Format(time.RFC3339); got != want {
			t.Errorf("parseDate(%.60q) = %s, want %s", field, got, want)
		}
	}
}

func TestContentFields(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{
		`Text/Plain; CharSet="utf-8"`:                      "text/plain map[charset:utf-8]",
		`text/plain;; charset=gbk;`:                        "text/plain map[charset:gbk]",
		`text/plain charset=gbk`:                           "text/plain map[charset:gbk]",
		`image/png; name="a;b=c.png"`:                      "image/png map[name:a;b=c.png]",
		`image/png; name="never closed.png; x=y`:           "image/png map[name:never closed.png x:y]",
		`attachment; filename=a b.png`:                     "attachment map[filename:a b.png]",
		`attachment; filename=a.png size=5`:                "attachment map[filename:a.png size:5]",
		`attachment; filename="a\"b.png"`:                  `attachment map[filename:a"b.png]`,
		`attachment; filename*1=b; filename*0=a`:           "attachment map[filename:ab]",
		`attachment; filename=old; filename*=utf-8''n%20w`: "attachment map[filename:n w]",
		`charset=utf-8`:                                    " map[charset:utf-8]",
		``:                                                 " map[]",
	} {
		f := parseContentField(field)
		if got := fmt.Sprintf("%s %v", f.value, f.params); got != want {
			t.Errorf("parseContentField(%q) = %s, want %s", field, got, want)
		}
	}
}

func TestMessageIDs(t *testing.T) {
	t.Parallel()
	for field, want := range map[string][]string{
		"<a@b> <c@d>":                         {"a@b", "c@d"},
		"<a@b><c@d>":                          {"a@b", "c@d"},
		"<long-\t id@b>":                      {"long-id@b"},
		"a@b, c@d":                            {"a@b", "c@d"},
		"<a@b <c@d>":                          {"c@d"},
		"<a@b":                                {"a@b"},
		"Message of Friday <a@b>":             {"a@b"},
		"no id here":                          nil,
		"<>":                                  nil,
		"<no-at-sign>":                        {"no-at-sign"},
		"<" + strings.Repeat("x", 2000) + ">": nil,
	} {
		if diff := cmp.Diff(want, messageIDs(field)); diff != "" {
			t.Errorf("messageIDs(%.60q) (-want +got):\n%s", field, diff)
		}
	}
	var long strings.Builder
	for i := range maxIDs + 100 {
		fmt.Fprintf(&long, "<%d@b> ", i)
	}
	refs := references([]string{long.String()})
	if len(refs) != maxIDs || refs[0] != "0@b" || refs[maxIDs-1] != fmt.Sprintf("%d@b", maxIDs+99) {
		t.Errorf("of many references %d are kept, from %s to %s", len(refs), refs[0], refs[len(refs)-1])
	}
}

func TestFileNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		`a.txt`:                           "a.txt",
		`../../etc/passwd`:                "passwd",
		`C:\plans\a.pdf`:                  "a.pdf",
		"..":                              "attachment.pdf",
		"":                                "attachment.pdf",
		"a\x00\r\nb.pdf":                  "ab.pdf",
		"a\u202efdp.exe":                  "afdp.exe",
		strings.Repeat("主", 200) + ".pdf": strings.Repeat("主", 83) + ".pdf",
	} {
		if got := fileName(name, "application/pdf"); got != want {
			t.Errorf("fileName(%q) = %q, want %q", name, got, want)
		}
	}
}
