package check

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
)

// Settings of the models that look for leakage and noise.
const (
	dataFolds     = 10
	certainShare  = 0.10 // most certain rows, half of them on each side
	minCertainAUC = 0.80 // under it, the model knows too little for its certainty to mean anything
	timeWindows   = 20
)

// held is a label on the sampled rows, dealt into folds.
type held struct {
	s      *scanned
	class  []uint8 // 1 adverse, 2 favourable, 0 neither, as [stat.Ranking.AUC] takes it
	folds  []uint8
	counts [3]int64
}

// heldLabels samples the label of a table. Rows that are alike share a fold, so that copies are not learnt from and tested on.
func (in *Input) heldLabels(s *scanned) *held {
	if s.target == nil {
		return nil
	}
	h := &held{s: s}
	for i, row := range s.at {
		c := uint8(0)
		if side := s.target[row]; side != unknown {
			c = side + 1
		}
		key := uint64(row) //nolint:gosec // G115: rows are not negative
		switch {           // a person is never learnt from and tested on, nor is a copy of a row
		case s.people != nil:
			key = uint64(s.people[i])
		case s.like != nil:
			key = s.like[row]
		}
		h.class = append(h.class, c)
		h.counts[c]++
		h.folds = append(h.folds, uint8(mix(key^in.Seed)%dataFolds))
	}
	return h
}

// usable reports why no model can learn the label; "" where one can.
func (h *held) usable(in *Input) plumbline.Reason {
	switch {
	case h.counts[1]+h.counts[2] < in.MinN:
		return plumbline.TooFew
	case h.counts[1] < in.MinN/2 || h.counts[2] < in.MinN/2:
		return plumbline.Constant
	}
	return ""
}

// scores gives each row the log odds of the favourable label that a naive Bayes model has for it, learnt from the other folds. With one
// column this is the order of its bins. Counts are smoothed by one half.
func (h *held) scores(columns []*bins) []float64 {
	out := make([]float64, len(h.class))
	for _, b := range columns {
		cells := make([]float64, dataFolds*b.n*3)
		all := make([]float64, b.n*3)
		for i, x := range b.codes {
			cells[(int(h.folds[i])*b.n+int(x))*3+int(h.class[i])]++
			all[int(x)*3+int(h.class[i])]++
		}
		odds := make([]float64, dataFolds*b.n)
		for f := range dataFolds {
			var bad, good float64
			for x := range b.n {
				bad += all[x*3+1] - cells[(f*b.n+x)*3+1]
				good += all[x*3+2] - cells[(f*b.n+x)*3+2]
			}
			for x := range b.n {
				at := (f*b.n + x) * 3
				odds[f*b.n+x] = math.Log((all[x*3+2]-cells[at+2]+0.5)/(good+1)) - math.Log((all[x*3+1]-cells[at+1]+0.5)/(bad+1))
			}
		}
		for i, x := range b.codes {
			out[i] += odds[int(h.folds[i])*b.n+int(x)]
		}
	}
	return out
}

// modelColumns lists the features of a table that could be binned. Control features and sensitive ones are among them.
func (in *Input) modelColumns(s *scanned) (out []*scannedColumn) {
	for _, c := range s.columns {
		if !in.notFeature(s, c.Name) && c.sample != nil && len(c.sample.codes) == len(s.at) {
			out = append(out, c)
		}
	}
	return out
}

