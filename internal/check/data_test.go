package check_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

const dataAsOf = "2026-11-23"

// dataset is a workflow in memory that a test spoils.
type dataset struct {
	decisions, training [][]string
	file                workflow.File
	files               fstest.MapFS
	plan                check.Plan
}

// columns of the clean data, in their order.
var cleanColumns = []string{"id", "at", "amount", "income", "channel", "note", "y", "d"}

// cleanRows makes rows without a fault: two numbers of many values, one text of five, a label that the first number and the text tell
// well, and a decision.
func cleanRows(rows int, seed uint64, first int) [][]string {
	rng := rand.New(rand.NewPCG(seed, 1))
	out := [][]string{slices.Clone(cleanColumns)}
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range rows {
		a, b, ch := rng.NormFloat64(), rng.NormFloat64(), rng.IntN(5)
		y := "0"
		if rng.Float64() < 1/(1+math.Exp(-4*a-float64(ch)+2)) {
			y = "1"
		}
		d := "0"
		if a+0.3*rng.NormFloat64() > 0 {
			d = "1"
		}
		out = append(out, []string{
			fmt.Sprintf("c%d", first+i), start.Add(time.Duration(i) * 300 * time.Hour / time.Duration(rows) * 24).Format(time.DateTime),
			strconv.FormatFloat(10_000+1000*a, 'f', 3, 64), strconv.FormatFloat(50_000+9000*b, 'f', 2, 64),
			[]string{"网点", "电话", "网站", "应用", "合作方"}[ch], []string{"无备注", "已核实材料", "客户补充了收入证明，材料齐全，等待终审"}[rng.IntN(3)], y, d,
		})
	}
	return out
}

func cleanData(rows int) *dataset {
	s := &dataset{decisions: cleanRows(rows, 1, 0), training: cleanRows(rows, 2, 1_000_000), files: fstest.MapFS{}}
	s.plan = check.Plan{
		Decision: check.Outcome{Column: "d", Favourable: []string{"1"}}, Label: check.Outcome{Column: "y", Favourable: []string{"1"}},
		ID: "id", Time: "at",
	}
	d := &s.file.Data
	d.Decisions = workflow.Table{ID: "id", Time: "at", Source: "s", Licence: "l", Collected: "c"}
	d.Training = &workflow.Table{ID: "id", Time: "at", Source: "s", Licence: "l", Collected: "c"}
	d.Ranges = map[string]workflow.Range{"amount": {Min: "0", Max: "20000"}}
	return s
}

