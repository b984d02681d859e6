package model

import (
	"math"
	"slices"
)

// Rule is one leaf with the conditions that lead to it, one for each column.
type Rule struct {
	Conditions []Condition // in the order of the columns
	Favourable bool
	Node       int // of the leaf
}

// Condition says which values of a column lead to a leaf: numbers from Low (included) to High (not included), which are
// infinite where they do not bound, or the categories with these codes.
type Condition struct {
	Column    int
	Low, High float64
	Codes     []int // of categories without the missing one; nil for numbers
	Missing   bool  // rows without a value reach the leaf too
	Partial   bool  // the column had missing values where the tree was learnt, so that Missing tells something
}

// path is what has been asked of a column on the way to a node.
type path struct {
	low, high float64
	left      []bool // categories that are still possible
	missing   bool
	asked     bool
}

// Rules gives the leaves from left to right, each with its conditions merged. A condition names only the codes below Levels
// of its column.
func (t *Tree) Rules(cols []Column) []Rule {
	var out []Rule
	start := make([]path, len(cols))
	for i := range start {
		start[i] = path{low: math.Inf(-1), high: math.Inf(1), missing: true}
	}
	var walk func(int, []path)
	walk = func(i int, at []path) {
		n := &t.Nodes[i]
		if n.Column < 0 {
			out = append(out, Rule{Conditions: t.conditions(at), Favourable: n.Favourable(), Node: i})
			return
		}
		for _, yes := range []bool{true, false} {
			next := slices.Clone(at)
			next[n.Column] = n.narrow(&cols[n.Column], at[n.Column], yes)
			if yes {
				walk(n.Yes, next)
			} else {
				walk(n.No, next)
			}
		}
	}
	walk(0, start)
	return out
}

// narrow is a path through a node, on its left where yes.
func (n *Node) narrow(c *Column, p path, yes bool) path {
	p.asked = true
	switch {
	case n.Left != nil && c.Numbers != nil: // the missing values against all others
		p.missing = p.missing && yes == n.Left[0]
		if yes {
			p.high = math.Inf(-1)
		}
	case n.Left != nil:
		left := make([]bool, len(n.Left))
		for code, l := range n.Left {
			left[code] = (p.left == nil || p.left[code]) && l == yes
		}
		p.left, p.missing = left, left[0]
	default:
		p.missing = p.missing && yes == n.MissingLeft
		if yes {
			p.high = min(p.high, n.Threshold)
		} else {
			p.low = max(p.low, n.Threshold)
		}
	}
	return p
}

func (t *Tree) conditions(at []path) []Condition {
	var out []Condition
	for i := range at {
		p := &at[i]
		if !p.asked {
			continue
		}
		c := Condition{Column: i, Low: p.low, High: p.high, Missing: p.missing && t.missing[i], Partial: t.missing[i]}
		if p.left != nil {
			c.Codes = []int{}
			for code := 1; code < len(p.left); code++ {
				if p.left[code] {
					c.Codes = append(c.Codes, code)
				}
			}
		}
		out = append(out, c)
	}
	return out
}

// Leaf is the node that a row reaches.
func (t *Tree) Leaf(cols []Column, row int32) int { return t.leafWith(cols, row, -1, row) }

// Predict is what the tree says of a row.
func (t *Tree) Predict(cols []Column, row int32) bool { return t.Nodes[t.Leaf(cols, row)].Favourable() }

// leafWith is the leaf of a row that has the value of another one in one column.
func (t *Tree) leafWith(cols []Column, row int32, column int, donor int32) int {
	i := 0
	for {
		n := &t.Nodes[i]
		if n.Column < 0 {
			return i
		}
		r := row
		if n.Column == column {
			r = donor
		}
		if n.goesLeft(&cols[n.Column], r) {
			i = n.Yes
		} else {
			i = n.No
		}
	}
}

func (n *Node) goesLeft(c *Column, row int32) bool {
	if c.Numbers == nil {
		code := int(c.Codes[row])
		return code < len(n.Left) && n.Left[code]
	}
	v := c.Numbers[row]
	switch {
	case n.Left != nil:
		return math.IsNaN(v) == n.Left[0]
	case math.IsNaN(v):
		return n.MissingLeft
	}
	return v < n.Threshold
}
