package regime

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// regime reads one body of requirements.
func (l *loader) regime(name string) {
	var f struct {
		ID, Status, Source string
		Title, Banner      plumbline.Text
		Provisions         []struct {
			ID          string
			Title, Note plumbline.Text
			Dimensions  []plumbline.Dimension
			Controls    []string
			GroundedIn  []string `yaml:"grounded_in"`
		}
	}
	if !l.decode(name, &f) {
		return
	}
	r := plumbline.Regime{ID: f.ID, Title: f.Title, Status: f.Status, Banner: f.Banner, Source: f.Source}
	if path.Base(name) != f.ID+".yaml" {
		l.bad(name, "id %q does not name the file", f.ID)
	}
	l.unique(name, f.ID)
	l.want(name+" title", f.Title)
	l.oneOf(name+" status", f.Status, "in-force", "draft", "superseded", "reported-unverified")
	if f.Status == "in-force" {
		l.allow(name+" banner", f.Banner)
	} else {
		l.want(name+" banner", f.Banner)
	}
	if f.Source == "" {
		l.bad(name+" source", "the key is missing")
	}
	for i, d := range f.Provisions {
		where := fmt.Sprintf("%s provisions[%d] %s", name, i, d.ID)
		l.unique(where, d.ID)
		l.want(where+".title", d.Title)
		l.allow(where+".note", d.Note)
		for _, dim := range d.Dimensions {
			if !slices.Contains(plumbline.Dimensions(), dim) {
				l.bad(where+".dimensions", "there is no dimension %q", dim)
			}
		}
		for _, ref := range d.GroundedIn {
			l.grounds(where+".grounded_in", ref, d.Note)
		}
		r.Provisions = append(r.Provisions, plumbline.Provision{
			ID: d.ID, Title: d.Title, Dimensions: d.Dimensions, Controls: l.expand(where+".controls", d.Controls),
			GroundedIn: append([]string{}, d.GroundedIn...), Note: d.Note,
		})
	}
	l.out.Regimes = append(l.out.Regimes, r)
}

// expand replaces "MB-*" by the ids of that family. Each control is named once.
func (l *loader) expand(where string, list []string) []string {
	var out []string
	if l.many(where, len(list)) {
		return out
	}
	for _, want := range list {
		family, wild := strings.CutSuffix(want, "-*")
		found := false
		for i := range l.out.Controls {
			c := &l.out.Controls[i]
			if c.ID != want && (!wild || c.Family != family) {
				continue
			}
			if found = true; slices.Contains(out, c.ID) {
				l.bad(where, "%s is named twice", c.ID)
				continue
			}
			out = append(out, c.ID)
		}
		if !found {
			l.bad(where, "there is no control %q", want)
		}
	}
	if len(out) == 0 {
		l.bad(where, "a provision without controls can be supported by nothing")
	}
	return out
}

// matrix reads matrix.yaml: the levels, the names of the steps, and how a finding is placed on them.
func (l *loader) matrix() {
	const name = "matrix.yaml"
	var f struct {
		Source             plumbline.Text
		Levels             [][]plumbline.Severity
		Likelihood, Impact []plumbline.Text
		Severity           map[plumbline.Severity]int
		Uplift             map[string]int
	}
	if !l.decode(name, &f) {
		return
	}
	l.want(name+" source", f.Source)
	l.out.Matrix.Source = f.Source
	l.levels(name+" levels", f.Levels)
	l.steps(name+" likelihood", f.Likelihood, &l.out.Scale.Likelihood)
	l.steps(name+" impact", f.Impact, &l.out.Scale.Impact)
	l.out.Scale.Severity, l.out.Scale.Uplift = f.Severity, f.Uplift
	last := 1
	for _, s := range []plumbline.Severity{plumbline.Low, plumbline.Medium, plumbline.High, plumbline.Critical} {
		if f.Severity[s] < last || f.Severity[s] > 5 {
			l.bad(name+" severity."+string(s), "expected %d to 5, found %d", last, f.Severity[s])
		}
		last = max(last, f.Severity[s])
	}
	if len(f.Severity) != 4 {
		l.bad(name+" severity", "expected low, medium, high, critical and nothing else")
	}
	sectors := []string{"education", "employment", "finance", "health", "other", "public-services"}
	if got := slices.Sorted(maps.Keys(f.Uplift)); !slices.Equal(got, sectors) {
		l.bad(name+" uplift", "expected %s, found %s", strings.Join(sectors, ", "), strings.Join(got, ", "))
	}
	for _, s := range slices.Sorted(maps.Keys(f.Uplift)) {
		if f.Uplift[s] < 0 || f.Uplift[s] > 4 {
			l.bad(name+" uplift."+s, "expected 0 to 4, found %d", f.Uplift[s])
		}
	}
}

// levels wants 5 × 5 severities that never fall as likelihood or impact rises.
func (l *loader) levels(where string, rows [][]plumbline.Severity) {
	m := &l.out.Matrix.Levels
	if len(rows) != 5 {
		l.bad(where, "expected 5 rows, found %d", len(rows))
		return
	}
	for i, row := range rows {
		if len(row) != 5 {
			l.bad(where, "expected 5 levels in row %d, found %d", i+1, len(row))
			return
		}
		for k, level := range row {
			m[i][k] = level
			if level.Rank() == 0 {
				l.bad(where, "%q is no severity", level)
			}
			if i > 0 && level.Rank() < m[i-1][k].Rank() || k > 0 && level.Rank() < m[i][k-1].Rank() {
				l.bad(where, "the level falls at likelihood %d, impact %d", i+1, k+1)
			}
		}
	}
}

func (l *loader) steps(where string, names []plumbline.Text, into *[5]plumbline.Text) {
	if len(names) != len(into) {
		l.bad(where, "expected 5 names, found %d", len(names))
		return
	}
	for i, t := range names {
		l.want(fmt.Sprintf("%s[%d]", where, i), t)
		into[i] = t
	}
}
