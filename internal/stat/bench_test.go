package stat_test

import (
	"sync"
	"testing"

	"github.com/plumbline-project/plumbline/internal/stat"
)

const benchRows = 10_000_000

// benchData is 10 million rows: a score, a class that depends on it, a group of six, a cluster of about two rows.
var benchData = sync.OnceValue(func() (d struct {
	scores   []float64
	class    []uint8
	codes    []uint16
	clusters []uint32
	columns  []stat.Factor
},
) {
	rng := generator(42)
	for i, levels := range []int{6, 2, 2, 3} {
		d.columns = append(d.columns, stat.Factor{Codes: make([]uint8, benchRows), Levels: levels})
		for j := range benchRows {
			d.columns[i].Codes[j] = uint8(rng.IntN(levels))
		}
	}
	d.scores, d.class, d.codes, d.clusters = make([]float64, benchRows), make([]uint8, benchRows), make([]uint16, benchRows), make([]uint32, benchRows)
	for i := range benchRows {
		d.scores[i], d.codes[i], d.clusters[i] = rng.Float64(), uint16(rng.IntN(6)), uint32(rng.IntN(benchRows/2))
		d.class[i] = 1
		if rng.Float64() < d.scores[i] {
			d.class[i] = 2
		}
	}
	return d
})

func BenchmarkTabulate10M(b *testing.B) {
	d := benchData()
	wide := make([]uint16, benchRows)
	for i := range wide {
		wide[i] = uint16(i % 300)
	}
	for name, factors := range map[string][]stat.Factor{
		"4 columns, 72 cells": d.columns,
		"1 column":            d.columns[:1],
		"wide, 600 cells":     {{Wide: wide, Levels: 300}, d.columns[1]},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(benchRows * int64(len(factors)))
			for b.Loop() {
				stat.Tabulate(factors...)
			}
		})
	}
}

func BenchmarkScores10M(b *testing.B) {
	d := benchData()
	r := stat.NewRanking(d.scores)
	b.Run("sort", func(b *testing.B) {
		for b.Loop() {
			stat.NewRanking(d.scores)
		}
	})
	b.Run("AUC of 6 groups and all", func(b *testing.B) {
		for b.Loop() {
			r.AUC(d.class, d.codes, 6)
		}
	})
	b.Run("calibration of 6 groups and all", func(b *testing.B) {
		for b.Loop() {
			r.Calibrate(d.class, d.codes, 6, 10, 0.95)
		}
	})
}

func BenchmarkDesignEffects10M(b *testing.B) {
	d := benchData()
	b.Run("few clusters", func(b *testing.B) {
		few := make([]uint32, benchRows)
		for i, c := range d.clusters {
			few[i] = c % 1_000_000
		}
		for b.Loop() {
			stat.DesignEffects(few, 1_000_000, d.codes, 6, d.class)
		}
	})
	b.Run("5M clusters", func(b *testing.B) {
		for b.Loop() {
			stat.DesignEffects(d.clusters, benchRows/2, d.codes, 6, d.class)
		}
	})
}

func BenchmarkSmall(b *testing.B) {
	rng := generator(1)
	k, n := make([]float64, 300), make([]float64, 300)
	for i := range k {
		n[i] = 1000
		k[i] = binomial(rng, 1000, 0.3)
	}
	b.Run("Koopman", func(b *testing.B) {
		for b.Loop() {
			stat.Koopman(360, 1000, 410, 1100, 0.95)
		}
	})
	b.Run("MinRatio of 300 groups", func(b *testing.B) {
		for b.Loop() {
			stat.MinRatio(k, n, 0.95)
		}
	})
	b.Run("MaxDifference of 300 groups", func(b *testing.B) {
		for b.Loop() {
			stat.MaxDifference(k, n, 0.95)
		}
	})
	b.Run("RandomTable 256 × 6 of 10M", func(b *testing.B) {
		rows, cols, dst := make([]int64, 256), []int64{5e6, 2e6, 1e6, 1e6, 5e5, 5e5}, make([][]int64, 256)
		for i := range rows {
			rows[i], dst[i] = 39062, make([]int64, 6)
		}
		rows[0] += 10_000_000 - 256*39062
		for b.Loop() {
			if !stat.RandomTable(rng, rows, cols, dst) {
				b.Fatal("margins")
			}
		}
	})
	b.Run("ClopperPearson of 10M", func(b *testing.B) {
		for b.Loop() {
			stat.ClopperPearson(3e6, 1e7, 0.95)
		}
	})
}
