package stat

// Seams for tests against reference vectors.
var (
	ChiSquareTail   = chiSquareTail
	BetaRegularized = betaRegularized
	Critical        = critical
	Kolmogorov      = kolmogorov
	SmirnovP        = kolmogorovSmirnovP
	NoncentralTail  = noncentralTail
)
