package sqlite_test

import (
	"bytes"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/journal"
	"github.com/plumbline-project/plumbline/internal/journal/journaltest"
	"github.com/plumbline-project/plumbline/internal/journal/sqlite"
	"github.com/plumbline-project/plumbline/ledger"
)

func open(tb testing.TB, path string) *sqlite.Store {
	tb.Helper()
	s, err := sqlite.Open(tb.Context(), path)
	if plumbline.CodeOf(err) == plumbline.NotFound {
		s, err = sqlite.Create(tb.Context(), path)
	}
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Error(err)
		}
	})
	return s
}

func TestStore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?c#d%41.db") // a name that is none of a URL
	journaltest.Run(t, func(t *testing.T) journal.Store {
		t.Helper()
		return open(t, path)
	})
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
}

func TestMemory(t *testing.T) {
	m := &journaltest.Memory{}
	journaltest.Run(t, func(*testing.T) journal.Store { return m })
}

// A database of a newer version, of another program, or damaged is refused, and left as it is.
func TestRefusedDatabases(t *testing.T) {
	for name, c := range map[string]struct {
		do   string
		code plumbline.Code
	}{
		"a newer version": {"PRAGMA user_version=2", plumbline.Unsupported},
		"another program": {"PRAGMA application_id=7", plumbline.Invalid},
	} {
		path := filepath.Join(t.TempDir(), "ledger.db")
		s, err := sqlite.Create(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		_ = s.Close()
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := db.ExecContext(t.Context(), c.do); err != nil {
			t.Fatal(err)
		}
		_ = db.Close()
		if _, err := sqlite.Open(t.Context(), path); plumbline.CodeOf(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, text := range map[string]string{"text": strings.Repeat("no database\n", 1000), "a cut one": "SQLite format 3\x00"} {
		path := filepath.Join(t.TempDir(), "ledger.db")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := sqlite.Open(t.Context(), path); plumbline.CodeOf(err) != plumbline.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != text {
			t.Errorf("%s was written to", name)
		}
	}
	if _, err := sqlite.Create(t.Context(), filepath.Join(t.TempDir(), "none", "ledger.db")); plumbline.CodeOf(err) != plumbline.Unavailable {
		t.Error(err)
	}
	path := filepath.Join(t.TempDir(), "ledger.db") // a journal that is gone is not begun anew
	for _, prepare := range []func() error{func() error { return nil }, func() error { return os.WriteFile(path, nil, 0o600) }} {
		if err := prepare(); err != nil {
			t.Fatal(err)
		}
		if _, err := sqlite.Open(t.Context(), path); plumbline.CodeOf(err) != plumbline.NotFound {
			t.Error("opened:", err)
		}
	}
	if _, err := sqlite.Create(t.Context(), path); plumbline.CodeOf(err) != plumbline.Conflict {
		t.Error("made over another:", err)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "CREATE TABLE customers (id)"); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	if _, err := sqlite.Open(t.Context(), path); plumbline.CodeOf(err) != plumbline.Invalid {
		t.Error("a database of somebody else:", err)
	}
}

// config is that of a journal whose key is the same in every process.
func config(s journal.Store) journal.Config {
	const name = "ledger.example/test"
	sign, _, err := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{7}, 64)), ledger.JournalName(name, "a"))
	if err != nil {
		panic(err)
	}
	signer, err := note.NewSigner(sign)
	if err != nil {
		panic(err)
	}
	return journal.Config{Ledger: name, Node: "a", Signer: signer, Store: s, Now: time.Now, Rand: rand.Reader, Key: []byte("sixteen bytes ok")}
}

func newJournal(tb testing.TB, s journal.Store) *journal.Journal {
	tb.Helper()
	j, err := journal.Open(tb.Context(), config(s))
	if err != nil {
		tb.Fatal(err)
	}
	return j
}

// benchRecord is a record of about 500 bytes.
func benchRecord(caller, i int) []byte {
	return fmt.Appendf(nil, `{"id":"d-%d-%010d","time":"2026-11-25T08:00:00.123Z","workflow":"loan","version":"2026-11","step":"score","kind":"decision","subject":"s1-AbCdEfGhIjKlMnOpQrStUv","body":{"approved":%t,"score":%d.25,"amount":%d,"region":"华东","income":%d,"age":%d,"reasons":["income","history"],"model":"gbm-7","purpose":"car","inputs":{"debt_ratio":0.%d,"years_employed":%d,"late_payments":%d,"existing_loans":%d,"channel":"branch"},"note":"%s"}}`,
		caller, i, i%3 == 0, i%700, 1000+i%9000, 20000+i%50000, 18+i%60, i%100, i%30, i%7, i%4, "recorded by the scoring service")
}

// BenchmarkAppend measures durable appends: records of about 470 bytes, 16 callers with batches of 500, and 64 callers with single
// ones; beside them, in the same run, a file that is synced for each group of the same size.
func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct{ callers, batch int }{{16, 500}, {64, 1}} {
		b.Run(fmt.Sprintf("journal/%dx%d", c.callers, c.batch), func(b *testing.B) {
			j := newJournal(b, open(b, filepath.Join(b.TempDir(), "ledger.db")))
			fill(b, c.callers, c.batch, func(caller, from int) error {
				batch := make([][]byte, c.batch)
				for i := range batch {
					batch[i] = benchRecord(caller, from+i)
				}
				_, err := j.Append(b.Context(), batch)
				return err
			})
		})
		b.Run(fmt.Sprintf("file/%dx%d", c.callers, c.batch), func(b *testing.B) {
			f, err := os.Create(filepath.Join(b.TempDir(), "file"))
			if err != nil {
				b.Fatal(err)
			}
			defer f.Close()
			g := &groupFile{f: f, token: make(chan struct{}, 1)}
			g.token <- struct{}{}
			fill(b, c.callers, c.batch, func(caller, from int) error {
				var data []byte
				for i := range c.batch {
					data = append(append(data, benchRecord(caller, from+i)...), '\n')
				}
				return g.append(data)
			})
		})
	}
}

// fill has callers append until b.N records are there.
func fill(b *testing.B, callers, batch int, appendTo func(caller, from int) error) {
	b.Helper()
	b.ResetTimer()
	var next atomic.Int64
	var wait sync.WaitGroup
	for caller := range callers {
		wait.Go(func() {
			for {
				from := next.Add(int64(batch)) - int64(batch)
				if from >= int64(b.N) {
					return
				}
				if err := appendTo(caller, int(from)); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wait.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "records/s")
}

// groupFile is the bare thing: callers share a write and a sync.
type groupFile struct {
	f     *os.File
	token chan struct{}
	mu    sync.Mutex
	queue []waiting
}

type waiting struct {
	data []byte
	done chan error
}

func (g *groupFile) append(data []byte) error {
	w := waiting{data, make(chan error, 1)}
	g.mu.Lock()
	g.queue = append(g.queue, w)
	g.mu.Unlock()
	for {
		select {
		case err := <-w.done:
			return err
		case <-g.token:
			g.mu.Lock()
			taken := g.queue
			g.queue = nil
			g.mu.Unlock()
			var all []byte
			for _, t := range taken {
				all = append(all, t.data...)
			}
			_, err := g.f.Write(all)
			if err == nil {
				err = g.f.Sync()
			}
			for _, t := range taken {
				t.done <- err
			}
			g.token <- struct{}{}
		}
	}
}
