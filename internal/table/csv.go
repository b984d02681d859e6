package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/plumbline-project/plumbline"
)

// The reasons of bad rows.
const (
	badFields    = "fields"
	badQuote     = "quote"
	badUnclosed  = "unclosed_quote"
	badNUL       = "nul"
	badEncoding  = "encoding"
	badJSON      = "json"
	badDuplicate = "duplicate_key"
	badDepth     = "depth"
)

// errNotUTF8 stops the reading of a file that was taken for UTF-8 by its first bytes.
var errNotUTF8 = errors.New("not UTF-8")

// maxRescan bounds the bytes that are read again after quotes that never close.
const maxRescan = 256 << 20

// fault says why a row is bad; the zero value is a good row.
type fault struct {
	reason string
	detail string
}

// text is a buffered UTF-8 stream that knows its line.
type text struct {
	name  string
	r     io.Reader
	buf   []byte
	start int // of what is not consumed
	end   int
	eof   bool
	line  int64 // of buf[start]
	limit int   // bytes of a row
	raw   bool  // r is not decoded by us: bad encoding shows as invalid UTF-8, and else as U+FFFD
	guess bool
}

func newText(name string, r io.Reader, raw, guess bool, limit int) *text {
	return &text{name: name, r: r, buf: make([]byte, min(1<<18, 2*limit+64)), line: 1, limit: limit, raw: raw, guess: guess}
}

// fill reads more, and is an error where a row would grow beyond the limit.
func (t *text) fill() error {
	if t.end-t.start > t.limit {
		return &plumbline.Error{
			Code: plumbline.TooLarge, Where: fmt.Sprintf("%s:%d", t.name, t.line),
			Message: fmt.Sprintf("the row is longer than %d bytes", t.limit),
			Hint:    "check the line ends and quotes of the file, or raise the limit on fields",
		}
	}
	if t.start > 0 {
		copy(t.buf, t.buf[t.start:t.end])
		t.end -= t.start
		t.start = 0
	}
	if t.end == len(t.buf) {
		t.buf = append(t.buf, make([]byte, len(t.buf))...)
	}
	n, err := io.ReadFull(t.r, t.buf[t.end:])
	t.end += n
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		t.eof = true
		return nil
	}
	if err != nil {
		return wrap(t.name, err)
	}
	return nil
}

// check looks at the bytes of a row. It is errNotUTF8 where the encoding was only a guess.
func (t *text) check(row []byte) (fault, error) {
	if bytes.IndexByte(row, 0) >= 0 {
		return fault{badNUL, "it has a NUL byte"}, nil
	}
	if t.raw && !utf8.Valid(row) {
		if t.guess {
			return fault{}, errNotUTF8
		}
		return fault{badEncoding, "it is not valid UTF-8"}, nil
	}
	if !t.raw && bytes.Contains(row, []byte(replacement)) {
		return fault{badEncoding, "it has bytes that the encoding of the file does not know"}, nil
	}
	return fault{}, nil
}

// nextLine returns a line without its end, and its number; io.EOF after the last.
func (t *text) nextLine() (line []byte, number int64, err error) {
	for from := 0; ; {
		data := t.buf[t.start:t.end]
		i := bytes.IndexByte(data[from:], '\n')
		switch {
		case i >= 0:
			line = data[:from+i]
			t.start += from + i + 1
		case !t.eof:
			from = len(data)
			if err := t.fill(); err != nil {
				return nil, t.line, err
			}
			continue
		case len(data) == 0:
			return nil, t.line, io.EOF
		default:
			line = data
			t.start = t.end
		}
		break
	}
	number = t.line
	t.line++
	return bytes.TrimSuffix(line, []byte("\r")), number, nil
}

// csvReader splits delimited text into rows (RFC 4180, with any of LF, CRLF and CR as line end). A row that does not
// parse is given back as a fault with its line, and reading goes on after the line on which it began.
type csvReader struct {
	*text
	delim   byte
	eol     byte // what most lines end with: LF, and CR where the first bytes have no LF
	careful int  // bytes from start that hold quotes or CRs: rows in them are taken byte by byte
	rescan  int64
	fields  [][]byte
	arena   []byte // fields with doubled quotes, unescaped
}

