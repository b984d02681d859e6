package workflow

import (
	"fmt"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/plumbline-project/plumbline"
)

// A field is what the tags of a struct field say of its key.
type field struct {
	key, kind, doc             string
	enum                       []string
	required, one, short, rest bool // one: a scalar is a list of one; short: stands for the whole mapping; rest: all other keys
	index                      int
	typ                        reflect.Type
}

// Text and Person are nouns without tags of this file's format; these stand in for them.
type (
	bilingual struct {
		ZH string `yaml:"zh" is:"text required" doc:"In Chinese."`
		EN string `yaml:"en" is:"text required" doc:"In English."`
	}
	person struct {
		Name string `yaml:"name" is:"text required" doc:"Name."`
		Role string `yaml:"role" is:"text" doc:"Role or title."`
	}
)

var (
	textType   = reflect.TypeFor[plumbline.Text]()
	personType = reflect.TypeFor[plumbline.Person]()
)

// fieldsOf reads the tags of a struct type, in the order of its fields.
func fieldsOf(t reflect.Type) []field {
	switch t {
	case textType:
		t = reflect.TypeFor[bilingual]()
	case personType:
		t = reflect.TypeFor[person]()
	}
	var fields []field
	for i := range t.NumField() {
		sf := t.Field(i)
		words := strings.Fields(sf.Tag.Get("is"))
		if len(words) == 0 {
			continue
		}
		f := field{key: sf.Tag.Get("yaml"), kind: words[0], doc: sf.Tag.Get("doc"), enum: strings.Fields(sf.Tag.Get("enum")), index: i, typ: sf.Type}
		for _, word := range words[1:] {
			f.required = f.required || word == "required"
			f.one = f.one || word == "one"
			f.short = f.short || word == "short"
			f.rest = f.rest || word == "rest"
		}
		fields = append(fields, f)
	}
	return fields
}

// A decoder fills a File from YAML nodes and collects what is wrong.
type decoder struct {
	problems
	lines map[string]int // key → line
	files []string       // keys whose file must be there
	paths []string       // path of each of files
}

// decode puts node n into v. F describes the field; its kind is that of the scalars within.
func (d *decoder) decode(n *yaml.Node, v reflect.Value, f field, key string) {
	d.lines[key] = n.Line
	switch t := v.Type(); {
	case t == textType:
		d.text(n, v, f, key)
	case t.Kind() == reflect.Pointer:
		v.Set(reflect.New(t.Elem()))
		d.decode(n, v.Elem(), f, key)
	case t.Kind() == reflect.Struct:
		d.object(n, v, key)
	case t.Kind() == reflect.Slice:
		d.list(n, v, f, key)
	case t.Kind() == reflect.Map:
		d.table(n, v, f, key)
	default:
		d.scalar(n, v, f, key)
	}
}

// text takes one text for both languages or one for each.
func (d *decoder) text(n *yaml.Node, v reflect.Value, f field, key string) {
	if n.Kind == yaml.MappingNode {
		d.object(n, v, key)
		return
	}
	var both string
	if n.Kind != yaml.ScalarNode {
		d.add(n.Line, key, "expected a text, or {zh: …, en: …}, found %s", describe(n))
		return
	}
	d.scalar(n, reflect.ValueOf(&both).Elem(), f, key)
	v.Set(reflect.ValueOf(plumbline.Text{ZH: both, EN: both}))
}

func (d *decoder) object(n *yaml.Node, v reflect.Value, key string) {
	fields := fieldsOf(v.Type())
	var rest *field
	for i := range fields {
		if fields[i].rest {
			rest = &fields[i]
		}
		if fields[i].short && n.Kind == yaml.ScalarNode {
			d.decode(n, v.Field(fields[i].index), fields[i], key)
			return
		}
	}
	if n.Kind != yaml.MappingNode {
		d.add(n.Line, key, "expected the keys %s, found %s", names(fields), describe(n))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, ok := d.key(n.Content[i], key, seen)
		if !ok {
			continue
		}
		if f, known := find(fields, name); known {
			d.decode(n.Content[i+1], v.Field(f.index), f, child(key, name))
		} else if rest != nil && match(ruleName, name) {
			d.entry(n.Content[i+1], v.Field(rest.index), *rest, name, child(key, name))
		} else if !d.full() {
			d.add(n.Content[i].Line, child(key, name), "unknown key%s; known here: %s", suggest(name, fields), names(fields))
		} else {
			d.count++
		}
	}
	for _, f := range fields {
		if f.required && seen[f.key] == 0 {
			d.add(n.Line, child(key, f.key), "the key is missing; expected %s", f.expect())
		}
	}
}

// table fills a map: its keys are columns or values, its values are of the field's kind.
func (d *decoder) table(n *yaml.Node, v reflect.Value, f field, key string) {
	if n.Kind != yaml.MappingNode {
		d.add(n.Line, key, "expected %s, found %s", f.expect(), describe(n))
		return
	}
	if len(n.Content) == 0 {
		d.add(n.Line, key, "nothing stands in it; leave the key out or expected %s", f.expect())
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name, ok := d.key(n.Content[i], key, seen)
		if ok && name == "" {
			d.add(n.Content[i].Line, key, "a key is empty; expected %s", f.expect())
		} else if ok {
			d.entry(n.Content[i+1], v, f, name, child(key, name))
		}
	}
}

