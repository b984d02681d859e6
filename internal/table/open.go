package table

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// Open reads a table. The patterns are those of fs.Glob, each sorted; several files are rows one after the other and must
// have the same format and the same columns, in any order. Text formats are read whole, once; of Parquet files the footers
// only. Rows that do not parse are left out, counted and listed. Whoever opens a table closes it.
//
// An error is a *plumbline.Error: NotFound for a pattern without files, Invalid for a file that cannot be a table, TooLarge
// where a limit is passed, Unsupported for what is understood and not read (encrypted files, old .xls), Unavailable where
// the machine refuses or ctx is done.
func Open(ctx context.Context, fsys fs.FS, patterns []string, opt Options) (*Table, error) {
	opt.Limits = opt.Limits.WithDefaults()
	if err := checkKinds(opt.Types); err != nil {
		return nil, err
	}
	names, total, err := expand(fsys, patterns)
	if err != nil {
		return nil, err
	}
	o := &opener{fsys: fsys, opt: opt, total: total, charsets: map[string]charset{}}
	for range 2 { // the second time all encodings are known
		t, err := o.read(ctx, names)
		switch {
		case errors.Is(err, errNotUTF8):
			if err := o.judge(ctx, names); err != nil {
				return nil, err
			}
		case err != nil:
			return nil, err
		default:
			return t, nil
		}
	}
	return nil, plumbline.Errorf(plumbline.Internal, "the encoding of the files was not settled")
}

func checkKinds(types map[string]Kind) error {
	for _, name := range slices.Sorted(mapKeys(types)) {
		switch types[name] {
		case Boolean, Integer, Number, Date, Time, Text:
		case Nested:
			fallthrough
		default:
			return &plumbline.Error{
				Code: plumbline.Invalid, Where: "column " + name,
				Message: fmt.Sprintf("the kind %q cannot be declared", types[name]),
				Hint:    "the kinds are boolean, integer, number, date, time and text",
			}
		}
	}
	return nil
}

