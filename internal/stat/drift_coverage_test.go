package stat_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline/internal/stat"
)

// quantile is its inverse, on (0, 1).
func quantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

// normalTruth is what the distances estimate where N(0, 1) becomes N(mean, spread²).
func normalTruth(mean, spread float64) (psi, js, ks, w float64) {
	was := 0.0
	for b := 1; b <= 10; b++ {
		is := 1.0
		if b < 10 {
			is = phi((quantile(float64(b)/10) - mean) / spread)
		}
		p, q := 0.1, is-was
		mid := (p + q) / 2
		psi += (q - p) * math.Log(q/p)
		js += p*math.Log2(p/mid)/2 + q*math.Log2(q/mid)/2
		was = is
	}
	const step = 1e-3
	for x := -12.0; x < 12; x += step {
		gap := math.Abs(phi(x) - phi((x-mean)/spread))
		ks, w = max(ks, gap), w+gap*step
	}
	return psi, math.Sqrt(js), ks, w
}

// driftSetting is a change of a column with the true distances; draw makes one pair and gives the intervals in their order.
type driftSetting struct {
	change  string
	methods []string
	truth   []float64
	floors  []float64
	draw    func(*rand.Rand) []stat.Interval
}

// TestDriftCoverage is [TestCoverage] for the intervals of distances, with an eighth of the data sets: one pair gives all distances.
func TestDriftCoverage(t *testing.T) {
	var table strings.Builder
	table.WriteString("| Method | Truth | Coverage | Claim |\n|---|---|---:|---|\n")
	draws := *coverageDraws / 8
	for i, s := range append(numberSettings(), cellSettings()...) {
		rng := generator(uint64(5000 + i))
		hits := make([]int, len(s.truth))
		for range draws {
			for k, iv := range s.draw(rng) {
				if holds(iv, s.truth[k]) {
					hits[k]++
				}
			}
		}
		for k, method := range s.methods {
			n, floor := float64(draws), s.floors[k]
			got := float64(hits[k]) / n
			if got < floor-3.3*math.Sqrt(floor*(1-floor)/n) {
				t.Errorf("%s, %s: coverage %.4f, claimed ≥ %.3f", method, s.change, got, floor)
			}
			fmt.Fprintf(&table, "| %s | %.3f; %s | %.3f | ≥ %.3f |\n", method, s.truth[k], s.change, got, floor)
		}
	}
	t.Logf("%d draws per setting\n%s", draws, table.String())
}

func numberSettings() []driftSetting {
	var out []driftSetting
	for _, c := range []struct {
		n, m         int
		mean, spread float64
	}{
		{100, 100, 0, 1}, {100, 100, 0.3, 1}, {100, 400, 0.8, 1}, {800, 800, 0, 1}, {800, 800, 0.1, 1.05}, {800, 800, 0.3, 1.2}, {800, 300, 1, 1},
	} {
		psi, js, ks, w := normalTruth(c.mean, c.spread)
		out = append(out, driftSetting{
			change:  fmt.Sprintf("N(0, 1), n = %d, becomes N(%v, %v²), n = %d", c.n, c.mean, c.spread, c.m),
			methods: []string{"PSI", "Jensen–Shannon distance", "Kolmogorov–Smirnov D", "Wasserstein"},
			truth:   []float64{psi, js, ks, w}, floors: []float64{0.935, 0.935, 0.975, 0.975},
			draw: func(rng *rand.Rand) []stat.Interval {
				d := stat.CompareNumbers(sorted(normals(rng, c.n, 0, 1)), sorted(normals(rng, c.m, c.mean, c.spread)), plainSides)
				return []stat.Interval{d.Cells.PSI.Interval, d.Cells.JensenShannon.Interval, d.KS.Interval, d.Wasserstein.Interval}
			},
		})
	}
	return out
}

// cellSettings are categories, rare ones too.
func cellSettings() []driftSetting {
	var out []driftSetting
	for _, c := range []struct {
		n, m int
		p, q []float64
	}{
		{100, 100, []float64{0.5, 0.5}, []float64{0.5, 0.5}},
		{100, 150, []float64{0.5, 0.3, 0.2}, []float64{0.3, 0.3, 0.4}},
		{400, 400, []float64{0.9, 0.08, 0.02}, []float64{0.9, 0.08, 0.02}},
		{1000, 1000, []float64{0.97, 0.03}, []float64{0.9, 0.1}},
		{500, 2000, []float64{0.4, 0.3, 0.2, 0.05, 0.05}, []float64{0.3, 0.3, 0.2, 0.1, 0.1}},
	} {
		psi, js, tv := 0.0, 0.0, 0.0
		for i, p := range c.p {
			q := c.q[i]
			mid := (p + q) / 2
			psi += (q - p) * math.Log(q/p)
			js += p*math.Log2(p/mid)/2 + q*math.Log2(q/mid)/2
			tv += math.Abs(p-q) / 2
		}
		out = append(out, driftSetting{
			change:  fmt.Sprintf("%v, n = %d, becomes %v, n = %d", c.p, c.n, c.q, c.m),
			methods: []string{"PSI", "Jensen–Shannon distance", "Total variation"},
			truth:   []float64{psi, math.Sqrt(js), tv}, floors: []float64{0.935, 0.935, 0.975},
			draw: func(rng *rand.Rand) []stat.Interval {
				d := stat.CompareCells(multinomial(rng, c.n, c.p), multinomial(rng, c.m, c.q), plainSides)
				return []stat.Interval{d.PSI.Interval, d.JensenShannon.Interval, d.TotalVariation.Interval}
			},
		})
	}
	return out
}

func multinomial(rng *rand.Rand, n int, p []float64) []int64 {
	counts := make([]int64, len(p))
	for range n {
		u, i := rng.Float64(), 0
		for ; i+1 < len(p) && u >= p[i]; i++ {
			u -= p[i]
		}
		counts[i]++
	}
	return counts
}

// TestDriftBiasIsRemoved holds the mean of the corrected PSI against the truth.
func TestDriftBiasIsRemoved(t *testing.T) {
	for _, c := range []struct {
		n, m int
		mean float64
	}{{100, 100, 0}, {300, 200, 0}, {1000, 1000, 0.3}} {
		rng := generator(77)
		truth, _, _, _ := normalTruth(c.mean, 1)
		raw, value := 0.0, 0.0
		const draws = 250
		for range draws {
			d := stat.CompareNumbers(sorted(normals(rng, c.n, 0, 1)), sorted(normals(rng, c.m, c.mean, 1)), plainSides)
			raw, value = raw+d.Cells.PSI.Raw/draws, value+d.Cells.PSI.Value/draws
		}
		noise := 9 * (1/float64(c.n) + 1/float64(c.m))
		t.Logf("n = %d and %d, shift %v: PSI %.4f, mean of raw %.4f, of corrected %.4f", c.n, c.m, c.mean, truth, raw, value)
		if math.Abs(value-truth) > 0.25*noise || raw-truth < 0.7*noise {
			t.Errorf("n = %d and %d: the corrected mean is %v off, the raw one %v", c.n, c.m, value-truth, raw-truth)
		}
	}
}
