package check

import (
	"context"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
)

func explainReplayability() Check {
	c := Check{
		ID: "explain.replayability", Version: 1, Dimension: plumbline.Explainability, Needs: []Need{NeedDecision},
		Refs: []plumbline.Ref{
			{Cite: "Kroll JA et al. (2017), Accountable algorithms, University of Pennsylvania Law Review 165:633–705", URL: "https://scholarship.law.upenn.edu/penn_law_review/vol165/iss3/3/"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		all := make([]bool, in.frame.rows) // rows that lack a part
		declared := true
		for _, p := range []struct {
			part    string
			columns []string
			lacks   func(context.Context, []string) ([]bool, error)
		}{
			{"version", one(in.Plan.Version), in.lacksEach},
			{"inputs", in.inputColumns(), in.lacksAll},
			{"outcome", one(in.Plan.Decision.Column), in.lacksEach},
			{"time", one(in.Plan.Time), in.lacksEach},
			{"id", one(in.Plan.ID), in.notUnique},
		} {
			scope := plumbline.Scope{Item: p.part}
			if len(p.columns) == 0 {
				e.undefined("replay_part_share", plumbline.Share, scope, plumbline.NotDeclared)
				declared = false
				continue
			}
			lacks, err := p.lacks(ctx, p.columns)
			if err != nil {
				return nil, err
			}
			var k int64
			for row, l := range lacks {
				if l {
					k++
					all[row] = true
				}
			}
			n := int64(len(lacks))
			e.censusShare("replay_part_share", scope, n-k, n)
		}
		if !declared {
			e.undefined("replayable_share", plumbline.Share, plumbline.Scope{}, plumbline.NotDeclared)
			return e.out, in.versions(ctx, e)
		}
		var k int64
		for _, lacks := range all {
			if !lacks {
				k++
			}
		}
		e.censusShare("replayable_share", plumbline.Scope{}, k, int64(len(all)))
		return e.out, in.versions(ctx, e)
	}
	return c
}

func one(column string) []string {
	if column == "" {
		return nil
	}
	return []string{column}
}

// inputColumns are those that may have gone into a decision.
func (in *Input) inputColumns() []string {
	var out []string
	for _, c := range in.Table.Info() {
		if in.otherRole(&c) == "" {
			out = append(out, c.Name)
		}
	}
	return out
}

// lacksEach marks the rows without a value in some of the columns.
func (in *Input) lacksEach(ctx context.Context, columns []string) ([]bool, error) {
	out := make([]bool, in.frame.rows)
	for _, c := range columns {
		missing, err := in.missing(ctx, c)
		if err != nil {
			return nil, err
		}
		for row := range out {
			out[row] = out[row] || missing(row)
		}
	}
	return out, nil
}

// lacksAll marks the rows without a value in any of the columns: an input may well be missing, but not every one.
func (in *Input) lacksAll(ctx context.Context, columns []string) ([]bool, error) {
	out := make([]bool, in.frame.rows)
	for i := range out {
		out[i] = true
	}
	for _, c := range columns {
		if !slices.Contains(out, true) {
			break
		}
		missing, err := in.missing(ctx, c)
		if err != nil {
			return nil, err
		}
		for row := range out {
			out[row] = out[row] && missing(row)
		}
	}
	return out, nil
}

// notUnique marks the rows whose id is missing, or is that of another row too.
func (in *Input) notUnique(ctx context.Context, columns []string) ([]bool, error) {
	if in.knownUnique(columns[0]) {
		return make([]bool, in.frame.rows), nil
	}
	g, err := in.Table.Groups(ctx, columns[0])
	if err != nil {
		return nil, err
	}
	seen := make([]uint8, g.N)
	for _, id := range g.IDs {
		if id != table.NoGroup {
			seen[id] = min(seen[id]+1, 2)
		}
	}
	out := make([]bool, len(g.IDs))
	for row, id := range g.IDs {
		out[row] = id == table.NoGroup || seen[id] > 1
	}
	return out, nil
}

// knownUnique reports whether the scan of the decisions, where it was made, found a value in every row and no two that hash alike:
// then no two are equal. Where it found some, they must be compared.
func (in *Input) knownUnique(id string) bool {
	s := scanOf(in.scanned, roleDecisions)
	if s == nil || s.id != id {
		return false
	}
	c := s.find(id)
	return c != nil && c.Kind != table.Nested && c.Missing == 0 && c.BadValues == 0 && s.copies.ids == 0
}

// versions counts the versions that decided, each with its share of the rows.
func (in *Input) versions(ctx context.Context, e *emitter) error {
	if in.Plan.Version == "" {
		e.undefined("versions_seen", plumbline.Count, plumbline.Scope{}, plumbline.NotDeclared)
		return nil
	}
	codes, err := in.Table.Codes(ctx, in.Plan.Version)
	if err != nil {
		if unreadable(err) {
			e.undefined("versions_seen", plumbline.Count, plumbline.Scope{}, plumbline.TooManyGroups)
			return nil
		}
		return err
	}
	counts := make([]int64, len(codes.Dict))
	for row := range codes.Len() {
		counts[codes.At(row)]++
	}
	n := int64(codes.Len())
	e.census("versions_seen", plumbline.Count, plumbline.Scope{}, float64(len(codes.Dict)-1), n)
	var shares []*int64
	for c := 1; c < len(counts); c++ { // how many rows have a version at all is shown
		if shares = append(shares, &counts[c]); counts[c] > 0 && counts[c] < in.MinCell {
			counts[c] = -1
		}
	}
	withholdAnother(shares)
	shown := 0
	for c := 1; c < len(counts) && shown < mostReasons; c++ {
		if counts[c] > 0 && !in.personal(in.Plan.Version, codes.Dict[c:c+1]) {
			shown++
			e.censusShare("version_share", plumbline.Scope{Item: codes.Dict[c]}, counts[c], n)
		}
	}
	return nil
}

// current is the version of the latest decision, where versions and times are declared and known; of two at the same time the
// last row's. It is "" where that cannot be said.
func (in *Input) current(ctx context.Context) (string, error) {
	if in.Plan.Version == "" {
		return "", nil
	}
	codes, err := in.Table.Codes(ctx, in.Plan.Version)
	if err != nil {
		if unreadable(err) {
			return "", nil
		}
		return "", err
	}
	if len(codes.Dict) == 2 {
		return codes.Dict[1], nil
	}
	if in.Plan.Time == "" {
		return "", nil
	}
	times, err := in.Table.Floats(ctx, in.Plan.Time)
	if err != nil {
		if unreadable(err) {
			return "", nil
		}
		return "", err
	}
	latest, at := "", 0.0
	for row, v := range times.Values {
		if c := codes.At(row); c > 0 && times.Ok(row) && (latest == "" || v > at || v == at && codes.Dict[c] > latest) {
			latest, at = codes.Dict[c], v
		}
	}
	return latest, nil
}
