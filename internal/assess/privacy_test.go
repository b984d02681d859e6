package assess_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
)

// minCell is the minimum count where the workflow file says nothing.
const minCell = 10

// TestRatesGiveNoSmallCountBack has few favourable decisions in a large group: nothing made of that rate may tell how many.
func TestRatesGiveNoSmallCountBack(t *testing.T) {
	csv := "g,d\n" + rowsOf("a,1", 500) + rowsOf("a,0", 500) + rowsOf("b,1", 3) + rowsOf("b,0", 497)
	a := assessText(t, edge, csv)
	for _, o := range a.Observations {
		if o.Metric == "group_share" || len(o.Scope.Features) == 0 || o.Undefined != "" {
			continue
		}
		if strings.HasSuffix(o.Metric, "_rate") || strings.HasPrefix(o.Metric, "demographic_parity") || strings.HasSuffix(o.Metric, "_ratio") {
			if !o.Suppressed && !o.Blurred {
				t.Errorf("%s is exact: %v", o.ID, *o.Value)
			}
			if o.Count != nil || o.N != nil {
				t.Errorf("%s shows its counts", o.ID)
			}
		}
	}
	for _, f := range a.Findings {
		if f.ID == "MB-03/g" && (f.State != plumbline.NotSatisfied || strings.ContainsAny(f.Statement.EN, "0123456789") && !strings.Contains(f.Statement.EN, "withheld")) {
			t.Errorf("the verdict must stay and its numbers go: %s %s", f.State, f.Statement.EN)
		}
	}
}

func TestFewMissingValuesAreNotCounted(t *testing.T) {
	csv := "g,d\n" + rowsOf("a,1", 5000) + rowsOf("a,0", 5000) + rowsOf("b,1", 3000) + rowsOf("b,0", 3000) + rowsOf(",1", 3)
	for _, o := range assessText(t, edge, csv).Observations {
		if o.Value != nil && (o.Metric == "nyc_unknown_count" || o.Metric == "missing_share" && !o.Blurred) {
			t.Errorf("%s shows %v", o.ID, *o.Value)
		}
		if len(o.Scope.Features) == 1 && len(o.Scope.Group) == 0 && o.N != nil && *o.N != 16003 {
			t.Errorf("%s shows n = %d, all rows but the missing ones", o.ID, *o.N)
		}
	}
}

func TestLargeGroupsKeepTheirNumbers(t *testing.T) {
	var b strings.Builder
	b.WriteString("g,d\n")
	for g := range 6 {
		b.WriteString(rowsOf(fmt.Sprintf("g%d,1", g), 1000+g) + rowsOf(fmt.Sprintf("g%d,0", g), 2000+7*g))
	}
	csv := b.String() + rowsOf("rare,1", 4) + rowsOf("rare,0", 700)
	exact, rounded := 0, 0
	for _, o := range assessText(t, edge, csv).Observations {
		if o.Metric == "selection_rate" && len(o.Scope.Group) > 0 && o.Scope.Group[0] != "rare" {
			if o.Count != nil {
				exact++
			} else if o.Value != nil {
				rounded++
			}
		}
	}
	if exact != 5 || rounded != 1 {
		t.Errorf("%d groups are exact and %d rounded, want 5 and 1", exact, rounded)
	}
}

func TestWithoutMinimumNothingIsWithheld(t *testing.T) {
	yaml := strings.Replace(edge, "fairness:", "privacy: {min_cell: 1, reason: made up}\nfairness:", 1)
	for _, o := range assessText(t, yaml, "g,d\n"+rowsOf("a,1", 30)+rowsOf("a,0", 30)+rowsOf("b,1", 1)+rowsOf("b,0", 40)).Observations {
		if o.Suppressed || o.Blurred {
			t.Errorf("%s is withheld", o.ID)
		}
	}
}

func rowsOf(line string, n int) string { return strings.Repeat(line+"\n", n) }

