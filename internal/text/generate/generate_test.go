package main

import (
	"flag"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files")

func TestMessagesAreFresh(t *testing.T) {
	if err := run("..", true); err != nil {
		t.Fatal(err)
	}
}

// catalogs returns the faults of two catalogues.
func catalogs(en, zh string) []error {
	english, faults := parseCatalog(englishFile, []byte(en))
	chinese, more := parseCatalog(chineseFile, []byte(zh))
	_, unmatched := match(english, chinese)
	return append(append(faults, more...), unmatched...)
}

func TestFaults(t *testing.T) {
	tests := map[string]struct{ en, zh, want string }{
		"missing in Chinese":        {"a:\n  b: x\n  c: y", "a:\n  b: 甲", "catalog/en.yaml:3: a.c: catalog/zh-CN.yaml lacks the key"},
		"missing in English":        {"a: x", "a: 甲\nb: 乙", "catalog/zh-CN.yaml:2: b: catalog/en.yaml lacks the key"},
		"twice, nested and flat":    {"a:\n  b: x\na.b: y", "a.b: 甲", "catalog/en.yaml:3: a.b: the key is on line 2 too"},
		"two keys, one function":    {"a.b: x\na_b: y", "a.b: 甲\na_b: 乙", "its function AB is that of a.b too"},
		"function written by hand":  {"format.int: x", "format.int: 甲", "name of one written by hand"},
		"key with a space":          {"a b: x", "a b: 甲", "a key is"},
		"number for a text":         {"a: 1", "a: 甲", "catalog/en.yaml:1: a: want a text"},
		"list for a text":           {"a: [x]", "a: 甲", "want a text"},
		"alias for a text":          {"a: &x y\nb: *x", "a: 甲\nb: 乙", "want a text"},
		"list for a catalogue":      {"- x", "a: 甲", "catalog/en.yaml: want one tree of keys"},
		"broken YAML":               {"a: {", "a: 甲", "catalog/en.yaml: yaml:"},
		"empty":                     {"a: ''", "a: 甲", "a: the text is empty"},
		"space at the end":          {"a: 'x '", "a: 甲", "a: a space or line break at an end"},
		"line break at the end":     {"a: |\n  x\n", "a: 甲", "a: a space or line break at an end"},
		"two spaces":                {"a: x  y", "a: 甲", "a: two spaces"},
		"note to oneself":           {"a: TODO x", "a: 甲", "a: TODO is left"},
		"bidi control":              {"a: \"x\\u202Ey\"", "a: 甲", "U+202E has no place"},
		"unknown type":              {"a: '{x:percent}'", "a: '{x:percent}'", `unknown type "percent"`},
		"other type":                {"a: '{x:share}'", "a: '{x:ratio}'", `{x} is "ratio" here and "share" in English`},
		"other placeholder":         {"a: '{x}'", "a: '{y}'", "the English text has no placeholder {y}"},
		"fewer placeholders":        {"a: '{x} {y}'", "a: '{x}'", "the text has 1 placeholders and the English text has 2"},
		"one name, two types":       {"a: '{x} {x:int}'", "a: '{x} {x:int}'", `{x} is both "string" and "int"`},
		"keyword":                   {"a: '{range}'", "a: '{range}'", "is no keyword"},
		"hidden package":            {"a: '{plumbline}'", "a: '{plumbline}'", "is no keyword"},
		"open brace":                {"a: x { y", "a: 甲", "a brace stands alone"},
		"closing brace":             {"a: x } y", "a: 甲", "a brace stands alone"},
		"plural without forms":      {"a: '{n:plural}'", "a: '{n:int}'", "a plural has forms"},
		"plural with one form":      {"a: '{n:plural:# rows}'", "a: '{n:int} 行'", "English has two forms"},
		"plural with three forms":   {"a: '{n:plural:a|b|c}'", "a: '{n:int}'", "two forms in English"},
		"Chinese plural, two forms": {"a: '{n:plural:a|# b}'", "a: '{n:plural:一行|# 行}'", "Chinese has one form"},
		"half-width comma":          {"a: x", "a: 甲,乙", `half-width ','`},
		"half-width brackets":       {"a: x", "a: 甲 (乙)", `half-width '('`},
		"brackets at Latin":         {"a: x", "a: 比率 (TPR)", `half-width '('`},
		"comma after placeholder":   {"a: '{x}, {y}'", "a: '{x}, {y}'", `half-width ','`},
		"half-width full stop":      {"a: x", "a: 甲.", "write 。"},
		"no space before Latin":     {"a: x", "a: 甲ROC", "a space is missing between '甲' and 'R'"},
		"no space after digit":      {"a: x", "a: 3项", "a space is missing between '3' and '项'"},
		"no space before number":    {"a: '{n:int}'", "a: 甲{n:int}", "a space is missing between '甲' and a number"},
		"no space in plural":        {"a: '{n:plural:a|# b}'", "a: '{n:plural:#行}'", "a space is missing between a number and '行'"},
		"space between Han":         {"a: x", "a: 甲 乙", "a space too many after '甲'"},
		"space after 。":             {"a: x", "a: 甲。 乙", "a space too many after '。'"},
		"Chinese comma in English":  {"a: x，y", "a: 甲", "'，' is Chinese punctuation"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, fault := range catalogs(test.en, test.zh) {
				if strings.Contains(fault.Error(), test.want) {
					return
				}
				got = append(got, fault.Error())
			}
			t.Errorf("no fault contains %q: %q", test.want, got)
		})
	}
}

