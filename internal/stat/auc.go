package stat

import (
	"math"
	"math/big"
	"math/bits"
)

// AUC is the area under the receiver operating characteristic: the probability that a positive row has a higher score
// than a negative one, equal scores counting one half.
type AUC struct {
	Value     float64 // NaN without positives or without negatives
	Variance  float64 // DeLong's; NaN with fewer than two of either
	Positives int64
	Negatives int64
}

// AUC measures each group and all rows that are in some group, in one pass in score order. class is 1 for negative and 2
// for positive rows; codes may be nil, and byGroup is then nil too.
//
// The variance is that of DeLong, DeLong and Clarke-Pearson (1988, Biometrics 44:837), from placements computed as by Sun
// and Xu (2014, IEEE Signal Processing Letters 21:1389) and summed in integers, so it does not depend on the order of
// rows. Cost: about 60 ns and 4 bytes per row.
func (r *Ranking) AUC(class []uint8, codes []uint16, groups int) (overall AUC, byGroup []AUC) {
	if codes == nil {
		groups = 1
	}
	all, cells := placements{}, make([]placements, groups)
	r.walk(r.pack(class, codes, groups), groups, false, func(_ float64, run []tally) {
		var sum [2]int64
		for _, t := range run {
			cells[t.cell].add(t.rows)
			sum[0], sum[1] = sum[0]+t.rows[0], sum[1]+t.rows[1]
		}
		all.add(sum)
	})
	overall = all.area()
	if codes != nil {
		byGroup = make([]AUC, groups)
		for i := range cells {
			byGroup[i] = cells[i].area()
		}
	}
	return overall, byGroup
}

// placements sums what DeLong's variance needs, scores ascending. The placement of a positive row is the number of
// negatives below it, equal ones counting one half; that of a negative row the number of positives below it. Both are kept
// doubled, so that they are whole.
type placements struct {
	neg, pos   int64  // rows so far
	sum        square // of the doubled placements of positives
	reverse    square // of negatives
	sumP, sumN square // plain sums
}

// square is a 128-bit sum.
type square struct{ hi, lo uint64 }

// add adds n·x·y, none of them negative, n below 2³¹ and x below 2³².
func (s *square) add(n, x, y int64) {
	hi, lo := bits.Mul64(uint64(x*n), uint64(y)) //nolint:gosec // counts are not negative
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, lo, 0)
	s.hi += hi + carry
}

func (s square) big() *big.Int {
	b := new(big.Int).SetUint64(s.hi)
	return b.Lsh(b, 64).Or(b, new(big.Int).SetUint64(s.lo))
}

func (p *placements) add(rows [2]int64) {
	neg, pos := rows[0], rows[1]
	if pos > 0 {
		x := 2*p.neg + neg
		p.sum.add(pos, x, x)
		p.sumP.add(pos, x, 1)
	}
	if neg > 0 {
		y := 2*p.pos + pos
		p.reverse.add(neg, y, y)
		p.sumN.add(neg, y, 1)
	}
	p.neg += neg
	p.pos += pos
}

func (p *placements) area() AUC {
	a := AUC{Value: math.NaN(), Variance: math.NaN(), Positives: p.pos, Negatives: p.neg}
	if p.pos == 0 || p.neg == 0 {
		return a
	}
	m, n := float64(p.pos), float64(p.neg)
	total, _ := new(big.Float).SetInt(p.sumP.big()).Float64()
	a.Value = total / (2 * m * n)
	if p.pos > 1 && p.neg > 1 {
		a.Variance = spread(p.sum, p.sumP, p.pos)/(4*n*n*m) + spread(p.reverse, p.sumN, p.neg)/(4*m*m*n)
	}
	return a
}

// spread is the sample variance of n whole numbers from the sums of their squares and of themselves.
func spread(squares, sum square, n int64) float64 {
	count := big.NewInt(n)
	s := sum.big()
	d := squares.big()
	d.Mul(d, count).Sub(d, s.Mul(s, s))
	v, _ := new(big.Float).SetInt(d).Float64()
	return v / float64(n) / float64(n-1)
}

// Interval is symmetric in the logit of the area, so it stays in [0, 1]. Where every pair agrees, or every pair
// disagrees, the variance is zero and says nothing: the interval is then [ClopperPearson]'s for that many agreements in as
// many disjoint pairs as the smaller class has rows, which holds whatever the distribution. The same stands in with one
// row in a class. NaN where the area is.
func (a AUC) Interval(level float64) Interval {
	z := critical(level)
	v := a.Value
	switch {
	case math.IsNaN(v) || math.IsNaN(z):
		return undefined()
	case v == 0 || v == 1 || !(a.Variance > 0):
		n := float64(min(a.Positives, a.Negatives))
		return ClopperPearson(v*n, n, level)
	}
	logit, half := math.Log(v/(1-v)), z*math.Sqrt(a.Variance)/(v*(1-v))
	return Interval{logistic(logit - half), logistic(logit + half)}
}

// Difference is the interval of a − b, both from different rows, by recovered variances from the two intervals.
func (a AUC) Difference(b AUC, level float64) Interval {
	return mover(a.Value, a.Interval(level), b.Value, b.Interval(level))
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
