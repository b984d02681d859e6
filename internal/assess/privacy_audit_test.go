package assess_test

import (
	"math"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// audit is what a reader of an assessment can work out about a population.
type audit struct {
	*population
	shown         []plumbline.Observation
	known         map[quantity]bool     // shown as they are
	near          map[quantity][2]int64 // bounds that are seen or guessed
	secrets       map[quantity]bool     // small and measured
	equations     []map[quantity]int64  // sum of coefficients × quantities = constant, the constant under the zero quantity
	shares, exact int
}

// read gathers what the observations say.
func (a *audit) read() {
	a.known, a.near, a.secrets = map[quantity]bool{}, map[quantity][2]int64{}, map[quantity]bool{}
	visible := map[string]bool{}
	for i := range a.shown {
		if o := &a.shown[i]; o.Unit == plumbline.Share && len(o.Scope.Group) > 0 && !o.Suppressed {
			visible[o.Metric+strings.Join(o.Scope.Features, "\x00")] = true
		}
	}
	for i := range a.shown {
		o := &a.shown[i]
		num, den, ok := counted(o.Metric)
		switch {
		case ok && o.Unit == plumbline.Share && o.Undefined == "" && (len(o.Scope.Group) > 0 || len(o.Scope.Features) == 0):
			a.share(o, num, den, visible[o.Metric+strings.Join(o.Scope.Features, "\x00")])
		case o.Value != nil && !o.Blurred:
			a.compare(o)
		}
	}
}

func at(o *plumbline.Observation, outcomes uint8) quantity {
	return quantity{strings.Join(o.Scope.Features, "\x00"), strings.Join(o.Scope.Group, "\x00"), outcomes}
}

// share reads a share of a group or of all rows.
func (a *audit) share(o *plumbline.Observation, num, den uint8, visible bool) {
	parts := []quantity{at(o, num)}
	if den != 0 {
		parts = append(parts, at(o, den&^num), at(o, den))
	}
	a.shares++
	if o.Count != nil {
		a.exact++
	}
	for i, q := range parts {
		n := a.count(q)
		a.known[q] = a.known[q] || o.Count != nil
		if n == 0 || n >= minCell || o.Scope.Group == nil {
			continue
		}
		a.secrets[q] = true
		switch {
		case !visible: // nothing of the table is shown, so that nothing tells small from large
		case den == 0: // a group that occurs has rows
			a.near[q] = [2]int64{1, minCell - 1}
		case i == 2 || a.count(parts[1-i]) >= minCell: // the side that is small can be guessed
			a.near[q] = [2]int64{0, minCell - 1}
		}
	}
	if o.Blurred && o.Value != nil {
		total := a.count(quantity{outcomes: 0b111111})
		if den != 0 {
			total = a.count(parts[2])
		}
		v, half, n := float64(*o.Value), stepOf(o)/2, float64(total)
		low, high := int64(math.Ceil((v-half)*n-1e-9)), int64(math.Floor((v+half)*n+1e-9))
		a.near[parts[0]] = [2]int64{max(low, min(a.count(parts[0]), minCell)), high}
	}
}

// stepOf is the coarsest rounding that the numbers of an observation may have had.
func stepOf(o *plumbline.Observation) float64 {
	numbers := []plumbline.Number{*o.Value}
	if o.Interval != nil {
		numbers = append(numbers, o.Interval.Low, o.Interval.High)
	}
	for _, step := range []float64{0.1, 0.05} {
		if !slices.ContainsFunc(numbers, func(x plumbline.Number) bool {
			y := float64(x) / step
			return math.Abs(y-math.Round(y)) > 1e-6
		}) {
			return step
		}
	}
	return 0.01
}

// compare reads exact differences and ratios, and the counts that stand beside them.
func (a *audit) compare(o *plumbline.Observation) {
	stem := strings.TrimSuffix(strings.TrimSuffix(o.Metric, "_difference"), "_ratio")
	num, den, ok := counted(stem)
	features := strings.Join(o.Scope.Features, "\x00")
	switch {
	case o.Metric == "missing_share" || o.Metric == "nyc_unknown_count":
		sum := map[quantity]int64{}
		for _, g := range a.groups(features) {
			if q := (quantity{features, g, 0b111111}); slices.Contains(strings.Split(g, "\x00"), "") {
				sum[q] = 1
			}
		}
		a.equations = append(a.equations, a.balanced(sum))
	case o.Metric == "missing_group_ratio":
		num, _, _ = counted("selection_rate")
		a.known[at(o, num)] = true
	case ok && len(o.Scope.Group) > 0: // against the best category
		_, high := a.ends(features, num, den, 0)
		mine, best := at(o, num), quantity{features, high, num}
		a.equations = append(a.equations, map[quantity]int64{mine: a.count(best), best: -a.count(mine)})
	case ok:
		least := int64(1)
		if o.Scope.Among == plumbline.JudgedGroups {
			least = 30
		}
		a.gap(o, features, num, den, least)
	}
}

func (a *audit) gap(o *plumbline.Observation, features string, num, den uint8, least int64) {
	low, high := a.ends(features, num, den, least)
	l, h := quantity{features, low, num}, quantity{features, high, num}
	nl, nh := a.count(quantity{features, low, den}), a.count(quantity{features, high, den})
	if o.Unit == plumbline.Ratio {
		a.equations = append(a.equations, map[quantity]int64{l: a.count(h), h: -a.count(l)})
	} else {
		a.equations = append(a.equations, a.balanced(map[quantity]int64{h: nl, l: -nh}))
	}
	sum := map[quantity]int64{} // the rows beside it
	for _, g := range a.groups(features) {
		if q := (quantity{features, g, den}); !slices.Contains(strings.Split(g, "\x00"), "") && a.count(q) >= least {
			sum[q] = 1
		}
	}
	a.equations = append(a.equations, a.balanced(sum))
}

// balanced gives an equation the constant that is true of the population.
func (a *audit) balanced(sum map[quantity]int64) map[quantity]int64 {
	var n int64
	for q, k := range sum {
		n += k * a.count(q)
	}
	sum[quantity{}] = -n
	return sum
}

// ends finds the known groups with the lowest and the highest rate.
func (a *audit) ends(features string, num, den uint8, least int64) (low, high string) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, g := range a.groups(features) {
		n := a.count(quantity{features, g, den})
		if slices.Contains(strings.Split(g, "\x00"), "") || n < max(least, 1) {
			continue
		}
		v := float64(a.count(quantity{features, g, num})) / float64(n)
		if v < lo {
			lo, low = v, g
		}
		if v > hi {
			hi, high = v, g
		}
	}
	return low, high
}

