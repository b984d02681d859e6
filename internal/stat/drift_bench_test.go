package stat_test

import (
	"flag"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/plumbline-project/plumbline/internal/stat"
)

var driftRows = flag.Int("drift-rows", 1_000_000, "rows on each side of the drift benchmark")

const driftColumns = 50

// driftData fills a pair of columns as in the comparison with scipy and Evidently: N(0,1) against N(0.02(j mod 5), 1+0.01(j mod 3)).
func driftData(j int, before, now []float64) {
	rng := generator(uint64(100 + j))
	for i := range before {
		before[i] = rng.NormFloat64()
	}
	for i := range now {
		now[i] = 0.02*float64(j%5) + (1+0.01*float64(j%3))*rng.NormFloat64()
	}
}

// BenchmarkDrift compares 50 pairs of columns, with every distance and interval, two at a time. The baseline is one pair by
// slices.Sort and a plain merge for D, W and a PSI, one pair on each of two processors in the same run, times 25.
func BenchmarkDrift(b *testing.B) {
	n := *driftRows
	pairs := make([][2][]float64, 4) // a pair is used in turn, and copied before it is sorted
	for j := range pairs {
		pairs[j] = [2][]float64{make([]float64, n), make([]float64, n)}
		driftData(j, pairs[j][0], pairs[j][1])
	}
	var both sync.WaitGroup
	start := time.Now()
	for worker := range 2 { // as many processors as the product has below
		both.Go(func() {
			before, now := slices.Clone(pairs[worker][0]), slices.Clone(pairs[worker][1])
			d, w, psi := plainDrift(before, now)
			got := stat.CompareNumbers(before, now, plainSides)
			if math.Abs(got.KS.Raw-d) > 1e-12 || math.Abs(got.Wasserstein.Raw-w) > 1e-9 || math.Abs(got.Cells.PSI.Raw-psi) > 1e-3 {
				b.Errorf("the baseline gives %v, %v, %v, the product %+v", d, w, psi, got)
			}
		})
	}
	both.Wait()
	plain := time.Since(start)
	b.ResetTimer()
	for b.Loop() {
		var wg sync.WaitGroup
		for worker := range 2 {
			wg.Go(func() {
				var s stat.Sorter
				before, now := make([]float64, n), make([]float64, n)
				for j := worker; j < driftColumns; j += 2 {
					copy(before, pairs[j%len(pairs)][0])
					copy(now, pairs[j%len(pairs)][1])
					stat.CompareNumbers(s.Sort(before, nil), s.Sort(now, nil), plainSides)
				}
			})
		}
		wg.Wait()
	}
	each := b.Elapsed() / time.Duration(b.N)
	b.ReportMetric(each.Seconds(), "s/50-columns")
	b.ReportMetric(float64(plain)*driftColumns/2/float64(each), "×slices.Sort")
}

// plainDrift is D, W and PSI of ten quantile bins as they are commonly written.
func plainDrift(before, now []float64) (d, w, psi float64) {
	slices.Sort(before)
	slices.Sort(now)
	n, m := float64(len(before)), float64(len(now))
	i, j, last := 0, 0, math.Inf(-1)
	for i < len(before) || j < len(now) {
		x := math.Inf(1)
		if i < len(before) {
			x = before[i]
		}
		if j < len(now) {
			x = min(x, now[j])
		}
		if i+j > 0 {
			w += math.Abs(float64(i)/n-float64(j)/m) * (x - last)
		}
		for i < len(before) && before[i] == x {
			i++
		}
		for j < len(now) && now[j] == x {
			j++
		}
		d, last = max(d, math.Abs(float64(i)/n-float64(j)/m)), x
	}
	was, is := 0, 0
	for k := 1; k <= 10; k++ {
		a, c := len(before), len(now)
		if k < 10 {
			a = len(before) * k / 10
			c, _ = slices.BinarySearch(now, before[a])
		}
		p, q := float64(a-was)/n, float64(c-is)/m
		psi += (q - p) * math.Log(q/p)
		was, is = a, c
	}
	return d, w, psi
}

func BenchmarkSort(b *testing.B) {
	source := make([]float64, 1_000_000)
	driftData(0, source, nil)
	values := make([]float64, len(source))
	b.Run("radix", func(b *testing.B) {
		var s stat.Sorter
		for b.Loop() {
			copy(values, source)
			s.Sort(values, nil)
		}
	})
	b.Run("slices.Sort", func(b *testing.B) {
		for b.Loop() {
			copy(values, source)
			slices.Sort(values)
		}
	})
}
