package check

import (
	"math"

	"github.com/plumbline-project/plumbline/internal/model"
	"github.com/plumbline-project/plumbline/internal/table"
)

// drawn takes one row of each of at most so many stretches of equal length, by the seed: one at a fixed step would see only one
// kind of row where kinds take turns. It gives the rows in their order; all of them where there are no more.
func drawn(rows, most int, seed uint64) []int32 {
	step := max((rows+most-1)/max(most, 1), 1)
	out := make([]int32, 0, rows/step+1)
	for from := 0; from < rows; from += step {
		length := min(step, rows-from)
		jump := int(model.Hash(seed, uint64(from)) % uint64(length)) //nolint:gosec // G115: rows are not negative
		out = append(out, int32(from+jump))                          //nolint:gosec // G115: rows are below 2^31
	}
	return out
}

// codesOf copies the codes of all rows.
func codesOf(c *table.Codes) []uint16 {
	out := make([]uint16, c.Len())
	for row := range out {
		out[row] = uint16(c.At(row)) //nolint:gosec // G115: a code
	}
	return out
}

// codesAt copies the codes of some rows.
func codesAt(c *table.Codes, at []int32) []uint16 {
	out := make([]uint16, len(at))
	for i, row := range at {
		out[i] = uint16(c.At(int(row))) //nolint:gosec // G115: a code
	}
	return out
}

// floatsAt copies the numbers of some rows, NaN where there is none.
func floatsAt(c *table.Floats, at []int32) []float64 {
	out := make([]float64, len(at))
	for i, row := range at {
		if out[i] = math.NaN(); c.Ok(int(row)) {
			out[i] = c.Values[row]
		}
	}
	return out
}