func (d *decoder) entry(n *yaml.Node, v reflect.Value, f field, name, key string) {
	if v.IsNil() {
		v.Set(reflect.MakeMap(v.Type()))
	}
	elem := reflect.New(v.Type().Elem()).Elem()
	d.decode(n, elem, f, key)
	v.SetMapIndex(reflect.ValueOf(name), elem)
}

// list refuses what is empty, and a scalar that stands in it twice.
func (d *decoder) list(n *yaml.Node, v reflect.Value, f field, key string) {
	content := n.Content
	if f.one && n.Kind == yaml.ScalarNode {
		content = []*yaml.Node{n}
	} else if n.Kind != yaml.SequenceNode {
		d.add(n.Line, key, "expected a list, found %s", describe(n))
		return
	}
	if len(content) == 0 {
		d.add(n.Line, key, "the list is empty; leave the key out or expected %s in it", leaf(f))
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(content), len(content)))
	first := map[string]int{}
	for i, c := range content {
		at := key
		if n.Kind == yaml.SequenceNode {
			at = key + "[" + strconv.Itoa(i) + "]"
		}
		d.decode(c, v.Index(i), f, at)
		if c.Kind != yaml.ScalarNode {
			continue
		}
		if line := first[c.Value]; line != 0 {
			d.add(c.Line, at, "%s stands in the list twice, first on line %d", quote(c.Value), line)
		}
		first[c.Value] = c.Line
	}
}

// scalar takes the text of a node as it was written. Prose loses the line break at its end.
func (d *decoder) scalar(n *yaml.Node, v reflect.Value, f field, key string) {
	if n.Kind != yaml.ScalarNode {
		d.add(n.Line, key, "expected %s, found %s", leaf(f), describe(n))
		return
	}
	k, text := kinds[f.kind], n.Value
	if f.kind == "text" {
		text = strings.TrimRight(text, "\r\n")
	}
	nothing := n.Style == 0 && (text == "" || n.Tag == "!!null" && !k.null)
	why, good := k.wrong(text)
	if f.kind == "enum" {
		good = slices.Contains(f.enum, text)
		why = strings.TrimPrefix(nearest(text, f.enum), "; ")
	}
	switch {
	case nothing, !good, k.plain && n.Style != 0:
		if why != "" {
			why = "; " + why
		}
		d.add(n.Line, key, "expected %s, found %s%s", leaf(f), describe(n), why)
	case f.kind == "bool":
		v.SetBool(text == "true")
	case f.kind == "count":
		number, _ := strconv.ParseInt(text, 10, 64) // its kind has looked at it
		v.SetInt(number)
	case f.kind == "file" || f.kind == "pattern":
		text = path.Clean(text)
		v.SetString(text)
		if f.kind == "file" || !isPattern(text) {
			d.files, d.paths = append(d.files, key), append(d.paths, text)
		}
	default:
		v.SetString(text)
	}
}

// key reads the name of a key and refuses one that stands twice.
func (d *decoder) key(n *yaml.Node, parent string, seen map[string]int) (name string, ok bool) {
	if n.Kind != yaml.ScalarNode {
		d.add(n.Line, parent, "expected a key, found %s before the colon", describe(n))
		return "", false
	}
	if line := seen[n.Value]; line != 0 {
		d.add(n.Line, child(parent, n.Value), "the key stands twice, first on line %d", line)
		return "", false
	}
	seen[n.Value] = n.Line
	return n.Value, true
}

// expect says what a person should write for the field.
func (f field) expect() string {
	t := f.typ
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == textType:
		return "a text, or {zh: …, en: …}"
	case t.Kind() == reflect.Struct:
		return "the keys " + names(fieldsOf(t))
	case t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Struct:
		return "names, each with the keys " + names(fieldsOf(t.Elem()))
	case t.Kind() == reflect.Map:
		return "names, each with " + leaf(f)
	case f.one:
		return leaf(f) + ", or a list"
	case t.Kind() == reflect.Slice:
		return "a list"
	}
	return leaf(f)
}

// leaf says what a scalar of the field is.
func leaf(f field) string {
	switch f.kind {
	case "enum":
		return "one of " + strings.Join(f.enum, ", ")
	case "object":
		return "an entry"
	}
	return kinds[f.kind].expect
}

func find(fields []field, key string) (field, bool) {
	for _, f := range fields {
		if f.key == key && !f.rest {
			return f, true
		}
	}
	return field{}, false
}

func names(fields []field) string {
	var list []string
	for _, f := range fields {
		if f.rest {
			list = append(list, "names of rules")
		} else {
			list = append(list, f.key)
		}
	}
	return strings.Join(list, ", ")
}

// describe says what was found where something else was expected.
func describe(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "keys with values"
	case yaml.ScalarNode:
		if n.Style == 0 && n.Value == "" {
			return "nothing"
		}
		if n.Style == 0 {
			return quote(n.Value)
		}
		return "the text " + quote(n.Value)
	case yaml.DocumentNode, yaml.AliasNode:
	}
	return fmt.Sprintf("an unexpected thing of kind %d", n.Kind) // bound has refused it
}

// child names a key within another; a name that is no plain word is quoted.
func child(parent, name string) string {
	plain := name != "" && len(name) <= 100
	for _, r := range name {
		plain = plain && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-')
	}
	switch {
	case !plain:
		return parent + "[" + quote(name) + "]"
	case parent == "":
		return name
	}
	return parent + "." + name
}
