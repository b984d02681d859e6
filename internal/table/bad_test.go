package table_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
)

// refused is an input that must not open.
type refused struct {
	name    string
	file    string // its name
	content string
	opt     table.Options
	pattern string // where it is not the name
	code    plumbline.Code
	says    string
}

func kinds(name string, k table.Kind) table.Options {
	return table.Options{Types: map[string]table.Kind{name: k}}
}

func TestRefuses(t *testing.T) {
	long := strings.Repeat("x", 3<<20)
	for _, tc := range []refused{
		{name: "no bytes", file: "a.csv", code: plumbline.Invalid, says: "the file is empty"},
		{name: "no bytes in gzip", file: "a.csv.gz", content: gz(""), code: plumbline.Invalid, says: "the file is empty"},
		{name: "no file", file: "a.csv", content: "a\n", pattern: "b.csv", code: plumbline.NotFound, says: "could not be opened"},
		{name: "no file for the pattern", file: "a.csv", content: "a\n", pattern: "*.parquet", code: plumbline.NotFound, says: "no file matches"},
		{name: "a malformed pattern", file: "a.csv", content: "a\n", pattern: "[", code: plumbline.Invalid, says: "malformed"},
		{name: "a path out of the folder", file: "a.csv", content: "a\n", pattern: "../a.csv", code: plumbline.Invalid, says: "leads out"},
		{name: "an absolute path", file: "a.csv", content: "a\n", pattern: "/etc/passwd", code: plumbline.Invalid, says: "leads out"},
		{name: "a directory", file: "d/a.csv", content: "a\n", pattern: "d", code: plumbline.Invalid, says: "directory"},
		{name: "blank lines only", file: "a.csv", content: "\n\n\r\n", code: plumbline.Invalid, says: "no header row"},
		{name: "a mark only", file: "a.csv", content: "\xef\xbb\xbf", code: plumbline.Invalid, says: "no header row"},
		{name: "a header with a name twice", file: "a.csv", content: "a,b,a\n1,2,3\n", code: plumbline.Invalid, says: `two columns have the name "a"`},
		{name: "a header with an empty name", file: "a.csv", content: ",b\n1,2\n", code: plumbline.Invalid, says: "column 1 has no name"},
		{name: "a header with NUL", file: "a.csv", content: "a\x00,b\n1,2\n", code: plumbline.Invalid, says: "NUL"},
		{name: "a header with a stray quote", file: "a.csv", content: "a\"b,c\n1,2\n", code: plumbline.Invalid, says: "quote"},
		{name: "UTF-16 without its mark", file: "a.csv", content: "a\x00,\x00b\x00\n\x00", code: plumbline.Invalid, says: "UTF-16"},
		{name: "a line beyond the limit", file: "a.csv", content: "a,b\n1," + long + "\n", code: plumbline.TooLarge, says: "a.csv:2: the row is longer than 1048576"},
		{name: "a JSON line beyond the limit", file: "a.jsonl", content: `{"a":"` + long + `"}`, code: plumbline.TooLarge, says: "longer than"},
		{name: "too many rows", file: "a.csv", content: "a\n1\n2\n3\n", opt: limits(plumbline.Limits{Rows: 2}), code: plumbline.TooLarge, says: "more than 2 rows"},
		{name: "too many columns", file: "a.csv", content: "a,b,c\n", opt: limits(plumbline.Limits{Columns: 2}), code: plumbline.TooLarge, says: "more than 2 columns"},
		{name: "too many bytes", file: "a.csv", content: "a\n" + strings.Repeat("1\n", 1000), opt: limits(plumbline.Limits{Bytes: 999}), code: plumbline.TooLarge, says: "more than 999 bytes"},
		{name: "gzip cut off", file: "a.csv.gz", content: gz("a\n" + strings.Repeat("1\n", 1000))[:30], code: plumbline.Invalid, says: "gzip data is damaged"},
		{name: "gzip with a wrong sum", file: "a.csv.gz", content: flip(gz("a\n1\n"), -6), code: plumbline.Invalid, says: "gzip data is damaged"},
		{name: "zstd cut off", file: "a.csv.zst", content: zst("a\n" + strings.Repeat("12345\n", 1000))[:20], code: plumbline.Invalid, says: "zstd data is damaged"},
		{name: "zstd with a huge window", file: "a.csv.zst", content: "\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00", code: plumbline.TooLarge, says: "window"},
		{name: "a gzip bomb", file: "a.csv.gz", content: bomb("gz"), code: plumbline.TooLarge, says: "expands to more than 200 times"},
		{name: "a zstd bomb", file: "a.csv.zst", content: bomb("zst"), code: plumbline.TooLarge, says: "expands to more than 200 times"},
		{name: "an unknown format", file: "a.dat", content: "a\n", opt: table.Options{Format: "orc"}, code: plumbline.Invalid, says: "not known"},
		{name: "a JSON array", file: "a.jsonl", content: `[{"a":1}]`, code: plumbline.Unsupported, says: "JSON array"},
		{name: "no JSON at all", file: "a.jsonl", content: "a,b\n1,2\n", code: plumbline.Invalid, says: "no line holds"},
		{name: "too many keys", file: "a.jsonl", content: `{"a":1,"b":2,"c":3}`, opt: limits(plumbline.Limits{Columns: 2}), code: plumbline.TooLarge, says: "more than 2 columns"},
		{name: "XLSX that is text", file: "a.xlsx", content: "a,b\n1,2\n", code: plumbline.Invalid, says: "not xlsx"},
		{name: "XLSX that is a broken zip", file: "a.xlsx", content: "PK\x03\x04rest", code: plumbline.Invalid, says: "zip"},
		{name: "XLSX that is another zip", file: "a.xlsx", content: string(zipped(t, map[string]string{"a": "b"})), code: plumbline.Invalid, says: "xl/workbook.xml is missing"},
		{name: "an old or locked workbook", file: "a.xlsx", content: "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1....", code: plumbline.Unsupported, says: "password"},
		{name: "XLSX without the sheet", file: "a.xlsx", content: string(workbook(t, "")), opt: table.Options{Sheet: "T"}, code: plumbline.NotFound, says: `no sheet "T"`},
		{name: "XLSX without rows", file: "a.xlsx", content: string(workbook(t, "")), code: plumbline.Invalid, says: "no header row"},
		{name: "XLSX with a document type", file: "a.xlsx", content: string(workbook(t, "<!DOCTYPE x>")), code: plumbline.Invalid, says: "document type"},
		{name: "XLSX with a text that is not there", file: "a.xlsx", content: string(workbook(t, `<row><c t="s"><v>9</v></c></row>`)), code: plumbline.Invalid, says: "not there"},
		{name: "XLSX with cells out of order", file: "a.xlsx", content: string(workbook(t, `<row><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>`)), code: plumbline.Invalid, says: "out of order"},
		{name: "XLSX with a column beyond the last", file: "a.xlsx", content: string(workbook(t, `<row><c r="ZZZZZZ1"><v>1</v></c></row>`)), code: plumbline.Invalid, says: "out of order"},
		{name: "XLSX nested too deep", file: "a.xlsx", content: string(workbook(t, strings.Repeat("<a>", 100))), code: plumbline.Invalid, says: "nested"},
		{name: "an XLSX bomb", file: "a.xlsx", content: string(workbook(t, strings.Repeat("<row>"+strings.Repeat(" ", 4000)+"</row>", 32<<10))), code: plumbline.TooLarge, says: "expands to more than"},
		{name: "XLSX with an endless text", file: "a.xlsx", content: string(workbook(t, "<row><c><v>"+long+"</v></c></row>")), code: plumbline.TooLarge, says: "longer than"},
		{name: "Parquet that is text", file: "a.parquet", content: "a,b\n", code: plumbline.Invalid, says: "not parquet"},
		{name: "Parquet of eight bytes", file: "a.parquet", content: "PAR1PAR1", code: plumbline.Invalid, says: "too short"},
		{name: "Parquet cut off", file: "a.parquet", content: smallParquet(t)[:200], code: plumbline.Invalid, says: "cut off or was never finished"},
		{name: "Parquet with a huge footer", file: "a.parquet", content: "PAR1....\xff\xff\xff\x7fPAR1", code: plumbline.Invalid, says: "metadata would be"},
		{name: "Parquet without metadata", file: "a.parquet", content: "PAR1\x00\x01\x00\x00\x00PAR1", code: plumbline.Invalid, says: "metadata cannot be read"},
		{name: "encrypted Parquet", file: "a.parquet", content: "PARE........PARE", code: plumbline.Unsupported, says: "encrypted"},
		{name: "Parquet whose footer is encrypted", file: "a.parquet", content: "PAR1........PARE", code: plumbline.Unsupported, says: "encrypted"},
		{name: "CSV that is Parquet by declaration", file: "a.csv", content: "a\n", opt: table.Options{Format: "parquet"}, code: plumbline.Invalid, says: "not parquet"},
		{name: "Parquet that is CSV by declaration", file: "a.csv", content: smallParquet(t), opt: table.Options{Format: "csv"}, code: plumbline.Invalid, says: "not csv"},
		{name: "a kind that is none", file: "a.csv", content: "a\n1\n", opt: kinds("a", "float"), code: plumbline.Invalid, says: "cannot be declared"},
		{name: "a kind for no column", file: "a.csv", content: "a\n1\n", opt: kinds("b", table.Number), code: plumbline.NotFound, says: "types names a column"},
		{name: "a missing text for no column", file: "a.csv", content: "a\n1\n", opt: table.Options{Missing: map[string][]string{"b": {"?"}}}, code: plumbline.NotFound, says: "missing names a column"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			pattern := tc.pattern
			if pattern == "" {
				pattern = tc.file
			}
			start := time.Now()
			tab, err := table.Open(context.Background(), files(tc.file, tc.content), []string{pattern}, tc.opt)
			if err == nil {
				_ = tab.Close()
				t.Fatal("it opened")
			}
			if plumbline.CodeOf(err) != tc.code || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("error %s %q, want %s with %q", plumbline.CodeOf(err), err, tc.code, tc.says)
			}
			if d := time.Since(start); d > 10*time.Second {
				t.Errorf("it took %v", d)
			}
		})
	}
}

