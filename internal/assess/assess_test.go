package assess_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/examples/consumer-loan/loan"
	"github.com/plumbline-project/plumbline/internal/assess"
	"github.com/plumbline-project/plumbline/internal/regime"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

const asOf = "2026-11-23"

// assessLoan generates the example with the given defects and assesses it.
func assessLoan(tb testing.TB, cfg loan.Config, only ...string) *plumbline.Assessment {
	tb.Helper()
	data, err := loan.Generate(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	if err := data.Write(dir); err != nil {
		tb.Fatal(err)
	}
	return assessDir(tb, dir, only...)
}

func assessDir(tb testing.TB, dir string, only ...string) *plumbline.Assessment {
	tb.Helper()
	fsys := os.DirFS(dir)
	f, err := workflow.Load(fsys, "plumbline.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	t, err := table.Open(context.Background(), fsys, f.Data.Decisions.Files, table.Options{Missing: f.Data.Missing})
	if err != nil {
		tb.Fatal(err)
	}
	defer t.Close()
	return run(tb, assess.Input{File: f, Files: fsys, Table: t, Only: only})
}

func run(tb testing.TB, in assess.Input) *plumbline.Assessment {
	tb.Helper()
	cat, err := regime.Load()
	if err != nil {
		tb.Fatal(err)
	}
	in.Catalog, in.AsOf = cat, asOf
	a, err := assess.Run(context.Background(), in)
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// assessText assesses a workflow file and a CSV given as texts.
func assessText(tb testing.TB, yaml, csv string) *plumbline.Assessment {
	tb.Helper()
	fsys := fstest.MapFS{"plumbline.yaml": {Data: []byte(yaml)}, "d.csv": {Data: []byte(csv)}}
	f, err := workflow.Load(fsys, "plumbline.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	t, err := table.Open(context.Background(), fsys, f.Data.Decisions.Files, table.Options{Missing: f.Data.Missing})
	if err != nil {
		tb.Fatal(err)
	}
	defer t.Close()
	return run(tb, assess.Input{File: f, Table: t})
}

// planted maps each defect of bias to the finding that must show it. Those of the other dimensions are tried in internal/app.
func planted() map[loan.Defect][]string {
	out := map[loan.Defect][]string{}
	for _, d := range loan.Catalogue() {
		if d.Dimension != plumbline.ModelBias && d.Name != loan.NoBasis {
			continue
		}
		for _, f := range d.Shows {
			out[d.Name] = append(out[d.Name], f.Control+f.Hint)
		}
	}
	return out
}

func TestPlantedDefectsAreFound(t *testing.T) {
	a := assessLoan(t, loan.Config{Rows: loan.DefaultRows, Seed: 1, Defects: loan.Defects()})
	got := notSatisfiedAny(a)
	for defect, want := range planted() {
		for _, id := range want {
			if !slices.Contains(got, id) {
				t.Errorf("%s: finding %q is missing among %q", defect, id, got)
			}
		}
	}
	if !selective(a) {
		t.Error("labels exist only for granted loans, and the assessment does not say so")
	}
}

// notSatisfiedAny lists the findings that are not satisfied, judging and informing ones, by id.
func notSatisfiedAny(a *plumbline.Assessment) []string {
	var out []string
	for _, f := range a.Findings {
		if f.State == plumbline.NotSatisfied {
			out = append(out, f.ID)
		}
	}
	return out
}

func selective(a *plumbline.Assessment) bool {
	for _, o := range a.Observations {
		if o.Metric == "true_positive_rate" && o.Undefined == plumbline.SelectiveLabels {
			return true
		}
	}
	return false
}

// onBias keeps the findings on bias.
func onBias(ids []string) []string {
	return slices.DeleteFunc(ids, func(id string) bool { return !strings.HasPrefix(id, "MB-") && !strings.HasPrefix(id, "PR-") })
}

func TestEachDefectAloneIsFound(t *testing.T) {
	for _, defect := range loan.Defects() {
		want, ok := planted()[defect]
		if !ok {
			continue // of another dimension
		}
		t.Run(string(defect), func(t *testing.T) {
			got := notSatisfiedAny(assessLoan(t, loan.Config{Rows: loan.DefaultRows, Seed: 2, Defects: []loan.Defect{defect}}))
			for _, id := range want {
				if !slices.Contains(got, id) {
					t.Errorf("finding %q is missing among %q", id, got)
				}
			}
		})
	}
}

func TestWithoutDefectsNoFindingRemains(t *testing.T) {
	got := slices.DeleteFunc(notSatisfiedAny(assessLoan(t, loan.Config{Rows: loan.DefaultRows, Seed: 1})), func(id string) bool {
		return strings.HasPrefix(id, "DI-01") || strings.HasPrefix(id, "DI-02") // this test hands over the decisions only
	})
	if len(got) > 0 {
		t.Errorf("findings on data without defects: %q", got)
	}
}

// TestNullDataGiveNoFindings bounds the share of data sets without any bias that show a finding on bias. The stated error
// rate is 5 % in each family of intervals.
func TestNullDataGiveNoFindings(t *testing.T) {
	sets := 200
	if testing.Short() {
		sets = 20
	}
	wrong := 0
	for i := range sets {
		if got := onBias(notSatisfiedAny(assessLoan(t, loan.Config{Rows: 3000, Seed: uint64(1000 + i)}, "bias."))); len(got) > 0 {
			wrong++
			t.Logf("seed %d: %q", 1000+i, got)
		}
	}
	t.Logf("%d of %d null data sets show a finding", wrong, sets)
	if wrong*20 > sets {
		t.Errorf("%d of %d null data sets show a finding, more than 5 %%", wrong, sets)
	}
}

const edge = `workflow: edge
title: edge
sector: other
decision: {column: d, favourable: ["1"]}
data:
  decisions: {file: d.csv}
  sensitive: [{column: g, source: s, basis: b, delete_by: 2030-01-01}]
fairness: {primary: demographic_parity, reason: r, by: p, on: 2026-11-01}
`

// TestAtTheThresholdNothingIsDecided draws groups whose true ratio is exactly 0.8, the worst case: any verdict is an error,
// and the two kinds together may take 5 %.
func TestAtTheThresholdNothingIsDecided(t *testing.T) {
	draws := 1000
	if testing.Short() {
		draws = 200
	}
	rng := rand.New(rand.NewPCG(5, 8))
	wrong := 0
	for range draws {
		var b strings.Builder
		b.WriteString("g,d\n")
		for _, g := range []struct {
			name string
			p    float64
		}{{"a", 0.4}, {"b", 0.5}} {
			for range 300 {
				d := 0
				if rng.Float64() < g.p {
					d = 1
				}
				fmt.Fprintf(&b, "%s,%d\n", g.name, d)
			}
		}
		for _, f := range assessText(t, edge, b.String()).Findings {
			if f.ID == "MB-03/g" && f.State != plumbline.NotTested {
				wrong++
			}
		}
	}
	t.Logf("%d of %d decided at the threshold", wrong, draws)
	if share := float64(wrong) / float64(draws); share > 0.05+3*0.0069 { // three standard errors of 1,000 draws
		t.Errorf("decided in %.3f of the draws", share)
	}
}

func TestSameInputsSameBytes(t *testing.T) {
	data, err := loan.Generate(loan.Config{Rows: 5000, Seed: 3, Defects: loan.Defects()})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := data.Write(dir); err != nil {
		t.Fatal(err)
	}
	first, _ := json.Marshal(assessDir(t, dir))
	for range 3 {
		again, _ := json.Marshal(assessDir(t, dir))
		if !bytes.Equal(first, again) {
			t.Fatal("two runs over the same inputs differ")
		}
	}
}

func TestUndecidedCases(t *testing.T) {
	rows := func(parts ...string) string { return "g,d\n" + strings.Join(parts, "") }
	many := func(n int, g, d string) string { return strings.Repeat(g+","+d+"\n", n) }
	for _, c := range []struct {
		name   string
		csv    string
		state  plumbline.State
		reason plumbline.Reason
	}{
		{"one group", rows(many(500, "a", "1"), many(500, "a", "0")), plumbline.NotTested, plumbline.OneGroup},
		{"too few", rows(many(20, "a", "1"), many(20, "b", "0")), plumbline.NotTested, plumbline.TooFew},
		{"inconclusive", rows(many(40, "a", "1"), many(10, "a", "0"), many(36, "b", "1"), many(14, "b", "0")), plumbline.NotTested, plumbline.Inconclusive},
		{"bad", rows(many(400, "a", "1"), many(100, "a", "0"), many(100, "b", "1"), many(400, "b", "0")), plumbline.NotSatisfied, ""},
		{"good", rows(many(4000, "a", "1"), many(1000, "a", "0"), many(3950, "b", "1"), many(1050, "b", "0")), plumbline.Satisfied, ""},
		{
			"too many people in small groups",
			rows(many(4000, "a", "1"), many(1000, "a", "0"), many(4000, "b", "1"), many(1000, "b", "0"), smallGroups(40)),
			plumbline.NotTested, plumbline.UnjudgedShare,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, f := range assessText(t, edge, c.csv).Findings {
				if f.ID != "MB-03/g" {
					continue
				}
				if f.State != c.state || f.Reason != c.reason {
					t.Errorf("got %s (%s), want %s (%s): %s", f.State, f.Reason, c.state, c.reason, f.Statement.EN)
				}
				if f.Reason == plumbline.Inconclusive && f.NeededN < 50 {
					t.Errorf("needed n = %d is no answer", f.NeededN)
				}
				return
			}
			t.Error("no finding MB-03/g")
		})
	}
}

// smallGroups is k groups of 25 rows, under the minimum of 30.
func smallGroups(k int) string {
	var b strings.Builder
	for i := range k {
		b.WriteString(strings.Repeat(fmt.Sprintf("small%d,1\n", i), 25))
	}
	return b.String()
}

func TestSmallCellsAreWithheld(t *testing.T) {
	csv := "g,d\n" + strings.Repeat("a,1\n", 500) + strings.Repeat("a,0\n", 500) + strings.Repeat("b,1\n", 300) + strings.Repeat("b,0\n", 300) + strings.Repeat("rare,1\n", 4)
	a := assessText(t, edge, csv)
	for _, o := range a.Observations {
		if slices.Contains(o.Scope.Group, "rare") && !o.Suppressed {
			t.Errorf("%s shows a group of 4: %+v", o.ID, o)
		}
		if slices.Contains(o.Scope.Group, "b") && o.N != nil && o.Metric == "group_share" {
			t.Errorf("%s: the rare group could be had by subtraction", o.ID)
		}
	}
	for _, f := range a.Findings {
		for _, total := range []string{"1,600", "1,604", "1604", "1600"} {
			if strings.Contains(f.Statement.EN, total) {
				t.Errorf("%s quotes a sum that gives the rare group away: %s", f.ID, f.Statement.EN)
			}
		}
	}
}

// TestIntersectionsKeepSmallCells tries to have a withheld cell back from the sums that are shown.
func TestIntersectionsKeepSmallCells(t *testing.T) {
	yaml := strings.Replace(edge, "delete_by: 2030-01-01}]", "delete_by: 2030-01-01}, {column: h, source: s, basis: b, delete_by: 2030-01-01}]\n  intersections: [[g, h]]", 1)
	var b strings.Builder
	b.WriteString("g,h,d\n")
	for cell, n := range map[string]int{"a,x": 400, "a,y": 500, "b,x": 300, "b,y": 4} {
		b.WriteString(strings.Repeat(cell+",1\n", n/2) + strings.Repeat(cell+",0\n", n-n/2))
	}
	shown := map[string]int64{}
	for _, o := range assessText(t, yaml, b.String()).Observations {
		if o.Metric == "group_share" && o.Count != nil {
			shown[strings.Join(o.Scope.Group, ",")] = *o.Count
		}
	}
	if _, ok := shown["b,y"]; ok {
		t.Error("a cell of 4 is shown")
	}
	for _, line := range [][2]string{{"b", "b,x"}, {"y", "a,y"}} {
		_, margin := shown[line[0]]
		if _, other := shown[line[1]]; margin && other {
			t.Errorf("%s and %s are shown, so that b,y can be had by subtraction", line[0], line[1])
		}
	}
}

// TestEveryEngineIsKnown keeps the engines that the catalogue may name and those that judge the same.
func TestEveryEngineIsKnown(t *testing.T) {
	for _, name := range regime.Engines() {
		if !assess.HasEngine(name) {
			t.Errorf("the catalogue may name the engine %s, and nothing judges by it", name)
		}
	}
}

// A column that is a declared feature itself in another form is said to be that, until it is declared.
func TestFormsOfAFeature(t *testing.T) {
	const yaml = "workflow: w\ntitle: w\nsector: other\ndecision: {column: d, favourable: [\"1\"]}\ndata:\n  decisions: {file: d.csv}\n  sensitive: [{column: band}]\n"
	var csv strings.Builder
	csv.WriteString("band,age,d\n")
	for i := range 900 {
		band := i % 3
		fmt.Fprintf(&csv, "%s,%d,%d\n", []string{"young", "middle", "old"}[band], 20+20*band+i/3%20, min(1, i/3%(band+2)))
	}
	of := func(a *plumbline.Assessment, id string) *plumbline.Finding {
		i := slices.IndexFunc(a.Findings, func(f plumbline.Finding) bool { return f.ID == id })
		if i < 0 {
			return &plumbline.Finding{}
		}
		return &a.Findings[i]
	}
	a := assessText(t, yaml, csv.String())
	f := of(a, "MB-01/band/age")
	if f.State != plumbline.NotSatisfied || f.Severity != plumbline.Medium || !strings.Contains(f.Statement.EN, "is the sensitive feature band itself") || len(f.Observations) != 2 {
		t.Errorf("undeclared: %+v", f)
	}
	for i := range a.Observations {
		if o := &a.Observations[i]; o.Metric == "proxy_form" && (o.Suppressed || o.Value == nil || o.N != nil) {
			t.Errorf("the form counts nobody and is withheld, or it counts people: %+v", o)
		}
	}
	a = assessText(t, yaml+"  personal: [{column: age, basis: law}]\n", csv.String())
	if f := of(a, "MB-01/band/age"); f.ID != "" {
		t.Errorf("declared, and still a finding: %+v", f)
	}
	if f := of(a, "MB-01/band"); f.State != plumbline.Satisfied || !strings.HasPrefix(f.Statement.EN, "Declared as personal data") || !strings.Contains(f.Statement.EN, "age") {
		t.Errorf("declared: %+v", f)
	}
}
