package webchat_test

import (
	"fmt"
	"net"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"frontline/channels"
	"frontline/channels/webchat"
	"frontline/internal/web/webtest"
)

// crowd lets as many come from one address as a benchmark does.
var crowd = webchat.Options{Limits: webchat.Limits{
	AddressLines: 20_000, AddressDials: webchat.Rate{Each: 1e5, Burst: 1e5}, AddressSays: webchat.Rate{Each: 1e5, Burst: 1e5},
	AddressStarts: webchat.Rate{Each: 1e5, Burst: 1e5}, SiteStarts: webchat.Rate{Each: 1e5, Burst: 1e5}, VisitorSays: webchat.Rate{Each: 1e5, Burst: 1e5},
}}

// BenchmarkRoundTrip is the time from a visitor's frame to the event on the agent's line, the commit in between, while a
// thousand chats are open and ten visitors write at once. The limit is 50 ms.
func BenchmarkRoundTrip(b *testing.B) {
	const chats, writers, each = 1000, 10, 100
	w := node(b, webtest.Open(b, channels.Schemas()...), crowd)
	open, tickets := make([]*browser, chats), make([]int64, chats)
	var opening sync.WaitGroup
	for side := range writers {
		opening.Go(func() {
			for i := side; i < chats; i += writers {
				open[i], _ = w.visitor(nil)
				tickets[i] = w.ticketOf(open[i].start("hello"))
			}
		})
	}
	opening.Wait()
	for range b.N {
		var mu sync.Mutex
		var took []time.Duration
		var all sync.WaitGroup
		for i := range writers {
			v, ticket := open[i], tickets[i]
			all.Go(func() {
				desk, err := w.Hub.Subscribe(b.Context(), 0, fmt.Sprint("ticket:", ticket))
				if err != nil {
					b.Error(err)
					return
				}
				defer desk.Close()
				for n := range each {
					began := time.Now()
					v.say(map[string]any{"type": "message", "id": newID(), "text": "message " + strconv.Itoa(n)})
					for heard := false; !heard; {
						<-desk.Wake
						events, err := desk.Take(b.Context())
						if err != nil {
							b.Error(err)
							return
						}
						for _, e := range events {
							heard = heard || e.Kind == "message.added"
						}
					}
					mu.Lock()
					took = append(took, time.Since(began))
					mu.Unlock()
					v.until("ok")
				}
			})
		}
		all.Wait()
		slices.Sort(took)
		ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
		b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
		b.ReportMetric(ms(took[len(took)*99/100]), "p99-ms")
		b.ReportMetric(ms(took[len(took)*99/100])/50, "ratio")
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkVisitorMemory is what one more visitor who says nothing costs the program: heap and stacks, without the browser's
// half. The limit is 50 KiB.
func BenchmarkVisitorMemory(b *testing.B) {
	const visitors = 2000
	w := node(b, webtest.Open(b, channels.Schemas()...), crowd)
	for range b.N {
		before := inUse()
		var lines []int
		for range visitors {
			lines = append(lines, idle(b, w))
		}
		per := float64(inUse()-before) / visitors / 1024
		b.ReportMetric(per, "KiB/visitor")
		b.ReportMetric(per/50, "ratio")
		for _, fd := range lines {
			syscall.Close(fd) //nolint:errcheck // it is over
		}
	}
	b.ReportMetric(0, "ns/op")
}

func inUse() int64 {
	var m runtime.MemStats
	for range 3 {
		runtime.GC()
	}
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// idle is a browser's half in as little memory as can be: a socket, and no goroutine. It has been welcomed and answers no pings;
// the benchmark is over before the chat minds.
func idle(b *testing.B, w *world) (fd int) {
	b.Helper()
	host, port, err := net.SplitHostPort(strings.TrimPrefix(w.URL, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		b.Fatal(err)
	}
	if fd, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0); err != nil {
		b.Fatal(err)
	}
	to := &syscall.SockaddrInet4{Port: n}
	copy(to.Addr[:], net.ParseIP(host).To4())
	if err := syscall.Connect(fd, to); err != nil {
		b.Fatal(err)
	}
	say := func(text, until string) {
		if _, err := syscall.Write(fd, []byte(text)); err != nil {
			b.Fatal(err)
		}
		var heard []byte
		var buf [2048]byte
		for !strings.Contains(string(heard), until) {
			n, err := syscall.Read(fd, buf[:])
			if err != nil || n == 0 {
				b.Fatalf("%q: %v", heard, err)
			}
			heard = append(heard, buf[:n]...)
		}
	}
	say("GET /ws/chat/demo HTTP/1.1\r\nHost: "+host+":"+port+"\r\nOrigin: "+shop+
		"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", "\r\n\r\n")
	// A text frame (RFC 6455, 5.2) masked with zeros.
	hello := `{"type":"hello"}`
	say(string([]byte{0x81, 0x80 | byte(len(hello)), 0, 0, 0, 0})+hello, `"welcome"`)
	return fd
}
