package table

import (
	"context"
	"encoding/binary"
)

// textBlock is the number of bytes in a block of texts.
const textBlock = 1 << 18

// eachText takes the text of a row.
type eachText = func(row int, text []byte) error

func (c *textColumn) texts(ctx context.Context, do eachText) error {
	b := c.b
	w := &textWalk{do: do}
	var err error
	switch b.mode {
	case modeDict:
		names := make([][]byte, len(b.dict.names))
		for i, t := range b.dict.names {
			names[i] = []byte(t)
		}
		width := b.codes.width
		err = b.codes.each(ctx, func(data []byte) {
			for i := 0; i < len(data) && w.err == nil; i += width {
				if width == 1 {
					w.put(names[data[i]])
				} else {
					w.put(names[binary.LittleEndian.Uint16(data[i:])])
				}
			}
		})
	case modePack:
		err = c.packedTexts(ctx, w)
	case modeWide:
		err = b.texts.each(ctx, func(data []byte) {
			for len(data) > 0 && w.err == nil {
				size, n := binary.Uvarint(data)
				w.put(data[n : n+int(size)]) //nolint:gosec // written by putText
				data = data[n+int(size):]    //nolint:gosec // the same
			}
		})
	}
	if err == nil {
		err = w.err
	}
	return err
}

func (c *textColumn) packedTexts(ctx context.Context, w *textWalk) error {
	var text []byte
	return c.b.packed.each(ctx, func(data []byte) {
		for i := 0; i < len(data) && w.err == nil; i += 8 {
			switch p := binary.LittleEndian.Uint64(data[i:]); {
			case p == packMissing:
				w.put(nil)
			case p&packScaleMask == packException:
				text = append(text[:0], c.b.dict.names[p>>packScaleBits]...)
				w.put(text)
			default:
				text = appendUnpacked(text[:0], p)
				w.put(text)
			}
		}
	})
}

// textWalk counts rows and leaves out those without a text.
type textWalk struct {
	do  eachText
	row int
	err error
}

func (w *textWalk) put(text []byte) {
	if len(text) > 0 && w.err == nil {
		w.err = w.do(w.row, text)
	}
	w.row++
}

func (c *pqColumn) texts(ctx context.Context, do eachText) error {
	if c.throughText() {
		t, err := c.asText(ctx)
		if err != nil {
			return err
		}
		return t.texts(ctx, do)
	}
	w := &textWalk{do: do}
	markers := c.table.opt.markers(c.about.Name)
	var buf []byte
	show := func(r *run, v *values, i int) []byte {
		var ok bool
		buf, ok = r.t.appendText(buf[:0], v, i)
		if _, missing := markers[string(buf)]; missing || !ok {
			return nil
		}
		return buf
	}
	return c.each(ctx, func(r *run) error {
		r.walk(func(index, plain int) {
			switch {
			case index >= 0:
				w.put(show(r, r.dict, index))
			case plain >= 0:
				w.put(show(r, r.plain, plain))
			default:
				w.put(nil)
			}
		})
		return w.err
	})
}

func (d *derived) texts(ctx context.Context, do eachText) error {
	codes, err := d.codes(ctx)
	if err != nil {
		return err
	}
	names := make([][]byte, len(codes.Dict))
	for i, t := range codes.Dict {
		names[i] = []byte(t)
	}
	w := &textWalk{do: do}
	for i := range codes.Len() {
		w.put(names[codes.At(i)])
	}
	return w.err
}
