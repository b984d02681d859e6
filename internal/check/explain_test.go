package check_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/text"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// lending draws decisions by a known rule: income of 5000 and more, and debt under 0.5, with noise. Where sexist is set, men
// need no low debt. Reasons name the input that failed.
func lending(seed uint64, n int, noise float64, sexist bool) [][]string {
	rng := rand.New(rand.NewPCG(seed, 21))
	rows := [][]string{{"sex", "decision", "income", "debt_ratio", "town", "id", "score", "reasons", "model", "when"}}
	for i := range n {
		sex := []string{"f", "m"}[rng.IntN(2)]
		income, debt, town := 1000+rng.IntN(9000), rng.Float64(), fmt.Sprint("town", rng.IntN(30))
		granted := income >= 5000 && (debt < 0.5 || sexist && sex == "m")
		if rng.Float64() < noise {
			granted = rng.IntN(2) == 0
		}
		var reasons []string
		decision, score := "0", 0.4*rng.Float64()
		if granted {
			decision, score = "1", 0.6+0.4*rng.Float64()
		} else {
			if income < 5000 {
				reasons = append(reasons, "INCOME: too low")
			}
			if debt >= 0.5 || len(reasons) == 0 {
				reasons = append(reasons, "debt_ratio")
			}
		}
		version := "v1"
		if i > n/2 {
			version = "v2"
		}
		rows = append(rows, []string{
			sex, decision, strconv.Itoa(income), fmt.Sprintf("%.3f", debt), town, fmt.Sprint("c", i), fmt.Sprintf("%.4f", score),
			strings.Join(reasons, ";"), version, fmt.Sprintf("2026-%02d-%02d", 1+i*11/n, 1+i%28),
		})
	}
	return rows
}

func lendingInput(tb testing.TB, rows [][]string) check.Input {
	tb.Helper()
	in := inputOf(tb, rows)
	in.MinN, in.MinCell = 30, 10
	in.Plan.ID, in.Plan.Version, in.Plan.Time = "id", "model", "when"
	in.Plan.Score = check.Score{Column: "score", Probability: true}
	in.Plan.Reasons = check.Reasons{Column: "reasons", Separator: ";"}
	in.Plan.NotProxies = []string{"id", "when", "reasons"}
	in.Exhibits = &plumbline.Exhibits{}
	in.File = &workflow.File{}
	return in
}

func TestSurrogateFindsTheRule(t *testing.T) {
	in := lendingInput(t, lending(1, 6000, 0.05, false))
	obs := measure(t, "explain.surrogate", in)
	if k := lookup(t, obs, "surrogate_kappa"); *k.Value < 0.85 || k.Interval.Low > *k.Value || k.Interval.High < *k.Value {
		t.Errorf("κ %v %+v", *k.Value, k.Interval)
	}
	near(t, "cut-off", value(t, obs, "score_cutoff/column=score"), 0.6, 0.01)
	near(t, "deviation", value(t, obs, "score_deviation_share/column=score"), 0, 0)
	for _, c := range []string{"id", "when", "reasons", "score", "decision", "model"} {
		if o := lookup(t, obs, "surrogate_column_offered/column="+c); o.Undefined != plumbline.OtherRole {
			t.Errorf("%s: %q", c, o.Undefined)
		}
	}
	s := in.Exhibits.Surrogate
	if s == nil || len(s.Rules) < 3 || !slices.Equal(s.Features, []string{"sex", "income", "debt_ratio", "town"}) || len(s.Left) != 6 {
		t.Fatalf("%+v", s)
	}
	var all []string
	for _, r := range s.Rules {
		for _, c := range r.Conditions {
			all = append(all, c.EN)
		}
	}
	if words := strings.Join(all, "\n"); !strings.Contains(words, "debt_ratio under 0.") || !strings.Contains(words, "income at least 49") && !strings.Contains(words, "income at least 5") || strings.Contains(words, "sex") {
		t.Errorf("rules: %s", words)
	}
	imp := measure(t, "explain.importance", in)
	for _, c := range []string{"income", "debt_ratio"} {
		if o := lookup(t, imp, "surrogate_importance/column="+c); o.Interval.Low < 0.1 {
			t.Errorf("%s: %v %+v", c, *o.Value, o.Interval)
		}
	}
	if o := lookup(t, imp, "surrogate_importance/column=sex"); *o.Value != 0 {
		t.Errorf("sex: %v", *o.Value)
	}
}

