package model

import (
	"math"
	"math/rand/v2"

	"github.com/plumbline-project/plumbline/internal/stat"
)

// Agreement counts rows by what they had and what a tree says: first index the outcome, second the tree, 1 for favourable.
type Agreement [2][2]int64

// Measure counts the given rows.
func (t *Tree) Measure(cols []Column, good []bool, rows []int32) (a Agreement) {
	for _, r := range rows {
		a.Add(good[r], t.Predict(cols, r))
	}
	return a
}

// Add counts one row.
func (a *Agreement) Add(good, said bool) { a[index(good)][index(said)]++ }

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

// N is the number of rows.
func (a *Agreement) N() int64 { return a[0][0] + a[0][1] + a[1][0] + a[1][1] }

// Same is the number of rows on which both agree.
func (a *Agreement) Same() int64 { return a[0][0] + a[1][1] }

// Majority is the number of rows with the more frequent outcome: what who knows nothing of a row would get right.
func (a *Agreement) Majority() int64 { return max(a[0][0]+a[0][1], a[1][0]+a[1][1]) }

// Estimate is a number with its interval; NaN where it is not defined.
type Estimate struct{ Value, Low, High float64 }

func nothing() Estimate { return Estimate{math.NaN(), math.NaN(), math.NaN()} }

// BalancedAccuracy is the mean of the shares of favourable and of adverse rows that the tree gets right, 0 to 1; 0.5 is
// what a constant answer gets. The interval joins the Wilson intervals of the two shares (MOVER; Zou and Donner 2008,
// Statistics in Medicine 27:1693). Undefined where all rows have one outcome. Counts are divided by the design effect.
func (a *Agreement) BalancedAccuracy(level, effect float64) Estimate {
	bad, good := float64(a[0][0]+a[0][1]), float64(a[1][0]+a[1][1])
	if bad == 0 || good == 0 {
		return nothing()
	}
	p, q := float64(a[0][0])/bad, float64(a[1][1])/good
	i, j := stat.Wilson(float64(a[0][0])/effect, bad/effect, level), stat.Wilson(float64(a[1][1])/effect, good/effect, level)
	v := (p + q) / 2
	return Estimate{v, v - math.Hypot(p-i.Low, q-j.Low)/2, v + math.Hypot(i.High-p, j.High-q)/2}
}

// Kappa is Cohen's κ: agreement beyond chance, −1 to 1, 0 for a constant answer (Cohen 1960, Educational and Psychological
// Measurement 20:37). The interval is that of the agreement (Wilson) with the chance agreement as observed. Undefined where
// all rows have one outcome and the tree says the same of all.
func (a *Agreement) Kappa(level, effect float64) Estimate {
	n := float64(a.N())
	if n == 0 {
		return nothing()
	}
	good, said := float64(a[1][0]+a[1][1])/n, float64(a[0][1]+a[1][1])/n
	chance := good*said + (1-good)*(1-said)
	if chance >= 1 {
		return nothing()
	}
	of := func(x float64) float64 { return (x - chance) / (1 - chance) }
	i := stat.Wilson(float64(a.Same())/effect, n/effect, level)
	return Estimate{of(float64(a.Same()) / n), of(i.Low), of(i.High)}
}

// Blocks deals rows into blocks of about equal size by their keys, all rows of one key into one block; a nil key is the row.
// The same seed gives the same blocks.
func Blocks(rows []int32, keys []uint64, blocks int, seed uint64) [][]int32 {
	out := make([][]int32, blocks)
	for _, r := range rows {
		key := uint64(r) //nolint:gosec // G115: a row is not negative
		if keys != nil {
			key = keys[r]
		}
		b := Hash(seed+1, key) % uint64(blocks) //nolint:gosec // G115: a small number
		out[b] = append(out[b], r)
	}
	return out
}

// Hash mixes a key with a seed (the finaliser of SplitMix64; Steele, Lea and Flood 2014).
func Hash(seed, key uint64) uint64 {
	x := seed + (key+1)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// Importance is the permutation importance of each column: by how much balanced accuracy falls when the values of the
// column are exchanged between rows (Breiman 2001, Machine Learning 45:5; Fisher, Rudin and Dominici 2019, JMLR 20:177).
// Values are exchanged within blocks of held-out rows, repeats times, and the interval is that of the mean over blocks
// (Student's t), so that it covers both the draw of rows and that of permutations. A column that no split asks for has
// importance 0 exactly, without an interval. NaN where all rows have one outcome, or fewer than two blocks have rows.
func (t *Tree) Importance(cols []Column, good []bool, blocks [][]int32, repeats int, level float64, seed uint64) []Estimate {
	var n [2]float64
	for _, rows := range blocks {
		for _, r := range rows {
			n[index(good[r])]++
		}
	}
	total := n[0] + n[1]
	out := make([]Estimate, len(cols))
	for c := range cols {
		switch {
		case n[0] == 0 || n[1] == 0:
			out[c] = nothing()
		case !t.Uses(c):
			out[c] = Estimate{}
		default:
			weight := [2]float64{total / (2 * n[0]), total / (2 * n[1])}
			out[c] = t.drop(cols, c, good, blocks, repeats, weight, level, Hash(seed, uint64(c)))
		}
	}
	return out
}

func (t *Tree) drop(cols []Column, c int, good []bool, blocks [][]int32, repeats int, weight [2]float64, level float64, seed uint64) Estimate {
	rng := rand.New(rand.NewPCG(seed, 3)) //nolint:gosec // G404: reproducible, not secret
	var drops []float64
	sum, all := 0.0, 0
	for _, rows := range blocks {
		if len(rows) < 2 {
			continue
		}
		donors := make([]int32, len(rows))
		copy(donors, rows)
		lost := 0.0
		for range repeats {
			rng.Shuffle(len(donors), func(i, j int) { donors[i], donors[j] = donors[j], donors[i] })
			for i, r := range rows {
				was := t.Predict(cols, r)
				now := t.Nodes[t.leafWith(cols, r, c, donors[i])].Favourable()
				if was != now {
					if was == good[r] {
						lost += weight[index(good[r])]
					} else {
						lost -= weight[index(good[r])]
					}
				}
			}
		}
		drops = append(drops, lost/float64(repeats*len(rows)))
		sum, all = sum+lost/float64(repeats), all+len(rows)
	}
	if len(drops) < 2 {
		return nothing()
	}
	i := stat.MeanInterval(drops, level)
	v := sum / float64(all)
	return Estimate{v, min(i.Low, v), max(i.High, v)}
}
