package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"frontline/agentdesk"
	"frontline/agentdesk/supervise"
	"frontline/agentdesk/ui"
	"frontline/channels"
	"frontline/channels/email"
	"frontline/channels/email/mime"
	"frontline/channels/ticketpage"
	"frontline/channels/webchat"
	"frontline/channels/webchat/widget"
	"frontline/crm"
	"frontline/crm/assets"
	"frontline/crm/catalogue"
	"frontline/crm/contracts"
	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/internal/blob"
	"frontline/internal/event"
	"frontline/internal/fetch"
	"frontline/internal/job"
	"frontline/internal/pg"
	"frontline/internal/secret"
	"frontline/internal/web"
	"frontline/tickets"
	"frontline/tickets/request"
	"frontline/tickets/router"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"golang.org/x/sync/errgroup"
)

// house is the whole program, put together and not yet running.
type house struct {
	log      *slog.Logger
	db       *pg.DB
	gate     *authority.Gate
	accounts *authority.Accounts
	hub      *event.Hub
	jobs     *job.Jobs
	tickets  *tickets.Tickets
	work     *tickets.Work
	mail     *email.Email
	chat     *webchat.Chat
	pages    *ticketpage.Pages
	desk     *agentdesk.Desk
	web      *web.Server
	kinds    []job.Kind
	parts    []func(context.Context) error // run beside, until the program ends
}

