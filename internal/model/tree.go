package model

import (
	"math"
	"slices"
)

// Column is one input of a tree, one entry per row: numbers, or codes of categories.
type Column struct {
	Name    string
	Numbers []float64 // NaN is missing; nil for categories
	Codes   []uint16  // 0 is missing; nil for numbers
	Levels  int       // codes in use with the missing one, at most [MaxLevels]; a column with more is never used
}

// MaxLevels is how many categories a column may have, the missing one among them.
const MaxLevels = 256

// Options bound a tree. All fields must be set.
type Options struct {
	Depth   int     // conditions from the root to a leaf
	Leaves  int     // rules
	MinLeaf int     // rows in a leaf
	Alpha   float64 // chance that a node is split although the outcome has nothing to do with any column; 1 splits whatever gains
	Effect  float64 // design effect of rows that are not independent, 1 and more
}

// Node is a split, or a leaf where Column is −1. Of a split on numbers, rows under Threshold go left; of a split on
// categories, rows whose code is in Left.
type Node struct {
	Column      int
	Threshold   float64
	Left        []bool // by code; nil for numbers
	MissingLeft bool   // of numbers
	Yes, No     int    // nodes on the left and on the right
	Rows, Good  int64  // rows that it was learnt from, and of them those with the favourable outcome
}

// Favourable is what a leaf says: the outcome that most of its rows had; adverse on a tie.
func (n *Node) Favourable() bool { return 2*n.Good > n.Rows }

// Tree is a binary decision tree for a binary outcome. Nodes[0] is the root; a node stands before its children.
type Tree struct {
	Nodes   []Node
	missing []bool // columns with missing values among the rows learnt from
}

// Leaves counts the leaves.
func (t *Tree) Leaves() int { return (len(t.Nodes) + 1) / 2 }

// Uses reports whether a split asks for a column.
func (t *Tree) Uses(column int) bool {
	return slices.ContainsFunc(t.Nodes, func(n Node) bool { return n.Column == column })
}

// grower grows one tree.
type grower struct {
	cols    []Column
	good    []uint8 // 1 for favourable
	opt     Options
	binned  []binned
	tree    *Tree
	open    []candidate
	columns float64 // tests at a node, for the correction
}

// candidate is a leaf with the best split of it.
type candidate struct {
	node, depth int
	rows        []int32
	best        split
}

// split divides a node. gain is the decrease of the Gini impurity times rows.
type split struct {
	column      int
	gain        float64
	bin         int    // numbers: first bin on the right
	left        []bool // categories
	missingLeft bool
}

// Grow learns a tree from the given rows by best-first growth on the Gini impurity (Breiman et al. 1984), on histograms of
// at most 255 bins. A node is split only where the chi-square of its best split is beyond chance at opt.Alpha, corrected for
// all cut points and columns (categories, which are ordered by their rate, by as many degrees of freedom as they have), so
// that on outcomes that have nothing to do with the columns the tree is one leaf in at least 1 − Alpha of all draws. Where
// both children of a split say the same in the end they are merged, since the split decides nothing.
//
// Cost: rows × columns × depth. The result does not depend on the order of rows beyond ties of bins.
func Grow(cols []Column, good []bool, rows []int32, opt Options) *Tree {
	g := &grower{cols: cols, good: make([]uint8, len(good)), opt: opt, tree: &Tree{missing: make([]bool, len(cols))}}
	for i, y := range good {
		g.good[i] = uint8(index(y)) //nolint:gosec // G115: 0 or 1
	}
	for i := range cols {
		b := bin(&cols[i], rows)
		g.tree.missing[i] = b.missing
		g.binned = append(g.binned, b)
		if b.n > 2 || b.missing && b.n > 1 {
			g.columns++
		}
	}
	g.leaf(slices.Clone(rows), 0)
	for len(g.open) > 0 && g.tree.Leaves() < opt.Leaves {
		at := 0
		for i := range g.open {
			if g.open[i].best.gain > g.open[at].best.gain {
				at = i
			}
		}
		c := g.open[at]
		g.open = slices.Delete(g.open, at, at+1)
		g.divide(&c)
	}
	g.tree.merge()
	return g.tree
}

// leaf adds a leaf, and keeps it open where it can be split.
func (g *grower) leaf(rows []int32, depth int) int {
	n := Node{Column: -1, Rows: int64(len(rows))}
	for _, r := range rows {
		n.Good += int64(g.good[r])
	}
	g.tree.Nodes = append(g.tree.Nodes, n)
	id := len(g.tree.Nodes) - 1
	if depth < g.opt.Depth && len(rows) >= 2*g.opt.MinLeaf && n.Good > 0 && n.Good < n.Rows {
		if best := g.best(rows, &n); best.gain > 0 {
			g.open = append(g.open, candidate{node: id, depth: depth, rows: rows, best: best})
		}
	}
	return id
}

// divide turns a leaf into a split with two leaves.
func (g *grower) divide(c *candidate) {
	s, b := &c.best, &g.binned[c.best.column]
	goesLeft := func(code uint8) bool {
		switch {
		case s.left != nil:
			return s.left[code]
		case code == 0:
			return s.missingLeft
		}
		return int(code) < s.bin
	}
	var left, right []int32
	for _, r := range c.rows {
		if goesLeft(b.codes[r]) {
			left = append(left, r)
		} else {
			right = append(right, r)
		}
	}
	yes := g.leaf(left, c.depth+1)
	no := g.leaf(right, c.depth+1)
	n := &g.tree.Nodes[c.node]
	n.Column, n.Left, n.MissingLeft, n.Yes, n.No = s.column, s.left, s.missingLeft, yes, no
	if s.left == nil {
		n.Threshold = b.thresholds[s.bin-2]
	}
}

