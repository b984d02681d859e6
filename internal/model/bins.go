package model

import (
	"math"
	"slices"
	"strconv"
)

// binned is a column in at most 256 codes, 0 for missing. Numbers of code b lie from thresholds[b−2] (included) to
// thresholds[b−1] (not included).
type binned struct {
	codes      []uint8
	n          int       // codes in use, with the missing one
	thresholds []float64 // nil for categories
	missing    bool      // among the rows learnt from
}

// edgeRows bounds the rows that edges are taken from, evenly spaced: more would move an edge by less than a thousandth of them.
const edgeRows = 30_000

// bin codes a column. Edges of numbers come from the rows that are learnt from: between all values where there are at most
// 255, else between quantiles of them.
func bin(c *Column, rows []int32) binned {
	if c.Numbers == nil {
		return categories(c, rows)
	}
	b := binned{codes: make([]uint8, len(c.Numbers)), thresholds: []float64{}}
	step := max(len(rows)/edgeRows, 1)
	values := make([]float64, 0, len(rows)/step+1)
	for i, r := range rows {
		if v := c.Numbers[r]; math.IsNaN(v) {
			b.missing = true
		} else if i%step == 0 {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	b.thresholds = edges(values)
	b.n = len(b.thresholds) + 2
	if len(values) == 0 {
		b.n = 1
	}
	for i, v := range c.Numbers {
		if !math.IsNaN(v) {
			at, on := slices.BinarySearch(b.thresholds, v)
			if on {
				at++
			}
			b.codes[i] = uint8(at + 1) //nolint:gosec // G115: at most 254 thresholds
		}
	}
	return b
}

func categories(c *Column, rows []int32) binned {
	if c.Levels > MaxLevels || c.Levels < 1 {
		return binned{n: 1}
	}
	b := binned{codes: make([]uint8, len(c.Codes)), n: c.Levels}
	for i, code := range c.Codes {
		if int(code) < c.Levels {
			b.codes[i] = uint8(code) //nolint:gosec // G115: below 256
		}
	}
	for _, r := range rows {
		b.missing = b.missing || b.codes[r] == 0
	}
	return b
}

// edges gives at most 254 thresholds for sorted values.
func edges(values []float64) []float64 {
	const most = MaxLevels - 2
	var firsts []int // places where a new value begins, but for the first
	for i := 1; i < len(values) && len(firsts) <= most; i++ {
		if values[i] > values[i-1] {
			firsts = append(firsts, i)
		}
	}
	if len(firsts) > most {
		firsts = firsts[:0]
		last := 0
		for b := 1; b <= most; b++ {
			i, _ := slices.BinarySearch(values, values[b*len(values)/(most+1)]) // the first of its kind
			if i > last {
				firsts, last = append(firsts, i), i
			}
		}
	}
	out := make([]float64, 0, len(firsts))
	for _, i := range firsts {
		out = append(out, between(values[i-1], values[i]))
	}
	return out
}

// between is the number with the fewest digits, near the middle, that is above low and not above high.
func between(low, high float64) float64 {
	middle := low/2 + high/2
	for digits := range 17 {
		s := strconv.FormatFloat(middle, 'e', digits, 64)
		if t, err := strconv.ParseFloat(s, 64); err == nil && t > low && t <= high {
			return t
		}
	}
	return high
}
