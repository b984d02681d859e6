package check

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestSortHashesAgreesWithComparison tries sizes around the numbers of buckets, and numbers that are not spread at all.
func TestSortHashesAgreesWithComparison(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 63, 64, 65, 127, 128, 1000, 70_000} {
		for name, draw := range map[string]func() uint64{
			"spread": rng.Uint64, "alike": func() uint64 { return 7 }, "few": func() uint64 { return rng.Uint64N(3) << 62 }, "last": func() uint64 { return ^uint64(0) - rng.Uint64N(2) },
		} {
			got := make([]uint64, n)
			for i := range got {
				got[i] = draw()
			}
			want := slices.Sorted(slices.Values(got))
			if sortHashes(got, make([]uint64, n+1)); !slices.Equal(got, want) {
				t.Errorf("%d %s: not sorted", n, name)
			}
		}
	}
}
