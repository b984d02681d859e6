package app

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/journal"
	"github.com/plumbline-project/plumbline/internal/journal/sqlite"
	"github.com/plumbline-project/plumbline/internal/keyring"
	"github.com/plumbline-project/plumbline/internal/text"
	"github.com/plumbline-project/plumbline/ledger"
)

// The files of a ledger's folder.
const (
	ledgerFile  = "ledger.json"
	ledgerDB    = "ledger.db"
	keysFolder  = "keys"
	logKey      = "log.key"
	idsKey      = "ids.key"
	appendBatch = 500
	appendBytes = 8 << 20
)

type ledgerCmd struct {
	Init   ledgerInitCmd   `cmd:"" help:"Make a ledger in a new folder: its keys, its journal. Prints the policy by which others verify it."`
	Append ledgerAppendCmd `cmd:"" help:"Record lines of JSON. Each is on disk before it is acknowledged; what was recorded before is recognised by its id."`
}

// passphrase is how a command gets the passphrase of the keys.
type passphrase struct {
	PassphraseFile string `help:"File whose first line is the passphrase of the keys. Default: the variable PLUMBLINE_PASSPHRASE." placeholder:"FILE" type:"path"`
}

func (c *passphrase) ring(p *Process, dir string) (*keyring.Ring, error) {
	r := &keyring.Ring{Dir: filepath.Join(dir, keysFolder), Passphrase: p.Getenv("PLUMBLINE_PASSPHRASE")}
	if c.PassphraseFile == "" {
		return r, nil
	}
	data, err := readGiven(c.PassphraseFile)
	if err != nil {
		return nil, err
	}
	line, _, _ := bytes.Cut(data, []byte("\n"))
	r.Passphrase = strings.TrimSuffix(string(line), "\r")
	return r, nil
}

// ledgerConfig is ledger.json: what does not change.
type ledgerConfig struct {
	V       int       `json:"v"`
	Name    string    `json:"name"`
	Node    string    `json:"node"`
	Created time.Time `json:"created"`
	Log     string    `json:"log"`     // public key of the log
	Journal string    `json:"journal"` // public key of the node's journal
}

type ledgerInitCmd struct {
	Dir  string `arg:"" help:"A new folder, or an empty one." type:"path"`
	Name string `help:"Name of the ledger, which everything that it signs bears: a host and a path that are yours, such as ledger.example.com/loans." required:""`
	Node string `help:"Name of this node: a-z, 0-9 and dash." default:"a"`
	passphrase
}

// Run makes a ledger. ledger.json comes last: without it there is none.
func (c *ledgerInitCmd) Run(ctx context.Context, p *Process) error {
	if !ledger.ValidName(c.Name) {
		return &plumbline.Error{Code: plumbline.Invalid, Where: "--name", Message: fmt.Sprintf("%.130q is no name of a ledger", c.Name), Hint: "1 to 128 letters, digits and signs without spaces and plus, such as ledger.example.com/loans"}
	}
	if !ledger.ValidNode(c.Node) {
		return &plumbline.Error{Code: plumbline.Invalid, Where: "--node", Message: fmt.Sprintf("%.40q is no name of a node", c.Node), Hint: "1 to 32 of a-z, 0-9 and dash"}
	}
	ring, err := c.ring(p, c.Dir)
	if err != nil {
		return err
	}
	if err := ring.Check(); err != nil {
		return err
	}
	if list, err := os.ReadDir(c.Dir); err == nil && len(list) > 0 {
		return &plumbline.Error{Code: plumbline.Conflict, Where: c.Dir, Message: "the folder is not empty", Hint: "a ledger has a folder of its own"}
	}
	if err := os.MkdirAll(ring.Dir, 0o700); err != nil {
		return &plumbline.Error{Code: plumbline.Unavailable, Where: c.Dir, Message: "the folder cannot be made: " + cause(err), Err: err}
	}
	made := &ledgerConfig{V: 1, Name: c.Name, Node: c.Node, Created: p.Now().UTC().Truncate(time.Second)}
	if made.Log, err = ring.NewSigner(logKey, c.Name); err != nil {
		return err
	}
	if made.Journal, err = ring.NewSigner(journalKey(c.Node), ledger.JournalName(c.Name, c.Node)); err != nil {
		return err
	}
	if err := ring.NewSecret(idsKey); err != nil {
		return err
	}
	store, err := sqlite.Create(ctx, filepath.Join(c.Dir, ledgerDB))
	if err != nil {
		return err
	}
	if err := store.Close(); err != nil {
		return err
	}
	if err := made.write(c.Dir); err != nil {
		return err
	}
	fmt.Fprintf(p.Stdout, "# %s\nlog %s\njournal %s\nquorum none\n", text.LedgerPolicy().EN, made.Log, made.Journal)
	return nil
}

