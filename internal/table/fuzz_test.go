package table_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
)

// small bounds what a fuzzed input may take.
var small = table.Options{Limits: plumbline.Limits{
	Bytes: 1 << 24, Rows: 1 << 16, Columns: 64, Field: 1 << 12, Memory: 1 << 20, Depth: 16,
}}

// coded fails where an error has no code, or the code of a fault of ours.
func coded(t *testing.T, err error) {
	t.Helper()
	var known *plumbline.Error
	if err != nil && (!errors.As(err, &known) || known.Code == plumbline.Internal || strings.Contains(known.Message, "runtime error")) {
		t.Fatalf("error without a good code: %v", err)
	}
}

// FuzzCSV reads anything; where encoding/csv reads the same text without complaint, the rows are the same.
func FuzzCSV(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "a;b\r\n\"x\"\"y\";2\r\n", "a\tb\n\"1\n2\"\t3", "a,b\n\"1,2\n3,4\n", "a\r1\r2", "\xef\xbb\xbfa,b\n中,文\n",
		"a,b\n\xd6\xd0,1\n", "\xff\xfea\x00\n\x00", "a|b\n1|\n|2\n", "a\n1\x002\n", "a,b\n１,ＮａＮ\n2024-01-01,x\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		opt := small
		opt.Format = "csv"
		coded(t, readAll(context.Background(), files("a", string(data)), "a", opt))
		tab, err := table.Open(context.Background(), files("a", string(data)), []string{"a"}, opt)
		if err != nil {
			return
		}
		defer tab.Close()
		file := tab.Files()[0]
		if bad, _ := tab.Bad(); bad > 0 || file.Encoding != "utf-8" || bytes.ContainsAny(data, "\r") {
			return
		}
		r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
		r.Comma = rune(file.Delimiter[0])
		rows, err := r.ReadAll()
		if err != nil || int64(len(rows)-1) != tab.Rows() {
			t.Fatalf("encoding/csv: %d rows and %v, here %d", len(rows), err, tab.Rows())
		}
		for j, c := range tab.Info() {
			for i, got := range texts(t, tab, c.Name) {
				if got != rows[i+1][j] {
					t.Fatalf("row %d of %q is %q, want %q", i, c.Name, got, rows[i+1][j])
				}
			}
		}
	})
}

// FuzzJSONL reads anything; a line that is good here is an object for encoding/json with the same strings.
func FuzzJSONL(f *testing.F) {
	for _, seed := range []string{
		`{"a":1,"b":"x"}` + "\n" + `{"b":null}`, `{"a":[1,{"b":"\u00e9\ud83d\ude00"}],"c":true}`, `{"a":1e5,"a":2}`, `{"a":"\ud800"}`, `{}`,
		`{"a":-0.5E+3}` + "\r\n", `[{"a":1}]`, `{"a":"` + strings.Repeat("x", 5000) + `"}`, `{"a":{}}x`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		opt := small
		opt.Format = "jsonl"
		coded(t, readAll(context.Background(), files("a", string(data)), "a", opt))
		if bytes.ContainsAny(data, "\r\n") || bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
			return
		}
		tab, err := table.Open(context.Background(), files("a", string(data)), []string{"a"}, opt)
		if err != nil {
			return
		}
		defer tab.Close()
		if tab.Rows() != 1 || tab.Files()[0].Encoding != "utf-8" {
			return
		}
		var want map[string]any
		if err := json.Unmarshal(data, &want); err != nil {
			t.Fatalf("encoding/json refuses what was read: %v", err)
		}
		for _, c := range tab.Info() {
			got := texts(t, tab, c.Name)[0]
			if s, ok := want[c.Name].(string); ok && s != got {
				t.Fatalf("%q is %q, want %q", c.Name, got, s)
			}
		}
	})
}

// FuzzXLSX reads a sheet made of anything.
func FuzzXLSX(f *testing.F) {
	for _, seed := range []string{
		`<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c></row><row r="2"><c r="A2"><v>1</v></c></row>`,
		`<row><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c></row><row><c><f>A1</f></c></row>`,
		`<row r="9"><c r="XFD9" t="str"><v>x_x000D_</v></c></row>`, `<row><c t="d"><v>2024-01-01T00:00:00</v></c></row>`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, rows []byte) {
		coded(t, readAll(context.Background(), files("a.xlsx", string(workbook(t, string(rows)))), "a.xlsx", small))
	})
}

// FuzzZip reads a workbook of anything.
func FuzzZip(f *testing.F) {
	f.Add(workbook(f, `<row><c><v>1</v></c></row>`))
	if b, err := os.ReadFile("testdata/excelize-2.11.1.xlsx"); err == nil {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		opt := small
		opt.Format = "xlsx"
		coded(t, readAll(context.Background(), files("a", string(data)), "a", opt))
	})
}

// FuzzParquet reads anything.
func FuzzParquet(f *testing.F) {
	f.Add([]byte(smallParquet(f)))
	f.Add([]byte(otherParquet(f)))
	g := grid{names: []string{"text", "number", "key"}, rows: [][]string{{"a", "1.5", "k"}, {"", "2", "l"}, {"a", "", "kk"}}}
	for _, s := range []pqStyle{
		{version: 1, page: 100, groups: 2, dict: true},
		{version: 2, page: 100, groups: 2, delta: true},
		{version: 2, page: 100, groups: 3, codec: &parquet.Zstd},
	} {
		f.Add(g.parquet(f, s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		opt := small
		opt.Format = "parquet"
		coded(t, readAll(context.Background(), files("a", string(data)), "a", opt))
	})
}