// TestRefusesMixtures opens files that do not belong together.
func TestRefusesMixtures(t *testing.T) {
	for _, tc := range []struct {
		name string
		fsys fstest.MapFS
		says string
	}{
		{"formats", files("a.csv", "a\n1\n", "b.jsonl", `{"a":1}`), "is jsonl and the files before it are csv"},
		{"a column less", files("a.csv", "a,b\n1,2\n", "b.csv", "a\n1\n"), `b.csv:1: it lacks the column "b" that a.csv has`},
		{"a column more", files("a.csv", "a\n1\n", "b.csv", "b,a\n1,2\n"), `a.csv: it lacks the column "b"`},
		{"a key less", files("a.jsonl", `{"a":1,"b":2}`, "b.jsonl", `{"a":1}`), `it lacks the column "b"`},
		{"a key more", files("a.jsonl", `{"a":1}`, "b.jsonl", `{"a":1,"b":2}`), `it lacks the column "b"`},
		{"kinds of Parquet", files("a.parquet", smallParquet(t), "b.parquet", otherParquet(t)), "is integer here and text in a.parquet"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := table.Open(context.Background(), tc.fsys, []string{"*"}, table.Options{})
			if plumbline.CodeOf(err) != plumbline.Invalid || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("error %v, want %q", err, tc.says)
			}
		})
	}
}

