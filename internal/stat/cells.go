package stat

import "math"

// CellDrift compares the counts of the same cells before and now.
type CellDrift struct {
	Cells          int      // compared: with a row on either side
	PSI            Distance // population stability index, 0 and more (natural logarithm)
	JensenShannon  Distance // distance: the root of the divergence to base 2, 0 to 1
	TotalVariation Distance // half the sum of the absolute differences, 0 to 1; the bias of chance is not removed
}

func noCells() CellDrift {
	nan := Distance{math.NaN(), math.NaN(), undefined()}
	return CellDrift{PSI: nan, JensenShannon: nan, TotalVariation: nan}
}

// CompareCells compares two counts of the same cells, which must be as many. Cells without a row on either side do not count.
// Everything is NaN where a side has no rows or a count is negative. PSI and Jensen–Shannon have a Raw value only where fewer
// than five rows (after the design effect) fall on a cell on average on a side: fold rare cells together before.
//
// PSI = Σ(q−p)ln(q/p). It would be infinite where a cell has rows on one side only; then half a row is added to every cell.
// Without drift its expectation is about (B−1)(1/n + 1/m) for B cells, and that of the Jensen–Shannon divergence this over
// 8 ln 2; Value has it removed (the distance is the root of what is left, 0 at least). The interval: near no drift both are
// a multiple of a noncentral chi-square of B−1 degrees (for PSI: Yurdakul and Naranjo 2020, Journal of Risk Model Validation
// 14(4)), which is inverted; far from it they are normal by the delta method on the two multinomials. It is the wider of
// the two at each end. That of total variation is a bound by bounded differences (McDiarmid 1989) around an expectation that
// exceeds the truth by √((B−1)/n)/2 and √((B−1)/m)/2 at most.
func CompareCells(before, now []int64, s Sides) CellDrift {
	cells, n, m, empty := cellsOf(before, now)
	if n == 0 || m == 0 || math.IsNaN(critical(s.Level)) {
		return noCells()
	}
	half := 0.0
	if empty {
		half = 0.5
	}
	count := float64(len(cells))
	var sum cellSums
	for _, c := range cells {
		sum.add(c[0]/n, c[1]/m)
		sum.slopes((c[0]+half)/(n+half*count), (c[1]+half)/(m+half*count))
	}
	e1, e2, df := n/s.Before, m/s.Now, count-1
	noise := 1/e1 + 1/e2
	enough := min(e1, e2) >= rowsPerCell*count
	out := CellDrift{Cells: len(cells)}
	out.PSI = chiDistance(sum.psi, noise, df, sum.g1.variance()/e1+sum.g2.variance()/e2, s.Level, enough)
	out.JensenShannon = root(chiDistance(max(0, sum.js), noise/(8*math.Ln2), df, sum.h1.variance()/e1+sum.h2.variance()/e2, s.Level, enough))
	reach := math.Sqrt(math.Log(2/(1-s.Level)) * noise / 2)
	bias := (math.Sqrt(df/e1) + math.Sqrt(df/e2)) / 2
	out.TotalVariation = Distance{sum.tv, sum.tv, Interval{max(0, sum.tv-reach-bias), min(1, sum.tv+reach)}}
	return out
}

// cellsOf lists the cells that have a row, with the totals; empty reports whether one of them has none on one side.
func cellsOf(before, now []int64) (cells [][2]float64, n, m float64, empty bool) {
	for i, b := range before {
		a := now[i]
		if a < 0 || b < 0 {
			return nil, 0, 0, false
		}
		if a == 0 && b == 0 {
			continue
		}
		empty = empty || a == 0 || b == 0
		cells = append(cells, [2]float64{float64(b), float64(a)})
		n, m = n+float64(b), m+float64(a)
	}
	return cells, n, m, empty
}

// cellSums are the distances and the slopes of PSI (g) and of the divergence (h) in the proportions before and now.
type cellSums struct {
	psi, js, tv    float64
	g1, g2, h1, h2 weighted
}

func (c *cellSums) add(p, q float64) {
	c.tv += math.Abs(p-q) / 2
	mid := (p + q) / 2
	if p > 0 {
		c.js += p * math.Log2(p/mid) / 2
	}
	if q > 0 {
		c.js += q * math.Log2(q/mid) / 2
	}
}

