package check

import (
	"context"
	"slices"

	"github.com/plumbline-project/plumbline/internal/stat"
	"github.com/plumbline-project/plumbline/internal/table"
)

// Sides of the decision and of the label. An outcome is 3 × decision + label.
const (
	bad     = 0 // adverse decision, unfavourable label
	good    = 1 // favourable
	unknown = 2 // missing or undecided

	outcomes = 9
)

// outcomeCounts counts rows by outcome.
type outcomeCounts [outcomes]int64

// mask picks outcomes by bit.
type mask uint32

// cell is the mask of one decision and label.
func cell(decision, label int) mask { return 1 << (3*decision + label) }

// Masks of rows.
const (
	everyRow       mask = 0b111_111_111
	decided        mask = 0b000_111_111 // with a decision, whatever the label
	labelled       mask = 0b000_011_011 // with both
	adverseRows    mask = 0b000_000_111
	favourableRows mask = 0b000_111_000
	labelKnown     mask = 0b011_011_011
)

// sum adds the counts that m picks.
func (c *outcomeCounts) sum(m mask) int64 {
	var n int64
	for i, k := range c {
		if m>>i&1 == 1 {
			n += k
		}
	}
	return n
}

func (c *outcomeCounts) add(d *outcomeCounts) {
	for i, n := range d {
		c[i] += n
	}
}

func total(cells []outcomeCounts) (sum outcomeCounts) {
	for i := range cells {
		sum.add(&cells[i])
	}
	return sum
}

// coded is a column of the outcome with the side of each of its values.
type coded struct {
	codes *table.Codes
	side  []uint8 // of each entry of the dictionary
}

// code opens a column of the outcome; nil where it is not declared.
func code(ctx context.Context, t *table.Table, o Outcome) (*coded, error) {
	if o.Column == "" {
		return nil, nil
	}
	codes, err := t.Codes(ctx, o.Column)
	if err != nil {
		return nil, err
	}
	c := &coded{codes: codes, side: make([]uint8, len(codes.Dict))}
	for i, value := range codes.Dict {
		c.side[i] = o.side(value, i == 0)
	}
	return c, nil
}

// side says on which side of an outcome a value is.
func (o Outcome) side(value string, missing bool) uint8 {
	switch {
	case missing || slices.Contains(o.Undecided, value):
		return unknown
	case slices.Contains(o.Favourable, value):
		return good
	case len(o.Adverse) == 0 || slices.Contains(o.Adverse, value):
		return bad
	}
	return unknown
}

func (c *coded) factor() stat.Factor { return factorOf(c.codes) }

func factorOf(c *table.Codes) stat.Factor {
	return stat.Factor{Codes: c.U8, Wide: c.U16, Levels: len(c.Dict)}
}

// addTo adds weight × side of each row to dst; a column that is not declared is unknown everywhere.
func (c *coded) addTo(dst []uint8, weight uint8) {
	if c == nil {
		for i := range dst {
			dst[i] += weight * unknown
		}
		return
	}
	if c.codes.U8 == nil {
		for i, k := range c.codes.U16 {
			dst[i] += weight * c.side[k]
		}
		return
	}
	var add [256]uint8
	for i, s := range c.side {
		add[i] = weight * s
	}
	for i, k := range c.codes.U8 {
		dst[i] += add[k]
	}
}
