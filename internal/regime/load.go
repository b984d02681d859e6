package regime

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/plumbline-project/plumbline"
)

//go:embed data
var embedded embed.FS

// Bounds of a catalogue, far above ours.
const (
	maxFile  = 1 << 20 // bytes
	maxFiles = 256
	maxShown = 20   // faults told at once
	maxList  = 1000 // entries of a list
)

// Load reads the embedded catalogue. An error is a fault of this build, and a test fails before it is released.
func Load() (*Catalog, error) {
	data, err := fs.Sub(embedded, "data")
	if err != nil {
		return nil, plumbline.Errorf(plumbline.Internal, "open the embedded catalogue: %w", err)
	}
	return LoadFS(data)
}

// LoadFS reads a catalogue laid out as the package comment says. The error is Invalid, and names up to 20 faults, each with
// file and key; TooLarge beyond 256 files or 1 MiB in one; NotFound or Unavailable where a file cannot be read.
func LoadFS(fsys fs.FS) (*Catalog, error) {
	files, names, err := readAll(fsys)
	if err != nil {
		return nil, err
	}
	sum := digest(files, names)
	l := &loader{files: files, ids: map[string]string{}, articles: map[string]*Article{}}
	for _, stage := range []func(){ // each refers to those before it
		l.instruments,
		func() { each(names, "controls", l.controls) },
		func() { each(names, "regimes", l.regime) },
		l.matrix,
		l.leftover,
	} {
		if stage(); l.count > 0 {
			return nil, l.err()
		}
	}
	l.out.SHA256 = sum
	return &l.out, nil
}

// each reads the files of a folder in the order of their names.
func each(names []string, folder string, read func(name string)) {
	for _, name := range names {
		if path.Dir(name) == folder && path.Ext(name) == ".yaml" {
			read(name)
		}
	}
}

// leftover refuses files that nothing has read: a misplaced control would be missing without a word.
func (l *loader) leftover() {
	for _, name := range slices.Sorted(maps.Keys(l.files)) {
		l.bad(name, "the file is no part of a catalogue")
	}
}

// readAll returns the files by name, and the names sorted.
func readAll(fsys fs.FS) (files map[string][]byte, names []string, err error) {
	files = map[string][]byte{}
	err = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if len(files) == maxFiles {
			return &plumbline.Error{Code: plumbline.TooLarge, Message: fmt.Sprintf("a catalogue has at most %d files", maxFiles)}
		}
		f, err := fsys.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
		if err != nil {
			return err
		}
		if len(data) > maxFile {
			return &plumbline.Error{Code: plumbline.TooLarge, Where: name, Message: fmt.Sprintf("a file of a catalogue has at most %d bytes", maxFile)}
		}
		files[name], names = data, append(names, name)
		return nil
	})
	if err == nil {
		slices.Sort(names)
		return files, names, nil
	}
	if e, ok := errors.AsType[*plumbline.Error](err); ok {
		return nil, nil, e
	}
	code := plumbline.Unavailable
	if errors.Is(err, fs.ErrNotExist) {
		code = plumbline.NotFound
	}
	return nil, nil, plumbline.Errorf(code, "read the catalogue: %w", err)
}

func digest(files map[string][]byte, names []string) string {
	h := sha256.New()
	for _, name := range names {
		fmt.Fprintf(h, "%s %d\n", name, len(files[name]))
		h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil))
}

// A loader builds a catalogue and collects what is wrong with it.
type loader struct {
	out      Catalog
	files    map[string][]byte // not yet decoded
	ids      map[string]string // id of anything → where it was given
	articles map[string]*Article
	faults   []string
	count    int
}

// bad notes a fault.
func (l *loader) bad(where, format string, args ...any) {
	if l.count++; l.count <= maxShown {
		l.faults = append(l.faults, where+": "+fmt.Sprintf(format, args...))
	}
}

func (l *loader) err() error {
	if more := l.count - len(l.faults); more > 0 {
		l.faults = append(l.faults, fmt.Sprintf("and %d more", more))
	}
	return &plumbline.Error{Code: plumbline.Invalid, Message: strings.Join(l.faults, "\n"), Hint: "mend the data of the catalogue"}
}

// decode reads one YAML document strictly. It reports whether there is something to work on.
func (l *loader) decode(name string, into any) bool {
	data, ok := l.files[name]
	if !ok {
		l.bad(name, "the file is missing")
		return false
	}
	delete(l.files, name)
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		l.bad(name, "%s", strings.TrimPrefix(err.Error(), "yaml: "))
		return false
	}
	if err := d.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		l.bad(name, "there is more than one document")
		return false
	}
	return true
}

// many refuses a list on which the work would grow too far: references are looked up one by one.
func (l *loader) many(where string, n int) bool {
	if n > maxList {
		l.bad(where, "expected at most %d entries, found %d", maxList, n)
	}
	return n > maxList
}

// unique notes that an id is taken.
func (l *loader) unique(where, id string) {
	if id == "" {
		l.bad(where, "the id is missing")
		return
	}
	if other, taken := l.ids[id]; taken {
		l.bad(where, "%s is given twice, first at %s", id, other)
		return
	}
	l.ids[id] = where
}

// want is for a text that must be there in both languages.
func (l *loader) want(where string, t plumbline.Text) {
	if t.IsZero() {
		l.bad(where, "the text is missing")
		return
	}
	l.allow(where, t)
}

// allow is for a text that may be missing, but not in one language only.
func (l *loader) allow(where string, t plumbline.Text) {
	if t.IsZero() {
		return
	}
	if strings.TrimSpace(t.EN) == "" || t.EN != strings.TrimSpace(t.EN) || hasHan(t.EN) {
		l.bad(where+".en", "expected a text in English without spaces around it, found %q", t.EN)
	}
	if !hasHan(t.ZH) || t.ZH != strings.TrimSpace(t.ZH) {
		l.bad(where+".zh", "expected a text in Chinese without spaces around it, found %q", t.ZH)
	}
	if strings.Contains(t.EN+t.ZH, "[?]") {
		l.bad(where, "what is marked [?] is not shipped")
	}
}

func hasHan(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}

// oneOf wants a value of a closed list.
func (l *loader) oneOf(where, value string, list ...string) {
	if !slices.Contains(list, value) {
		l.bad(where, "%q is none of %s", value, strings.Join(list, ", "))
	}
}

// confidence wants what may be shipped.
func (l *loader) confidence(where, value string) { l.oneOf(where, value, "S", "K") }

// dates wants dates in order; either may be missing.
func (l *loader) dates(where, from, until string) {
	for _, day := range []string{from, until} {
		if day != "" && !isDate(day) {
			l.bad(where, "expected a date such as 2026-11-22, found %q", day)
		}
	}
	if until != "" && until <= from {
		l.bad(where, "it ends on %s and begins on %s", until, from)
	}
}
