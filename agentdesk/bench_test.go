package agentdesk_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"frontline/internal/authority"

	"github.com/gorilla/websocket"
)

const desks = 1000

// ears are clients that count what they hear.
type ears struct {
	heard atomic.Int64
	want  int64
	all   chan struct{}
}

func (e *ears) expect(n int64) {
	e.want = e.heard.Load() + n
	e.all = make(chan struct{})
}

// listen reads frames from a connection until it ends, as cheaply as a client can: the first byte of each is enough.
func (e *ears) listen(ws *websocket.Conn, kind string) {
	for {
		_, b, err := ws.ReadMessage()
		if err != nil {
			return
		}
		if strings.Contains(string(b), kind) && e.heard.Add(1) == e.want {
			close(e.all)
		}
	}
}

// rawServer is gorilla alone: every connection kept, nothing read, each message prepared once.
type rawServer struct {
	mu    sync.Mutex
	conns []*websocket.Conn
}

func (s *rawServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{CheckOrigin: func(*http.Request) bool { return true }}
	if c, err := up.Upgrade(w, r, nil); err == nil {
		s.mu.Lock()
		s.conns = append(s.conns, c)
		s.mu.Unlock()
	}
}

func (s *rawServer) send(b *testing.B, frame string) {
	p, err := websocket.NewPreparedMessage(websocket.TextMessage, []byte(frame))
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range s.conns {
		if err := c.WritePreparedMessage(p); err != nil {
			b.Fatal(err)
		}
	}
}

// cpu is what this process has used so far, its clients included; a busy machine does not change it much.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // it has no reason to fail
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkFanOut tells a thousand desks of one event, from the commit to the last desk, and compares with gorilla alone
// telling a thousand connections of one prepared message. "ratio" is the one to the other in time, "cpu-ratio" in work; "batched" is the same for a
// hundred events at once, where the time of the commit and of the wake-up hardly counts.
func BenchmarkFanOut(b *testing.B) {
	w := newWorld(b)
	w.Hire("zhao", "supervisor")
	raw := &rawServer{}
	rawURL := httptest.NewServer(raw)
	defer rawURL.Close()
	rawEars, deskEars := &ears{}, &ears{}
	for range desks {
		ws, _, err := websocket.DefaultDialer.DialContext(b.Context(), strings.Replace(rawURL.URL, "http", "ws", 1), nil)
		if err != nil {
			b.Fatal(err)
		}
		defer ws.Close()
		go rawEars.listen(ws, "message.added")
		c := w.line("zhao", 0)
		go deskEars.listen(c.ws, "message.added")
	}
	frame := `{"type":"event","seq":123456789012,"kind":"message.added","object":"ticket:123456","topic":"queue:12"}`
	for _, batch := range []int{1, 100} {
		name := "one"
		if batch > 1 {
			name = "batched"
		}
		b.Run(name, func(b *testing.B) {
			var desk, alone, deskCPU, aloneCPU time.Duration
			for range b.N {
				// In turns, so that both meet the same machine.
				rawEars.expect(int64(batch) * desks)
				began, used := time.Now(), cpu()
				for range batch {
					raw.send(b, frame)
				}
				<-rawEars.all
				alone += time.Since(began)
				aloneCPU += cpu() - used

				deskEars.expect(int64(batch) * desks)
				emit(b, w.Gate, batch, "queue:12")
				began, used = time.Now(), cpu()
				<-deskEars.all
				desk += time.Since(began)
				deskCPU += cpu() - used
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(alone.Microseconds())/float64(b.N*batch), "raw-µs/event")
			b.ReportMetric(float64(desk.Microseconds())/float64(b.N*batch), "desk-µs/event")
			b.ReportMetric(float64(desk)/float64(alone), "ratio")
			b.ReportMetric(float64(deskCPU)/float64(aloneCPU), "cpu-ratio")
		})
	}
}

func emit(b *testing.B, gate *authority.Gate, n int, topic string) {
	err := gate.Do(b.Context(), authority.System("cli"), func(tx *authority.Tx) error {
		if err := tx.Allow(b.Context(), authority.Act{Name: "ticket.import", Object: "bench"}); err != nil {
			return err
		}
		for i := range n {
			tx.Emit("message.added", fmt.Sprint("ticket:", 123456+i), topic)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkLineMemory is what one more desk costs the program: heap and stacks, without the client's half.
func BenchmarkLineMemory(b *testing.B) {
	w := newWorld(b)
	w.Hire("li", "agent", "一组")
	w.queue("一", "一组")
	open := func() (conns []*rawLine) {
		for range desks {
			conns = append(conns, dialRaw(b, w))
		}
		return conns
	}
	for range b.N {
		before := inUse()
		conns := open()
		emit(b, w.Gate, 1, "staff") // stacks have grown to what writing takes
		for _, c := range conns {
			c.until(b, "message.added")
		}
		after := inUse()
		b.ReportMetric(float64(after-before)/desks/1024, "KiB/desk")
		for _, c := range conns {
			c.close()
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

// rawLine is a client's half in as little memory as can be: a socket, and no goroutine. It answers no pings; the test is
// over before the desk minds.
type rawLine struct{ fd int }

func dialRaw(b *testing.B, w *world) *rawLine {
	b.Helper()
	host, port, err := net.SplitHostPort(strings.TrimPrefix(w.URL, "http://"))
	if err != nil {
		b.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		b.Fatal(err)
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		b.Fatal(err)
	}
	to := &syscall.SockaddrInet4{Port: n}
	copy(to.Addr[:], net.ParseIP(host).To4())
	if err := syscall.Connect(fd, to); err != nil {
		b.Fatal(err)
	}
	l := &rawLine{fd}
	l.say(b, "GET /ws/desk HTTP/1.1\r\nHost: "+host+":"+port+"\r\nAuthorization: Bearer "+w.Token("li")+
		"\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", "\r\n\r\n")
	// A text frame (RFC 6455, 5.2) masked with zeros.
	hello := `{"type":"hello"}`
	l.say(b, string([]byte{0x81, 0x80 | byte(len(hello)), 0, 0, 0, 0})+hello, `"welcome"`)
	return l
}

func (l *rawLine) say(b *testing.B, text, until string) {
	b.Helper()
	if _, err := syscall.Write(l.fd, []byte(text)); err != nil {
		b.Fatal(err)
	}
	l.until(b, until)
}

// until reads up to a frame with a text in it.
func (l *rawLine) until(b *testing.B, until string) {
	b.Helper()
	var heard []byte
	var buf [512]byte
	for !strings.Contains(string(heard), until) {
		n, err := syscall.Read(l.fd, buf[:])
		if err != nil || n == 0 {
			b.Fatalf("%q: %v", heard, err)
		}
		heard = append(heard, buf[:n]...)
	}
}

func (l *rawLine) close() { syscall.Close(l.fd) } //nolint:errcheck // it is over
