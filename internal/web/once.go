package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"net/http"
	"net/url"

	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json"
)

const (
	keyHeader = "Idempotency-Key"
	maxKey    = 200
)

type onceKey struct{}

// withOnce reads the Idempotency-Key and puts it, with a hash of all that makes the request what it is, into ctx.
func withOnce(ctx context.Context, r *http.Request, body []byte) (context.Context, error) {
	keys := r.Header.Values(keyHeader)
	if len(keys) == 0 {
		return ctx, nil
	}
	if len(keys) > 1 || !goodKey(keys[0]) {
		return nil, fault.BadField(keyHeader, "bad_key", "max", maxKey)
	}
	h := sha256.New()
	// A query in another order is the same request. It parsed before.
	fmt.Fprintf(h, "%s\n%s\n%s\n%s\n%d\n", r.Method, r.URL.EscapedPath(), query(r.URL), r.Header.Get("Content-Type"), r.ContentLength)
	h.Write(body)
	return context.WithValue(ctx, onceKey{}, authority.Once{Key: keys[0], Hash: h.Sum(nil)}), nil
}

func query(u *url.URL) string { return u.Query().Encode() }

func goodKey(k string) bool {
	if k == "" || len(k) > maxKey {
		return false
	}
	for i := range len(k) {
		if k[i] <= ' ' || k[i] > '~' {
			return false
		}
	}
	return true
}

// once runs f, or answers with what it answered before.
func once[O any](ctx context.Context, s *Server, f func(ctx context.Context) (O, error)) (O, error) {
	o, keyed := ctx.Value(onceKey{}).(authority.Once)
	if !keyed {
		return f(ctx)
	}
	if out, found, err := replay[O](ctx, s, o); found || err != nil {
		return out, err
	}
	out, err := f(authority.WithKey(ctx, o))
	if err != nil {
		// Where two of the same came at once, the second one finds the key taken, or fails on what the first one did.
		if kept, found, e := replay[O](ctx, s, o); found {
			return kept, e
		}
	}
	return out, err
}

func replay[O any](ctx context.Context, s *Server, o authority.Once) (out O, found bool, err error) {
	raw, found, err := s.o.Answers.Replay(ctx, Actor(ctx), o)
	if err != nil || !found || len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return out, found, err
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, true, fmt.Errorf("read the kept answer: %w", err)
	}
	return out, true, nil
}

// onceParameter describes the header.
func onceParameter(op Op) []*huma.Param {
	if op.Public {
		return nil
	}
	length := maxKey
	return []*huma.Param{{
		Name: keyHeader, In: "header",
		Description: "The same key with the same request acts once and has the same answer for 24 hours.",
		Schema:      &huma.Schema{Type: "string", MaxLength: &length, Pattern: "^[!-~]+$"},
	}}
}
