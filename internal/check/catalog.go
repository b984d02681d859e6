package check

// Catalog lists all checks, sorted by id.
func Catalog() []Check {
	return []Check{
		biasAUC(),
		biasCalibration(),
		biasConditional(),
		biasErrorRates(),
		biasGroups(),
		biasLabelCoverage(),
		biasMissingGroup(),
		biasNYC144(),
		biasPredictiveValues(),
		biasProxies(),
		biasRepresentation(),
		biasSelectionRate(),
		biasSensitiveBasis(),
		dataDrift(),
	}
}
