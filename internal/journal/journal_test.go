package journal_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/journal"
	"github.com/plumbline-project/plumbline/internal/journal/journaltest"
	"github.com/plumbline-project/plumbline/ledger"
)

const name = "ledger.example/test"

var day = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)

// keys are those of the journal of node a.
func keys(tb testing.TB) (note.Signer, note.Verifiers) {
	tb.Helper()
	sign, vkey, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{7}, 64)), ledger.JournalName(name, "a"))
	if err != nil {
		tb.Fatal(err)
	}
	s, err := note.NewSigner(sign)
	if err != nil {
		tb.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		tb.Fatal(err)
	}
	return s, note.VerifierList(v)
}

func open(tb testing.TB, store journal.Store, change ...func(*journal.Config)) *journal.Journal {
	tb.Helper()
	s, _ := keys(tb)
	c := journal.Config{Ledger: name, Node: "a", Signer: s, Store: store, Now: func() time.Time { return day }, Rand: rand.Reader, Key: []byte("sixteen bytes ok")}
	for _, f := range change {
		f(&c)
	}
	j, err := journal.Open(tb.Context(), c)
	if err != nil {
		tb.Fatal(err)
	}
	return j
}

func record(id string, value int) []byte {
	return fmt.Appendf(nil, `{"id":%q,"time":"2026-11-25T08:00:00Z","workflow":"loan","version":"1","kind":"decision","body":{"value":%d}}`, id, value)
}

func batchOf(prefix string, n int) [][]byte {
	out := make([][]byte, n)
	for i := range out {
		out[i] = record(fmt.Sprintf("%s-%d", prefix, i), i)
	}
	return out
}

// whole verifies the chain of a store, and gives all records by their bytes.
func whole(tb testing.TB, store journal.Store) map[string]int {
	tb.Helper()
	head, next := ledger.FirstHead(name, "a"), int64(1)
	found := map[string]int{}
	for row, err := range store.Rows(tb.Context(), 1) {
		if err != nil {
			tb.Fatal(err)
		}
		if row.Number != next {
			tb.Fatalf("group %d comes where %d is expected", row.Number, next)
		}
		if err := row.Verify(head); err != nil {
			tb.Fatal(err)
		}
		records, err := row.Records()
		if err != nil {
			tb.Fatal(err)
		}
		for _, r := range records {
			found[string(r.Bytes)]++
		}
		head, next = row.Head, next+1
	}
	return found
}

func TestAppend(t *testing.T) {
	store := &journaltest.Memory{}
	j := open(t, store)
	_, verifiers := keys(t)
	in := batchOf("a", 10)
	acks, err := j.Append(t.Context(), in)
	if err != nil || len(acks) != 10 {
		t.Fatal(acks, err)
	}
	for i, a := range acks {
		r, err := j.Receipt(t.Context(), a, "loan")
		if err != nil || a.Status != journal.Recorded || r.Index != i {
			t.Fatalf("%d: %+v %v", i, a, err)
		}
		p, err := r.Verify(verifiers)
		if err != nil || p.Group != 1 || !p.IncludeBy.Equal(day.Add(time.Hour)) {
			t.Fatalf("%d: %+v %v", i, p, err)
		}
	}
	if found := whole(t, store); len(found) != 10 {
		t.Error(len(found))
	}
}

// What was recorded once is recognised: in the batch, in the journal, after it was opened anew; other bytes are a conflict.
func TestIdempotence(t *testing.T) {
	store := &journaltest.Memory{}
	j := open(t, store)
	_, verifiers := keys(t)
	first, err := j.Append(t.Context(), [][]byte{record("x", 1), record("y", 2), record("x", 1), record("y", 3)})
	if err != nil {
		t.Fatal(err)
	}
	status := func(acks []journal.Ack) (out []journal.Status) {
		for _, a := range acks {
			out = append(out, a.Status)
		}
		return out
	}
	if got := status(first); !slices.Equal(got, []journal.Status{journal.Recorded, journal.Recorded, journal.Duplicate, journal.Conflict}) {
		t.Fatal(got)
	}
	for _, again := range []*journal.Journal{j, open(t, store)} {
		acks, err := again.Append(t.Context(), [][]byte{record("y", 2), record("x", 5), record("x", 1)})
		if err != nil || !slices.Equal(status(acks), []journal.Status{journal.Duplicate, journal.Conflict, journal.Duplicate}) {
			t.Fatal(acks, err)
		}
		r, err := again.Receipt(t.Context(), acks[0], "loan")
		if err != nil {
			t.Fatal(err)
		}
		if p, err := r.Verify(verifiers); err != nil || p.Group != 1 || r.Index != 1 {
			t.Fatal(r, err)
		}
		if _, err := again.Receipt(t.Context(), acks[1], "loan"); err == nil {
			t.Error("a conflict has a receipt")
		}
	}
	if found := whole(t, store); len(found) != 2 || len(store.Kept) != 1 {
		t.Error(found, len(store.Kept))
	}
	other := bytes.Replace(record("x", 1), []byte("loan"), []byte("mortgage"), 1)
	if acks, err := j.Append(t.Context(), [][]byte{other}); err != nil || acks[0].Status != journal.Recorded {
		t.Error("the same id in another workflow", acks, err)
	}
}

