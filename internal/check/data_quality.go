package check

import (
	"context"
	"math"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
	"github.com/plumbline-project/plumbline/internal/table"
)

// The papers and standards on data quality.
const (
	isoQuality = "ISO/IEC 5259-2:2024, Data quality for analytics and machine learning — Data quality measures"
	isoModel   = "ISO/IEC 25012:2008, Data quality model"
	gbQuality  = "GB/T 36344-2018, Information technology — Evaluation indicators for data quality (数据质量评价指标)"
)

func citations(cites ...string) (out []plumbline.Ref) {
	for _, c := range cites {
		out = append(out, plumbline.Ref{Cite: c})
	}
	return out
}

// overTables makes a check that looks at one table after the other.
func overTables(c Check, measure func(ctx context.Context, in *Input, e *emitter, s *scanned, all []*scanned) error) Check {
	c.Version, c.Dimension, c.Needs = 1, plumbline.DataIntegrity, []Need{NeedTable}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		scans, err := in.scans(ctx)
		if err != nil {
			return nil, err
		}
		e := c.emitter()
		for _, s := range scans {
			if err := ctx.Err(); err != nil {
				return nil, &plumbline.Error{Code: plumbline.Unavailable, Message: "the check was cancelled", Err: err}
			}
			if err := measure(ctx, in, e, s, scans); err != nil {
				return nil, err
			}
		}
		return e.out, nil
	}
	return c
}

// beforeOf gives the scan of the table that the decisions are compared with, or nil.
func (in *Input) beforeOf(all []*scanned) *scanned {
	for _, s := range all {
		if s.t == in.Before() {
			return s
		}
	}
	return nil
}

// whole is the scope of a whole table.
func (s *scanned) whole() plumbline.Scope { return plumbline.Scope{Table: s.role} }

// dataSchema counts what does not fit the declared or inferred schema:
//   - bad_row_share: rows that could not be read, of all rows of the files;
//   - bad_value_share: values of a column that do not fit its kind, of all rows;
//   - out_of_range_share: numbers outside the declared range, of all numbers; only where a range is declared;
//   - kind_changed: 1 where a column has another kind than in the table before, else 0;
//   - columns_absent: features of the table before that the decisions lack.
//
// All are full counts. A share is undefined for a table or column without rows.
func dataSchema() Check {
	return overTables(Check{ID: "data.schema", Refs: citations(isoQuality, gbQuality)}, func(_ context.Context, in *Input, e *emitter, s *scanned, all []*scanned) error {
		badRows, _ := s.t.Bad()
		e.censusShare("bad_row_share", s.whole(), badRows, int64(s.rows)+badRows)
		for _, c := range s.columns {
			if c.derived || c.Kind == table.Nested {
				continue
			}
			e.censusShare("bad_value_share", s.scope(c.Name), c.BadValues, int64(s.rows))
			if c.ranged {
				e.censusShare("out_of_range_share", s.scope(c.Name), c.outside, c.numbers)
			}
		}
		before := in.beforeOf(all)
		if s.role != roleDecisions || before == nil {
			return nil
		}
		absent := 0
		for _, b := range before.columns {
			c := s.find(b.Name)
			if c == nil {
				if !in.notFeature(before, b.Name) && b.Kind != table.Date && b.Kind != table.Time {
					absent++
				}
				continue
			}
			changed := 0.0
			if c.Kind != b.Kind && c.Missing < int64(s.rows) && b.Missing < int64(before.rows) && (!numericKind(c.Kind) || !numericKind(b.Kind)) {
				changed = 1
			}
			e.census("kind_changed", plumbline.Count, s.scope(c.Name), changed, 1)
		}
		e.census("columns_absent", plumbline.Count, s.whole(), float64(absent), int64(len(before.columns)))
		return nil
	})
}

// dataMissing counts missing values: missing_value_share of all rows of a column, and missing_share_increase over the table before,
// with Newcombe's interval, since both tables stand for a process. The outcome may be missing by decision and reasons by nature:
// they have no share here; nor have sensitive columns, whose missing values bias.groups shows with small counts withheld.
func dataMissing() Check {
	return overTables(Check{ID: "data.missing", Refs: append(citations(isoQuality, gbQuality), plumbline.Ref{Cite: "Newcombe RG (1998), Statistics in Medicine 17:873–890", URL: "https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8%3C873::AID-SIM779%3E3.0.CO;2-I"})},
		func(_ context.Context, in *Input, e *emitter, s *scanned, all []*scanned) error {
			before := in.beforeOf(all)
			family := 0
			for _, c := range s.columns {
				if before.find(c.Name) != nil {
					family++
				}
			}
			for _, c := range s.columns {
				if c.derived || c.Kind == table.Nested || c.role == "label" || c.Name == in.Plan.Reasons.Column || s.role == roleReviews || c.private {
					continue
				}
				e.censusShare("missing_value_share", s.scope(c.Name), c.Missing, int64(s.rows))
				b := before.find(c.Name)
				if s.role != roleDecisions || b == nil || b.Kind == table.Nested {
					continue
				}
				if int64(min(s.rows, before.rows)) < in.MinN {
					e.undefined("missing_share_increase", plumbline.Difference, s.scope(c.Name), plumbline.TooFew)
					continue
				}
				now, then := float64(c.Missing), float64(b.Missing)
				level := 1 - (1-in.Level)/float64(family)
				iv := stat.Newcombe(now/s.effect, float64(s.rows)/s.effect, then/before.effect, float64(before.rows)/before.effect, level)
				e.value("missing_share_increase", plumbline.Difference, s.scope(c.Name), now/float64(s.rows)-then/float64(before.rows), int64(s.rows), interval(iv, in.Level, "newcombe-bonferroni", family))
			}
			return nil
		})
}