// build puts the program together, in the order of who needs whom. Nothing runs yet.
func build(db *pg.DB, key *secret.Key, files blob.Store, s Settings, log *slog.Logger) (*house, error) {
	h := &house{log: log, db: db, hub: event.New(db), jobs: job.New(db)}
	h.gate = authority.New(db, authority.Options{Jobs: h.jobs, Poke: h.committed, Key: key, Sealed: s.keepSeal(log)})
	h.accounts = authority.NewAccounts(h.gate, authority.AccountOptions{Key: key})
	customers := crm.New(h.gate)
	kept := watch(files, filesProbed)
	h.tickets = tickets.New(h.gate, customers, kept, channels.NewOutbox(
		map[string]channels.Addresser{email.Channel: email.NewAddresser(key)}, map[string]tickets.Outbox{webchat.Channel: webchat.Outbox{}}))
	h.work = tickets.NewWork(h.tickets)
	requests := request.New(h.gate, h.tickets)
	h.pages = ticketpage.New(ticketpage.Options{
		Gate: h.gate, Tickets: h.tickets, Surveys: requests, Blobs: kept, Key: key, Address: s.address(), Files: widget.Files(),
	})
	h.mail = email.New(db, h.gate, kept, key, h.tickets, h.pages)
	life := channels.NewLife(db)
	courier := channels.NewCourier(h.gate, h.tickets, life, map[string]channels.Carrier{email.Channel: h.mail})
	alarms := alarm.New(h.gate)
	lead := supervise.New(h.gate, h.tickets)
	live := event.NewLive(db)
	h.desk = agentdesk.New(agentdesk.Options{
		Gate: h.gate, Tickets: h.tickets, Work: h.work, Accounts: h.accounts, Hub: h.hub, Live: live, Onlooker: lead, Log: log,
	})
	h.chat = webchat.New(webchat.Options{
		Gate: h.gate, Tickets: h.tickets, Hub: h.hub, Live: live, Blobs: kept, Key: key,
		Widget: widget.Files(), Words: widget.Words, Log: log,
	})
	numbers := prometheus.NewRegistry()
	numbers.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), h.mail.Collector())
	numbers.MustRegister(h.chat.Collectors()...)
	var err error
	h.web, err = web.New(web.Options{
		Metrics: numbers, Gather: numbers,
		Auth: h.accounts, Answers: h.gate, Version: versionName(), PublicURL: s.PublicURL, Listen: s.Listen,
		Log: log, Desk: ui.Files(), Proxies: s.Proxies, Scrape: s.MetricsToken,
		Ready: []web.Check{{Name: "database", Do: func(ctx context.Context) error { return db.Ready(ctx, schemas()...) }}},
	})
	if err != nil {
		return nil, err
	}
	h.tickets.Routes(h.web, tickets.Show{Key: key, Fetch: fetch.New(fetch.Options{}), HTML: showMail, Letter: mime.Letter})
	h.work.Routes(h.web)
	requests.Routes(h.web)
	customers.Routes(h.web)
	catalogue.New(h.gate).Routes(h.web)
	assets.New(h.gate).Routes(h.web)
	agreed := contracts.New(h.gate)
	agreed.Routes(h.web)
	alarms.Routes(h.web)
	h.desk.Routes(h.web)
	agentdesk.NewWork(h.gate, h.tickets).Routes(h.web)
	agentdesk.AccountRoutes(h.web, h.accounts, func(ctx context.Context, by authority.Actor, agent int64) (string, error) {
		seat, err := h.tickets.Seat(ctx, by, agent)
		return seat.Presence, err
	})

	h.mail.Routes(h.web)
	h.chat.Routes(h.web)
	h.pages.Routes(h.web)
	courier.Routes(h.web)
	lead.Routes(h.web)

	dispatch := router.New(router.Options{DB: db, Hub: h.hub, Dispatch: tickets.NewDispatch(h.tickets), Log: log})
	h.parts = append(h.parts, dispatch.Run)
	h.parts = append(h.parts, func(ctx context.Context) error { return h.tickets.TakeUp(ctx, authority.System("jobs")) })
	h.parts = append(h.parts, h.hub.Run, h.tickets.RunClocks, h.desk.Run, h.gate.Sealing, returnMemory, h.mail.Fetch, h.mail.Intake, h.mail.Prove, h.mail.KeepSent, h.chat.Run,
		func(ctx context.Context) error { return life.Run(ctx, courier) },
		func(ctx context.Context) error { return kept.tell(ctx, alarms, log) })
	h.kinds = append(h.kinds, h.gate.Upkeep()...)
	h.kinds = append(h.kinds, courier.Kind(), h.chat.Kind(), h.pages.Kind(),
		job.Every("abandoned_chats", 15*time.Second, 10*time.Second, h.chat.Abandon),
		job.Every("remind_tasks", 15*time.Second, 10*time.Second, func(ctx context.Context) error {
			_, err := requests.Remind(ctx, authority.System("jobs"))
			return err
		}),
		job.Every("end_sessions", time.Minute, 10*time.Second, h.accounts.Sweep),
		job.Every("check_thresholds", 5*time.Second, 10*time.Second, func(ctx context.Context) error { return lead.Check(ctx, authority.System("jobs")) }),
		job.Every("keep_scores", 15*time.Minute, 5*time.Minute, func(ctx context.Context) error { return lead.Keep(ctx, authority.System("jobs")) }),
		job.Every("classify_customers", 24*time.Hour, time.Hour, func(ctx context.Context) error {
			_, err := customers.Classify(ctx, authority.System("jobs"))
			return err
		}),
		job.Every("remind_contracts", time.Hour, time.Minute, func(ctx context.Context) error {
			_, err := agreed.Remind(ctx, authority.System("jobs"))
			return err
		}),
		job.Every("reconcile_mail", time.Hour, 30*time.Minute, func(ctx context.Context) error {
			_, err := h.mail.Reconcile(ctx)
			return err
		}))
	return h, nil
}

// committed is told of each commit with events on this node: desks hear of it, and it may have moved a clock.
func (h *house) committed() {
	h.hub.Poke()
	h.tickets.Poke()
}

// showMail is how the tickets, which know no mail, have its HTML made harmless.
func showMail(html, words string, cid, remote func(string) string) string {
	return mime.SafeHTML(html, mime.HTMLOptions{CID: cid, Remote: remote, New: words})
}

// run serves until ctx ends or a part fails: requests are finished first, then the parts end.
func (h *house) run(ctx context.Context, l net.Listener) error {
	behind, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	parts, behind := errgroup.WithContext(behind)
	for _, p := range h.parts {
		parts.Go(func() error { return p(behind) })
	}
	parts.Go(func() error { return h.jobs.Run(behind, h.kinds...) })
	front, quit := context.WithCancel(ctx)
	defer quit()
	context.AfterFunc(behind, quit)
	err := h.web.Serve(front, l)
	stop()
	return errors.Join(err, ignoreEnd(parts.Wait()))
}

func ignoreEnd(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
