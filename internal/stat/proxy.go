package stat

import (
	"math"
	"math/rand/v2"
)

// HeldOutSkill says how well a column predicts a sensitive class on rows that were not used to learn it. train and test
// hold counts by value of the column (rows) and class (columns), in the same shape. The predictor is the share of each
// class per value in train with as many pseudo-rows as there are classes, spread by the base rates; the base rates have
// one pseudo-row per class. The skill is 1 − log loss on test / log loss of the base rates: 0 = no better than the base
// rates, 1 = certain, below 0 = worse (overfitted). A value that train lacks is predicted by the base rates.
//
// NaN where shapes differ, a count is negative, test is empty or only one class exists.
func HeldOutSkill(train, test [][]int64) float64 {
	_, classes, n, ok := margins(train)
	_, tested, m, ok2 := margins(test)
	k := float64(len(classes))
	if !ok || !ok2 || len(train) != len(test) || len(classes) != len(tested) || m == 0 || k < 2 {
		return math.NaN()
	}
	base := make([]float64, len(classes))
	seen := 0
	for s, c := range classes {
		base[s] = (float64(c) + 1) / (float64(n) + k)
		if c+tested[s] > 0 {
			seen++
		}
	}
	if seen < 2 {
		return math.NaN()
	}
	var loss, reference float64
	for x, row := range test {
		var rows int64
		for _, c := range train[x] {
			rows += c
		}
		for s, c := range row {
			if c > 0 {
				loss -= float64(c) * math.Log((float64(train[x][s])+k*base[s])/(float64(rows)+k))
				reference -= float64(c) * math.Log(base[s])
			}
		}
	}
	return 1 - loss/reference
}

// RandomTable fills dst with a table of counts with the given margins, drawn with the probability that it has when two
// columns of data are permuted against each other: a permutation null without touching rows (the distribution of Patefield
// 1981, Applied Statistics 30:91). Cells are drawn one after another from hypergeometric distributions by inversion from
// the mode. Cost: per cell about its standard deviation in steps, so a 256 × 6 table of 10⁷ rows takes about a
// millisecond. It reports false, and leaves dst undefined, where margins are negative or do not agree or dst has another
// shape.
func RandomTable(rng *rand.Rand, rows, cols []int64, dst [][]int64) bool {
	left := make([]int64, len(cols))
	var total, sum int64
	for j, c := range cols {
		left[j] = c
		total += c
		if c < 0 || total < 0 {
			return false
		}
	}
	for _, r := range rows {
		sum += r
		if r < 0 || sum < 0 {
			return false
		}
	}
	if sum != total || len(dst) != len(rows) {
		return false
	}
	for i, r := range rows {
		if len(dst[i]) != len(cols) {
			return false
		}
		rest := total // rows not yet placed, in the columns from j on
		for j := range cols {
			x := hypergeometric{good: left[j], bad: rest - left[j], draws: r}.draw(rng)
			rest -= left[j]
			dst[i][j] = x
			left[j] -= x
			r -= x
			total -= x
		}
	}
	return true
}

// draw inverts the distribution outwards from its mode, the likelier side first by turns.
func (h hypergeometric) draw(rng *rand.Rand) int64 {
	low, high := h.support()
	if low == high {
		return low
	}
	mode := h.mode()
	p := math.Exp(h.logP(mode))
	u := rng.Float64() - p
	down, up := mode, mode
	pDown, pUp := p, p
	for u >= 0 && (down > low || up < high) {
		if up < high {
			pUp *= h.up(up)
			up++
			if u -= pUp; u < 0 {
				return up
			}
		}
		if down > low {
			pDown /= h.up(down - 1)
			down--
			if u -= pDown; u < 0 {
				return down
			}
		}
	}
	return mode
}