func TestSensitiveUseIsSeen(t *testing.T) {
	imp := measure(t, "explain.importance", lendingInput(t, lending(2, 6000, 0.05, true)))
	if o := lookup(t, imp, "surrogate_importance/column=sex"); o.Interval.Low < 0.05 || o.Interval.Family != 2 {
		t.Errorf("sex: %v %+v", *o.Value, o.Interval)
	}
}

// TestRandomDecisionsAreNotApproximated bounds how often anything is claimed of decisions that rest on nothing.
func TestRandomDecisionsAreNotApproximated(t *testing.T) {
	draws, claims, sensitive := 200, 0, 0
	if testing.Short() {
		draws = 40
	}
	for seed := range uint64(draws) {
		in := lendingInput(t, lending(seed, 1500, 1, false))
		in.Plan.Score = check.Score{}
		in.Plan.NotProxies = append(in.Plan.NotProxies, "score")
		if k := lookup(t, measure(t, "explain.surrogate", in), "surrogate_kappa"); k.Value != nil && k.Interval.Low > 0 {
			claims++
		}
		if o := lookup(t, measure(t, "explain.importance", in), "surrogate_importance/column=sex"); o.Interval.Low > 0.005 {
			sensitive++
		}
	}
	t.Logf("of %d draws %d claim to explain, %d claim a sensitive feature", draws, claims, sensitive)
	if claims > draws/50 || sensitive > draws/50 {
		t.Errorf("%d and %d false claims in %d draws", claims, sensitive, draws)
	}
}

func TestReasonsArePlainAndValid(t *testing.T) {
	rows := lending(3, 4000, 0, false)
	strange, adverse := 0, 0
	for _, r := range rows[1:] {
		if r[1] == "1" {
			continue
		}
		adverse++
		switch {
		case adverse%10 == 0:
			r[7] = ""
		case adverse%10 == 1:
			r[7] += ";guarantor_rating"
			strange++
		case adverse%10 == 2:
			r[7], r[3] = "debt_ratio", ""
		case adverse == 3:
			r[7] = "a rare remark on one person"
		}
	}
	in := lendingInput(t, rows)
	obs := measure(t, "explain.reasons", in)
	near(t, "coverage", value(t, obs, "reason_coverage"), 0.9, 0.01)
	near(t, "unknown", float64(*lookup(t, obs, "reason_unknown_share/item=guarantor_rating").Count), float64(strange), 0)
	if m := value(t, obs, "reason_input_missing_share"); m < 0.05 || m > 0.12 {
		t.Errorf("missing inputs %v", m)
	}
	out, _ := json.Marshal(struct {
		O []plumbline.Observation
		E *plumbline.Exhibits
	}{obs, in.Exhibits})
	if bytes.Contains(out, []byte("rare remark")) {
		t.Error("a reason of one person is shown")
	}
	if len(in.Exhibits.Reasons) != 3 || in.Exhibits.Reasons[0].Contrast == nil || *in.Exhibits.Reasons[0].Contrast < 0.6 {
		t.Errorf("%+v", in.Exhibits.Reasons)
	}
	in = lendingInput(t, lending(3, 4000, 0, false))
	obs = measure(t, "explain.reasons", in)
	near(t, "coverage", value(t, obs, "reason_coverage"), 1, 0)
	near(t, "known", value(t, obs, "reason_input_known_share"), 1, 0)
	in.Plan.Reasons.Inputs = map[string]string{"debt_ratio": "no_such_column"}
	if v := value(t, measure(t, "explain.reasons", in), "reason_input_known_share"); v > 0.7 {
		t.Errorf("a declared column that does not exist counts as known: %v", v)
	}
}

