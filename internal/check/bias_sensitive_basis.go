package check

import (
	"context"

	"github.com/plumbline-project/plumbline"
)

func biasSensitiveBasis() Check {
	c := Check{
		ID: "bias.sensitive_basis", Version: 1, Dimension: plumbline.ModelBias, Needs: []Need{NeedSensitive},
		Refs: []plumbline.Ref{{Cite: "Personal Information Protection Law of the PRC, articles 28 and 29"}},
	}
	c.Run = func(_ context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		for _, s := range in.Plan.Sensitive {
			var have int64
			for _, part := range []string{s.Source, s.Basis, s.DeleteBy} {
				if part != "" {
					have++
				}
			}
			e.share("sensitive_basis_complete", plumbline.Scope{Column: s.Column}, have, 3, nil)
		}
		return e.out, nil
	}
	return c
}
