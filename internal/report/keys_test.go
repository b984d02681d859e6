package report_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline/internal/text"
)

func sha256Hex(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

func decode(t *testing.T, doc []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(doc, into); err != nil {
		t.Fatal(err)
	}
}

// Every key that a template names is in the catalogue, also where the fixture does not reach it.
func TestTemplateKeysAreInTheCatalogue(t *testing.T) {
	files, err := filepath.Glob("templates/*.tmpl")
	if err != nil || len(files) == 0 {
		t.Fatal("no templates", err)
	}
	key := regexp.MustCompile(`\bt "([^"]+)"`)
	n := 0
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(src), -1) {
			n++
			if _, found := text.Get("report." + m[1]); !found {
				t.Errorf("%s: the catalogue lacks report.%s", name, m[1])
			}
		}
	}
	if n < 60 {
		t.Errorf("only %d keys found", n)
	}
}

// Words of the page are in the catalogue and not in the templates.
func TestTemplatesHoldNoWords(t *testing.T) {
	files, _ := filepath.Glob("templates/*.tmpl")
	for _, name := range files {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		s := regexp.MustCompile(`(?s)<style>.*?</style>|\{\{.*?\}\}|<[^>]*>`).ReplaceAllString(string(src), " ")
		if words := regexp.MustCompile(`\p{L}{2,}`).FindAllString(s, -1); len(words) > 0 {
			t.Errorf("%s: %q", name, words)
		}
	}
}

// Every member of a closed set of the root package has a name in the catalogue.
func TestClosedSetsHaveNames(t *testing.T) {
	enums := readSource(t).enums
	for typ, section := range map[string]string{
		"State": "state", "Reason": "reason", "Severity": "severity", "Dimension": "dimension", "Among": "report.among",
	} {
		if len(enums[typ]) == 0 {
			t.Errorf("no constants of %s", typ)
		}
		for _, id := range enums[typ] {
			if _, found := text.Get(section + "." + id); !found {
				t.Errorf("the catalogue lacks %s.%s", section, id)
			}
		}
	}
}

// Every method of an interval that a check names has a name in the catalogue.
func TestMethodsOfIntervalsHaveNames(t *testing.T) {
	files, err := filepath.Glob("../check/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal("no checks", err)
	}
	constants, methods := map[string]string{}, map[string]bool{}
	literal := func(e ast.Expr) string {
		if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
			s, _ := strconv.Unquote(l.Value)
			return s
		}
		return ""
	}
	var calls []ast.Expr
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Skipf("the checks are being changed: %v", err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, v := range n.Values {
					constants[n.Names[i].Name] = literal(v)
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "interval" && len(n.Args) == 4 {
					calls = append(calls, n.Args[2])
				}
			}
			return true
		})
	}
	for _, c := range calls {
		if id, ok := c.(*ast.Ident); ok {
			methods[constants[id.Name]] = true
		}
		methods[literal(c)] = true
	}
	delete(methods, "")
	for m := range methods {
		if _, found := text.Get("report.how." + m); !found {
			t.Errorf("the catalogue lacks report.how.%s", m)
		}
	}
	if len(methods) < 5 {
		t.Errorf("only %d methods found", len(methods))
	}
}

// Headings go down one level at a time, tables have captions and heads, drawings have names.
func TestPageIsAccessible(t *testing.T) {
	level, tables, captions := 0, 0, 0
	for _, n := range nodes(t, render(t, "html", fixture(), "en")) {
		if len(n.name) == 2 && n.name[0] == 'h' && n.name[1] >= '1' && n.name[1] <= '6' {
			next := int(n.name[1] - '0')
			if next > level+1 {
				t.Errorf("h%d after h%d", next, level)
			}
			level = next
		}
		switch n.name {
		case "table":
			tables++
		case "caption":
			captions++
		case "th":
			if n.attrs["scope"] == "" {
				t.Error("a head without a scope")
			}
		case "svg":
			if n.attrs["aria-hidden"] == "" && (n.attrs["role"] != "img" || n.attrs["aria-labelledby"] == "") {
				t.Errorf("a drawing without a name in %v", n.path)
			}
		case "html":
			if n.attrs["lang"] != "en" {
				t.Errorf("lang = %q", n.attrs["lang"])
			}
		}
	}
	if tables == 0 || tables != captions {
		t.Errorf("%d tables, %d captions", tables, captions)
	}
}

// Texts are readable on their grounds: at least 4.5 to 1 (WCAG 2.2, 1.4.3).
func TestContrast(t *testing.T) {
	css, err := os.ReadFile("templates/style.css")
	if err != nil {
		t.Fatal(err)
	}
	colors := map[string]string{"white": "#ffffff", "banner": "#4d3600", "chip": "#3c4650"}
	for _, m := range regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6})`).FindAllStringSubmatch(string(css), -1) {
		colors[m[1]] = m[2]
	}
	for _, pair := range [][2]string{
		{"ink", "white"},
		{"soft", "white"},
		{"soft", "faint"},
		{"link", "white"},
		{"link", "faint"},
		{"bad", "bad-bg"},
		{"good", "good-bg"},
		{"open", "open-bg"},
		{"open", "white"},
		{"banner", "open-bg"},
		{"chip", "faint"},
	} {
		a, b := luminance(t, colors[pair[0]]), luminance(t, colors[pair[1]])
		if ratio := (max(a, b) + 0.05) / (min(a, b) + 0.05); ratio < 4.5 {
			t.Errorf("%s on %s: %.2f", pair[0], pair[1], ratio)
		}
	}
}

// luminance is the relative luminance of WCAG.
func luminance(t *testing.T, color string) float64 {
	t.Helper()
	v, err := strconv.ParseUint(strings.TrimPrefix(color, "#"), 16, 32)
	if err != nil {
		t.Fatalf("color %q: %v", color, err)
	}
	linear := func(c uint64) float64 {
		x := float64(c&255) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(v>>16) + 0.7152*linear(v>>8) + 0.0722*linear(v)
}

// Every kind of secret that can be found, and everything that code can do, has a name in the catalogue.
func TestKindsHaveNames(t *testing.T) {
	for _, set := range []struct {
		file, list, section string
		fewest              int
	}{
		{"../detect/secret.go", "shapes", "secret", 20},
		{"../check/security_code.go", "codeRisks", "code_risk", 4},
	} {
		kinds := firstTexts(t, set.file, set.list)
		if len(kinds) < set.fewest {
			t.Errorf("only %d in %s", len(kinds), set.list)
		}
		for _, id := range kinds {
			if _, found := text.Get(set.section + "." + id); !found {
				t.Errorf("the catalogue lacks %s.%s", set.section, id)
			}
		}
	}
}

// firstTexts reads the first field of each element of a list of structs in a source file.
func firstTexts(t *testing.T, file, list string) []string {
	t.Helper()
	src, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	ast.Inspect(src, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Names[0].Name != list {
			return true
		}
		for _, e := range spec.Values[0].(*ast.CompositeLit).Elts {
			id, err := strconv.Unquote(e.(*ast.CompositeLit).Elts[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, id)
		}
		return false
	})
	return out
}
