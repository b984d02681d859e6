package check_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/text"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// applicants makes n rows of a decision, a label known of accepted rows only, three numbers and two texts; the income moves by
// shift standard deviations.
func applicants(seed uint64, n int, shift float64) [][]string {
	rng := rand.New(rand.NewPCG(seed, 3))
	rows := [][]string{{"group", "decision", "label", "income", "years", "city", "note", "id"}}
	for i := range n {
		x := rng.NormFloat64()
		decision, label := "0", ""
		if x+rng.NormFloat64() > 0 {
			decision, label = "1", strconv.Itoa(rng.IntN(2))
		}
		years := strconv.Itoa(rng.IntN(8))
		if rng.IntN(10) == 0 {
			years = ""
		}
		city := []string{"a", "b", "c", "d"}[min(rng.IntN(5), 3)]
		rows = append(rows, []string{
			[]string{"x", "y"}[rng.IntN(2)], decision, label, fmt.Sprintf("%.3f", 1000+100*(x+shift)), years, city, fmt.Sprintf("text %d", i), strconv.Itoa(i),
		})
	}
	return rows
}

// accepted keeps the rows with the favourable decision, without the column of it.
func accepted(rows [][]string, column bool) [][]string {
	var out [][]string
	for i, r := range rows {
		if i > 0 && r[1] != "1" {
			continue
		}
		r = slices.Clone(r)
		if !column {
			r = slices.Delete(r, 1, 2)
		}
		out = append(out, r)
	}
	return out
}

func driftInput(tb testing.TB, now, before [][]string, role string) check.Input {
	tb.Helper()
	in := inputOf(tb, now)
	in.Plan.ID, in.MinN, in.MinCell, in.Exhibits = "id", 30, 10, &plumbline.Exhibits{}
	if role == "training" {
		in.Training = tableOf(tb, before)
	} else {
		in.Reference = tableOf(tb, before)
	}
	return in
}

func TestDriftIsMeasuredByColumn(t *testing.T) {
	now, before := applicants(1, 3000, 1), applicants(2, 2000, 0)
	now[1][5] = "new city"
	for i := 2; i < 200; i++ {
		now[i][5] = "new city"
	}
	in := driftInput(t, now, before, "reference")
	obs := measure(t, "data.drift", in)
	income, years := lookup(t, obs, "psi/column=income/table=reference"), lookup(t, obs, "psi/column=years/table=reference")
	if income.Interval.Low < 0.25 || years.Interval.High > 0.1 {
		t.Errorf("a moved column: %+v, a still one: %+v", income.Interval, years.Interval)
	}
	if income.Interval.Family != 7 || value(t, obs, "compared_columns/table=reference") != 7 {
		t.Errorf("a family of %d columns, want seven: all but the key", income.Interval.Family)
	}
	near(t, "unseen", value(t, obs, "drift_unseen_share/column=city/table=reference"), 199.0/3000, 1e-12)
	near(t, "normalised", value(t, obs, "wasserstein_normalised/column=income/table=reference"), 1, 0.1)
	if got := value(t, obs, "missing_share_difference/column=years/table=reference"); got < -0.03 || got > 0.03 {
		t.Errorf("missing share moved by %v", got)
	}
	for _, o := range obs {
		if strings.Contains(o.ID, "column=id") {
			t.Errorf("the key was compared: %s", o.ID)
		}
	}
	first := in.Exhibits.Distributions[0]
	if first.Column != "note" && first.Column != "income" {
		t.Errorf("the first distribution is of %s", first.Column)
	}
}

// TestSelectionIsNotDrift compares data that were selected by acceptance with decisions of everybody.
func TestSelectionIsNotDrift(t *testing.T) {
	now, all := applicants(1, 3000, 0), applicants(2, 4000, 0)
	for name, before := range map[string][][]string{
		"with a constant decision":               accepted(all, true),
		"without a decision, with every outcome": accepted(all, false),
	} {
		obs := measure(t, "data.drift", driftInput(t, now, before, "training"))
		o := lookup(t, obs, "psi/column=income/among=accepted/table=training")
		if o.Interval.High > 0.1 {
			t.Errorf("%s: selection is taken for drift: %v %+v", name, *o.Value, o.Interval)
		}
	}
	obs := measure(t, "data.drift", driftInput(t, now, all, "training"))
	if o := lookup(t, obs, "psi/column=income/table=training"); o.Interval.High > 0.1 {
		t.Errorf("all against all: %+v", o.Interval)
	}
	near(t, "refused before", value(t, obs, "refused_share_before/table=training"), 0.5, 0.05)
	var blind [][]string // neither decision nor outcome: nothing tells whether it was selected
	for _, r := range accepted(all, false) {
		blind = append(blind, slices.Delete(slices.Clone(r), 1, 2))
	}
	obs = measure(t, "data.drift", driftInput(t, now, blind, "training"))
	if o := lookup(t, obs, "refused_share_before/table=training"); o.Value != nil || o.Undefined != plumbline.NoData {
		t.Errorf("nothing tells of refusals, but: %+v", o)
	}
	if o := lookup(t, obs, "psi/column=income/table=training"); o.Interval.Low < 0.1 {
		t.Errorf("the difference by selection is not seen: %+v", o.Interval)
	}
}

