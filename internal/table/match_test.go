package table_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/parquet-go/parquet-go"

	"github.com/plumbline-project/plumbline/internal/table"
)

// TestMatch finds texts in columns of every form: few values, plain numbers, many texts, and the same in Parquet.
func TestMatch(t *testing.T) {
	type row struct {
		Few  string `parquet:"few,dict"`
		ID   int64  `parquet:"id"`
		Text string `parquet:"text"`
	}
	const n = 70_000
	var b strings.Builder
	rows := make([]row, 0, n)
	b.WriteString("few,id,text\n")
	for i := range n {
		r := row{fmt.Sprint("v", i%5), int64(1_000_000 + i), fmt.Sprint("case-", i)}
		if i == 7 {
			r.Text = ""
		}
		rows = append(rows, r)
		fmt.Fprintf(&b, "%s,%d,%s\n", r.Few, r.ID, r.Text)
	}
	var pq bytes.Buffer
	if err := parquet.Write(&pq, rows); err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"d.csv": {Data: []byte(b.String())}, "d.parquet": {Data: pq.Bytes()}}
	for _, name := range []string{"d.csv", "d.parquet"} {
		tb, err := table.Open(context.Background(), files, []string{name}, table.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer tb.Close()
		for column, want := range map[string]map[int]int32{
			"few":  {0: -1, 3: 0, 8: 0, 9: -1},
			"id":   {0: 2, 7: -1, 69_999: 1},
			"text": {0: -1, 7: -1, 9: 3},
		} {
			texts := map[string][]string{"few": {"v3", "", "x"}, "id": {"01000007", "1069999", "1000000"}, "text": {"", "case", "x", "case-9"}}[column]
			got, err := tb.Match(context.Background(), column, texts)
			if err != nil || len(got) != n {
				t.Fatalf("%s %s: %d rows, %v", name, column, len(got), err)
			}
			for row, place := range want {
				if got[row] != place {
					t.Errorf("%s %s row %d: %d, want %d", name, column, row, got[row], place)
				}
			}
		}
	}
}
