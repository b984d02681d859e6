package stat

import "math"

// Interval is a confidence interval; both ends belong to it. Undefined intervals have NaN ends.
type Interval struct{ Low, High float64 }

func undefined() Interval { return Interval{math.NaN(), math.NaN()} }

// countsOK reports whether 0 ≤ k ≤ n, both finite.
func countsOK(k, n float64) bool { return k >= 0 && k <= n && !math.IsInf(n, 1) }

// Wilson is the score interval of a proportion k/n, without continuity correction (Wilson 1927; Newcombe 1998, Statistics
// in Medicine 17:857, method 3). n = 0 gives [0, 1]. NaN where k is outside [0, n] or level outside (0, 1).
func Wilson(k, n, level float64) Interval { return wilson(k, n, critical(level)) }

func wilson(k, n, z float64) Interval {
	if !countsOK(k, n) || math.IsNaN(z) {
		return undefined()
	}
	if n == 0 {
		return Interval{0, 1}
	}
	zz := z * z
	mid, half := k+zz/2, z*math.Sqrt(zz/4+k*(1-k/n))
	iv := Interval{max(0, (mid-half)/(n+zz)), min(1, (mid+half)/(n+zz))}
	if k == 0 {
		iv.Low = 0
	}
	if k == n {
		iv.High = 1
	}
	return iv
}

// ClopperPearson is the interval of a proportion k/n by inverting the binomial test in each tail (Clopper and Pearson
// 1934): coverage is never below level and often far above. n = 0 gives [0, 1]; NaN as in [Wilson]. Cost: about 60 √n
// terms.
func ClopperPearson(k, n, level float64) Interval {
	if !countsOK(k, n) || math.IsNaN(critical(level)) {
		return undefined()
	}
	iv, tail := Interval{0, 1}, (1-level)/2
	if k > 0 {
		iv.Low = betaQuantile(tail, k, n-k+1)
	}
	if k < n {
		iv.High = 1 - betaQuantile(tail, n-k, k+1)
	}
	return iv
}

// Newcombe is the hybrid score interval of the difference k1/n1 − k2/n2 of two independent proportions (Newcombe 1998,
// Statistics in Medicine 17:873, method 10), in [−1, 1]. A zero n means that nothing is known of that proportion. NaN as
// in [Wilson].
func Newcombe(k1, n1, k2, n2, level float64) Interval {
	z := critical(level)
	i1, i2 := wilson(k1, n1, z), wilson(k2, n2, z)
	if n1 == 0 || n2 == 0 {
		return Interval{i1.Low - i2.High, i1.High - i2.Low}
	}
	return mover(k1/n1, i1, k2/n2, i2)
}

// mover is the interval of x1 − x2 from the intervals of two independent estimates, with the variance of each recovered
// from the distance to the end that matters (Zou and Donner 2008, Statistics in Medicine 27:1693).
func mover(x1 float64, i1 Interval, x2 float64, i2 Interval) Interval {
	d := x1 - x2
	return Interval{
		Low:  max(i1.Low-i2.High, d-math.Hypot(x1-i1.Low, i2.High-x2)),
		High: min(i1.High-i2.Low, d+math.Hypot(i1.High-x1, x2-i2.Low)),
	}
}
