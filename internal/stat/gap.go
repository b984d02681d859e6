package stat

import "math"

// Gap is the largest gap between any two of several groups, with an interval that holds for all pairs at once, so that
// the choice of the two extreme groups by the data is paid for.
type Gap struct {
	Value    float64 // NaN where it is not defined
	Interval Interval
	Max, Min int // groups with the largest and the smallest value, the first of equals; −1 without two groups
	Pairs    int // pairs that the interval was corrected for
}

// MaxDifference is the largest difference between the rates k[i]/n[i] of independent groups. Groups with n = 0, or with
// counts that are none, are left out; with fewer than two left all is NaN.
//
// The interval is from Newcombe intervals of all pairs at the level that Bonferroni's inequality asks for: its lower end
// is the largest lower end of a pair and at least 0, its upper end the largest upper end. Both hold whenever all pairs
// hold, so coverage is at least that of the family, with no extreme value theory. Cost: a square root or two per pair.
func MaxDifference(k, n []float64, level float64) Gap {
	return MaxDifferenceOf(rates(k, n), level, func(i int, level float64) Interval { return Wilson(k[i], n[i], level) })
}

// rates is k/n, and NaN where that is not a rate.
func rates(k, n []float64) []float64 {
	sameLength(len(k), len(n))
	values := make([]float64, len(k))
	for i := range k {
		values[i] = math.NaN()
		if countsOK(k[i], n[i]) && n[i] > 0 {
			values[i] = k[i] / n[i]
		}
	}
	return values
}

// MaxDifferenceOf is [MaxDifference] for any independent estimates (areas under curves, slopes, means): interval gives the
// interval of estimate i at a level, and pairs are compared by the method of recovered variances. NaN estimates are left
// out.
func MaxDifferenceOf(values []float64, level float64, interval func(i int, level float64) Interval) Gap {
	g, each := newGap(values, level)
	if g.Pairs == 0 {
		return g
	}
	g.Value = values[g.Max] - values[g.Min]
	ends := make([]Interval, len(values))
	for i := range values {
		if !math.IsNaN(values[i]) {
			ends[i] = interval(i, each)
		}
	}
	g.Interval = Interval{0, math.Inf(-1)}
	for i := range values {
		for j := range values {
			if i == j || math.IsNaN(values[i]) || math.IsNaN(values[j]) {
				continue
			}
			iv := mover(values[i], ends[i], values[j], ends[j])
			g.Interval = Interval{max(g.Interval.Low, iv.Low), max(g.Interval.High, iv.High)}
		}
	}
	return g
}

// newGap finds the extreme groups and the level of each pair.
func newGap(values []float64, level float64) (g Gap, each float64) {
	g = Gap{Value: math.NaN(), Interval: undefined(), Max: -1, Min: -1}
	defined := 0
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		defined++
		if g.Max < 0 || v > values[g.Max] {
			g.Max = i
		}
		if g.Min < 0 || v < values[g.Min] {
			g.Min = i
		}
	}
	if defined < 2 {
		g.Max, g.Min = -1, -1
		return g, level
	}
	g.Pairs = defined * (defined - 1) / 2
	return g, 1 - (1-level)/float64(g.Pairs)
}

// MinRatio is the smallest ratio between the rates of independent groups, the smallest rate divided by the largest. Groups
// are left out as in [MaxDifference]. The value is NaN where all rates are zero; the interval is [0, 1] then.
//
// The interval is from Koopman intervals of all pairs at the level of Bonferroni's inequality: the smallest lower end, and
// the smallest upper end of either orientation, at most 1. Only a pair that beats the best end so far is searched for its
// root: whether it does is one evaluation of the score statistic. Cost: two evaluations (about 20 ns) per ordered pair.
func MinRatio(k, n []float64, level float64) Gap {
	values := rates(k, n)
	g, each := newGap(values, level)
	z := critical(each)
	if g.Pairs == 0 || math.IsNaN(z) {
		return g
	}
	g.Value = values[g.Min] / values[g.Max]
	low := ratioLow(k[g.Min], n[g.Min], k[g.Max], n[g.Max], z)
	back := max(1, ratioLow(k[g.Max], n[g.Max], k[g.Min], n[g.Min], z)) // reciprocal of the upper end
	for i := range values {
		for j := range values {
			if i == j || math.IsNaN(values[i]) || math.IsNaN(values[j]) {
				continue
			}
			if low > 0 && (k[i] == 0 || ratioScore(k[i], n[i], k[j], n[j], low) < z) {
				low = min(low, ratioLow(k[i], n[i], k[j], n[j], z))
			}
			if k[i] > 0 && ratioScore(k[i], n[i], k[j], n[j], back) > z {
				back = max(back, ratioLow(k[i], n[i], k[j], n[j], z))
			}
		}
	}
	g.Interval = Interval{low, 1 / back}
	return g
}
