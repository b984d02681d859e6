package check_test

import (
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// TestInventoryKnowsAModelByItsChain: a chain and the model that serves it are one, whichever of them is named.
func TestInventoryKnowsAModelByItsChain(t *testing.T) {
	chain := plumbline.Step{ID: "c", Name: "Draft", Kind: plumbline.ModelStep}
	for _, c := range []struct {
		name   string
		model  plumbline.Step
		edge   plumbline.EdgeKind
		stated string // step of the model in the workflow file
		want   float64
	}{
		{"the definition names the model", plumbline.Step{ID: "m", Kind: plumbline.ModelStep, Model: "chat-1"}, plumbline.ModelEdge, "", 1},
		{"the file names the chain", plumbline.Step{ID: "m", Kind: plumbline.ModelStep}, plumbline.ModelEdge, "Draft", 1},
		{"the file names the model", plumbline.Step{ID: "m", Name: "LLM", Kind: plumbline.ModelStep}, plumbline.ModelEdge, "LLM", 1},
		{"nothing is named", plumbline.Step{ID: "m", Kind: plumbline.ModelStep}, plumbline.ModelEdge, "", 0},
		{"another model is named", plumbline.Step{ID: "m", Kind: plumbline.ModelStep, Model: "chat-1"}, plumbline.FlowEdge, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := inputOf(t, [][]string{{"g", "decision"}, {"a", "1"}})
			in.File = &workflow.File{Models: []workflow.Model{{Step: c.stated}}}
			in.Graph = &plumbline.Graph{Steps: []plumbline.Step{chain, c.model}, Edges: []plumbline.Edge{{From: "m", To: "c", Kind: c.edge}}}
			near(t, "stated", value(t, measure(t, "govern.inventory", in), "inventory_part_stated/item=models"), c.want, 0)
		})
	}
}