// maxChance is the share of rows that may be alike by chance before copies can no longer be told from like cases.
const maxChance = 0.001

// dataDuplicates counts rows that are there more than once:
//   - duplicate_row_share: rows beyond the first of each set that is equal in all columns but the id, of all rows;
//   - near_duplicate_share: rows that are equal after numbers are rounded to ten binary digits and texts folded (case, spaces), and
//     that are no exact copies; time and person are left out too;
//   - duplicate_id_share: rows whose id another row above has;
//   - training_overlap_share: decisions whose features are those of a training row;
//   - label_conflict_share: rows with a label whose features are those of a row with the other label.
//
// All are full counts over 64-bit hashes. A share is undefined (indistinct) where more than 0.1 % of the rows would be alike by
// chance if the columns were independent: such rows hold too little to tell a copy from a like case.
func dataDuplicates() Check {
	return overTables(Check{
		ID: "data.duplicates", Refs: citations(isoQuality, gbQuality),
		Params: []plumbline.Param{{Name: "max_chance", Unit: "share", Default: maxChance}},
	},
		func(_ context.Context, in *Input, e *emitter, s *scanned, all []*scanned) error {
			n := int64(s.rows)
			shareOr := func(metric string, chance float64, k, n int64) {
				if chance > maxChance {
					e.undefined(metric, plumbline.Share, s.whole(), plumbline.Indistinct)
					return
				}
				e.censusShare(metric, s.whole(), k, n)
			}
			shareOr("duplicate_row_share", s.copies.chance, s.copies.exact, n)
			if s.role != roleReviews { // a review says so little that like ones are the rule
				shareOr("near_duplicate_share", s.copies.coarse, s.copies.near, n)
			}
			if id := s.find(s.id); id != nil && s.role != roleReviews {
				e.censusShare("duplicate_id_share", s.scope(s.id), s.copies.ids, n-id.Missing)
			}
			if s.target != nil && s.like != nil {
				k, of := s.conflicts()
				shareOr("label_conflict_share", s.chanceAlike(s.rows), k, of)
			}
			if training := scanOf(all, roleTraining); s.role == roleDecisions && training != nil && s.like != nil && training.like != nil {
				shareOr("training_overlap_share", s.chanceAlike(training.rows), s.overlap(training), n)
			}
			return nil
		})
}

// dataConstant counts top_value_share: the rows that have a column's most frequent value, of the rows that have one. It is a full
// count, and for columns of more than 65,535 values an estimate from rows drawn evenly, with Wilson's interval.
func dataConstant() Check {
	return overTables(Check{ID: "data.constant", Refs: citations(isoQuality)}, func(_ context.Context, in *Input, e *emitter, s *scanned, _ []*scanned) error {
		for _, c := range s.columns {
			known := int64(s.rows) - c.Missing
			if c.derived || c.Kind == table.Nested || s.role == roleReviews || known == 0 || c.private {
				continue
			}
			switch {
			case known < in.MinN:
				e.undefined("top_value_share", plumbline.Share, s.scope(c.Name), plumbline.TooFew)
			case c.counts != nil || c.Distinct >= 0 && c.Kind != table.Number:
				e.censusShare("top_value_share", s.scope(c.Name), c.top, known)
			case c.sample != nil:
				n := 0
				for _, code := range c.sample.codes {
					if code != 0 { // 0 is missing
						n++
					}
				}
				k := math.Round(float64(c.top) / float64(s.rows) * float64(len(c.sample.codes)))
				e.share("top_value_share", s.scope(c.Name), int64(k), int64(n), wilson(k/s.effect, float64(n)/s.effect, in.Level))
			}
		}
		return nil
	})
}

