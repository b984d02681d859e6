package stat

import "math"

// ProportionTest compares two independent proportions by the score test with the pooled variance: z, and its two-sided
// p-value. NaN where a count is none, an n is 0, or all rows are alike.
func ProportionTest(k1, n1, k2, n2 float64) (z, p float64) {
	if !countsOK(k1, n1) || !countsOK(k2, n2) || n1 == 0 || n2 == 0 {
		return math.NaN(), math.NaN()
	}
	pooled := (k1 + k2) / (n1 + n2)
	z = (k1/n1 - k2/n2) / math.Sqrt(pooled*(1-pooled)*(1/n1+1/n2))
	return z, twoSided(z)
}

// FisherExact is the two-sided p-value of the 2×2 table a b / c d: the sum of the probabilities of all tables with its
// margins that are no more likely than it, with a tolerance of 1e-7 for ties. NaN for negative counts, or a sum beyond
// 2⁵³. Cost: two tails summed outwards until nothing is added, and a bisection.
func FisherExact(a, b, c, d int64) float64 {
	const most = 1 << 53
	if min(a, b, c, d) < 0 || max(a, b, c, d) > most || a+b+c+d > most {
		return math.NaN()
	}
	h := hypergeometric{good: a + b, bad: c + d, draws: a + c}
	low, high := h.support()
	if low == high {
		return 1
	}
	limit := h.logP(a) + 1e-7
	mode := h.mode()
	// left is the last x below the mode, right the first one above it, with a probability within the limit.
	left, right := low-1, high+1
	if h.logP(mode) <= limit {
		return 1
	}
	for from, to := low, mode; to-from > 0; {
		mid := from + (to-from)/2
		if h.logP(mid) <= limit {
			left, from = mid, mid+1
		} else {
			to = mid
		}
	}
	for from, to := mode, high+1; to-from > 0; {
		mid := from + (to-from)/2
		if h.logP(mid) <= limit {
			right, to = mid, mid
		} else {
			from = mid + 1
		}
	}
	return min(1, h.tail(left, -1)+h.tail(right, 1))
}

// hypergeometric is the number of good ones among draws without replacement.
type hypergeometric struct{ good, bad, draws int64 }

func (h hypergeometric) support() (low, high int64) {
	return max(0, h.draws-h.bad), min(h.good, h.draws)
}

func (h hypergeometric) mode() int64 {
	low, high := h.support()
	x := int64((float64(h.draws) + 1) * (float64(h.good) + 1) / (float64(h.good+h.bad) + 2))
	return min(max(x, low), high)
}

// logP is the logarithm of P(x), by three binomial probabilities (Loader 2000).
func (h hypergeometric) logP(x int64) float64 {
	n := float64(h.good + h.bad)
	p, q := float64(h.draws)/n, (n-float64(h.draws))/n
	return logBinomial(float64(x), float64(h.good), p, q) + logBinomial(float64(h.draws-x), float64(h.bad), p, q) -
		logBinomial(float64(h.draws), n, p, q)
}

// up is P(x+1) / P(x).
func (h hypergeometric) up(x int64) float64 {
	return float64(h.good-x) / float64(x+1) * (float64(h.draws-x) / float64(h.bad-h.draws+x+1))
}

// tail sums P from x outwards.
func (h hypergeometric) tail(x, step int64) float64 {
	low, high := h.support()
	if x < low || x > high {
		return 0
	}
	sum, term := 0.0, math.Exp(h.logP(x))
	for x >= low && x <= high && term > 1e-17*sum {
		sum += term
		if step > 0 {
			term *= h.up(x)
		} else if x > low {
			term /= h.up(x - 1)
		}
		x += step
	}
	return sum
}

// ChiSquare is the result of a chi-square test.
type ChiSquare struct {
	Statistic, P float64
	DF           int
	N            int64
	Sparse       int     // cells with an expected count below 5, where the approximation is rough
	CramersV     float64 // √(χ²/(n·(min(r, c) − 1))); goodness of fit: √(χ²/(n·(k − 1)))
	Corrected    float64 // Cramér's V without its bias (Bergsma 2013); NaN for goodness of fit
}

// Independence tests rows and columns of a table of counts for independence, without continuity correction. Empty rows and
// columns are left out. Results are NaN with fewer than two of either, with ragged rows, or with a negative count.
func Independence(table [][]int64) ChiSquare {
	none := ChiSquare{Statistic: math.NaN(), P: math.NaN(), CramersV: math.NaN(), Corrected: math.NaN()}
	rows, cols, n, ok := margins(table)
	none.N = n
	r, c := positive(rows), positive(cols)
	if !ok || r < 2 || c < 2 {
		return none
	}
	x := ChiSquare{N: n, DF: (r - 1) * (c - 1)}
	for i := range table {
		for j, count := range table[i] {
			if e := float64(rows[i]) * float64(cols[j]) / float64(n); e > 0 {
				x.Statistic += (float64(count) - e) * (float64(count) - e) / e
				if e < 5 {
					x.Sparse++
				}
			}
		}
	}
	x.P = chiSquareTail(x.Statistic, x.DF)
	phi, m := x.Statistic/float64(n), float64(n-1)
	x.CramersV = math.Sqrt(phi / float64(min(r, c)-1))
	r1, c1 := float64(r-1), float64(c-1)
	x.Corrected = math.Sqrt(max(0, phi-r1*c1/m) / min(r1-r1*r1/m, c1-c1*c1/m))
	return x
}

// margins sums rows and columns. It is not ok for ragged rows and negative counts.
func margins(table [][]int64) (rows, cols []int64, n int64, ok bool) {
	ok = len(table) > 0
	rows = make([]int64, len(table))
	for i, row := range table {
		if i == 0 {
			cols = make([]int64, len(row))
		}
		if len(row) != len(cols) {
			return rows, cols, n, false
		}
		for j, count := range row {
			ok = ok && count >= 0
			rows[i] += count
			cols[j] += count
			n += count
		}
	}
	return rows, cols, n, ok
}

func positive(counts []int64) int {
	n := 0
	for _, c := range counts {
		if c > 0 {
			n++
		}
	}
	return n
}

// GoodnessOfFit tests counts against expected shares, which are scaled to sum to one. A category of share 0 without rows
// is left out; with rows the statistic is +Inf and p 0. NaN for negative or missing values, and with fewer than two
// categories.
func GoodnessOfFit(counts []int64, shares []float64) ChiSquare {
	sameLength(len(counts), len(shares))
	x := ChiSquare{Statistic: math.NaN(), P: math.NaN(), CramersV: math.NaN(), Corrected: math.NaN()}
	var total, sum float64
	k := 0
	for i, c := range counts {
		if c < 0 || !(shares[i] >= 0) || math.IsInf(shares[i], 1) {
			return x
		}
		x.N += c
		total, sum = total+float64(c), sum+shares[i]
		if c > 0 || shares[i] > 0 {
			k++
		}
	}
	if k < 2 || total == 0 || sum == 0 {
		return x
	}
	x.Statistic, x.DF = 0, k-1
	for i, c := range counts {
		if c == 0 && shares[i] == 0 {
			continue
		}
		e := total * shares[i] / sum
		x.Statistic += (float64(c) - e) * (float64(c) - e) / e
		if e < 5 {
			x.Sparse++
		}
	}
	x.P = chiSquareTail(x.Statistic, x.DF)
	x.CramersV = math.Sqrt(x.Statistic / (total * float64(x.DF)))
	return x
}
