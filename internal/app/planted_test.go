package app_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/examples/benefit-claims/claim"
	"github.com/plumbline-project/plumbline/examples/consumer-loan/loan"
	"github.com/plumbline-project/plumbline/examples/planted"
	"github.com/plumbline-project/plumbline/internal/regime"
)

// Rows of the folders with one defect: few, so that the whole test takes seconds. What needs more rows to be seen has them in few.
const (
	rowsAlone      = 12000
	rowsDefinition = 1200 // where the defect is not in the data
)

func exampleWorkflows() map[string]planted.Example {
	return map[string]planted.Example{"consumer-loan": loan.Command(), "benefit-claims": claim.Command()}
}

// TestPlantedEveryDimension states what an assessment must show: each planted defect alone, all of them together, and nothing
// where none is planted. Bias in loans has a test of its own with all rows, so here it is only looked for among the others. With
// -short one defect of each dimension is planted, alone.
func TestPlantedEveryDimension(t *testing.T) {
	catalog, err := regime.Load()
	if err != nil {
		t.Fatal(err)
	}
	measured := map[string]bool{}
	for _, c := range catalog.Controls {
		measured[c.ID] = c.Engine != ""
	}
	for name, example := range exampleWorkflows() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dimensions := map[plumbline.Dimension]bool{}
			whole := [2]*plumbline.Assessment{}
			if !testing.Short() {
				whole[0] = assessedExample(t, example, planted.Config{Seed: 1})
				whole[1] = assessedExample(t, example, planted.Config{Seed: 1, Defects: planted.Names(example.Defects)})
				if got := wrong(whole[0]); len(got) > 0 {
					t.Errorf("without defects: findings %q", got)
				}
			}
			for _, d := range example.Defects {
				if len(d.Shows) == 0 {
					t.Errorf("no finding shows %s", d.Name)
				}
				for _, want := range d.Shows {
					if !measured[want.Control] {
						t.Errorf("%s: nothing measures %s", d.Name, want.Control)
					}
				}
				bias := d.Dimension == plumbline.ModelBias
				if testing.Short() && (dimensions[d.Dimension] || bias) {
					continue
				}
				dimensions[d.Dimension] = true
				t.Run(string(d.Name), func(t *testing.T) {
					t.Parallel()
					for _, want := range d.Shows {
						if whole[0] != nil {
							expect(t, "without any defect", whole[0], want, false)
						}
						if whole[1] != nil && d.HiddenBy == "" {
							expect(t, "with all others", whole[1], want, true)
						}
					}
					if !bias || name != "consumer-loan" {
						alone(t, example, d)
					}
				})
			}
		})
	}
}

// alone plants one defect and looks for its findings, by the checks of its dimension.
func alone(t *testing.T, example planted.Example, d planted.Defect) {
	t.Helper()
	rows := rowsAlone
	switch {
	case len(d.Edits) > 0:
		rows = rowsDefinition
	case d.Dimension == plumbline.ModelBias:
		rows = 0 // intervals of small groups need all
	case d.Dimension == plumbline.Explainability:
		rows = 0 // pairs of like cases are few
	}
	checks := map[plumbline.Dimension]string{
		plumbline.ModelBias: "bias.", plumbline.DataIntegrity: "data.", plumbline.Explainability: "explain.", plumbline.Security: "security.", plumbline.Oversight: "oversight.",
	}
	var only []string
	if c, ok := checks[d.Dimension]; ok {
		only = []string{"--only", c}
	}
	a := assessedExample(t, example, planted.Config{Rows: rows, Seed: 2, Defects: []planted.Name{d.Name}}, only...)
	for _, want := range d.Shows {
		expect(t, "alone", a, want, true)
	}
}

// TestApplicantsTextIsNotTakenForTrusted: the portal of the example knows its callers, and what they write may still be a
// stranger's. Past the guard it makes no finding, since the definition does not tell whose text it is, and is never satisfied.
func TestApplicantsTextIsNotTakenForTrusted(t *testing.T) {
	files, _, err := loan.Command().Make(planted.Config{Rows: rowsDefinition, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := planted.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "flow.n8n.json")
	flow, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	const guarded = "{{ $json.guardrailsInput }}"
	around := strings.Replace(string(flow), guarded, guarded+" {{ $('Application received').item.json.body.remark }}", 1)
	for text, want := range map[string]plumbline.State{string(flow): plumbline.Satisfied, around: plumbline.NotTested} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		a := assessed(t, dir, "--only", "security.")
		at := slices.IndexFunc(a.Findings, func(f plumbline.Finding) bool {
			return f.Control == "SE-04" && slices.ContainsFunc(f.Observations, func(id string) bool { return strings.Contains(id, "/direct_injection_paths") })
		})
		if at < 0 || a.Findings[at].State != want {
			t.Errorf("want %s, and the findings are %+v", want, a.Findings)
		}
	}
}

// assessedExample makes an example and assesses it.
func assessedExample(t *testing.T, example planted.Example, cfg planted.Config, args ...string) *plumbline.Assessment {
	t.Helper()
	files, _, err := example.Make(cfg)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if _, err := planted.Write(dir, files); err != nil {
		t.Fatal(err)
	}
	return assessed(t, dir, args...)
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

// TestNullDataOfEveryDimension bounds the share of folders without any defect that show a finding on data, explanation or
// oversight. The stated error rate is 5 % in each family of intervals, and small tables are where chance is largest.
func TestNullDataOfEveryDimension(t *testing.T) {
	sets := 24
	if testing.Short() {
		sets = 4
	}
	rows, found := []int{400, 1200, 4000}, 0
	for i := range sets {
		name := []string{"consumer-loan", "benefit-claims"}[i%2]
		cfg := planted.Config{Rows: rows[i/2%len(rows)], Seed: uint64(3000 + i)}
		a := assessedExample(t, exampleWorkflows()[name], cfg, "--only", "data.", "--only", "explain.", "--only", "oversight.")
		if got := wrong(a); len(got) > 0 {
			found++
			t.Logf("%s, %d rows, seed %d: %q", name, cfg.Rows, cfg.Seed, got)
		}
	}
	t.Logf("%d of %d show a finding", found, sets)
	if found*20 > sets {
		t.Errorf("%d of %d folders without defects show a finding, more than 5 %%", found, sets)
	}
}
