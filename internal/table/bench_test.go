package table_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
)

var (
	benchRows = flag.Int("bench-rows", 1_000_000, "rows of the tables of the benchmarks")
	benchDir  = flag.String("bench-dir", "", "folder that keeps the files of the benchmarks for the next run; empty: none")
)

// The benchmark tables have 40 columns: race (a string of 5 values), y and p (integers of 2), 20 numbers (10 normal, 10 with
// two decimals), 10 categories, 6 integers and a key of 24 bytes.
const (
	benchNumbers    = 20
	benchCategories = 10
	benchIntegers   = 6
)

// benchRow appends the texts of a row to dst, the numbers as numbers are written.
func benchRow(r *rand.Rand, i int, dst []string) []string {
	races := [...]string{"African-American", "Asian", "Caucasian", "Hispanic", "Other"}
	dst = append(dst[:0], races[min(r.IntN(8), 4)], strconv.Itoa(r.IntN(2)), strconv.Itoa(r.IntN(2)))
	for c := range benchNumbers {
		x := r.NormFloat64()
		if c%2 == 0 {
			dst = append(dst, strconv.FormatFloat(x, 'f', -1, 64))
		} else {
			dst = append(dst, strconv.FormatFloat(x*1000, 'f', 2, 64))
		}
	}
	for c := range benchCategories {
		dst = append(dst, "value-"+strconv.Itoa(r.IntN(2+c*c*10)))
	}
	for c := range benchIntegers {
		dst = append(dst, strconv.Itoa(r.IntN(10<<(3*c))))
	}
	return append(dst, fmt.Sprintf("subject-%016x", i*2654435761))
}

func benchNames() []string {
	names := []string{"race", "y", "p"}
	for c := range benchNumbers {
		names = append(names, fmt.Sprintf("number%02d", c))
	}
	for c := range benchCategories {
		names = append(names, fmt.Sprintf("category%02d", c))
	}
	for c := range benchIntegers {
		names = append(names, fmt.Sprintf("integer%02d", c))
	}
	return append(names, "subject")
}

// benchBlock makes rows that are repeated to the wanted number; making them is slow, and reading does not notice.
func benchBlock() [][]string {
	r := rand.New(rand.NewPCG(7, 7))
	rows := make([][]string, 100_000)
	for i := range rows {
		rows[i] = benchRow(r, i, nil)
	}
	return rows
}

