package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// workflowFile is the name of the file that declares a workflow.
const workflowFile = "plumbline.yaml"

type initCmd struct {
	Dir    string `arg:"" help:"Folder with the tables and the definition of a workflow." type:"path"`
	Lang   string `help:"Language of the comments and of what is told: zh-CN or en." enum:"zh-CN,en" default:"${lang}"`
	Stdout bool   `help:"Print the file instead of writing it."`
}

// Run looks through the folder and writes a workflow file of guesses, each of them marked.
func (c *initCmd) Run(ctx context.Context, p *Process) error {
	root, err := openFolder("init", c.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if _, err := root.Lstat(workflowFile); err == nil && !c.Stdout {
		return alreadyThere(c.Dir)
	}
	o, err := find(ctx, root.FS())
	if err != nil {
		return within(c.Dir, err)
	}
	sums := map[string]string{}
	for _, m := range o.models {
		if sums[m.name], err = sumOf(ctx, root.FS(), m.name); err != nil && ctx.Err() != nil {
			return fmt.Errorf("take the fingerprint of a model: %w", err)
		}
	}
	name := "workflow"
	if abs, err := filepath.Abs(c.Dir); err == nil {
		name = filepath.Base(abs)
	}
	lang := plumbline.Lang(c.Lang)
	d := compose(o, name, sums, lang)
	data := []byte(d.String())
	if _, err := workflow.Load(overlay{root.FS(), data}, workflowFile); err != nil {
		return plumbline.Errorf(plumbline.Internal, "the workflow file that was made for this folder is not right: %w", err)
	}
	if c.Stdout {
		_, err := p.Stdout.Write(data)
		return err
	}
	if err := create(root, data); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return alreadyThere(c.Dir)
		}
		return &plumbline.Error{Code: plumbline.Unavailable, Where: filepath.Join(c.Dir, workflowFile), Message: "the workflow file cannot be written: " + cause(err), Hint: "make the folder writable, or copy it to where you can write; --stdout prints the file instead", Err: err}
	}
	return c.tell(p.Stdout, o, d, lang)
}

func alreadyThere(dir string) error {
	return &plumbline.Error{Code: plumbline.Invalid, Where: filepath.Join(dir, workflowFile), Message: "there is a workflow file already, and nothing is overwritten", Hint: "--stdout prints what would be written"}
}

// create writes the file where there is none, not even a link.
func create(root *os.Root, data []byte) error {
	f, err := root.OpenFile(workflowFile, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	if _, err = f.Write(data); err == nil {
		return f.Close()
	}
	f.Close()
	return errors.Join(err, root.Remove(workflowFile)) // no half of a file is left
}

// tell says what was found, guessed and not found, and what to do next.
func (c *initCmd) tell(w io.Writer, o *found, d *draft, lang plumbline.Lang) error {
	var b bytes.Buffer
	say := func(indent string, t plumbline.Text) { fmt.Fprintf(&b, "%s%s\n", indent, printable(t.In(lang))) }
	say("", text.CliInitFound())
	for _, f := range o.tables {
		if f.cols > 0 {
			say("  ", text.CliInitTable(shown(f.name), f.rows, int64(f.cols)))
		}
	}
	for _, f := range o.definitions {
		say("  ", text.CliInitDefinition(shown(f.name)))
	}
	if n := len(o.texts) + len(o.documents) + len(o.models); n > 0 {
		say("  ", text.CliInitOthers(int64(len(o.texts)+len(o.documents)), int64(len(o.models))))
	}
	for _, u := range o.unreadable {
		say("  ", text.CliInitUnreadable(shown(u.column), u.why))
	}
	if o.more {
		say("  ", text.CliInitMore())
	}
	say("", text.CliInitGuessed())
	for _, g := range d.guesses {
		say("  ", g)
	}
	say("", text.CliInitMissing())
	for _, m := range o.missing() {
		say("  - ", m)
	}
	file := filepath.Join(c.Dir, workflowFile)
	switch {
	case o.alone():
		say("", text.CliInitAlone())
		say("", text.CliInitNext(file))
	case o.columns != nil && o.columns.decision.ok():
		say("", text.CliInitNext(file))
	default:
		say("", text.CliInitNotReady(file, fillIn))
	}
	fmt.Fprintf(&b, "  plumb assess %s\n", printable(typed(c.Dir)))
	_, err := w.Write(b.Bytes())
	return err
}

// alone reports whether a definition is all that can be assessed.
func (o *found) alone() bool { return o.decisions == nil && len(o.definitions) > 0 }

// missing lists what a person must write or confirm.
func (o *found) missing() []plumbline.Text {
	g := o.columns
	if g == nil {
		g = &columnsGuess{}
	}
	var out []plumbline.Text
	for _, t := range o.unused() {
		if o.decisions != nil {
			out = append(out, text.CliInitOtherTable(shown(t)))
		}
	}
	for _, m := range []struct {
		there bool
		says  plumbline.Text
	}{
		{o.decisions != nil, text.CliInitNoTable()},
		{o.decisions == nil || g.decision.ok(), text.CliInitNoDecision()},
		{!g.decision.weak, text.CliInitConfirmSide()},
		{o.alone() || len(g.sensitive) > 0, text.CliInitNoSensitive()},
		{o.alone() || g.label.ok(), text.CliInitNoLabel()},
		{len(o.definitions) > 0, text.CliInitNoDefinition()},
		{o.alone() || o.reviews != nil, text.CliInitNoReviews()},
		{false, text.CliInitAskPurpose()},
		{len(g.sensitive) == 0, text.CliInitAskSensitive()},
	} {
		if !m.there {
			out = append(out, m.says)
		}
	}
	return out
}

// overlay is a folder with a workflow file that is not written yet.
type overlay struct {
	fs.FS
	data []byte
}

// Open gives the file that is not written yet, and all others from the folder.
func (o overlay) Open(name string) (fs.File, error) {
	if name == workflowFile {
		return &unwritten{bytes.NewReader(o.data), int64(len(o.data))}, nil
	}
	return o.FS.Open(name)
}

// unwritten is a file in memory.
type unwritten struct {
	io.Reader
	size int64
}

// Stat describes the file.
func (u *unwritten) Stat() (fs.FileInfo, error) { return u, nil }

// Close does nothing.
func (u *unwritten) Close() error { return nil }

// Name is that of a workflow file.
func (u *unwritten) Name() string { return workflowFile }

// Size is in bytes.
func (u *unwritten) Size() int64 { return u.size }

// Mode is that of a plain file.
func (u *unwritten) Mode() fs.FileMode { return 0o444 }

// ModTime is not known.
func (u *unwritten) ModTime() time.Time { return time.Time{} }

// IsDir is false.
func (u *unwritten) IsDir() bool { return false }

// Sys is nothing.
func (u *unwritten) Sys() any { return nil }
