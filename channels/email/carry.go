package email

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"frontline/channels"
	"frontline/channels/email/smtpout"
	"frontline/internal/authority"
)

// Carry implements channels.Carrier: it composes the mail at the first attempt and keeps it, so that
// every attempt sends the same bytes, and hands it to the mailbox's server.
func (e *Email) Carry(ctx context.Context, d channels.Delivery) (channels.Result, error) {
	o, err := e.outgoing(ctx, d)
	if err != nil {
		return channels.Result{}, err
	}
	if o.box.SMTP == nil {
		return channels.Result{State: channels.Refused, Detail: "mailbox_cannot_send"}, nil
	}
	raw, err := e.composed(ctx, d, o)
	if err != nil {
		return channels.Result{}, err
	}
	server, login, err := o.box.SMTP.wire(e.secret(o.box, "smtp"))
	if err != nil {
		return channels.Result{}, err
	}
	to := d.Left
	if to == nil {
		to = o.recipients()
	}
	from := o.box.Address
	if o.box.PlusToken {
		from = e.names.replyTo(from, d.Ticket) // a report on it then names the ticket, whatever it quotes
	}
	if o.automatic {
		from = "" // nobody answers an automatic mail, and its bounce starts nothing (RFC 3834, 3.3)
	}
	res, err := smtpout.Send(ctx, smtpout.Account{Server: server, Login: login, Hello: o.box.domain()}, smtpout.Envelope{From: from, To: to}, raw)
	if err != nil {
		return channels.Result{}, wrap("send the mail", err)
	}
	if err := e.report(ctx, o.box.ID, sideOut, health{ok: res.Code == "", code: string(res.Code), detail: res.Reply.Text}); err != nil {
		slog.WarnContext(ctx, "mailbox state not written", "mailbox", o.box.ID, "err", err)
	}
	if res.TooMany() || res.Outcome == smtpout.Sent {
		if err := e.pace(ctx, o.box, res.TooMany()); err != nil {
			slog.WarnContext(ctx, "pace of the mailbox not written", "mailbox", o.box.ID, "err", err)
		}
	}
	return result(res), nil
}

// outgoing is what is known of a message that goes out.
type outgoing struct {
	box         Mailbox
	number      string
	subject     string
	letter      letter
	to, cc, bcc []string
	inReplyTo   string
	references  []string
	author      string
	automatic   bool
	first       bool // nothing was said before: it answers nothing
	private     bool // it goes to addresses of the ticket's customer alone
	at          time.Time
}

func (o outgoing) recipients() []string {
	return append(append(append([]string{}, o.to...), o.cc...), o.bcc...)
}

func (e *Email) outgoing(ctx context.Context, d channels.Delivery) (o outgoing, err error) {
	err = e.gate.View(ctx, self, func(q authority.Query) error {
		if o.box, err = e.mailbox(ctx, q, d.Account); err != nil {
			return wrap("mailbox", err)
		}
		if err := q.QueryRow(ctx, `select t.number, m.subject, m.text, coalesce(m.html, ''), m.author_name, m.auto, m.at, m.to_addresses, m.cc_addresses, m.bcc_addresses,
				case when m.auto then '' when b.signature <> '' then b.signature else q.signature end,
				not exists (select from messages o where o.ticket_id = m.ticket_id and o.id < m.id and o.direction in ('in', 'out')),
				not exists (select from unnest(m.to_addresses || m.cc_addresses || m.bcc_addresses) a
					where lower(a) not in (select p.address from contact_points p where p.contact_id = t.contact_id and p.kind = 'email'))
			from messages m join tickets t on t.id = m.ticket_id join queues q on q.id = t.queue_id left join mailboxes b on b.id = $2 where m.id = $1`,
			d.Message, d.Account).Scan(&o.number, &o.subject, &o.letter.words, &o.letter.dressed, &o.author, &o.automatic, &o.at, &o.to, &o.cc, &o.bcc, &o.letter.signature, &o.first, &o.private); err != nil {
			return wrap("message", err)
		}
		return e.answered(ctx, q, d, &o)
	})
	return o, err
}

// answered reads what the message answers: the last mail of the customer before it, for the headers
// that keep a thread together (RFC 5322, 3.6.4) and for the quote. What one wrote who got blind copies is answered to him alone:
// the others would learn of him by the quote. Where the customer has not written yet it follows our own mails to him.
func (e *Email) answered(ctx context.Context, q authority.Query, d channels.Delivery, o *outgoing) error {
	rows, err := q.Query(ctx, `select m.author_name, m.at, coalesce(m.reply, m.text), r.mid, r.refs, m.subject
		from messages o join messages m on m.ticket_id = o.ticket_id join raw_mails r on r.message_id = m.id
		where o.id = $1 and m.id < $1 and m.direction = 'in' and m.channel = 'email' and `+known+` and (array[m.author_address] = $2
			or not exists (select from participants p where p.ticket_id = m.ticket_id and p.kind = 'email' and p.address = m.author_address and p.role = 'bcc'))
		order by m.id desc limit 1`, d.Message, lower(o.recipients()))
	if err != nil {
		return wrap("answered message", err)
	}
	defer rows.Close()
	none := true
	for rows.Next() {
		none = false
		var x quoted
		var subject string
		if err := rows.Scan(&x.name, &x.at, &x.text, &o.inReplyTo, &o.references, &subject); err != nil {
			return wrap("answered message", err)
		}
		if !o.automatic { // an automatic mail never carries a stranger's words
			o.letter.quoted = &x
		}
		if o.inReplyTo != "" {
			o.references = append(o.references, o.inReplyTo)
		}
		if len(o.references) > maxRefs {
			o.references = append([]string{o.references[0]}, o.references[len(o.references)-maxRefs+1:]...)
		}
	}
	if err := rows.Err(); err != nil || !none {
		return err
	}
	if err := q.QueryRow(ctx, `select coalesce(array_agg(remote_id order by message_id), '{}') from (
			select d.remote_id, d.message_id from messages o join messages m on m.ticket_id = o.ticket_id join deliveries d on d.message_id = m.id
			where o.id = $1 and m.id < $1 and d.channel = 'email' and d.remote_id <> '' and not m.auto and `+known+` order by d.message_id desc limit $2) d`,
		d.Message, maxRefs).Scan(&o.references); err != nil {
		return wrap("mails before", err)
	}
	if n := len(o.references); n > 0 {
		o.inReplyTo = o.references[n-1]
	}
	return nil
}

