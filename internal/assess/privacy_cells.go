package assess

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// keeper holds the tables of counts that lie behind the observations.
type keeper struct {
	obs     []plumbline.Observation
	minCell int64
	tables  map[string]*cellTable
	totals  map[kept]bool // a count over all rows is small
}

// cellTable is a grouping seen through one kind of counts.
type cellTable struct {
	name     string
	kept     kept
	features []string
	cells    map[string]*tableCell
	order    []*tableCell // as observed
	varies   []bool       // by feature: it has several values
	whole    bool         // withheld, for want of companions
	known    []*tableCell // of which not everything is shown
	missing  []*tableCell // the same, with a missing value
}

// tableCell is a group of a grouping.
type tableCell struct {
	group     []string
	counts    map[string]int64 // metric, and + for the count or − for the rest
	n         int64            // smallest denominator
	small     bool
	companion bool
	outer     bool     // a gap may rest on it
	opposite  []string // far corner of its box
}

func tableName(by kept, features []string) string {
	return strconv.Itoa(int(by)) + ":" + strings.Join(features, "\x00")
}

func groupName(group []string) string { return strings.Join(group, "\x00") }

func (c *tableCell) missing() bool { return slices.Contains(c.group, "") }

// withheld reports whether the cell is small or a companion of a small one.
func (c *tableCell) withheld() bool { return c.small || c.companion }

// isSmall reports whether a count would point at few people. None at all identifies nobody in particular.
func (k *keeper) isSmall(n int64) bool { return n > 0 && n < k.minCell }

// tooSmall reports whether one of the counts behind an observation is small.
func (k *keeper) tooSmall(o *plumbline.Observation) bool {
	switch {
	case o.Metric == "sensitive_basis_complete", o.Metric == "proxy_form": // they count statements and columns, not people
		return false
	case o.Unit == plumbline.Count:
		return o.Value != nil && *o.Value > 0 && float64(*o.Value) < float64(k.minCell)
	case o.N == nil:
		return false
	}
	return k.isSmall(*o.N) || o.Count != nil && (k.isSmall(*o.Count) || k.isSmall(*o.N-*o.Count))
}

// tabulate gathers the counts of groups.
func (k *keeper) tabulate() {
	for i := range k.obs {
		o := &k.obs[i]
		by, s := keptBy(o.Metric), o.Scope
		if len(s.Features) == 0 && !strings.HasPrefix(o.Check, "bias.") {
			continue // counts rows or places in files, not people of a group
		}
		if len(s.Features) == 0 && s.Bin == 0 {
			k.totals[by] = k.totals[by] || k.tooSmall(o)
			continue
		}
		if by == public || len(s.Features) == 0 || s.Bin > 0 {
			continue
		}
		t := k.tables[tableName(by, s.Features)]
		if t == nil {
			t = &cellTable{name: tableName(by, s.Features), kept: by, features: s.Features, cells: map[string]*tableCell{}}
			k.tables[t.name] = t
		}
		if len(s.Group) == 0 || len(s.Against) > 0 || o.Count == nil || o.N == nil {
			continue
		}
		c := t.cells[groupName(s.Group)]
		if c == nil {
			c = &tableCell{group: s.Group, counts: map[string]int64{}, n: math.MaxInt64}
			t.cells[groupName(s.Group)], t.order = c, append(t.order, c)
		}
		c.counts[o.Metric+"+"] = *o.Count
		if o.Metric == "group_share" || o.Metric == "nyc_category_share" { // the rest is everybody else
			c.n, c.small = min(c.n, *o.Count), c.small || k.isSmall(*o.Count)
			continue
		}
		c.n = min(c.n, *o.N)
		c.counts[o.Metric+"-"] = *o.N - *o.Count
		c.small = c.small || k.tooSmall(o)
	}
	for _, t := range k.tables {
		k.squeeze(t)
		t.findOuter()
		t.varies = make([]bool, len(t.features))
		for _, c := range t.order {
			for i, v := range c.group {
				t.varies[i] = t.varies[i] || v != t.order[0].group[i]
			}
		}
	}
}