// next returns the fields of the next row that is not blank and the line on which it begins. They are valid until the next
// call.
func (c *csvReader) next() (fields [][]byte, line int64, f fault, err error) {
	for {
		if c.careful > 0 {
			fields, line, f, err = c.carefulRow()
		} else {
			fields, line, f, err = c.plainRow()
		}
		if err != nil || f.reason != "" || len(fields) > 0 {
			return fields, line, f, err
		}
	}
}

// plainRow is next for a row that is a line without quotes; it has no fields where the line is blank or not of that kind.
func (c *csvReader) plainRow() (fields [][]byte, line int64, f fault, err error) {
	row, ok, err := c.plainLine()
	if err != nil || !ok || len(row) == 0 {
		return nil, c.line, fault{}, err
	}
	line = c.line - 1
	if f, err = c.check(row); err != nil || f.reason != "" {
		return nil, line, f, err
	}
	c.fields = c.fields[:0]
	c.split(row)
	return c.fields, line, fault{}, nil
}

// plainLine takes a line that has neither quotes nor other line ends. It is false where the line has, and then sets how far
// to be careful.
func (c *csvReader) plainLine() (row []byte, ok bool, err error) {
	other := byte('\r')
	if c.eol == '\r' {
		other = '\n'
	}
	for from := 0; ; {
		data := c.buf[c.start:c.end]
		i := bytes.IndexByte(data[from:], c.eol)
		size := from + i + 1
		switch {
		case i >= 0:
			row = data[:from+i]
		case bytes.IndexByte(data[from:], other) >= 0: // perhaps the line ends have changed
			c.careful = len(data)
			return nil, false, nil
		case !c.eof:
			from = len(data)
			if err := c.fill(); err != nil {
				return nil, false, err
			}
			continue
		case len(data) == 0:
			return nil, false, io.EOF
		default:
			row, size = data, len(data)
		}
		if c.eol == '\n' && i >= 0 && len(row) > 0 && row[len(row)-1] == '\r' {
			row = row[:len(row)-1]
		}
		if bytes.IndexByte(row, '"') >= 0 || bytes.IndexByte(row, other) >= 0 ||
			c.eol == '\r' && (size == len(data) || data[size] == '\n') {
			c.careful = size
			return nil, false, nil
		}
		c.start += size
		c.line++
		return row, true, nil
	}
}

func (c *csvReader) split(row []byte) {
	for {
		i := bytes.IndexByte(row, c.delim)
		if i < 0 {
			break
		}
		c.fields = append(c.fields, row[:i])
		row = row[i+1:]
	}
	c.fields = append(c.fields, row)
}

// scan is the state of one pass over a row.
type scan struct {
	pos   int   // after the row, from start
	lines int64 // line ends that it holds
	first int   // after its first line end; 0 before it is seen
	more  bool  // the data ended first
	fault fault
}

// carefulRow takes a row byte by byte, reading more as needed.
func (c *csvReader) carefulRow() (fields [][]byte, line int64, f fault, err error) {
	var s scan
	for {
		s = c.scanRow(c.buf[c.start:c.end])
		if !s.more {
			break
		}
		if c.end-c.start > c.limit && s.first > 0 {
			s.fault = fault{badUnclosed, fmt.Sprintf("a quote that opens here does not close within %d bytes", c.limit)}
			break
		}
		if err := c.fill(); err != nil {
			return nil, c.line, fault{}, err
		}
	}
	line = c.line
	if s.fault.reason == badQuote || s.fault.reason == badUnclosed {
		if s.first > 0 && s.first < s.pos {
			c.rescan += int64(s.pos - s.first)
			s.pos, s.lines = s.first, 1
		}
		if c.rescan > maxRescan {
			return nil, line, fault{}, &plumbline.Error{
				Code: plumbline.Invalid, Where: fmt.Sprintf("%s:%d", c.name, line),
				Message: "the file has too many quotes that never close", Hint: "check the quoting and the delimiter of the file",
			}
		}
	}
	row := c.buf[c.start : c.start+s.pos]
	c.start += s.pos
	c.careful -= s.pos
	c.line += s.lines
	f, err = c.check(row)
	if f.reason == "" {
		f = s.fault
	}
	if err != nil || f.reason != "" || len(bytes.TrimRight(row, "\r\n")) == 0 {
		return nil, line, f, err
	}
	return c.fields, line, fault{}, nil
}

