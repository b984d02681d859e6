package table

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/plumbline-project/plumbline"
)

// The days from 1970-01-01 to day 0 of the two date systems; that of 1900 has a leap day that never was, and is right from
// 1900-03-01 on.
const (
	daysTo1900 = -25569
	daysTo1904 = -24107
)

// cell is a cell of the row that is being read.
type cell struct {
	set  bool
	bad  bool
	text []byte
}

// sheetRows takes the tokens of a sheet's part and puts its rows into a sink.
type sheetRows struct {
	sink    *sink
	book    *workbook
	limit   int
	columns []int // column of the table for each column of the sheet
	row     int64
	rowText int // bytes in the row
	cells   []cell
	next    int // column of a cell without reference
	at      int // column of the open cell
	kind    string
	style   dateStyle
	value   []byte
	in      bool // inside v, or t of an inline string
	formula bool // the cell has one
	cached  bool // the cell has a value
	phon    bool
}

func (s *sheetRows) token(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return s.start(t)
	case xml.EndElement:
		return s.end(t.Name.Local)
	case xml.CharData:
		if s.in && !s.phon {
			s.value = append(s.value, t...)
		}
	}
	return nil
}

func (s *sheetRows) start(e xml.StartElement) error {
	switch e.Name.Local {
	case "row":
		s.row++
		if n, err := strconv.ParseInt(attr(e, "r"), 10, 64); err == nil && n >= s.row && n <= 1<<20 {
			s.row = n
		}
		s.cells, s.next, s.rowText = s.cells[:0], 0, 0
	case "c":
		s.at = s.next
		if ref := attr(e, "r"); ref != "" {
			n, ok := columnOf(ref)
			if !ok || n < s.next {
				return fmt.Errorf("row %d has a cell out of order", s.row)
			}
			s.at = n
		}
		s.next = s.at + 1
		s.kind, s.style, s.value = attr(e, "t"), notDate, s.value[:0]
		if n, err := strconv.Atoi(attr(e, "s")); err == nil && n >= 0 && n < len(s.book.styles) {
			s.style = s.book.styles[n]
		}
		s.formula, s.cached = false, false
	case "f":
		s.formula = true
	case "v", "t":
		s.in, s.cached = true, true
	case "rPh":
		s.phon = true
	}
	return nil
}

func (s *sheetRows) end(name string) error {
	switch name {
	case "v", "t":
		s.in = false
	case "rPh":
		s.phon = false
	case "c":
		return s.cellDone()
	case "row":
		return s.rowDone()
	}
	return nil
}

// columnOf gives the column of a reference such as AB12, from 0.
func columnOf(ref string) (int, bool) {
	n, i := 0, 0
	for ; i < len(ref) && ref[i]|0x20 >= 'a' && ref[i]|0x20 <= 'z'; i++ {
		n = n*26 + int(ref[i]|0x20-'a') + 1
		if n > 1<<14 {
			return 0, false
		}
	}
	return n - 1, i > 0
}

// cellDone turns what was collected of a cell into its text.
func (s *sheetRows) cellDone() error {
	c := cell{set: true}
	switch s.kind {
	case "s":
		n, err := strconv.Atoi(string(s.value))
		if err != nil || n < 0 || n >= len(s.book.strings) {
			return fmt.Errorf("row %d names a text that is not there", s.row)
		}
		c.text = []byte(s.book.strings[n])
	case "inlineStr", "str":
		c.text = []byte(unescapeX(string(s.value)))
	case "b":
		c.text = []byte("false")
		if string(s.value) == "1" || string(s.value) == "true" {
			c.text = []byte("true")
		}
		if len(s.value) == 0 {
			c.text = nil
		}
	case "e":
		c.bad = true
	case "d": // ISO 8601
		c.text = []byte(strings.Replace(string(s.value), "T", " ", 1))
	default:
		c.text, c.bad = s.number()
	}
	if s.formula && !s.cached {
		c.text, c.bad = nil, true // saved by a program that does not compute
	}
	if len(c.text) == 0 && !c.bad {
		return nil
	}
	s.rowText += len(c.text)
	if s.rowText > s.limit {
		return &plumbline.Error{
			Code: plumbline.TooLarge, Where: fmt.Sprintf("%s row %d", s.book.name, s.row),
			Message: fmt.Sprintf("the row is longer than %d bytes", s.limit), Hint: "raise the limit on fields",
		}
	}
	for len(s.cells) <= s.at {
		s.cells = append(s.cells, cell{})
	}
	s.cells[s.at] = c
	return nil
}

