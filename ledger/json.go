package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"
	"unicode/utf8"
)

// manyNames is the number of names in one object from which on they are looked up rather than compared one by one.
const manyNames = 24

// span is a part of a text, from the first byte to the one behind the last.
type span struct{ from, to int }

// quoted is a string with its quotes.
type quoted struct {
	span
	escaped bool // it holds escapes
}

// scanner goes through a JSON text once. It takes what RFC 7493 (I-JSON) allows and nothing else: valid UTF-8, no name twice in an
// object, no lone surrogates. It keeps no values; the spans of the members of the outermost object are handed to member.
type scanner struct {
	data   []byte
	at     int
	depth  int // levels that may still be opened
	names  []quoted
	noNull bool
	member func(name string, value span) error
}

// syntaxError says where a text is no I-JSON.
type syntaxError struct {
	at   int
	what string
}

func (e *syntaxError) Error() string { return fmt.Sprintf("byte %d: %s", e.at, e.what) }

func (s *scanner) fail(what string) error { return &syntaxError{s.at, what} }

// checkJSON reads a text that must be one JSON value, nested at most depth levels deep, and nothing more. Where the value is an object,
// member is called for each of its members, in order, with the decoded name and the place of the value; it may be nil.
func checkJSON(data []byte, depth int, member func(name string, value span) error) error {
	return scan(data, depth, false, member)
}

// scanners are kept for their stacks of names.
var scanners = sync.Pool{New: func() any { return &scanner{} }}

// scan is [checkJSON]; noNull refuses null everywhere.
func scan(data []byte, depth int, noNull bool, member func(name string, value span) error) error {
	s, _ := scanners.Get().(*scanner)
	*s = scanner{data: data, depth: depth, noNull: noNull, member: member, names: s.names[:0]}
	err := s.whole()
	s.data, s.member = nil, nil
	scanners.Put(s)
	return err
}

func (s *scanner) whole() error {
	s.space()
	if err := s.value(true); err != nil {
		return err
	}
	s.space()
	if s.at < len(s.data) {
		return s.fail("something follows the value")
	}
	return nil
}

