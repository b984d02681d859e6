package check

import (
	"context"
	"math"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
)

// scoreOrder is the order of the scores, made once for all checks that need it.
type scoreOrder struct {
	ranking     *stat.Ranking
	scores      []float64 // turned so that high is good; NaN where there is none
	class       []uint8   // 0 without a label or a score, 1 unfavourable, 2 favourable
	among       plumbline.Among
	probability bool // all scores lie within 0 and 1
}

// ranked sorts the scores on first use. Under selective labels only rows with the favourable decision have a class, and
// among says so.
func (in *Input) ranked(ctx context.Context) (*scoreOrder, error) {
	if in.frame.order != nil {
		return in.frame.order, nil
	}
	values, valid, err := in.scores(ctx)
	if err != nil {
		return nil, err
	}
	r := &scoreOrder{class: make([]uint8, len(values)), probability: true}
	if in.frame.selective {
		r.among = plumbline.Accepted
	}
	for i, o := range in.frame.rowOutcomes() {
		if !valid(i) {
			values[i] = math.NaN()
			continue
		}
		r.probability = r.probability && values[i] >= 0 && values[i] <= 1
		if label := o % 3; label != unknown && (!in.frame.selective || o/3 == good) {
			r.class[i] = label + 1
		}
	}
	r.scores, r.ranking = values, stat.NewRanking(values)
	in.frame.order = r
	return r, nil
}

// scores reads the score column, turned so that high is good. The caller owns the values.
func (in *Input) scores(ctx context.Context) (values []float64, valid func(int) bool, err error) {
	col, err := in.Table.Floats(ctx, in.Plan.Score.Column)
	if err != nil {
		return nil, nil, err
	}
	if in.Plan.Score.LowIsGood {
		for i, v := range col.Values {
			col.Values[i] = in.Plan.Score.turned(v)
		}
	}
	return col.Values, col.Ok, nil
}

// turned gives a score so that high is good, and of one so turned the score as it was written.
func (s Score) turned(v float64) float64 {
	switch {
	case !s.LowIsGood:
		return v
	case s.Probability:
		return 1 - v
	}
	return -v
}
