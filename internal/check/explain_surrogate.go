package check

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/model"
	"github.com/plumbline-project/plumbline/internal/stat"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/text"
)

const (
	importanceBlocks  = 20
	importanceRepeats = 5
	mostValues        = 6 // categories that a rule names before it counts the rest
)

func explainSurrogate() Check {
	c := Check{
		ID: "explain.surrogate", Version: 1, Dimension: plumbline.Explainability, Needs: []Need{NeedDecision},
		Params: []plumbline.Param{
			{Name: "max_rows", Unit: "count", Default: explainRows},
			{Name: "depth", Unit: "count", Default: surrogateDeep},
			{Name: "leaves", Unit: "count", Default: surrogateMost},
			{Name: "alpha", Unit: "share", Default: surrogateRate},
			{Name: "min_learnt", Unit: "count", Default: learntRows},
		},
		Refs: []plumbline.Ref{
			{Cite: "Breiman L, Friedman JH, Olshen RA, Stone CJ (1984), Classification and Regression Trees, Wadsworth", URL: "https://doi.org/10.1201/9781315139470"},
			{Cite: "Craven M, Shavlik J (1995), Extracting tree-structured representations of trained networks, NIPS 8", URL: "https://proceedings.neurips.cc/paper/1995/hash/45f31d16b1058d586fc3be7207b58053-Abstract.html"},
			{Cite: "Cohen J (1960), Educational and Psychological Measurement 20:37–46", URL: "https://doi.org/10.1177/001316446002000104"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		x, err := in.explain(ctx)
		if err != nil {
			return nil, err
		}
		for _, l := range x.left {
			e.undefined("surrogate_column_offered", plumbline.Count, plumbline.Scope{Column: l.column}, l.why)
		}
		in.fidelity(e, x, "", in.tree(x, false))
		if x.score != nil {
			in.fidelity(e, x, x.score.Name, in.tree(x, true))
			in.cutoff(e, x)
		}
		in.exhibit(x)
		return e.out, nil
	}
	return c
}

// fidelity says how far a tree reproduces decisions that it has not seen: overall and by sensitive group. given names the
// score where the tree was offered it.
func (in *Input) fidelity(e *emitter, x *explained, given string, t *model.Tree) {
	scope := plumbline.Scope{Given: given}
	if t == nil {
		for _, m := range []string{"surrogate_balanced_accuracy", "surrogate_kappa", "surrogate_majority_share", "surrogate_unexplained_share"} {
			e.undefined(m, plumbline.Share, scope, x.why)
		}
		return
	}
	cols, effect := x.inputs(given != ""), in.Effect()
	a := t.Measure(cols, x.good, x.held)
	e.estimate("surrogate_balanced_accuracy", plumbline.Share, scope, a.BalancedAccuracy(in.Level, effect), a.N(), in.Level, "wilson-mover")
	e.estimate("surrogate_kappa", plumbline.Plain, scope, a.Kappa(in.Level, effect), a.N(), in.Level, "wilson-kappa")
	if o := &e.out[len(e.out)-1]; len(x.train) < learntRows && o.Interval != nil {
		o.Interval.High = 1 // more rows to learn from could give rules that agree in full
	}
	e.value("surrogate_unexplained_share", plumbline.Share, scope, float64(a.N()-a.Same())/float64(a.N()), a.N(),
		wilson(float64(a.N()-a.Same())/effect, float64(a.N())/effect, in.Level))
	e.value("surrogate_majority_share", plumbline.Share, scope, float64(a.Majority())/float64(a.N()), a.N(),
		wilson(float64(a.Majority())/effect, float64(a.N())/effect, in.Level))
	e.census("surrogate_rules", plumbline.Count, scope, float64(t.Leaves()), int64(len(x.train)))
	for _, s := range in.Plan.Sensitive {
		g := in.frame.find([]string{s.Column})
		if g == nil || g.refused != "" {
			continue
		}
		groups := make([]model.Agreement, len(g.groups))
		for _, r := range x.held {
			groups[g.parts[0].At(int(x.at[r]))].Add(x.good[r], t.Predict(cols, r))
		}
		for i := range groups {
			in.groupFidelity(e, &groups[i], plumbline.Scope{Features: g.features, Group: g.groups[i], Given: given}, effect)
		}
	}
}

// groupFidelity is shown rounded and without counts, since the sizes of the others would give that of a small group away.
func (in *Input) groupFidelity(e *emitter, a *model.Agreement, scope plumbline.Scope, effect float64) {
	least := max(in.MinN, in.MinCell)
	if a[0][0]+a[0][1] < least || a[1][0]+a[1][1] < least || a.Same() < in.MinCell {
		e.undefined("surrogate_balanced_accuracy", plumbline.Share, scope, plumbline.TooFew)
		return
	}
	e.estimate("surrogate_balanced_accuracy", plumbline.Share, scope, a.BalancedAccuracy(in.Level, effect), a.N(), in.Level, "wilson-mover")
	e.out[len(e.out)-1].Blurred = true
}

// estimate records a number that internal/model measured.
func (e *emitter) estimate(metric string, unit plumbline.Unit, scope plumbline.Scope, v model.Estimate, n int64, level float64, method string) {
	if math.IsNaN(v.Value) {
		e.undefined(metric, unit, scope, plumbline.ZeroDenominator)
		return
	}
	e.value(metric, unit, scope, v.Value, n, interval(stat.Interval{Low: v.Low, High: v.High}, level, method, 0))
}

// cutoff finds the score that parts the decisions best, over all sampled rows, and the share of decisions that deviate from
// it: the decision rule as recorded, and what is decided beside it. The cut-off is chosen to make that share small.
func (in *Input) cutoff(e *emitter, x *explained) {
	scope := plumbline.Scope{Column: x.score.Name}
	var rows []int32
	total := [2]int64{}
	for _, r := range x.rows {
		if !math.IsNaN(x.score.Numbers[r]) {
			rows = append(rows, r)
			total[side01(x.good[r])]++
		}
	}
	if total[0] == 0 || total[1] == 0 || int64(len(rows)) < in.MinN {
		e.undefined("score_cutoff", plumbline.Plain, scope, plumbline.TooFew)
		e.undefined("score_deviation_share", plumbline.Share, scope, plumbline.TooFew)
		return
	}
	slices.SortStableFunc(rows, func(a, b int32) int { return cmp.Compare(x.score.Numbers[a], x.score.Numbers[b]) })
	favourableAbove := 1
	if in.Plan.Score.LowIsGood {
		favourableAbove = 0
	}
	wrong := total[1-favourableAbove] // everybody is above the cut-off
	least, at := wrong, x.score.Numbers[rows[0]]
	for i, r := range rows {
		if side01(x.good[r]) == favourableAbove {
			wrong++
		} else {
			wrong--
		}
		if i+1 < len(rows) && x.score.Numbers[rows[i+1]] > x.score.Numbers[r] && wrong < least {
			least, at = wrong, x.score.Numbers[rows[i+1]]
		}
	}
	n, effect := int64(len(rows)), in.Effect()
	e.value("score_cutoff", plumbline.Plain, scope, at, n, nil)
	e.share("score_deviation_share", scope, least, n, wilson(float64(least)/effect, float64(n)/effect, in.Level))
}

func side01(is bool) int {
	if is {
		return 1
	}
	return 0
}

// exhibit leaves the rules of the tree without the score for the report, largest first.
func (in *Input) exhibit(x *explained) {
	t := in.tree(x, false)
	if in.Exhibits == nil || t == nil {
		return
	}
	s := &plumbline.Surrogate{Rows: int64(len(x.train)), HeldOut: int64(len(x.held)), Features: []string{}, Rules: []plumbline.SurrogateRule{}}
	for _, f := range x.features {
		s.Features = append(s.Features, f.name)
	}
	for _, l := range x.left {
		s.Left = append(s.Left, l.column)
	}
	reached := make([][2]int64, len(t.Nodes)) // rows, and those that agree
	for _, r := range x.held {
		leaf := t.Leaf(x.cols, r)
		reached[leaf][0]++
		if x.good[r] == t.Nodes[leaf].Favourable() {
			reached[leaf][1]++
		}
	}
	rules := t.Rules(x.cols)
	slices.SortStableFunc(rules, func(a, b model.Rule) int { return cmp.Compare(reached[b.Node][0], reached[a.Node][0]) })
	for _, r := range rules {
		rule := plumbline.SurrogateRule{Conditions: []plumbline.Text{}, Favourable: r.Favourable, Rows: reached[r.Node][0], Agree: reached[r.Node][1]}
		if small := func(n int64) bool { return n > 0 && n < in.MinCell }; small(rule.Rows) || small(rule.Agree) || small(rule.Rows-rule.Agree) {
			rule.Agree = -1
			if small(rule.Rows) {
				rule.Rows = -1
			}
		}
		for i := range r.Conditions {
			rule.Conditions = append(rule.Conditions, x.words(&r.Conditions[i]))
		}
		s.Rules = append(s.Rules, rule)
	}
	rows, agree := make([]*int64, len(s.Rules)), make([]*int64, len(s.Rules))
	for i := range s.Rules {
		rows[i], agree[i] = &s.Rules[i].Rows, &s.Rules[i].Agree
	}
	withholdAnother(rows)
	withholdAnother(agree)
	in.Exhibits.Surrogate = s
}

// withholdAnother hides, where exactly one count is hidden (below 0), the smallest other that is not 0: the sum would else give
// the hidden one back, and does so where a 0 is hidden with it.
func withholdAnother(counts []*int64) {
	hidden := 0
	var least *int64
	for _, n := range counts {
		switch {
		case *n < 0:
			hidden++
		case *n > 0 && (least == nil || *n < *least):
			least = n
		}
	}
	if hidden == 1 && least != nil {
		*least = -1
	}
}

// words says a condition. The values that it names are those of at least the minimum cell of rows.
func (x *explained) words(c *model.Condition) plumbline.Text {
	f := &x.features[c.Column]
	var out plumbline.Text
	low, high := !math.IsInf(c.Low, 0), !math.IsInf(c.High, 0)
	switch {
	case c.Codes != nil && len(c.Codes) == 0, c.Codes == nil && c.High <= c.Low:
		return text.PartExplainMissing(f.name)
	case c.Codes != nil:
		out = x.valueWords(f, c)
	case low && high:
		out = text.PartExplainBetween(f.name, shownNumber(f.kind, c.Low), shownNumber(f.kind, c.High))
	case low:
		out = text.PartExplainFrom(f.name, shownNumber(f.kind, c.Low))
	case high:
		out = text.PartExplainBelow(f.name, shownNumber(f.kind, c.High))
	default:
		return text.PartExplainKnown(f.name)
	}
	if c.Missing {
		out = text.PartExplainOrMissing(out)
	}
	return out
}

// valueWords names the categories of a condition, or those that are excluded where they are fewer.
func (x *explained) valueWords(f *feature, c *model.Condition) plumbline.Text {
	var in, not []string
	for code := 2; code < len(f.values); code++ {
		if slices.Contains(c.Codes, code) {
			in = append(in, f.values[code])
		} else {
			not = append(not, f.values[code])
		}
	}
	rest := f.rest && slices.Contains(c.Codes, 1)
	name := text.PartExplainIn
	names := in
	if len(not) > 0 && len(not) < len(in) && (rest || !f.rest) {
		name, names = text.PartExplainNotIn, not
	}
	slices.Sort(names)
	if more := len(names) - mostValues; more > 0 {
		return text.PartExplainMore(name(f.name, names[:mostValues]), int64(more))
	}
	if len(names) == 0 {
		return text.PartExplainRare(f.name)
	}
	return name(f.name, names)
}

// shownNumber writes a threshold; a date or time as such.
func shownNumber(kind table.Kind, v float64) string {
	switch kind {
	case table.Date:
		return time.Unix(int64(v), 0).UTC().Format(time.DateOnly)
	case table.Time:
		return time.Unix(int64(v), 0).UTC().Format("2006-01-02 15:04")
	case table.Boolean, table.Integer, table.Number, table.Text, table.Nested:
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func explainImportance() Check {
	c := Check{
		ID: "explain.importance", Version: 1, Dimension: plumbline.Explainability, Needs: []Need{NeedDecision},
		Params: []plumbline.Param{
			{Name: "blocks", Unit: "count", Default: importanceBlocks},
			{Name: "repeats", Unit: "count", Default: importanceRepeats},
		},
		Refs: []plumbline.Ref{
			{Cite: "Breiman L (2001), Machine Learning 45:5–32", URL: "https://doi.org/10.1023/A:1010933404324"},
			{Cite: "Fisher A, Rudin C, Dominici F (2019), Journal of Machine Learning Research 20:177", URL: "https://jmlr.org/papers/v20/18-760.html"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		x, err := in.explain(ctx)
		if err != nil {
			return nil, err
		}
		in.importance(e, x, "", in.tree(x, false))
		if x.score != nil {
			in.importance(e, x, x.score.Name, in.tree(x, true))
		}
		return e.out, nil
	}
	return c
}

// importance records how much each column matters to the surrogate. The intervals of the sensitive features hold for all of
// them at once, in both trees (Bonferroni). A column that the tree does not ask for has importance 0 by construction.
func (in *Input) importance(e *emitter, x *explained, given string, t *model.Tree) {
	if t == nil {
		e.undefined("surrogate_importance", plumbline.Difference, plumbline.Scope{Given: given}, x.why)
		return
	}
	family := max(len(in.Plan.Sensitive), 1)
	if x.score != nil {
		family *= 2
	}
	joint := 1 - (1-in.Level)/float64(family)
	cols := x.inputs(given != "")
	blocks := model.Blocks(x.held, x.units, importanceBlocks, in.Seed)
	alone := t.Importance(cols, x.good, blocks, importanceRepeats, in.Level, in.Seed)
	together := t.Importance(cols, x.good, blocks, importanceRepeats, joint, in.Seed)
	for i := range cols {
		scope, v, level, n := plumbline.Scope{Column: cols[i].Name, Given: given}, alone[i], in.Level, 0
		if i < len(x.features) && x.features[i].sensitive {
			v, level, n = together[i], joint, family
		}
		switch {
		case math.IsNaN(v.Value):
			e.undefined("surrogate_importance", plumbline.Difference, scope, plumbline.TooFew)
		case !t.Uses(i) && n > 0 && cols[i].Codes != nil:
			e.value("surrogate_importance", plumbline.Difference, scope, 0, int64(len(x.held)),
				interval(stat.Interval{High: in.unusedAtMost(x, t, cols, i, joint)}, in.Level, "held-out-residual", n))
		case !t.Uses(i):
			e.census("surrogate_importance", plumbline.Difference, scope, 0, int64(len(x.held)))
		default:
			if n > 0 {
				level = in.Level
			}
			e.value("surrogate_importance", plumbline.Difference, scope, v.Value, int64(len(x.held)),
				interval(stat.Interval{Low: v.Low, High: v.High}, level, "permutation-blocks-t", n))
		}
	}
}

// unusedAtMost bounds what a column that the tree does not ask for could add to its balanced accuracy: that it is not asked for
// may only say that a group is too small for a leaf of its own. Within each leaf the decision most frequent among the rows to
// learn from with the same value is set against that of the leaf, on the rows held out; the bound adds the Wilson limits of what
// is gained and lost of each decision as Newcombe's method does (Zou GY, Donner A (2008), Statistics in Medicine 27:1693–1702).
func (in *Input) unusedAtMost(x *explained, t *model.Tree, cols []model.Column, column int, level float64) float64 {
	codes, levels := cols[column].Codes, cols[column].Levels
	votes := make([]int64, len(t.Nodes)*levels) // favourable less adverse, by leaf and value
	for _, r := range x.train {
		votes[t.Leaf(cols, r)*levels+int(codes[r])] += int64(2*side01(x.good[r]) - 1)
	}
	var gained, lost, n [2]float64 // by decision
	for _, r := range x.held {
		leaf := t.Leaf(cols, r)
		said, class := t.Nodes[leaf].Favourable(), side01(x.good[r])
		n[class]++
		switch vote := votes[leaf*levels+int(codes[r])]; {
		case vote == 0 || (vote > 0) == said:
		case said == x.good[r]:
			lost[class]++
		default:
			gained[class]++
		}
	}
	effect := in.Effect()
	value, above := 0.0, 0.0
	for class := range 2 {
		up, down := gained[class]/n[class], lost[class]/n[class]
		gain := stat.Wilson(gained[class]/effect, n[class]/effect, level)
		loss := stat.Wilson(lost[class]/effect, n[class]/effect, level)
		value += (up - down) / 2
		above += (gain.High-up)*(gain.High-up) + (down-loss.Low)*(down-loss.Low)
	}
	return max(value+math.Sqrt(above)/2, 0)
}
