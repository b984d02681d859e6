package stat

import "math"

// Koopman is the score interval of the ratio (k1/n1) / (k2/n2) of two independent proportions (Koopman 1984, Biometrics
// 40:513). It needs no correction for empty cells: k1 = 0 gives a lower end of 0, k2 = 0 an upper end of +Inf, and both,
// or a zero n, [0, +Inf]. NaN where k is outside [0, n] or level outside (0, 1).
func Koopman(k1, n1, k2, n2, level float64) Interval {
	z := critical(level)
	if !countsOK(k1, n1) || !countsOK(k2, n2) || math.IsNaN(z) {
		return undefined()
	}
	// The upper end is the reciprocal of the lower end of the reversed ratio.
	return Interval{ratioLow(k1, n1, k2, n2, z), 1 / ratioLow(k2, n2, k1, n1, z)}
}

// ratioScore is the score statistic of H: p1/p2 = theta. It falls as theta grows, and is zero at the estimate.
func ratioScore(k1, n1, k2, n2, theta float64) float64 {
	// p2 under H is the smaller root of (n1+n2)θ p² − (θ(n1+k2) + k1 + n2) p + k1 + k2.
	b, c := theta*(n1+k2)+k1+n2, k1+k2
	p2 := 2 * c / (b + math.Sqrt(max(0, b*b-4*(n1+n2)*theta*c)))
	p2 = min(p2, 1, 1/theta)
	p1 := min(theta*p2, 1)
	v := p1*(1-p1)/n1 + theta*theta*p2*(1-p2)/n2
	d := k1/n1 - theta*(k2/n2)
	if v <= 0 {
		if d == 0 {
			return 0
		}
		return math.Inf(int(math.Copysign(1, d)))
	}
	return d / math.Sqrt(v)
}

// ratioLow is the lower end: the theta below the estimate at which the score statistic is z. The search is in ln theta.
func ratioLow(k1, n1, k2, n2, z float64) float64 {
	if k1 == 0 || n1 == 0 || n2 == 0 {
		return 0
	}
	high := math.Log(k1 / n1)
	if k2 > 0 {
		high -= math.Log(k2 / n2)
	} else {
		// The estimate is infinite; go up until the statistic has fallen below z.
		for step := 1.0; ratioScore(k1, n1, k2, n2, math.Exp(high)) > z && high < 700; step *= 2 {
			high = min(high+step, 700)
		}
	}
	low := high
	for step := 1.0; ratioScore(k1, n1, k2, n2, math.Exp(low)) < z && low > -700; step *= 2 {
		low = max(low-step, -700)
	}
	for range 80 {
		mid := low + (high-low)/2
		if high-low < 1e-15*(1+math.Abs(mid)) {
			break
		}
		if ratioScore(k1, n1, k2, n2, math.Exp(mid)) > z {
			low = mid
		} else {
			high = mid
		}
	}
	return math.Exp(low + (high-low)/2)
}
