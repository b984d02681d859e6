package regime_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/regime"
)

// files reads the shipped data, for tests that break it.
func files(tb testing.TB) fstest.MapFS {
	tb.Helper()
	out := fstest.MapFS{}
	err := fs.WalkDir(os.DirFS("data"), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(os.DirFS("data"), name)
		out[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

func load(tb testing.TB) *regime.Catalog {
	tb.Helper()
	c, err := regime.Load()
	if err != nil {
		tb.Fatal(err)
	}
	return c
}

func TestLoadIsTheSameFromRunToRun(t *testing.T) {
	embedded := load(t)
	read, err := regime.LoadFS(files(t))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(embedded, read); diff != "" {
		t.Error(diff)
	}
	changed := files(t)
	changed["matrix.yaml"].Data = append(changed["matrix.yaml"].Data, "# a comment\n"...)
	other, err := regime.LoadFS(changed)
	if err != nil {
		t.Fatal(err)
	}
	if len(embedded.SHA256) != 64 || other.SHA256 == embedded.SHA256 {
		t.Errorf("SHA256 %q before and %q after a change of one byte", embedded.SHA256, other.SHA256)
	}
}

// TestLoadRefuses breaks one thing of the shipped data at a time.
func TestLoadRefuses(t *testing.T) {
	const mb, law, matrix, reported = "controls/mb.yaml", "instruments.yaml", "matrix.yaml", "regimes/cn-aiwf-reported.yaml"
	for _, c := range []struct{ name, file, old, new, want string }{
		{"an unknown key of a control", mb, "method: semi-automatic", "method: semi-automatic\n    severity: low", "field severity not found"},
		{"an unknown key of a rule", mb, "unit: plain", "unit: plain\n        weight: 1", "field weight not found"},
		{"an unknown key of a text", mb, "title: {zh: 敏感", "title: {fr: sensible, zh: 敏感", "field fr not found"},
		{"a key given twice", mb, "family: MB", "family: MB\nfamily: MB", "already defined"},
		{"a second document", matrix, "severity:", "---\nseverity:", "more than one document"},
		{"no YAML at all", matrix, "levels:", "\tlevels:", "matrix.yaml: line"},
		{"a title without Chinese", mb, "zh: 各类别及交叉类别的影响比（纽约市公式）", "zh: impact ratios", "MB-02.title.zh: expected a text in Chinese"},
		{"a missing English title", mb, "en: Impact ratios of categories and intersections by the New York City formula", `en: ""`, "MB-02.title.en: expected a text in English"},
		{"Chinese in the English text", mb, "en: Impact ratios of", "en: 影响 of", "MB-02.title.en: expected a text in English"},
		{"a note in one language", mb, "{zh: 同样使用比值，但该法没有规定阈值, en:", "{en:", "US-NYC-144.note.zh"},
		{"a control that is measured without a meaning", "controls/ex.yaml", `engine: ""`, "engine: bias.representation", "EX-04.meaning: the text is missing"},
		{"a mark of doubt", mb, "en: Impact ratios of", `en: "The [?] formula"}  #`, "MB-02.title: what is marked [?]"},
		{"a fact in doubt", law, "conf: S\n    source: CSL", "conf: \"?\"\n    source: CSL", `"?" is none of S, K`},
		{"an article in doubt", law, "ref: CN-DSL-21, conf: S", "ref: CN-DSL-21, conf: \"?\"", `"?" is none of S, K`},
		{"a mapping surer than its article", mb, "{ref: CN-JRT0221, rel: supports,", "{ref: CN-JRT0221, rel: supports, conf: S,", `"S" is none of K`},
		{"an unknown source", law, "source: CSL", "source: RUMOUR", `no source "RUMOUR"`},
		{"an unknown force", law, "force: law", "force: binding", `"binding" is none of law`},
		{"an instrument twice", law, "id: CN-DSL\n", "id: CN-CSL\n", "CN-CSL is given twice"},
		{"an id that begins another", law, "id: CN-CONS\n", "id: CN\n", "cannot be told apart"},
		{"an article under another instrument", law, "ref: CN-DSL-21,", "ref: CN-PIPL-21,", "does not begin with CN-DSL-"},
		{"a date that is none", law, "from: 2021-11-01", "from: 2021-11-31", "expected a date"},
		{"an end before the beginning", law, "from: 2021-11-01", "from: 2021-11-01\n    until: 2021-11-01", "it ends on 2021-11-01"},
		{"a control twice", mb, "id: MB-02", "id: MB-01", "MB-01 is given twice"},
		{"a control of another family", mb, "id: MB-02", "id: DI-08", "expected an id such as MB-01"},
		{"a family that does not name its file", mb, "family: MB", "family: BM", "does not name the file"},
		{"an unknown dimension", mb, "dimension: model-bias", "dimension: model_bias", `no dimension "model_bias"`},
		{"an unknown method", mb, "method: person", "method: hope", `"hope" is none of automatic`},
		{"an unknown engine", mb, "engine: bias.error_rates", "engine: bias.error_rate", `"bias.error_rate" is none of`},
		{"an engine left out", mb, "engine: bias.error_rates", "", "engine: the key is missing"},
		{"rules that nothing applies", mb, "engine: bias.error_rates", `engine: ""`, "there is no engine to apply a rule"},
		{"an impact beyond the scale", mb, "impact: 4", "impact: 6", "expected 1 to 5, found 6"},
		{"a dangling mapping", mb, "ref: CN-ALG-21, rel: supports", "ref: CN-ALG-99, rel: supports", `no article or instrument "CN-ALG-99"`},
		{"a mapping twice", mb, "ref: CN-ALG-21, rel: supports", "ref: US-NYC-144, rel: supports", "it is mapped twice"},
		{"an unknown relation", mb, "ref: CN-ALG-21, rel: supports", "ref: CN-ALG-21, rel: proves", `"proves" is none of equal`},
		{"a mapping that hides a later day", law, "ref: EU-AIA-10(3), applies: 2027-12-02", "ref: EU-AIA-10(3), applies: 2028-08-02", "EU-AIA-10(3) applies from 2028-08-02; its note must say so"},
		{"a rule named as a key", mb, "name: min_ratio", "name: reason", "other keys of a workflow file"},
		{"a rule named twice", mb, "name: max_equal_opportunity_difference", "name: max_equalized_odds_difference", "the name is given twice"},
		{"an unknown operator", mb, `op: "<="`, `op: "<"`, `"<" is none of >=, <=`},
		{"an unknown unit", mb, "unit: plain", "unit: percent", `"percent" is none of share`},
		{"a value that is no decimal", mb, `value: "0.80"`, `value: "4/5"`, `expected a decimal such as 0.80, found "4/5"`},
		{"a value beyond all numbers", mb, `value: "0.80"`, `value: "1e999"`, "expected a decimal"},
		{"a threshold from nowhere", mb, "source: product-default", "source: CN-LAW", "expected product-default or the id of an instrument"},
		{"a first band off the threshold", mb, `{at: "0.80", severity: medium}`, `{at: "0.79", severity: medium}`, "the first band begins at 0.79 and the threshold is 0.80"},
		{"bands that turn back, downwards", mb, `{at: "0.50", severity: critical}`, `{at: "0.70", severity: critical}`, "0.70 does not lead away"},
		{"bands that turn back, upwards", mb, `{at: "0.25", severity: medium}`, `{at: "0.05", severity: medium}`, "0.05 does not lead away"},
		{"bands that grow milder", mb, `{at: "0.50", severity: critical}`, `{at: "0.50", severity: low}`, "expected a severity worse"},
		{"an unknown severity", mb, `{at: "0.50", severity: critical}`, `{at: "0.50", severity: dire}`, `found "dire"`},
		{"an unknown status", reported, "status: reported-unverified", "status: law", `"law" is none of in-force`},
		{"a regime that does not name its file", reported, "id: cn-aiwf-reported", "id: cn-aiwf", "does not name the file"},
		{"a regime without a source", reported, "source: https", "# source: https", "source: the key is missing"},
		{"a wildcard without controls", reported, "MB-*", "XX-*", `no control "XX-*"`},
		{"a control named twice", reported, "[GV-03, DI-*", "[GV-03, DI-01, DI-*", "DI-01 is named twice"},
		{"a control that is not there", reported, "RE-05", "RE-06", `no control "RE-06"`},
		{"a ground that is not there", reported, "CN-PIPL-66", "CN-PIPL-67", `no article or instrument "CN-PIPL-67"`},
		{"a provision without controls", reported, "controls: [RE-01, RE-02]", "controls: []", "supported by nothing"},
		{"an unknown dimension of a provision", reported, "[data-integrity,", "[data,", `no dimension "data"`},
		{"a matrix that falls", matrix, "[low, low, medium, medium, high]", "[low, low, medium, low, high]", "the level falls at likelihood 2, impact 4"},
		{"a matrix with a foreign level", matrix, "[low, low, medium, medium, high]", "[low, low, medium, amber, high]", `"amber" is no severity`},
		{"a matrix with four columns", matrix, "[low, low, medium, medium, high]", "[low, low, medium, high]", "expected 5 levels in row 2"},
		{"a matrix with four rows", matrix, "  - [low, low, low, medium, medium]\n", "", "expected 5 rows, found 4"},
		{"a scale with four steps", matrix, "  - {zh: 罕见, en: rare}\n", "", "expected 5 names, found 4"},
		{"a milder severity that is likelier", matrix, "low: 2, medium: 3", "low: 3, medium: 2", "severity.medium: expected 3 to 5, found 2"},
		{"an unknown sector", matrix, "employment: 1", "labour: 1", "uplift: expected education, employment"},
		{"an uplift beyond the scale", matrix, "employment: 1", "employment: -1", "expected 0 to 4, found -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := files(t)
			data := string(fsys[c.file].Data)
			if !strings.Contains(data, c.old) {
				t.Fatalf("%s does not hold %q: the case breaks nothing", c.file, c.old)
			}
			fsys[c.file] = &fstest.MapFile{Data: []byte(strings.Replace(data, c.old, c.new, 1))}
			got, err := regime.LoadFS(fsys)
			if err == nil || got != nil {
				t.Fatal("it was taken")
			}
			if plumbline.CodeOf(err) != plumbline.Invalid || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q (%s), want invalid with %q", err, plumbline.CodeOf(err), c.want)
			}
		})
	}
}

func TestLoadRefusesFiles(t *testing.T) {
	for _, c := range []struct {
		name, want string
		code       plumbline.Code
		change     func(fstest.MapFS)
	}{
		{"a missing file", "matrix.yaml: the file is missing", plumbline.Invalid, func(f fstest.MapFS) { delete(f, "matrix.yaml") }},
		{"a stray file", "controls/mb.yml: the file is no part", plumbline.Invalid, func(f fstest.MapFS) { f["controls/mb.yml"] = &fstest.MapFile{} }},
		{"an empty file", "matrix.yaml: EOF", plumbline.Invalid, func(f fstest.MapFS) { f["matrix.yaml"] = &fstest.MapFile{} }},
		{"a huge file", "at most 1048576 bytes", plumbline.TooLarge, func(f fstest.MapFS) { f["matrix.yaml"] = &fstest.MapFile{Data: make([]byte, 1<<20+1)} }},
		{"a long list", "expected at most 1000 entries", plumbline.Invalid, func(f fstest.MapFS) {
			f["instruments.yaml"] = &fstest.MapFile{Data: []byte("instruments:\n" + strings.Repeat("- {}\n", 200_000))}
		}},
		{"too many files", "at most 256 files", plumbline.TooLarge, func(f fstest.MapFS) {
			for i := range 300 {
				f["regimes/"+strings.Repeat("x", i+1)+".yaml"] = &fstest.MapFile{}
			}
		}},
		{"many faults, of which it tells twenty", "and 130 more", plumbline.Invalid, func(f fstest.MapFS) {
			f["instruments.yaml"] = &fstest.MapFile{Data: []byte("instruments:\n" + strings.Repeat("- {}\n", 25))}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fsys := files(t)
			c.change(fsys)
			_, err := regime.LoadFS(fsys)
			if err == nil {
				t.Fatal("it was taken")
			}
			if plumbline.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %q (%s), want %q (%s)", err, plumbline.CodeOf(err), c.want, c.code)
			}
		})
	}
	if _, err := regime.LoadFS(os.DirFS("no-such-folder")); plumbline.CodeOf(err) != plumbline.NotFound {
		t.Errorf("a missing folder gives %v", err)
	}
}

// FuzzLoad puts hostile bytes in the place of each file. Give it -fuzzminimizetime 5x: a run reads the whole catalogue.
func FuzzLoad(f *testing.F) {
	shipped := files(f)
	for name, file := range shipped {
		f.Add(name, file.Data)
	}
	f.Add("matrix.yaml", []byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if !fs.ValidPath(name) || name == "." {
			t.Skip("not a path")
		}
		fsys := fstest.MapFS{}
		for other, file := range shipped {
			if strings.HasPrefix(name, other+"/") || strings.HasPrefix(other, name+"/") {
				t.Skip("a file cannot hold a file")
			}
			fsys[other] = file
		}
		fsys[name] = &fstest.MapFile{Data: data}
		c, err := regime.LoadFS(fsys)
		if err != nil {
			if _, ok := errors.AsType[*plumbline.Error](err); !ok || c != nil {
				t.Fatalf("catalogue %v with error %v", c, err)
			}
			return
		}
		for _, level := range c.Matrix.Levels {
			for _, s := range level {
				if s.Rank() == 0 {
					t.Fatalf("level %q", s)
				}
			}
		}
	})
}