// TestBadRows opens files with rows that cannot be read; reasons and lines are exact, and the other rows are there.
func TestBadRows(t *testing.T) {
	deep := strings.Repeat("[", 100) + strings.Repeat("]", 100)
	for _, tc := range []struct {
		name    string
		file    string
		content string
		opt     table.Options
		bad     []string // line reason
		rows    []string // of column a
	}{
		{"a header only", "a.csv", "a,b\n", table.Options{}, nil, []string{}},
		{"one row without a line end", "a.csv", "a,b\n1,2", table.Options{}, nil, []string{"1"}},
		{"one column", "a.csv", "a\n1\n\n\"\"\n2\n\n", table.Options{}, nil, []string{"1", "", "2"}},
		{"ragged rows", "a.csv", "a,b\n1,2\n1\n1,2,3\n4,5\n", table.Options{}, []string{"3 fields", "4 fields"}, []string{"1", "4"}},
		{"CRLF, LF and CR mixed", "a.csv", "a,b\r\n1,2\n3,4\r5,6\r\n7\n8,9", table.Options{}, []string{"5 fields"}, []string{"1", "3", "5", "8"}},
		{"CR alone", "a.csv", "a,b\r1,2\r\"x\ry\",4\r5\r6,7", table.Options{}, []string{"5 fields"}, []string{"1", "x\ry", "6"}},
		{"line ends in quotes", "a.csv", "a,b\n\"1\n2\",3\nx\n\"4\r\n5\",6\n", table.Options{}, []string{"4 fields"}, []string{"1\n2", "4\r\n5"}},
		{"doubled quotes", "a.csv", "a,b\n\"say \"\"hi\"\"\",\"\"\n\"\"\"\",x\n", table.Options{}, nil, []string{`say "hi"`, `"`}},
		{"a quote inside", "a.csv", "a,b\n1\"2,3\n4,5\n", table.Options{}, []string{"2 quote"}, []string{"4"}},
		{"text after a quote", "a.csv", "a,b\n\"1\"2,3\n4,5\n", table.Options{}, []string{"2 quote"}, []string{"4"}},
		{"a quote never closed", "a.csv", "a,b\n1,2\n\"3,4\n5,6\n7,8\n", table.Options{}, []string{"3 unclosed_quote"}, []string{"1", "5", "7"}},
		{"a quote closed by another row's", "a.csv", "a,b\n\"1,2\n3,4\n\"5\",6\n", table.Options{}, []string{"2 quote"}, []string{"3", "5"}},
		{"a quote open at the end", "a.csv", "a,b\n1,\"", table.Options{}, []string{"2 unclosed_quote"}, []string{}},
		{"NUL", "a.csv", "a,b\n1,\x00\n2,3\n", table.Options{}, []string{"2 nul"}, []string{"2"}},
		{"broken UTF-8 in UTF-8", "a.csv", "a,b\n中文,女\n男\xff,2\n女,3\n", table.Options{}, []string{"3 encoding"}, []string{"中文", "女"}},
		{"broken GB18030", "a.csv", "a,b\n\xd6\xd0\xce\xc4,1\n\xd6\xd0\xff,2\n\xc5\xae,\xc4\xd0\n", table.Options{}, []string{"3 encoding"}, []string{"中文", "女"}},
		{"half a pair in UTF-16", "a.csv", "\xff\xfea\x00\n\x001\x00\n\x00\x00\xd8\n\x002\x00\n\x00", table.Options{}, []string{"3 encoding"}, []string{"1", "2"}},
		{"a mark in the middle", "a.csv", "a,b\n\ufeff1,2\n", table.Options{}, nil, []string{"\ufeff1"}},
		{"tabs by name", "a.tsv", "a\tb\n1,2\t3\n", table.Options{}, nil, []string{"1,2"}},
		{"more than a hundred", "a.csv", "a,b\n" + strings.Repeat("1\n", 150) + "1,2\n", table.Options{}, []string{"2 fields", "150 more"}, []string{"1"}},
		{"a long quoted text that never ends", "a.csv", "a,b\n\"1,2\n" + strings.Repeat("3,4\n", 100), limits(plumbline.Limits{Field: 64}), []string{"2 unclosed_quote"}, slices.Repeat([]string{"3"}, 100)},
		{"JSON lines that are none", "a.jsonl", "{\"a\":1}\n{\"a\":\n[1]\n{\"a\":2} x\n{\"a\":tru}\n{\"a\":01}\n{'a':1}\n{\"a\":1,}\n{\"a\":3}\n", table.Options{}, []string{"2 json", "3 json", "4 json", "5 json", "6 json", "7 json", "8 json"}, []string{"1", "3"}},
		{"JSON with a key twice", "a.jsonl", "{\"a\":1}\n{\"a\":1,\"a\":2}\n{\"a\":1,\"b\":1,\"b\":2}\n", table.Options{}, []string{"2 duplicate_key", "3 duplicate_key"}, []string{"1"}},
		{"JSON nested too deep", "a.jsonl", `{"a":1}` + "\n" + `{"a":` + deep + "}\n", table.Options{}, []string{"2 depth"}, []string{"1"}},
		{"JSON with half a pair", "a.jsonl", `{"a":"\ud83d\ude00"}` + "\n" + `{"a":"\ud83d"}` + "\n" + `{"a":"\ude00\ud83d"}`, table.Options{}, []string{"2 encoding", "3 encoding"}, []string{"😀"}},
		{"JSON with escapes", "a.jsonl", `{"\u0061":"\"\\\/\b\f\n\r\t\u4e2d"}` + "\n" + `{"a":"\x"}` + "\n" + `{"a":"\u00"}` + "\n" + `{"a":"\u0000"}`, table.Options{}, []string{"2 json", "3 json", "4 nul"}, []string{"\"\\/\b\f\n\r\t中"}},
		{"JSON with a control character", "a.jsonl", "{\"a\":\"x\ty\"}\n{\"a\":1}\r\n\r\n", table.Options{}, []string{"1 json"}, []string{"1"}},
		{"JSON nested values stay as text", "a.jsonl", `{"a":{ "x" : [1, "two\n", null ] }}` + "\n" + `{"a": [ ]}` + "\n" + `{"a":null}`, table.Options{}, nil, []string{`{"x":[1,"two\n",null]}`, "[]", ""}},
		{"a huge JSON number", "a.jsonl", `{"a":1e99999}` + "\n" + `{"a":` + strings.Repeat("9", 400) + `}`, table.Options{}, nil, []string{"1e99999", strings.Repeat("9", 400)}},
		{"sheet rows with too many cells", "a.xlsx", string(workbook(t, `<row r="1"><c><v>1</v></c></row><row r="3"><c r="A3"><v>2</v></c><c r="C3"><v>2</v></c></row><row r="4"><c><v>3</v></c></row>`)), table.Options{}, []string{"3 fields"}, []string{"3"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tab := open(t, files(tc.file, tc.content), tc.opt, tc.file)
			count, first := tab.Bad()
			got := []string(nil)
			for _, b := range first {
				if b.Detail == "" || b.File != tc.file {
					t.Errorf("bad row %+v", b)
				}
				got = append(got, fmt.Sprintf("%d %s", b.Line, b.Reason))
			}
			if len(got) == 100 {
				got = []string{got[0], fmt.Sprintf("%d more", count)}
			} else {
				same(t, "count", count, int64(len(got)))
			}
			same(t, "bad rows", got, tc.bad)
			name := tab.Info()[0].Name
			same(t, "rows", texts(t, tab, name), tc.rows)
			same(t, "rows of the file", tab.Files()[0].Rows, int64(len(tc.rows)))
		})
	}
}

