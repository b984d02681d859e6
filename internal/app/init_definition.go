package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// definitionSuffix are the suffixes of files that may hold a definition, of this tool or another.
const definitionSuffix = ".json .yaml .yml .xml .bpmn .dmn"

// definition takes a file for a definition where it can be read as one. What looks like one and cannot be read is told with the
// reason; so is JSON that is damaged, which may have been meant as one. All else, such as settings, is no concern of ours.
func (o *found) definition(dir fs.FS, name string) {
	switch why, is := definitionIn(dir, name); {
	case !is:
	case why != (plumbline.Text{}):
		o.unreadable = append(o.unreadable, guessed{name, why})
	case !writable(name):
		o.unreadable = append(o.unreadable, guessed{name, text.CliInitName()})
	default:
		o.definitions = append(o.definitions, finding{name: name})
	}
}

// definitionIn reports whether a file is worth a word, and, where it is of no use, why.
func definitionIn(dir fs.FS, name string) (why plumbline.Text, is bool) {
	data, err := readUpTo(dir, name, mostExport)
	if err != nil {
		return sayError(err), true
	}
	graph, err := workflow.ParseDefinition(dir, name, plumbline.Limits{Bytes: mostExport})
	if err == nil {
		return plumbline.Text{}, len(graph.Steps) > 0 && slices.ContainsFunc(graph.Steps, func(s plumbline.Step) bool { return s.Type != "" })
	}
	switch tool := workflow.Foreign(data); {
	case suffixOf(name) == ".json" && holdsRows(data):
		return text.CliInitJsonRows(), true
	case plumbline.CodeOf(err) != plumbline.Unsupported && suffixOf(name) == ".json":
		return sayError(err), true
	case tool != "":
		return text.CliInitForeign(tool), true
	}
	return why, false
}

// holdsRows reports whether JSON is a list of objects, or several objects one after another: rows of a table.
func holdsRows(data []byte) bool {
	dec := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	var first json.RawMessage
	if dec.Decode(&first) != nil || len(first) == 0 {
		return false
	}
	var list []map[string]json.RawMessage
	if first[0] == '[' {
		return json.Unmarshal(first, &list) == nil && len(list) > 1 && sameKeys(list[0], list[1]) && workflow.Foreign(data) == ""
	}
	var second map[string]json.RawMessage
	return first[0] == '{' && dec.Decode(&second) == nil && workflow.Foreign(data) == ""
}

// sameKeys reports whether two objects have the same keys, as rows do.
func sameKeys(a, b map[string]json.RawMessage) bool {
	return len(a) > 0 && maps.EqualFunc(a, b, func(json.RawMessage, json.RawMessage) bool { return true })
}

// sayError gives the message of an error, whose texts are English, without the file, which is named beside it.
func sayError(err error) plumbline.Text {
	s := cause(err)
	if e, ok := errors.AsType[*plumbline.Error](err); ok {
		plain := *e
		if plain.Where = ""; strings.Contains(e.Where, ":") { // it tells the line
			plain.Where = e.Where
		}
		s = plain.Error()
	}
	return plumbline.Text{ZH: printable(s), EN: printable(s)}
}
