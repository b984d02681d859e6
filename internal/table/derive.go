package table

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/plumbline-project/plumbline"
)

// Derivation makes a column from another, either by a map of values or by bins.
//
// With Map, each target lists the source texts that become it; a source text that is in no list becomes Else, or missing
// and a bad value where Else is empty. Missing stays missing.
//
// With Bins, k ascending cut points make k+1 bins: below the first, then from each cut point (included) to the next (not
// included), and the last from its cut point on. Labels name them, k+1 in number and all different; without labels they
// are "<a", "a–<b" and "≥b". Rows without a number become Else, or missing.
type Derivation struct {
	Column string              // new
	From   string              // existing, or derived before
	Map    map[string][]string // target → source texts
	Else   string
	Bins   []float64
	Labels []string
}

// derived is a column that is made from another whenever it is opened.
type derived struct {
	from   column
	rule   Derivation
	target map[string]string // source text → target
	about  ColumnInfo
}

// Derive adds a column. It is checked at once and computed when it is opened; until then its counts are not known.
func (t *Table) Derive(rule Derivation) error {
	where := "column " + rule.Column
	invalid := func(format string, args ...any) error {
		return &plumbline.Error{Code: plumbline.Invalid, Where: where, Message: fmt.Sprintf(format, args...)}
	}
	from, err := t.column(rule.From)
	if err != nil {
		return err
	}
	_, taken := t.index[rule.Column]
	switch {
	case rule.Column == "":
		return invalid("a derived column needs a name")
	case taken:
		return invalid("there is a column of this name already")
	case (len(rule.Map) > 0) == (len(rule.Bins) > 0):
		return invalid("a derived column has either a map or bins")
	}
	d := &derived{from: from, rule: rule, about: ColumnInfo{Name: rule.Column, Kind: Text}}
	if len(rule.Map) > 0 {
		d.target = map[string]string{}
		for _, to := range slices.Sorted(mapKeys(rule.Map)) {
			for _, text := range rule.Map[to] {
				if other, ok := d.target[text]; ok && other != to {
					return invalid("the value %q is mapped to both %q and %q", text, other, to)
				}
				d.target[text] = to
			}
		}
	} else if err := d.checkBins(from.info(), invalid); err != nil {
		return err
	}
	t.index[rule.Column] = len(t.columns)
	t.columns = append(t.columns, d)
	return nil
}

func (d *derived) checkBins(from ColumnInfo, invalid func(format string, args ...any) error) error {
	bins := d.rule.Bins
	for i, b := range bins {
		if b-b != 0 || i > 0 && b <= bins[i-1] {
			return invalid("the cut points of the bins must be finite and ascend")
		}
	}
	if len(bins) > maxCodes-2 {
		return invalid("there are more than %d bins", maxCodes-1)
	}
	if err := from.floatable(false); err != nil {
		return err
	}
	if len(d.rule.Labels) == 0 {
		d.rule.Labels = binLabels(bins)
	}
	if len(d.rule.Labels) != len(bins)+1 {
		return invalid("%d cut points make %d bins, and there are %d labels", len(bins), len(bins)+1, len(d.rule.Labels))
	}
	for i, l := range d.rule.Labels {
		if l == "" || slices.Contains(d.rule.Labels[:i], l) {
			return invalid("the labels of the bins must be different and not empty")
		}
	}
	return nil
}

func binLabels(bins []float64) []string {
	text := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	labels := []string{"<" + text(bins[0])}
	for i := 1; i < len(bins); i++ {
		labels = append(labels, text(bins[i-1])+"–<"+text(bins[i]))
	}
	return append(labels, "≥"+text(bins[len(bins)-1]))
}

func (d *derived) info() ColumnInfo { return d.about }

func (d *derived) scan(ctx context.Context) error {
	_, err := d.codes(ctx)
	return err
}

func (d *derived) codes(ctx context.Context) (*Codes, error) {
	if d.target != nil {
		return d.mapped(ctx)
	}
	return d.binned(ctx)
}

