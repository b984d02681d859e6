package check

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
	"github.com/plumbline-project/plumbline/internal/table"
)

// MinInfluence is the held-out skill in predicting the decision from which on a column counts as having to do with it.
const MinInfluence = 0.001

// Settings of the search for proxies.
const (
	proxyFolds        = 10
	proxyBins         = 20
	proxyPermutations = 99
	proxyRows         = 1_000_000
	smallestP         = 1e-6 // a normal tail fitted to that many draws is not to be trusted beyond

	// Large tables are drawn less often: never under fewestPermutations times, and beyond that about proxyDrawn cells in all.
	fewestPermutations = 19
	proxyDrawn         = 1 << 22
)

func biasProxies() Check {
	c := Check{
		ID: "bias.proxies", Version: 1, Dimension: plumbline.ModelBias, Needs: []Need{NeedDecision, NeedSensitive},
		Params: []plumbline.Param{
			{Name: "folds", Unit: "count", Default: proxyFolds},
			{Name: "bins", Unit: "count", Default: proxyBins},
			{Name: "permutations", Unit: "count", Default: proxyPermutations},
			{Name: "min_influence", Unit: "share", Default: MinInfluence},
			{Name: "max_rows", Unit: "count", Default: proxyRows},
			{Name: "max_values", Unit: "count", Default: maxProxyValues},
			{Name: "min_value_rows", Unit: "count", Default: minValueRows},
		},
		Refs: []plumbline.Ref{
			{Cite: "Kilbertus N et al. (2017), Avoiding Discrimination through Causal Reasoning, NeurIPS", URL: "https://arxiv.org/abs/1706.02744"},
			{Cite: "Benjamini Y, Hochberg Y (1995), Journal of the Royal Statistical Society B 57:289–300", URL: "https://doi.org/10.1111/j.2517-6161.1995.tb02031.x"},
			{Cite: "GB 11643-1999, Citizen identification number (公民身份号码): what an identity number holds"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		s := in.newProxySearch()
		if err := s.lookAll(ctx, in.candidates()); err != nil {
			return nil, err
		}
		s.report(e)
		return e.out, s.forms(ctx, e)
	}
	return c
}

// candidates lists the columns that may stand in for a sensitive feature: all that no role claims, and the control features,
// since declaring a column as one does not make it less of a proxy.
func (in *Input) candidates() []table.ColumnInfo {
	var out []table.ColumnInfo
	for _, c := range in.Table.Info() {
		role := in.Plan.Role(c.Name)
		if (role == "" || role == "control") && !slices.Contains(in.Plan.NotProxies, c.Name) {
			out = append(out, c)
		}
	}
	return out
}

// proxySearch measures column by column, so that one column is open at a time. All its slices over rows are of the sampled rows.
type proxySearch struct {
	in      *Input
	at      []int32 // the sampled rows
	folds   []uint8
	targets []target // the decision, then each sensitive feature
	values  int      // of a column that are kept; the cells of the largest target bound them
	repeats float64  // rows per subject, as a row sees it; 1 where rows are independent
	found   []skill
	rng     *rand.Rand
}

// target is what columns are to predict. Rows of code classes have none and are left out.
type target struct {
	feature string // "" for the decision
	class   []uint16
	classes int
}

// skill is what one column says about one target.
type skill struct {
	column    string
	feature   string // "" where the target is the decision
	value     float64
	interval  stat.Interval
	p         float64
	n         int64
	tried     int              // ways of looking at the column that share the interval's level
	undefined plumbline.Reason // why there is no value; "" where there is
}

func (in *Input) newProxySearch() *proxySearch {
	s := &proxySearch{in: in, rng: rand.New(rand.NewPCG(in.Seed, 0x70726f7879))} //nolint:gosec // G404: a recorded seed is the point
	s.at = drawn(in.frame.rows, proxyRows, in.Seed)
	s.deal()
	decision := in.frame.decision
	t := target{class: codesAt(decision.codes, s.at), classes: 2}
	for i, c := range t.class {
		t.class[i] = uint16(decision.side[c])
	}
	s.targets = []target{t}
	most := t.classes
	for _, g := range in.frame.groupings {
		if len(g.features) > 1 || g.refused != "" {
			continue
		}
		// Code 0 is missing: it is put behind the known groups, where it is not counted.
		t := target{feature: g.features[0], class: codesAt(g.parts[0], s.at), classes: len(g.groups) - 1}
		for i, c := range t.class {
			if t.class[i] = c - 1; c == 0 {
				t.class[i] = uint16(t.classes) //nolint:gosec // G115: at most maxGroups
			}
		}
		s.targets = append(s.targets, t)
		most = max(most, t.classes)
	}
	s.values = min(maxProxyValues, maxProxyCells/(proxyFolds*(most+1))) - 2
	return s
}

// deal puts each sampled row in a fold. Rows of one subject share it, else a person would be learnt from and tested on. It
// also counts the rows per subject, as the mean over rows: Σ m² / Σ m.
func (s *proxySearch) deal() {
	f := s.in.frame
	s.repeats = 1
	s.folds = make([]uint8, 0, len(s.at))
	size := make([]uint32, f.subjects)
	for _, row := range s.at {
		key := uint64(row) //nolint:gosec // G115: rows are not negative
		if f.clusters != nil {
			key = uint64(f.clusters[row])
			size[key]++
		}
		s.folds = append(s.folds, uint8(mix(key^s.in.Seed)%proxyFolds))
	}
	if f.clusters == nil {
		return
	}
	var squares uint64
	for _, m := range size {
		squares += uint64(m) * uint64(m)
	}
	s.repeats = max(1, float64(squares)/float64(len(s.folds)))
}

// mix spreads a key over 64 bits (the finaliser of SplitMix64; Steele, Lea and Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// lookAll reads one column while the one before it is measured. Columns are measured one after the other, as they draw from one
// sequence of random numbers.
func (s *proxySearch) lookAll(ctx context.Context, columns []table.ColumnInfo) error {
	var measured sync.WaitGroup
	defer measured.Wait()
	for _, column := range columns {
		if err := ctx.Err(); err != nil {
			return &plumbline.Error{Code: plumbline.Unavailable, Message: "the check was cancelled", Err: err}
		}
		predictors := func() []*bins { return nil }
		if column.Kind != table.Nested {
			var err error
			if predictors, err = s.predictors(ctx, column); err != nil {
				return err
			}
		}
		measured.Wait()
		measured.Go(func() { s.look(column, predictors()) })
	}
	return nil
}

// look measures what a column says about the decision and about each sensitive feature. A column that cannot be looked at
// is recorded without a value, so that nobody takes it for harmless.
func (s *proxySearch) look(column table.ColumnInfo, ways []*bins) {
	why := plumbline.TooManyGroups
	if column.Kind == table.Nested {
		why = plumbline.NotBuilt
	}
	for i := range s.targets {
		k := skill{undefined: why}
		if len(ways) > 0 {
			k = s.best(ways, &s.targets[i])
		}
		k.column, k.feature = column.Name, s.targets[i].feature
		s.found = append(s.found, k)
	}
}

// best is the largest skill over the ways of looking at a column. They share one level (Bonferroni), so that the interval
// covers the largest skill, whichever way has it, and p counts them all.
func (s *proxySearch) best(ways []*bins, t *target) skill {
	level := 1 - (1-s.in.Level)/float64(len(ways))
	var out skill
	var counts []int64
	var size int
	for i, b := range ways {
		flat := crossed(b, t.class, t.classes+1, s.folds, proxyFolds)
		k := s.skill(flat, b.n, t, level)
		switch {
		case i > 0 && k.undefined != "":
			continue
		case i == 0 || out.undefined != "":
			out, counts, size = k, flat, b.n
			continue
		}
		both := stat.Interval{Low: max(out.interval.Low, k.interval.Low), High: max(out.interval.High, k.interval.High)}
		if k.value > out.value {
			out, counts, size = k, flat, b.n
		}
		out.interval = both
	}
	out.tried = len(ways)
	if out.undefined == "" {
		out.p = min(1, s.p(out.value, counts, size, t.classes)*float64(len(ways)))
	}
	return out
}

// skill predicts a target from bins, each fold from all others. A fold in which there is nothing to predict is left out.
func (s *proxySearch) skill(flat []int64, size int, t *target, level float64) skill {
	seen := make([]int64, t.classes+1)
	for i, c := range flat {
		seen[i%len(seen)] += c
	}
	classes := 0
	var n int64
	for _, c := range seen[:t.classes] {
		if n += c; c > 0 {
			classes++
		}
	}
	out := skill{n: n}
	switch value, perFold := heldOut(tablesOf(flat, size, t.classes), size, t.classes); {
	case n < max(s.in.MinN, 1):
		out.undefined = plumbline.TooFew
	case classes < 2 && t.feature == "":
		out.undefined = plumbline.Constant
	case classes < 2:
		out.undefined = plumbline.OneGroup
	case len(perFold) < 2:
		out.undefined = plumbline.TooFew
	default:
		out.value, out.interval = value, stat.MeanInterval(perFold, level)
	}
	return out
}

// tablesOf splits counts by fold, bin and class, without the class of rows that are left out.
func tablesOf(flat []int64, size, classes int) [][][]int64 {
	out := make([][][]int64, proxyFolds)
	for f := range out {
		out[f] = make([][]int64, size)
		for x := range out[f] {
			at := (f*size + x) * (classes + 1)
			out[f][x] = flat[at : at+classes : at+classes]
		}
	}
	return out
}

// p is the chance of a held-out skill at least this large if the column had nothing to do with the target. The null
// distribution is that of tables with the same margins, that is of the target permuted over the rows; its mean and spread
// give p by the normal tail, since thousands of draws for each column would say no more.
//
// Where a subject has several rows, the target is not permuted over rows but over subjects in truth. A skill is of the order
// of degrees of freedom ÷ independent rows, so its spread is widened by the rows per subject, as if all rows of a subject
// agreed in column and target, and its mean is kept, though fewer independent rows would lower it. Both make p too large.
func (s *proxySearch) p(value float64, flat []int64, size, classes int) float64 {
	if value <= 0 {
		return 1 // it predicts nothing, whatever the null: p stays 1, which is conservative, and nothing is drawn
	}
	mean, spread := s.null(flat, size, classes)
	if spread <= 0 {
		return 1
	}
	return max(0.5*math.Erfc((value-mean)/(spread*s.repeats)/math.Sqrt2), smallestP)
}

// null gives mean and standard deviation of the held-out skill over tables drawn with the margins of flat.
func (s *proxySearch) null(flat []int64, size, classes int) (mean, spread float64) {
	rows, cols := make([]int64, proxyFolds*size), make([]int64, classes)
	drawn := make([]int64, len(flat))
	into := tablesOf(drawn, size, classes)
	for f, t := range tablesOf(flat, size, classes) {
		for x, r := range t {
			for j, c := range r {
				rows[f*size+x] += c
				cols[j] += c
			}
		}
	}
	lines := slices.Concat(into...)
	var sum, squares, n float64
	for range min(proxyPermutations, max(fewestPermutations, proxyDrawn/len(flat))) {
		if !stat.RandomTable(s.rng, rows, cols, lines) {
			continue
		}
		if v, _ := heldOut(into, size, classes); !math.IsNaN(v) {
			n++
			sum += v
			squares += v * v
		}
	}
	if n < 2 {
		return 0, 0
	}
	mean = sum / n
	return mean, math.Sqrt(max(0, squares/n-mean*mean) * n / (n - 1))
}

// heldOut is the mean skill over the folds that have one, each predicted from all others; NaN where none has.
func heldOut(tables [][][]int64, size, classes int) (mean float64, perFold []float64) {
	flat := make([]int64, size*classes)
	train := make([][]int64, size)
	for x := range train {
		train[x] = flat[x*classes : (x+1)*classes : (x+1)*classes]
	}
	add := func(t [][]int64, times int64) {
		for x, row := range t {
			for j, c := range row {
				train[x][j] += times * c
			}
		}
	}
	for _, t := range tables {
		add(t, 1)
	}
	for _, test := range tables {
		add(test, -1)
		if v := stat.HeldOutSkill(train, test); !math.IsNaN(v) {
			perFold = append(perFold, v)
		}
		add(test, 1)
	}
	for _, v := range perFold {
		mean += v / float64(len(perFold))
	}
	if len(perFold) == 0 {
		mean = math.NaN()
	}
	return mean, perFold
}

// report records everything that was looked at. Adjusted p-values control the false discovery rate over all columns.
func (s *proxySearch) report(e *emitter) {
	var ps []float64
	for _, k := range s.found {
		if k.undefined == "" {
			ps = append(ps, k.p)
		}
	}
	adjusted := stat.BenjaminiHochberg(ps)
	for _, k := range s.found {
		scope, metric := plumbline.Scope{Column: k.column}, "proxy_influence"
		if k.feature != "" {
			scope.Features, metric = []string{k.feature}, "proxy_skill"
		}
		if k.undefined != "" {
			e.undefined(metric, plumbline.Plain, scope, k.undefined)
			continue
		}
		family := k.tried
		if family == 1 {
			family = 0
		}
		e.value(metric, plumbline.Plain, scope, k.value, k.n, interval(k.interval, s.in.Level, "folds-t", family))
		e.value("proxy_p", plumbline.Plain, scope, adjusted[0], k.n, nil)
		adjusted = adjusted[1:]
	}
}
