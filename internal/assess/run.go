package assess

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/regime"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/text"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// The values that hold where the workflow file says nothing.
const (
	defaultLevel   = 0.95 // coverage of each family of intervals
	defaultMinN    = 30
	defaultMinCell = 10
	defaultPrimary = "demographic_parity"
)

// Input carries everything that an assessment depends on. The same Input gives the same Assessment, to the byte.
type Input struct {
	File                         *workflow.File
	Files                        fs.FS            // folder of the workflow file
	Table                        *table.Table     // decisions; nil where the file names none
	Training, Reference, Reviews *table.Table     // nil where the file declares none
	Graph                        *plumbline.Graph // nil where the file names no definition
	Catalog                      *regime.Catalog
	AsOf                         string   // date of the catalogue and of suppressions, 2006-01-02
	Seed                         *uint64  // nil: a hash of inputs and configuration
	Only                         []string // ids of checks, or prefixes that end in a dot; empty runs all
	Tool                         plumbline.Tool
	Progress                     func(Step) // called before each step of the measuring; nil: nobody looks
}

// Step is what an assessment does next. Check counts from 1; 0 is what all checks share.
type Step struct {
	Check, Checks int
	Title         plumbline.Text // of the check
}

// run is one assessment in the making.
type run struct {
	Input
	check    check.Input
	controls []plumbline.Control
	absent   []plumbline.Text // declared values that never occur
	attested map[string]*attestation
	out      *plumbline.Assessment
}

// Run assesses the workflow. Errors are [plumbline.Invalid] where file and table do not fit together; whatever the data
// cannot answer is a finding that is not tested, never an error.
func Run(ctx context.Context, in Input) (*plumbline.Assessment, error) {
	var err error
	if in.Catalog, err = in.Catalog.At(in.AsOf); err != nil {
		return nil, err
	}
	r := &run{Input: in, out: &plumbline.Assessment{Schema: plumbline.AssessmentSchema, Tool: in.Tool, AsOf: in.AsOf}}
	r.out.Tool.Catalog = in.Catalog.SHA256
	r.step(Step{})
	if err := r.plan(ctx); err != nil {
		return nil, err
	}
	notes, err := r.stepNotes()
	if err != nil {
		return nil, err
	}
	if err := r.measure(ctx); err != nil {
		return nil, err
	}
	protect(r.out.Observations, r.out.MinCell)
	j := newJudge(&r.check, r.out)
	if j.attestations, err = r.attestations(ctx); err != nil {
		return nil, err
	}
	r.judge(j)
	r.attest(j)
	r.excuse(j.findings)
	r.mitigation(j)
	r.assessed(j)
	r.out.Findings = j.findings
	r.attested = j.attestations
	r.out.Dossiers = r.dossiers(notes)
	r.conclude()
	strip(r.out.Observations)
	return r.out, r.inventory(ctx)
}

// plan fixes what is asked before any outcome is looked at: roles, thresholds, seed.
func (r *run) plan(ctx context.Context) error {
	var plan check.Plan
	if r.Table != nil {
		var err error
		if plan, err = r.columns(ctx); err != nil {
			return err
		}
	}
	r.check = check.Input{
		Plan: plan, File: r.File, Files: r.Files, Table: r.Table, Training: r.Training, Reference: r.Reference, Reviews: r.Reviews, Graph: r.Graph,
		AsOf: r.AsOf, Level: defaultLevel, MinN: or(r.File.MinN.Value, defaultMinN), MinCell: or(r.File.Privacy.MinCell, defaultMinCell),
		Exhibits: &r.out.Exhibits,
	}
	r.out.Graph = r.Graph
	var err error
	if r.controls, err = r.thresholds(); err != nil {
		return err
	}
	r.check.Seed = r.seed()
	r.describe()
	return nil
}

// columns derives columns, gives each its role, and holds declared values against those that occur.
func (r *run) columns(ctx context.Context) (check.Plan, error) {
	if err := derive(r.Table, r.File); err != nil {
		return check.Plan{}, err
	}
	plan, err := planOf(r.File, r.Table)
	if err != nil {
		return plan, err
	}
	return plan, r.checkValues(ctx, &plan)
}

