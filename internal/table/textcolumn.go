package table

import (
	"context"
	"encoding/binary"
	"math"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// column is a column that can be opened.
type column interface {
	info() ColumnInfo
	codes(ctx context.Context) (*Codes, error)
	floats(ctx context.Context) (*Floats, error)
	groups(ctx context.Context) (*Groups, error)
	texts(ctx context.Context, do eachText) error
}

// textColumn is a finished column of a text format.
type textColumn struct {
	b     *builder
	about ColumnInfo
	big   bool
}

// finish decides the kind over all values.
func (b *builder) finish() *textColumn {
	c := &textColumn{b: b, big: b.big}
	c.about = ColumnInfo{Name: b.name, Distinct: -1, Missing: b.missing, BadValues: b.bad, Known: true}
	if b.declared == "" {
		c.about.BadValues += b.nests
	}
	switch b.mode {
	case modeWide:
		c.about.Kind = b.kind
		c.about.BadValues += b.unfit
	case modeDict:
		c.about.Missing = b.counts[0]
		c.about.Distinct = int64(b.dict.len())
		c.decide(&tally{}, 0)
	case modePack:
		var t tally
		t.big = b.big
		packed := b.rows - b.missing
		for _, n := range b.counts[1:] {
			packed -= n
		}
		if b.fraction {
			t.n[classNumber] = packed
		} else {
			t.n[classInteger] = packed
		}
		c.decide(&t, packed)
	}
	return c
}

// decide settles kind and bad values from the dictionary, beside what t holds of the packed values.
func (c *textColumn) decide(t *tally, packed int64) {
	b := c.b
	if b.declared != "" {
		c.about.Kind = b.declared
		if b.declared == Text {
			return
		}
		for i, name := range b.dict.names[1:] {
			_, big, ok := parseAs(b.declared, true, []byte(name))
			c.big = c.big || big
			if !ok {
				c.about.BadValues += b.counts[i+1]
			}
		}
		if packed > 0 && b.declared != Number && (b.declared != Integer || b.fraction) {
			c.about.BadValues += c.countUnfit()
		}
		return
	}
	if b.nests > 0 {
		c.about.Kind = Text
		return
	}
	for i, name := range b.dict.names[1:] {
		t.add([]byte(name), b.counts[i+1])
	}
	c.about.Kind = t.kind()
	c.big = t.big
	if c.about.Kind == Integer || c.about.Kind == Number {
		c.about.BadValues += t.n[classNonFinite]
	}
}

// countUnfit counts the packed numbers that do not fit a declared kind, such as 20060102 for a boolean.
func (c *textColumn) countUnfit() (n int64) {
	text := make([]byte, 0, 64)
	c.b.shared.store.note(c.b.packed.visit(never, func(data []byte) {
		for i := 0; i < len(data); i += 8 {
			if p := binary.LittleEndian.Uint64(data[i:]); p&packScaleMask < packException {
				text = appendUnpacked(text[:0], p)
				if _, _, ok := parseAs(c.b.declared, true, text); !ok {
					n++
				}
			}
		}
	}))
	return n
}

func (c *textColumn) info() ColumnInfo { return c.about }

func (c *textColumn) codes(ctx context.Context) (*Codes, error) {
	b := c.b
	if b.mode != modeDict {
		return nil, tooManyValues(b.name)
	}
	names, final := sortDict(b.dict.names)
	out := &Codes{Name: b.name, Dict: names}
	if len(names) <= 256 {
		var small [256]uint8
		for i, f := range final {
			small[i] = uint8(f) //nolint:gosec // at most 256 names
		}
		out.U8 = make([]uint8, 0, b.rows)
		return out, b.codes.each(ctx, func(data []byte) {
			n := len(out.U8)
			out.U8 = out.U8[:n+len(data)]
			for i, code := range data {
				out.U8[n+i] = small[code]
			}
		})
	}
	out.U16 = make([]uint16, 0, b.rows)
	return out, b.codes.each(ctx, func(data []byte) {
		for i := 0; i < len(data); i += 2 {
			out.U16 = append(out.U16, final[binary.LittleEndian.Uint16(data[i:])])
		}
	})
}

func tooManyValues(name string) error {
	return &plumbline.Error{
		Code: plumbline.TooLarge, Where: "column " + name,
		Message: "its different values are too many or too long for a category (at most 65,535, together 16 MiB)",
		Hint:    "derive a column with bins from it, or choose another column",
	}
}

// sortDict puts the names of a dictionary in byte order; final gives the new code of an old one. Code 0 stays.
func sortDict(names []string) (sorted []string, final []uint16) {
	order := make([]int, len(names))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order[1:], func(a, b int) int { return strings.Compare(names[a], names[b]) })
	sorted, final = make([]string, len(names)), make([]uint16, len(names))
	for to, from := range order {
		sorted[to] = names[from]
		final[from] = uint16(to)
	}
	return sorted, final
}

