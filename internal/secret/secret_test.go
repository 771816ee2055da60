package secret_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"frontline/internal/secret"
)

func load(t testing.TB) *secret.Key {
	t.Helper()
	k, err := secret.Load(filepath.Join(t.TempDir(), "deep", "key"))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestTheKeyIsMadeOnceAndReadBack(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "data", "secret.key")
	var wg sync.WaitGroup
	keys := make([]*secret.Key, 16)
	for i := range keys {
		wg.Go(func() {
			k, err := secret.Load(path)
			if err != nil {
				t.Error(err)
			}
			keys[i] = k
		})
	}
	wg.Wait()
	for i, k := range keys {
		if k == nil || !k.Equal(keys[0]) {
			t.Fatalf("program %d of those that started at once has another key", i)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 32 {
		t.Fatalf("key file is %v, %v; want 32 bytes with mode 0600", info, err)
	}
	left, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(left) != 1 {
		t.Fatalf("beside the key there is %v, %v", left, err)
	}
}

func TestABadKeyFileIsRefusedWithItsCure(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		size int
		mode os.FileMode
		want string
	}{
		{"short", 31, 0o600, "must have 32 bytes"},
		{"long", 33, 0o600, "must have 32 bytes"},
		{"empty", 0, 0o600, "must have 32 bytes"},
		{"read by all", 32, 0o644, "chmod 600"},
		{"mounted secret", 32, 0o444, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(path, make([]byte, c.size), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			_, err := secret.Load(path)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Fatalf("Load = %v, want %q", err, c.want)
			}
		})
	}
}

func TestABoxOpensOnlyWithItsKeyAndContext(t *testing.T) {
	t.Parallel()
	k := load(t)
	plain := []byte("hunter2 密码")
	box := k.Seal(plain, "mailbox:7:password")
	got, err := k.Open(box, "mailbox:7:password")
	if err != nil || !bytes.Equal(got, plain) {
		t.Fatalf("Open = %q, %v", got, err)
	}
	if bytes.Equal(box, k.Seal(plain, "mailbox:7:password")) {
		t.Error("two boxes of one text are equal: the nonce is not random")
	}
	if _, err := k.Open(box, "mailbox:8:password"); !errors.Is(err, secret.ErrOpen) {
		t.Errorf("a box of another row: %v, want ErrOpen", err)
	}
	if _, err := load(t).Open(box, "mailbox:7:password"); !errors.Is(err, secret.ErrOpen) {
		t.Errorf("a box of another key: %v, want ErrOpen", err)
	}
	for i := range box {
		changed := bytes.Clone(box)
		changed[i] ^= 1
		if _, err := k.Open(changed, "mailbox:7:password"); !errors.Is(err, secret.ErrOpen) {
			t.Errorf("byte %d changed: %v, want ErrOpen", i, err)
		}
		if _, err := k.Open(box[:i], "mailbox:7:password"); !errors.Is(err, secret.ErrOpen) {
			t.Errorf("cut to %d bytes: %v, want ErrOpen", i, err)
		}
	}
	if got, err := k.Open(k.Seal(nil, "x"), "x"); err != nil || len(got) != 0 {
		t.Errorf("an empty text came back as %q, %v", got, err)
	}
}

func TestAMACDependsOnContextAndFraming(t *testing.T) {
	t.Parallel()
	k := load(t)
	seen := map[string]string{}
	for name, mac := range map[string][]byte{
		"ab c":      k.MAC("token", []byte("ab"), []byte("c")),
		"a bc":      k.MAC("token", []byte("a"), []byte("bc")),
		"abc":       k.MAC("token", []byte("abc")),
		"abc empty": k.MAC("token", []byte("abc"), nil),
		"other use": k.MAC("reply", []byte("abc")),
		"none":      k.MAC("token"),
	} {
		if len(mac) != 32 {
			t.Fatalf("%s has %d bytes", name, len(mac))
		}
		if other, twice := seen[string(mac)]; twice {
			t.Errorf("%s and %s have the same MAC", name, other)
		}
		seen[string(mac)] = name
	}
	if !bytes.Equal(k.MAC("token", []byte("abc")), k.MAC("token", []byte("abc"))) {
		t.Error("one text has two MACs")
	}
}

func TestAKeyDoesNotPrint(t *testing.T) {
	t.Parallel()
	k := load(t)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(verb, k); got != "secret.Key" {
			t.Errorf("%s prints %q", verb, got)
		}
	}
}

func BenchmarkMAC(b *testing.B) {
	k := load(b)
	token := make([]byte, 32)
	for b.Loop() {
		k.MAC("token", token)
	}
}
