package check

import (
	"math"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
)

// Methods of intervals that hold for a whole family at once.
const (
	newcombeAll = "newcombe-simultaneous"
	koopmanAll  = "koopman-simultaneous"
)

// rates records a rate in each group and over all rows, with the interval of each on its own.
func (in *Input) rates(e *emitter, g *grouping, r rate) {
	if !in.usable(e, g, r) {
		return
	}
	k, n := r.counts(g)
	ke, ne := in.frame.effective(g, r, k, n)
	for i := range g.groups {
		if g.rows(i) > 0 {
			e.share(r.metric, in.scope(g, i, r), k[i], n[i], wilson(ke[i], ne[i], in.Level))
		}
	}
}

// overall records a rate over all rows with an outcome.
func (in *Input) overall(e *emitter, r rate) {
	if r.label && in.frame.selective {
		e.undefined(r.metric, plumbline.Share, plumbline.Scope{}, plumbline.SelectiveLabels)
		return
	}
	all := in.frame.all()
	k, n := r.counts(all)
	ke, ne := in.frame.effective(all, r, k, n)
	e.share(r.metric, in.scope(all, -1, r), k[0], n[0], wilson(ke[0], ne[0], in.Level))
}

// scope names a group of a grouping, or all of them where group is negative.
func (in *Input) scope(g *grouping, group int, r rate) plumbline.Scope {
	s := plumbline.Scope{Features: g.features}
	if group >= 0 {
		s.Group = g.groups[group]
	}
	if r.metric == "positive_predictive_value" && in.frame.selective {
		s.Among = plumbline.Accepted
	}
	return s
}

// usable reports whether a rate can be measured on a grouping and records the reason where it cannot.
func (in *Input) usable(e *emitter, g *grouping, r rate) bool {
	why := g.refused
	if why == "" && r.label && in.frame.selective {
		why = plumbline.SelectiveLabels
	}
	if why != "" {
		e.undefined(r.metric, plumbline.Share, plumbline.Scope{Features: g.features}, why)
	}
	return why == ""
}

// gap is the gap of one rate over the groups of a grouping.
type gap struct {
	groups     []int // those that enter it
	k, n       []int64
	difference float64 // max − min, Fairlearn's between_groups
	ratio      float64 // min ÷ max
	low, high  int     // groups with the smallest and the largest rate
}

// judgedGap compares the groups that are large enough to judge.
func (in *Input) judgedGap(g *grouping, k, n []int64) gap {
	return gapOf(g, k, n, in.MinN, in.frame.kish(g))
}

// gapOf compares the known groups with at least minN rows in the denominator. Where subjects repeat, rows count by their
// design effect, so that many rows of few persons are few.
func gapOf(g *grouping, k, n []int64, minN int64, effect []float64) gap {
	out := gap{difference: math.NaN(), ratio: math.NaN(), low: -1, high: -1}
	for i := range g.groups {
		if g.missing[i] || n[i] == 0 || float64(n[i]) < float64(minN)*effect[i] {
			continue
		}
		out.groups, out.k, out.n = append(out.groups, i), append(out.k, k[i]), append(out.n, n[i])
		if out.low < 0 || less(k[i], n[i], k[out.low], n[out.low]) {
			out.low = i
		}
		if out.high < 0 || less(k[out.high], n[out.high], k[i], n[i]) {
			out.high = i
		}
	}
	if len(out.groups) > 1 {
		lo, hi := float64(k[out.low])/float64(n[out.low]), float64(k[out.high])/float64(n[out.high])
		out.difference, out.ratio = hi-lo, lo/hi
	}
	return out
}

// less compares two shares of counts exactly.
func less(k1, n1, k2, n2 int64) bool { return stat.CompareShares(k1, n1, k2, n2) < 0 }

// gaps records difference and ratio of a rate: once over all known groups, which is the number that Fairlearn gives where
// no denominator is zero (it shows 0 there), and once over the groups that are large enough to judge, with intervals that
// hold for all pairs of groups and all declared features at once.
func (in *Input) gaps(e *emitter, g *grouping, r rate) {
	if why := in.noGap(g, r.label); why != "" {
		e.undefined(r.gap+"_difference", plumbline.Difference, in.among(g, plumbline.JudgedGroups), why)
		e.undefined(r.gap+"_ratio", plumbline.Ratio, in.among(g, plumbline.JudgedGroups), why)
		return
	}
	k, n := r.counts(g)
	all := gapOf(g, k, n, 0, in.frame.kish(g))
	e.gap(r.gap, in.among(g, ""), all, nil, nil)
	judged := in.judgedGap(g, k, n)
	in.unjudged(e, g, r.gap, judged.groups)
	if len(judged.groups) < 2 {
		why := plumbline.TooFew
		if len(all.groups) < 2 {
			why = plumbline.OneGroup
		}
		e.undefined(r.gap+"_difference", plumbline.Difference, in.among(g, plumbline.JudgedGroups), why)
		e.undefined(r.gap+"_ratio", plumbline.Ratio, in.among(g, plumbline.JudgedGroups), why)
		return
	}
	diff, ratio := in.gapIntervals(g, r, judged, in.level(g))
	family := diff.Pairs * in.family(g)
	e.gap(r.gap, in.among(g, plumbline.JudgedGroups), judged,
		interval(diff.Interval, in.Level, newcombeAll, family), interval(ratio.Interval, in.Level, koopmanAll, family))
	in.againstReference(e, g, r, k, n)
}

