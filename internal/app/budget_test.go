package app_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
)

// The budgets. Lines are lines that hold code: blank lines and comments do not count, a raw string counts whole. Functions of
// test files are not measured (a table of cases is long), their files are. Names and package comments of generated files do
// not count either way.
const (
	fileLines     = 600
	functionLines = 100
	methods       = 8
	exportedNames = 25
	commentLines  = 3
)

// moreNames raises the budget of exported top-level names, with the reason.
var moreNames = map[string]struct {
	names  int
	reason string
}{
	".":                             {170, "the nouns of the whole product live here, and every value of their closed lists is a name; the graph of a workflow brought thirty"},
	"internal/workflow":             {45, "every object of the workflow file is a type, and the file is one document"},
	"internal/check":                {30, "what a check needs, one type for each part of the plan, and the input that all share"},
	"internal/chart":                {30, "each kind of plot is a function with its input; the workflow and the distributions brought four"},
	"ledger":                        {75, "a published format: every kind of entry, what it says, and every verdict is a name"},
	"internal/stat":                 {55, "one function for each method of the literature; splitting by theme would only spread them"},
	"examples/benefit-claims/claim": {45, "every planted defect is a name"},
	"examples/consumer-loan/loan":   {60, "every planted defect is a name"},
}

func TestBudget(t *testing.T) {
	root := os.DirFS("../..")
	folders := map[string][]source{}
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && name != "." && (entry.Name()[0] == '.' || slices.Contains([]string{"testdata", "bin", "out"}, entry.Name())):
			return fs.SkipDir
		case entry.IsDir() || path.Ext(name) != ".go":
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		folders[path.Dir(name)] = append(folders[path.Dir(name)], source{name, text})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(folders["."]) == 0 {
		t.Fatal("the root package was not found")
	}
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		for _, fault := range budgetFaults(folder, folders[folder]) {
			t.Error(fault)
		}
	}
}

// source is a Go file.
type source struct {
	name string
	text []byte
}

// budgetFaults measures the package of a folder.
func budgetFaults(folder string, files []source) []string {
	var faults []string
	names, comment, tests := 0, 0, true
	for _, f := range files {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, f.name, f.text, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			faults = append(faults, err.Error())
			continue
		}
		if strings.HasSuffix(f.name, "_test.go") {
			if n := len(codeLines(f.text)); n > fileLines {
				faults = append(faults, fmt.Sprintf("%s: %d lines of code, the budget is %d", f.name, n, fileLines))
			}
			continue
		}
		tests = false
		comment = max(comment, len(slices.Collect(strings.Lines(file.Doc.Text()))))
		if !ast.IsGenerated(file) {
			faults = append(faults, fileFaults(set, f, file)...)
			names += exported(file)
		}
	}
	if tests {
		return faults
	}
	if comment < commentLines {
		faults = append(faults, fmt.Sprintf("%s: a package comment of %d lines; say in %d or more what it is, its idea, what it refuses", folder, comment, commentLines))
	}
	budget := exportedNames
	if more, ok := moreNames[folder]; ok {
		budget = more.names
	}
	if names > budget {
		faults = append(faults, fmt.Sprintf("%s: %d exported top-level names, the budget is %d", folder, names, budget))
	}
	return faults
}

func fileFaults(set *token.FileSet, f source, file *ast.File) []string {
	var faults []string
	lines := codeLines(f.text)
	if len(lines) > fileLines {
		faults = append(faults, fmt.Sprintf("%s: %d lines of code, the budget is %d", f.name, len(lines), fileLines))
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.FuncDecl:
			if n.Recv == nil && n.Name.Name == "init" {
				faults = append(faults, fmt.Sprintf("%s: func init; make the value where it is needed", set.Position(n.Pos())))
			}
			first, last := set.Position(n.Pos()).Line, set.Position(n.End()).Line
			from, _ := slices.BinarySearch(lines, first)
			to, _ := slices.BinarySearch(lines, last+1)
			if to-from > functionLines {
				faults = append(faults, fmt.Sprintf("%s: %s has %d lines of code, the budget is %d", set.Position(n.Pos()), n.Name.Name, to-from, functionLines))
			}
		case *ast.InterfaceType:
			if k := n.Methods.NumFields(); k > methods {
				faults = append(faults, fmt.Sprintf("%s: an interface of %d methods, the budget is %d", set.Position(n.Pos()), k, methods))
			}
		}
		return true
	})
	return faults
}

// exported counts the exported top-level names of a file: types, functions, constants and variables, without methods.
func exported(file *ast.File) int {
	n := 0
	count := func(names ...*ast.Ident) {
		for _, name := range names {
			if name.IsExported() {
				n++
			}
		}
	}
	for _, declaration := range file.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				count(d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					count(s.Name)
				case *ast.ValueSpec:
					count(s.Names...)
				}
			}
		}
	}
	return n
}

// codeLines lists the numbers of the lines that hold code, in order.
func codeLines(text []byte) []int {
	set := token.NewFileSet()
	file := set.AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, text, nil, 0) // comments are left out
	var lines []int
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			return slices.Compact(lines)
		}
		if tok == token.SEMICOLON && lit == "\n" {
			continue // put in by the scanner
		}
		line := file.Line(pos)
		for i := range strings.Count(lit, "\n") + 1 {
			lines = append(lines, line+i)
		}
	}
}

// TestBudgetCatches shows that every budget can be passed.
func TestBudgetCatches(t *testing.T) {
	const doc = "// Package p is one.\n//\n// Two.\npackage p\n"
	for _, c := range []struct{ name, file, text, want string }{
		{"passes a file within", "p.go", doc + "func F() {\n" + strings.Repeat("\n// a comment\n\t_ = `\n`\n", 49) + "}\n", ""},
		{"passes a long test function", "p_test.go", "package p\nfunc F() {\n" + strings.Repeat("\t_ = 0\n", 300) + "}\n", ""},
		{"passes a long generated file", "p.go", "// Code generated by x. DO NOT EDIT.\n\n" + doc + strings.Repeat("var (\n\tX = 0\n)\n", 300), ""},
		{"refuses a long file", "p.go", doc + strings.Repeat("var (\n\tx = 0\n)\n", 200), "601 lines"},
		{"refuses a long test file", "p_test.go", "package p\n" + strings.Repeat("var (\n\tx = 0\n)\n", 200), "601 lines"},
		{"refuses a long function", "p.go", doc + "func F() {\n" + strings.Repeat("\t_ = 0\n", 99) + "}\n", "F has 101 lines"},
		{"refuses a wide interface", "p.go", doc + "type T interface { A(); B(); C(); D(); E(); F(); G(); H(); I() }\n", "9 methods"},
		{"refuses many names", "p.go", doc + "const (\n" + strings.Repeat("\tX, Y = 0, 1\n", 13) + ")\n", "26 exported"},
		{"refuses a short package comment", "p.go", "// Package p is short.\npackage p\n", "comment of 1 lines"},
		{"refuses func init", "p.go", doc + "func init() {}\n", "func init"},
		{"refuses what does not parse", "p.go", doc + "func {", "p.go:5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			faults := budgetFaults("p", []source{{c.file, []byte(c.text)}})
			if c.want == "" && len(faults) > 0 {
				t.Errorf("faults %q, want none", faults)
			}
			if c.want != "" && !slices.ContainsFunc(faults, func(f string) bool { return strings.Contains(f, c.want) }) {
				t.Errorf("faults %q, want one with %q", faults, c.want)
			}
		})
	}
}
