package stat

import (
	"cmp"
	"math"
	"slices"
)

// Holm adjusts p-values for the family-wise error rate by Holm's step-down method (1979); valid under any dependence. The
// result is in the order of p. NaN is no test: it stays NaN and does not count.
func Holm(p []float64) []float64 {
	order, out := ascending(p)
	m, worst := len(order), 0.0
	for rank, i := range order {
		worst = max(worst, min(1, float64(m-rank)*p[i]))
		out[i] = worst
	}
	return out
}

// BenjaminiHochberg adjusts p-values for the false discovery rate (Benjamini and Hochberg 1995), for exploratory families
// only. Order and NaN as in [Holm].
func BenjaminiHochberg(p []float64) []float64 {
	order, out := ascending(p)
	m, best := len(order), 1.0
	for rank := m - 1; rank >= 0; rank-- {
		i := order[rank]
		best = min(best, float64(m)/float64(rank+1)*p[i])
		out[i] = best
	}
	return out
}

// ascending orders the indices of the numbers in p; out is NaN everywhere.
func ascending(p []float64) (order []int, out []float64) {
	out = make([]float64, len(p))
	for i, v := range p {
		out[i] = math.NaN()
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	return order, out
}

// SelectedLevel is the level at which intervals must be made for selected of m parameters that were chosen by looking, so
// that the expected share of wrong intervals stays at 1 − level (Benjamini and Yekutieli 2005, false coverage rate). NaN
// where selected is not in 1…m.
func SelectedLevel(level float64, selected, m int) float64 {
	if selected < 1 || selected > m {
		return math.NaN()
	}
	return 1 - (1-level)*float64(selected)/float64(m)
}
