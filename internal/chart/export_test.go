package chart

// Seams for the tests of package chart_test.
var (
	TextWidth = textWidth
	Clean     = clean
	Fit       = fit
)

// Ticks returns the ticks of a scale.
func Ticks(low, high float64, log bool, n int) []float64 {
	return scale{low: low, high: high, log: log, to: 1}.ticks(n)
}

// Color returns the default colour and opacity of an ink.
func Color(ink Ink) (color, opacity string) {
	p := paintOf(ink)
	return p.color, p.opacity
}
