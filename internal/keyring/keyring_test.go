package keyring_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/keyring"
)

const pass = "correct horse battery"

func ring(t *testing.T) *keyring.Ring {
	t.Helper()
	return &keyring.Ring{Dir: t.TempDir(), Passphrase: pass, Work: 2}
}

func TestKeys(t *testing.T) {
	r := ring(t)
	vkey, err := r.NewSigner("log.key", "ledger.example/x")
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.Signer("log.key")
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: "x\n"}, s)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := note.Open(signed, note.VerifierList(v)); err != nil {
		t.Error(err)
	}
	if err := r.NewSecret("ids.key"); err != nil {
		t.Fatal(err)
	}
	secret, err := r.Secret("ids.key")
	if err != nil || len(secret) != 32 {
		t.Error(secret, err)
	}
	if _, err := r.Signer("ids.key"); plumbline.CodeOf(err) != plumbline.Invalid {
		t.Error("a secret as a key:", err)
	}
	if _, err := r.Secret("log.key"); plumbline.CodeOf(err) != plumbline.Invalid {
		t.Error("a key as a secret:", err)
	}
	for _, name := range []string{"log.key", "ids.key"} {
		info, err := os.Stat(filepath.Join(r.Dir, name))
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Error(info, err)
		}
		data, err := os.ReadFile(filepath.Join(r.Dir, name))
		if err != nil || bytes.Contains(data, []byte("PRIVATE")) || !bytes.HasPrefix(data, []byte("age-encryption.org/v1")) {
			t.Errorf("%s is not encrypted: %q %v", name, data, err)
		}
	}
}

func TestRefusedKeys(t *testing.T) {
	r := ring(t)
	if _, err := r.NewSigner("log.key", "x"); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(r.Dir, "log.key"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.NewSigner("log.key", "x"); plumbline.CodeOf(err) != plumbline.Conflict {
		t.Error("overwritten:", err)
	}
	if after, err := os.ReadFile(filepath.Join(r.Dir, "log.key")); err != nil || !bytes.Equal(before, after) {
		t.Error("the key has changed")
	}
	for name, c := range map[string]struct {
		ring *keyring.Ring
		file string
		code plumbline.Code
	}{
		"another passphrase": {&keyring.Ring{Dir: r.Dir, Passphrase: pass + "s"}, "log.key", plumbline.Invalid},
		"no passphrase":      {&keyring.Ring{Dir: r.Dir}, "log.key", plumbline.Invalid},
		"no file":            {r, "none.key", plumbline.NotFound},
	} {
		if _, err := c.ring.Signer(c.file); plumbline.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	short := &keyring.Ring{Dir: r.Dir, Passphrase: "十一个字符的口令还太短", Work: 2}
	if _, err := short.NewSigner("new.key", "x"); plumbline.CodeOf(err) != plumbline.Invalid {
		t.Error("a short passphrase:", err)
	}
	for i := range before {
		damaged := bytes.Clone(before)
		damaged[i] ^= 1
		if err := os.WriteFile(filepath.Join(r.Dir, "log.key"), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Signer("log.key"); err == nil {
			t.Fatalf("a key with byte %d flipped opens", i)
		}
	}
}
