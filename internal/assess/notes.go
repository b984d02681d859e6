package assess

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/text"
)

// remarks says what a reader must know to read the numbers right.
func (r *run) remarks() []plumbline.Text {
	d := &r.out.Design
	var out []plumbline.Text
	switch {
	case r.Table == nil:
		out = append(out, text.NoteNoDecisions())
	case d.Subject == "":
		out = append(out, text.NoteIndependent())
	default:
		out = append(out, text.NoteClustered(d.Subject))
	}
	if r.check.Selective() {
		out = append(out, text.NoteSelectiveLabels())
	}
	if d.PrimaryDefault && r.Table != nil {
		out = append(out, text.NotePrimaryDefault())
	}
	if r.out.Seed.Chosen {
		out = append(out, text.NoteSeedChosen())
	}
	for _, c := range d.Overrides {
		out = append(out, text.NoteOverride(c.Control, c.Rule, c.Default, c.Value, c.Reason))
	}
	for _, c := range r.File.Data.ControlFeatures {
		out = append(out, text.NoteControlFeature(c.Column, c.Reason))
	}
	out = append(out, r.absent...)
	out = append(out, r.scoreNotes()...)
	if r.out.MinN != defaultMinN {
		out = append(out, text.NoteMinN(r.out.MinN, r.File.MinN.Reason))
	}
	if f := r.File.NYC; f != nil && f.ExcludeSmall {
		out = append(out, text.NoteNycSmall(f.By, f.Reason))
	}
	if r.out.MinCell < defaultMinCell {
		out = append(out, text.NoteMinCell(r.out.MinCell, r.File.Privacy.Reason))
	}
	out = append(out, r.attestationNotes()...)
	out = append(out, r.suppressionNotes()...)
	if r.Table != nil {
		out = append(out, text.NoteFamilies(float64(r.out.Level)), text.NoteUnjudged(maxUnjudged))
	}
	for _, id := range r.File.Regimes {
		if !slices.ContainsFunc(r.Catalog.Regimes, func(g plumbline.Regime) bool { return g.ID == id }) {
			out = append(out, text.NoteRegimeUnknown(id))
		}
	}
	return out
}

// scoreNotes counts the values of the score that are no numbers.
func (r *run) scoreNotes() []plumbline.Text {
	if r.Table == nil {
		return nil
	}
	var out []plumbline.Text
	for _, c := range r.Table.Info() {
		if c.Name == r.out.Design.Score && c.BadValues > 0 {
			out = append(out, text.NoteScoreUnusable(c.BadValues, c.Name))
		}
	}
	return out
}

// inventory describes the tables that were read: files, rows, columns, never values.
func (r *run) inventory(ctx context.Context) error {
	for _, t := range r.tables() {
		in, err := r.describeTable(ctx, t)
		if err != nil {
			return err
		}
		r.out.Inputs = append(r.out.Inputs, in)
	}
	return nil
}

func (r *run) describeTable(ctx context.Context, of role) (plumbline.InputTable, error) {
	t := of.table
	in := plumbline.InputTable{Role: of.name, Rows: t.Rows()}
	for _, f := range t.Files() {
		in.Files = append(in.Files, plumbline.InputFile{Name: f.Name, Format: f.Format, Bytes: f.Bytes, SHA256: f.SHA256, Rows: f.Rows})
	}
	var first []table.BadRow
	in.Bad, first = t.Bad()
	for _, b := range first {
		in.First = append(in.First, plumbline.BadRow{File: b.File, Line: b.Line, Reason: b.Reason})
	}
	if err := t.Scan(ctx); err != nil {
		return in, err
	}
	for _, c := range t.Info() {
		col := plumbline.InputColumn{Name: c.Name, Kind: string(c.Kind), Missing: c.Missing, Distinct: c.Distinct, Role: r.check.Plan.Role(c.Name)}
		for _, s := range r.check.Plan.Sensitive {
			if s.Column == c.Name {
				if r.hidesMissing(c.Name, c.Missing) {
					col.Missing = -1
				}
				col.Source, col.Basis = s.Source, s.Basis
			}
		}
		in.Columns = append(in.Columns, col)
	}
	return in, nil
}

// hidesMissing reports whether the number of missing values of a sensitive column tells of few people.
func (r *run) hidesMissing(column string, missing int64) bool {
	return missing > 0 && missing < r.out.MinCell || slices.ContainsFunc(r.out.Observations, func(o plumbline.Observation) bool {
		return o.Metric == "missing_share" && slices.Equal(o.Scope.Features, []string{column}) && (o.Suppressed || o.Blurred)
	})
}

// where names a scope in a sentence.
func where(s plumbline.Scope) plumbline.Text {
	if s.Column != "" {
		return plumbline.Text{ZH: s.Column, EN: s.Column}
	}
	name := strings.Join(s.Features, " × ")
	if len(s.Group) == 0 {
		return plumbline.Text{ZH: name, EN: name}
	}
	missing := text.ValueMissing()
	zh, en := make([]string, len(s.Group)), make([]string, len(s.Group))
	for i, g := range s.Group {
		if zh[i], en[i] = g, g; g == "" {
			zh[i], en[i] = missing.ZH, missing.EN
		}
	}
	return plumbline.Text{ZH: name + " = " + strings.Join(zh, " × "), EN: name + " = " + strings.Join(en, " × ")}
}

// of names in a sentence the grouping that a gap is by, or the group that a number is of.
func of(s plumbline.Scope) plumbline.Text {
	if len(s.Features) > 0 && len(s.Group) == 0 && s.Column == "" {
		return text.PartBy(where(s))
	}
	return text.PartOfGroup(where(s))
}

// scopeName spells a scope as the end of a finding's id.
func scopeName(s plumbline.Scope) string {
	var b strings.Builder
	for i, f := range s.Features {
		b.WriteString("/" + check.PlainID(f))
		if len(s.Group) > i {
			b.WriteString("=" + check.PlainID(s.Group[i]))
		}
	}
	if s.Column != "" {
		b.WriteString("/" + check.PlainID(s.Column))
	}
	for _, part := range [][2]string{{"table", s.Table}, {"step", s.Step}, {"item", s.Item}} {
		if part[1] != "" {
			b.WriteString("/" + part[0] + "=" + check.PlainID(part[1]))
		}
	}
	return b.String()
}

func metricName(metric string) plumbline.Text { return text.Label("metric", metric) }

func reasonName(reason plumbline.Reason) plumbline.Text { return text.Label("reason", string(reason)) }

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
