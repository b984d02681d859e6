package table_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
)

// TestWorkbook reads a sheet that excelize 2.11.1 wrote: the second one, with its header in row 2, dates by number format,
// rich text, a formula that was never computed, and an empty row.
func TestWorkbook(t *testing.T) {
	tab := open(t, os.DirFS("testdata"), table.Options{Sheet: "决定"}, "excelize-2.11.1.xlsx")
	same(t, "info", tab.Info(), []table.ColumnInfo{
		{Name: "id", Kind: table.Integer, Known: true, Distinct: 3},
		{Name: "sex", Kind: table.Text, Known: true, Missing: 1, Distinct: 2},
		{Name: "day", Kind: table.Date, Known: true, Missing: 1, Distinct: 2},
		{Name: "at", Kind: table.Time, Known: true, Missing: 1, Distinct: 2},
		{Name: "amount", Kind: table.Number, Known: true, Missing: 1, Distinct: 2},
		{Name: "ok", Kind: table.Boolean, Known: true, Missing: 1, Distinct: 2},
		{Name: "sum", Kind: table.Text, Known: true, Missing: 3, BadValues: 1},
		{Name: "note", Kind: table.Text, Known: true, Missing: 1, Distinct: 2},
	})
	for name, want := range map[string][]string{
		"id": {"1", "20230000000001", "3"}, "sex": {"女", " <&> ", ""}, "day": {"2024-02-29", "2004-02-29", ""},
		"at": {"2024-02-29 13:05:09", "2024-02-29 00:00:00", ""}, "amount": {"0.1", "-1234.5", ""},
		"note": {"two runs", "line\nbreak", ""},
	} {
		same(t, name, texts(t, tab, name), want)
	}
	if file := tab.Files()[0]; file.Sheet != "决定" || file.Format != "xlsx" || file.Rows != 3 {
		t.Errorf("file %+v", file)
	}
}

func TestSheetCells(t *testing.T) {
	styles := `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="h:mm"/><numFmt numFmtId="171" formatCode="[$-804]yyyy&quot;m&quot;"/>` +
		`<numFmt numFmtId="172" formatCode="0.00&quot;days&quot;"/><numFmt numFmtId="173" formatCode="[hh]:mm"/></numFmts>` +
		`<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="170"/>` +
		`<xf numFmtId="171"/><xf numFmtId="172"/><xf numFmtId="22"/><xf numFmtId="173"/></cellXfs></styleSheet>`
	sheet := func(cell string, more ...string) []byte {
		parts := map[string]string{
			"xl/workbook.xml":            `<x:workbook xmlns:x="m"><x:workbookPr date1904="` + strings.Join(more, "") + `"/><x:sheets><x:sheet name="S" r:id="i"/></x:sheets></x:workbook>`,
			"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="i" Target="/xl/worksheets/s.xml"/></Relationships>`,
			"xl/styles.xml":              styles,
			"xl/sharedStrings.xml":       `<sst><si><t>a</t><rPh><t>x</t></rPh></si><si><t xml:space="preserve">1_x0009_2_x005F_x</t></si></sst>`,
			"xl/worksheets/s.xml":        `<worksheet><row><c t="s"><v>0</v></c></row><row>` + cell + `</row></worksheet>`,
		}
		return zipped(t, parts)
	}
	for _, tc := range []struct {
		name, cell, date04, want string
		bad                      int64
	}{
		{"an integer as it is", `<c><v>12345678901234567890</v></c>`, "", "12345678901234567890", 0},
		{"the shortest decimal", `<c><v>0.10000000000000001</v></c>`, "", "0.1", 0},
		{"an integer with an exponent", `<c><v>1E+3</v></c>`, "", "1000", 0},
		{"a small number", `<c><v>1.5E-9</v></c>`, "", "1.5e-09", 0},
		{"a date", `<c s="1"><v>45351</v></c>`, "", "2024-02-29", 0},
		{"a date of 1904", `<c s="1"><v>43889</v></c>`, "1", "2024-02-29", 0},
		{"a date with a time in it", `<c s="1"><v>45351.5</v></c>`, "", "2024-02-29 12:00:00", 0},
		{"a time of day", `<c s="2"><v>0.5</v></c>`, "", "12:00:00", 0},
		{"elapsed time", `<c s="6"><v>0.25</v></c>`, "", "06:00:00", 0},
		{"a format with a quoted letter", `<c s="3"><v>45351</v></c>`, "", "2024-02-29", 0},
		{"a number with days in quotes", `<c s="4"><v>45351</v></c>`, "", "45351", 0},
		{"date and time", `<c s="5"><v>45351.000011574</v></c>`, "", "2024-02-29 00:00:01", 0},
		{"a date before the leap day that never was", `<c s="1"><v>59</v></c>`, "", "", 1},
		{"a negative date", `<c s="1"><v>-1</v></c>`, "", "", 1},
		{"an error", `<c t="e"><v>#DIV/0!</v></c>`, "", "", 1},
		{"a formula with its value", `<c t="str"><f>x</f><v>y</v></c>`, "", "y", 0},
		{"a formula without", `<c><f>x</f></c>`, "", "", 1},
		{"escapes", `<c t="s"><v>1</v></c>`, "", "1\t2_x", 0},
		{"ISO dates", `<c t="d"><v>2024-02-29T01:02:03</v></c>`, "", "2024-02-29 01:02:03", 0},
		{"no number", `<c><v>x</v></c>`, "", "", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cell := tc.cell + `<c/>`
			tab := open(t, files("a.xlsx", string(sheet(cell, tc.date04))), table.Options{}, "a.xlsx")
			if tc.want != "" || tc.bad > 0 {
				same(t, "texts", texts(t, tab, "a"), []string{tc.want})
			}
			same(t, "bad", column(t, tab, "a").BadValues, tc.bad)
		})
	}
}