// checkValues refuses outcomes whose declared values never occur, and remembers single values that do not.
func (r *run) checkValues(ctx context.Context, plan *check.Plan) error {
	f, t := r.File, r.Table
	for _, o := range []struct {
		key     string
		outcome check.Outcome
	}{{"decision", plan.Decision}, {"decision.label", plan.Label}} {
		if o.outcome.Column == "" {
			continue
		}
		codes, err := t.Codes(ctx, o.outcome.Column)
		if err != nil {
			return fmt.Errorf("%s: %w", f.Where(o.key+".column"), err)
		}
		if t.Rows() == 0 {
			continue
		}
		absent, err := valuesOccur(f, o.key, o.outcome, codes)
		if err != nil {
			return err
		}
		for _, v := range absent {
			r.absent = append(r.absent, text.NoteValueAbsent(v, o.outcome.Column))
		}
	}
	return nil
}

// thresholds applies the overrides of the workflow file to a copy of the controls.
func (r *run) thresholds() ([]plumbline.Control, error) {
	controls := slices.Clone(r.Catalog.Controls)
	for i, o := range r.File.Thresholds {
		k := slices.IndexFunc(controls, func(c plumbline.Control) bool { return c.ID == o.Control })
		if k < 0 {
			return nil, r.wrong(fmt.Sprintf("thresholds[%d].control", i), "there is no control "+o.Control, "the controls are listed by: plumb checks --controls")
		}
		controls[k].Rules = slices.Clone(controls[k].Rules)
		for _, name := range sorted(o.Rules) {
			n := slices.IndexFunc(controls[k].Rules, func(rule plumbline.Rule) bool { return rule.Name == name })
			if n < 0 {
				return nil, r.wrong(fmt.Sprintf("thresholds[%d].%s", i, name), fmt.Sprintf("control %s has no threshold %q", o.Control, name), "it has "+ruleNames(controls[k].Rules))
			}
			rule := &controls[k].Rules[n]
			change := plumbline.ThresholdChange{Control: o.Control, Rule: name, Default: rule.Value, Value: o.Rules[name], Reason: o.Reason}
			r.out.Design.Overrides = append(r.out.Design.Overrides, change)
			rule.Value, rule.Source = o.Rules[name], "workflow-file"
		}
	}
	return controls, nil
}

func (r *run) wrong(key, message, hint string) error {
	return &plumbline.Error{Code: plumbline.Invalid, Where: r.File.Where(key), Message: message, Hint: hint}
}

