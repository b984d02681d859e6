package table

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
)

// maxCodes is the number of distinct values that codes of 16 bits leave room for beside code 0, missing.
const maxCodes = 1<<16 - 1

const (
	slotIndexBits = 24
	slotIndexMask = 1<<slotIndexBits - 1
)

// dict numbers texts in the order of their first appearance, from code 1. Texts that are declared missing have code 0.
// Texts of up to eight bytes, which most are, are found by themselves; longer ones by a hash. Seeds differ from run to run;
// nothing that leaves the package depends on them.
type dict struct {
	seed  maphash.Seed
	salt  uint64
	short []shortSlot
	long  []uint64 // upper bits of the hash, and the index of the entry plus 1; 0 is free
	texts []string // by entry
	codes []uint16 // by entry
	names []string // by code; names[0] is ""
	bytes int64    // of the texts
}

// shortSlot is a text of one to eight bytes; size 0 is free.
type shortSlot struct {
	text uint64
	size uint8
	code uint16
}

func newDict(seed maphash.Seed) *dict {
	return &dict{
		seed: seed, salt: maphash.String(seed, "salt"), short: make([]shortSlot, 64), long: make([]uint64, 64),
		names: []string{""},
	}
}

// load8 gives the one to eight bytes of text as a number.
func load8(text []byte) uint64 {
	switch n := len(text); {
	case n >= 8:
		return binary.LittleEndian.Uint64(text)
	case n >= 4:
		return uint64(binary.LittleEndian.Uint32(text)) | uint64(binary.LittleEndian.Uint32(text[n-4:]))<<(8*(n-4))
	default:
		return uint64(text[0]) | uint64(text[n/2])<<(8*(n/2)) | uint64(text[n-1])<<(8*(n-1))
	}
}

// hashShort mixes a short text under the salt (a 64 × 64-bit product folded, as in wyhash).
func (d *dict) hashShort(text uint64, size int) uint64 {
	high, low := bits.Mul64(text^d.salt, uint64(size)^0xa0761d6478bd642f^d.salt>>7) //nolint:gosec // 1 to 8
	return high ^ low
}

// find returns the code of a text that is not empty.
func (d *dict) find(text []byte) (code uint16, hash uint64, ok bool) {
	if len(text) > 8 {
		return d.findLong(text)
	}
	key := load8(text)
	hash = d.hashShort(key, len(text))
	mask := uint64(len(d.short) - 1) //nolint:gosec // never empty
	for i := hash & mask; ; i = (i + 1) & mask {
		s := &d.short[i]
		if s.text == key && int(s.size) == len(text) {
			return s.code, hash, true
		}
		if s.size == 0 {
			return 0, hash, false
		}
	}
}

func (d *dict) findLong(text []byte) (code uint16, hash uint64, ok bool) {
	hash = maphash.Bytes(d.seed, text)
	mask := uint64(len(d.long) - 1) //nolint:gosec // never empty
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := d.long[i]
		if slot == 0 {
			return 0, hash, false
		}
		if (slot^hash)>>slotIndexBits == 0 {
			if e := slot&slotIndexMask - 1; d.texts[e] == string(text) {
				return d.codes[e], hash, true
			}
		}
	}
}

// add gives a new text a code, and is false where all codes are used. A text that means missing gets code 0.
func (d *dict) add(text []byte, hash uint64, missing bool) (code uint16, ok bool) {
	t := string(text)
	if !missing {
		if len(d.names) > maxCodes {
			return 0, false
		}
		code = uint16(len(d.names)) //nolint:gosec // at most maxCodes
		d.names = append(d.names, t)
	}
	d.texts = append(d.texts, t)
	d.codes = append(d.codes, code)
	d.bytes += int64(len(t)) + 40
	if 2*len(d.texts) > len(d.short) { // both tables have room for all
		d.short, d.long = make([]shortSlot, 4*len(d.short)), make([]uint64, 4*len(d.long))
		for i, t := range d.texts {
			_, hash, _ := d.find([]byte(t))
			d.place(hash, i)
		}
	} else {
		d.place(hash, len(d.texts)-1)
	}
	return code, true
}

// place puts an entry into its table.
func (d *dict) place(hash uint64, entry int) {
	text := d.texts[entry]
	if len(text) <= 8 {
		mask := uint64(len(d.short) - 1) //nolint:gosec // never empty
		i := hash & mask
		for d.short[i].size != 0 {
			i = (i + 1) & mask
		}
		d.short[i] = shortSlot{load8([]byte(text)), uint8(len(text)), d.codes[entry]} //nolint:gosec // at most 8
		return
	}
	mask := uint64(len(d.long) - 1) //nolint:gosec // never empty
	i := hash & mask
	for d.long[i] != 0 {
		i = (i + 1) & mask
	}
	d.long[i] = hash>>slotIndexBits<<slotIndexBits | uint64(entry+1) //nolint:gosec // at most 2^17
}

// len is the number of codes beside 0.
func (d *dict) len() int { return len(d.names) - 1 }
