package assess_test

import (
	"math"
	"slices"
	"strings"
)

// bounds narrows quantities down by sums.
type bounds struct {
	at   map[quantity][2]int64
	sums []sum
}

// sum says that whole is the sum of parts.
type sum struct {
	whole quantity
	parts []quantity
}

// bounded lists the secrets for which the sums leave one value. See [attack] for what is known.
func (a *audit) bounded() []quantity {
	b := &bounds{at: map[quantity][2]int64{}}
	outcomes := []uint8{1, 2, 4, 8, 16, 32}
	for q := range a.known {
		if !slices.Contains(outcomes, q.outcomes) {
			outcomes = append(outcomes, q.outcomes)
		}
	}
	for _, features := range a.groupings() {
		for _, g := range a.groups(features) {
			a.relate(b, features, g, outcomes)
		}
	}
	for _, o := range outcomes {
		a.limit(b, quantity{outcomes: o})
	}
	for b.narrow() {
	}
	var out []quantity
	for q := range a.secrets {
		if r := b.at[q]; r[0] == r[1] {
			out = append(out, q)
		}
	}
	return out
}

func (a *audit) groupings() []string {
	out := slices.Clone(a.features)
	for _, in := range a.intersections {
		out = append(out, strings.Join(in, "\x00"))
	}
	return out
}

// relate adds what is known of a group: each count is the sum of its outcomes, and of the groups of finer groupings.
func (a *audit) relate(b *bounds, features, group string, outcomes []uint8) {
	for _, o := range outcomes {
		q := quantity{features, group, o}
		a.limit(b, q)
		split := sum{whole: q}
		for i := range 6 {
			if o>>i&1 == 1 && o != 1<<i {
				split.parts = append(split.parts, quantity{features, group, 1 << i})
			}
		}
		if len(split.parts) > 0 {
			b.sums = append(b.sums, split)
		}
		for _, p := range outcomes { // two disjoint outcomes that make up a third
			if rest := o &^ p; o&p == p && o != p && p < rest && slices.Contains(outcomes, rest) {
				b.sums = append(b.sums, sum{q, []quantity{{features, group, p}, {features, group, rest}}})
			}
		}
		for _, finer := range a.groupings() {
			if s := a.margin(q, finer); len(s.parts) > 0 {
				b.sums = append(b.sums, s)
			}
		}
		if !strings.Contains(features, "\x00") && group == a.groups(features)[0] {
			b.sums = append(b.sums, a.margin(quantity{outcomes: o}, features))
		}
	}
}

// margin writes a quantity as the sum over the groups of a finer grouping; no parts where it is not finer.
func (a *audit) margin(q quantity, finer string) sum {
	s := sum{whole: q}
	fine, coarse := strings.Split(finer, "\x00"), strings.Split(q.features, "\x00")
	if q.features == "" {
		coarse = nil
	}
	if len(coarse) >= len(fine) || slices.ContainsFunc(coarse, func(f string) bool { return !slices.Contains(fine, f) }) {
		return s
	}
	want := strings.Split(q.group, "\x00")
	for _, g := range a.groups(finer) {
		values, ok := strings.Split(g, "\x00"), true
		for i, f := range coarse {
			ok = ok && values[slices.Index(fine, f)] == want[i]
		}
		if ok {
			s.parts = append(s.parts, quantity{finer, g, q.outcomes})
		}
	}
	return s
}

// limit sets what is known of a quantity on its own.
func (a *audit) limit(b *bounds, q quantity) {
	r, ok := a.near[q]
	if !ok {
		r = [2]int64{0, math.MaxInt32}
	}
	if n := a.count(q); a.known[q] {
		r = [2]int64{n, n}
	}
	b.at[q] = r
}

// narrow passes over all sums once and reports whether any bound moved.
func (b *bounds) narrow() bool {
	moved := false
	set := func(q quantity, low, high int64) {
		r := b.at[q]
		if low > r[0] || high < r[1] {
			b.at[q], moved = [2]int64{max(low, r[0]), min(high, r[1])}, true
		}
	}
	for _, s := range b.sums {
		var low, high int64
		for _, p := range s.parts {
			low, high = low+b.at[p][0], high+b.at[p][1]
		}
		set(s.whole, low, high)
		whole := b.at[s.whole]
		for _, p := range s.parts {
			r := b.at[p]
			set(p, whole[0]-(high-r[1]), whole[1]-(low-r[0]))
			low, high = low-r[0]+b.at[p][0], high-r[1]+b.at[p][1]
		}
	}
	return moved
}