// scanRow parses one row at the start of data into c.fields.
func (c *csvReader) scanRow(data []byte) (s scan) {
	c.fields, c.arena = c.fields[:0], c.arena[:0]
	for {
		if s.pos < len(data) && data[s.pos] == '"' {
			c.scanQuoted(data, &s)
		} else {
			c.scanBare(data, &s)
		}
		if s.more {
			return s
		}
		if s.pos == len(data) {
			if !c.eof {
				s.more = true
			}
			return s
		}
		b := data[s.pos]
		s.pos++
		if b == c.delim {
			continue
		}
		if b == '\r' {
			if s.pos == len(data) && !c.eof {
				s.more = true
				return s
			}
			if s.pos < len(data) && data[s.pos] == '\n' {
				s.pos++
			}
		}
		s.lines++
		if s.first == 0 {
			s.first = s.pos
		}
		return s
	}
}

// scanBare takes an unquoted field up to its delimiter or line end.
func (c *csvReader) scanBare(data []byte, s *scan) {
	start := s.pos
	for ; s.pos < len(data); s.pos++ {
		switch b := data[s.pos]; b {
		case c.delim, '\n', '\r':
			c.fields = append(c.fields, data[start:s.pos])
			return
		case '"':
			if s.fault.reason == "" {
				s.fault = fault{badQuote, fmt.Sprintf("field %d has a quote inside but does not begin with one", len(c.fields)+1)}
			}
		}
	}
	if !c.eof {
		s.more = true
		return
	}
	c.fields = append(c.fields, data[start:s.pos])
}

// scanQuoted takes a quoted field up to what follows its closing quote.
func (c *csvReader) scanQuoted(data []byte, s *scan) {
	s.pos++
	start, from := s.pos, len(c.arena)
	escaped := false
	for s.pos < len(data) {
		i := bytes.IndexByte(data[s.pos:], '"')
		if i < 0 {
			break
		}
		c.countLines(data, s, s.pos+i)
		if s.pos+1 == len(data) && !c.eof {
			s.more = true
			return
		}
		if s.pos+1 < len(data) && data[s.pos+1] == '"' {
			c.arena = append(c.arena, data[start:s.pos+1]...)
			escaped = true
			s.pos += 2
			start = s.pos
			continue
		}
		field := data[start:s.pos]
		if escaped {
			c.arena = append(c.arena, field...)
			field = c.arena[from:]
		}
		c.fields = append(c.fields, field)
		s.pos++
		c.skipAfterQuote(data, s)
		return
	}
	c.countLines(data, s, len(data))
	if !c.eof {
		s.more = true
		return
	}
	s.fault = fault{badUnclosed, "a quote that opens here never closes"}
}

// skipAfterQuote finds what is wrong where a closing quote is followed by more text, and goes to the end of it.
func (c *csvReader) skipAfterQuote(data []byte, s *scan) {
	for ; s.pos < len(data); s.pos++ {
		switch data[s.pos] {
		case c.delim, '\n', '\r':
			return
		}
		if s.fault.reason == "" {
			s.fault = fault{badQuote, fmt.Sprintf("text follows the closing quote of field %d", len(c.fields))}
		}
	}
}

// countLines moves to pos over quoted text and counts its line ends: LF, CRLF, or CR alone.
func (c *csvReader) countLines(data []byte, s *scan, pos int) {
	for s.pos < pos {
		i := bytes.IndexByte(data[s.pos:pos], '\n')
		j := bytes.IndexByte(data[s.pos:pos], '\r')
		switch {
		case i < 0 && j < 0:
			s.pos = pos
			return
		case j >= 0 && (i < 0 || j < i):
			s.pos += j + 1
			if s.pos < len(data) && data[s.pos] == '\n' && s.pos < pos {
				s.pos++
			}
		default:
			s.pos += i + 1
		}
		s.lines++
		if s.first == 0 {
			s.first = s.pos
		}
	}
}
