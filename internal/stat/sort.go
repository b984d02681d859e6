package stat

import (
	"math"
	"math/bits"
	"slices"
)

// Sorter sorts numbers and keeps its working memory from one call to the next. The zero value is ready; it is not safe for
// concurrent use.
type Sorter struct{ from, to []uint64 }

// The sort looks at so many bits of a number from the first on in which the values differ, and sorts by comparison what they
// leave undecided.
const (
	digitBits = 11
	passes    = 4
	fewValues = 512 // under it comparison is faster
)

// Sort moves the valid numbers to the front of values, in ascending order, and returns that part. valid has bit i%64 of word
// i/64 set where values[i] counts; nil means that all do. NaN never counts, and −0 becomes 0. It is a radix sort by
// the 44 bits from the first on in which the values differ, with a comparison sort of the few runs that agree in them: the cost
// is linear in rows, and n log n only where most values agree in nine digits and others lie far away.
func (s *Sorter) Sort(values []float64, valid []uint64) []float64 {
	n := 0
	for i, v := range values {
		if v == v && (valid == nil || valid[i>>6]>>(i&63)&1 != 0) {
			values[n] = v + 0 // −0 + 0 is 0
			n++
		}
	}
	values = values[:n]
	if n < fewValues {
		slices.Sort(values)
		return values
	}
	if cap(s.from) < n {
		s.from, s.to = make([]uint64, n), make([]uint64, n)
	}
	s.radix(values)
	return values
}

func (s *Sorter) radix(values []float64) {
	const mask = 1<<digitBits - 1
	var counts [passes][1 << digitBits]uint32
	from, to := s.from[:len(values)], s.to[:len(values)]
	differ, first := uint64(0), ordered(values[0])
	for i, v := range values {
		from[i] = ordered(v)
		differ |= from[i] ^ first
	}
	low := max(bits.Len64(differ)-passes*digitBits, 0) // bits left to comparison
	for _, u := range from {
		u >>= low
		counts[0][u&mask]++
		counts[1][u>>digitBits&mask]++
		counts[2][u>>(2*digitBits)&mask]++
		counts[3][u>>(3*digitBits)&mask]++
	}
	for d := range passes {
		shift := low + d*digitBits
		c := &counts[d]
		if int(c[from[0]>>shift&mask]) == len(values) {
			continue // all values have the same digit
		}
		at := uint32(0)
		for i, n := range c {
			c[i] = at
			at += n
		}
		for _, u := range from {
			k := u >> shift & mask
			to[c[k]] = u
			c[k]++
		}
		from, to = to, from
	}
	for start := 0; start < len(from); {
		end, sorted := start+1, true
		for head := from[start] >> low; end < len(from) && from[end]>>low == head; end++ {
			sorted = sorted && from[end-1] <= from[end]
		}
		if !sorted {
			slices.Sort(from[start:end])
		}
		start = end
	}
	for i, u := range from {
		values[i] = unordered(u)
	}
}

// ordered maps a number to bits that sort as the number does.
func ordered(v float64) uint64 {
	u := math.Float64bits(v)
	return u ^ (uint64(int64(u)>>63) | 1<<63) //nolint:gosec // G115: the sign spreads over all bits
}

func unordered(u uint64) float64 {
	return math.Float64frombits(u ^ (uint64(int64(^u)>>63) | 1<<63)) //nolint:gosec // G115: as in ordered
}