type typesRow struct {
	I8    int8              `parquet:"i8"`
	U32   uint32            `parquet:"u32"`
	U64   uint64            `parquet:"u64,dict"`
	F32   float32           `parquet:"f32"`
	Dec   int64             `parquet:"dec,decimal(2:10)"`
	Fixed [9]byte           `parquet:"fixed,decimal(3:20)"`
	UUID  [16]byte          `parquet:"uuid,uuid"`
	Milli int64             `parquet:"milli,timestamp(millisecond)"`
	Local int64             `parquet:"local,timestamp(nanosecond:local)"`
	Clock int64             `parquet:"clock,time(microsecond)"`
	Old   deprecated.Int96  `parquet:"old"`
	Raw   [2]byte           `parquet:"raw"`
	Bytes []byte            `parquet:"bytes"`
	List  []int64           `parquet:"list"`
	Map   map[string]string `parquet:"map"`
	Big   int64             `parquet:"big"`
}

func TestParquetTypes(t *testing.T) {
	var b bytes.Buffer
	fixed := [9]byte{8: 200}
	minus := [9]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}
	err := parquet.Write(&b, []typesRow{
		{
			-3, math.MaxUint32, math.MaxUint64, 0.1, 12345, fixed,
			[16]byte{1, 2, 15: 255},
			1500, 1_000_000_001, 3_723_000_001,
			deprecated.Int96{0, 0, 2440588},
			[2]byte{0xab, 1},
			[]byte("é"),
			[]int64{1},
			nil, 1<<53 + 1,
		},
		{
			7, 0, 1, float32(math.NaN()), -5, minus,
			[16]byte{},
			-1, -1, 0,
			deprecated.Int96{1, 0, 2440589},
			[2]byte{},
			[]byte{0xff},
			nil,
			map[string]string{"a": "b"},
			1,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	fsys := files("a.parquet", b.String())
	tab := open(t, fsys, table.Options{}, "a.parquet")
	for _, tc := range []struct {
		name   string
		kind   table.Kind
		texts  []string
		floats []any
		bad    int64
	}{
		{"i8", table.Integer, []string{"-3", "7"}, []any{-3.0, 7.0}, 0},
		{"u32", table.Integer, []string{"4294967295", "0"}, []any{4294967295.0, 0.0}, 0},
		{"u64", table.Integer, []string{"18446744073709551615", "1"}, nil, 0},
		{"f32", table.Number, []string{"0.1", "NaN"}, []any{float64(float32(0.1)), nil}, 1},
		{"dec", table.Number, []string{"123.45", "-0.05"}, []any{123.45, -0.05}, 0},
		{"fixed", table.Number, []string{"0.200", "-0.001"}, []any{0.2, -0.001}, 0},
		{"uuid", table.Text, []string{"01020000-0000-0000-0000-0000000000ff", "00000000-0000-0000-0000-000000000000"}, nil, 0},
		{"milli", table.Time, []string{"1970-01-01 00:00:01.5Z", "1969-12-31 23:59:59.999Z"}, []any{1.5, -0.001}, 0},
		{"local", table.Time, []string{"1970-01-01 00:00:01.000000001", "1969-12-31 23:59:59.999999999"}, []any{1.000000001, -1e-9}, 0},
		{"clock", table.Text, []string{"01:02:03.000001", "00:00:00"}, nil, 0},
		{"old", table.Time, []string{"1970-01-01 00:00:00", "1970-01-02 00:00:00.000000001"}, []any{0.0, 86400.000000001}, 0},
		{"raw", table.Text, []string{"ab01", "0000"}, nil, 0},
		{"bytes", table.Text, []string{"é", ""}, nil, 1},
		{"big", table.Integer, []string{"9007199254740993", "1"}, nil, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			same(t, "texts", texts(t, tab, tc.name), tc.texts)
			after := column(t, tab, tc.name)
			fresh := open(t, fsys, table.Options{}, "a.parquet")
			same(t, "before", column(t, fresh, tc.name), table.ColumnInfo{Name: tc.name, Kind: tc.kind})
			if err := fresh.Scan(context.Background()); err != nil {
				t.Fatal(err)
			}
			same(t, "a scan against codes", column(t, fresh, tc.name), after)
			same(t, "kind", after.Kind, tc.kind)
			same(t, "bad", after.BadValues, tc.bad)
			if tc.floats == nil {
				if _, err := tab.Floats(context.Background(), tc.name); plumbline.CodeOf(err) != plumbline.Invalid {
					t.Errorf("floats: %v, want an Invalid error", err)
				}
				return
			}
			for i, v := range numbers(t, tab, tc.name) {
				want := tc.floats[i]
				if f, ok := v.(float64); v != want && (!ok || math.Abs(f-want.(float64)) > 1e-9) {
					t.Errorf("row %d is %v, want %v", i, v, want)
				}
			}
		})
	}
	for _, name := range []string{"list", "map"} {
		same(t, name, column(t, tab, name).Kind, table.Nested)
		if _, err := tab.Codes(context.Background(), name); plumbline.CodeOf(err) != plumbline.Unsupported {
			t.Errorf("codes of %s: %v, want an Unsupported error", name, err)
		}
	}
}

// TestParquetDeclared reads Parquet columns as other kinds, and with texts that mean missing.
func TestParquetDeclared(t *testing.T) {
	g := grid{names: []string{"text", "integer", "key"}, rows: [][]string{{"1.5", "20240102", "a"}, {"NA", "-9", "NA"}, {"x", "", "a"}}}
	fsys := fstest.MapFS{"a.parquet": {Data: g.parquet(t, pqStyle{version: 2, page: 100, groups: 2, dict: true})}}
	tab := open(t, fsys, table.Options{
		Types:   map[string]table.Kind{"text": table.Number, "integer": table.Date},
		Missing: map[string][]string{"*": {"NA"}, "integer": {"-9"}},
	}, "a.parquet")
	same(t, "text", numbers(t, tab, "text"), []any{1.5, nil, nil})
	same(t, "integer", numbers(t, tab, "integer"), []any{1704153600.0, nil, nil})
	same(t, "key", texts(t, tab, "key"), []string{"a", "", "a"})
	groups, err := tab.Groups(context.Background(), "key")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "groups", groups, &table.Groups{Name: "key", IDs: []uint32{0, table.NoGroup, 0}, N: 1, Missing: 1})
	if err := tab.Scan(context.Background()); err != nil {
		t.Fatal(err)
	}
	same(t, "info", tab.Info(), []table.ColumnInfo{
		{Name: "integer", Kind: table.Date, Known: true, Missing: 2, Distinct: 1},
		{Name: "key", Kind: table.Text, Known: true, Missing: 1, Distinct: 1},
		{Name: "text", Kind: table.Number, Known: true, Missing: 1, Distinct: 2, BadValues: 1},
	})
}

