package stat_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline/internal/stat"
)

func generator(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// inside reports a ≥ inner ends, with room for rounding.
func inside(inner, outer stat.Interval) bool {
	const room = 1e-9
	return inner.Low >= outer.Low-room*max(1, math.Abs(outer.Low)) && (math.IsInf(outer.High, 1) || inner.High <= outer.High+room*max(1, outer.High))
}

func TestIntervalProperties(t *testing.T) {
	rng := generator(1)
	for range 3000 {
		n1, n2 := math.Floor(1+rng.Float64()*200), math.Floor(1+rng.Float64()*2000)
		k1, k2 := math.Floor(rng.Float64()*(n1+1)), math.Floor(rng.Float64()*(n2+1))
		if rng.IntN(4) == 0 {
			d := 1 + rng.Float64()*5
			k1, n1 = k1/d, n1/d
		}
		p1, p2 := k1/n1, k2/n2
		name := fmt.Sprintf("%v of %v, %v of %v", k1, n1, k2, n2)
		w, c := stat.Wilson(k1, n1, 0.95), stat.ClopperPearson(k1, n1, 0.95)
		d, r := stat.Newcombe(k1, n1, k2, n2, 0.95), stat.Koopman(k1, n1, k2, n2, 0.95)
		for what, ok := range map[string]bool{
			"Wilson holds the rate":            w.Low <= p1 && p1 <= w.High && w.Low >= 0 && w.High <= 1,
			"Clopper–Pearson holds the rate":   c.Low <= p1 && p1 <= c.High && c.Low >= 0 && c.High <= 1,
			"Newcombe holds the difference":    d.Low <= p1-p2 && p1-p2 <= d.High && d.Low >= -1 && d.High <= 1,
			"Koopman holds the ratio":          k1+k2 == 0 || r.Low <= p1/p2*(1+1e-12) && p1/p2 <= r.High*(1+1e-12),
			"Wilson nested":                    inside(w, stat.Wilson(k1, n1, 0.99)),
			"Clopper–Pearson nested":           inside(c, stat.ClopperPearson(k1, n1, 0.99)),
			"Newcombe nested":                  inside(d, stat.Newcombe(k1, n1, k2, n2, 0.99)),
			"Koopman nested":                   inside(r, stat.Koopman(k1, n1, k2, n2, 0.99)),
			"Newcombe flips with groups":       stat.Newcombe(k2, n2, k1, n1, 0.95) == stat.Interval{Low: -d.High, High: -d.Low},
			"Koopman's zero cells":             (k1 == 0) == (r.Low == 0) && (k2 == 0) == math.IsInf(r.High, 1),
			"Wilson is symmetric in outcomes":  inside(stat.Wilson(n1-k1, n1, 0.95), stat.Interval{Low: 1 - w.High, High: 1 - w.Low}),
			"Koopman and Newcombe agree on no": (r.Low > 1.05) == (r.Low > 1.05 && d.Low > -0.05),
		} {
			if !ok {
				t.Fatalf("%s: %s (%v %v %v %v)", what, name, w, c, d, r)
			}
		}
		back := stat.Koopman(k2, n2, k1, n1, 0.95)
		near(t, "reciprocal", back.Low, 1/r.High, 1e-12)
		if rng.IntN(50) == 0 && k1 > 0 && k2 > 0 {
			wide := stat.Koopman(k1, n1, k2, n2, 0.95)
			tight := stat.Koopman(k1*100, n1*100, k2*100, n2*100, 0.95)
			if !inside(tight, wide) {
				t.Errorf("more rows of the same gave a wider interval: %s", name)
			}
		}
	}
}

func TestUndefinedStaysUndefined(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	bad := [][3]float64{{-1, 10, 0.95}, {11, 10, 0.95}, {nan, 10, 0.95}, {1, nan, 0.95}, {1, inf, 0.95}, {1, -1, 0.95}, {1, 2, 0}, {1, 2, 1}, {1, 2, nan}, {1, 2, -3}, {1, 2, 1.5}}
	for _, b := range bad {
		for name, iv := range map[string]stat.Interval{
			"Wilson": stat.Wilson(b[0], b[1], b[2]), "ClopperPearson": stat.ClopperPearson(b[0], b[1], b[2]),
			"Newcombe": stat.Newcombe(b[0], b[1], 3, 4, b[2]), "Koopman": stat.Koopman(3, 4, b[0], b[1], b[2]),
		} {
			if !math.IsNaN(iv.Low) || !math.IsNaN(iv.High) {
				t.Errorf("%s%v = %v, want NaN", name, b, iv)
			}
		}
	}
	nothing := map[string][2]stat.Interval{
		"Wilson":         {stat.Wilson(0, 0, 0.95), {Low: 0, High: 1}},
		"ClopperPearson": {stat.ClopperPearson(0, 0, 0.95), {Low: 0, High: 1}},
		"Newcombe":       {stat.Newcombe(0, 0, 0, 0, 0.95), {Low: -1, High: 1}},
		"Koopman":        {stat.Koopman(0, 0, 3, 5, 0.95), {Low: 0, High: inf}},
		"Koopman zero":   {stat.Koopman(0, 9, 0, 5, 0.95), {Low: 0, High: inf}},
	}
	for name, pair := range nothing {
		if pair[0] != pair[1] {
			t.Errorf("%s of nothing = %v, want %v", name, pair[0], pair[1])
		}
	}
}

func TestGapIsTheWorstPair(t *testing.T) {
	rng := generator(2)
	for range 300 {
		groups := 2 + rng.IntN(9)
		k, n := make([]float64, groups), make([]float64, groups)
		for i := range k {
			n[i] = math.Floor(rng.Float64() * 120)
			k[i] = math.Floor(rng.Float64() * (n[i] + 1))
			if rng.IntN(5) == 0 {
				k[i] = 0
			}
		}
		var used []int
		for i := range n {
			if n[i] > 0 {
				used = append(used, i)
			}
		}
		if len(used) < 2 {
			continue
		}
		pairs := len(used) * (len(used) - 1) / 2
		level := 1 - 0.05/float64(pairs)
		diff, ratio := stat.Interval{Low: 0, High: -1}, stat.Interval{Low: math.Inf(1), High: 1}
		value, quotient := 0.0, 1.0
		for _, i := range used {
			for _, j := range used {
				if i == j {
					continue
				}
				d, r := stat.Newcombe(k[i], n[i], k[j], n[j], level), stat.Koopman(k[i], n[i], k[j], n[j], level)
				diff = stat.Interval{Low: max(diff.Low, d.Low), High: max(diff.High, d.High)}
				ratio = stat.Interval{Low: min(ratio.Low, r.Low), High: min(ratio.High, r.High)}
				value = max(value, k[i]/n[i]-k[j]/n[j])
				if !(k[i] > 0 || k[j] > 0) {
					continue
				}
				quotient = min(quotient, k[i]/n[i]/(k[j]/n[j]))
			}
		}
		gotD, gotR := stat.MaxDifference(k, n, 0.95), stat.MinRatio(k, n, 0.95)
		if gotD.Value != value || gotD.Pairs != pairs || gotD.Value != k[gotD.Max]/n[gotD.Max]-k[gotD.Min]/n[gotD.Min] {
			t.Fatalf("difference %+v, want %v over %d pairs", gotD, value, pairs)
		}
		nearInterval(t, "difference", gotD.Interval, [2]number{number(diff.Low), number(diff.High)}, 1e-12)
		if slices.Max(k) > 0 {
			near(t, "ratio", gotR.Value, quotient, 1e-12)
		}
		nearInterval(t, "ratio", gotR.Interval, [2]number{number(ratio.Low), number(ratio.High)}, 1e-12)
	}
	for name, g := range map[string]stat.Gap{
		"one group":   stat.MaxDifference([]float64{1, 0}, []float64{2, 0}, 0.95),
		"no group":    stat.MinRatio(nil, nil, 0.95),
		"wrong count": stat.MinRatio([]float64{3, 1, -1}, []float64{2, 9, 4}, 0.95),
	} {
		if g.Max != -1 || g.Min != -1 || !math.IsNaN(g.Value) || !math.IsNaN(g.Interval.Low) || !math.IsNaN(g.Interval.High) {
			t.Errorf("%s: %+v", name, g)
		}
	}
}

func TestExactComparison(t *testing.T) {
	decimal := func(s string) stat.Decimal {
		d, err := stat.ParseDecimal(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	const huge = math.MaxInt64
	for _, c := range []struct {
		name      string
		got, want int
	}{
		{"0.32/0.4 is 0.8", stat.CompareRatio(32, 100, 40, 100, decimal("0.8")), 0},
		{"just below four fifths", stat.CompareRatio(3_199_999, 10_000_000, 40, 100, decimal("0.80")), -1},
		{"just above four fifths", stat.CompareRatio(3_200_001, 10_000_000, 40, 100, decimal("0.8")), 1},
		{"no overflow", stat.CompareRatio(huge, huge-1, huge, huge, decimal("0.99999999999999999")), 1},
		{"ratio to zero", stat.CompareRatio(1, 2, 0, 2, decimal("99999")), 1},
		{"ratio undefined", stat.CompareRatio(0, 2, 0, 2, decimal("0.8")), 0},
		{"ratio without rows", stat.CompareRatio(0, 0, 1, 2, decimal("0.8")), 0},
		{"share at threshold", stat.CompareShare(1, 20, decimal("0.05")), 0},
		{"share below", stat.CompareShare(49_999, 1_000_000, decimal("0.05")), -1},
		{"negative threshold", stat.CompareShare(0, 5, decimal("-0.1")), 1},
		{"difference at threshold", stat.CompareDifference(7, 10, 6, 10, decimal("0.1")), 0},
		{"difference below", stat.CompareDifference(6, 10, 7, 10, decimal("0.1")), -1},
		{"shares equal", stat.CompareShares(1, 3, huge/3, huge-1), 0},
		{"shares differ in the last digit", stat.CompareShares(huge-1, huge, huge-2, huge-1), 1},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.name, c.got, c.want)
		}
	}
	if f := decimal("-12.50").Float64(); f != -12.5 {
		t.Errorf("Float64 = %v", f)
	}
	for _, s := range []string{"", "-", ".", "1.", ".5", "1e3", " 1", "1 ", "0x1", "1,5", "--1", "NaN", "٣", "1234567890123456789", "0.8.0"} {
		if d, err := stat.ParseDecimal(s); err == nil {
			t.Errorf("ParseDecimal(%q) = %v, want an error", s, d)
		}
	}
}

func FuzzParseDecimal(f *testing.F) {
	for _, s := range []string{"0.8", "-1", "+00.10", "999999999999999999", "", "1e9", "0.", "٣"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := stat.ParseDecimal(s)
		if err != nil {
			return
		}
		var want float64
		if _, err := fmt.Sscanf(s, "%g", &want); err != nil || d.Float64() != want {
			t.Errorf("%q became %v, want %v (%v)", s, d.Float64(), want, err)
		}
	})
}