// dataLeakage measures single_feature_auc for each feature of decisions and training data: the area under the curve with which the
// feature alone orders held-out rows by the label (by the decision where a table has no label), DeLong's interval, simultaneous over the columns
// (Bonferroni), on up to 100,000 rows drawn evenly. Missing is a value like any other, so a field that is filled in only after the fact shows.
// 0.5 says nothing; a feature that no honest input could be lies near 1. Undefined with too few rows of a side.
func dataLeakage() Check {
	return overTables(Check{ID: "data.leakage", Params: []plumbline.Param{
		{Name: "folds", Unit: "count", Default: dataFolds}, {Name: "max_rows", Unit: "count", Default: scanSample}, {Name: "bins", Unit: "count", Default: scanBins},
	}, Refs: []plumbline.Ref{
		{Cite: "Kaufman S et al. (2012), Leakage in Data Mining, ACM Transactions on Knowledge Discovery from Data 6:15", URL: "https://doi.org/10.1145/2382577.2382579"},
		{Cite: "DeLong ER, DeLong DM, Clarke-Pearson DL (1988), Biometrics 44:837–845", URL: "https://doi.org/10.2307/2531595"},
	}}, func(_ context.Context, in *Input, e *emitter, s *scanned, _ []*scanned) error {
		h := in.heldLabels(s)
		if h == nil || s.label != in.Plan.Label.Column && s.role == roleDecisions {
			return nil // what predicts the decision is no leak: the decision was made from it
		}
		if why := h.usable(in); why != "" {
			e.undefined("single_feature_auc", plumbline.Plain, s.whole(), why)
			return nil
		}
		columns := in.modelColumns(s)
		level := 1 - (1-in.Level)/float64(max(len(columns), 1))
		for _, c := range columns {
			area, _ := stat.NewRanking(h.scores([]*bins{c.sample})).AUC(h.class, nil, 1)
			area.Variance *= s.effect
			iv := area.Interval(level)
			if area.Value == 1 { // DeLong's variance is zero there: the rows themselves bound what can be claimed
				n := float64(min(h.counts[1], h.counts[2])) / s.effect
				iv = stat.Interval{Low: stat.Wilson(n, n, level).Low, High: 1}
			}
			e.value("single_feature_auc", plumbline.Plain, s.scope(c.Name), area.Value, h.counts[1]+h.counts[2], interval(iv, in.Level, "delong-bonferroni", len(columns)))
		}
		return nil
	})
}

// dataLabelNoise looks for signs of wrong or planted labels. They are indicators: each has innocent explanations.
//   - label_model_auc: how well a naive Bayes model over all features orders held-out rows by the label (ten folds);
//   - label_disagreement_share: of the tenth of rows of which the model is most certain (a twentieth on each side), those with the other
//     label; Wilson's interval. Undefined (indistinct) where the model's area is under 0.80: then its certainty says nothing;
//   - one_label_cluster_share: rows of the largest set that is alike after rounding and has one label only, of all rows; undefined where rows are
//     alike by chance;
//   - category_share_jump: for columns of few texts, the largest difference between a value's share in one of 20 windows of time, of
//     equal numbers of rows, and its largest share in any other window but the two beside it; Newcombe's interval over all values
//     and pairs of windows (Bonferroni). A value that comes and stays, such as a new version, is no jump.
func dataLabelNoise() Check {
	return overTables(Check{ID: "data.label_noise", Params: []plumbline.Param{
		{Name: "folds", Unit: "count", Default: dataFolds},
		{Name: "certain_share", Unit: "share", Default: certainShare},
		{Name: "min_auc", Unit: "share", Default: minCertainAUC},
		{Name: "windows", Unit: "count", Default: timeWindows},
		{Name: "max_rows", Unit: "count", Default: scanSample},
	}, Refs: []plumbline.Ref{
		{Cite: "Northcutt CG, Jiang L, Chuang IL (2021), Confident Learning, Journal of Artificial Intelligence Research 70:1373–1411", URL: "https://doi.org/10.1613/jair.1.12125"},
		{Cite: "Biggio B, Nelson B, Laskov P (2012), Poisoning Attacks against Support Vector Machines, ICML", URL: "https://arxiv.org/abs/1206.6389"},
		{Cite: "NIST AI 100-2e2025, Adversarial Machine Learning: A Taxonomy and Terminology of Attacks and Mitigations", URL: "https://doi.org/10.6028/NIST.AI.100-2e2025"},
	}}, func(_ context.Context, in *Input, e *emitter, s *scanned, _ []*scanned) error {
		if s.role == roleReviews {
			return nil
		}
		in.jumps(e, s)
		h := in.heldLabels(s)
		if h == nil || s.label != in.Plan.Label.Column {
			return nil
		}
		in.clusters(e, s)
		if why := h.usable(in); why != "" {
			e.undefined("label_disagreement_share", plumbline.Share, s.whole(), why)
			return nil
		}
		var columns []*bins
		for _, c := range in.modelColumns(s) {
			columns = append(columns, c.sample)
		}
		scores := h.scores(columns)
		area, _ := stat.NewRanking(scores).AUC(h.class, nil, 1)
		area.Variance *= s.effect
		e.value("label_model_auc", plumbline.Plain, s.whole(), area.Value, h.counts[1]+h.counts[2], interval(area.Interval(in.Level), in.Level, "delong", 0))
		if area.Value < minCertainAUC {
			e.undefined("label_disagreement_share", plumbline.Share, s.whole(), plumbline.Indistinct)
			return nil
		}
		k, n := h.disagreement(scores)
		if float64(n)/s.effect < float64(in.MinN) {
			e.undefined("label_disagreement_share", plumbline.Share, s.whole(), plumbline.TooFew)
			return nil
		}
		e.share("label_disagreement_share", s.whole(), k, n, wilson(float64(k)/s.effect, float64(n)/s.effect, in.Level))
		return nil
	})
}

