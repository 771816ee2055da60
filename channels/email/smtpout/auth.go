package smtpout

import (
	"errors"
	"net/textproto"
	"slices"

	"github.com/wneessen/go-mail/smtp"

	"frontline/channels/email/wire"
)

// authFor chooses how to log in, among what the server offers.
func authFor(login wire.Login, secret string, offered []string) (smtp.Auth, error) {
	has := func(mechanism string) bool { return slices.Contains(offered, mechanism) }
	switch {
	case login.Method == wire.XOAUTH2 && has("XOAUTH2"):
		return &bearer{mechanism: "XOAUTH2", response: wire.XOAUTH2Response(login.User, secret), dummy: []byte{}}, nil
	case login.Method == wire.OAuthBearer && has("OAUTHBEARER"):
		// RFC 7628, 3.2.3: a failure is answered by one %x01.
		return &bearer{mechanism: "OAUTHBEARER", response: wire.OAuthBearerResponse(login.User, secret), dummy: []byte{1}}, nil
	case login.Method != wire.Password && login.Method != "":
	case has("PLAIN"):
		return &plain{"\x00" + login.User + "\x00" + secret}, nil
	case has("LOGIN"):
		return &userThenSecret{say: []string{login.User, secret}}, nil
	}
	return nil, &wire.Error{Code: wire.AuthFailed, Op: "login", Text: "the server does not offer this way to log in"}
}

// The library's own mechanisms decide by themselves when a line is safe enough for a password. Here wire.Security has
// decided: it is encrypted unless somebody chose otherwise for a server of his own.

type plain struct{ response string }

func (p *plain) Start(*smtp.ServerInfo) (string, []byte, error) {
	return "PLAIN", []byte(p.response), nil
}

func (p *plain) Next(_ []byte, more bool) ([]byte, error) {
	if more {
		return nil, errors.New("server asks on after PLAIN")
	}
	return nil, nil
}

// userThenSecret is the LOGIN mechanism. Servers word their questions differently, so only their order counts.
type userThenSecret struct{ say []string }

func (l *userThenSecret) Start(*smtp.ServerInfo) (string, []byte, error) { return "LOGIN", nil, nil }

func (l *userThenSecret) Next(_ []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	if len(l.say) == 0 {
		return nil, errors.New("server asks on after LOGIN")
	}
	answer := []byte(l.say[0])
	l.say = l.say[1:]
	return answer, nil
}

// bearer is a mechanism of one message with a token. A server that refuses the token first says why, and gives its code
// only after a meaningless answer.
type bearer struct {
	mechanism string
	response  []byte
	dummy     []byte
	why       string
}

func (b *bearer) Start(*smtp.ServerInfo) (string, []byte, error) { return b.mechanism, b.response, nil }

func (b *bearer) Next(challenge []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	if b.why != "" {
		return nil, errors.New("server asks on")
	}
	b.why = wire.OAuthFailure(challenge) + " "
	return b.dummy, nil
}

// authError adds the reason that a server gave for refusing a token.
func authError(auth smtp.Auth, err error) error {
	b, ok := auth.(*bearer)
	var said *textproto.Error
	if ok && b.why != "" && errors.As(err, &said) {
		return &textproto.Error{Code: said.Code, Msg: said.Msg + " " + b.why}
	}
	return err
}