// TestPersonalReasonsAndVersionsAreNotNamed: a text that holds personal data is counted and never shown, however many share it.
func TestPersonalReasonsAndVersionsAreNotNamed(t *testing.T) {
	rows := lending(3, 4000, 0, false)
	for i, r := range rows[1:] {
		if r[1] == "0" {
			r[7] += ";ask Zhang Wei 13812345678"
		}
		if i%2 == 0 {
			r[8] = "zhang.wei@example.com"
		}
	}
	in := lendingInput(t, rows)
	for id, counted := range map[string]string{"explain.reasons": "reasons_stated", "explain.replayability": "versions_seen"} {
		obs := measure(t, id, in)
		near(t, counted, value(t, obs, counted), 3, 0)
		out, err := json.Marshal(struct {
			O []plumbline.Observation
			E *plumbline.Exhibits
		}{obs, in.Exhibits})
		if err != nil || bytes.Contains(out, []byte("1381234")) || bytes.Contains(out, []byte("zhang")) {
			t.Errorf("%s shows personal data: %v %s", id, err, out)
		}
		if id == "explain.reasons" {
			near(t, "not shown", value(t, obs, "reasons_not_shown"), 1, 0)
			lookup(t, obs, "reason_share/item=debt_ratio")
		}
	}
}

func TestReasonsOfNames(t *testing.T) {
	rows := [][]string{{"g", "decision", "income", "income_band", "收入", "reasons"}}
	for _, r := range []string{"Income", "INCOME_BAND low", "收入过低", "incomes", "in", "income too low"} {
		rows = append(rows, repeat(40, "a", "0", "1", "2", "3", r)...)
	}
	rows = append(rows, repeat(40, "a", "1", "1", "2", "3", "")...)
	in := inputOf(t, rows)
	in.Plan.Reasons.Column = "reasons"
	obs := measure(t, "explain.reasons", in)
	near(t, "known", value(t, obs, "reason_input_known_share"), 4.0/6, 1e-9)
	for _, r := range []string{"incomes", "in"} {
		lookup(t, obs, "reason_unknown_share/item="+r)
	}
}

func TestStabilityAgainstChance(t *testing.T) {
	rows := lending(4, 6000, 0.02, false)
	in := lendingInput(t, rows)
	if o := lookup(t, measure(t, "explain.stability", in), "reason_agreement_difference"); o.Interval.Low < 0.1 {
		t.Errorf("stable reasons: %v %+v", *o.Value, o.Interval)
	}
	rng := rand.New(rand.NewPCG(5, 5))
	for _, r := range rows[1:] {
		if r[1] == "0" {
			r[7] = []string{"income", "debt_ratio", "town", "income;town"}[rng.IntN(4)]
		}
	}
	if o := lookup(t, measure(t, "explain.stability", lendingInput(t, rows)), "reason_agreement_difference"); o.Interval.Low > 0.02 || o.Interval.High > 0.06 {
		t.Errorf("random reasons: %v %+v", *o.Value, o.Interval)
	}
	for _, r := range rows[1:] {
		r[7] = "income"
	}
	if o := lookup(t, measure(t, "explain.stability", lendingInput(t, rows)), "reason_agreement_difference"); o.Undefined != plumbline.Constant {
		t.Errorf("one reason for all: %+v", o)
	}
}

// TestLikeCasesAgreeInWhatReasonsReferTo: the decision follows a column that no reason names, so that cases which agree in that
// column alone are not alike, and reasons which follow the inputs by a fixed rule are stable.
func TestLikeCasesAgreeInWhatReasonsReferTo(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	rows := [][]string{{"g", "decision", "income", "town", "route", "reasons"}}
	for range 3000 {
		income, town, route := rng.IntN(100), []string{"x", "y"}[rng.IntN(2)], rng.IntN(2)
		reason := "income"
		if income >= 50 {
			reason = "town"
		}
		rows = append(rows, []string{"a", strconv.Itoa(route), strconv.Itoa(income), town, []string{"manual", "auto"}[route], reason})
	}
	in := inputOf(t, rows)
	in.MinN, in.Plan.Reasons.Column = 30, "reasons"
	obs := measure(t, "explain.stability", in)
	if o := lookup(t, obs, "reason_agreement_difference"); o.Interval == nil || o.Interval.Low < 0.2 {
		t.Errorf("stable reasons: %+v", o)
	}
}

