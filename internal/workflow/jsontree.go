package workflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// A jsonKind is the kind of a JSON value.
type jsonKind int

const (
	jsonNull jsonKind = iota
	jsonBool
	jsonNumber
	jsonText
	jsonList
	jsonObject
)

// A jsonValue is one value of a JSON text together with its place. All methods take nil for a value that is not there.
type jsonValue struct {
	kind   jsonKind
	text   string // of a text; a number, true and false as they are written
	name   string // key or index within parent
	line   int    // where it ends, or begins in the case of a list or an object
	parent *jsonValue
	items  []*jsonValue // elements, or members in the order of the file
}

// A jsonReader walks over the tokens of the standard decoder, which say where they end; the decoder's own trees do not.
type jsonReader struct {
	dec     *json.Decoder
	data    []byte
	limits  plumbline.Limits
	nodes   int
	counted int64 // offset up to which lines are counted
	line    int
	twice   []*jsonValue // members whose key had been given before; the last one holds, as in JavaScript
}

// readJSON reads the one JSON value in data. The second result lists members that replaced an earlier one of the same key.
func readJSON(data []byte, file string, limits plumbline.Limits) (root *jsonValue, twice []*jsonValue, err error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	r := &jsonReader{dec: dec, data: data, limits: limits, line: 1}
	root, err = r.value(nil, "", 1)
	if err == nil {
		if _, next := dec.Token(); !errors.Is(next, io.EOF) {
			err = &plumbline.Error{Code: plumbline.Invalid, Message: "something follows after the end of the JSON text", Hint: "save one export a file"}
		}
	}
	if err != nil {
		return nil, nil, r.explain(err, file)
	}
	return root, r.twice, nil
}

// explain turns what stopped the reader into an error with file and line.
func (r *jsonReader) explain(err error, file string) error {
	e, ok := errors.AsType[*plumbline.Error](err)
	if !ok {
		e = &plumbline.Error{Code: plumbline.Invalid, Message: "the file is not JSON: " + err.Error(), Err: err}
		if syntax, is := errors.AsType[*json.SyntaxError](err); is && syntax.Offset > r.counted {
			r.count(min(syntax.Offset, int64(len(r.data))))
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			r.count(int64(len(r.data)))
			e.Message, e.Hint = "the JSON text ends in the middle", "export or copy the whole workflow again"
		}
	}
	e.Where = at(file, r.line)
	return e
}

func (r *jsonReader) count(offset int64) {
	r.line += bytes.Count(r.data[r.counted:offset], []byte("\n"))
	r.counted = offset
}

func (r *jsonReader) token() (json.Token, error) {
	token, err := r.dec.Token()
	if err != nil {
		return nil, err
	}
	r.count(r.dec.InputOffset())
	return token, nil
}

func (r *jsonReader) value(parent *jsonValue, name string, depth int) (*jsonValue, error) {
	token, err := r.token()
	if err != nil {
		return nil, err
	}
	r.nodes++
	if depth > r.limits.Depth {
		return nil, &plumbline.Error{Code: plumbline.TooLarge, Message: fmt.Sprintf("the file nests deeper than %d levels", r.limits.Depth)}
	}
	if r.nodes > r.limits.Nodes {
		return nil, &plumbline.Error{Code: plumbline.TooLarge, Message: fmt.Sprintf("the file has more than %d values", r.limits.Nodes), Hint: "remove pinned data from the export"}
	}
	v := &jsonValue{name: name, line: r.line, parent: parent}
	switch t := token.(type) {
	case string:
		v.kind, v.text = jsonText, t
	case json.Number:
		v.kind, v.text = jsonNumber, t.String()
	case bool:
		v.kind, v.text = jsonBool, strconv.FormatBool(t)
	case json.Delim:
		if t == '{' {
			v.kind = jsonObject
			err = r.members(v, depth)
		} else {
			v.kind = jsonList
			err = r.elements(v, depth)
		}
	}
	return v, err
}

func (r *jsonReader) elements(v *jsonValue, depth int) error {
	for r.dec.More() {
		item, err := r.value(v, strconv.Itoa(len(v.items)), depth+1)
		if err != nil {
			return err
		}
		v.items = append(v.items, item)
	}
	_, err := r.token()
	return err
}

func (r *jsonReader) members(v *jsonValue, depth int) error {
	seen := map[string]int{}
	for r.dec.More() {
		token, err := r.token()
		if err != nil {
			return err
		}
		key, ok := token.(string)
		if !ok {
			return &plumbline.Error{Code: plumbline.Invalid, Message: "a key that is no text"}
		}
		item, err := r.value(v, key, depth+1)
		if err != nil {
			return err
		}
		if i, before := seen[key]; before {
			v.items[i] = item
			r.twice = append(r.twice, item)
			continue
		}
		seen[key] = len(v.items)
		v.items = append(v.items, item)
	}
	_, err := r.token()
	return err
}

// get follows keys down; it gives nil where one of them is not there.
func (v *jsonValue) get(keys ...string) *jsonValue {
	for _, key := range keys {
		if v == nil || v.kind != jsonObject && v.kind != jsonList {
			return nil
		}
		var found *jsonValue
		for _, item := range v.items {
			if item.name == key {
				found = item
				break
			}
		}
		v = found
	}
	return v
}

// str gives the text of a text, and "" for all else.
func (v *jsonValue) str() string {
	if v == nil || v.kind != jsonText {
		return ""
	}
	return v.text
}

// scalar gives a text, number or boolean as it is written, and "" for all else.
func (v *jsonValue) scalar() string {
	if v == nil {
		return ""
	}
	return v.text
}

func (v *jsonValue) isTrue() bool { return v != nil && v.kind == jsonBool && v.text == "true" }

func (v *jsonValue) is(kind jsonKind) bool { return v != nil && v.kind == kind }

// number gives a number, also one that stands in quotes, and the default for all else.
func (v *jsonValue) number(otherwise float64) float64 {
	if v == nil || v.kind != jsonNumber && v.kind != jsonText {
		return otherwise
	}
	x, err := strconv.ParseFloat(v.text, 64)
	if err != nil {
		return otherwise
	}
	return x
}

func (v *jsonValue) children() []*jsonValue {
	if v == nil {
		return nil
	}
	return v.items
}

// walk visits the scalars other than null in the order of the file.
func (v *jsonValue) walk(visit func(*jsonValue)) {
	if v == nil || v.kind == jsonNull {
		return
	}
	if v.kind != jsonList && v.kind != jsonObject {
		visit(v)
		return
	}
	for _, item := range v.items {
		item.walk(visit)
	}
}

// pointer gives the JSON pointer (RFC 6901) of the value.
func (v *jsonValue) pointer() string { return v.path(func(name string) string { return name }) }

func (v *jsonValue) path(write func(string) string) string {
	var names []string
	for ; v != nil && v.parent != nil; v = v.parent {
		names = append(names, strings.ReplaceAll(strings.ReplaceAll(write(v.name), "~", "~0"), "/", "~1"))
	}
	if len(names) == 0 {
		return ""
	}
	slices.Reverse(names)
	return "/" + strings.Join(names, "/")
}

// plainKey makes a key fit to be shown: not endless, and without what looks like a secret.
func plainKey(name string) string { return redact(shorten(name, 200)) }

// place gives the location of the value in a file, with keys as [plainKey] makes them.
func (v *jsonValue) place(file string) plumbline.Location {
	if v == nil {
		return plumbline.Location{File: file}
	}
	return plumbline.Location{File: file, Pointer: shorten(v.path(plainKey), 500), Line: v.line}
}
