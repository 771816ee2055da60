package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"

	"frontline/channels/email/mailin"
	"frontline/internal/blob"
	"frontline/internal/pg"
	"frontline/internal/secret"
)

// Settings are those of a running program.
type Settings struct {
	Place
	Listen    string `default:"127.0.0.1:8080" help:"Address of the desk and the API, host:port."`
	PublicURL string `name:"public-url" help:"How browsers reach the program, such as https://desk.example.com; without it http:// and the listening address."`

	Proxies      []netip.Prefix `help:"Networks of the proxies in front, such as 10.0.0.0/8, with commas: what they say of a caller's address is believed."`
	MetricsToken string         `name:"metrics-token" help:"Bearer token with which /metrics is read from elsewhere; without it from this machine only."`

	MailListen   string         `name:"mail-listen" help:"Address at which mail servers hand over mail, host:port; without it none is received, only fetched."`
	MailProtocol string         `name:"mail-protocol" default:"smtp" enum:"smtp,lmtp" help:"What they speak there: smtp or lmtp."`
	MailFrom     []netip.Prefix `name:"mail-from" help:"Networks they may come from, such as 10.0.0.0/8; several with commas; without it only this machine."`
}

// ServeCmd runs everything in one process.
type ServeCmd struct {
	Settings
	Demo  bool `help:"Serve a demo company from a folder that is gone afterwards."`
	Quiet bool `help:"With --demo: no simulated customers."`
}

// Run serves until it is told to stop.
func (c *ServeCmd) Run(ctx context.Context, std stdio) error {
	if c.Demo {
		return c.demo(ctx, std, c.Quiet)
	}
	if c.Quiet {
		return usageError{errors.New("--quiet goes with --demo")}
	}
	return c.serve(ctx, std, func(context.Context, *house) (string, error) { return "", nil })
}

// serve starts the program and runs it until ctx ends. prepare is called when the database is there and before anybody
// is answered; what it says is printed with the address.
func (s Settings) serve(ctx context.Context, std stdio, prepare func(context.Context, *house) (string, error)) (err error) {
	log := s.logger(std)
	if err := s.folder(); err != nil {
		return err
	}
	key, err := s.key()
	if err != nil {
		return err
	}
	// Before the database: a port that is taken is found at once.
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer l.Close() //nolint:errcheck // closed by serving, except where it never came to that
	s.Listen = l.Addr().String()
	st, err := s.storage(ctx, log, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, st.close()) }()
	files, err := blob.Folder(s.filesDir())
	if err != nil {
		return err
	}
	h, err := build(st.db, key, files, s, log)
	if err != nil {
		return err
	}
	if err := s.receiveMail(ctx, h); err != nil {
		return err
	}
	if st.cluster != nil {
		h.parts = append(h.parts, func(ctx context.Context) error { return keepCluster(ctx, st, s.clusterDir(), log) })
	}
	words, err := prepare(ctx, h)
	if err != nil {
		return err
	}
	fmt.Fprintf(std.Out, "Frontline is ready: %s\n%s", s.address(), words)
	return h.run(ctx, l)
}

// address is how others reach the program.
func (s Settings) address() string {
	if s.PublicURL != "" {
		return strings.TrimSuffix(s.PublicURL, "/")
	}
	return "http://" + reachable(s.Listen)
}

// receiveMail opens the port at which mail servers hand over mail, where one is set.
func (s Settings) receiveMail(ctx context.Context, h *house) error {
	if s.MailListen == "" {
		return nil
	}
	o := mailin.Options{LMTP: s.MailProtocol == "lmtp", Allowed: s.MailFrom, Log: h.log}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.MailListen)
	if err != nil {
		return fmt.Errorf("listen for mail: %w", err)
	}
	h.parts = append(h.parts, func(ctx context.Context) error { return h.mail.Receive(ctx, l, o) })
	return nil
}

// reachable is a listening address as a browser on this machine reaches it.
func reachable(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return listen
}

// keepCluster starts the private database again where it ended by itself. Its address stays, so that the pools find it.
func keepCluster(ctx context.Context, st *storage, dir string, log *slog.Logger) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-st.cluster.Done():
		}
		log.ErrorContext(ctx, "the database ended and is started again")
		url := st.cluster.URL()
		if err := st.cluster.Stop(); err != nil {
			log.WarnContext(ctx, "database not stopped in order", "err", err)
		}
		for pause := time.Second; ; pause = min(2*pause, 30*time.Second) {
			next, err := pg.StartPrivate(ctx, pg.ClusterOptions{Dir: dir, Log: log})
			if err == nil && next.URL() != url {
				return errors.Join(errors.New("the database came back at another address"), next.Stop())
			}
			if err == nil {
				st.cluster = next
				break
			}
			log.ErrorContext(ctx, "database not started", "err", err)
			select {
			case <-ctx.Done():
				return nil
			case <-time.After(pause):
			}
		}
	}
}

// OpenAPICmd prints the description of the API.
type OpenAPICmd struct{}

// Run needs no database: the description is made from the code.
func (OpenAPICmd) Run(std stdio) error {
	h, err := build(&pg.DB{}, &secret.Key{}, nil, Settings{}, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	b, err := h.web.OpenAPI()
	if err != nil {
		return err
	}
	_, err = std.Out.Write(b)
	return err
}