func journalKey(node string) string { return "journal-" + node + ".key" }

func (c *ledgerConfig) write(dir string) error {
	data, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return plumbline.Errorf(plumbline.Internal, "the settings cannot be written: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, ledgerFile), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = f.Write(append(data, '\n'))
		err = errors.Join(err, f.Sync(), f.Close())
	}
	for _, name := range []string{filepath.Join(dir, keysFolder), dir, filepath.Dir(dir)} {
		if err == nil {
			err = syncFolder(name)
		}
	}
	if err != nil {
		return &plumbline.Error{Code: plumbline.Unavailable, Where: dir, Message: "the ledger cannot be written: " + cause(err), Err: err}
	}
	return nil
}

func syncFolder(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

func readLedger(dir string) (*ledgerConfig, error) {
	name := filepath.Join(dir, ledgerFile)
	data, err := readGiven(name)
	if err != nil {
		if plumbline.CodeOf(err) == plumbline.NotFound {
			return nil, &plumbline.Error{Code: plumbline.NotFound, Where: dir, Message: "there is no ledger in this folder", Hint: "make one with: plumb ledger init DIR --name NAME"}
		}
		return nil, err
	}
	c := &ledgerConfig{}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil && c.V <= 1 || !ledger.ValidName(c.Name) || !ledger.ValidNode(c.Node) {
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: name, Message: "the settings of the ledger are damaged"}
	}
	if c.V != 1 {
		return nil, &plumbline.Error{Code: plumbline.Unsupported, Where: name, Message: fmt.Sprintf("the ledger is of version %d; this program knows version 1", c.V), Hint: "use the newer plumb that wrote it"}
	}
	return c, nil
}

type ledgerAppendCmd struct {
	Dir      string `arg:"" help:"Folder of the ledger." type:"path"`
	File     string `arg:"" optional:"" help:"File with one record in JSON a line. Default: standard input." type:"path"`
	Receipts string `help:"New file for the receipts, one a line. Keep it: a receipt shows a record that is lost." placeholder:"FILE" type:"path"`
	Lang     string `help:"Language: zh-CN or en." enum:"zh-CN,en" default:"${lang}"`
	passphrase
}

// Run appends. What was acknowledged before an error stays; the same input can be given again.
func (c *ledgerAppendCmd) Run(ctx context.Context, p *Process) error {
	in, done, err := c.input(p)
	if err != nil {
		return err
	}
	defer done()
	j, store, err := c.open(ctx, p)
	if err != nil {
		return err
	}
	defer store.Close()
	out := io.Discard
	if c.Receipts != "" {
		f, err := os.OpenFile(c.Receipts, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return &plumbline.Error{Code: plumbline.Unavailable, Where: c.Receipts, Message: "the receipts cannot be written: " + cause(err), Hint: "name a new file", Err: err}
		}
		defer f.Close()
		out = f
	}
	a := &appender{j: j, receipts: bufio.NewWriter(out), wanted: c.Receipts != "", counts: map[journal.Status]int64{}}
	err = a.all(ctx, in)
	if flushed := a.receipts.Flush(); flushed != nil && err == nil {
		err = &plumbline.Error{Code: plumbline.Unavailable, Where: c.Receipts, Message: "the receipts cannot be written: " + cause(flushed), Hint: "the records are recorded; give the input again with another file for receipts", Err: flushed}
	}
	n := a.counts
	fmt.Fprintln(p.Stdout, text.LedgerAppended(n[journal.Recorded], n[journal.Duplicate], n[journal.Conflict]).In(plumbline.Lang(c.Lang)))
	for _, id := range a.conflicts {
		fmt.Fprintln(p.Stdout, text.LedgerConflict(printable(id)).In(plumbline.Lang(c.Lang)))
	}
	if err == nil && n[journal.Conflict] > 0 {
		return errBroken
	}
	return err
}

func (c *ledgerAppendCmd) input(p *Process) (io.Reader, func(), error) {
	if c.File == "" || c.File == "-" {
		if p.Stdin == nil {
			return bytes.NewReader(nil), func() {}, nil
		}
		return p.Stdin, func() {}, nil
	}
	f, err := openGiven(c.File)
	if err != nil {
		return nil, nil, err
	}
	return f, func() { _ = f.Close() }, nil
}