// TestAudit attacks random tables with everything that is shown.
func TestAudit(t *testing.T) {
	sets := 150
	if testing.Short() {
		sets = 50
	}
	secrets, shares, exact := 0, 0, 0
	for seed := range sets {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			a := attack(t, newPopulation(uint64(seed)))
			secrets, shares, exact = secrets+len(a.secrets), shares+a.shares, exact+a.exact
		})
	}
	t.Logf("%d small counts; %d of %d shares are shown with their counts", secrets, exact, shares)
	if secrets < 10*sets || exact*4 < shares {
		t.Errorf("%d small counts, %d of %d shares exact: too few to show anything", secrets, exact, shares)
	}
}

// TestAuditOfKnownTraps attacks tables that simpler rules get wrong.
func TestAuditOfKnownTraps(t *testing.T) {
	for name, rows := range map[string][][]int64{
		"one small cell, where a pass over the lines misses one": {{100, 300, 120}, {400, 500, 600}, {450, 200, 4}},
		"two squares joined by one small cell":                   {{3, 50, 700, 700}, {60, 5, 4, 700}, {700, 700, 6, 80}, {700, 700, 90, 7}},
		"a line whose small cells add up to their least":         {{1, 1, 500}, {600, 700, 800}, {900, 400, 450}},
		"a line whose small cells add up to their most":          {{9, 9, 500}, {600, 700, 800}, {900, 400, 450}},
		"so few rows that two decimals give counts":              {{4, 45, 101}},
		"every group small":                                      {{9, 9, 9}, {9, 9, 9}},
	} {
		t.Run(name, func(t *testing.T) {
			p := &population{features: []string{"f", "g"}, intersections: [][]string{{"f", "g"}}, cells: map[string]*[6]int64{}}
			for i, row := range rows {
				for j, n := range row {
					p.cells[fmt.Sprintf("f%d\x00g%d", i, j)] = &[6]int64{n / 4, (n + 1) / 4, 0, (n + 2) / 4, (n + 3) / 4, 0}
				}
			}
			p.order = slices.Sorted(maps.Keys(p.cells))
			if a := attack(t, p); len(a.secrets) == 0 {
				t.Error("nothing is small")
			}
		})
	}
}

// attack takes a reader to know which groups a gap compares, the denominators behind all that is rounded, that a rounded
// number is not small, and of each withheld one whether it is small, as far as it is alone: not where both sides of a rate
// are, and not in a table of which nothing is shown.
func attack(t *testing.T, p *population) *audit {
	t.Helper()
	a := &audit{population: p, shown: assessText(t, p.yaml(), p.csv()).Observations}
	a.read()
	for _, q := range a.linear() {
		t.Errorf("%s = %d follows from sums and rates", q, a.count(q))
	}
	for _, q := range a.bounded() {
		t.Errorf("%s = %d is the only value that bounds leave", q, a.count(q))
	}
	return a
}

// population is a table as counts: for each combination of values, by 3 × decision + label (0 bad, 1 good, 2 unknown).
type population struct {
	features      []string
	intersections [][]string
	cells         map[string]*[6]int64
	order         []string
}

func newPopulation(seed uint64) *population {
	rng := rand.New(rand.NewPCG(seed, 10))
	p := &population{features: []string{"f", "g", "h"}[:2+rng.IntN(2)], cells: map[string]*[6]int64{}}
	p.intersections = [][]string{{"f", "g"}}
	if len(p.features) == 3 {
		p.intersections = [][][]string{{{"f", "g"}}, {{"f", "g"}, {"g", "h"}}, {{"f", "g", "h"}}, {{"f", "g"}, {"f", "g", "h"}}}[rng.IntN(4)]
	}
	groups := []string{""}
	for range p.features {
		var longer []string
		for _, v := range []string{"", "a", "b", "c", "d"}[rng.IntN(2) : 3+rng.IntN(3)] {
			for _, g := range groups {
				longer = append(longer, g+"\x00"+v)
			}
		}
		groups = longer
	}
	labelled := []float64{0.5, 0.9, 1}[rng.IntN(3)]
	for _, g := range groups {
		n := []int{rng.IntN(15), 20 + rng.IntN(200), 500 + rng.IntN(3000), 500 + rng.IntN(3000)}[rng.IntN(4)]
		favourable, good := []float64{0.01, 0.2, 0.5, 0.6, 0.98}[rng.IntN(5)], []float64{0.02, 0.5, 0.9}[rng.IntN(3)]
		if n == 0 {
			continue
		}
		var c [6]int64
		for range n {
			d, l := 0, 2
			if rng.Float64() < favourable {
				d = 1
			}
			if rng.Float64() < labelled {
				if l = 0; rng.Float64() < good {
					l = 1
				}
			}
			c[3*d+l]++
		}
		p.cells[g[1:]] = &c
	}
	p.order = slices.Sorted(maps.Keys(p.cells))
	return p
}

