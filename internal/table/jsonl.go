package table

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// valueKind is what a JSON value is, as far as a column cares.
type valueKind uint8

const (
	valueNull   valueKind = iota
	valueScalar           // its text: a string unescaped, a number as written, true or false
	valueNested           // its compact text
)

// pair is a member of an object.
type pair struct {
	key  []byte
	kind valueKind
	text []byte
}

// object parses one JSON object after another (RFC 8259, strictly: no duplicate keys, no lone surrogates, valid UTF-8 is
// checked before). The pairs are valid until the next call.
type object struct {
	data  []byte
	pos   int
	depth int // most
	pairs []pair
	arena []byte
	fault fault
}

// parse splits a line into pairs.
func (o *object) parse(line []byte) ([]pair, fault) {
	o.data, o.pos, o.pairs, o.arena, o.fault = line, 0, o.pairs[:0], o.arena[:0], fault{}
	if o.space() != '{' {
		return nil, fault{badJSON, "the line is not a JSON object"}
	}
	o.pos++
	if o.space() == '}' {
		o.pos++
	} else {
		for o.member() {
		}
	}
	if o.fault.reason == "" && o.space() != 0 {
		o.fail("text follows the object")
	}
	if o.fault.reason != "" {
		return nil, o.fault
	}
	return o.pairs, fault{}
}

// member takes a key and a value and reports whether another follows.
func (o *object) member() bool {
	if o.space() != '"' {
		o.fail("a key is not a string")
		return false
	}
	p := pair{key: o.str()}
	if o.space() != ':' {
		o.fail("a key has no value")
		return false
	}
	o.pos++
	switch c := o.space(); c {
	case '"':
		p.kind, p.text = valueScalar, o.str()
	case '{', '[':
		start := len(o.arena)
		o.nested(1)
		p.kind, p.text = valueNested, o.arena[start:]
	default:
		p.text = o.word()
		p.kind = valueScalar
		if c == 'n' {
			p.kind, p.text = valueNull, nil
		}
	}
	if o.fault.reason != "" {
		return false
	}
	o.pairs = append(o.pairs, p)
	return o.comma('}')
}

// comma takes a comma, or the end of an object or array, and reports whether it was a comma.
func (o *object) comma(end byte) bool {
	c := o.space()
	o.pos++
	if c != ',' && c != end {
		o.fail("a comma or bracket is missing")
	}
	return c == ','
}

// space skips white space and returns the byte that follows, 0 at the end.
func (o *object) space() byte {
	for o.pos < len(o.data) {
		switch c := o.data[o.pos]; c {
		case ' ', '\t', '\r', '\n':
			o.pos++
		default:
			return c
		}
	}
	return 0
}

func (o *object) fail(detail string) {
	if o.fault.reason == "" {
		o.fault = fault{badJSON, fmt.Sprintf("%s (byte %d)", detail, o.pos+1)}
	}
}

// word takes a number, true, false or null and returns it as written.
func (o *object) word() []byte {
	start := o.pos
	for o.pos < len(o.data) {
		c := o.data[o.pos]
		if c-'0' > 9 && c|0x20-'a' > 'z'-'a' && c != '-' && c != '+' && c != '.' {
			break
		}
		o.pos++
	}
	w := o.data[start:o.pos]
	switch string(w) {
	case "true", "false", "null":
		return w
	}
	if !isJSONNumber(w) {
		o.pos = start
		o.fail("a value is not JSON")
	}
	return w
}

func isJSONNumber(b []byte) bool {
	b = bytes.TrimPrefix(b, []byte("-"))
	n := countDigits(b)
	if n == 0 || n > 1 && b[0] == '0' {
		return false
	}
	b = b[n:]
	if len(b) > 0 && b[0] == '.' {
		n = countDigits(b[1:])
		if n == 0 {
			return false
		}
		b = b[n+1:]
	}
	if len(b) > 0 && b[0]|0x20 == 'e' {
		b = b[1:]
		if len(b) > 0 && (b[0] == '+' || b[0] == '-') {
			b = b[1:]
		}
		n = countDigits(b)
		return n > 0 && n == len(b)
	}
	return len(b) == 0
}

func countDigits(b []byte) int {
	n := 0
	for n < len(b) && b[n]-'0' <= 9 {
		n++
	}
	return n
}

