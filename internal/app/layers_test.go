package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/plumbline-project/plumbline"

// A layer says what a package may import. Imports go to a strictly lower level, and among those only to the packages named,
// each with the reason for it. Tests may import any lower package, and what every test may use.
type layer struct {
	level int
	pure  bool              // no network, file system, process or database: inputs arrive as arguments
	may   map[string]string // package of this module, or third-party path and all below it → why
	test  map[string]string // the same, for its tests only
}

// layers has one line for each package; a package without one fails. Paths are below the module, "." is the root.
var layers = map[string]layer{
	".":             {level: 0, pure: true},
	"internal/stat": {level: 0, pure: true},
	"docs/schema":   {level: 0, pure: true}, // embeds the published schemas
	"ledger": {level: 1, pure: true, may: map[string]string{
		".":                "Error",
		"golang.org/x/mod": "signed notes",
	}, test: map[string]string{"golang.org/x/mod": "another implementation of proofs"}},
	"internal/keyring": {level: 1, may: map[string]string{
		".":                "Error",
		"golang.org/x/mod": "keys of signed notes",
		"filippo.io/age":   "files under a passphrase",
	}},
	"internal/journal": {level: 2, may: map[string]string{
		".":                             "Error",
		"ledger":                        "heads and receipts",
		"golang.org/x/mod":              "signed notes",
		"golang.org/x/sync":             "room for waiting callers, in their order",
		"github.com/klauspost/compress": "zstd",
	}, test: map[string]string{"internal/journal/journaltest": "its own suite"}},
	"internal/journal/journaltest": {level: 3, may: map[string]string{".": "Error", "internal/journal": "what it tests"}},
	"internal/journal/sqlite": {level: 4, may: map[string]string{
		".":                  "Error",
		"ledger":             "Hash",
		"internal/journal":   "Row",
		"modernc.org/sqlite": "the database",
	}, test: map[string]string{"golang.org/x/mod": "keys"}},
	"internal/tilelog": {level: 2, pure: true, may: map[string]string{
		".":                "Error",
		"ledger":           "hashes and proofs",
		"golang.org/x/mod": "tiles of a tree",
	}},
	"internal/text": {level: 1, pure: true, may: map[string]string{".": "a message is a Text"}},
	"internal/workflow": {level: 2, pure: true, may: map[string]string{
		"internal/detect":    "secrets and personal data stay out of a graph",
		".":                  "Workflow, Limits, Error",
		"go.yaml.in/yaml/v3": "the file is YAML",
	}},
	"internal/regime": {level: 1, pure: true, may: map[string]string{
		".":                  "Control, Regime, Instrument",
		"go.yaml.in/yaml/v3": "the data are YAML",
	}},
	"internal/table": {level: 2, may: map[string]string{
		".":                                "Limits, Error",
		"github.com/parquet-go/parquet-go": "metadata and encodings of Parquet",
		"github.com/klauspost/compress":    "zstd, gzip and snappy, with bounds",
		"github.com/andybalholm/brotli":    "pages of Parquet, with bounds",
		"github.com/pierrec/lz4/v4":        "pages of Parquet, with bounds",
		"golang.org/x/text":                "GB18030, full-width digits",
	}},
	"internal/blob":          {level: 1, pure: true, may: map[string]string{".": "Error"}},
	"internal/blob/blobtest": {level: 2, pure: true, may: map[string]string{".": "Error", "internal/blob": "the contract that it tests"}},
	"internal/blob/dir":      {level: 3, may: map[string]string{".": "Error", "internal/blob": "the contract that it keeps"}},
	"internal/detect":        {level: 1, pure: true, may: map[string]string{".": "Error"}},
	"internal/model":         {level: 1, pure: true, may: map[string]string{".": "Error", "internal/stat": "the numbers"}},
	"internal/profile":       {level: 1, pure: true, may: map[string]string{".": "Error"}},
	"internal/check": {level: 3, pure: true, may: map[string]string{
		".":                 "Observation",
		"internal/stat":     "the numbers",
		"internal/text":     "what a check says of itself",
		"internal/workflow": "what the file declares",
		"internal/table":    "the types of columns",
		"internal/detect":   "personal data and secrets in texts",
		"internal/model":    "the surrogate",
	}},
	"internal/assess": {level: 4, may: map[string]string{
		".":                 "Assessment, Finding, Risk",
		"internal/stat":     "exact comparison with a threshold",
		"internal/text":     "what a finding says",
		"internal/workflow": "what the file declares",
		"internal/regime":   "controls, thresholds, the risk matrix",
		"internal/table":    "opens the columns that a check needs",
		"internal/check":    "what it runs",
	}},
	"internal/chart": {level: 4, pure: true, may: map[string]string{
		".":             "Text, Lang",
		"internal/text": "numbers and labels in both languages",
	}},
	"internal/report": {level: 5, pure: true, may: map[string]string{
		".":              "a report is a function of an Assessment",
		"internal/text":  "headings and sentences",
		"internal/chart": "its plots",
	}},
	"internal/app": {level: 8, may: map[string]string{
		".":                          "Assessment, Error",
		"internal/text":              "what it tells the person",
		"internal/workflow":          "loads the file",
		"internal/regime":            "loads the catalogue",
		"internal/table":             "progress and limits",
		"internal/check":             "lists the checks",
		"internal/assess":            "runs it",
		"internal/report":            "writes it",
		"github.com/alecthomas/kong": "flags",
		"docs/schema":                "prints the schemas",
		"ledger":                     "verifies offline",
		"internal/journal":           "records",
		"internal/journal/sqlite":    "the driver of its store",
		"internal/keyring":           "opens the keys",
		"golang.org/x/mod":           "signers of notes",
	}},
	"cmd/plumb": {level: 9, may: map[string]string{
		"internal/app":      "all that it does",
		"golang.org/x/term": "whether somebody looks at the output",
	}},
	"internal/text/generate": {level: 9, may: map[string]string{
		"go.yaml.in/yaml/v3": "the catalogue is YAML",
		"golang.org/x/text":  "what is a Han character, a wide one",
	}},
	"examples/madeup":        {level: 0, pure: true},
	"examples/planted":       {level: 1, may: map[string]string{".": "Error, Dimension, Finding"}},
	"examples/consumer-loan": {level: 0, pure: true}, // embeds its definition
	"examples/consumer-loan/loan": {level: 2, may: map[string]string{
		"examples/consumer-loan":           "the definition, which defects change",
		"examples/madeup":                  "the draws",
		"examples/planted":                 "defects, laying out a folder",
		".":                                "Dimension",
		"github.com/parquet-go/parquet-go": "writes the decisions",
		"github.com/klauspost/compress":    "compresses them",
	}, test: map[string]string{"go.yaml.in/yaml/v3": "reads back the workflow file that it writes"}},
	"examples/consumer-loan/generate": {level: 9, may: map[string]string{
		"examples/consumer-loan/loan": "makes the data",
		"examples/planted":            "is the command",
	}},
	"examples/benefit-claims": {level: 0, pure: true}, // embeds its definition
	"examples/benefit-claims/claim": {level: 2, may: map[string]string{
		"examples/benefit-claims": "the definition, which defects change",
		"examples/madeup":         "the draws",
		"examples/planted":        "defects, laying out a folder",
		".":                       "Dimension",
	}, test: map[string]string{"go.yaml.in/yaml/v3": "reads back the workflow file that it writes"}},
	"examples/benefit-claims/generate": {level: 9, may: map[string]string{
		"examples/benefit-claims/claim": "makes the data",
		"examples/planted":              "is the command",
	}},
}

