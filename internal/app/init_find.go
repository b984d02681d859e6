package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/text"
)

// Bounds of the search. What lies beyond is told, not dropped in silence.
const (
	mostFiles  = 2000
	mostDepth  = 3
	mostTables = 8 // tables that are opened to look for decisions
	mostTexts  = 20
	mostExport = 16 << 20 // bytes of a JSON file that is looked at
	// Tables of other programs, which are told and not read.
	strangeSuffix = ".xls .xlsb .ods .numbers .sav .dta .sas7bdat .rds .feather .orc .avro .sqlite .db .mdb"
	modelSuffix   = ".onnx .pkl .joblib .ubj .xgb .gguf .safetensors .pt .h5 .pmml .cbm"
)

// finding is a file of the folder with what it seems to be.
type finding struct {
	name string
	rows int64 // of a table
	cols int
}

// found is what a folder holds.
type found struct {
	tables, texts, documents, models, definitions []finding
	unreadable                                    []guessed // file and why it is left out
	decisions, training, reference, reviews       *finding
	columns                                       *columnsGuess
	more                                          bool // not all was looked at
}

// find looks through the folder: no hidden folders, no links, no report of ours.
func find(ctx context.Context, dir fs.FS) (*found, error) {
	out, files := &found{}, 0
	err := fs.WalkDir(dir, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || ctx.Err() != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fs.SkipDir // a folder that cannot be opened is not ours to judge
		}
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "report" || entry.Name() == "node_modules" || strings.Count(name, "/") >= mostDepth) {
				return fs.SkipDir
			}
			return nil
		}
		if files++; files > mostFiles {
			out.more = true
			return fs.SkipAll
		}
		if !entry.Type().IsRegular() || strings.HasPrefix(entry.Name(), ".") {
			return nil
		}
		out.sort(dir, name)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, out.openTables(ctx, dir)
}

// sort puts a file where it belongs by its suffix.
func (o *found) sort(dir fs.FS, name string) {
	suffix := suffixOf(name)
	kinds := map[string]*[]finding{
		".csv": &o.tables, ".tsv": &o.tables, ".jsonl": &o.tables, ".ndjson": &o.tables, ".xlsx": &o.tables, ".parquet": &o.tables, ".md": &o.texts, ".txt": &o.texts,
		".pdf": &o.documents, ".docx": &o.documents,
	}
	into := kinds[suffix]
	base := strings.ToLower(path.Base(name))
	switch {
	case slices.Contains(strings.Fields(definitionSuffix), suffix) && name != workflowFile:
		o.definition(dir, name)
		return
	case slices.Contains(strings.Fields(strangeSuffix), suffix):
		o.unreadable = append(o.unreadable, guessed{name, text.CliInitStrange()})
		return
	case suffix != "" && slices.Contains(strings.Fields(modelSuffix), suffix):
		into = &o.models
	case strings.HasPrefix(base, "readme") || strings.HasPrefix(base, "license") || strings.HasPrefix(base, "changelog"):
		return
	}
	if into == nil {
		return
	}
	if !writable(name) {
		o.unreadable = append(o.unreadable, guessed{name, text.CliInitName()})
		return
	}
	*into = append(*into, finding{name: name})
}

// suffixOf is the suffix in lower case, without that of a compression that tables may have.
func suffixOf(name string) string {
	name = strings.ToLower(name)
	for _, packed := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, packed)
	}
	return path.Ext(name)
}

// writable reports whether a workflow file can name the file: a pattern or an odd path would mean another one.
func writable(name string) bool {
	return !strings.ContainsAny(name, `*?[\`) && !strings.HasPrefix(name, "~/") && !strings.Contains(name, "://") && !strings.ContainsFunc(name, unicode.IsControl) &&
		(len(name) < 2 || name[1] != ':') && strings.ToValidUTF8(name, "") == name
}

// readUpTo reads a file of at most most bytes; a longer one is an error.
func readUpTo(dir fs.FS, name string, most int64) ([]byte, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(data)) > most {
		err = &plumbline.Error{Code: plumbline.TooLarge, Where: name, Message: "the file is too large"}
	}
	return data, err
}

// roleOf guesses from the name of a file what its table is for.
func roleOf(name string) string {
	words := wordsOf(strings.TrimSuffix(path.Base(name), path.Ext(name)))
	for _, r := range []struct {
		role  string
		words []string
	}{
		{"reviews", []string{"review", "reviews", "oversight", "复核", "人工"}},
		{"training", []string{"train", "training", "训练"}},
		{"reference", []string{"reference", "baseline", "previous", "基准", "上期"}},
	} {
		s := seen{words: words}
		if s.Name = path.Base(name); s.has(r.words) != "" {
			return r.role
		}
	}
	return ""
}

// openTables reads the tables, gives each its role, and takes the one that looks most like decisions.
func (o *found) openTables(ctx context.Context, dir fs.FS) error {
	best := -1
	for i := range o.tables {
		f := &o.tables[i]
		role := roleOf(f.name)
		for r, into := range map[string]**finding{"reviews": &o.reviews, "training": &o.training, "reference": &o.reference} {
			if r == role && *into == nil {
				*into = f
			}
		}
		if i >= mostTables {
			o.more = true
			continue
		}
		g, err := o.open(ctx, dir, f, role == "")
		if err != nil {
			if ctx.Err() != nil {
				return err
			}
			o.unreadable = append(o.unreadable, guessed{f.name, sayError(err)})
			for _, into := range []**finding{&o.reviews, &o.training, &o.reference} {
				if *into == f {
					*into = nil
				}
			}
			continue
		}
		if rank := g.rank(f.name); g != nil && rank > best {
			best, o.decisions, o.columns = rank, f, g
		}
	}
	return nil
}

// unused lists the tables that have no role.
func (o *found) unused() []string {
	var out []string
	for i := range o.tables {
		if f := &o.tables[i]; f.cols > 0 && f != o.decisions && f != o.training && f != o.reference && f != o.reviews {
			out = append(out, f.name)
		}
	}
	return out
}

// rank says how much a table looks like decisions.
func (g *columnsGuess) rank(name string) int {
	if g == nil {
		return -1
	}
	rank := len(g.sensitive)
	if g.decision.ok() {
		rank += 10
	}
	if g.decision.ok() && !g.decision.weak {
		rank += 10
	}
	s := seen{words: wordsOf(name)}
	if s.Name = name; s.has([]string{"decisions", "decision", "决定", "决策", "审批"}) != "" {
		rank += 50
	}
	return rank
}

func (o *found) open(ctx context.Context, dir fs.FS, f *finding, guess bool) (*columnsGuess, error) {
	t, err := table.Open(ctx, dir, []string{f.name}, table.Options{})
	if err != nil {
		return nil, err
	}
	defer t.Close()
	f.rows, f.cols = t.Rows(), len(t.Info())
	if !guess {
		return nil, nil
	}
	return guessColumns(ctx, t)
}

// sumOf is the SHA-256 of a file in hex.
func sumOf(ctx context.Context, dir fs.FS, name string) (string, error) {
	f, err := dir.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	for {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if _, err := io.CopyN(h, f, 1<<20); errors.Is(err, io.EOF) {
			return hex.EncodeToString(h.Sum(nil)), nil
		} else if err != nil {
			return "", err
		}
	}
}
