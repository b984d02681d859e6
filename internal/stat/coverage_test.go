package stat_test

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline/internal/stat"
)

var coverageDraws = flag.Int("coverage-draws", 2000, "simulated data sets per setting of the coverage test")

// setting is one method under one truth: draw makes one data set and reports whether the interval holds the truth. floor
// is the least coverage that we claim there; ceiling is 1 for methods that are conservative by construction.
type setting struct {
	method, truth  string
	floor, ceiling float64
	draw           func(*rand.Rand) bool
}

const nominal = 0.95

// TestCoverage simulates the coverage of every interval at a nominal 95 %. It fails where coverage lies outside the claim
// by more than 3.3 standard errors. With -v it prints the table of docs/coverage.md.
func TestCoverage(t *testing.T) {
	var table strings.Builder
	table.WriteString("| Method | Truth | Coverage | Claim |\n|---|---|---:|---|\n")
	for i, s := range settings() {
		rng := generator(uint64(1000 + i))
		hits := 0
		for range *coverageDraws {
			if s.draw(rng) {
				hits++
			}
		}
		n := float64(*coverageDraws)
		got := float64(hits) / n
		noise := func(p float64) float64 { return 3.3 * math.Sqrt(p*(1-p)/n) }
		if got < s.floor-noise(s.floor) || got > s.ceiling+noise(s.ceiling) {
			t.Errorf("%s, %s: coverage %.4f, claimed %.3f to %.3f", s.method, s.truth, got, s.floor, s.ceiling)
		}
		claim := fmt.Sprintf("%.3f to %.3f", s.floor, s.ceiling)
		if s.ceiling == 1 {
			claim = fmt.Sprintf("≥ %.3f", s.floor)
		}
		fmt.Fprintf(&table, "| %s | %s | %.3f | %s |\n", s.method, s.truth, got, claim)
	}
	t.Logf("%d draws per setting\n%s", *coverageDraws, table.String())
}

// TestWilsonCoverageExactly sums the coverage over all counts, for rates from 0.05 to 0.5, so that the swings between the
// rates that TestCoverage happens to try show too.
func TestWilsonCoverageExactly(t *testing.T) {
	for _, c := range []struct {
		n           int
		worst, mean float64
	}{{20, 0.916, 0.954}, {100, 0.927, 0.951}, {1000, 0.943, 0.950}} {
		ends := make([]stat.Interval, c.n+1)
		for k := range ends {
			ends[k] = stat.Wilson(float64(k), float64(c.n), nominal)
		}
		worst, mean := 1.0, 0.0
		const steps = 1500
		for i := range steps {
			p := 0.05 + 0.45*float64(i)/(steps-1)
			covered, mass := 0.0, math.Pow(1-p, float64(c.n))
			for k, iv := range ends {
				if holds(iv, p) {
					covered += mass
				}
				mass *= float64(c.n-k) / float64(k+1) * p / (1 - p)
			}
			worst, mean = min(worst, covered), mean+covered/steps
		}
		if math.Abs(worst-c.worst) > 0.002 || math.Abs(mean-c.mean) > 0.001 {
			t.Errorf("n = %d: worst %.4f, mean %.4f; known %.3f, %.3f", c.n, worst, mean, c.worst, c.mean)
		}
	}
}

func settings() []setting {
	var all []setting
	for _, part := range [][]setting{rateSettings(), pairSettings(), gapSettings(), scoreSettings(), calibrationSettings(), strataSettings(), clusterSettings()} {
		all = append(all, part...)
	}
	return all
}

func binomial(rng *rand.Rand, n, p float64) float64 {
	k := 0.0
	for range int(n) {
		if rng.Float64() < p {
			k++
		}
	}
	return k
}

func holds(iv stat.Interval, x float64) bool { return iv.Low <= x && x <= iv.High }

func rateSettings() (out []setting) {
	for _, c := range []struct{ n, p, floor float64 }{{20, 0.1, 0.90}, {30, 0.5, 0.93}, {100, 0.02, 0.92}, {1000, 0.3, 0.94}} {
		truth := fmt.Sprintf("n = %v, rate %v", c.n, c.p)
		out = append(out,
			setting{"Wilson", truth, c.floor, 0.99, func(rng *rand.Rand) bool { return holds(stat.Wilson(binomial(rng, c.n, c.p), c.n, nominal), c.p) }},
			setting{"Clopper–Pearson", truth, 0.95, 1, func(rng *rand.Rand) bool {
				return holds(stat.ClopperPearson(binomial(rng, c.n, c.p), c.n, nominal), c.p)
			}})
	}
	return out
}

