package report

import (
	"io"

	"github.com/plumbline-project/plumbline"
)

// Format is one way to write an assessment. Render writes nothing where it returns an error before the first byte.
type Format struct {
	Name      string // "html", "json"
	Ext       string // of the file, with the point
	MediaType string
	PerLang   bool // one file for each language; else the language is ignored
	Render    func(w io.Writer, a *plumbline.Assessment, lang plumbline.Lang) error
}

// Formats lists all formats by name.
func Formats() []Format {
	return []Format{
		{Name: "html", Ext: ".html", MediaType: "text/html; charset=utf-8", PerLang: true, Render: HTML},
		{
			Name: "json", Ext: ".json", MediaType: "application/json",
			Render: func(w io.Writer, a *plumbline.Assessment, _ plumbline.Lang) error { return JSON(w, a) },
		},
		{Name: "sarif", Ext: ".sarif", MediaType: "application/sarif+json", Render: func(w io.Writer, a *plumbline.Assessment, _ plumbline.Lang) error { return SARIF(w, a) }},
	}
}