// TestLateEncoding has its first byte that is not ASCII far behind the first look.
func TestLateEncoding(t *testing.T) {
	ascii := "a,b\n" + strings.Repeat("x,y\n", 50000)
	for _, tc := range []struct {
		name, tail, encoding, last string
		bad                        int64
	}{
		{"GB18030", "\xd6\xd0\xce\xc4,\xc5\xae\n", "gb18030", "中文", 0},
		{"UTF-8", "中文,女\n", "utf-8", "中文", 0},
		{"UTF-8 with damage", "中文,\xff\n中文,女\n", "utf-8", "中文", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tab := open(t, files("1.csv", ascii, "2.csv", ascii+tc.tail), table.Options{}, "*.csv")
			same(t, "encoding", tab.Files()[1].Encoding, tc.encoding)
			bad, _ := tab.Bad()
			same(t, "bad", bad, tc.bad)
			got := texts(t, tab, "a")
			same(t, "rows", len(got), 100001)
			same(t, "last", got[len(got)-1], tc.last)
		})
	}
}

func limits(l plumbline.Limits) table.Options { return table.Options{Limits: l} }

func gz(s string) string { return string(compressed(s, "gz")) }

func zst(s string) string { return string(compressed(s, "zst")) }

func compressed(s, how string) []byte {
	var b bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&b)
	if how == "zst" {
		w, _ = zstd.NewWriter(&b)
	}
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.Bytes()
}

