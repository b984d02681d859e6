package workflow_test

import (
	"encoding/csv"
	"encoding/json"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

var update = flag.Bool("update", false, "write the golden files")

const name = "plumbline.yaml"

// minimal is the smallest valid file, and the base of the bad ones: its line numbers matter.
const minimal = `workflow: loan
title: Loan
sector: finance
decision:
  column: approved
  favourable: ["1"]
data:
  decisions: {file: d.csv}
  sensitive:
    - column: sex
    - column: age
derive: [{column: band, from: age, bins: [30], labels: [young, old]}]
`

// alone is a file of a workflow of which nothing but the definition is known.
const alone = `workflow: loan
title: Loan
sector: finance
definition: flows/flow.n8n.json
data: {texts: [{file: docs/datasheet.md, kind: prompt}]}
`

func TestDefinitionAlone(t *testing.T) {
	f := load(t, alone)
	if f.HasDecisions() || f.Definition != "flows/flow.n8n.json" || len(f.Data.Texts) != 1 {
		t.Errorf("read as %+v", f)
	}
	if !load(t, minimal).HasDecisions() {
		t.Error("decisions that are named are not there")
	}
}

// folder is a workflow file with all files that the tests name beside it.
func folder(text string) fstest.MapFS {
	fsys := fstest.MapFS{name: {Data: []byte(text)}, "empty": {Mode: fs.ModeDir}}
	for _, file := range []string{
		"d.csv", "flows/flow.n8n.json", "extra.parquet", "training.xlsx", "reference.csv", "docs/datasheet.md", "models/score.ubj", "reviews.csv",
		"compas-scores-two-years.csv", "adult.csv", "german.csv",
	} {
		fsys[file] = &fstest.MapFile{}
	}
	return fsys
}

func load(t *testing.T, text string) *workflow.File {
	t.Helper()
	f, err := workflow.Load(folder(text), name)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func readText(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// golden compares got with a file, or writes it.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(readText(t, file), string(got)); diff != "" {
		t.Errorf("%s differs (-want +got; -update writes it):\n%s", file, diff)
	}
}

func asJSON(t *testing.T, v any) []byte {
	t.Helper()
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(data, '\n')
}

func TestLoadFull(t *testing.T) {
	f := load(t, readText(t, "testdata/full/plumbline.yaml"))
	golden(t, "testdata/full/golden.json", asJSON(t, f))
	unset := map[string]bool{}
	walk(reflect.ValueOf(*f), "File", unset)
	for field, zero := range unset {
		if zero {
			t.Errorf("testdata/full/plumbline.yaml never sets %s", field)
		}
	}
}

// walk notes of each field of each struct type whether it was zero wherever it occurred.
func walk(v reflect.Value, at string, unset map[string]bool) {
	switch k := v.Kind(); {
	case k == reflect.Pointer && !v.IsNil():
		walk(v.Elem(), at, unset)
	case k == reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), at, unset)
		}
	case k == reflect.Map:
		for _, key := range v.MapKeys() {
			walk(v.MapIndex(key), at, unset)
		}
	case k == reflect.Struct:
		for i := range v.NumField() {
			sf := v.Type().Field(i)
			field := v.Type().Name() + "." + sf.Name
			zero, seen := unset[field]
			unset[field] = v.Field(i).IsZero() && (zero || !seen)
			if sf.IsExported() {
				walk(v.Field(i), field, unset)
			}
		}
	}
}

func TestLoadDefaults(t *testing.T) {
	f := load(t, minimal+"min_n: 50\n")
	if f.MinN.Value != 50 || f.Privacy.MinCell != 10 || f.Fairness != nil {
		t.Errorf("min_n %d, min_cell %d, fairness %v; want 50, 10, none", f.MinN.Value, f.Privacy.MinCell, f.Fairness)
	}
	if got := load(t, minimal).MinN.Value; got != 30 {
		t.Errorf("min_n without a key is %d, want 30", got)
	}
	if want := (plumbline.Text{ZH: "Loan", EN: "Loan"}); f.Title != want {
		t.Errorf("title = %v, want %v", f.Title, want)
	}
}

