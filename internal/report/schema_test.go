package report_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/report"
)

var update = flag.Bool("update", false, "write the golden files and the schema")

const schemaFile = "../../docs/schema/assessment.schema.json"

// source is what the schema takes from the comments and constants of the root package.
type source struct {
	docs  map[string]string   // type, or Type.Field
	enums map[string][]string // type → its constants
}

func readSource(t *testing.T) source {
	t.Helper()
	s := source{docs: map[string]string{}, enums: map[string][]string{}}
	files, err := filepath.Glob("../../*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no source of the root package: %v", err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			for _, spec := range gen.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					s.docs[spec.Name.Name] = oneLine(gen.Doc.Text())
					if st, ok := spec.Type.(*ast.StructType); ok {
						s.fields(spec.Name.Name, st)
					}
				case *ast.ValueSpec:
					s.constant(spec)
				}
			}
		}
	}
	return s
}

func (s source) fields(name string, st *ast.StructType) {
	for _, f := range st.Fields.List {
		for _, n := range f.Names {
			s.docs[name+"."+n.Name] = oneLine(f.Comment.Text())
		}
	}
}

func (s source) constant(spec *ast.ValueSpec) {
	typ, ok := spec.Type.(*ast.Ident)
	if !ok || len(spec.Values) != 1 {
		return
	}
	if lit, ok := spec.Values[0].(*ast.BasicLit); ok && lit.Kind == token.STRING {
		value, _ := strconv.Unquote(lit.Value)
		s.enums[typ.Name] = append(s.enums[typ.Name], value)
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

type object = map[string]any

// schemaOf describes a Go type, collecting structs in defs.
func (s source) schemaOf(typ reflect.Type, defs object) object {
	if typ == reflect.TypeFor[plumbline.Number]() {
		return object{"type": "number"}
	}
	switch typ.Kind() { //nolint:exhaustive // a kind that no noun has is a fault of this test, and panics
	case reflect.Pointer:
		return s.schemaOf(typ.Elem(), defs)
	case reflect.String:
		if enum := s.enums[typ.Name()]; len(enum) > 0 && typ.PkgPath() != "" {
			if _, done := defs[typ.Name()]; !done {
				defs[typ.Name()] = described(object{"enum": enum}, s.docs[typ.Name()])
			}
			return object{"$ref": "#/$defs/" + typ.Name()}
		}
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return object{"type": "integer"}
	case reflect.Slice:
		return object{"type": "array", "items": s.schemaOf(typ.Elem(), defs)}
	case reflect.Array:
		return object{"type": "array", "items": s.schemaOf(typ.Elem(), defs), "minItems": typ.Len(), "maxItems": typ.Len()}
	case reflect.Map:
		return object{"type": "object", "propertyNames": s.schemaOf(typ.Key(), defs), "additionalProperties": s.schemaOf(typ.Elem(), defs)}
	case reflect.Struct:
		if _, done := defs[typ.Name()]; !done {
			defs[typ.Name()] = nil // stops a type that holds itself
			def := object{"type": "object", "additionalProperties": false, "properties": object{}}
			s.properties(typ, def, defs)
			defs[typ.Name()] = described(def, s.docs[typ.Name()])
		}
		return object{"$ref": "#/$defs/" + typ.Name()}
	default:
		panic("no schema for " + typ.String())
	}
}

func (s source) properties(typ reflect.Type, def, defs object) {
	for f := range typ.Fields() {
		if f.Anonymous {
			s.properties(f.Type, def, defs)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue // kept out of the file
		}
		p := s.schemaOf(f.Type, defs)
		if options == "" {
			required, _ := def["required"].([]string)
			def["required"] = append(required, name)
			if f.Type.Kind() == reflect.Pointer {
				p = object{"anyOf": []any{p, object{"type": "null"}}}
			}
		}
		def["properties"].(object)[name] = described(p, s.docs[typ.Name()+"."+f.Name])
	}
}

func described(o object, doc string) object {
	if doc != "" {
		o["description"] = doc
	}
	return o
}

func makeSchema(t *testing.T) []byte {
	t.Helper()
	defs := object{}
	s := readSource(t)
	root := s.schemaOf(reflect.TypeFor[plumbline.Assessment](), defs)
	assessment := defs["Assessment"].(object)
	assessment["properties"].(object)["schema"] = object{"const": plumbline.AssessmentSchema}
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = "https://github.com/plumbline-project/plumbline/schema/assessment.schema.json"
	root["title"] = "Plumbline assessment"
	root["$defs"] = defs
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A field that is added to an assessment changes the generated schema, and this test fails until the file follows.
func TestSchemaFollowsTheNouns(t *testing.T) {
	want := makeSchema(t)
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("the schema is stale; run this test with -update, look at the change and keep it:\n%s", diff)
	}
}

func TestSchemaOfAssessment(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	doc := render(t, "json", fixture(), plumbline.English)
	load := func() object {
		v, err := jsonschema.UnmarshalJSON(bytes.NewReader(doc))
		if err != nil {
			t.Fatal(err)
		}
		return v.(object)
	}
	first := func(o object, list string) object { return o[list].([]any)[0].(object) }
	cases := []struct {
		name  string
		valid bool
		edit  func(object)
	}{
		{"the fixture is valid", true, func(object) {}},
		{"an empty assessment with a matrix is valid", true, func(o object) {
			for k, v := range o {
				if _, list := v.([]any); list {
					o[k] = []any{}
				}
			}
		}},
		{"an unknown key is refused", false, func(o object) { o["score"] = 1 }},
		{"an unknown key deep down is refused", false, func(o object) { first(o, "findings")["passed"] = true }},
		{"another schema version is refused", false, func(o object) { o["schema"] = "plumbline.assessment/2" }},
		{"an unknown verdict is refused", false, func(o object) { first(o, "findings")["state"] = "compliant" }},
		{"an unknown reason is refused", false, func(o object) { first(o, "findings")["reason"] = "busy" }},
		{"a missing key is refused", false, func(o object) { delete(o, "seed") }},
		{"a text in one language only is refused", false, func(o object) { delete(first(o, "findings")["statement"].(object), "zh-CN") }},
		{"a value that is no number is refused", false, func(o object) { first(o, "observations")["value"] = "0.5" }},
		{"no value is null", true, func(o object) { first(o, "observations")["value"] = nil }},
		{"a list that is null is refused", false, func(o object) { o["risks"] = nil }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			o := load()
			c.edit(o)
			if err := schema.Validate(o); (err == nil) != c.valid {
				t.Errorf("valid = %v, want %v: %v", err == nil, c.valid, err)
			}
		})
	}
}

// render writes an assessment in a format and fails the test on an error.
func render(t *testing.T, format string, a *plumbline.Assessment, lang plumbline.Lang) []byte {
	t.Helper()
	all := report.Formats()
	i := slices.IndexFunc(all, func(f report.Format) bool { return f.Name == format })
	if i < 0 {
		t.Fatalf("no format %q", format)
	}
	var b bytes.Buffer
	if err := all[i].Render(&b, a, lang); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
