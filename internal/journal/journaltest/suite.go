package journaltest

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/journal"
)

// Run holds a store against the contract of [journal.Store]. Open gives the same store each time, as another process would have it.
func Run(t *testing.T, open func(t *testing.T) journal.Store) {
	t.Helper()
	row := func(n int64) *journal.Row {
		mark := byte(n & 0xff)
		r := &journal.Row{Number: n, Time: 1_000 + n, Count: 1, Note: fmt.Sprint("note ", n, "\n"), IDs: bytes.Repeat([]byte{mark}, 16), Data: bytes.Repeat([]byte{0, mark, 0xff}, 1000)}
		r.Head[0] = mark
		return r
	}
	s := open(t)
	if last, err := s.Last(t.Context()); err != nil || last.Number != 0 {
		t.Fatal(last, err)
	}
	if _, err := s.IDs(t.Context(), 1); plumbline.CodeOf(err) != plumbline.NotFound {
		t.Error("IDs of nothing:", err)
	}
	for _, wrong := range []int64{2, 0, -1} {
		if err := s.Append(t.Context(), row(wrong)); plumbline.CodeOf(err) != plumbline.Conflict {
			t.Errorf("row %d as the first: %v", wrong, err)
		}
	}
	for n := range int64(150) {
		if err := s.Append(t.Context(), row(n+1)); err != nil {
			t.Fatal(err)
		}
	}
	for _, wrong := range []int64{150, 1, 152} {
		if err := s.Append(t.Context(), row(wrong)); plumbline.CodeOf(err) != plumbline.Conflict {
			t.Errorf("row %d after 150: %v", wrong, err)
		}
	}
	for _, s := range []journal.Store{s, open(t)} {
		same(t, s, row)
	}
	racing(t, s, open(t), row)
	cancelled(t, s, row)
}

// same reads back what was kept.
func same(t *testing.T, s journal.Store, row func(int64) *journal.Row) {
	t.Helper()
	for _, from := range []int64{0, 1, 100, 151} {
		next := max(from, 1)
		for r, err := range s.Rows(t.Context(), from) {
			if err != nil {
				t.Fatal(err)
			}
			want := row(next)
			if r.Number != next || r.Time != want.Time || r.Count != 1 || r.Head != want.Head || r.Note != want.Note || !bytes.Equal(r.IDs, want.IDs) || !bytes.Equal(r.Data, want.Data) {
				t.Fatalf("row %d is %+v", next, r)
			}
			next++
		}
		if next != 151 {
			t.Errorf("from %d: the last row is %d", from, next-1)
		}
	}
	for _, err := range s.Rows(t.Context(), 1) {
		if err != nil {
			t.Error(err)
		}
		break // a reader may stop
	}
	ids, err := s.IDs(t.Context(), 77)
	if last, lastErr := s.Last(t.Context()); err != nil || lastErr != nil || !bytes.Equal(ids, row(77).IDs) || last.Number != 150 || last.Head != row(150).Head {
		t.Error(last, lastErr, err)
	}
}

// racing has two processes append the same numbers: each is taken once.
func racing(t *testing.T, a, b journal.Store, row func(int64) *journal.Row) {
	t.Helper()
	var wait sync.WaitGroup
	var mu sync.Mutex
	taken := map[int64]int{}
	for _, s := range []journal.Store{a, b} {
		wait.Go(func() {
			for n := int64(151); n <= 170; {
				switch err := s.Append(t.Context(), row(n)); {
				case err == nil:
					mu.Lock()
					taken[n]++
					mu.Unlock()
					n++
				case plumbline.CodeOf(err) == plumbline.Conflict:
					n++
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	for n := int64(151); n <= 170; n++ {
		if taken[n] > 1 {
			t.Errorf("row %d was taken %d times", n, taken[n])
		}
	}
	next := int64(1)
	for r, err := range a.Rows(t.Context(), 1) {
		if err != nil || r.Number != next {
			t.Fatalf("row %d where %d is expected: %v", r.Number, next, err)
		}
		next++
	}
}

// cancelled has a call that was cancelled keep the row whole, or not at all.
func cancelled(t *testing.T, s journal.Store, row func(int64) *journal.Row) {
	t.Helper()
	last, err := s.Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_ = s.Append(ctx, row(last.Number+1))
	after, err := s.Last(t.Context())
	if err != nil || after.Number != last.Number && after.Number != last.Number+1 {
		t.Error(after, err)
	}
}
