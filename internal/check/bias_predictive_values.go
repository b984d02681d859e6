package check

import (
	"context"

	"github.com/plumbline-project/plumbline"
)

func biasPredictiveValues() Check {
	c := Check{
		ID: "bias.predictive_values", Version: 1, Dimension: plumbline.ModelBias, Needs: []Need{NeedDecision, NeedSensitive, NeedLabel},
		Refs: []plumbline.Ref{
			{Cite: "Chouldechova A (2017), Fair prediction with disparate impact, Big Data 5:153–163", URL: "https://arxiv.org/abs/1610.07524"},
		},
	}
	c.Run = func(_ context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		for _, r := range predictiveValues {
			in.overall(e, r)
		}
		for _, g := range in.frame.groupings {
			for _, r := range predictiveValues {
				in.rates(e, g, r)
				in.gaps(e, g, r)
			}
		}
		return e.out, nil
	}
	return c
}
