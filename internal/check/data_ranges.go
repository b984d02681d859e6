package check

import (
	"context"
	"math"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
	"github.com/plumbline-project/plumbline/internal/table"
)

// dataRanges counts what the table before does not know: beyond_range_share, numbers outside its smallest and largest, of the
// numbers; and unseen_category_share, rows whose text it never holds, of the rows with a text (columns of at most 20,000 texts).
// Where the table before holds accepted cases only, accepted decisions are counted, as in data.drift: what refused ones have
// beyond that is so by selection.
//
// The table before is a sample itself, so like data lie beyond it too. The lower end of the interval leaves out what chance puts
// there at most: the tail outside a sample's range (Wilks 1941), and the values that a sample misses (Good 1953, Esty 1983).
func dataRanges() Check {
	c := overTables(Check{ID: "data.ranges", Refs: append(
		citations(isoQuality),
		plumbline.Ref{Cite: "Wilks SS (1941), Annals of Mathematical Statistics 12:91–96", URL: "https://doi.org/10.1214/aoms/1177731788"},
		plumbline.Ref{Cite: "Esty WW (1983), Annals of Statistics 11:905–912", URL: "https://doi.org/10.1214/aos/1176346256"},
	)}, func(ctx context.Context, in *Input, e *emitter, s *scanned, all []*scanned) error {
		before := in.beforeOf(all)
		if s.role != roleDecisions || before == nil {
			return nil
		}
		selection := &drift{in: in, e: &emitter{}, before: before.t, role: before.role}
		if err := selection.selection(ctx); err != nil {
			return err
		}
		r := &ranges{in: in, e: e, s: s, before: before, picked: selection.picked, among: selection.among, guessed: selection.guessed}
		for _, c := range s.columns {
			if b := before.find(c.Name); b != nil && r.asks(c, b) {
				r.family++
			}
		}
		for _, c := range s.columns {
			b := before.find(c.Name)
			if b == nil || !r.asks(c, b) {
				continue
			}
			if err := r.column(ctx, c, b); err != nil {
				return err
			}
		}
		return nil
	})
	c.Needs = []Need{NeedReference}
	return c
}

// ranges compares the columns of the decisions with those before.
type ranges struct {
	in        *Input
	e         *emitter
	s, before *scanned
	picked    []uint64 // decisions that count, by bit; nil: all
	among     plumbline.Among
	family    int
	guessed   bool // nothing says which cases the table before holds
}

func (r *ranges) asks(c, b *scannedColumn) bool {
	p := &r.in.Plan
	if c.derived || c.Name == r.s.time || c.Name == r.s.id || c.role == "subject" || c.Name == p.Version || c.private {
		return false
	}
	return c.compared || c.dict != nil && b.dict != nil && c.Kind == table.Text && c.role != "label" && c.Name != p.Reasons.Column
}

func (r *ranges) column(ctx context.Context, c, b *scannedColumn) error {
	metric, k, n := "beyond_range_share", c.beyond, c.numbers
	var chance float64
	var err error
	rows := float64(b.numbers) / r.before.effect
	alpha := (1 - r.in.Level) / float64(r.family)
	if c.compared {
		chance = outside(rows, alpha)
		if r.picked != nil {
			k, n, err = r.beyond(ctx, c.Name, b)
		}
	} else {
		metric, chance = "unseen_category_share", missed(b.counts, r.before.effect, alpha)
		k, n, err = r.unseen(ctx, c, b)
	}
	if err != nil {
		return err
	}
	scope := r.s.scope(c.Name)
	scope.Among = r.among
	if r.guessed && k > 0 {
		r.e.undefined(metric, plumbline.Share, scope, plumbline.ByDesign)
		return nil
	}
	x := float64(k) / float64(max(n, 1))
	r.e.share(metric, scope, k, n, interval(stat.Interval{Low: max(x-chance, 0), High: x}, r.in.Level, "beyond-sample", r.family))
	return nil
}

// beyond counts the picked numbers outside the range before.
func (r *ranges) beyond(ctx context.Context, name string, b *scannedColumn) (k, n int64, err error) {
	col, err := r.in.Table.Floats(ctx, name)
	if err != nil {
		return 0, 0, skipUnreadable(err)
	}
	for i, v := range col.Values {
		if !r.picks(i) || !col.Ok(i) {
			continue
		}
		n++
		if v < b.low || v > b.high {
			k++
		}
	}
	return k, n, nil
}

// unseen counts the picked rows whose text does not occur before.
func (r *ranges) unseen(ctx context.Context, c, b *scannedColumn) (k, n int64, err error) {
	seen := map[string]bool{}
	for i, v := range b.dict {
		seen[v] = b.counts[i] > 0
	}
	counts := c.counts
	if r.picked != nil {
		codes, err := r.in.Table.Codes(ctx, c.Name)
		if err != nil {
			return 0, 0, skipUnreadable(err)
		}
		counts = countCodes(codes, r.picked)
	}
	for i, v := range c.dict[1:] {
		n += counts[i+1]
		if !seen[v] {
			k += counts[i+1]
		}
	}
	return k, n, nil
}

func (r *ranges) picks(row int) bool { return r.picked == nil || r.picked[row>>6]>>(row&63)&1 != 0 }

// outside is the share of a population that lies outside the range of a sample of n at most, but for a chance of alpha. The share
// inside has the distribution Beta(n−1, 2), whatever that of the values is; ties make it larger.
func outside(n, alpha float64) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		x := (low + high) / 2
		if (1+(n-1)*x)*math.Pow(1-x, n-1) > alpha { // chance that more than x lies outside
			low = x
		} else {
			high = x
		}
	}
	return high
}

// missed is the share of a population whose values a sample with these counts lacks at most, but for a chance of alpha: the share
// of the values seen once (Good), with Esty's standard error, and what no value seen once leaves open. counts[0] is of missing
// values; effect is how many rows stand for one.
func missed(counts []int64, effect, alpha float64) float64 {
	var rows, once, twice float64
	for _, n := range counts[1:] {
		switch rows += float64(n); n {
		case 1:
			once++
		case 2:
			twice++
		}
	}
	if rows == 0 {
		return 1
	}
	z := math.Sqrt2 * math.Erfinv(1-2*alpha)
	return min((once+z*math.Sqrt(effect*(once*(1-once/rows)+2*twice))-effect*math.Log(alpha))/rows, 1)
}
