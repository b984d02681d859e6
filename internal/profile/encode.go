package profile

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/plumbline-project/plumbline"
)

// The form: "PLPF", the version, then the fields of Column in their order. Whole numbers are unsigned varints, real ones 8
// bytes, little end first; lists begin with their length.
const (
	magic   = "PLPF"
	version = 1
)

// MarshalBinary writes the profile. Equal profiles give equal bytes.
func (c *Column) MarshalBinary() ([]byte, error) {
	w := writer(slices.Concat([]byte(magic), []byte{version}))
	w.word(c.seed)
	for _, n := range []int64{c.rows, c.missing, c.bad, c.suppressed, c.numbers.n} {
		w.count(n)
	}
	for _, x := range []float64{c.numbers.mean, c.numbers.squares, c.numbers.low, c.numbers.high} {
		w.word(math.Float64bits(x))
	}
	w.word(c.sketch.coins)
	w.count(int64(len(c.sketch.levels)))
	for _, level := range c.sketch.levels {
		w.count(int64(len(level)))
		for _, x := range level {
			w.word(math.Float64bits(x))
		}
	}
	w.distinct(&c.distinct)
	w.counts(&c.values)
	w.counts(&c.cells)
	return w, nil
}

type writer []byte

func (w *writer) word(x uint64) { *w = binary.LittleEndian.AppendUint64(*w, x) }

func (w *writer) count(n int64) { *w = binary.AppendUvarint(*w, uint64(max(n, 0))) }

func (w *writer) text(s string) {
	w.count(int64(len(s)))
	*w = append(*w, s...)
}

// The kinds of a count of different values.
const (
	byHash = iota
	byRegister
	byNumber
)

func (w *writer) distinct(d *distinct) {
	switch {
	case d.closed:
		w.count(byNumber)
		w.word(math.Float64bits(d.n))
	case d.registers != nil:
		w.count(byRegister)
		*w = append(*w, d.registers...)
	default:
		w.count(byHash)
		w.count(int64(len(d.hashes)))
		for _, h := range d.hashes {
			w.word(h)
		}
	}
}

func (w *writer) counts(c *counts) {
	if c.lost {
		w.count(1)
		return
	}
	w.count(0)
	w.count(c.rest)
	w.count(int64(len(c.rows)))
	for _, k := range c.keys() {
		w.text(k[0])
		w.text(k[1])
		w.count(c.rows[k])
	}
}

// UnmarshalBinary reads what [Column.MarshalBinary] wrote. Anything else is an Invalid error, or Unsupported for another
// version, and c is then unchanged.
func (c *Column) UnmarshalBinary(data []byte) error {
	if len(data) < len(magic)+1 || string(data[:len(magic)]) != magic {
		return broken("it does not begin as a profile does")
	}
	if v := data[len(magic)]; v != version {
		return &plumbline.Error{Code: plumbline.Unsupported, Message: "a column profile of a later version", Hint: "read it with the version of Plumbline that wrote it, or a later one"}
	}
	r := &reader{data: data[len(magic)+1:]}
	var out Column
	out.seed = r.word()
	for _, n := range []*int64{&out.rows, &out.missing, &out.bad, &out.suppressed, &out.numbers.n} {
		*n = r.count(maxRows)
	}
	for _, x := range []*float64{&out.numbers.mean, &out.numbers.squares, &out.numbers.low, &out.numbers.high} {
		*x = math.Float64frombits(r.word())
	}
	r.sketch(&out.sketch)
	r.distinct(&out.distinct)
	r.counts(&out.values)
	r.counts(&out.cells)
	switch {
	case r.fault != "":
		return broken(r.fault)
	case len(r.data) > 0:
		return broken("bytes follow its end")
	}
	if fault := out.fault(); fault != "" {
		return broken(fault)
	}
	*c = out
	return nil
}

func broken(why string) error {
	return &plumbline.Error{Code: plumbline.Invalid, Message: "the column profile is broken: " + why, Hint: "write it anew from the data"}
}

