package check_test

import (
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// realFacts are what reading the files by eye showed: metric, then steps by name that must be there (+) or must not (-).
var realFacts = map[string]map[string][]string{
	"Contextual_Retrieval_RAG_Agent.json": { // the delete stands in the loop's next round, before the model
		"unapproved_actions": {"+Postgres PGVector Store", "-Delete Old Doc Records"}, "open_triggers": {"+When chat message received"},
	},
	"SBOM_Analyzer__Production___Do_Not_MODIFY_.json": {"unapproved_chains": {"+Gmail"}, "indirect_injection_paths": {"+AI Smart Parser"}, "open_triggers": {"-Gmail Trigger"}},
	"lead-scorer.json":               {"code_tools": {"+Code Tool"}, "direct_injection_paths": {"+AI Agent"}, "open_triggers": {"+Webhook"}},
	"MCP_Agent_Demo.json":            {"indirect_injection_paths": {"+AI Agent"}, "open_triggers": {"-When chat message received"}},
	"Intelligent_Invoice_Agent.json": {"unapproved_tools": {"+Add Invoice Details tool", "+Add Invoice Line Items"}},
	"Post_Message_to_Slack.json":     {"unapproved_actions": {"-Slack"}, "unhandled_failures": {"+Slack"}},
	"0320_Send_Triggered.json":       {"unapproved_actions": {}},
}

func TestRealDefinitions(t *testing.T) {
	const folder = "../../../shared/corpus/workflows/n8n"
	names, err := fs.Glob(os.DirFS(folder), "*.json")
	if err != nil || len(names) == 0 {
		t.Skip("the corpus ../shared/corpus/workflows/n8n is not here")
	}
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			g, err := workflow.ParseDefinition(os.DirFS(folder), name, plumbline.Limits{})
			if err != nil || g == nil {
				t.Fatal(g, err)
			}
			in := securityInput(t, g)
			in.Files = os.DirFS(folder)
			for _, c := range check.Catalog() {
				if !strings.HasPrefix(c.ID, "security.") {
					continue
				}
				for _, o := range measure(t, c.ID, in) {
					soundObservation(t, g, &o)
					if o.Metric == "plaintext_secrets" && o.Value != nil && *o.Value > 0 {
						t.Errorf("the corpus was searched for secrets, and %v is found at %v", o.Scope, o.Locations)
					}
					for _, fact := range realFacts[name][o.Metric] {
						if s := g.Step(o.Scope.Step); s != nil && fact == "-"+s.Name {
							t.Errorf("%s at %s", o.Metric, s.Name)
						}
					}
				}
			}
			for metric, facts := range realFacts[name] {
				for _, fact := range facts {
					if want, ok := strings.CutPrefix(fact, "+"); ok && !saysOf(t, g, in, metric, want) {
						t.Errorf("no %s at %s", metric, want)
					}
				}
			}
		})
	}
}

func saysOf(t *testing.T, g *plumbline.Graph, in check.Input, metric, step string) bool {
	t.Helper()
	for _, c := range check.Catalog() {
		if strings.HasPrefix(c.ID, "security.") && slices.ContainsFunc(measure(t, c.ID, in), func(o plumbline.Observation) bool {
			s := g.Step(o.Scope.Step)
			return o.Metric == metric && s != nil && s.Name == step
		}) {
			return true
		}
	}
	return false
}

// soundObservation holds what is true of every observation of a definition.
func soundObservation(t *testing.T, g *plumbline.Graph, o *plumbline.Observation) {
	t.Helper()
	if o.Value == nil {
		if o.Undefined == "" {
			t.Errorf("%s: no value and no reason", o.ID)
		}
		return
	}
	if o.Interval == nil || o.Interval.Low > *o.Value || o.Interval.High < *o.Value {
		t.Errorf("%s: value %v, interval %+v", o.ID, *o.Value, o.Interval)
	}
	if o.Scope.Step != "" && len(o.Locations) == 0 {
		t.Errorf("%s has no place", o.ID)
	}
	for i, id := range o.Path {
		if g.Step(id) == nil || i > 0 && id == o.Path[i-1] {
			t.Errorf("%s: path %v", o.ID, o.Path)
		}
	}
}
