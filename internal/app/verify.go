package app

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
	"github.com/plumbline-project/plumbline/ledger"
)

type verifyCmd struct {
	File   string `arg:"" help:"What to verify: a bundle of a ledger, or a receipt." type:"path"`
	Policy string `help:"Whom you trust: a file with the key of the log, and of witnesses, which you hold and the ledger does not." required:"" placeholder:"FILE" type:"path"`
	Kept   string `help:"A checkpoint that you kept: the ledger must continue it." placeholder:"FILE" type:"path"`
	At     string `help:"Time of verification, which tells what is overdue. Default: now." placeholder:"2006-01-02T15:04:05Z"`
	JSON   bool   `name:"json" help:"Print the report as JSON."`
	Lang   string `help:"Language: zh-CN or en." enum:"zh-CN,en" default:"${lang}"`
}

// The ends of a verification that does not end well.
var (
	errBroken    = errors.New("something is missing, overdue or broken")
	errNotJudged = errors.New("something could not be judged")
)

// maxShown bounds what the summary lists; the JSON has more.
const maxShown = 20

// Run verifies, offline.
func (c *verifyCmd) Run(p *Process) error {
	o, err := c.options(p)
	if err != nil {
		return err
	}
	f, err := openGiven(c.File)
	if err != nil {
		return err
	}
	defer f.Close()
	show := newProgress(p, plumbline.Lang(c.Lang))
	defer show.done()
	o.Progress = func(n int64) { show.show(text.CliProgressVerify(n >> 20)) }
	in := bufio.NewReaderSize(f, 1<<16)
	var r *ledger.Report
	if head, _ := in.Peek(1 << 14); isReceipt(head) {
		r, err = verifyReceipt(in, o)
	} else {
		r, err = ledger.VerifyBundle(in, o)
	}
	show.done()
	if err != nil {
		return within(c.File, err)
	}
	if err := c.print(p.Stdout, r); err != nil {
		return err
	}
	switch r.Exit() {
	case exitOK:
		return nil
	case exitFindings:
		return errBroken
	}
	return errNotJudged
}

// options reads what the verifier holds.
func (c *verifyCmd) options(p *Process) (o ledger.Options, err error) {
	o.Now = p.Now()
	if c.At != "" {
		if o.Now, err = time.Parse(time.RFC3339, c.At); err != nil {
			return o, &plumbline.Error{Code: plumbline.Invalid, Where: "--at", Message: fmt.Sprintf("%q is no time", c.At), Hint: "write it as 2026-11-30T12:00:00Z"}
		}
	}
	policy, err := readGiven(c.Policy)
	if err != nil {
		return o, err
	}
	if o.Policy, err = ledger.ParsePolicy(policy); err != nil {
		return o, within(c.Policy, err)
	}
	if c.Kept == "" {
		return o, nil
	}
	kept, err := readGiven(c.Kept)
	if err != nil {
		return o, err
	}
	if o.Kept, err = o.Policy.Open(kept); err != nil {
		return o, within(c.Kept, err)
	}
	return o, nil
}

// isReceipt reports whether the first object of a file is a receipt: it has a path and a leaf, and no type, as lines of a bundle do.
func isReceipt(head []byte) bool {
	var first map[string]json.RawMessage
	if json.NewDecoder(bytes.NewReader(head)).Decode(&first) != nil {
		return false
	}
	_, typed := first["type"]
	return !typed && first["leaf"] != nil && first["path"] != nil
}

// verifyReceipt verifies a receipt alone: what it says, and not whether the promise was kept.
func verifyReceipt(in io.Reader, o ledger.Options) (*ledger.Report, error) {
	data, err := readSmall(in)
	if err != nil {
		return nil, err
	}
	if n := bytes.Count(bytes.TrimSpace(data), []byte("\n")); n > 0 && json.Valid(bytes.TrimSpace(data)[:bytes.IndexByte(bytes.TrimSpace(data), '\n')]) {
		return nil, &plumbline.Error{Code: plumbline.Invalid, Message: fmt.Sprintf("the file holds %d receipts", n+1), Hint: "give one line of it; all of them are verified by a bundle that holds them"}
	}
	return ledger.VerifyReceipt(data, o), nil
}

func openGiven(name string) (*os.File, error) {
	info, err := os.Stat(name)
	if err == nil && !info.Mode().IsRegular() { // to open a pipe is to wait for its writer
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: name, Message: "this is no file"}
	}
	var f *os.File
	if err == nil {
		f, err = os.Open(name)
	}
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, &plumbline.Error{Code: plumbline.NotFound, Where: name, Message: "there is no such file", Err: err}
	case err != nil:
		return nil, &plumbline.Error{Code: plumbline.Unavailable, Where: name, Message: "the file cannot be opened", Err: err}
	}
	return f, nil
}

func readGiven(name string) ([]byte, error) {
	f, err := openGiven(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := readSmall(f)
	if err != nil {
		return nil, within(name, err)
	}
	return data, nil
}

// maxGiven bounds a policy, a checkpoint and a receipt.
const maxGiven = 1 << 20

func readSmall(in io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(in, maxGiven+1))
	if err != nil {
		return nil, &plumbline.Error{Code: plumbline.Unavailable, Message: "the file cannot be read", Err: err}
	}
	if len(data) > maxGiven {
		return nil, &plumbline.Error{Code: plumbline.TooLarge, Message: "the file is larger than 1 MiB"}
	}
	return data, nil
}

func (c *verifyCmd) print(w io.Writer, r *ledger.Report) error {
	if c.JSON {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(r)
	}
	lang := plumbline.Lang(c.Lang)
	if r.Ledger != "" {
		fmt.Fprintln(w, text.VerifyLedger(printable(r.Ledger), r.Size, r.Root.String()).In(lang))
		witnesses := text.VerifyWitnesses(int64(len(r.Witnesses)))
		if len(r.Witnesses) == 0 {
			witnesses = text.VerifyWitnessesNone()
		}
		fmt.Fprintln(w, witnesses.In(lang))
	}
	for _, what := range []string{"kept", "checkpoint", "log", "entry", "block", "record", "receipt", "bundle"} {
		for _, v := range ledger.Verdicts() {
			if n := r.Counts[what][v]; n > 0 {
				fmt.Fprintf(w, "  %-12s %-14s %d\n", text.Label("verify_what", what).In(lang), text.Label("verdict", string(v)).In(lang), n)
			}
		}
	}
	items := slices.Clone(r.Items)
	order := ledger.Verdicts()
	slices.SortStableFunc(items, func(a, b ledger.Item) int {
		return slices.Index(order, b.Verdict) - slices.Index(order, a.Verdict)
	})
	for _, i := range items[:min(len(items), maxShown)] {
		fmt.Fprintf(w, "%s %s, %s: %s\n", text.Label("verdict", string(i.Verdict)).In(lang), text.Label("verify_what", i.What).In(lang), i.Where, printable(i.Why))
	}
	if n := len(items) - maxShown; n > 0 {
		fmt.Fprintln(w, text.CliSummaryMore(int64(n)).In(lang))
	}
	_, err := fmt.Fprintln(w, text.VerifyMeaning().In(lang))
	return err
}
