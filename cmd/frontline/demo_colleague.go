package main

import (
	"context"
	"math/rand/v2"
	"time"

	"frontline/internal/authority"
	"frontline/tickets"
)

// colleague is whom the demo plays while customers come, so that a contact reaches somebody although nobody has signed in yet. Chats
// and calls are left to those who try the demo.
const colleague = "chenhao"

// The colleague's pace.
const (
	colleagueLooks = 3 * time.Second
	colleagueLeast = 20 * time.Second
	colleagueMost  = 90 * time.Second
)

// attend lets the colleague be ready, take the mails that are offered and answer each after a while, until ctx ends.
func (d *demo) attend(ctx context.Context) error {
	me := d.agents[colleague]
	leave := d.h.desk.Attend(me.ID)
	defer leave()
	mails := seats[colleague]
	mails.Capacity = tickets.Capacity{"chat": {}, "phone": {}, "email": {Max: 2}}
	err := d.h.work.SaveSetup(ctx, visitor, me.ID, mails)
	if err == nil {
		err = d.h.tickets.SetPresence(ctx, me, me.ID, "ready", "")
	}
	answers := map[int64]time.Time{} // when, by ticket
	for {
		if err != nil && ctx.Err() == nil {
			d.h.log.WarnContext(ctx, "the simulated colleague lost a contact", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(colleagueLooks):
		}
		err = d.look(ctx, me, answers)
	}
}

// look takes what is offered to the colleague, and answers what is due.
func (d *demo) look(ctx context.Context, me authority.Actor, answers map[int64]time.Time) error {
	offers, err := d.h.work.Offers(ctx, me)
	if err != nil {
		return err
	}
	for _, o := range offers {
		if _, err := d.h.work.Accept(ctx, me, o.ID); err != nil {
			return err
		}
		answers[o.TicketID] = time.Now().Add(colleagueLeast + rand.N(colleagueMost-colleagueLeast))
	}
	for ticket, at := range answers {
		if time.Now().Before(at) {
			continue
		}
		delete(answers, ticket)
		if _, err := d.h.tickets.Reply(ctx, me, tickets.Reply{Ticket: ticket, Text: colleagueSays, Anyway: true}); err != nil {
			return err
		}
	}
	return nil
}

const colleagueSays = "您好，来信已收到。我正在与技术部门核实，今天之内给您答复。\n\n陈昊"
