package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// workbook is what is needed of an .xlsx file (ECMA-376 part 1) to read one sheet as a stream: the shared strings, which
// cell styles are dates, and the sheet's part.
type workbook struct {
	name    string
	zip     *zip.Reader
	limits  plumbline.Limits
	date04  bool // serial 0 is 1904-01-01
	strings []string
	styles  []dateStyle // by cell style
	sheet   string      // name
	part    string      // path in the archive
}

// dateStyle says how a cell style shows a number.
type dateStyle uint8

const (
	notDate dateStyle = iota
	dateOnly
	timeOnly
	dateAndTime
)

// readXLSX reads the chosen sheet of a workbook. Its first row that is not empty is the header.
func (s *sink) readXLSX(r io.ReaderAt, size int64, opt Options) error {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return s.notWorkbook("it is not a whole zip archive: "+err.Error(), err)
	}
	w := &workbook{name: s.file.Name, zip: z, limits: opt.Limits}
	if err := w.open(opt.Sheet); err != nil {
		return s.workbookError(err)
	}
	s.file.Sheet = w.sheet
	rows := &sheetRows{sink: s, book: w, limit: opt.Limits.Field}
	if err := w.each(w.part, rows.token); err != nil {
		return s.workbookError(err)
	}
	if rows.columns == nil {
		return &plumbline.Error{
			Code: plumbline.Invalid, Where: w.name, Message: fmt.Sprintf("the sheet %q has no header row", w.sheet),
		}
	}
	return nil
}

func (s *sink) notWorkbook(detail string, err error) error {
	return &plumbline.Error{
		Code: plumbline.Invalid, Where: s.file.Name, Message: "the file is not a workbook that can be read: " + detail, Err: err,
		Hint: "open it and save it as .xlsx again, or as CSV",
	}
}

// workbookError gives a code to errors of the zip and XML readers.
func (s *sink) workbookError(err error) error {
	if _, ok := errors.AsType[*plumbline.Error](err); ok {
		return err
	}
	return s.notWorkbook(err.Error(), err)
}