// bomb is 200 MiB of rows in a few hundred kilobytes or less.
func bomb(how string) string {
	var b bytes.Buffer
	var w io.WriteCloser = gzip.NewWriter(&b)
	if how == "zst" {
		w, _ = zstd.NewWriter(&b)
	}
	_, _ = io.WriteString(w, "a,b\n")
	rows := strings.Repeat(strings.Repeat("1", 1021)+",2\n", 1<<10)
	for range 200 {
		_, _ = io.WriteString(w, rows)
	}
	_ = w.Close()
	return b.String()
}

// flip changes a byte; a negative position counts from the end.
func flip(s string, at int) string {
	b := []byte(s)
	if at < 0 {
		at += len(b)
	}
	b[at] ^= 0x55
	return string(b)
}

type smallRow struct {
	A string  `parquet:"a,dict,snappy"`
	B int64   `parquet:"b,optional"`
	C float64 `parquet:"c,zstd"`
	D string  `parquet:"d,delta"`
	E bool    `parquet:"e,optional"`
	F int32   `parquet:"f,delta"`
}

func smallParquet(tb testing.TB) string {
	tb.Helper()
	var b bytes.Buffer
	w := parquet.NewGenericWriter[smallRow](&b, parquet.PageBufferSize(400), parquet.MaxRowsPerRowGroup(60))
	for i := range 200 {
		_, err := w.Write([]smallRow{{fmt.Sprint("x", i%7), int64(i % 3), float64(i) / 3, fmt.Sprint("id-", i), i%2 == 0, int32(i * i)}})
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

func otherParquet(tb testing.TB) string {
	tb.Helper()
	var b bytes.Buffer
	err := parquet.Write(&b, []struct {
		A int64   `parquet:"a"`
		B int64   `parquet:"b,optional"`
		C float64 `parquet:"c"`
		D string  `parquet:"d"`
		E bool    `parquet:"e"`
		F int32   `parquet:"f"`
	}{{}})
	if err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// readAll opens whatever opens and every column in every form.
func readAll(ctx context.Context, fsys fs.FS, name string, opt table.Options) error {
	tab, err := table.Open(ctx, fsys, []string{name}, opt)
	if err != nil {
		return err
	}
	defer tab.Close()
	for _, c := range tab.Info() {
		codes, err1 := tab.Codes(ctx, c.Name)
		floats, err2 := tab.Floats(ctx, c.Name)
		groups, err3 := tab.Groups(ctx, c.Name)
		for _, err := range []error{err1, err2, err3} {
			if err != nil && plumbline.CodeOf(err) == plumbline.Internal {
				return err
			}
		}
		if err1 == nil && int64(codes.Len()) != tab.Rows() || err2 == nil && int64(len(floats.Values)) != tab.Rows() ||
			err3 == nil && int64(len(groups.IDs)) != tab.Rows() {
			return plumbline.Errorf(plumbline.Internal, "a column has another number of rows than the table")
		}
	}
	return tab.Scan(ctx)
}

// TestMutatedParquet flips, drops and cuts bytes. Every outcome is a table or an error with a code, within little memory.
func TestMutatedParquet(t *testing.T) {
	whole := smallParquet(t)
	r := rand.New(rand.NewPCG(9, 10))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	refused := 0
	const rounds = 4000
	for i := range rounds {
		b := []byte(whole)
		for range 1 + r.IntN(4) {
			switch r.IntN(4) {
			case 0:
				b[r.IntN(len(b))] ^= 1 << r.IntN(8)
			case 1:
				b[r.IntN(len(b))] = byte(r.IntN(256))
			case 2: // mostly the footer
				b[len(b)-1-r.IntN(len(b)/3)] = byte(r.IntN(256))
			case 3:
				if i%10 == 0 {
					at := r.IntN(len(b) - 8)
					b = append(b[:at], b[at+1:]...)
				}
			}
		}
		err := readAll(context.Background(), files("a.parquet", string(b)), "a.parquet", table.Options{})
		if err != nil {
			refused++
			if plumbline.CodeOf(err) == plumbline.Internal || strings.Contains(err.Error(), "runtime error") {
				t.Fatalf("round %d: %v", i, err)
			}
		}
	}
	runtime.ReadMemStats(&after)
	if refused == 0 || refused == rounds {
		t.Errorf("%d of %d were refused", refused, rounds)
	}
	if got := (after.TotalAlloc - before.TotalAlloc) / rounds; got > 64<<20 {
		t.Errorf("%d bytes a round", got)
	}
	if d := time.Since(start); d > time.Minute {
		t.Errorf("it took %v", d)
	}
}

// TestTruncatedParquet cuts the file at every length.
func TestTruncatedParquet(t *testing.T) {
	whole := smallParquet(t)
	for n := 1; n < len(whole); n += 1 + n/500 {
		err := readAll(context.Background(), files("a.parquet", whole[:n]), "a.parquet", table.Options{})
		if plumbline.CodeOf(err) != plumbline.Invalid {
			t.Fatalf("%d bytes: %v", n, err)
		}
	}
}

// endless is a file of 1 GB that takes no space.
type endless struct {
	left int64
	b    byte
}

func (e *endless) Open(string) (fs.File, error)       { return &endless{left: e.left, b: e.b}, nil }
func (e *endless) Stat() (fs.FileInfo, error)         { return e, nil }
func (e *endless) Close() error                       { return nil }
func (e *endless) Name() string                       { return "a.csv" }
func (e *endless) Size() int64                        { return e.left }
func (e *endless) Mode() fs.FileMode                  { return 0o444 }
func (e *endless) ModTime() (t time.Time)             { return t }
func (e *endless) IsDir() bool                        { return false }
func (e *endless) Sys() any                           { return nil }
func (e *endless) ReadDir(int) ([]fs.DirEntry, error) { return nil, fs.ErrInvalid }

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.left))
	for i := range n {
		p[i] = e.b
	}
	e.left -= int64(n)
	return n, nil
}

