package tickets

import (
	"bytes"
	"context"
	"crypto/hmac"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/fetch"
	"frontline/internal/secret"
	"frontline/internal/web"
)

// Show is what it takes to show a message's HTML, and to send some.
type Show struct {
	// HTML makes strangers' HTML fit for a sandboxed frame. words are the new ones, where the message quotes others: what
	// it quotes below them may be folded. cid and remote give the address at which a picture that came with the message,
	// or one from elsewhere, is shown; where that is empty, or remote is nil, it is left out.
	HTML func(html, words string, cid, remote func(string) string) string
	// Letter makes HTML that one of us wrote fit to send, and gives the text in it.
	Letter func(html string) (safe, text string)
	Key    *secret.Key    // signs the addresses of pictures
	Fetch  *fetch.Fetcher // gets pictures from elsewhere

	tickets *Tickets
	prefix  string
}

// page shows a message's HTML. A sandboxed frame has no origin and sends no cookie, so that its pictures have signed
// addresses that end: whoever was given the page could see them anyway.
func (s Show) page(w http.ResponseWriter, r *http.Request, id int64) error {
	images, err := flag(r, "images")
	if err != nil {
		return err
	}
	dark, err := flag(r, "dark")
	if err != nil {
		return err
	}
	html, words, inline, err := s.tickets.HTML(r.Context(), web.Actor(r.Context()), id)
	if err != nil {
		return err
	}
	if html == "" {
		return fault.New(fault.NotFound, "not_found", "what", "html")
	}
	until := time.Now().Truncate(pictureHour).Add(2 * pictureHour)
	cid := func(cid string) string {
		if inline[cid] == 0 {
			return ""
		}
		return s.address("attachments", inline[cid], "", until)
	}
	var remote func(string) string
	if images {
		remote = func(from string) string { return s.address("messages", id, from, until) }
	}
	page := pageHead
	if dark {
		page += darkHead
	}
	page += s.HTML(html, words, cid, remote)
	// Whether pictures from elsewhere are shown was decided above; those of the message itself always are.
	web.Frame(w, []byte(page), images || len(inline) > 0)
	return nil
}

// flag reads a query parameter that is 0, 1 or missing.
func flag(r *http.Request, name string) (bool, error) {
	switch r.URL.Query().Get(name) {
	case "", "0":
		return false, nil
	case "1":
		return true, nil
	}
	return false, fault.BadField(name, "not_allowed", "allowed", "0, 1")
}

// pageHead gives a mail that says nothing of its looks those of the desk, on paper: mails count on a white ground. The
// page may tell its height to a frame that asks for it (CSS frame-sizing), which is all that it can tell. It tells it once, and
// a browser in a hurry may ask before the frame has its width: the least width keeps what it tells then near the truth.
const pageHead = `<!doctype html><meta charset="utf-8"><meta name="responsive-embedded-sizing" content="allow-origins=*"><style>
html { color-scheme: light; background: #fff; color: #1f1f1f }
body { margin: 0; min-width: 400px; box-sizing: border-box; padding: 12px 14px; font: 14px/1.6 system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; overflow-wrap: anywhere }
body > :first-child { margin-top: 0 } body > :last-child { margin-bottom: 0 }
img { max-width: 100%; height: auto } table { max-width: 100% } pre { white-space: pre-wrap }
summary { width: max-content; margin: 8px 0; padding: 0 9px; border-radius: 4px; background: #e8eaef; color: #454d5b; line-height: 18px; list-style: none; cursor: pointer }
</style>
`

// darkHead makes ready for a frame that the desk turns to negative in the dark: pictures are turned twice, and the ground
// is such that the negative of it is the desk's.
const darkHead = `<style>html { background: #e0e3e8 } img { filter: invert(1) hue-rotate(180deg) }</style>
`

// pictureHour rounds the end of addresses, so that a browser that opens a message again has its pictures still.
const pictureHour = time.Hour

func (s Show) address(kind string, id int64, from string, until time.Time) string {
	q := url.Values{"until": {strconv.FormatInt(until.Unix(), 10)}}
	if from != "" {
		q.Set("from", from)
	}
	q.Set("sign", s.sign(kind, id, from, q.Get("until")))
	return s.prefix + "/" + kind + "/" + strconv.FormatInt(id, 10) + "/picture?" + q.Encode()
}

func (s Show) sign(kind string, id int64, from, until string) string {
	sum := s.Key.MAC("picture", []byte(kind), strconv.AppendInt(nil, id, 10), []byte(from), []byte(until))
	return base64.RawURLEncoding.EncodeToString(sum)
}

// check refuses an address that we did not make, or that has ended.
func (s Show) check(r *http.Request, kind string, id int64) error {
	q := r.URL.Query()
	want := s.sign(kind, id, q.Get("from"), q.Get("until"))
	until, err := strconv.ParseInt(q.Get("until"), 10, 64)
	if !hmac.Equal([]byte(want), []byte(q.Get("sign"))) || err != nil || time.Now().Unix() > until {
		return fault.New(fault.NotFound, "not_found", "what", "picture")
	}
	return nil
}

// inline shows a picture that came with the message.
func (s Show) inline(w http.ResponseWriter, r *http.Request, id int64) error {
	if err := s.check(r, "attachments", id); err != nil {
		return err
	}
	// The signature says that somebody was shown the message; who, the request cannot tell.
	a, content, err := s.tickets.Open(r.Context(), authority.System("api"), id)
	if err != nil {
		return err
	}
	defer content.Close()
	web.Picture(w, r, web.File{Name: a.Name, Type: a.Type, Size: a.Size, Hash: a.hash, Content: content})
	return nil
}

// remote fetches a picture from elsewhere and shows it, so that its host learns nothing of the desk but that the message
// was opened.
func (s Show) remote(w http.ResponseWriter, r *http.Request, id int64) error {
	if err := s.check(r, "messages", id); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), 20*time.Second)
	defer cancel()
	body, err := s.Fetch.Get(ctx, r.URL.Query().Get("from"), "image/png, image/jpeg, image/gif, image/webp")
	if err != nil {
		return err
	}
	kind := http.DetectContentType(body) // what its host calls it is not believed
	switch kind {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
	default:
		return fault.New(fault.NotFound, "not_fetched")
	}
	web.Picture(w, r, web.File{Name: "picture", Type: kind, Size: int64(len(body)), Content: bytes.NewReader(body)})
	return nil
}