func TestLoadBytes(t *testing.T) {
	want := asJSON(t, load(t, minimal))
	for _, c := range []struct{ name, text string }{
		{"same with line ends of Windows", strings.ReplaceAll(minimal, "\n", "\r\n")},
		{"same with a byte order mark", "\ufeff" + minimal},
		{"same with a marker of the start", "---\n" + minimal},
		{"same with comments", "# é\n\n" + minimal + "# end\n"},
		{"same without the last line end", strings.TrimSuffix(minimal, "\n")},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(string(want), string(asJSON(t, load(t, c.text)))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhere(t *testing.T) {
	f := load(t, minimal)
	for key, want := range map[string]string{
		"decision.column": "plumbline.yaml:5", "data.sensitive[1].column": "plumbline.yaml:11", "data.sensitive[1].basis": "plumbline.yaml:11",
		"data.ranges.age.min": "plumbline.yaml:8", "nothing": "plumbline.yaml:1", "": "plumbline.yaml:1",
	} {
		if got := f.Where(key); got != want {
			t.Errorf("Where(%q) = %s, want %s", key, got, want)
		}
	}
}

func TestLoadInSubfolder(t *testing.T) {
	fsys := fstest.MapFS{"a/plumbline.yaml": {Data: []byte(minimal)}, "a/d.csv": {}}
	if _, err := workflow.Load(fsys, "a/plumbline.yaml"); err != nil {
		t.Error(err)
	}
	delete(fsys, "a/d.csv")
	fsys["d.csv"] = &fstest.MapFile{}
	if _, err := workflow.Load(fsys, "a/plumbline.yaml"); plumbline.CodeOf(err) != plumbline.Invalid {
		t.Errorf("a file beside the folder was taken: %v", err)
	}
}

func TestLoadFails(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		code             plumbline.Code
		want             string
	}{
		{"not found without the file", "other.yaml", minimal, plumbline.NotFound, "no such workflow file"},
		{"invalid outside the folder", "../plumbline.yaml", minimal, plumbline.Invalid, "no path"},
		{"invalid for a folder", "empty", minimal, plumbline.Invalid, "this is a folder"},
		{"invalid where empty", name, "# only a comment\n", plumbline.Invalid, "the file is empty"},
		{"invalid where not UTF-8", name, "workflow: loan\ntitle: \xd6\xd0\n", plumbline.Invalid, "plumbline.yaml:2: the text is not UTF-8"},
		{"invalid where UTF-16", name, "\xff\xfew\x00", plumbline.Invalid, "not UTF-8"},
		{"invalid with two documents", name, minimal + "---\na: 1\n", plumbline.Invalid, "plumbline.yaml:13: a second document"},
		{"invalid with a tab", name, "data:\n\tdecisions: 1\n", plumbline.Invalid, "indent with spaces"},
		{"invalid with a star", name, minimal + "x: {*: [a]}\n", plumbline.Invalid, `write it in quotes, as "*"`},
		{"invalid with an open bracket", name, "a: [1\n", plumbline.Invalid, "the file is not YAML"},
		{"too large beyond 1 MiB", name, "a: " + strings.Repeat("x", 1<<20), plumbline.TooLarge, "larger than 1 MiB"},
		{"too large in depth", name, strings.Repeat("[", 2000) + strings.Repeat("]", 2000), plumbline.TooLarge, "deeper than 64"},
		{"invalid in absurd depth", name, strings.Repeat("[", 1<<20), plumbline.Invalid, "exceeded max depth"},
		{"too large in entries", name, "a: [" + strings.Repeat("1,", 200_000) + "]", plumbline.TooLarge, "more than 100000 entries"},
		{"invalid for a bomb of aliases", name, bomb(), plumbline.Invalid, "an alias (*a) is refused"},
		{"invalid for an alias within itself", name, "a: &a [*a]\n", plumbline.Invalid, "an alias (*a) is refused"},
		{"invalid for a merge", name, "a: &a {b: 1}\n<<: *a\n", plumbline.Invalid, "plumbline.yaml:2: an alias (*a) is refused"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := workflow.Load(folder(c.text), c.file)
			if err == nil || plumbline.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error = %v (%s)\nwant %s with %q", err, plumbline.CodeOf(err), c.code, c.want)
			}
		})
	}
}

// bomb is a billion laughs: nine levels of ten aliases each.
func bomb() string {
	var b strings.Builder
	b.WriteString("a: &a [x,x,x,x,x,x,x,x,x,x]\n")
	for c := 'b'; c < 'j'; c++ {
		b.WriteString(string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 9) + "*" + string(c-1) + "]\n")
	}
	return b.String()
}

