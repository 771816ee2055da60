package email

import (
	"context"
	"testing"

	"frontline/channels/email/emailtest"
	"frontline/internal/authority"
	"frontline/internal/authority/authoritytest"
)

func TestEveryCommandOfMailRefuses(t *testing.T) {
	w := newWorld(t)
	_, courier := w.outside(emailtest.SMTP{})
	admin := w.admin()
	first := w.arrives("From: zhang@customer.test\nSubject: 主轴", "不稳")
	message := w.answers(admin, first.Ticket, "好的")
	w.fails(message)
	left := w.disabled()

	edit := Edit{Name: "x", Address: "other@frontline.test", QueueID: 1}
	authoritytest.Account(t, w.db, w.Email, left, admin, authoritytest.Calls{
		"Save":      func(ctx context.Context, by authority.Actor) error { _, err := w.Save(ctx, by, 0, edit); return err },
		"Test":      func(ctx context.Context, by authority.Actor) error { _, err := w.Test(ctx, by, w.box); return err },
		"Mailboxes": func(ctx context.Context, by authority.Actor) error { _, err := w.Mailboxes(ctx, by); return err },
	})
	authoritytest.Account(t, w.db, courier, left, admin, authoritytest.Calls{
		"Decide": func(ctx context.Context, by authority.Actor) error { return courier.Decide(ctx, by, message, "sent") },
	})
}

// fails makes a delivery one that somebody must decide on.
func (w *world) fails(message int64) {
	w.t.Helper()
	w.change(`update deliveries set state = 'uncertain' where message_id = $1`, message)
}

// change does by hand what a test needs.
func (w *world) change(sql string, args ...any) {
	w.t.Helper()
	if err := w.gate.Do(w.ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(w.ctx, authority.Act{Name: "mail.keep", Object: "test"}); err != nil {
			return err
		}
		_, err := tx.Exec(w.ctx, sql, args...)
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}

// disabled is an administrator who has left.
func (w *world) disabled() authority.Actor {
	w.t.Helper()
	w.change(`insert into agents (login, name, roles, disabled_at) values ('left', '离职', '{admin}', now())`)
	var id int64
	if err := w.db.Read.QueryRow(w.ctx, `select id from agents where login = 'left'`).Scan(&id); err != nil {
		w.t.Fatal(err)
	}
	return authority.AgentActor(id, "离职")
}
