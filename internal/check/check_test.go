package check_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/text"
)

// tableOf makes a table of CSV rows; the first row names the columns.
func tableOf(tb testing.TB, rows [][]string) *table.Table {
	tb.Helper()
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		tb.Fatal(err)
	}
	t, err := table.Open(context.Background(), fstest.MapFS{"d.csv": {Data: b.Bytes()}}, []string{"d.csv"}, table.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { t.Close() })
	return t
}

// measure runs one check.
func measure(tb testing.TB, id string, in check.Input) []plumbline.Observation {
	tb.Helper()
	if err := in.Prepare(context.Background()); err != nil {
		tb.Fatal(err)
	}
	for _, c := range check.Catalog() {
		if c.ID == id {
			obs, err := c.Run(context.Background(), &in)
			if err != nil {
				tb.Fatal(err)
			}
			return obs
		}
	}
	tb.Fatalf("no check %s", id)
	return nil
}

// lookup finds the observation with the id after "check/".
func lookup(tb testing.TB, obs []plumbline.Observation, id string) *plumbline.Observation {
	tb.Helper()
	for i := range obs {
		if _, rest, _ := strings.Cut(obs[i].ID, "/"); rest == id {
			return &obs[i]
		}
	}
	var have []string
	for _, o := range obs {
		have = append(have, o.ID)
	}
	tb.Fatalf("no observation %q among\n%s", id, strings.Join(have, "\n"))
	return nil
}

func value(tb testing.TB, obs []plumbline.Observation, id string) float64 {
	tb.Helper()
	o := lookup(tb, obs, id)
	if o.Value == nil {
		tb.Fatalf("%s has no value: %s", id, o.Undefined)
	}
	return float64(*o.Value)
}

func TestCatalogIsSortedUniqueAndDocumented(t *testing.T) {
	checks := check.Catalog()
	if !slices.IsSortedFunc(checks, func(a, b check.Check) int { return cmp.Compare(a.ID, b.ID) }) {
		t.Error("the catalogue is not sorted by id")
	}
	seen := map[string]bool{}
	for _, c := range checks {
		if seen[c.ID] || c.Version < 1 || c.Run == nil || len(c.Refs) == 0 {
			t.Errorf("%s: duplicate, or without version, function or sources", c.ID)
		}
		seen[c.ID] = true
		info := c.Info()
		for _, say := range []plumbline.Text{info.Title, info.Meaning, info.Importance, info.Fix} {
			if say.ZH == "" || say.EN == "" {
				t.Errorf("%s: a text is missing in the catalogue: %+v", c.ID, say)
			}
		}
		for _, p := range info.Params {
			if p.Why.ZH == "" || p.Why.EN == "" || p.Unit == "" {
				t.Errorf("%s: parameter %s does not say why or in what unit", c.ID, p.Name)
			}
		}
	}
}

type fairlearnFile struct {
	Source    string          `json:"source"`
	Tolerance float64         `json:"tolerance"`
	Cases     []fairlearnCase `json:"cases"`
}

type fairlearnCase struct {
	Name      string                        `json:"name"`
	True      []int                         `json:"y_true"`
	Pred      []int                         `json:"y_pred"`
	Sensitive []string                      `json:"sensitive"`
	ByGroup   map[string]map[string]float64 `json:"by_group"`
	Gaps      map[string]float64            `json:"gaps"`
}