func (s *scanner) space() {
	for s.at < len(s.data) {
		switch s.data[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

func (s *scanner) peek() byte {
	if s.at < len(s.data) {
		return s.data[s.at]
	}
	return 0
}

func (s *scanner) value(outermost bool) error {
	switch c := s.peek(); {
	case c == '{':
		return s.object(outermost)
	case c == '[':
		return s.array()
	case c == '"':
		_, err := s.text()
		return err
	case c == '-' || c >= '0' && c <= '9':
		return s.number()
	case c == 't':
		return s.word("true")
	case c == 'f':
		return s.word("false")
	case c == 'n' && !s.noNull:
		return s.word("null")
	}
	if s.at >= len(s.data) {
		return s.fail("the text ends where a value is expected")
	}
	return s.fail("a value is expected")
}

func (s *scanner) word(w string) error {
	if !bytes.HasPrefix(s.data[s.at:], []byte(w)) {
		return s.fail("a value is expected")
	}
	s.at += len(w)
	return nil
}

func (s *scanner) open() error {
	if s.depth == 0 {
		return s.fail("it nests too deeply")
	}
	s.depth--
	s.at++
	s.space()
	return nil
}

func (s *scanner) close() {
	s.depth++
	s.at++
}

func (s *scanner) array() error {
	if err := s.open(); err != nil {
		return err
	}
	if s.peek() == ']' {
		s.close()
		return nil
	}
	for {
		if err := s.value(false); err != nil {
			return err
		}
		s.space()
		switch s.peek() {
		case ',':
			s.at++
			s.space()
		case ']':
			s.close()
			return nil
		default:
			return s.fail("a comma or ] is expected")
		}
	}
}

func (s *scanner) object(outermost bool) error {
	if err := s.open(); err != nil {
		return err
	}
	names := objectNames{s: s, base: len(s.names)}
	if s.peek() == '}' {
		s.close()
		return nil
	}
	for {
		name, err := s.text()
		if err != nil {
			return err
		}
		if !names.add(name) {
			s.at = name.from
			return s.fail("a name stands twice in one object")
		}
		s.space()
		if s.peek() != ':' {
			return s.fail("a colon is expected")
		}
		s.at++
		s.space()
		from := s.at
		if err := s.value(false); err != nil {
			return err
		}
		if outermost && s.member != nil {
			if err := s.member(s.decoded(name), span{from, s.at}); err != nil {
				return err
			}
		}
		s.space()
		switch s.peek() {
		case ',':
			s.at++
			s.space()
		case '}':
			s.names = s.names[:names.base]
			s.close()
			return nil
		default:
			return s.fail("a comma or } is expected")
		}
	}
}

// objectNames are the names of one object so far: on the scanner's stack while they are few, then in a set too.
type objectNames struct {
	s    *scanner
	base int
	set  map[string]bool
}

// add reports whether the name is new.
func (n *objectNames) add(name quoted) bool {
	s := n.s
	if name.escaped || n.set != nil {
		return n.look(name)
	}
	raw := s.data[name.from:name.to]
	for _, other := range s.names[n.base:] {
		if other.escaped && s.decoded(other) == string(raw[1:len(raw)-1]) || bytes.Equal(s.data[other.from:other.to], raw) {
			return false
		}
	}
	if s.names = append(s.names, name); len(s.names)-n.base > manyNames {
		n.fill()
	}
	return true
}

func (n *objectNames) fill() {
	n.set = map[string]bool{}
	for _, other := range n.s.names[n.base:] {
		n.set[n.s.decoded(other)] = true
	}
}

func (n *objectNames) look(name quoted) bool {
	if n.set == nil {
		n.fill()
	}
	text := n.s.decoded(name)
	if n.set[text] {
		return false
	}
	n.set[text] = true
	return true
}

// text reads a string with its quotes.
func (s *scanner) text() (quoted, error) {
	if s.peek() != '"' {
		return quoted{}, s.fail("a string is expected")
	}
	q := quoted{span: span{from: s.at}}
	data, at := s.data, s.at+1
	for {
		for at < len(data) && plainByte[data[at]] {
			at++
		}
		if s.at = at; at >= len(data) {
			return quoted{}, s.fail("the text ends inside a string")
		}
		switch c := data[at]; {
		case c == '"':
			s.at++
			q.to = s.at
			return q, nil
		case c == '\\':
			q.escaped = true
			if err := s.escape(); err != nil {
				return quoted{}, err
			}
			at = s.at
		case c < 0x20:
			return quoted{}, s.fail("a control character stands in a string")
		default:
			r, n := utf8.DecodeRune(data[at:])
			if r == utf8.RuneError && n == 1 {
				return quoted{}, s.fail("the text is not UTF-8")
			}
			at += n
		}
	}
}

// plainByte says of a byte that it stands for itself in a string and is not part of a longer character.
var plainByte = func() (t [256]bool) {
	for c := 0x20; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

func (s *scanner) escape() error {
	if s.at+1 >= len(s.data) {
		return s.fail("the text ends inside a string")
	}
	switch s.data[s.at+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.at += 2
		return nil
	case 'u':
	default:
		return s.fail("an escape is not known")
	}
	first, ok := s.hex(s.at + 2)
	switch {
	case !ok:
		return s.fail("an escape is not known")
	case first >= 0xdc00 && first <= 0xdfff:
		return s.fail("a surrogate stands alone")
	case first < 0xd800 || first > 0xdbff:
		s.at += 6
		return nil
	}
	second, ok := uint32(0), false
	if bytes.HasPrefix(s.data[s.at+6:], []byte(`\u`)) {
		second, ok = s.hex(s.at + 8)
	}
	if !ok || second < 0xdc00 || second > 0xdfff {
		return s.fail("a surrogate stands alone")
	}
	s.at += 12
	return nil
}

func (s *scanner) hex(at int) (v uint32, ok bool) {
	if at+4 > len(s.data) {
		return 0, false
	}
	for _, c := range s.data[at : at+4] {
		switch {
		case c >= '0' && c <= '9':
			v = v<<4 | uint32(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			v = v<<4 | uint32(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return v, true
}

func (s *scanner) number() error {
	if s.peek() == '-' {
		s.at++
	}
	switch c := s.peek(); {
	case c == '0':
		s.at++
	case c >= '1' && c <= '9':
		s.digits()
	default:
		return s.fail("a digit is expected")
	}
	if s.peek() == '.' {
		s.at++
		if !s.digits() {
			return s.fail("a digit is expected")
		}
	}
	if s.peek()|0x20 == 'e' {
		s.at++
		if c := s.peek(); c == '+' || c == '-' {
			s.at++
		}
		if !s.digits() {
			return s.fail("a digit is expected")
		}
	}
	return nil
}

func (s *scanner) digits() bool {
	from := s.at
	for c := s.peek(); c >= '0' && c <= '9'; c = s.peek() {
		s.at++
	}
	return s.at > from
}

// decoded gives the text of a string that has been scanned.
func (s *scanner) decoded(q quoted) string {
	if !q.escaped {
		return string(s.data[q.from+1 : q.to-1])
	}
	return decodeText(s.data[q.from:q.to])
}

// decodeText gives the text of a JSON string with its quotes, which has been scanned.
func decodeText(text []byte) string {
	raw := text[1 : len(text)-1]
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw)
	}
	var out string
	_ = json.Unmarshal(text, &out) // it cannot fail: the scanner has taken it
	return out
}
