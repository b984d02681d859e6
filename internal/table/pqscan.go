package table

import (
	"context"
	"hash/maphash"
	"math"
)

// scan reads the column for the counts of Info. A column that is too varied for codes is counted without them.
func (c *pqColumn) scan(ctx context.Context) error {
	if c.throughText() {
		_, err := c.asText(ctx)
		return err
	}
	s := &scanner{c: c, dict: newDict(maphash.MakeSeed()), markers: c.table.opt.markers(c.about.Name), ints: map[uint64]bool{}, many: c.wide}
	if err := c.each(ctx, s.run); err != nil {
		return err
	}
	c.about.Known = true
	c.about.Missing, c.about.BadValues, c.about.Distinct = s.missing, s.bad, -1
	if !s.many {
		c.about.Distinct = int64(s.dict.len())
	}
	return nil
}

// scanner counts missing, bad and distinct values, the last up to 65,535.
type scanner struct {
	c       *pqColumn
	dict    *dict
	markers map[string]struct{}
	ints    map[uint64]bool // numbers that were written as text before
	state   []uint8         // of the entries of the dictionary
	missing int64
	bad     int64
	many    bool
	text    []byte
}

// The states of a value.
const (
	stateNew uint8 = iota
	stateGood
	stateMissing
	stateNoValue // bad, and missing for codes
	stateBad
)

func (s *scanner) run(r *run) error {
	s.missing += int64(r.rows - r.n)
	if r.dict == nil {
		for i := range r.n {
			s.count(s.look(r, r.plain, i), 1)
		}
		return nil
	}
	if r.fresh {
		s.state = make([]uint8, r.dict.n)
	}
	var counts [stateBad + 1]int64
	for _, i := range r.index {
		state := s.state[i]
		if state == stateNew {
			state = s.look(r, r.dict, int(i))
			s.state[i] = state
		}
		counts[state]++
	}
	for state, n := range counts {
		s.count(uint8(state), n)
	}
	return nil
}

func (s *scanner) count(state uint8, n int64) {
	switch state {
	case stateMissing:
		s.missing += n
	case stateNoValue:
		s.missing += n
		s.bad += n
	case stateBad:
		s.bad += n
	}
}

// look decides the state of a value and enters it among the distinct ones.
func (s *scanner) look(r *run, v *values, i int) uint8 {
	state := stateGood
	if len(v.floats) > 0 && s.c.about.Kind == Number {
		if f := v.floats[i]; f-f != 0 { // true for NaN and infinities
			state = stateBad
		}
	}
	if s.many && r.t.form != formText {
		return state
	}
	if len(v.ints)+len(v.floats) > 0 {
		var bits uint64
		if len(v.ints) > 0 {
			bits = uint64(v.ints[i]) //nolint:gosec // the bits are the key
		} else {
			bits = math.Float64bits(v.floats[i])
		}
		if s.ints[bits] {
			return state
		}
		s.ints[bits] = true
	}
	var ok bool
	if s.text, ok = r.t.appendText(s.text[:0], v, i); !ok {
		return stateNoValue
	}
	if len(s.text) == 0 {
		return stateMissing
	}
	if _, missing := s.markers[string(s.text)]; missing {
		return stateMissing
	}
	if !s.many {
		if _, hash, ok := s.dict.find(s.text); !ok {
			_, ok = s.dict.add(s.text, hash, false)
			s.many = !ok || s.dict.bytes > maxDictBytes
		}
	}
	return state
}