// squeeze makes a group small by its decisions too where both sides of a rate of the label are almost as large as small
// counts get: who guesses that both are small and knows their sum knows both.
func (k *keeper) squeeze(t *cellTable) {
	outcome := k.tables[tableName(byOutcome, t.features)]
	if t.kept != byLabel || outcome == nil {
		return
	}
	for name, c := range t.cells {
		if o := outcome.cells[name]; o != nil && !o.small {
			for side, n := range c.counts {
				rest := c.counts[otherSide(side)]
				o.small = o.small || k.isSmall(n) && k.isSmall(rest) && n+rest > 2*k.minCell-4
			}
		}
	}
}

// findOuter marks the cells that are the lowest or the highest of a rate among the known groups of at least their own size,
// and so may be the ends of its gap, whatever the size from which groups are judged.
func (t *cellTable) findOuter() {
	if t.kept == byRows || len(t.order) == 0 {
		return
	}
	metrics := map[string]bool{}
	for _, c := range t.order {
		for m := range c.counts {
			metrics[m] = true
		}
	}
	for _, m := range sorted(metrics) {
		plus, ok := strings.CutSuffix(m, "+")
		if !ok || !metrics[plus+"-"] {
			continue
		}
		size := func(c *tableCell) int64 { return c.counts[m] + c.counts[plus+"-"] }
		known := slices.DeleteFunc(slices.Clone(t.order), func(c *tableCell) bool { return c.missing() || size(c) == 0 })
		slices.SortStableFunc(known, func(a, b *tableCell) int { return cmp.Compare(size(b), size(a)) })
		low, high := math.Inf(1), math.Inf(-1)
		for _, c := range known {
			v := float64(c.counts[m]) / float64(size(c))
			c.outer = c.outer || v <= low || v >= high
			low, high = min(low, v), max(high, v)
		}
	}
}

// choose finds companions for the small cells of a table. Without them the table is withheld whole, and so is what is finer.
// Where zeros, which are shown elsewhere, would fix a withheld cell even so, the sums over one feature are withheld too.
func (k *keeper) choose(t *cellTable, all []*cellTable) {
	parts := t.parts(all)
	for _, c := range t.order {
		if !c.small || k.companions(t, c, parts) {
			continue
		}
		t.whole = true
		if !slices.ContainsFunc(t.order, func(far *tableCell) bool { return t.apart(c, far, nil) && open(c, t.box(c, far)) }) {
			axis := t.axis(c)
			for _, p := range parts {
				p.whole = p.whole || axis < 0 || slices.Contains(p.features, t.features[axis])
			}
		}
	}
}

// parts lists the tables of the same counts by fewer features.
func (t *cellTable) parts(all []*cellTable) []*cellTable {
	var out []*cellTable
	for _, p := range all {
		if p.kept == t.kept && len(p.features) < len(t.features) && t.covers(p) {
			out = append(out, p)
		}
	}
	return out
}

// axis gives the first feature along which the small counts of a cell could change with those of one other cell; −1: none.
func (t *cellTable) axis(c *tableCell) int {
	for i := range t.features {
		for _, other := range t.order {
			same := slices.Clone(c.group)
			if same[i] = other.group[i]; other != c && slices.Equal(same, other.group) && open(c, []*tableCell{other}) {
				return i
			}
		}
	}
	return -1
}

// open reports whether no corner of a box has a zero where the first cell has a count.
func open(c *tableCell, box []*tableCell) bool {
	for _, corner := range box {
		for name, n := range c.counts {
			if v, ok := corner.counts[name]; n > 0 && ok && v == 0 {
				return false
			}
		}
	}
	return len(box) > 0
}

// covers reports whether all features of p are features of t.
func (t *cellTable) covers(p *cellTable) bool {
	return !slices.ContainsFunc(p.features, func(f string) bool { return !slices.Contains(t.features, f) })
}

// project gives the values that a group of t has for the features of p.
func (t *cellTable) project(group []string, p *cellTable) []string {
	out := make([]string, len(p.features))
	for i, f := range p.features {
		out[i] = group[slices.Index(t.features, f)]
	}
	return out
}

// companions picks the box that costs least: few people, and no end of a gap where there is a choice.
func (k *keeper) companions(t *cellTable, c *tableCell, parts []*cellTable) bool {
	var best []*tableCell
	var opposite []string
	least := int64(math.MaxInt64)
	for _, far := range t.order {
		if !t.apart(c, far, parts) {
			continue
		}
		if costOf([]*tableCell{far}) >= least {
			continue
		}
		box := t.box(c, far)
		if cost := costOf(box); box != nil && cost < least && k.moves(c, box) {
			best, opposite, least = box, far.group, cost
		}
	}
	for _, corner := range best[min(1, len(best)):] {
		corner.companion = true
	}
	c.opposite = opposite
	return best != nil
}

