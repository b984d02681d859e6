package table

import (
	"encoding/binary"
	"hash/maphash"
	"math"
)

// maxDictBytes bounds the texts of one dictionary; a column of long texts goes wide before it has 65,535 of them.
const maxDictBytes = 16 << 20

// mode is how a builder stores its column. A column starts as a dictionary and moves to the right only.
type mode uint8

const (
	modeDict mode = iota // codes of one or two bytes
	modePack             // packed numbers of eight bytes, texts that do not pack numbered
	modeWide             // fingerprints of sixteen bytes, and floats where the column still has a kind with floats
)

// shared is what the builders of one table have in common.
type shared struct {
	store     *store
	seeds     [2]maphash.Seed
	dictBytes int64 // of all dictionaries, when they were last added up
	dictLimit int64
}

// builder takes the values of one column of a text format, one after the other, and loses nothing that is asked for later:
// the text of every value while there are at most 65,535 different ones or while it is a plain decimal number, and else
// its identity (a fingerprint of 128 bits under a secret seed) and its number.
type builder struct {
	shared   *shared
	name     string
	declared Kind                // "" where it is inferred
	markers  map[string]struct{} // texts that mean missing
	block    int                 // rows in a block
	nests    int64               // JSON objects and arrays
	mode     mode
	rows     int64
	missing  int64
	bad      int64 // values that could not be read at all; they are missing too
	dict     *dict // of the column, and in modePack of the exceptions
	counts   []int64
	codes    *vector
	packed   *vector
	fraction bool // modePack: a packed number has a point
	big      bool // an integer beyond 2^53 was met
	prints   *vector
	texts    *vector // modeWide: length and bytes of every text
	floats   *vector // modeWide: nil where the column is text
	kind     Kind    // modeWide: kind so far
	unfit    int64   // modeWide: values with no float
}

func newBuilder(s *shared, name string, declared Kind, markers map[string]struct{}, block int) *builder {
	return &builder{
		shared: s, name: name, declared: declared, markers: markers, block: block,
		dict: newDict(s.seeds[0]), counts: make([]int64, 1, 16), codes: newVector(s.store, 1, block),
	}
}

// addMissing appends n missing values.
func (b *builder) addMissing(n int64) {
	for range n {
		b.add(nil)
	}
}

// addBad appends a value that cannot be read: missing, and counted.
func (b *builder) addBad() {
	b.bad++
	b.add(nil)
}

// addNested appends the text of a JSON object or array; the column is text from then on.
func (b *builder) addNested(text []byte) {
	b.nests++
	b.add(text)
}

// add appends a value; an empty text is missing.
func (b *builder) add(text []byte) {
	switch b.mode {
	case modeDict:
		b.addCode(text)
	case modePack:
		b.addPacked(text)
	case modeWide:
		b.addWide(text)
	}
}

func (b *builder) addCode(text []byte) {
	var code uint16
	if len(text) > 0 {
		var hash uint64
		var ok bool
		if code, hash, ok = b.dict.find(text); !ok {
			if code, ok = b.enter(text, hash); !ok {
				b.leaveDict()
				b.add(text)
				return
			}
			if code == math.MaxUint8+1 && b.codes.width == 1 {
				b.widen()
			}
		}
	}
	b.rows++
	b.counts[code]++
	if b.codes.width == 1 {
		b.codes.put8(uint8(code))
	} else {
		b.codes.put16(code)
	}
}

// enter adds a text to the dictionary and is false where it is full.
func (b *builder) enter(text []byte, hash uint64) (uint16, bool) {
	need := int64(len(text)) + 40
	if b.dict.bytes+need > maxDictBytes || b.shared.dictBytes+need > b.shared.dictLimit {
		return 0, false
	}
	code, ok := b.dict.add(text, hash, b.means(text))
	if ok && int(code) == len(b.counts) {
		b.counts = append(b.counts, 0)
	}
	return code, ok
}

