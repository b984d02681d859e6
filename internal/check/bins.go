package check

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/plumbline-project/plumbline"
)

// bins is a column cut into few codes, one per row; code 0 is missing.
type bins struct {
	codes []uint16
	n     int // codes in use, with the missing one
}

// binned cuts a column into at most limit values beside the missing one: as it is where it has that few, else into bins of
// equal size where it is numeric. It gives nil where it is neither.
func (in *Input) binned(ctx context.Context, column string, limit int) (*bins, error) {
	codes, err := in.Table.Codes(ctx, column)
	switch {
	case err == nil && len(codes.Dict) <= limit+1:
		return &bins{codes: codesOf(codes), n: len(codes.Dict)}, nil
	case err != nil && !unreadable(err):
		return nil, err
	}
	col, err := in.Table.Floats(ctx, column)
	if err != nil {
		if unreadable(err) {
			return nil, nil // text with many values: no bins, which is no fault
		}
		return nil, err
	}
	for i := range col.Values {
		if !col.Ok(i) {
			col.Values[i] = math.NaN()
		}
	}
	return cut(col.Values, limit), nil
}

// unreadable reports whether an error says that a column cannot be had in this form, which another form may mend.
func unreadable(err error) bool {
	c := plumbline.CodeOf(err)
	return c == plumbline.Invalid || c == plumbline.Unsupported || c == plumbline.TooLarge
}

// skipUnreadable lets a column pass that cannot be opened in the wanted form.
func skipUnreadable(err error) error {
	if unreadable(err) {
		return nil
	}
	return err
}

// cut codes each value by the quantile bin that it falls in; NaN is missing. Edges come from a sample of at most 100,000
// values at even distances, which moves them by less than 0.5 % of the rows. It gives nil where there is no value.
func cut(values []float64, limit int) *bins {
	const sample = 100_000
	step := max(len(values)/sample, 1)
	var some []float64
	for i := 0; i < len(values); i += step {
		if !math.IsNaN(values[i]) {
			some = append(some, values[i])
		}
	}
	if len(some) == 0 {
		return nil
	}
	slices.Sort(some)
	var edges []float64 // upper ends, all but the last
	for b := 1; b < limit; b++ {
		x := some[min(b*len(some)/limit, len(some)-1)]
		if len(edges) == 0 || x > edges[len(edges)-1] {
			edges = append(edges, x)
		}
	}
	out := &bins{codes: make([]uint16, len(values)), n: len(edges) + 2}
	for i, v := range values {
		if !math.IsNaN(v) {
			at, _ := slices.BinarySearch(edges, v)
			out.codes[i] = uint16(at + 1) //nolint:gosec // G115: at is below limit
		}
	}
	return out
}

// frequent keeps the values that at least least rows have, the most frequent first and at most limit of them; all others
// share one code. Code 0 is missing in rows too, and codes are below n. It gives nil where the values kept hold less than
// half of the rows that have one: what is left of such a column says nothing of it.
func frequent[T uint16 | uint32](rows []T, n, limit int, least int64) *bins {
	counts := make([]int64, n)
	for _, c := range rows {
		counts[c]++
	}
	var keep []int
	for c := 1; c < n; c++ {
		if counts[c] >= least {
			keep = append(keep, c)
		}
	}
	slices.SortStableFunc(keep, func(a, b int) int { return cmp.Compare(counts[b], counts[a]) })
	keep = keep[:min(len(keep), limit)]
	final := make([]uint16, n) // 1 is for all others
	for c := 1; c < n; c++ {
		final[c] = 1
	}
	var kept int64
	for i, c := range keep {
		final[c] = uint16(i + 2)
		kept += counts[c]
	}
	if 2*kept < int64(len(rows))-counts[0] {
		return nil
	}
	out := &bins{codes: make([]uint16, len(rows)), n: len(keep) + 2}
	for i, c := range rows {
		out.codes[i] = final[c]
	}
	return out
}

// crossed counts rows by fold, bin and class: the count of one cell is at (fold × bins + bin) × classes + class.
func crossed(b *bins, class []uint16, classes int, folds []uint8, nFolds int) []int64 {
	flat := make([]int64, nFolds*b.n*classes)
	for i, x := range b.codes {
		flat[(int(folds[i])*b.n+int(x))*classes+int(class[i])]++
	}
	return flat
}
