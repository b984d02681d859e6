package journal

import (
	"context"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/ledger"
)

// Receipt makes the receipt of an acknowledged record. That of a record of another group than the acknowledged one is read from the store;
// it is NotFound where its row is sealed and gone: then a proof from the log says more than a receipt.
func (j *Journal) Receipt(ctx context.Context, a Ack, workflow string) (*ledger.Receipt, error) {
	if a.group == nil || a.Status == Conflict {
		return nil, plumbline.Errorf(plumbline.Invalid, "the record %q was not recorded", a.ID)
	}
	g := a.group
	if g.note == "" {
		var err error
		if g, err = j.load(ctx, g.number); err != nil {
			return nil, err
		}
	}
	return &ledger.Receipt{
		V: 1, ID: a.ID, Workflow: workflow, Leaf: g.leaves[a.index], Index: a.index, Count: len(g.leaves), Path: ledger.ProveInclusion(g.leaves, int64(a.index)),
		Previous: g.previous, Time: g.time, Note: g.note,
	}, nil
}

// load reads a group from the store, and the head before it.
func (j *Journal) load(ctx context.Context, number int64) (*group, error) {
	previous := ledger.FirstHead(j.c.Ledger, j.c.Node)
	for row, err := range j.c.Store.Rows(ctx, max(number-1, 1)) {
		if err != nil {
			return nil, err
		}
		if row.Number == number-1 {
			previous = row.Head
			continue
		}
		if row.Number != number {
			break
		}
		if err := row.Verify(previous); err != nil {
			return nil, err
		}
		records, err := row.Records()
		if err != nil {
			return nil, err
		}
		g := &group{number: number, time: row.Time, previous: previous, note: row.Note}
		for i := range records {
			g.leaves = append(g.leaves, ledger.RecordLeaf(records[i].Salt, records[i].Bytes))
		}
		return g, nil
	}
	return nil, plumbline.Errorf(plumbline.NotFound, "group %d is not in the journal any more", number)
}
