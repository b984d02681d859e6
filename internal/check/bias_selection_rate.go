package check

import (
	"context"

	"github.com/plumbline-project/plumbline"
)

func biasSelectionRate() Check {
	c := Check{
		ID: "bias.selection_rate", Version: 1, Dimension: plumbline.ModelBias, Needs: []Need{NeedDecision, NeedSensitive},
		Refs: []plumbline.Ref{
			{Cite: "Fairlearn, demographic_parity_difference and demographic_parity_ratio", URL: "https://fairlearn.org/"},
			{Cite: "Newcombe RG (1998), Statistics in Medicine 17:873–890, method 10", URL: "https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I"},
			{Cite: "Koopman PAR (1984), Biometrics 40:513–517", URL: "https://doi.org/10.2307/2531405"},
			{Cite: "29 CFR 1607.4(D), four-fifths rule (a US convention)"},
		},
	}
	c.Run = func(_ context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		in.overall(e, selectionRate)
		for _, g := range in.frame.groupings {
			in.rates(e, g, selectionRate)
			in.gaps(e, g, selectionRate)
		}
		return e.out, nil
	}
	return c
}