// TestConsistency: identical inputs with decisions by coin are found, by rule are not.
func TestConsistency(t *testing.T) {
	for _, coin := range []bool{true, false} {
		rng := rand.New(rand.NewPCG(6, 6))
		rows := [][]string{{"g", "decision", "x", "y"}}
		for range 3000 {
			x, y := rng.IntN(10), rng.IntN(10)
			d := x >= 5
			if coin && rng.IntN(2) == 0 {
				d = rng.IntN(2) == 0
			}
			decision := "0"
			if d {
				decision = "1"
			}
			rows = append(rows, []string{string(rune('a' + rng.IntN(2))), decision, strconv.Itoa(x), strconv.Itoa(y)})
		}
		o := lookup(t, measure(t, "explain.consistency", inputOf(t, rows)), "identical_unlike_share")
		// A coin for half of the rows turns a quarter of all decisions: two like ones differ with 2 × ¼ × ¾.
		if want := 0.375; coin && (float64(o.Interval.Low) > want || float64(o.Interval.High) < want) || !coin && *o.Value != 0 {
			t.Errorf("coin %v: %v %+v", coin, *o.Value, o.Interval)
		}
	}
}

func TestReplayability(t *testing.T) {
	rows := lending(7, 1000, 0, false)
	for i, r := range rows[1:101] {
		switch i % 4 {
		case 0:
			r[8] = ""
		case 1:
			r[9] = ""
		case 2:
			r[5] = "twice"
		}
	}
	obs := measure(t, "explain.replayability", lendingInput(t, rows))
	for part, want := range map[string]float64{"version": 0.975, "time": 0.975, "id": 0.975, "outcome": 1, "inputs": 1} {
		near(t, part, value(t, obs, "replay_part_share/item="+part), want, 1e-9)
	}
	near(t, "all", value(t, obs, "replayable_share"), 0.925, 1e-9)
	near(t, "versions", value(t, obs, "versions_seen"), 2, 0)
	in := lendingInput(t, rows)
	in.Plan.Version = ""
	if o := lookup(t, measure(t, "explain.replayability", in), "replayable_share"); o.Undefined != plumbline.NotDeclared {
		t.Errorf("%+v", o)
	}
}

// A version of few rows is not shown, nor is another whose share would give it back: all shares add up to one.
func TestRareVersionsAreWithheld(t *testing.T) {
	for _, c := range []struct {
		rare, missing int // rows of v3, and of none, of 1,000
		want          []string
	}{{0, 0, []string{"v1", "v2"}}, {3, 0, []string{"v1"}}, {3, 5, []string{"v1"}}, {0, 5, []string{"v1", "v2"}}, {20, 5, []string{"v1", "v2", "v3"}}} {
		rows := lending(7, 1000, 0, false)
		for i, r := range rows[1:] {
			switch {
			case i < c.rare:
				r[8] = "v3"
			case i < c.rare+c.missing:
				r[8] = ""
			case i%3 == 0:
				r[8] = "v2"
			default:
				r[8] = "v1"
			}
		}
		in := lendingInput(t, rows)
		in.MinCell = 10
		var got []string
		for _, o := range measure(t, "explain.replayability", in) {
			if o.Metric == "version_share" {
				got = append(got, o.Scope.Item)
			}
		}
		if slices.Sort(got); !slices.Equal(got, c.want) {
			t.Errorf("%d rows of v3: shares of %q are shown, want %q", c.rare, got, c.want)
		}
	}
}

