package check

import (
	"context"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// A Check measures one property from evidence, once.
type Check struct {
	ID        string // family and name, "bias.selection_rate"
	Version   int    // raised whenever the meaning of a number changes
	Dimension plumbline.Dimension
	Needs     []Need            // what the workflow file must declare; without it the check is skipped, with [Input.Lacks] for a reason
	Params    []plumbline.Param // texts of Why come from the catalogue
	Refs      []plumbline.Ref   // definitions in the literature
	Run       func(context.Context, *Input) ([]plumbline.Observation, error)
}

// Need is something that a workflow file must declare before a check can run.
type Need string

// The needs.
const (
	NeedTable     Need = "data.decisions"
	NeedDecision  Need = "decision"
	NeedLabel     Need = "label"
	NeedScore     Need = "score"
	NeedSensitive Need = "sensitive"
	NeedControl   Need = "control_features"
	NeedShares    Need = "population"
	NeedTraining  Need = "training"
	NeedReference Need = "reference" // training or reference
	NeedReviews   Need = "reviews"
	NeedReasons   Need = "reasons"
	NeedGraph     Need = "definition"
)

// Has reports whether the input has what the need names.
func (in *Input) Has(need Need) bool {
	p := &in.Plan
	switch need {
	case NeedTable:
		return in.Table != nil
	case NeedDecision:
		return p.Decision.Column != ""
	case NeedLabel:
		return p.Label.Column != ""
	case NeedScore:
		return p.Score.Column != ""
	case NeedSensitive:
		return len(p.Sensitive) > 0
	case NeedControl:
		return len(p.Control) > 0
	case NeedShares:
		return len(p.Population) > 0
	case NeedTraining:
		return in.Training != nil
	case NeedReference:
		return in.Before() != nil
	case NeedReviews:
		return in.Reviews != nil
	case NeedReasons:
		return p.Reasons.Column != ""
	case NeedGraph:
		return in.Graph != nil
	}
	return false
}

// Lacks says why a check with these needs cannot run; empty: it can. A workflow without decisions lacks them first of all, since
// a column cannot be declared where there is no table.
func (in *Input) Lacks(needs []Need) plumbline.Reason {
	why := plumbline.Reason("")
	for _, n := range needs {
		switch {
		case in.Has(n):
		case n == NeedGraph:
			return plumbline.NoDefinition
		case in.Table == nil:
			return plumbline.NoDecisions
		default:
			why = plumbline.NoData
		}
	}
	return why
}

// Info documents the check in both languages, from the message catalogue.
func (c *Check) Info() plumbline.CheckInfo {
	say := func(part string) plumbline.Text {
		t, _ := text.Get("check." + c.ID + "." + part)
		return t
	}
	info := plumbline.CheckInfo{
		ID: c.ID, Version: c.Version, Title: say("title"), Meaning: say("meaning"), Importance: say("importance"), Fix: say("fix"),
		Refs: c.Refs,
	}
	for _, p := range c.Params {
		p.Value, p.Why = p.Default, say("param."+p.Name)
		info.Params = append(info.Params, p)
	}
	return info
}