// TestDistributionsKeepPeopleOut looks for counts and values of few people in what is drawn.
func TestDistributionsKeepPeopleOut(t *testing.T) {
	now, before := applicants(1, 900, 0.4), applicants(2, 700, 0)
	for i := range 4 {
		now[1+i][5] = "hamlet"
	}
	now[10][4], now[11][4] = "", ""
	in := driftInput(t, now, before, "reference")
	in.File = &workflow.File{}
	in.File.Data.Personal = []workflow.Personal{{Column: "years"}}
	measure(t, "data.drift", in)
	if len(in.Exhibits.Distributions) == 0 {
		t.Fatal("nothing is drawn")
	}
	for _, d := range in.Exhibits.Distributions {
		if d.Column == "group" || d.Column == "years" {
			t.Errorf("the protected column %s is drawn", d.Column)
		}
		if len(d.Bins) > 20 {
			t.Errorf("%s has %d bins", d.Column, len(d.Bins))
		}
		for side := range 2 {
			hidden, sum := 0, int64(0)
			cells := []int64{d.Rest[side]}
			for _, b := range d.Bins {
				if b.Value == "hamlet" {
					t.Error("a value of four people is named")
				}
				cells = append(cells, b.Rows[side])
			}
			for _, c := range cells {
				if c == -1 {
					hidden++
				} else {
					sum += c
				}
				if c > 0 && c < in.MinCell {
					t.Errorf("%s shows %d people", d.Column, c)
				}
			}
			if hidden == 1 || hidden == 0 && d.N[side] >= 0 && sum != d.N[side] {
				t.Errorf("%s: one hidden cell can be had by subtraction, or rows are lost: %v of %v", d.Column, cells, d.N)
			}
		}
	}
}

// TestRepeatedPersonsWidenDrift copies each row four times under one person: no more is known than before.
func TestRepeatedPersonsWidenDrift(t *testing.T) {
	once, before := applicants(1, 600, 0.3), applicants(2, 600, 0)
	repeated := [][]string{once[0]}
	for _, r := range once[1:] {
		repeated = append(repeated, r, r, r, r)
	}
	width := func(rows [][]string, subject string) float64 {
		in := driftInput(t, rows, before, "reference")
		in.Plan.ID, in.Plan.Subject = "", subject
		o := lookup(t, measure(t, "data.drift", in), "psi/column=income/table=reference")
		return float64(o.Interval.High - o.Interval.Low)
	}
	single, blind, aware := width(once, "id"), width(repeated, ""), width(repeated, "id")
	if blind >= single || aware < 0.9*single {
		t.Errorf("width of one row each %v, of four rows taken as independent %v, as one person's %v", single, blind, aware)
	}
}

func TestDriftMetricsHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for _, role := range []string{"training", "reference"} {
		for _, o := range measure(t, "data.drift", driftInput(t, applicants(1, 400, 0.2), applicants(2, 300, 0), role)) {
			seen[o.Metric] = true
			if _, ok := text.Get("metric." + o.Metric); !ok {
				t.Errorf("metric %q has no name in the catalogue of messages", o.Metric)
			}
			if (o.Value == nil) == (o.Undefined == "") {
				t.Errorf("%s: a value or a reason, and not both: %+v", o.ID, o)
			}
		}
	}
	if len(seen) != 12 {
		t.Errorf("%d metrics were measured, want 12: %v", len(seen), seen)
	}
}

func TestDriftOfLittle(t *testing.T) {
	obs := measure(t, "data.drift", driftInput(t, applicants(1, 40, 3), applicants(2, 20, 0), "reference"))
	if o := lookup(t, obs, "psi/column=income/table=reference"); o.Value != nil || o.Undefined != plumbline.TooFew {
		t.Errorf("twenty rows: %+v", o)
	}
	obs = measure(t, "data.drift", driftInput(t, applicants(1, 40, 3), [][]string{{"other"}, {"1"}}, "reference"))
	if value(t, obs, "compared_columns/table=reference") != 0 || len(obs) != 2 {
		t.Errorf("nothing in common: %+v", obs)
	}
}

// TestCasesBeforeAreNotGuessed: one refused case among thousands does not make earlier data those of everybody, and what nothing
// tells is not taken for known.
func TestCasesBeforeAreNotGuessed(t *testing.T) {
	now, all := applicants(1, 3000, 0), applicants(2, 4000, 0)
	nearly := accepted(all, true)
	for _, r := range all[1:] {
		if r[1] != nearly[1][1] {
			nearly = append(nearly, r)
			break
		}
	}
	obs := measure(t, "data.drift", driftInput(t, now, nearly, "training"))
	if o := lookup(t, obs, "psi/column=income/among=accepted/table=training"); o.Interval.High > 0.1 {
		t.Errorf("one refused case of %d makes selection drift: %+v", len(nearly), o.Interval)
	}
	in := driftInput(t, now, accepted(all, false), "training")
	in.File = &workflow.File{}
	in.File.Data.Training = &workflow.Table{Cases: "all"}
	obs = measure(t, "data.drift", in)
	if o := lookup(t, obs, "psi/column=income/table=training"); o.Interval.Low < 0.1 {
		t.Errorf("all decisions are compared where the file says so: %+v", o.Interval)
	}
	in.File.Data.Training.Cases = "accepted"
	obs = measure(t, "data.drift", in)
	near(t, "refused before, as said", value(t, obs, "refused_share_before/table=training"), 0, 0)
}
