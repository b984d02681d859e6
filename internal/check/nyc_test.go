package check_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
)

// nycSample has 98 decided rows of known category, 10 of unknown category, and 3 of unknown category without a decision:
//
//	category  rows  selected  scores
//	a          40    20       40 × 1
//	b          56    14       28 × 1, 28 × 3
//	c           2     1        2 × 3
//	unknown    13    10       10 × 2, 3 without
//
// Of the 108 scores 68 are 1, so the median is 1.
func nycSample(tb testing.TB) check.Input {
	tb.Helper()
	rows := slices.Concat(
		[][]string{{"category", "decision", "score"}},
		repeat(20, "a", "1", "1"), repeat(20, "a", "0", "1"),
		repeat(14, "b", "1", "1"), repeat(14, "b", "0", "1"), repeat(28, "b", "0", "3"),
		repeat(1, "c", "1", "3"), repeat(1, "c", "0", "3"),
		repeat(10, "", "1", "2"), repeat(3, "", "", ""),
	)
	in := inputOf(tb, rows)
	in.Plan.Decision.Adverse = []string{"0"}
	in.Plan.Score = check.Score{Column: "score"}
	return in
}

func TestNYC144ByHand(t *testing.T) {
	in := nycSample(t)
	obs := measure(t, "bias.nyc144", in)
	for id, want := range map[string]float64{
		"nyc_unknown_count/category":            13,
		"nyc_category_share/category=a":         40. / 108,
		"nyc_category_share/category=c":         2. / 108,
		"nyc_selection_rate/category=a":         20. / 40,
		"nyc_selection_rate/category=b":         14. / 56,
		"nyc_selection_impact_ratio/category=a": 1,
		"nyc_selection_impact_ratio/category=b": 0.5,
		"nyc_selection_impact_ratio/category=c": 1,
		"nyc_median_score":                      1,
		"nyc_scoring_rate/category=a":           0,
		"nyc_scoring_rate/category=b":           0.5,
		"nyc_scoring_impact_ratio/category=b":   0.5,
		"nyc_scoring_impact_ratio/category=c":   1,
	} {
		near(t, id, value(t, obs, id), want, 1e-15)
	}
	if n := *lookup(t, obs, "nyc_median_score").N; n != 108 {
		t.Errorf("the median stands on %d rows", n)
	}
	if n := *lookup(t, obs, "nyc_unknown_count/category").N; n != 111 {
		t.Errorf("%d rows in all", n)
	}
}

// TestNYC144SmallCategories: c has 2 of 108 rows, under 2 %; of the 98 known rows it would have more.
func TestNYC144SmallCategories(t *testing.T) {
	in := nycSample(t)
	in.Plan.DropSmall = true
	obs := measure(t, "bias.nyc144", in)
	for _, id := range []string{"nyc_selection_impact_ratio/category=c", "nyc_scoring_impact_ratio/category=c"} {
		if o := lookup(t, obs, id); o.Value != nil || o.Undefined != plumbline.TooFew {
			t.Errorf("%s of a small category: %+v", id, o)
		}
	}
	near(t, "the rate of a small category is still told", value(t, obs, "nyc_scoring_rate/category=c"), 1, 0)
	near(t, "and it is no longer the highest", value(t, obs, "nyc_scoring_impact_ratio/category=b"), 1, 0)
	for n, small := range map[int]bool{97: false, 98: false, 99: true} { // 2 of 99, 100 and 101
		t.Run(fmt.Sprintf("2 of %d", n+2), func(t *testing.T) {
			in := inputOf(t, slices.Concat([][]string{{"category", "decision"}}, repeat(n, "a", "1"), repeat(2, "b", "1")))
			in.Plan.DropSmall = true
			obs := measure(t, "bias.nyc144", in)
			share := value(t, obs, "nyc_category_share/category=b")
			if left := lookup(t, obs, "nyc_selection_impact_ratio/category=b").Value == nil; left != small || left != (share < 0.02) {
				t.Errorf("left out: %v, at a share of %v", left, share)
			}
		})
	}
}

// TestNYC144LowIsGood: a low score is good, so the best half lies below the median, which is shown as scores are written.
func TestNYC144LowIsGood(t *testing.T) {
	for _, probability := range []bool{false, true} {
		in := inputOf(t, slices.Concat([][]string{{"category", "decision", "score"}},
			repeat(5, "a", "1", "0.1"), repeat(5, "a", "1", "0.25"), repeat(6, "b", "0", "0.25"), repeat(4, "b", "0", "0.7")))
		in.Plan.Score = check.Score{Column: "score", LowIsGood: true, Probability: probability}
		obs := measure(t, "bias.nyc144", in)
		near(t, "median", value(t, obs, "nyc_median_score"), 0.25, 1e-12)
		near(t, "rate of a", value(t, obs, "nyc_scoring_rate/category=a"), 0.5, 0)
		near(t, "rate of b", value(t, obs, "nyc_scoring_rate/category=b"), 0, 0)
	}
}

// conditionalRows has two control features and persons: names hardly repeats and cannot be used.
func conditionalRows(groups, times int) [][]string {
	rows := [][]string{{"group", "decision", "name", "band", "person"}}
	for i := range 600 {
		g, band := i%groups, i/groups%3
		decision := 0
		if i*7919%100 < 40+10*g+10*band {
			decision = 1
		}
		row := []string{string(rune('a' + g)), strconv.Itoa(decision), fmt.Sprint("n", i), fmt.Sprint("b", band), fmt.Sprint("p", i)}
		for range times {
			rows = append(rows, row)
		}
	}
	return rows
}

