// Package secret holds the one key that is kept outside the database, and seals with it what the database may keep only
// unreadable: mailbox passwords, TOTP seeds, and keyed hashes of tokens. A stolen database is worth nothing without it.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// size is the length of the key and of everything derived from it, in bytes.
const size = 32

// version leads every sealed box, so that a later way of sealing can be told from this one.
const version = 1

// ErrOpen says that a box was not sealed with this key and this context, or was changed since. It does not say which,
// since the difference helps only an attacker.
var ErrOpen = errors.New("sealed value cannot be opened with this key")

// Key is the master key. Nothing is encrypted with it directly: each context and use has a key of its own, derived by
// HKDF (RFC 5869), so that a box made for one purpose can never be used for another.
type Key struct {
	master [size]byte
}

// Load reads the key file, 32 bytes. When there is none it makes one, readable by its owner only, and returns after it
// is safe on disk; of several programs that start at once all get the same key. A file that others may read and that can
// be written (that is, not a mounted read-only secret) is refused with the cure in the error.
func Load(path string) (*Key, error) {
	k, err := read(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	if err := create(path); err != nil {
		return nil, fmt.Errorf("make secret key: %w", err)
	}
	return read(path)
}

func read(path string) (*Key, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read secret key: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("read secret key: %w", err)
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && mode&0o222 != 0 {
		return nil, fmt.Errorf("secret key %s may be read by others (mode %04o): chmod 600 it", path, mode)
	}
	raw, err := io.ReadAll(io.LimitReader(f, size+1))
	if err != nil {
		return nil, fmt.Errorf("read secret key: %w", err)
	}
	if len(raw) != size {
		return nil, fmt.Errorf("secret key %s must have %d bytes: restore it from a backup", path, size)
	}
	k := new(Key)
	copy(k.master[:], raw)
	return k, nil
}

// create writes the key beside its place and links it in, which fails when another program was faster: a key is never
// overwritten, and a half-written one is never seen.
func create(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".secret-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	raw := make([]byte, size)
	rand.Read(raw) //nolint:errcheck // crypto/rand never fails: it stops the program
	if _, err := tmp.Write(raw); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// Seal encrypts and authenticates plain (AES-256-GCM, random nonce) for a context such as "mailbox:7:password". The
// same context is needed to open the box, so that a box copied to another row is worthless. The box is 29 bytes longer
// than plain.
func (k *Key) Seal(plain []byte, context string) []byte {
	box := make([]byte, 1, 1+12+len(plain)+16)
	box[0] = version
	return k.aead(context).Seal(box, nil, plain, box[:1])
}

// Open returns what was sealed for the context, or ErrOpen.
func (k *Key) Open(box []byte, context string) ([]byte, error) {
	if len(box) < 1 || box[0] != version {
		return nil, ErrOpen
	}
	plain, err := k.aead(context).Open(nil, nil, box[1:], box[:1])
	if err != nil {
		return nil, ErrOpen
	}
	return plain, nil
}

// MAC is the HMAC-SHA256 (32 bytes) of the parts for a context. Parts are framed by their length: ("ab", "c") and
// ("a", "bc") differ. Compare with hmac.Equal where the other side is a stranger.
func (k *Key) MAC(context string, parts ...[]byte) []byte {
	h := hmac.New(sha256.New, k.derive("mac", context))
	var n [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write(p)
	}
	return h.Sum(nil)
}

// Equal reports whether two keys are the same, in constant time.
func (k *Key) Equal(other *Key) bool { return hmac.Equal(k.master[:], other.master[:]) }

// String keeps the key out of logs and error texts.
func (k *Key) String() string { return "secret.Key" }

// GoString keeps the key out of %#v too.
func (k *Key) GoString() string { return k.String() }

func (k *Key) aead(context string) cipher.AEAD {
	block, err := aes.NewCipher(k.derive("seal", context))
	if err != nil {
		panic(err) // only a wrong key length can be refused
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only a wrong block size can be refused
	}
	return aead
}

func (k *Key) derive(use, context string) []byte {
	out, err := hkdf.Key(sha256.New, slices.Clone(k.master[:]), nil, "frontline:"+use+":"+context, size)
	if err != nil {
		panic(err) // only an absurd length can be refused
	}
	return out
}
