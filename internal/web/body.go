package web

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"frontline/internal/fault"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	maxBody  = 1 << 20          // bytes of a JSON body where the operation says nothing else
	restTime = 3 * time.Second  // for the rest of a body that nobody reads
	takeTime = 30 * time.Second // for an answer to be taken, once it is there
	drain    = 64 << 20         // bytes read beyond the limit, so that a caller who is still sending hears the answer
)

// readBody takes the JSON body of a request in whole, which must arrive within a time, and refuses what the parser behind
// it should never see. It returns the bytes; those of a request without one are empty.
func readBody(w http.ResponseWriter, r *http.Request, limit int64, within time.Duration, wanted, required bool) ([]byte, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return nil, checkEmpty(nil, wanted, required)
	}
	if wanted {
		if err := checkType(r); err != nil {
			return nil, err
		}
	}
	rc := http.NewResponseController(w)
	rc.SetReadDeadline(time.Now().Add(within)) //nolint:errcheck // not every transport has deadlines
	defer rc.SetReadDeadline(time.Time{})      //nolint:errcheck // same
	size := min(max(r.ContentLength, 0), limit) + bytes.MinRead
	b := bytes.NewBuffer(make([]byte, 0, size))
	if _, err := b.ReadFrom(io.LimitReader(r.Body, limit+1)); err != nil {
		w.Header().Set("Connection", "close") // the rest will not come
		return nil, fault.BadField("body", "bad_json", "at", b.Len()).Because(err)
	}
	body := b.Bytes()
	if int64(len(body)) > limit {
		io.CopyN(io.Discard, r.Body, drain) //nolint:errcheck // a courtesy
		return nil, fault.BadField(cutField(body[:limit]), "body_too_large", "max", limit)
	}
	if !wanted || len(bytes.TrimSpace(body)) == 0 {
		return body, checkEmpty(body, wanted, required)
	}
	return body, checkJSON(body)
}

// checkEmpty is for an operation without a body, where {} is taken for none, and for a body that is not there.
func checkEmpty(body []byte, wanted, required bool) error {
	switch {
	case wanted && required:
		return fault.BadField("body", "required")
	case wanted:
		return nil
	}
	if rest := strings.TrimSpace(string(body)); rest != "" && rest != "{}" {
		return fault.BadField("body", "no_body")
	}
	return nil
}

// checkType wants JSON in UTF-8, uncompressed. A missing Content-Type is taken for it.
func checkType(r *http.Request) error {
	kind := r.Header.Get("Content-Type")
	if kind == "application/json" && r.Header.Get("Content-Encoding") == "" {
		return nil
	}
	refused := &fault.Fault{Kind: errMediaType, Code: "unsupported_media_type"}
	if e := r.Header.Get("Content-Encoding"); e != "" && !strings.EqualFold(e, "identity") {
		return refused
	}
	if kind == "" {
		return nil
	}
	t, params, err := mime.ParseMediaType(kind)
	if err != nil || t != "application/json" || params["charset"] != "" && !strings.EqualFold(params["charset"], "utf-8") {
		return refused
	}
	return nil
}

// checkJSON walks over the tokens of a body: one value, no name twice, not too deep, UTF-8, no NUL (Postgres keeps none).
func checkJSON(body []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(body))
	for whole := false; ; whole = d.StackDepth() == 0 {
		token, err := d.ReadToken()
		if errors.Is(err, io.EOF) && whole {
			return nil
		}
		if err != nil {
			return refuseJSON(body, err)
		}
		if whole {
			return fault.BadField("body", "bad_json", "at", d.InputOffset())
		}
		if d.StackDepth() > maxDepth {
			return fault.BadField(pointerName(d.StackPointer()), "too_deep", "max", maxDepth)
		}
		if token.Kind() == '"' && strings.IndexByte(token.String(), 0) >= 0 {
			return fault.BadField(pointerName(d.StackPointer()), "nul")
		}
	}
}

func refuseJSON(body []byte, err error) error {
	e := explain(err)
	if e.field.Code == "bad_json" && !utf8.Valid(body) {
		e.field.Code, e.field.Args = "not_utf8", nil
	}
	return &fault.Fault{Kind: fault.Invalid, Code: "invalid", Fields: []fault.Field{e.field}, Err: err}
}

// cutField is the field in which a body was when its limit was reached: most likely the one that is too long.
func cutField(body []byte) string {
	d := jsontext.NewDecoder(bytes.NewReader(body))
	for {
		if _, err := d.ReadToken(); err != nil {
			return pointerName(d.StackPointer())
		}
	}
}
