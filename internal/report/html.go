package report

import (
	"bytes"
	"embed"
	"html/template"
	"io"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// MaxBytes is the size under which every page stays, whatever was assessed.
const MaxBytes = 2_000_000

//go:embed templates
var templates embed.FS

// HTML writes the report that a person signs: one self-contained page in lang, with charts as inline SVG, without scripts
// and without outside references. Where it would pass [MaxBytes] it is made again with shorter lists, and says so; the
// cost is that of the observations plus at most seven pages. An unknown language is an [plumbline.Invalid] error.
func HTML(w io.Writer, a *plumbline.Assessment, lang plumbline.Lang) error {
	if lang != plumbline.Chinese && lang != plumbline.English {
		return &plumbline.Error{
			Code: plumbline.Invalid, Where: prose(string(lang), minText), Message: "there is no report in this language", Hint: "use zh-CN or en",
		}
	}
	sum, err := fingerprint(a)
	if err != nil {
		return err
	}
	t, err := parse(lang)
	if err != nil {
		return err
	}
	lim := fullLimits()
	for range maxTries {
		var page bytes.Buffer
		if err := t.ExecuteTemplate(&page, "page.tmpl", newView(a, lang, lim).page(sum)); err != nil {
			return plumbline.Errorf(plumbline.Internal, "the report cannot be made: %w", err)
		}
		if page.Len() < MaxBytes {
			_, err = page.WriteTo(w)
			return err
		}
		lim = lim.half()
	}
	return plumbline.Errorf(plumbline.Internal, "the report stays over %d bytes with the shortest lists", MaxBytes)
}

// parse reads the templates for a language. A key that the catalogue lacks is an error when the page is made.
func parse(lang plumbline.Lang) (*template.Template, error) {
	style, err := templates.ReadFile("templates/style.css")
	if err != nil {
		return nil, plumbline.Errorf(plumbline.Internal, "the style sheet is not in the program: %w", err)
	}
	say := func(key string) (string, error) {
		t, found := text.Get("report." + key)
		if !found {
			return "", plumbline.Errorf(plumbline.Internal, "the catalogue lacks report.%s", key)
		}
		return t.In(lang), nil
	}
	functions := template.FuncMap{
		"t":     say,
		"style": func() template.CSS { return template.CSS(style) }, //nolint:gosec // our own style sheet
	}
	t, err := template.New("report").Funcs(functions).ParseFS(templates, "templates/*.tmpl")
	if err != nil {
		return nil, plumbline.Errorf(plumbline.Internal, "the templates of the report are wrong: %w", err)
	}
	return t, nil
}