func TestNeededIsTheSmallest(t *testing.T) {
	rng := generator(3)
	for range 300 {
		p1, p2, level := rng.Float64(), 0.01+rng.Float64(), 0.9+0.09*rng.Float64()
		p2 = min(p2, 1)
		limit := rng.Float64()*2 - 1
		if n := stat.NeededForDifference(p1, p2, limit, level); n > 0 {
			decided := func(n float64) bool {
				iv := stat.Newcombe(p1*n, n, p2*n, n, level)
				return iv.Low > limit || iv.High < limit
			}
			if !decided(float64(n)) || n > 1 && decided(float64(n-1)) {
				t.Errorf("difference %v − %v against %v: %d is not the smallest", p1, p2, limit, n)
			}
		}
		if n := stat.NeededForRatio(p1, p2, 0.8, level); n > 0 {
			iv := stat.Koopman(p1*float64(n), float64(n), p2*float64(n), float64(n), level)
			if iv.Low <= 0.8 && iv.High >= 0.8 {
				t.Errorf("ratio %v / %v: %d does not decide: %v", p1, p2, n, iv)
			}
		}
	}
	for name, n := range map[string]int64{
		"at the threshold": stat.NeededForDifference(0.7, 0.6, 0.1, 0.95), "ratio at it": stat.NeededForRatio(0.32, 0.4, 0.8, 0.95),
		"no rate": stat.NeededForDifference(1.2, 0.6, 0.1, 0.95), "no level": stat.NeededForRatio(0.2, 0.6, 0.8, math.NaN()),
		"both zero": stat.NeededForRatio(0, 0, 0.8, 0.95), "NaN threshold": stat.NeededForDifference(0.2, 0.3, math.NaN(), 0.95),
	} {
		if n != 0 {
			t.Errorf("%s: %d, want never", name, n)
		}
	}
}