// known are the messages m that whoever wrote o had before them: those of the same ticket, and of another only when it was merged with
// this one before o was written. A mail that is queued at the moment of a merge goes on in its own thread.
const known = `(m.merged_from is not distinct from o.merged_from or exists (select from messages e
	where e.ticket_id = o.ticket_id and e.direction = 'event' and e.change->>'name' = 'merged' and e.id > m.id and e.id < o.id))`

// composed gives the bytes of the mail, made once.
func (e *Email) composed(ctx context.Context, d channels.Delivery, o outgoing) ([]byte, error) {
	if d.Hash != nil {
		f, err := e.blobs.Open(ctx, *d.Hash)
		if err != nil {
			return nil, wrap("open the composed mail", err)
		}
		defer func() { _ = f.Close() }()
		return io.ReadAll(f)
	}
	if o.box.TicketLink && o.private && e.links != nil {
		var err error
		if o.letter.link, err = e.links.Mailed(ctx, d.Ticket); err != nil {
			return nil, wrap("link to the ticket", err)
		}
	}
	m := smtpout.Message{
		From: smtpout.Address{Name: o.box.Name, Address: o.box.Address}, To: plain(o.to), Cc: plain(o.cc),
		Subject: e.names.subject(o.subject, o.number, o.box.SubjectTag, o.first), Date: o.at, MessageID: d.Remote,
		InReplyTo: o.inReplyTo, References: o.references, Text: o.letter.text(), HTML: o.letter.html(),
	}
	if o.automatic {
		m.Auto = smtpout.Replied
	}
	if o.author != "" && !o.automatic {
		m.From.Name = o.author + " | " + o.box.Name
	}
	if o.box.PlusToken {
		m.ReplyTo = smtpout.Address{Name: o.box.Name, Address: e.names.replyTo(o.box.Address, d.Ticket)}
	}
	if err := e.attach(ctx, d.Message, &m); err != nil {
		return nil, err
	}
	raw, err := smtpout.Compose(m)
	if err != nil {
		return nil, wrap("compose the mail", err)
	}
	ref, err := e.blobs.Put(ctx, bytes.NewReader(raw))
	if err != nil {
		return nil, wrap("keep the composed mail", err)
	}
	return raw, channels.Composed(ctx, e.gate, d.ID, ref.Hash)
}

func lower(list []string) []string {
	out := make([]string, len(list))
	for i, a := range list {
		out[i] = strings.ToLower(strings.TrimSpace(a))
	}
	return out
}

func plain(list []string) []smtpout.Address {
	out := make([]smtpout.Address, len(list))
	for i, a := range list {
		out[i].Address = a
	}
	return out
}

func (e *Email) attach(ctx context.Context, message int64, m *smtpout.Message) error {
	return e.gate.View(ctx, self, func(q authority.Query) error {
		files, err := e.tickets.Files(ctx, q, message)
		if err != nil {
			return err
		}
		for _, f := range files {
			r, err := e.blobs.Open(ctx, f.Hash)
			if err != nil {
				return wrap("open an attachment", err)
			}
			content, err := io.ReadAll(r)
			_ = r.Close()
			if err != nil {
				return wrap("read an attachment", err)
			}
			m.Files = append(m.Files, smtpout.File{Name: f.Name, Type: f.Type, Data: content})
		}
		return nil
	})
}

// result is what became of an attempt, for the courier. A mail that some recipients took and others
// put off goes again to those alone; one that a recipient refused for good is failed, whoever else took
// it, since the agent must know.
func result(r smtpout.Result) channels.Result {
	res := channels.Result{Text: r.Reply.Text, Detail: words(r.Reply)}
	if r.AssignedID != "" {
		res.Keys = []string{r.AssignedID}
	}
	var refused []string
	for _, to := range r.Recipients {
		switch to.Outcome {
		case smtpout.Deferred:
			res.Left = append(res.Left, to.Address)
		case smtpout.Refused:
			refused = append(refused, to.Address+": "+words(to.Reply))
			if strings.HasPrefix(to.Reply.Enhanced, "5.1.") {
				res.Gone = append(res.Gone, to.Address)
			}
		}
	}
	switch {
	case r.Outcome == smtpout.Uncertain:
		res.State = channels.Uncertain
	case r.Outcome == smtpout.Deferred || len(res.Left) > 0:
		res.State = channels.Later
		if r.Code != "" {
			res.Detail = strings.TrimSpace(string(r.Code) + " " + res.Detail)
		}
	case r.Outcome == smtpout.Refused || len(refused) > 0:
		res.State = channels.Refused
	default:
		res.State = channels.Sent
	}
	if len(refused) > 0 {
		res.Detail = strings.Join(refused, "; ")
	}
	return res
}

func words(r smtpout.Reply) string {
	if r.Code == 0 {
		return ""
	}
	return strings.TrimSpace(fmt.Sprintf("%d %s %s", r.Code, r.Enhanced, r.Text))
}