func mapKeys[V any](m map[string]V) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// expand gives the files of the patterns, without doubles, and their size together.
func expand(fsys fs.FS, patterns []string) (names []string, total int64, err error) {
	seen := map[string]bool{}
	for _, pattern := range patterns {
		clean := strings.TrimPrefix(pattern, "./")
		found := []string{clean}
		if strings.ContainsAny(clean, `*?[\`) {
			if found, err = fs.Glob(fsys, clean); err != nil {
				return nil, 0, &plumbline.Error{
					Code: plumbline.Invalid, Where: pattern, Message: "the pattern is malformed", Err: err,
					Hint: `write \[ for a bracket that is part of a name`,
				}
			}
		}
		if !fs.ValidPath(clean) && !strings.ContainsAny(clean, `*?[\`) {
			return nil, 0, &plumbline.Error{
				Code: plumbline.Invalid, Where: pattern, Message: "the path leads out of the folder of the workflow",
				Hint: "use a path inside it, without ..",
			}
		}
		if len(found) == 0 {
			return nil, 0, &plumbline.Error{Code: plumbline.NotFound, Where: pattern, Message: "no file matches the pattern", Hint: "put the data there, or name the file that holds them in the workflow file"}
		}
		slices.Sort(found)
		for _, name := range found {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
				if info, err := fs.Stat(fsys, name); err == nil {
					total += info.Size()
				}
			}
		}
	}
	if len(names) == 0 {
		return nil, 0, &plumbline.Error{Code: plumbline.NotFound, Message: "no file was named"}
	}
	return names, total, nil
}

// opener reads the files of one table.
type opener struct {
	fsys     fs.FS
	opt      Options
	total    int64
	charsets map[string]charset // what a look at the whole file found
	failed   int                // index of the file that was not UTF-8 after all
}

// judge looks at the whole of every text file from the one that was not UTF-8 on, so that no second surprise comes.
func (o *opener) judge(ctx context.Context, names []string) error {
	for _, name := range names[o.failed:] {
		in, err := openInput(ctx, o.fsys, name, nil)
		if err != nil {
			return err
		}
		stream, _, stop, err := in.decompressed(o.opt.Limits)
		if err != nil {
			return errors.Join(err, in.close())
		}
		head, _ := stream.Peek(sniffBytes)
		if c := sniffCharset(head, false); c.guess {
			c, err = judgeCharset(stream)
			o.charsets[name] = c
		}
		stop()
		if err := errors.Join(err, in.close()); err != nil {
			return wrap(name, err)
		}
	}
	return nil
}

// read makes one attempt at all files.
func (o *opener) read(ctx context.Context, names []string) (_ *Table, err error) {
	t := &Table{index: map[string]int{}}
	s := o.newSink(t)
	progress := newReporter(o.opt.Progress, o.total, func() int64 { return t.rows })
	defer func() {
		if err != nil {
			_ = t.Close()
		}
		progress.stop()
	}()
	for i, name := range names {
		o.failed = i
		if err := o.readFile(ctx, s, name, progress); err != nil {
			return nil, err
		}
	}
	if s.parquet != nil {
		s.parquet.finish(ctx, t)
	} else {
		s.finish()
	}
	if err := s.shared.store.failed(); err != nil {
		return nil, err
	}
	return t, o.checkNames(t)
}

// checkNames refuses declarations for columns that are not there: a misspelt name must not pass in silence.
func (o *opener) checkNames(t *Table) error {
	if o.opt.Partly {
		return nil
	}
	for _, m := range []struct {
		what  string
		names []string
	}{{"types", slices.Sorted(mapKeys(o.opt.Types))}, {"missing", slices.Sorted(mapKeys(o.opt.Missing))}} {
		for _, name := range m.names {
			if _, ok := t.index[name]; !ok && (name != "*" || m.what == "types") {
				return &plumbline.Error{
					Code: plumbline.NotFound, Where: "column " + name, Message: m.what + " names a column that is not there",
					Hint: "the columns are: " + t.columnNames(),
				}
			}
		}
	}
	return nil
}

// readFile reads one file into the table.
func (o *opener) readFile(ctx context.Context, s *sink, name string, progress *reporter) (err error) {
	in, err := openInput(ctx, o.fsys, name, progress)
	if err != nil {
		return err
	}
	closed := false
	defer func() {
		if !closed {
			_ = in.close()
		}
	}()
	stream, compression, stop, err := in.decompressed(o.opt.Limits)
	if err != nil {
		return err
	}
	defer stop()
	head, err := stream.Peek(sniffBytes)
	whole := errors.Is(err, io.EOF)
	if err != nil && !whole {
		return wrap(name, err)
	}
	if len(head) == 0 {
		return &plumbline.Error{Code: plumbline.Invalid, Where: name, Message: "the file is empty"}
	}
	format, err := formatOf(name, o.opt.Format, head)
	if err != nil {
		return err
	}
	if err := s.begin(name, format, in.size); err != nil {
		return err
	}
	switch format {
	case "xlsx", "parquet":
		closed = true
		return o.readBinary(s, in, stream, compression, format)
	default:
		if err := o.readText(s, name, format, stream, head, whole); err != nil {
			return err
		}
	}
	sum, err := in.digest()
	s.end(sum)
	return err
}

// readBinary reads a format that needs random access. It closes in.
func (o *opener) readBinary(s *sink, in *input, stream io.Reader, compression, format string) error {
	at, size, done, err := in.random(stream, compression)
	if err != nil {
		return errors.Join(err, in.close())
	}
	if format == "parquet" {
		s.table.closers = append(s.table.closers, done)
		err = s.openParquet(at, size, in.known, o.opt)
		s.end(in.known)
		return err
	}
	err = s.readXLSX(at, size, o.opt)
	if err == nil && in.known == "" {
		in.known, err = in.digest()
	}
	s.end(in.known)
	return errors.Join(err, done())
}

// readText reads a CSV, TSV or JSONL file.
func (o *opener) readText(s *sink, name, format string, stream *bufio.Reader, head []byte, whole bool) error {
	enc, ok := o.charsets[name]
	if !ok {
		enc = sniffCharset(head, whole)
		if enc.guess && enc.name != encUTF8 {
			return errNotUTF8 // the first bytes speak against it: let the whole file decide
		}
	}
	s.file.Encoding = enc.name
	decoded, raw := enc.decode(stream)
	if !raw {
		stream = bufio.NewReaderSize(decoded, 1<<18)
		var err error
		if head, err = stream.Peek(sniffBytes); err != nil && !errors.Is(err, io.EOF) {
			return wrap(name, err)
		}
		whole = errors.Is(err, io.EOF)
	} else if p, err := stream.Peek(sniffBytes); err == nil || errors.Is(err, io.EOF) {
		head = p
	}
	t := newText(name, stream, raw, enc.guess, o.opt.Limits.Field)
	if format == "jsonl" {
		return s.readJSONL(t, o.opt.Limits.Depth)
	}
	c := &csvReader{text: t, delim: '\t', eol: '\n'}
	if format == "csv" {
		c.delim = sniffDelimiter(head, whole)
	}
	if i := bytes.IndexByte(head, '\r'); i >= 0 && bytes.IndexByte(head, '\n') < 0 {
		c.eol = '\r'
	}
	s.file.Delimiter = string(c.delim)
	return s.readCSV(c)
}
