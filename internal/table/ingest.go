package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/plumbline-project/plumbline"
)

// readCSV reads a delimited file.
func (s *sink) readCSV(c *csvReader) error {
	fields, line, f, err := c.next()
	where := fmt.Sprintf("%s:%d", c.name, line)
	switch {
	case errors.Is(err, io.EOF):
		return &plumbline.Error{Code: plumbline.Invalid, Where: c.name, Message: "the file has no header row"}
	case err != nil:
		return err
	case f.reason != "":
		return &plumbline.Error{
			Code: plumbline.Invalid, Where: where, Message: "the header row cannot be read: " + f.detail,
			Hint: "check the quoting and the encoding of the file (a NUL byte can mean UTF-16 without its mark)",
		}
	}
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = strings.TrimSpace(string(field))
	}
	columns, err := s.header(where, names)
	if err != nil {
		return err
	}
	batch := &batch{}
	for _, n := range columns {
		batch.builders = append(batch.builders, s.builders[n])
	}
	for {
		fields, line, f, err := c.next()
		if errors.Is(err, io.EOF) {
			batch.flush()
			return nil
		}
		if err != nil {
			return err
		}
		if f.reason == "" && len(fields) != len(columns) {
			f = fault{badFields, fmt.Sprintf("it has %d fields and the header has %d", len(fields), len(columns))}
		}
		if f.reason != "" {
			s.bad(line, f)
			continue
		}
		if batch.add(fields) {
			s.settle()
		}
		if err := s.added(); err != nil {
			return err
		}
	}
}

// batch collects rows so that they go to the builders column by column: one dictionary stays in the processor's cache for
// many values, which halves the time of a wide table.
type batch struct {
	builders []*builder
	data     []byte
	ends     []uint32 // of the fields in data, row by row
}

const (
	batchRows  = 2048
	batchBytes = 1 << 20
)

// add copies a row and reports whether the rows went to the builders.
func (b *batch) add(fields [][]byte) (flushed bool) {
	for _, f := range fields {
		b.data = append(b.data, f...)
		b.ends = append(b.ends, uint32(len(b.data))) //nolint:gosec // a batch is a megabyte and a row
	}
	if len(b.data) >= batchBytes || len(b.ends) >= batchRows*len(b.builders) {
		b.flush()
		return true
	}
	return false
}

// flush gives the rows to the builders, as many columns at a time as there are processors. The builders share nothing that
// changes meanwhile but the store, so the result does not depend on their order.
func (b *batch) flush() {
	var next atomic.Int64
	work := func() {
		for {
			c := int(next.Add(1)) - 1
			if c >= len(b.builders) {
				return
			}
			b.column(c)
		}
	}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(b.builders)) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
	b.data, b.ends = b.data[:0], b.ends[:0]
}

// column gives its builder the values of one column.
func (b *batch) column(c int) {
	width, builder := len(b.builders), b.builders[c]
	for i := c; i < len(b.ends); i += width {
		start := uint32(0)
		if i > 0 {
			start = b.ends[i-1]
		}
		builder.add(b.data[start:b.ends[i]])
	}
}

// readJSONL reads a file with one JSON object per line.
func (s *sink) readJSONL(t *text, depth int) error {
	o := &object{depth: depth}
	row := make([]pair, 0, 64)
	for first := true; ; {
		line, number, err := t.nextLine()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		f, err := t.check(line)
		if err != nil {
			return err
		}
		if first && line[0] == '[' {
			return &plumbline.Error{
				Code: plumbline.Unsupported, Where: t.name, Message: "it is a JSON array; JSON Lines has one object per line",
				Hint: "convert it, for example with jq -c '.[]'",
			}
		}
		first = false
		if f.reason == "" {
			row, f, err = s.objectRow(o, line, row[:0])
		}
		if err != nil {
			return err
		}
		if f.reason != "" {
			s.bad(number, f)
			continue
		}
		for i, p := range row {
			switch p.kind {
			case valueNull:
				s.builders[i].add(nil)
			case valueScalar:
				s.builders[i].add(p.text)
			case valueNested:
				s.builders[i].addNested(p.text)
			}
		}
		if err := s.added(); err != nil {
			return err
		}
	}
	if len(s.builders) == 0 {
		return &plumbline.Error{Code: plumbline.Invalid, Where: t.name, Message: "no line holds a JSON object with a key"}
	}
	return s.allSeen(t.name)
}

// objectRow parses a line into one pair per column; keys that are new become columns, when the line is good.
func (s *sink) objectRow(o *object, line []byte, row []pair) ([]pair, fault, error) {
	pairs, f := o.parse(line)
	if f.reason != "" {
		return row, f, nil
	}
	row = slices.Grow(row, len(s.builders))[:len(s.builders)]
	clear(row)
	var added []pair
	for i, p := range pairs {
		n := i
		if n >= len(s.builders) || s.builders[n].name != string(p.key) {
			var ok bool
			if n, ok = s.table.index[string(p.key)]; !ok {
				added = append(added, p)
				continue
			}
		}
		if row[n].key != nil {
			return row, fault{badDuplicate, "a key occurs twice"}, nil
		}
		row[n] = p
		row[n].key = line[:0]
		s.seen[n] = s.number
	}
	for i, p := range added {
		if len(p.key) == 0 {
			return row, fault{badJSON, "a key is empty"}, nil
		}
		if i >= s.opt.Limits.Columns {
			break // addColumn says so
		}
		if slices.ContainsFunc(added[:i], func(q pair) bool { return string(q.key) == string(p.key) }) {
			return row, fault{badDuplicate, "a key occurs twice"}, nil
		}
	}
	for _, p := range added {
		name := string(p.key)
		if s.number > 1 {
			return row, fault{}, s.otherColumns(s.file.Name, name, s.table.files[0].Name)
		}
		if err := s.addColumn(name); err != nil {
			return row, fault{}, err
		}
		row = append(row, p)
	}
	return row, fault{}, nil
}
