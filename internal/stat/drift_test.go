package stat_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/plumbline-project/plumbline/internal/stat"
)

var plainSides = stat.Sides{Before: 1, Now: 1, Level: 0.95}

func sorted(values []float64) []float64 {
	var s stat.Sorter
	return s.Sort(slices.Clone(values), nil)
}

func TestDriftAgreesWithReference(t *testing.T) {
	for _, c := range load[struct {
		Name                                      string
		Before, Now                               []float64
		Statistic, Exact, Asymp, Wasserstein, Std float64
	}](t, "drift") {
		t.Run(c.Name, func(t *testing.T) {
			d := stat.CompareNumbers(sorted(c.Before), sorted(c.Now), plainSides)
			near(t, "D", d.KS.Raw, c.Statistic, 1e-12)
			relative(t, "exact p", d.P, c.Exact, 1e-9)
			n, m := float64(len(c.Before)), float64(len(c.Now))
			if n*m/(n+m) > 20 { // the limit is for large samples
				near(t, "limiting p", stat.Kolmogorov(d.KS.Raw, n, m), c.Asymp, 4e-3)
			}
			relative(t, "Wasserstein", d.Wasserstein.Raw, c.Wasserstein, 1e-9)
			if c.Std > 0 {
				relative(t, "normalised", d.Normalised.Raw, c.Wasserstein/c.Std, 2e-8) // numpy loses digits of the spread of large numbers
			} else if !math.IsNaN(d.Normalised.Raw) {
				t.Errorf("normalised by a spread of 0: %v", d.Normalised.Raw)
			}
		})
	}
}

func TestKolmogorovLimitAgreesWithReference(t *testing.T) {
	for _, c := range load[struct {
		N, M  int
		Steps int64
		P     float64
	}](t, "kolmogorov") {
		got := stat.SmirnovP(c.Steps, c.N, c.M)
		what := fmt.Sprintf("p of %d in %d and %d", c.Steps, c.N, c.M)
		size := float64(c.N) * float64(c.M) / float64(c.N+c.M)
		near(t, what, got, c.P, 0.2/size+3e-5) // scipy rounds N to an integer
		if c.P > 1e-8 && size > 1000 {
			relative(t, what, got, c.P, 0.02)
		}
	}
}

func TestCellsAgreeWithReference(t *testing.T) {
	for _, c := range load[struct {
		Before, Now []int64
		JS, TV      float64
		PSI         *float64
	}](t, "cells") {
		what := fmt.Sprint(c.Before, c.Now)
		d := stat.CompareCells(c.Before, c.Now, plainSides)
		near(t, what+" Jensen–Shannon", d.JensenShannon.Raw, c.JS, 1e-9)
		near(t, what+" total variation", d.TotalVariation.Raw, c.TV, 1e-12)
		if c.PSI != nil {
			near(t, what+" PSI", d.PSI.Raw, *c.PSI, 1e-12)
		} else if math.IsInf(d.PSI.Raw, 0) || d.PSI.Raw <= 0 {
			t.Errorf("%s: PSI %v with an empty cell", what, d.PSI.Raw)
		}
	}
}

func TestNoncentralTailAgreesWithReference(t *testing.T) {
	for _, c := range load[struct{ X, DF, NC, P float64 }](t, "noncentral") {
		tolerance := 1e-10
		if c.NC > 200 { // there two moments are matched, not three
			tolerance = 2e-3
		}
		near(t, fmt.Sprint(c), stat.NoncentralTail(c.X, c.DF, c.NC), c.P, tolerance)
	}
}

// slowKS is D and W by definition, over all values.
func slowKS(a, b []float64) (d, w float64) {
	at := func(s []float64, x float64) float64 {
		n := 0
		for _, v := range s {
			if v <= x {
				n++
			}
		}
		return float64(n) / float64(len(s))
	}
	all := slices.Concat(a, b)
	slices.Sort(all)
	for i, x := range all {
		gap := math.Abs(at(a, x) - at(b, x))
		d = max(d, gap)
		if i+1 < len(all) {
			w += gap * (all[i+1] - x)
		}
	}
	return d, w
}

func TestDriftProperties(t *testing.T) {
	rng := generator(11)
	for range 400 {
		a, b := make([]float64, 1+rng.IntN(120)), make([]float64, 1+rng.IntN(120))
		grain := []float64{0.5, 0.1, 1e-9}[rng.IntN(3)]
		for _, s := range [][]float64{a, b} {
			for i := range s {
				s[i] = math.Round(rng.NormFloat64()/grain) * grain
			}
		}
		d, w := slowKS(a, b)
		x, y := stat.CompareNumbers(sorted(a), sorted(b), plainSides), stat.CompareNumbers(sorted(b), sorted(a), plainSides)
		near(t, "D by definition", x.KS.Raw, d, 1e-12)
		near(t, "W by definition", x.Wasserstein.Raw, w, 1e-11)
		near(t, "D is symmetric", y.KS.Raw, d, 1e-12)
		near(t, "W is symmetric", y.Wasserstein.Raw, w, 1e-11)
		near(t, "p is symmetric", y.P, x.P, 1e-12)
		if !holds(x.KS.Interval, d) || !holds(x.Wasserstein.Interval, w) || x.P < 0 || x.P > 1 {
			t.Errorf("interval without its estimate, or p outside 0 to 1: %+v", x)
		}
		for i := range b {
			b[i] = b[i]*2 + 3
		}
		for i := range a {
			a[i] = a[i]*2 + 3
		}
		z := stat.CompareNumbers(sorted(a), sorted(b), plainSides)
		near(t, "D of a moved scale", z.KS.Raw, d, 1e-12)
		near(t, "W of a moved scale", z.Wasserstein.Raw, 2*w, 1e-9)
	}
}

