package profile

import (
	"cmp"
	"math"
	"slices"
)

// RankError bounds the error of a quantile's rank as a share of the rows: in 99 of 100 sketches the value given for q lies
// between the quantiles q ± RankError. It holds after merging, whatever the order.
const RankError = 0.01

const (
	sketchSize = 512 // values of the top level, which decides the error
	leastLevel = 8   // values of the smallest level
	maxLevels  = 48
)

// sketch is a KLL sketch: a value of level h stands for 2ʰ rows. The zero value is empty.
type sketch struct {
	levels [][]float64
	coins  uint64 // thrown so far
}

// room is how many values a level may hold.
func (s *sketch) room(level int) int {
	depth := len(s.levels) - 1 - level
	return max(leastLevel, int(math.Ceil(sketchSize*math.Pow(2.0/3, float64(depth)))))
}

func (s *sketch) add(x float64, seed uint64) {
	if len(s.levels) == 0 {
		s.levels = [][]float64{nil}
	}
	s.levels[0] = append(s.levels[0], x)
	if len(s.levels[0]) >= s.room(0) {
		s.shrink(seed)
	}
}

// shrink halves full levels from the lowest on until none is full.
func (s *sketch) shrink(seed uint64) {
	h := 0
	for h < len(s.levels) { // halving may add a level
		if len(s.levels[h]) >= s.room(h) {
			s.halve(h, seed)
		}
		h++
	}
}

// halve moves every other value of a level to the next, by a coin the odd or the even ones. One value may stay.
func (s *sketch) halve(h int, seed uint64) {
	if h == maxLevels-1 {
		return
	}
	if h+1 == len(s.levels) {
		s.levels = append(s.levels, nil)
	}
	level := s.levels[h]
	slices.Sort(level)
	keep := len(level) % 2
	s.coins++
	for i := keep + int(mix(seed^s.coins)&1); i < len(level); i += 2 {
		s.levels[h+1] = append(s.levels[h+1], level[i])
	}
	s.levels[h] = level[:keep]
}

func (s *sketch) merge(o *sketch, seed uint64) {
	for len(s.levels) < len(o.levels) {
		s.levels = append(s.levels, nil)
	}
	for h, level := range o.levels {
		s.levels[h] = append(s.levels[h], level...)
	}
	s.coins += o.coins
	s.shrink(seed)
}

// rows is the number of rows that the sketch stands for.
func (s *sketch) rows() (n int64) {
	for h, level := range s.levels {
		n += int64(len(level)) << h
	}
	return n
}

// coarsen makes every value stand for least rows or more, and drops what is left of smaller ones: fewer than least rows.
func (s *sketch) coarsen(least int64, seed uint64) {
	for h := 0; h < len(s.levels) && int64(1)<<h < least; h++ {
		if len(s.levels[h]) > 0 {
			s.halve(h, seed)
		}
		s.levels[h] = nil
	}
}

// quantile is the value at rank q of the rows, NaN where there are none.
func (s *sketch) quantile(q float64) float64 {
	type item struct {
		x      float64
		weight int64
	}
	var all []item
	for h, level := range s.levels {
		for _, x := range level {
			all = append(all, item{x, 1 << h})
		}
	}
	if len(all) == 0 || !(q >= 0 && q <= 1) {
		return math.NaN()
	}
	slices.SortFunc(all, func(a, b item) int { return cmp.Compare(a.x, b.x) })
	left := int64(math.Ceil(q * float64(s.rows())))
	for _, i := range all {
		if left -= i.weight; left <= 0 {
			return i.x
		}
	}
	return all[len(all)-1].x
}

// mix spreads the bits of a number (the finaliser of SplitMix64, Steele, Lea and Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
