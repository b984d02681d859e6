package table

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/format"
)

// plainDictionary is the older name of both encodings around a dictionary; the library counts it as obsolete, files do not.
const plainDictionary format.Encoding = 2

var errIndex = errors.New("a page refers to an entry that its dictionary does not have")

// values holds decoded values of one physical type: integers (and booleans) in ints, floats in floats, byte strings in
// bytes, one after the other, each from its offset to the next. Its slices serve page after page.
type values struct {
	ints    []int64
	floats  []float64
	bytes   []byte
	offsets []uint32
	n       int
	small   []int32 // 32-bit values before they are widened
	single  []float32
	bits    []byte
	prefix  []int32
}

// bytesAt is byte string i.
func (v *values) bytesAt(i int) []byte { return v.bytes[v.offsets[i]:v.offsets[i+1]] }

// decode reads n values in an encoding that uses no dictionary. limit bounds the bytes of strings that are put together
// from prefixes.
func (v *values) decode(src []byte, n int, t *pqType, e format.Encoding, limit int64) (err error) {
	v.ints, v.floats, v.offsets, v.bytes, v.n = v.ints[:0], v.floats[:0], v.offsets[:0], v.bytes[:0], n
	if n == 0 {
		v.offsets = append(v.offsets, 0)
		return nil
	}
	got := 0
	switch t.phys {
	case format.Boolean:
		got, err = v.booleans(src, n, e)
	case format.Int32, format.Float:
		got, err = v.numbers(src, n, 4, t.phys, e)
	case format.Int64, format.Double:
		got, err = v.numbers(src, n, 8, t.phys, e)
	case format.ByteArray:
		got, err = v.strings(src, n, e, limit)
	case format.Int96, format.FixedLenByteArray:
		got, err = v.fixed(src, n, t.length, e, limit)
	}
	switch {
	case errors.Is(err, encoding.ErrNotSupported):
		return fmt.Errorf("a page has the encoding %s, which is not supported for its type", e)
	case err == nil && got < n:
		return errShortPage
	}
	return err
}

// strings decodes byte strings.
func (v *values) strings(src []byte, n int, e format.Encoding, limit int64) (got int, err error) {
	if src, err = v.guardBytes(src, n, e, limit); err != nil {
		return 0, err
	}
	v.bytes, v.offsets, err = parquet.LookupEncoding(e).DecodeByteArray(v.bytes, src, v.offsets)
	return len(v.offsets) - 1, err
}

// fixed decodes byte strings of one length.
func (v *values) fixed(src []byte, n, length int, e format.Encoding, limit int64) (got int, err error) {
	if e == format.DeltaByteArray { // a prefix and a rest could come to another length
		if got, err = v.strings(src, n, e, limit); err != nil {
			return got, err
		}
		for i, offset := range v.offsets {
			if int(offset) != i*length {
				return 0, errDelta
			}
		}
		return got, nil
	}
	if src, err = fixedSource(src, n, length, e); err != nil {
		return 0, err
	}
	if v.bytes, err = parquet.LookupEncoding(e).DecodeFixedLenByteArray(v.bytes, src, length); err != nil {
		return 0, err
	}
	for i := range n + 1 {
		v.offsets = append(v.offsets, uint32(i*length)) //nolint:gosec // a page is below 2^31 bytes
	}
	return len(v.bytes) / length, nil
}

// fixedSource cuts the source of n values of a fixed size to what they take, and guards blocks of deltas.
func fixedSource(src []byte, n, size int, e format.Encoding) ([]byte, error) {
	switch {
	case e == format.DeltaBinaryPacked:
		end, err := deltas(src, n, 8*size)
		return src[:end], err
	case n > len(src)/size, e == format.ByteStreamSplit && n*size != len(src):
		return nil, errShortPage
	}
	return src[:n*size], nil
}

// numbers decodes integers and floats into 64 bits.
func (v *values) numbers(src []byte, n, size int, typ format.Type, e format.Encoding) (got int, err error) {
	if src, err = fixedSource(src, n, size, e); err != nil {
		return 0, err
	}
	enc := parquet.LookupEncoding(e)
	switch typ { //nolint:exhaustive // a double is below, and the others are no numbers
	case format.Int32:
		v.small, err = enc.DecodeInt32(v.small[:0], src)
		v.ints = slices.Grow(v.ints, len(v.small))[:len(v.small)]
		for i, x := range v.small {
			v.ints[i] = int64(x)
		}
		return len(v.ints), err
	case format.Int64:
		v.ints, err = enc.DecodeInt64(v.ints, src)
		return len(v.ints), err
	case format.Float:
		v.single, err = enc.DecodeFloat(v.single[:0], src)
		v.floats = slices.Grow(v.floats, len(v.single))[:len(v.single)]
		for i, x := range v.single {
			v.floats[i] = float64(x)
		}
		return len(v.floats), err
	}
	v.floats, err = enc.DecodeDouble(v.floats, src)
	return len(v.floats), err
}