func (c *textColumn) floats(ctx context.Context) (*Floats, error) {
	b := c.b
	if err := c.about.floatable(c.big); err != nil {
		return nil, err
	}
	out := newFloatsWriter(b.name, b.rows)
	var err error
	switch b.mode {
	case modeDict:
		table := c.floatTable()
		width := b.codes.width
		err = b.codes.each(ctx, func(data []byte) {
			if width == 1 {
				for _, code := range data {
					out.put(table[code])
				}
				return
			}
			for i := 0; i < len(data); i += 2 {
				out.put(table[binary.LittleEndian.Uint16(data[i:])])
			}
		})
	case modePack:
		err = c.packedFloats(ctx, out)
	case modeWide:
		err = b.floats.each(ctx, func(data []byte) {
			for i := 0; i < len(data); i += 8 {
				out.put(math.Float64frombits(binary.LittleEndian.Uint64(data[i:])))
			}
		})
	}
	if err != nil {
		return nil, err
	}
	return out.done(), nil
}

// floatTable gives the float of every code, NaN where there is none.
func (c *textColumn) floatTable() []float64 {
	table := make([]float64, max(len(c.b.dict.names), 256))
	table[0] = math.NaN()
	for i, name := range c.b.dict.names[1:] {
		table[i+1], _, _ = parseAs(c.about.Kind, c.b.declared != "", []byte(name))
	}
	return table
}

func (c *textColumn) packedFloats(ctx context.Context, out *floatsWriter) error {
	exceptions := c.floatTable()
	direct := c.about.Kind == Number || c.about.Kind == Integer && !c.b.fraction
	text := make([]byte, 0, 64)
	return c.b.packed.each(ctx, func(data []byte) {
		for i := 0; i < len(data); i += 8 {
			p := binary.LittleEndian.Uint64(data[i:])
			v := math.NaN()
			switch {
			case p == packMissing:
			case p&packScaleMask == packException:
				v = exceptions[p>>packScaleBits]
			case direct:
				v = unpackFloat(p)
			default:
				text = appendUnpacked(text[:0], p)
				v, _, _ = parseAs(c.about.Kind, c.b.declared != "", text)
			}
			out.put(v)
		}
	})
}

func (c *textColumn) groups(ctx context.Context) (*Groups, error) {
	b := c.b
	g := newGrouper(b.name, b.rows)
	var err error
	switch b.mode {
	case modeDict:
		width := b.codes.width
		err = b.codes.each(ctx, func(data []byte) {
			for i := 0; i < len(data); i += width {
				code := uint64(data[i])
				if width == 2 {
					code = uint64(binary.LittleEndian.Uint16(data[i:]))
				}
				g.put(code, 0, code == 0)
			}
		})
	case modePack:
		err = b.packed.each(ctx, func(data []byte) {
			for i := 0; i < len(data); i += 8 {
				p := binary.LittleEndian.Uint64(data[i:])
				g.put(p, 0, p == packMissing)
			}
		})
	case modeWide:
		err = b.prints.each(ctx, func(data []byte) {
			for i := 0; i < len(data); i += 16 {
				x, y := binary.LittleEndian.Uint64(data[i:]), binary.LittleEndian.Uint64(data[i+8:])
				g.put(x, y, y == 0)
			}
		})
	}
	if err != nil {
		return nil, err
	}
	return g.done(), nil
}
