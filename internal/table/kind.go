package table

import (
	"bytes"
	"math"
	"strconv"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Kind is what the values of a column are.
type Kind string

// The kinds of columns. Floats of a boolean are 0 and 1, of a date or time the seconds since 1970-01-01 UTC; a time without
// a zone counts as UTC. Text and Nested have no floats, and Nested (a Parquet group or list) has no codes either.
const (
	Boolean Kind = "boolean"
	Integer Kind = "integer"
	Number  Kind = "number"
	Date    Kind = "date"
	Time    Kind = "time"
	Text    Kind = "text"
	Nested  Kind = "nested"
)

// maxExact is the largest integer up to which every integer has its own float64.
const maxExact = 1 << 53

// class is the kind that one text has by itself.
type class uint8

const (
	classText class = iota
	classBoolean
	classInteger
	classNumber
	classNonFinite // NaN, infinities and numbers too large for a float64
	classDate
	classTime
)

// scalar is a classified text. The value is NaN where it has none; big marks an integer that a float64 would round.
type scalar struct {
	class class
	value float64
	big   bool
}

// classify says what a non-empty text is when nothing is declared.
func classify(text []byte) scalar {
	b := plain(text)
	if len(b) == 0 {
		return scalar{value: math.NaN()}
	}
	switch c := b[0]; {
	case c >= '0' && c <= '9', c == '-', c == '+', c == '.':
		if s, ok := parseNumber(b, false); ok {
			return s
		}
		if isNonFinite(b) {
			return scalar{class: classNonFinite, value: math.NaN()}
		}
		if seconds, timed, ok := parseDateTime(b); ok {
			if timed {
				return scalar{class: classTime, value: seconds}
			}
			return scalar{class: classDate, value: seconds}
		}
	case isNonFinite(b):
		return scalar{class: classNonFinite, value: math.NaN()}
	default:
		if v, ok := parseBoolean(b, false); ok {
			return scalar{class: classBoolean, value: v}
		}
	}
	return scalar{value: math.NaN()}
}

// parseAs reads a non-empty text as a value of kind. A declared kind is read more generously: leading zeros and thousands
// commas in numbers, 20060102 as a date, yes/no, y/n, t/f, 1/0 and 是/否 as booleans. ok is false where the text does not
// fit or is not finite.
func parseAs(kind Kind, declared bool, text []byte) (value float64, big, ok bool) {
	b := plain(text)
	if len(b) == 0 {
		return math.NaN(), false, false
	}
	switch kind {
	case Boolean:
		value, ok = parseBoolean(b, declared)
	case Integer, Number:
		if declared {
			b = withoutCommas(b)
		}
		var s scalar
		if s, ok = parseNumber(b, declared); ok {
			value, big = s.value, s.big
			ok = s.class == classInteger || s.class == classNumber && kind == Number
		}
	case Date, Time:
		var timed bool
		value, timed, ok = parseDateTime(b)
		if !ok && declared && kind == Date {
			value, ok = parseCompactDate(b)
		}
		ok = ok && (kind == Time || !timed)
	case Text, Nested:
	}
	if !ok {
		return math.NaN(), false, false
	}
	return value, big, true
}

// plain trims white space and turns full-width forms into their ASCII ones.
func plain(text []byte) []byte {
	ascii := true
	for _, c := range text {
		if c >= utf8.RuneSelf {
			ascii = false
			break
		}
	}
	if !ascii && len(text) <= 256 { // no number or date is longer in full-width digits
		text = width.Narrow.Bytes(text)
	}
	if len(text) > 0 && (text[0] <= ' ' || text[len(text)-1] <= ' ') {
		text = bytes.TrimSpace(text)
	}
	return text
}

func isNonFinite(b []byte) bool {
	if len(b) > 9 {
		return false
	}
	if b[0] == '-' || b[0] == '+' {
		b = b[1:]
	}
	return foldEqual(b, "nan") || foldEqual(b, "inf") || foldEqual(b, "infinity")
}

// foldEqual compares ASCII b with lower-case want.
func foldEqual(b []byte, want string) bool {
	if len(b) != len(want) {
		return false
	}
	for i, c := range b {
		if c|0x20 != want[i] {
			return false
		}
	}
	return true
}

func parseBoolean(b []byte, declared bool) (float64, bool) {
	switch {
	case foldEqual(b, "true"):
		return 1, true
	case foldEqual(b, "false"):
		return 0, true
	case !declared:
		return 0, false
	case foldEqual(b, "yes"), foldEqual(b, "y"), foldEqual(b, "t"), string(b) == "1", string(b) == "是":
		return 1, true
	case foldEqual(b, "no"), foldEqual(b, "n"), foldEqual(b, "f"), string(b) == "0", string(b) == "否":
		return 0, true
	}
	return 0, false
}

// parseNumber reads a decimal number. Without lenient, "007" is none: it is an identifier.
func parseNumber(b []byte, lenient bool) (scalar, bool) {
	i, negative := 0, false
	if b[0] == '-' || b[0] == '+' {
		negative = b[0] == '-'
		i++
	}
	var mantissa uint64
	exact, start := true, i
	for ; i < len(b) && b[i]-'0' <= 9; i++ {
		mantissa, exact = addDigit(mantissa, b[i], exact)
	}
	digits := i - start
	if digits > 1 && b[start] == '0' && !lenient {
		return scalar{}, false
	}
	exponent, fraction := 0, false
	if i < len(b) && b[i] == '.' {
		fraction = true
		point := i
		for i++; i < len(b) && b[i]-'0' <= 9; i++ {
			mantissa, exact = addDigit(mantissa, b[i], exact)
		}
		exponent = -(i - point - 1)
		digits += i - point - 1
	}
	if digits == 0 {
		return scalar{}, false
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		fraction = true
		e, ok := parseExponent(b[i+1:])
		if !ok {
			return scalar{}, false
		}
		exponent, i = exponent+e, len(b)
	}
	if i != len(b) {
		return scalar{}, false
	}
	value, ok := toFloat(mantissa, exponent, exact, negative, b)
	if !ok {
		return scalar{class: classNonFinite, value: math.NaN()}, true
	}
	s := scalar{class: classInteger, value: value, big: !exact || mantissa > maxExact}
	if fraction {
		s.class, s.big = classNumber, false
	}
	return s, true
}

func addDigit(mantissa uint64, digit byte, exact bool) (uint64, bool) {
	if mantissa > (math.MaxUint64-9)/10 {
		return mantissa, false
	}
	return mantissa*10 + uint64(digit-'0'), exact
}

func parseExponent(b []byte) (int, bool) {
	negative := false
	if len(b) > 0 && (b[0] == '-' || b[0] == '+') {
		negative = b[0] == '-'
		b = b[1:]
	}
	if len(b) == 0 {
		return 0, false
	}
	e := 0
	for _, c := range b {
		if c-'0' > 9 {
			return 0, false
		}
		e = min(e*10+int(c-'0'), 1<<20)
	}
	if negative {
		e = -e
	}
	return e, true
}

// toFloat rounds correctly: a mantissa and a power of ten that a float64 holds exactly need one operation (Clinger 1990);
// the rest goes to strconv. It is false where the number is too large for a float64.
func toFloat(mantissa uint64, exponent int, exact, negative bool, b []byte) (float64, bool) {
	var v float64
	switch {
	case exact && mantissa <= maxExact && exponent <= 0 && exponent >= -22:
		v = float64(mantissa) / pow10(-exponent)
	case exact && mantissa <= maxExact && exponent > 0 && exponent <= 22:
		v = float64(mantissa) * pow10(exponent)
	default:
		f, err := strconv.ParseFloat(string(b), 64)
		return f, err == nil || !math.IsInf(f, 0)
	}
	if negative {
		v = -v
	}
	return v, true
}

func pow10(n int) float64 {
	return [...]float64{
		1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
		1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
	}[n]
}

// withoutCommas drops the commas of 1,234,567.8 and leaves anything that is not so grouped as it is.
func withoutCommas(b []byte) []byte {
	if bytes.IndexByte(b, ',') < 0 || len(b) > 64 {
		return b
	}
	whole, rest := b, []byte(nil)
	if i := bytes.IndexByte(b, '.'); i >= 0 {
		whole, rest = b[:i], b[i:]
	}
	parts := bytes.Split(whole, []byte(","))
	first := bytes.TrimLeft(parts[0], "+-")
	if len(first) < 1 || len(first) > 3 {
		return b
	}
	out := append([]byte(nil), parts[0]...)
	for _, p := range parts[1:] {
		if len(p) != 3 {
			return b
		}
		out = append(out, p...)
	}
	return append(out, rest...)
}