// groups lists the groups of a grouping that occur.
func (a *audit) groups(features string) []string {
	var out []string
	for _, c := range a.order {
		values := strings.Split(c, "\x00")
		var g []string
		for f := range strings.SplitSeq(features, "\x00") {
			g = append(g, values[slices.Index(a.features, f)])
		}
		if s := strings.Join(g, "\x00"); !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// linear lists the secrets that are a linear combination of what is shown, by elimination modulo a prime. The unknowns are
// the counts of each combination of values by outcome.
func (a *audit) linear() []quantity {
	width := 6*len(a.order) + 1 // and the constant
	var rows [][]uint64
	add := func(sum map[quantity]int64) {
		row := make([]uint64, width)
		for q, k := range sum {
			for _, x := range a.unknowns(q) {
				row[x] = (row[x] + uint64(k%prime+prime)) % prime
			}
		}
		row[width-1] = uint64(sum[quantity{}]%prime+prime) % prime
		rows = append(rows, row)
	}
	for q, ok := range a.known {
		switch {
		case ok && a.count(q) == 0: // a sum of none is none throughout
			for _, x := range a.unknowns(q) {
				row := make([]uint64, width)
				row[x] = 1
				rows = append(rows, row)
			}
		case ok:
			add(a.balanced(map[quantity]int64{q: 1}))
		}
	}
	for _, e := range a.equations {
		add(e)
	}
	rows = reduced(rows, width)
	var out []quantity
	for q := range a.secrets {
		n := len(rows)
		target := make([]uint64, width)
		for _, x := range a.unknowns(q) {
			target[x] = 1
		}
		target[width-1] = uint64(prime - a.count(q)%prime)
		if eliminate(rows[:n:n], target) < 0 {
			out = append(out, q)
		}
	}
	return out
}

func (a *audit) unknowns(q quantity) []int {
	var out []int
	if q.outcomes == 0 {
		return nil
	}
	for _, i := range a.cellsOf(q) {
		for o := range 6 {
			if q.outcomes>>o&1 == 1 {
				out = append(out, 6*i+o)
			}
		}
	}
	return out
}

const prime = 1<<31 - 1

// reduced brings rows into echelon form, each with a leading 1.
func reduced(rows [][]uint64, width int) [][]uint64 {
	var out [][]uint64
	for _, row := range rows {
		if lead := eliminate(out, row); lead >= 0 && lead < width-1 {
			inverse := power(row[lead], prime-2)
			for x := range row {
				row[x] = row[x] * inverse % prime
			}
			out = append(out, row)
		}
	}
	return out
}

// eliminate subtracts multiples of rows until their leading places are zero, and returns the first place that is not; −1
// where none is left.
func eliminate(rows [][]uint64, row []uint64) int {
	for _, r := range rows {
		lead := slices.IndexFunc(r, func(v uint64) bool { return v != 0 })
		if k := row[lead]; k != 0 {
			for x := lead; x < len(row); x++ {
				row[x] = (row[x] + (prime-k)*r[x]) % prime
			}
		}
	}
	return slices.IndexFunc(row, func(v uint64) bool { return v != 0 })
}

func power(x uint64, n int) uint64 {
	out := uint64(1)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			out = out * x % prime
		}
		x = x * x % prime
	}
	return out
}
