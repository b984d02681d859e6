package stat

import (
	"math"
	"slices"
)

// Distance is how far two samples lie apart. Raw is the formula on the samples; Value has the part removed that chance alone
// gives samples of these sizes, where that is known, so that it may be under 0. The interval is of the distance of the
// populations.
type Distance struct {
	Raw, Value float64
	Interval   Interval
}

// Sides says how sure the two samples are: the design effects of repeated persons (1 where rows are independent, never
// less) and the level of each interval.
type Sides struct{ Before, Now, Level float64 }

// Drift compares the numbers of a column before and now.
type Drift struct {
	KS          Distance // Kolmogorov–Smirnov D, 0 to 1
	P           float64  // two-sided p-value of D, see kolmogorovSmirnovP
	Wasserstein Distance // of order 1, in the unit of the column
	Normalised  Distance // the same by the standard deviation before; NaN where that is 0
	Cells       CellDrift
	Edges       []float64 // inner edges of the cells, ascending; a value on an edge is in the cell under it
}

// Drift bins: the field's usual ten, and the least rows for each on both sides.
const (
	driftBins   = 10
	rowsPerCell = 5
)

// DriftRows is the least number of known values on each side for [CompareNumbers] to give a PSI and a Jensen–Shannon distance.
const DriftRows = driftBins * rowsPerCell

// CompareNumbers compares two samples in ascending order, without NaN, as [Sorter] leaves them. Ties are exact. Everything is
// NaN where a side is empty. PSI and Jensen–Shannon are over at most 10 cells between the quantiles before, which fewer
// different values make fewer; they are NaN under [DriftRows] rows on a side. Wasserstein is NaN where the range overflows.
// It reads both samples twice.
//
// The interval of D is by the inequality of Dvoretzky, Kiefer and Wolfowitz with Massart's constant, half the error for each
// side: conservative at every n. The interval of Wasserstein adds and takes the quantile of ∫|Ĥ−H|, where H is the
// difference of the distribution functions: its mean under the Brownian bridges of both samples, and above that Gaussian
// concentration with the variance of the difference of means (del Barrio, Giné and Matrán 1999 give the limit; Boucheron,
// Lugosi and Massart 2013, theorem 5.8, the concentration). Normalised takes the standard deviation before as known.
func CompareNumbers(before, now []float64, s Sides) Drift {
	if len(before) == 0 || len(now) == 0 || math.IsNaN(critical(s.Level)) {
		nan := Distance{math.NaN(), math.NaN(), undefined()}
		return Drift{KS: nan, P: math.NaN(), Wasserstein: nan, Normalised: nan, Cells: noCells()}
	}
	m := merge(before, now, s)
	n1, n2 := float64(len(before)), float64(len(now))
	d := Drift{P: kolmogorovSmirnovP(m.steps, len(before), len(now))}
	if s.Before > 1 || s.Now > 1 {
		d.P = kolmogorov(float64(m.steps)/(n1*n2), n1/s.Before, n2/s.Now)
	}
	ks := float64(m.steps) / (n1 * n2)
	reach := massart(n1/s.Before, s.Level) + massart(n2/s.Now, s.Level)
	d.KS = Distance{ks, ks, Interval{max(0, ks-reach), min(1, ks+reach)}}

	mean, spread1 := moments(before)
	_, spread2 := moments(now)
	sigma := math.Sqrt(spread1*spread1*s.Before/n1 + spread2*spread2*s.Now/n2)
	reach = math.Sqrt(2/math.Pi)*m.roughness + sigma*math.Sqrt(2*math.Log(1/(1-s.Level)))
	d.Wasserstein = Distance{m.area, m.area, Interval{max(0, m.area-reach), m.area + reach}}
	if math.IsInf(m.area, 0) || math.IsNaN(mean) || math.IsInf(reach, 0) || math.IsNaN(reach) {
		d.Wasserstein = Distance{math.NaN(), math.NaN(), undefined()}
	}
	w := d.Wasserstein
	d.Normalised = Distance{math.NaN(), math.NaN(), undefined()}
	if spread1 > 0 {
		d.Normalised = Distance{w.Raw / spread1, w.Value / spread1, Interval{w.Interval.Low / spread1, w.Interval.High / spread1}}
	}

	d.Edges = quantileEdges(before, driftBins)
	d.Cells = noCells()
	if len(before) >= DriftRows && len(now) >= DriftRows {
		d.Cells = CompareCells(cellCounts(before, d.Edges), cellCounts(now, d.Edges), s)
	}
	return d
}

