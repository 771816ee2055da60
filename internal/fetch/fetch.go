// Package fetch gets things from addresses that strangers chose, without being turned against what only this machine
// can reach: the address is checked when the connection is made, so that no name can point elsewhere a moment later.
package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"frontline/internal/fault"
)

// Options of a Fetcher. The zero value is strict: public addresses and the usual ports only.
type Options struct {
	Allow func(netip.AddrPort) bool // who may be connected to; nil: Public
	Bytes int64                     // most that an answer may have; zero: 5 MiB
	Time  time.Duration             // most that it may take; zero: 10 s
	Most  int                       // fetched at once, the others wait; zero: 8
}

// Fetcher gets things. It follows no redirects, uses no proxy, and sends no cookies and no referrer.
type Fetcher struct {
	o      Options
	client *http.Client
	slots  chan struct{}
}

// New makes a Fetcher.
func New(o Options) *Fetcher {
	if o.Allow == nil {
		o.Allow = Public
	}
	if o.Bytes == 0 {
		o.Bytes = 5 << 20
	}
	if o.Time == 0 {
		o.Time = 10 * time.Second
	}
	if o.Most == 0 {
		o.Most = 8
	}
	return &Fetcher{o: o, slots: make(chan struct{}, o.Most), client: Client(o.Allow, o.Time)}
}

// Client is an HTTP client for addresses that somebody typed: it connects only where allow says so, whatever the name
// led to when it was checked, follows no redirects and uses no proxy. limit bounds a whole exchange.
func Client(allow func(netip.AddrPort) bool, limit time.Duration) *http.Client {
	d := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: -1, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || !allow(at) {
			return errRefused
		}
		return nil
	}}
	return &http.Client{
		Timeout: limit,
		Transport: &http.Transport{
			DialContext: d.DialContext, DisableKeepAlives: true, MaxResponseHeaderBytes: 64 << 10,
			TLSHandshakeTimeout: 5 * time.Second, ResponseHeaderTimeout: limit, ForceAttemptHTTP2: false,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

var errRefused = errors.New("an address that may not be asked")

// Get reads what is at an http or https address. Whatever goes wrong outside, an address that may not be asked
// included, is fault.NotFound "not_fetched": the caller's caller must not learn from it what stands in our network.
func (f *Fetcher) Get(ctx context.Context, address, accept string) ([]byte, error) {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || len(address) > 4096 {
		return nil, notFetched(fmt.Errorf("address %.100q", address))
	}
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	case <-ctx.Done():
		return nil, fault.New(fault.Unavailable, "timeout").Because(ctx.Err())
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, notFetched(err)
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (compatible; picture proxy)")
	r.Header.Set("Accept", accept)
	r.Header.Set("Accept-Encoding", "identity") // a compressed answer could be far larger than what is counted
	answer, err := f.client.Do(r)
	if err != nil {
		return nil, notFetched(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.ContentLength > f.o.Bytes {
		return nil, notFetched(fmt.Errorf("status %d, %d bytes", answer.StatusCode, answer.ContentLength))
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, f.o.Bytes+1))
	if err != nil {
		return nil, notFetched(err)
	}
	if int64(len(body)) > f.o.Bytes {
		return nil, notFetched(fmt.Errorf("more than %d bytes", f.o.Bytes))
	}
	return body, nil
}

func notFetched(err error) error { return fault.New(fault.NotFound, "not_fetched").Because(err) }

// Public says whether an address is one of the open Internet, on a port of the web.
func Public(at netip.AddrPort) bool {
	if at.Port() != 80 && at.Port() != 443 {
		return false
	}
	a := at.Addr().Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() || a.Zone() != "" {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// special are ranges that are no public hosts or that lead to others by translation (IANA's special-purpose registries).
var special = func() (out []netip.Prefix) {
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "240.0.0.0/4", "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32",
		"2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}()
