package mime

import (
	"strings"
)

// maxIDs bounds the References of one mail; the oldest and the newest are kept.
const maxIDs = 1000

// messageIDs finds the ids in a Message-ID, In-Reply-To or References field, without their angles. Where the field has
// none in angles, its words with an @ are taken. Blanks inside an id come from folding and are removed.
func messageIDs(raw string) []string {
	raw = strings.ToValidUTF8(oneLine(raw), "")
	if strings.Contains(raw, "=?") {
		raw = decodeWords(raw)
	}
	var ids []string
	rest := raw
	for {
		start := strings.IndexByte(rest, '<')
		if start < 0 {
			break
		}
		rest = rest[start+1:]
		end := strings.IndexAny(rest, "<>")
		if end < 0 {
			ids = appendID(ids, rest)
			break
		}
		if rest[end] == '<' { // the first one never closed
			continue
		}
		ids = appendID(ids, rest[:end])
		rest = rest[end+1:]
	}
	if len(ids) == 0 {
		for _, w := range strings.FieldsFunc(raw, func(r rune) bool { return r == ' ' || r == ',' || r == ';' }) {
			if strings.Contains(w, "@") {
				ids = appendID(ids, strings.Trim(w, `"'()`))
			}
		}
	}
	return ids
}

func appendID(ids []string, id string) []string {
	id = strings.Join(strings.Fields(id), "")
	if id == "" || len(id) > 998 {
		return ids
	}
	return append(ids, id)
}

// firstID gives the id of a Message-ID field, which may come without angles or @.
func firstID(raw string) string {
	if ids := messageIDs(raw); len(ids) > 0 {
		return ids[0]
	}
	raw = strings.Trim(strings.ToValidUTF8(oneLine(raw), ""), " <>")
	if len(raw) > 998 {
		return ""
	}
	return raw
}

// references gives the ids of all References fields, each once, the oldest first.
func references(raws []string) []string {
	var all []string
	seen := map[string]bool{}
	for _, raw := range raws {
		for _, id := range messageIDs(raw) {
			if !seen[id] {
				seen[id] = true
				all = append(all, id)
			}
		}
	}
	if len(all) > maxIDs {
		all = append(all[:1:1], all[len(all)-maxIDs+1:]...)
	}
	return all
}
