package assess_test

import (
	"context"
	"flag"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/plumbline-project/plumbline/internal/assess"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

var benchRows = flag.Int("bench-rows", 10_000_000, "rows of the assessed table in BenchmarkAssess")

// benchRow is one decision: COMPAS's groups in their shares, a score, and outcomes that depend on it.
type benchRow struct {
	Race     string  `parquet:"race,dict"`
	Sex      string  `parquet:"sex,dict"`
	Decision int64   `parquet:"decision,dict"`
	Label    int64   `parquet:"label,dict"`
	Score    float64 `parquet:"score"`
}

const benchFile = `workflow: bench
title: bench
sector: other
decision:
  column: decision
  favourable: ["1"]
  score: {column: score, favourable: high, kind: probability}
  label: {column: label, favourable: ["1"]}
data:
  decisions: {file: d.parquet}
  sensitive:
    - {column: race, source: s, basis: b, delete_by: 2030-01-01}
    - {column: sex, source: s, basis: b, delete_by: 2030-01-01}
  intersections: [[race, sex]]
fairness: {primary: equalized_odds, reason: r, by: p, on: 2026-11-01}
`

func writeBench(b *testing.B, dir string) {
	b.Helper()
	f, err := os.Create(filepath.Join(dir, "d.parquet"))
	if err != nil {
		b.Fatal(err)
	}
	w := parquet.NewGenericWriter[benchRow](f, parquet.Compression(&parquet.Snappy))
	rng := rand.New(rand.NewPCG(42, 10))
	races := []string{"African-American", "Caucasian", "Hispanic", "Other", "Asian", "Native American"}
	batch := make([]benchRow, 0, 10_000)
	for range *benchRows / cap(batch) {
		batch = batch[:0]
		for range cap(batch) {
			r := benchRow{Race: races[min(int(rng.ExpFloat64()), 5)], Sex: []string{"Male", "Female"}[rng.IntN(5)/4], Score: float64(rng.IntN(100_000)) / 100_000}
			if rng.Float64() < r.Score {
				r.Label = 1
			}
			if r.Score > 0.5 {
				r.Decision = 1
			}
			batch = append(batch, r)
		}
		if _, err := w.Write(batch); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "plumbline.yaml"), []byte(benchFile), 0o600); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkAssess runs the whole bias assessment, from Parquet, with every interval, area under the curve and calibration.
func BenchmarkAssess(b *testing.B) {
	dir := b.TempDir()
	writeBench(b, dir)
	fsys := os.DirFS(dir)
	for b.Loop() {
		f, err := workflow.Load(fsys, "plumbline.yaml")
		if err != nil {
			b.Fatal(err)
		}
		t, err := table.Open(context.Background(), fsys, f.Data.Decisions.Files, table.Options{})
		if err != nil {
			b.Fatal(err)
		}
		a := run(b, assess.Input{File: f, Table: t})
		if len(a.Findings) == 0 {
			b.Fatal("no findings")
		}
		t.Close()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(*benchRows), "ns/row")
}