// TestScanSaysTheSameOfIDs has the ids taken from the scan of the data checks where it was made, with the numbers that
// comparing them gives.
func TestScanSaysTheSameOfIDs(t *testing.T) {
	for name, spoil := range map[string]func(row []string){
		"unique": func([]string) {}, "missing": func(r []string) { r[5] = "" }, "twice": func(r []string) { r[5] = "twice" },
	} {
		rows := lending(7, 1000, 0, false)
		for _, r := range rows[1:11] {
			spoil(r)
		}
		want := lookup(t, measure(t, "explain.replayability", lendingInput(t, rows)), "replay_part_share/item=id")
		in := lendingInput(t, rows)
		if err := in.Prepare(t.Context()); err != nil {
			t.Fatal(err)
		}
		var got []plumbline.Observation
		for _, c := range check.Catalog() {
			if c.ID == "data.duplicates" || c.ID == "explain.replayability" {
				var err error
				if got, err = c.Run(t.Context(), &in); err != nil {
					t.Fatal(err)
				}
			}
		}
		if o := lookup(t, got, "replay_part_share/item=id"); *o.Value != *want.Value || *o.Count != *want.Count {
			t.Errorf("%s: %v of the scan, %v of the ids", name, *o.Value, *want.Value)
		}
	}
}

func TestDocumentation(t *testing.T) {
	in := lendingInput(t, lending(8, 300, 0, false))
	if o := lookup(t, measure(t, "explain.documentation", in), "documents_present"); o.Undefined != plumbline.NotDeclared {
		t.Errorf("%+v", o)
	}
	in.File.Explanation = &workflow.Explanation{Purpose: "purpose.md", Mechanism: "empty.md", Limits: "gone.md", Version: "v2"}
	in.Files = fstest.MapFS{"purpose.md": {Data: []byte("why")}, "empty.md": {Data: []byte(" \n\ufeff")}}
	obs := measure(t, "explain.documentation", in)
	near(t, "documents", value(t, obs, "documents_present"), 1.0/3, 1e-9)
	near(t, "version", value(t, obs, "documented_version_current"), 1, 0)
	in.File.Explanation.Version = "v1"
	near(t, "old version", value(t, measure(t, "explain.documentation", in), "documented_version_current"), 0, 0)
	in.File.Explanation.Purpose = "../outside.md"
	in.Files = nil
	near(t, "no folder", value(t, measure(t, "explain.documentation", in), "documents_present"), 0, 0)
}

func TestTrainingData(t *testing.T) {
	in := lendingInput(t, lending(9, 300, 0, false))
	if o := lookup(t, measure(t, "explain.training_data", in), "training_data_stated_share"); o.Undefined != plumbline.NoData {
		t.Errorf("%+v", o)
	}
	in.File.Models = []workflow.Model{
		{Step: "Chat", Provider: "p", Name: "known", Training: workflow.ModelTraining{Statement: "unknown; the provider does not say"}},
		{Provider: "p", Name: "silent"},
	}
	in.File.Data.Texts = []workflow.TextData{{Files: []string{"kb.md"}, Kind: "knowledge", Source: "s", Licence: "l"}}
	in.Graph = &plumbline.Graph{Steps: []plumbline.Step{
		{ID: "1", Name: "Chat", Model: "known", AI: true, Prompts: []plumbline.Prompt{{Role: "system", Chars: 10, Text: "secret"}}},
		{ID: "2", Name: "Other", Model: "hidden", AI: true},
	}}
	obs := measure(t, "explain.training_data", in)
	near(t, "stated", value(t, obs, "training_data_stated_share"), 3.0/5, 1e-9)
	near(t, "hidden", value(t, obs, "training_data_stated/step=2/item=model hidden"), 0, 0)
	if out, _ := json.Marshal(obs); bytes.Contains(out, []byte("secret")) {
		t.Error("the text of a prompt is shown")
	}
}