// mapped remaps the codes of the source.
func (d *derived) mapped(ctx context.Context) (*Codes, error) {
	source, err := d.from.codes(ctx)
	if err != nil {
		return nil, err
	}
	names := []string{""}
	number := map[string]uint16{"": 0}
	intern := func(name string) uint16 {
		n, ok := number[name]
		if !ok {
			n = uint16(len(names)) //nolint:gosec // not more than the source has, and Else
			number[name] = n
			names = append(names, name)
		}
		return n
	}
	table := make([]uint16, len(source.Dict))
	unmapped := make([]bool, len(source.Dict))
	for code, text := range source.Dict[1:] {
		to, ok := d.target[text]
		if !ok {
			to = d.rule.Else
			unmapped[code+1] = to == ""
		}
		table[code+1] = intern(to)
	}
	counts := make([]int64, max(len(source.Dict), 256))
	if source.U16 != nil {
		for _, c := range source.U16 {
			counts[c]++
		}
	} else {
		countBytes(counts, source.U8)
	}
	var bad int64
	for code, un := range unmapped {
		if un {
			bad += counts[code]
		}
	}
	codes := source.U16
	if codes == nil {
		codes = make([]uint16, len(source.U8))
		for i, c := range source.U8 {
			codes[i] = uint16(c)
		}
	}
	for i, c := range codes {
		codes[i] = table[c]
	}
	return d.done(names, codes, bad), nil
}

// binned sorts the numbers of the source into bins.
func (d *derived) binned(ctx context.Context) (*Codes, error) {
	source, err := d.from.floats(ctx)
	if err != nil {
		return nil, err
	}
	names := append([]string{""}, d.rule.Labels...)
	none := uint16(0)
	if d.rule.Else != "" {
		if i := slices.Index(names, d.rule.Else); i > 0 {
			none = uint16(i) //nolint:gosec // checkBins bounds them
		} else {
			none = uint16(len(names)) //nolint:gosec // see above
			names = append(names, d.rule.Else)
		}
	}
	bins := d.rule.Bins
	codes := make([]uint16, len(source.Values))
	for i, v := range source.Values {
		if !source.Ok(i) {
			codes[i] = none
			continue
		}
		n, found := slices.BinarySearch(bins, v)
		if found {
			n++
		}
		codes[i] = uint16(n + 1) //nolint:gosec // see above
	}
	return d.done(names, codes, 0), nil
}

// done puts the names in byte order, drops those that no row has, and notes the counts.
func (d *derived) done(names []string, codes []uint16, bad int64) *Codes {
	counts := make([]int64, len(names))
	for _, c := range codes {
		counts[c]++
	}
	used, from := []string{""}, []int{0}
	for code := 1; code < len(names); code++ {
		if counts[code] > 0 {
			used, from = append(used, names[code]), append(from, code)
		}
	}
	sorted, final := sortDict(used)
	table := make([]uint16, len(names))
	for i, code := range from {
		table[code] = final[i]
	}
	d.about.Known, d.about.Missing, d.about.BadValues = true, counts[0], bad
	d.about.Distinct = int64(len(used) - 1)
	out := &Codes{Name: d.rule.Column, Dict: sorted}
	if len(sorted) <= math.MaxUint8+1 {
		out.U8 = make([]uint8, len(codes))
		for i, c := range codes {
			out.U8[i] = uint8(table[c]) //nolint:gosec // at most 256 names
		}
		return out
	}
	for i, c := range codes {
		codes[i] = table[c]
	}
	out.U16 = codes
	return out
}

func (d *derived) floats(context.Context) (*Floats, error) { return nil, d.about.floatable(false) }

func (d *derived) groups(ctx context.Context) (*Groups, error) {
	codes, err := d.codes(ctx)
	if err != nil {
		return nil, err
	}
	g := newGrouper(d.rule.Column, int64(codes.Len()))
	for i := range codes.Len() {
		c := codes.At(i)
		g.put(uint64(c), 0, c == 0) //nolint:gosec // a code
	}
	return g.done(), nil
}
