package assess_test

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/assess"
	"github.com/plumbline-project/plumbline/internal/regime"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// flow is a small definition with one step of each kind that a dossier speaks of.
func flow() *plumbline.Graph {
	return &plumbline.Graph{
		Format: "n8n", File: "flow.json", SHA256: "aa",
		Steps: []plumbline.Step{
			{ID: "1", Name: "Start", Kind: plumbline.TriggerStep, Notes: "from the web form"},
			{ID: "2", Name: "Score", Kind: plumbline.ModelStep, Model: "gpt-4o"},
			{ID: "3", Name: "Mail", Kind: plumbline.OutputStep, Effect: plumbline.Sends, Retries: 3},
			{ID: "4", Name: "Odd", Kind: plumbline.OpaqueStep, Type: "x.odd"},
			{ID: "5", Name: "Twin", Kind: plumbline.CodeStep},
			{ID: "6", Name: "Twin", Kind: plumbline.CodeStep, Disabled: true},
		},
		Edges: []plumbline.Edge{
			{From: "1", To: "2", Kind: plumbline.FlowEdge},
			{From: "2", To: "3", Kind: plumbline.FlowEdge},
			{From: "2", To: "4", Kind: plumbline.ErrorEdge},
			{From: "1", To: "3", Kind: plumbline.DataEdge},
		},
	}
}

func withFlow(t *testing.T, more string) (*plumbline.Assessment, error) {
	t.Helper()
	fsys := fstest.MapFS{"plumbline.yaml": {Data: []byte(edge + more)}, "d.csv": {Data: []byte("g,d\na,1\nb,0\n")}}
	f, err := workflow.Load(fsys, "plumbline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	table, err := table.Open(context.Background(), fsys, f.Data.Decisions.Files, table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	cat, err := regime.Load()
	if err != nil {
		t.Fatal(err)
	}
	return assess.Run(context.Background(), assess.Input{File: f, Files: fsys, Table: table, Graph: flow(), Catalog: cat, AsOf: asOf})
}

func TestDossiers(t *testing.T) {
	a, err := withFlow(t, "owner: {name: Li Lei}\nsteps:\n  - {step: Score, purpose: Scores applicants., owner: Han Meimei, failures: [The model may be down.], controls: [SE-04]}\n")
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Dossiers) != 6 {
		t.Fatalf("%d dossiers", len(a.Dossiers))
	}
	start, score, mail, odd, twin := a.Dossiers[0], a.Dossiers[1], a.Dossiers[2], a.Dossiers[3], a.Dossiers[5]
	if start.Purpose.EN != "Note of the author, not declared: from the web form" || start.Declared || start.Owner != "Li Lei" || !start.Inherited {
		t.Errorf("%+v", start)
	}
	if score.Purpose.EN != "Scores applicants." || !score.Declared || score.Owner != "Han Meimei" || score.Inherited {
		t.Errorf("%+v", score)
	}
	if diff := cmp.Diff([]string{"EX-07", "SE-04", "SE-06", "SE-07"}, score.Controls); diff != "" {
		t.Error(diff)
	}
	for _, c := range []struct {
		d    plumbline.Dossier
		says []string
		not  string
	}{
		{score, []string{"The model may be down.", "fixes no version"}, "stops"}, // it has a path for errors
		{mail, []string{"stops", "up to 3 times", "repeat its effect"}, "version"},
		{odd, []string{"x.odd is not known"}, "stops"},
		{twin, []string{"switched off"}, "stops"},
	} {
		var says []string
		for _, f := range c.d.Failures {
			says = append(says, f.EN)
		}
		all := strings.Join(says, "\n")
		for _, s := range c.says {
			if !strings.Contains(all, s) {
				t.Errorf("step %s does not say %q: %s", c.d.Step, s, all)
			}
		}
		if strings.Contains(all, c.not) {
			t.Errorf("step %s says %q: %s", c.d.Step, c.not, all)
		}
	}
	if diff := cmp.Diff([]string{"Score", "Start"}, mail.Input); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Score", "Mail"}, start.Output); diff != "" {
		t.Error(diff)
	}
}

func TestStepsThatAreNotThere(t *testing.T) {
	for more, says := range map[string]string{
		"steps: [{step: Scroe}]\n":                          `the definition has no step "Scroe" (its steps are "Start", "Score"`,
		"steps: [{step: Twin}]\n":                           `2 steps called "Twin" (name one by its id, such as 5)`,
		"steps: [{step: Score}, {step: \"2\"}]\n":           "described twice",
		"steps: [{step: Score, controls: [ZZ-99]}]\n":       "no control ZZ-99",
		"steps: [{step: \"\\u001b[31m\", owner: nobody}]\n": `no step "\x1b[31m"`,
	} {
		if _, err := withFlow(t, more); err == nil || !strings.Contains(err.Error(), says) || !strings.HasPrefix(err.Error(), "plumbline.yaml:") {
			t.Errorf("%q: %v", more, err)
		}
	}
}