// means reports whether text is declared to mean missing.
func (b *builder) means(text []byte) bool {
	if b.markers == nil {
		return false
	}
	_, ok := b.markers[string(text)]
	return ok
}

// widen rewrites codes of one byte as codes of two.
func (b *builder) widen() {
	old := b.codes
	b.codes = newVector(b.shared.store, 2, b.block)
	b.move(old, func(data []byte) {
		for _, c := range data {
			b.codes.put16(uint16(c))
		}
	})
}

// move reads a vector that is being replaced, and frees it.
func (b *builder) move(old *vector, do func(data []byte)) {
	b.shared.store.note(old.visit(never, do))
	old.free()
}

// leaveDict moves the column to packed numbers where nine of ten of its texts pack, else to fingerprints.
func (b *builder) leaveDict() {
	old, oldDict := b.codes, b.dict
	b.missing = b.counts[0]
	b.codes, b.counts = nil, nil
	packs := 0
	for _, t := range oldDict.names {
		if _, ok := pack([]byte(t)); ok {
			packs++
		}
	}
	width, rows := old.width, b.rows
	b.rows = 0
	missing := b.missing
	b.missing = 0
	if packs*10 >= len(oldDict.names)*9 && b.declared != Text && b.nests == 0 {
		b.mode = modePack
		b.dict = newDict(b.shared.seeds[0])
		b.counts = make([]int64, 1)
		b.packed = newVector(b.shared.store, 8, b.block)
	} else {
		b.startWide(func(yield func(string)) {
			for _, t := range oldDict.names[1:] {
				yield(t)
			}
		})
	}
	texts := make([][]byte, len(oldDict.names))
	for i, t := range oldDict.names {
		texts[i] = []byte(t)
	}
	b.move(old, func(data []byte) {
		for i := 0; i < len(data); i += width {
			if width == 1 {
				b.add(texts[data[i]])
			} else {
				b.add(texts[binary.LittleEndian.Uint16(data[i:])])
			}
		}
	})
	b.rows, b.missing = rows, missing
}

func (b *builder) addPacked(text []byte) {
	switch p, ok := pack(text); {
	case len(text) == 0 || b.markers != nil && b.means(text):
		b.missing++
		b.packed.put64(packMissing)
	case ok:
		if p&packScaleMask != 0 {
			b.fraction = true
		} else if m, _ := unpackParts(p); m > maxExact || m < -maxExact {
			b.big = true
		}
		b.packed.put64(p)
	default:
		code, hash, ok := b.dict.find(text)
		if !ok {
			if code, ok = b.enter(text, hash); !ok {
				b.leavePack()
				b.add(text)
				return
			}
		}
		b.counts[code]++
		b.packed.put64(uint64(code)<<packScaleBits | packException)
	}
	b.rows++
}

// leavePack moves the column from packed numbers to fingerprints.
func (b *builder) leavePack() {
	old, exceptions := b.packed, b.dict
	b.packed, b.counts = nil, nil
	b.startWide(func(yield func(string)) {
		if b.fraction {
			yield("0.5")
		}
		yield("1")
		for _, t := range exceptions.names[1:] {
			yield(t)
		}
	})
	rows, missing := b.rows, b.missing
	text := make([]byte, 0, 64)
	b.move(old, func(data []byte) {
		for i := 0; i < len(data); i += 8 {
			p := binary.LittleEndian.Uint64(data[i:])
			switch {
			case p == packMissing:
				b.add(nil)
			case p&packScaleMask == packException:
				b.add([]byte(exceptions.names[p>>packScaleBits]))
			default:
				text = appendUnpacked(text[:0], p)
				b.add(text)
			}
		}
	})
	b.rows, b.missing = rows, missing
}

