package imapbox

import (
	"context"
	"errors"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"

	"frontline/channels/email/wire"
)

// startTLS talks in clear until the server waits for the handshake. It reads byte by byte, so that nothing which somebody
// put on the line in clear can be taken for an answer after the handshake.
func startTLS(conn *wire.Conn) error {
	greeting, err := readLine(conn)
	if err != nil {
		return err
	}
	if text, bye := strings.CutPrefix(greeting, "* BYE"); bye {
		return refusal("greeting", &imap.Error{Type: imap.StatusResponseTypeBye, Text: strings.TrimSpace(text)})
	}
	if !strings.HasPrefix(greeting, "* OK") { // "* PREAUTH" would leave us logged in on a line in clear
		return &wire.Error{Code: wire.TLSMissing, Op: "starttls", Text: wire.Words(greeting)}
	}
	if _, err := conn.Write([]byte("S STARTTLS\r\n")); err != nil {
		return err
	}
	for {
		line, err := readLine(conn)
		if err != nil {
			return err
		}
		answer, ours := strings.CutPrefix(line, "S ")
		switch {
		case ours && strings.HasPrefix(strings.ToUpper(answer), "OK"):
			return nil
		case ours:
			return &wire.Error{Code: wire.TLSMissing, Op: "starttls", Text: wire.Words(answer)}
		}
	}
}

func readLine(conn *wire.Conn) (string, error) {
	var line []byte
	for one := make([]byte, 1); ; {
		if _, err := conn.Read(one); err != nil {
			return "", err
		}
		if one[0] == '\n' {
			return strings.TrimSuffix(string(line), "\r"), nil
		}
		line = append(line, one[0])
	}
}

func (b *Box) login(ctx context.Context) error {
	login := b.account.Login
	if login.Secret == nil {
		return &wire.Error{Code: wire.AuthFailed, Op: "login", Text: "no secret"}
	}
	secret, err := login.Secret(ctx)
	if err != nil {
		return &wire.Error{Code: wire.TokenFailed, Op: "login", Err: err}
	}
	return b.do(ctx, "login", smallAnswer, func() error {
		switch login.Method {
		case wire.XOAUTH2:
			return b.authenticate(&bearer{mechanism: "XOAUTH2", response: wire.XOAUTH2Response(login.User, secret)})
		case wire.OAuthBearer:
			return b.authenticate(&bearer{mechanism: sasl.OAuthBearer, response: wire.OAuthBearerResponse(login.User, secret)})
		}
		// LOGIN is what every server has; PLAIN is for those that have switched it off.
		if b.client.Caps().Has(imap.CapLoginDisabled) {
			return b.authenticate(sasl.NewPlainClient("", login.User, secret))
		}
		return b.client.Login(login.User, secret).Wait()
	})
}

func (b *Box) authenticate(client sasl.Client) error {
	err := b.client.Authenticate(client)
	// A refused token leaves the exchange unfinished. The connection is of no more use.
	var refused *wire.Error
	if errors.As(err, &refused) {
		b.conn.Cut(refused)
	}
	return err
}

// bearer is a SASL mechanism of one message with a token in it. A server that does not like the token answers with a
// challenge that says why.
type bearer struct {
	mechanism string
	response  []byte
}

func (c *bearer) Start() (string, []byte, error) { return c.mechanism, c.response, nil }

func (c *bearer) Next(challenge []byte) ([]byte, error) {
	return nil, &wire.Error{Code: wire.AuthFailed, Op: "login", Text: wire.OAuthFailure(challenge)}
}

// refusal gives a server's NO, BAD or BYE its code: by its response code (RFC 5530) where it has one, by what was asked,
// and else by its words, since few servers send codes.
func refusal(op string, no *imap.Error) error {
	e := &wire.Error{Code: wire.RefusedByServer, Op: op, Text: wire.Words(no.Text), Err: no}
	words := strings.ToLower(e.Text)
	says := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(words, part) {
				return true
			}
		}
		return false
	}
	switch no.Code {
	case imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit, "THROTTLED":
		e.Code = wire.Throttled
		return e
	case imap.ResponseCodeNonExistent:
		e.Code = wire.FolderMissing
		return e
	}
	switch {
	case says("too many", "throttl", "bandwidth", "rate limit", "too frequent", "try again later", "频繁", "过多", "稍后"):
		e.Code = wire.Throttled
	case op == "login":
		e.Code = wire.AuthFailed
	case op == "select" && says("not exist", "doesn't exist", "no such", "not found", "unknown mailbox", "unknown folder", "不存在"):
		e.Code = wire.FolderMissing
	}
	return e
}