// str takes a string and returns it unescaped.
func (o *object) str() []byte {
	o.pos++
	start := o.pos
	for o.pos < len(o.data) {
		switch c := o.data[o.pos]; {
		case c == '"':
			o.pos++
			return o.data[start : o.pos-1]
		case c == '\\':
			return o.escaped(start)
		case c < ' ':
			o.fail("a string has a control character")
			return nil
		}
		o.pos++
	}
	o.fail("a string does not end")
	return nil
}

// escaped takes the rest of a string that has escapes.
func (o *object) escaped(start int) []byte {
	from := len(o.arena)
	o.arena = append(o.arena, o.data[start:o.pos]...)
	for o.pos < len(o.data) {
		c := o.data[o.pos]
		switch {
		case c == '"':
			o.pos++
			return o.arena[from:]
		case c < ' ':
			o.fail("a string has a control character")
			return nil
		case c != '\\':
			o.arena = append(o.arena, c)
			o.pos++
			continue
		}
		if !o.escape() {
			return nil
		}
	}
	o.fail("a string does not end")
	return nil
}

// escape takes one escape.
func (o *object) escape() bool {
	if o.pos+1 >= len(o.data) {
		o.fail("a string does not end")
		return false
	}
	c := o.data[o.pos+1]
	if c == 'u' {
		return o.unicode()
	}
	i := strings.IndexByte(`"\/bfnrt`, c)
	if i < 0 {
		o.fail("a string has an unknown escape")
		return false
	}
	o.arena = append(o.arena, "\"\\/\b\f\n\r\t"[i])
	o.pos += 2
	return true
}

// unicode takes \uXXXX, or two of them that make one character.
func (o *object) unicode() bool {
	r, ok := o.hex(o.pos)
	if !ok {
		o.fail("a string has a broken \\u escape")
		return false
	}
	o.pos += 6
	if utf16.IsSurrogate(r) {
		low, ok := o.hex(o.pos)
		r = utf16.DecodeRune(r, low)
		if !ok || r == utf8.RuneError {
			o.fault = fault{badEncoding, "it has half of a surrogate pair"}
			return false
		}
		o.pos += 6
	}
	if r == 0 {
		o.fault = fault{badNUL, "it has a NUL character"}
		return false
	}
	o.arena = utf8.AppendRune(o.arena, r)
	return true
}

// hex reads \uXXXX at pos.
func (o *object) hex(pos int) (r rune, ok bool) {
	if pos+6 > len(o.data) || o.data[pos] != '\\' || o.data[pos+1] != 'u' {
		return 0, false
	}
	for _, c := range o.data[pos+2 : pos+6] {
		switch {
		case c-'0' <= 9:
			r = r<<4 | rune(c-'0')
		case c|0x20-'a' <= 5:
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// nested takes an object or array and appends its compact text to the arena.
func (o *object) nested(depth int) {
	if depth >= o.depth {
		o.fault = fault{badDepth, fmt.Sprintf("it is nested more than %d levels deep", o.depth)}
		return
	}
	open := o.data[o.pos]
	end := open + 2 // '[' and ']', '{' and '}' are two apart
	o.pos++
	o.arena = append(o.arena, open)
	if o.space() == end {
		o.pos++
		o.arena = append(o.arena, end)
		return
	}
	for o.fault.reason == "" {
		if open == '{' {
			if o.space() != '"' {
				o.fail("a key is not a string")
				return
			}
			o.copyString()
			if o.space() != ':' {
				o.fail("a key has no value")
				return
			}
			o.pos++
			o.arena = append(o.arena, ':')
		}
		switch o.space() {
		case '"':
			o.copyString()
		case '{', '[':
			o.nested(depth + 1)
		default:
			o.arena = append(o.arena, o.word()...)
		}
		if !o.comma(end) {
			break
		}
		o.arena = append(o.arena, ',')
	}
	o.arena = append(o.arena, end)
}

// copyString takes a string and appends it to the arena as it is written.
func (o *object) copyString() {
	start, mark := o.pos, len(o.arena)
	o.str()
	o.arena = append(o.arena[:mark], o.data[start:min(o.pos, len(o.data))]...)
}
