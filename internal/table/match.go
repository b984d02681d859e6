package table

import (
	"context"
	"encoding/binary"
)

// NoMatch is the place of rows whose text is none of those looked for, or missing.
const NoMatch = -1

// Match looks for texts in a column, however many different ones it has: for each row the place of its text in texts, or
// [NoMatch]. Of equal texts the last place counts; the empty text matches nothing. Where a column holds fingerprints, texts
// are compared by them, with the chance of a collision that [Table.Groups] states. Memory: 4 bytes per row, and texts.
func (t *Table) Match(ctx context.Context, name string, texts []string) ([]int32, error) {
	c, err := t.column(name)
	if err != nil {
		return nil, err
	}
	at := make(map[string]int32, len(texts))
	for i, s := range texts {
		if s != "" {
			at[s] = int32(i)
		}
	}
	if p, ok := c.(*pqColumn); ok {
		if !p.throughText() {
			return p.match(ctx, at)
		}
		if c, err = p.asText(ctx); err != nil {
			return nil, err
		}
	}
	if text, ok := c.(*textColumn); ok {
		return text.match(ctx, at)
	}
	codes, err := c.codes(ctx)
	if err != nil {
		return nil, err
	}
	entries := places(codes.Dict, at)
	out := make([]int32, codes.Len())
	for row := range out {
		out[row] = entries[codes.At(row)]
	}
	return out, nil
}

// places gives each entry of a dictionary its place.
func places(dict []string, at map[string]int32) []int32 {
	out := make([]int32, len(dict))
	for i, s := range dict {
		out[i] = NoMatch
		if p, ok := at[s]; ok && i > 0 {
			out[i] = p
		}
	}
	return out
}

func (c *textColumn) match(ctx context.Context, at map[string]int32) ([]int32, error) {
	b := c.b
	out := make([]int32, 0, b.rows)
	switch b.mode {
	case modeDict:
		entries, width := places(b.dict.names, at), b.codes.width
		err := b.codes.each(ctx, func(data []byte) {
			for i := 0; i < len(data); i += width {
				code := int(data[i])
				if width == 2 {
					code = int(binary.LittleEndian.Uint16(data[i:]))
				}
				out = append(out, entries[code])
			}
		})
		return out, err
	case modePack:
		exceptions, packed := places(b.dict.names, at), map[uint64]int32{}
		for s, place := range at {
			if p, ok := pack([]byte(s)); ok {
				packed[p] = place
			}
		}
		err := b.packed.each(ctx, func(data []byte) {
			for i := 0; i < len(data); i += 8 {
				p := binary.LittleEndian.Uint64(data[i:])
				place, found := packed[p]
				switch {
				case p == packMissing:
					place = NoMatch
				case p&packScaleMask == packException:
					place = exceptions[p>>packScaleBits]
				case !found:
					place = NoMatch
				}
				out = append(out, place)
			}
		})
		return out, err
	case modeWide:
		prints := make(map[[2]uint64]int32, len(at))
		for s, place := range at {
			x, y := fingerprint(&b.shared.seeds, []byte(s))
			prints[[2]uint64{x, y}] = place
		}
		err := b.prints.each(ctx, func(data []byte) {
			for i := 0; i < len(data); i += 16 {
				place, found := prints[[2]uint64{binary.LittleEndian.Uint64(data[i:]), binary.LittleEndian.Uint64(data[i+8:])}]
				if !found {
					place = NoMatch
				}
				out = append(out, place)
			}
		})
		return out, err
	}
	return out, nil
}

func (c *pqColumn) match(ctx context.Context, at map[string]int32) ([]int32, error) {
	out := make([]int32, 0, c.table.rows())
	markers := c.table.opt.markers(c.about.Name)
	var text []byte
	find := func(r *run, v *values, i int) int32 {
		var ok bool
		if text, ok = r.t.appendText(text[:0], v, i); !ok || len(text) == 0 {
			return NoMatch
		}
		if _, missing := markers[string(text)]; missing {
			return NoMatch
		}
		if place, found := at[string(text)]; found {
			return place
		}
		return NoMatch
	}
	var entries []int32
	err := c.each(ctx, func(r *run) error {
		if r.fresh {
			entries = entries[:0]
			for i := range r.dict.n {
				entries = append(entries, find(r, r.dict, i))
			}
		}
		r.walk(func(index, plain int) {
			switch {
			case index >= 0:
				out = append(out, entries[index])
			case plain >= 0:
				out = append(out, find(r, r.plain, plain))
			default:
				out = append(out, NoMatch)
			}
		})
		return nil
	})
	return out, err
}
