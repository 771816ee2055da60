package email

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"frontline/internal/authority"
	"frontline/internal/fetch"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// OAuth is how a mailbox's access tokens are got (RFC 6749), for providers that take no passwords.
// With a refresh token as the mailbox's secret that is used; without one the client acts for itself.
type OAuth struct {
	TokenURL string   `json:"token_url" format:"uri" maxLength:"1000"`
	ClientID string   `json:"client_id" maxLength:"500"`
	Scopes   []string `json:"scopes,omitempty" maxItems:"20"`
}

// tokens are the access tokens in use, by mailbox; each is good for the secret it was got with.
type tokens struct {
	mu  sync.Mutex
	all map[int64]heldToken
}

type heldToken struct {
	token *oauth2.Token
	with  string
}

// tokenTime bounds one request for a token.
const tokenTime = 20 * time.Second

// accessToken gives a token that is still good, a new one where needed. A refresh token that the
// provider replaced is kept.
func (e *Email) accessToken(ctx context.Context, m Mailbox) (string, error) {
	refresh, err := e.open(m.imapSecret, m.ID, "imap")
	if err != nil {
		return "", err
	}
	client, err := e.open(m.oauthSecret, m.ID, "oauth")
	if err != nil {
		return "", err
	}
	e.tokens.mu.Lock()
	defer e.tokens.mu.Unlock() // one request for many connections of one mailbox
	with := fmt.Sprintf("%v %q %q", *m.OAuth, refresh, client)
	if held := e.tokens.all[m.ID]; held.with == with && held.token.Valid() {
		return held.token.AccessToken, nil
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, fetch.Client(func(at netip.AddrPort) bool { return mailHost(at.Addr()) }, tokenTime))
	var token *oauth2.Token
	if refresh != "" {
		conf := oauth2.Config{ClientID: m.OAuth.ClientID, ClientSecret: client, Scopes: m.OAuth.Scopes, Endpoint: oauth2.Endpoint{TokenURL: m.OAuth.TokenURL}}
		token, err = conf.TokenSource(ctx, &oauth2.Token{RefreshToken: refresh}).Token()
	} else {
		conf := clientcredentials.Config{ClientID: m.OAuth.ClientID, ClientSecret: client, Scopes: m.OAuth.Scopes, TokenURL: m.OAuth.TokenURL}
		token, err = conf.Token(ctx)
	}
	if err != nil {
		return "", wrap("get an access token", err)
	}
	if token.RefreshToken != "" && token.RefreshToken != refresh {
		if err := e.keepRefreshed(ctx, m.ID, token.RefreshToken); err != nil {
			return "", err
		}
		with = fmt.Sprintf("%v %q %q", *m.OAuth, token.RefreshToken, client)
	}
	if e.tokens.all == nil {
		e.tokens.all = map[int64]heldToken{}
	}
	e.tokens.all[m.ID] = heldToken{token, with}
	return token.AccessToken, nil
}

func (e *Email) keepRefreshed(ctx context.Context, mailbox int64, refresh string) error {
	return e.gate.Do(ctx, self, func(tx *authority.Tx) error {
		if err := tx.Allow(ctx, authority.Act{Name: "mailbox.state", Object: mailboxObject(mailbox), Reason: "refresh_token"}); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update mailboxes set imap_secret = $2 where id = $1`, mailbox, e.key.Seal([]byte(refresh), secretContext(mailbox, "imap")))
		return wrap("keep the refresh token", err)
	})
}

// open opens a sealed secret; none is empty.
func (e *Email) open(box []byte, mailbox int64, side string) (string, error) {
	if len(box) == 0 {
		return "", nil
	}
	plain, err := e.key.Open(box, secretContext(mailbox, side))
	return string(plain), wrap("open the mailbox secret", err)
}