func (c *ledgerAppendCmd) open(ctx context.Context, p *Process) (*journal.Journal, *sqlite.Store, error) {
	conf, err := readLedger(c.Dir)
	if err != nil {
		return nil, nil, err
	}
	ring, err := c.ring(p, c.Dir)
	if err != nil {
		return nil, nil, err
	}
	var signer note.Signer
	if signer, err = ring.Signer(journalKey(conf.Node)); err != nil {
		return nil, nil, err
	}
	if v, err := note.NewVerifier(conf.Journal); err != nil || v.KeyHash() != signer.KeyHash() {
		return nil, nil, &plumbline.Error{Code: plumbline.Invalid, Where: filepath.Join(c.Dir, keysFolder, journalKey(conf.Node)), Message: "this is another key than the one that the ledger's policy names", Hint: "restore the key of this ledger"}
	}
	ids, err := ring.Secret(idsKey)
	if err != nil {
		return nil, nil, err
	}
	store, err := sqlite.Open(ctx, filepath.Join(c.Dir, ledgerDB))
	if err != nil {
		return nil, nil, err
	}
	j, err := journal.Open(ctx, journal.Config{Ledger: conf.Name, Node: conf.Node, Signer: signer, Store: store, Now: p.Now, Rand: rand.Reader, Key: ids})
	if err != nil {
		_ = store.Close()
		return nil, nil, err
	}
	return j, store, nil
}

// appender takes lines in batches.
type appender struct {
	j         *journal.Journal
	receipts  *bufio.Writer
	wanted    bool
	counts    map[journal.Status]int64
	conflicts []string // the first of them
}

func (a *appender) all(ctx context.Context, in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, 1<<16), ledger.MaxRecord+2)
	var batch [][]byte
	first := int64(1)
	n := int64(0)
	size := 0
	flush := func() error {
		acks, err := a.j.Append(ctx, batch)
		if err != nil {
			hint := "it is not known whether these lines were kept; give the same input again"
			if code := plumbline.CodeOf(err); code == plumbline.Invalid || code == plumbline.TooLarge {
				hint = "nothing of these lines was recorded; mend them and give the whole input again"
			}
			return &plumbline.Error{Code: plumbline.CodeOf(err), Where: fmt.Sprintf("lines %d to %d", first, n), Message: err.Error(), Hint: hint, Err: err}
		}
		err = a.take(ctx, batch, acks)
		batch, size, first = batch[:0], 0, n+1
		return err
	}
	for lines.Scan() {
		n++
		if line := bytes.TrimSpace(lines.Bytes()); len(line) > 0 {
			batch = append(batch, bytes.Clone(line))
			size += len(line)
		}
		if len(batch) == appendBatch || size >= appendBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := lines.Err(); err != nil {
		if err := flush(); err != nil { // what was read is recorded
			return err
		}
		return &plumbline.Error{Code: plumbline.Invalid, Where: fmt.Sprintf("line %d", n+1), Message: "the line cannot be read, or is longer than 1 MiB", Err: err}
	}
	return flush()
}

// mostConflicts bounds the conflicts that are named.
const mostConflicts = 20

// take counts what was acknowledged, all of it, and then writes receipts.
func (a *appender) take(ctx context.Context, batch [][]byte, acks []journal.Ack) error {
	for _, ack := range acks {
		a.counts[ack.Status]++
		if ack.Status == journal.Conflict && len(a.conflicts) < mostConflicts {
			a.conflicts = append(a.conflicts, ack.ID)
		}
	}
	for i, ack := range acks {
		if !a.wanted || ack.Status == journal.Conflict {
			continue
		}
		r, err := ledger.ParseRecord(batch[i])
		if err != nil {
			return err
		}
		receipt, err := a.j.Receipt(ctx, ack, r.Workflow)
		if plumbline.CodeOf(err) == plumbline.NotFound && err != nil {
			continue // it is in a block already
		}
		if err != nil {
			return err
		}
		data, err := json.Marshal(receipt)
		if err != nil {
			return plumbline.Errorf(plumbline.Internal, "a receipt cannot be written: %w", err)
		}
		if _, err := a.receipts.Write(append(data, '\n')); err != nil {
			return &plumbline.Error{Code: plumbline.Unavailable, Message: "the receipts cannot be written: " + cause(err), Hint: "the records are recorded; give the input again with another file for receipts", Err: err}
		}
	}
	return nil
}
