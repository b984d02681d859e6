package stat_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline/internal/stat"
)

func TestTabulateCounts(t *testing.T) {
	rng := generator(9)
	for _, levels := range [][]int{{2}, {256}, {255}, {200}, {129}, {128}, {1, 256}, {6, 2, 2, 3}, {16, 16}, {17, 16}, {3, 1, 5, 7, 2}, {300, 4}, {40000, 2}} {
		for _, rows := range []int{0, 1, 7, 8, 4095, 4097, 10_007} {
			for _, dirty := range []bool{false, true} {
				factors := make([]stat.Factor, len(levels))
				for f, l := range levels {
					factors[f].Levels = l
					for range rows {
						c := rng.IntN(l)
						if dirty && rng.IntN(3000) == 0 {
							c = min(l+rng.IntN(l+3), 65535)
						}
						if l > 256 || f%2 == 1 && len(levels) == 5 {
							factors[f].Wide = append(factors[f].Wide, uint16(c))
						} else {
							factors[f].Codes = append(factors[f].Codes, uint8(min(c, 255)))
						}
					}
				}
				if diff := cmp.Diff(countPlainly(factors, rows), stat.Tabulate(factors...)); diff != "" {
					t.Fatalf("levels %v, %d rows, dirty %v: %s", levels, rows, dirty, diff)
				}
			}
		}
	}
}

func countPlainly(factors []stat.Factor, rows int) []int64 {
	cells := 1
	for _, f := range factors {
		cells *= f.Levels
	}
	counts := make([]int64, cells)
	for i := range rows {
		cell, ok := 0, true
		for _, f := range factors {
			var c int
			if f.Wide != nil {
				c = int(f.Wide[i])
			} else {
				c = int(f.Codes[i])
			}
			ok = ok && c < f.Levels
			cell = cell*f.Levels + c
		}
		if ok {
			counts[cell]++
		}
	}
	return counts
}

func TestTabulateRefuses(t *testing.T) {
	for name, factors := range map[string][]stat.Factor{
		"nothing":        nil,
		"no levels":      {{Codes: []uint8{0}}},
		"many levels":    {{Codes: []uint8{0}, Levels: 1<<16 + 1}},
		"too many cells": {{Wide: []uint16{0}, Levels: 1 << 16}, {Wide: []uint16{0}, Levels: 1 << 11}},
		"overflow":       slices.Repeat([]stat.Factor{{Wide: []uint16{0}, Levels: 1 << 16}}, 8),
	} {
		if got := stat.Tabulate(factors...); got != nil {
			t.Errorf("%s: %d cells", name, len(got))
		}
	}
}

func TestRandomTableHasTheRightDistribution(t *testing.T) {
	rng := generator(10)
	rows, cols := []int64{30, 0, 50, 20}, []int64{40, 45, 15}
	dst := [][]int64{make([]int64, 3), make([]int64, 3), make([]int64, 3), make([]int64, 3)}
	const draws = 20_000
	var first, squares, chi float64
	for range draws {
		if !stat.RandomTable(rng, rows, cols, dst) {
			t.Fatal("margins agree")
		}
		for i, r := range rows {
			var sum int64
			for _, c := range dst[i] {
				sum += c
			}
			if sum != r || slices.Min(dst[i]) < 0 {
				t.Fatalf("row %d of %v does not sum to %d", i, dst, r)
			}
		}
		for j, c := range cols {
			if dst[0][j]+dst[1][j]+dst[2][j]+dst[3][j] != c {
				t.Fatalf("column %d of %v does not sum to %d", j, dst, c)
			}
		}
		first += float64(dst[0][0]) / draws
		squares += float64(dst[0][0]*dst[0][0]) / draws
		chi += stat.Independence(dst).Statistic / draws
	}
	// Margins of one cell are hypergeometric; the mean of chi-square under permutation is n(r−1)(c−1)/(n−1).
	variance := 30 * 0.4 * 0.6 * 70 / 99
	near(t, "mean of a cell", first, 12, 4*math.Sqrt(variance/draws)/12)
	near(t, "variance of a cell", squares-first*first, variance, 0.05)
	near(t, "mean chi-square", chi, 100.0*2*2/99, 4*math.Sqrt(8.0/draws)/4)
}

func TestRandomTableMatchesExactProbabilities(t *testing.T) {
	rng := generator(11)
	dst := [][]int64{{0, 0}, {0, 0}}
	const draws = 100_000
	var counts [5]int64
	for range draws {
		stat.RandomTable(rng, []int64{4, 6}, []int64{5, 5}, dst)
		counts[dst[0][0]]++
	}
	// P(x) = C(5, x) C(5, 4−x) / C(10, 4)
	got := stat.GoodnessOfFit(counts[:], []float64{5, 50, 100, 50, 5})
	if got.P < 1e-4 {
		t.Errorf("counts %v: p = %v", counts, got.P)
	}
}

