package table

import (
	"hash/maphash"
	"math"
	"math/bits"

	"github.com/plumbline-project/plumbline"
)

// Codes is a column as dictionary codes, one per row. Code 0 is missing and Dict[0] is ""; the other texts are in byte
// order, so that the same values give the same codes whatever the format. Exactly one of U8 and U16 is set: U8 where Dict
// has at most 256 entries.
type Codes struct {
	Name string
	Dict []string
	U8   []uint8
	U16  []uint16
}

// Len is the number of rows.
func (c *Codes) Len() int { return max(len(c.U8), len(c.U16)) }

// At is the code of a row. Loops over many rows use the slices.
func (c *Codes) At(row int) int {
	if c.U8 != nil {
		return int(c.U8[row])
	}
	return int(c.U16[row])
}

// Floats is a column as numbers, one per row. Values without a number (missing, bad, NaN, infinite) have their bit in Valid
// cleared and are 0 in Values, so that nothing that forgets to look adds a NaN to a sum.
type Floats struct {
	Name   string
	Values []float64
	Valid  []uint64 // bit i%64 of word i/64 is set where row i has a number; nil where all rows have one
}

// Ok reports whether a row has a number. Loops over many rows use the words of Valid.
func (f *Floats) Ok(row int) bool { return f.Valid == nil || f.Valid[row>>6]>>(row&63)&1 != 0 }

// Count is the number of rows that have a number.
func (f *Floats) Count() (n int) {
	if f.Valid == nil {
		return len(f.Values)
	}
	for _, w := range f.Valid {
		n += bits.OnesCount64(w)
	}
	return n
}

// NoGroup is the id of rows whose value is missing.
const NoGroup = math.MaxUint32

// Groups numbers the different values of a column 0 to N−1 in the order of their first appearance. It has an id for every
// row, [NoGroup] where the value is missing.
type Groups struct {
	Name    string
	IDs     []uint32
	N       int
	Missing int64
}

// floatable is nil where a column has floats.
func (i *ColumnInfo) floatable(big bool) error {
	where := "column " + i.Name
	if i.Kind == Text || i.Kind == Nested {
		return &plumbline.Error{
			Code: plumbline.Invalid, Where: where, Message: "it holds " + string(i.Kind) + ", not numbers",
			Hint: "declare its kind in types if it should be a number; values that do not fit are then counted",
		}
	}
	if i.Kind == Integer && big {
		return &plumbline.Error{
			Code: plumbline.Invalid, Where: where,
			Message: "it holds integers beyond 2^53, which a floating-point number would round",
			Hint:    "use it as a key, or declare its kind as number to accept the rounding",
		}
	}
	return nil
}

// floatsWriter fills a Floats from the front; NaN and infinities are not valid.
type floatsWriter struct {
	f    *Floats
	n    int
	word uint64
	all  bool
}

func newFloatsWriter(name string, rows int64) *floatsWriter {
	return &floatsWriter{
		f:   &Floats{Name: name, Values: make([]float64, rows), Valid: make([]uint64, (rows+63)/64)},
		all: true,
	}
}

func (w *floatsWriter) put(v float64) {
	if v-v == 0 {
		w.f.Values[w.n] = v
		w.word |= 1 << (w.n & 63)
	} else {
		w.all = false
	}
	w.n++
	if w.n&63 == 0 {
		w.f.Valid[w.n>>6-1] = w.word
		w.word = 0
	}
}

func (w *floatsWriter) done() *Floats {
	if w.n&63 != 0 {
		w.f.Valid[w.n>>6] = w.word
	}
	if w.all {
		w.f.Valid = nil
	}
	return w.f
}

// grouper gives ids to 128-bit keys: 16 bytes for a key and 8 for two places in an open table, whose hash is salted so
// that nobody can choose keys that collide.
type grouper struct {
	g     *Groups
	salt  uint64
	keys  [][2]uint64 // by id
	slots []uint32    // id plus 1; 0 is free
	rows  int
}

func newGrouper(name string, rows int64) *grouper {
	return &grouper{
		g: &Groups{Name: name, IDs: make([]uint32, rows)}, slots: make([]uint32, 1024),
		salt: maphash.String(maphash.MakeSeed(), "salt"),
	}
}

// put numbers the next row.
func (g *grouper) put(x, y uint64, missing bool) {
	if missing {
		g.g.Missing++
		g.g.IDs[g.rows] = NoGroup
	} else {
		g.g.IDs[g.rows] = g.id(x, y)
	}
	g.rows++
}

func (g *grouper) id(x, y uint64) uint32 {
	mask := uint64(len(g.slots) - 1) //nolint:gosec // never empty
	key := [2]uint64{x, y}
	for i := g.spread(key) & mask; ; i = (i + 1) & mask {
		id := g.slots[i]
		if id == 0 {
			g.keys = append(g.keys, key)
			id = uint32(len(g.keys)) //nolint:gosec // rows are at most 2^31
			g.slots[i] = id
			if 2*len(g.keys) > len(g.slots) {
				g.grow()
			}
			return id - 1
		}
		if g.keys[id-1] == key {
			return id - 1
		}
	}
}

func (g *grouper) grow() {
	g.slots = make([]uint32, 2*len(g.slots))
	mask := uint64(len(g.slots) - 1) //nolint:gosec // never empty
	for id, key := range g.keys {
		i := g.spread(key) & mask
		for g.slots[i] != 0 {
			i = (i + 1) & mask
		}
		g.slots[i] = uint32(id) + 1
	}
}

// spread mixes a key into a slot number (with the finaliser of MurmurHash3, Appleby 2011).
func (g *grouper) spread(key [2]uint64) uint64 {
	h := key[0] ^ g.salt ^ key[1]*0x9e3779b97f4a7c15
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

func (g *grouper) done() *Groups {
	g.g.N = len(g.keys)
	return g.g
}
