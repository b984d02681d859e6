package check_test

import (
	"math/rand/v2"
	"testing"

	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/table"
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
