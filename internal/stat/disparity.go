package stat

import "math"

// Disparity is a conditional demographic disparity.
type Disparity struct {
	Value    float64 // Σ nᵢ DDᵢ / n over the strata used, from −1 to 1; above 0 = the group bears more of the refusals
	Interval Interval
	Rows     float64 // n
	Strata   int     // strata used
	LeftOut  int     // strata without an adverse or without a favourable row, where DD is not defined
	LeftRows float64 // rows in those
}

// ConditionalDisparity is, over strata, the mean of DDᵢ weighted by rows, where DDᵢ is the group's share among the adverse
// rows minus its share among the favourable rows of stratum i (Wachter, Mittelstadt and Russell 2021). All rows in one
// stratum give the unconditional disparity.
//
// The interval is by the delta method for a multinomial sample of all cells: the variance within strata, plus that of the
// weights, Σ wᵢ (DDᵢ − Value)² / n. The shares in the variance have one row added to each side, so that an empty cell does
// not count as certainty. NaN where no stratum can be used or level is outside (0, 1).
func ConditionalDisparity(strata []Stratum, level float64) Disparity {
	d := Disparity{Value: math.NaN(), Interval: undefined()}
	var sum, squares, within float64
	for _, s := range strata {
		favourable, adverse, n := s.A+s.C, s.B+s.D, s.total()
		if !s.valid() || n == 0 {
			continue
		}
		if favourable == 0 || adverse == 0 {
			d.LeftOut++
			d.LeftRows += n
			continue
		}
		d.Strata++
		d.Rows += n
		dd := s.B/adverse - s.A/favourable
		sum += n * dd
		squares += n * dd * dd
		within += n * n * (smoothVariance(s.B, adverse) + smoothVariance(s.A, favourable))
	}
	if d.Strata == 0 {
		return d
	}
	d.Value = sum / d.Rows
	between := max(0, squares/d.Rows-d.Value*d.Value) / d.Rows
	half := critical(level) * math.Sqrt(within/(d.Rows*d.Rows)+between)
	d.Interval = Interval{max(-1, d.Value-half), min(1, d.Value+half)}
	return d
}

// smoothVariance is the variance of a share with one success and one failure added.
func smoothVariance(k, n float64) float64 {
	p := (k + 1) / (n + 2)
	return p * (1 - p) / n
}
