package authority

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"frontline/internal/fault"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"
)

// Cost of a password (OWASP's second choice for argon2id): 19 MiB and about 30 ms.
const (
	argonMemory = 19 * 1024 // KiB
	argonTime   = 2
	argonLanes  = 1
	argonSalt   = 16
	argonHash   = 32
)

// Lengths of a password; the upper bound only bounds the work.
const (
	minPassword = 10 // characters
	maxPassword = 200
)

// hasher hashes few passwords at a time, so that many logins at once cannot take the memory.
type hasher struct {
	slots chan struct{} // being hashed
	queue chan struct{} // being hashed, or waiting for it
}

// waitingHashes is how many logins may wait for a slot, about a second's worth each slot.
const waitingHashes = 32

func newHasher(slots int) *hasher {
	return &hasher{slots: make(chan struct{}, slots), queue: make(chan struct{}, slots*(1+waitingHashes))}
}

// enter waits for a slot; leave must be called. Where too many wait already it is fault.TooMany "too_busy".
func (h *hasher) enter(ctx context.Context) (leave func(), err error) {
	select {
	case h.queue <- struct{}{}:
	default:
		return nil, fault.New(fault.TooMany, "too_busy", "retry_after", 1)
	}
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots; <-h.queue }, nil
	case <-ctx.Done():
		<-h.queue
		return nil, ctx.Err()
	}
}

// hashPassword gives the PHC form, $argon2id$v=19$m=…,t=…,p=…$salt$hash. Call it in a slot.
func hashPassword(password string) string {
	salt := randomBytes(argonSalt)
	return phc(salt, argon2.IDKey([]byte(norm.NFC.String(password)), salt, argonTime, argonMemory, argonLanes, argonHash))
}

func phc(salt, hash []byte) string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash))
}

// noPassword stands in for an account that does not exist, so that the answer takes as long. No password has this hash.
var noPassword = phc(randomBytes(argonSalt), randomBytes(argonHash))

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) //nolint:errcheck // crypto/rand never fails: it stops the program
	return b
}

var errHash = errors.New("kept password is not readable")

// checkPassword compares in constant time. Call it in a slot.
func checkPassword(kept, password string) (bool, error) {
	parts := strings.Split(kept, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false, errHash
	}
	var version, memory, time, lanes uint32
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &time, &lanes); err != nil {
		return false, errors.Join(errHash, err)
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false, errors.Join(errHash, err)
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil {
		return false, errors.Join(errHash, err)
	}
	if version != argon2.Version || memory == 0 || memory > 64*1024 || time == 0 || time > 10 || lanes == 0 || lanes > 8 || len(want) < 16 {
		return false, errHash
	}
	got := argon2.IDKey([]byte(norm.NFC.String(password)), salt, time, memory, uint8(lanes), uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// goodPassword says what is wrong with a new password for a login. Length is what counts (NIST SP 800-63B).
func goodPassword(login, password string) error {
	n := utf8.RuneCountInString(password)
	switch {
	case !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return fault.BadField("password", "bad_characters")
	case n < minPassword:
		return fault.BadField("password", "too_short", "min", minPassword)
	case n > maxPassword:
		return fault.BadField("password", "too_long", "max", maxPassword)
	// The two letters of a short login are in many a long password by chance.
	case 2*utf8.RuneCountInString(login) >= n && strings.Contains(strings.ToLower(password), login), distinct(password) < 4:
		return fault.BadField("password", "easy_to_guess")
	}
	return nil
}

func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}
