// Package journaltest holds what tests of journals share: a store in memory whose calls can fail at any place, and the suite that
// every store passes. What the suite asks is the contract of [journal.Store], with two processes on one store and calls that are
// cancelled. It has no production code.
package journaltest

import (
	"context"
	"iter"
	"slices"
	"sync"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/journal"
)

// Memory is a store that lasts as long as the test. Fault, where there is one, is asked at every call, which are counted from 1: an
// error before stops the call, one after it comes when the row is kept already.
type Memory struct {
	mu    sync.Mutex
	Kept  []*journal.Row // in their order
	calls int
	Fault func(call int, kind string) (before, after error)
}

func (m *Memory) call(kind string) (before, after error) {
	m.calls++
	if m.Fault == nil {
		return nil, nil
	}
	return m.Fault(m.calls, kind)
}

// Append keeps a row.
func (m *Memory) Append(_ context.Context, r *journal.Row) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	before, after := m.call("append")
	if before != nil {
		return before
	}
	if r.Number != int64(len(m.Kept))+1 {
		return plumbline.Errorf(plumbline.Conflict, "another writer was first")
	}
	kept := *r
	m.Kept = append(m.Kept, &kept)
	return after
}

// Last gives the newest row.
func (m *Memory) Last(context.Context) (*journal.Row, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if before, _ := m.call("last"); before != nil {
		return nil, before
	}
	if len(m.Kept) == 0 {
		return &journal.Row{}, nil
	}
	return m.Kept[len(m.Kept)-1], nil
}

// Rows gives the rows from a number on.
func (m *Memory) Rows(_ context.Context, from int64) iter.Seq2[*journal.Row, error] {
	return func(yield func(*journal.Row, error) bool) {
		m.mu.Lock()
		before, _ := m.call("rows")
		rows := slices.Clone(m.Kept)
		m.mu.Unlock()
		if before != nil {
			yield(nil, before)
			return
		}
		for _, r := range rows {
			if r.Number >= from && !yield(r, nil) {
				return
			}
		}
	}
}

// IDs gives the hashes of a row.
func (m *Memory) IDs(_ context.Context, number int64) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if before, _ := m.call("ids"); before != nil {
		return nil, before
	}
	if number < 1 || number > int64(len(m.Kept)) {
		return nil, plumbline.Errorf(plumbline.NotFound, "no such group")
	}
	return m.Kept[number-1].IDs, nil
}
