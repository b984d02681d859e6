package tilelog_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/tilelog"
	"github.com/plumbline-project/plumbline/ledger"
)

// objects is a folder in memory.
type objects map[string][]byte

func (o objects) Get(_ context.Context, name string) ([]byte, error) {
	data, ok := o[name]
	if !ok {
		return nil, plumbline.Errorf(plumbline.NotFound, "there is no %s", name)
	}
	return data, nil
}

func entry(i int64) []byte { return fmt.Appendf(nil, "entry %d", i) }

// extend adds entries up to a size.
func extend(tb testing.TB, o objects, t tilelog.Tree, size int64) tilelog.Tree {
	tb.Helper()
	var entries [][]byte
	for i := t.Size; i < size; i++ {
		entries = append(entries, entry(i))
	}
	t, list, err := tilelog.Extend(tb.Context(), o, t, entries)
	if err != nil {
		tb.Fatal(err)
	}
	for _, object := range list {
		if old, ok := o[object.Name]; ok && !bytes.Equal(old, object.Data) {
			tb.Fatalf("%s is put twice with other bytes", object.Name)
		}
		o[object.Name] = object.Data
	}
	return t
}

// However a log is extended, its root is that of its entries, its objects are those that Names gives, beside the partial ones of
// trees before, and Check finds nothing.
func TestExtend(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 10 {
		o, tree, stale := objects{}, tilelog.Empty(), map[string]bool{}
		var want ledger.Tree
		for tree.Size < 30_000 {
			for _, name := range tree.Partials() {
				stale[name] = true
			}
			before := tree.Size
			step := 1 + random.Int64N(300)
			if random.IntN(4) == 0 {
				step = random.Int64N(10_000)
			}
			tree = extend(t, o, tree, before+step)
			for i := before; i < tree.Size; i++ {
				want.Add(ledger.EntryLeaf(entry(i)))
			}
			if tree.Root != want.Root() {
				t.Fatalf("the root at %d is wrong", tree.Size)
			}
		}
		names := maps.Collect(func(yield func(string, bool) bool) {
			for name := range tree.Names() {
				yield(name, true)
			}
		})
		for name := range o {
			if !names[name] && !stale[name] {
				t.Errorf("%s is in no tree", name)
			}
		}
		check(t, o, tree, func(name string, err error) { t.Error(name, err) })
		if slices.ContainsFunc(tree.Partials(), func(name string) bool { return !names[name] }) {
			t.Error("a partial tile is not of the tree")
		}
	}
}

func check(t *testing.T, o objects, tree tilelog.Tree, bad func(string, error)) {
	t.Helper()
	n := int64(0)
	err := tree.Check(t.Context(), o, func(index int64, data []byte) {
		if index != n || !bytes.Equal(data, entry(n)) {
			bad("entry", fmt.Errorf("entry %d is %q", index, data))
		}
		n++
	}, bad)
	if err == nil && n != tree.Size {
		err = fmt.Errorf("%d entries of %d", n, tree.Size)
	}
	if err != nil {
		bad("log", err)
	}
}

// Names and bytes are those of C2SP tlog-tiles: numbers by thousands, 256 hashes to a tile, entries with their length.
func TestLayout(t *testing.T) {
	o := objects{}
	tree := extend(t, o, tilelog.Empty(), 256*1001+3)
	for name, size := range map[string]int{
		"tile/0/000": 8192, "tile/0/x001/000": 8192, "tile/0/x001/001.p/3": 96, "tile/1/003.p/233": 233 * 32, "tile/1/000": 8192,
		"tile/2/000.p/3": 96, "tile/entries/x001/001.p/3": 3 * (2 + len("entry 256256")),
	} {
		if len(o[name]) != size {
			t.Errorf("%s has %d bytes; expected %d", name, len(o[name]), size)
		}
	}
	if got := o["tile/entries/000"]; !bytes.HasPrefix(got, []byte("\x00\x07entry 0\x00\x07entry 1")) {
		t.Errorf("%.20q", got)
	}
	if tree.Size != 256*1001+3 {
		t.Error(tree.Size)
	}
}

