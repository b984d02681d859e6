package tilelog

import (
	"context"
	"encoding/binary"
	"fmt"
	"iter"
	"slices"
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/ledger"
)

// Source reads objects; every blob.Objects is one.
type Source interface {
	Get(ctx context.Context, name string) ([]byte, error)
}

// Tree is a log up to a size.
type Tree struct {
	Size int64       `json:"size"`
	Root ledger.Hash `json:"root"`
}

// Empty is the log before its first entry.
func Empty() Tree { return Tree{Root: ledger.RootOf(nil)} }

// Object is one that is to be put.
type Object struct {
	Name string
	Data []byte
}

const (
	height = 8
	width  = 1 << height
)

// Extend gives the tree after more entries, and the objects that it has beyond those of the tree before, which are read for the right
// edge. It costs the new entries and one path of tiles.
func Extend(ctx context.Context, src Source, t Tree, entries [][]byte) (Tree, []Object, error) {
	if len(entries) == 0 {
		return t, nil, nil
	}
	grown := &overlay{below: t.reader(ctx, src), from: tlog.StoredHashCount(t.Size)}
	for i, e := range entries {
		if len(e) == 0 || len(e) > ledger.MaxEntry {
			return t, nil, plumbline.Errorf(plumbline.TooLarge, "an entry has %d bytes; expected 1 to %d", len(e), ledger.MaxEntry)
		}
		hashes, err := tlog.StoredHashes(t.Size+int64(i), e, grown)
		if err != nil {
			return t, nil, damaged(err)
		}
		grown.hashes = append(grown.hashes, hashes...)
	}
	size := t.Size + int64(len(entries))
	root, err := tlog.TreeHash(size, grown)
	if err != nil {
		return t, nil, damaged(err)
	}
	objects, err := bundles(ctx, src, t, entries)
	if err != nil {
		return t, nil, err
	}
	for _, tile := range tlog.NewTiles(height, t.Size, size) {
		data, err := tlog.ReadTileData(tile, grown)
		if err != nil {
			return t, nil, damaged(err)
		}
		objects = append(objects, Object{tileName(tile), data})
	}
	return Tree{size, ledger.Hash(root)}, objects, nil
}

// overlay has the hashes of entries that are being added, above those of the tree.
type overlay struct {
	below  tlog.HashReader
	from   int64
	hashes []tlog.Hash
}

// ReadHashes is that of tlog.HashReader.
func (o *overlay) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	var below, at []int64
	for i, index := range indexes {
		if index >= o.from {
			out[i] = o.hashes[index-o.from]
		} else {
			below, at = append(below, index), append(at, int64(i))
		}
	}
	if len(below) == 0 {
		return out, nil
	}
	got, err := o.below.ReadHashes(below)
	if err != nil {
		return nil, err
	}
	for i, h := range got {
		out[at[i]] = h
	}
	return out, nil
}

// bundles gives the objects of entries that are added to a tree.
func bundles(ctx context.Context, src Source, t Tree, entries [][]byte) ([]Object, error) {
	var data []byte
	n := t.Size / width
	have := int(t.Size % width)
	if have > 0 {
		old, err := src.Get(ctx, bundleName(n, have))
		if err != nil {
			return nil, err
		}
		leaves, err := readBundle(old, have)
		if err != nil {
			return nil, at(bundleName(n, have), err)
		}
		if err := t.checkEdge(ctx, src, n, leaves); err != nil {
			return nil, err
		}
		data = slices.Clone(old)
	}
	var out []Object
	for i, e := range entries {
		data = append(binary.BigEndian.AppendUint16(data, uint16(len(e))), e...) //nolint:gosec // G115: at most MaxEntry, Extend looked
		if have++; have == width || i == len(entries)-1 {
			out = append(out, Object{bundleName(n, have), data})
			data, have, n = nil, 0, n+1
		}
	}
	return out, nil
}

// checkEdge holds the entries of the last, partial bundle against the tree, so that a damaged one is not carried on.
func (t Tree) checkEdge(ctx context.Context, src Source, n int64, entries [][]byte) error {
	indexes := make([]int64, len(entries))
	for i := range entries {
		indexes[i] = tlog.StoredHashIndex(0, n*width+int64(i))
	}
	hashes, err := t.reader(ctx, src).ReadHashes(indexes)
	if err != nil {
		return damaged(err)
	}
	for i, e := range entries {
		if hashes[i] != tlog.Hash(ledger.EntryLeaf(e)) {
			return at(bundleName(n, len(entries)), fmt.Errorf("entry %d is not that of the tree", n*width+int64(i)))
		}
	}
	return nil
}

// Entries gives the entries [from, to) in order. They are not held against the tree; whoever reads all can, by [ledger.Tree].
func (t Tree) Entries(ctx context.Context, src Source, from, to int64) iter.Seq2[int64, Entry] {
	return func(yield func(int64, Entry) bool) {
		if from < 0 || to > t.Size || from > to {
			yield(from, Entry{Err: plumbline.Errorf(plumbline.Invalid, "entries %d to %d of a log of %d", from, to, t.Size)})
			return
		}
		for n := from / width; n*width < to; n++ {
			entries, err := t.bundle(ctx, src, n)
			if err != nil {
				yield(max(from, n*width), Entry{Err: err})
				return
			}
			for i := max(from, n*width); i < min(to, n*width+int64(len(entries))); i++ {
				if !yield(i, Entry{Data: entries[i-n*width]}) {
					return
				}
			}
		}
	}
}

// Entry is the bytes of one, or why they cannot be had; nothing follows an error.
type Entry struct {
	Data []byte
	Err  error
}