func TestProblemsAreListedTogether(t *testing.T) {
	t.Run("in the order of the file", func(t *testing.T) {
		_, err := workflow.Load(folder("workflow: loan\nsektor: finance\ndecision: {colum: x}\ndata: 1\n"), name)
		want := `plumbline.yaml: 7 errors
plumbline.yaml:1: title: the key is missing; expected a text, or {zh: …, en: …}
plumbline.yaml:1: sector: the key is missing; expected one of finance, health, public-services, employment, education, other
plumbline.yaml:2: sektor: unknown key; did you mean "sector"?; known here: workflow, title, purpose, sector, owner, users, regions, definition, decision, data, derive, fairness, models, steps, explanation, oversight, regimes, thresholds, min_n, privacy, nyc, mitigations, suppressions, attestations
plumbline.yaml:3: decision.colum: unknown key; did you mean "column"?; known here: column, favourable, adverse, undecided, score, label
plumbline.yaml:3: decision.column: the key is missing; expected the name of a column
plumbline.yaml:3: decision.favourable: the key is missing; expected a list
plumbline.yaml:4: data: expected the keys decisions, training, reference, subject, sensitive, intersections, control_features, reasons, missing, types, ranges, population, personal, texts, documents, found "1"`
		if err == nil {
			t.Fatal("no error")
		}
		if diff := cmp.Diff(want, err.Error()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("twenty, and the rest counted", func(t *testing.T) {
		_, err := workflow.Load(folder(minimal+"regimes: ["+strings.Repeat("A A,", 90_000)+"]\n"), name)
		if err == nil || strings.Count(err.Error(), "\n") != 21 || !strings.Contains(err.Error(), "and 179979 more") {
			t.Errorf("error = %v", err)
		}
	})
}

// TestRealData loads the workflow files over public data and looks whether the columns that they name are in the data.
func TestRealData(t *testing.T) {
	for dir, file := range map[string]string{"compas": "compas-scores-two-years.csv", "adult": "adult.csv", "german": "german.csv"} {
		t.Run(dir, func(t *testing.T) {
			f := load(t, readText(t, "../app/testdata/"+dir+"/plumbline.yaml"))
			data, err := os.Open(filepath.Join("../../../shared/data", dir, file))
			if err != nil {
				t.Skipf("no data to compare with: %v", err)
			}
			defer data.Close()
			header, err := csv.NewReader(data).Read()
			if err != nil {
				t.Fatal(err)
			}
			have := map[string]bool{"": true}
			for _, column := range header {
				have[column] = true
			}
			for _, r := range f.Derive {
				if !have[r.From] {
					t.Errorf("no column %q to derive from", r.From)
				}
				have[r.Column] = true
			}
			named := []string{f.Decision.Column, f.Data.Decisions.Time, f.Data.Decisions.ID, f.Data.Subject}
			for _, s := range f.Data.Sensitive {
				named = append(named, s.Column)
			}
			for _, c := range f.Data.ControlFeatures {
				named = append(named, c.Column)
			}
			for column := range f.Data.Ranges {
				named = append(named, column)
			}
			for column := range f.Data.Types {
				named = append(named, column)
			}
			for _, column := range named {
				if !have[column] {
					t.Errorf("no column %q in %s", column, file)
				}
			}
		})
	}
}

func FuzzLoad(f *testing.F) {
	full, err := os.ReadFile("testdata/full/plumbline.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(full))
	f.Add(minimal)
	f.Add(bomb())
	for _, c := range bad {
		f.Add(c.text())
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := workflow.Load(folder(text), name)
		if err != nil {
			if e, ok := err.(*plumbline.Error); !ok || e.Code == plumbline.Internal || e.Message == "" || len(err.Error()) > 64<<10 { //nolint:errorlint // Load promises this very type
				t.Fatalf("not an error for a person: %v", err)
			}
			return
		}
		if got.Workflow == "" || got.Title.IsZero() || got.Decision.Column == "" || len(got.Decision.Favourable) == 0 || got.MinN.Value < 1 {
			t.Errorf("accepted without what is required: %+v", got)
		}
		for _, path := range append([]string{got.Definition}, got.Data.Decisions.Files...) {
			if path != "" && !fs.ValidPath(path) {
				t.Errorf("accepted the path %q", path)
			}
		}
	})
}