func pairSettings() (out []setting) {
	for _, c := range []struct{ n1, p1, n2, p2, floor float64 }{
		{30, 0.2, 40, 0.2, 0.93},
		{30, 0.5, 30, 0.4, 0.93},
		{100, 0.9, 60, 0.72, 0.93},
		{500, 0.01, 800, 0.02, 0.93},
		{1000, 0.4, 1000, 0.32, 0.94},
		{12, 0.05, 15, 0.9, 0.92},
	} {
		truth := fmt.Sprintf("rates %v (n = %v) and %v (n = %v)", c.p1, c.n1, c.p2, c.n2)
		out = append(out,
			setting{"Newcombe difference", truth, c.floor, 0.99, func(rng *rand.Rand) bool {
				return holds(stat.Newcombe(binomial(rng, c.n1, c.p1), c.n1, binomial(rng, c.n2, c.p2), c.n2, nominal), c.p1-c.p2)
			}},
			setting{"Koopman ratio", truth, c.floor, 0.99, func(rng *rand.Rand) bool {
				return holds(stat.Koopman(binomial(rng, c.n1, c.p1), c.n1, binomial(rng, c.n2, c.p2), c.n2, nominal), c.p1/c.p2)
			}})
	}
	return out
}

func gapSettings() (out []setting) {
	for _, c := range []struct {
		truth string
		n     float64
		p     []float64
	}{ // two groups are one pair, with the coverage of the pair
		{"2 groups, no gap, n = 50", 50, []float64{0.3, 0.3}},
		{"2 groups, gap, n = 200", 200, []float64{0.5, 0.4}},
		{"5 groups, no gap, n = 60", 60, []float64{0.2, 0.2, 0.2, 0.2, 0.2}},
		{"5 groups, gap, n = 60", 60, []float64{0.5, 0.45, 0.4, 0.35, 0.3}},
		{"5 groups, one apart, n = 300", 300, []float64{0.5, 0.5, 0.5, 0.5, 0.35}},
		{"20 groups, no gap, n = 40", 40, slices.Repeat([]float64{0.1}, 20)},
		{"20 groups, gap, n = 200", 200, append(slices.Repeat([]float64{0.6}, 19), 0.5)},
	} {
		low, high := slices.Min(c.p), slices.Max(c.p)
		sample := func(rng *rand.Rand) (k, n []float64) {
			for _, p := range c.p {
				k, n = append(k, binomial(rng, c.n, p)), append(n, c.n)
			}
			return k, n
		}
		floor := 0.945
		if len(c.p) == 2 {
			floor = 0.93
		}
		out = append(out,
			setting{"Largest difference", c.truth, floor, 1, func(rng *rand.Rand) bool {
				k, n := sample(rng)
				return holds(stat.MaxDifference(k, n, nominal).Interval, high-low)
			}},
			setting{"Smallest ratio", c.truth, floor, 1, func(rng *rand.Rand) bool {
				k, n := sample(rng)
				return holds(stat.MinRatio(k, n, nominal).Interval, low/high)
			}})
	}
	return out
}

// binormal draws scores of two normal classes that are d apart: the true area is Φ(d/√2).
func binormal(rng *rand.Rand, pos, neg int, d float64) stat.AUC {
	scores, class := make([]float64, 0, pos+neg), make([]uint8, 0, pos+neg)
	for range pos {
		scores, class = append(scores, d+rng.NormFloat64()), append(class, 2)
	}
	for range neg {
		scores, class = append(scores, rng.NormFloat64()), append(class, 1)
	}
	a, _ := stat.NewRanking(scores).AUC(class, nil, 0)
	return a
}

func phi(x float64) float64 { return math.Erfc(-x/math.Sqrt2) / 2 }

func scoreSettings() (out []setting) {
	for _, c := range []struct {
		pos, neg int
		d, floor float64
	}{{50, 50, 0, 0.93}, {30, 200, 0.8, 0.93}, {100, 100, 1.5, 0.93}, {25, 25, 2.5, 0.92}, {12, 12, 4, 0.92}} {
		area := phi(c.d / math.Sqrt2)
		out = append(out,
			setting{"DeLong area (logit)", fmt.Sprintf("area %.3f, %d and %d rows", area, c.pos, c.neg), c.floor, 1, func(rng *rand.Rand) bool {
				return holds(binormal(rng, c.pos, c.neg, c.d).Interval(nominal), area)
			}},
			setting{"Difference of areas", fmt.Sprintf("%.3f and 0.714, %d and %d rows each", area, c.pos, c.neg), c.floor, 1, func(rng *rand.Rand) bool {
				return holds(binormal(rng, c.pos, c.neg, c.d).Difference(binormal(rng, c.pos, c.neg, 0.8), nominal), area-phi(0.8/math.Sqrt2))
			}})
	}
	return append(out, setting{"Largest difference of areas", "4 groups, no gap, 60 and 60 rows", 0.945, 1, func(rng *rand.Rand) bool {
		areas, values := make([]stat.AUC, 4), make([]float64, 4)
		for i := range areas {
			areas[i] = binormal(rng, 60, 60, 1)
			values[i] = areas[i].Value
		}
		return holds(stat.MaxDifferenceOf(values, nominal, func(i int, level float64) stat.Interval { return areas[i].Interval(level) }).Interval, 0)
	}})
}