// benchFile writes the table and returns its folder.
func benchFile(b *testing.B, name string, write func(w *bufio.Writer)) string {
	b.Helper()
	dir := b.TempDir()
	if *benchDir != "" {
		dir = filepath.Join(*benchDir, strconv.Itoa(*benchRows))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
		return dir
	}
	f, err := os.Create(filepath.Join(dir, name))
	if err != nil {
		b.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	write(w)
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	return dir
}

func benchCSV(b *testing.B) string {
	b.Helper()
	return benchFile(b, "t.csv", func(w *bufio.Writer) {
		fmt.Fprintln(w, strings.Join(benchNames(), ","))
		var block []string
		for _, row := range benchBlock() {
			block = append(block, strings.Join(row[:len(row)-1], ","))
		}
		for i := range *benchRows {
			fmt.Fprintf(w, "%s,subject-%016x\n", block[i%len(block)], i*2654435761)
		}
	})
}

// pqRow is a row of the benchmark's Parquet file.
type pqRow struct {
	Race    string `parquet:"race,dict,snappy"`
	Y       int64  `parquet:"y,dict,snappy"`
	P       int64  `parquet:"p,snappy"`
	Subject string `parquet:"subject,snappy"`

	N0 float64 `parquet:"n0,snappy"`
	N1 float64 `parquet:"n1,snappy"`
	N2 float64 `parquet:"n2,snappy"`
	N3 float64 `parquet:"n3,snappy"`
	N4 float64 `parquet:"n4,snappy"`
	N5 float64 `parquet:"n5,snappy"`
	N6 float64 `parquet:"n6,snappy"`
	N7 float64 `parquet:"n7,snappy"`
	N8 float64 `parquet:"n8,snappy,optional"`
	N9 float64 `parquet:"n9,snappy,optional"`

	D0 float64 `parquet:"d0,snappy,dict"`
	D1 float64 `parquet:"d1,snappy,dict"`
	D2 float64 `parquet:"d2,snappy,dict"`
	D3 float64 `parquet:"d3,snappy,dict"`
	D4 float64 `parquet:"d4,snappy,dict"`
	D5 float64 `parquet:"d5,snappy,dict"`
	D6 float64 `parquet:"d6,snappy,dict"`
	D7 float64 `parquet:"d7,snappy,dict"`
	D8 float64 `parquet:"d8,snappy,dict,optional"`
	D9 float64 `parquet:"d9,snappy,dict,optional"`

	C0 string `parquet:"c0,snappy,dict"`
	C1 string `parquet:"c1,snappy,dict"`
	C2 string `parquet:"c2,snappy,dict"`
	C3 string `parquet:"c3,snappy,dict"`
	C4 string `parquet:"c4,snappy,dict"`
	C5 string `parquet:"c5,snappy,dict"`
	C6 string `parquet:"c6,snappy,dict"`
	C7 string `parquet:"c7,snappy,dict"`
	C8 string `parquet:"c8,snappy,dict,optional"`
	C9 string `parquet:"c9,snappy,dict,optional"`

	I0 int64 `parquet:"i0,snappy"`
	I1 int64 `parquet:"i1,snappy"`
	I2 int64 `parquet:"i2,snappy"`
	I3 int64 `parquet:"i3,snappy"`
	I4 int64 `parquet:"i4,snappy"`
	I5 int64 `parquet:"i5,snappy"`
}

func benchParquet(b *testing.B) string {
	b.Helper()
	return benchFile(b, "t.parquet", func(w *bufio.Writer) {
		var block []pqRow
		for _, row := range benchBlock() {
			number := func(i int) float64 {
				f, _ := strconv.ParseFloat(row[i], 64)
				return f
			}
			y, _ := strconv.ParseInt(row[1], 10, 64)
			p, _ := strconv.ParseInt(row[2], 10, 64)
			x := pqRow{Race: row[0], Y: y, P: p, Subject: row[len(row)-1]}
			for i, f := range []*float64{&x.N0, &x.N1, &x.N2, &x.N3, &x.N4, &x.N5, &x.N6, &x.N7, &x.N8, &x.N9} {
				*f = number(3 + 2*i)
			}
			for i, f := range []*float64{&x.D0, &x.D1, &x.D2, &x.D3, &x.D4, &x.D5, &x.D6, &x.D7, &x.D8, &x.D9} {
				*f = float64(int(number(4+2*i)) % 5000)
			}
			for i, s := range []*string{&x.C0, &x.C1, &x.C2, &x.C3, &x.C4, &x.C5, &x.C6, &x.C7, &x.C8, &x.C9} {
				*s = row[3+benchNumbers+i]
			}
			for i, n := range []*int64{&x.I0, &x.I1, &x.I2, &x.I3, &x.I4, &x.I5} {
				*n, _ = strconv.ParseInt(row[3+benchNumbers+benchCategories+i], 10, 64)
			}
			block = append(block, x)
		}
		out := parquet.NewGenericWriter[pqRow](w, parquet.MaxRowsPerRowGroup(1_000_000), parquet.PageBufferSize(1<<20))
		for left := *benchRows; left > 0; left -= len(block) {
			if _, err := out.Write(block[:min(left, len(block))]); err != nil {
				b.Fatal(err)
			}
		}
		if err := out.Close(); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkParquetCodes opens three columns as codes: a string dictionary, an integer dictionary and plain integers.
func BenchmarkParquetCodes(b *testing.B) {
	dir := benchParquet(b)
	tab := open(b, os.DirFS(dir), table.Options{}, "t.parquet")
	tab.Files() // not the digest
	b.ResetTimer()
	for range b.N {
		for _, name := range []string{"race", "y", "p"} {
			if _, err := tab.Codes(context.Background(), name); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(tab.Rows())*3*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mvalues/s")
}

// BenchmarkParquetAll decodes all 40 columns, each in the form that it is used in.
func BenchmarkParquetAll(b *testing.B) {
	dir := benchParquet(b)
	tab := open(b, os.DirFS(dir), table.Options{}, "t.parquet")
	tab.Files()
	b.ResetTimer()
	for range b.N {
		for _, c := range tab.Info() {
			var err error
			switch {
			case c.Name == "subject":
				_, err = tab.Groups(context.Background(), c.Name)
			case c.Kind == table.Text:
				_, err = tab.Codes(context.Background(), c.Name)
			default:
				_, err = tab.Floats(context.Background(), c.Name)
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(tab.Rows())*40*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mvalues/s")
}

// BenchmarkParquetScan learns the counts of all columns.
func BenchmarkParquetScan(b *testing.B) {
	dir := benchParquet(b)
	for range b.N {
		tab := open(b, os.DirFS(dir), table.Options{}, "t.parquet")
		if err := tab.Scan(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCSV reads 40 columns of text.
func BenchmarkCSV(b *testing.B) {
	dir := benchCSV(b)
	stat, err := os.Stat(filepath.Join(dir, "t.csv"))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(stat.Size())
	b.ResetTimer()
	for range b.N {
		tab, err := table.Open(context.Background(), os.DirFS(dir), []string{"t.csv"}, table.Options{Limits: plumbline.Limits{}})
		if err != nil {
			b.Fatal(err)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapInuse)/(1<<20), "MiB-heap")
		b.ReportMetric(float64(m.Sys)/(1<<20), "MiB-sys")
		if err := tab.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
