package assess

import (
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/text"
)

// assessmentEngine judges GV-03 by what all other controls came to.
const assessmentEngine = "govern.assessment"

// inventory is GV-01: the parts of the inventory that are on record for this workflow.
func (j *judge) inventory() {
	rule := j.rule("min_inventory_share")
	o := j.find("inventory_stated_share", plumbline.Scope{})
	f := j.held(o, "govern.inventory", "inventory_stated_share", plumbline.Scope{}, rule, plumbline.Judges)
	if o == nil || o.Value == nil {
		j.add(f)
		return
	}
	var zh, en []string
	for _, part := range check.InventoryParts() {
		p := j.find("inventory_part_stated", plumbline.Scope{Item: part})
		if p != nil && p.Value != nil && *p.Value == 0 {
			name := text.Label("inventory", part)
			zh, en = append(zh, name.ZH), append(en, name.EN)
			f.Observations = append(f.Observations, p.ID)
		}
	}
	missing := plumbline.Text{ZH: strings.Join(zh, "、"), EN: strings.Join(en, ", ")}
	if f.Statement = text.FindingGovernInventory(*o.N); len(en) > 0 {
		f.Statement = text.FindingGovernInventoryLacks(*o.Count, *o.N, missing)
	}
	j.add(f)
}

// assessed is GV-03. It can be satisfied by this very assessment, and never be refuted by it: what was not tested here may
// have been assessed elsewhere, and a person can attest that.
func (r *run) assessed(j *judge) {
	for i := range r.controls {
		if j.control = &r.controls[i]; j.control.Engine == assessmentEngine {
			j.coverage(controlResults(r.controls, j.findings))
			j.inPlaceOfData()
		}
	}
	r.arrange(j)
	r.excuse(j.findings)
}

// coverage holds, for each of the four dimensions that the control names, the share of controls with evidence for or against.
func (j *judge) coverage(results []plumbline.ControlResult) {
	rule := j.rule("min_evidence_share")
	if rule == nil {
		return
	}
	f := plumbline.Finding{Threshold: threshold(rule), State: plumbline.Satisfied}
	var with, all int64
	var zh, en []string
	for _, d := range plumbline.Dimensions() {
		if d == plumbline.Oversight { // the control speaks of the other four
			continue
		}
		var k, n int64
		for i := range results {
			c := &results[i]
			if c.Dimension != d || c.State == plumbline.NotApplicable {
				continue
			}
			n++
			if c.State == plumbline.Satisfied || c.State == plumbline.NotSatisfied {
				k++
			}
		}
		with, all = with+k, all+n
		part := text.PartCoverage(text.Label("dimension", string(d)), k, n)
		zh, en = append(zh, part.ZH), append(en, part.EN)
		if n == 0 || float64(k)/float64(n) < decimal(rule.Value) {
			f.State, f.Reason = plumbline.NotTested, plumbline.NotAttested
		}
	}
	each := plumbline.Text{ZH: strings.Join(zh, "，"), EN: strings.Join(en, ", ")}
	if f.Statement = text.FindingGovernCovered(with, all, j.asOf, each); f.State == plumbline.NotTested {
		f.Statement = text.FindingGovernNotCovered(with, all, each, decimal(rule.Value))
	}
	j.add(f)
}

// arrange puts the findings in the order of the controls.
func (r *run) arrange(j *judge) {
	place := map[string]int{}
	for i := range r.controls {
		place[r.controls[i].ID] = i
	}
	slices.SortStableFunc(j.findings, func(a, b plumbline.Finding) int { return place[a.Control] - place[b.Control] })
}