func TestRandomTableRefuses(t *testing.T) {
	rng := generator(12)
	dst := [][]int64{{0, 0}, {0, 0}}
	for name, ok := range map[string]bool{
		"margins disagree": stat.RandomTable(rng, []int64{1, 2}, []int64{2, 2}, dst),
		"negative":         stat.RandomTable(rng, []int64{-1, 5}, []int64{2, 2}, dst),
		"overflow":         stat.RandomTable(rng, []int64{math.MaxInt64, 2}, []int64{math.MaxInt64, 2}, dst),
		"few rows":         stat.RandomTable(rng, []int64{4}, []int64{2, 2}, dst),
		"ragged":           stat.RandomTable(rng, []int64{2, 2}, []int64{2, 2}, [][]int64{{0, 0}, {0}}),
	} {
		if ok {
			t.Errorf("%s: accepted", name)
		}
	}
	if !stat.RandomTable(rng, []int64{1 << 40, 1 << 41}, []int64{1 << 41, 1 << 40}, dst) || dst[0][0]+dst[0][1] != 1<<40 {
		t.Errorf("large margins: %v", dst)
	}
}

func TestHeldOutSkill(t *testing.T) {
	perfect := [][]int64{{1_000_000, 0}, {0, 1_000_000}}
	useless := [][]int64{{5000, 5000}, {7000, 7000}}
	if s := stat.HeldOutSkill(perfect, perfect); s < 0.9999 || s > 1 {
		t.Errorf("perfect proxy: %v", s)
	}
	near(t, "useless proxy", stat.HeldOutSkill(useless, useless), 0, 1e-6)
	near(t, "values that train lacks", stat.HeldOutSkill([][]int64{{50, 50}, {0, 0}}, [][]int64{{0, 0}, {30, 30}}), 0, 1e-12)
	if s := stat.HeldOutSkill([][]int64{{9, 1}, {1, 9}}, [][]int64{{1, 9}, {9, 1}}); s >= 0 {
		t.Errorf("a rule that turns round on test has skill %v", s)
	}
	for name, s := range map[string]float64{
		"one class": stat.HeldOutSkill([][]int64{{5, 0}}, [][]int64{{5, 0}}), "ragged": stat.HeldOutSkill([][]int64{{5, 1}, {1}}, perfect),
		"no test": stat.HeldOutSkill(perfect, [][]int64{{0, 0}, {0, 0}}), "shapes": stat.HeldOutSkill(perfect, perfect[:1]),
		"negative": stat.HeldOutSkill([][]int64{{-1, 3}, {2, 2}}, perfect), "empty": stat.HeldOutSkill(nil, nil),
	} {
		if !math.IsNaN(s) {
			t.Errorf("%s: skill %v", name, s)
		}
	}
}

func TestStratifiedProperties(t *testing.T) {
	s := []stat.Stratum{{A: 20, B: 30, C: 25, D: 15}, {A: 7, B: 3, C: 9, D: 9}, {A: 0, B: 0, C: 4, D: 5}, {A: math.NaN()}, {A: -1, B: 4, C: 2, D: 2}}
	m := stat.NewMantelHaenszel(s, 0.95)
	if m.Strata != 2 || m.Empty != 3 {
		t.Errorf("strata %d, empty %d", m.Strata, m.Empty)
	}
	var swapped []stat.Stratum
	for _, x := range s {
		swapped = append(swapped, stat.Stratum{A: x.C, B: x.D, C: x.A, D: x.B})
	}
	back := stat.NewMantelHaenszel(swapped, 0.95)
	near(t, "odds ratio", back.OddsRatio, 1/m.OddsRatio, 1e-12)
	near(t, "odds low", back.OddsInterval.Low, 1/m.OddsInterval.High, 1e-12)
	near(t, "risk difference", back.RiskDifference, -m.RiskDifference, 1e-12)
	near(t, "risk variance", back.RiskVariance, m.RiskVariance, 1e-12)
	near(t, "risk low", back.RiskInterval.Low, -m.RiskInterval.High, 1e-12)
	near(t, "chi-square", back.ChiSquare, m.ChiSquare, 1e-12)
	near(t, "homogeneity", back.Tarone, m.Tarone, 1e-9)

	one := stat.NewMantelHaenszel([]stat.Stratum{{A: 200, B: 300, C: 250, D: 150}}, 0.95)
	near(t, "one stratum: odds ratio", one.OddsRatio, 200.0*150/(300*250), 1e-12)
	near(t, "one stratum: Woolf's variance", one.LogVariance, 1.0/200+1.0/300+1.0/250+1.0/150, 1e-12)
	near(t, "one stratum: variance of the difference", one.RiskVariance, 0.4*0.6/500+0.625*0.375/400, 2e-5)

	for name, strata := range map[string][]stat.Stratum{"nothing": nil, "one side": {{A: 3, B: 4}}, "one outcome": {{A: 3, C: 4}}} {
		e := stat.NewMantelHaenszel(strata, 0.95)
		if !math.IsNaN(e.OddsRatio) || !math.IsNaN(e.OddsInterval.Low) || !math.IsNaN(e.P) || !math.IsNaN(e.Homogeneity) {
			t.Errorf("%s: %+v", name, e)
		}
	}
	if e := stat.NewMantelHaenszel([]stat.Stratum{{A: 3, D: 4}}, 0.95); !math.IsInf(e.OddsRatio, 1) || !math.IsNaN(e.OddsInterval.High) {
		t.Errorf("empty diagonal: %+v", e)
	}
}

