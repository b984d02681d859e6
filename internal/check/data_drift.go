package check

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
	"github.com/plumbline-project/plumbline/internal/table"
)

// maxDistributions bounds the columns that are drawn.
const maxDistributions = 12

func dataDrift() Check {
	c := Check{
		ID: "data.drift", Version: 1, Dimension: plumbline.DataIntegrity, Needs: []Need{NeedReference},
		Params: []plumbline.Param{
			{Name: "bins", Unit: "count", Default: 10},
			{Name: "min_rows", Unit: "count", Default: stat.DriftRows},
			{Name: "max_distributions", Unit: "count", Default: maxDistributions},
		},
		Refs: []plumbline.Ref{
			{Cite: "Yurdakul B, Naranjo J (2020), Journal of Risk Model Validation 14(4):89–100", URL: "https://doi.org/10.21314/JRMV.2020.227"},
			{Cite: "Massart P (1990), Annals of Probability 18:1269–1283", URL: "https://doi.org/10.1214/aop/1176990746"},
			{Cite: "Endres DM, Schindelin JE (2003), IEEE Transactions on Information Theory 49:1858–1860", URL: "https://doi.org/10.1109/TIT.2003.813506"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		d := &drift{in: in, e: e, before: in.Before(), role: in.BeforeRole()}
		if err := d.run(ctx); err != nil {
			return nil, err
		}
		return e.out, nil
	}
	return c
}

// BeforeRole names the table of [Input.Before]: reference, training, or "" where there is none.
func (in *Input) BeforeRole() string {
	switch {
	case in.Reference != nil:
		return "reference"
	case in.Training != nil:
		return "training"
	}
	return ""
}

// drift is one comparison of the decisions with a table before them.
type drift struct {
	in     *Input
	e      *emitter
	before *table.Table
	role   string
	sides  stat.Sides
	family int
	picked []uint64        // decisions that are compared, by bit; nil: all
	among  plumbline.Among // the same as a scope

	guessed bool // nothing says which cases the table before holds
}

// driftColumn is a column that both tables have.
type driftColumn struct {
	name    string
	numbers bool
}

// driftResult is what one column gives.
type driftResult struct {
	column  driftColumn
	refused plumbline.Reason
	numbers stat.Drift // of numbers
	cells   stat.CellDrift
	unseen  int64 // rows now of values that do not occur before
	known   [2]int64
	rows    [2]int64
	shown   plumbline.Distribution
}

func (d *drift) run(ctx context.Context) error {
	columns := d.columns()
	if err := d.selection(ctx); err != nil {
		return err
	}
	if d.among != "" { // it is what the rows were picked by
		columns = slices.DeleteFunc(columns, func(c driftColumn) bool { return c.name == d.in.Plan.Decision.Column })
	}
	d.e.census("compared_columns", plumbline.Count, plumbline.Scope{Table: d.role, Among: d.among}, float64(len(columns)), int64(len(columns)))
	d.family = max(len(columns), 1)
	effect, err := d.effectBefore(ctx)
	if err != nil {
		return err
	}
	d.sides = stat.Sides{Before: effect, Now: max(d.in.Effect(), 1), Level: 1 - (1-d.in.Level)/float64(d.family)}
	results := make([]driftResult, len(columns))
	if err := d.compareAll(ctx, columns, results); err != nil {
		return err
	}
	for i := range results {
		d.record(&results[i])
	}
	d.exhibit(results)
	return nil
}

// columns lists what is compared, in the order of the decisions: columns that both tables have, but keys, times and stated
// reasons, which differ by nature. It looks at names and kinds only, never at values, so that the family is fixed before.
func (d *drift) columns() []driftColumn {
	p := &d.in.Plan
	apart := []string{p.ID, p.Time, p.Subject, p.Reasons.Column, p.Version}
	if f := d.in.File; f != nil {
		if t := f.Data.Training; t != nil {
			apart = append(apart, t.ID, t.Time)
		}
		if t := f.Data.Reference; t != nil {
			apart = append(apart, t.ID, t.Time)
		}
	}
	before := map[string]table.Kind{}
	for _, c := range d.before.Info() {
		before[c.Name] = c.Kind
	}
	var out []driftColumn
	for _, c := range d.in.Table.Info() {
		kind, both := before[c.Name]
		if !both || slices.Contains(apart, c.Name) || !lasting(kind) || !lasting(c.Kind) {
			continue
		}
		out = append(out, driftColumn{c.Name, numeric(kind) && numeric(c.Kind)})
	}
	return out
}

func numeric(k table.Kind) bool { return k == table.Integer || k == table.Number }

// lasting leaves out what moves with time by nature, and what has no values of its own.
func lasting(k table.Kind) bool { return k != table.Date && k != table.Time && k != table.Nested }

// fewRefused is the share of refused cases up to which earlier data count as accepted ones, where now far more are refused.
const fewRefused = 0.02

// selection says which decisions the table before is comparable with. Training data often hold accepted cases only, since
// an outcome exists for no other: then only the accepted ones are compared. What the workflow file says of the table holds; else
// a decision column tells; else it is a guess, and nothing is judged by it. It records what share of the rows before were refused,
// or that the table before does not tell.
func (d *drift) selection(ctx context.Context) error {
	p, scope := &d.in.Plan, plumbline.Scope{Table: d.role}
	said := d.saidCases()
	if p.Decision.Column != "" && has(d.before, p.Decision.Column) {
		sides, err := code(ctx, d.before, p.Decision)
		if err != nil && !unreadable(err) {
			return err
		}
		if err == nil {
			n := sides.count()
			d.e.censusShare("refused_share_before", scope, n[bad], n[bad]+n[good])
			if said == "accepted" || said == "" && n[good] > 0 && (n[bad] == 0 || d.farFewerRefused(n[bad], n[bad]+n[good])) {
				return d.pickAccepted()
			}
			return nil
		}
	}
	if said == "accepted" {
		d.e.censusShare("refused_share_before", scope, 0, d.before.Rows())
		return d.pickAccepted()
	}
	d.e.undefined("refused_share_before", plumbline.Share, scope, plumbline.NoData)
	d.guessed = d.role == "training" && said == ""
	labels, err := d.labelsComplete(ctx)
	if err != nil {
		return err
	}
	if d.guessed && labels && d.in.Selective() {
		return d.pickAccepted()
	}
	return nil
}

// saidCases is what the workflow file says of the cases of the table before; "" where it says nothing.
func (d *drift) saidCases() string {
	f := d.in.file()
	t := f.Data.Training
	if d.role == "reference" {
		t = f.Data.Reference
	}
	if t == nil {
		return ""
	}
	return t.Cases
}

// farFewerRefused reports whether hardly any case before was refused and now, by whole intervals, at least twice as many are.
func (d *drift) farFewerRefused(refused, all int64) bool {
	now := &d.in.frame.total
	before := stat.Wilson(float64(refused), float64(all), d.in.Level)
	after := stat.Wilson(float64(now.sum(adverseRows)), float64(now.sum(decided)), d.in.Level)
	return before.High <= fewRefused && after.Low > 2*before.High
}

// labelsComplete reports whether the training data have an outcome in nearly every row.
func (d *drift) labelsComplete(ctx context.Context) (bool, error) {
	const nearly = 0.99
	label := d.in.Plan.Label
	if d.role != "training" || label.Column == "" || !has(d.before, label.Column) {
		return false, nil
	}
	sides, err := code(ctx, d.before, label)
	if err != nil {
		if unreadable(err) {
			return false, nil
		}
		return false, err
	}
	n := sides.count()
	return float64(n[bad]+n[good]) >= nearly*float64(d.before.Rows()), nil
}

func (d *drift) pickAccepted() error {
	d.among = plumbline.Accepted
	c := d.in.frame.decision
	d.picked = make([]uint64, (c.codes.Len()+63)/64)
	for i := range c.codes.Len() {
		if c.side[c.codes.At(i)] == good {
			d.picked[i>>6] |= 1 << (i & 63)
		}
	}
	return nil
}

// count counts the rows on each side.
func (c *coded) count() (n [3]int64) {
	for i := range c.codes.Len() {
		n[c.side[c.codes.At(i)]]++
	}
	return n
}

func has(t *table.Table, column string) bool {
	return slices.ContainsFunc(t.Info(), func(c table.ColumnInfo) bool { return c.Name == column })
}

// effectBefore is the design effect of repeated subjects before, as [Input.Effect] is now.
func (d *drift) effectBefore(ctx context.Context) (float64, error) {
	subject := d.in.Plan.Subject
	if subject == "" || !has(d.before, subject) {
		return 1, nil
	}
	g, err := d.before.Groups(ctx, subject)
	if err != nil {
		return 1, err
	}
	sizes := make([]float64, g.N)
	for _, id := range g.IDs {
		if id != table.NoGroup {
			sizes[id]++
		}
	}
	sum, squares := float64(g.Missing), float64(g.Missing)
	for _, n := range sizes {
		sum, squares = sum+n, squares+n*n
	}
	if sum == 0 {
		return 1, nil
	}
	return max(squares/sum, 1), nil
}

// compareAll opens one column at a time and compares two at a time.
func (d *drift) compareAll(ctx context.Context, columns []driftColumn, results []driftResult) error {
	const workers = 2
	idle := make(chan *stat.Sorter, workers) // holds the working memory of who may work
	for range workers {
		idle <- new(stat.Sorter)
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	for i, c := range columns {
		if err := ctx.Err(); err != nil {
			return err
		}
		s := <-idle
		compare, err := d.open(ctx, c, &results[i])
		if err != nil {
			return err
		}
		wg.Go(func() {
			compare(s)
			idle <- s
		})
	}
	return nil
}

// open reads a column from both tables and returns what is left to do, which needs the tables no more.
func (d *drift) open(ctx context.Context, c driftColumn, r *driftResult) (func(*stat.Sorter), error) {
	r.column, r.rows = c, [2]int64{d.before.Rows(), d.nowRows()}
	if c.numbers {
		before, err := d.before.Floats(ctx, c.name)
		if err != nil && !unreadable(err) {
			return nil, err
		}
		now, err2 := d.in.Table.Floats(ctx, c.name)
		if err2 != nil && !unreadable(err2) {
			return nil, err2
		}
		if err == nil && err2 == nil {
			return func(s *stat.Sorter) { d.compareNumbers(r, s, before, now) }, nil
		}
		r.column.numbers = false // integers that a float64 would round
	}
	before, err := d.before.Codes(ctx, c.name)
	if err == nil {
		var now *table.Codes
		if now, err = d.in.Table.Codes(ctx, c.name); err == nil {
			return func(*stat.Sorter) { d.compareValues(r, before, now) }, nil
		}
	}
	if !unreadable(err) {
		return nil, err
	}
	return func(*stat.Sorter) { r.refused = plumbline.TooManyValues }, nil
}

func (d *drift) nowRows() int64 {
	if d.among != "" {
		return d.in.frame.total.sum(favourableRows)
	}
	return d.in.Table.Rows()
}

func (d *drift) compareNumbers(r *driftResult, s *stat.Sorter, before, now *table.Floats) {
	valid := now.Valid
	if d.picked != nil {
		valid = slices.Clone(d.picked)
		for i := range now.Valid {
			valid[i] &= now.Valid[i]
		}
	}
	a, b := s.Sort(before.Values, before.Valid), s.Sort(now.Values, valid)
	r.known = [2]int64{int64(len(a)), int64(len(b))}
	r.numbers = stat.CompareNumbers(a, b, d.sides)
	r.cells = r.numbers.Cells
	if d.drawn(r.column.name) {
		r.shown = d.histogram(a, b)
	}
}

// values are the texts of a column on both sides with their rows.
type values struct {
	text string
	rows [2]int64
}

func (d *drift) compareValues(r *driftResult, before, now *table.Codes) {
	was, is := countCodes(before, nil), countCodes(now, d.picked)
	all := together(before.Dict, now.Dict, was, is)
	for _, v := range all {
		for k, n := range v.rows {
			r.known[k] += n
		}
		if v.rows[0] == 0 {
			r.unseen += v.rows[1]
		}
	}
	a, b := d.folded(all, r.known)
	r.cells = stat.CompareCells(a, b, d.sides)
	if d.drawn(r.column.name) {
		r.shown = d.bars(all)
	}
}

func countCodes(c *table.Codes, picked []uint64) []int64 {
	counts := make([]int64, len(c.Dict))
	for i := range c.Len() {
		if picked == nil || picked[i>>6]>>(i&63)&1 != 0 {
			counts[c.At(i)]++
		}
	}
	return counts
}

// together joins two dictionaries, both in byte order, without the missing value.
func together(was, is []string, before, now []int64) []values {
	var all []values
	for i, j := 1, 1; i < len(was) || j < len(is); {
		var order int
		switch {
		case i == len(was):
			order = 1
		case j == len(is):
			order = -1
		default:
			order = cmp.Compare(was[i], is[j])
		}
		var v values
		if order <= 0 {
			v.text, v.rows[0] = was[i], before[i]
			i++
		}
		if order >= 0 {
			v.text, v.rows[1] = is[j], now[j]
			j++
		}
		all = append(all, v)
	}
	return all
}

// folded gives the counts of the values with at least five rows to expect on either side, if there were no drift, and of the
// rest as one.
func (d *drift) folded(all []values, known [2]int64) (before, now []int64) {
	const expected = 5
	n, m := float64(known[0])/d.sides.Before, float64(known[1])/d.sides.Now
	share := expected / max(min(n, m), 1) * float64(known[0]+known[1])
	rest := [2]int64{}
	for _, v := range all {
		if float64(v.rows[0]+v.rows[1]) < share {
			rest[0], rest[1] = rest[0]+v.rows[0], rest[1]+v.rows[1]
			continue
		}
		before, now = append(before, v.rows[0]), append(now, v.rows[1])
	}
	return append(before, rest[0]), append(now, rest[1])
}

// record emits what a column gave. No distance is under 0; the correction for what chance alone gives can take an estimate there.
func (d *drift) record(r *driftResult) {
	scope := plumbline.Scope{Column: r.column.name, Table: d.role, Among: d.among}
	if r.refused != "" {
		d.e.undefined("psi", plumbline.Plain, scope, r.refused)
		return
	}
	n := r.known[1]
	if min(r.known[0], n) < d.in.MinN {
		d.e.undefined("psi", plumbline.Plain, scope, plumbline.TooFew)
		return
	}
	value := func(metric string, x stat.Distance, method string) {
		switch {
		case math.IsNaN(x.Value) && metric == "wasserstein_normalised" && !math.IsNaN(r.numbers.Wasserstein.Value):
			d.e.undefined(metric, plumbline.Plain, scope, plumbline.Constant)
		case math.IsNaN(x.Value) && r.column.numbers && n > 0 && (metric == "wasserstein" || metric == "wasserstein_normalised"):
			d.e.undefined(metric, plumbline.Plain, scope, plumbline.NotBuilt) // the range of the numbers overflows
		case math.IsNaN(x.Value):
			d.e.undefined(metric, plumbline.Plain, scope, plumbline.TooFew)
		default:
			d.e.value(metric, plumbline.Plain, scope, max(x.Value, 0), n, interval(x.Interval, d.in.Level, method, d.family))
		}
	}
	value("psi", r.cells.PSI, "noncentral-chi-square-or-delta-simultaneous")
	if !math.IsNaN(r.cells.PSI.Raw) {
		d.e.value("psi_raw", plumbline.Plain, scope, r.cells.PSI.Raw, n, nil)
	}
	value("jensen_shannon_distance", r.cells.JensenShannon, "noncentral-chi-square-or-delta-simultaneous")
	if r.column.numbers {
		value("ks_statistic", r.numbers.KS, "dvoretzky-kiefer-wolfowitz-simultaneous")
		d.e.value("ks_p", plumbline.Plain, scope, r.numbers.P, n, nil)
		value("wasserstein", r.numbers.Wasserstein, "gaussian-concentration-simultaneous")
		value("wasserstein_normalised", r.numbers.Normalised, "gaussian-concentration-simultaneous")
	} else {
		value("total_variation", r.cells.TotalVariation, "bounded-differences-simultaneous")
		d.shareOf("drift_unseen_share", scope, r.unseen, n, wilson(float64(r.unseen)/d.sides.Now, float64(n)/d.sides.Now, d.sides.Level))
	}
	d.missing(scope, r)
}

// shareOf records a share of people; one that stands on few of them has no value.
func (d *drift) shareOf(metric string, scope plumbline.Scope, k, n int64, iv *plumbline.Interval) {
	if d.few(k) {
		d.e.undefined(metric, plumbline.Share, scope, plumbline.TooFew)
		return
	}
	if iv != nil {
		iv.Level, iv.Method, iv.Family = plumbline.Number(d.in.Level), "wilson-simultaneous", d.family
	}
	d.e.share(metric, scope, k, n, iv)
}

// few reports whether a count tells of few people.
func (d *drift) few(n int64) bool { return n > 0 && n < d.in.MinCell }

// missing is the share of missing values now minus that before.
func (d *drift) missing(scope plumbline.Scope, r *driftResult) {
	k1, k2 := r.rows[0]-r.known[0], r.rows[1]-r.known[1]
	if d.few(k1) || d.few(k2) || r.rows[0] == 0 || r.rows[1] == 0 {
		d.e.undefined("missing_share_difference", plumbline.Difference, scope, plumbline.TooFew)
		return
	}
	b, a := d.sides.Before, d.sides.Now
	iv := stat.Newcombe(float64(k2)/a, float64(r.rows[1])/a, float64(k1)/b, float64(r.rows[0])/b, d.sides.Level)
	x := float64(k2)/float64(r.rows[1]) - float64(k1)/float64(r.rows[0])
	d.e.value("missing_share_difference", plumbline.Difference, scope, x, r.rows[1], interval(iv, d.in.Level, "newcombe-simultaneous", d.family))
}