// everyTest is what the tests of any package may import.
var everyTest = map[string]string{
	"github.com/google/go-cmp":              "differences of structures",
	"github.com/parquet-go/parquet-go":      "writes tables to read",
	"github.com/rogpeppe/go-internal":       "scripts of whole runs",
	"github.com/santhosh-tekuri/jsonschema": "an independent reader of our schemas",
}

// impure is what a pure package may not import, with all below it.
var impure = []string{"net", "os", "database/sql", "syscall", "plugin", "log", "C"}

// emptyNames are package names that say nothing.
var emptyNames = []string{"util", "utils", "common", "helper", "helpers", "types", "core", "manager", "misc", "base"}

// listed is what the test needs of "go list -json".
type listed struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

func TestLayers(t *testing.T) {
	packages := map[string]listed{}
	for _, goos := range []string{"linux", "darwin", "windows"} { // a file may be built on one of them only
		for _, p := range goList(t, goos) {
			was := packages[p.ImportPath]
			p.Imports = append(p.Imports, was.Imports...)
			p.TestImports = append(p.TestImports, was.TestImports...)
			p.XTestImports = append(p.XTestImports, was.XTestImports...)
			packages[p.ImportPath] = p
		}
	}
	if len(packages) < 2 {
		t.Fatalf("go list shows %d packages", len(packages))
	}
	for _, fault := range layerFaults(packages) {
		t.Error(fault)
	}
	for _, name := range slices.Sorted(maps.Keys(layers)) {
		if _, ok := packages[path.Join(module, name)]; !ok {
			t.Logf("%s is in the table of layers and not in the tree", name)
		}
	}
}

