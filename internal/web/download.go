package web

import (
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// File is something to download.
type File struct {
	Name    string // as its sender called it; cleaned here
	Type    string // as its sender called it; believed only where that does no harm
	Size    int64  // bytes; negative: not known
	Hash    string // of the content, for caches; may be empty
	Content io.Reader
}

// Download sends a file so that a browser saves it and never shows it, whatever is in it: as an attachment, of a type
// that runs nothing, not to be guessed at, and in a sandbox should it be opened all the same. An io.ReadSeeker is sent
// in the parts that are asked for.
func Download(w http.ResponseWriter, r *http.Request, f File) {
	h := w.Header()
	h.Set("Content-Type", passiveType(f.Type))
	h.Set("Content-Disposition", disposition(f.Name))
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	h.Set("Cache-Control", "private, no-cache")
	send(w, r, f)
}

// Picture sends a picture for a mail shown in a Frame, and anything that is no picture as a Download. Such a frame has
// an origin of its own: the picture must be allowed to others and gets no cookie, so that its address has to be a
// signed one that ends soon.
func Picture(w http.ResponseWriter, r *http.Request, f File) {
	switch passiveType(f.Type) {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp":
	default:
		Download(w, r, f)
		return
	}
	h := w.Header()
	h.Set("Content-Type", passiveType(f.Type))
	h.Set("Content-Disposition", "inline")
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Cache-Control", "private, max-age=3600")
	send(w, r, f)
}

func send(w http.ResponseWriter, r *http.Request, f File) {
	h := w.Header()
	if f.Hash != "" {
		h.Set("ETag", `"`+f.Hash+`"`)
	}
	if c, ok := f.Content.(io.ReadSeeker); ok {
		http.ServeContent(w, r, "", time.Time{}, c)
		return
	}
	if f.Size >= 0 {
		h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	}
	if r.Method != http.MethodHead {
		io.Copy(w, f.Content) //nolint:errcheck // the caller left, or the length shows that something is missing
	}
}

// Frame sends sanitised HTML of a mail, to be shown in an iframe with sandbox="allow-popups
// allow-popups-to-escape-sandbox". It runs no scripts and has no origin. Pictures come from us (through our proxy and
// our attachments) where pictures is true, and from nowhere otherwise; a small one inside the HTML is always shown.
func Frame(w http.ResponseWriter, html []byte, pictures bool) {
	from := "data:"
	if pictures {
		from = "'self' data:"
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", "default-src 'none'; img-src "+from+"; style-src 'unsafe-inline'; "+
		"frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox allow-popups allow-popups-to-escape-sandbox")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, no-store")
	w.Write(html) //nolint:errcheck // the caller left; the access log shows it
}

// passiveType is the type where a browser can at most show it, and that of unknown bytes otherwise.
func passiveType(given string) string {
	const unknown = "application/octet-stream"
	t, _, err := mime.ParseMediaType(given)
	if err != nil {
		return unknown
	}
	kind, sub, _ := strings.Cut(t, "/")
	switch {
	case strings.Contains(sub, "xml"), strings.Contains(sub, "html"), strings.Contains(sub, "script"):
		return unknown // SVG among them
	case kind == "image", kind == "audio", kind == "video", t == "text/plain", t == "application/pdf",
		t == "application/zip", t == "message/rfc822",
		strings.HasPrefix(sub, "vnd.openxmlformats-"), strings.HasPrefix(sub, "vnd.ms-"), t == "application/msword":
		return t
	}
	return unknown
}

// maxFileName is in runes; file systems take 255 bytes.
const maxFileName = 80

// disposition names the file for every browser: RFC 6266 with RFC 8187 for what is not ASCII.
func disposition(name string) string {
	name = fileName(name)
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' || r == '%' {
			return '_'
		}
		return r
	}, name)
	if plain == name {
		return `attachment; filename="` + plain + `"`
	}
	var b strings.Builder
	b.WriteString(`attachment; filename="` + plain + `"; filename*=UTF-8''`)
	const keep = "!#$&+-.^_`|~"
	for i := range len(name) {
		c := name[i]
		if c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			const hex = "0123456789ABCDEF"
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
		}
	}
	return b.String()
}

// fileName keeps the last part of a name, without what hides its real end (direction marks turn fdp.exe into exe.pdf),
// controls, and what Windows refuses. A long name loses its middle, not its extension.
func fileName(name string) string {
	name = strings.ToValidUTF8(name, "_")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r), unicode.Is(unicode.Cc, r), r == '\u2028', r == '\u2029':
			return -1
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, ". ")
	if rs := []rune(name); len(rs) > maxFileName {
		ext := []rune(path.Ext(name))
		if len(ext) > 16 {
			ext = nil
		}
		name = string(rs[:maxFileName-len(ext)]) + string(ext)
	}
	if name == "" {
		return "file"
	}
	return name
}
