package webchat

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/internal/fault"

	"github.com/jackc/pgx/v5"
)

// A visitor's token is 24 random bytes and 16 of a signature that binds them to the site: a forged one is refused without a
// look into the database, and one that we gave needs no row before its visitor has said something.
const (
	tokenRandom = 24
	tokenSign   = 16
)

func (c *Chat) newToken(site int64) string {
	b := make([]byte, tokenRandom, tokenRandom+tokenSign)
	rand.Read(b) //nolint:errcheck // crypto/rand never fails: it stops the program
	return base64.RawURLEncoding.EncodeToString(append(b, c.signToken(site, b)...))
}

func (c *Chat) signToken(site int64, random []byte) []byte {
	return c.o.Key.MAC("chat token", strconv.AppendInt(nil, site, 10), random)[:tokenSign]
}

var errToken = fault.New(fault.Unauthorized, "bad_chat_token")

// checkToken refuses a token that we did not give for the site.
func (c *Chat) checkToken(site int64, token string) error {
	if len(token) != base64.RawURLEncoding.EncodedLen(tokenRandom+tokenSign) {
		return errToken
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || !hmac.Equal(c.signToken(site, b[:tokenRandom]), b[tokenRandom:]) {
		return errToken
	}
	return nil
}

// tokenHash is what is kept of a token.
func (c *Chat) tokenHash(token string) []byte { return c.o.Key.MAC("chat visitor", []byte(token)) }

// visitor is a browser's row, or what will be one.
type visitor struct {
	id       int64  // 0: it has said nothing yet
	token    []byte // hashed
	subject  string
	verified bool
	name     string
	email    string
	phone    string
	language string
	page     string
	answers  []Answer
	ticket   int64 // the conversation
	first    int64 // its first message
	leftAs   string
	ended    bool
	read     int64
}

// Answer is what a visitor answered to a question before the chat.
type Answer struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Value string `json:"value"`
}

const visitorColumns = `id, token, coalesce(subject, ''), verified, name, email, phone, language, page, answers, coalesce(ticket_id, 0), first_message, left_as, ended_at is not null, read_upto`

func scanVisitor(r pgx.Row, v *visitor) error {
	var answers []byte
	if err := r.Scan(&v.id, &v.token, &v.subject, &v.verified, &v.name, &v.email, &v.phone, &v.language, &v.page, &answers, &v.ticket, &v.first, &v.leftAs, &v.ended, &v.read); err != nil {
		return err
	}
	return json.Unmarshal(answers, &v.answers)
}

// find reads the visitor of a token; one without id where it has said nothing yet.
func (c *Chat) find(ctx context.Context, token string) (v visitor, err error) {
	b := &pgx.Batch{}
	queueVisitor(b, c.tokenHash(token), &v)
	return v, wrap("visitor", c.o.Gate.Ask(ctx, self, b))
}

// queueVisitor asks for the visitor of a token that was hashed; one that is not there stays as it is given.
func queueVisitor(b *pgx.Batch, hash []byte, v *visitor) {
	b.Queue(`select `+visitorColumns+` from chat_visitors where token = $1`, hash).Query(func(rows pgx.Rows) error {
		_, err := pgx.CollectRows(rows, func(r pgx.CollectableRow) (struct{}, error) { return struct{}{}, scanVisitor(r, v) })
		return err
	})
}

// queueLock makes the visitor's row where there is none, and locks it: what one visitor does in many windows happens in turns.
func queueLock(b *pgx.Batch, hash []byte, l *line, v *visitor) {
	b.Queue(`insert into chat_visitors (site_id, token, language, page, subject, verified, name, email, phone)
		values ($1, $2, $3, $4, nullif($5, ''), $5 <> '', $6, $7, $8) on conflict (token) do nothing`,
		l.site.ID, hash, l.lang, l.page, l.who.Subject, l.who.Name, l.who.Email, l.who.Phone)
	b.Queue(`select `+visitorColumns+` from chat_visitors where token = $1 for update`, hash).QueryRow(func(r pgx.Row) error {
		*v = visitor{}
		return scanVisitor(r, v)
	})
}

// point is by what the visitor is known among the customers.
func (v visitor) point(site int64) crm.Point {
	if v.subject != "" {
		return crm.Point{Kind: crm.Chat, Address: "site" + strconv.FormatInt(site, 10) + ":" + v.subject}
	}
	return crm.Point{Kind: crm.Chat, Address: "visitor:" + strconv.FormatInt(v.id, 10)}
}

// called is what agents call the visitor.
func (v visitor) called() string {
	switch {
	case v.name != "":
		return v.name
	case v.language == "zh":
		return "访客 " + strconv.FormatInt(v.id, 10)
	}
	return "Visitor " + strconv.FormatInt(v.id, 10)
}

// remote names what the visitor said, for all time.
func (v visitor) remote(id string) string { return "v" + strconv.FormatInt(v.id, 10) + "." + id }

func (v visitor) claims() claimed { return claimed{v.verified, v.name, v.email, v.phone} }

// recognise puts together whose line this is: what the token says, and what the host site says. What of the latter is wrong
// is told, and the line goes on without it.
func (c *Chat) recognise(ctx context.Context, l *line, m said) (v visitor, doubt error, err error) {
	if m.Token != "" {
		if err := c.checkToken(l.site.ID, m.Token); err != nil {
			return v, nil, err
		}
		if v, err = c.find(ctx, m.Token); err != nil {
			return v, nil, err
		}
	}
	l.token = m.Token
	var who Identity
	if m.Identity != "" {
		who, doubt = c.identify(l.site, m.Identity, time.Now())
	}
	l.who = who
	switch {
	case v.subject != "" && v.subject != who.Subject:
		// Somebody else, or nobody, sits at the browser now.
		l.token, v = "", visitor{}
	case v.subject != "" && who.stale:
		doubt = nil // it is enough to go on
	case v.id != 0 && v.subject == "" && who.Subject != "" && !who.stale:
		if err := c.vouch(ctx, l, &v); err != nil {
			return v, nil, err
		}
	}
	if who.stale {
		l.who = Identity{}
	}
	if l.token == "" {
		l.token = c.newToken(l.site.ID)
	}
	if v.id == 0 {
		v.subject, v.verified, v.name, v.email, v.phone = l.who.Subject, l.who.Subject != "", l.who.Name, l.who.Email, l.who.Phone
	}
	v.language, v.page = l.lang, l.page
	return v, doubt, nil
}

// vouch keeps that the host site now says who a visitor is. The conversation that goes on stays with whom it began; the next
// is the customer's.
func (c *Chat) vouch(ctx context.Context, l *line, v *visitor) error {
	return c.o.Gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "chat.visit", Object: visitorObject(v.id), Reason: "identified"}); err != nil {
			return err
		}
		w := l.who
		err := scanVisitor(tx.QueryRow(ctx, `update chat_visitors set subject = $2, verified = true, name = $3, email = $4, phone = $5
			where id = $1 returning `+visitorColumns, v.id, w.Subject, w.Name, w.Email, w.Phone), v)
		return wrap("identify the visitor", err)
	})
}

func visitorObject(id int64) string { return "visitor:" + strconv.FormatInt(id, 10) }