// dataBalance counts minority_share: rows on the rarer side of label or decision, of the rows on either side.
func dataBalance() Check {
	return overTables(Check{ID: "data.balance", Refs: append(citations(isoQuality), plumbline.Ref{Cite: "He H, Garcia EA (2009), IEEE Transactions on Knowledge and Data Engineering 21:1263–1284", URL: "https://doi.org/10.1109/TKDE.2008.239"})},
		func(_ context.Context, in *Input, e *emitter, s *scanned, _ []*scanned) error {
			for _, o := range []*Outcome{&in.Plan.Decision, &in.Plan.Label} {
				c := s.find(o.Column)
				if o.Column == "" || c == nil || c.dict == nil || s.role == roleReviews {
					continue
				}
				var sides [3]int64
				for i, v := range c.dict {
					sides[o.side(v, i == 0)] += c.counts[i]
				}
				n := sides[good] + sides[bad]
				if n < in.MinN {
					e.undefined("minority_share", plumbline.Share, s.scope(c.Name), plumbline.TooFew)
					continue
				}
				k := min(sides[good], sides[bad])
				e.share("minority_share", s.scope(c.Name), k, n, wilson(float64(k)/s.effect, float64(n)/s.effect, in.Level))
				if k > 0 && k < in.MinCell {
					e.out[len(e.out)-1].Suppressed = true
				}
			}
			return nil
		})
}

const (
	day          = 86_400
	defaultFresh = 365
	maxDisorder  = 0.25 // from this share of rows astray on a table is in no order of time
)

// dataTime looks at the declared column of times:
//   - future_time_share: rows dated after the day of the assessment;
//   - out_of_order_share: fewest rows without which the table would be in order of days (Mannila's Rem), of the rows, counted on at
//     most 100,000 rows drawn evenly; undefined (indistinct) for a table that is in no such order, of which max_disorder or more
//     would have to go;
//   - data_age_ratio: age of the newest row in days, divided by the age at which the data count as stale (fresh_days, 365 by default);
//   - longest_gap_ratio: longest time without a row, divided by the mean time from one day with rows to the next; undefined under
//     min_n days with rows.
//
// All are full counts, but the second where rows are sampled; it has Wilson's interval then.
func dataTime() Check {
	c := overTables(Check{
		ID: "data.time", Params: []plumbline.Param{{Name: "max_disorder", Unit: "share", Default: maxDisorder}},
		Refs: append(citations(isoQuality, isoModel), plumbline.Ref{Cite: "Mannila H (1985), IEEE Transactions on Computers C-34:318–325", URL: "https://doi.org/10.1109/TC.1985.5009382"}),
	}, func(_ context.Context, in *Input, e *emitter, s *scanned, _ []*scanned) error {
		k := s.clock
		if s.role == roleReviews || s.time == "" || s.find(s.time) == nil {
			return nil
		}
		scope := s.scope(s.time)
		if k == nil || k.known == 0 {
			for _, metric := range []string{"future_time_share", "out_of_order_share"} {
				e.undefined(metric, plumbline.Share, scope, plumbline.NoData)
			}
			for _, metric := range []string{"data_age_ratio", "longest_gap_ratio"} {
				e.undefined(metric, plumbline.Ratio, scope, plumbline.NoData)
			}
			return nil
		}
		e.censusShare("future_time_share", scope, k.future, k.known)
		e.order(scope, s, in)
		fresh := float64(defaultFresh)
		if d := in.tableFile(s.role); d != nil && d.Fresh.Value > 0 {
			fresh = float64(d.Fresh.Value)
		}
		age := max(0, (in.endOfDay()-day-k.last)/day)
		e.census("data_age_ratio", plumbline.Ratio, scope, age/fresh, k.known)
		switch {
		case k.last == k.first:
			e.undefined("longest_gap_ratio", plumbline.Ratio, scope, plumbline.Constant)
		case k.days < max(in.MinN, 2):
			e.undefined("longest_gap_ratio", plumbline.Ratio, scope, plumbline.TooFew)
		default:
			e.census("longest_gap_ratio", plumbline.Ratio, scope, k.gap/((k.last-k.first)/float64(k.days-1)), k.known)
		}
		return nil
	})
	return c
}

// order records how many rows break the order of the table.
func (e *emitter) order(scope plumbline.Scope, s *scanned, in *Input) {
	const metric = "out_of_order_share"
	k := s.clock
	switch {
	case k.sampled < in.MinN:
		e.undefined(metric, plumbline.Share, scope, plumbline.TooFew)
	case float64(k.astray) >= maxDisorder*float64(k.sampled):
		e.undefined(metric, plumbline.Share, scope, plumbline.Indistinct)
	case len(s.at) == s.rows:
		e.censusShare(metric, scope, k.astray, k.sampled)
	default:
		e.share(metric, scope, k.astray, k.sampled, wilson(float64(k.astray), float64(k.sampled), in.Level))
	}
}
