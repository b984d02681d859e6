package stat_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline/internal/stat"
)

// byPairs is the area and DeLong's variance from their definition as U-statistics over all pairs.
func byPairs(scores []float64, class []uint8) (value, variance float64) {
	var pos, neg []float64
	for i, s := range scores {
		switch {
		case math.IsNaN(s):
		case class[i] == 2:
			pos = append(pos, s)
		case class[i] == 1:
			neg = append(neg, s)
		}
	}
	psi := func(x, y float64) float64 {
		if x > y {
			return 1
		}
		if x == y {
			return 0.5
		}
		return 0
	}
	v10, v01 := make([]float64, len(pos)), make([]float64, len(neg))
	for i, x := range pos {
		for j, y := range neg {
			v := psi(x, y)
			v10[i] += v / float64(len(neg))
			v01[j] += v / float64(len(pos))
			value += v / float64(len(neg)) / float64(len(pos))
		}
	}
	sample := func(v []float64) float64 {
		s := 0.0
		for _, x := range v {
			s += (x - value) * (x - value)
		}
		return s / float64(len(v)-1)
	}
	return value, sample(v10)/float64(len(pos)) + sample(v01)/float64(len(neg))
}

func TestAUCEqualsPairs(t *testing.T) {
	rng := generator(5)
	for trial := range 200 {
		n := 8 + rng.IntN(120)
		scores, class, codes := make([]float64, n), make([]uint8, n), make([]uint16, n)
		for i := range n {
			class[i], codes[i] = uint8(rng.IntN(4)), uint16(rng.IntN(4)) // classes 0 and 3, and group 3, are left out
			scores[i] = rng.NormFloat64() + float64(class[i])
			if trial%2 == 0 {
				scores[i] = math.Round(scores[i])
			}
			switch rng.IntN(30) {
			case 0:
				scores[i] = math.NaN()
			case 1:
				scores[i] = math.Inf(1 - 2*rng.IntN(2))
			case 2:
				scores[i] = math.Copysign(0, -1)
			}
		}
		overall, byGroup := stat.NewRanking(scores).AUC(class, codes, 3)
		for g := range 4 {
			mine := make([]uint8, n)
			for i := range n {
				if codes[i] < 3 && (int(codes[i]) == g || g == 3) && class[i] < 3 {
					mine[i] = class[i]
				}
			}
			got := overall
			if g < 3 {
				got = byGroup[g]
			}
			if got.Positives < 2 || got.Negatives < 2 {
				continue
			}
			value, variance := byPairs(scores, mine)
			near(t, "value", got.Value, value, 1e-13)
			near(t, "variance", got.Variance, variance, 1e-13)
		}
	}
}

