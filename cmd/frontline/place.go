package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"frontline/agentdesk"
	"frontline/channels"
	"frontline/internal/authority"
	"frontline/internal/pg"
	"frontline/internal/secret"
)

// Place says where the program keeps things; every command that needs the database has it.
type Place struct {
	Data          string `default:"./data" help:"Folder of files, and of the private Postgres."`
	DatabaseURL   string `name:"database-url" help:"Postgres to use, postgres://user@host/db; without it a private one in the data folder."`
	SecretKeyFile string `name:"secret-key-file" help:"File of the key that opens stored passwords and signs tokens; made when missing. Without it: secret.key in the data folder."`
	Log           string `default:"info" enum:"debug,info,warn,error" help:"Least level of what is logged: debug, info, warn or error."`
}

// schemas are the migrations of the whole program.
func schemas() []pg.Schema {
	return append(channels.Schemas(), agentdesk.Schema())
}

// logger writes to standard error, and becomes the program's own.
func (p Place) logger(std stdio) *slog.Logger {
	level := map[string]slog.Level{"debug": slog.LevelDebug, "warn": slog.LevelWarn, "error": slog.LevelError}[p.Log]
	log := slog.New(slog.NewTextHandler(std.Err, &slog.HandlerOptions{Level: level}))
	slog.SetDefault(log)
	return log
}

// folder makes the data folder.
func (p Place) folder() error {
	if err := os.MkdirAll(p.Data, 0o711); err != nil { // a private Postgres runs as another user below it
		return fmt.Errorf("data folder: %w", err)
	}
	return nil
}

func (p Place) key() (*secret.Key, error) { return secret.Load(p.keyFile()) }

// keyFile is where the key is.
func (p Place) keyFile() string {
	if p.SecretKeyFile != "" {
		return p.SecretKeyFile
	}
	return filepath.Join(p.Data, "secret.key")
}

func (p Place) filesDir() string { return filepath.Join(p.Data, "files") }

func (p Place) clusterDir() string { return filepath.Join(p.Data, "postgres") }

// storage is an open database and what keeps it running.
type storage struct {
	db      *pg.DB
	cluster *pg.Cluster // nil where the database is not ours
}

func (s *storage) close() error {
	if s.db != nil {
		s.db.Close()
	}
	if s.cluster != nil {
		return s.cluster.Stop()
	}
	return nil
}

// storage opens the migrated database: the one given, or the private one. With share, a private one that a program
// already runs is used as it runs.
func (p Place) storage(ctx context.Context, log *slog.Logger, share bool) (_ *storage, err error) {
	s := &storage{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.close())
		}
	}()
	url := p.DatabaseURL
	if url == "" {
		private := pg.StartPrivate
		if share {
			private = pg.Use
		}
		if s.cluster, err = private(ctx, pg.ClusterOptions{Dir: p.clusterDir(), Log: log}); err != nil {
			return nil, err
		}
		url = s.cluster.URL()
	}
	if err := pg.Migrate(ctx, url, schemas()...); err != nil {
		return nil, err
	}
	s.db, err = pg.Open(ctx, url, pg.Options{Log: log})
	return s, err
}

// withAccounts is for commands about people: it opens the database for f alone.
func (p Place) withAccounts(ctx context.Context, std stdio, f func(*authority.Accounts) error) error {
	log := p.logger(std)
	if err := p.folder(); err != nil {
		return err
	}
	key, err := p.key()
	if err != nil {
		return err
	}
	s, err := p.storage(ctx, log, true)
	if err != nil {
		return err
	}
	return errors.Join(f(authority.NewAccounts(authority.New(s.db, authority.Options{}), authority.AccountOptions{Key: key})), s.close())
}

// MigrateCmd brings the schema up to date.
type MigrateCmd struct {
	Place
}

// Run migrates and says so.
func (c *MigrateCmd) Run(ctx context.Context, std stdio) error {
	log := c.logger(std)
	if err := c.folder(); err != nil {
		return err
	}
	s, err := c.storage(ctx, log, false)
	if err != nil {
		return err
	}
	if err := s.close(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(std.Out, "the schema is up to date")
	return err
}
