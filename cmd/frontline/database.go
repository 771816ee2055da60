package main

import (
	"context"
	"errors"
	"fmt"

	"frontline/internal/pg"
)

// DatabaseCmd runs the private Postgres without the program.
type DatabaseCmd struct {
	Place
}

// Run prints the address for psql, pg_dump and pg_restore, and keeps the server until it is told to stop. Where a
// program runs it already, it prints the address and ends.
func (c *DatabaseCmd) Run(ctx context.Context, std stdio) error {
	if c.DatabaseURL != "" {
		return usageError{errors.New("a database URL is set: that server is not the program's to run")}
	}
	log := c.logger(std)
	if err := c.folder(); err != nil {
		return err
	}
	cluster, err := pg.Use(ctx, pg.ClusterOptions{Dir: c.clusterDir(), Log: log})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(std.Out, cluster.AdminURL("frontline")); err != nil {
		return errors.Join(err, cluster.Stop())
	}
	if cluster.Lent() {
		return nil
	}
	select {
	case <-ctx.Done():
		return cluster.Stop()
	case <-cluster.Done():
		return errors.Join(errors.New("the database ended by itself"), cluster.Stop())
	}
}