func calibrationSettings() (out []setting) {
	for _, c := range []struct {
		n    int
		a, b float64
	}{{200, 0, 1}, {200, -0.5, 0.6}, {1000, 0, 1}, {1000, 0.4, 1.4}} {
		truth := fmt.Sprintf("intercept %v, slope %v, n = %d", c.a, c.b, c.n)
		probability := func(s float64) float64 { return 1 / (1 + math.Exp(-c.a-c.b*math.Log(s/(1-s)))) }
		sample := func(rng *rand.Rand) (scores []float64, got stat.Calibration) {
			class := make([]uint8, c.n)
			for i := range c.n {
				s := 0.05 + 0.9*rng.Float64()
				scores, class[i] = append(scores, s), 1
				if rng.Float64() < probability(s) {
					class[i] = 2
				}
			}
			got = stat.NewRanking(scores).Calibrate(class, nil, 0, 10, nominal)[0]
			return scores, got
		}
		out = append(out,
			setting{"Calibration slope", truth, 0.93, 0.97, func(rng *rand.Rand) bool {
				_, got := sample(rng)
				return holds(got.SlopeInterval, c.b)
			}},
			setting{"Calibration intercept", truth, 0.93, 0.97, func(rng *rand.Rand) bool {
				_, got := sample(rng)
				return holds(got.InterceptInterval, c.a)
			}},
			setting{"Calibration in the large", truth, 0.945, 1, func(rng *rand.Rand) bool {
				scores, got := sample(rng)
				d := 0.0
				for _, s := range scores {
					d += (probability(s) - s) / float64(c.n)
				}
				return holds(got.LargeInterval, d)
			}},
			setting{"Expected calibration error", truth, 0.94, 1, func(rng *rand.Rand) bool {
				scores, got := sample(rng)
				ece := 0.0
				for _, b := range got.Bins {
					d := 0.0
					for _, s := range scores {
						if b.Low <= s && s <= b.High {
							d += probability(s) - s
						}
					}
					ece += math.Abs(d) / float64(c.n)
				}
				return holds(got.ECEInterval, ece)
			}})
	}
	return out
}

func strataSettings() (out []setting) {
	for _, c := range []struct {
		truth        string
		strata       int
		n1, n0, odds float64
		floor        float64
	}{
		{"5 strata of 40 and 60, odds ratio 1", 5, 40, 60, 1, 0.935},
		{"5 strata of 40 and 60, odds ratio 2.5", 5, 40, 60, 2.5, 0.935},
		{"60 strata of 4 and 6, odds ratio 1", 60, 4, 6, 1, 0.935},
		{"60 strata of 4 and 6, odds ratio 2.5", 60, 4, 6, 2.5, 0.935},
	} {
		sample := func(rng *rand.Rand) (tables []stat.Stratum) {
			for i := range c.strata {
				p0 := 0.15 + 0.6*float64(i)/float64(c.strata)
				o := p0 / (1 - p0) * c.odds
				a, b := binomial(rng, c.n1, o/(1+o)), binomial(rng, c.n0, p0)
				tables = append(tables, stat.Stratum{A: a, B: c.n1 - a, C: b, D: c.n0 - b})
			}
			return tables
		}
		out = append(out, setting{"Mantel–Haenszel odds ratio", c.truth, c.floor, 0.98, func(rng *rand.Rand) bool {
			return holds(stat.NewMantelHaenszel(sample(rng), nominal).OddsInterval, c.odds)
		}})
	}
	for _, c := range []struct {
		truth         string
		strata        int
		n1, n0, delta float64
	}{
		{"5 strata of 40 and 60, difference 0", 5, 40, 60, 0},
		{"5 strata of 40 and 60, difference 0.15", 5, 40, 60, 0.15},
		{"60 strata of 4 and 6, difference 0.15", 60, 4, 6, 0.15},
		{"200 strata of 1 and 2, difference 0.1", 200, 1, 2, 0.1},
	} {
		out = append(out, setting{"Mantel–Haenszel difference", c.truth, 0.935, 0.98, func(rng *rand.Rand) bool {
			var tables []stat.Stratum
			for i := range c.strata {
				p0 := 0.15 + 0.6*float64(i)/float64(c.strata)
				a, b := binomial(rng, c.n1, p0+c.delta), binomial(rng, c.n0, p0)
				tables = append(tables, stat.Stratum{A: a, B: c.n1 - a, C: b, D: c.n0 - b})
			}
			return holds(stat.NewMantelHaenszel(tables, nominal).RiskInterval, c.delta)
		}})
	}
	return append(out, disparitySettings()...)
}

