package webchat_test

import (
	"fmt"
	"net"
	"runtime"
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

// crowd lets as many come from one address, and say as much, as a benchmark does.
var crowd = webchat.Options{Limits: webchat.Limits{
	AddressLines: 20_000, AddressDials: plenty, LineFrames: plenty, AddressSays: plenty, AddressStarts: plenty, SiteStarts: plenty, VisitorSays: plenty,
}}

var plenty = webchat.Rate{Each: 1e5, Burst: 1e5}

// BenchmarkRoundTrip is the time from a visitor's frame to the event on the agent's line, the commit in between, while a
// thousand chats are open and ten visitors write as fast as they are answered. The limit is 50 ms; beside it stands what as
// many lines take that do nothing but commit one row for each frame.
func BenchmarkRoundTrip(b *testing.B) {
	const chats, writers, each = 1000, 10, 100
	w := node(b, webtest.Open(b, channels.Schemas()...), crowd)
	open, tickets := make([]*browser, chats), make([]int64, chats)
	side := func(f func(i int)) {
		var all sync.WaitGroup
		for first := range writers {
			all.Go(func() { f(first) })
		}
		all.Wait()
	}
	side(func(first int) {
		for i := first; i < chats; i += writers {
			open[i], _ = w.visitor(nil)
			tickets[i] = w.ticketOf(open[i].start("hello"))
		}
	})
	if b.Failed() {
		return
	}
	raw := newBareLines(b, w, writers)
	for range b.N {
		var took, alone times
		side(func(i int) {
			desk, err := w.Hub.Subscribe(b.Context(), 0, fmt.Sprint("ticket:", tickets[i]))
			if err != nil {
				b.Error(err)
				return
			}
			defer desk.Close()
			for n := range each {
				began := time.Now()
				open[i].say(map[string]any{"type": "message", "id": newID(), "text": "message " + strconv.Itoa(n)})
				if err := told(b.Context(), desk, "message.added"); err != nil {
					b.Error(err)
					return
				}
				took.add(time.Since(began))
				open[i].until("ok")
			}
		})
		side(func(i int) {
			for range each {
				began := time.Now()
				if err := raw.say(i); err != nil {
					b.Error(err)
					return
				}
				alone.add(time.Since(began))
			}
		})
		if b.Failed() {
			return
		}
		b.ReportMetric(took.part(50), "p50-ms")
		b.ReportMetric(took.part(99), "p99-ms")
		b.ReportMetric(alone.part(50), "raw-p50-ms")
		b.ReportMetric(alone.part(99), "raw-p99-ms")
		b.ReportMetric(took.part(99)/50, "ratio")
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
