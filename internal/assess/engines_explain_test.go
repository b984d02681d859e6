package assess_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/examples/consumer-loan/loan"
	"github.com/plumbline-project/plumbline/internal/assess"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// assessExplained assesses the example with its reviews, by the checks of explanation and oversight only.
func assessExplained(tb testing.TB, cfg loan.Config) *plumbline.Assessment {
	tb.Helper()
	data, err := loan.Generate(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	dir := tb.TempDir()
	if err := data.Write(dir); err != nil {
		tb.Fatal(err)
	}
	fsys := os.DirFS(dir)
	f, err := workflow.Load(fsys, "plumbline.yaml")
	if err != nil {
		tb.Fatal(err)
	}
	in := assess.Input{File: f, Files: fsys, Only: []string{"explain.", "oversight."}}
	for to, files := range map[**table.Table][]string{&in.Table: f.Data.Decisions.Files, &in.Reviews: f.Oversight.Reviews} {
		t, err := table.Open(context.Background(), fsys, files, table.Options{Missing: f.Data.Missing})
		if err != nil {
			tb.Fatal(err)
		}
		defer t.Close()
		*to = t
	}
	return run(tb, in)
}

// ofExplanation lists the findings of a family that are not satisfied.
func ofExplanation(a *plumbline.Assessment) []string {
	return slices.DeleteFunc(notSatisfiedAny(a), func(id string) bool {
		return !strings.HasPrefix(id, "EX-") && !strings.HasPrefix(id, "HO-")
	})
}

func TestPlantedDefectsOfExplanation(t *testing.T) {
	for defect, want := range map[loan.Defect]string{
		loan.UnknownReason: "EX-02/reason_input_known_share/item=guarantor_rating",
		loan.RubberStamp:   "HO-02/rubber_stamp_share",
		loan.SexPenalty:    "EX-06/surrogate_importance/sex",
		loan.AgeCliff:      "EX-06/surrogate_importance/age_band",
	} {
		got := ofExplanation(assessExplained(t, loan.Config{Rows: 20_000, Seed: 3, Defects: []loan.Defect{defect}}))
		if !slices.Contains(got, want) {
			t.Errorf("%s: %q is missing among %q", defect, want, got)
		}
		for _, id := range got { // a defect is found where it was planted, and nowhere else
			if family, _, _ := strings.Cut(want, "/"); !strings.HasPrefix(id, family) {
				t.Errorf("%s: %q is found too", defect, id)
			}
		}
	}
}

// TestNullDataOfExplanation: nothing is found where nothing was planted, and what can be supported is.
func TestNullDataOfExplanation(t *testing.T) {
	sets := 20
	if testing.Short() {
		sets = 3
	}
	for i := range sets {
		rows := 6000
		if i == 0 {
			rows = 20_000 // of fewer it cannot be said that an unused feature adds less than the threshold
		}
		a := assessExplained(t, loan.Config{Rows: rows, Seed: uint64(500 + i)})
		if got := ofExplanation(a); len(got) > 0 {
			t.Errorf("seed %d: %q", 500+i, got)
		}
		if i > 0 {
			continue
		}
		for _, id := range []string{"EX-02", "EX-03", "EX-06", "EX-07", "HO-02"} {
			for _, c := range a.Controls {
				if c.ID == id && c.State != plumbline.Satisfied {
					t.Errorf("%s is %s (%s): %q", id, c.State, c.Reason, c.Findings)
				}
			}
		}
	}
}

// TestUnexplainedIsNeverSatisfied: with decisions by coin no control says that they do not rest on sensitive features.
func TestUnexplainedIsNeverSatisfied(t *testing.T) {
	var csv strings.Builder
	csv.WriteString("g,d,x\n")
	for i := range 2000 {
		fmt.Fprintf(&csv, "%s,%d,%d\n", []string{"a", "b"}[i%2], i*7919/4%2, 1+i%3)
	}
	a := assessText(t, edge, csv.String())
	for _, f := range a.Findings {
		if strings.HasPrefix(f.ID, "EX-06") && f.State == plumbline.Satisfied {
			t.Errorf("%s is satisfied: %s", f.ID, f.Statement.EN)
		}
		if strings.HasPrefix(f.ID, "HO-02") && (f.State != plumbline.NotTested || f.Reason != plumbline.NoData) {
			t.Errorf("%s without reviews: %s %s", f.ID, f.State, f.Reason)
		}
	}
}
