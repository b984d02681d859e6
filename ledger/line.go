package ledger

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// mostMembers is how many members of a line are kept; those that are known are fewer.
const mostMembers = 16

// line is a line of a bundle, by its members.
type line struct {
	source  []byte
	kind    string
	names   [mostMembers]string
	values  [mostMembers]span
	members int
}

// parse reads a line; what was in l before is forgotten.
func (l *line) parse(data []byte) error {
	l.source, l.kind, l.members = data, "", 0
	if err := scan(data, recordDepth, true, func(name string, value span) error {
		if l.members == mostMembers {
			return fmt.Errorf("it has more than %d members", mostMembers)
		}
		l.names[l.members], l.values[l.members] = name, value
		l.members++
		return nil
	}); err != nil {
		return err
	}
	if kindOf(data) != '{' {
		return errors.New("it is no object")
	}
	var err error
	l.kind, err = l.text("type")
	return err
}

func (l *line) raw(name string) []byte {
	for i := range l.members {
		if l.names[i] == name {
			return l.source[l.values[i].from:l.values[i].to]
		}
	}
	return nil
}

func (l *line) has(name string) bool { return l.raw(name) != nil }

func (l *line) text(name string) (string, error) {
	raw := l.raw(name)
	if len(raw) == 0 || raw[0] != '"' {
		return "", fmt.Errorf("%s is missing or no text", name)
	}
	return decodeText(raw), nil
}

// number reads a whole number from 0 to 2^53 − 1.
func (l *line) number(name string) (int64, error) {
	n, err := strconv.ParseUint(string(l.raw(name)), 10, 53)
	if err != nil || n > math.MaxInt64 {
		return 0, fmt.Errorf("%s is missing or no whole number from 0 to 2^53 − 1", name)
	}
	return int64(n), nil
}

// data reads bytes that stand as base64, into a buffer of that many where there is room.
func (l *line) data(name string, buffer []byte) ([]byte, error) {
	raw := l.raw(name)
	if len(raw) < 2 || raw[0] != '"' {
		return nil, fmt.Errorf("%s is missing or no text", name)
	}
	if bytes.IndexByte(raw, '\\') >= 0 { // a writer may escape the slash
		raw = []byte(`"` + decodeText(raw) + `"`)
		if bytes.ContainsAny(raw, "\r\n") { // which the decoder would pass over; unescaped they cannot come here
			return nil, fmt.Errorf("%s is no base64", name)
		}
	}
	raw = raw[1 : len(raw)-1]
	out := slices.Grow(buffer[:0], base64.StdEncoding.DecodedLen(len(raw)))
	out = out[:base64.StdEncoding.DecodedLen(len(raw))]
	n, err := base64.StdEncoding.Strict().Decode(out, raw)
	if err != nil {
		return nil, fmt.Errorf("%s is no base64", name)
	}
	return out[:n], nil
}

// proof reads the proof; nil where there is none.
func (l *line) proof() (Proof, error) {
	raw := l.raw("proof")
	if raw == nil {
		return nil, nil
	}
	p := Proof{}
	if err := json.Unmarshal(raw, &p); err != nil || p == nil {
		return nil, errors.New("proof is no list of hashes")
	}
	return p, nil
}

// without gives the line as an object that lacks one member.
func (l *line) without(name string) []byte {
	out := []byte{'{'}
	for i := range l.members {
		if l.names[i] == name {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		quoted, _ := json.Marshal(l.names[i])
		out = append(append(append(out, quoted...), ':'), l.source[l.values[i].from:l.values[i].to]...)
	}
	return append(out, '}')
}
