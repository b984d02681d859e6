package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/assess"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/regime"
	"github.com/plumbline-project/plumbline/internal/report"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

type assessCmd struct {
	Dir    string   `arg:"" help:"Folder of the workflow, with its plumbline.yaml." type:"path"`
	Lang   string   `help:"Language of the summary: zh-CN or en. The reports are written in both." enum:"zh-CN,en" default:"${lang}"`
	Out    string   `help:"Folder for the reports. Default: report, inside the folder of the workflow." type:"path" placeholder:"DIR"`
	JSON   bool     `name:"json" help:"Print assessment.json instead of the summary."`
	Only   []string `help:"Run only these checks (ids, or prefixes that end in a dot); all others are not tested." placeholder:"ID"`
	Seed   string   `help:"Seed of random choices, up to 16 hex digits. Default: a hash of the inputs. The report flags a chosen seed." placeholder:"HEX"`
	AsOf   string   `help:"Date of the catalogue of controls. Default: today." placeholder:"2006-01-02"`
	FailOn string   `help:"Exit with 1 if a judging finding that is not satisfied has at least this severity; with not-tested, also if anything that Plumbline can measure could not be tested." enum:",low,medium,high,critical,not-tested" default:"" placeholder:"LEVEL"`

	Baseline string `help:"Compare with an earlier assessment.json." placeholder:"FILE"`
	NewOnly  bool   `help:"With --baseline and --fail-on: exit with 1 only for findings that are new or worse than in the baseline."`
}

// Run assesses, writes the reports and prints the summary.
func (c *assessCmd) Run(ctx context.Context, p *Process) error {
	in, err := c.input(p)
	if err != nil {
		return err
	}
	baseline, err := c.baseline() // read before the reports are written, perhaps over it
	if err != nil {
		return err
	}
	root, err := openFolder("assess", c.Dir)
	if err != nil {
		return err
	}
	defer root.Close()
	dir := root.FS()
	if in.File, err = workflow.Load(dir, "plumbline.yaml"); err != nil {
		return within(c.Dir, err)
	}
	if in.Catalog, err = regime.Load(); err != nil {
		return err
	}
	show := newProgress(p, plumbline.Lang(c.Lang))
	defer show.done()
	closeTables, err := open(ctx, dir, &in, show.table)
	defer closeTables()
	if err != nil {
		return within(c.Dir, err)
	}
	in.Progress = show.step
	a, err := assess.Run(ctx, in)
	show.done()
	if err != nil {
		return within(c.Dir, err)
	}
	if baseline != nil {
		if a.Baseline, err = assess.Compare(baseline, a); err != nil {
			return err
		}
	}
	out := c.Out
	if out == "" {
		out = filepath.Join(c.Dir, "report")
		if info, err := os.Lstat(out); err == nil && !info.IsDir() { // whoever wrote the folder must not choose where reports go
			return &plumbline.Error{Code: plumbline.Invalid, Where: out, Message: "it is a link or a file, not a folder", Hint: "take it away, or choose a folder with --out"}
		}
	}
	files, err := write(out, a)
	if err != nil {
		return err
	}
	if err := c.print(p, a, files); err != nil {
		return err
	}
	return c.verdict(a)
}

// input checks the flags.
func (c *assessCmd) input(p *Process) (assess.Input, error) {
	in := assess.Input{AsOf: c.AsOf, Only: c.Only, Tool: tool()}
	if in.AsOf == "" {
		in.AsOf = p.Now().UTC().Format("2006-01-02")
	} else if err := validDate(in.AsOf); err != nil {
		return in, err
	}
	if c.Seed != "" {
		seed, err := strconv.ParseUint(c.Seed, 16, 64)
		if err != nil {
			return in, &plumbline.Error{Code: plumbline.Invalid, Where: "--seed", Message: fmt.Sprintf("%q is not a seed", c.Seed), Hint: "up to 16 hex digits, such as 1f2e"}
		}
		in.Seed = &seed
	}
	for _, o := range c.Only {
		if !slices.ContainsFunc(check.Catalog(), func(k check.Check) bool {
			return k.ID == o || strings.HasSuffix(o, ".") && strings.HasPrefix(k.ID, o)
		}) {
			return in, &plumbline.Error{Code: plumbline.Invalid, Where: "--only", Message: fmt.Sprintf("there is no check %q", o), Hint: "the ids are listed by: plumb checks"}
		}
	}
	return in, nil
}

// baseline reads the earlier assessment; nil where none is named.
func (c *assessCmd) baseline() (*assess.Baseline, error) {
	if c.NewOnly && (c.Baseline == "" || c.FailOn == "") {
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: "--new-only", Message: "it needs --baseline and --fail-on", Hint: "such as --baseline old/assessment.json --fail-on high --new-only"}
	}
	if c.Baseline == "" {
		return nil, nil
	}
	info, err := os.Stat(c.Baseline)
	if err == nil && !info.Mode().IsRegular() {
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: c.Baseline, Message: "the baseline is no file", Hint: "name the assessment.json of an earlier run"}
	}
	f, err := os.Open(c.Baseline)
	if err != nil {
		return nil, &plumbline.Error{Code: plumbline.NotFound, Where: c.Baseline, Message: "the baseline cannot be opened", Hint: "name the assessment.json of an earlier run", Err: err}
	}
	defer f.Close()
	return assess.ReadBaseline(f, filepath.Base(c.Baseline))
}