// startWide begins fingerprints; texts are all texts so far, for the kind.
func (b *builder) startWide(texts func(yield func(string))) {
	b.mode, b.dict = modeWide, nil
	b.prints = newVector(b.shared.store, 16, b.block)
	b.texts = newVector(b.shared.store, 1, textBlock)
	b.kind = b.declared
	if b.kind == "" {
		var t tally
		texts(func(s string) { t.add([]byte(s), 1) })
		b.kind = t.kind()
	}
	if b.nests > 0 && b.declared == "" {
		b.kind = Text
	}
	if b.kind != Text {
		b.floats = newVector(b.shared.store, 8, b.block)
	}
}

func (b *builder) addWide(text []byte) {
	b.rows++
	if len(text) == 0 || b.markers != nil && b.means(text) {
		b.missing++
		b.texts.putText(nil)
		b.prints.put128(0, 0)
		b.addFloat(math.NaN())
		return
	}
	b.texts.putText(text)
	b.prints.put128(fingerprint(&b.shared.seeds, text))
	if b.floats == nil {
		return
	}
	if b.declared != "" {
		v, big, ok := parseAs(b.declared, true, text)
		b.big = b.big || big
		if !ok {
			b.unfit++
		}
		b.addFloat(v)
		return
	}
	s := classify(text)
	b.big = b.big || s.big
	switch kind := s.kind(); {
	case b.nests > 0:
		b.dropFloats()
	case s.class == classNonFinite && (b.kind == Integer || b.kind == Number):
		b.unfit++
	case kind == b.kind, kind == Integer && b.kind == Number, kind == Date && b.kind == Time:
	case kind == Number && b.kind == Integer, kind == Time && b.kind == Date:
		b.kind = kind
	default:
		b.dropFloats()
	}
	b.addFloat(s.value)
}

func (b *builder) addFloat(v float64) {
	if b.floats != nil {
		b.floats.put64(math.Float64bits(v))
	}
}

// dropFloats makes a wide column text.
func (b *builder) dropFloats() {
	if b.floats != nil {
		b.floats.free()
		b.floats = nil
	}
	b.kind, b.unfit = Text, 0
}

// fingerprint identifies a text: equal texts have equal fingerprints, and different ones differ but for a chance of
// n²/2^129 among n. It is never 0, 0, which is missing.
func fingerprint(seeds *[2]maphash.Seed, text []byte) (x, y uint64) {
	return maphash.Bytes(seeds[0], text), maphash.Bytes(seeds[1], text) | 1
}

func (s scalar) kind() Kind {
	switch s.class {
	case classBoolean:
		return Boolean
	case classInteger:
		return Integer
	case classNumber:
		return Number
	case classDate:
		return Date
	case classTime:
		return Time
	case classText, classNonFinite:
	}
	return Text
}

// tally counts the classes of a column's texts.
type tally struct {
	n   [classTime + 1]int64
	big bool
}

func (t *tally) add(text []byte, n int64) {
	s := classify(text)
	t.n[s.class] += n
	t.big = t.big || s.big
}

// kind is the narrowest kind that all texts fit: integers and numbers together are numbers, dates and times together
// times; NaN and infinities fit among numbers only, where they are bad values. Every other mixture is text, and so is a
// column without values.
func (t *tally) kind() Kind {
	boolean, numeric := t.n[classBoolean], t.n[classInteger]+t.n[classNumber]
	dated := t.n[classDate] + t.n[classTime]
	switch {
	case t.n[classText] > 0:
		return Text
	case numeric > 0 && boolean+dated == 0 && t.n[classNumber] == 0:
		return Integer
	case numeric > 0 && boolean+dated == 0:
		return Number
	case boolean > 0 && numeric+dated+t.n[classNonFinite] == 0:
		return Boolean
	case dated > 0 && numeric+boolean+t.n[classNonFinite] == 0 && t.n[classTime] == 0:
		return Date
	case dated > 0 && numeric+boolean+t.n[classNonFinite] == 0:
		return Time
	}
	return Text
}
