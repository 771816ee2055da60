package email

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"frontline/channels/email/imapbox"
	"frontline/channels/email/wire"
	"frontline/internal/authority"
	"frontline/internal/blob"

	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

// Fetch keeps up with all mailboxes until ctx ends; a changed mailbox starts again with its new
// settings. On several nodes the one that holds a mailbox's lock fetches it.
func (e *Email) Fetch(ctx context.Context) error {
	for ctx.Err() == nil {
		round, stop := context.WithCancel(ctx)
		boxes, err := e.active(round)
		if err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "mailboxes not read", "err", err)
		}
		var wg sync.WaitGroup
		for _, m := range boxes {
			if m.IMAP != nil {
				wg.Add(1)
				go func() { defer wg.Done(); e.fetchOne(round, m) }()
			}
		}
		again := time.After(time.Hour)
		if err != nil {
			again = time.After(5 * time.Second)
		}
		select {
		case <-ctx.Done():
		case <-e.reload:
		case <-again:
		}
		stop()
		wg.Wait()
	}
	return nil
}

// fetchOne watches one mailbox while this node holds its lock.
func (e *Email) fetchOne(ctx context.Context, m Mailbox) {
	for ctx.Err() == nil {
		err := e.alone(ctx, fmt.Sprint("fetch:", m.ID), func(ctx context.Context) error {
			account, options, err := e.account(m)
			if err != nil {
				return err
			}
			return imapbox.Watch(ctx, account, options, &sink{e: e, mailbox: m.ID})
		})
		if err != nil && ctx.Err() == nil {
			slog.WarnContext(ctx, "mailbox not watched", "mailbox", m.ID, "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(3 * time.Second):
		}
	}
}

// alone runs f while this node alone holds a lock, and not at all where another has it; the lock goes with its connection,
// and f is stopped when that is lost.
func (e *Email) alone(ctx context.Context, lock string, f func(context.Context) error) error {
	conn, err := e.db.Connect(ctx)
	if err != nil {
		return fmt.Errorf("lock the mailbox: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var mine bool
	if err := conn.QueryRow(ctx, `select pg_try_advisory_lock(hashtextextended($1, 0))`, lock).Scan(&mine); err != nil || !mine {
		return wrap("lock the mailbox", err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(5 * time.Second):
			}
			if conn.Ping(ctx) != nil {
				stop()
				return
			}
		}
	}()
	err = f(ctx)
	stop()
	<-watched
	return err
}

// account is a mailbox as the IMAP reader takes it.
func (e *Email) account(m Mailbox) (imapbox.Account, imapbox.Options, error) {
	server, login, err := m.IMAP.wire(e.secret(m, "imap"))
	return imapbox.Account{Server: server, Login: login}, imapbox.Options{
		Folders: m.IMAP.Folders, After: imapbox.After{Flag: m.IMAP.Mark, Move: m.IMAP.MoveTo},
	}, err
}

// wire is a server's settings as the protocol packages take them.
func (s *Server) wire(secret func(context.Context) (string, error)) (wire.Server, wire.Login, error) {
	server := wire.Server{Host: s.Host, Port: s.Port, Security: wire.Security(s.Security), Allow: mailHost}
	if s.CA != "" {
		server.CAs = x509.NewCertPool()
		if !server.CAs.AppendCertsFromPEM([]byte(s.CA)) {
			return server, wire.Login{}, errors.New("the mailbox's authorities are not PEM certificates")
		}
	}
	return server, wire.Login{User: s.User, Method: wire.Method(s.Auth), Secret: secret}, nil
}

// mailHost says whether an address may be a mail server's: a company's own network is fine, but what
// only this machine's surroundings answer to (cloud metadata, multicast) is none.
func mailHost(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return !a.IsLinkLocalUnicast() && !a.IsMulticast() && !a.IsUnspecified() && !metadata[a]
}

// metadata are the addresses outside the link-local ranges at which clouds tell a machine its secrets.
var metadata = map[netip.Addr]bool{
	netip.MustParseAddr("100.100.100.200"): true, // Alibaba Cloud
	netip.MustParseAddr("192.0.0.192"):     true, // Oracle Cloud
	netip.MustParseAddr("168.63.129.16"):   true, // Azure
	netip.MustParseAddr("fd00:ec2::254"):   true, // AWS
}

// sink keeps the raw mails of one mailbox.
type sink struct {
	e       *Email
	mailbox int64
}

// Cursor implements imapbox.Sink.
func (s *sink) Cursor(ctx context.Context, folder string) (imapbox.Cursor, error) {
	var validity, uid int64
	err := s.e.db.Read.QueryRow(ctx, `select uidvalidity, last_uid from mail_cursors where mailbox_id = $1 and folder = $2`, s.mailbox, folder).Scan(&validity, &uid)
	if errors.Is(err, pgx.ErrNoRows) {
		return imapbox.Cursor{}, nil
	}
	return imapbox.Cursor{Validity: uint32(validity), UID: uint32(uid)}, wrap("cursor", err)
}

// Put implements imapbox.Sink.
func (s *sink) Put(ctx context.Context, mail io.Reader) (string, error) {
	ref, err := s.e.blobs.Put(ctx, mail)
	return ref.Hash, err
}

// keepers is how many mails of a batch are written to disk at once: each waits for the disk.
const keepers = 8

// Keep implements imapbox.Sink: the files first, then the rows and the cursor in one transaction.
func (s *sink) Keep(ctx context.Context, folder string, to imapbox.Cursor, mails []imapbox.Raw) error {
	refs := make([]blob.Ref, len(mails))
	g, put := errgroup.WithContext(ctx)
	g.SetLimit(keepers)
	for i, m := range mails {
		if m.Ref != "" {
			refs[i] = blob.Ref{Hash: m.Ref, Size: m.Size}
			continue
		}
		g.Go(func() (err error) {
			refs[i], err = s.e.blobs.Put(put, bytes.NewReader(m.Bytes))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return fmt.Errorf("keep the mail: %w", err)
	}
	uids, hashes := make([]int64, len(mails)), make([]string, len(mails))
	sizes, heads, lost := make([]int64, len(mails)), make([]bool, len(mails)), make([]string, len(mails))
	for i, m := range mails {
		uids[i], hashes[i], sizes[i], heads[i], lost[i] = int64(m.UID), refs[i].Hash, max(m.Size, refs[i].Size), m.HeaderOnly, string(m.Lost)
	}
	err := s.e.gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "mail.keep", Object: mailboxObject(s.mailbox)}); err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(`insert into raw_mails (mailbox_id, folder, uidvalidity, uid, hash, size, head_only, reason)
			select $1, $2, $3, u, h, s, o, l from unnest($4::bigint[], $5::text[], $6::bigint[], $7::bool[], $8::text[]) r(u, h, s, o, l)
			on conflict (mailbox_id, folder, uidvalidity, uid, hash) do nothing`, s.mailbox, folder, int64(to.Validity), uids, hashes, sizes, heads, lost)
		b.Queue(`insert into mail_cursors (mailbox_id, folder, uidvalidity, last_uid) values ($1, $2, $3, $4)
			on conflict (mailbox_id, folder) do update set uidvalidity = $3, last_uid = $4`, s.mailbox, folder, int64(to.Validity), int64(to.UID))
		return wrap("keep the mails", tx.SendBatch(ctx, b).Close())
	})
	if err == nil && len(mails) > 0 {
		poke(s.e.wake)
	}
	return err
}

// State implements imapbox.Sink.
func (s *sink) State(ctx context.Context, folder string, st imapbox.State) {
	// Not OK without a code is catching up: seen and total say how far.
	h := health{ok: st.Code == "", code: string(st.Code), detail: st.Text, seen: int64(st.Seen), total: int64(st.Total)}
	if err := s.e.report(ctx, s.mailbox, sideIn+folder, h); err != nil && ctx.Err() == nil {
		slog.WarnContext(ctx, "mailbox state not written", "mailbox", s.mailbox, "err", err)
	}
}