func TestGoodTextsPass(t *testing.T) {
	tests := map[string]struct{ en, zh string }{
		"plural and number":   {"a: '{n:plural:one row|# rows}'", "a: '{n:int} 行'"},
		"date next to Han":    {"a: 'on {d:date}'", "a: '于{d:date}起'"},
		"name next to Han":    {"a: '{x} of {y}'", "a: '{y}的{x}'"},
		"Latin in brackets":   {"a: rate (TPR)", "a: 比率（TPR）"},
		"English inside":      {"a: 'a, b: c'", "a: 来源 NIST AI RMF, 1.0 版"},
		"name alone":          {"a: AUC (ROC)", "a: AUC (ROC)"},
		"doubled braces":      {"a: '{{x}}'", "a: '{{x}} 列'"},
		"order may differ":    {"a: '{x} {n:int}'", "a: '{n:int} {x}'"},
		"used twice":          {"a: '{x} {x}'", "a: '{x}'"},
		"share before Han":    {"a: '{p:share} of'", "a: '{p:share} 的人'"},
		"bracket round words": {"a: '({x})'", "a: （{x}）"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if faults := catalogs(test.en, test.zh); len(faults) > 0 {
				t.Error(faults)
			}
		})
	}
}

func TestEmit(t *testing.T) {
	english, _ := parseCatalog(englishFile, []byte(`x: {y-z: "{{{a}}} {n:plural:one|#} {m:text} {s:number}", b: plain}`))
	chinese, _ := parseCatalog(chineseFile, []byte(`x: {y-z: "{m:text} {s:number} {n:int} {{{a}}}", b: 甲}`))
	messages, faults := match(english, chinese)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	code, err := emit(messages)
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "emit.golden")
	if *update {
		if err := os.WriteFile(golden, code, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(code)); diff != "" {
		t.Error(diff)
	}
}

func TestRunWritesOnceAndChecks(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		if err := os.MkdirAll(filepath.Join(dir, "catalog"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(englishFile, "a: x")
	write(chineseFile, "a: 甲")
	if err := run(dir, true); err == nil || !strings.Contains(err.Error(), "stale") {
		t.Errorf("check without a file: %v", err)
	}
	if err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, true); err != nil {
		t.Errorf("check after writing: %v", err)
	}
	write(englishFile, "a: 'x '")
	if err := run(dir, false); err == nil {
		t.Error("a faulty catalogue was taken")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, outputFile+".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// FuzzCatalog: any input gives faults or Go that parses, and never panics.
func FuzzCatalog(f *testing.F) {
	f.Add("a: '{n:plural:one|#} {x:share}'", "a: '{n:int} 行，{x:share}'")
	f.Add("a: {b: {c: x}}", "a.b.c: 甲")
	f.Add("a: '{{}}'", "a: \"\\x00\"")
	f.Add("a: &a [*a]", "? [x]\n: y")
	f.Fuzz(func(t *testing.T, en, zh string) {
		english, faults := parseCatalog(englishFile, []byte(en))
		chinese, more := parseCatalog(chineseFile, []byte(zh))
		messages, unmatched := match(english, chinese)
		if len(faults)+len(more)+len(unmatched) > 0 {
			return
		}
		code, err := emit(messages)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parser.ParseFile(token.NewFileSet(), outputFile, code, parser.SkipObjectResolution); err != nil {
			t.Fatal(err)
		}
	})
}
