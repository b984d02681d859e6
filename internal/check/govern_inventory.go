package check

import (
	"context"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// governInventory counts which parts of an inventory are on record for this workflow. It counts statements, not their truth.
func governInventory() Check {
	c := Check{
		ID: "govern.inventory", Version: 1,
		Refs: []plumbline.Ref{{Cite: "NIST AI 100-1 (2023), AI Risk Management Framework, GOVERN 1.6", URL: "https://doi.org/10.6028/NIST.AI.100-1"}},
	}
	c.Run = func(_ context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		if in.File == nil {
			e.undefined("inventory_stated_share", plumbline.Share, plumbline.Scope{}, plumbline.NoData)
			return e.out, nil
		}
		var k int64
		parts := InventoryParts()
		for _, part := range parts {
			var stated int64
			if in.stated(part) {
				stated = 1
			}
			k += stated
			e.censusShare("inventory_part_stated", plumbline.Scope{Item: part}, stated, 1)
		}
		e.censusShare("inventory_stated_share", plumbline.Scope{}, k, int64(len(parts)))
		return e.out, nil
	}
	return c
}

// InventoryParts lists the parts of an inventory, in the order of a report.
func InventoryParts() []string {
	return []string{"owner", "purpose", "models", "tools", "data", "users", "regions"}
}

// stated reports whether a part is on record. Models count where each has a name or a file; tools where a definition is
// named, since it lists every step.
func (in *Input) stated(part string) bool {
	f := in.File
	switch part {
	case "owner":
		return f.Owner.Name != ""
	case "purpose":
		return !f.Purpose.IsZero()
	case "models":
		return in.modelsStated()
	case "tools":
		return f.Definition != ""
	case "data":
		return f.Data.Decisions.Source != ""
	case "users":
		return !f.Users.IsZero()
	case "regions":
		return len(f.Regions) > 0
	}
	return false
}

// modelsStated holds every step that is a model against the definition and the workflow file. A chain and the model that serves
// it are one: what is stated of either counts for both. A definition without a model states that there is none.
func (in *Input) modelsStated() bool {
	if in.Graph == nil {
		return len(in.File.Models) > 0
	}
	named := func(s *plumbline.Step) bool {
		return s != nil && (s.Model != "" || slices.ContainsFunc(in.File.Models, func(m workflow.Model) bool {
			return m.Step != "" && (m.Step == s.ID || m.Step == s.Name)
		}))
	}
	for i := range in.Graph.Steps {
		s := &in.Graph.Steps[i]
		if s.Kind != plumbline.ModelStep || s.Disabled || named(s) {
			continue
		}
		if !slices.ContainsFunc(in.Graph.Edges, func(e plumbline.Edge) bool {
			return e.Kind == plumbline.ModelEdge && (e.From == s.ID && named(in.Graph.Step(e.To)) || e.To == s.ID && named(in.Graph.Step(e.From)))
		}) {
			return false
		}
	}
	return true
}
