package check_test

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/text"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// reviewed makes 1,000 decisions, half of them adverse, and a review of every fifth. Reviewers agree within five seconds where
// stamps is set, and turn a quarter round after minutes where not.
func reviewed(tb testing.TB, stamps bool, change func(i int, row []string)) check.Input {
	tb.Helper()
	decisions := [][]string{{"g", "decision", "case", "at"}}
	reviews := [][]string{{"case", "suggested", "decided", "seconds", "reviewed_by", "at"}}
	for i := range 1000 {
		suggested := strconv.Itoa(i % 2)
		decided, seconds := suggested, 5
		if !stamps {
			seconds = 100 + i%50
			if i%4 == 0 {
				decided = strconv.Itoa(1 - i%2)
			}
		}
		id, at := fmt.Sprint("case", i), fmt.Sprintf("2026-01-01 %02d:%02d:00", i/60%24, i%60)
		final := suggested
		if i%5 == 0 {
			final = decided
			row := []string{id, suggested, decided, strconv.Itoa(seconds), fmt.Sprint("secret-reviewer-", i%4), at}
			if change != nil {
				change(i, row)
			}
			reviews = append(reviews, row)
		}
		decisions = append(decisions, []string{string(rune('a' + i%3)), final, id, at})
	}
	in := inputOf(tb, decisions)
	in.MinN, in.MinCell = 30, 10
	in.Plan.ID, in.Plan.Time = "case", "at"
	in.Reviews = tableOf(tb, reviews)
	return in
}

func TestRubberStampsAreSeen(t *testing.T) {
	obs := measure(t, "oversight.reviews", reviewed(t, true, nil))
	if o := lookup(t, obs, "rubber_stamp_share/table=reviews"); *o.Value != 1 || o.Interval.Low < 0.9 {
		t.Errorf("%+v", o)
	}
	near(t, "median", value(t, obs, "review_seconds_median/table=reviews"), 5, 0)
	near(t, "overrides", value(t, obs, "override_rate/table=reviews"), 0, 0)
	obs = measure(t, "oversight.reviews", reviewed(t, false, nil))
	near(t, "stamps", value(t, obs, "rubber_stamp_share/table=reviews"), 0, 0)
	near(t, "overrides", value(t, obs, "override_rate/table=reviews"), 0.25, 1e-9)
	near(t, "to favourable", value(t, obs, "override_to_favourable_rate/table=reviews"), 0.5, 1e-9)
	near(t, "to adverse", value(t, obs, "override_to_adverse_rate/table=reviews"), 0, 0)
	near(t, "median", value(t, obs, "review_seconds_median/table=reviews"), 120, 5)
	near(t, "adverse reviewed", value(t, obs, "adverse_review_share/table=reviews"), 50.0/450, 1e-9)
	near(t, "followed", value(t, obs, "review_not_followed_share/table=reviews"), 0, 0)
	near(t, "late", value(t, obs, "review_late_share/table=reviews"), 0, 0)
	for _, o := range obs {
		if _, ok := text.Get("metric." + o.Metric); !ok {
			t.Errorf("metric %q has no name", o.Metric)
		}
	}
}

func TestReviewsThatDoNotFit(t *testing.T) {
	obs := measure(t, "oversight.reviews", reviewed(t, false, func(i int, row []string) {
		switch i % 20 {
		case 0:
			row[0] = "nobody" // matches no decision, and again
		case 5:
			row[5] = "2027-01-01 00:00:00"
		case 10:
			row[2] = "1" // the other side of what was decided in the end
		case 15:
			row[3] = "soon"
		}
	}))
	near(t, "unmatched", value(t, obs, "review_unmatched_share/table=reviews"), 0.25, 1e-9)
	near(t, "repeated", value(t, obs, "review_repeated_share/table=reviews"), 49.0/200, 1e-9)
	near(t, "late", value(t, obs, "review_late_share/table=reviews"), 1.0/3, 1e-9)
	if v := value(t, obs, "review_not_followed_share/table=reviews"); v < 0.1 {
		t.Errorf("not followed: %v", v)
	}
}

