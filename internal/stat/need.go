package stat

import "math"

// maxNeeded bounds the sample sizes that are searched; what needs more is never decided in practice.
const maxNeeded = 1 << 50

// NeededForDifference is the number of rows per group with which the [Newcombe] interval of p1 − p2, at the same observed
// rates, lies wholly on one side of threshold; 0 = never: the difference is at the threshold, or an argument is no rate.
// Give the level that is used for the pair, after correction for the family.
func NeededForDifference(p1, p2, threshold, level float64) int64 {
	if !isRate(p1) || !isRate(p2) || math.Abs(p1-p2-threshold) < 1e-12 {
		return 0
	}
	return needed(threshold, func(n float64) Interval { return Newcombe(p1*n, n, p2*n, n, level) })
}

// NeededForRatio is [NeededForDifference] for the ratio p1/p2 and the [Koopman] interval.
func NeededForRatio(p1, p2, threshold, level float64) int64 {
	if !isRate(p1) || !isRate(p2) || p1+p2 == 0 || math.Abs(p1-threshold*p2) < 1e-12 {
		return 0
	}
	return needed(threshold, func(n float64) Interval { return Koopman(p1*n, n, p2*n, n, level) })
}

func isRate(p float64) bool { return p >= 0 && p <= 1 }

func needed(threshold float64, interval func(n float64) Interval) int64 {
	decided := func(n int64) bool {
		iv := interval(float64(n))
		return iv.Low > threshold || iv.High < threshold
	}
	high := int64(1)
	for !decided(high) {
		if high *= 2; high > maxNeeded {
			return 0
		}
	}
	low := high / 2 // not decided, or 0
	for high-low > 1 {
		mid := low + (high-low)/2
		if decided(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}

// sameLength guards slices over the same rows. A difference is a fault of the program, not of its input.
func sameLength(want int, lengths ...int) {
	for _, n := range lengths {
		if n != want {
			panic("stat: slices over the same rows differ in length")
		}
	}
}
