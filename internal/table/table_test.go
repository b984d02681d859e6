package table_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
)

// files makes a file system from names and contents, in pairs.
func files(pairs ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		fsys[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return fsys
}

// open opens a table that must open.
func open(tb testing.TB, fsys fs.FS, opt table.Options, patterns ...string) *table.Table {
	tb.Helper()
	tab, err := table.Open(context.Background(), fsys, patterns, opt)
	if err != nil {
		tb.Fatalf("open %v: %v", patterns, err)
	}
	tb.Cleanup(func() {
		if err := tab.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return tab
}

// texts is a column as texts, "" where missing.
func texts(tb testing.TB, tab *table.Table, name string) []string {
	tb.Helper()
	codes, err := tab.Codes(context.Background(), name)
	if err != nil {
		tb.Fatalf("codes of %s: %v", name, err)
	}
	if codes.Name != name || codes.Dict[0] != "" || (codes.U8 == nil) == (codes.U16 == nil) {
		tb.Fatalf("codes of %s are not well-formed: %q, dict[0] %q", name, codes.Name, codes.Dict[0])
	}
	for i := 2; i < len(codes.Dict); i++ {
		if codes.Dict[i-1] >= codes.Dict[i] {
			tb.Fatalf("dictionary of %s is not in order at %d", name, i)
		}
	}
	out := make([]string, codes.Len())
	for i := range out {
		out[i] = codes.Dict[codes.At(i)]
	}
	return out
}

// numbers is a column as numbers, nil where there is none.
func numbers(tb testing.TB, tab *table.Table, name string) []any {
	tb.Helper()
	floats, err := tab.Floats(context.Background(), name)
	if err != nil {
		tb.Fatalf("floats of %s: %v", name, err)
	}
	out := make([]any, len(floats.Values))
	for i, v := range floats.Values {
		if floats.Ok(i) {
			out[i] = v
		} else if v != 0 {
			tb.Fatalf("row %d of %s is not valid and holds %v", i, name, v)
		}
	}
	return out
}

func column(tb testing.TB, tab *table.Table, name string) table.ColumnInfo {
	tb.Helper()
	for _, c := range tab.Info() {
		if c.Name == name {
			return c
		}
	}
	tb.Fatalf("there is no column %s", name)
	return table.ColumnInfo{}
}

// same fails where got is not want.
func same(tb testing.TB, what string, got, want any) {
	tb.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		tb.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// shared is the folder of real data beside the project.
func shared(t *testing.T, name string) fs.FS {
	t.Helper()
	dir := filepath.Join("..", "..", "..", "shared", "data", name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real data: %v", err)
	}
	return os.DirFS(dir)
}

func TestRealData(t *testing.T) {
	for _, tc := range []struct {
		folder  string
		opt     table.Options
		rows    int64
		columns int
		want    []table.ColumnInfo
	}{
		{"compas", table.Options{}, 7214, 20, []table.ColumnInfo{
			{Name: "race", Kind: table.Text, Known: true, Distinct: 6},
			{Name: "compas_screening_date", Kind: table.Date, Known: true, Distinct: 690},
			{Name: "two_year_recid", Kind: table.Integer, Known: true, Distinct: 2},
			{Name: "days_b_screening_arrest", Kind: table.Integer, Known: true, Missing: 307, Distinct: 423},
		}},
		{"adult", table.Options{Missing: map[string][]string{"*": {"?"}}}, 32561, 15, []table.ColumnInfo{
			{Name: "workclass", Kind: table.Text, Known: true, Missing: 1836, Distinct: 8},
			{Name: "occupation", Kind: table.Text, Known: true, Missing: 1843, Distinct: 14},
			{Name: "native-country", Kind: table.Text, Known: true, Missing: 583, Distinct: 41},
			{Name: "fnlwgt", Kind: table.Integer, Known: true, Distinct: 21648},
		}},
		{"adult", table.Options{}, 32561, 15, []table.ColumnInfo{
			{Name: "workclass", Kind: table.Text, Known: true, Distinct: 9},
		}},
		{"german", table.Options{}, 1000, 21, []table.ColumnInfo{
			{Name: "credit_amount", Kind: table.Integer, Known: true, Distinct: 921},
			{Name: "personal_status_sex", Kind: table.Text, Known: true, Distinct: 4},
		}},
	} {
		t.Run(tc.folder, func(t *testing.T) {
			tab := open(t, shared(t, tc.folder), tc.opt, "*.csv")
			same(t, "rows", tab.Rows(), tc.rows)
			same(t, "columns", len(tab.Info()), tc.columns)
			bad, _ := tab.Bad()
			same(t, "bad rows", bad, int64(0))
			for _, want := range tc.want {
				same(t, want.Name, column(t, tab, want.Name), want)
			}
		})
	}
}

func TestKinds(t *testing.T) {
	for _, tc := range []struct {
		name     string
		values   string // separated by |
		declared table.Kind
		want     table.ColumnInfo
		floats   []any // nil: Floats must refuse
	}{
		{"booleans", "true|False|TRUE|", "", table.ColumnInfo{Kind: table.Boolean, Missing: 1, Distinct: 3}, []any{1.0, 0.0, 1.0, nil}},
		{"0 and 1 are integers", "0|1|1", "", table.ColumnInfo{Kind: table.Integer, Distinct: 2}, []any{0.0, 1.0, 1.0}},
		{"yes and no are text", "yes|no", "", table.ColumnInfo{Kind: table.Text, Distinct: 2}, nil},
		{"yes and no are booleans when declared", "yes|no|是|0|maybe", table.Boolean, table.ColumnInfo{Kind: table.Boolean, Distinct: 5, BadValues: 1}, []any{1.0, 0.0, 1.0, 0.0, nil}},
		{"integers with signs", "-3|+4|0", "", table.ColumnInfo{Kind: table.Integer, Distinct: 3}, []any{-3.0, 4.0, 0.0}},
		{"numbers", "1|2.5|-.5|1e3|5.", "", table.ColumnInfo{Kind: table.Number, Distinct: 5}, []any{1.0, 2.5, -.5, 1000.0, 5.0}},
		{"numbers with NaN and infinities", "1.5|NaN|inf|-Infinity|1e999", "", table.ColumnInfo{Kind: table.Number, Distinct: 5, BadValues: 4}, []any{1.5, nil, nil, nil, nil}},
		{"only NaN is text", "NaN|nan", "", table.ColumnInfo{Kind: table.Text, Distinct: 2}, nil},
		{"NA makes text", "1|NA|3", "", table.ColumnInfo{Kind: table.Text, Distinct: 3}, nil},
		{"leading zeros make text", "007|123", "", table.ColumnInfo{Kind: table.Text, Distinct: 2}, nil},
		{"leading zeros are integers when declared", "007|123", table.Integer, table.ColumnInfo{Kind: table.Integer, Distinct: 2}, []any{7.0, 123.0}},
		{"thousands make text", "1,234.5|6", "", table.ColumnInfo{Kind: table.Text, Distinct: 2}, nil},
		{"thousands are numbers when declared", "1,234.5|12,34|-1,234,567", table.Number, table.ColumnInfo{Kind: table.Number, Distinct: 3, BadValues: 1}, []any{1234.5, nil, -1234567.0}},
		{"identity numbers are not rounded", "110101199003078515|11010119900307853X", "", table.ColumnInfo{Kind: table.Text, Distinct: 2}, nil},
		{"integers beyond 2^53 keep their text only", "9007199254740993|1", "", table.ColumnInfo{Kind: table.Integer, Distinct: 2}, nil},
		{"integers beyond 2^53 are rounded when declared numbers", "9007199254740993|1", table.Number, table.ColumnInfo{Kind: table.Number, Distinct: 2}, []any{9007199254740992.0, 1.0}},
		{"full-width digits", "１２．５|－３|　７", "", table.ColumnInfo{Kind: table.Number, Distinct: 3}, []any{12.5, -3.0, 7.0}},
		{"dates", "1970-01-02|1970/1/3|1970年1月4日|2024-02-29", "", table.ColumnInfo{Kind: table.Date, Distinct: 4}, []any{86400.0, 172800.0, 259200.0, 1709164800.0}},
		{"no such day is text", "2023-02-29|2023-02-28", "", table.ColumnInfo{Kind: table.Text, Distinct: 2}, nil},
		{"compact dates are integers", "20240102|20240103", "", table.ColumnInfo{Kind: table.Integer, Distinct: 2}, []any{20240102.0, 20240103.0}},
		{"compact dates are dates when declared", "19700102|20241301", table.Date, table.ColumnInfo{Kind: table.Date, Distinct: 2, BadValues: 1}, []any{86400.0, nil}},
		{"times", "1970-01-01 00:00:01|1970-01-01T08:00:00+08:00|1970-01-01T00:01:00.5Z|1970-01-02", "", table.ColumnInfo{Kind: table.Time, Distinct: 4}, []any{1.0, 0.0, 60.5, 86400.0}},
		{"dates and numbers are text", "2024-01-02|5", "", table.ColumnInfo{Kind: table.Text, Distinct: 2}, nil},
		{"nothing at all is text", "||", "", table.ColumnInfo{Kind: table.Text, Missing: 3}, nil},
		{"declared text", "1|2", table.Text, table.ColumnInfo{Kind: table.Text, Distinct: 2}, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			values := strings.Split(tc.values, "|")
			var b strings.Builder
			b.WriteString("v;w\n")
			for _, v := range values {
				b.WriteString(v + ";x\n")
			}
			opt := table.Options{}
			if tc.declared != "" {
				opt.Types = map[string]table.Kind{"v": tc.declared}
			}
			tab := open(t, files("a.csv", b.String()), opt, "a.csv")
			tc.want.Name, tc.want.Known = "v", true
			same(t, "info", column(t, tab, "v"), tc.want)
			same(t, "texts", texts(t, tab, "v"), values)
			if tc.floats != nil {
				same(t, "floats", numbers(t, tab, "v"), tc.floats)
			} else if _, err := tab.Floats(context.Background(), "v"); plumbline.CodeOf(err) != plumbline.Invalid {
				t.Errorf("floats: %v, want an Invalid error", err)
			}
		})
	}
}

// daysSince1970 goes by the standard library, for comparison.
func daysSince1970(year, month, day int) int64 {
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Unix() / 86400
}
