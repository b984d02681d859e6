package table

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/big"
	"strconv"
	"unicode/utf8"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// pqForm is what the values of a column mean.
type pqForm uint8

const (
	formText pqForm = iota // bytes as they are
	formBoolean
	formInteger
	formUnsigned
	formFloat32
	formFloat64
	formFloat16
	formDecimal // integers with a scale
	formBigDecimal
	formDate
	formClock
	formTime
	formInt96
	formUUID
	formHex // bytes that are no text
)

// pqType is the type of a leaf column.
type pqType struct {
	phys     format.Type
	length   int // of fixed-length bytes
	optional bool
	form     pqForm
	kind     Kind
	scale    int
	units    int64 // per second, of times
	zone     string
}

// maxFixed is the length of fixed-length bytes that the decoders of the library support.
const maxFixed = math.MaxInt16

// typeOf reads the type of a flat leaf; ok is false where there is no such type.
func typeOf(e *format.SchemaElement) (t pqType, ok bool) {
	t = pqType{phys: e.Type.V, optional: e.RepetitionType.V == format.Optional, units: 1000}
	repeated := e.RepetitionType.V != format.Optional && e.RepetitionType.V != format.Required
	if !e.Type.Valid || repeated || e.TypeLength.V < 0 || e.TypeLength.V > maxFixed {
		return t, false
	}
	logical := e.LogicalType.Value
	if logical == nil && e.ConvertedType.Valid {
		logical = fromConverted(e)
	}
	switch t.phys {
	case format.Boolean:
		t.form, t.kind = formBoolean, Boolean
	case format.Float:
		t.form, t.kind = formFloat32, Number
	case format.Double:
		t.form, t.kind = formFloat64, Number
	case format.Int96:
		t.form, t.kind, t.units, t.length = formInt96, Time, 1e9, 12
	case format.Int32, format.Int64:
		return t.integer(logical)
	case format.FixedLenByteArray:
		t.length = int(e.TypeLength.V)
		return t.binary(logical, t.length > 0)
	case format.ByteArray:
		return t.binary(logical, true)
	default:
		return t, false
	}
	return t, true
}

// fromConverted gives the logical type that an older annotation stands for.
func fromConverted(e *format.SchemaElement) format.LogicalTypeValue {
	milli, micro := format.TimeUnit{Value: new(format.MilliSeconds)}, format.TimeUnit{Value: new(format.MicroSeconds)}
	switch e.ConvertedType.V { //nolint:exhaustive // the others say nothing of one value
	case deprecated.UTF8:
		return new(format.StringType)
	case deprecated.Enum:
		return new(format.EnumType)
	case deprecated.Decimal:
		return &format.DecimalType{Scale: e.Scale.V, Precision: e.Precision.V}
	case deprecated.Date:
		return new(format.DateType)
	case deprecated.TimeMillis:
		return &format.TimeType{IsAdjustedToUTC: true, Unit: milli}
	case deprecated.TimeMicros:
		return &format.TimeType{IsAdjustedToUTC: true, Unit: micro}
	case deprecated.TimestampMillis:
		return &format.TimestampType{IsAdjustedToUTC: true, Unit: milli}
	case deprecated.TimestampMicros:
		return &format.TimestampType{IsAdjustedToUTC: true, Unit: micro}
	case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
		return new(format.IntType)
	}
	return nil
}

func (t pqType) integer(logical format.LogicalTypeValue) (pqType, bool) {
	t.form, t.kind = formInteger, Integer
	switch l := logical.(type) {
	case *format.DateType:
		t.form, t.kind = formDate, Date
	case *format.TimestampType:
		t.form, t.kind = formTime, Time
		t.setUnit(l.Unit, l.IsAdjustedToUTC)
	case *format.TimeType:
		t.form, t.kind = formClock, Text
		t.setUnit(l.Unit, false)
	case *format.DecimalType:
		if l.Scale < 0 || l.Scale > 18 {
			return t, false
		}
		t.form, t.kind, t.scale = formDecimal, Number, int(l.Scale)
	case *format.IntType:
		if !l.IsSigned {
			t.form = formUnsigned
		}
	}
	return t, true
}

func (t *pqType) setUnit(unit format.TimeUnit, utc bool) {
	switch unit.Value.(type) {
	case *format.MicroSeconds:
		t.units = 1e6
	case *format.NanoSeconds:
		t.units = 1e9
	}
	if utc {
		t.zone = "Z"
	}
}

func (t pqType) binary(logical format.LogicalTypeValue, ok bool) (pqType, bool) {
	t.form, t.kind = formText, Text
	switch l := logical.(type) {
	case *format.DecimalType:
		if l.Scale < 0 || l.Scale > 1000 {
			return t, false
		}
		t.form, t.kind, t.scale = formBigDecimal, Number, int(l.Scale)
	case *format.UUIDType:
		if t.length == 16 {
			t.form = formUUID
		}
	case *format.Float16Type:
		if t.length == 2 {
			t.form, t.kind = formFloat16, Number
		}
	case nil:
		if t.phys == format.FixedLenByteArray {
			t.form = formHex
		}
	}
	return t, ok
}

