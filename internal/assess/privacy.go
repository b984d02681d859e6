package assess

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// protect marks the observations that would give people away, before any sentence quotes them; [strip] takes the numbers
// out after the judging.
//
// A count from 1 to minCell − 1 is withheld: of the rows of a group, or on either side or in the denominator of one of its
// rates. Sums are shown, so every such group gets companions: the other corners of a box in the table of its grouping, the
// group itself being one corner (for a feature, one other group). People can be thought to change places between the corners
// without a change to any sum outside; nothing that would show such a change of up to minCell/4 people is given exactly. What
// speaks of a companion is rounded as coarsely as that takes, and withheld where no rounding does. A table without such a box
// is withheld whole.
//
// One box is chosen for all that rests on the same counts (see [kept]). The cost grows with small groups × groups × corners.
func protect(obs []plumbline.Observation, minCell int64) {
	if minCell <= 1 {
		return
	}
	k := &keeper{obs: obs, minCell: minCell, tables: map[string]*cellTable{}, totals: map[kept]bool{}}
	k.tabulate()
	// Features come before intersections, whose boxes must keep to those of their features.
	order := slices.SortedFunc(maps.Values(k.tables), func(a, b *cellTable) int {
		return cmp.Or(len(a.features)-len(b.features), strings.Compare(a.name, b.name))
	})
	for _, t := range order {
		k.choose(t, order)
	}
	for _, t := range order {
		t.whole = t.whole || slices.ContainsFunc(t.parts(order), func(p *cellTable) bool { return p.whole })
		k.findWithheld(t)
	}
	for i := range obs {
		k.mark(&obs[i])
	}
	k.curves()
}

// kept says which counts an observation is made from. People change places by their group, by their decision, by the side
// of the median that their score is on, or by their label; each kind hides in a table of its own.
type kept int

const (
	public    kept = iota // tells nothing of groups
	byRows                // sizes of groups: where they are withheld, so is all that divides by them
	byOutcome             // decisions: where they are withheld, so are the rates of the label, which are counted within them
	byScore
	byLabel
)

func keptBy(metric string) kept {
	switch metric {
	case "population_share", "sensitive_basis_complete", "nyc_median_score", "proxy_influence":
		return public
	case "group_share", "missing_share", "nyc_unknown_count", "unjudged_share", "representation_ratio", "proxy_skill", "proxy_p", "proxy_form":
		return byRows
	case "selection_rate", "undecided_share", "missing_group_ratio", "conditional_demographic_disparity", "breslow_day_p", "nyc_category_share":
		return byOutcome
	}
	for _, stem := range []string{"nyc_selection_", "demographic_", "mantel_haenszel_"} {
		if strings.HasPrefix(metric, stem) {
			return byOutcome
		}
	}
	if strings.HasPrefix(metric, "nyc_scoring_") {
		return byScore
	}
	return byLabel
}

// secrecy says how what speaks of a cell is kept; the larger one wins.
type secrecy int

const (
	shown  secrecy = iota
	near           // exact, it would give a small count away
	hidden         // nothing of it is shown
)

// findWithheld lists the cells of a table of which not everything is shown.
func (k *keeper) findWithheld(t *cellTable) {
	for _, c := range t.order {
		switch {
		case k.secrecy(t.kept, t.features, c.group) == shown:
		case c.missing():
			t.missing = append(t.missing, c)
		default:
			t.known = append(t.known, c)
		}
	}
}

// mark decides about one observation.
func (k *keeper) mark(o *plumbline.Observation) {
	by, s := keptBy(o.Metric), o.Scope
	if len(s.Features) == 0 && !strings.HasPrefix(o.Check, "bias.") {
		return // counts rows or places in files, not people of a group; exhibits keep to the minimum cell themselves
	}
	switch {
	case k.tooSmall(o), len(s.Against) > 0 && k.secrecy(by, s.Features, s.Against) != shown:
		o.Suppressed = true
	case by == public:
	case len(s.Features) == 0:
		if k.totals[by] || by == byLabel && k.totals[byOutcome] {
			k.blur(o, k.margin(o, nil))
		}
	case len(s.Group) == 0:
		k.markAll(o, k.tables[tableName(by, s.Features)])
	default:
		k.markGroup(o, k.tables[tableName(by, s.Features)])
	}
}