func TestUnconditionalFigureStandsBeside(t *testing.T) {
	in := inputOf(t, conditionalRows(3, 1))
	in.Plan.Control = []string{"name", "band"}
	obs := measure(t, "bias.conditional", in)
	if o := lookup(t, obs, "conditional_demographic_disparity/group/given=name"); o.Undefined != plumbline.TooManyGroups {
		t.Errorf("a control feature with 600 values: %+v", o)
	}
	for _, g := range []string{"a", "b", "c"} {
		value(t, obs, "conditional_demographic_disparity/group="+g+"/given=band")
		count := 0
		for _, o := range obs {
			if o.Metric == "demographic_disparity" && o.Scope.Group[0] == g {
				count++
			}
		}
		if count != 1 {
			t.Errorf("%d unconditional figures of %s", count, g)
		}
	}
}

func TestUnconditionalFigureNeedsTwoGroups(t *testing.T) {
	in := inputOf(t, conditionalRows(1, 1))
	in.Plan.Control = []string{"band"}
	obs := measure(t, "bias.conditional", in)
	for _, id := range []string{"demographic_disparity/group", "conditional_demographic_disparity/group/given=band"} {
		if o := lookup(t, obs, id); o.Undefined != plumbline.OneGroup {
			t.Errorf("%s: %+v", id, o)
		}
	}
}

// TestConditionalWithSubjects repeats every row: estimates stay, and the intervals are those of the rows without repeats.
func TestConditionalWithSubjects(t *testing.T) {
	for groups := 2; groups < 4; groups++ {
		once, thrice, plain := inputOf(t, conditionalRows(groups, 1)), inputOf(t, conditionalRows(groups, 3)), inputOf(t, conditionalRows(groups, 3))
		thrice.Plan.Subject = "person"
		var obs [3][]plumbline.Observation
		for i, in := range []check.Input{once, thrice, plain} {
			in.Plan.Control = []string{"band"}
			obs[i] = measure(t, "bias.conditional", in)
		}
		for _, id := range []string{
			"demographic_disparity/group=a", "conditional_demographic_disparity/group=a/given=band",
			"mantel_haenszel_odds_ratio/group=a/given=band", "mantel_haenszel_risk_difference/group=a/given=band",
		} {
			x, y, z := lookup(t, obs[0], id), lookup(t, obs[1], id), lookup(t, obs[2], id)
			near(t, id, float64(*y.Value), float64(*x.Value), 1e-12)
			near(t, id+" low", float64(y.Interval.Low), float64(x.Interval.Low), 0.003)
			near(t, id+" high", float64(y.Interval.High), float64(x.Interval.High), 0.003)
			if width, without := y.Interval.High-y.Interval.Low, z.Interval.High-z.Interval.Low; width < 1.6*without {
				t.Errorf("%s: %v wide with subjects and %v without", id, width, without)
			}
		}
		near(t, "breslow_day_p", value(t, obs[1], "breslow_day_p/group=a/given=band"), value(t, obs[0], "breslow_day_p/group=a/given=band"), 0.01)
	}
}

// TestConditionalWeighsTheRest: the persons of group a have one row each and all others four, so that the intervals of a are
// those of a comparison with a quarter of the other rows.
func TestConditionalWeighsTheRest(t *testing.T) {
	var rows [][]string
	for i, row := range conditionalRows(3, 1) {
		rows = append(rows, row)
		if i > 0 && row[0] != "a" {
			rows = append(rows, row, row, row)
		}
	}
	with, without := inputOf(t, rows), inputOf(t, rows)
	with.Plan.Control, without.Plan.Control, with.Plan.Subject = []string{"band"}, []string{"band"}, "person"
	x, y := measure(t, "bias.conditional", with), measure(t, "bias.conditional", without)
	for _, id := range []string{"demographic_disparity/group=a", "mantel_haenszel_risk_difference/group=a/given=band"} {
		a, b := lookup(t, x, id).Interval, lookup(t, y, id).Interval
		if wide := float64((a.High - a.Low) / (b.High - b.Low)); wide < 1.9 || wide > 2.1 {
			t.Errorf("%s: the interval is %v times as wide", id, wide)
		}
	}
}

// TestConditionalBoundsTheGroupsItWeighs: with many groups and subjects there are values and no intervals.
func TestConditionalBoundsTheGroupsItWeighs(t *testing.T) {
	rows := [][]string{{"group", "decision", "band", "person"}}
	for i := range 2000 {
		rows = append(rows, []string{fmt.Sprint("g", i%40), strconv.Itoa(i * 7919 % 11 % 2), fmt.Sprint("b", i/40%2), fmt.Sprint("p", i/80*40+i%40)})
	}
	in := inputOf(t, rows)
	in.Plan.Control, in.Plan.Subject = []string{"band"}, "person"
	obs := measure(t, "bias.conditional", in)
	if o := lookup(t, obs, "conditional_demographic_disparity/group=g1/given=band"); o.Value == nil || o.Interval != nil {
		t.Errorf("%+v", o)
	}
	if o := lookup(t, obs, "breslow_day_p/group=g1/given=band"); o.Undefined != plumbline.TooManyGroups {
		t.Errorf("%+v", o)
	}
}
