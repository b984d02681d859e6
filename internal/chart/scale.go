package chart

import (
	"math"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// scale maps values to pixels, linearly or by logarithm.
type scale struct {
	low, high float64 // values at the ends; low < high, and 0 < low where log is set
	from, to  float64 // pixels at the ends
	log       bool
}

// at returns the pixel of x, which is moved to the nearer end where it lies outside.
func (s scale) at(x float64) float64 {
	x = math.Min(math.Max(x, s.low), s.high)
	part := (x - s.low) / (s.high - s.low)
	if s.log {
		part = math.Log(x/s.low) / math.Log(s.high/s.low)
	}
	return s.from + part*(s.to-s.from)
}

func (s scale) holds(x float64) bool { return x >= s.low && x <= s.high }

// ticks returns at most about n round values in the scale, in order.
func (s scale) ticks(n int) []float64 {
	if s.log {
		return logTicks(s.low, s.high, n)
	}
	step := niceStep((s.high - s.low) / float64(max(n, 1)))
	var ticks []float64
	for i := math.Ceil(s.low/step - 1e-9); i*step <= s.high+step*1e-9 && len(ticks) < 100; i++ {
		ticks = append(ticks, i*step)
	}
	return ticks
}

// niceStep is the least of 1, 2 and 5 times a power of ten that is not under x.
func niceStep(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= x*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}

func logTicks(low, high float64, n int) []float64 {
	first, last := int(math.Floor(math.Log10(low)-1e-9)), int(math.Ceil(math.Log10(high)+1e-9))
	for _, steps := range [][]float64{{1, 1.5, 2, 3, 5, 7}, {1, 2, 5}, {1, 3}, {1}} {
		var ticks []float64
		for e := first; e <= last; e++ {
			for _, m := range steps {
				if x := m * math.Pow(10, float64(e)); x >= low*(1-1e-9) && x <= high*(1+1e-9) {
					ticks = append(ticks, x)
				}
			}
		}
		if len(ticks) <= n+1 {
			return ticks
		}
		if len(steps) == 1 {
			return thin(ticks, (len(ticks)+n-1)/n)
		}
	}
	return nil
}

func thin(ticks []float64, stride int) []float64 {
	var kept []float64
	for i := 0; i < len(ticks); i += stride {
		kept = append(kept, ticks[i])
	}
	return kept
}

// reach widens [low, high] to the values xs.
type reach struct {
	low, high float64
	found     bool
}

func (r *reach) take(xs ...float64) {
	for _, x := range xs {
		switch {
		case !finite(x):
		case !r.found:
			r.low, r.high, r.found = x, x, true
		default:
			r.low, r.high = math.Min(r.low, x), math.Max(r.high, x)
		}
	}
}

// round widens the ends of a linear scale to round values; a scale without extent gets some.
func (r reach) round(n int) (low, high float64) {
	if !r.found {
		return 0, 1
	}
	low, high = clampHuge(r.low), clampHuge(r.high)
	if least := math.Max(math.Abs(low), math.Abs(high)) * 1e-6; high-low <= least {
		pad := math.Max(math.Abs(low)*0.1, 1e-9)
		low, high = low-pad, high+pad
	}
	step := niceStep((high - low) / float64(n))
	return math.Floor(low/step+1e-9) * step, math.Ceil(high/step-1e-9) * step
}

// clampHuge keeps sums and products of ends finite.
func clampHuge(x float64) float64 { return math.Min(math.Max(x, -1e15), 1e15) }

// tickText writes the value of a tick: as many decimals as the step needs.
func tickText(lang plumbline.Lang, unit plumbline.Unit, x, step float64) string {
	factor, suffix := 1.0, ""
	switch unit {
	case plumbline.Share:
		factor, suffix = 100, "%"
	case plumbline.Difference:
		factor = 100
	case plumbline.Ratio, plumbline.Odds, plumbline.Count, plumbline.Plain:
	}
	if math.Abs(x) < step*1e-6 {
		x = 0
	}
	digits := 3
	if step > 0 && x != 0 {
		digits = int(math.Floor(math.Log10(math.Abs(x))+1e-9)-math.Floor(math.Log10(step)+1e-9)) + 1
	}
	return text.FormatNumber(lang, x*factor, digits) + suffix
}
