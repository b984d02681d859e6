package table

import (
	"context"
	"hash/maphash"
	"math"
	"slices"
)

func (c *pqColumn) floats(ctx context.Context) (*Floats, error) {
	if c.throughText() {
		t, err := c.asText(ctx)
		if err != nil {
			return nil, err
		}
		return t.floats(ctx)
	}
	if c.about.Kind != Nested {
		if err := c.about.floatable(false); err != nil {
			return nil, err
		}
	}
	rows := c.table.rows()
	w := &floater{f: &Floats{Name: c.about.Name, Values: make([]float64, rows)}}
	if err := c.each(ctx, w.run); err != nil {
		return nil, err
	}
	if err := c.about.floatable(w.big); err != nil {
		return nil, err
	}
	return w.f, nil
}

// floater decodes a column into one slice.
type floater struct {
	f       *Floats
	entries []float64 // of the current dictionary; NaN where one is not valid
	bad     bool      // an entry is not valid
	big     bool
}

func (w *floater) run(r *run) error {
	dst := w.f.Values[r.row : r.row+int64(r.rows)]
	check := true
	switch {
	case r.dict != nil:
		if r.fresh {
			w.dictionary(r)
		}
		decodeRun(dst, r, w.entries)
		check = w.bad
	case r.levels == nil && r.t.form == formFloat64 && len(r.plain.floats) >= r.rows:
		copy(dst, r.plain.floats)
	case r.levels == nil && r.t.form == formInteger:
		check = false
		for i, n := range r.plain.ints[:len(dst)] {
			dst[i] = float64(n)
			w.big = w.big || n > maxExact || n < -maxExact
		}
	default:
		next := 0
		for i := range dst {
			if r.levels != nil && r.levels[i] == 0 {
				continue
			}
			f, big, ok := r.t.float(r.plain, next)
			next++
			w.big = w.big || big
			if !ok {
				f = math.NaN()
			}
			dst[i] = f
		}
	}
	w.validate(r, dst, check)
	return nil
}

func (w *floater) dictionary(r *run) {
	w.entries, w.bad = w.entries[:0], false
	for i := range r.dict.n {
		f, big, ok := r.t.float(r.dict, i)
		w.big = w.big || big
		if !ok {
			f, w.bad = math.NaN(), true
		}
		w.entries = append(w.entries, f)
	}
}

// validate clears the bits of rows that have no number.
func (w *floater) validate(r *run, dst []float64, check bool) {
	if r.levels != nil {
		for i, l := range r.levels {
			if l == 0 {
				w.clear(r.row + int64(i))
			}
		}
	}
	if !check {
		return
	}
	for i, f := range dst {
		if f-f != 0 { // true for NaN and infinities
			dst[i] = 0
			w.clear(r.row + int64(i))
		}
	}
}

func (w *floater) clear(row int64) {
	if w.f.Valid == nil {
		w.f.Valid = make([]uint64, (len(w.f.Values)+63)/64)
		for i := range w.f.Valid {
			w.f.Valid[i] = math.MaxUint64
		}
		if rest := len(w.f.Values) & 63; rest != 0 {
			w.f.Valid[len(w.f.Valid)-1] = 1<<rest - 1
		}
	}
	w.f.Valid[row>>6] &^= 1 << (row & 63)
}

func (c *pqColumn) groups(ctx context.Context) (*Groups, error) {
	if c.throughText() {
		t, err := c.asText(ctx)
		if err != nil {
			return nil, err
		}
		return t.groups(ctx)
	}
	g := newGrouper(c.about.Name, c.table.rows())
	markers := c.table.opt.markers(c.about.Name)
	seeds := [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
	var keys [][2]uint64
	var text []byte
	integers := !slices.ContainsFunc(c.types, func(t pqType) bool { return t.form != formInteger })
	key := func(r *run, v *values, i int) (k [2]uint64) {
		if integers {
			return [2]uint64{uint64(v.ints[i]), 1} //nolint:gosec // the bits are the key
		}
		var ok bool
		if text, ok = r.t.appendText(text[:0], v, i); !ok || len(text) == 0 {
			return k
		}
		if _, missing := markers[string(text)]; missing {
			return k
		}
		k[0], k[1] = fingerprint(&seeds, text)
		return k
	}
	err := c.each(ctx, func(r *run) error {
		if r.fresh {
			keys = keys[:0]
			for i := range r.dict.n {
				keys = append(keys, key(r, r.dict, i))
			}
		}
		r.walk(func(index, plain int) {
			var k [2]uint64
			if index >= 0 {
				k = keys[index]
			} else if plain >= 0 {
				k = key(r, r.plain, plain)
			}
			g.put(k[0], k[1], k[1] == 0)
		})
		return nil
	})
	if err != nil {
		return nil, err
	}
	return g.done(), nil
}
