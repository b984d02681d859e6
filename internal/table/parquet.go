package table

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/parquet-go/parquet-go/format"

	"github.com/plumbline-project/plumbline"
)

// parquetTable is what the Parquet files of a table have in common.
type parquetTable struct {
	opt     Options
	shared  *shared
	files   []*pqFile
	columns []*pqColumn
	index   map[string]int
	decoder chunkDecoder // one column is open at a time, and its buffers serve the next
}

// pqFile is an open file.
type pqFile struct {
	name   string
	r      io.ReaderAt
	size   int64
	sum    string
	footer *pqFooter
}

// pqColumn is a column of Parquet files. Its counts are known when it was read once.
type pqColumn struct {
	table *parquetTable
	about ColumnInfo
	types []pqType    // by file
	leaf  []int       // by file: position in a row group
	text  *textColumn // where the column is read through its texts
	wide  bool        // a reading found more values than codes have room for: no other will find fewer
}

// openParquet adds a file: its footer is read, and its columns are held against those of the first file.
func (s *sink) openParquet(r io.ReaderAt, size int64, sum string, opt Options) (err error) {
	name := s.file.Name
	defer func() {
		if err != nil {
			err = pqError(name, "the file cannot be read", err)
		}
	}()
	footer, err := readFooter(r, size, opt.Limits)
	if err != nil {
		return err
	}
	if s.parquet == nil {
		s.parquet = &parquetTable{opt: opt, shared: s.shared, index: s.table.index}
	}
	p := s.parquet
	file := &pqFile{name: name, r: r, size: size, sum: sum, footer: footer}
	p.files = append(p.files, file)
	s.table.rows += footer.rows
	if s.table.rows > opt.Limits.Rows {
		return tooManyRows(name, opt.Limits.Rows)
	}
	return p.addFile(s, file)
}

// pqError turns what is wrong with a file into an error that names it.
func pqError(where, message string, err error) error {
	var known *plumbline.Error
	switch {
	case errors.As(err, &known):
		if known.Where == "" {
			known.Where = where
		}
		return known
	case errors.Is(err, errEncrypted):
		return &plumbline.Error{
			Code: plumbline.Unsupported, Where: where, Message: "the Parquet file is encrypted", Hint: "decrypt it first",
		}
	}
	return &plumbline.Error{
		Code: plumbline.Invalid, Where: where, Message: message + ": " + err.Error(), Err: err,
		Hint: "the Parquet file is damaged or uses what is not supported; write it again",
	}
}

// addFile walks the schema of a file: leaves below the root are columns, groups and lists are nested columns.
func (p *parquetTable) addFile(s *sink, file *pqFile) error {
	schema := file.footer.schema
	if len(schema) == 0 || schema[0].Type.Valid {
		return errors.New("its schema has no root")
	}
	seen := make([]bool, len(p.columns))
	first := len(p.files) == 1
	leaf, i := 0, 1
	for range schema[0].NumChildren.V {
		if i >= len(schema) {
			return errors.New("its schema is cut off")
		}
		e := &schema[i]
		t, flat := typeOf(e)
		at := leaf
		var err error
		if i, leaf, err = skipNode(schema, i, leaf, 0); err != nil {
			return err
		}
		if !flat {
			t = pqType{kind: Nested}
		}
		n, ok := p.index[e.Name]
		switch {
		case ok && (first || seen[n]):
			return fmt.Errorf("two columns have the name %q", e.Name)
		case !ok && !first:
			return s.otherColumns(file.name, e.Name, p.files[0].name)
		case !ok:
			if n = len(p.columns); n >= p.opt.Limits.Columns {
				return &plumbline.Error{
					Code: plumbline.TooLarge, Message: fmt.Sprintf("the table has more than %d columns", p.opt.Limits.Columns),
				}
			}
			p.index[e.Name] = n
			p.columns = append(p.columns, &pqColumn{table: p, about: ColumnInfo{Name: e.Name, Kind: p.kind(e.Name, t.kind)}})
			seen = append(seen, true)
		}
		c := p.columns[n]
		if len(c.types) > 0 && c.types[0].kind != t.kind {
			return fmt.Errorf("the column %q is %s here and %s in %s", e.Name, t.kind, c.types[0].kind, p.files[0].name)
		}
		seen[n] = true
		c.types, c.leaf = append(c.types, t), append(c.leaf, at)
	}
	if i != len(schema) {
		return errors.New("its schema has more nodes than its root counts")
	}
	if n := slices.Index(seen, false); n >= 0 {
		return s.otherColumns(p.files[0].name, p.columns[n].about.Name, file.name)
	}
	return nil
}

// kind is the declared kind of a column, else its own.
func (p *parquetTable) kind(name string, own Kind) Kind {
	if k, ok := p.opt.Types[name]; ok && own != Nested {
		return k
	}
	return own
}

// skipNode passes over a node of the schema with all that is below it, and counts its leaves.
func skipNode(schema []format.SchemaElement, i, leaf, depth int) (next, leaves int, err error) {
	if i >= len(schema) || depth > 64 {
		return 0, 0, errors.New("its schema is malformed")
	}
	e := &schema[i]
	i++
	if e.Type.Valid {
		return i, leaf + 1, nil
	}
	for range e.NumChildren.V {
		if i, leaf, err = skipNode(schema, i, leaf, depth+1); err != nil {
			return 0, 0, err
		}
	}
	return i, leaf, nil
}

// finish gives the columns to the table and begins with the digests.
func (p *parquetTable) finish(ctx context.Context, t *Table) {
	jobs := make([]hashJob, len(p.files))
	for i, f := range p.files {
		jobs[i] = hashJob{name: f.name, r: f.r, size: f.size, sum: f.sum}
	}
	t.hashing = startHashing(ctx, jobs)
	t.closers = append(t.closers, p.decoder.pages.close)
	for _, c := range p.columns {
		t.columns = append(t.columns, c)
	}
}

