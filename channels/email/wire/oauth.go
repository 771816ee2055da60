package wire

import (
	"encoding/json"
	"strings"
)

// XOAUTH2Response is the one message of the XOAUTH2 mechanism, as Google and Microsoft describe it.
func XOAUTH2Response(user, token string) []byte {
	return []byte("user=" + user + "\x01auth=Bearer " + token + "\x01\x01")
}

// OAuthBearerResponse is the one message of OAUTHBEARER (RFC 7628, 3.1).
func OAuthBearerResponse(user, token string) []byte {
	// RFC 5801, 4: "=" and "," are the separators of this header.
	name := strings.NewReplacer("=", "=3D", ",", "=2C").Replace(user)
	return []byte("n,a=" + name + ",\x01auth=Bearer " + token + "\x01\x01")
}

// OAuthFailure reads what a server says instead of accepting a token, for example
// {"status":"401","schemes":"bearer","scope":"https://mail.google.com/"}, and gives words to show. Any bytes give words.
func OAuthFailure(challenge []byte) string {
	var said struct {
		Status  json.RawMessage `json:"status"` // text by the standard, a number from some
		Scope   string          `json:"scope"`
		Details string          `json:"error_description"`
	}
	if len(challenge) > 8<<10 || json.Unmarshal(challenge, &said) != nil {
		return Words(string(challenge))
	}
	words := strings.Trim(string(said.Status), `"`) + " " + said.Details
	if said.Scope != "" {
		words += " scope " + said.Scope
	}
	return Words(words)
}
