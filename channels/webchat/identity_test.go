package webchat_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"frontline/crm"
	"frontline/internal/authority"
	"frontline/tickets"

	"github.com/golang-jwt/jwt/v5"
)

// signs is a token as a host site makes it.
func signs(t testing.TB, secret string, method jwt.SigningMethod, more jwt.MapClaims) string {
	t.Helper()
	claims := jwt.MapClaims{"sub": "user-4711", "name": "王芳", "email": "wang@customer.test", "exp": time.Now().Add(time.Hour).Unix()}
	for k, v := range more {
		if claims[k] = v; v == nil {
			delete(claims, k)
		}
	}
	var key any = []byte(secret)
	if method == jwt.SigningMethodNone {
		key = jwt.UnsafeAllowNoneSignatureType
	}
	s, err := jwt.NewWithClaims(method, claims).SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// secret gives the site one.
func (w *world) secret() string {
	w.t.Helper()
	made, err := w.MakeSecret(w.t.Context(), cli, w.site)
	if err != nil {
		w.t.Fatal(err)
	}
	return made.Secret
}

// knows lets a customer be known by a mail of his.
func (w *world) knows(address, name string) (contact int64) {
	w.t.Helper()
	got, err := w.tickets.Receive(w.t.Context(), authority.System("api"), tickets.Inbound{
		Channel: "form", From: crm.Point{Kind: crm.Email, Address: address}, Name: name, Subject: "before", Text: "before",
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return got.ContactID
}

func (w *world) contactOf(message int64) (contact int64) {
	w.t.Helper()
	w.see(&contact, `select t.contact_id from tickets t join messages m on m.ticket_id = t.id where m.id = $1`, message)
	return contact
}

func TestWhoTheHostSiteVouchesForIsTheCustomer(t *testing.T) {
	w := newWorld(t)
	secret, wang := w.secret(), w.knows("wang@customer.test", "王芳")
	v, hello := w.visitor(map[string]any{"identity": signs(t, secret, jwt.SigningMethodHS256, nil)})
	if !hello.Visitor.Verified || hello.Visitor.Email != "wang@customer.test" {
		t.Errorf("welcome = %+v, want 王芳, verified", hello.Visitor)
	}
	first := v.start("我的订单呢？")
	if got := w.contactOf(first); got != wang {
		t.Errorf("the conversation is contact %d's, want %d's", got, wang)
	}
	// At another browser she is the same, and has a conversation of her own.
	other, _ := w.visitor(map[string]any{"identity": signs(t, secret, jwt.SigningMethodHS256, jwt.MapClaims{"email": "wang@new.test"})})
	if got := w.contactOf(other.start("我换了邮箱")); got != wang {
		t.Errorf("with another address she is contact %d, want %d", got, wang)
	}
	// The agent's answer goes back into the chat, not by mail.
	w.replies(w.ticketOf(first), "正在查")
	v.read(2)
}

// TestWhatAVisitorClaimsIsNotBelieved: a name and an address without a signature make a contact of their own, and say so.
func TestWhatAVisitorClaimsIsNotBelieved(t *testing.T) {
	w := newWorld(t)
	wang := w.knows("wang@customer.test", "王芳")
	v, _ := w.visitor(map[string]any{"lang": "en"})
	first := v.start("Tell me about my order", "answers", map[string]string{"name": "王芳", "email": "Wang@Customer.test"})
	if got := w.contactOf(first); got == wang {
		t.Error("an address without a signature made the visitor the customer")
	}
	if n := w.number(`select count(*) from contact_points where address = 'wang@customer.test' and contact_id <> $1`, wang); n != 0 {
		t.Error("the claimed address became another contact's")
	}
	on, err := w.OnTicket(t.Context(), w.li, w.ticketOf(first))
	if err != nil {
		t.Fatal(err)
	}
	if on.Visitor.Verified || on.Visitor.Email != "wang@customer.test" || on.Visitor.Name != "王芳" {
		t.Errorf("the desk shows %+v, want the claims, unverified", on.Visitor)
	}
	var text string
	w.see(&text, `select text from messages where id = $1`, first)
	if !strings.Contains(text, "wang@customer.test (unverified)") {
		t.Errorf("the timeline says %q, want the address with a word of doubt", text)
	}
	if got := v.read(1); got[0] != "visitor: Tell me about my order" {
		t.Errorf("the visitor sees %q", got)
	}
}

func TestTokensThatAreNotTheHostSites(t *testing.T) {
	w := newWorld(t)
	secret := w.secret()
	good := signs(t, secret, jwt.SigningMethodHS256, nil)
	parts := strings.Split(good, ".")
	for name, c := range map[string]struct{ token, code string }{
		"of another key":    {signs(t, "0123456789abcdef0123456789abcdef", jwt.SigningMethodHS256, nil), "bad_identity"},
		"unsigned":          {signs(t, secret, jwt.SigningMethodNone, nil), "bad_identity"},
		"HS512":             {signs(t, secret, jwt.SigningMethodHS512, nil), "bad_identity"},
		"changed":           {parts[0] + "." + base64.RawURLEncoding.EncodeToString([]byte(`{"sub":"boss","exp":9999999999}`)) + "." + parts[2], "bad_identity"},
		"without signature": {parts[0] + "." + parts[1] + ".", "bad_identity"},
		"not a token":       {"x", "bad_identity"},
		"too long":          {strings.Repeat("a", 5000), "bad_identity"},
		"for ever":          {signs(t, secret, jwt.SigningMethodHS256, jwt.MapClaims{"exp": nil}), "bad_identity"},
		"for a year":        {signs(t, secret, jwt.SigningMethodHS256, jwt.MapClaims{"exp": time.Now().Add(365 * 24 * time.Hour).Unix()}), "bad_identity"},
		"of nobody":         {signs(t, secret, jwt.SigningMethodHS256, jwt.MapClaims{"sub": ""}), "bad_identity"},
		"not yet":           {signs(t, secret, jwt.SigningMethodHS256, jwt.MapClaims{"nbf": time.Now().Add(time.Hour).Unix()}), "bad_identity"},
		"of no address":     {signs(t, secret, jwt.SigningMethodHS256, jwt.MapClaims{"email": "no address"}), "bad_identity"},
		"expired":           {signs(t, secret, jwt.SigningMethodHS256, jwt.MapClaims{"exp": time.Now().Add(-time.Hour).Unix()}), "identity_expired"},
	} {
		v, _ := w.dial(shop, "demo")
		v.say(map[string]any{"type": "hello", "identity": c.token})
		if f := v.until("error"); f.Code != c.code {
			t.Errorf("a token %s = %s, want %s", name, f.Code, c.code)
		}
		if f := v.until("welcome"); f.Visitor.Verified {
			t.Errorf("a token %s is believed", name)
		}
	}
	// With another secret the old tokens are good no more.
	w.secret()
	v, _ := w.dial(shop, "demo")
	if code := v.refused(map[string]any{"type": "hello", "identity": good}); code != "bad_identity" {
		t.Errorf("a token of the old secret = %s", code)
	}
}

// TestTheNextAtTheBrowserSeesNothing: who signs out at the host site leaves no conversation behind for the next.
func TestTheNextAtTheBrowserSeesNothing(t *testing.T) {
	w := newWorld(t)
	secret := w.secret()
	v, _ := w.visitor(map[string]any{"identity": signs(t, secret, jwt.SigningMethodHS256, nil)})
	v.start("my secret")
	for name, identity := range map[string]string{
		"nobody":        "",
		"somebody else": signs(t, secret, jwt.SigningMethodHS256, jwt.MapClaims{"sub": "user-1", "email": "x@customer.test"}),
	} {
		if next, hello := w.visitor(map[string]any{"token": v.token, "identity": identity}); next.token == v.token || hello.State != "none" {
			t.Errorf("%s at the browser: state %s, same token %v, want a new visitor", name, hello.State, next.token == v.token)
		}
	}
	// She herself goes on, even where the page stood open longer than her token is good for.
	stale := signs(t, secret, jwt.SigningMethodHS256, jwt.MapClaims{"exp": time.Now().Add(-time.Hour).Unix()})
	if again, hello := w.visitor(map[string]any{"token": v.token, "identity": stale}); again.token != v.token || hello.Seq == 0 {
		t.Errorf("she comes back to %+v, want her conversation", hello)
	}
}