// TestParquetManyValues has more values than codes hold, in one dictionary and without one.
func TestParquetManyValues(t *testing.T) {
	type row struct {
		Plain string `parquet:"plain"`
		Dict  int64  `parquet:"dict,dict"`
		Few   int64  `parquet:"few"`
	}
	rows := make([]row, 70_000)
	for i := range rows {
		rows[i] = row{strconv.Itoa(i), int64(i), int64(i % 300)}
	}
	var b bytes.Buffer
	if err := parquet.Write(&b, rows); err != nil {
		t.Fatal(err)
	}
	tab := open(t, files("a.parquet", b.String()), table.Options{}, "a.parquet")
	if err := tab.Scan(context.Background()); err != nil {
		t.Fatal(err)
	}
	same(t, "info", tab.Info(), []table.ColumnInfo{
		{Name: "plain", Kind: table.Text, Known: true, Distinct: -1},
		{Name: "dict", Kind: table.Integer, Known: true, Distinct: -1},
		{Name: "few", Kind: table.Integer, Known: true, Distinct: 300},
	})
	for _, name := range []string{"plain", "dict"} {
		if _, err := tab.Codes(context.Background(), name); plumbline.CodeOf(err) != plumbline.TooLarge {
			t.Errorf("codes of %s: %v, want a TooLarge error", name, err)
		}
	}
	few := texts(t, tab, "few")
	same(t, "few", few[69_999], strconv.Itoa(69_999%300))
	groups, err := tab.Groups(context.Background(), "plain")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "groups", groups.N, len(rows))
}

