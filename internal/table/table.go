package table

import (
	"context"
	"errors"
	"slices"

	"github.com/plumbline-project/plumbline"
)

// Options says how to read a table. The zero value reads everything by name and content.
type Options struct {
	Format   string              // csv, tsv, jsonl, xlsx, parquet; "" = by content and name
	Sheet    string              // xlsx: name of the sheet, "" = the first
	Limits   plumbline.Limits    // see plumbline.Limits for the defaults
	Types    map[string]Kind     // declared kinds win over inference; a value that does not fit is a bad value
	Missing  map[string][]string // column → texts that mean missing there, beside the empty one; key "*" = all columns
	Partly   bool                // Types and Missing may name columns that this table lacks, since they speak of several tables
	Progress func(Progress)      // called at most 10 times a second from the reading goroutine; nil = none
}

// Progress says how far Open has come.
type Progress struct {
	File       string // being read
	BytesDone  int64  // of all files, as stored
	BytesTotal int64
	Rows       int64 // read so far
}

// ColumnInfo is what is known of a column. Missing counts empty fields, declared missing texts, nulls and absent keys.
// BadValues counts values that do not fit the kind: NaN and infinities among numbers, texts that are not of the declared
// kind, nested JSON values, error cells of a sheet, and for a derived column values that its map does not name.
type ColumnInfo struct {
	Name      string
	Kind      Kind
	Known     bool  // false until a Parquet or derived column was read: the counts are 0 then
	Missing   int64 // rows
	Distinct  int64 // different values, exact up to 65,535; −1 beyond
	BadValues int64 // rows
}

// FileInfo is what is known of a file.
type FileInfo struct {
	Name      string
	Format    string // csv, tsv, jsonl, xlsx, parquet
	Encoding  string // utf-8, gb18030, utf-16le, utf-16be; empty for xlsx and parquet
	Delimiter string // csv and tsv
	Sheet     string // xlsx
	Bytes     int64  // as stored
	SHA256    string // of the bytes as stored, in hex
	Rows      int64
}

// BadRow is a row that could not be read and is not in the table. Detail never quotes data.
type BadRow struct {
	File   string
	Line   int64  // line where the row begins, from 1; in a sheet its row
	Reason string // fields, quote, unclosed_quote, nul, encoding, json, duplicate_key, depth
	Detail string
}

// maxBadRows is how many bad rows are listed; all are counted.
const maxBadRows = 100

// Table is a set of rows from one or more files, open for reading column by column. It is not safe for concurrent use.
type Table struct {
	columns []column
	index   map[string]int
	files   []FileInfo
	rows    int64
	bad     int64
	badRows []BadRow
	store   *store
	hashing *hashing // of Parquet files
	closers []func() error
}

// Rows is the number of rows, bad ones not among them.
func (t *Table) Rows() int64 { return t.rows }

// Info describes the columns in the order of the first file, derived ones last. See [ColumnInfo.Known].
func (t *Table) Info() []ColumnInfo {
	info := make([]ColumnInfo, len(t.columns))
	for i, c := range t.columns {
		info[i] = c.info()
	}
	return info
}

// Files describes the files in the order of their rows. For Parquet it waits for the digests, which are computed beside the
// reading; a digest that could not be computed is empty, and [Table.Scan] says why.
func (t *Table) Files() []FileInfo {
	files := slices.Clone(t.files)
	if t.hashing != nil {
		sums, _ := t.hashing.wait()
		for i := range files {
			files[i].SHA256 = sums[i]
		}
	}
	return files
}

// Bad is the number of rows that could not be read, and the first 100 of them.
func (t *Table) Bad() (count int64, first []BadRow) { return t.bad, slices.Clone(t.badRows) }

// Scan reads every column that was not read before, one at a time, so that all of [Table.Info] is known, and waits for the
// digests. For text formats it has nothing to do but derived columns.
func (t *Table) Scan(ctx context.Context) error {
	for _, c := range t.columns {
		info := c.info()
		if info.Known || info.Kind == Nested {
			continue
		}
		if s, ok := c.(interface {
			scan(ctx context.Context) error
		}); ok {
			if err := s.scan(ctx); err != nil {
				return err
			}
		}
	}
	if t.hashing != nil {
		_, err := t.hashing.wait()
		return err
	}
	return nil
}

// Codes opens a column as dictionary codes. It is a NotFound error where there is no such column, and TooLarge where it has
// more than 65,535 different values or more than 16 MiB of them. Bad values keep their text. The cost is one pass over the
// column; the caller owns the result.
func (t *Table) Codes(ctx context.Context, name string) (*Codes, error) {
	c, err := t.column(name)
	if err != nil {
		return nil, err
	}
	return c.codes(ctx)
}

// Floats opens a column as numbers. It is an Invalid error where the column is text, or holds integers beyond 2^53 and is
// not declared a number.
func (t *Table) Floats(ctx context.Context, name string) (*Floats, error) {
	c, err := t.column(name)
	if err != nil {
		return nil, err
	}
	return c.floats(ctx)
}

// Groups numbers the different values of any column, however many: two rows share an id when their texts are equal. Where
// there are more than 65,535 texts that are not plain decimals, 128-bit fingerprints stand for them: the chance that any
// two of 10 million differ and collide is below 10⁻²⁴.
func (t *Table) Groups(ctx context.Context, name string) (*Groups, error) {
	c, err := t.column(name)
	if err != nil {
		return nil, err
	}
	return c.groups(ctx)
}

// Texts calls do with the text of every row that has one, in order of rows, however many different texts there are; a bad value
// has the text that it was read from, or none. A text is valid during the call only. An error of do ends the walk and is returned. The cost
// is one pass over the column and no memory that grows with it. Equal tables give equal texts from every format.
func (t *Table) Texts(ctx context.Context, name string, do func(row int, text []byte) error) error {
	c, err := t.column(name)
	if err != nil {
		return err
	}
	return c.texts(ctx, do)
}

func (t *Table) column(name string) (column, error) {
	i, ok := t.index[name]
	if !ok {
		return nil, &plumbline.Error{
			Code: plumbline.NotFound, Where: "column " + name, Message: "there is no such column",
			Hint: "the columns are: " + t.columnNames(),
		}
	}
	return t.columns[i], nil
}

// columnNames lists the names for a message, cut to a readable length.
func (t *Table) columnNames() string {
	const most = 400
	list := ""
	for _, c := range t.columns {
		if list != "" {
			list += ", "
		}
		if len(list) > most {
			return list + "…"
		}
		list += c.info().Name
	}
	return list
}

// Close gives back the memory, the temporary file and the open files.
func (t *Table) Close() error {
	var errs []error
	if t.hashing != nil {
		t.hashing.stop()
	}
	for _, c := range t.closers {
		errs = append(errs, c())
	}
	if t.store != nil {
		errs = append(errs, t.store.close())
	}
	t.columns, t.index, t.closers, t.store, t.hashing = nil, nil, nil, nil, nil
	return errors.Join(errs...)
}

// addBad counts a bad row and lists it while there is room.
func (t *Table) addBad(row BadRow) {
	t.bad++
	if len(t.badRows) < maxBadRows {
		t.badRows = append(t.badRows, row)
	}
}
