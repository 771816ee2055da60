package web_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"frontline/internal/authority"
	"frontline/internal/web"
)

func TestAStoppingServerFinishesWhatItBegan(t *testing.T) {
	t.Parallel()
	entered, release, told := make(chan struct{}), make(chan struct{}), make(chan struct{})
	s, err := web.New(web.Options{Auth: staff})
	if err != nil {
		t.Fatal(err)
	}
	web.Query(s, web.Op{Method: "GET", Path: "/wait", ID: "wait", Summary: "Wait", Tag: "test", Public: true},
		func(context.Context, authority.Actor, *struct{}) (web.Empty, error) {
			close(entered)
			<-release
			return web.Empty{}, nil
		})
	s.OnStop(func() { close(told) })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	served := make(chan error)
	go func() { served <- s.Serve(ctx, l) }()
	answered := make(chan int)
	go func() {
		r, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+l.Addr().String()+"/api/v1/wait", nil)
		if err != nil {
			t.Error(err)
		}
		res, err := client.Do(r)
		if err != nil {
			t.Error(err)
			close(answered)
			return
		}
		res.Body.Close()
		answered <- res.StatusCode
	}()
	<-entered
	stop()
	<-told // websockets hear that the server stops
	close(release)
	if got := <-answered; got != http.StatusNoContent {
		t.Errorf("the running request = %d, want 204", got)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve = %v, want nil", err)
	}
	if c, err := net.Dial("tcp", l.Addr().String()); err == nil {
		c.Close()
		t.Error("a stopped server still listens")
	}
}

func TestAnUploadIsReadWhileItArrivesAndBounded(t *testing.T) {
	t.Parallel()
	type kept struct {
		Name string `json:"name"`
		Size int64  `json:"size"`
	}
	w := open(t, web.Options{}, func(s *web.Server) {
		web.Upload(s, web.Op{Method: "POST", Path: "/files", ID: "upload", Summary: "Upload", Tag: "files", Status: 201, MaxBody: 3 << 20},
			func(_ context.Context, by authority.Actor, in *struct {
				Name string `query:"name" required:"true" maxLength:"100"`
			}, body io.Reader,
			) (kept, error) {
				if by.ID != 1 {
					return kept{}, errors.New("another agent")
				}
				n, err := io.Copy(io.Discard, body)
				return kept{in.Name, n}, err
			})
	})
	a := w.ask("POST", "/api/v1/files?name=%E5%9B%BE.png", strings.Repeat("\x00\xff", 1<<20), "Content-Type: image/png")
	if a.StatusCode != 201 || a.text != `{"name":"图.png","size":2097152}` {
		t.Errorf("upload = %d %s", a.StatusCode, a.text)
	}
	if a := w.ask("POST", "/api/v1/files?name=x", strings.Repeat("x", 4<<20)); a.StatusCode != http.StatusRequestEntityTooLarge || a.problem(t).Args["max"] != 3145728.0 {
		t.Errorf("a large upload = %d %s, want 413", a.StatusCode, a.text)
	}
	// Who sends on for long after the limit hears the answer too, and not that the line broke.
	if a := w.ask("POST", "/api/v1/files?name=x", strings.Repeat("x", 40<<20)); a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge upload = %d %s, want 413", a.StatusCode, a.text)
	}
	if a := w.ask("POST", "/api/v1/files", "x"); a.StatusCode != 400 || a.problem(t).Errors[0] != (web.FieldProblem{Field: "name", Code: "required", Detail: "is missing"}) {
		t.Errorf("an upload without a name = %d %s", a.StatusCode, a.text)
	}
}

// Who announces a body and never sends it is answered, and does not hold the connection for ever.
func TestABodyThatNeverComesIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	w := open(t, web.Options{Body: 100 * time.Millisecond}, func(s *web.Server) {
		orders(s)
		web.Command(s, web.Op{Method: "POST", Path: "/in", ID: "in", Summary: "Sign in", Tag: "test", Public: true},
			func(context.Context, authority.Actor, *struct{ Body struct{ Name string } }) (web.Empty, error) {
				return web.Empty{}, nil
			})
	})
	for path, want := range map[string]string{"/api/v1/orders/1": "401 Unauthorized", "/nowhere": "404 Not Found", "/api/v1/in": "400 Bad Request"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			c, err := net.Dial("tcp", strings.TrimPrefix(w.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := io.WriteString(c, "POST "+path+" HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(c) // the line ends with the answer
			if line, _, _ := strings.Cut(string(got), "\r\n"); err != nil || line != "HTTP/1.1 "+want {
				t.Errorf("%q, %v; want %s", line, err, want)
			}
		})
	}
}