// slopes takes proportions that are not 0.
func (c *cellSums) slopes(p, q float64) {
	ratio, mid := math.Log(q/p), (p+q)/2
	c.psi += (q - p) * ratio
	c.g1.add(p, 1-ratio-q/p)
	c.g2.add(q, 1+ratio-p/q)
	c.h1.add(p, math.Log2(p/mid)/2)
	c.h2.add(q, math.Log2(q/mid)/2)
}

// weighted collects a variance under weights that sum to 1.
type weighted struct{ sum, squares float64 }

func (w *weighted) add(weight, x float64) { w.sum, w.squares = w.sum+weight*x, w.squares+weight*x*x }

func (w *weighted) variance() float64 { return max(0, w.squares-w.sum*w.sum) }

// chiDistance removes the bias of a distance that is scale × chi-square of df degrees without drift, and gives its interval.
func chiDistance(raw, scale, df, variance, level float64, enough bool) Distance {
	if !enough {
		return Distance{raw, math.NaN(), undefined()}
	}
	if df == 0 { // one cell holds everything before and now
		return Distance{0, 0, Interval{0, 0}}
	}
	value := raw - df*scale
	reach := critical(level) * math.Sqrt(variance+2*df*scale*scale)
	chi := noncentrality(raw/scale, df, level)
	return Distance{raw, value, Interval{min(scale*chi.Low, max(0, value-reach)), max(scale*chi.High, value+reach)}}
}

// root turns a divergence into its distance.
func root(d Distance) Distance {
	r := func(x float64) float64 { return min(1, math.Sqrt(max(0, x))) }
	if !math.IsNaN(d.Value) {
		d.Value = r(d.Value)
	}
	if !math.IsNaN(d.Interval.Low) {
		d.Interval = Interval{r(d.Interval.Low), r(d.Interval.High)}
	}
	d.Raw = r(d.Raw)
	return d
}

// noncentrality inverts both tails of a noncentral chi-square of df degrees at x.
func noncentrality(x, df, level float64) Interval {
	tail := (1 - level) / 2
	top := 4*x + 4*df + 400 // beyond both ends at every level in use
	var iv Interval
	if noncentralTail(x, df, 0) < tail {
		iv.Low = bisect(0, top, func(l float64) bool { return noncentralTail(x, df, l) < tail })
	}
	if 1-noncentralTail(x, df, 0) > tail {
		iv.High = bisect(0, top, func(l float64) bool { return 1-noncentralTail(x, df, l) > tail })
	}
	return iv
}

// noncentralTail is P(X ≥ x) of a noncentral chi-square: up to a noncentrality of 200 by its Poisson mixture, beyond by the
// central one with the same mean and variance (Patnaik 1949), above 400 degrees by Wilson and Hilferty's cube root of that.
func noncentralTail(x, df, noncentrality float64) float64 {
	if noncentrality <= 200 {
		return poissonTail(df/2, x/2, noncentrality/2)
	}
	c := (df + 2*noncentrality) / (df + noncentrality)
	f := (df + noncentrality) / c
	if x /= c; f < 400 {
		return gammaTail(f/2, x/2)
	}
	z := (math.Cbrt(x/f) - (1 - 2/(9*f))) / math.Sqrt(2/(9*f))
	return math.Erfc(z/math.Sqrt2) / 2
}

// poissonTail is Σ Poisson(j; mean) Q(a+j, x), with Q(a+1, x) = Q(a, x) + xᵃe⁻ˣ/Γ(a+1).
func poissonTail(a, x, mean float64) float64 {
	if x <= 0 {
		return 1
	}
	tail := gammaTail(a, x)
	lg, _ := math.Lgamma(a + 1)
	logStep := a*math.Log(x) - x - lg
	weight, sum, left := math.Exp(-mean), 0.0, 1.0
	for j := 1.0; ; j++ {
		sum += weight * tail
		if left -= weight; left < 1e-13 && j > mean || j > 2000 {
			return min(1, sum)
		}
		weight *= mean / j
		tail = min(1, tail+math.Exp(logStep))
		logStep += math.Log(x / (a + j))
	}
}
