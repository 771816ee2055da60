package webchat

import (
	"errors"
	"time"

	"frontline/crm"
	"frontline/internal/fault"
	"frontline/internal/plain"

	"github.com/golang-jwt/jwt/v5"
)

// Identity is who a visitor is, in the word of the host site.
type Identity struct {
	Subject string // the host's own name for the person
	Name    string
	Email   string
	Phone   string

	stale bool // it has expired, and is good to go on with what was begun
}

// claims are those of the host site's token (RFC 7519).
type claims struct {
	jwt.RegisteredClaims
	Name  string `json:"name"`
	Email string `json:"email"`
	Phone string `json:"phone"`
}

const (
	maxIdentity   = 4096           // bytes of a token
	longest       = 24 * time.Hour // that a token may be good for
	clockGrace    = time.Minute
	resumesFor    = 24 * time.Hour // after its end a token still shows that it is the same person
	maxSubject    = 200
	minSecretSize = 16
)

// identify reads a host site's token: HS256 and no other algorithm, signed with the site's secret, not ended. One that ended
// within a day is given with the fault "identity_expired", as stale.
func (c *Chat) identify(s *site, token string, now time.Time) (Identity, error) {
	bad := func(err error) (Identity, error) {
		return Identity{}, fault.New(fault.Unauthorized, "bad_identity").Because(err)
	}
	if len(token) > maxIdentity || len(s.secret) == 0 {
		return bad(errors.New("no secret, or too long"))
	}
	key, err := c.o.Key.Open(s.secret, secretContext(s.ID))
	if err != nil || len(key) < minSecretSize {
		return bad(err)
	}
	var said claims
	p := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation())
	if _, err := p.ParseWithClaims(token, &said, func(*jwt.Token) (any, error) { return key, nil }); err != nil {
		return bad(err)
	}
	who := Identity{Subject: said.Subject, Name: plain.Line(said.Name, 200)}
	if said.Subject == "" || plain.Line(said.Subject, maxSubject) != said.Subject || said.ExpiresAt == nil || said.ExpiresAt.After(now.Add(longest+clockGrace)) {
		return bad(errors.New("sub or exp"))
	}
	for _, from := range []*jwt.NumericDate{said.NotBefore, said.IssuedAt} {
		if from != nil && from.After(now.Add(clockGrace)) {
			return bad(errors.New("of the future"))
		}
	}
	if who.Email, err = normal(crm.Email, said.Email); err != nil {
		return bad(err)
	}
	if who.Phone, err = normal(crm.Phone, said.Phone); err != nil {
		return bad(err)
	}
	if ago := now.Sub(said.ExpiresAt.Time); ago > clockGrace {
		who.stale = true
		if ago > resumesFor {
			who = Identity{}
		}
		return who, fault.New(fault.Unauthorized, "identity_expired")
	}
	return who, nil
}

// normal is an address in its one written form; none is fine.
func normal(kind, address string) (string, error) {
	if address == "" {
		return "", nil
	}
	p, err := crm.Point{Kind: kind, Address: address}.Normal()
	return p.Address, err
}

// points are the ways to find an identified visitor among the customers: as whom he was found before, then by the addresses
// that the host site vouches for.
func (v visitor) points(site int64) []crm.Point {
	out := []crm.Point{v.point(site)}
	if v.email != "" {
		out = append(out, crm.Point{Kind: crm.Email, Address: v.email})
	}
	if v.phone != "" {
		out = append(out, crm.Point{Kind: crm.Phone, Address: v.phone})
	}
	return out
}
