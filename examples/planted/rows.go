package planted

import (
	"encoding/csv"
	"io"
	"math/rand/v2"
	"time"
)

// AroundGap leaves the given days after start empty: it presses the moments of twice that time, begun before start, into its
// first half, and keeps their order.
func AroundGap(at, start time.Time, days int) time.Time {
	from := start.AddDate(0, 0, -days)
	into := at.Sub(from)
	if into < 0 || into >= time.Duration(2*days)*24*time.Hour {
		return at
	}
	return from.Add(into / 2).Truncate(time.Second)
}

// Duplicate puts copies of the row before in the place of a share of the rows, and gives others the id of the row before. Only
// pairs of rows that are both free to change are touched.
func Duplicate[T any](rng *rand.Rand, rows []T, copies, ids float64, free func(*T) bool, sameID func(row, before *T)) {
	for i := 1; i < len(rows); i++ {
		u := rng.Float64()
		before, row := &rows[i-1], &rows[i]
		switch {
		case !free(before) || !free(row):
		case u < copies:
			*row = *before
		case u < copies+ids:
			sameID(row, before)
		}
	}
}

// WriteCSV writes a header and n rows; row appends the fields of row i to an empty slice.
func WriteCSV(w io.Writer, header []string, n int, row func(i int, empty []string) []string) error {
	cw := csv.NewWriter(w)
	if err := cw.Write(header); err != nil {
		return err
	}
	record := make([]string, 0, len(header))
	for i := range n {
		record = row(i, record[:0])
		if err := cw.Write(record); err != nil {
			return err
		}
	}
	cw.Flush()
	return cw.Error()
}
