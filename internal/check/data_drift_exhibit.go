package check

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/plumbline-project/plumbline"
)

// Bounds of what is drawn for a column.
const (
	histogramBins = 14 // aimed at; at most 20 with the open ends
	shownValues   = 15
	shownRunes    = 48 // a longer text is no category
)

// drawn reports whether a column's distribution may be shown: not that of a sensitive feature, whose counts are protected
// across groupings elsewhere, nor of declared personal data. What looks like personal data is left out by its values.
func (d *drift) drawn(column string) bool {
	if d.in.Plan.Role(column) == "sensitive" {
		return false
	}
	if d.in.File != nil {
		for _, p := range d.in.File.Data.Personal {
			if p.Column == column {
				return false
			}
		}
	}
	return d.in.Exhibits != nil
}

// exhibit leaves the distributions for the report, largest drift first.
func (d *drift) exhibit(results []driftResult) {
	var shown []plumbline.Distribution
	for i := range results {
		r := &results[i]
		if r.refused != "" || !d.drawn(r.column.name) || min(r.known[0], r.known[1]) < max(d.in.MinN, d.in.MinCell) {
			continue
		}
		x := r.shown
		values := make([]string, len(x.Bins))
		for k := range x.Bins {
			values[k] = x.Bins[k].Value
		}
		if d.in.personal(r.column.name, values) {
			continue
		}
		x.Column, x.Before, x.N = r.column.name, d.role, r.known
		x.Missing = [2]int64{r.rows[0] - r.known[0], r.rows[1] - r.known[1]}
		for k, n := range x.Missing {
			if d.few(n) {
				x.Missing[k], x.N[k] = -1, -1 // the rows of the table would give one by the other
			}
		}
		if !math.IsNaN(r.cells.PSI.Value) {
			x.Drift = number(max(r.cells.PSI.Value, 0))
		}
		shown = append(shown, x)
	}
	size := func(x *plumbline.Distribution) float64 {
		if x.Drift == nil {
			return math.Inf(-1)
		}
		return float64(*x.Drift)
	}
	slices.SortStableFunc(shown, func(a, b plumbline.Distribution) int { return cmp.Compare(size(&b), size(&a)) })
	if len(shown) > 0 {
		d.in.Exhibits.Distributions = append(d.in.Exhibits.Distributions, shown[:min(len(shown), maxDistributions)]...)
	}
}

// histogram counts both samples, in ascending order, in bins with round edges between the outermost hundredths of them.
func (d *drift) histogram(before, now []float64) plumbline.Distribution {
	var out plumbline.Distribution
	if len(before) == 0 || len(now) == 0 {
		return out
	}
	low, high := min(at(before, 0.01), at(now, 0.01)), max(at(before, 0.99), at(now, 0.99))
	step := roundStep((high - low) / histogramBins)
	if step < 1 && whole(before) && whole(now) {
		step = 1
	}
	var edges []float64
	if !finite(step) || step <= 0 {
		edges = []float64{low}
	} else {
		for k := math.Ceil(low / step); k*step <= high && len(edges) < 19; k++ {
			edges = append(edges, k*step)
		}
	}
	from := [2]int{}
	for k := range len(edges) + 1 {
		var b plumbline.Bin
		if k > 0 {
			b.From = number(edges[k-1])
		}
		for s, sample := range [][]float64{before, now} {
			to := len(sample)
			if k < len(edges) {
				b.To = number(edges[k])
				to, _ = slices.BinarySearch(sample, edges[k])
			}
			b.Rows[s] = int64(to - from[s])
			from[s] = to
		}
		b.Before = b.Rows[0] > 0
		if k > 0 || b.Rows != [2]int64{} {
			out.Bins = append(out.Bins, b)
		}
	}
	d.withhold(&out)
	out.Order, out.Now = d.quantiles(before), d.quantiles(now)
	return out
}

// whole reports whether all values are integers.
func whole(sorted []float64) bool {
	return !slices.ContainsFunc(sorted, func(x float64) bool { return x != math.Trunc(x) })
}

// at is a quantile of an ascending sample that is not empty.
func at(sorted []float64, q float64) float64 {
	return sorted[min(max(int(math.Ceil(q*float64(len(sorted))))-1, 0), len(sorted)-1)]
}

// roundStep is the next of 1, 2, 2.5 and 5 times a power of ten.
func roundStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, f := range []float64{1, 2, 2.5, 5} {
		if x <= f*power*(1+1e-9) {
			return f * power
		}
	}
	return 10 * power
}

// quantiles are rounded to three digits, and left out where the outer twentieth holds few people.
func (d *drift) quantiles(sorted []float64) plumbline.Quantiles {
	if float64(len(sorted)) < 20*float64(max(d.in.MinCell, 1)) {
		return plumbline.Quantiles{}
	}
	q := func(p float64) plumbline.Number {
		x := at(sorted, p)
		if x == 0 {
			return 0
		}
		grain := math.Pow(10, math.Floor(math.Log10(math.Abs(x)))-2)
		if y := math.Round(x/grain) * grain; finite(y) {
			return plumbline.Number(y)
		}
		return plumbline.Number(x)
	}
	return plumbline.Quantiles{Q05: q(0.05), Q25: q(0.25), Q50: q(0.5), Q75: q(0.75), Q95: q(0.95)}
}

// bars shows the most frequent values of a column, and the others as the rest. A value is named only where enough rows
// have it on one side.
func (d *drift) bars(all []values) plumbline.Distribution {
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b values) int { return cmp.Compare(b.rows[0]+b.rows[1], a.rows[0]+a.rows[1]) })
	var out plumbline.Distribution
	for _, v := range all {
		if len(out.Bins) == shownValues || max(v.rows[0], v.rows[1]) < max(d.in.MinCell, 1) || utf8.RuneCountInString(v.text) > shownRunes {
			out.Rest[0], out.Rest[1] = out.Rest[0]+v.rows[0], out.Rest[1]+v.rows[1]
			continue
		}
		out.Bins = append(out.Bins, plumbline.Bin{Value: v.text, Rows: v.rows, Before: v.rows[0] > 0})
	}
	d.withhold(&out)
	return out
}

// withhold hides small counts, and where only one is hidden on a side, the smallest of the others that are not 0, which
// would else give it back.
func (d *drift) withhold(x *plumbline.Distribution) {
	for s := range 2 {
		cells := make([]*int64, 0, len(x.Bins)+1)
		for i := range x.Bins {
			cells = append(cells, &x.Bins[i].Rows[s])
		}
		cells = append(cells, &x.Rest[s])
		hidden := 0
		var least *int64
		for _, c := range cells {
			switch {
			case d.few(*c):
				*c = -1
				hidden++
			case *c > 0 && (least == nil || *c < *least):
				least = c
			}
		}
		if hidden == 1 && least != nil {
			*least = -1
		}
	}
}
