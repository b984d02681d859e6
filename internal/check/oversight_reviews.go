package check

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
	"github.com/plumbline-project/plumbline/internal/table"
)

// StampSeconds is the time under which an agreement with the suggestion counts as a rubber stamp.
const StampSeconds = 20

func oversightReviews() Check {
	c := Check{
		ID: "oversight.reviews", Version: 1, Dimension: plumbline.Oversight, Needs: []Need{NeedDecision, NeedReviews},
		Params: []plumbline.Param{{Name: "min_seconds", Unit: "seconds", Default: StampSeconds}},
		Refs: []plumbline.Ref{
			{Cite: "Goddard K, Roudsari A, Wyatt JC (2012), Automation bias: a systematic review, JAMIA 19:121–127", URL: "https://doi.org/10.1136/amiajnl-2011-000089"},
			{Cite: "Green B (2022), The flaws of policies requiring human oversight of government algorithms, CLSR 45:105681", URL: "https://doi.org/10.1016/j.clsr.2022.105681"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		v, err := in.readReviews(ctx)
		if err != nil {
			return nil, err
		}
		in.overrides(e, v)
		in.reviewTimes(e, v)
		in.reviewers(e, v)
		return e.out, in.reviewed(ctx, e, v)
	}
	return c
}

// reviews is the table of reviews, one entry per row; nil where it has no such column.
type reviews struct {
	rows      int
	suggested []uint8 // sides of the decision
	decided   []uint8
	seconds   *table.Floats
	reviewer  *table.Groups
	time      *table.Floats
	id        string
	idColumn  bool
}

// readReviews opens the columns that the file names, or those with the default names.
func (in *Input) readReviews(ctx context.Context) (*reviews, error) {
	v := &reviews{rows: int(in.Reviews.Rows())}
	var declared [5]string
	if in.File != nil && in.File.Oversight != nil {
		o := in.File.Oversight
		declared = [5]string{o.Suggested, o.Decided, o.Seconds, o.Reviewer, o.ID}
	}
	have := func(name string) bool {
		return slices.ContainsFunc(in.Reviews.Info(), func(c table.ColumnInfo) bool { return c.Name == name })
	}
	for i, name := range []string{"suggested", "decided", "seconds", "reviewed_by", in.Plan.ID} {
		name = cmp.Or(declared[i], name)
		if name == "" || declared[i] == "" && !have(name) {
			continue
		}
		var err error
		switch i {
		case 0:
			v.suggested, err = in.sides(ctx, name)
		case 1:
			v.decided, err = in.sides(ctx, name)
		case 2:
			v.seconds, err = in.Reviews.Floats(ctx, name)
			if err != nil && plumbline.CodeOf(err) == plumbline.Invalid {
				v.seconds, err = nil, nil // not numbers: review time is not known
			}
		case 3:
			v.reviewer, err = in.Reviews.Groups(ctx, name)
		case 4:
			v.id, v.idColumn = name, have(name)
			if !v.idColumn {
				_, err = in.Reviews.Groups(ctx, name) // says which columns there are
			}
		}
		if err != nil {
			return nil, err
		}
	}
	if in.Plan.Time != "" && have(in.Plan.Time) {
		times, err := in.Reviews.Floats(ctx, in.Plan.Time)
		if err != nil && !unreadable(err) {
			return nil, err
		}
		v.time = times
	}
	return v, nil
}

// sides reads a column of the reviews whose values are those of the decision.
func (in *Input) sides(ctx context.Context, column string) ([]uint8, error) {
	codes, err := in.Reviews.Codes(ctx, column)
	if err != nil {
		return nil, err
	}
	out := make([]uint8, codes.Len())
	side := make([]uint8, len(codes.Dict))
	for i, value := range codes.Dict {
		side[i] = in.Plan.Decision.side(value, i == 0)
	}
	for row := range out {
		out[row] = side[codes.At(row)]
	}
	return out, nil
}

// overrides counts how often a person decided otherwise than suggested. A rate above zero proves no oversight: seeded errors do.
func (in *Input) overrides(e *emitter, v *reviews) {
	names := []string{"override_rate", "override_to_favourable_rate", "override_to_adverse_rate"}
	if v.suggested == nil || v.decided == nil {
		for _, m := range names {
			e.undefined(m, plumbline.Share, plumbline.Scope{Table: "reviews"}, plumbline.NotDeclared)
		}
		return
	}
	var n [2][2]int64 // suggested, decided
	for i, s := range v.suggested {
		if d := v.decided[i]; s != unknown && d != unknown {
			n[s][d]++
		}
	}
	for i, c := range [][2]int64{
		{n[0][1] + n[1][0], n[0][0] + n[0][1] + n[1][0] + n[1][1]}, {n[bad][good], n[bad][bad] + n[bad][good]}, {n[good][bad], n[good][good] + n[good][bad]},
	} {
		e.share(names[i], plumbline.Scope{Table: "reviews"}, c[0], c[1], wilson(float64(c[0]), float64(c[1]), in.Level))
	}
}

// reviewTimes measures how long reviews took, and which share of those with a known time agreed too fast to have been a review.
func (in *Input) reviewTimes(e *emitter, v *reviews) {
	scope := plumbline.Scope{Table: "reviews"}
	var times []float64
	var stamps, known int64
	if v.seconds != nil {
		for i, s := range v.seconds.Values {
			if !v.seconds.Ok(i) || s < 0 {
				continue
			}
			times = append(times, s)
			if v.suggested == nil || v.decided == nil || v.suggested[i] == unknown || v.decided[i] == unknown {
				continue
			}
			known++
			if s < StampSeconds && v.suggested[i] == v.decided[i] {
				stamps++
			}
		}
	}
	if int64(len(times)) < in.MinN {
		why := plumbline.TooFew
		if v.seconds == nil {
			why = plumbline.NotDeclared
		}
		for _, m := range []string{"review_seconds_median", "review_seconds_q05"} {
			e.undefined(m, plumbline.Plain, scope, why)
		}
		e.undefined("rubber_stamp_share", plumbline.Share, scope, why)
		return
	}
	slices.Sort(times)
	for _, q := range []struct {
		metric string
		p      float64
	}{{"review_seconds_median", 0.5}, {"review_seconds_q05", 0.05}} {
		value, iv := quantile(times, q.p, in.Level)
		e.value(q.metric, plumbline.Plain, scope, value, int64(len(times)), interval(iv, in.Level, "order-statistics", 0))
	}
	switch {
	case v.suggested == nil || v.decided == nil:
		e.undefined("rubber_stamp_share", plumbline.Share, scope, plumbline.NotDeclared)
	case known < in.MinN:
		e.undefined("rubber_stamp_share", plumbline.Share, scope, plumbline.TooFew)
	default:
		effect := in.Effect() // of repeated persons; reviews by one reviewer are taken as independent
		e.share("rubber_stamp_share", scope, stamps, known, wilson(float64(stamps)/effect, float64(known)/effect, in.Level))
	}
}

// quantile of sorted values with the interval between two of them that the binomial distribution gives, by the Wilson limits of
// the share p, which is within one place of the exact one.
func quantile(sorted []float64, p, level float64) (float64, stat.Interval) {
	n := float64(len(sorted))
	at := func(share float64) float64 {
		return sorted[min(max(int(math.Ceil(share*n))-1, 0), len(sorted)-1)]
	}
	iv := stat.Wilson(p*n, n, level)
	upper := sorted[min(int(math.Ceil(iv.High*n)), len(sorted)-1)]
	return at(p), stat.Interval{Low: at(math.Floor(iv.Low*n) / n), High: upper}
}

// reviewers says how the work is spread. Reviewers are persons: no figure is of one of them but the share of the busiest.
func (in *Input) reviewers(e *emitter, v *reviews) {
	scope := plumbline.Scope{Table: "reviews"}
	if v.reviewer == nil {
		e.undefined("reviewers", plumbline.Count, scope, plumbline.NotDeclared)
		return
	}
	counts := make([]int64, v.reviewer.N)
	overrides := make([]int64, v.reviewer.N)
	both := make([]int64, v.reviewer.N)
	var n int64
	for i, id := range v.reviewer.IDs {
		if id == table.NoGroup {
			continue
		}
		n++
		counts[id]++
		if v.suggested != nil && v.decided != nil && v.suggested[i] != unknown && v.decided[i] != unknown {
			both[id]++
			if v.suggested[i] != v.decided[i] {
				overrides[id]++
			}
		}
	}
	e.census("reviewers", plumbline.Count, scope, float64(len(counts)), n)
	e.censusShare("review_known_reviewer_share", scope, n, int64(v.rows))
	if n > 0 {
		e.censusShare("busiest_reviewer_share", scope, slices.Max(counts), n)
	}
	var rates []float64
	for i, b := range both {
		if b >= in.MinN {
			rates = append(rates, float64(overrides[i])/float64(b))
		}
	}
	const few = 3 // of two, each would know the other's
	if len(rates) < few {
		e.undefined("reviewer_override_spread", plumbline.Difference, scope, plumbline.TooFew)
		return
	}
	e.value("reviewer_override_spread", plumbline.Difference, scope, slices.Max(rates)-slices.Min(rates), int64(len(rates)), nil)
}

// reviewed joins reviews with decisions by id.
func (in *Input) reviewed(ctx context.Context, e *emitter, v *reviews) error {
	scope := plumbline.Scope{Table: "reviews"}
	join, why, err := in.join(ctx, v)
	if err != nil {
		return err
	}
	if why != "" {
		for _, m := range []string{"adverse_review_share", "favourable_review_share", "review_unmatched_share", "review_repeated_share", "review_not_followed_share", "review_late_share"} {
			e.undefined(m, plumbline.Share, scope, why)
		}
		return nil
	}
	outcome := in.frame.rowOutcomes()
	var n, with [3]int64
	for row, o := range outcome {
		n[o/3]++
		if join.reviewed[row] {
			with[o/3]++
		}
	}
	in.ofEnough(e, "adverse_review_share", with[bad], n[bad], v.decided != nil)
	in.ofEnough(e, "favourable_review_share", with[good], n[good], v.decided != nil)
	e.censusShare("review_unmatched_share", scope, join.unmatched, int64(v.rows))
	e.censusShare("review_repeated_share", scope, join.repeated, int64(v.rows))
	var differ, both, late, timed int64
	var at *table.Floats
	if v.time != nil {
		if at, err = in.Table.Floats(ctx, in.Plan.Time); err != nil && !unreadable(err) {
			return err
		}
	}
	for i, row := range join.row {
		if row < 0 {
			continue
		}
		if v.decided != nil && v.decided[i] != unknown && outcome[row]/3 != unknown {
			both++
			if v.decided[i] != outcome[row]/3 {
				differ++
			}
		}
		if at != nil && at.Ok(int(row)) && v.time.Ok(i) {
			timed++
			if v.time.Values[i] > at.Values[row] {
				late++
			}
		}
	}
	in.ofEnough(e, "review_not_followed_share", differ, both, v.decided != nil)
	if timed == 0 {
		e.undefined("review_late_share", plumbline.Share, scope, plumbline.NotDeclared)
		return nil
	}
	e.censusShare("review_late_share", scope, late, timed)
	return nil
}

// ofEnough records a share of the reviews that was counted in full, where its columns are declared and it is of enough rows.
func (in *Input) ofEnough(e *emitter, metric string, k, n int64, declared bool) {
	scope := plumbline.Scope{Table: "reviews"}
	switch {
	case !declared:
		e.undefined(metric, plumbline.Share, scope, plumbline.NotDeclared)
	case n < in.MinN:
		e.undefined(metric, plumbline.Share, scope, plumbline.TooFew)
	default:
		e.censusShare(metric, scope, k, n)
	}
}

// joined tells which review is of which decision.
type joined struct {
	row                 []int32 // decision of each review, the first with the id; −1 where there is none
	reviewed            []bool  // of each decision: a review with a decision of the person; that it was listed is none
	unmatched, repeated int64   // reviews; repeated are those after the first of an id
}

// join matches the ids of reviews with those of decisions: as texts, of which a dictionary of the reviews holds all, else as
// numbers. It says why it cannot where neither fits; then more than 65,535 cases were reviewed whose ids are no numbers.
func (in *Input) join(ctx context.Context, v *reviews) (*joined, plumbline.Reason, error) {
	if !v.idColumn || in.Plan.ID == "" {
		return nil, plumbline.NotDeclared, nil
	}
	ofReview, ofDecision, ids, err := in.ids(ctx, v.id)
	if err != nil || ofReview == nil {
		return nil, plumbline.TooManyGroups, err
	}
	j := &joined{row: make([]int32, v.rows), reviewed: make([]bool, in.frame.rows)}
	// By id of a review: whether a person decided in one of its reviews, and the decision with the id, counted from 1.
	seen, settled, first := make([]bool, ids), make([]bool, ids), make([]int32, ids)
	for i, id := range ofReview {
		if id >= 0 {
			if seen[id] {
				j.repeated++
			}
			seen[id] = true
			settled[id] = settled[id] || v.decided != nil && v.decided[i] != unknown
		}
	}
	for row, id := range ofDecision {
		if id >= 0 && seen[id] {
			j.reviewed[row] = settled[id]
			if first[id] == 0 {
				first[id] = int32(row + 1)
			}
		}
	}
	for i, id := range ofReview {
		if j.row[i] = table.NoMatch; id >= 0 {
			j.row[i] = first[id] - 1
		}
		if j.row[i] < 0 {
			j.unmatched++
		}
	}
	return j, "", nil
}

// ids numbers the ids of the reviews, and finds them among those of the decisions; nil where that cannot be done.
func (in *Input) ids(ctx context.Context, column string) (ofReview, ofDecision []int32, n int, err error) {
	codes, err := in.Reviews.Codes(ctx, column)
	if err == nil {
		ofDecision, err = in.Table.Match(ctx, in.Plan.ID, codes.Dict)
		if err != nil && !unreadable(err) {
			return nil, nil, 0, err
		}
		if err == nil {
			ofReview = make([]int32, codes.Len())
			for i := range ofReview {
				if ofReview[i] = int32(codes.At(i)); ofReview[i] == 0 { //nolint:gosec // G115: a code
					ofReview[i] = table.NoMatch
				}
			}
			return ofReview, ofDecision, len(codes.Dict), nil
		}
	} else if !unreadable(err) {
		return nil, nil, 0, err
	}
	a, err := in.Reviews.Floats(ctx, column)
	if err == nil {
		var b *table.Floats
		if b, err = in.Table.Floats(ctx, in.Plan.ID); err == nil {
			ofReview, ofDecision, n = numbered(a, b)
			return ofReview, ofDecision, n, nil
		}
	}
	if unreadable(err) {
		err = nil
	}
	return nil, nil, 0, err
}

// numbered numbers the different numbers of a, and finds them in b.
func numbered(a, b *table.Floats) (ofA, ofB []int32, n int) {
	at := map[float64]int32{}
	ofA, ofB = make([]int32, len(a.Values)), make([]int32, len(b.Values))
	for i, v := range a.Values {
		if ofA[i] = table.NoMatch; a.Ok(i) {
			id, found := at[v]
			if !found {
				id = int32(len(at)) //nolint:gosec // G115: rows are below 2^31
				at[v] = id
			}
			ofA[i] = id
		}
	}
	for i, v := range b.Values {
		ofB[i] = table.NoMatch
		if id, found := at[v]; found && b.Ok(i) {
			ofB[i] = id
		}
	}
	return ofA, ofB, len(at)
}
