package app_test

import (
	"slices"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/examples/benefit-claims/claim"
	"github.com/plumbline-project/plumbline/examples/consumer-loan/loan"
	"github.com/plumbline-project/plumbline/examples/planted"
	"github.com/plumbline-project/plumbline/internal/regime"
)

// mostPending is how many defects may wait for a control that nothing measures yet. It goes down as controls get engines, to 0.
const mostPending = 0

// Rows of the folders with one defect: few, so that the whole test takes seconds. What needs more rows to be seen has them in few.
const (
	rowsAlone      = 12000
	rowsDefinition = 1200 // where the defect is not in the data
)

func exampleWorkflows() map[string]planted.Example {
	return map[string]planted.Example{"consumer-loan": loan.Command(), "benefit-claims": claim.Command()}
}

// TestPlantedEveryDimension states what an assessment must show: each planted defect alone, all of them together, and nothing
// where none is planted. Bias in loans has a test of its own with all rows, so here it is only looked for among the others.
func TestPlantedEveryDimension(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: many whole assessments; the race detector finds nothing more here")
	}
	catalog, err := regime.Load()
	if err != nil {
		t.Fatal(err)
	}
	measured := map[string]bool{}
	for _, c := range catalog.Controls {
		measured[c.ID] = c.Engine != ""
	}
	pending := 0
	for name, example := range exampleWorkflows() {
		clean := assessedExample(t, example, planted.Config{Seed: 1})
		all := assessedExample(t, example, planted.Config{Seed: 1, Defects: planted.Names(example.Defects)})
		if got := wrong(clean); len(got) > 0 {
			t.Errorf("%s without defects: findings %q", name, got)
		}
		for _, d := range example.Defects {
			for _, want := range d.Shows {
				if !measured[want.Control] {
					pending++
					t.Logf("%s: %s: pending, nothing measures %s yet", name, d.Name, want.Control)
					continue
				}
				t.Run(name+"/"+string(d.Name), func(t *testing.T) {
					if d.HiddenBy == "" {
						expect(t, "with all others", all, want, true)
					}
					expect(t, "without any defect", clean, want, false)
					bias := d.Dimension == plumbline.ModelBias
					if bias && name == "consumer-loan" {
						return
					}
					names := []planted.Name{d.Name}
					if d.With != "" {
						names = append(names, d.With)
					}
					rows := rowsAlone
					switch {
					case len(d.Edits) > 0:
						rows = rowsDefinition
					case bias || d.Dimension == plumbline.Explainability:
						rows = 0 // intervals of small groups need all
					}
					expect(t, "alone", assessedExample(t, example, planted.Config{Rows: rows, Seed: 2, Defects: names}), want, true)
				})
			}
		}
	}
	t.Logf("%d pending", pending)
	if pending > mostPending {
		t.Errorf("%d defects wait for a control that nothing measures, and %d may", pending, mostPending)
	}
}

// assessedExample makes an example and assesses it.
func assessedExample(t *testing.T, example planted.Example, cfg planted.Config) *plumbline.Assessment {
	t.Helper()
	files, _, err := example.Make(cfg)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := planted.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	return assessed(t, dir)
}

// wrong lists the ids of the findings that are not satisfied.
func wrong(a *plumbline.Assessment) []string {
	var ids []string
	for i := range a.Findings {
		if a.Findings[i].State == plumbline.NotSatisfied {
			ids = append(ids, a.Findings[i].ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// expect looks for a finding that is not satisfied.
func expect(t *testing.T, when string, a *plumbline.Assessment, want planted.Finding, there bool) {
	t.Helper()
	got := slices.ContainsFunc(a.Findings, func(f plumbline.Finding) bool {
		return f.State == plumbline.NotSatisfied && want.Matches(&f)
	})
	if got != there {
		t.Errorf("%s: finding %s …%s is there: %v, want %v; not satisfied are %q", when, want.Control, want.Hint, got, there, wrong(a))
	}
}