func TestDerive(t *testing.T) {
	fsys := files("a.csv", "age,race,score\n10,a,0.1\n25,b,\n26,c,0.5\n45,,NaN\n80,a,0.9\n")
	ctx := context.Background()
	tab := open(t, fsys, table.Options{}, "a.csv")
	for _, rule := range []table.Derivation{
		{Column: "band", From: "age", Bins: []float64{25, 45}},
		{Column: "named", From: "age", Bins: []float64{25.5}, Labels: []string{"young", "old"}},
		{Column: "half", From: "score", Bins: []float64{0.5}, Labels: []string{"low", "high"}, Else: "none"},
		{Column: "group", From: "race", Map: map[string][]string{"A": {"a"}, "B": {"b", "x"}}},
		{Column: "other", From: "race", Map: map[string][]string{"A": {"a"}}, Else: "rest"},
		{Column: "twice", From: "band", Map: map[string][]string{"child": {"<25"}}, Else: "adult"},
	} {
		if err := tab.Derive(rule); err != nil {
			t.Fatal(err)
		}
		same(t, rule.Column, column(t, tab, rule.Column), table.ColumnInfo{Name: rule.Column, Kind: table.Text})
	}
	for name, want := range map[string][]string{
		"band":  {"<25", "25–<45", "25–<45", "≥45", "≥45"},
		"named": {"young", "young", "old", "old", "old"},
		"half":  {"low", "none", "high", "none", "high"},
		"group": {"A", "B", "", "", "A"},
		"other": {"A", "rest", "rest", "", "A"},
		"twice": {"child", "adult", "adult", "adult", "adult"},
	} {
		same(t, name, texts(t, tab, name), want)
	}
	same(t, "group", column(t, tab, "group"), table.ColumnInfo{Name: "group", Kind: table.Text, Known: true, Missing: 2, Distinct: 2, BadValues: 1})
	same(t, "source", texts(t, tab, "race"), []string{"a", "b", "c", "", "a"})
	groups, err := tab.Groups(ctx, "group")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "groups", groups.IDs, []uint32{0, 1, table.NoGroup, table.NoGroup, 0})
	for _, tc := range []struct {
		name string
		rule table.Derivation
		says string
	}{
		{"no source", table.Derivation{Column: "x", From: "nothing", Bins: []float64{1}}, "no such column"},
		{"no name", table.Derivation{From: "age", Bins: []float64{1}}, "needs a name"},
		{"a name that is taken", table.Derivation{Column: "race", From: "age", Bins: []float64{1}}, "already"},
		{"neither", table.Derivation{Column: "x", From: "age"}, "either a map or bins"},
		{"both", table.Derivation{Column: "x", From: "age", Bins: []float64{1}, Map: map[string][]string{"a": {"b"}}}, "either a map or bins"},
		{"bins of text", table.Derivation{Column: "x", From: "race", Bins: []float64{1}}, "holds text"},
		{"bins in disorder", table.Derivation{Column: "x", From: "age", Bins: []float64{2, 1}}, "ascend"},
		{"a bin at NaN", table.Derivation{Column: "x", From: "age", Bins: []float64{math.NaN()}}, "ascend"},
		{"too few labels", table.Derivation{Column: "x", From: "age", Bins: []float64{1}, Labels: []string{"a"}}, "there are 1 labels"},
		{"a label twice", table.Derivation{Column: "x", From: "age", Bins: []float64{1}, Labels: []string{"a", "a"}}, "different"},
		{"a value to two targets", table.Derivation{Column: "x", From: "race", Map: map[string][]string{"1": {"a"}, "2": {"a"}}}, "mapped to both"},
	} {
		t.Run("refuses "+tc.name, func(t *testing.T) {
			if err := tab.Derive(tc.rule); err == nil || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("error %v, want %q", err, tc.says)
			}
		})
	}
	same(t, "columns", len(tab.Info()), 9)
}