func TestSortAgreesWithComparison(t *testing.T) {
	rng := generator(12)
	var s stat.Sorter
	makers := map[string]func() float64{
		"normal":     rng.NormFloat64,
		"bits":       func() float64 { return math.Float64frombits(rng.Uint64()) },
		"few values": func() float64 { return float64(rng.IntN(7)) - 3 },
		"close":      func() float64 { return 1e9 + rng.Float64()*1e-6 },
		"tiny":       func() float64 { return rng.Float64() * 5e-320 },
		"extremes": func() float64 {
			return []float64{math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1), math.MaxFloat64}[rng.IntN(5)]
		},
	}
	for name, draw := range makers {
		for _, n := range []int{0, 1, 2, 511, 512, 513, 5000} {
			values, valid := make([]float64, n), make([]uint64, (n+63)/64)
			var want []float64
			for i := range values {
				values[i] = draw()
				if rng.IntN(4) > 0 {
					valid[i>>6] |= 1 << (i & 63)
					if !math.IsNaN(values[i]) {
						want = append(want, values[i])
					}
				}
			}
			slices.Sort(want)
			got := s.Sort(values, valid)
			if !slices.Equal(got, want) {
				t.Errorf("%s, %d values: not as sorted by comparison", name, n)
			}
			if slices.ContainsFunc(got, func(v float64) bool { return v == 0 && math.Signbit(v) }) {
				t.Errorf("%s, %d values: a negative zero was left", name, n)
			}
		}
	}
}

func TestDriftWithoutMeaning(t *testing.T) {
	some := []float64{1, 2, 3}
	for name, d := range map[string]stat.Drift{
		"nothing before": stat.CompareNumbers(nil, some, plainSides),
		"nothing now":    stat.CompareNumbers(some, nil, plainSides),
		"no level":       stat.CompareNumbers(some, some, stat.Sides{Before: 1, Now: 1}),
	} {
		if !math.IsNaN(d.KS.Raw) || !math.IsNaN(d.P) || !math.IsNaN(d.Wasserstein.Raw) || !math.IsNaN(d.Cells.PSI.Raw) {
			t.Errorf("%s: %+v", name, d)
		}
	}
	if d := stat.CompareNumbers(some, some, plainSides); !math.IsNaN(d.Cells.PSI.Value) || d.KS.Raw != 0 || d.P != 1 {
		t.Errorf("three rows a side: %+v", d)
	}
	wide := []float64{-math.MaxFloat64, math.MaxFloat64}
	if d := stat.CompareNumbers(wide[:1], wide[1:], plainSides); !math.IsNaN(d.Wasserstein.Raw) || d.KS.Raw != 1 {
		t.Errorf("a range that overflows: %+v", d)
	}
	if d := stat.CompareCells([]int64{-1, 5}, []int64{3, 3}, plainSides); !math.IsNaN(d.PSI.Raw) {
		t.Errorf("a negative count: %+v", d)
	}
}

// TestCellsOfFewValues holds the cells of discrete columns: each value is one, however unequal.
func TestCellsOfFewValues(t *testing.T) {
	ones := func(share int) []float64 {
		out := make([]float64, 1000)
		for i := range out {
			if i%100 < share {
				out[i] = 1
			}
		}
		return sorted(out)
	}
	d := stat.CompareNumbers(ones(97), ones(60), plainSides)
	want := stat.CompareCells([]int64{30, 970}, []int64{400, 600}, plainSides)
	near(t, "PSI of 0 and 1", d.Cells.PSI.Raw, want.PSI.Raw, 1e-12)
	for _, other := range []float64{3, 5} { // constant before, another value now, on either side
		now := slices.Repeat([]float64{other}, 400)
		if d := stat.CompareNumbers(slices.Repeat([]float64{4}, 400), now, plainSides); d.Cells.PSI.Interval.Low < 1 {
			t.Errorf("from 4 to %v in every row: %+v", other, d.Cells.PSI)
		}
	}
	if d := stat.CompareNumbers(slices.Repeat([]float64{4}, 400), slices.Repeat([]float64{4}, 300), plainSides); d.Cells.PSI.Value != 0 {
		t.Errorf("a constant that stays: %+v", d.Cells.PSI)
	}
}

// normals draws n numbers.
func normals(rng *rand.Rand, n int, mean, spread float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = mean + spread*rng.NormFloat64()
	}
	return out
}
