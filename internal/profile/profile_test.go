package profile_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/profile"
)

func generator(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 17)) }

func encode(tb testing.TB, c *profile.Column) []byte {
	tb.Helper()
	b, err := c.MarshalBinary()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func merge(tb testing.TB, into, from *profile.Column) {
	tb.Helper()
	if err := into.Merge(from); err != nil {
		tb.Fatal(err)
	}
}

// rankError is how far the value given for q lies from rank q.
func rankError(c *profile.Column, sorted []float64, q float64) float64 {
	x := c.Quantile(q)
	low, _ := slices.BinarySearch(sorted, x)
	high, _ := slices.BinarySearchFunc(sorted, x, func(v, x float64) int {
		if v <= x {
			return -1
		}
		return 1
	})
	n := float64(len(sorted))
	return max(float64(low)/n-q, q-float64(high)/n, 0)
}

var ranks = []float64{0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999}

// TestMergeOfPartsIsTheWhole splits one column in many ways and merges the parts in any order.
func TestMergeOfPartsIsTheWhole(t *testing.T) {
	rng := generator(1)
	far, asked := 0, 0
	for round := range 60 {
		n := 1 + rng.IntN(40_000)
		values := make([]float64, n)
		draw := []func() float64{rng.NormFloat64, rng.Float64, func() float64 { return float64(rng.IntN(50)) }, func() float64 { return math.Exp(4 * rng.NormFloat64()) }}[round%4]
		for i := range values {
			values[i] = draw()
		}
		if round%5 == 0 {
			slices.Sort(values) // parts that differ in kind
		}
		whole := profile.New(9)
		parts := make([]*profile.Column, 1+rng.IntN(30))
		for k := range parts {
			parts[k] = profile.New(9)
		}
		for i, v := range values {
			part := parts[i*len(parts)/n]
			for _, c := range []*profile.Column{whole, part} {
				c.AddNumber(v)
				if i%7 == 0 {
					c.AddMissing(1)
				}
				c.AddCell([]string{"x", "y"}[i%2], []string{"0", "1"}[i%3%2], 1)
			}
		}
		for len(parts) > 1 { // as a tree of any shape
			i := rng.IntN(len(parts) - 1)
			merge(t, parts[i], parts[i+1])
			parts = slices.Delete(parts, i+1, i+2)
		}
		got := parts[0]
		slices.Sort(values)
		rows, missing, bad := got.Rows()
		wantRows, wantMissing, _ := whole.Rows()
		if rows != wantRows || missing != wantMissing || bad != 0 {
			t.Fatalf("%d rows, %d missing; the whole has %d and %d", rows, missing, wantRows, wantMissing)
		}
		if low, high := got.Range(); low != values[0] || high != values[n-1] {
			t.Errorf("range %v to %v, want %v to %v", low, high, values[0], values[n-1])
		}
		wantCells, _, _ := whole.Cells()
		if cells, _, ok := got.Cells(); !ok || !cmp.Equal(cells, wantCells) {
			t.Errorf("cells %v, want %v", cells, wantCells)
		}
		a, mean, variance := got.Moments()
		b, wantMean, wantVariance := whole.Moments()
		if a != b || math.Abs(mean-wantMean) > 1e-9*(1+math.Abs(wantMean)) || n > 1 && math.Abs(variance-wantVariance) > 1e-8*wantVariance {
			t.Errorf("moments %v %v %v, want %v %v %v", a, mean, variance, b, wantMean, wantVariance)
		}
		d, exact := got.Distinct()
		if e, alike := whole.Distinct(); d != e || exact != alike {
			t.Errorf("%v different values, the whole has %v", d, e)
		}
		for _, c := range []*profile.Column{whole, got} {
			for _, q := range ranks {
				asked++
				e := rankError(c, values, q)
				if e > profile.RankError {
					far++
				}
				if e > 2*profile.RankError {
					t.Errorf("%d values: rank error %v at %v", n, e, q)
				}
			}
		}
	}
	t.Logf("of %d quantiles %d are beyond the stated rank error of %v", asked, far, profile.RankError)
	if far > asked/100 {
		t.Errorf("of %d quantiles %d are beyond the stated rank error", asked, far)
	}
}

func TestValuesAreExactWhileTheyAreFew(t *testing.T) {
	a, b := profile.New(1), profile.New(1)
	a.AddText("yes", 70)
	a.AddText("no", 30)
	b.AddText("no", 50)
	b.AddText("maybe", 3)
	merge(t, a, b)
	got, rest, ok := a.Values()
	if want := []profile.Count{{Value: "no", Rows: 80}, {Value: "yes", Rows: 70}, {Value: "maybe", Rows: 3}}; !ok || rest != 0 || !cmp.Equal(got, want) {
		t.Errorf("values %v, rest %d", got, rest)
	}
	for i := range profile.MaxValues {
		b.AddText(strconv.Itoa(i), 1)
	}
	if _, _, ok := b.Values(); ok {
		t.Error("more values than are counted, and counts are claimed")
	}
	merge(t, a, b)
	if _, _, ok := a.Values(); ok {
		t.Error("counts came back by merging")
	}
	if n, exact := a.Distinct(); exact || math.Abs(n-(profile.MaxValues+3)) > 0.07*profile.MaxValues {
		t.Errorf("%v different values, exact %v", n, exact)
	}
}

func TestDistinctWithinItsError(t *testing.T) {
	for _, n := range []int{1, 512, 513, 5_000, 200_000} {
		c := profile.New(uint64(n))
		for i := range n {
			c.AddNumber(float64(i) * 1.7)
			c.AddNumber(float64(i) * 1.7)
		}
		got, exact := c.Distinct()
		if exact != (n <= 512) || exact && got != float64(n) || math.Abs(got-float64(n)) > 4*0.0163*float64(n) {
			t.Errorf("%d different values are counted as %v, exact %v", n, got, exact)
		}
	}
}

// TestSuppress leaves nothing that stands for few people.
func TestSuppress(t *testing.T) {
	const least = 10
	rng := generator(4)
	c := profile.New(3)
	values := make([]float64, 20_000)
	for i := range values {
		values[i] = rng.NormFloat64()
		c.AddNumber(values[i])
	}
	c.AddCell("x", "1", 100)
	c.AddCell("x", "0", 3)
	c.AddCell("y", "1", 40)
	c.Suppress(least)
	cells, rest, _ := c.Cells()
	if len(cells) != 1 || rest != 43 {
		t.Errorf("cells %v, rest %d: three people can be had by subtraction", cells, rest)
	}
	if low, _ := c.Range(); !math.IsNaN(low) {
		t.Errorf("the smallest number is one person's: %v", low)
	}
	slices.Sort(values)
	for _, q := range ranks[2:7] {
		if e := rankError(c, values, q); e > profile.RankError+least/20_000. {
			t.Errorf("rank error %v at %v", e, q)
		}
	}
	again := new(profile.Column)
	if err := again.UnmarshalBinary(encode(t, c)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(encode(t, again), encode(t, c)) {
		t.Error("a suppressed profile does not survive its bytes")
	}
	few := profile.New(3)
	few.AddNumber(5)
	few.AddText("rare", 2)
	few.Suppress(least)
	if n, mean, _ := few.Moments(); n != 0 || !math.IsNaN(mean) || !math.IsNaN(few.Quantile(0.5)) {
		t.Errorf("one person's number is left: %v %v", n, mean)
	}
	if bytes.Contains(encode(t, few), []byte("rare")) {
		t.Error("a rare value is left in the bytes")
	}
	merge(t, few, c)
	if n, _ := few.Distinct(); !math.IsNaN(n) {
		t.Errorf("different values of suppressed parts: %v", n)
	}
}

func TestBytes(t *testing.T) {
	rng := generator(6)
	for _, n := range []int{0, 1, 600, 30_000} {
		c := profile.New(uint64(n))
		for range n {
			c.AddNumber(rng.NormFloat64())
		}
		c.AddMissing(int64(n))
		c.AddText("甲", 4)
		c.AddCell("甲", "1", 3)
		b := encode(t, c)
		if len(b) > 40_000 {
			t.Errorf("%d rows take %d bytes", n, len(b))
		}
		d := profile.New(0)
		if err := d.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(encode(t, d), b) {
			t.Errorf("%d rows: other bytes after reading", n)
		}
		c.AddNumber(1)
		d.AddNumber(1)
		if !bytes.Equal(encode(t, d), encode(t, c)) {
			t.Errorf("%d rows: the profile goes on differently after reading", n)
		}
		for cut := range min(len(b), 400) {
			if err := new(profile.Column).UnmarshalBinary(b[:cut]); plumbline.CodeOf(err) != plumbline.Invalid {
				t.Fatalf("cut to %d of %d bytes: %v", cut, len(b), err)
			}
		}
		if err := d.UnmarshalBinary(append(slices.Clone(b), 0)); plumbline.CodeOf(err) != plumbline.Invalid {
			t.Errorf("a byte too many: %v", err)
		}
		b[4] = 9
		if err := d.UnmarshalBinary(b); plumbline.CodeOf(err) != plumbline.Unsupported {
			t.Errorf("another version: %v", err)
		}
	}
	if err := profile.New(1).Merge(profile.New(2)); plumbline.CodeOf(err) != plumbline.Invalid {
		t.Errorf("other seeds: %v", err)
	}
}

func TestNumbersAtTheEdge(t *testing.T) {
	c := profile.New(1)
	c.AddNumbers([]float64{1, 0, 3}, []uint64{0b101})
	c.AddNumbers([]float64{5}, nil)
	if rows, missing, _ := c.Rows(); rows != 4 || missing != 1 || c.Quantile(0.5) != 3 {
		t.Errorf("%d rows, %d missing, median %v", rows, missing, c.Quantile(0.5))
	}
	c = profile.New(1)
	c.AddNumber(math.NaN())
	c.AddNumber(math.MaxFloat64)
	c.AddNumber(-math.MaxFloat64)
	if _, _, bad := c.Rows(); bad != 1 {
		t.Errorf("%d bad values", bad)
	}
	if _, mean, _ := c.Moments(); !math.IsNaN(mean) {
		t.Errorf("moments that overflow: %v", mean)
	}
	if err := new(profile.Column).UnmarshalBinary(encode(t, c)); err != nil {
		t.Error(err)
	}
}

// FuzzUnmarshal reads bytes of strangers: what is accepted keeps its bytes, merges, and answers.
func FuzzUnmarshal(f *testing.F) {
	rng := generator(8)
	for _, n := range []int{0, 3, 700, 3000} {
		c := profile.New(5)
		for range n {
			c.AddNumber(rng.NormFloat64())
		}
		c.AddText("a", 3)
		c.AddCell("a", "1", 2)
		f.Add(encode(f, c))
		c.Suppress(3)
		f.Add(encode(f, c))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := new(profile.Column)
		if err := c.UnmarshalBinary(data); err != nil {
			return
		}
		if !bytes.Equal(encode(t, c), data) {
			t.Fatal("accepted, and written differently")
		}
		d := new(profile.Column)
		if err := d.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if err := c.Merge(d); err == nil {
			if err := d.UnmarshalBinary(encode(t, c)); err != nil {
				t.Fatalf("a merged profile is refused: %v", err)
			}
		}
		if rows, _, _ := c.Rows(); rows < 1<<59 {
			c.AddNumber(2)
		}
		c.Suppress(10)
		c.Quantile(0.5)
		c.Distinct()
		c.Moments()
		if err := new(profile.Column).UnmarshalBinary(encode(t, c)); err != nil {
			t.Fatalf("a suppressed profile is refused: %v", err)
		}
	})
}