// best is the split of a node that gains most among those beyond chance; gain 0 where there is none.
func (g *grower) best(rows []int32, n *Node) split {
	var best split
	impurity := gini(float64(n.Good), float64(n.Rows))
	var count, good [MaxLevels]int64
	for col := range g.binned {
		b := &g.binned[col]
		if b.n < 2 {
			continue
		}
		clear(count[:])
		clear(good[:])
		for _, r := range rows {
			code := b.codes[r]
			count[code]++
			good[code] += int64(g.good[r])
		}
		var s split
		var tests float64
		if b.thresholds == nil {
			s, tests = g.categories(count[:b.n], good[:b.n], n, impurity)
		} else {
			s, tests = g.numbers(count[:b.n], good[:b.n], n, impurity)
		}
		if s.gain <= best.gain || s.gain <= 1e-9*float64(n.Rows) {
			continue
		}
		x := float64(n.Rows) * s.gain / impurity / g.opt.Effect // chi-square of the 2 × 2 table of side and outcome
		p := tests * chiSquareTail(x, 1)
		if b.thresholds == nil {
			p = chiSquareTail(x, tests)
		}
		if g.opt.Alpha < 1 && p*g.columns > g.opt.Alpha {
			continue
		}
		s.column = col
		best = s
	}
	return best
}

// numbers finds the best cut of a numeric column, with the missing values on either side, and the number of cuts tried.
func (g *grower) numbers(count, good []int64, n *Node, impurity float64) (best split, tests float64) {
	sides := []bool{2*count[0] > n.Rows}
	if count[0] > 0 {
		sides = []bool{true, false}
	} else {
		sides[0] = true
	}
	for _, missingLeft := range sides {
		var rows, hits int64
		if missingLeft {
			rows, hits = count[0], good[0]
		}
		for b := 1; b < len(count); b++ {
			if b > 1 || missingLeft && count[0] > 0 { // a cut below the first bin parts the missing values from the rest
				if count[b] > 0 || b == 1 {
					tests++
				}
				if gain := g.gain(rows, hits, n, impurity); gain > best.gain {
					best = split{gain: gain, bin: b, missingLeft: missingLeft}
				}
			}
			rows, hits = rows+count[b], hits+good[b]
		}
	}
	if best.gain > 0 && count[0] == 0 { // rows to come go where most went
		var left int64
		for b := 1; b < best.bin; b++ {
			left += count[b]
		}
		best.missingLeft = 2*left > n.Rows
	}
	if best.bin == 1 { // no value is below the first bin
		best.bin, best.left = 0, make([]bool, len(count))
		best.left[0] = true
	}
	return best, max(tests, 1)
}

// categories finds the best division of levels that are ordered by their rate of the favourable outcome, which is the best
// of all divisions (Breiman et al. 1984, theorem 4.5), and the degrees of freedom of all of them.
func (g *grower) categories(count, good []int64, n *Node, impurity float64) (best split, df float64) {
	var order []int
	for c, k := range count {
		if k > 0 {
			order = append(order, c)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { // by rate, exactly
		x, y := good[a]*count[b], good[b]*count[a]
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	var rows, hits int64
	at := 0
	for i, c := range order[:max(len(order)-1, 0)] {
		rows, hits = rows+count[c], hits+good[c]
		if gain := g.gain(rows, hits, n, impurity); gain > best.gain {
			best.gain, at = gain, i+1
		}
	}
	if best.gain > 0 {
		best.left = make([]bool, len(count))
		var left int64
		for _, c := range order[:at] {
			best.left[c] = true
			left += count[c]
		}
		if 2*left > n.Rows { // levels that this node has not seen go where most went
			for c := range count {
				best.left[c] = best.left[c] || count[c] == 0
			}
		}
	}
	return best, float64(max(len(order)-1, 1))
}

// gain of sending rows with hits favourable ones to the left; 0 where a side is too small.
func (g *grower) gain(rows, hits int64, n *Node, impurity float64) float64 {
	least := int64(g.opt.MinLeaf)
	if rows < least || n.Rows-rows < least {
		return 0
	}
	return impurity - gini(float64(hits), float64(rows)) - gini(float64(n.Good-hits), float64(n.Rows-rows))
}

// gini is the impurity of a node times its rows.
func gini(good, rows float64) float64 {
	if rows == 0 {
		return 0
	}
	return 2 * good * (rows - good) / rows
}

// chiSquareTail is the chance of a chi-square beyond x; with more than one degree of freedom by Wilson and Hilferty (1931).
func chiSquareTail(x, df float64) float64 {
	if df <= 1 {
		return math.Erfc(math.Sqrt(max(x, 0) / 2))
	}
	s := 2 / (9 * df)
	return 0.5 * math.Erfc((math.Cbrt(max(x, 0)/df)-(1-s))/math.Sqrt(2*s))
}

// merge folds splits whose two leaves say the same, from the bottom, and drops the nodes that are left over.
func (t *Tree) merge() {
	for i := len(t.Nodes) - 1; i >= 0; i-- {
		n := &t.Nodes[i]
		if n.Column < 0 {
			continue
		}
		a, b := &t.Nodes[n.Yes], &t.Nodes[n.No]
		if a.Column < 0 && b.Column < 0 && a.Favourable() == b.Favourable() {
			*n = Node{Column: -1, Rows: n.Rows, Good: n.Good}
		}
	}
	var out []Node
	var walk func(int) int
	walk = func(i int) int {
		n := t.Nodes[i]
		id := len(out)
		out = append(out, n)
		if n.Column >= 0 {
			yes := walk(n.Yes)
			no := walk(n.No)
			out[id].Yes, out[id].No = yes, no
		}
		return id
	}
	walk(0)
	t.Nodes = out
}
