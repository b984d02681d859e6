package table_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
)

// grid is a table as texts; "" is missing. The kind of a column is in its name.
type grid struct {
	names []string
	rows  [][]string
}

// randomGrid makes a grid with one column of each kind and some of many values.
func randomGrid(r *rand.Rand, rows int) grid {
	g := grid{names: []string{"text", "integer", "number", "boolean", "date", "many", "key"}}
	words := []string{"女", "男", "a,b", `say "hi"`, "tab\there", "two\nlines", " space ", "NA", "x;y|z", "007", "𠮷", "é"}
	for i := range rows {
		row := []string{
			words[r.IntN(len(words))],
			strconv.Itoa(r.IntN(2000) - 1000),
			strconv.FormatFloat(math.Round(r.Float64()*1000)/8, 'f', -1, 64),
			strconv.FormatBool(r.IntN(2) == 0),
			fmt.Sprintf("20%02d-%02d-%02d", r.IntN(100), 1+r.IntN(12), 1+r.IntN(28)),
			strconv.FormatFloat(r.NormFloat64(), 'f', -1, 64),
			fmt.Sprintf("subject-%d", i*7919%rows),
		}
		for j := range row {
			if r.IntN(20) == 0 && j != 6 {
				row[j] = ""
			}
		}
		g.rows = append(g.rows, row)
	}
	return g
}

func (g grid) delimited(delim rune) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.Comma = delim
	_ = w.Write(g.names)
	_ = w.WriteAll(g.rows)
	return b.Bytes()
}

func (g grid) jsonl() []byte {
	var b bytes.Buffer
	for i, row := range g.rows {
		b.WriteByte('{')
		comma := ""
		for j, v := range row {
			text, _ := json.Marshal(v)
			if n := g.names[j]; v != "" && (n == "integer" || n == "number" || n == "boolean") {
				text = []byte(v)
			}
			if v == "" {
				if i > 0 && i%2 == 0 {
					continue // absent
				}
				text = []byte("null")
			}
			fmt.Fprintf(&b, "%s%q: %s", comma, g.names[j], text)
			comma = ", "
		}
		b.WriteString("}\n")
	}
	return b.Bytes()
}

func (g grid) xlsx(tb testing.TB) []byte {
	tb.Helper()
	var b strings.Builder
	for i, row := range append([][]string{g.names}, g.rows...) {
		fmt.Fprintf(&b, `<row r="%d">`, i+1)
		for j, v := range row {
			ref := fmt.Sprintf("%c%d", 'A'+j, i+1)
			n := g.names[j]
			switch {
			case v == "":
			case i > 0 && n == "boolean":
				fmt.Fprintf(&b, `<c r="%s" t="b"><v>%d</v></c>`, ref, map[string]int{"true": 1}[v])
			case i > 0 && (n == "integer" || n == "number" || n == "many"):
				fmt.Fprintf(&b, `<c r="%s"><v>%s</v></c>`, ref, v)
			default:
				var text bytes.Buffer
				_ = xml.EscapeText(&text, []byte(v))
				fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, ref, text.String())
			}
		}
		b.WriteString("</row>")
	}
	return workbook(tb, b.String())
}

// workbook makes an .xlsx file whose only sheet has the given rows.
func workbook(tb testing.TB, rows string) []byte {
	tb.Helper()
	return zipped(tb, map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="r"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/s.xml"/></Relationships>`,
		"xl/worksheets/s.xml":        `<worksheet><sheetData>` + rows + `</sheetData></worksheet>`,
	})
}

