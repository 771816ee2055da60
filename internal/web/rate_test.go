package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"testing"

	"frontline/internal/authority"
	"frontline/internal/web"
)

func TestAScriptThatHasRunAwayIsSlowedAndOthersAreNot(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{Limits: web.Limits{ActorRate: 0.01, ActorBurst: 3}}, signing)
	for i := range 4 {
		a := w.ask("GET", "/api/v1/me", "")
		if i < 3 && a.StatusCode != http.StatusOK {
			t.Fatalf("request %d = %d %s, want 200", i, a.StatusCode, a.text)
		}
		if i < 3 {
			continue
		}
		if seconds, err := strconv.Atoi(a.Header.Get("Retry-After")); a.StatusCode != http.StatusTooManyRequests || err != nil || seconds < 1 || seconds > 100 {
			t.Errorf("request %d = %d, Retry-After %q; want 429 and when to come again", i, a.StatusCode, a.Header.Get("Retry-After"))
		}
	}
	if a := w.ask("GET", "/api/v1/me", "", "Authorization: Bearer wang"); a.StatusCode != http.StatusOK {
		t.Errorf("another agent is answered %d %s, want 200", a.StatusCode, a.text)
	}
}

func TestStrangersAreCountedByTheirTrueAddress(t *testing.T) {
	t.Parallel()
	o := web.Options{
		Limits:  web.Limits{PeerRate: 0.01, PeerBurst: 2},
		Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8")},
	}
	w := open(t, o, signing)
	from := func(forwarded string) int {
		return w.ask("GET", "/api/v1/me", "", "Authorization:", "X-Forwarded-For: "+forwarded).StatusCode
	}
	for i, want := range []int{401, 401, 429} {
		// What the stranger himself wrote in front does not count.
		if got := from(fmt.Sprintf("198.51.100.%d, 203.0.113.9, 10.0.0.%d", i, i)); got != want {
			t.Errorf("request %d of one stranger = %d, want %d", i, got, want)
		}
	}
	if got := from("203.0.113.10"); got != 401 {
		t.Errorf("another stranger = %d, want 401", got)
	}
	for i, want := range []int{401, 401, 429} {
		if got := from(fmt.Sprintf("2001:db8:1:2::%d", i)); got != want {
			t.Errorf("request %d of one IPv6 household = %d, want %d", i, got, want)
		}
	}
	if a := w.ask("GET", "/api/v1/me", "", "X-Forwarded-For: 203.0.113.9"); a.StatusCode != 200 {
		t.Errorf("an agent behind a stranger's address = %d, want 200", a.StatusCode)
	}
}

func TestForwardedAddressesAreBelievedFromProxiesOnly(t *testing.T) {
	t.Parallel()
	near := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("::1/128")}
	for _, c := range []struct {
		proxies         []netip.Prefix
		forwarded, want string
	}{
		{nil, "203.0.113.9", "127.0.0.1"},
		{near, "", "127.0.0.1"},
		{near, "203.0.113.9", "203.0.113.9"},
		{near, "198.51.100.1, 203.0.113.9", "203.0.113.9"},
		{near, "203.0.113.9:4711", "203.0.113.9"},
		{near, "[2001:db8::1]:4711", "2001:db8::1"},
		{near, "2001:db8::1", "2001:db8::1"},
		{near, "::ffff:203.0.113.9", "203.0.113.9"},
		{near, "fe80::1%eth0", "fe80::1"},
		{near, "203.0.113.9, garbage", "127.0.0.1"},
		{near, "unknown", "127.0.0.1"},
		{near, "203.0.113.9, 127.0.0.1", "203.0.113.9"},
	} {
		w := open(t, web.Options{Proxies: c.proxies}, signing)
		var headers []string
		if c.forwarded != "" {
			headers = []string{"X-Forwarded-For: " + c.forwarded}
		}
		want := fmt.Sprintf(`{"actor":"agent:1","session":0,"peer":"%s"}`, c.want)
		if a := w.ask("GET", "/api/v1/me", "", headers...); a.text != want {
			t.Errorf("X-Forwarded-For %q through %v = %s, want %s", c.forwarded, c.proxies, a.text, want)
		}
	}
}

func TestOpenWebsocketsAreNoRequestsAnyMore(t *testing.T) {
	t.Parallel()
	open1, close1 := make(chan struct{}), make(chan struct{})
	w := open(t, web.Options{Limits: web.Limits{ActorAtOnce: 1}}, func(s *web.Server) {
		s.Handle("GET /ws/line", s.Signed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			defer c.Close()
			fmt.Fprint(c, "HTTP/1.1 101 Switching Protocols\r\n\r\n")
			close(open1)
			<-close1
		})))
		signing(s)
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		w.ask("GET", "/ws/line", "")
	}()
	<-open1
	if a := w.ask("GET", "/api/v1/me", ""); a.StatusCode != http.StatusOK {
		t.Errorf("beside an open line = %d %s, want 200", a.StatusCode, a.text)
	}
	close(close1)
	<-done
}

func TestOneActorCannotFillTheServer(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	w := open(t, web.Options{Limits: web.Limits{ActorAtOnce: 2}}, func(s *web.Server) {
		web.Query(s, web.Op{Method: "GET", Path: "/wait", ID: "wait", Summary: "Wait", Tag: "test"},
			func(context.Context, authority.Actor, *struct{}) (web.Empty, error) {
				entered <- struct{}{}
				<-release
				return web.Empty{}, nil
			})
		signing(s)
	})
	done := make(chan int)
	for range 2 {
		go func() { done <- w.ask("GET", "/api/v1/wait", "").StatusCode }()
		<-entered
	}
	if a := w.ask("GET", "/api/v1/me", ""); a.StatusCode != http.StatusTooManyRequests || a.problem(t).Code != "too_busy" {
		t.Errorf("a third request at once = %d %s, want 429 too_busy", a.StatusCode, a.text)
	}
	if a := w.ask("GET", "/api/v1/me", "", "Authorization: Bearer wang"); a.StatusCode != http.StatusOK {
		t.Errorf("another agent = %d, want 200", a.StatusCode)
	}
	close(release)
	for range 2 {
		if got := <-done; got != http.StatusNoContent {
			t.Errorf("a waiting request = %d, want 204", got)
		}
	}
	if a := w.ask("GET", "/api/v1/me", ""); a.StatusCode != http.StatusOK {
		t.Errorf("after they are done = %d, want 200", a.StatusCode)
	}
}
