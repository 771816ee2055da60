package web

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// setOrigins lists the exact origins (RFC 6454) that pages of ours can have: the public URL's, and, for use without
// one, those of the listening address.
func (s *Server) setOrigins() error {
	s.origins = map[string]bool{}
	if s.o.PublicURL != "" {
		u, err := url.Parse(s.o.PublicURL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.User != nil {
			return fmt.Errorf("public URL %q: want something like https://desk.example.com", s.o.PublicURL)
		}
		s.secure = u.Scheme == "https"
		s.origins[origin(u.Scheme, u.Hostname(), u.Port())] = true
	}
	if s.o.Listen != "" {
		host, port, err := net.SplitHostPort(s.o.Listen)
		if err != nil {
			return fmt.Errorf("listen address %q: want something like 127.0.0.1:8080", s.o.Listen)
		}
		for _, h := range names(host) {
			s.origins[origin("http", h, port)] = true
		}
	}
	s.cross = http.NewCrossOriginProtection()
	// Pages of others use the chat. It takes no cookies, and its handlers look at the origin themselves.
	s.cross.AddInsecureBypassPattern("/chat/")
	for o := range s.origins {
		if err := s.cross.AddTrustedOrigin(o); err != nil {
			return fmt.Errorf("origin %q: %w", o, err)
		}
	}
	return nil
}

// names are what a browser may call the host we listen on.
func names(host string) []string {
	ip := net.ParseIP(host)
	switch {
	case host == "" || ip != nil && ip.IsUnspecified():
		out := []string{"localhost", "127.0.0.1", "::1"}
		addrs, err := net.InterfaceAddrs()
		if err != nil {
			return out // without them PublicURL is needed for use from afar
		}
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
				out = append(out, n.IP.String())
			}
		}
		return out
	case host == "localhost" || ip != nil && ip.IsLoopback():
		return []string{"localhost", "127.0.0.1", "::1"}
	default:
		return []string{host}
	}
}

// origin writes scheme, host and port as browsers do: lower case, no default port, IPv6 in brackets.
func origin(scheme, host, port string) string {
	host = strings.ToLower(host)
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		return scheme + "://" + host
	}
	return scheme + "://" + host + ":" + port
}

// OriginAllowed says whether a websocket may be opened: by a page of ours, or by a program, which sends no Origin and
// shows a token instead of a cookie.
func (s *Server) OriginAllowed(r *http.Request) bool {
	from := r.Header.Values("Origin")
	if len(from) == 0 {
		return r.Header.Get("Authorization") != ""
	}
	return len(from) == 1 && s.origins[from[0]]
}