func TestMultiplicityProperties(t *testing.T) {
	nan := math.NaN()
	p := []float64{0.02, nan, 0.001, 0.9, 0.04}
	for name, got := range map[string][]float64{"Holm": stat.Holm(p), "Benjamini–Hochberg": stat.BenjaminiHochberg(p)} {
		want := append(slices.Clone(got[:1]), got[2:]...)
		if !math.IsNaN(got[1]) {
			t.Errorf("%s: NaN became %v", name, got[1])
		}
		if diff := cmp.Diff(want, map[string][]float64{
			"Holm": stat.Holm([]float64{0.02, 0.001, 0.9, 0.04}), "Benjamini–Hochberg": stat.BenjaminiHochberg([]float64{0.02, 0.001, 0.9, 0.04}),
		}[name]); diff != "" {
			t.Errorf("%s counts NaN as a test: %s", name, diff)
		}
	}
	near(t, "selected level", stat.SelectedLevel(0.95, 2, 10), 0.99, 1e-15)
	if l := stat.SelectedLevel(0.95, 0, 10); !math.IsNaN(l) {
		t.Errorf("level for nothing selected = %v", l)
	}
}

func TestMedian(t *testing.T) {
	rng := generator(4)
	for n := range 60 {
		values := make([]float64, n)
		for i := range values {
			values[i] = []float64{rng.NormFloat64(), float64(rng.IntN(4)), 0, math.Copysign(0, -1), -1e300, math.Inf(1)}[rng.IntN(6)]
		}
		sorted := slices.Sorted(slices.Values(values))
		want := math.NaN()
		if n > 0 {
			a, b := sorted[(n-1)/2], sorted[n/2]
			want = a
			if a != b {
				want = a/2 + b/2
			}
		}
		before := slices.Clone(values)
		got := stat.NewRanking(append(values, math.NaN())).Median()
		if got != want && math.Abs(got-want) > 1e-12*math.Abs(want) && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Errorf("median of %v = %v, want %v", before, got, want)
		}
		if !slices.Equal(before, values) {
			t.Errorf("values changed")
		}
	}
}