// bundle reads a bundle of entries.
func (t Tree) bundle(ctx context.Context, src Source, n int64) ([][]byte, error) {
	count := int(min(width, t.Size-n*width))
	name := bundleName(n, count)
	data, err := src.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	entries, err := readBundle(data, count)
	if err != nil {
		return nil, at(name, err)
	}
	return entries, nil
}

// readBundle splits a bundle, which holds count entries and nothing else.
func readBundle(data []byte, count int) ([][]byte, error) {
	out := make([][]byte, count)
	for i := range out {
		if len(data) < 2 {
			return nil, fmt.Errorf("the bundle ends before entry %d of %d", i, count)
		}
		n := int(binary.BigEndian.Uint16(data))
		if n == 0 || len(data)-2 < n {
			return nil, fmt.Errorf("entry %d of the bundle has a length of %d; %d bytes are left", i, n, len(data)-2)
		}
		out[i], data = data[2:2+n:2+n], data[2+n:]
	}
	if len(data) > 0 {
		return nil, fmt.Errorf("the bundle has %d bytes after its last entry", len(data))
	}
	return out, nil
}

// ProveEntry gives the proof that an entry is in the tree.
func (t Tree) ProveEntry(ctx context.Context, src Source, index int64) (ledger.Proof, error) {
	if index < 0 || index >= t.Size {
		return nil, plumbline.Errorf(plumbline.NotFound, "entry %d is not in the log of %d entries", index, t.Size)
	}
	p, err := tlog.ProveRecord(t.Size, index, t.reader(ctx, src))
	return proof(p, err)
}

// ProveConsistency gives the proof that the tree continues that of an older size.
func (t Tree) ProveConsistency(ctx context.Context, src Source, old int64) (ledger.Proof, error) {
	switch {
	case old < 0 || old > t.Size:
		return nil, plumbline.Errorf(plumbline.Invalid, "a log of %d entries does not continue one of %d", t.Size, old)
	case old == 0 || old == t.Size:
		return ledger.Proof{}, nil
	}
	p, err := tlog.ProveTree(t.Size, old, t.reader(ctx, src))
	return proof(p, err)
}

func proof[P ~[]tlog.Hash](p P, err error) (ledger.Proof, error) {
	if err != nil {
		return nil, damaged(err)
	}
	out := make(ledger.Proof, len(p))
	for i := range p {
		out[i] = ledger.Hash(p[i])
	}
	return out, nil
}

// reader reads hashes of the tree. All are checked against its root.
func (t Tree) reader(ctx context.Context, src Source) tlog.HashReader {
	return tlog.TileHashReader(tlog.Tree{N: t.Size, Hash: tlog.Hash(t.Root)}, &tiles{ctx, src})
}

// tiles reads tiles for one call. The context is that of the call.
type tiles struct {
	ctx context.Context //nolint:containedctx // the interface of tlog has no place for it
	src Source
}

func (*tiles) Height() int                         { return height }
func (*tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

// ReadTiles reads tiles whole.
func (r *tiles) ReadTiles(list []tlog.Tile) ([][]byte, error) {
	out := make([][]byte, len(list))
	for i, tile := range list {
		data, err := r.src.Get(r.ctx, tileName(tile))
		if err != nil {
			return nil, err
		}
		if len(data) != tile.W*tlog.HashSize {
			return nil, at(tileName(tile), fmt.Errorf("the tile has %d bytes; expected %d", len(data), tile.W*tlog.HashSize))
		}
		out[i] = data
	}
	return out, nil
}

// Names gives the names of all objects of the tree.
func (t Tree) Names() iter.Seq[string] {
	return func(yield func(string) bool) {
		for n := int64(0); n*width < t.Size; n++ {
			if !yield(bundleName(n, int(min(width, t.Size-n*width)))) {
				return
			}
		}
		level := 0
		for hashes := t.Size; hashes > 0; hashes >>= height {
			for n := int64(0); n*width < hashes; n++ {
				if !yield(tileName(tlog.Tile{H: height, L: level, N: n, W: int(min(width, hashes-n*width))})) {
					return
				}
			}
			level++
		}
	}
}

// Partials gives the names of the objects of the tree that are partial: a longer tree has others in their place.
func (t Tree) Partials() []string {
	var out []string
	if w := int(t.Size % width); w > 0 {
		out = append(out, bundleName(t.Size/width, w))
	}
	level := 0
	for hashes := t.Size; hashes > 0; hashes >>= height {
		if w := int(hashes % width); w > 0 {
			out = append(out, tileName(tlog.Tile{H: height, L: level, N: hashes / width, W: w}))
		}
		level++
	}
	return out
}

func tileName(t tlog.Tile) string {
	return "tile/" + strconv.Itoa(t.L) + "/" + number(t.N, t.W)
}

func bundleName(n int64, w int) string { return "tile/entries/" + number(n, w) }

// number is the place of a tile in its level: by thousands, and how wide a partial one is.
func number(n int64, w int) string {
	out := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		out = fmt.Sprintf("x%03d/%s", n%1000, out)
	}
	if w < width {
		out += ".p/" + strconv.Itoa(w)
	}
	return out
}

func at(name string, err error) error {
	return &plumbline.Error{Code: plumbline.Invalid, Where: name, Message: err.Error(), Hint: "run plumb fsck; restore the object from a copy", Err: err}
}

// damaged gives an error of the log a code, where it has none.
func damaged(err error) error {
	if plumbline.CodeOf(err) != plumbline.Internal {
		return err
	}
	return &plumbline.Error{Code: plumbline.Invalid, Where: "log", Message: "the tiles are not those of the log: " + err.Error(), Hint: "run plumb fsck; restore the log from a copy", Err: err}
}