// TestFairlearnDefinitions holds every metric that Fairlearn names against its definition, evaluated independently in exact
// fractions (the file says how).
func TestFairlearnDefinitions(t *testing.T) {
	data, err := os.ReadFile("testdata/fairlearn/gaps.json")
	if err != nil {
		t.Fatal(err)
	}
	var file fairlearnFile
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		t.Run(c.Name, func(t *testing.T) {
			rows := [][]string{{"group", "decision", "label"}}
			for i, g := range c.Sensitive {
				rows = append(rows, []string{g, strconv.Itoa(c.Pred[i]), strconv.Itoa(c.True[i])})
			}
			in := inputOf(t, rows)
			obs := slices.Concat(measure(t, "bias.selection_rate", in), measure(t, "bias.error_rates", in))
			compared := 0
			for group, metrics := range c.ByGroup {
				for metric, want := range metrics {
					near(t, metric+" of "+group, value(t, obs, metric+"/group="+group), want, file.Tolerance)
					compared++
				}
			}
			for gap, want := range c.Gaps {
				near(t, gap, value(t, obs, gap+"/group"), want, file.Tolerance)
				compared++
			}
			if compared < 20 {
				t.Errorf("only %d numbers compared", compared)
			}
		})
	}
}

func inputOf(tb testing.TB, rows [][]string) check.Input {
	tb.Helper()
	in := check.Input{Table: tableOf(tb, rows), Level: 0.95, MinN: 5, Seed: 1}
	in.Plan.Decision = check.Outcome{Column: "decision", Favourable: []string{"1"}}
	in.Plan.Sensitive = []check.Sensitive{{Column: rows[0][0]}}
	if slices.Contains(rows[0], "label") {
		in.Plan.Label = check.Outcome{Column: "label", Favourable: []string{"1"}}
	}
	return in
}

func near(tb testing.TB, what string, got, want, tolerance float64) {
	tb.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		tb.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}

// repeat makes n equal rows.
func repeat(n int, cells ...string) [][]string {
	out := make([][]string, n)
	for i := range out {
		out[i] = cells
	}
	return out
}

func TestSelectiveLabels(t *testing.T) {
	header := []string{"group", "decision", "label"}
	for _, c := range []struct {
		name      string
		rows      [][]string
		selective bool
	}{
		{"labels only where accepted", slices.Concat(repeat(60, "a", "1", "1"), repeat(40, "a", "0", "")), true},
		{"all labelled", slices.Concat(repeat(60, "a", "1", "1"), repeat(40, "a", "0", "0")), false},
		{"few labelled among the refused", slices.Concat(repeat(600, "a", "1", "1"), repeat(40, "a", "0", "0"), repeat(400, "a", "0", "")), true},
		{"missing alike on both sides", slices.Concat(repeat(6000, "a", "1", "1"), repeat(600, "a", "1", ""), repeat(4000, "a", "0", "0"), repeat(400, "a", "0", "")), false},
		{"too few rows to say so", slices.Concat(repeat(5, "a", "1", "1"), repeat(1, "a", "1", ""), repeat(5, "a", "0", "0"), repeat(1, "a", "0", "")), true},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := inputOf(t, append([][]string{header}, c.rows...))
			if err := in.Prepare(context.Background()); err != nil {
				t.Fatal(err)
			}
			if in.Selective() != c.selective {
				t.Errorf("Selective() = %v", in.Selective())
			}
			o := lookup(t, measure(t, "bias.error_rates", in), "true_positive_rate")
			if c.selective && (o.Value != nil || o.Undefined != plumbline.SelectiveLabels) {
				t.Errorf("a true positive rate was measured on selective labels: %+v", o)
			}
		})
	}
}

// TestSubjectsWidenIntervals repeats every row: the estimates stay, and the intervals are those of the rows without repeats.
func TestSubjectsWidenIntervals(t *testing.T) {
	header := []string{"group", "decision", "person"}
	var once, thrice [][]string
	for i := range 400 {
		row := []string{[]string{"a", "b"}[i%2], strconv.Itoa((i / 2) % 5 / 3), fmt.Sprint("p", i)}
		once, thrice = append(once, row), append(thrice, row, row, row)
	}
	a := inputOf(t, append([][]string{header}, once...))
	b := inputOf(t, append([][]string{header}, thrice...))
	b.Plan.Subject = "person"
	for _, id := range []string{"demographic_parity_difference/group/among=judged-groups", "demographic_parity_ratio/group/among=judged-groups", "selection_rate/group=a"} {
		x, y := lookup(t, measure(t, "bias.selection_rate", a), id), lookup(t, measure(t, "bias.selection_rate", b), id)
		near(t, id, float64(*y.Value), float64(*x.Value), 1e-12)
		near(t, id+" low", float64(y.Interval.Low), float64(x.Interval.Low), 0.003) // C/(C−1)
		near(t, id+" high", float64(y.Interval.High), float64(x.Interval.High), 0.003)
	}
}