func zipped(tb testing.TB, parts map[string]string) []byte {
	tb.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write([]byte(parts[name]))
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

// pqStyle is a way of writing Parquet.
type pqStyle struct {
	codec    compress.Codec
	dict     bool
	delta    bool
	version  int
	page     int
	groups   int // rows of a row group
	required bool
}

// node gives the type of a column by its name.
func (s pqStyle) node(name string) parquet.Node {
	var n parquet.Node
	switch name {
	case "integer":
		n = parquet.Int(64)
		if s.delta {
			n = parquet.Encoded(n, &parquet.DeltaBinaryPacked)
		}
	case "number", "many":
		n = parquet.Leaf(parquet.DoubleType)
		if s.delta {
			n = parquet.Encoded(n, &parquet.ByteStreamSplit)
		}
	case "boolean":
		n = parquet.Leaf(parquet.BooleanType)
	case "date":
		n = parquet.Date()
	default:
		n = parquet.String()
		if s.delta && name == "key" {
			n = parquet.Encoded(n, &parquet.DeltaByteArray)
		} else if s.delta {
			n = parquet.Encoded(n, &parquet.DeltaLengthByteArray)
		}
	}
	if s.dict && name != "boolean" {
		n = parquet.Encoded(n, &parquet.RLEDictionary)
	}
	if s.codec != nil {
		n = parquet.Compressed(n, s.codec)
	}
	if s.required && name == "key" {
		return parquet.Required(n)
	}
	return parquet.Optional(n)
}

func (g grid) parquet(tb testing.TB, s pqStyle) []byte {
	tb.Helper()
	group := parquet.Group{}
	for _, name := range g.names {
		group[name] = s.node(name)
	}
	schema := parquet.NewSchema("t", group)
	var b bytes.Buffer
	w := parquet.NewWriter(&b, schema, parquet.DataPageVersion(s.version), parquet.PageBufferSize(s.page),
		parquet.MaxRowsPerRowGroup(int64(s.groups)))
	order := slices.Sorted(slices.Values(g.names))
	for _, row := range g.rows {
		out := make(parquet.Row, len(order))
		for i, name := range order {
			v := row[slices.Index(g.names, name)]
			level := 1
			if s.required && name == "key" {
				level = 0
			}
			if v == "" {
				out[i] = parquet.NullValue().Level(0, 0, i)
				continue
			}
			out[i] = pqValue(tb, name, v).Level(0, level, i)
		}
		if _, err := w.WriteRows([]parquet.Row{out}); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func pqValue(tb testing.TB, name, v string) parquet.Value {
	tb.Helper()
	switch name {
	case "integer":
		n, _ := strconv.ParseInt(v, 10, 64)
		return parquet.Int64Value(n)
	case "number", "many":
		f, _ := strconv.ParseFloat(v, 64)
		return parquet.DoubleValue(f)
	case "boolean":
		return parquet.BooleanValue(v == "true")
	case "date":
		var y, m, d int
		_, _ = fmt.Sscanf(v, "%d-%d-%d", &y, &m, &d)
		return parquet.Int32Value(int32(daysSince1970(y, m, d)))
	}
	return parquet.ByteArrayValue([]byte(v))
}

// TestFormatsAgree writes one table in every format and reads the same from each.
func TestFormatsAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	g := randomGrid(r, 400)
	gb, err := simplifiedchinese.GB18030.NewEncoder().Bytes(g.delimited(','))
	if err != nil {
		t.Fatal(err)
	}
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes(g.delimited(','))
	if err != nil {
		t.Fatal(err)
	}
	contents := map[string][]byte{
		"a.csv":       g.delimited(','),
		"semi.csv":    g.delimited(';'),
		"bar.csv":     g.delimited('|'),
		"tab.csv":     g.delimited('\t'),
		"a.tsv":       g.delimited('\t'),
		"bom.csv":     append([]byte("\xef\xbb\xbf"), g.delimited(',')...),
		"crlf.csv":    crlf(g.delimited(',')),
		"gb18030.csv": gb,
		"utf16.csv":   utf16,
		"a.jsonl":     g.jsonl(),
		"a.xlsx":      g.xlsx(t),
	}
	for i, s := range []pqStyle{
		{version: 1, page: 1 << 20, groups: 1 << 20},
		{version: 2, page: 1 << 20, groups: 1 << 20, dict: true},
		{version: 1, page: 256, groups: 100, dict: true, codec: &parquet.Snappy, required: true},
		{version: 2, page: 512, groups: 150, codec: &parquet.Zstd},
		{version: 2, page: 4096, groups: 400, delta: true, codec: &parquet.Gzip},
		{version: 1, page: 300, groups: 90, delta: true, codec: &parquet.Lz4Raw},
		{version: 2, page: 300, groups: 399, dict: true, codec: &parquet.Brotli},
		{version: 1, page: 300, groups: 7, delta: true, required: true},
	} {
		contents[fmt.Sprintf("%d.parquet", i)] = g.parquet(t, s)
	}
	for name, content := range contents {
		for _, suffix := range []string{"", ".gz", ".zst"} {
			t.Run(name+suffix, func(t *testing.T) {
				fsys := fstest.MapFS{name + suffix: {Data: pack(t, content, suffix)}}
				tab := open(t, fsys, table.Options{}, name+suffix)
				g.check(t, tab, strings.HasPrefix(name, "crlf"))
				if suffix == "" {
					same(t, "digest", len(tab.Files()[0].SHA256), 64)
				}
			})
		}
	}
}

// crlf turns all line ends into CRLF, those in fields too.
func crlf(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) }

func pack(tb testing.TB, b []byte, suffix string) []byte {
	tb.Helper()
	var out bytes.Buffer
	switch suffix {
	case ".gz":
		w := gzip.NewWriter(&out)
		_, _ = w.Write(b)
		_ = w.Close()
	case ".zst":
		w, _ := zstd.NewWriter(&out)
		_, _ = w.Write(b)
		_ = w.Close()
	default:
		return b
	}
	return out.Bytes()
}

// check holds a table against the grid.
func (g grid) check(tb testing.TB, tab *table.Table, crlf bool) {
	tb.Helper()
	ctx := context.Background()
	same(tb, "rows", tab.Rows(), int64(len(g.rows)))
	if err := tab.Scan(ctx); err != nil {
		tb.Fatal(err)
	}
	kinds := map[string]table.Kind{
		"text": table.Text, "integer": table.Integer, "number": table.Number, "boolean": table.Boolean, "date": table.Date,
		"many": table.Number, "key": table.Text,
	}
	for j, name := range g.names {
		want := make([]string, len(g.rows))
		distinct := map[string]bool{}
		missing := int64(0)
		for i, row := range g.rows {
			want[i] = row[j]
			if crlf {
				want[i] = strings.ReplaceAll(want[i], "\n", "\r\n")
			}
			if row[j] == "" {
				missing++
			} else {
				distinct[row[j]] = true
			}
		}
		same(tb, name, texts(tb, tab, name), want)
		same(tb, name, column(tb, tab, name), table.ColumnInfo{
			Name: name, Kind: kinds[name], Known: true, Missing: missing, Distinct: int64(len(distinct)),
		})
		g.checkGroups(tb, tab, name, want)
		same(tb, "texts of "+name, allTexts(tb, tab, name), want)
		if kind := kinds[name]; kind == table.Integer || kind == table.Number {
			for i, v := range numbers(tb, tab, name) {
				f, err := strconv.ParseFloat(g.rows[i][j], 64)
				if (err != nil) != (v == nil) || err == nil && v != f {
					tb.Fatalf("row %d of %s is %v, want %q", i, name, v, g.rows[i][j])
				}
			}
		} else if kind == table.Date {
			for i, v := range numbers(tb, tab, name) {
				var y, m, d int
				if n, _ := fmt.Sscanf(g.rows[i][j], "%d-%d-%d", &y, &m, &d); n == 3 && v != float64(daysSince1970(y, m, d)*86400) {
					tb.Fatalf("row %d of %s is %v, want %q", i, name, v, g.rows[i][j])
				}
			}
		}
	}
}

func (g grid) checkGroups(tb testing.TB, tab *table.Table, name string, want []string) {
	tb.Helper()
	groups, err := tab.Groups(context.Background(), name)
	if err != nil {
		tb.Fatal(err)
	}
	ids := map[string]uint32{}
	for i, v := range want {
		id := uint32(table.NoGroup)
		if v != "" {
			var ok bool
			if id, ok = ids[v]; !ok {
				id = uint32(len(ids))
				ids[v] = id
			}
		}
		if groups.IDs[i] != id {
			tb.Fatalf("row %d of %s (%q) is in group %d, want %d", i, name, v, groups.IDs[i], id)
		}
	}
	same(tb, "groups of "+name, groups.N, len(ids))
}

// allTexts reads a column by its texts, "" where a row has none.
func allTexts(tb testing.TB, tab *table.Table, name string) []string {
	tb.Helper()
	out := make([]string, tab.Rows())
	if err := tab.Texts(context.Background(), name, func(row int, text []byte) error {
		out[row] = string(text)
		return nil
	}); err != nil {
		tb.Fatal(err)
	}
	return out
}

// TestTextsOfManyValues reads columns that are beyond a dictionary: running keys of text and numbers, with texts among them.
func TestTextsOfManyValues(t *testing.T) {
	const rows = 70_000
	g := grid{names: []string{"key", "many", "mixed"}}
	for i := range rows {
		mixed := strconv.Itoa(i * 7)
		if i%1000 == 3 {
			mixed = "n/a"
		}
		row := []string{fmt.Sprintf("客户-%d", i), strconv.FormatFloat(float64(i)/7, 'f', -1, 64), mixed}
		if i%501 == 0 {
			row[i%3] = ""
		}
		g.rows = append(g.rows, row)
	}
	for _, c := range []struct {
		name    string
		content []byte
	}{{"a.csv", g.delimited(',')}, {"a.jsonl", g.jsonl()}, {"a.parquet", g.parquet(t, pqStyle{version: 2, page: 4096, groups: 9000})}} {
		for _, memory := range []int64{0, 1 << 16} { // the second writes the blocks to the temporary file
			tab := open(t, fstest.MapFS{c.name: {Data: c.content}}, table.Options{Limits: plumbline.Limits{Memory: memory}}, c.name)
			for j, name := range g.names {
				got := allTexts(t, tab, name)
				for i := range got {
					if got[i] != g.rows[i][j] {
						t.Fatalf("%s: row %d of %s is %q, want %q", c.name, i, name, got[i], g.rows[i][j])
					}
				}
			}
		}
	}
	stop := errors.New("stop")
	tab := open(t, fstest.MapFS{"a.csv": {Data: g.delimited(',')}}, table.Options{}, "a.csv")
	for _, name := range g.names {
		calls := 0
		if err := tab.Texts(context.Background(), name, func(int, []byte) error { calls++; return stop }); !errors.Is(err, stop) || calls != 1 {
			t.Errorf("%s: %v after %d calls", name, err, calls)
		}
	}
}