// TestProgress reads with progress and a digest, and stops when it is told to.
func TestProgress(t *testing.T) {
	content := "a,b\n" + strings.Repeat("1,2\n", 10000)
	var last table.Progress
	tab := open(t, files("1.csv", content, "2.csv", content), table.Options{Progress: func(p table.Progress) { last = p }}, "*.csv")
	same(t, "progress", last, table.Progress{File: "2.csv", BytesDone: int64(2 * len(content)), BytesTotal: int64(2 * len(content)), Rows: 20000})
	same(t, "digest", tab.Files()[1].SHA256, fmt.Sprintf("%x", sha256.Sum256([]byte(content))))

	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, fsys := range []fs.FS{files("a", content), files("a", string(workbook(t, "<row/>"))), files("a", `{"a":1}`)} {
		if _, err := table.Open(ctx, fsys, []string{"a"}, table.Options{}); plumbline.CodeOf(err) != plumbline.Unavailable {
			t.Errorf("error %v, want Unavailable", err)
		}
	}
	pq := open(t, files("a.parquet", smallParquet(t)), table.Options{}, "a.parquet")
	for _, c := range pq.Info() {
		if _, err := pq.Codes(ctx, c.Name); plumbline.CodeOf(err) != plumbline.Unavailable {
			t.Errorf("codes of %s: %v, want Unavailable", c.Name, err)
		}
	}
	same(t, "digest of Parquet", pq.Files()[0].SHA256, fmt.Sprintf("%x", sha256.Sum256([]byte(smallParquet(t)))))
}

// plainFS hides that its files can be read at random.
type plainFS struct{ fs.FS }

func (p plainFS) Open(name string) (fs.File, error) {
	f, err := p.FS.Open(name)
	return struct{ fs.File }{f}, err
}

// TestWithoutRandomAccess reads formats that need random access from files that have none.
func TestWithoutRandomAccess(t *testing.T) {
	fsys := plainFS{files("a.parquet", smallParquet(t), "a.xlsx", string(workbook(t, `<row><c t="str"><v>a</v></c></row><row><c><v>1</v></c></row>`)))}
	tab := open(t, fsys, table.Options{}, "a.parquet")
	same(t, "a", texts(t, tab, "a")[:3], []string{"x0", "x1", "x2"})
	same(t, "digest", tab.Files()[0].SHA256, fmt.Sprintf("%x", sha256.Sum256([]byte(smallParquet(t)))))
	tab = open(t, fsys, table.Options{}, "a.xlsx")
	same(t, "a", texts(t, tab, "a"), []string{"1"})
}

// TestJSONColumns has keys that come late, and kinds that do.
func TestJSONColumns(t *testing.T) {
	tab := open(t, files("a.jsonl", `{"a":1}`+"\n"+`{"b":"x","a":2.5}`+"\n"+`{"c":true,"b":[1]}`+"\n"), table.Options{}, "a.jsonl")
	same(t, "info", tab.Info(), []table.ColumnInfo{
		{Name: "a", Kind: table.Number, Known: true, Missing: 1, Distinct: 2},
		{Name: "b", Kind: table.Text, Known: true, Missing: 1, Distinct: 2, BadValues: 1},
		{Name: "c", Kind: table.Boolean, Known: true, Missing: 2, Distinct: 1},
	})
	same(t, "b", texts(t, tab, "b"), []string{"", "x", "[1]"})
	same(t, "c", texts(t, tab, "c"), []string{"", "", "true"})
}

// TestRepeats opens a table twice; hash seeds differ and nothing else does.
func TestRepeats(t *testing.T) {
	fsys := files("a.csv", "a,b\nx,1\ny,2\nx,3\n")
	one, two := open(t, fsys, table.Options{}, "a.csv"), open(t, fsys, table.Options{}, "a.csv")
	same(t, "info", one.Info(), two.Info())
	for _, name := range []string{"a", "b"} {
		c1, err1 := one.Codes(context.Background(), name)
		c2, err2 := two.Codes(context.Background(), name)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		same(t, name, c1, c2)
	}
	same(t, "a", column(t, one, "a").Distinct, int64(2))
	if _, err := one.Codes(context.Background(), "z"); plumbline.CodeOf(err) != plumbline.NotFound || !strings.Contains(err.Error(), "a, b") {
		t.Errorf("error %v", err)
	}
}
