package assess

import (
	"math"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// protect marks the observations that would give people away, before any sentence quotes them; [strip] takes the numbers
// out after the judging.
//
// A count from 1 to minCell − 1, of the rows of a group or on either side of a share, is withheld with everything that
// gives it away. A withheld group could be had by subtraction wherever it is the only one in a line whose sum is shown: the
// groups of a feature, or the cells of an intersection that differ in one feature only. In each such line the smallest
// other group is blurred: its counts are withheld and its numbers rounded; and so is every number that is made from all
// groups of that feature or intersection.
func protect(obs []plumbline.Observation, minCell int64) {
	if minCell <= 1 {
		return
	}
	lines := map[string][]int{} // groups that add up to something that is shown
	small := map[string]bool{}  // groups withheld
	for i := range obs {
		o := &obs[i]
		if o.Metric != "group_share" || len(o.Scope.Group) == 0 {
			continue
		}
		for _, l := range linesOf(o.Scope) {
			lines[l] = append(lines[l], i)
		}
		if *o.Count < minCell {
			small[cellOf(o.Scope)] = true
		}
	}
	blurred, touched := blurredGroups(obs, lines, small)
	for i := range obs {
		o := &obs[i]
		cell := cellOf(o.Scope)
		switch {
		case small[cell], tooSmall(o, minCell):
			o.Suppressed = true
		case blurred[cell], against(o.Scope, small), against(o.Scope, blurred), len(o.Scope.Group) == 0 && touched[strings.Join(o.Scope.Features, "\x00")]:
			o.Blurred = true
		}
	}
}

// blurredGroups picks, in each line with exactly one withheld group, the smallest other one. Features come before
// intersections, and there a cell of a group that is blurred already goes first: its size would else be the sum of its cells.
func blurredGroups(obs []plumbline.Observation, lines map[string][]int, small map[string]bool) (blurred, touched map[string]bool) {
	blurred, touched = map[string]bool{}, map[string]bool{}
	order := sorted(lines)
	slices.SortStableFunc(order, func(a, b string) int { return strings.Count(a, "\x00") - strings.Count(b, "\x00") })
	for _, l := range order {
		withheld, best := 0, -1
		for _, i := range lines[l] {
			cell := cellOf(obs[i].Scope)
			switch {
			case small[cell], blurred[cell]:
				withheld++
				touched[strings.Join(obs[i].Scope.Features, "\x00")] = true
			case best < 0 || before(&obs[i], &obs[best], blurred):
				best = i
			}
		}
		if withheld == 1 && best >= 0 {
			blurred[cellOf(obs[best].Scope)] = true
		}
	}
	return blurred, touched
}

// before reports whether a is the better choice to blur.
func before(a, b *plumbline.Observation, blurred map[string]bool) bool {
	if pa, pb := partBlurred(a.Scope, blurred), partBlurred(b.Scope, blurred); pa != pb {
		return pa
	}
	return *a.Count < *b.Count
}

// partBlurred reports whether a cell of an intersection belongs to a group of a feature that is blurred.
func partBlurred(s plumbline.Scope, blurred map[string]bool) bool {
	for i, f := range s.Features {
		if len(s.Features) > 1 && blurred[cellOf(plumbline.Scope{Features: []string{f}, Group: s.Group[i : i+1]})] {
			return true
		}
	}
	return false
}

// against reports whether a comparison's other group is one of cells.
func against(s plumbline.Scope, cells map[string]bool) bool {
	return len(s.Against) > 0 && cells[cellOf(plumbline.Scope{Features: s.Features, Group: s.Against})]
}

// cellOf names a group of a feature or intersection; "" where the scope has none.
func cellOf(s plumbline.Scope) string {
	if len(s.Group) == 0 {
		return ""
	}
	return strings.Join(s.Features, "\x00") + "\x01" + strings.Join(s.Group, "\x00")
}

// linesOf names the lines in which a group lies, one for each feature.
func linesOf(s plumbline.Scope) []string {
	out := make([]string, len(s.Features))
	for i := range s.Features {
		line := slices.Clone(s.Group)
		line[i] = "\x02"
		out[i] = strings.Join(s.Features, "\x00") + "\x01" + strings.Join(line, "\x00")
	}
	return out
}

// tooSmall reports whether the counts behind an observation are a small cell. None or all of a large group identify nobody
// in particular and are kept.
func tooSmall(o *plumbline.Observation, minCell int64) bool {
	if o.Unit == plumbline.Count || o.Scope.Column != "" && len(o.Scope.Features) == 0 {
		return false
	}
	if o.N != nil && *o.N > 0 && *o.N < minCell {
		return true
	}
	if o.Count == nil || o.N == nil {
		return false
	}
	k, rest := *o.Count, *o.N-*o.Count
	return k > 0 && k < minCell || rest > 0 && rest < minCell
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

// rounded keeps two decimals, which leaves a count of more than a hundred rows open.
func rounded(x plumbline.Number, round func(float64) float64) plumbline.Number {
	return plumbline.Number(round(float64(x)*100) / 100)
}