// TestOnlyDecidedReviewsCount: a row that lists a case and says no decision of a person is no review of it.
func TestOnlyDecidedReviewsCount(t *testing.T) {
	in := reviewed(t, false, func(_ int, row []string) { row[2] = "" })
	near(t, "reviewed", value(t, measure(t, "oversight.reviews", in), "adverse_review_share/table=reviews"), 0, 0)
	in.Reviews = tableOf(t, append([][]string{{"case", "suggested"}}, repeat(100, "case1", "1")...))
	obs := measure(t, "oversight.reviews", in)
	for _, m := range []string{"adverse_review_share", "favourable_review_share", "review_not_followed_share"} {
		if o := lookup(t, obs, m+"/table=reviews"); o.Undefined != plumbline.NotDeclared {
			t.Errorf("%s without decisions of persons: %+v", m, o)
		}
	}
}

// TestFewReviewsAreNotJudged: the minimum holds for what a share is of, not only for the rows with a time.
func TestFewReviewsAreNotJudged(t *testing.T) {
	obs := measure(t, "oversight.reviews", reviewed(t, true, func(i int, row []string) {
		if i >= 80 {
			row[2] = "" // 16 of 200 have a decision, all have a time
		}
	}))
	value(t, obs, "review_seconds_median/table=reviews")
	for _, m := range []string{"rubber_stamp_share", "review_not_followed_share"} {
		if o := lookup(t, obs, m+"/table=reviews"); o.Value != nil || o.Undefined != plumbline.TooFew {
			t.Errorf("%s of 16: %+v", m, o)
		}
	}
	in := reviewed(t, false, nil)
	in.MinN = 600 // more than either decision has
	if o := lookup(t, measure(t, "oversight.reviews", in), "adverse_review_share/table=reviews"); o.Undefined != plumbline.TooFew {
		t.Errorf("few adverse decisions: %+v", o)
	}
}

// TestReviewersAreNotNamed: pseudonyms of reviewers never leave the check.
func TestReviewersAreNotNamed(t *testing.T) {
	data, err := json.Marshal(measure(t, "oversight.reviews", reviewed(t, false, nil)))
	if err != nil || strings.Contains(string(data), "secret") || strings.Contains(string(data), "case1") {
		t.Errorf("%v %s", err, data)
	}
}

func TestReviewColumnsThatAreMissing(t *testing.T) {
	in := reviewed(t, false, nil)
	in.Reviews = tableOf(t, [][]string{{"x"}, {"1"}})
	for _, o := range measure(t, "oversight.reviews", in) {
		if o.Value != nil || o.Undefined != plumbline.NotDeclared {
			t.Errorf("%s: %v %s", o.ID, o.Value, o.Undefined)
		}
	}
	in.Reviews = tableOf(t, [][]string{{"case", "suggested", "decided", "seconds", "reviewed_by"}})
	measure(t, "oversight.reviews", in)
	in.File = &workflow.File{Oversight: &workflow.Oversight{Seconds: "no such column"}}
	if err := in.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range check.Catalog() {
		if c.ID == "oversight.reviews" {
			if _, err := c.Run(t.Context(), &in); plumbline.CodeOf(err) != plumbline.NotFound {
				t.Errorf("a column that was declared and is not there: %v", err)
			}
		}
	}
}

// TestIDsOfMany: ids beyond a dictionary are joined, be they numbers or texts; reviews beyond one are joined as numbers.
func TestIDsOfMany(t *testing.T) {
	for _, prefix := range []string{"", "case-"} {
		for _, every := range []int{7, 1} {
			if o := lookup(t, many(t, prefix, every), "adverse_review_share/table=reviews"); prefix != "" && every == 1 {
				if o.Undefined != plumbline.TooManyGroups {
					t.Errorf("reviews with too many texts: %+v", o)
				}
			} else {
				near(t, "reviewed", float64(*o.Value), 1/float64(every), 1e-3)
			}
		}
	}
}

// many reviews every so many of 70,000 decisions.
func many(t *testing.T, prefix string, every int) []plumbline.Observation {
	t.Helper()
	decisions, reviews := [][]string{{"g", "decision", "case"}}, [][]string{{"case", "suggested", "decided"}}
	for i := range 70_000 {
		decisions = append(decisions, []string{"a", strconv.Itoa(i % 2), prefix + strconv.Itoa(1_000_000+i)})
		if i%every == 0 {
			reviews = append(reviews, []string{prefix + strconv.Itoa(1_000_000+i), "1", "1"})
		}
	}
	in := inputOf(t, decisions)
	in.Plan.ID = "case"
	in.Reviews = tableOf(t, reviews)
	return measure(t, "oversight.reviews", in)
}