func TestAUCProperties(t *testing.T) {
	rng := generator(6)
	n := 500
	scores, class, codes := make([]float64, n), make([]uint8, n), make([]uint16, n)
	for i := range n {
		class[i], codes[i] = uint8(1+rng.IntN(2)), uint16(rng.IntN(2))
		scores[i] = math.Round(10 * (rng.NormFloat64() + 0.5*float64(class[i])))
	}
	a, groups := stat.NewRanking(scores).AUC(class, codes, 2)
	t.Run("turning scores gives the complement", func(t *testing.T) {
		turned := make([]float64, n)
		for i, s := range scores {
			turned[i] = -s
		}
		b, _ := stat.NewRanking(turned).AUC(class, codes, 2)
		near(t, "value", b.Value, 1-a.Value, 1e-15)
		near(t, "variance", b.Variance, a.Variance, 1e-15)
	})
	t.Run("order of rows and monotone maps change nothing", func(t *testing.T) {
		s2, c2, g2 := make([]float64, n), make([]uint8, n), make([]uint16, n)
		for i, j := range rng.Perm(n) {
			s2[i], c2[i], g2[i] = math.Exp(scores[j]/20), class[j], codes[j]
		}
		b, groups2 := stat.NewRanking(s2).AUC(c2, g2, 2)
		if diff := cmp.Diff([]any{a, groups}, []any{b, groups2}); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("difference flips with groups", func(t *testing.T) {
		d, e := groups[0].Difference(groups[1], 0.95), groups[1].Difference(groups[0], 0.95)
		near(t, "low", d.Low, -e.High, 1e-15)
		near(t, "high", d.High, -e.Low, 1e-15)
	})
	t.Run("perfect order has an honest interval", func(t *testing.T) {
		p, _ := stat.NewRanking([]float64{1, 2, 3, 4, 5}).AUC([]uint8{1, 1, 2, 2, 2}, nil, 0)
		iv := p.Interval(0.95)
		near(t, "low", iv.Low, math.Sqrt(0.025), 1e-12)
		if p.Value != 1 || iv.High != 1 {
			t.Errorf("%+v %v", p, iv)
		}
	})
	t.Run("one class has none", func(t *testing.T) {
		p, _ := stat.NewRanking([]float64{1, 2}).AUC([]uint8{1, 1}, nil, 0)
		if iv := p.Interval(0.95); !math.IsNaN(p.Value) || !math.IsNaN(iv.Low) {
			t.Errorf("%+v %v", p, iv)
		}
	})
}

func TestCalibration(t *testing.T) {
	rng := generator(7)
	n := 4000
	scores, class, codes := make([]float64, n), make([]uint8, n), make([]uint16, n)
	for i := range n {
		scores[i], codes[i], class[i] = rng.Float64(), uint16(rng.IntN(3)), 1
		if rng.Float64() < scores[i] {
			class[i] = 2
		}
	}
	scores[0], scores[1], scores[2] = -0.1, 1.1, math.NaN()
	ranking := stat.NewRanking(scores)
	overall, groups := ranking.Calibrate(class, nil, 0, 10, 0.95)[0], ranking.Calibrate(class, codes, 3, 10, 0.95)
	t.Run("group equals the group alone", func(t *testing.T) {
		for g := range 3 {
			mine := slices.Clone(class)
			for i := range mine {
				if int(codes[i]) != g {
					mine[i] = 0
				}
			}
			alone := stat.NewRanking(scores).Calibrate(mine, nil, 0, 10, 0.95)[0]
			if diff := cmp.Diff(alone, groups[g]); diff != "" {
				t.Error(diff)
			}
		}
	})
	t.Run("counts add up", func(t *testing.T) {
		var rows, inBins int64
		for _, g := range groups {
			rows += g.Rows
		}
		for _, b := range overall.Bins {
			inBins += b.Rows
			if !(b.Low <= b.MeanScore && b.MeanScore <= b.High && inside(stat.Interval{Low: b.Rate, High: b.Rate}, b.Interval)) || b.Rows < 380 || b.Rows > 420 {
				t.Errorf("bin %+v", b)
			}
		}
		if rows != overall.Rows || inBins != rows || rows != int64(n-3) || overall.Outside != 2 {
			t.Errorf("rows %d, overall %d, in bins %d, outside %d", rows, overall.Rows, inBins, overall.Outside)
		}
	})
	t.Run("calibrated scores look calibrated", func(t *testing.T) {
		if overall.Unfit != "" || math.Abs(overall.Slope-1) > 4*overall.SlopeSE || math.Abs(overall.Intercept) > 4*overall.InterceptSE {
			t.Errorf("slope %v ± %v, intercept %v ± %v %s", overall.Slope, overall.SlopeSE, overall.Intercept, overall.InterceptSE, overall.Unfit)
		}
		if overall.ECE > 3*overall.ECEBias || overall.ECEInterval.Low != 0 || math.Abs(overall.InTheLarge) > 0.03 {
			t.Errorf("ECE %v, bias %v, %v, in the large %v", overall.ECE, overall.ECEBias, overall.ECEInterval, overall.InTheLarge)
		}
	})
	t.Run("order of rows changes nothing but rounding", func(t *testing.T) {
		s2, c2 := make([]float64, n), make([]uint8, n)
		for i, j := range rng.Perm(n) {
			s2[i], c2[i] = scores[j], class[j]
		}
		again := stat.NewRanking(s2).Calibrate(c2, nil, 0, 10, 0.95)[0]
		near(t, "slope", again.Slope, overall.Slope, 1e-12)
		near(t, "ECE", again.ECE, overall.ECE, 1e-12)
	})
	for name, c := range map[string]struct {
		scores []float64
		class  []uint8
		unfit  string
	}{
		"separated":       {[]float64{0.1, 0.2, 0.8, 0.9}, []uint8{1, 1, 2, 2}, "separated"},
		"touching":        {[]float64{0.1, 0.5, 0.5, 0.9}, []uint8{1, 1, 2, 2}, "separated"},
		"reversed":        {[]float64{0.1, 0.2, 0.8, 0.9}, []uint8{2, 2, 1, 1}, "separated"},
		"one class":       {[]float64{0.1, 0.2, 0.8, 0.9}, []uint8{2, 2, 2, 2}, "one-class"},
		"constant":        {[]float64{0.3, 0.3, 0.3, 0.3}, []uint8{1, 2, 2, 1}, "constant-score"},
		"no rows":         {[]float64{0.3, math.NaN(), 7, 0.3}, []uint8{0, 2, 2, 0}, "no-rows"},
		"barely possible": {[]float64{0.1, 0.2000001, 0.2, 0.9}, []uint8{1, 1, 2, 2}, ""},
	} {
		t.Run("limits/"+name, func(t *testing.T) {
			got := stat.NewRanking(c.scores).Calibrate(c.class, nil, 0, 3, 0.95)[0]
			if got.Unfit != c.unfit || (c.unfit == "") == math.IsNaN(got.Slope) {
				t.Errorf("unfit %q, slope %v; want %q", got.Unfit, got.Slope, c.unfit)
			}
		})
	}
}

func TestDesignEffectProperties(t *testing.T) {
	rng := generator(8)
	n := 600
	clusters, codes, class := make([]uint32, n), make([]uint16, n), make([]uint8, n)
	for i := range n {
		clusters[i], codes[i], class[i] = uint32(i), uint16(rng.IntN(3)), uint8(rng.IntN(3))
	}
	t.Run("single rows have none", func(t *testing.T) {
		for _, e := range stat.DesignEffects(clusters, n, codes, 3, class) {
			near(t, "effect", e, 1, 1e-12)
		}
	})
	t.Run("copied rows count once", func(t *testing.T) {
		double := slices.Concat(clusters, clusters)
		for _, e := range stat.DesignEffects(double, n, slices.Concat(codes, codes), 3, slices.Concat(class, class)) {
			if e < 1.99 || e > 2.02 {
				t.Errorf("effect %v, want about 2", e)
			}
		}
	})
	t.Run("limits", func(t *testing.T) {
		got := stat.DesignEffects([]uint32{0, 0, 1, 1, 2, 5, 9}, 6, []uint16{0, 0, 0, 1, 1, 2, 0}, 4, []uint8{2, 2, 2, 1, 2, 0, 2})
		// Group 0: all in the numerator, clusters of 2 and 1 rows; group 1: two clusters of one; 2: no rows; 3: none.
		if diff := cmp.Diff([]float64{5.0 / 3, 1, 1, 1}, got); diff != "" {
			t.Error(diff)
		}
		if e := stat.DesignEffects([]uint32{0, 0, 0}, 1, []uint16{0, 0, 0}, 1, []uint8{1, 2, 1}); e[0] != 3 {
			t.Errorf("one cluster: %v, want 3", e)
		}
	})
}
