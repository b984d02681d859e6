package table

import (
	"bytes"
	"context"
	"hash/maphash"
	"math"
	"unicode/utf8"
)

func (c *pqColumn) info() ColumnInfo { return c.about }

// throughText reports whether the column must be read through the texts of its values: another kind is declared, or a text
// that means missing could be a value of it.
func (c *pqColumn) throughText() bool {
	declared := c.table.opt.Types[c.about.Name]
	own := c.types[0].kind
	if declared != "" && declared != own && declared != Text && (declared != Number || own != Integer) {
		return true
	}
	if c.types[0].form == formText {
		return false
	}
	for m := range c.table.opt.markers(c.about.Name) {
		if s := classify([]byte(m)); s.class != classText || c.types[0].kind == Text {
			return true
		}
	}
	return false
}

// asText reads the column through the builder of the text formats, once.
func (c *pqColumn) asText(ctx context.Context) (*textColumn, error) {
	if c.text != nil {
		return c.text, nil
	}
	name := c.about.Name
	declared := c.about.Kind
	b := newBuilder(c.table.shared, name, declared, c.table.opt.markers(name), blockRows(len(c.table.columns)))
	var buf []byte
	add := func(text []byte, ok bool) []byte {
		if ok {
			b.add(text)
		} else {
			b.addBad()
		}
		return text
	}
	err := c.each(ctx, func(r *run) error {
		r.walk(func(index, plain int) {
			switch {
			case index >= 0:
				buf = add(r.t.appendText(buf[:0], r.dict, index))
			case plain >= 0:
				buf = add(r.t.appendText(buf[:0], r.plain, plain))
			default:
				b.add(nil)
			}
		})
		return nil
	})
	if err == nil {
		err = c.table.shared.store.failed()
	}
	if err != nil {
		return nil, err
	}
	c.text = b.finish()
	c.about = c.text.about
	return c.text, nil
}

// walk calls do for every row of a run with the index of its dictionary entry or the number of its plain value; both are
// −1 where the row has none.
func (r *run) walk(do func(index, plain int)) {
	next := 0
	for i := range r.rows {
		switch {
		case r.levels != nil && r.levels[i] == 0:
			do(-1, -1)
		case r.dict != nil:
			do(int(r.index[next]), -1)
			next++
		default:
			do(-1, next)
			next++
		}
	}
}

// coder gives codes to values in the order of their appearance; see finish for the order that leaves.
type coder struct {
	c       *pqColumn
	dict    *dict
	u8      []uint8
	u16     []uint16 // set from the 257th code on
	entries []uint16 // codes of the current dictionary
	small   []uint8  // the same, while codes fit a byte
	ints    map[int64]uint16
	near    [1 << 10]int32 // codes plus 1 of the integers from −128
	floats  map[uint64]uint16
	text    []byte
}

func (c *pqColumn) codes(ctx context.Context) (*Codes, error) {
	if c.throughText() {
		t, err := c.asText(ctx)
		if err != nil {
			return nil, err
		}
		return t.codes(ctx)
	}
	if c.wide {
		return nil, tooManyValues(c.about.Name)
	}
	k := &coder{
		c: c, dict: newDict(maphash.MakeSeed()), u8: make([]uint8, c.table.rows()),
		ints: map[int64]uint16{}, floats: map[uint64]uint16{},
	}
	if err := c.each(ctx, k.run); err != nil {
		return nil, err
	}
	return k.finish(), nil
}

// badText stands for values that are none in the dictionary of a coder; no good text has a NUL.
const badText = "\x00"

// code gives the code of value i of v.
func (k *coder) code(t *pqType, v *values, i int) (uint16, error) {
	text := k.text[:0]
	ok := true
	if t.form == formText {
		text = v.bytesAt(i)
	} else if text, ok = t.appendText(text, v, i); ok {
		k.text = text
	}
	if len(text) == 0 && ok {
		return 0, nil
	}
	code, hash, found := k.dict.find(text)
	if found && ok {
		return code, nil
	}
	if !ok || !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		text = []byte(badText)
		if code, hash, found = k.dict.find(text); found {
			return code, nil
		}
	}
	_, missing := k.c.table.opt.markers(k.c.about.Name)[string(text)]
	if code, ok = k.dict.add(text, hash, missing); !ok || k.dict.bytes > maxDictBytes {
		k.c.wide = true
		return 0, tooManyValues(k.c.about.Name)
	}
	return code, nil
}

func (k *coder) run(r *run) error {
	if r.fresh {
		k.entries = k.entries[:0]
		for i := range r.dict.n {
			code, err := k.code(r.t, r.dict, i)
			if err != nil {
				return err
			}
			k.entries = append(k.entries, code)
		}
		k.small = k.small[:0]
		if k.dict.len() <= math.MaxUint8 {
			for _, code := range k.entries {
				k.small = append(k.small, uint8(code)) //nolint:gosec // checked
			}
		}
	}
	if k.dict.len() > math.MaxUint8 {
		k.widen()
	}
	if r.dict != nil && k.u16 == nil {
		if len(k.small) < len(k.entries) {
			k.small = k.small[:0]
			for _, code := range k.entries {
				k.small = append(k.small, uint8(code)) //nolint:gosec // checked above
			}
		}
		decodeRun(k.u8[r.row:r.row+int64(r.rows)], r, k.small)
		return nil
	}
	if r.dict != nil {
		decodeRun(k.u16[r.row:r.row+int64(r.rows)], r, k.entries)
		return nil
	}
	return k.plain(r)
}