func (p *population) yaml() string {
	var b strings.Builder
	b.WriteString("workflow: audit\ntitle: audit\nsector: other\n")
	b.WriteString("decision: {column: d, favourable: [\"1\"], adverse: [\"0\"], label: {column: l, favourable: [\"1\"]}}\ndata:\n  decisions: {file: d.csv}\n  sensitive:\n")
	for _, f := range p.features {
		fmt.Fprintf(&b, "    - {column: %s, source: s, basis: b, delete_by: 2030-01-01}\n", f)
	}
	b.WriteString("  intersections: [")
	for i, in := range p.intersections {
		fmt.Fprintf(&b, "%s[%s]", []string{"", ", "}[min(i, 1)], strings.Join(in, ", "))
	}
	b.WriteString("]\nfairness: {primary: demographic_parity, reason: r, by: p, on: 2026-11-01}\n")
	return b.String()
}

func (p *population) csv() string {
	var b strings.Builder
	b.WriteString(strings.Join(p.features, ",") + ",d,l\n")
	for _, g := range p.order {
		for o, n := range p.cells[g] {
			b.WriteString(rowsOf(strings.ReplaceAll(g, "\x00", ",")+fmt.Sprintf(",%d,%s", o/3, []string{"0", "1", ""}[o%3]), int(n)))
		}
	}
	return b.String()
}

// quantity is a count of people: those of a group with one of some outcomes, by bit.
type quantity struct {
	features, group string // joined with NUL
	outcomes        uint8
}

func (q quantity) String() string { return fmt.Sprintf("%q=%q/%06b", q.features, q.group, q.outcomes) }

// cellsOf lists the combinations that belong to a quantity's group.
func (p *population) cellsOf(q quantity) []int {
	var out []int
	var at []int
	for f := range strings.SplitSeq(q.features, "\x00") {
		if q.features != "" {
			at = append(at, slices.Index(p.features, f))
		}
	}
	for i, g := range p.order {
		values, want := strings.Split(g, "\x00"), strings.Split(q.group, "\x00")
		ok := true
		for k, f := range at {
			ok = ok && values[f] == want[k]
		}
		if ok {
			out = append(out, i)
		}
	}
	return out
}

func (p *population) count(q quantity) (n int64) {
	for _, i := range p.cellsOf(q) {
		for o, c := range p.cells[p.order[i]] {
			if q.outcomes>>o&1 == 1 {
				n += c
			}
		}
	}
	return n
}

// counted gives numerator and denominator of the shares that are audited, as outcomes.
func counted(metric string) (num, den uint8, ok bool) {
	const all, adverse, favourable, bad, good = 0b111111, 0b000111, 0b111000, 0b001001, 0b010010
	switch metric {
	case "group_share", "nyc_category_share":
		return all, 0, true
	case "selection_rate", "nyc_selection_rate", "demographic_parity", "nyc_selection_impact":
		return favourable, all, true
	case "true_positive_rate", "equal_opportunity":
		return favourable & good, good, true
	case "false_positive_rate":
		return favourable & bad, bad, true
	case "false_negative_rate":
		return adverse & good, good, true
	case "true_negative_rate":
		return adverse & bad, bad, true
	case "accuracy":
		return favourable&good | adverse&bad, good | bad, true
	case "positive_predictive_value", "predictive_parity":
		return favourable & good, favourable & (good | bad), true
	case "negative_predictive_value":
		return adverse & bad, adverse & (good | bad), true
	}
	return 0, 0, false
}
