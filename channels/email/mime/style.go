package mime

import (
	"regexp"
	"strings"
)

// safeProperties are the CSS properties that give form and can do no more: none fetches, covers or animates.
var safeProperties = func() map[string]bool {
	m := map[string]bool{}
	for _, p := range strings.Fields(`
		color background-color background font font-family font-size font-style font-weight font-variant
		text-align text-align-last text-decoration text-decoration-line text-decoration-color text-decoration-style text-indent
		text-transform text-overflow line-height letter-spacing word-spacing white-space vertical-align direction unicode-bidi
		width height max-width max-height min-width min-height
		margin margin-top margin-right margin-bottom margin-left padding padding-top padding-right padding-bottom padding-left
		border border-top border-right border-bottom border-left border-color border-style border-width border-radius
		border-top-color border-top-style border-top-width border-right-color border-right-style border-right-width
		border-bottom-color border-bottom-style border-bottom-width border-left-color border-left-style border-left-width
		border-collapse border-spacing display float clear list-style-type list-style-position overflow overflow-x overflow-y
		word-break word-wrap overflow-wrap table-layout caption-side empty-cells box-sizing`) {
		m[p] = true
	}
	return m
}()

// safeValue matches values without any function but a colour, without escapes and comments.
var safeValue = regexp.MustCompile(`^(?:[a-zA-Z0-9 #%.,+'"/!-]|(?:rgb|hsl)a?\([0-9 .,%/]*\))*$`)

// maxStyle bounds the style attribute that is read, in bytes.
const maxStyle = 8 << 10

// safeStyle keeps of a style attribute the declarations that only give form. The result ends in a semicolon.
func safeStyle(style string) string {
	if len(style) > maxStyle {
		style = style[:maxStyle]
	}
	var out strings.Builder
	for d := range strings.SplitSeq(style, ";") {
		name, value, ok := strings.Cut(d, ":")
		if !ok {
			continue
		}
		name = strings.ToLower(strings.TrimSpace(name))
		value = strings.Join(strings.Fields(value), " ")
		if !safeProperties[name] || value == "" || !safeValue.MatchString(value) || strings.Contains(value, "/*") {
			continue
		}
		if strings.Count(value, `"`)%2 != 0 || strings.Count(value, "'")%2 != 0 {
			continue // a quote that does not close would swallow what follows
		}
		if strings.HasPrefix(name, "margin") && strings.Contains(" "+value, " -") {
			continue // would lie over other content
		}
		out.WriteString(name + ":" + value + ";")
	}
	return out.String()
}
