package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"frontline/internal/alarm"
	"frontline/internal/authority"
	"frontline/internal/pg"
	"frontline/internal/secret"
)

// DoctorCmd looks at everything the program stands on and says what to do about what is not well.
type DoctorCmd struct {
	Place
}

// Run prints one line a finding, and fails when one of them is bad.
func (c *DoctorCmd) Run(ctx context.Context, std stdio) error {
	findings := append(c.configuration(), pg.Check(ctx, pg.CheckOptions{URL: c.DatabaseURL, Dir: c.clusterDir(), Schemas: schemas()})...)
	if bad(findings) == 0 {
		findings = append(findings, c.contents(ctx)...)
	}
	for _, f := range findings {
		line := fmt.Sprintf("ok    %s: %s\n", f.Subject, f.What)
		if !f.OK {
			line = fmt.Sprintf("BAD   %s: %s\n      -> %s\n", f.Subject, f.What, f.Cure)
		}
		if _, err := fmt.Fprint(std.Out, line); err != nil {
			return err
		}
	}
	if n := bad(findings); n > 0 {
		return fmt.Errorf("%d of %d things are not well", n, len(findings))
	}
	return nil
}

func bad(findings []pg.Finding) (n int) {
	for _, f := range findings {
		if !f.OK {
			n++
		}
	}
	return n
}

// configuration looks at what is there before any database: it makes nothing.
func (c *DoctorCmd) configuration() []pg.Finding {
	f := pg.Finding{Subject: "key", OK: true, What: c.keyFile() + " opens stored passwords; keep a copy apart from the database"}
	switch _, err := os.Stat(c.keyFile()); {
	case errors.Is(err, fs.ErrNotExist):
		f.What = c.keyFile() + " is not there yet; the first start makes it"
	case err == nil:
		_, err = secret.Load(c.keyFile())
		fallthrough
	default:
		if err != nil {
			f = pg.Finding{Subject: "key", What: err.Error(), Cure: "put the file back from its copy, readable by the program's user alone"}
		}
	}
	return []pg.Finding{f}
}

// contents looks into a database that is well: at the audit trail and at the alarms.
func (c *DoctorCmd) contents(ctx context.Context) (out []pg.Finding) {
	broken := func(err error) []pg.Finding {
		return append(out, pg.Finding{Subject: "contents", What: err.Error(), Cure: "look at the log with LOG=debug"})
	}
	url := c.DatabaseURL
	if url == "" {
		if _, err := os.Stat(c.clusterDir()); err != nil {
			return nil // nothing was ever kept
		}
		cluster, err := pg.Use(ctx, pg.ClusterOptions{Dir: c.clusterDir(), Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			return broken(err)
		}
		defer func() {
			if err := cluster.Stop(); err != nil {
				out = broken(err)
			}
		}()
		url = cluster.URL()
	}
	db, err := pg.Open(ctx, url, pg.Options{Name: "frontline doctor", ReadConns: 1, WriteConns: 1, Statement: -1})
	if err != nil {
		return broken(err)
	}
	defer db.Close()
	gate := authority.New(db, authority.Options{})
	trail, err := c.audit(ctx, gate)
	if err != nil {
		return broken(err)
	}
	out = append(out, trail)
	standing, err := alarm.New(gate).Standing(ctx, cli)
	if err != nil {
		return broken(err)
	}
	for _, a := range standing {
		out = append(out, pg.Finding{
			Subject: "alarm",
			What:    fmt.Sprintf("%s of %s since %s: %s", a.Kind, a.Object, a.Since.Format(time.RFC3339), a.Code),
			Cure:    "the desk shows the alarm and what it is about",
		})
	}
	if len(standing) == 0 {
		out = append(out, pg.Finding{Subject: "alarms", OK: true, What: "none stands"})
	}
	return out
}

// audit holds the trail against its seals.
func (c *DoctorCmd) audit(ctx context.Context, gate *authority.Gate) (f pg.Finding, err error) {
	if _, err := os.Stat(c.keyFile()); err != nil {
		return pg.Finding{Subject: "audit", What: "the trail cannot be checked without the key", Cure: "put the key file back"}, nil
	}
	key, err := secret.Load(c.keyFile())
	if err != nil {
		return f, err
	}
	var broken *authority.Broken
	ends := true
	if err := gate.View(ctx, cli, func(q authority.Query) (err error) {
		if broken, err = authority.Verify(ctx, q, key); err != nil {
			return err
		}
		if upto, sum, known := c.lastSeal(); known {
			ends, err = authority.HasSeal(ctx, q, upto, sum)
		}
		return err
	}); err != nil {
		return f, err
	}
	if broken != nil {
		return pg.Finding{Subject: "audit", What: broken.String(), Cure: "compare with a backup, and find out who had the database or another key"}, nil
	}
	if !ends {
		return pg.Finding{
			Subject: "audit", What: "the end of the trail is gone: the last seal written down in " + c.sealFile() + " is not in the database",
			Cure: "compare with a backup; after the database was put back from an older one, remove the file",
		}, nil
	}
	return pg.Finding{Subject: "audit", OK: true, What: "the sealed trail is as it was written"}, nil
}