// fault says which invariant the profile breaks, or nothing.
func (c *Column) fault() string {
	m := &c.numbers
	switch {
	case c.missing > c.rows || c.bad > c.rows-c.missing || m.n > c.rows-c.missing-c.bad:
		return "it counts more values than rows"
	case c.sketch.rows() > m.n || c.suppressed == 0 && c.sketch.rows() != m.n:
		return "its sketch stands for another number of rows"
	case !c.values.lost && c.values.sum() > c.rows-c.missing-c.bad:
		return "its values have more rows than there are"
	case !(m.low <= m.high) || math.IsInf(m.low, 0) || math.IsInf(m.high, 0) || !(m.squares >= 0) || m.mean-m.mean != 0:
		return "its range or its moments are none"
	case m.n == 0 && *m != moments{}:
		return "it has moments without numbers"
	}
	return ""
}

// reader takes fields from the front; after a fault all are 0.
type reader struct {
	data  []byte
	fault string
}

func (r *reader) fail(why string) {
	if r.fault == "" {
		r.fault = why
	}
	r.data = nil
}

func (r *reader) word() uint64 {
	if len(r.data) < 8 {
		r.fail("it ends early")
		return 0
	}
	x := binary.LittleEndian.Uint64(r.data)
	r.data = r.data[8:]
	return x
}

// count reads a whole number that is at most most, in its shortest form.
func (r *reader) count(most int64) int64 {
	x, n := binary.Uvarint(r.data)
	if n <= 0 || n > 1 && r.data[n-1] == 0 || x > uint64(most) { //nolint:gosec // G115: most is not negative
		r.fail("a number is cut, too long or too large")
		return 0
	}
	r.data = r.data[n:]
	return int64(x) //nolint:gosec // G115: at most most
}

func (r *reader) text() string {
	n := r.count(maxText)
	if int64(len(r.data)) < n {
		r.fail("it ends early")
		return ""
	}
	s := string(r.data[:n])
	r.data = r.data[n:]
	return s
}

func (r *reader) sketch(s *sketch) {
	s.coins = r.word()
	levels := int(r.count(maxLevels))
	if levels == 0 {
		return
	}
	s.levels = make([][]float64, levels)
	for h := range s.levels {
		n := int(r.count(3 * sketchSize)) // a level is halved before it grows beyond its room and what comes up from below
		if n > len(r.data)/8 || h > 40 && n > 0 {
			r.fail("a level of its sketch is too long")
			return
		}
		for range n {
			x := math.Float64frombits(r.word())
			if x-x != 0 {
				r.fail("a number of its sketch is not finite")
				return
			}
			s.levels[h] = append(s.levels[h], x)
		}
	}
}

func (r *reader) distinct(d *distinct) {
	switch r.count(byNumber) {
	case byNumber:
		d.closed, d.n = true, math.Float64frombits(r.word())
		if d.n < 0 || math.IsInf(d.n, 0) {
			r.fail("its number of different values is none")
		}
	case byRegister:
		if len(r.data) < registers {
			r.fail("it ends early")
			return
		}
		d.registers = slices.Clone(r.data[:registers])
		r.data = r.data[registers:]
		if slices.Max(d.registers) > 64-registerBits+1 {
			r.fail("a register is too large")
		}
	default:
		for range r.count(exactHashes) {
			h := r.word()
			if len(d.hashes) > 0 && h <= d.hashes[len(d.hashes)-1] {
				r.fail("its hashes are not in order")
				return
			}
			d.hashes = append(d.hashes, h)
		}
	}
}

func (r *reader) counts(c *counts) {
	if r.count(1) == 1 {
		c.lost = true
		return
	}
	c.rest = r.count(maxRows)
	last := [2]string{}
	for i := range r.count(MaxValues) {
		k := [2]string{r.text(), r.text()}
		n := r.count(maxCount)
		if r.fault != "" || n == 0 || i > 0 && slices.Compare(k[:], last[:]) <= 0 {
			r.fail("its values are not in order, or without rows")
			return
		}
		if c.rows == nil {
			c.rows = map[[2]string]int64{}
		}
		c.rows[k], last = n, k
	}
}
