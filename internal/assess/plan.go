package assess

import (
	"fmt"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// derive adds the columns that the file makes from others.
func derive(t *table.Table, f *workflow.File) error {
	for i, r := range f.Derive {
		d := table.Derivation{Column: r.Column, From: r.From, Map: r.Map, Else: r.Else, Labels: r.Labels}
		for _, edge := range r.Bins {
			d.Bins = append(d.Bins, decimal(edge))
		}
		if err := t.Derive(d); err != nil {
			return fmt.Errorf("%s: derive %s: %w", f.Where(fmt.Sprintf("derive[%d].from", i)), r.Column, err)
		}
	}
	return nil
}

// planOf turns the workflow file into the roles of columns. Every column that it names must be there.
func planOf(f *workflow.File, t *table.Table) (check.Plan, error) {
	d := f.Decision
	plan := check.Plan{
		Decision: check.Outcome{Column: d.Column, Favourable: d.Favourable, Adverse: d.Adverse, Undecided: d.Undecided},
		Subject:  f.Data.Subject, Intersections: f.Data.Intersections,
		NotProxies: []string{f.Data.Decisions.Time, f.Data.Decisions.ID},
		DropSmall:  f.NYC != nil && f.NYC.ExcludeSmall,
	}
	plan.Time, plan.ID, plan.Version = f.Data.Decisions.Time, f.Data.Decisions.ID, f.Data.Decisions.Version
	if r := f.Data.Reasons; r != nil {
		plan.NotProxies = append(plan.NotProxies, r.Column)
		plan.Reasons = check.Reasons{Column: r.Column, Separator: r.Separator, Inputs: r.Inputs}
	}
	if d.Label != nil {
		plan.Label = check.Outcome{Column: d.Label.Column, Favourable: d.Label.Favourable, Adverse: d.Label.Adverse}
	}
	if d.Score != nil {
		plan.Score = check.Score{Column: d.Score.Column, LowIsGood: d.Score.Favourable == "low", Probability: d.Score.Kind == "probability"}
	}
	plan.NotProxies = append(plan.NotProxies, sources(f)...)
	for _, s := range f.Data.Sensitive {
		plan.Sensitive = append(plan.Sensitive, check.Sensitive{Column: s.Column, Source: s.Source, Basis: s.Basis, DeleteBy: s.DeleteBy})
		if p, ok := f.Data.Population[s.Column]; ok {
			plan.Population = append(plan.Population, populationOf(s.Column, p))
		}
	}
	for _, c := range f.Data.ControlFeatures {
		plan.Control = append(plan.Control, c.Column)
	}
	if f.Fairness != nil {
		plan.Reference = f.Fairness.Reference
	}
	return plan, columnsExist(f, t)
}

// sources lists the columns from which sensitive features, decision and label are derived, step by step: they give them away
// by construction. Sources of other derived columns are looked at like any column.
func sources(f *workflow.File) []string {
	want := []string{f.Decision.Column}
	if f.Decision.Label != nil {
		want = append(want, f.Decision.Label.Column)
	}
	for _, s := range f.Data.Sensitive {
		want = append(want, s.Column)
	}
	var out []string
	for _, d := range slices.Backward(f.Derive) { // a source stands above what is made from it
		if slices.Contains(want, d.Column) {
			want, out = append(want, d.From), append(out, d.From)
		}
	}
	return out
}

func populationOf(feature string, p workflow.Population) check.Population {
	out := check.Population{Feature: feature}
	for _, value := range sorted(p.Shares) {
		out.Values = append(out.Values, value)
		out.Shares = append(out.Shares, decimal(p.Shares[value]))
	}
	return out
}

// columnsExist names the first declared column that the table lacks, and the columns that it has.
func columnsExist(f *workflow.File, t *table.Table) error {
	have := map[string]bool{}
	var names, plain []string
	for _, c := range t.Info() {
		have[c.Name], plain = true, append(plain, c.Name)
		names = append(names, fmt.Sprintf("%q", c.Name))
	}
	for _, c := range declaredColumns(f) {
		if c.column == "" || have[c.column] {
			continue
		}
		if len(names) > 30 {
			names = append(names[:30], fmt.Sprintf("and %d more", len(names)-30))
		}
		near := workflow.Nearest(c.column, plain)
		if near != "" {
			near = fmt.Sprintf("; did you mean %q?", near)
		}
		err := plumbline.Errorf(plumbline.Invalid, "column %q, named at %s, is not in the decisions table%s", c.column, c.key, near)
		err.Where, err.Hint = f.Where(c.key), "its columns are "+strings.Join(names, ", ")
		return err
	}
	return nil
}

type declared struct{ key, column string }

func declaredColumns(f *workflow.File) []declared {
	d := f.Decision
	out := []declared{{"decision.column", d.Column}, {"data.subject", f.Data.Subject}, {"data.decisions.time", f.Data.Decisions.Time}, {"data.decisions.id", f.Data.Decisions.ID}, {"data.decisions.version", f.Data.Decisions.Version}}
	if d.Score != nil {
		out = append(out, declared{"decision.score.column", d.Score.Column})
	}
	if d.Label != nil {
		out = append(out, declared{"decision.label.column", d.Label.Column})
	}
	if f.Data.Reasons != nil {
		out = append(out, declared{"data.reasons.column", f.Data.Reasons.Column})
	}
	for i, s := range f.Data.Sensitive {
		out = append(out, declared{fmt.Sprintf("data.sensitive[%d].column", i), s.Column})
	}
	for i, c := range f.Data.ControlFeatures {
		out = append(out, declared{fmt.Sprintf("data.control_features[%d].column", i), c.Column})
	}
	return out
}

// valuesOccur refuses a side of an outcome none of whose declared values occurs: a typing slip would make every rate zero.
// It returns the declared values that do not occur beside others that do; a period may well lack one.
func valuesOccur(f *workflow.File, key string, o check.Outcome, codes *table.Codes) (absent []string, err error) {
	for _, side := range []struct {
		key    string
		values []string
	}{{".favourable", o.Favourable}, {".adverse", o.Adverse}} {
		lacking := slices.DeleteFunc(slices.Clone(side.values), func(v string) bool { return slices.Contains(codes.Dict[1:], v) })
		absent = append(absent, lacking...)
		if len(side.values) == 0 || len(lacking) < len(side.values) {
			continue
		}
		seen := codes.Dict[1:min(len(codes.Dict), 13)]
		err := plumbline.Errorf(plumbline.Invalid, "value %q of column %q never occurs", lacking[0], o.Column)
		err.Where, err.Hint = f.Where(key+side.key), fmt.Sprintf("values that occur: %q", seen)
		return nil, err
	}
	if len(o.Adverse) == 0 {
		return absent, nil
	}
	for _, v := range codes.Dict[1:] {
		if !slices.Contains(slices.Concat(o.Favourable, o.Adverse, o.Undecided), v) {
			err := plumbline.Errorf(plumbline.Invalid, "value %q of column %q is in none of the lists of the workflow file, and adverse values are listed", v, o.Column)
			err.Where, err.Hint = f.Where(key+".adverse"), "add it to favourable, adverse or undecided, or leave adverse out to count every other value as adverse"
			return nil, err
		}
	}
	return absent, nil
}