// Every proof of trees of up to 300 entries, and of larger ones a sample, is one that the public verifier accepts.
func TestProofs(t *testing.T) {
	o, tree := objects{}, tilelog.Empty()
	old := []tilelog.Tree{tree}
	for size := int64(1); size <= 300; size++ {
		tree = extend(t, o, tree, size)
		for i := range size {
			p, err := tree.ProveEntry(t.Context(), o, i)
			if err != nil || !ledger.CheckInclusion(p, i, size, ledger.EntryLeaf(entry(i)), tree.Root) {
				t.Fatalf("entry %d of %d: %v", i, size, err)
			}
		}
		for _, before := range old {
			p, err := tree.ProveConsistency(t.Context(), o, before.Size)
			if err != nil || !ledger.CheckConsistency(p, size, tree.Root, before.Size, before.Root) {
				t.Fatalf("%d after %d: %v", size, before.Size, err)
			}
		}
		old = append(old, tree)
	}
	tree = extend(t, o, tree, 66_000)
	for _, i := range []int64{0, 255, 256, 65_535, 65_536, 65_999} {
		p, err := tree.ProveEntry(t.Context(), o, i)
		if err != nil || !ledger.CheckInclusion(p, i, tree.Size, ledger.EntryLeaf(entry(i)), tree.Root) {
			t.Error(i, err)
		}
	}
	for _, i := range []int64{-1, tree.Size} {
		if _, err := tree.ProveEntry(t.Context(), o, i); plumbline.CodeOf(err) != plumbline.NotFound {
			t.Error(i, err)
		}
	}
	if _, err := tree.ProveConsistency(t.Context(), o, tree.Size+1); plumbline.CodeOf(err) != plumbline.Invalid {
		t.Error(err)
	}
}

// Any bit flipped in any object, any object cut by a byte or gone, is named by Check.
func TestDamage(t *testing.T) {
	o := objects{}
	tree := extend(t, o, extend(t, o, tilelog.Empty(), 40), 300)
	for _, name := range slices.Sorted(tree.Names()) {
		data := o[name]
		for i := 0; i < len(data); i += 1 + len(data)/200 {
			o[name] = bytes.Clone(data)
			o[name][i] ^= 1 << (i % 8)
			wantBad(t, o, tree, fmt.Sprintf("%s with byte %d changed", name, i))
		}
		o[name] = data[:len(data)-1]
		wantBad(t, o, tree, name+" cut")
		delete(o, name)
		wantBad(t, o, tree, name+" gone")
		o[name] = data
	}
	check(t, o, tree, func(name string, err error) { t.Error(name, err) })
}

func wantBad(t *testing.T, o objects, tree tilelog.Tree, what string) {
	t.Helper()
	found := false
	check(t, o, tree, func(string, error) { found = true })
	if !found {
		t.Errorf("%s is not noticed", what)
	}
}

// A damaged right edge is not carried on into a longer log, and a proof is not made from a damaged tile.
func TestDamagedEdge(t *testing.T) {
	o := objects{}
	tree := extend(t, o, tilelog.Empty(), 300)
	for _, name := range tree.Partials() {
		data := o[name]
		o[name] = bytes.Clone(data)
		o[name][len(data)-1] ^= 1
		if _, _, err := tilelog.Extend(t.Context(), o, tree, [][]byte{entry(300)}); plumbline.CodeOf(err) != plumbline.Invalid {
			t.Errorf("extended over a damaged %s: %v", name, err)
		}
		o[name] = data
	}
	o["tile/0/000"][0] ^= 1
	if _, err := tree.ProveEntry(t.Context(), o, 3); plumbline.CodeOf(err) != plumbline.Invalid {
		t.Error(err)
	}
	if _, _, err := tilelog.Extend(t.Context(), o, tree, [][]byte{make([]byte, ledger.MaxEntry+1)}); plumbline.CodeOf(err) != plumbline.TooLarge {
		t.Error(err)
	}
}

// FuzzEntries reads a bundle of any bytes: the entries that it gives are the bytes again, and nothing panics.
func FuzzEntries(f *testing.F) {
	f.Add([]byte("\x00\x01a\x00\x02bc"), uint8(2))
	f.Add([]byte("\xff\xff"), uint8(1))
	f.Add([]byte{}, uint8(255))
	f.Fuzz(func(t *testing.T, data []byte, count uint8) {
		size := int64(count)
		if size == 0 {
			return
		}
		tree := tilelog.Tree{Size: size}
		o := objects{tree.Partials()[0]: data}
		total := 0
		for _, e := range tree.Entries(t.Context(), o, 0, size) {
			if e.Err != nil {
				return
			}
			total += 2 + len(e.Data)
		}
		if total != len(data) {
			t.Errorf("%d bytes read of %d", total, len(data))
		}
	})
}

// BenchmarkProof proves entries of a log of a million.
func BenchmarkProof(b *testing.B) {
	o := objects{}
	tree := extend(b, o, tilelog.Empty(), 1_000_000)
	b.Run("prove", func(b *testing.B) {
		for i := int64(0); b.Loop(); i++ {
			if _, err := tree.ProveEntry(b.Context(), o, i*7919%tree.Size); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("extend", func(b *testing.B) {
		entries := make([][]byte, 100)
		for i := range entries {
			entries[i] = entry(tree.Size + int64(i))
		}
		for b.Loop() {
			if _, _, err := tilelog.Extend(b.Context(), o, tree, entries); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("entries", func(b *testing.B) {
		n := 0
		for b.Loop() {
			for _, e := range tree.Entries(b.Context(), o, 0, tree.Size) {
				if e.Err != nil {
					b.Fatal(e.Err)
				}
				n++
			}
		}
		b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "entries/s")
	})
}