// TestRowOrderChangesNothing and renaming groups only renames.
func TestRowOrderChangesNothing(t *testing.T) {
	header := []string{"group", "decision", "label"}
	var rows [][]string
	for i := range 500 {
		rows = append(rows, []string{string(rune('a' + i%4)), strconv.Itoa(i * 7 % 3 / 2), strconv.Itoa(i * 5 % 4 / 2)})
	}
	reversed := slices.Clone(rows)
	slices.Reverse(reversed)
	for _, c := range check.Catalog() {
		in, back := inputOf(t, append([][]string{header}, rows...)), inputOf(t, append([][]string{header}, reversed...))
		if slices.ContainsFunc(c.Needs, func(n check.Need) bool { return !in.Has(n) }) || c.ID == "bias.proxies" {
			continue // proxies deal rows into folds, which depends on their order
		}
		x, _ := json.Marshal(measure(t, c.ID, in))
		y, _ := json.Marshal(measure(t, c.ID, back))
		if !bytes.Equal(x, y) {
			t.Errorf("%s depends on the order of rows", c.ID)
		}
	}
}

func TestEveryMetricHasAName(t *testing.T) {
	in := everything(t)
	seen := map[string]bool{}
	for _, c := range check.Catalog() {
		if slices.ContainsFunc(c.Needs, func(n check.Need) bool { return !in.Has(n) }) {
			continue
		}
		for _, o := range measure(t, c.ID, in) {
			seen[o.Metric] = true
			if _, ok := text.Get("metric." + o.Metric); !ok {
				t.Errorf("metric %q has no name in the catalogue of messages", o.Metric)
			}
			if o.Check != fmt.Sprintf("%s@%d", c.ID, c.Version) || !strings.HasPrefix(o.ID, c.ID+"/") {
				t.Errorf("%s: wrong provenance: %s, %s", c.ID, o.Check, o.ID)
			}
			if (o.Value == nil) == (o.Undefined == "") {
				t.Errorf("%s: a value or a reason, and not both: %+v", o.ID, o)
			}
		}
	}
	if len(seen) < 40 {
		t.Errorf("only %d metrics were measured", len(seen))
	}
}

// everything declares all that a plan can declare.
func everything(tb testing.TB) check.Input {
	tb.Helper()
	rows := [][]string{{"group", "age", "decision", "label", "score", "band", "shop"}}
	for i := range 3000 {
		h := (i*2654435761 + 12345) >> 7 & 0xffff
		g, a := h%2, h/2%3
		score := float64(h/6%97) / 97
		d, l := 0, 0
		if score > 0.4 {
			d = 1
		}
		if float64(h/11%89)/89 < score {
			l = 1
		}
		rows = append(rows, []string{string(rune('a' + g)), fmt.Sprint("age", a), strconv.Itoa(d), strconv.Itoa(l), fmt.Sprintf("%.4f", score), fmt.Sprint("b", h/13%4), fmt.Sprint("s", (h/17%4+g*3)%5)})
	}
	rows[7][0] = ""
	in := inputOf(tb, rows)
	in.Plan.Sensitive = append(in.Plan.Sensitive, check.Sensitive{Column: "age", Source: "s", Basis: "b", DeleteBy: "2030-01-01"})
	in.Plan.Intersections = [][]string{{"group", "age"}}
	in.Plan.Score = check.Score{Column: "score", Probability: true}
	in.Plan.Control = []string{"band"}
	in.Plan.Reference = map[string]string{"group": "a"}
	in.Plan.Population = []check.Population{{Feature: "group", Values: []string{"a", "b"}, Shares: []float64{0.5, 0.5}}}
	return in
}