func ruleNames(rules []plumbline.Rule) string {
	var names []string
	for _, r := range rules {
		names = append(names, r.Name)
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// seed is the given one, or a hash of every input and of the configuration.
func (r *run) seed() uint64 {
	h := sha256.New()
	fmt.Fprintln(h, r.File.SHA256, r.Catalog.SHA256)
	for _, t := range r.tables() {
		for _, f := range t.table.Files() {
			fmt.Fprintln(h, f.SHA256)
		}
	}
	if r.Graph != nil {
		fmt.Fprintln(h, r.Graph.SHA256)
	}
	seed := binary.BigEndian.Uint64(h.Sum(nil))
	if r.Seed != nil {
		seed = *r.Seed
	}
	r.out.Seed = plumbline.Seed{Value: fmt.Sprintf("%016x", seed), Chosen: r.Seed != nil}
	return seed
}

// role is a table with what it is for.
type role struct {
	name  string
	table *table.Table
}

// tables lists the tables that there are, decisions first.
func (r *run) tables() []role {
	all := []role{{"decisions", r.Table}, {"training", r.Training}, {"reference", r.Reference}, {"reviews", r.Reviews}}
	return slices.DeleteFunc(all, func(t role) bool { return t.table == nil })
}

// describe writes the design into the assessment.
func (r *run) describe() {
	f, p, o := r.File, &r.check.Plan, r.out
	o.Workflow = plumbline.Workflow{ID: f.Workflow, Title: f.Title, Purpose: f.Purpose, Sector: f.Sector, Owner: f.Owner}
	o.Level, o.MinN, o.MinCell = plumbline.Number(r.check.Level), r.check.MinN, or(f.Privacy.MinCell, defaultMinCell)
	d := &o.Design
	d.Decision, d.Favourable, d.Adverse, d.Undecided = p.Decision.Column, p.Decision.Favourable, p.Decision.Adverse, p.Decision.Undecided
	d.Label, d.LabelGood, d.Subject, d.Intersections, d.Controls = p.Label.Column, p.Label.Favourable, p.Subject, p.Intersections, p.Control
	if d.Score = p.Score.Column; d.Score != "" {
		d.ScoreKind = f.Decision.Score.Kind
	}
	if d.Sensitive = []string{}; d.Favourable == nil { // no decisions: empty lists, not null
		d.Favourable = []string{}
	}
	for _, s := range p.Sensitive {
		d.Sensitive = append(d.Sensitive, s.Column)
	}
	d.Primary, d.PrimaryDefault = defaultPrimary, true
	if f.Fairness != nil {
		d.Primary, d.PrimaryDefault = f.Fairness.Primary, false
		d.PrimaryReason, d.PrimaryBy, d.PrimaryOn = f.Fairness.Reason, f.Fairness.By, f.Fairness.On
	}
}

// measure runs the checks.
func (r *run) measure(ctx context.Context) error {
	if err := r.check.Prepare(ctx); err != nil {
		return err
	}
	checks := check.Catalog()
	for i, c := range checks {
		info := c.Info()
		switch lacks := r.check.Lacks(c.Needs); {
		case !r.selected(c.ID):
			info.Skipped = plumbline.NotSelected
		case lacks != "":
			info.Skipped = lacks
		default:
			r.step(Step{Check: i + 1, Checks: len(checks), Title: info.Title})
			obs, err := c.Run(ctx, &r.check)
			if err != nil {
				return fmt.Errorf("check %s: %w", c.ID, err)
			}
			r.out.Observations = append(r.out.Observations, obs...)
		}
		r.out.Checks = append(r.out.Checks, info)
	}
	return nil
}

// step tells who looks on what comes next.
func (r *run) step(s Step) {
	if r.Progress != nil {
		r.Progress(s)
	}
}

func (r *run) selected(id string) bool {
	return len(r.Only) == 0 || slices.ContainsFunc(r.Only, func(o string) bool {
		return o == id || strings.HasSuffix(o, ".") && strings.HasPrefix(id, o)
	})
}

// judge lets each control's engine add its findings. A control without an engine is not tested: not built.
func (r *run) judge(j *judge) {
	for i := range r.controls {
		j.control = &r.controls[i]
		engine, ok := engines()[j.control.Engine]
		switch {
		case j.control.Engine == mitigationEngine, j.control.Engine == assessmentEngine:
			// judged last, by what the others found
		case j.control.Engine == "":
			// a person may attest it; judged next
		case ok:
			before := len(j.findings)
			if engine(j); len(j.findings) == before { // it found nothing to hold against its rules: no sensitive feature, mostly
				j.add(plumbline.Finding{State: plumbline.NotTested, Reason: j.nothing(), Statement: text.FindingNothingHeld(j.control.Title, reasonName(j.nothing()))})
			}
		default:
			j.add(plumbline.Finding{State: plumbline.NotTested, Reason: plumbline.NotBuilt, Statement: text.FindingNotBuilt(j.control.Title)})
		}
	}
}

// mitigation lets MB-07 judge what all others found.
func (r *run) mitigation(j *judge) {
	for i := range r.controls {
		if j.control = &r.controls[i]; j.control.Engine == mitigationEngine {
			j.mitigationSigned(r.File)
		}
	}
}

// excuse marks the findings that a named person has set aside and whose time has not run out.
func (r *run) excuse(findings []plumbline.Finding) {
	for _, s := range r.File.Suppressions {
		for i := range findings {
			f := &findings[i]
			if f.ID != s.Finding || s.Expires < r.AsOf {
				continue
			}
			f.Suppression = &plumbline.Excuse{Reason: s.Reason, By: s.By, Expires: s.Expires}
		}
	}
}

// conclude derives everything that follows from the findings.
func (r *run) conclude() {
	o := r.out
	o.Controls = controlResults(r.controls, o.Findings)
	for i := range o.Controls {
		if a := r.attested[o.Controls[i].ID]; a != nil {
			o.Controls[i].Attestation = &a.Attestation
		}
	}
	o.Dimensions = dimensionParts(o.Findings)
	o.Risks = risks(r.File, r.Catalog, r.controls, o.Findings)
	o.Matrix = r.Catalog.Matrix
	var regimes []plumbline.Regime
	for _, g := range r.Catalog.Regimes {
		if slices.Contains(r.File.Regimes, g.ID) {
			regimes = append(regimes, g)
		}
	}
	o.Regimes = regimeResults(regimes, o.Controls)
	o.Instruments = instruments(r.Catalog, r.controls, regimes)
	o.Notes = r.remarks()
}

func or(x, otherwise int64) int64 {
	if x == 0 {
		return otherwise
	}
	return x
}
