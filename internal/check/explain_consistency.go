package check

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/model"
	"github.com/plumbline-project/plumbline/internal/stat"
)

// likeBins is into how many bins of equal size a number is cut before cases count as alike.
const likeBins = 5

func explainConsistency() Check {
	c := Check{
		ID: "explain.consistency", Version: 1, Dimension: plumbline.Explainability, Needs: []Need{NeedDecision},
		Params: []plumbline.Param{{Name: "bins", Unit: "count", Default: likeBins}},
		Refs: []plumbline.Ref{
			{Cite: "Dwork C, Hardt M, Pitassi T, Reingold O, Zemel R (2012), Fairness through awareness, ITCS", URL: "https://doi.org/10.1145/2090236.2090255"},
			{Cite: "Zemel R, Wu Y, Swersky K, Pitassi T, Dwork C (2013), Learning fair representations, ICML", URL: "https://proceedings.mlr.press/v28/zemel13.html"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		x, err := in.explain(ctx)
		if err != nil {
			return nil, err
		}
		in.unlike(e, "identical_unlike_share", x, pairs(x, x.rows, x.identical(), in.Seed))
		in.unlike(e, "like_unlike_share", x, pairs(x, x.rows, x.alike(x.asked(in.tree(x, false))), in.Seed))
		var favourable float64
		for _, r := range x.rows {
			favourable += float64(side01(x.good[r]))
		}
		if n := len(x.rows); n > 0 {
			p := favourable / float64(n)
			e.value("unlike_share_by_chance", plumbline.Share, plumbline.Scope{}, 2*p*(1-p), int64(n), nil)
		}
		return e.out, nil
	}
	return c
}

// unlike records the share of pairs with different decisions.
func (in *Input) unlike(e *emitter, metric string, x *explained, pairs [][2]int32) {
	n := int64(len(pairs))
	if n < in.MinN {
		e.undefined(metric, plumbline.Share, plumbline.Scope{}, plumbline.TooFew)
		return
	}
	var k int64
	for _, p := range pairs {
		if x.good[p[0]] != x.good[p[1]] {
			k++
		}
	}
	effect := in.Effect()
	e.share(metric, plumbline.Scope{}, k, n, wilson(float64(k)/effect, float64(n)/effect, in.Level))
}

// noCell marks rows that are in no cell.
const noCell = 0

// identical gives a cell to each sampled row: equal where all offered columns are. Rows with a value that was folded among the
// rare ones are in none.
func (x *explained) identical() []uint64 {
	cells := make([]uint64, len(x.good))
	none := make([]bool, len(x.good))
	for c := range x.cols {
		addTo(cells, &x.cols[c])
		if x.features[c].rest {
			for r, code := range x.cols[c].Codes {
				none[r] = none[r] || code == 1
			}
		}
	}
	for r := range cells {
		if none[r] || len(x.cols) == 0 {
			cells[r] = noCell
		}
	}
	return cells
}

// asked reports of each offered column whether the surrogate asks for it.
func (x *explained) asked(t *model.Tree) []bool {
	uses := make([]bool, len(x.cols))
	for c := range uses {
		uses[c] = t != nil && t.Uses(c)
	}
	return uses
}

// stateable reports of each offered column whether the surrogate asks for it or a reason refers to it.
func (x *explained) stateable(t *model.Tree, s *stated) []bool {
	uses := x.asked(t)
	referred := s.referred()
	for c := range uses {
		_, found := slices.BinarySearch(referred, x.features[c].name)
		uses[c] = uses[c] || found
	}
	return uses
}

// alike gives a cell to each sampled row: equal where the columns in use are, numbers in bins of equal size. There are no cells
// where none is in use.
func (x *explained) alike(uses []bool) []uint64 {
	cells := make([]uint64, len(x.good))
	for c := range x.cols {
		if !uses[c] {
			continue
		}
		col := &x.cols[c]
		codes := col.Codes
		if col.Numbers != nil {
			codes = cut(col.Numbers, likeBins).codes
		}
		for r := range cells {
			cells[r] = model.Hash(cells[r]+uint64(c)+1, uint64(codes[r]))
		}
	}
	return cells
}

// pairs joins rows of one cell two by two, in an order that the seed gives; each row is in one pair at most, so that pairs are
// independent where rows are. Two rows of one person make no pair.
func pairs(x *explained, rows []int32, cells []uint64, seed uint64) [][2]int32 {
	type keyed struct {
		cell, order uint64
		row         int32
	}
	list := make([]keyed, 0, len(rows))
	for _, r := range rows {
		if cells[r] != noCell {
			list = append(list, keyed{cells[r], model.Hash(seed, x.keys[r]), r})
		}
	}
	slices.SortFunc(list, func(a, b keyed) int {
		return cmp.Or(cmp.Compare(a.cell, b.cell), cmp.Compare(a.order, b.order), cmp.Compare(a.row, b.row))
	})
	var out [][2]int32
	for i := 0; i+1 < len(list); i++ {
		a, b := list[i], list[i+1]
		if a.cell != b.cell || x.clusters != nil && x.clusters[a.row] == x.clusters[b.row] {
			continue
		}
		out = append(out, [2]int32{a.row, b.row})
		i++
	}
	return out
}

func explainStability() Check {
	c := Check{
		ID: "explain.stability", Version: 1, Dimension: plumbline.Explainability, Needs: []Need{NeedDecision, NeedReasons},
		Params: []plumbline.Param{{Name: "bins", Unit: "count", Default: likeBins}},
		Refs: []plumbline.Ref{
			{Cite: "Jaccard P (1912), The distribution of the flora in the alpine zone, New Phytologist 11:37–50", URL: "https://doi.org/10.1111/j.1469-8137.1912.tb05611.x"},
			{Cite: "Alvarez-Melis D, Jaakkola T (2018), On the robustness of interpretability methods", URL: "https://arxiv.org/abs/1806.08049"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		x, err := in.explain(ctx)
		if err == nil {
			err = in.stability(ctx, e, x)
		}
		return e.out, err
	}
	return c
}

// stability compares the reasons of two like adverse decisions with those of any two adverse decisions.
func (in *Input) stability(ctx context.Context, e *emitter, x *explained) error {
	metrics := []string{"reason_agreement", "reason_agreement_by_chance", "reason_agreement_difference"}
	refuse := func(why plumbline.Reason) {
		for _, m := range metrics {
			e.undefined(m, plumbline.Share, plumbline.Scope{}, why)
		}
	}
	s, err := in.statedReasons(ctx)
	if err != nil || s == nil {
		refuse(plumbline.TooManyGroups)
		return err
	}
	codes := codesAt(s.codes, x.at)
	var adverse []int32
	sets := map[uint16]bool{}
	for _, r := range x.rows {
		if !x.good[r] && len(s.sets[codes[r]]) > 0 {
			adverse = append(adverse, r)
			sets[codes[r]] = true
		}
	}
	if len(adverse) > 0 && len(sets) == 1 {
		refuse(plumbline.Constant)
		return nil
	}
	all := make([]uint64, len(x.good))
	for i := range all {
		all[i] = noCell + 1
	}
	agreement := func(cells []uint64) []float64 {
		var out []float64
		for _, p := range pairs(x, adverse, cells, in.Seed) {
			out = append(out, jaccard(s.sets[codes[p[0]]], s.sets[codes[p[1]]]))
		}
		return out
	}
	like, chance := agreement(x.alike(x.stateable(in.tree(x, false), s))), agreement(all)
	if int64(min(len(like), len(chance))) < in.MinN {
		refuse(plumbline.TooFew)
		return nil
	}
	a, b := stat.MeanInterval(like, in.Level), stat.MeanInterval(chance, in.Level)
	p, q := mean(like), mean(chance)
	root := math.Sqrt(in.Effect())
	widen := func(v float64, i stat.Interval) stat.Interval {
		return stat.Interval{Low: max(v-root*(v-i.Low), 0), High: min(v+root*(i.High-v), 1)}
	}
	a, b = widen(p, a), widen(q, b)
	e.value(metrics[0], plumbline.Share, plumbline.Scope{}, p, int64(len(like)), interval(a, in.Level, "t", 0))
	e.value(metrics[1], plumbline.Share, plumbline.Scope{}, q, int64(len(chance)), interval(b, in.Level, "t", 0))
	e.value(metrics[2], plumbline.Difference, plumbline.Scope{}, p-q, int64(len(like)), interval(stat.Interval{
		Low: p - q - math.Hypot(p-a.Low, b.High-q), High: p - q + math.Hypot(a.High-p, q-b.Low),
	}, in.Level, "t-mover", 0))
	return nil
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values))
}

// jaccard is the share of reasons in both sets among those in one of them. The sets are sorted and not both empty.
func jaccard(a, b []int) float64 {
	both := 0
	for _, v := range a {
		if _, found := slices.BinarySearch(b, v); found {
			both++
		}
	}
	return float64(both) / float64(len(a)+len(b)-both)
}