// markGroup decides about an observation of one group.
func (k *keeper) markGroup(o *plumbline.Observation, t *cellTable) {
	switch k.secrecy(t.kept, t.features, o.Scope.Group) {
	case hidden:
		o.Suppressed = true
		return
	case near:
		o.Suppressed = len(o.Scope.Against) > 0
		k.blur(o, k.margin(o, t.cells[groupName(o.Scope.Group)]))
		return
	case shown:
	}
	switch {
	case o.Unit == plumbline.Share:
	case strings.HasSuffix(o.Metric, "_impact_ratio"): // the best category is the other half
		o.Suppressed = slices.ContainsFunc(t.known, func(c *tableCell) bool { return c.outer })
	case len(t.missing) > 0 && o.Value != nil: // the known groups together are all but the missing one
		k.blur(o, 2*max(1, float64(*o.Value))*k.margin(o, nil))
	}
}

// markAll decides about an observation of all groups of a grouping.
func (k *keeper) markAll(o *plumbline.Observation, t *cellTable) {
	switch o.Metric {
	case "proxy_skill", "proxy_p", "proxy_form": // only the number of known rows tells anything
		if len(t.missing) > 0 {
			o.N = nil
		}
		return
	case "missing_share", "nyc_unknown_count":
		if len(t.missing) > 0 {
			k.blur(o, k.margin(o, nil))
		}
		return
	case "unjudged_share":
		if len(t.known)+len(t.missing) > 0 {
			k.blur(o, k.margin(o, nil))
		}
		return
	}
	if len(t.known) == 0 {
		return
	}
	var margin float64
	for _, c := range t.known {
		if c.outer {
			margin = max(margin, k.margin(o, c))
		}
	}
	k.blur(o, margin)
}

// margin is how far the value of an observation moves with minCell/4 people in a cell; in all that the observation rests on
// where the cell is nil.
func (k *keeper) margin(o *plumbline.Observation, c *tableCell) float64 {
	people := max(float64(k.minCell)/4, 1)
	switch {
	case o.Value == nil || o.N == nil || *o.N == 0:
		return math.Inf(1)
	case c == nil:
		return people / float64(*o.N)
	case o.Unit == plumbline.Ratio || o.Unit == plumbline.Odds:
		least := int64(0)
		for _, n := range c.counts {
			if n > 0 && (least == 0 || n < least) {
				least = n
			}
		}
		return 2 * float64(*o.Value) * people / float64(least)
	case len(o.Scope.Group) > 0:
		return people / float64(*o.N)
	}
	return people / float64(c.n)
}

// steps are the roundings that are tried. Sentences round to the first one.
func steps() []float64 { return []float64{0.01, 0.05, 0.1} }

// blur marks an observation for rounding, to the finest step that leaves the same numbers to see when the value lies margin
// higher or lower; it withholds it where none does, and where the step is less than minCell people.
func (k *keeper) blur(o *plumbline.Observation, margin float64) {
	switch {
	case o.Suppressed, o.Value == nil && o.N == nil:
		return
	case o.Value == nil, o.Unit == plumbline.Count, math.IsInf(margin, 1), math.IsNaN(margin):
		o.Suppressed = true
		return
	}
	whole := o.Unit == plumbline.Share || len(o.Scope.Group) > 0 && o.Unit != plumbline.Ratio
	for _, step := range steps() {
		if margin*4 > step {
			continue
		}
		if !whole {
			if !atEdge(float64(*o.Value), margin, step, 0.5) && (o.Interval == nil || !atEdge(float64(o.Interval.Low), margin, step, 0) && !atEdge(float64(o.Interval.High), margin, step, 0)) {
				o.Blurred = true
				return
			}
			break // judged by its interval, which must stay as it is until then
		}
		if wide := halfWidth(o, step); !atEdge(float64(*o.Value), margin, step, 0.5) && !atEdge(wide, margin/2, step, 0) {
			o.Blurred = true
			coarsen(o, wide, step)
			return
		}
	}
	o.Suppressed = true
}