// decodeRun writes the table entries of a run's indexes to the rows that have a value. It is the inner loop of everything
// that is encoded with a dictionary.
func decodeRun[T any](dst []T, r *run, table []T) {
	if r.levels == nil {
		for i, x := range r.index[:len(dst)] {
			dst[i] = table[x]
		}
		return
	}
	next := 0
	for i, l := range r.levels {
		if l != 0 {
			dst[i] = table[r.index[next]]
			next++
		}
	}
}

func (k *coder) widen() {
	if k.u16 != nil {
		return
	}
	k.u16 = make([]uint16, len(k.u8))
	for i, c := range k.u8 {
		k.u16[i] = uint16(c)
	}
	k.u8 = nil
}

// plain codes the values of a page without a dictionary.
func (k *coder) plain(r *run) error {
	next := 0
	for i := range r.rows {
		if r.levels != nil && r.levels[i] == 0 {
			continue
		}
		code, err := k.known(r, next)
		if err != nil {
			return err
		}
		next++
		if code > math.MaxUint8 {
			k.widen()
		}
		if k.u16 != nil {
			k.u16[r.row+int64(i)] = code
		} else {
			k.u8[r.row+int64(i)] = uint8(code) //nolint:gosec // widened above
		}
	}
	return nil
}

// known is code with a look at what numbers were seen before, so that each is written as text once.
func (k *coder) known(r *run, i int) (uint16, error) {
	switch {
	case len(r.plain.ints) > 0:
		n := r.plain.ints[i]
		near := uint64(n + 128) //nolint:gosec // negative numbers become large
		if near < uint64(len(k.near)) && k.near[near] != 0 {
			return uint16(k.near[near] - 1), nil //nolint:gosec // a code plus 1
		}
		code, ok := k.ints[n]
		if !ok {
			var err error
			if code, err = k.code(r.t, r.plain, i); err != nil {
				return 0, err
			}
			k.ints[n] = code
		}
		if near < uint64(len(k.near)) {
			k.near[near] = int32(code) + 1
		}
		return code, nil
	case len(r.plain.floats) > 0:
		bits := math.Float64bits(r.plain.floats[i])
		code, ok := k.floats[bits]
		if !ok {
			var err error
			if code, err = k.code(r.t, r.plain, i); err != nil {
				return 0, err
			}
			k.floats[bits] = code
		}
		return code, nil
	}
	return k.code(r.t, r.plain, i)
}

// finish counts the codes, drops entries of dictionaries that no row uses, puts the rest in byte order and learns what
// Info says of the column.
func (k *coder) finish() *Codes {
	counts := make([]int64, max(len(k.dict.names), 256))
	if k.u16 == nil {
		countBytes(counts, k.u8)
	} else {
		for _, c := range k.u16 {
			counts[c]++
		}
	}
	names := k.dict.names
	used, from := []string{""}, []int{0}
	for code := 1; code < len(names); code++ {
		if counts[code] > 0 && names[code] != badText {
			used, from = append(used, names[code]), append(from, code)
		}
	}
	sorted, final := sortDict(used)
	table := make([]uint16, len(counts))
	same := len(used) == len(names)
	for i, code := range from {
		table[code] = final[i]
		same = same && int(final[i]) == code
	}
	k.learn(counts, names)
	out := &Codes{Name: k.c.about.Name, Dict: sorted, U8: k.u8, U16: k.u16}
	switch {
	case same:
	case k.u16 == nil:
		var bytes [256]uint8
		for i, f := range table[:256] {
			bytes[i] = uint8(f) //nolint:gosec // codes fit a byte
		}
		for i, c := range out.U8 {
			out.U8[i] = bytes[c]
		}
	default:
		for i, c := range out.U16 {
			out.U16[i] = table[c]
		}
	}
	if out.U16 != nil && len(sorted) <= 256 {
		out.U8 = make([]uint8, len(out.U16))
		for i, c := range out.U16 {
			out.U8[i] = uint8(c) //nolint:gosec // checked
		}
		out.U16 = nil
	}
	return out
}

// countBytes counts codes in four tables, so that runs of one code do not wait for each other.
func countBytes(counts []int64, codes []uint8) {
	var t [4][256]int64
	for len(codes) >= 4 {
		t[0][codes[0]]++
		t[1][codes[1]]++
		t[2][codes[2]]++
		t[3][codes[3]]++
		codes = codes[4:]
	}
	for _, c := range codes {
		t[0][c]++
	}
	for c := range 256 {
		counts[c] += t[0][c] + t[1][c] + t[2][c] + t[3][c]
	}
}

// learn keeps what the codes tell of the column.
func (k *coder) learn(counts []int64, names []string) {
	about := &k.c.about
	about.Known = true
	about.Missing, about.Distinct, about.BadValues = counts[0], 0, 0
	for code := 1; code < len(names); code++ {
		if counts[code] == 0 {
			continue
		}
		if names[code] == badText {
			about.Missing += counts[code]
			about.BadValues += counts[code]
			continue
		}
		about.Distinct++
		if (about.Kind == Number || about.Kind == Integer) && isNonFinite([]byte(names[code])) {
			about.BadValues += counts[code]
		}
	}
}