func (p *parquetTable) rows() (n int64) {
	for _, f := range p.files {
		n += f.footer.rows
	}
	return n
}

// run is the values of one page for its rows.
type run struct {
	t      *pqType
	row    int64   // first
	rows   int     // in the page
	levels []uint8 // 1 where a row has a value; nil where all have
	n      int     // values
	dict   *values // where the page has indexes
	fresh  bool    // the dictionary is another one than that of the run before
	index  []int32 // into the dictionary, all within it
	plain  *values // where it has none
}

// each reads the column page by page. What the decoder stumbles over, and a panic that no check foresaw, is an Invalid
// error with file, column and row group.
func (c *pqColumn) each(ctx context.Context, do func(r *run) error) error {
	if c.about.Kind == Nested {
		return &plumbline.Error{
			Code: plumbline.Unsupported, Where: "column " + c.about.Name,
			Message: "it is nested (a list, a map or a group)", Hint: "write its parts as columns of their own",
		}
	}
	row := int64(0)
	for i, f := range c.table.files {
		d := &c.table.decoder
		d.t, d.do = &c.types[i], do
		d.pages.r, d.pages.inflate = f.r, c.table.opt.Limits.Inflate
		for j := range f.footer.groups {
			g := &f.footer.groups[j]
			if err := d.chunk(ctx, &g.chunks[c.leaf[i]], g.rows, row); err != nil {
				where := fmt.Sprintf("%s, column %s, row group %d", f.name, c.about.Name, j+1)
				return pqError(where, "the column cannot be read", err)
			}
			row += g.rows
		}
	}
	return nil
}

// chunkDecoder decodes the chunks of one column of one file.
type chunkDecoder struct {
	t      *pqType
	do     func(r *run) error
	pages  pages
	dict   values
	plain  values
	levels []uint8
	index  []int32
	hasDic bool
	fresh  bool
}

func (d *chunkDecoder) chunk(ctx context.Context, c *pqChunk, rows, row int64) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("it is damaged (%v)", r)
		}
	}()
	switch {
	case c.encrypted:
		return errEncrypted
	case c.elsewhere:
		return errors.New("its data is in another file")
	case c.typ != d.t.phys:
		return errors.New("its type is not that of the schema")
	case c.values != rows:
		return fmt.Errorf("it claims %d values for %d rows", c.values, rows)
	}
	d.pages.open(c)
	d.hasDic, d.dict.n = false, 0
	for done := int64(0); done < rows; {
		if err := ctx.Err(); err != nil {
			return cancelled(err)
		}
		h, content, err := d.pages.next()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("it ends after %d of %d rows", done, rows)
		}
		if err != nil {
			return err
		}
		switch h.typ { //nolint:exhaustive // index pages hold nothing that is needed
		case format.DictionaryPage:
			err = d.dictionary(h, content)
		case format.DataPage, format.DataPageV2:
			if h.values > rows-done {
				return fmt.Errorf("it has more values than the %d rows of its row group", rows)
			}
			err = d.page(h, content, row+done)
			done += h.values
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *chunkDecoder) dictionary(h pageHeader, content []byte) error {
	if d.hasDic || h.encoding != format.Plain && h.encoding != plainDictionary {
		return errors.New("its dictionary is malformed")
	}
	if h.values > math.MaxInt32 {
		return errors.New("its dictionary is too long")
	}
	if err := d.dict.decode(content, int(h.values), d.t, format.Plain, 0); err != nil {
		return err
	}
	d.hasDic, d.fresh = true, true
	return nil
}

// page decodes the levels of a data page and either leaves its indexes to the caller or decodes its values.
func (d *chunkDecoder) page(h pageHeader, b []byte, row int64) error {
	r := run{t: d.t, row: row, rows: int(h.values), n: int(h.values)}
	b, err := d.readLevels(h, b, &r)
	if err != nil {
		return err
	}
	if h.encoding == format.RLEDictionary || h.encoding == plainDictionary {
		if !d.hasDic {
			return errors.New("a page needs a dictionary that is missing")
		}
		r.dict, r.fresh = &d.dict, d.fresh
		d.fresh = false
		if d.index, err = decodeIndexes(d.index, b, r.n, d.dict.n); err != nil {
			return err
		}
		r.index = d.index
		return d.do(&r)
	}
	limit := int64(inflateFree) + d.pages.inflate*h.size
	if err := d.plain.decode(b, r.n, d.t, h.encoding, min(limit, math.MaxInt32)); err != nil {
		return err
	}
	r.plain = &d.plain
	return d.do(&r)
}

// readLevels decodes the definition levels at the start of a page and returns what follows them.
func (d *chunkDecoder) readLevels(h pageHeader, b []byte, r *run) ([]byte, error) {
	var encoded []byte
	switch {
	case h.typ == format.DataPageV2:
		encoded, b = b[h.repBytes:h.repBytes+h.defBytes], b[h.repBytes+h.defBytes:]
	case d.t.optional && h.levels != format.RLE:
		return nil, fmt.Errorf("its levels have the encoding %s, which is not supported", h.levels)
	case d.t.optional:
		var err error
		if encoded, b, err = cutLevels(b); err != nil {
			return nil, err
		}
	}
	if !d.t.optional || r.rows == 0 {
		return b, nil
	}
	levels, err := decodeBits(d.levels, encoded, r.rows)
	if err != nil {
		return nil, err
	}
	d.levels = levels
	if present := bytes.Count(levels, []byte{1}); present < r.rows {
		r.levels, r.n = levels, present
	}
	return b, nil
}