func csvTable(tb testing.TB, rows [][]string) *table.Table {
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

func (s *dataset) input(tb testing.TB) check.Input {
	tb.Helper()
	in := check.Input{
		Plan: s.plan, File: &s.file, Files: s.files, Table: csvTable(tb, s.decisions), AsOf: dataAsOf, Seed: 7, Level: 0.95, MinN: 30, MinCell: 10,
		Exhibits: &plumbline.Exhibits{},
	}
	if s.training != nil {
		in.Training = csvTable(tb, s.training)
	}
	return in
}

// all runs every data check.
func (s *dataset) all(tb testing.TB) []plumbline.Observation {
	tb.Helper()
	in := s.input(tb)
	ctx := context.Background()
	if err := in.Prepare(ctx); err != nil {
		tb.Fatal(err)
	}
	var out []plumbline.Observation
	for _, c := range check.Catalog() {
		if !strings.HasPrefix(c.ID, "data.") || slices.ContainsFunc(c.Needs, func(n check.Need) bool { return !in.Has(n) }) {
			continue
		}
		obs, err := c.Run(ctx, &in)
		if err != nil {
			tb.Fatalf("%s: %v", c.ID, err)
		}
		out = append(out, obs...)
	}
	seen := map[string]bool{}
	for _, o := range out {
		if seen[o.ID] {
			tb.Fatalf("two observations are called %s", o.ID)
		}
		seen[o.ID] = true
		if (o.Value == nil) != (o.Undefined != "") {
			tb.Fatalf("%s: value %v, undefined %q", o.ID, o.Value, o.Undefined)
		}
		if o.Value != nil && o.Interval != nil && (o.Interval.Low > *o.Value+1e-12 || o.Interval.High < *o.Value-1e-12) {
			tb.Fatalf("%s: %v outside of its interval %+v", o.ID, *o.Value, *o.Interval)
		}
	}
	return out
}

// column gives the position of a column.
func (s *dataset) column(name string) int { return slices.Index(s.decisions[0], name) }

// put sets a column of every step-th decision.
func (s *dataset) put(column string, step int, value func(i int) string) {
	at := s.column(column)
	for i := 1; i < len(s.decisions); i += step {
		s.decisions[i][at] = value(i)
	}
}

// add appends a column to the decisions, and to the training data where both is true.
func (s *dataset) add(name string, both bool, value func(row []string, i int) string) {
	for _, t := range [][][]string{s.decisions, s.training} {
		for i := range t {
			if i == 0 {
				t[i] = append(t[i], name)
			} else {
				t[i] = append(t[i], value(t[i], i))
			}
		}
		if !both {
			return
		}
	}
}

// mobile makes a number of the form of a mobile number.
func mobile(i int) string {
	return []string{"138", "139", "150", "186"}[i%4] + fmt.Sprintf("%08d", i*7919%100_000_000)
}

// bad holds the lines of the controls, roughly: what lies beyond is a finding.
func bad(o *plumbline.Observation) bool {
	limits := map[string]float64{
		"bad_row_share": 0.001, "bad_value_share": 0.01, "out_of_range_share": 0.001, "kind_changed": 0, "columns_absent": 0, "missing_value_share": 0.2,
		"missing_share_increase": 0.05, "duplicate_row_share": 0.001, "near_duplicate_share": 0.01, "duplicate_id_share": 0, "training_overlap_share": 0.01,
		"label_conflict_share": 0.02, "top_value_share": 0.999, "beyond_range_share": 0.01, "unseen_category_share": 0.01, "future_time_share": 0,
		"data_age_ratio": 1, "longest_gap_ratio": 20, "label_disagreement_share": 0.05, "one_label_cluster_share": 0.01, "category_share_jump": 0.3,
		"single_feature_auc": 0.95, "undeclared_personal_column": 0, "personal_text_share": 0, "text_personal_share": 0, "text_duplicate_share": 0.05,
		"text_near_duplicate_share": 0.1, "text_age_ratio": 1, "hash_mismatch": 0, "out_of_order_share": 0.01,
	}
	if o.Value == nil {
		return false
	}
	if o.Metric == "minority_share" {
		return float64(o.Interval.High) < 0.01
	}
	if o.Metric == "fingerprint_share" || o.Metric == "provenance_stated" {
		return *o.Value < 1
	}
	limit, ok := limits[o.Metric]
	return ok && float64(o.Interval.Low) > limit
}

func TestPlantedDataDefects(t *testing.T) {
	const rows = 4000
	for _, c := range []struct {
		name  string
		spoil func(s *dataset)
		want  []string // metrics with scope, exactly those beyond their line
	}{
		{"nothing", func(*dataset) {}, nil},
		{"missing values", func(s *dataset) { s.put("income", 3, func(int) string { return "" }) }, []string{"missing_share_increase/column=income", "missing_value_share/column=income"}},
		{"values out of range", func(s *dataset) { s.put("amount", 30, func(int) string { return "-1" }) }, []string{"beyond_range_share/column=amount", "out_of_range_share/column=amount"}},
		{"copies of rows", func(s *dataset) {
			for i := range 200 {
				row := slices.Clone(s.decisions[1+7*i])
				row[0] = fmt.Sprint("copy", i)
				s.decisions = append(s.decisions, row)
			}
		}, []string{"duplicate_row_share/table=decisions", "out_of_order_share/column=at"}},
		{"near copies", func(s *dataset) {
			for i := range 200 {
				row := slices.Clone(s.decisions[1+7*i])
				row[0], row[1], row[2] = fmt.Sprint("copy", i), s.decisions[len(s.decisions)-1][1], row[2]+"01"
				s.decisions = append(s.decisions, row)
			}
		}, []string{"near_duplicate_share/table=decisions"}},
		{"an id used twice", func(s *dataset) { s.decisions[9][0] = s.decisions[8][0] }, []string{"duplicate_id_share/column=id"}},
		{"training rows among the decisions", func(s *dataset) {
			for i := range 300 {
				copy(s.decisions[1+i][2:6], s.training[1+i][2:6])
			}
		}, []string{"training_overlap_share/table=decisions"}},
		{"conflicting labels", func(s *dataset) {
			for i := range 100 {
				copy(s.decisions[2+2*i][2:6], s.decisions[1+2*i][2:6])
				s.decisions[1+2*i][6], s.decisions[2+2*i][6] = "0", "1"
			}
		}, []string{"label_conflict_share/table=decisions"}},
		{"a column that broke", func(s *dataset) {
			s.add("flag", true, func([]string, int) string { return "N" })
		}, []string{"top_value_share/column=flag", "top_value_share/column=flag/table=training"}},
		{"a new category", func(s *dataset) { s.put("channel", 50, func(int) string { return "短信" }) }, []string{"unseen_category_share/column=channel"}},
		{"another kind", func(s *dataset) { s.put("income", 1, func(i int) string { return fmt.Sprint("约", i) }) }, []string{"kind_changed/column=income"}},
		{"flipped labels", func(s *dataset) {
			s.put("y", 8, func(i int) string { return map[string]string{"0": "1", "1": "0"}[s.decisions[i][6]] })
		}, []string{"label_disagreement_share/table=decisions"}},
		{"planted rows", func(s *dataset) {
			for i := range 200 {
				row := s.decisions[1+20*i]
				row[2], row[3], row[4], row[5], row[6], row[7] = "10000.001", fmt.Sprintf("50000.%02d", i%90), "网站", "无备注", "1", "1"
			}
		}, []string{"duplicate_row_share", "near_duplicate_share/table=decisions", "one_label_cluster_share/table=decisions"}},
		{"a source that pours in", func(s *dataset) {
			at := s.column("channel")
			for i := 2000; i < 2200; i++ {
				s.decisions[i][at] = "合作方"
			}
		}, []string{"category_share_jump/column=channel"}},
		{"a field that is filled in after the fact", func(s *dataset) {
			s.add("collected_at_branch", true, func(row []string, i int) string {
				if row[6] == "0" {
					return strconv.Itoa(i%97 + 1)
				}
				return ""
			})
		}, []string{"single_feature_auc/column=collected_at_branch", "single_feature_auc/column=collected_at_branch/table=training", "missing_value_share"}},
		{"a date in the future", func(s *dataset) { s.decisions[rows][1] = "2027-01-01 00:00:00" }, []string{"future_time_share/column=at", "longest_gap_ratio/column=at"}},
		{"a gap", func(s *dataset) {
			s.decisions = append(s.decisions[:1000:1000], s.decisions[3000:]...)
		}, []string{"longest_gap_ratio/column=at"}},
		{"old data", func(s *dataset) {
			at := s.column("at")
			for i := range s.training[1:] {
				s.training[i+1][at] = "2023" + s.training[i+1][at][4:]
			}
		}, []string{"data_age_ratio/column=at/table=training"}},
		{"mobile numbers without a word", func(s *dataset) {
			s.add("f17", true, func(_ []string, i int) string { return mobile(i) })
		}, []string{"undeclared_personal_column/column=f17/item=mobile", "undeclared_personal_column/column=f17/table=training/item=mobile", "beyond_range_share"}},
		{"a number in a note", func(s *dataset) {
			s.put("note", 100, func(i int) string {
				return fmt.Sprintf("客户来电说明情况，联系电话%d，请回电。", 13_800_000_000+i)
			})
		}, []string{"personal_text_share/column=note/item=mobile", "unseen_category_share"}},
		{"declared personal data", func(s *dataset) {
			s.add("f17", true, func(_ []string, i int) string { return mobile(i) })
			s.file.Data.Personal = []workflow.Personal{{Column: "f17"}}
		}, []string{"beyond_range_share"}},
		{"a rare side", func(s *dataset) {
			s.put("y", 1, func(i int) string { return map[bool]string{true: "1", false: "0"}[i%500 == 0] })
		}, []string{"minority_share/column=y", "label_conflict_share"}},
		{"no source", func(s *dataset) { s.file.Data.Training.Source = "" }, []string{"provenance_stated/table=training"}},
		{"a model that was exchanged", func(s *dataset) {
			s.files["m.bin"] = &fstest.MapFile{Data: []byte("other")}
			s.file.Models = []workflow.Model{{File: "m.bin", SHA256: strings.Repeat("0", 64)}}
		}, []string{"hash_mismatch/item=m.bin"}},
		{"a model as approved", func(s *dataset) {
			s.files["m.bin"] = &fstest.MapFile{Data: []byte("abc")} // the example of FIPS 180-4
			s.file.Models = []workflow.Model{{File: "m.bin", SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}}
		}, nil},
		{"a document that is gone", func(s *dataset) { s.file.Data.Documents = []string{"gone.md"} }, []string{"fingerprint_share"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := cleanData(rows)
			c.spoil(s)
			var got []string
			for _, o := range s.all(t) {
				if bad(&o) {
					_, id, _ := strings.Cut(o.ID, "/")
					got = append(got, id)
				}
			}
			for _, want := range c.want {
				optional := !strings.Contains(want, "/") && want != "fingerprint_share" // a metric alone may follow from the defect
				if !optional && !slices.Contains(got, want) {
					t.Errorf("%s is missing among %q", want, got)
				}
			}
			for _, id := range got {
				if !slices.ContainsFunc(c.want, func(w string) bool { return w == id || strings.HasPrefix(id, w+"/") }) {
					t.Errorf("%s was not planted", id)
				}
			}
		})
	}
}

func TestTextsOfTheWorkflow(t *testing.T) {
	passage := func(i int) string {
		rng := rand.New(rand.NewPCG(uint64(i), 9))
		var b strings.Builder
		for range 60 {
			b.WriteRune(rune(0x4e00 + rng.IntN(3000)))
		}
		return b.String()
	}
	text := func(n int, more ...string) string {
		var parts []string
		for i := range n {
			parts = append(parts, passage(i))
		}
		return strings.Join(append(parts, more...), "\n\n")
	}
	changed := []rune(passage(3))
	changed[30] = '改'
	var copies, near []string
	for i := range 5 {
		copies = append(copies, "  "+passage(i)+"\n")
		r := []rune(passage(i))
		r[57] = '改'
		near = append(near, string(r))
	}
	for _, c := range []struct {
		name, text, collected string
		want                  map[string]float64
	}{
		{"clean", text(20), "2026-06-01", map[string]float64{"text_passages": 20, "text_duplicate_share": 0, "text_near_duplicate_share": 0, "text_personal_share": 0}},
		{"copies", text(20, copies...), "2026-06-01", map[string]float64{"text_passages": 25, "text_duplicate_share": 0.2, "text_near_duplicate_share": 0}},
		{"near copies", text(20, near...), "2026-06-01", map[string]float64{"text_duplicate_share": 0, "text_near_duplicate_share": 0.2}},
		{"personal data", text(19, "如有疑问请致电张三 13800138000。"), "2026-06-01", map[string]float64{"text_personal_share": 0.05}},
		{"stale", text(20), "2024-11-23", map[string]float64{"text_age_ratio": 2}},
		{"short lines only", "# 一\n\n# 二\n\n# 二\n", "2026-06-01", map[string]float64{"text_passages": 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := cleanData(50)
			s.files["kb.md"] = &fstest.MapFile{Data: []byte(c.text)}
			s.file.Data.Texts = []workflow.TextData{{Files: []string{"kb*.md"}, Kind: "knowledge", Collected: c.collected}}
			obs := measure(t, "data.texts", s.input(t))
			for metric, want := range c.want {
				if got := value(t, obs, metric+"/item="+check.PlainID("kb*.md")); math.Abs(got-want) > 1e-9 {
					t.Errorf("%s is %v, want %v", metric, got, want)
				}
			}
			for _, o := range obs {
				if raw, _ := json.Marshal(o); bytes.Contains(raw, []byte("13800138000")) {
					t.Errorf("a number leaves the check: %s", raw)
				}
			}
		})
	}
	s := cleanData(50)
	s.files["kb.md"] = &fstest.MapFile{Data: []byte("\xff\xfe\x00")}
	s.file.Data.Texts = []workflow.TextData{{Files: []string{"kb.md"}, Kind: "knowledge"}, {Files: []string{"none*.md"}, Kind: "prompt"}}
	for _, o := range measure(t, "data.texts", s.input(t)) {
		if o.Value != nil {
			t.Errorf("%s has a value of a file that is no text", o.ID)
		}
	}
	s = cleanData(50) // each of the entries is short enough, the third is beyond what is read of all
	s.files["kb.md"] = &fstest.MapFile{Data: bytes.Repeat([]byte("\n"), 50<<20)}
	s.file.Data.Texts = []workflow.TextData{{Files: []string{"kb.md"}, Kind: "knowledge"}, {Files: []string{"kb.md"}, Kind: "prompt"}, {Files: []string{"kb.md"}, Kind: "examples"}}
	obs := measure(t, "data.texts", s.input(t))
	for item, want := range map[string]plumbline.Reason{"kb.md": "", "kb.md (examples)": plumbline.TooMuch} {
		if o := lookup(t, obs, "text_passages/item="+check.PlainID(item)); o.Undefined != want {
			t.Errorf("%s: %q, want %q", item, o.Undefined, want)
		}
	}
}

// TestNoValueLeavesTheChecks plants numbers that must not be seen in any observation.
func TestNoValueLeavesTheChecks(t *testing.T) {
	s := cleanData(500)
	s.add("证件", true, func(_ []string, i int) string { return []string{"11010519491231002X", "440524188001010014"}[i%2] })
	s.put("note", 7, func(int) string { return "身份证号码是11010519491231002X，请核对后再行处理" })
	raw, err := json.Marshal(s.all(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"11010519491231002X", "440524188001010014"} {
		if bytes.Contains(raw, []byte(secret)) {
			t.Errorf("%s leaves the checks", secret)
		}
	}
}

// TestHostileTables runs every data check on tables with nothing in them, or too much.
func TestHostileTables(t *testing.T) {
	for _, c := range []struct {
		name string
		make func() *dataset
	}{
		{"no rows", func() *dataset {
			s := cleanData(10)
			s.decisions, s.training = s.decisions[:1], s.training[:1]
			return s
		}},
		{"one row", func() *dataset { return cleanData(1) }},
		{"all missing", func() *dataset {
			s := cleanData(100)
			for _, row := range s.decisions[1:] {
				clear(row)
			}
			return s
		}},
		{"one value everywhere", func() *dataset {
			s := cleanData(300)
			for _, row := range s.decisions[1:] {
				copy(row, []string{"x", "2026-01-01", "1", "1", "a", "b", "1", "1"})
			}
			return s
		}},
		{"a hundred thousand categories", func() *dataset {
			s := cleanData(100_000)
			s.put("channel", 1, func(i int) string { return fmt.Sprint("渠道", i) })
			return s
		}},
		{"numbers at the ends", func() *dataset {
			s := cleanData(200)
			s.put("amount", 1, func(i int) string {
				return []string{"1e308", "-1e308", "0", "-0", "5e-324", "NaN", "Inf", "9007199254740993"}[i%8]
			})
			return s
		}},
		{"no training, no label, no time", func() *dataset {
			s := cleanData(100)
			s.training, s.plan.Label, s.plan.Time, s.plan.ID = nil, check.Outcome{}, "", ""
			s.file.Data.Training = nil
			return s
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			first, err := json.Marshal(c.make().all(t))
			if err != nil {
				t.Fatal(err)
			}
			second, _ := json.Marshal(c.make().all(t))
			if !bytes.Equal(first, second) {
				t.Error("two runs differ")
			}
		})
	}
}

// TestOrderOfRows: what is counted does not depend on the order of rows.
func TestOrderOfRows(t *testing.T) {
	counted := func(obs []plumbline.Observation) map[string]string {
		out := map[string]string{}
		for _, o := range obs {
			if o.Interval != nil && o.Interval.Method == "census" && o.Metric != "out_of_order_share" {
				out[o.ID] = fmt.Sprint(*o.Value, *o.N)
			}
		}
		return out
	}
	s := cleanData(1500)
	s.decisions[9][0], s.decisions[20][2] = s.decisions[8][0], "-4"
	before := counted(s.all(t))
	rand.New(rand.NewPCG(5, 5)).Shuffle(len(s.decisions)-1, func(i, j int) { s.decisions[i+1], s.decisions[j+1] = s.decisions[j+1], s.decisions[i+1] })
	after := counted(s.all(t))
	if len(before) < 20 {
		t.Fatalf("only %d counts", len(before))
	}
	for id, v := range before {
		if after[id] != v {
			t.Errorf("%s was %s and is %s", id, v, after[id])
		}
	}
}

// TestBeyondIsMoreThanChance: a sample does not hold all that its population has, and training data of accepted cases lack what
// refused ones have; neither is a finding. Both are where the decisions have what accepted cases before never had.
func TestBeyondIsMoreThanChance(t *testing.T) {
	draw := func(rng *rand.Rand, n int, refusedToo bool, income func(good bool) float64) [][]string {
		out := [][]string{{"g", "decision", "income", "town"}}
		for len(out) <= n {
			isGood := rng.IntN(2) == 1
			town := fmt.Sprintf("t%d", int(rng.ExpFloat64()*400))
			if isGood || refusedToo {
				out = append(out, []string{"a", map[bool]string{true: "1", false: "0"}[isGood], fmt.Sprintf("%.4f", income(isGood)), town})
			}
		}
		return out
	}
	for _, c := range []struct {
		name       string
		accepted   bool // before holds these only
		shift      float64
		refused    float64
		beyond     bool
		rows, seed int
	}{
		{"few rows before", false, 0, 0, false, 60, 1},
		{"rows before", false, 0, 0, false, 3000, 2},
		{"refused cases lie elsewhere", true, 0, -9, false, 3000, 3},
		{"all cases moved", true, 3, -9, true, 3000, 4},
		{"all cases moved, all rows before", false, 3, 0, true, 3000, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(c.seed), 9))
			income := func(shift float64) func(bool) float64 {
				return func(isGood bool) float64 {
					if isGood {
						return rng.NormFloat64() + shift
					}
					return rng.NormFloat64() + shift + c.refused
				}
			}
			in := inputOf(t, draw(rng, 4000, true, income(c.shift)))
			in.Training = tableOf(t, draw(rng, c.rows, !c.accepted, income(0)))
			obs := measure(t, "data.ranges", in)
			among := ""
			if c.accepted {
				among = "/among=accepted"
			}
			o := lookup(t, obs, "beyond_range_share/column=income"+among)
			if got := o.Interval.Low > 0.01; got != c.beyond {
				t.Errorf("income %v %+v", *o.Value, o.Interval)
			}
			if o := lookup(t, obs, "unseen_category_share/column=town"+among); o.Interval.Low > 0 || *o.Value == 0 {
				t.Errorf("towns %v %+v", *o.Value, o.Interval)
			}
		})
	}
}

