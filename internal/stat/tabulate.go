package stat

import (
	"encoding/binary"
	"math/bits"
)

// Factor is a column of codes from 0 to Levels − 1, in exactly one of the two slices.
type Factor struct {
	Codes  []uint8
	Wide   []uint16
	Levels int // 1 to 65,536
}

func (f Factor) rows() int { return max(len(f.Codes), len(f.Wide)) }

func (f Factor) levels() uint64 {
	return uint64(f.Levels) //nolint:gosec // Tabulate has checked the range
}

// maxCells bounds a table of counts.
const maxCells = 1 << 26

// Tabulate counts the rows in each cell of the factors. The cell of codes a, b, c … is ((a·Lb + b)·Lc + c)…: the last
// factor runs fastest. A row with a code beyond its levels is counted nowhere, so that the sum tells of it. The result is
// nil where there is no factor, or the levels are out of range, or there would be more than 2²⁶ cells.
//
// Cost: where all factors are bytes and there are at most 256 cells, 8 rows are combined at a time in one word and counted
// in four histograms, about 0.6 ns per row; else about 1 ns per row and factor. Memory: the table.
func Tabulate(factors ...Factor) []int64 {
	cells, narrow := 1, len(factors) > 0
	for _, f := range factors {
		sameLength(factors[0].rows(), f.rows())
		if f.Levels < 1 || f.Levels > 1<<16 || cells > maxCells/f.Levels {
			return nil
		}
		cells *= f.Levels
		narrow = narrow && f.Wide == nil
	}
	if len(factors) == 0 {
		return nil
	}
	counts := make([]int64, cells)
	done := 0
	if narrow && cells <= 256 {
		done = tabulateWords(factors, counts)
	}
	tabulateRows(factors, done, counts)
	return counts
}

// lanes repeats a byte in each lane of a word.
const lanes = 0x0101010101010101

// tabulateWords counts 8 rows at a time and returns the number of rows that it has seen. Cells fit a byte, so a product or
// sum of codes in range never carries into the next lane. Words with a code out of range are left to the slow way.
func tabulateWords(factors []Factor, counts []int64) int {
	rows := factors[0].rows() &^ 7
	const chunk = 1 << 11 // rows; the combined words of a chunk stay in the first-level cache
	var words [chunk / 8]uint64
	var hist [4][256]uint32
	flush := func() {
		for i := range counts {
			counts[i] += int64(hist[0][i]) + int64(hist[1][i]) + int64(hist[2][i]) + int64(hist[3][i])
		}
		hist = [4][256]uint32{}
	}
	for from := 0; from < rows; from += chunk {
		if from&(1<<30-1) == 0 {
			flush()
		}
		n := min(chunk, rows-from) / 8
		part := words[:n]
		clear(part)
		good := true
		for _, f := range factors {
			good = combine(part, f.Codes[from:from+8*n], f.levels()) && good
		}
		if !good {
			tabulateRange(factors, from, from+8*n, counts)
			continue
		}
		for _, w := range part {
			hist[0][w&0xff]++
			hist[1][w>>8&0xff]++
			hist[2][w>>16&0xff]++
			hist[3][w>>24&0xff]++
			hist[0][w>>32&0xff]++
			hist[1][w>>40&0xff]++
			hist[2][w>>48&0xff]++
			hist[3][w>>56]++
		}
	}
	flush()
	return rows
}

// combine sets each lane of words to lane × levels + code and reports whether all codes were in range.
func combine(words []uint64, codes []uint8, levels uint64) bool {
	const top = 0x80 * lanes
	var bad uint64
	if levels > 128 { // one such factor fills the cells; the others have one level each
		over := (256 - levels) * lanes
		for i := range words {
			w := binary.LittleEndian.Uint64(codes[8*i:])
			bad |= w & (w&^top + over)
			words[i] = words[i]*levels + w
		}
		return bad&top == 0
	}
	over := (128 - levels) * lanes // lifts the top bit of a lane whose code is levels or more
	for i := range words {
		w := binary.LittleEndian.Uint64(codes[8*i:])
		bad |= w | (w&^top + over)
		words[i] = words[i]*levels + w
	}
	return bad&top == 0
}

func tabulateRows(factors []Factor, from int, counts []int64) {
	rows := factors[0].rows()
	for ; from < rows; from += 4096 {
		tabulateRange(factors, from, min(from+4096, rows), counts)
	}
}

// tabulateRange counts the rows from one to before another, at most 4096 of them, factor by factor.
func tabulateRange(factors []Factor, from, to int, counts []int64) {
	var buffer [4096]uint64
	cells := buffer[:to-from]
	for _, f := range factors {
		levels := f.levels()
		if f.Wide != nil {
			index(cells, f.Wide[from:to], levels)
		} else {
			index(cells, f.Codes[from:to], levels)
		}
	}
	for _, c := range cells {
		if c < uint64(len(counts)) {
			counts[c]++
		}
	}
}

// index adds a factor to the cell of each row. A code out of range sets a high bit that stays: cells are below 2²⁶, and
// the bit is kept by saturating.
func index[C uint8 | uint16](cells []uint64, codes []C, levels uint64) {
	codes = codes[:len(cells)]
	const out = 1 << 62
	for i, c := range codes {
		cell := cells[i]*levels + uint64(c)
		_, borrow := bits.Sub64(uint64(c), levels, 0)
		cell |= (1 - borrow) * out
		cells[i] = cell | cells[i]&out
	}
}
