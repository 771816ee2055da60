package email

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"frontline/internal/secret"
)

// names signs and reads the names of tickets. A mail of ours can be recognised in three places: its
// Message-ID, the part after "+" in the address an answer goes to, and a tag in the subject. Each is
// signed with the program's key, so that nobody can name a ticket by counting.
type names struct{ key *secret.Key }

var letters = base32.NewEncoding("abcdefghijkmnpqrstuvwxyz23456789").WithPadding(base32.NoPadding)

func (n names) mac(kind string, ids ...int64) string {
	b := make([]byte, 0, 8*len(ids))
	for _, id := range ids {
		b = binary.BigEndian.AppendUint64(b, uint64(id))
	}
	return letters.EncodeToString(n.key.MAC("email "+kind, b)[:10])
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// messageID names a message: ticket, message, random, signature, at the mailbox's domain
// (RFC 5322, 3.6.4). Without <>.
func (n names) messageID(ticket, message int64, domain string) string {
	var r [5]byte
	_, _ = rand.Read(r[:]) // never fails
	return fmt.Sprintf("fl.%d.%d.%s.%s@%s", ticket, message, letters.EncodeToString(r[:]), n.mac("message-id", ticket, message), domain)
}

var ourID = regexp.MustCompile(`^fl\.([0-9]{1,18})\.([0-9]{1,18})\.[a-z0-9]{8}\.([a-z0-9]{16})@`)

// readMessageID gives the ticket and message of a Message-ID of ours; ok is false for all others.
func (n names) readMessageID(id string) (ticket, message int64, ok bool) {
	m := ourID.FindStringSubmatch(id)
	if m == nil {
		return 0, 0, false
	}
	ticket, _ = strconv.ParseInt(m[1], 10, 64) // at most 18 digits: always fits
	message, _ = strconv.ParseInt(m[2], 10, 64)
	return ticket, message, same(n.mac("message-id", ticket, message), m[3])
}

// replyTo puts the ticket's token into an address: kefu@example.cn, kefu+t42.….@example.cn.
func (n names) replyTo(address string, ticket int64) string {
	local, domain, ok := strings.Cut(address, "@")
	if !ok {
		return address
	}
	return fmt.Sprintf("%s+t%d.%s@%s", local, ticket, n.mac("address", ticket), domain)
}

var ourToken = regexp.MustCompile(`\+t([0-9]{1,18})\.([a-z0-9]{16})@`)

// readToken gives the ticket of an address with our token.
func (n names) readToken(address string) (ticket int64, ok bool) {
	m := ourToken.FindStringSubmatch(strings.ToLower(address))
	if m == nil {
		return 0, false
	}
	ticket, _ = strconv.ParseInt(m[1], 10, 64)
	return ticket, same(n.mac("address", ticket), m[2])
}

// withoutToken is the mailbox's own address of one with a token.
func withoutToken(address string) string {
	return ourToken.ReplaceAllString(strings.ToLower(address), "@")
}

// subjectTag is the mark in a subject: "[#100042-k7f3q]". The checksum keeps a mistyped or guessed
// number out; who sends it must take part in the ticket all the same.
func (n names) subjectTag(number string) string {
	return "[#" + number + "-" + n.checksum(number) + "]"
}

func (n names) checksum(number string) string {
	return letters.EncodeToString(n.key.MAC("email subject", []byte(number))[:5])[:5]
}

var ourTag = regexp.MustCompile(`\[#([A-Za-z0-9._/-]{1,40})-([a-z0-9]{5})\]`)

// readSubject gives the number of the last good tag in a subject; empty: none.
func (n names) readSubject(subject string) (number string) {
	for _, m := range ourTag.FindAllStringSubmatch(subject, 10) {
		if same(n.checksum(m[1]), m[2]) {
			number = m[1]
		}
	}
	return number
}

// rePrefix is "Re:" in the forms that mail programs write, Chinese ones too.
var rePrefix = regexp.MustCompile(`(?i)^\s*((re|aw|sv|antw|回复|答复|回覆)(\[\d+\])?\s*[:：]\s*)+`)

// subject is that of a mail: one "Re:" unless it is the first, the words, one tag.
func (n names) subject(subject, number string, tag, first bool) string {
	s := strings.TrimSpace(ourTag.ReplaceAllString(subject, ""))
	if !first {
		s = strings.TrimSpace("Re: " + strings.TrimSpace(rePrefix.ReplaceAllString(s, "")))
	}
	if tag {
		s += " " + n.subjectTag(number)
	}
	return s
}
