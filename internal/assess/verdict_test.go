package assess_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
)

// many repeats a CSV line.
func many(n int, line string) string { return strings.Repeat(line+"\n", n) }

// withLabel is a workflow with a label, judged by equal opportunity.
var withLabel = strings.NewReplacer(`favourable: ["1"]}`, `favourable: ["1"], undecided: [refer], label: {column: y, favourable: ["1"]}}`,
	"demographic_parity", "equal_opportunity").Replace(edge)

func findingOf(t *testing.T, a *plumbline.Assessment, id string) *plumbline.Finding {
	t.Helper()
	var have []string
	for i := range a.Findings {
		if a.Findings[i].ID == id {
			return &a.Findings[i]
		}
		have = append(have, a.Findings[i].ID)
	}
	t.Fatalf("no finding %q among %q", id, have)
	return nil
}

func holds(t *testing.T, a *plumbline.Assessment, id string, state plumbline.State, reason plumbline.Reason) {
	t.Helper()
	if f := findingOf(t, a, id); f.State != state || f.Reason != reason {
		t.Errorf("%s: %s (%q), want %s (%q): %s", id, f.State, f.Reason, state, reason, f.Statement.EN)
	}
}

// labelled is n rows of a group with true positive rate tp/p among p favourable labels and the rest unfavourable, half refused.
func labelled(group string, p, tp, n int) string {
	return many(tp, group+",1,1") + many(p-tp, group+",0,1") + many((n-p)/2, group+",1,0") + many(n-p-(n-p)/2, group+",0,0")
}

// TestNobodyEscapesJudgement covers ways in which people could fall out of a gap that is then called satisfied.
func TestNobodyEscapesJudgement(t *testing.T) {
	const tpr = "MB-04/equal_opportunity_difference/g"
	for _, c := range []struct {
		name, yaml, csv, id string
		state               plumbline.State
		reason              plumbline.Reason
	}{
		{
			"a large group with few favourable labels", withLabel,
			"g,d,y\n" + labelled("a", 1000, 900, 2000) + labelled("c", 1000, 900, 2000) + labelled("b", 12, 0, 2000), tpr, plumbline.NotTested, plumbline.UnjudgedShare,
		},
		{
			"a large group that is undecided", strings.Replace(edge, `favourable: ["1"]}`, `favourable: ["1"], undecided: [refer]}`, 1),
			"g,d\n" + many(5000, "a,1") + many(3000, "a,0") + many(5000, "c,1") + many(3000, "c,0") + many(7990, "b,refer") + many(10, "b,0"),
			"MB-03/g", plumbline.NotTested, plumbline.UnjudgedShare,
		},
		{
			"half of all values missing", withLabel,
			"g,d,y\n" + labelled("a", 1000, 900, 2000) + labelled("c", 1000, 900, 2000) + labelled("", 2000, 0, 4000), tpr, plumbline.NotTested, plumbline.UnjudgedShare,
		},
		{
			"one group whose refusals have no outcome", withLabel,
			"g,d,y\n" + labelled("a", 4000, 3600, 8000) + many(400, "b,1,1") + many(380, "b,0,"), tpr, plumbline.NotTested, plumbline.SelectiveLabels,
		},
		{
			"accepted cases only", withLabel,
			"g,d,y\n" + many(500, "a,1,1") + many(500, "a,1,0") + many(500, "b,1,1") + many(500, "b,1,0"), tpr, plumbline.NotTested, plumbline.Constant,
		},
		{
			"a constant decision", edge, "g,d\n" + many(500, "a,1") + many(500, "b,1"), "MB-03/g", plumbline.NotTested, plumbline.Constant,
		},
		{
			"cases left open in one group", strings.Replace(edge, `favourable: ["1"]}`, `favourable: ["1"], undecided: [refer]}`, 1),
			"g,d\n" + many(4000, "a,1") + many(4000, "a,0") + many(2000, "b,1") + many(2000, "b,0") + many(4000, "b,refer"), "MB-03/g", plumbline.NotTested, plumbline.UnjudgedShare,
		},
		{
			"one missing value blocks nothing", edge,
			"g,d\n" + many(4000, "a,1") + many(4000, "a,0") + many(4000, "b,1") + many(4000, "b,0") + ",1\n", "MB-03/g", plumbline.Satisfied, "",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := assessText(t, c.yaml, c.csv)
			holds(t, a, c.id, c.state, c.reason)
			for i := range a.Controls {
				if k := &a.Controls[i]; k.ID == "MB-03" && c.name == "one missing value blocks nothing" && k.State != plumbline.Satisfied {
					t.Errorf("the control is %s (%s)", k.State, k.Reason)
				}
			}
		})
	}
}

