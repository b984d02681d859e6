package check_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/parquet-go/parquet-go"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

const benchRows = 10_000_000

// codesOf makes a column whose values have the given weights.
func codesOf(rng *rand.Rand, name string, values []string, weights []int) *table.Codes {
	var wheel []uint8
	for i, w := range weights {
		for range w {
			wheel = append(wheel, uint8(i+1))
		}
	}
	c := &table.Codes{Name: name, Dict: append([]string{""}, values...), U8: make([]uint8, benchRows)}
	for i := range c.U8 {
		c.U8[i] = wheel[rng.IntN(len(wheel))]
	}
	return c
}

// BenchmarkCountGaps counts selection and error rates by one and by two features over 10 million rows in memory, with all
// gaps and their simultaneous intervals. The floor is one read of the four byte columns, measured beside it.
func BenchmarkCountGaps(b *testing.B) {
	rng := rand.New(rand.NewPCG(42, 0))
	race := codesOf(rng, "race", []string{"a", "b", "c", "d", "e", "f"}, []int{51, 34, 9, 4, 1, 1})
	sex := codesOf(rng, "sex", []string{"f", "m"}, []int{20, 80})
	decision, label := codesOf(rng, "d", []string{"0", "1"}, []int{46, 54}), codesOf(rng, "y", []string{"0", "1"}, []int{45, 55})
	b.Run("count", func(b *testing.B) {
		for b.Loop() {
			if obs := check.CountGaps([]*table.Codes{race, sex}, decision, label); len(obs) < 100 {
				b.Fatal("too few observations")
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
	})
	b.Run("floor-read", func(b *testing.B) {
		var sum uint64
		for b.Loop() {
			for i := range race.U8 {
				sum += uint64(race.U8[i]) + uint64(sex.U8[i]) + uint64(decision.U8[i]) + uint64(label.U8[i])
			}
		}
		if sum == 0 {
			b.Fatal("nothing was read")
		}
	})
	b.Run("naive-map", func(b *testing.B) {
		for b.Loop() {
			counts := map[[4]uint8]int{}
			for i := range race.U8 {
				counts[[4]uint8{race.U8[i], sex.U8[i], decision.U8[i], label.U8[i]}]++
			}
			if len(counts) == 0 {
				b.Fatal("nothing was counted")
			}
		}
	})
}

// dataColumns are the columns of the bench table beside id and time, by kind: few texts, integers of few values, numbers of many.
const (
	benchTexts, benchInts, benchFloats = 10, 8, 10
	dataBenchRows                      = 1_000_000
)

// dataBenchTable writes 30 columns as Parquet.
func dataBenchTable(b *testing.B, rows int) *table.Table {
	b.Helper()
	group := parquet.Group{"id": parquet.String(), "at": parquet.Timestamp(parquet.Millisecond)}
	names := []string{"id", "at"}
	add := func(prefix string, n int, node func() parquet.Node) {
		for i := range n {
			name := fmt.Sprint(prefix, i)
			group[name], names = node(), append(names, name)
		}
	}
	add("t", benchTexts, func() parquet.Node { return parquet.Encoded(parquet.String(), &parquet.RLEDictionary) })
	add("i", benchInts, func() parquet.Node { return parquet.Encoded(parquet.Int(64), &parquet.RLEDictionary) })
	add("f", benchFloats, func() parquet.Node { return parquet.Leaf(parquet.DoubleType) })
	slices.Sort(names)
	var out bytes.Buffer
	w := parquet.NewWriter(&out, parquet.NewSchema("t", group), parquet.Compression(&parquet.Snappy))
	rng := rand.New(rand.NewPCG(42, 3))
	batch := make([]parquet.Row, 0, 1000)
	for i := range rows {
		row := make(parquet.Row, 0, len(names))
		for k, name := range names {
			var v parquet.Value
			switch {
			case name == "id":
				v = parquet.ByteArrayValue(fmt.Appendf(nil, "case-%09d", i))
			case name == "at":
				v = parquet.Int64Value(1_760_000_000_000 + int64(i)*20_000)
			case name[0] == 't':
				v = parquet.ByteArrayValue(fmt.Appendf(nil, "value-%d", rng.IntN(3+k)))
			case name[0] == 'i':
				v = parquet.Int64Value(int64(rng.IntN(2 + 20*(k%8))))
			default:
				v = parquet.DoubleValue(rng.NormFloat64())
			}
			row = append(row, v.Level(0, 0, k))
		}
		if batch = append(batch, row); len(batch) == cap(batch) || i == rows-1 {
			if _, err := w.WriteRows(batch); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	t, err := table.Open(context.Background(), fstest.MapFS{"d.parquet": {Data: out.Bytes()}}, []string{"d.parquet"}, table.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { t.Close() })
	return t
}

// BenchmarkDataChecks runs all data checks over 1 million rows of 30 columns from Parquet.
func BenchmarkDataChecks(b *testing.B) {
	t := dataBenchTable(b, dataBenchRows)
	for b.Loop() {
		in := check.Input{
			Plan: check.Plan{ID: "id", Time: "at", Decision: check.Outcome{Column: "i0", Favourable: []string{"1"}}, Label: check.Outcome{Column: "i1", Favourable: []string{"1", "2", "3"}}},
			File: &workflow.File{}, Table: t, AsOf: "2026-11-23", Seed: 1, Level: 0.95, MinN: 30, MinCell: 10, Exhibits: &plumbline.Exhibits{},
		}
		if err := in.Prepare(context.Background()); err != nil {
			b.Fatal(err)
		}
		n := 0
		for _, c := range check.Catalog() {
			if !strings.HasPrefix(c.ID, "data.") || c.ID == "data.ranges" {
				continue
			}
			obs, err := c.Run(context.Background(), &in)
			if err != nil {
				b.Fatal(err)
			}
			n += len(obs)
		}
		if n < 100 {
			b.Fatalf("%d observations", n)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/dataBenchRows, "ns/row")
}
