package assess_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/assess"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// driftData writes n rows with 12 columns of numbers, the first of which is moved by shift. decided leaves out refused rows and
// the decision where it is false.
func driftData(seed uint64, n int, shift float64, decided bool) string {
	rng := rand.New(rand.NewPCG(seed, 5))
	var b strings.Builder
	if decided {
		b.WriteString("decision,")
	}
	b.WriteString("sex")
	for k := range 12 {
		fmt.Fprintf(&b, ",x%d", k)
	}
	b.WriteString("\n")
	for range n {
		if decided {
			fmt.Fprintf(&b, "%d,", rng.IntN(2))
		}
		b.WriteString([]string{"m", "w"}[rng.IntN(2)])
		for k := range 12 {
			x := rng.NormFloat64()
			if k == 0 {
				x += shift
			}
			fmt.Fprintf(&b, ",%.4f", x)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func assessDrift(tb testing.TB, role, now, before string) map[string]plumbline.Finding {
	tb.Helper()
	yaml := "workflow: w\ntitle: {zh: 甲, en: W}\npurpose: {zh: 乙, en: P}\nsector: other\nowner: {name: A, role: B}\ndecision: {column: decision, favourable: [\"1\"]}\ndata:\n  decisions: {file: d.csv}\n" +
		"  sensitive: [{column: sex, source: s, basis: b, delete_by: 2027-01-01}]\n"
	if role != "" {
		yaml += "  " + role + ": {file: b.csv}\n"
	}
	fsys := fstest.MapFS{"plumbline.yaml": {Data: []byte(yaml)}, "d.csv": {Data: []byte(now)}, "b.csv": {Data: []byte(before)}}
	f, err := workflow.Load(fsys, "plumbline.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	open := func(name string) *table.Table {
		t, err := table.Open(tb.Context(), fsys, []string{name}, table.Options{})
		if err != nil {
			tb.Fatal(err)
		}
		tb.Cleanup(func() { t.Close() })
		return t
	}
	in := assess.Input{File: f, Table: open("d.csv")}
	switch role {
	case "training":
		in.Training = open("b.csv")
	case "reference":
		in.Reference = open("b.csv")
	}
	out := map[string]plumbline.Finding{}
	for _, x := range run(tb, in).Findings {
		if x.Control == "DI-08" {
			out[x.ID] = x
		}
	}
	return out
}

func TestDriftIsJudged(t *testing.T) {
	for _, c := range []struct {
		name, role      string
		n               int
		shift           float64
		decided         bool
		id              string
		state           plumbline.State
		reason          plumbline.Reason
		severity        plumbline.Severity
		findings, cited int
	}{
		{"moved", "reference", 3000, 1, true, "DI-08/x0", plumbline.NotSatisfied, "", plumbline.High, 2, 1},
		{"the others", "reference", 3000, 1, true, "DI-08", plumbline.Satisfied, "", "", 2, 13},
		{"nothing moved", "training", 3000, 0, true, "DI-08", plumbline.Satisfied, "", "", 1, 14},
		{"training data of unknown selection", "training", 3000, 1, false, "DI-08/x0", plumbline.NotTested, plumbline.ByDesign, "", 2, 1},
		{"a reference is taken at its word", "reference", 3000, 1, false, "DI-08/x0", plumbline.NotSatisfied, "", plumbline.High, 2, 1},
		{"few rows", "reference", 120, 0, true, "DI-08/item=inconclusive", plumbline.NotTested, plumbline.Inconclusive, "", 0, 0},
		{"very few rows", "reference", 20, 0, true, "DI-08/item=too-few", plumbline.NotTested, plumbline.TooFew, "", 1, 14},
		{"no earlier data", "", 100, 0, true, "DI-08", plumbline.NotTested, plumbline.NoData, "", 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := assessDrift(t, c.role, driftData(1, c.n, c.shift, true), driftData(2, c.n, 0, c.decided))
			f, ok := got[c.id]
			if !ok || f.State != c.state || f.Reason != c.reason || f.Severity != c.severity {
				t.Fatalf("finding %s is %+v among %d", c.id, f, len(got))
			}
			if c.findings > 0 && len(got) != c.findings || c.cited > 0 && len(f.Observations) != c.cited {
				t.Errorf("%d findings, the one cites %d observations: %v", len(got), len(f.Observations), f.Statement)
			}
			if f.Statement.ZH == "" || f.Statement.EN == "" {
				t.Error("a finding without words")
			}
		})
	}
}