// open reads what the workflow file names: its tables and its definition. What it opened is closed by the function that it returns,
// also where there is an error.
func open(ctx context.Context, dir fs.FS, in *assess.Input, progress func(table.Progress)) (closeAll func(), err error) {
	f, d := in.File, &in.File.Data
	in.Files = dir
	var opened []*table.Table
	closeAll = func() {
		for _, t := range opened {
			t.Close()
		}
	}
	types := map[string]table.Kind{}
	for column, kind := range d.Types {
		types[column] = table.Kind(kind)
	}
	read := func(to **table.Table, of *workflow.Table) error {
		if of == nil {
			return nil
		}
		t, err := table.Open(ctx, dir, of.Files, table.Options{Format: of.Format, Sheet: of.Sheet, Missing: d.Missing, Types: types, Partly: true, Progress: progress})
		if err != nil {
			return err
		}
		opened = append(opened, t)
		*to = t
		return nil
	}
	var decisions, reviews *workflow.Table
	if f.HasDecisions() {
		decisions = &d.Decisions
	}
	if f.Oversight != nil {
		reviews = &workflow.Table{Files: f.Oversight.Reviews}
	}
	for _, t := range []struct {
		to **table.Table
		of *workflow.Table
	}{{&in.Table, decisions}, {&in.Training, d.Training}, {&in.Reference, d.Reference}, {&in.Reviews, reviews}} {
		if err := read(t.to, t.of); err != nil {
			return closeAll, err
		}
	}
	if err := declaredSomewhere(f, opened); err != nil {
		return closeAll, err
	}
	if f.Definition != "" {
		if in.Graph, err = workflow.ParseDefinition(dir, f.Definition, plumbline.Limits{}); err != nil {
			return closeAll, withoutDefinition(f, err)
		}
	}
	return closeAll, nil
}

// declaredSomewhere refuses a column of types or missing that no table has: a typing slip would else change nothing, unseen.
func declaredSomewhere(f *workflow.File, tables []*table.Table) error {
	have := map[string]bool{"*": true}
	for _, t := range tables {
		for _, c := range t.Info() {
			have[c.Name] = true
		}
	}
	for _, named := range []struct {
		key     string
		columns []string
	}{{"data.types", slices.Sorted(maps.Keys(f.Data.Types))}, {"data.missing", slices.Sorted(maps.Keys(f.Data.Missing))}} {
		for _, column := range named.columns {
			if !have[column] {
				err := plumbline.Errorf(plumbline.NotFound, "%s names a column %q that no table has", named.key, column)
				err.Where, err.Hint = f.Where(named.key), "look for a typing slip, or take the entry out"
				return err
			}
		}
	}
	return nil
}

// withoutDefinition adds to what is wrong with a definition that the data can be assessed without it, where there are data.
func withoutDefinition(f *workflow.File, err error) error {
	e, ok := errors.AsType[*plumbline.Error](err)
	if !ok || !f.HasDecisions() {
		return err
	}
	with := *e
	if with.Hint != "" {
		with.Hint += "; "
	}
	with.Hint += "or leave definition out of the workflow file to assess the data alone"
	return &with
}

// within adds the folder to an error that names a file of it.
func within(dir string, err error) error {
	if plumbline.CodeOf(err) == plumbline.Internal {
		return err
	}
	return &plumbline.Error{Code: plumbline.CodeOf(err), Where: dir, Message: err.Error(), Err: err}
}

// write writes all reports. A report that cannot be written leaves no half of it behind.
func write(dir string, a *plumbline.Assessment) ([]string, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, cannotWrite(dir, err)
	}
	var files []string
	for _, f := range report.Formats() {
		langs := []plumbline.Lang{""}
		if f.PerLang {
			langs = plumbline.Langs()
		}
		for _, lang := range langs {
			name := "assessment" + f.Ext
			if f.PerLang {
				name = "report." + string(lang) + f.Ext
			}
			var b bytes.Buffer
			if err := f.Render(&b, a, lang); err != nil {
				return nil, err
			}
			path := filepath.Join(dir, name)
			if err := replace(path, b.Bytes()); err != nil {
				return nil, cannotWrite(path, err)
			}
			files = append(files, path)
		}
	}
	return files, nil
}

// replace writes a file whole or not at all.
func replace(path string, data []byte) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".plumb-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(data); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Chmod(0o640); err != nil {
		tmp.Close()
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

func cannotWrite(path string, err error) error {
	return &plumbline.Error{Code: plumbline.Unavailable, Where: path, Message: "the report cannot be written: " + cause(err), Hint: "choose another folder with --out", Err: err}
}

// print shows the result on the standard output.
func (c *assessCmd) print(p *Process, a *plumbline.Assessment, files []string) error {
	if c.JSON {
		return report.JSON(p.Stdout, a)
	}
	if err := report.Summary(p.Stdout, a, plumbline.Lang(c.Lang), false); err != nil {
		return err
	}
	for _, f := range files {
		if _, err := fmt.Fprintln(p.Stdout, "  "+printable(f)); err != nil {
			return err
		}
	}
	return nil
}

// verdict ends the run with errFindings where --fail-on asks for it.
func (c *assessCmd) verdict(a *plumbline.Assessment) error {
	if c.FailOn == "" {
		return nil
	}
	line := plumbline.Severity(c.FailOn)
	if c.FailOn == "not-tested" {
		line = plumbline.Low
	}
	measured := map[string]bool{}
	for i := range a.Controls {
		measured[a.Controls[i].ID] = a.Controls[i].Engine != ""
	}
	for i := range a.Findings {
		f := &a.Findings[i]
		if f.Role != plumbline.Judges || f.Suppression != nil || c.NewOnly && !a.Baseline.Raises(f.ID) {
			continue
		}
		if f.State == plumbline.NotSatisfied && f.Severity.Rank() >= line.Rank() {
			return errFindings
		}
		if c.FailOn == "not-tested" && f.State == plumbline.NotTested && f.Reason != plumbline.NotBuilt && measured[f.Control] {
			return errFindings
		}
	}
	return nil
}
