package fetch_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"frontline/internal/fault"
	"frontline/internal/fetch"
)

func TestOnlyPublicAddressesAreAsked(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"93.184.215.14:443": true, "[2606:2800:21f:cb07::1]:80": true,
		"93.184.215.14:25": false, "127.0.0.1:80": false, "10.1.2.3:80": false, "172.16.0.1:443": false, "192.168.1.1:80": false,
		"169.254.169.254:80": false, "100.64.0.1:80": false, "0.0.0.0:80": false, "224.0.0.1:80": false, "255.255.255.255:80": false,
		"[::1]:80": false, "[::ffff:127.0.0.1]:80": false, "[::ffff:10.0.0.1]:80": false, "[fe80::1]:80": false, "[fd00::1]:80": false,
		"[64:ff9b::7f00:1]:80": false, "[2002:7f00:1::]:80": false, "[::7f00:1]:80": false, "[ff02::1]:80": false,
	} {
		if got := fetch.Public(netip.MustParseAddrPort(address)); got != want {
			t.Errorf("Public(%s) = %v, want %v", address, got, want)
		}
	}
}

func TestAServerInsideIsNotReached(t *testing.T) {
	t.Parallel()
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the server inside was asked") }))
	defer inside.Close()
	f := fetch.New(fetch.Options{})
	for _, address := range []string{
		inside.URL, strings.Replace(inside.URL, "127.0.0.1", "localhost", 1), "file:///etc/passwd", "gopher://x/", "http://user:pw@example.com/",
		"http://", "://", "http://[::1]/",
	} {
		if _, err := f.Get(t.Context(), address, "image/*"); !errors.Is(err, fault.NotFound) {
			t.Errorf("Get(%s) = %v, want not found", address, err)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	outside := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/small":
			w.Write([]byte("picture")) //nolint:errcheck // the test sees it
		case "/large":
			for range 100 { // no Content-Length
				w.Write(make([]byte, 1000)) //nolint:errcheck // cut by the other side
			}
		case "/elsewhere":
			http.Redirect(w, r, "/small", http.StatusFound)
		default:
			http.NotFound(w, r)
		}
		if r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
			t.Error("cookie or referrer sent")
		}
	}))
	defer outside.Close()
	f := fetch.New(fetch.Options{Allow: func(netip.AddrPort) bool { return true }, Bytes: 10_000})
	if got, err := f.Get(t.Context(), outside.URL+"/small", "image/*"); err != nil || string(got) != "picture" {
		t.Errorf("small: %q, %v", got, err)
	}
	for _, path := range []string{"/large", "/elsewhere", "/none"} {
		if got, err := f.Get(t.Context(), outside.URL+path, "image/*"); !errors.Is(err, fault.NotFound) {
			t.Errorf("%s: %d bytes, %v; want not found", path, len(got), err)
		}
	}
}