// TestLayersCatch shows that the rules can fail.
func TestLayersCatch(t *testing.T) {
	in := func(name string) string { return path.Join(module, name) }
	for _, c := range []struct {
		name string
		p    listed
		want string // part of the only fault; empty for none
	}{
		{"passes what is allowed", listed{ImportPath: in("internal/check"), Imports: []string{"context", module, in("internal/stat")}}, ""},
		{"passes any lower package in a test", listed{ImportPath: in("internal/report"), XTestImports: []string{in("internal/report"), in("internal/check"), "os", "github.com/google/go-cmp/cmp"}}, ""},
		{"refuses an upward import", listed{ImportPath: in("internal/stat"), Imports: []string{in("internal/check")}}, "(L0) imports internal/check of L3"},
		{"refuses a sideways import", listed{ImportPath: in("internal/stat"), Imports: []string{module}}, "(L0) imports . of L0"},
		{"refuses an unlisted downward import", listed{ImportPath: in("internal/report"), Imports: []string{in("internal/stat")}}, "without a line for it"},
		{"refuses an upward import of a test", listed{ImportPath: in("internal/chart"), TestImports: []string{in("internal/report")}}, "test of internal/chart (L4) imports internal/report of L5"},
		{"refuses third-party code in the root", listed{ImportPath: module, Imports: []string{"gonum.org/v1/gonum/stat"}}, "gonum.org/v1/gonum/stat"},
		{"refuses a third-party module whose name only begins alike", listed{ImportPath: in("internal/stat"), Imports: []string{"gonum.org/v1/gonumeric"}}, "gonumeric"},
		{"refuses a test library outside tests", listed{ImportPath: in("internal/check"), Imports: []string{"github.com/google/go-cmp/cmp"}}, "go-cmp"},
		{"refuses the file system in a pure package", listed{ImportPath: in("internal/check"), Imports: []string{"os/exec"}}, "pure"},
		{"refuses the network in a pure package", listed{ImportPath: in("internal/regime"), Imports: []string{"net/url"}}, "pure"},
		{"refuses a package without a line", listed{ImportPath: in("internal/novelty")}, "not in the table"},
		{"refuses an import of a package without a line", listed{ImportPath: in("internal/app"), Imports: []string{in("internal/novelty")}}, "not in the table"},
		{"refuses a name that says nothing", listed{ImportPath: in("internal/table/util")}, "says nothing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			faults := layerFaults(map[string]listed{c.p.ImportPath: c.p})
			switch {
			case c.want == "" && len(faults) > 0:
				t.Errorf("faults %q, want none", faults)
			case c.want != "" && (len(faults) != 1 || !strings.Contains(faults[0], c.want)):
				t.Errorf("faults %q, want one with %q", faults, c.want)
			}
		})
	}
}

