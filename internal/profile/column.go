package profile

import (
	"math"

	"github.com/plumbline-project/plumbline"
)

const maxRows = 1 << 60

// Column summarises a column. Make one with [New]; it is not safe for concurrent use.
type Column struct {
	seed               uint64
	rows, missing, bad int64
	numbers            moments
	sketch             sketch
	distinct           distinct
	values, cells      counts
	suppressed         int64 // least count that was shown; 0 where nothing was taken out
}

// New is an empty profile. Only profiles of one seed merge.
func New(seed uint64) *Column { return &Column{seed: seed} }

// AddNumbers counts rows with numbers. valid has bit i%64 of word i/64 set where values[i] is one; the others are missing. nil
// means that all are.
func (c *Column) AddNumbers(values []float64, valid []uint64) {
	for i, v := range values {
		if valid == nil || valid[i>>6]>>(i&63)&1 != 0 {
			c.AddNumber(v)
		} else {
			c.AddMissing(1)
		}
	}
}

// AddNumber counts a row with a number. NaN and infinities are bad values.
func (c *Column) AddNumber(x float64) {
	if x-x != 0 {
		c.AddBad(1)
		return
	}
	x += 0 // −0 is 0
	c.rows++
	c.numbers.add(x)
	c.sketch.add(x, c.seed)
	c.distinct.add(hashNumber(x, c.seed))
}

// AddText counts n rows with a text.
func (c *Column) AddText(text string, n int64) {
	if n <= 0 {
		return
	}
	c.rows += n
	c.distinct.add(hashText(text, c.seed))
	c.values.add([2]string{text, ""}, n)
}

// AddMissing counts n rows without a value.
func (c *Column) AddMissing(n int64) { c.rows, c.missing = c.rows+max(n, 0), c.missing+max(n, 0) }

// AddBad counts n rows with a value that is none of the column's kind.
func (c *Column) AddBad(n int64) { c.rows, c.bad = c.rows+max(n, 0), c.bad+max(n, 0) }

// AddCell counts n rows of a group with an outcome. Cells are counted beside the rows, which they do not add to.
func (c *Column) AddCell(group, outcome string, n int64) { c.cells.add([2]string{group, outcome}, n) }

// Rows counts all rows, those without a value among them.
func (c *Column) Rows() (rows, missing, bad int64) { return c.rows, c.missing, c.bad }

// Moments are the number of numbers, their mean and their variance (divisor n−1), NaN where there are too few
// or they overflow.
func (c *Column) Moments() (n int64, mean, variance float64) {
	m := &c.numbers
	mean, variance = math.NaN(), math.NaN()
	if m.n > 0 && !math.IsInf(m.squares, 0) {
		mean = m.mean
	}
	if m.n > 1 && !math.IsInf(m.squares, 0) {
		variance = m.squares / float64(m.n-1)
	}
	return m.n, mean, variance
}

// Range is the smallest and the largest number, NaN where there are none or they were suppressed.
func (c *Column) Range() (low, high float64) {
	if c.numbers.n == 0 || c.suppressed > 0 {
		return math.NaN(), math.NaN()
	}
	return c.numbers.low, c.numbers.high
}

// Quantile is the number at rank q, 0 to 1, within [RankError]; NaN where there is none.
func (c *Column) Quantile(q float64) float64 { return c.sketch.quantile(q) }

// Distinct is the number of different values, NaN where rows came after [Column.Suppress]; exact tells whether it is no estimate.
func (c *Column) Distinct() (n float64, exact bool) { return c.distinct.count() }

// Values are the texts with their exact rows, largest first; ok is false where there were more than [MaxValues].
func (c *Column) Values() (list []Count, rest int64, ok bool) {
	return c.values.list(), c.values.rest, !c.values.lost
}

// Cells are the counts by group and outcome, as Values are.
func (c *Column) Cells() (list []Count, rest int64, ok bool) {
	return c.cells.list(), c.cells.rest, !c.cells.lost
}

// Merge adds the rows of another profile. It is an Invalid error where the seeds differ; c is then unchanged. What was
// suppressed in one stays away in both.
func (c *Column) Merge(o *Column) error {
	if c.seed != o.seed {
		return &plumbline.Error{Code: plumbline.Invalid, Message: "profiles of different seeds cannot be merged", Hint: "make all parts with one seed"}
	}
	if c.rows > maxRows-o.rows {
		return &plumbline.Error{Code: plumbline.TooLarge, Message: "profiles of too many rows", Hint: "a profile holds up to 2^60 rows"}
	}
	c.rows, c.missing, c.bad = c.rows+o.rows, c.missing+o.missing, c.bad+o.bad
	c.numbers.merge(&o.numbers)
	c.sketch.merge(&o.sketch, c.seed)
	c.distinct.merge(&o.distinct)
	c.values.merge(&o.values)
	c.cells.merge(&o.cells)
	c.suppressed = max(c.suppressed, o.suppressed)
	return nil
}

// Suppress takes out what stands for fewer than least people: values and cells with fewer rows, which become the rest; the
// smallest and the largest number; single numbers of the sketch, so that each stands for least rows or more, at a further rank
// error of least rows; what tells different values from another, so that merging again loses their number; the sums of fewer
// than least numbers. Counts of missing and bad values stay: the reader
// of the totals withholds them.
func (c *Column) Suppress(least int64) {
	if least <= 1 {
		return
	}
	c.suppressed = max(c.suppressed, least)
	c.values.suppress(least)
	c.cells.suppress(least)
	c.sketch.coarsen(least, c.seed)
	c.numbers.low, c.numbers.high = 0, 0
	if c.numbers.n < least {
		c.numbers, c.sketch = moments{}, sketch{}
	}
	c.distinct.close()
}

// moments are those of numbers, mergeable.
type moments struct {
	n             int64
	mean, squares float64 // squares: sum of squared differences from the mean
	low, high     float64
}

func (m *moments) add(x float64) {
	if m.n == 0 {
		m.low, m.high = x, x
	}
	m.n++
	d := x - m.mean
	m.mean += d / float64(m.n)
	m.squares += d * (x - m.mean)
	m.low, m.high = min(m.low, x), max(m.high, x)
	m.settle()
}

// settle marks moments that overflow by an infinite sum of squares, and keeps them so.
func (m *moments) settle() {
	if d := m.mean + m.squares; d-d != 0 {
		m.mean, m.squares = 0, math.Inf(1)
	}
}

func (m *moments) merge(o *moments) {
	if o.n == 0 {
		return
	}
	if m.n == 0 {
		*m = *o
		return
	}
	n1, n2 := float64(m.n), float64(o.n)
	d := o.mean - m.mean
	m.n += o.n
	m.mean += d * n2 / (n1 + n2)
	m.squares += o.squares + d*d*n1*n2/(n1+n2)
	m.low, m.high = min(m.low, o.low), max(m.high, o.high)
	m.settle()
}
