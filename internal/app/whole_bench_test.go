package app_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/parquet-go/parquet-go"
)

var (
	wholeRows    = flag.Int("whole-rows", 1_000_000, "rows of the decisions in BenchmarkWhole; the training table has a tenth of them")
	wholeColumns = flag.Int("whole-columns", 30, "columns of its tables, 20 or more")
	wholeDir     = flag.String("whole-dir", "", "folder that keeps its files, to measure the program on them from outside; empty: none")
)

const wholeFile = `workflow: whole
title: whole
sector: finance
decision:
  column: decision
  favourable: ["1"]
  score: {column: score, favourable: high, kind: probability}
  label: {column: label, favourable: ["1"]}
data:
  decisions: {file: decisions.parquet, time: decided_at, id: id, version: version}
  training: {file: training.parquet, licence: internal, source: last year, collected: last year}
  sensitive:
    - {column: race, source: s, basis: b, delete_by: 2030-01-01}
    - {column: sex, source: s, basis: b, delete_by: 2030-01-01}
  intersections: [[race, sex]]
  reasons: {column: reasons, separator: ";"}
fairness: {primary: demographic_parity, reason: r, by: p, on: 2026-11-01}
regimes: [cn-aiwf-reported]
`

// wholeSchema names the columns: ten with a meaning, then numbers, categories and integers in turn.
func wholeSchema(columns int) *parquet.Schema {
	text := parquet.Compressed(parquet.Encoded(parquet.String(), &parquet.RLEDictionary), &parquet.Snappy)
	plain := func(n parquet.Node) parquet.Node { return parquet.Compressed(n, &parquet.Snappy) }
	group := parquet.Group{
		"id": plain(parquet.String()), "decided_at": plain(parquet.Timestamp(parquet.Microsecond)), "race": text, "sex": text, "version": text, "reasons": text,
		"decision": plain(parquet.Int(64)), "label": plain(parquet.Int(64)), "score": plain(parquet.Leaf(parquet.DoubleType)), "age": plain(parquet.Int(64)),
	}
	for c := range columns - len(wholeNames) {
		switch name := wholeFeature(c); c % 3 {
		case 0:
			group[name] = plain(parquet.Leaf(parquet.DoubleType))
		case 1:
			group[name] = text
		default:
			group[name] = plain(parquet.Int(64))
		}
	}
	return parquet.NewSchema("whole", group)
}

var wholeNames = []string{"id", "decided_at", "race", "sex", "version", "reasons", "decision", "label", "score", "age"}

func wholeFeature(c int) string { return fmt.Sprintf("f%02d", c) }

// writeWhole writes rows whose decisions follow the score, and whose features have nothing to do with it but the first three.
func writeWhole(b *testing.B, path string, columns, rows int, seed uint64) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	schema := wholeSchema(columns)
	w := parquet.NewGenericWriter[any](f, schema, parquet.MaxRowsPerRowGroup(500_000), parquet.PageBufferSize(1<<20))
	index := map[string]int{}
	for i, path := range schema.Columns() {
		index[path[0]] = i
	}
	rng := rand.New(rand.NewPCG(seed, 10))
	races := []string{"African-American", "Caucasian", "Hispanic", "Other", "Asian", "Native American"}
	start := time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC)
	row := make(parquet.Row, len(index))
	put := func(name string, v parquet.Value) { row[index[name]] = v.Level(0, 0, index[name]) }
	batch := make([]parquet.Row, 0, 1000)
	for i := range rows {
		score := float64(rng.IntN(100_000)) / 100_000
		label, decision, reasons := int64(0), int64(0), "f00;f01"
		if rng.Float64() < score {
			label = 1
		}
		if score > 0.5 {
			decision, reasons = 1, ""
		}
		put("id", parquet.ByteArrayValue(fmt.Appendf(nil, "case-%012d", i+int(seed)<<40)))
		put("decided_at", parquet.Int64Value(start.Add(time.Duration(float64(i)/float64(rows)*3.1e16)).UnixMicro()))
		put("race", parquet.ByteArrayValue([]byte(races[min(int(rng.ExpFloat64()), 5)])))
		put("sex", parquet.ByteArrayValue([]byte([]string{"Male", "Female"}[rng.IntN(2)])))
		put("version", parquet.ByteArrayValue([]byte("3.1")))
		put("reasons", parquet.ByteArrayValue([]byte(reasons)))
		put("decision", parquet.Int64Value(decision))
		put("label", parquet.Int64Value(label))
		put("score", parquet.DoubleValue(score))
		put("age", parquet.Int64Value(int64(18+rng.IntN(60))))
		for c := range columns - len(wholeNames) {
			x := rng.NormFloat64()
			if c < 3 {
				x += score
			}
			switch c % 3 {
			case 0:
				put(wholeFeature(c), parquet.DoubleValue(x))
			case 1:
				put(wholeFeature(c), parquet.ByteArrayValue(strconv.AppendInt([]byte("value-"), int64(x*float64(5+c)), 10)))
			default:
				put(wholeFeature(c), parquet.Int64Value(int64(x*1000)))
			}
		}
		if batch = append(batch, row.Clone()); len(batch) == cap(batch) || i == rows-1 {
			if _, err := w.WriteRows(batch); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkWhole runs plumb assess with everything: all dimensions, all reports, from Parquet.
func BenchmarkWhole(b *testing.B) {
	dir := b.TempDir()
	if *wholeDir != "" {
		dir = filepath.Join(*wholeDir, fmt.Sprintf("%dx%d", *wholeRows, *wholeColumns))
		if err := os.MkdirAll(dir, 0o700); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "plumbline.yaml")); err != nil {
		writeWhole(b, filepath.Join(dir, "decisions.parquet"), *wholeColumns, *wholeRows, 1)
		writeWhole(b, filepath.Join(dir, "training.parquet"), *wholeColumns, *wholeRows/10, 2)
		if err := os.WriteFile(filepath.Join(dir, "plumbline.yaml"), []byte(wholeFile), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if code, _, stderr := plumb(b, "assess", dir); code != 0 {
			b.Fatal(code, stderr)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(*wholeRows), "ns/row")
	b.ReportMetric(peakMiB(), "peak-MiB") // of the whole process, the making of the files among it
}

// peakMiB is the largest resident set of this process so far; 0 where the system does not tell.
func peakMiB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0
	}
	kib, err := strconv.ParseFloat(fields[0], 64)
	if err != nil {
		return 0
	}
	return kib / 1024
}
