package check

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
)

// The forms in which a column can be a sensitive feature itself.
const (
	formBands  = "bands"  // the groups are bands of its numbers, such as of ages
	formValues = "values" // each group has one value of it: another name of the feature, or a coarser form
)

// ProxyForms lists the forms, which are the items of proxy_form.
func ProxyForms() []string { return []string{formBands, formValues} }

const (
	minFormSkill = 0.05 // under it a column is no proxy whatever its form, and is not read again
	minFormRows  = 0.9  // share of the rows with a known group that must have a value
)

// forms records which of the columns that tell of a feature are that feature itself in another form, by all rows and without
// one exception: proxy_form is 1. Only relations that no other attribute has by nature
// count. That each value of a column belongs to one group does not: so does each identity number.
func (s *proxySearch) forms(ctx context.Context, e *emitter) error {
	for _, k := range s.found {
		if k.feature == "" || k.undefined != "" || k.value < minFormSkill {
			continue
		}
		form, err := s.form(ctx, k.column, s.in.frame.find([]string{k.feature}).parts[0])
		if err != nil {
			return fmt.Errorf("compare column %s with %s: %w", k.column, k.feature, err)
		}
		if form != "" {
			e.add(plumbline.Observation{ // without its rows: beside those of the groups they would tell how few lack a value
				Metric: "proxy_form", Unit: plumbline.Count, Scope: plumbline.Scope{Features: []string{k.feature}, Column: k.column, Item: form},
				Value: number(1), Interval: exactly(1, 1),
			})
		}
	}
	return nil
}

// form names the form of a feature that a column is; empty where it is none.
func (s *proxySearch) form(ctx context.Context, column string, feature *table.Codes) (string, error) {
	codes, err := s.in.Table.Codes(ctx, column)
	if err != nil && !unreadable(err) {
		return "", err
	}
	if err == nil {
		if n := oneValueEach(feature, codes); s.enough(n, feature) {
			return formValues, nil
		}
	}
	numbers, err := s.in.Table.Floats(ctx, column)
	if err != nil {
		return "", skipUnreadable(err)
	}
	if n := bandsOf(feature, numbers); s.enough(n, feature) {
		return formBands, nil
	}
	return "", nil
}

// enough reports whether n rows with both values are nearly all rows with a group.
func (s *proxySearch) enough(n int64, feature *table.Codes) bool {
	known := int64(0)
	for i := range feature.Len() {
		if feature.At(i) > 0 {
			known++
		}
	}
	return n >= max(s.in.MinN, 1) && float64(n) >= minFormRows*float64(known)
}

// oneValueEach counts the rows with both a group and a value; 0 where some group has two values, or all have the same one.
func oneValueEach(feature, column *table.Codes) (n int64) {
	of := make([]int, len(feature.Dict))
	for i := range feature.Len() {
		g, v := feature.At(i), column.At(i)
		switch {
		case g == 0 || v == 0:
			continue
		case of[g] == 0:
			of[g] = v
		case of[g] != v:
			return 0
		}
		n++
	}
	seen := slices.DeleteFunc(of, func(v int) bool { return v == 0 })
	if len(seen) == 0 || slices.Min(seen) == slices.Max(seen) {
		return 0
	}
	return n
}

// bandsOf counts the rows with both a group and a number; 0 where the ranges of two groups meet, where there is one group only,
// or where no group has more than one number.
func bandsOf(feature *table.Codes, numbers *table.Floats) (n int64) {
	type band struct{ low, high float64 }
	bands := make([]band, len(feature.Dict))
	for g := range bands {
		bands[g] = band{math.Inf(1), math.Inf(-1)}
	}
	for i, x := range numbers.Values {
		if g := feature.At(i); g > 0 && numbers.Ok(i) {
			bands[g].low, bands[g].high = min(bands[g].low, x), max(bands[g].high, x)
			n++
		}
	}
	bands = slices.DeleteFunc(bands, func(b band) bool { return b.low > b.high })
	slices.SortFunc(bands, func(a, b band) int { return cmp.Compare(a.low, b.low) })
	wide := false
	for i, b := range bands {
		if wide = wide || b.low < b.high; i > 0 && bands[i-1].high >= b.low {
			return 0
		}
	}
	if len(bands) < 2 || !wide {
		return 0
	}
	return n
}
