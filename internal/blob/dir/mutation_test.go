package dir_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// site says which sync of the driver is going on: the lines from the call up to the exported method. A function that calls itself
// counts once.
func site() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	var lines []string
	for {
		frame, more := frames.Next()
		if strings.Contains(frame.Function, "/blob/dir.") && !strings.HasSuffix(frame.File, "_test.go") {
			lines = append(lines, fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line))
		}
		if !more {
			return strings.Join(slices.Compact(lines), " < ")
		}
	}
}

// TestEverySyncIsNeeded takes out each sync of the driver, told apart by the way that leads to it. Each time one of the crashes has to
// lose what was acknowledged; with all in place none does (TestCrashes). A sync that nothing misses would be one to remove.
func TestEverySyncIsNeeded(t *testing.T) {
	sites := map[string]bool{}
	for _, c := range crashes {
		if _, err := c.run(func(s *simFS) {
			s.skips = func() bool { sites[site()] = true; return false }
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, where := range slices.Sorted(maps.Keys(sites)) {
		t.Run(where, func(t *testing.T) {
			for _, c := range crashes {
				_, err := c.run(func(s *simFS) { s.skips = func() bool { return site() == where } })
				if err != nil {
					t.Logf("%s: %.300v", c.name, err)
					return
				}
			}
			t.Error("without this sync nothing is lost: either it is not needed or no crash shows why")
		})
	}
	for _, line := range syncLines(t) {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(sites)), func(way string) bool { return slices.Contains(strings.Split(way, " < "), line) }) {
			t.Errorf("%s syncs, and no crash comes by", line)
		}
	}
}

// TestEverySyncOfTheScriptIsNeeded takes out one sync at a time, in order of time: none of them is for nothing, not even once.
func TestEverySyncOfTheScriptIsNeeded(t *testing.T) {
	total := 0
	s := newSim()
	s.skips = func() bool { total++; return false }
	if _, err := start(s, history{}, script); err != nil {
		t.Fatal(err)
	}
	for k := range total {
		_, err := powerCuts(script, nil, func(s *simFS) {
			count := 0
			s.skips = func() bool { count++; return count == k+1 }
		})
		if err == nil {
			t.Errorf("without sync %d of %d nothing is lost", k+1, total)
		}
	}
	t.Logf("%d syncs", total)
}

// syncLines lists the lines of the driver that sync, directly or by its syncDir.
func syncLines(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				if f, ok := call.Fun.(*ast.SelectorExpr); ok && (f.Sel.Name == "Sync" || f.Sel.Name == "syncDir") {
					lines = append(lines, fmt.Sprintf("%s:%d", name, set.Position(f.Sel.Pos()).Line))
				}
			}
			return true
		})
	}
	if len(lines) < 6 {
		t.Fatalf("only %d lines sync: %q", len(lines), lines)
	}
	return lines
}