func disparitySettings() (out []setting) {
	for _, c := range []struct {
		truth        string
		n            int
		group, shift float64 // share of the group, and how much less often it gets the favourable outcome
	}{
		{"4 strata, n = 300, none", 300, 0.4, 0},
		{"4 strata, n = 300, group worse off", 300, 0.4, 0.2},
		{"4 strata, n = 2000, small group", 2000, 0.05, 0.1},
		{"1 stratum, n = 150", 150, 0.3, 0.1},
	} {
		strata := 4
		if strings.HasPrefix(c.truth, "1") {
			strata = 1
		}
		rate := func(i int, inGroup bool) float64 {
			p := 0.4 + 0.1*float64(i)
			if inGroup {
				p -= c.shift
			}
			return p
		}
		truth := 0.0
		for i := range strata {
			a, o := rate(i, true), rate(i, false)
			adverse := c.group*(1-a) + (1-c.group)*(1-o)
			truth += (c.group*(1-a)/adverse - c.group*a/(1-adverse)) / float64(strata)
		}
		out = append(out, setting{"Conditional disparity", c.truth, 0.93, 0.98, func(rng *rand.Rand) bool {
			tables := make([]stat.Stratum, strata)
			for range c.n {
				i, inGroup := rng.IntN(strata), rng.Float64() < c.group
				good := rng.Float64() < rate(i, inGroup)
				switch t := &tables[i]; {
				case inGroup && good:
					t.A++
				case inGroup:
					t.B++
				case good:
					t.C++
				default:
					t.D++
				}
			}
			return holds(stat.ConditionalDisparity(tables, nominal).Interval, truth)
		}})
	}
	return out
}

// clustered draws persons with 1 to most records each; a person's records agree with the given correlation.
func clustered(rng *rand.Rand, persons, most int, p, correlation float64) (k, n, kNaive, nNaive float64) {
	var ids []uint32
	var codes []uint16
	var class []uint8
	for c := range persons {
		own := rng.Float64() < p
		for range 1 + rng.IntN(most) {
			good := rng.Float64() < p
			if rng.Float64() < math.Sqrt(correlation) {
				good = own
			}
			ids, codes = append(ids, uint32(c)), append(codes, 0)
			class = append(class, 1)
			nNaive++
			if good {
				class[len(class)-1] = 2
				kNaive++
			}
		}
	}
	e := stat.DesignEffects(ids, persons, codes, 1, class)[0]
	return kNaive / e, nNaive / e, kNaive, nNaive
}

func clusterSettings() (out []setting) {
	for _, c := range []struct {
		persons, most  int
		p, correlation float64
		floor          float64
	}{{200, 8, 0.3, 0.5, 0.935}, {60, 8, 0.3, 0.5, 0.925}, {30, 10, 0.5, 0.3, 0.915}, {300, 5, 0.05, 0.8, 0.92}, {200, 4, 0.4, 0, 0.94}} {
		truth := fmt.Sprintf("%d persons with 1–%d records, rate %v, correlation %v", c.persons, c.most, c.p, c.correlation)
		out = append(out,
			setting{"Wilson, cluster-aware", truth, c.floor, 0.98, func(rng *rand.Rand) bool {
				k, n, _, _ := clustered(rng, c.persons, c.most, c.p, c.correlation)
				return holds(stat.Wilson(k, n, nominal), c.p)
			}},
			setting{"Koopman, cluster-aware", truth + ", twice", c.floor, 0.98, func(rng *rand.Rand) bool {
				k1, n1, _, _ := clustered(rng, c.persons, c.most, c.p, c.correlation)
				k2, n2, _, _ := clustered(rng, c.persons, c.most, c.p, c.correlation)
				return holds(stat.Koopman(k1, n1, k2, n2, nominal), 1)
			}})
	}
	return append(out, setting{"Wilson, blind to clusters", "200 persons with 1–8 records, rate 0.3, correlation 0.5 (why the above is needed)", 0.6, 0.85, func(rng *rand.Rand) bool {
		_, _, k, n := clustered(rng, 200, 8, 0.3, 0.5)
		return holds(stat.Wilson(k, n, nominal), 0.3)
	}})
}