// TestFewPersonsAreFew: 800 rows of four persons are no evidence.
func TestFewPersonsAreFew(t *testing.T) {
	yaml := strings.Replace(edge, "  sensitive:", "  subject: p\n  sensitive:", 1)
	var b strings.Builder
	b.WriteString("g,d,p\n")
	for i, g := range []string{"a", "b"} {
		for person := range 2 {
			p := fmt.Sprintf("%s,%%d,p%d%d", g, i, person)
			b.WriteString(many(200, fmt.Sprintf(p, 1)) + many(200, fmt.Sprintf(p, 0)))
		}
	}
	holds(t, assessText(t, yaml, b.String()), "MB-03/g", plumbline.NotTested, plumbline.TooFew)
}

// TestMissingGroupKeepsItsPointUnderClustering: both rates are one half, whatever the design effects of the known groups.
func TestMissingGroupKeepsItsPointUnderClustering(t *testing.T) {
	yaml := strings.Replace(edge, "  sensitive:", "  subject: p\n  sensitive:", 1)
	var b strings.Builder
	b.WriteString("g,d,p\n")
	for i := range 1000 {
		d := 0
		if i%5 < 4 {
			d = 1
		}
		fmt.Fprintf(&b, "a,%d,a%d\nb,%d,b%d\n,%d,m%d\n", d, i, 1-d, i/10, i%2, i)
	}
	for _, o := range assessText(t, yaml, b.String()).Observations {
		if o.Metric == "missing_group_ratio" && (o.Value == nil || *o.Value < 0.999 || *o.Value > 1.001) {
			t.Errorf("missing_group_ratio = %v, want 1", *o.Value)
		}
	}
}

func TestRepresentationSaysAllOnlyOfAll(t *testing.T) {
	yaml := strings.Replace(edge, "  sensitive:", "  population: {g: {source: s, as_of: 2026-01-01, shares: {a: 0.5, b: 0.5}}}\n  sensitive:", 1)
	a := assessText(t, yaml, "g,d\n"+many(1000, "a,1")+many(1000, "a,0")+many(100, "b,1")+many(100, "b,0"))
	holds(t, a, "MB-08/g=b", plumbline.NotSatisfied, "")
	for _, f := range a.Findings {
		if f.ID == "MB-08/g" {
			t.Errorf("beside it: %s", f.Statement.EN)
		}
	}
	// MB-08 stands after MB-07, which must know of it all the same.
	holds(t, a, "MB-07", plumbline.NotTested, plumbline.NotAttested)
}

func TestOverdueDeletionIsAFinding(t *testing.T) {
	yaml := strings.Replace(edge, "2030-01-01", "2026-11-22", 1)
	holds(t, assessText(t, yaml, "g,d\n"+many(100, "a,1")+many(100, "b,0")), "PR-01/g", plumbline.NotSatisfied, "")
}

func TestFindingIDsAreUnique(t *testing.T) {
	a := assessText(t, withLabel, "g,d,y\n"+labelled("a", 500, 450, 1000)+labelled("b", 500, 300, 1000))
	seen := map[string]bool{}
	for _, f := range a.Findings {
		if seen[f.ID] {
			t.Errorf("two findings are called %s", f.ID)
		}
		seen[f.ID] = true
	}
}

// TestSetAsideFindings: a suppression takes one finding, for a time, and the control says so.
func TestSetAsideFindings(t *testing.T) {
	csv := "g,d\n" + many(400, "a,1") + many(100, "a,0") + many(100, "b,1") + many(400, "b,0")
	for _, c := range []struct {
		expires string
		state   plumbline.State
		risks   int
	}{{"2027-01-01", plumbline.NotTested, 0}, {"2026-01-01", plumbline.NotSatisfied, 1}} {
		a := assessText(t, edge+"suppressions: [{finding: MB-03/g, reason: r, by: p, expires: "+c.expires+"}]\n", csv)
		for _, k := range a.Controls {
			if k.ID == "MB-03" && (k.State != c.state || c.state == plumbline.NotTested && k.Reason != plumbline.SetAside) {
				t.Errorf("until %s: MB-03 is %s (%s)", c.expires, k.State, k.Reason)
			}
		}
		risks := 0 // of bias: that the decision goes by the feature alone is a finding on explanation too
		for _, r := range a.Risks {
			if slices.ContainsFunc(r.Findings, func(id string) bool { return strings.HasPrefix(id, "MB-") }) {
				risks++
			}
		}
		if risks != c.risks {
			t.Errorf("until %s: %d risks", c.expires, risks)
		}
	}
}