func TestConditionalDisparity(t *testing.T) {
	// Within each stratum both groups are treated alike; the group applies more often where refusals are common. The
	// unconditional disparity is large and the conditional one zero (Simpson's paradox).
	strata := []stat.Stratum{{A: 10, B: 90, C: 2, D: 18}, {A: 16, B: 4, C: 80, D: 20}}
	got := stat.ConditionalDisparity(strata, 0.95)
	near(t, "conditional", got.Value, 0, 1e-12)
	all := stat.ConditionalDisparity([]stat.Stratum{{A: 26, B: 94, C: 82, D: 38}}, 0.95)
	near(t, "unconditional", all.Value, 94.0/132-26.0/108, 1e-12)
	if all.Interval.Low <= 0 || got.Interval.Low >= 0 || got.Interval.High <= 0 {
		t.Errorf("intervals %v and %v", all.Interval, got.Interval)
	}
	part := stat.ConditionalDisparity(append(strata, stat.Stratum{A: 5, C: 6}, stat.Stratum{B: 3}, stat.Stratum{}, stat.Stratum{A: -1, B: 2}), 0.95)
	if part.Value != got.Value || part.Strata != 2 || part.LeftOut != 2 || part.LeftRows != 14 || part.Rows != 240 {
		t.Errorf("left out: %+v", part)
	}
	swapped := stat.ConditionalDisparity([]stat.Stratum{{A: 82, B: 38, C: 26, D: 94}}, 0.95)
	near(t, "others bear the rest", swapped.Value, -all.Value, 1e-12)
	if e := stat.ConditionalDisparity(nil, 0.95); !math.IsNaN(e.Value) || !math.IsNaN(e.Interval.Low) {
		t.Errorf("nothing: %+v", e)
	}
}

func TestTestsAtTheirLimits(t *testing.T) {
	for name, p := range map[string]float64{
		"Fisher negative": stat.FisherExact(-1, 2, 3, 4), "Fisher overflow": stat.FisherExact(math.MaxInt64, 2, 3, 4),
		"χ² of one row": stat.Independence([][]int64{{1, 2}}).P, "χ² ragged": stat.Independence([][]int64{{1, 2}, {3}}).P,
		"χ² of empty rows": stat.Independence([][]int64{{1, 2}, {0, 0}}).P, "χ² of nothing": stat.Independence(nil).P,
		"fit of one": stat.GoodnessOfFit([]int64{4}, []float64{1}).P, "fit negative": stat.GoodnessOfFit([]int64{4, 2}, []float64{1, -1}).P,
		"fit of none": stat.GoodnessOfFit([]int64{0, 0}, []float64{1, 1}).P,
	} {
		if !math.IsNaN(p) {
			t.Errorf("%s: p = %v", name, p)
		}
	}
	if p := stat.FisherExact(0, 0, 0, 0); p != 1 {
		t.Errorf("Fisher of nothing: %v", p)
	}
	if p := stat.FisherExact(3_000_000, 2_000_000, 2_990_000, 2_010_000); !(p > 1e-12 && p < 1e-9) {
		t.Errorf("Fisher of ten million: %v", p)
	}
	if x := stat.GoodnessOfFit([]int64{5, 1}, []float64{1, 0}); !math.IsInf(x.Statistic, 1) || x.P != 0 {
		t.Errorf("rows where none may be: %+v", x)
	}
	if _, p := stat.ProportionTest(0, 5, 0, 7); !math.IsNaN(p) {
		t.Errorf("all rows alike: %v", p)
	}
}
