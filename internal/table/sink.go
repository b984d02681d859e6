package table

import (
	"fmt"
	"hash/maphash"
	"path"
	"slices"

	"github.com/plumbline-project/plumbline"
)

// sink takes rows into the builders of a table.
type sink struct {
	table    *Table
	opt      Options
	shared   *shared
	builders []*builder
	seen     []int // by column: number of the file that had it last, from 1
	number   int   // of the file
	width    int   // columns that are expected
	format   string
	file     *FileInfo
	first    int64 // row of the table with which the file begins
	parquet  *parquetTable
}

func (o *opener) newSink(t *Table) *sink {
	limits := o.opt.Limits
	t.store = &store{limit: limits.Memory}
	return &sink{table: t, opt: o.opt, shared: &shared{
		store: t.store, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		dictLimit: max(limits.Memory/4, 1<<20),
	}}
}

func (s *sink) begin(name, format string, size int64) error {
	if s.format != "" && s.format != format {
		return &plumbline.Error{
			Code: plumbline.Invalid, Where: name,
			Message: fmt.Sprintf("the file is %s and the files before it are %s", format, s.format),
			Hint:    "the files of one table have one format",
		}
	}
	s.format = format
	s.number++
	s.first = s.table.rows
	s.table.files = append(s.table.files, FileInfo{Name: name, Format: format, Bytes: size})
	s.file = &s.table.files[len(s.table.files)-1]
	return nil
}

func (s *sink) end(sum string) {
	s.file.SHA256 = sum
	s.file.Rows = s.table.rows - s.first
}

// finish turns the builders into columns.
func (s *sink) finish() {
	for _, b := range s.builders {
		s.table.columns = append(s.table.columns, b.finish())
	}
}

// bad notes a row that is left out.
func (s *sink) bad(line int64, f fault) {
	s.table.addBad(BadRow{File: s.file.Name, Line: line, Reason: f.reason, Detail: f.detail})
}

// added counts a row, and looks after limits and the temporary file now and then.
func (s *sink) added() error {
	s.table.rows++
	if s.table.rows > s.opt.Limits.Rows {
		return tooManyRows(s.file.Name, s.opt.Limits.Rows)
	}
	if s.table.rows&0x3ff != 0 {
		return nil
	}
	s.settle()
	return s.shared.store.failed()
}

// settle adds up the dictionaries. It happens at the same rows in every run, so that what does not fit does not depend on
// the order in which columns were filled.
func (s *sink) settle() {
	s.shared.dictBytes = 0
	for _, b := range s.builders {
		if b.dict != nil {
			s.shared.dictBytes += b.dict.bytes
		}
	}
}

func tooManyRows(where string, limit int64) error {
	return &plumbline.Error{
		Code: plumbline.TooLarge, Where: where, Message: fmt.Sprintf("the table has more than %d rows", limit),
		Hint: "read fewer files, or raise the limit on rows",
	}
}

// addColumn makes a builder for a new column; rows that are there already miss it.
func (s *sink) addColumn(name string) error {
	if len(s.builders) >= s.opt.Limits.Columns {
		return &plumbline.Error{
			Code: plumbline.TooLarge, Where: s.file.Name,
			Message: fmt.Sprintf("the table has more than %d columns", s.opt.Limits.Columns), Hint: "raise the limit on columns",
		}
	}
	s.width = max(s.width, len(s.builders)+1)
	b := newBuilder(s.shared, name, s.opt.Types[name], s.opt.markers(name), blockRows(s.width))
	s.table.index[name] = len(s.builders)
	s.builders = append(s.builders, b)
	s.seen = append(s.seen, s.number)
	b.addMissing(s.table.rows)
	return nil
}

// blockRows is the length of the blocks of a table: shorter where there are many columns, since each has a block open.
func blockRows(columns int) int {
	rows := 1 << 16
	for rows > 1<<10 && rows*columns > 1<<22 {
		rows >>= 1
	}
	return rows
}

// markers is the set of texts that mean missing in a column, nil where there are none.
func (o *Options) markers(name string) map[string]struct{} {
	if len(o.Missing[name])+len(o.Missing["*"]) == 0 {
		return nil
	}
	set := map[string]struct{}{}
	for _, list := range [][]string{o.Missing[name], o.Missing["*"]} {
		for _, text := range list {
			set[text] = struct{}{}
		}
	}
	return set
}

// header makes or finds the columns of a file with a header, and returns their numbers in its order.
func (s *sink) header(where string, names []string) ([]int, error) {
	columns := make([]int, len(names))
	s.width = len(names)
	for i, name := range names {
		if name == "" {
			return nil, &plumbline.Error{
				Code: plumbline.Invalid, Where: where, Message: fmt.Sprintf("column %d has no name", i+1),
				Hint: "give every column a name in the first row; an index column without one can be dropped",
			}
		}
		if slices.Contains(names[:i], name) {
			return nil, &plumbline.Error{
				Code: plumbline.Invalid, Where: where, Message: fmt.Sprintf("two columns have the name %q", name),
				Hint: "rename one of them",
			}
		}
		n, ok := s.table.index[name]
		if !ok {
			if s.number > 1 {
				return nil, s.otherColumns(where, name, s.table.files[0].Name)
			}
			n = len(s.builders)
			if err := s.addColumn(name); err != nil {
				return nil, err
			}
		}
		s.seen[n] = s.number
		columns[i] = n
	}
	return columns, s.allSeen(where)
}

// allSeen is an error where the file lacks a column of the first file.
func (s *sink) allSeen(where string) error {
	for i, n := range s.seen {
		if n != s.number {
			return s.otherColumns(s.table.files[0].Name, s.builders[i].name, where)
		}
	}
	return nil
}

func (s *sink) otherColumns(has, name, lacks string) error {
	return &plumbline.Error{
		Code: plumbline.Invalid, Where: lacks, Message: fmt.Sprintf("it lacks the column %q that %s has", name, path.Base(has)),
		Hint: "the files of one table have the same columns",
	}
}
