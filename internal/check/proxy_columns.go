package check

import (
	"context"
	"math"
	"strconv"

	"github.com/plumbline-project/plumbline/internal/detect"
	"github.com/plumbline-project/plumbline/internal/table"
)

// What a column may be split into when it is looked at as a proxy.
const (
	maxProxyValues = 8192    // a column with more values is looked at by its most frequent ones
	minValueRows   = 5       // a value in fewer rows teaches nothing about itself
	maxProxyCells  = 1 << 20 // counts of one column against one target, over all folds: 8 MiB
)

// predictors gives the ways in which a column can tell of a target, for the sampled rows:
//   - its values, the most frequent ones where there are many (text, and numbers that are codes);
//   - quantile bins where it is numeric and has more values than bins;
//   - region, year of birth and sex where it holds resident identity numbers.
//
// None means that it cannot be looked at: text that hardly repeats. The column is read; what is left to do needs the table no
// more.
func (s *proxySearch) predictors(ctx context.Context, column table.ColumnInfo) (func() []*bins, error) {
	codes, err := s.in.Table.Codes(ctx, column.Name)
	if err != nil && !unreadable(err) {
		return nil, err
	}
	var values []uint16 // of a column with few values
	var rows []uint32   // of one with many
	var n int           // of them
	switch {
	case err == nil:
		values, n = codesAt(codes, s.at), len(codes.Dict)
		if n <= proxyBins+1 {
			return func() []*bins { return []*bins{{codes: values, n: n}} }, nil
		}
	case column.Kind == table.Text || column.Kind == table.Integer:
		if rows, n, err = s.groups(ctx, column.Name); err != nil {
			return nil, err
		}
	}
	numbers, err := s.numbers(ctx, column.Name)
	return func() []*bins {
		var out []*bins
		switch {
		case values != nil:
			out = appendBins(out, frequent(values, n, s.values, minValueRows))
			out = append(out, s.identity(len(values), func(i int) string { return codes.Dict[values[i]] })...)
		case rows != nil:
			out = appendBins(out, frequent(rows, n, s.values, minValueRows))
		}
		if numbers == nil {
			return out
		}
		return s.numbered(out, column, numbers, values == nil)
	}, err
}

// numbered adds the ways of looking at numbers.
func (s *proxySearch) numbered(out []*bins, column table.ColumnInfo, numbers []float64, many bool) []*bins {
	if many && column.Kind == table.Integer { // 15 digits are still exact
		out = append(out, s.identity(len(numbers), func(i int) string {
			if math.IsNaN(numbers[i]) {
				return ""
			}
			return strconv.FormatFloat(numbers[i], 'f', -1, 64)
		})...)
	}
	return appendBins(out, cut(numbers, proxyBins))
}

func appendBins(to []*bins, b *bins) []*bins {
	if b != nil {
		to = append(to, b)
	}
	return to
}

// groups looks at a column with more values than a dictionary holds by those of its values that are frequent.
func (s *proxySearch) groups(ctx context.Context, column string) (rows []uint32, n int, err error) {
	g, err := s.in.Table.Groups(ctx, column)
	if err != nil {
		return nil, 0, err
	}
	rows = make([]uint32, len(s.at))
	for i, row := range s.at {
		rows[i] = g.IDs[row] + 1 // the id of a missing value wraps to 0
	}
	return rows, g.N + 1, nil
}

// numbers reads the sampled rows of a numeric column, NaN where there is none; nil where it is not numeric.
func (s *proxySearch) numbers(ctx context.Context, column string) ([]float64, error) {
	col, err := s.in.Table.Floats(ctx, column)
	if err != nil {
		if unreadable(err) {
			return nil, nil
		}
		return nil, err
	}
	return floatsAt(col, s.at), nil
}

// identity splits resident identity numbers into what they give away: region (six digits, and the two of the province, since
// few people may share the six), year of birth, and sex. It gives none where less than half of the rows with a value hold
// such a number; other values are missing.
func (s *proxySearch) identity(rows int, text func(int) string) []*bins {
	const parts = 4
	var codes [parts][]uint32
	var number [parts]map[uint32]uint32 // of a part, in the order in which they turn up
	for p := range parts {
		codes[p], number[p] = make([]uint32, rows), map[uint32]uint32{}
	}
	found, present, last := 0, 0, s.in.year()
	for i := range rows {
		t := text(i)
		if t == "" {
			continue
		}
		present++
		id, ok := detect.ParseIdentity(t, last)
		if !ok {
			continue
		}
		found++
		for p, part := range [parts]uint32{id.Region, id.Region / 10_000, id.Born, id.Sex} {
			n, ok := number[p][part]
			if !ok {
				n = uint32(len(number[p])) + 1 //nolint:gosec // G115: a region has six digits
				number[p][part] = n
			}
			codes[p][i] = n
		}
	}
	if found == 0 || 2*found < present {
		return nil
	}
	var out []*bins
	for p := range parts {
		out = appendBins(out, frequent(codes[p], len(number[p])+1, s.values, minValueRows))
	}
	return out
}
