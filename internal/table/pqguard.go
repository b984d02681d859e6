package table

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
)

// The decoders of the library trust the counts in front of lists, runs and blocks and take memory for them. What follows
// walks over such data first, without memory, and refuses counts that the bytes or the rows do not bear.

// The types of the Thrift compact protocol.
const (
	thriftTrue   = 1
	thriftFalse  = 2
	thriftByte   = 3
	thriftI64    = 6
	thriftDouble = 7
	thriftBinary = 8
	thriftList   = 9
	thriftSet    = 10
	thriftMap    = 11
	thriftStruct = 12
	thriftUUID   = 13
)

var (
	errThriftShort = errors.New("the metadata is cut off")
	errThrift      = errors.New("the metadata is malformed")
	errShortPage   = errors.New("a page ends early")
	errRun         = errors.New("a page has more values than its header says")
	errDelta       = errors.New("a delta-encoded page is malformed")
)

// thriftWalk passes over values of the Thrift compact protocol. After it, every list element and every string is there.
type thriftWalk struct {
	b     []byte
	pos   int
	depth int
	lists [2]int // structs in lists: in lists of lists at most, and deeper
	err   error
}

// walkThrift passes over one struct and returns its length, and how much memory its decoded form may take.
func walkThrift(b []byte) (n int, memory int64, err error) {
	w := thriftWalk{b: b}
	w.structure(0)
	return w.pos, 640*int64(w.lists[0]) + 64*int64(w.lists[1]) + int64(w.pos), w.err
}

func (w *thriftWalk) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *thriftWalk) skip(n uint64) {
	if n > uint64(len(w.b)-w.pos) { //nolint:gosec // pos is within b
		w.fail(errThriftShort)
		n = 0
	}
	w.pos += int(n)
}

func (w *thriftWalk) byte() byte {
	if w.skip(1); w.err != nil {
		return 0
	}
	return w.b[w.pos-1]
}

func (w *thriftWalk) uvarint() uint64 {
	if w.err != nil {
		return 0
	}
	v, n := binary.Uvarint(w.b[w.pos:])
	if n < 0 {
		w.fail(errThrift)
	}
	if n == 0 {
		w.fail(errThriftShort)
	}
	w.pos += max(n, 0)
	return v
}

func (w *thriftWalk) structure(lists int) {
	if w.depth++; w.depth > 32 {
		w.fail(errThrift)
	}
	for w.err == nil {
		head := w.byte()
		if head == 0 {
			break
		}
		if head>>4 == 0 {
			w.uvarint()
		}
		if typ := head & 0x0f; typ != thriftTrue && typ != thriftFalse { // their value is in the type
			w.value(typ, lists)
		}
	}
	w.depth--
}

func (w *thriftWalk) value(typ byte, lists int) {
	switch typ {
	case thriftTrue, thriftFalse, thriftByte:
		w.skip(1)
	case thriftByte + 1, thriftByte + 2, thriftI64:
		w.uvarint()
	case thriftDouble:
		w.skip(8)
	case thriftUUID:
		w.skip(16)
	case thriftBinary:
		w.skip(w.uvarint())
	case thriftList, thriftSet:
		w.list(lists + 1)
	case thriftMap:
		if n := w.uvarint(); n > 0 {
			types := w.byte()
			for ; n > 0 && w.err == nil; n-- {
				w.value(types>>4, lists+2)
				w.value(types&0x0f, lists+2)
			}
		}
	case thriftStruct:
		w.structure(lists)
	default:
		w.fail(errThrift)
	}
}

func (w *thriftWalk) list(lists int) {
	if w.depth++; w.depth > 32 {
		w.fail(errThrift)
	}
	head := w.byte()
	n := uint64(head >> 4)
	if n == 15 {
		n = w.uvarint()
	}
	for ; n > 0 && w.err == nil; n-- {
		w.lists[min(lists/3, 1)]++
		w.value(head&0x0f, lists)
	}
	w.depth--
}

// runs passes over the hybrid of runs and bit-packed groups until there are n values, and returns the bytes they take. The
// decoder reads groups whole, so there may be up to 511 values more, and bytes are added where a writer has left out those of
// the last group that hold no value.
func runs(src []byte, width, n int) ([]byte, error) {
	pos := 0
	for left := n; left > 0; {
		head, k := binary.Uvarint(src[pos:])
		if k <= 0 {
			return nil, errShortPage
		}
		pos += k
		count, size := head>>1, (width+7)/8
		if head&1 == 1 {
			if count > math.MaxInt32 {
				return nil, errRun
			}
			size, count = int(count)*width, count*8
		}
		if count > uint64(left)+511 {
			return nil, errRun
		}
		if rest := len(src) - pos; size > rest {
			if head&1 == 0 || int(count) < left || left*width > 8*rest {
				return nil, errShortPage
			}
			src = append(slices.Clip(src), make([]byte, size-rest)...)
		}
		pos += size
		left -= int(count)
	}
	return src[:pos], nil
}

// deltas passes over n delta-encoded integers of at most so many bits, and returns the bytes they take.
func deltas(src []byte, n, bits int) (int, error) {
	var head [3]uint64
	pos := 0
	for i := range head {
		u, k := binary.Uvarint(src[pos:])
		if k <= 0 {
			return 0, errDelta
		}
		head[i], pos = u, pos+k
	}
	_, k := binary.Varint(src[pos:])
	block, minis := head[0], head[1]
	wrong := minis == 0 || block > 1<<16 || block%128 != 0 || minis > block/32 || block/minis%32 != 0
	if k <= 0 || wrong || head[2] != uint64(n) { //nolint:gosec // a count
		return 0, errDelta
	}
	pos += k
	per := int(block / minis) //nolint:gosec // at most 2^16
	for left := n - 1; left > 0; {
		_, k := binary.Varint(src[pos:])
		if k <= 0 || uint64(len(src)-pos-k) < minis { //nolint:gosec // within src
			return 0, errDelta
		}
		widths := src[pos+k:][:minis]
		pos += k + int(minis) //nolint:gosec // at most 2^11
		for _, width := range widths {
			if left <= 0 {
				break
			}
			size := per / 8 * int(width)
			if int(width) > bits || size > len(src)-pos {
				return 0, errDelta
			}
			pos += size
			left -= per
		}
	}
	return pos, nil
}

// plainStrings passes over n strings with their lengths before them, and returns the bytes they take.
func plainStrings(src []byte, n int) (int, error) {
	pos := 0
	for range n {
		if len(src)-pos < 4 {
			return 0, errShortPage
		}
		size := int64(binary.LittleEndian.Uint32(src[pos:]))
		if pos += 4; size > int64(len(src)-pos) {
			return 0, errShortPage
		}
		pos += int(size)
	}
	return pos, nil
}
