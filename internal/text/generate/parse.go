package main

import (
	"errors"
	"fmt"
	"go/token"
	"regexp"
	"slices"
	"strings"
)

// part is a piece of a text: words, or a placeholder.
type part struct {
	words string
	name  string // of a placeholder; empty for words
	kind  string
	one   string // plural: for 1; Chinese has none
	other string // plural: for the rest
}

// kinds maps the kinds of placeholder to the Go type of the argument.
var kinds = map[string]string{
	"string": "string", "text": "plumbline.Text", "list": "[]string", "int": "int64", "plural": "int64",
	"share": "float64", "points": "float64", "ratio": "float64", "number": "float64", "date": "string",
}

var nameShape = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)

// parseText splits a text into words and placeholders.
func parseText(text string) (parts []part, err error) {
	var words strings.Builder
	flush := func() {
		if words.Len() > 0 {
			parts = append(parts, part{words: words.String()})
			words.Reset()
		}
	}
	for text != "" {
		at := strings.IndexAny(text, "{}")
		if at < 0 {
			words.WriteString(text)
			break
		}
		words.WriteString(text[:at])
		text = text[at:]
		if strings.HasPrefix(text, "{{") || strings.HasPrefix(text, "}}") {
			words.WriteByte(text[0])
			text = text[2:]
			continue
		}
		end := strings.IndexByte(text, '}')
		if text[0] == '}' || end < 0 {
			return nil, errors.New("a brace stands alone; double it if it is meant as a sign")
		}
		flush()
		p, err := parsePlaceholder(text[1:end])
		if err != nil {
			return nil, err
		}
		if clash := slices.IndexFunc(parts, func(q part) bool { return q.name == p.name && kinds[q.kind] != kinds[p.kind] }); clash >= 0 {
			return nil, fmt.Errorf("{%s} is both %q and %q", p.name, parts[clash].kind, p.kind)
		}
		parts = append(parts, p)
		text = text[end+1:]
	}
	flush()
	return parts, nil
}

func parsePlaceholder(inside string) (part, error) {
	name, rest, typed := strings.Cut(inside, ":")
	kind, forms, hasForms := strings.Cut(rest, ":")
	p := part{name: name, kind: kind}
	if !typed {
		p.kind = "string"
	}
	switch {
	case !nameShape.MatchString(name) || token.IsKeyword(name) || reserved(name):
		return p, fmt.Errorf("{%s}: a placeholder's name is a Go name that begins with a small letter and is no keyword, type or function", inside)
	case kinds[p.kind] == "":
		return p, fmt.Errorf("{%s}: unknown type %q", inside, kind)
	case hasForms != (p.kind == "plural"):
		return p, fmt.Errorf("{%s}: a plural has forms, and nothing else has", inside)
	}
	if p.kind != "plural" {
		return p, nil
	}
	all := strings.Split(forms, "|")
	if len(all) > 2 || slices.Contains(all, "") {
		return p, fmt.Errorf("{%s}: a plural has two forms in English and one in Chinese", inside)
	}
	p.other = all[len(all)-1]
	if len(all) == 2 {
		p.one = all[0]
	}
	return p, nil
}

// reserved are names that generated code uses itself.
func reserved(name string) bool {
	return slices.Contains([]string{"plumbline", "string", "int64", "float64", "plural", "fixed", "entry"}, name)
}