// TestInformingFindingsGiveNoVerdict: with demographic parity primary, a gap in error rates is shown and decides nothing.
func TestInformingFindingsGiveNoVerdict(t *testing.T) {
	yaml := strings.Replace(withLabel, "equal_opportunity", "demographic_parity", 1)
	a := assessText(t, yaml, "g,d,y\n"+labelled("a", 500, 450, 1000)+labelled("b", 500, 250, 1000))
	f := findingOf(t, a, "MB-04/equal_opportunity_difference/g")
	if f.State != plumbline.NotSatisfied || f.Role != plumbline.Informs {
		t.Errorf("%s, %s", f.State, f.Role)
	}
	for _, k := range a.Controls {
		if k.ID == "MB-04" && (k.State != plumbline.NotTested || k.Reason != plumbline.InformsOnly) {
			t.Errorf("MB-04 is %s (%s)", k.State, k.Reason)
		}
	}
}

// TestNeededRowsDecide: with the rows that a finding asks for, at the same rates, it is decided.
func TestNeededRowsDecide(t *testing.T) {
	csv := func(n int) string {
		var b strings.Builder
		b.WriteString("g,d\n")
		for i := range 10 {
			rate := 0.60
			if i == 0 {
				rate = 0.54
			}
			k := int(rate*float64(n) + 0.5)
			b.WriteString(many(k, fmt.Sprintf("g%d,1", i)) + many(n-k, fmt.Sprintf("g%d,0", i)))
		}
		return b.String()
	}
	f := findingOf(t, assessText(t, edge, csv(300)), "MB-03/g")
	if f.Reason != plumbline.Inconclusive || f.NeededN < 300 {
		t.Fatalf("%s (%s), needed %d", f.State, f.Reason, f.NeededN)
	}
	holds(t, assessText(t, edge, csv(int(f.NeededN)+20)), "MB-03/g", plumbline.Satisfied, "")
	holds(t, assessText(t, edge, csv(int(f.NeededN)*8/10)), "MB-03/g", plumbline.NotTested, plumbline.Inconclusive)
}

// TestTheFamilyHoldsAtTheThreshold draws three features, each with a group at exactly 0.8 of the others: a verdict on any of
// them is an error, and all together may err in 5 % of the draws. Without the correction it would be three times that.
func TestTheFamilyHoldsAtTheThreshold(t *testing.T) {
	draws := 1500
	if testing.Short() {
		draws = 100
	}
	yaml := strings.Replace(edge, "sensitive: [", "sensitive: [{column: h, source: s, basis: b, delete_by: 2030-01-01}, {column: i, source: s, basis: b, delete_by: 2030-01-01}, ", 1)
	rng := rand.New(rand.NewPCG(17, 1))
	wrong := 0
	for range draws {
		var b strings.Builder
		b.WriteString("g,h,i,d\n")
		for range 1500 {
			p := 0.5
			var v [3]int
			for k := range v {
				if v[k] = rng.IntN(2); v[k] == 0 {
					p *= 0.8
				}
			}
			d := 0
			if rng.Float64() < p {
				d = 1
			}
			fmt.Fprintf(&b, "g%d,h%d,i%d,%d\n", v[0], v[1], v[2], d)
		}
		for _, f := range assessText(t, yaml, b.String()).Findings {
			if f.Control == "MB-03" && f.State != plumbline.NotTested {
				wrong++
				break
			}
		}
	}
	t.Logf("%d of %d decided at the threshold", wrong, draws)
	if share := float64(wrong) / float64(draws); share > 0.05+3*math.Sqrt(0.05*0.95/float64(draws)) { // three standard errors
		t.Errorf("decided in %.3f of the draws", share)
	}
}