// apart reports whether two cells may be far corners: they differ in every feature that has several values, and in the way
// that the boxes of the groups that c is part of do.
func (t *cellTable) apart(c, far *tableCell, parts []*cellTable) bool {
	if c == far {
		return false
	}
	for i := range c.group {
		if t.varies[i] && c.group[i] == far.group[i] {
			return false
		}
	}
	for _, p := range parts {
		if part := p.cells[groupName(t.project(c.group, p))]; part != nil && part.opposite != nil {
			if !slices.Equal(part.opposite, t.project(far.group, p)) {
				return false
			}
		}
	}
	return true
}

// box lists the corners between two cells, the first one being c; nil where one does not occur. Bit i of a corner's index
// says whether it has the far value of the i-th feature that varies.
func (t *cellTable) box(c, far *tableCell) []*tableCell {
	box := []*tableCell{c}
	group := slices.Clone(c.group)
	for i := range group {
		if !t.varies[i] {
			continue
		}
		for _, corner := range box {
			copy(group, corner.group)
			group[i] = far.group[i]
			other := t.cells[groupName(group)]
			if other == nil {
				return nil
			}
			box = append(box, other)
		}
	}
	return box
}

func costOf(box []*tableCell) int64 {
	var cost int64
	for _, c := range box {
		switch {
		case c.withheld():
		case c.outer:
			cost += 10 * (c.n + 1)
		default:
			cost += c.n + 1
		}
	}
	return cost
}

// moves reports whether the small counts of a box's first corner could be others for all that its sums say, while small
// counts stay small and large ones large. At least three values must be left.
func (k *keeper) moves(c *tableCell, box []*tableCell) bool {
	for name, n := range c.counts {
		if !k.isSmall(n) {
			continue
		}
		up, down := k.minCell, k.minCell
		for at, corner := range box {
			more, less := k.room(corner, name)
			if at > 0 { // who enters one side of a rate leaves the other
				restMore, restLess := k.room(corner, otherSide(name))
				more, less = min(more, restLess), min(less, restMore)
			}
			if parity(at) {
				more, less = less, more
			}
			up, down = min(up, more), min(down, less)
		}
		if up+down+1 < min(3, k.minCell-1) {
			return false
		}
	}
	return true
}

// room says by how much a count of a cell may rise and fall. None stays none, which is shown elsewhere.
func (k *keeper) room(c *tableCell, name string) (more, less int64) {
	switch n, ok := c.counts[name]; {
	case !ok:
		return k.minCell, k.minCell
	case n == 0:
		return 0, 0
	case n < k.minCell:
		return k.minCell - 1 - n, n - 1
	default:
		return k.minCell, n - k.minCell
	}
}

// otherSide names the rest of a count, and the count of a rest.
func otherSide(name string) string {
	if plus, ok := strings.CutSuffix(name, "+"); ok {
		return plus + "-"
	}
	return strings.TrimSuffix(name, "-") + "+"
}

// parity reports whether an odd number of bits is set: people who enter that corner leave the first one.
func parity(at int) bool {
	odd := false
	for ; at > 0; at >>= 1 {
		odd = odd != (at&1 == 1)
	}
	return odd
}

// secrecy says how a group is kept where an observation of that kind speaks of it.
func (k *keeper) secrecy(by kept, features, group []string) secrecy {
	out := k.own(by, features, group)
	if by != byRows {
		if rows := k.own(byRows, features, group); rows != shown {
			out = max(out, rows)
		}
	}
	if by == byLabel {
		out = max(out, k.own(byOutcome, features, group))
	}
	return out
}

func (k *keeper) own(by kept, features, group []string) secrecy {
	t := k.tables[tableName(by, features)]
	if t == nil {
		return shown
	}
	c := t.cells[groupName(group)]
	switch {
	case t.whole, c != nil && c.small && by == byRows:
		return hidden
	case c != nil && c.withheld():
		return near
	}
	return shown
}