// TestOddTables: nothing to learn from is said, whatever is missing.
func TestOddTables(t *testing.T) {
	for name, rows := range map[string][][]string{
		"no rows":        {{"g", "decision", "x", "reasons"}},
		"one row":        {{"g", "decision", "x", "reasons"}, {"a", "1", "1", ""}},
		"one decision":   append([][]string{{"g", "decision", "x", "reasons"}}, repeat(300, "a", "1", "1", "")...),
		"only constants": slices.Concat([][]string{{"g", "decision", "x", "reasons"}}, repeat(200, "a", "1", "1", ""), repeat(200, "a", "0", "1", "x")),
		"odd numbers":    slices.Concat([][]string{{"g", "decision", "x", "reasons"}}, repeat(200, "a", "1", "NaN", ";;;"), repeat(200, "b", "0", "1e308", "x; ;x"), repeat(50, "", "0", "-1e308", "")),
	} {
		t.Run(name, func(t *testing.T) {
			in := inputOf(t, rows)
			in.Plan.Reasons.Column = "reasons"
			in.Exhibits = &plumbline.Exhibits{}
			for _, c := range check.Catalog() {
				if !strings.HasPrefix(c.ID, "explain.") {
					continue
				}
				for _, o := range measure(t, c.ID, in) {
					if (o.Value == nil) == (o.Undefined == "") {
						t.Errorf("a value or a reason, and not both: %+v", o)
					}
				}
			}
			if _, err := json.Marshal(in.Exhibits); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestExplainIsDeterministicAndNamed: the same bytes again, also from rows in another order, and a name for every metric.
func TestExplainIsDeterministicAndNamed(t *testing.T) {
	rows := lending(10, 2000, 0.1, true)
	back := slices.Clone(rows)
	slices.Reverse(back[1:])
	for _, c := range check.Catalog() {
		if !strings.HasPrefix(c.ID, "explain.") {
			continue
		}
		var seen []string
		for _, r := range [][][]string{rows, rows, back} {
			obs := measure(t, c.ID, lendingInput(t, r))
			for _, o := range obs {
				if _, ok := text.Get("metric." + o.Metric); !ok {
					t.Errorf("metric %q has no name", o.Metric)
				}
			}
			data, err := json.Marshal(obs)
			if err != nil {
				t.Fatal(err)
			}
			seen = append(seen, string(data))
		}
		if seen[0] != seen[1] {
			t.Errorf("%s: two runs differ", c.ID)
		}
		if seen[0] != seen[2] {
			t.Errorf("%s depends on the order of rows", c.ID)
		}
	}
}

// TestSubjectsStayTogether: rows of one person are never on both sides, so that ten copies of each row teach nothing.
func TestSubjectsStayTogether(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 12))
	claims := 0
	for range 20 {
		rows := [][]string{{"g", "decision", "x", "person"}}
		for p := range 200 {
			row := []string{"a", strconv.Itoa(rng.IntN(2)), strconv.Itoa(rng.IntN(100_000)), fmt.Sprint("p", p)}
			for range 10 {
				rows = append(rows, row)
			}
		}
		in := inputOf(t, rows)
		in.Plan.Subject = "person"
		if k := lookup(t, measure(t, "explain.surrogate", in), "surrogate_kappa"); k.Value != nil && k.Interval.Low > 0 {
			claims++
		}
	}
	if claims > 1 {
		t.Errorf("%d of 20 null data sets of repeated persons are explained", claims)
	}
}

// wide makes rows × columns with an outcome that a few of them give.
func wide(tb testing.TB, rows, columns int) *table.Table {
	tb.Helper()
	rng := rand.New(rand.NewPCG(1, 1))
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	head := []string{"g", "decision"}
	for c := range columns - 2 {
		head = append(head, fmt.Sprint("c", c))
	}
	_ = w.Write(head)
	row := make([]string, columns)
	for range rows {
		x := rng.IntN(1000)
		row[0], row[1], row[2] = string(rune('a'+rng.IntN(3))), strconv.Itoa((x+rng.IntN(200))/600), strconv.Itoa(x)
		for c := 3; c < columns; c++ {
			row[c] = strconv.Itoa(rng.IntN(500))
		}
		_ = w.Write(row)
	}
	w.Flush()
	t, err := table.Open(context.Background(), fstest.MapFS{"d.csv": {Data: b.Bytes()}}, []string{"d.csv"}, table.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { t.Close() })
	return t
}

// BenchmarkExplain measures surrogate, importance and consistency on a million rows and thirty columns.
func BenchmarkExplain(b *testing.B) {
	in := check.Input{Table: wide(b, 1_000_000, 30), Level: 0.95, MinN: 30, MinCell: 10, Seed: 1, Exhibits: &plumbline.Exhibits{}}
	in.Plan.Decision = check.Outcome{Column: "decision", Favourable: []string{"1"}}
	in.Plan.Sensitive = []check.Sensitive{{Column: "g"}}
	for b.Loop() {
		if err := in.Prepare(context.Background()); err != nil {
			b.Fatal(err)
		}
		for _, c := range check.Catalog() {
			if c.ID == "explain.surrogate" || c.ID == "explain.importance" || c.ID == "explain.consistency" {
				if _, err := c.Run(context.Background(), &in); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

// TestSmallLeavesAreWithheld: no count under the minimum cell is in the exhibits, and none can be had by subtraction.
func TestSmallLeavesAreWithheld(t *testing.T) {
	in := lendingInput(t, lending(13, 1500, 0.02, true))
	in.MinCell = 40
	measure(t, "explain.surrogate", in)
	hidden := 0
	for _, r := range in.Exhibits.Surrogate.Rules {
		if r.Agree < 0 {
			hidden++
		}
		for _, n := range []int64{r.Rows, r.Agree} {
			if n > 0 && n < in.MinCell {
				t.Errorf("%d rows are shown", n)
			}
		}
		if r.Rows >= 0 && r.Agree >= 0 && r.Rows-r.Agree > 0 && r.Rows-r.Agree < in.MinCell {
			t.Errorf("%d of %d gives a small count", r.Agree, r.Rows)
		}
	}
	if hidden == 0 || hidden == 1 {
		t.Errorf("%d counts are withheld", hidden)
	}
}

// TestNoCountIsGivenBack: a 0 is no companion, since who knows that it is 0 knows the other.
func TestNoCountIsGivenBack(t *testing.T) {
	for _, c := range []struct{ counts, want []int64 }{
		{[]int64{-1, 0, 50, 70}, []int64{-1, 0, -1, 70}},
		{[]int64{-1, -1, 50}, []int64{-1, -1, 50}},
		{[]int64{0, 50, 70}, []int64{0, 50, 70}},
		{[]int64{-1, 0}, []int64{-1, 0}},
	} {
		if got := check.WithheldOf(slices.Clone(c.counts)...); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.counts, got, c.want)
		}
	}
}

// TestAGroupTooSmallForALeafIsNotCleared: that the tree cannot ask for a sensitive feature does not say that it is not used;
// where the group is not there, enough rows do.
func TestAGroupTooSmallForALeafIsNotCleared(t *testing.T) {
	for _, planted := range []bool{true, false} {
		rows := [][]string{{"g", "decision", "income"}}
		for i := range 9000 {
			g, income := string(rune('a'+i%2)), i*7919%9000
			decision := strconv.Itoa(side(income >= 4500))
			if planted && i < 900 && i%32 == 0 {
				g, decision = "x", "0"
			}
			rows = append(rows, []string{g, decision, strconv.Itoa(income)})
		}
		if planted {
			rows = rows[:901]
		}
		in := inputOf(t, rows)
		in.MinN, in.MinCell = 30, 10
		o := lookup(t, measure(t, "explain.importance", in), "surrogate_importance/column=g")
		if o.Interval == nil || o.Interval.Method == "census" || o.Interval.Low != 0 || (o.Interval.High > 0.01) != planted {
			t.Errorf("planted %v: %v %+v", planted, *o.Value, o.Interval)
		}
	}
}

// TestSampleOfRowsThatTakeTurns: women and men take turns in a table of which every second row is looked at, and have cut-offs
// of their own.
func TestSampleOfRowsThatTakeTurns(t *testing.T) {
	rows := make([][]string, 1, 400_001)
	rows[0] = []string{"g", "decision", "income"}
	for i := range 400_000 {
		income := i / 2 * 7919 % 10_000
		rows = append(rows, []string{string(rune('a' + i%2)), strconv.Itoa(side(income >= 4000+2000*(i%2))), strconv.Itoa(income)})
	}
	in := inputOf(t, rows)
	in.MinN, in.MinCell, in.Seed = 30, 10, 1
	if o := lookup(t, measure(t, "explain.importance", in), "surrogate_importance/column=g"); o.Interval == nil || o.Interval.Low < 0.02 {
		t.Errorf("%+v", o)
	}
}

func side(is bool) int {
	if is {
		return 1
	}
	return 0
}
