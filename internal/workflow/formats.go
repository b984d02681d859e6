package workflow

import (
	"io/fs"

	"github.com/plumbline-project/plumbline"
)

// Format reads one kind of workflow definition.
type Format struct {
	Name  string // "n8n"
	Sniff func(data []byte) bool
	Parse func(data []byte, file string, limits plumbline.Limits) (*plumbline.Graph, error)
}

// Formats lists the formats in the order in which they are tried.
func Formats() []Format { return nil }

// ParseDefinition reads a definition in any of [Formats], told apart by content, and lays it out for drawing.
func ParseDefinition(fsys fs.FS, name string, limits plumbline.Limits) (*plumbline.Graph, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, plumbline.Errorf(plumbline.NotFound, "%s cannot be read: %w", name, err)
	}
	for _, f := range Formats() {
		if f.Sniff(data) {
			return f.Parse(data, name, limits)
		}
	}
	return nil, nil
}
