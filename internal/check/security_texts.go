package check

import (
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// maxText bounds how much of one file is searched for secrets, in bytes.
const maxText = 32 << 20

// maxTexts bounds that of all declared files together.
const maxTexts = 256 << 20

// textAt is a text of the definition or of a declared file, with the name under which it stands.
type textAt struct {
	step  string // id; empty where it belongs to no step
	name  string
	value string
	at    plumbline.Location
}

// definitionTexts lists every text and switch of the definition. Where the file can be read as JSON it is: then sample data and
// settings are there too, with their lines. Else the texts of the steps, as far as the import kept them.
func (in *Input) definitionTexts() []textAt {
	if in.Graph != nil && in.texts == nil {
		in.texts = in.readTexts()
	}
	return in.texts
}

func (in *Input) readTexts() []textAt {
	if data := in.read(in.Graph.File); json.Valid(data) {
		return pairNames(inSteps(jsonTexts(data, in.Graph.File), in.Graph))
	}
	var out []textAt
	keep := func(step string, params map[string]string, lines map[string]int) {
		for _, pointer := range sortedKeys(params) {
			out = append(out, textAt{step, lastName(pointer), params[pointer], plumbline.Location{File: in.Graph.File, Pointer: pointer, Line: lines[pointer]}})
		}
	}
	keep("", in.Graph.Params, in.Graph.Lines)
	for i := range in.Graph.Steps {
		s := &in.Graph.Steps[i]
		keep(s.ID, s.Params, s.Lines)
		for _, p := range s.Prompts {
			out = append(out, textAt{s.ID, "prompt", p.Text, p.Location})
		}
		if s.Notes != "" {
			out = append(out, textAt{s.ID, "notes", s.Notes, s.Location})
		}
	}
	return pairNames(out)
}

// read gives the bytes of a file of the workflow's folder, nil where there is none or where it is too large.
func (in *Input) read(name string) []byte {
	f, err := in.open(name)
	if err != nil {
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxText+1))
	if err != nil || len(data) > maxText {
		return nil
	}
	return bytes.TrimPrefix(data, []byte("\ufeff"))
}

// jsonTexts lists the strings and switches of a JSON text with their pointers and lines, in the order of the text.
func jsonTexts(data []byte, file string) []textAt {
	type level struct {
		list  bool
		index int
		key   string
		isKey bool // the next string is a key
		base  string
	}
	var out []textAt
	var stack []level
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	line, counted := 1, 0
	for {
		tok, err := d.Token()
		if err != nil {
			return out // at the end, or the text ends early
		}
		top := len(stack) - 1
		if top >= 0 && !stack[top].list && stack[top].isKey {
			if key, ok := tok.(string); ok {
				stack[top].key, stack[top].isKey = key, false
				continue
			}
		}
		pointer := ""
		if top >= 0 {
			name := stack[top].key
			if stack[top].list {
				name = strconv.Itoa(stack[top].index)
			}
			pointer = stack[top].base + "/" + escapePointer(name)
		}
		switch v := tok.(type) {
		case json.Delim:
			if v == '{' || v == '[' {
				stack = append(stack, level{list: v == '[', isKey: v == '{', base: pointer})
				continue
			}
			stack = stack[:top]
			top--
		case string, bool, json.Number:
			value, isText := v.(string)
			if b, ok := v.(bool); ok {
				value = strconv.FormatBool(b)
			}
			if n, ok := v.(json.Number); ok {
				value = n.String()
			}
			end := int(d.InputOffset())
			line += bytes.Count(data[counted:end], []byte("\n"))
			counted = end
			if isText || len(value) <= 5 {
				out = append(out, textAt{name: lastName(pointer), value: value, at: plumbline.Location{File: file, Pointer: pointer, Line: line}})
			}
		}
		if top >= 0 {
			stack[top].index++
			stack[top].isKey = !stack[top].list
		}
	}
}

// inSteps says which step each text belongs to, by pointers.
func inSteps(texts []textAt, g *plumbline.Graph) []textAt {
	steps := map[string]string{}
	for i := range g.Steps {
		if p := g.Steps[i].Location.Pointer; p != "" {
			steps[p] = g.Steps[i].ID
		}
	}
	for k := range texts {
		for p := texts[k].at.Pointer; p != ""; p = p[:max(strings.LastIndexByte(p, '/'), 0)] {
			if id, ok := steps[p]; ok {
				texts[k].step = id
				break
			}
		}
	}
	return texts
}

// pairNames gives a text that stands as {name: N, value: V} the name N, as headers and forms are written.
func pairNames(texts []textAt) []textAt {
	names := map[string]string{}
	for _, t := range texts {
		if t.name == "name" || t.name == "key" {
			names[t.at.File+"\x00"+strings.TrimSuffix(t.at.Pointer, "/"+t.name)] = t.value
		}
	}
	for k := range texts {
		if t := &texts[k]; t.name == "value" {
			if name, ok := names[t.at.File+"\x00"+strings.TrimSuffix(t.at.Pointer, "/value")]; ok {
				t.name = name
			}
		}
	}
	return texts
}

// declaredTexts reads the texts and documents that the workflow file names; unread counts those that could not be searched.
func (in *Input) declaredTexts() (texts []textAt, unread int64) {
	left := maxTexts
	for _, name := range in.declaredFiles() {
		data := in.read(name)
		if data == nil || bytes.IndexByte(data, 0) >= 0 || len(data) > left {
			unread++
			continue
		}
		left -= len(data)
		texts = append(texts, textAt{value: string(data), at: plumbline.Location{File: name}})
	}
	return texts, unread
}

// declaredFiles lists the files of texts and documents, sorted, each once. A pattern that matches nothing stays as it is.
func (in *Input) declaredFiles() []string {
	if in.File == nil {
		return nil
	}
	d := &in.File.Data
	patterns := slices.Clone(d.Documents)
	for _, t := range d.Texts {
		patterns = append(patterns, t.Files...)
	}
	if x := in.File.Explanation; x != nil {
		patterns = append(patterns, x.Purpose, x.Mechanism, x.Limits)
	}
	for _, m := range in.File.Models {
		patterns = append(patterns, m.Training.Document)
	}
	var names []string
	for _, p := range patterns {
		if p == "" || p == in.File.Definition {
			continue
		}
		if in.Files != nil {
			if found, err := fs.Glob(in.Files, p); err == nil && len(found) > 0 {
				names = append(names, found...)
				continue
			}
		}
		names = append(names, p)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// The two ways of RFC 6901 between a key and its part of a pointer.
var (
	toPointer   = strings.NewReplacer("~", "~0", "/", "~1")
	fromPointer = strings.NewReplacer("~1", "/", "~0", "~")
)

func escapePointer(s string) string { return toPointer.Replace(s) }

func lastName(pointer string) string {
	return fromPointer.Replace(pointer[strings.LastIndexByte(pointer, '/')+1:])
}

// errorWorkflow reports whether the settings of the definition name a workflow for errors.
func (in *Input) errorWorkflow() bool {
	return in.Graph.ErrorHandler != "" || slices.ContainsFunc(in.definitionTexts(), func(t textAt) bool {
		return t.name == "errorWorkflow" && t.value != "" && strings.HasSuffix(t.at.Pointer, "/settings/errorWorkflow")
	})
}
