package tilelog

import (
	"bytes"
	"context"
	"errors"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/ledger"
)

// Check goes through the whole log once: it gives each entry to a function, in order, computes every tile and the root from the
// entries, and calls bad for what is damaged, lacking or not as the entries say. Memory is a tile for each level. The error is of
// reading the entries: without them nothing more can be said.
func (t Tree) Check(ctx context.Context, src Source, entry func(index int64, data []byte), bad func(name string, err error)) error {
	c := &checker{ctx: ctx, src: src, bad: bad}
	var tree ledger.Tree
	for index, e := range t.Entries(ctx, src, 0, t.Size) {
		if e.Err != nil {
			return e.Err
		}
		entry(index, e.Data)
		leaf := ledger.EntryLeaf(e.Data)
		tree.Add(leaf)
		c.add(0, leaf)
	}
	for level := range c.levels {
		c.finish(level)
	}
	if tree.Root() != t.Root {
		bad("tile/entries", plumbline.Errorf(plumbline.Invalid, "the entries do not give the root of the checkpoint"))
	}
	return nil
}

// checker has the hashes of the tile at the right edge of each level.
type checker struct {
	ctx    context.Context //nolint:containedctx // it lives as long as one call of Check
	src    Source
	bad    func(string, error)
	levels []level
}

type level struct {
	n    int64
	data []byte
	tree ledger.Tree // over this tile
}

func (c *checker) add(l int, h ledger.Hash) {
	if l == len(c.levels) {
		c.levels = append(c.levels, level{})
	}
	at := &c.levels[l]
	at.data = append(at.data, h[:]...)
	at.tree.Add(h)
	if at.tree.Size() < width {
		return
	}
	root := at.tree.Root()
	c.finish(l)
	c.levels[l] = level{n: c.levels[l].n + 1, data: c.levels[l].data[:0]}
	c.add(l+1, root)
}

// finish compares the tile at the edge of a level with its object.
func (c *checker) finish(l int) {
	at := &c.levels[l]
	if len(at.data) == 0 {
		return
	}
	name := tileName(tlog.Tile{H: height, L: l, N: at.n, W: len(at.data) / tlog.HashSize})
	data, err := c.src.Get(c.ctx, name)
	if err == nil && !bytes.Equal(data, at.data) {
		err = errors.New("the hashes are not those of the entries")
	}
	if err != nil {
		c.bad(name, err)
	}
}