func (v *values) booleans(src []byte, n int, e format.Encoding) (got int, err error) {
	v.ints = slices.Grow(v.ints, n)[:n]
	switch e { //nolint:exhaustive // no other encoding holds booleans
	case format.Plain:
		if (n+7)/8 > len(src) {
			return 0, errShortPage
		}
		for i := range v.ints {
			v.ints[i] = int64(src[i/8] >> (i % 8) & 1)
		}
		return n, nil
	case format.RLE:
		if len(src) < 4 {
			return 0, errShortPage
		}
		if v.bits, err = decodeBits(v.bits, src[4:], n); err != nil {
			return 0, err
		}
		for i, b := range v.bits {
			v.ints[i] = int64(b)
		}
		return n, nil
	}
	return 0, encoding.ErrNotSupported
}

// guardBytes looks at the lengths of n strings before they are read, and cuts the source after the last where that is known.
// Strings that share prefixes can be far longer than their page.
func (v *values) guardBytes(src []byte, n int, e format.Encoding, limit int64) ([]byte, error) {
	switch e { //nolint:exhaustive // the others do not hold strings
	case format.Plain:
		end, err := plainStrings(src, n)
		return src[:end:end], err
	case format.DeltaLengthByteArray:
		_, _, err := v.total(src, n, limit)
		return src, err
	case format.DeltaByteArray: // the decoder takes the last strings from the end of its source, wherever it is
		prefixes, _, err := v.total(src, n, limit)
		if err != nil {
			return nil, err
		}
		rests, size, err := v.total(src[prefixes:], n, limit)
		if err != nil || size > int64(len(src)-prefixes-rests) {
			return nil, errDelta
		}
		return src[:prefixes+rests+int(size)], nil
	}
	return src, nil
}

// total adds up n delta-encoded lengths, and refuses them where one is negative or they come to more than limit. It returns
// the bytes that they take, and their sum.
func (v *values) total(src []byte, n int, limit int64) (end int, sum int64, err error) {
	if end, err = deltas(src, n, 32); err != nil {
		return 0, 0, err
	}
	if v.prefix, err = new(delta.BinaryPackedEncoding).DecodeInt32(v.prefix[:0], src[:end]); err != nil {
		return 0, 0, err
	}
	for _, length := range v.prefix {
		if sum += int64(length); length < 0 || sum > limit {
			return 0, 0, errDelta
		}
	}
	return end, sum, nil
}

// decodeBits reads n bits of the hybrid encoding as bytes.
func decodeBits(dst, src []byte, n int) ([]byte, error) {
	src, err := runs(src, 1, n)
	if err != nil {
		return nil, err
	}
	dst, err = (&rle.Encoding{BitWidth: 1}).DecodeLevels(dst[:0], src)
	if err != nil {
		return nil, err
	}
	dst = dst[:n]
	if bytes.Count(dst, []byte{0})+bytes.Count(dst, []byte{1}) != n {
		return nil, errors.New("a page has a level above 1")
	}
	return dst, nil
}

// decodeIndexes reads the indexes of a dictionary page and holds them against the length of the dictionary.
func decodeIndexes(dst []int32, src []byte, n, entries int) ([]int32, error) {
	if n == 0 {
		return dst[:0], nil
	}
	if len(src) == 0 {
		return nil, errShortPage
	}
	width := int(src[0])
	switch {
	case width > 32:
		return nil, errIndex
	case width == 0: // all are 0, and some writers leave out the rest
		dst = slices.Grow(dst[:0], n)[:n]
		clear(dst)
	default:
		src, err := runs(src[1:], width, n)
		if err != nil {
			return nil, err
		}
		if dst, err = (&rle.Encoding{BitWidth: width}).DecodeInt32(dst[:0], src); err != nil {
			return nil, err
		}
		dst = dst[:n]
	}
	top := uint32(0)
	for _, i := range dst {
		top = max(top, uint32(i)) //nolint:gosec // negative ones become large
	}
	if int64(top) >= int64(entries) {
		return nil, errIndex
	}
	return dst, nil
}

// cutLevels takes the definition levels of a version 1 page, which have their length before them, from its start.
func cutLevels(b []byte) (levels, rest []byte, err error) {
	if len(b) < 4 {
		return nil, nil, errShortPage
	}
	n := int64(binary.LittleEndian.Uint32(b))
	if n > int64(len(b)-4) || n > math.MaxInt32 {
		return nil, nil, errShortPage
	}
	return b[4 : 4+n], b[4+n:], nil
}
