package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Code says what is wrong with a mailbox. Codes are stable: rows keep them and the language files have words for them.
type Code string

// The codes.
const (
	HostUnknown         Code = "host_unknown"          // the name has no address
	AddressRefused      Code = "address_refused"       // Server.Allow said no
	Unreachable         Code = "unreachable"           // nobody answers at that address and port
	Timeout             Code = "timeout"               // silent, or too slow
	ConnectionLost      Code = "connection_lost"       // the line broke
	TLSMissing          Code = "tls_missing"           // encryption asked for, not offered
	TLSExpired          Code = "tls_expired"           // certificate past its end
	TLSNotYetValid      Code = "tls_not_yet_valid"     // certificate before its begin, or our clock is wrong
	TLSUnknownAuthority Code = "tls_unknown_authority" // signed by nobody we trust
	TLSWrongHost        Code = "tls_wrong_host"        // certificate of another name
	TLSFailed           Code = "tls_failed"            // any other failure of the handshake
	AuthFailed          Code = "auth_failed"           // wrong user, password or token, or no common way to log in
	TokenFailed         Code = "token_failed"          // Login.Secret gave an error
	Throttled           Code = "throttled"             // too many connections, too many bytes, try later
	RefusedByServer     Code = "refused_by_server"     // the server said no for another reason; Text has its words
	FolderMissing       Code = "folder_missing"        // no folder of that name
	BadAnswer           Code = "bad_answer"            // not the protocol, or far too much of it
	StoreFailed         Code = "store_failed"          // our side could not keep the mail
)

// Error is a failure with its code.
type Error struct {
	Code Code
	Op   string // what was being done: "connect", "login", "select", "fetch" …
	Text string // the server's own words, cleaned by Words; may be empty
	Err  error
}

// Error is for logs and programmers.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Op)
	b.WriteString(": ")
	b.WriteString(string(e.Code))
	if e.Text != "" {
		b.WriteString(": ")
		b.WriteString(e.Text)
	}
	if e.Err != nil && e.Err.Error() != e.Text {
		b.WriteString(": ")
		b.WriteString(Words(e.Err.Error()))
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf is the code of an error from this package or its users, and "" for any other.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// maxWords is the length, in bytes, to which a server's words are cut.
const maxWords = 400

// Words makes a server's text fit for a screen: UTF-8 (Chinese servers also write GBK), without control characters, one
// line, at most 400 bytes.
func Words(s string) string {
	s = cut(s, 4*maxWords)
	if !utf8.ValidString(s) {
		if t, err := simplifiedchinese.GB18030.NewDecoder().String(s); err == nil {
			s = t
		}
		s = strings.ToValidUTF8(s, "�")
	}
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
	}), " ")
	return cut(s, maxWords)
}

// cut shortens s to at most n bytes, between two characters where it is UTF-8.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := n; i > n-utf8.UTFMax; i-- {
		if utf8.RuneStart(s[i]) {
			return s[:i]
		}
	}
	return s[:n]
}

func dialError(ctx context.Context, s Server, err error) error {
	var known *Error
	var dns *net.DNSError
	switch {
	case errors.As(err, &known):
		return known
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.As(err, &dns) && !dns.IsTimeout:
		return &Error{Code: HostUnknown, Op: "connect", Text: Words(s.Host), Err: err}
	case isTimeout(err):
		return &Error{Code: Timeout, Op: "connect", Err: err}
	}
	return &Error{Code: Unreachable, Op: "connect", Err: err}
}

func tlsError(ctx context.Context, err error) error {
	var (
		invalid   x509.CertificateInvalidError
		authority x509.UnknownAuthorityError
		host      x509.HostnameError
		record    tls.RecordHeaderError
	)
	e := &Error{Code: TLSFailed, Op: "tls", Err: err}
	switch {
	case errors.Is(err, context.Canceled) && errors.Is(ctx.Err(), context.Canceled):
		return context.Cause(ctx)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		e.Code = TLSExpired
		if time.Now().Before(invalid.Cert.NotBefore) {
			e.Code = TLSNotYetValid
		}
	case errors.As(err, &authority):
		e.Code = TLSUnknownAuthority
	case errors.As(err, &host):
		e.Code = TLSWrongHost
	case errors.As(err, &record):
		e.Code = TLSMissing
	case isTimeout(err):
		e.Code = Timeout
	case errors.Is(err, io.EOF):
		e.Code = ConnectionLost
	}
	return e
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || (errors.As(err, &n) && n.Timeout())
}

func isTLS(err error) bool {
	var (
		verify *tls.CertificateVerificationError
		record tls.RecordHeaderError
		alert  tls.AlertError
	)
	return errors.As(err, &verify) || errors.As(err, &record) || errors.As(err, &alert)
}

func isNet(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) || errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrUnexpectedEOF)
}
