package app_test

import (
	"bytes"
	"crypto/sha256"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// update rewrites golden files instead of comparing with them.
var update = flag.Bool("update", false, "rewrite the golden files")

const (
	program     = "./cmd/plumb"
	modulesFile = "../../docs/modules.txt"
	modulesHead = `# What is linked into plumb on any system that it is released for, beside Go's standard library (BSD-3-Clause):
# module, version, licences of the linked folders. Written by: go test ./internal/app -run Licences -update
`
)

// systems are those that plumb is released for; they link different modules.
var systems = [][]string{
	{"GOOS=linux", "GOARCH=amd64"},
	{"GOOS=linux", "GOARCH=arm64"},
	{"GOOS=darwin", "GOARCH=arm64"},
	{"GOOS=windows", "GOARCH=amd64"},
}

// A licence is known by the words at its beginning and end, and by how many words lie between them: a clause that was put in
// or left out shows. Words are lower case, of letters and digits only.
type licence struct {
	id       string
	from, to string
	min, max int    // words, from and to included
	with     string // words that must be among them
	without  string // words that must not be
}

// accepted are the licences that may be linked. Longer texts stand before the shorter ones that they quote.
var accepted = []licence{
	{id: "Apache-2.0", from: "apache license version 2 0 january 2004", to: "accepting any such warranty or additional liability", min: 1415, max: 1440},
	{id: "Apache-2.0", from: "licensed under the apache license version 2 0", to: "limitations under the license", min: 70, max: 95},
	{id: "Apache-2.0", from: "appendix how to apply the apache license", to: "identification within third party archives", min: 60, max: 90},
	{id: "MIT", from: "permission is hereby granted free of charge to any person obtaining a copy", to: "dealings in the software", min: 150, max: 175},
	{id: "BSD-3-Clause", from: "redistribution and use in source and binary forms", to: "possibility of such damage", min: 200, max: 235, with: "endorse or promote products", without: "advertising materials"},
	{id: "BSD-2-Clause", from: "redistribution and use in source and binary forms", to: "possibility of such damage", min: 170, max: 195, without: "endorse or promote products"},
	{id: "ISC", from: "permission to use copy modify and or distribute this software for any purpose with or without fee is hereby granted", to: "use or performance of this software", min: 100, max: 125},
	{id: "Zlib", from: "this software is provided as is without any express or implied warranty", to: "altered from any source distribution", min: 110, max: 140},
	{id: "Unlicense", from: "this is free and unencumbered software released into the public domain", to: "dealings in the software", min: 160, max: 200},
	{id: "CC0-1.0", from: "creative commons legal code cc0 1 0 universal", to: "this cc0 or use of the work", min: 900, max: 1150},
}

// readByHand are files whose text no pattern tells, by their SHA-256: what a person found in them of what is linked, and why the rest
// does not matter. Another version of the file is another reading.
var readByHand = map[string]struct {
	ids []string
	why string
}{
	"8438c9c89b849131ead81d5435cb97fcf052df5b0b286dda8a2d4c29e6cb3fd0": {[]string{"public domain"}, "SQLite: its authors dedicate code and documentation to the public domain, and ask nothing"},
	"f4a00ade8f4057ab0ea49097d9c459df8559fcf10ca78da0c950343fb7428d37": {[]string{"BSD-3-Clause", "MIT", "public domain"}, "modernc.org/sqlite lists its module graph; what is MPL-2.0 there (golang-lru) is compiled into nothing, as its section 3 says and our own list shows"},
	"f597097efe3d97021f89170746bd3a0fb9a8b6fb26b82043ed68a4e0283bee6c": {[]string{"BSD-3-Clause", "MIT"}, "modernc.org/libc repeats the licences of Go, musl, go-netdb and nixpkgs"},
	"5ae5bee3072a841376451b48d8cfcec7188e10543926d5870828d36c8a750dc5": {nil, "modernc.org/memory names the source of a picture that is not linked"},
}

const (
	leftWords = 110 // words beside the licences themselves: who holds the rights, which files
	foreign   = `gnu|a?gpl|lgpl|mozilla|mpl|eclipse|epl|cddl|sspl|server side public|business source|elastic license|commons clause|commercial|field of use|research only`
)

var foreignWords = regexp.MustCompile(`\b(` + foreign + `)\b`)

func TestLicences(t *testing.T) {
	folders := map[string]map[string]bool{} // "module version" → folders that may hold its licences
	for _, system := range systems {
		for _, line := range linked(t, system) {
			name, dir, _ := strings.Cut(line, "\t")
			top, dir, _ := strings.Cut(dir, "\t")
			if top == "" {
				t.Fatalf("%s has no folder, so its licence cannot be read: run go mod download, and do not vendor", name)
			}
			if folders[name] == nil {
				folders[name] = map[string]bool{}
			}
			for ; strings.HasPrefix(dir, top); dir = filepath.Dir(dir) {
				folders[name][dir] = true
			}
		}
	}
	if len(folders) == 0 {
		t.Fatalf("go list shows no module linked into %s", program)
	}
	var b strings.Builder
	b.WriteString(modulesHead)
	for _, name := range slices.Sorted(maps.Keys(folders)) {
		var found []string
		for _, dir := range slices.Sorted(maps.Keys(folders[name])) {
			found = append(found, licencesIn(t, name, dir)...)
		}
		if len(found) == 0 {
			t.Errorf("%s: no accepted licence among its files", name)
		}
		slices.Sort(found)
		fmt.Fprintf(&b, "%s %s\n", name, strings.Join(slices.Compact(found), ","))
	}
	if !t.Failed() {
		golden(t, modulesFile, b.String())
	}
}

// linked lists "module version", the module's folder and a package's folder for what is linked into the program.
func linked(t *testing.T, system []string) []string {
	t.Helper()
	const format = `{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}{{with .Replace}} => {{.Path}}{{end}}{{"\t"}}{{.Dir}}{{"\t"}}{{$.Dir}}{{end}}{{end}}`
	out := goCommand(t, system, "list", "-deps", "-f", format, program)
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' })
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]es?|copying|copyright|unlicense)([.-][a-z0-9-]+)?(\.(txt|md|rst))?$`)

// licencesIn reads the licence files of a folder.
func licencesIn(t *testing.T, name, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, e := range entries {
		if !e.Type().IsRegular() || !licenceFile.MatchString(e.Name()) || filepath.Ext(e.Name()) == ".go" {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if read, ok := readByHand[fmt.Sprintf("%x", sha256.Sum256(text))]; ok {
			ids = append(ids, read.ids...)
			continue
		}
		found, err := classify(string(text))
		if err != nil {
			t.Errorf("%s: %s: %v", name, e.Name(), err)
		}
		ids = append(ids, found...)
	}
	return ids
}

// classify names the licences that a text consists of. Anything else of substance in it is an error.
func classify(text string) ([]string, error) {
	rest := strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), " ")
	var ids []string
	for i := 0; i < len(accepted); {
		l := accepted[i]
		before, after, ok := l.cut(rest)
		if !ok {
			i++
			continue
		}
		ids = append(ids, l.id)
		rest = before + " " + after
	}
	switch n := len(strings.Fields(rest)); {
	case len(ids) == 0:
		return nil, fmt.Errorf("none of the accepted licences: %.120q", rest)
	case foreignWords.MatchString(rest):
		return ids, fmt.Errorf("beside %v it says %q", ids, foreignWords.FindString(rest))
	case n > leftWords:
		return ids, fmt.Errorf("%d words beside %v: %.400q", n, ids, rest)
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// cut takes the first text of the licence out of normalised text.
func (l licence) cut(text string) (before, after string, ok bool) {
	i := strings.Index(text, l.from)
	if i < 0 {
		return "", "", false
	}
	j := strings.Index(text[i:], l.to)
	if j < 0 {
		return "", "", false
	}
	body := text[i : i+j+len(l.to)]
	n := len(strings.Fields(body))
	if n < l.min || n > l.max || !strings.Contains(body, l.with) || l.without != "" && strings.Contains(body, l.without) {
		return "", "", false
	}
	return text[:i], text[i+len(body):], true
}

// golden compares text with a file, or writes it there.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want = bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-file +now; rewrite it with -update, and look at the difference):\n%s", file, diff)
	}
}

// mit is the text of the MIT licence.
const mit = `Copyright (c) 2026 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software
is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES
OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN
CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`

func TestClassify(t *testing.T) {
	apache, err := os.ReadFile("../../LICENSE")
	if err != nil {
		t.Fatal(err)
	}
	inside := "\nThe Software shall not be used by any person or company for any work that earns it money in any country.\n"
	for _, c := range []struct{ name, text, want, fault string }{
		{"knows our own", string(apache), "Apache-2.0", ""},
		{"knows MIT", mit, "MIT", ""},
		{"knows two in one file", "Some files:\n" + mit + "All others:\n" + string(apache), "Apache-2.0,MIT", ""},
		{"refuses the GPL", "GNU GENERAL PUBLIC LICENSE\nVersion 3, 29 June 2007\n" + strings.Repeat("words ", 5000), "", "none of the accepted"},
		{"refuses MIT or GPL", mit + "\nOther parts are under the GPL, version 2.\n", "", "gpl"},
		{"refuses MIT with the Commons Clause", mit + "\nThe licence is provided by the Licensor subject to the Commons Clause.\n", "", "commons clause"},
		{"refuses a clause within", strings.Replace(mit, "THE SOFTWARE IS", inside+"THE SOFTWARE IS", 1), "", "none of the accepted"},
		{"refuses many other words", mit + strings.Repeat("and another condition ", 40), "", "words beside"},
		{"refuses an empty file", "", "", "none of the accepted"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ids, err := classify(c.text)
			if c.fault != "" {
				if err == nil || !strings.Contains(err.Error(), c.fault) {
					t.Errorf("error %v, want one with %q", err, c.fault)
				}
				return
			}
			if err != nil || strings.Join(ids, ",") != c.want {
				t.Errorf("got %v, %v, want %s", ids, err, c.want)
			}
		})
	}
}