// disagreement counts the most certain rows at both ends, and those whose label is the other one.
func (h *held) disagreement(scores []float64) (other, n int64) {
	var order []int
	for i, c := range h.class {
		if c != 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case scores[a] < scores[b]:
			return -1
		case scores[a] > scores[b]:
			return 1
		}
		return a - b
	})
	each := min(int(certainShare/2*float64(len(order))), int(h.counts[1]/2), int(h.counts[2]/2))
	for i := range each {
		if h.class[order[i]] == 2 {
			other++
		}
		if h.class[order[len(order)-1-i]] == 1 {
			other++
		}
	}
	return other, int64(2 * each)
}

func (in *Input) clusters(e *emitter, s *scanned) {
	if s.copies.coarse > maxChance {
		e.undefined("one_label_cluster_share", plumbline.Share, s.whole(), plumbline.Indistinct)
		return
	}
	var most int64
	for _, c := range s.copies.clusters {
		if c.favourable+c.adverse >= 10 && min(c.favourable, c.adverse) == 0 {
			most = max(most, c.rows)
		}
	}
	e.censusShare("one_label_cluster_share", s.whole(), most, int64(s.rows))
}

// jumps looks for values whose share jumps within a short time. Windows hold about as many rows each and are never cut between
// rows of one time, whose order says nothing.
func (in *Input) jumps(e *emitter, s *scanned) {
	var order []int
	for i, t := range s.times {
		if !math.IsNaN(t) {
			order = append(order, i)
		}
	}
	if len(s.times) == 0 {
		return
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(s.times[a], s.times[b]) })
	ends := s.windows(order)
	why := plumbline.Reason("")
	for w, end := range ends {
		begin := 0
		if w > 0 {
			begin = ends[w-1]
		}
		switch {
		case float64(end-begin)/s.effect >= float64(in.MinN):
		case end == begin && len(order) >= timeWindows*int(in.MinN):
			why = plumbline.Indistinct // too many rows of one time
		case why == "":
			why = plumbline.TooFew
		}
	}
	if why != "" {
		e.undefined("category_share_jump", plumbline.Difference, s.whole(), why)
		return
	}
	for _, c := range in.modelColumns(s) {
		if c.private || c.dict == nil || numericKind(c.Kind) || c.sample.n > scanValues+2 {
			continue
		}
		in.jump(e, s, c, order, ends)
	}
}

// windows gives the end of each window in the order of time.
func (s *scanned) windows(order []int) []int {
	ends := make([]int, timeWindows)
	end := 0
	for w := range ends {
		end = max(end, (w+1)*len(order)/timeWindows)
		for end > 0 && end < len(order) && s.times[order[end]] == s.times[order[end-1]] {
			end++
		}
		ends[w] = end
	}
	return ends
}

// jump compares the share of a value in a window with that in every other one but its two neighbours, so that a new value that
// stays is no jump.
func (in *Input) jump(e *emitter, s *scanned, c *scannedColumn, order, ends []int) {
	n := c.sample.n
	counts, size := make([]float64, timeWindows*n), make([]float64, timeWindows)
	w := 0
	for at, i := range order {
		for at >= ends[w] {
			w++
		}
		counts[w*n+int(c.sample.codes[i])]++
		size[w]++
	}
	best, here, there := math.Inf(-1), 0, 0
	value := 0
	share := func(w, x int) float64 { return counts[w*n+x] / size[w] }
	for x := range n {
		for w := range timeWindows {
			most := -1
			for v := range timeWindows {
				if (v < w-1 || v > w+1) && (most < 0 || share(v, x) > share(most, x)) {
					most = v
				}
			}
			if d := share(w, x) - share(most, x); d > best {
				best, here, there, value = d, w, most, x
			}
		}
	}
	family := timeWindows * timeWindows * n
	iv := stat.Newcombe(counts[here*n+value]/s.effect, size[here]/s.effect, counts[there*n+value]/s.effect, size[there]/s.effect, 1-(1-in.Level)/float64(family))
	e.value("category_share_jump", plumbline.Difference, s.scope(c.Name), best, int64(min(size[here], size[there])), interval(iv, in.Level, "newcombe-bonferroni", family))
}
