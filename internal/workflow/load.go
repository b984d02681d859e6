package workflow

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/plumbline-project/plumbline"
)

// maxBytes bounds a workflow file.
const maxBytes = 1 << 20

// Load reads the workflow file name of fsys and looks whether the files that it names are there, in the folder of the file.
//
// The error is a [plumbline.Error]: NotFound where the file itself is missing, TooLarge beyond 1 MiB or the default depth
// and nodes of [plumbline.Limits], Unavailable where it cannot be read, and Invalid for all that is wrong in it: up to 20
// problems in one message, each with file, line, key, what is expected and what was found.
func Load(fsys fs.FS, name string) (*File, error) {
	data, err := read(fsys, name)
	if err != nil {
		return nil, err
	}
	root, err := parse(data, name)
	if err != nil {
		return nil, err
	}
	d := &decoder{problems: problems{name: name}, lines: map[string]int{}}
	if err := d.bound(root); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	file := &File{SHA256: hex.EncodeToString(sum[:]), name: name, lines: d.lines}
	if d.count == 0 {
		d.object(root, reflect.ValueOf(file).Elem(), "")
	}
	if d.count == 0 { // the rules read values, so they wait until each value is what it should be
		file.defaults()
		d.check(file)
	}
	if d.count == 0 {
		d.stat(fsys, path.Dir(name))
	}
	if err := d.err(); err != nil {
		return nil, err
	}
	return file, nil
}

// Where gives "file:line" of a key such as "decision.column" or "data.sensitive[0].column" (entries count from 0), and of
// the nearest key around it where that one was not given. It is for errors found later, in the tables.
func (f *File) Where(key string) string {
	return f.name + ":" + strconv.Itoa(lineOf(f.lines, key))
}

func lineOf(lines map[string]int, key string) int {
	for key != "" {
		if line, ok := lines[key]; ok {
			return line
		}
		key = key[:max(0, strings.LastIndexAny(key, ".["))]
	}
	return 1
}

// defaults fills in what a file need not say.
func (f *File) defaults() {
	if f.MinN.Value == 0 {
		f.MinN.Value = 30
	}
	if f.Privacy.MinCell == 0 {
		f.Privacy.MinCell = defaultMinCell
	}
	if f.Data.Reasons != nil && f.Data.Reasons.Separator == "" {
		f.Data.Reasons.Separator = ";"
	}
}

func read(fsys fs.FS, name string) ([]byte, error) {
	if !fs.ValidPath(name) || name == "." {
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: quote(name), Message: "this is no path of a workflow file", Hint: "name a file inside the folder, such as plumbline.yaml"}
	}
	if info, err := fs.Stat(fsys, name); err == nil && !info.Mode().IsRegular() && !info.IsDir() { // to open a pipe is to wait for its writer
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: name, Message: "this is a pipe or a device, not a workflow file"}
	}
	f, err := fsys.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &plumbline.Error{Code: plumbline.NotFound, Where: name, Message: "there is no such workflow file", Hint: "name the folder that holds plumbline.yaml, or write one with: plumb init DIR", Err: err}
	}
	if err != nil {
		return nil, &plumbline.Error{Code: plumbline.Unavailable, Where: name, Message: "the file cannot be opened: " + reason(err), Err: err}
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: name, Message: "this is a folder, not a workflow file"}
	}
	data, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, &plumbline.Error{Code: plumbline.Unavailable, Where: name, Message: "the file cannot be read: " + reason(err), Err: err}
	}
	if len(data) > maxBytes {
		return nil, &plumbline.Error{Code: plumbline.TooLarge, Where: name, Message: "the file is larger than 1 MiB", Hint: "data belong into files of their own, named by data.decisions.file"}
	}
	return data, nil
}

// reason is the cause of a file error without the path, which may name the machine's folders.
func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// parse gives the top node of the one document in data.
func parse(data []byte, name string) (root *yaml.Node, err error) {
	text := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if i := badUTF8(text); i >= 0 {
		line := 1 + bytes.Count(text[:i], []byte("\n"))
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: at(name, line), Message: "the text is not UTF-8", Hint: "save the file as UTF-8"}
	}
	defer func() { // the parser is third-party code and panics on states that it does not know
		if r := recover(); r != nil {
			root, err = nil, &plumbline.Error{Code: plumbline.Invalid, Where: name, Message: "the file is not YAML that can be read"}
		}
	}()
	var doc, next yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) || err == nil && len(doc.Content) == 0 {
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: name, Message: "the file is empty", Hint: "start with workflow: and title:"}
	} else if err != nil {
		return nil, syntax(err, name)
	}
	if err := dec.Decode(&next); err == nil {
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: at(name, next.Line), Message: "a second document begins here", Hint: "write one workflow a file, without ---"}
	} else if !errors.Is(err, io.EOF) {
		return nil, syntax(err, name)
	}
	return doc.Content[0], nil
}

func badUTF8(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func at(name string, line int) string { return name + ":" + strconv.Itoa(line) }

var yamlLine = regexp.MustCompile(`^line ([0-9]+): (?s:(.*))$`)

// syntax turns a message of the YAML parser into ours.
func syntax(err error, name string) error {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	e := &plumbline.Error{Code: plumbline.Invalid, Where: name, Err: err}
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		e.Where, message = name+":"+m[1], m[2]
	}
	e.Message = "the file is not YAML: " + message
	switch {
	case strings.Contains(message, "alphabetic or numeric character"):
		e.Hint = `in YAML a word that begins with * or & is an alias; write it in quotes, as "*"`
	case strings.Contains(message, "cannot start any token"):
		e.Hint = "indent with spaces, not tabs, and put a text that begins with @, ` or % in quotes"
	}
	return e
}

// bound refuses a tree that is too deep or too large, and aliases and tags, so that what follows may recurse over it.
func (d *decoder) bound(root *yaml.Node) error {
	limits := plumbline.Limits{}.WithDefaults()
	nodes := 0
	var walk func(n *yaml.Node, depth int) error
	walk = func(n *yaml.Node, depth int) error {
		nodes++
		what := ""
		switch {
		case depth > limits.Depth:
			what = fmt.Sprintf("the file nests deeper than %d levels", limits.Depth)
		case nodes > limits.Nodes:
			what = fmt.Sprintf("the file has more than %d entries", limits.Nodes)
		case n.Kind == yaml.AliasNode:
			d.add(n.Line, "", "an alias (*%s) is refused; write the value out, or in quotes where the star is meant", n.Value)
		case n.Style&yaml.TaggedStyle != 0:
			d.add(n.Line, "", "a tag (%s) is refused; a value is the text that is written", quote(n.Tag))
		}
		if what != "" {
			return &plumbline.Error{Code: plumbline.TooLarge, Where: at(d.name, n.Line), Message: what}
		}
		for _, c := range n.Content {
			if err := walk(c, depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	return walk(root, 1)
}

// stat looks whether the files that are named are there. Patterns are left to the reader of tables.
func (d *decoder) stat(fsys fs.FS, dir string) {
	for i, key := range d.files {
		if d.full() {
			return
		}
		line := lineOf(d.lines, key)
		info, err := fs.Stat(fsys, path.Join(dir, d.paths[i]))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			d.add(line, key, "expected a file in the folder of the workflow file, found no %s", quote(d.paths[i]))
		case err != nil:
			d.add(line, key, "the file %s cannot be read: %s", quote(d.paths[i]), reason(err))
		case info.IsDir():
			d.add(line, key, "expected a file, found the folder %s", quote(d.paths[i]))
		}
	}
}