// noGap says why no gap is measured on a grouping, or "". A decision that is always the same has no gap to show: with every
// rate 0 or 1 it would look fair.
func (in *Input) noGap(g *grouping, label bool) plumbline.Reason {
	switch {
	case g.refused != "":
		return g.refused
	case in.frame.total.sum(decided) == 0:
		return plumbline.NoData
	case in.frame.constant():
		return plumbline.Constant
	case label && in.frame.selective:
		return plumbline.SelectiveLabels
	}
	return ""
}

// unjudged records the share of people whose group a gap does not judge: groups that are too small in its own denominator,
// and people whose value is missing. Those are left to bias.missing_group where it compares them.
func (in *Input) unjudged(e *emitter, g *grouping, stem string, judged []int) {
	var k, n int64
	for i := range g.groups {
		rows := g.rows(i)
		n += rows
		compared := g.missing[i] && stem == selectionRate.gap && len(g.features) == 1 && in.missingCompared(g)
		if !slices.Contains(judged, i) && !compared {
			k += rows
		}
	}
	e.share("unjudged_share", plumbline.Scope{Features: g.features, Among: plumbline.JudgedGroups, Column: stem}, k, n, nil)
}

func (in *Input) among(g *grouping, a plumbline.Among) plumbline.Scope {
	return plumbline.Scope{Features: g.features, Among: a}
}

// gapIntervals makes the simultaneous intervals of a judged gap at a level.
func (in *Input) gapIntervals(g *grouping, r rate, judged gap, level float64) (diff, ratio stat.Gap) {
	k, n := r.counts(g)
	ke, ne := in.frame.effective(g, r, k, n)
	var kj, nj []float64
	for _, i := range judged.groups {
		kj, nj = append(kj, ke[i]), append(nj, ne[i])
	}
	return stat.MaxDifference(kj, nj, level), stat.MinRatio(kj, nj, level)
}

// gap records a difference and a ratio with the groups that make them.
func (e *emitter) gap(stem string, scope plumbline.Scope, g gap, diff, ratio *plumbline.Interval) {
	var rows int64
	for _, n := range g.n {
		rows += n
	}
	if len(g.groups) < 2 {
		e.undefined(stem+"_difference", plumbline.Difference, scope, plumbline.OneGroup)
		e.undefined(stem+"_ratio", plumbline.Ratio, scope, plumbline.OneGroup)
		return
	}
	e.value(stem+"_difference", plumbline.Difference, scope, g.difference, rows, diff)
	e.value(stem+"_ratio", plumbline.Ratio, scope, g.ratio, rows, ratio)
}

// againstReference compares each group with the declared reference group.
func (in *Input) againstReference(e *emitter, g *grouping, r rate, k, n []int64) {
	ref := in.reference(g)
	if ref < 0 || !in.large(g, ref, n[ref]) {
		return
	}
	ke, ne := in.frame.effective(g, r, k, n)
	level := in.level(g)
	family := 0
	for i := range g.groups {
		if i != ref && in.large(g, i, n[i]) {
			family++
		}
	}
	each := 1 - (1-level)/float64(max(family, 1))
	for i := range g.groups {
		if i == ref || n[i] == 0 {
			continue
		}
		scope := plumbline.Scope{Features: g.features, Group: g.groups[i], Against: g.groups[ref]}
		pi, pr := float64(k[i])/float64(n[i]), float64(k[ref])/float64(n[ref])
		var di, qi *plumbline.Interval
		if in.large(g, i, n[i]) {
			di = interval(stat.Newcombe(ke[i], ne[i], ke[ref], ne[ref], each), in.Level, newcombeAll, family*in.family(g))
			qi = interval(stat.Koopman(ke[i], ne[i], ke[ref], ne[ref], each), in.Level, koopmanAll, family*in.family(g))
		}
		e.value(r.gap+"_difference", plumbline.Difference, scope, pi-pr, n[i]+n[ref], di)
		e.value(r.gap+"_ratio", plumbline.Ratio, scope, pi/pr, n[i]+n[ref], qi)
	}
}

// large reports whether a group has enough rows to judge.
func (in *Input) large(g *grouping, group int, n int64) bool {
	return float64(n) >= float64(in.MinN)*in.frame.kish(g)[group]
}

// reference finds the declared reference group of a feature, or −1. Missing values are never the reference.
func (in *Input) reference(g *grouping) int {
	if len(g.features) != 1 {
		return -1
	}
	want, ok := in.Plan.Reference[g.features[0]]
	if !ok {
		return -1
	}
	for i, v := range g.groups {
		if !g.missing[i] && v[0] == want {
			return i
		}
	}
	return -1
}
