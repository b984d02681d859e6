// Package keyring keeps the keys of a ledger: one for each purpose, each in a file of its own.
//
// A key file is an age file, encrypted under a passphrase (scrypt); its text is one line, the private key of a signed note or a random
// secret in base64. There is no file without a passphrase. Files are made once and never overwritten: a key that is replaced keeps its
// file under its name, for what it signed. Whoever holds the passphrase and the file is the ledger; docs/keys.md says what to do when
// somebody else does.
package keyring

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"github.com/plumbline-project/plumbline"
)

const (
	maxKeyFile = 64 << 10
	minPass    = 12 // characters
	workFactor = 18 // scrypt, about a second
)

// Ring is a folder of keys and the passphrase that opens them.
type Ring struct {
	Dir        string
	Passphrase string
	Work       int // log2 of the work of a passphrase; 0 is 18. Less is for tests
}

// NewSigner makes a key of signed notes in a file, and gives its public key in the form name+hash+key.
func (r *Ring) NewSigner(file, name string) (vkey string, err error) {
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return "", plumbline.Errorf(plumbline.Unavailable, "no key can be made: %w", err)
	}
	return vkey, r.create(file, skey)
}

// Signer opens a key of signed notes.
func (r *Ring) Signer(file string) (note.Signer, error) {
	text, err := r.open(file)
	if err != nil {
		return nil, err
	}
	s, err := note.NewSigner(text)
	if err != nil {
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: r.path(file), Message: "the file holds no key of signed notes"}
	}
	return s, nil
}

// NewSecret makes a file with 32 random bytes.
func (r *Ring) NewSecret(file string) error {
	secret := make([]byte, 32)
	if _, err := io.ReadFull(rand.Reader, secret); err != nil {
		return plumbline.Errorf(plumbline.Unavailable, "no random numbers are to be had: %w", err)
	}
	return r.create(file, base64.StdEncoding.EncodeToString(secret))
}

// Secret opens such a file.
func (r *Ring) Secret(file string) ([]byte, error) {
	text, err := r.open(file)
	if err != nil {
		return nil, err
	}
	secret, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(secret) != 32 {
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: r.path(file), Message: "the file holds no secret"}
	}
	return secret, nil
}

func (r *Ring) path(file string) string { return filepath.Join(r.Dir, file) }

// Check reports whether keys can be made under the passphrase.
func (r *Ring) Check() error {
	if len([]rune(r.Passphrase)) < minPass {
		return &plumbline.Error{Code: plumbline.Invalid, Where: "passphrase", Message: "the passphrase is shorter than 12 characters", Hint: "put one into PLUMBLINE_PASSPHRASE, or into a file that --passphrase-file names; six random words are easy to keep"}
	}
	return nil
}

// create writes a key file where there is none, and syncs it; its folder is the caller's to sync.
func (r *Ring) create(file, text string) error {
	if err := r.Check(); err != nil {
		return err
	}
	to, err := age.NewScryptRecipient(r.Passphrase)
	if err != nil {
		return plumbline.Errorf(plumbline.Invalid, "the passphrase cannot be used: %w", err)
	}
	work := r.Work
	if work == 0 {
		work = workFactor
	}
	to.SetWorkFactor(work)
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, to)
	if err == nil {
		_, err = io.WriteString(w, text+"\n")
		err = errors.Join(err, w.Close())
	}
	if err != nil {
		return plumbline.Errorf(plumbline.Internal, "the key cannot be encrypted: %w", err)
	}
	f, err := os.OpenFile(r.path(file), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return &plumbline.Error{Code: plumbline.Conflict, Where: r.path(file), Message: "there is a key already, and keys are never overwritten", Err: err}
	}
	if err == nil {
		_, err = f.Write(sealed.Bytes())
		err = errors.Join(err, f.Sync(), f.Close())
	}
	if err != nil {
		return &plumbline.Error{Code: plumbline.Unavailable, Where: r.path(file), Message: "the key cannot be written", Err: err}
	}
	return nil
}

func (r *Ring) open(file string) (string, error) {
	f, err := os.Open(r.path(file))
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "", &plumbline.Error{Code: plumbline.NotFound, Where: r.path(file), Message: "there is no such key", Hint: "a ledger is made by: plumb ledger init", Err: err}
	case err != nil:
		return "", &plumbline.Error{Code: plumbline.Unavailable, Where: r.path(file), Message: "the key cannot be opened", Err: err}
	}
	defer f.Close()
	from, err := age.NewScryptIdentity(r.Passphrase)
	if err != nil {
		return "", &plumbline.Error{Code: plumbline.Invalid, Where: "passphrase", Message: "there is no passphrase", Hint: "put it into PLUMBLINE_PASSPHRASE, or into a file that --passphrase-file names"}
	}
	from.SetMaxWorkFactor(workFactor) // more would let a file take gigabytes
	plain, err := age.Decrypt(io.LimitReader(f, maxKeyFile), from)
	var text []byte
	if err == nil {
		text, err = io.ReadAll(io.LimitReader(plain, maxKeyFile))
	}
	if err != nil {
		return "", &plumbline.Error{Code: plumbline.Invalid, Where: r.path(file), Message: "the key does not open: the passphrase is another, or the file is damaged", Err: err}
	}
	return strings.TrimSuffix(string(text), "\n"), nil
}