// merged is what one walk through both samples in order gives.
type merged struct {
	steps     int64   // max |i·m − j·n| over the values, so that D = steps / (n·m)
	area      float64 // ∫|F − G|
	roughness float64 // ∫√(F(1−F)/n + G(1−G)/m), with the effective sizes
}

// merge walks through both samples in order. Sizes are at most 2³¹, so that their product fits.
func merge(before, now []float64, s Sides) merged {
	var out merged
	n, m := int64(len(before)), int64(len(now))
	inv, e1, e2 := 1/(float64(n)*float64(m)), float64(n)/s.Before, float64(m)/s.Now
	n1, n2 := 1/float64(n), 1/float64(m)
	v1, v2 := 1/e1, 1/e2
	i, j := int64(0), int64(0)
	x := min(before[0], now[0])
	for i < n && j < m {
		a, b := before[i], now[j]
		next := min(a, b)
		if next != x { // a gap ends: i and j count all values up to x
			gap := i*m - j*n
			gap = max(gap, -gap)
			out.steps = max(out.steps, gap)
			width := next - x
			f, g := float64(i)*n1, float64(j)*n2
			out.area += width * (float64(gap) * inv)
			out.roughness += width * math.Sqrt(f*(1-f)*v1+g*(1-g)*v2)
			x = next
		}
		if a <= next {
			i++
		}
		if b <= next {
			j++
		}
	}
	rest, end := before, i
	if j < m {
		rest, end = now, j
	}
	for k := end; k < int64(len(rest)); k++ { // one side is used up
		if j < m {
			j = k
		} else {
			i = k
		}
		gap := i*m - j*n
		gap = max(gap, -gap)
		if width := rest[k] - x; width > 0 {
			out.steps = max(out.steps, gap)
			f, g := float64(i)*n1, float64(j)*n2
			out.area += width * (float64(gap) * inv)
			out.roughness += width * math.Sqrt(f*(1-f)*v1+g*(1-g)*v2)
			x = rest[k]
		}
	}
	return out
}

// moments are the mean and the standard deviation (divisor n) of a sample that is not empty.
func moments(sorted []float64) (mean, spread float64) {
	shift := sorted[len(sorted)/2]
	var sum, squares [2]float64
	for k := 0; k+1 < len(sorted); k += 2 { // two chains of additions run side by side
		a, b := sorted[k]-shift, sorted[k+1]-shift
		sum[0], squares[0] = sum[0]+a, squares[0]+a*a
		sum[1], squares[1] = sum[1]+b, squares[1]+b*b
	}
	if len(sorted)%2 == 1 {
		a := sorted[len(sorted)-1] - shift
		sum[0], squares[0] = sum[0]+a, squares[0]+a*a
	}
	n := float64(len(sorted))
	off := (sum[0] + sum[1]) / n
	return shift + off, math.Sqrt(max(0, (squares[0]+squares[1])/n-off*off))
}

// massart is how far the distribution function of n rows lies from the true one, at half the error of a level
// (Massart 1990).
func massart(n, level float64) float64 { return math.Sqrt(math.Log(4/(1-level)) / (2 * n)) }

