package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/pg"
	"frontline/tickets"
)

// visitor is who acts for the demo's customers.
var visitor = authority.System("demo")

// demo is a company with people, queues and a past, in which customers keep writing.
type demo struct {
	h        *house
	settings Settings
	quiet    bool
	password string
	queues   map[string]int64
	teams    map[string]int64
	agents   map[string]authority.Actor
	open     []open // tickets that may hear more of their customer
	next     int    // story
}

// open is a ticket whose customer has more to say.
type open struct {
	ticket int64
	story  story
	said   int // how much of the story's rest
}

// demoPassword is everybody's while only this machine can reach the program.
const demoPassword = "frontline-demo"

// demo serves on a folder that is gone afterwards.
func (s Settings) demo(ctx context.Context, std stdio, quiet bool) (err error) {
	if s.DatabaseURL != "" {
		return usageError{errors.New("--demo makes a database of its own: leave --database-url away")}
	}
	clearDemos()
	if s.Data, err = os.MkdirTemp("", demoFolder); err != nil {
		return fmt.Errorf("folder of the demo: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(s.Data)) }()
	s.SecretKeyFile = ""
	if s.MailListen == "" {
		s.MailListen = freeAddress(ctx, demoMail)
	}
	if s.Data, err = filepath.Abs(s.Data); err != nil {
		return fmt.Errorf("folder of the demo: %w", err)
	}
	d := &demo{settings: s, quiet: quiet, queues: map[string]int64{}, teams: map[string]int64{}, agents: map[string]authority.Actor{}}
	return s.serve(ctx, std, d.prepare)
}

const demoFolder = "frontline-demo-"

// clearDemos removes the folders of demos that were killed.
func clearDemos() {
	left, err := filepath.Glob(filepath.Join(os.TempDir(), demoFolder+"*"))
	if err != nil {
		return
	}
	for _, dir := range left {
		info, err := os.Stat(dir)
		if err != nil || time.Since(info.ModTime()) < time.Minute || pg.Held(filepath.Join(dir, "postgres")) {
			continue // perhaps just being made, or in use
		}
		os.RemoveAll(dir) //nolint:errcheck // the next demo tries again
	}
}

// prepare makes the company and says how to come in.
func (d *demo) prepare(ctx context.Context, h *house) (string, error) {
	d.h = h
	d.password = demoPassword
	if host, _, err := net.SplitHostPort(d.settings.Listen); err != nil || !loopback(host) {
		d.password = authority.NewPassword()
	}
	for _, step := range []func(context.Context) error{d.hire, d.openQueues, d.route, d.openMail, d.openChat, d.past} {
		if err := step(ctx); err != nil {
			return "", fmt.Errorf("prepare the demo: %w", err)
		}
	}
	d.openShop()
	d.openHelp()
	if !d.quiet {
		h.parts = append(h.parts, d.present, d.attend)
	}
	return d.welcome(), nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// hire adds the teams and people.
func (d *demo) hire(ctx context.Context) error {
	for _, p := range people {
		var teams []int64
		for _, name := range p.teams {
			if d.teams[name] == 0 {
				id, err := d.h.accounts.SetTeam(ctx, cli, 0, name)
				if err != nil {
					return err
				}
				d.teams[name] = id
			}
			teams = append(teams, d.teams[name])
		}
		id, err := d.h.accounts.AddPerson(ctx, cli, authority.NewPerson{
			Login: p.login, Name: p.name, Email: p.login + "@polaris.example", Password: d.password,
			Roles: []string{p.role}, Tier: p.tier, Language: p.language, Teams: teams,
		})
		if err != nil {
			return err
		}
		d.agents[p.login] = authority.AgentActor(id, p.name)
	}
	return nil
}

// openQueues gives each team its queue; the one that every installation has is the first.
func (d *demo) openQueues(ctx context.Context) error {
	there, err := d.h.tickets.Queues(ctx, visitor)
	if err != nil {
		return err
	}
	for i, q := range queues {
		var id int64
		if i < len(there) {
			id = there[i].ID
		}
		team := d.teams[q.team]
		d.queues[q.key], err = d.h.tickets.SaveQueue(ctx, visitor, id, tickets.QueueEdit{
			Name: q.name, NameEn: q.nameEn, TeamID: &team, Signature: q.signature, Default: i == 0,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// past lets some customers have come before, and colleagues have begun.
func (d *demo) past(ctx context.Context) error {
	const known = 12
	for range known {
		if err := d.arrive(ctx); err != nil {
			return err
		}
	}
	for _, done := range begun {
		t := d.open[done.ticket]
		by := d.agents[done.by]
		edit := tickets.Edit{Assignee: &by.ID, Priority: done.priority, State: done.state, Tags: done.tags}
		if err := d.h.tickets.Edit(ctx, by, t.ticket, edit); err != nil {
			return err
		}
		if done.note == "" {
			continue
		}
		if _, err := d.h.tickets.Note(ctx, by, t.ticket, "", done.note, nil); err != nil {
			return err
		}
	}
	return nil
}

// arrive lets the next story begin.
func (d *demo) arrive(ctx context.Context) error {
	s := stories[d.next%len(stories)]
	if round := d.next / len(stories); round > 0 {
		// The same trouble at another customer's, who says it in the same language.
		others := atHome
		if s.queue == "world" {
			others = abroad
		}
		who := others[d.next%len(others)]
		s.name, s.email = who.name, fmt.Sprintf("%s%d@%s", who.login, round, who.host)
	}
	d.next++
	got, err := d.h.tickets.Receive(ctx, visitor, tickets.Inbound{
		Channel: s.channel, From: crm.Point{Kind: crm.Email, Address: s.email}, Name: s.name, Subject: s.subject, Text: s.text,
		Queue: d.queues[s.queue], Type: s.kind, Severity: s.severity,
	})
	if err != nil {
		return err
	}
	d.open = append(d.open, open{ticket: got.Ticket, story: s})
	return nil
}

// more lets a customer who has written before write again; false where none has anything to add.
func (d *demo) more(ctx context.Context) (bool, error) {
	for _, i := range rand.Perm(len(d.open)) {
		o := &d.open[i]
		if o.said >= len(o.story.more) {
			continue
		}
		_, err := d.h.tickets.Receive(ctx, visitor, tickets.Inbound{
			Channel: o.story.channel, From: crm.Point{Kind: crm.Email, Address: o.story.email}, Name: o.story.name,
			Subject: o.story.subject, Text: o.story.more[o.said], Hints: []tickets.Hint{{Kind: "token", Ticket: o.ticket}},
		})
		o.said++
		return true, err
	}
	return false, nil
}

// The pace of the demo: a person can follow it, and a night of it fills no disk.
const (
	demoLeast = 15 * time.Second
	demoMost  = 45 * time.Second
	demoEnd   = 2000 // tickets
)

// present lets customers come until ctx ends.
func (d *demo) present(ctx context.Context) error {
	for d.next < demoEnd {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(demoLeast + rand.N(demoMost-demoLeast)):
		}
		said, err := false, error(nil)
		if rand.IntN(3) == 0 {
			said, err = d.more(ctx)
		}
		if !said && err == nil {
			err = d.arrive(ctx)
		}
		if err != nil && ctx.Err() == nil {
			d.h.log.WarnContext(ctx, "a simulated customer was lost", "err", err)
		}
	}
	return nil
}

// welcome is printed below the address.
func (d *demo) welcome() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\nA demo company on a folder that is gone afterwards. Everybody's password is %s\n\n", d.password)
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  login\trole\ttier\tlanguage\tname")
	for _, p := range people {
		fmt.Fprintf(w, "  %s\t%s\t%d\t%s\t%s\n", p.login, p.role, p.tier, p.language, p.name)
	}
	w.Flush() //nolint:errcheck // memory
	b.WriteString("\nThe company's own page, with the chat on it: /demo/shop\nWhere its customers look after their requests: /demo/help\n")
	b.WriteString(d.mailWords())
	if d.quiet {
		b.WriteString("\nNo simulated customers.\n")
	} else {
		fmt.Fprintf(&b, "\nSimulated customers write now and then, and %s answers what is offered; --quiet switches them off.\n", colleague)
	}
	return b.String()
}
