package profile

import (
	"cmp"
	"maps"
	"slices"
)

// MaxValues is how many values, and cells of group and outcome, are counted; beyond it their counts are given up.
const MaxValues = 1024

const (
	maxText  = 256                       // bytes of a value
	maxCount = maxRows / (MaxValues + 1) // rows of a value or cell, so that sums fit
)

// Count is a value, or a cell of group and outcome, with its rows.
type Count struct {
	Value, Outcome string // Outcome is empty for a value
	Rows           int64
}

// counts are exact while they are few.
type counts struct {
	rows map[[2]string]int64 // by value and outcome
	rest int64               // rows of suppressed ones
	lost bool                // there were too many, or too long ones
}

func (c *counts) add(key [2]string, n int64) {
	if c.lost || n <= 0 {
		return
	}
	if len(key[0]) > maxText || len(key[1]) > maxText {
		c.lose()
		return
	}
	if c.rows == nil {
		c.rows = map[[2]string]int64{}
	}
	if n > maxCount-c.rows[key] {
		c.lose()
		return
	}
	c.rows[key] += n
	if len(c.rows) > MaxValues {
		c.lose()
	}
}

func (c *counts) lose() { *c = counts{lost: true} }

func (c *counts) merge(o *counts) {
	if o.lost || c.rest > maxRows-o.rest {
		c.lose()
	}
	if c.lost {
		return
	}
	c.rest += o.rest
	for k, n := range o.rows { // sums do not depend on the order
		c.add(k, n)
	}
}

// sum is the rows of all values and of the rest.
func (c *counts) sum() int64 {
	n := c.rest
	for _, k := range c.rows {
		n += k
	}
	return n
}

// keys are in byte order.
func (c *counts) keys() [][2]string {
	return slices.SortedFunc(maps.Keys(c.rows), func(a, b [2]string) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
}

// list is largest first, equal ones in byte order.
func (c *counts) list() []Count {
	out := make([]Count, 0, len(c.rows))
	for _, k := range c.keys() {
		out = append(out, Count{k[0], k[1], c.rows[k]})
	}
	slices.SortStableFunc(out, func(a, b Count) int { return cmp.Compare(b.Rows, a.Rows) })
	return out
}

// suppress moves counts under least to the rest, and more of them, smallest first, while the rest itself is that small.
func (c *counts) suppress(least int64) {
	all := c.list()
	for i := len(all) - 1; i >= 0 && (all[i].Rows < least || c.rest > 0 && c.rest < least); i-- {
		c.rest = min(c.rest+all[i].Rows, maxRows)
		delete(c.rows, [2]string{all[i].Value, all[i].Outcome})
	}
	if c.rest < least && len(c.rows) == 0 {
		c.rest = 0
	}
}