// layerFaults holds packages against the table.
func layerFaults(packages map[string]listed) []string {
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(packages)) {
		p := packages[name]
		from := within(name)
		if slices.Contains(emptyNames, path.Base(from)) {
			faults = append(faults, from+": its name says nothing; name the thing")
			continue
		}
		l, ok := layers[from]
		if !ok {
			faults = append(faults, from+" is not in the table of layers in layers_test.go: give it a level and what it may import, with reasons")
			continue
		}
		for _, to := range unique(p.Imports) {
			faults = append(faults, importFault(from, l, to)...)
		}
		for _, to := range unique(p.TestImports, p.XTestImports) {
			if to != name {
				faults = append(faults, testImportFault(from, l, to)...)
			}
		}
	}
	return faults
}

func importFault(from string, l layer, to string) []string {
	who := fmt.Sprintf("%s (L%d)", from, l.level)
	switch {
	case standard(to):
		if l.pure && under(to, impure) {
			return []string{fmt.Sprintf("%s imports %s, and is pure: what it needs arrives as an argument", who, to)}
		}
	case !ours(to):
		if !under(to, slices.Collect(maps.Keys(l.may))) {
			return []string{fmt.Sprintf("%s imports %s without a line for it in the table of layers", who, to)}
		}
	default:
		if fault := levelFault(who, l, within(to)); fault != nil {
			return fault
		}
		if _, ok := l.may[within(to)]; !ok {
			return []string{fmt.Sprintf("%s imports %s without a line for it in the table of layers", who, within(to))}
		}
	}
	return nil
}

func testImportFault(from string, l layer, to string) []string {
	who := fmt.Sprintf("a test of %s (L%d)", from, l.level)
	if _, ok := l.test[within(to)]; ok || standard(to) {
		return nil
	}
	if ours(to) {
		return levelFault(who, l, within(to))
	}
	allowed := slices.Concat(slices.Collect(maps.Keys(l.may)), slices.Collect(maps.Keys(l.test)), slices.Collect(maps.Keys(everyTest)))
	if !under(to, allowed) {
		return []string{fmt.Sprintf("%s imports %s without a line for it in the table of layers", who, to)}
	}
	return nil
}

func levelFault(who string, l layer, to string) []string {
	target, ok := layers[to]
	switch {
	case !ok:
		return []string{fmt.Sprintf("%s imports %s, which is not in the table of layers", who, to)}
	case target.level >= l.level:
		return []string{fmt.Sprintf("%s imports %s of L%d: imports go to a lower level only", who, to, target.level)}
	}
	return nil
}

func ours(name string) bool { return name == module || strings.HasPrefix(name, module+"/") }

// within gives a package's path below the module, and any other path as it is.
func within(name string) string {
	if name == module {
		return "."
	}
	return strings.TrimPrefix(name, module+"/")
}

// standard tells packages of the standard library: their first element has no dot.
func standard(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	return !strings.Contains(first, ".")
}

// under reports whether name is one of the roots or lies below one.
func under(name string, roots []string) bool {
	return slices.ContainsFunc(roots, func(root string) bool { return name == root || strings.HasPrefix(name, root+"/") })
}

func unique(lists ...[]string) []string {
	all := slices.Concat(lists...)
	slices.Sort(all)
	return slices.Compact(all)
}

// goList lists the module's packages as they are built for an operating system.
func goList(t *testing.T, goos string) []listed {
	t.Helper()
	out := goCommand(t, []string{"GOOS=" + goos}, "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	var packages []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return packages
		}
		if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

// goCommand runs the go command in the module's root, without cgo, and returns what it prints.
func goCommand(t *testing.T, env []string, args ...string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = "../.."
	cmd.Env = append(append(os.Environ(), "CGO_ENABLED=0"), env...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return out
}