// TestEndlessLine reads a line of 1 GB in bounded memory.
func TestEndlessLine(t *testing.T) {
	for b, size := range map[byte]int64{'x': 1 << 30, '"': 1 << 30, ',': 1 << 30, '\n': 1 << 24, '\r': 1 << 24, 0x81: 1 << 27} {
		t.Run(fmt.Sprintf("%q", b), func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := table.Open(context.Background(), &endless{left: size, b: b}, []string{"a.csv"}, table.Options{Format: "csv"})
			code := plumbline.CodeOf(err)
			if code != plumbline.TooLarge && code != plumbline.Invalid {
				t.Errorf("error %v", err)
			}
			runtime.ReadMemStats(&after)
			if got := after.TotalAlloc - before.TotalAlloc; got > 256<<20 {
				t.Errorf("it took %d bytes", got)
			}
		})
	}
}

// TestManyValues has a hundred thousand categories, then numbers, then numbers with exceptions, across the limit of memory.
func TestManyValues(t *testing.T) {
	const rows = 100_000
	var b strings.Builder
	b.WriteString("text,number,mixed,late,time\n")
	want := map[string][]string{}
	for i := range rows {
		row := []string{
			fmt.Sprintf("category %d", i), fmt.Sprintf("%d.%02d", i/7, i%100), strconv.Itoa(i), strconv.Itoa(i * 3),
			fmt.Sprintf("2024-01-%02d %02d:%02d:%02d", 1+i/86400, i/3600%24, i/60%60, i%60),
		}
		switch {
		case i%1000 == 999:
			row[1], row[2] = "", "NaN"
		case i == rows-5:
			row[3] = "unknown"
		}
		for j, name := range []string{"text", "number", "mixed", "late", "time"} {
			want[name] = append(want[name], row[j])
		}
		b.WriteString(strings.Join(row, ",") + "\n")
	}
	for _, memory := range []int64{1, 1 << 30} {
		tab := open(t, files("a.csv", b.String()), limits(plumbline.Limits{Memory: memory}), "a.csv")
		for _, info := range []table.ColumnInfo{
			{Name: "text", Kind: table.Text, Known: true, Distinct: -1},
			{Name: "number", Kind: table.Number, Known: true, Distinct: -1, Missing: 100},
			{Name: "mixed", Kind: table.Integer, Known: true, Distinct: -1, BadValues: 100},
			{Name: "late", Kind: table.Text, Known: true, Distinct: -1},
			{Name: "time", Kind: table.Time, Known: true, Distinct: -1},
		} {
			same(t, info.Name, column(t, tab, info.Name), info)
			if _, err := tab.Codes(context.Background(), info.Name); plumbline.CodeOf(err) != plumbline.TooLarge {
				t.Errorf("codes of %s: %v, want a TooLarge error", info.Name, err)
			}
			grid{}.checkGroups(t, tab, info.Name, want[info.Name])
			if info.Kind == table.Text {
				continue
			}
			got := numbers(t, tab, info.Name)
			for _, i := range []int{0, 1, 998, 999, 1000, 65535, 65536, rows - 1} {
				if v := want[info.Name][i]; (got[i] == nil) != (v == "" || v == "NaN") {
					t.Errorf("row %d of %s is %v, want %q", i, info.Name, got[i], v)
				}
			}
			if info.Name == "time" {
				same(t, "last time", got[rows-1], any(1704067200.0+rows-1))
			}
			if info.Name == "mixed" {
				same(t, "row 65536", got[65536], any(65536.0))
			}
		}
	}
}

// TestFilesTogether reads several files as one table, their columns in any order.
func TestFilesTogether(t *testing.T) {
	fsys := files("p/2.csv", "b,a\nx,2\n", "p/1.csv", "a,b\n1,y\n", "p/[3].csv", "a;b\n3;z\n")
	tab := open(t, fsys, table.Options{}, "p/[0-9].csv", `p/\[*`, "p/1.csv")
	same(t, "a", texts(t, tab, "a"), []string{"1", "2", "3"})
	same(t, "b", texts(t, tab, "b"), []string{"y", "x", "z"})
	var got []string
	for _, f := range tab.Files() {
		got = append(got, fmt.Sprint(f.Name, f.Delimiter, f.Encoding, f.Rows, f.Bytes))
	}
	if diff := cmp.Diff([]string{"p/1.csv,utf-81 8", "p/2.csv,utf-81 8", "p/[3].csv;utf-81 8"}, got); diff != "" {
		t.Error(diff)
	}
}