// Ids are remembered for the window, and longer where two generations fit.
func TestWindow(t *testing.T) {
	now := day
	store := &journaltest.Memory{}
	j := open(t, store, func(c *journal.Config) { c.Now, c.Window = func() time.Time { return now }, 24*time.Hour })
	if _, err := j.Append(t.Context(), [][]byte{record("x", 1)}); err != nil {
		t.Fatal(err)
	}
	for hours, want := range map[int]journal.Status{23: journal.Duplicate, 24: journal.Duplicate} {
		now = day.Add(time.Duration(hours) * time.Hour)
		if acks, err := j.Append(t.Context(), [][]byte{record("x", 1)}); err != nil || acks[0].Status != want {
			t.Errorf("after %d hours: %v %v", hours, acks, err)
		}
	}
	for _, hours := range []int{30, 60, 90} {
		now = day.Add(time.Duration(hours) * time.Hour)
		if _, err := j.Append(t.Context(), [][]byte{record(fmt.Sprint("other", hours), 1)}); err != nil {
			t.Fatal(err)
		}
	}
	if acks, err := j.Append(t.Context(), [][]byte{record("x", 1)}); err != nil || acks[0].Status != journal.Recorded {
		t.Errorf("after two windows: %v %v", acks, err)
	}
}

func TestRefusedBatches(t *testing.T) {
	store := &journaltest.Memory{}
	j := open(t, store, func(c *journal.Config) { c.MostWaiting = 1 << 20 })
	in := batchOf("a", 3)
	in[1] = []byte(`{"id":1}`)
	var e *plumbline.Error
	if _, err := j.Append(t.Context(), in); !errors.As(err, &e) || e.Where != "record 2 of the batch" || e.Code != plumbline.Invalid {
		t.Error(err)
	}
	if _, err := j.Append(t.Context(), batchOf("a", 5000)); plumbline.CodeOf(err) != plumbline.TooLarge {
		t.Error(err)
	}
	if acks, err := j.Append(t.Context(), nil); err != nil || len(acks) != 0 {
		t.Error(acks, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := j.Append(ctx, batchOf("a", 1)); err != nil && plumbline.CodeOf(err) != plumbline.Unavailable {
		t.Error(err)
	}
	if len(store.Kept) > 1 {
		t.Error("something was recorded")
	}
}

// Time may go backwards on the machine; in the journal it does not.
func TestClockGoesBackwards(t *testing.T) {
	now := day
	store := &journaltest.Memory{}
	j := open(t, store, func(c *journal.Config) { c.Now = func() time.Time { return now } })
	for i, d := range []time.Duration{0, -time.Hour, -48 * time.Hour, time.Second} {
		now = day.Add(d)
		if _, err := j.Append(t.Context(), [][]byte{record(strconv.Itoa(i), i)}); err != nil {
			t.Fatal(err)
		}
	}
	for i := 1; i < len(store.Kept); i++ {
		if store.Kept[i].Time < store.Kept[i-1].Time {
			t.Error("group", i+1, "is older than the one before")
		}
	}
	whole(t, store)
}

// Every call to the store fails, before or after it persisted, once or from then on. Whatever happens, what was acknowledged is
// there, the chain holds, no number is used twice, and what is appended again after an error is recorded once.
func TestFaults(t *testing.T) {
	lost := errors.New("the disk is gone")
	for n := 1; n <= 14; n++ {
		for _, mode := range []string{"before", "after", "before, from then on", "after, twice"} {
			store := &journaltest.Memory{}
			store.Fault = func(call int, _ string) (before, after error) {
				hit := call == n || mode == "before, from then on" && call >= n && call < n+3 || mode == "after, twice" && call == n+1
				if !hit {
					return nil, nil
				}
				if mode == "after" || mode == "after, twice" {
					return nil, lost
				}
				return lost, nil
			}
			acknowledged := map[string]bool{}
			run := func(j *journal.Journal) {
				for i := range 4 {
					in := [][]byte{record(fmt.Sprintf("%d-a", i), i), record(fmt.Sprintf("%d-b", i), i)}
					for range 6 { // a caller tries again
						acks, err := j.Append(t.Context(), in)
						if err != nil {
							continue
						}
						for k, a := range acks {
							if a.Status == journal.Conflict {
								t.Fatalf("%s %d: %s conflicts", mode, n, a.ID)
							}
							acknowledged[string(in[k])] = true
						}
						break
					}
				}
			}
			s, _ := keys(t)
			config := journal.Config{Ledger: name, Node: "a", Signer: s, Store: store, Now: func() time.Time { return day }, Rand: rand.Reader, Key: []byte("sixteen bytes ok")}
			for range 8 {
				if j, err := journal.Open(t.Context(), config); err == nil {
					run(j)
					break
				}
			}
			store.Fault = nil
			run(open(t, store)) // opened anew, everything comes once more
			found := whole(t, store)
			if len(acknowledged) != 8 {
				t.Errorf("%s %d: %d of 8 were acknowledged in the end", mode, n, len(acknowledged))
			}
			for text := range acknowledged {
				if found[text] != 1 {
					t.Errorf("%s %d: %s is there %d times", mode, n, text, found[text])
				}
			}
		}
	}
}

// A store that panics takes one group with it, and not the journal.
func TestPanic(t *testing.T) {
	store := &journaltest.Memory{}
	j := open(t, store)
	store.Fault = func(call int, kind string) (before, after error) {
		if kind == "append" && len(store.Kept) == 0 {
			store.Fault = nil
			panic("a fault of the store")
		}
		return nil, nil
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is lost")
			}
		}()
		_, _ = j.Append(t.Context(), batchOf("a", 2))
	}()
	if acks, err := j.Append(t.Context(), batchOf("a", 2)); err != nil || acks[0].Status != journal.Recorded {
		t.Error(acks, err)
	}
	whole(t, store)
}