// quantileEdges cuts ascending values into bins of about equal size; the edges differ. Where there are no more different
// values than bins each is a bin of its own, and one value alone has what lies under and over it beside it.
func quantileEdges(sorted []float64, bins int) []float64 {
	last := sorted[len(sorted)-1]
	if sorted[0] == last {
		return []float64{math.Nextafter(last, math.Inf(-1)), last}
	}
	if edges := fewEdges(sorted, bins); edges != nil {
		return edges
	}
	var edges []float64
	for b := 1; b < bins; b++ {
		x := sorted[(b*len(sorted)+bins-1)/bins-1]
		if x == last { // it has a tenth of the rows or more, and is a bin of its own
			under, _ := slices.BinarySearch(sorted, last)
			x = sorted[under-1]
		}
		if len(edges) == 0 || x > edges[len(edges)-1] {
			edges = append(edges, x)
		}
	}
	return edges
}

// fewEdges are the different values but the last where there are at most most of them, else nil.
func fewEdges(sorted []float64, most int) []float64 {
	var edges []float64
	for from := 0; len(edges) < most; {
		v := sorted[from]
		if v == sorted[len(sorted)-1] {
			return edges
		}
		edges = append(edges, v)
		from += countUpTo(sorted[from:], v)
	}
	return nil
}

// countUpTo counts the ascending values that are at most v.
func countUpTo(sorted []float64, v float64) int {
	n, _ := slices.BinarySearchFunc(sorted, v, func(x, v float64) int {
		if x <= v {
			return -1
		}
		return 1
	})
	return n
}

// cellCounts counts ascending values between edges.
func cellCounts(sorted, edges []float64) []int64 {
	counts := make([]int64, len(edges)+1)
	from := 0
	for k, e := range edges {
		n := countUpTo(sorted[from:], e)
		counts[k] = int64(n)
		from += n
	}
	counts[len(edges)] = int64(len(sorted) - from)
	return counts
}

// exactSteps bounds the work of an exact p-value.
const exactSteps = 4_000_000

// kolmogorovSmirnovP is the two-sided p-value of D = steps/(n·m) for samples of n and m continuous values: exact, by the chance
// that a random lattice path leaves the band, where n·m is at most 4,000,000 (the recursion adds positive numbers only, so
// small chances are right too), else by Kolmogorov's limit with the shift of 1/(6√N), N = nm/(n+m), whose error is of
// order 1/N. With ties it is conservative. NaN where a size is not positive.
func kolmogorovSmirnovP(steps int64, n, m int) float64 {
	switch {
	case n <= 0 || m <= 0 || steps < 0:
		return math.NaN()
	case steps == 0:
		return 1
	case int64(n)*int64(m) > exactSteps:
		return kolmogorov(float64(steps)/(float64(n)*float64(m)), float64(n), float64(m))
	}
	if n > m {
		n, m = m, n
	}
	out := make([]float64, n+1) // chance that a random path to (i, j) has left the band, for the current j
	for j := range m + 1 {
		for i := range n + 1 {
			gap := int64(i)*int64(m) - int64(j)*int64(n)
			switch {
			case gap >= steps || -gap >= steps:
				out[i] = 1
			case i == 0 && j == 0:
				out[i] = 0
			case i == 0: // one way only, from (0, j−1), and that is out[0] already
			case j == 0:
				out[i] = out[i-1]
			default:
				out[i] = (float64(i)*out[i-1] + float64(j)*out[i]) / float64(i+j)
			}
		}
	}
	return min(1, out[n])
}

// kolmogorov is the limit of the two-sided p-value, with its first correction (Simard and L'Ecuyer 2011, JSS 39(11), eq. 6).
func kolmogorov(d, n, m float64) float64 {
	size := n * m / (n + m)
	if d <= 0 {
		return 1
	}
	z := math.Sqrt(size)*d + 1/(6*math.Sqrt(size))
	if z < 1 { // the theta function by its other series
		sum := 0.0
		for k := 1.0; k < 40; k += 2 {
			sum += math.Exp(-k * k * math.Pi * math.Pi / (8 * z * z))
		}
		return max(0, 1-math.Sqrt(2*math.Pi)/z*sum)
	}
	sum, sign := 0.0, 1.0
	for k := 1.0; k < 40; k++ {
		sum += sign * math.Exp(-2*k*k*z*z)
		sign = -sign
	}
	return min(1, 2*sum)
}
