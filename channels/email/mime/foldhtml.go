package mime

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// folder puts the history that an HTML mail quotes into a details element, which folds without a script. Nothing is
// folded before there was something to read, so that a forwarded mail, or one answered below, shows itself.
type folder struct {
	on    bool
	shown strings.Builder // the words outside of the fold
	begun bool            // there are some, or pictures
	done  bool            // one fold is all there is
	tag   atom.Atom       // the fold is open
	depth int             // of tag within the fold, which ends with it; 0: it ends with what it stands in
}

const (
	foldOpen  = `<details><summary>···</summary>`
	foldClose = `</details>`
)

// text notes what there is to read.
func (f *folder) text(s string) {
	if !f.on || f.tag != 0 {
		return
	}
	words := tight(s)
	f.shown.WriteString(words)
	f.begun = f.begun || words != ""
}

// hides says whether the fold took new words along: people answer between the lines of what they quote.
func (f *folder) hides(words string) bool {
	if !f.done {
		return false
	}
	shown := f.shown.String()
	lines := strings.Split(words, "\n")
	for _, l := range lines {
		if !strings.Contains(shown, tight(l)) {
			return true
		}
	}
	return false
}

// start gives what stands before an element. rest is the source after its start tag.
func (f *folder) start(tag atom.Atom, a attributes, rest string) string {
	switch {
	case !f.on:
		return ""
	case f.tag != 0:
		if tag == f.tag && f.depth > 0 {
			f.depth++
		}
		return ""
	case tag == atom.Img:
		f.begun = true
		return ""
	case !f.begun || f.done || !folds[tag]:
		return ""
	}
	switch {
	case tag == atom.Blockquote && isCitation(a):
	case historyMark(a, tag) == markHistory && wraps(a):
	case historyMark(a, tag) == markHistory, a.id == "" && a.class == "" && historyMark(a, tag) == markHeader && headFollows(rest):
		// It only says where the history begins.
		f.tag, f.done = tag, true
		return foldOpen
	default:
		return ""
	}
	f.tag, f.depth, f.done = tag, 1, true
	return foldOpen
}

// end gives what stands behind the end of an element.
func (f *folder) end(tag atom.Atom) string {
	if !f.on || f.tag == 0 || tag != f.tag || f.depth == 0 {
		return ""
	}
	if f.depth--; f.depth > 0 {
		return ""
	}
	f.tag = 0
	return foldClose
}

// folds are the elements before which a fold may stand: in a table it would fall out of it.
var folds = map[atom.Atom]bool{atom.Div: true, atom.Blockquote: true, atom.Section: true, atom.Hr: true}

// wraps says whether a mark is around the history and not a mere sign where it begins, as Outlook's are.
func wraps(a attributes) bool {
	id := trimPrefixes(a.id)
	for _, sign := range []string{"divrplyfwdmsg", "appendonsend", "reply-intro", "stopspelling"} {
		if strings.HasPrefix(id, sign) {
			return false
		}
	}
	return !hasWord(a.class, "outlookmessageheader")
}

// headFollows says whether the first words of HTML are a field of a quoted mail's head: newsletters have ruled lines too.
func headFollows(source string) bool {
	const enough = 4000 // bytes: Word says much before it says a word
	for _, l := range htmlLines(cutString(source, enough)) {
		if strings.TrimSpace(l.text) != "" {
			kind, _ := headField(l.text)
			return kind != 0
		}
	}
	return false
}

func cutString(s string, n int) string {
	if len(s) > n {
		return s[:n]
	}
	return s
}

// note takes an attribute that marks are made of.
func (a *attributes) note(key, value string) {
	switch key {
	case "id":
		a.id = strings.ToLower(value)
	case "class":
		a.class = strings.ToLower(value)
	case "style":
		a.style = strings.ToLower(strings.Join(strings.Fields(cutString(value, 4096)), ""))
	case "type":
		a.typ = strings.ToLower(value)
	}
}