// Two processes write to one store: all is recorded once, in one chain.
func TestTwoWriters(t *testing.T) {
	store := &journaltest.Memory{}
	a, b := open(t, store), open(t, store)
	var wait sync.WaitGroup
	for k, j := range []*journal.Journal{a, b, a, b} {
		wait.Go(func() {
			for i := range 25 {
				if _, err := j.Append(t.Context(), batchOf(fmt.Sprintf("%d-%d", k/2, i), 3)); err != nil { // 0 and 1 write the same as each other
					t.Error(err)
				}
			}
		})
	}
	wait.Wait()
	for text, n := range whole(t, store) {
		if n != 1 {
			t.Errorf("%d times: %s", n, text)
		}
	}
	if n := len(whole(t, store)); n != 2*25*3 {
		t.Error(n, "records")
	}
}

// Every byte of a row that is changed is noticed.
func TestDamagedRows(t *testing.T) {
	store := &journaltest.Memory{}
	j := open(t, store)
	if _, err := j.Append(t.Context(), batchOf("a", 3)); err != nil {
		t.Fatal(err)
	}
	row := store.Kept[0]
	first := ledger.FirstHead(name, "a")
	for i := range row.Data {
		for _, mask := range []byte{1, 0x80} {
			r := *row
			r.Data = slices.Clone(row.Data)
			if r.Data[i] ^= mask; r.Verify(first) == nil {
				t.Fatalf("byte %d ^ %#x is not noticed", i, mask)
			}
		}
		r := *row
		if r.Data = row.Data[:i]; r.Verify(first) == nil {
			t.Fatalf("cut at %d is not noticed", i)
		}
	}
	for what, change := range map[string]func(*journal.Row){
		"number": func(r *journal.Row) { r.Number++ }, "time": func(r *journal.Row) { r.Time++ }, "count": func(r *journal.Row) { r.Count++ }, "head": func(r *journal.Row) { r.Head[0]++ },
	} {
		r := *row
		if change(&r); r.Verify(first) == nil {
			t.Errorf("another %s is not noticed", what)
		}
	}
}

func FuzzRow(f *testing.F) {
	store := &journaltest.Memory{}
	j := open(f, store)
	if _, err := j.Append(f.Context(), batchOf("a", 3)); err != nil {
		f.Fatal(err)
	}
	f.Add(store.Kept[0].Data, 3)
	f.Fuzz(func(t *testing.T, data []byte, count int) {
		r := journal.Row{Number: 1, Count: count, Data: data}
		if records, err := r.Records(); err == nil && len(records) != count {
			t.Error("another count")
		}
	})
}
