package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"
)

// noncePlace stands in index.html where the page's nonce goes.
const noncePlace = "__CSP_NONCE__"

// desk are the built files of the desk in the browser. They are read when first asked for, and then kept.
type desk struct {
	s     *Server
	files fs.FS
	mu    sync.Mutex
	kept  map[string]*asset
}

type asset struct {
	plain  []byte
	packed []byte // gzip; nil where that saves nothing
	etag   string
	kind   string
}

// serveDesk registers the desk: its files, and its one page for every other address that is not reserved.
func (s *Server) serveDesk() {
	if s.o.Desk == nil {
		s.HandleFunc("/", s.nothingHere)
		return
	}
	s.desk = &desk{s: s, files: s.o.Desk, kept: map[string]*asset{}}
	s.HandleFunc("/", s.desk.serve)
}

func (d *desk) serve(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return d.s.nothingHere(w, r)
	}
	name := strings.TrimPrefix(r.URL.Path, "/")
	if name == "" || name == "index.html" {
		return d.page(w, r)
	}
	a, err := d.asset(name)
	if err != nil {
		return err
	}
	hashed := strings.HasPrefix(name, "assets/")
	switch {
	case a == nil && (hashed || path.Ext(name) != ""):
		return d.s.nothingHere(w, r) // a page here would be taken for the script that is missing
	case a == nil:
		return d.page(w, r)
	}
	keep := "no-cache"
	if hashed {
		keep = "public, max-age=31536000, immutable"
	}
	a.send(w, r, keep)
	return nil
}

// Files are built files of other pages than the desk.
type Files struct{ desk *desk }

// Files makes files to be sent.
func (s *Server) Files(files fs.FS) *Files {
	return &Files{&desk{s: s, files: files, kept: map[string]*asset{}}}
}

// Send sends a file by its name, packed where the browser takes that; keep is its Cache-Control. Headers that it needs besides
// are the caller's. A name that is not there is fault.NotFound.
func (f *Files) Send(w http.ResponseWriter, r *http.Request, name, keep string) error {
	a, err := f.desk.asset(name)
	if err != nil {
		return err
	}
	if a == nil {
		return f.desk.s.nothingHere(w, r)
	}
	a.send(w, r, keep)
	return nil
}

func (a *asset) send(w http.ResponseWriter, r *http.Request, keep string) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("ETag", a.etag)
	h.Add("Vary", "Accept-Encoding")
	h.Set("Cache-Control", keep)
	content := a.plain
	if a.packed != nil && acceptsGzip(r) {
		content = a.packed
		h.Set("Content-Encoding", "gzip")
		h.Set("ETag", strings.TrimSuffix(a.etag, `"`)+`-gzip"`)
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

// page sends index.html with a fresh nonce.
func (d *desk) page(w http.ResponseWriter, r *http.Request) error {
	raw, err := fs.ReadFile(d.files, "index.html")
	if err != nil {
		return fmt.Errorf("read the desk's page: %w", err)
	}
	nonce := newNonce()
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", d.s.pagePolicy(r, nonce))
	h.Set("Cache-Control", "no-store")
	w.Write(bytes.ReplaceAll(raw, []byte(noncePlace), []byte(nonce))) //nolint:errcheck // the caller left
	return nil
}

// asset finds a file; nil without an error where there is none.
func (d *desk) asset(name string) (*asset, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a := d.kept[name]; a != nil {
		return a, nil
	}
	if !fs.ValidPath(name) || strings.HasPrefix(name, ".") || strings.Contains(name, "/.") {
		return nil, nil //nolint:nilnil // no such file
	}
	info, err := fs.Stat(d.files, name)
	if err != nil || !info.Mode().IsRegular() {
		return nil, nil //nolint:nilnil,nilerr // no such file
	}
	plain, err := fs.ReadFile(d.files, name)
	if err != nil {
		return nil, fmt.Errorf("read a file of the desk: %w", err)
	}
	sum := sha256.Sum256(plain)
	a := &asset{plain: plain, etag: `"` + hex.EncodeToString(sum[:12]) + `"`, kind: fileType(name)}
	if packed := pack(plain); len(packed) < len(plain)*9/10 && compressible(a.kind) {
		a.packed = packed
	}
	d.kept[name] = a
	return a, nil
}

func pack(b []byte) []byte {
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	z.Write(b) //nolint:errcheck // memory
	z.Close()  //nolint:errcheck // memory
	return out.Bytes()
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		coding, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if coding == "gzip" {
			return strings.ReplaceAll(q, " ", "") != "q=0"
		}
	}
	return false
}

func compressible(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.Contains(kind, "json") || strings.Contains(kind, "svg") || strings.Contains(kind, "wasm")
}

// fileType does not ask the machine's own tables, which differ from one to the next.
func fileType(name string) string {
	switch strings.ToLower(path.Ext(name)) {
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".html":
		return "text/html; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".webmanifest":
		return "application/manifest+json"
	case ".svg":
		return "image/svg+xml"
	case ".png":
		return "image/png"
	case ".ico":
		return "image/x-icon"
	case ".webp":
		return "image/webp"
	case ".woff2":
		return "font/woff2"
	case ".wasm":
		return "application/wasm"
	case ".mp3":
		return "audio/mpeg"
	case ".txt":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}
