package check_test

import (
	"math"
	"testing"

	"github.com/plumbline-project/plumbline/internal/check"
)

// One row of each stretch is drawn, so the sample covers the table evenly; rows that take turns are drawn by their shares.
func TestDrawnRows(t *testing.T) {
	for _, c := range []struct{ rows, most, want int }{{0, 0, 0}, {0, 10, 0}, {1, 10, 1}, {10, 10, 10}, {11, 10, 6}, {1_000_000, 100_000, 100_000}, {1_000_001, 100_000, 90_910}} {
		at := check.Drawn(c.rows, c.most, 7)
		if len(at) != c.want {
			t.Errorf("%d of %d rows: drew %d, want %d", c.most, c.rows, len(at), c.want)
		}
		step := max((c.rows+c.most-1)/max(c.most, 1), 1)
		for i, row := range at {
			if int(row) < i*step || int(row) >= min((i+1)*step, c.rows) {
				t.Fatalf("%d of %d rows: row %d is not in stretch %d", c.most, c.rows, row, i)
			}
		}
	}
	for _, period := range []int{2, 5, 10} { // of rows that take turns; 10 is the length of a stretch
		n := 0
		for _, row := range check.Drawn(1_000_000, 100_000, 7) {
			if int(row)%period == 0 {
				n++
			}
		}
		p := 1 / float64(period)
		if z := (float64(n) - 1e5*p) / math.Sqrt(1e5*p*(1-p)); math.Abs(z) > 4 {
			t.Errorf("every %d-th row: drawn %d times of 100,000, %.1f standard errors off", period, n, z)
		}
	}
}