// number writes a numeric cell: as its digits where they are an integer, else as the shortest decimal that is the same
// float64, since programs store 0.1 as 0.10000000000000001; and dates as dates.
func (s *sheetRows) number() (text []byte, bad bool) {
	if len(s.value) == 0 {
		return nil, false
	}
	n, ok := parseNumber(s.value, true)
	if !ok || n.class == classNonFinite {
		return nil, true
	}
	if s.style != notDate {
		if t, ok := s.date(n.value); ok {
			return t, false
		}
		return nil, true
	}
	if n.class == classInteger {
		return append([]byte(nil), s.value...), false
	}
	if a := math.Abs(n.value); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.AppendFloat(nil, n.value, 'e', -1, 64), false
	}
	return strconv.AppendFloat(nil, n.value, 'f', -1, 64), false
}

// date writes a serial day number. A date of the 1900 system before 1900-03-01 is refused: programs do not agree on it.
func (s *sheetRows) date(serial float64) ([]byte, bool) {
	millis := math.Round(serial * secondsPerDay * 1000)
	if serial < 0 || serial >= 2958466 { // 10000-01-01
		return nil, false
	}
	n := int64(millis)
	days, rest := n/(secondsPerDay*1000), n%(secondsPerDay*1000)
	if s.style == timeOnly && days == 0 {
		return appendClock(nil, rest/1000, rest%1000, 1000), true
	}
	shift := int64(daysTo1900)
	if s.book.date04 {
		shift = daysTo1904
	} else if days < 61 {
		return nil, false
	}
	if s.style == dateOnly && rest == 0 {
		return appendDate(nil, days+shift), true
	}
	return appendTime(nil, n+shift*secondsPerDay*1000, 1000, ""), true
}

// rowDone puts a row into the table; the first that is not empty is the header.
func (s *sheetRows) rowDone() error {
	if len(s.cells) == 0 {
		return nil
	}
	if s.columns == nil {
		return s.header()
	}
	f := fault{}
	for i := len(s.columns); i < len(s.cells); i++ {
		if s.cells[i].set {
			f = fault{badFields, fmt.Sprintf("it has a value in column %d and the header has %d columns", i+1, len(s.columns))}
		}
	}
	for _, c := range s.cells {
		for _, b := range c.text {
			if b == 0 {
				f = fault{badNUL, "it has a NUL byte"}
			}
		}
		if !utf8.Valid(c.text) {
			f = fault{badEncoding, "it is not valid UTF-8"}
		}
	}
	if f.reason != "" {
		s.sink.bad(s.row, f)
		return nil
	}
	for i, n := range s.columns {
		b := s.sink.builders[n]
		switch {
		case i >= len(s.cells) || !s.cells[i].set:
			b.add(nil)
		case s.cells[i].bad:
			b.addBad()
		default:
			b.add(s.cells[i].text)
		}
	}
	return s.sink.added()
}

func (s *sheetRows) header() error {
	names := make([]string, len(s.cells))
	for i, c := range s.cells {
		names[i] = strings.TrimSpace(string(c.text))
	}
	var err error
	s.columns, err = s.sink.header(fmt.Sprintf("%s row %d", s.book.name, s.row), names)
	return err
}
