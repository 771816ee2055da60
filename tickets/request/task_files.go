package request

import (
	"context"
	"fmt"

	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/jackc/pgx/v5"
)

// Evidence is files that the actor uploaded for a task: photos, or the customer's signature.
type Evidence struct {
	ClientID string // the caller's own name for it: the same again changes nothing
	Kind     string // photo, signature or other
	Signer   string // of a signature: who signed
	Files    []int64
	Words    string // what they show; empty: the task's subject
}

// AddFiles puts files to a task, and as a note to its ticket.
func (r *Requests) AddFiles(ctx context.Context, by authority.Actor, task int64, e Evidence) (k Task, err error) {
	e.Signer, e.Words = plain.Line(e.Signer, 200), plain.Line(e.Words, 1000)
	switch {
	case len(e.Files) == 0:
		return k, fault.BadField("files", "required")
	case e.Kind == "signature" && e.Signer == "":
		return k, fault.BadField("signer", "required")
	case e.Kind != "signature" && e.Signer != "":
		return k, fault.BadField("signer", "not_allowed", "allowed", "signature")
	}
	err = r.gate.Do(ctx, by, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "task.change", Object: fmt.Sprint("task:", task)}); err != nil {
			return err
		}
		var again bool
		if k, again, err = lockTask(ctx, tx, task, e.ClientID); err != nil {
			return err
		}
		if !again {
			if err := r.keepEvidence(ctx, tx, k, e); err != nil {
				return err
			}
			if k, err = readTask(ctx, tx, task); err != nil {
				return err
			}
		}
		tx.Return(k)
		return nil
	})
	return k, err
}

func (r *Requests) keepEvidence(ctx context.Context, tx *authority.Tx, k Task, e Evidence) error {
	words := e.Words
	if words == "" {
		words = k.Subject
	}
	if _, err := r.tickets.Jot(ctx, tx, k.Ticket.ID, "task", words, e.Files); err != nil {
		return err
	}
	b := &pgx.Batch{}
	b.Queue(`insert into task_files (attachment_id, task_id, kind, signer) select distinct f, $2::bigint, $3, $4 from unnest($1::bigint[]) f`, e.Files, k.ID, e.Kind, e.Signer)
	b.Queue(`update tasks set version = version + 1, updated_at = now() where id = $1`, k.ID)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return wrap("files of the task", err)
	}
	emit(tx, k.ID, k.Ticket.ID, k.doer())
	return nil
}
