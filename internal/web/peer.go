package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// maxHops bounds how many addresses of X-Forwarded-For are looked at.
const maxHops = 16

// peer is who really asks. X-Forwarded-For is believed only as far as configured proxies wrote it: from the right, each
// address that is a proxy vouches for the one before it.
func (s *Server) peer(r *http.Request) netip.Addr {
	at := remote(r)
	if !s.isProxy(at) {
		return at
	}
	hops := r.Header.Values("X-Forwarded-For")
	for i, n := len(hops)-1, 0; i >= 0; i-- {
		rest := hops[i]
		for {
			cut := strings.LastIndexByte(rest, ',')
			hop, ok := parseHop(rest[cut+1:])
			if n++; !ok || n > maxHops {
				return at
			}
			at = hop
			if !s.isProxy(at) {
				return at
			}
			if cut < 0 {
				break
			}
			rest = rest[:cut]
		}
	}
	return at
}

// remote is the other end of the connection.
func remote(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{} // a Unix socket has none
	}
	return ap.Addr().Unmap().WithZone("")
}

// parseHop reads one entry: an address, perhaps with a port, perhaps in brackets.
func parseHop(s string) (netip.Addr, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 64 {
		return netip.Addr{}, false
	}
	if a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")); err == nil {
		return a.Unmap().WithZone(""), true
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		return ap.Addr().Unmap().WithZone(""), true
	}
	return netip.Addr{}, false
}

func (s *Server) isProxy(a netip.Addr) bool {
	for _, p := range s.o.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// near says whether the request came from this machine itself and not through a proxy on it.
func near(r *http.Request) bool {
	at := remote(r)
	return (!at.IsValid() || at.IsLoopback()) &&
		len(r.Header.Values("X-Forwarded-For")) == 0 && len(r.Header.Values("Forwarded")) == 0
}