// A declared column of times that holds none is not tested in anything, rather than not asked.
func TestTimesThatAreMissing(t *testing.T) {
	in := inputOf(t, append([][]string{{"g", "decision", "at"}}, repeat(40, "a", "1", "")...))
	in.Plan.Time = "at"
	obs := measure(t, "data.time", in)
	for _, metric := range []string{"future_time_share", "out_of_order_share", "data_age_ratio", "longest_gap_ratio"} {
		if o := lookup(t, obs, metric+"/column=at"); o.Value != nil || o.Undefined != plumbline.NoData {
			t.Errorf("%s: %+v", metric, o)
		}
	}
}

// TestTimes: what counts as out of order or as a gap, and what does not.
func TestTimes(t *testing.T) {
	const rows = 2000
	start := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	at := func(days float64) time.Time { return start.Add(time.Duration(days * 24 * float64(time.Hour))) }
	even := func(i int) time.Time { return at(float64(i) * 365 / rows) }
	for _, c := range []struct {
		name       string
		n          int
		at         func(i int) time.Time
		order, gap float64 // −1: undefined
	}{
		{"even", rows, even, 0, 0.18},
		{"all on one day", rows, func(i int) time.Time { return at(float64(i%7) / 10) }, 0, -1},
		{"as they end, within a day", rows, func(i int) time.Time { return at(float64(i/8) + float64(7-i%8)/10) }, 0, 0.3},
		{"newest first", rows, func(i int) time.Time { return even(rows - i) }, -1, 0.18},
		{"person by person", rows, func(i int) time.Time { return even(i % 10 * 200) }, -1, -1},
		{"two files", rows, func(i int) time.Time { return even(i % 1000 * 2) }, -1, 0.36},
		{"one in twenty ten days back", rows, func(i int) time.Time {
			if i%20 == 7 {
				return even(i).AddDate(0, 0, -10)
			}
			return even(i)
		}, 0.05, 3.6},
		{"one far ahead", rows, func(i int) time.Time {
			if i == 0 {
				return even(rows)
			}
			return even(i)
		}, 0.0005, 0.18},
		{"Monday to Friday", rows, func(i int) time.Time { return at(float64(i/40*7 + i%40/8)) }, 0, 2},
		{"once a week", rows, func(i int) time.Time { return at(float64(i / 40 * 7)) }, 0, 1},
		{"forty days without a row", rows, func(i int) time.Time {
			if i >= 1000 {
				return even(i).AddDate(0, 0, 40)
			}
			return even(i)
		}, 0, 36},
		{"few rows by chance", 40, func(i int) time.Time { return at(365 * -math.Log(1-float64((i*17)%40)/41)) }, -1, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			lines := [][]string{{"g", "decision", "at"}}
			for i := range c.n {
				lines = append(lines, []string{"a", strconv.Itoa(i % 2), c.at(i).Format("2006-01-02T15:04:05Z")})
			}
			in := inputOf(t, lines)
			in.Plan.Time, in.MinN = "at", 30
			obs := measure(t, "data.time", in)
			for metric, want := range map[string]float64{"out_of_order_share/column=at": c.order, "longest_gap_ratio/column=at": c.gap} {
				o := lookup(t, obs, metric)
				switch {
				case (o.Value == nil) != (want < 0):
					t.Errorf("%s: %+v", metric, o)
				case want >= 0:
					near(t, metric, float64(*o.Value), want, 0.2*want+0.0002)
				}
			}
		})
	}
}