// atEdge reports whether rounding to a step could tell x from x ± margin. Edges lie at multiples of the step, plus shift.
func atEdge(x, margin, step, shift float64) bool {
	y := x/step - shift
	return margin > 0 && math.Abs(y-math.Round(y))*step <= margin
}

// halfWidth is the longer arm of an interval, with room for the rounding of the value.
func halfWidth(o *plumbline.Observation, step float64) float64 {
	if o.Interval == nil {
		return step / 2
	}
	return float64(max(*o.Value-o.Interval.Low, o.Interval.High-*o.Value)) + step/2
}

// coarsen rounds a value in place and makes its interval from the rounded value alone: ends that are rounded on their own
// would narrow the value down. No verdict rests on these intervals.
func coarsen(o *plumbline.Observation, wide, step float64) {
	v := math.Round(float64(*o.Value)/step) * step
	value := plumbline.Number(v)
	o.Value = &value
	if o.Interval == nil {
		return
	}
	iv := *o.Interval
	arm := math.Ceil(wide/step) * step
	iv.Low, iv.High = plumbline.Number(v-arm), plumbline.Number(v+arm)
	if o.Unit == plumbline.Share {
		iv.Low, iv.High = max(iv.Low, 0), min(iv.High, 1)
	}
	o.Interval = &iv
}

// curves keeps the pieces of calibration curves: they add up to the counts of their group. What is made from a whole curve
// is rounded where a piece is withheld.
func (k *keeper) curves() {
	pieces := map[string][]*plumbline.Observation{}
	key := func(s plumbline.Scope) string { return tableName(byLabel, s.Features) + "\x01" + groupName(s.Group) }
	for i := range k.obs {
		if o := &k.obs[i]; o.Metric == "calibration_curve" {
			pieces[key(o.Scope)] = append(pieces[key(o.Scope)], o)
		}
	}
	for _, curve := range pieces {
		k.curve(curve)
	}
	for i := range k.obs {
		o := &k.obs[i]
		switch o.Metric {
		case "expected_calibration_error", "calibration_slope", "calibration_intercept":
			if slices.ContainsFunc(pieces[key(o.Scope)], func(p *plumbline.Observation) bool { return p.Suppressed || p.Blurred }) && !o.Blurred {
				k.blur(o, k.margin(o, nil))
			}
		}
	}
}

// curve adds a companion to the withheld pieces of a curve: the one with the fewest people that is large on both sides.
func (k *keeper) curve(pieces []*plumbline.Observation) {
	var best *plumbline.Observation
	small := false
	for _, p := range pieces {
		firm := p.Count != nil && p.N != nil && min(*p.Count, *p.N-*p.Count) >= k.minCell
		switch {
		case p.Blurred, p.Suppressed && !k.tooSmall(p):
			return // the group is kept already, and its sums with it
		case p.Suppressed:
			small = true
		case firm && (best == nil || *p.N < *best.N):
			best = p
		}
	}
	if !small {
		return
	}
	if best != nil {
		k.blur(best, k.margin(best, nil))
		return
	}
	for _, p := range pieces {
		p.Suppressed = true
	}
}

// strip takes out the numbers that [protect] marked.
func strip(obs []plumbline.Observation) {
	for i := range obs {
		o := &obs[i]
		switch {
		case o.Suppressed:
			o.Value, o.Interval, o.Count, o.N = nil, nil, nil, nil
		case o.Blurred:
			o.Count, o.N = nil, nil
			if o.Value != nil {
				v := rounded(*o.Value, math.Round)
				o.Value = &v
			}
			if o.Interval != nil {
				iv := *o.Interval
				iv.Low, iv.High = rounded(iv.Low, math.Floor), rounded(iv.High, math.Ceil)
				o.Interval = &iv
			}
		}
	}
}

// rounded keeps two decimals. What has no more already stays as it is.
func rounded(x plumbline.Number, round func(float64) float64) plumbline.Number {
	y := float64(x) * 100
	if whole := math.Round(y); math.Abs(y-whole) < 1e-9 {
		return plumbline.Number(whole / 100)
	}
	return plumbline.Number(round(y) / 100)
}
