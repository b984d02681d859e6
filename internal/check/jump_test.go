package check_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// branches makes rows of ten branches, with the time and the person that at gives.
func branches(rows int, at func(i int) (time, person, branch string)) [][]string {
	out := [][]string{{"group", "decision", "label", "at", "person", "branch", "amount"}}
	for i := range rows {
		time, person, branch := at(i)
		out = append(out, []string{string(rune('a' + i%2)), strconv.Itoa(i % 2), strconv.Itoa(i / 2 % 2), time, person, branch, strconv.Itoa(i * 7919 % 1000)})
	}
	return out
}

func jumpOf(t *testing.T, rows [][]string, subject string) []plumbline.Observation {
	t.Helper()
	in := inputOf(t, rows)
	in.File = &workflow.File{}
	in.File.Data.Decisions.Time = "at"
	in.Plan.Time, in.Plan.Subject = "at", subject
	return slices.DeleteFunc(measure(t, "data.label_noise", in), func(o plumbline.Observation) bool { return o.Metric != "category_share_jump" })
}

// TestOrderOfEqualTimesIsNoJump sorts the rows of one day by branch, as an export may be.
func TestOrderOfEqualTimesIsNoJump(t *testing.T) {
	for _, o := range jumpOf(t, branches(3000, func(i int) (string, string, string) {
		return "2026-01-05", strconv.Itoa(i), fmt.Sprint("branch ", i/300)
	}), "") {
		if o.Value != nil || o.Undefined != plumbline.Indistinct {
			t.Errorf("%s: %+v", o.ID, o)
		}
	}
	day := func(i int) string { return fmt.Sprintf("2026-01-%02d", 1+i/120) }
	sorted := jumpOf(t, branches(3000, func(i int) (string, string, string) { return day(i), strconv.Itoa(i), fmt.Sprint("branch ", i%120/12) }), "")
	if len(sorted) == 0 {
		t.Fatal("nothing was measured")
	}
	for _, o := range sorted {
		if o.Value == nil || float64(*o.Value) > 0.1 {
			t.Errorf("each day has all branches, but: %+v", o)
		}
	}
}

// TestRowsOfOnePersonAreNoJump gives each day to one person of a branch of its own.
func TestRowsOfOnePersonAreNoJump(t *testing.T) {
	rows := branches(3000, func(i int) (string, string, string) {
		return fmt.Sprintf("2026-01-%02d", 1+i/150), fmt.Sprint("p", i/150), fmt.Sprint("branch ", i/150)
	})
	for _, o := range jumpOf(t, rows, "person") {
		if o.Value != nil {
			t.Errorf("twenty people show a jump: %+v", o)
		}
	}
	found := false
	for _, o := range jumpOf(t, rows, "") {
		found = found || o.Value != nil && strings.Contains(o.ID, "branch") && o.Interval.Low > 0.3
	}
	if !found {
		t.Error("independent rows do not show it")
	}
}
