// Package router gives waiting contacts to agents: it holds what package routing decides from, hears what commits, and
// writes what is decided. Every node runs it; the one that holds the lock leads.
package router

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"frontline/internal/authority"
	"frontline/internal/event"
	"frontline/internal/pg"
	"frontline/tickets"
	"frontline/tickets/routing"
)

// Options of a Router: what it stands on.
type Options struct {
	DB       *pg.DB
	Hub      *event.Hub
	Dispatch *tickets.Dispatch
	Log      *slog.Logger     // nil: slog.Default()
	Settings routing.Settings // zero PerPlace: a minute
}

// Router routes while Run runs.
type Router struct{ o Options }

// New makes a router.
func New(o Options) *Router {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Settings.PerPlace == 0 {
		o.Settings.PerPlace = time.Minute
	}
	return &Router{o}
}

// by is who acts where the program does.
var by = authority.System("router")

const (
	// lockKey names the advisory lock of the leader.
	lockKey = "frontline router"
	// tryEvery is how often a node that does not lead asks for the lock. A session that waited for it in Postgres would
	// keep the database from cleaning up behind it.
	tryEvery = 500 * time.Millisecond
	// proveEvery is how often the leader asks whether its connection, and so its lock, still lives.
	proveEvery = time.Second
	answerTime = 3 * time.Second
)

// Run leads, or waits to lead, until ctx ends. A lost database ends the lead and not the run.
func (r *Router) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := r.stand(ctx); err != nil && ctx.Err() == nil {
			r.o.Log.WarnContext(ctx, "router lost the lead", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(tryEvery):
		}
	}
	return nil
}

// stand waits for the lock and leads while it is held.
func (r *Router) stand(ctx context.Context) error {
	conn, err := r.o.DB.Connect(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	ask := func(sql string) (yes bool, err error) {
		ctx, cancel := context.WithTimeout(ctx, answerTime)
		defer cancel()
		err = conn.QueryRow(ctx, sql, lockKey).Scan(&yes)
		return yes, err
	}
	for {
		mine, err := ask(`select pg_try_advisory_lock(hashtextextended($1, 0))`)
		if err != nil {
			return fmt.Errorf("ask for the lead: %w", err)
		}
		if mine {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(tryEvery):
		}
	}
	leading, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	done := make(chan error, 1)
	go func() { done <- r.lead(leading) }()
	prove := time.NewTicker(proveEvery)
	defer prove.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-prove.C:
		}
		if _, err := ask(`select $1 <> ''`); err != nil {
			stop(err)
			return errors.Join(fmt.Errorf("prove the lead: %w", err), <-done)
		}
	}
}