// open finds the sheet and reads strings and styles.
func (w *workbook) open(sheet string) error {
	id, first := "", ""
	err := w.each("xl/workbook.xml", func(t xml.Token) error {
		e, ok := t.(xml.StartElement)
		switch {
		case !ok:
		case e.Name.Local == "workbookPr":
			w.date04 = attr(e, "date1904") == "1" || attr(e, "date1904") == "true"
		case e.Name.Local == "sheet":
			name := attr(e, "name")
			if first == "" {
				first = name
			}
			if id == "" && (sheet == "" || name == sheet) {
				id, w.sheet = attr(e, "id"), name
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if id == "" {
		return &plumbline.Error{
			Code: plumbline.NotFound, Where: w.name, Message: fmt.Sprintf("the workbook has no sheet %q", sheet),
			Hint: fmt.Sprintf("its first sheet is %q", first),
		}
	}
	err = w.each("xl/_rels/workbook.xml.rels", func(t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "Relationship" && attr(e, "Id") == id {
			target := attr(e, "Target")
			if !strings.HasPrefix(target, "/") {
				target = "/xl/" + target
			}
			w.part = strings.TrimPrefix(path.Clean(target), "/")
		}
		return nil
	})
	if err != nil {
		return err
	}
	if w.part == "" {
		return errors.New("the sheet's part is not named")
	}
	if err := w.optional("xl/sharedStrings.xml", w.readStrings()); err != nil {
		return err
	}
	return w.optional("xl/styles.xml", w.readStyles())
}

// optional is each for a part that may be absent.
func (w *workbook) optional(part string, do func(t xml.Token) error) error {
	for _, f := range w.zip.File {
		if f.Name == part {
			return w.each(part, do)
		}
	}
	return nil
}

// each calls do with the tokens of a part.
func (w *workbook) each(part string, do func(t xml.Token) error) error {
	for _, f := range w.zip.File {
		if f.Name != part {
			continue
		}
		packed := int64(min(f.CompressedSize64, math.MaxInt32<<8))
		if claim := f.UncompressedSize64; claim > inflateFree && claim-inflateFree > uint64(w.limits.Inflate*packed) { //nolint:gosec // positive
			return inflates(w.name, w.limits.Inflate)
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		err = w.tokens(&inflating{w: w, r: r, packed: packed}, do)
		return errors.Join(err, r.Close())
	}
	return fmt.Errorf("the part %s is missing", part)
}

func (w *workbook) tokens(r io.Reader, do func(t xml.Token) error) error {
	d := xml.NewDecoder(r)
	depth := 0
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			if depth != 0 {
				return errors.New("the XML ends early")
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		case xml.Directive:
			return errors.New("a document type is not allowed")
		}
		if depth > w.limits.Depth {
			return fmt.Errorf("the XML is nested more than %d levels deep", w.limits.Depth)
		}
		if err := do(t); err != nil {
			return err
		}
	}
}

// inflating bounds the decompressed bytes of a part, and the size of one XML token by way of the bytes between two '<'.
type inflating struct {
	w      *workbook
	r      io.Reader
	packed int64
	n      int64
	run    int // bytes since the last '<'
}

func (i *inflating) Read(p []byte) (int, error) {
	n, err := i.r.Read(p)
	i.n += int64(n)
	if i.n > i.w.limits.Bytes {
		return 0, &plumbline.Error{
			Code: plumbline.TooLarge, Where: i.w.name,
			Message: fmt.Sprintf("a part of the workbook holds more than %d bytes", i.w.limits.Bytes),
		}
	}
	if i.n > inflateFree && i.n-inflateFree > i.w.limits.Inflate*i.packed {
		return 0, inflates(i.w.name, i.w.limits.Inflate)
	}
	last := bytes.LastIndexByte(p[:n], '<')
	if last < 0 {
		i.run += n
	} else {
		i.run = max(i.run+bytes.IndexByte(p[:n], '<'), n-last)
	}
	if i.run > i.w.limits.Field {
		return 0, &plumbline.Error{
			Code: plumbline.TooLarge, Where: i.w.name,
			Message: fmt.Sprintf("a text of the workbook is longer than %d bytes", i.w.limits.Field),
			Hint:    "raise the limit on fields",
		}
	}
	if last >= 0 {
		i.run = n - last
	}
	return n, err
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// readStrings collects the shared strings; the readings of phonetic runs are left out.
func (w *workbook) readStrings() func(t xml.Token) error {
	var b strings.Builder
	inText, phonetic := false, false
	var bytes int64
	return func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "si":
				b.Reset()
			case "t":
				inText = true
			case "rPh":
				phonetic = true
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "si":
				w.strings = append(w.strings, unescapeX(b.String()))
				bytes += int64(b.Len()) + 16
				if bytes > w.limits.Memory {
					return &plumbline.Error{
						Code: plumbline.TooLarge, Where: w.name, Message: "the texts of the workbook do not fit the memory limit",
						Hint: "save the sheet as CSV",
					}
				}
			case "t":
				inText = false
			case "rPh":
				phonetic = false
			}
		case xml.CharData:
			if inText && !phonetic {
				b.Write(t)
			}
		}
		return nil
	}
}

// unescapeX undoes the _xHHHH_ escapes of control characters.
func unescapeX(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 || i+7 > len(s) {
			break
		}
		n, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
		if err != nil || s[i+6] != '_' || n == 0 || n >= 0xd800 && n < 0xe000 {
			b.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		b.WriteString(s[:i])
		b.WriteRune(rune(n))
		s = s[i+7:]
	}
	return b.String() + s
}

// readStyles finds which cell styles show dates.
func (w *workbook) readStyles() func(t xml.Token) error {
	custom := map[string]dateStyle{}
	inCells := false
	return func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "numFmt":
				custom[attr(t, "numFmtId")] = styleOfCode(attr(t, "formatCode"))
			case "cellXfs":
				inCells = true
			case "xf":
				if inCells {
					id := attr(t, "numFmtId")
					style, ok := custom[id]
					if !ok {
						style = styleOfNumber(id)
					}
					w.styles = append(w.styles, style)
				}
			}
		case xml.EndElement:
			if t.Name.Local == "cellXfs" {
				inCells = false
			}
		}
		return nil
	}
}

// styleOfNumber is the style of a built-in number format (ECMA-376 part 1, 18.8.30, with those of East Asian versions).
func styleOfNumber(id string) dateStyle {
	n, err := strconv.Atoi(id)
	switch {
	case err != nil:
		return notDate
	case n >= 14 && n <= 17, n >= 27 && n <= 31, n == 36, n >= 50 && n <= 54, n >= 57 && n <= 58:
		return dateOnly
	case n >= 18 && n <= 21, n >= 32 && n <= 35, n >= 45 && n <= 47, n >= 55 && n <= 56:
		return timeOnly
	case n == 22:
		return dateAndTime
	}
	return notDate
}

// styleOfCode looks for date and time letters outside quotes, brackets and escapes in the first section of a format code.
func styleOfCode(code string) dateStyle {
	code, _, _ = strings.Cut(code, ";")
	day, clock, minutes := false, false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i] | 0x20; {
		case code[i] == '\\' || code[i] == '_' || code[i] == '*':
			i++
		case code[i] == '"' || code[i] == '[':
			end := byte('"')
			if code[i] == '[' {
				end = ']'
			}
			j := strings.IndexByte(code[i+1:], end)
			if j < 0 {
				return notDate
			}
			if inner := strings.ToLower(code[i+1 : i+1+j]); end == ']' && strings.Trim(inner, "hms") == "" {
				clock = true // elapsed time
			}
			i += j + 1
		case c == 'y' || c == 'd':
			day = true
		case c == 'h' || c == 's':
			clock = true
		case c == 'm':
			minutes = true
		case strings.HasPrefix(strings.ToLower(code[i:]), "general"):
			return notDate
		}
	}
	switch {
	case day && clock:
		return dateAndTime
	case clock:
		return timeOnly
	case day || minutes:
		return dateOnly
	}
	return notDate
}
