package journal

import "encoding/binary"

// seen remembers which ids came in which group, in two generations: the older one is dropped when the newer one is full or a
// window old. It holds fingerprints; a hit is looked up in the row.
type seen struct {
	window int64 // milliseconds
	most   int   // ids of a generation
	now    generation
	before generation
}

// generation is an open hash table: 40 bits of a hash, 24 bits of group.
type generation struct {
	slots []uint64 // 0 is empty
	used  int
	first int64 // group that ordinals count from
	start int64 // time of that group; 0: nothing yet
}

const (
	groupBits = 24
	minSlots  = 1 << 12
)

// rotate begins a new generation where the present one is old or full for the next group.
func (s *seen) rotate(group, time int64, more int) {
	g := &s.now
	if g.first == 0 {
		g.first, g.start = group, time
		return
	}
	if time-g.start < s.window && g.used+more <= s.most && group-g.first < 1<<groupBits-1 {
		return
	}
	s.before, s.now = s.now, generation{first: group, start: time}
}

// add remembers an id of a group of the present generation.
func (s *seen) add(id uint64, group int64) {
	g := &s.now
	if 3*(g.used+1) > 2*len(g.slots) {
		g.grow()
	}
	if g.put(id, uint64(group-g.first+1)) { //nolint:gosec // G115: rotate keeps it small
		g.used++
	}
}

// find gives the groups in which an id may have come, the newest first.
func (s *seen) find(id uint64, groups []int64) []int64 {
	return s.before.find(id, s.now.find(id, groups))
}

func mark(id uint64) uint64 { return id &^ (1<<groupBits - 1) }

func (g *generation) put(id, ordinal uint64) bool {
	mask := uint64(len(g.slots) - 1) //nolint:gosec // G115: a length
	entry := mark(id) | ordinal
	for i := mark(id) * 0x9e3779b97f4a7c15 >> 24; ; i++ {
		switch slot := &g.slots[i&mask]; *slot {
		case 0:
			*slot = entry
			return true
		case entry:
			return false
		}
	}
}

func (g *generation) find(id uint64, groups []int64) []int64 {
	if len(g.slots) == 0 {
		return groups
	}
	mask := uint64(len(g.slots) - 1) //nolint:gosec // G115: a length
	for i := mark(id) * 0x9e3779b97f4a7c15 >> 24; ; i++ {
		slot := g.slots[i&mask]
		if slot == 0 {
			return groups
		}
		if mark(slot) == mark(id) {
			groups = append(groups, g.first+int64(slot&(1<<groupBits-1))-1)
		}
	}
}

// grow doubles the table. The hash of an entry is known to 40 bits only, and so are places: the low bits of an id are never used.
func (g *generation) grow() {
	old := g.slots
	g.slots = make([]uint64, max(2*len(old), minSlots))
	for _, slot := range old {
		if slot != 0 {
			g.put(mark(slot), slot&(1<<groupBits-1))
		}
	}
}

// idAt gives the hash of the id, and that of the bytes, of a record of a row.
func idAt(ids []byte, i int) (id, content uint64) {
	return binary.BigEndian.Uint64(ids[i*idSize:]), binary.BigEndian.Uint64(ids[i*idSize+8:])
}
