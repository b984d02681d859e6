package workflow

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// Format reads one kind of workflow definition. A new one is a file with a function that returns its Format, and a line in
// [Formats].
type Format struct {
	Name string // "n8n"

	// Sniff reports whether data look like this format, cut off or damaged ones too, so that the error can say what is wrong
	// with them. It is quick: it looks for marks and does not parse.
	Sniff func(data []byte) bool

	// Parse turns data into a graph. It is pure, bounded by limits and never panics; what it does not understand goes into
	// the notes of the graph. Data are UTF-8 without a byte order mark. Columns and rows of the steps are left to the layout.
	Parse func(data []byte, file string, limits plumbline.Limits) (*plumbline.Graph, error)
}

// Formats lists the formats in the order in which they are tried.
func Formats() []Format { return []Format{n8nFormat()} }

// The bounds of a definition where the caller sets none. Pinned data make exports large and deep without making the graph so.
const (
	definitionBytes = 64 << 20
	definitionNodes = 1_000_000
	definitionDepth = 200
)

// The bounds of a graph. Rules follow it from many of its steps, each time over all steps and edges: their product is what that
// costs, and this one is done in seconds. A workflow that people can read is far below.
const (
	maxEdges  = 200_000
	maxFollow = 600_000_000 // steps × (steps + edges)
)

// followable refuses a graph that is too large for the rules.
func followable(steps, edges int, file string) error {
	if edges <= maxEdges && int64(steps)*int64(steps+edges) <= maxFollow {
		return nil
	}
	return &plumbline.Error{
		Code: plumbline.TooLarge, Where: file, Message: fmt.Sprintf("the workflow has %d steps and %d connections; at most %d connections are followed, and steps times steps and connections up to %d million", steps, edges, maxEdges, maxFollow/1_000_000),
		Hint: "put each workflow into a file and a folder of its own",
	}
}

// ParseDefinition reads a definition in any of [Formats], told apart by content, and lays it out for drawing. Of limits, it
// takes Bytes (default 64 MiB), Nodes (values of the document, 1,000,000) and Depth (200).
//
// The error is a [plumbline.Error]: NotFound, TooLarge, Unavailable where the file cannot be read, Invalid where it is of a
// known format and damaged, Unsupported where it is of none.
func ParseDefinition(fsys fs.FS, name string, limits plumbline.Limits) (*plumbline.Graph, error) {
	if limits.Bytes <= 0 {
		limits.Bytes = definitionBytes
	}
	if limits.Nodes <= 0 {
		limits.Nodes = definitionNodes
	}
	if limits.Depth <= 0 {
		limits.Depth = definitionDepth
	}
	data, err := readDefinition(fsys, name, limits.Bytes)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(data)
	text := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: name, Message: "the text is UTF-16", Hint: "save the file as UTF-8"}
	}
	bad := badUTF8(text)
	if bad >= 0 {
		bad = 1 + bytes.Count(text[:bad], []byte("\n"))
		text = bytes.ToValidUTF8(text, []byte("\uFFFD"))
	}
	for _, format := range Formats() {
		if !format.Sniff(text) {
			continue
		}
		graph, err := format.Parse(text, name, limits)
		if err != nil {
			return nil, err
		}
		graph.SHA256 = hex.EncodeToString(sum[:])
		if bad >= 0 {
			graph.Notes = append(graph.Notes, plumbline.GraphNote{
				Text: plumbline.Text{
					ZH: "文件中有不是 UTF-8 的字节，已用替换字符代替",
					EN: "The file holds bytes that are not UTF-8; they were replaced by the replacement character",
				},
				Location: plumbline.Location{File: name, Line: bad},
			})
		}
		clean(graph)
		layout(graph)
		return graph, nil
	}
	if err := damaged(text, name, limits); err != nil {
		return nil, err
	}
	return nil, unsupported(name, text)
}

// damaged says what is wrong with JSON that no format takes for its own and that cannot be read.
func damaged(text []byte, name string, limits plumbline.Limits) error {
	begin := bytes.TrimLeft(text, " \t\r\n")
	if len(begin) == 0 || begin[0] != '{' && begin[0] != '[' || Foreign(text) != "" {
		return nil
	}
	if _, _, err := readJSON(text, name, limits); plumbline.CodeOf(err) == plumbline.Invalid {
		return err
	}
	return nil
}

func unsupported(name string, text []byte) error {
	message := "this is no workflow definition of a supported format"
	if tool := Foreign(text); tool != "" {
		message = "this is a workflow definition of " + tool + ", which is not read yet"
	}
	var known []string
	for _, format := range Formats() {
		known = append(known, format.Name)
	}
	return &plumbline.Error{
		Code: plumbline.Unsupported, Where: name, Message: message, Hint: "supported: " + strings.Join(known, ", "),
	}
}

// readDefinition reads a regular file of at most limit bytes.
func readDefinition(fsys fs.FS, name string, limit int64) ([]byte, error) {
	if !fs.ValidPath(name) || name == "." {
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: quote(name), Message: "this is no path of a workflow definition", Hint: "name a file inside the folder"}
	}
	info, err := fs.Stat(fsys, name) // to open a pipe is to wait for its writer
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &plumbline.Error{Code: plumbline.NotFound, Where: name, Message: "there is no such workflow definition", Hint: "export the workflow into this folder", Err: err}
	case err != nil:
		return nil, &plumbline.Error{Code: plumbline.Unavailable, Where: name, Message: "the file cannot be opened: " + reason(err), Err: err}
	case info.IsDir():
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: name, Message: "this is a folder, not a workflow definition"}
	case !info.Mode().IsRegular():
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: name, Message: "this is a pipe or a device, not a workflow definition"}
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, &plumbline.Error{Code: plumbline.Unavailable, Where: name, Message: "the file cannot be opened: " + reason(err), Err: err}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, &plumbline.Error{Code: plumbline.Unavailable, Where: name, Message: "the file cannot be read: " + reason(err), Err: err}
	}
	if int64(len(data)) > limit {
		return nil, &plumbline.Error{Code: plumbline.TooLarge, Where: name, Message: fmt.Sprintf("the definition is larger than %d bytes", limit), Hint: "remove pinned data from the export"}
	}
	return data, nil
}
