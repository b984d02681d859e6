package stat

import "math"

// MeanInterval is Student's interval of the mean of independent values, such as scores of cross-validation folds (whose
// training rows overlap, so that it is approximate there). NaN with fewer than two values, or with a value that is NaN.
func MeanInterval(values []float64, level float64) Interval {
	n := float64(len(values))
	mean := 0.0
	for _, v := range values {
		mean += v / n
	}
	squares := 0.0
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	if n < 2 || math.IsNaN(squares) || !(level > 0 && level < 1) {
		return undefined()
	}
	x := betaQuantile(level, 0.5, (n-1)/2) // of t² / (n − 1 + t²)
	half := math.Sqrt((n-1)*x/(1-x)) * math.Sqrt(squares/(n-1)/n)
	return Interval{mean - half, mean + half}
}
