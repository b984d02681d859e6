package stat_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline/internal/stat"
)

// lineOfDrift is the product's default threshold of PSI.
const lineOfDrift = 0.10

// TestNoDriftIsNotCalledDrift draws 200 pairs without drift, of sizes from 100 to 100,000, numbers and categories, with and
// without ties. None may be called drifted at the default threshold, and at the strictest one there could be, 0, no more
// than the interval allows.
func TestNoDriftIsNotCalledDrift(t *testing.T) {
	const pairs = 200
	rng := generator(21)
	called, moved, upper := 0, 0, 0
	for i := range pairs {
		n := int(100 * math.Pow(1000, float64(i)/(pairs-1)))
		m := max(100, n/(1+rng.IntN(3)))
		var d stat.CellDrift
		switch i % 3 {
		case 0:
			d = stat.CompareNumbers(sorted(normals(rng, n, 0, 1)), sorted(normals(rng, m, 0, 1)), plainSides).Cells
		case 1:
			a, b := normals(rng, n, 3, 2), normals(rng, m, 3, 2)
			for _, s := range [][]float64{a, b} {
				for k := range s {
					s[k] = math.Round(s[k])
				}
			}
			d = stat.CompareNumbers(sorted(a), sorted(b), plainSides).Cells
		default:
			p := []float64{0.5, 0.25, 0.15, 0.07, 0.03}
			d = stat.CompareCells(multinomial(rng, n, p), multinomial(rng, m, p), plainSides)
		}
		if math.IsNaN(d.PSI.Value) {
			t.Fatalf("pair %d has no PSI", i)
		}
		if d.PSI.Interval.Low > lineOfDrift {
			called++
		}
		if d.PSI.Interval.Low > 0 {
			moved++
		}
		if d.PSI.Interval.High < lineOfDrift {
			upper++
		}
	}
	t.Logf("of %d pairs without drift %d are called drifted, %d have an interval above 0, %d are shown to be without drift", pairs, called, moved, upper)
	const allowed = 0.025 // one end of an interval at 95 %
	if called > 0 || float64(moved) > pairs*allowed+3*math.Sqrt(pairs*allowed*(1-allowed)) {
		t.Errorf("of %d pairs without drift %d are called drifted, %d have an interval above 0", pairs, called, moved)
	}
	if upper < pairs/2 {
		t.Errorf("only %d of %d pairs without drift are shown to be so", upper, pairs)
	}
}

// TestDriftIsFound holds the power at the default threshold: a column among 20, so at a level of 0.9975.
func TestDriftIsFound(t *testing.T) {
	var table strings.Builder
	table.WriteString("| Mean moves by | PSI | n = 300 | n = 1,000 | n = 5,000 |\n|---:|---:|---:|---:|---:|\n")
	draws := max(*coverageDraws/100, 10)
	sides := stat.Sides{Before: 1, Now: 1, Level: 1 - 0.05/20}
	least := map[float64][3]float64{0.2: {0, 0, 0}, 0.3: {0, 0, 0}, 0.5: {0, 0.25, 0.99}, 0.8: {0.75, 0.99, 0.99}}
	for i, shift := range []float64{0.2, 0.3, 0.5, 0.8} {
		psi, _, _, _ := normalTruth(shift, 1)
		fmt.Fprintf(&table, "| %.1f sd | %.3f |", shift, psi)
		for k, n := range []int{300, 1000, 5000} {
			rng, found := generator(uint64(9000+10*i+k)), 0
			for range draws {
				before, now := sorted(normals(rng, n, 0, 1)), sorted(normals(rng, n, shift, 1))
				if stat.CompareNumbers(before, now, sides).Cells.PSI.Interval.Low > lineOfDrift {
					found++
				}
			}
			power := float64(found) / float64(draws)
			fmt.Fprintf(&table, " %.2f |", power)
			if want := least[shift][k]; power < want-3*math.Sqrt(want*(1-want)/float64(draws)) {
				t.Errorf("a shift of %v sd at n = %d is found in %v of the cases, the least is %v", shift, n, power, want)
			}
			if psi < lineOfDrift && power > 0.025+3*math.Sqrt(0.025/float64(draws)) {
				t.Errorf("a PSI of %v under the threshold is called drift in %v of the cases", psi, power)
			}
		}
		table.WriteString("\n")
	}
	t.Log("\n" + table.String())
}
