package webchat

import (
	"encoding/json"
	"net/http"

	"frontline/internal/fault"
	"frontline/internal/web"
)

func (c *Chat) pageRoutes(s *web.Server) {
	if c.o.Widget != nil {
		files := s.Files(c.o.Widget)
		s.HandleFunc("GET /chat/{site}/widget.js", func(w http.ResponseWriter, r *http.Request) error {
			if _, err := c.sites.get(r.Context(), r.PathValue("site")); err != nil {
				return err
			}
			// Any page may load the script; what it may do is decided by the page's origin.
			w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
			w.Header().Set("Access-Control-Allow-Origin", "*")
			return files.Send(w, r, "widget.js", "public, no-cache")
		})
	}
	s.HandleFunc("GET /chat/{site}/config", c.counted(c.config))
	s.HandleFunc("OPTIONS /chat/{site}/{what...}", func(w http.ResponseWriter, r *http.Request) error {
		_, err := c.enterSite(w, r)
		if err != nil {
			return err
		}
		h := w.Header()
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", "Authorization, Content-Type, Accept-Language")
		h.Set("Access-Control-Max-Age", "600")
		w.WriteHeader(http.StatusNoContent)
		return nil
	})
}

// config tells a page how the chat looks and what it asks.
func (c *Chat) config(w http.ResponseWriter, r *http.Request) error {
	s, err := c.enterSite(w, r)
	if err != nil {
		return err
	}
	lang := web.Language(r.Context())
	if l := r.URL.Query().Get("lang"); l == "zh" || l == "en" {
		lang = l
	}
	out := struct {
		siteShown
		Words json.RawMessage `json:"words,omitempty"`
	}{siteShown: s.shown(lang)}
	if c.o.Words != nil {
		out.Words = c.o.Words(lang)
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-cache")
	w.Write(encode(out)) //nolint:errcheck // the browser left
	return nil
}

// enterSite finds the site that a request is for, and lets in only pages of its origins and our own, which may read the
// answer.
func (c *Chat) enterSite(w http.ResponseWriter, r *http.Request) (*site, error) {
	if err := c.floods.dial(web.Peer(r.Context())); err != nil {
		return nil, err
	}
	s, err := c.sites.get(r.Context(), r.PathValue("site"))
	if err != nil {
		return nil, err
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	from := r.Header.Values("Origin")
	if len(from) == 0 && r.Method == http.MethodGet && r.Header.Get("Upgrade") == "" {
		return s, nil // a page of ours: browsers name the origin only to others
	}
	if len(from) != 1 || !s.allows(from[0]) && !c.web.OriginAllowed(r) {
		return nil, fault.New(fault.Forbidden, "cross_origin")
	}
	h.Set("Access-Control-Allow-Origin", from[0])
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	return s, nil
}