// appendText writes value i as text; an empty result means missing. It is false where the value is none.
func (t *pqType) appendText(b []byte, v *values, i int) ([]byte, bool) {
	switch t.form {
	case formText:
		text := v.bytesAt(i)
		return append(b, text...), utf8.Valid(text) && bytes.IndexByte(text, 0) < 0
	case formBoolean:
		return strconv.AppendBool(b, v.ints[i] != 0), true
	case formInteger:
		return strconv.AppendInt(b, v.ints[i], 10), true
	case formUnsigned:
		return strconv.AppendUint(b, t.unsigned(v.ints[i]), 10), true
	case formFloat32:
		return appendFloat(b, v.floats[i], 32), true
	case formFloat64:
		return appendFloat(b, v.floats[i], 64), true
	case formFloat16:
		f, _, _ := t.float(v, i)
		return appendFloat(b, f, 32), true
	case formDecimal:
		return appendDecimal(b, strconv.AppendInt(nil, v.ints[i], 10), t.scale), true
	case formBigDecimal:
		n, ok := bigDecimal(v.bytesAt(i))
		if !ok {
			return b, false
		}
		return appendDecimal(b, n.Append(nil, 10), t.scale), true
	case formDate:
		return appendDate(b, v.ints[i]), true
	case formClock:
		n := v.ints[i]
		if n < 0 || n >= secondsPerDay*t.units {
			return b, false
		}
		return appendClock(b, n/t.units, n%t.units, t.units), true
	case formTime:
		return appendTime(b, v.ints[i], t.units, t.zone), true
	case formInt96:
		n, ok := int96(v.bytesAt(i))
		return appendTime(b, n, t.units, ""), ok
	case formUUID:
		u := v.bytesAt(i)
		for j, part := range [][]byte{u[:4], u[4:6], u[6:8], u[8:10], u[10:]} {
			if j > 0 {
				b = append(b, '-')
			}
			b = hex.AppendEncode(b, part)
		}
		return b, true
	case formHex:
		return hex.AppendEncode(b, v.bytesAt(i)), true
	}
	return b, false
}

// unsigned undoes the sign extension of 32-bit values.
func (t *pqType) unsigned(n int64) uint64 {
	if t.phys == format.Int32 {
		return uint64(uint32(n)) //nolint:gosec // the bits are unsigned
	}
	return uint64(n) //nolint:gosec // the bits are unsigned
}

// float is value i as a number; big marks an integer that is rounded.
func (t *pqType) float(v *values, i int) (f float64, big, ok bool) {
	switch t.form {
	case formBoolean:
		return float64(v.ints[i]), false, true
	case formInteger:
		n := v.ints[i]
		return float64(n), n > maxExact || n < -maxExact, true
	case formUnsigned:
		n := t.unsigned(v.ints[i])
		return float64(n), n > maxExact, true
	case formFloat32, formFloat64:
		f = v.floats[i]
		return f, false, f-f == 0 // false for NaN and infinities
	case formFloat16:
		f = float16(binary.LittleEndian.Uint16(v.bytesAt(i)))
		return f, false, f-f == 0 // false for NaN and infinities
	case formDate:
		return float64(v.ints[i]) * secondsPerDay, false, true
	case formTime:
		return timeFloat(v.ints[i], t.units), false, true
	case formInt96:
		n, ok := int96(v.bytesAt(i))
		return timeFloat(n, t.units), false, ok
	case formDecimal:
		if n := v.ints[i]; n <= maxExact && n >= -maxExact {
			return float64(n) / pow10(t.scale), false, true
		}
		fallthrough
	case formBigDecimal:
		b, ok := t.appendText(nil, v, i)
		if !ok {
			return math.NaN(), false, false
		}
		f, err := strconv.ParseFloat(string(b), 64)
		return f, false, err == nil
	case formText, formClock, formUUID, formHex:
	}
	return math.NaN(), false, false
}

// timeFloat is a count of units as seconds.
func timeFloat(n, units int64) float64 {
	seconds := floorDiv(n, units)
	return float64(seconds) + float64(n-seconds*units)/float64(units)
}

func appendFloat(b []byte, f float64, bits int) []byte {
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.AppendFloat(b, f, 'e', -1, bits)
	}
	return strconv.AppendFloat(b, f, 'f', -1, bits)
}

// appendDecimal puts the point into the digits of an integer.
func appendDecimal(b, digits []byte, scale int) []byte {
	if digits[0] == '-' {
		b, digits = append(b, '-'), digits[1:]
	}
	for len(digits) <= scale {
		digits = append([]byte{'0'}, digits...)
	}
	b = append(b, digits[:len(digits)-scale]...)
	if scale > 0 {
		b = append(b, '.')
		b = append(b, digits[len(digits)-scale:]...)
	}
	return b
}

// bigDecimal reads a big-endian integer in two's complement, of at most 128 bytes.
func bigDecimal(b []byte) (*big.Int, bool) {
	if len(b) == 0 || len(b) > 128 {
		return nil, false
	}
	n := new(big.Int).SetBytes(b)
	if b[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b))))
	}
	return n, true
}

// int96 reads nanoseconds of a day and a Julian day number, the old form of a time, as nanoseconds since 1970. Days that
// do not fit (before 1678 and after 2261) are no values.
func int96(b []byte) (int64, bool) {
	nanos := int64(binary.LittleEndian.Uint64(b)) //nolint:gosec // checked below
	days := int64(binary.LittleEndian.Uint32(b[8:])) - 2440588
	if nanos < 0 || nanos >= secondsPerDay*1e9 || days < -106000 || days > 106000 {
		return 0, false
	}
	return days*secondsPerDay*1e9 + nanos, true
}

// float16 widens an IEEE 754 half.
func float16(h uint16) float64 {
	exponent, fraction := int(h>>10&0x1f), float64(h&0x3ff)
	var f float64
	switch exponent {
	case 0:
		f = math.Ldexp(fraction, -24)
	case 31:
		f = math.Inf(1)
		if fraction != 0 {
			f = math.NaN()
		}
	default:
		f = math.Ldexp(fraction+1024, exponent-25)
	}
	if h&0x8000 != 0 {
		f = -f
	}
	return f
}
