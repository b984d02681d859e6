package ledger_test

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/plumbline-project/plumbline/ledger"
)

func leaves(n int) []ledger.Hash {
	out := make([]ledger.Hash, n)
	for i := range out {
		out[i] = sha256.Sum256([]byte{byte(i), byte(i >> 8)})
	}
	return out
}

// storedHashes is what tlog keeps of a tree.
type storedHashes []tlog.Hash

func (s storedHashes) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, k := range at {
		out[i] = s[k]
	}
	return out, nil
}

// Every proof of every tree to 300 leaves holds, is that of another implementation, and fails with any change.
func TestProofsOfAllSmallTrees(t *testing.T) {
	all := leaves(300)
	var stored storedHashes
	var tree ledger.Tree
	for n := range 301 {
		if n > 0 {
			tree.Add(all[n-1])
			more, err := tlog.StoredHashesForRecordHash(int64(n-1), tlog.Hash(all[n-1]), stored)
			if err != nil {
				t.Fatal(err)
			}
			stored = append(stored, more...)
		}
		root := tree.Root()
		if want, err := tlog.TreeHash(int64(n), stored); err != nil || n > 0 && root != ledger.Hash(want) || root != ledger.RootOf(all[:n]) {
			t.Fatalf("%d leaves: root %v, want %v (%v)", n, root, want, err)
		}
		for i := range n {
			p := ledger.ProveInclusion(all[:n], int64(i))
			want, err := tlog.ProveRecord(int64(n), int64(i), stored)
			if err != nil || len(want) != len(p) {
				t.Fatalf("%d of %d: %v, %d hashes, want %d", i, n, err, len(p), len(want))
			}
			for k := range p {
				if p[k] != ledger.Hash(want[k]) {
					t.Fatalf("%d of %d: hash %d differs", i, n, k)
				}
			}
			if !ledger.CheckInclusion(p, int64(i), int64(n), all[i], root) {
				t.Fatalf("%d of %d does not hold", i, n)
			}
			if ledger.CheckInclusion(p, int64(i)+1, int64(n), all[i], root) || n > 1 && ledger.CheckInclusion(p, int64(i), int64(n), all[(i+1)%n], root) || ledger.CheckInclusion(append(p, root), int64(i), int64(n), all[i], root) {
				t.Fatalf("%d of %d: another place, leaf or length holds", i, n)
			}
		}
		for m := range n + 1 {
			p := ledger.ProveConsistency(all[:n], int64(m))
			old := ledger.RootOf(all[:m])
			if !ledger.CheckConsistency(p, int64(n), root, int64(m), old) {
				t.Fatalf("%d to %d does not hold", m, n)
			}
			if wrong := flip(old); ledger.CheckConsistency(p, int64(n), root, int64(m), wrong) || m > 0 && m < n && ledger.CheckConsistency(p, int64(n), flip(root), int64(m), old) {
				t.Fatalf("%d to %d: another root holds", m, n)
			}
		}
	}
}

func flip(h ledger.Hash) ledger.Hash {
	h[7] ^= 4
	return h
}

// Any bit of any hash of a proof that is flipped makes it fail.
func TestFlippedProofs(t *testing.T) {
	for _, n := range []int{2, 3, 7, 64, 255, 300} {
		all := leaves(n)
		root := ledger.RootOf(all)
		for _, i := range []int{0, n / 2, n - 1} {
			p := ledger.ProveInclusion(all, int64(i))
			for k := range p {
				for bit := range 256 {
					p[k][bit/8] ^= 1 << (bit % 8)
					if ledger.CheckInclusion(p, int64(i), int64(n), all[i], root) {
						t.Fatalf("%d of %d: hash %d with bit %d flipped holds", i, n, k, bit)
					}
					p[k][bit/8] ^= 1 << (bit % 8)
				}
			}
		}
		for _, m := range []int{1, n / 2, n - 1} {
			p := ledger.ProveConsistency(all, int64(m))
			old := ledger.RootOf(all[:m])
			for k := range p {
				for bit := range 256 {
					p[k][bit/8] ^= 1 << (bit % 8)
					if ledger.CheckConsistency(p, int64(n), root, int64(m), old) && m < n {
						t.Fatalf("%d to %d: hash %d with bit %d flipped holds", m, n, k, bit)
					}
					p[k][bit/8] ^= 1 << (bit % 8)
				}
			}
		}
	}
}

const goodRecord = `{"id":"d-1","time":"2026-11-25T08:00:00Z","workflow":"loan","version":"3","step":"score","kind":"decision","subject":"s1-x","body":{"approved":true,"amount":1200.5,"notes":["a"]}}`

// recordCase changes the good record; says is part of the error, empty where there is none.
type recordCase struct{ name, from, to, says string }

func recordCases() []recordCase {
	deep := strings.Repeat(`{"a":`, 63) + "1" + strings.Repeat("}", 63)
	return []recordCase{
		{"fine", "", "", ""},
		{"other order and spaces", `{"id":"d-1",`, "{ \"id\" : \"d-1\" ,\n", ""},
		{"an escaped name", `"id"`, `"\u0069d"`, ""},
		{"no step", `"step":"score",`, "", ""},
		{"fractions and offset", "08:00:00Z", "08:00:00.123456789+08:00", ""},
		{"64 levels", `{"approved":true,"amount":1200.5,"notes":["a"]}`, deep, ""},
		{"65 levels", `{"approved":true,"amount":1200.5,"notes":["a"]}`, `{"a":` + deep + `}`, "deeply"},
		{"no id", `"id":"d-1",`, "", "has no id"},
		{"no body", `,"body":{"approved":true,"amount":1200.5,"notes":["a"]}`, "", "has no body"},
		{"body a list", `{"approved":true,"amount":1200.5,"notes":["a"]}`, "[]", "body is no object"},
		{"another member", `"id"`, `"ids":1,"id"`, "not known"},
		{"a name in capitals", `"id"`, `"ID"`, "not known"},
		{"a name twice", `"kind"`, `"id":"d-2","kind"`, "twice"},
		{"a name twice by escape", `"kind"`, `"\u0069d":"d-2","kind"`, "twice"},
		{"a name twice within", `"amount"`, `"approved":1,"amount"`, "twice"},
		{"a number as id", `"d-1"`, "1", "id is no text"},
		{"null as step", `"score"`, "null", "step is no text"},
		{"an empty id", `"d-1"`, `""`, "id is"},
		{"a long id", `"d-1"`, `"` + strings.Repeat("x", 65) + `"`, "id is"},
		{"a control character", `"d-1"`, `"d\u0085"`, "id is"},
		{"workflow in capitals", `"loan"`, `"Loan"`, "workflow is"},
		{"kind with a digit first", `"decision"`, `"1st"`, "kind is"},
		{"time without zone", "08:00:00Z", "08:00:00", "time is"},
		{"time with a comma", "08:00:00Z", "08:00:00,5Z", "time is"},
		{"ten digits", "08:00:00Z", "08:00:00.1234567890Z", "time is"},
		{"small t", "25T08", "25t08", "time is"},
		{"a leap second", "08:00:00Z", "08:00:60Z", "time is"},
		{"no such day", "2026-11-25", "2026-02-30", "time is"},
		{"before 1970 in UTC", "2026-11-25T08:00:00Z", "1970-01-01T00:00:00+01:00", "time is"},
		{"offset of a day", "08:00:00Z", "08:00:00+24:00", "time is"},
		{"not UTF-8", "d-1", "d\xff", "UTF-8"},
		{"a lone surrogate", "d-1", `d\ud800`, "surrogate"},
		{"a pair", "d-1", `d\ud83d\ude00`, ""},
		{"two", "}}", "}} {}", "follows"},
		{"a space before", `{"id"`, ` {"id"`, "nothing before or after"},
		{"a line end", "}}", "}}\n", "nothing before or after"},
		{"a leading zero", "1200.5", "01200.5", "expected"},
		{"not a number", "1200.5", "NaN", "expected"},
		{"a comma at the end", `["a"]`, `["a",]`, "expected"},
		{"single quotes", `"a"`, `'a'`, "expected"},
		{"cut off", "}}", "}", "expected"},
	}
}

func TestRecords(t *testing.T) {
	r, err := ledger.ParseRecord([]byte(goodRecord))
	if err != nil || r.ID != "d-1" || r.Workflow != "loan" || r.Version != "3" || r.Step != "score" || r.Kind != "decision" || r.Subject != "s1-x" || r.Time.Unix() != 1795593600 || string(r.Body) != `{"approved":true,"amount":1200.5,"notes":["a"]}` {
		t.Fatalf("%+v, %v", r, err)
	}
	for _, c := range recordCases() {
		text := strings.Replace(goodRecord, c.from, c.to, 1)
		_, err := ledger.ParseRecord([]byte(text))
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
	if _, err := ledger.ParseRecord([]byte(strings.Replace(goodRecord, "a", strings.Repeat("a", 1<<20), 1))); err == nil {
		t.Error("a record of more than 1 MiB is taken")
	}
}

// What the scanner takes, encoding/json takes too; and what encoding/json takes, the scanner takes or refuses as no I-JSON.
func FuzzRecord(f *testing.F) {
	f.Add([]byte(goodRecord))
	f.Add([]byte(`{"a":{"b":[1,-0.5e+7,true,null,"\ud83d\ude00é"]}}`))
	f.Add([]byte(`{"a":1,"\u0061":2}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ledger.ParseRecord(data)
		if err != nil {
			return
		}
		var v map[string]any
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatalf("%q: taken, and encoding/json says %v", data, err)
		}
		if v["id"] != r.ID || v["workflow"] != r.Workflow || v["kind"] != r.Kind {
			t.Fatalf("%q: read as %+v", data, r)
		}
	})
}

// testLog makes ledgers to verify.
type testLog struct {
	t       testing.TB
	name    string
	signer  note.Signer
	journal note.Signer
	policy  *ledger.Policy
	entries [][]byte
	rng     *rand.Rand
}

// testKey makes a key from a seed, so that vectors are the same from run to run.
func testKey(tb testing.TB, name string) (note.Signer, string) {
	tb.Helper()
	sign, vkey, err := note.GenerateKey(&seeded{sha256.Sum256([]byte(name))}, name)
	if err != nil {
		tb.Fatal(err)
	}
	s, err := note.NewSigner(sign)
	if err != nil {
		tb.Fatal(err)
	}
	return s, vkey
}

type seeded struct{ state [32]byte }

func (s *seeded) Read(p []byte) (int, error) {
	for i := range p {
		s.state = sha256.Sum256(s.state[:])
		p[i] = s.state[0]
	}
	return len(p), nil
}

var start = time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)

func newTestLog(tb testing.TB) *testLog {
	tb.Helper()
	l := &testLog{t: tb, name: "ledger.example/loans", rng: rand.New(rand.NewPCG(1, 2))}
	var vkey, jkey string
	l.signer, vkey = testKey(tb, l.name)
	l.journal, jkey = testKey(tb, ledger.JournalName(l.name, "a"))
	p, err := ledger.ParsePolicy([]byte("log " + vkey + "\nquorum none\n"))
	if err != nil {
		tb.Fatal(err)
	}
	l.policy = p
	l.add(ledger.ConfigKind, &ledger.Config{V: 1, Ledger: l.name, Time: start, IncludeWithin: 3600})
	l.add(ledger.KeyKind, &ledger.Key{Use: "journal", Vkey: jkey, From: start})
	return l
}

func (l *testLog) add(kind ledger.Kind, body any) int64 {
	l.t.Helper()
	data, err := ledger.MarshalEntry(kind, body)
	if err != nil {
		l.t.Fatal(err)
	}
	if _, err := ledger.ParseEntry(data); err != nil {
		l.t.Fatal(err)
	}
	l.entries = append(l.entries, data)
	return int64(len(l.entries)) - 1
}

func (l *testLog) hashes() []ledger.Hash {
	out := make([]ledger.Hash, len(l.entries))
	for i, e := range l.entries {
		out[i] = ledger.EntryLeaf(e)
	}
	return out
}

func (l *testLog) checkpoint() string {
	l.t.Helper()
	text, err := note.Sign(&note.Note{Text: ledger.CheckpointText(l.name, int64(len(l.entries)), ledger.RootOf(l.hashes()))}, l.signer)
	if err != nil {
		l.t.Fatal(err)
	}
	return string(text)
}

// testBlock is a block with its records.
type testBlock struct {
	header  int64
	salts   [][ledger.SaltSize]byte
	records [][]byte
	leaves  []ledger.Hash
}

func (l *testLog) block(workflow string, first, count, previous int64) *testBlock {
	l.t.Helper()
	b := &testBlock{}
	for i := range count {
		var salt [ledger.SaltSize]byte
		for k := range salt {
			salt[k] = byte(l.rng.Uint32())
		}
		data := fmt.Appendf(nil, `{"id":"%s-%d","time":"2026-11-25T08:00:%02dZ","workflow":%q,"version":"1","kind":"decision","body":{"approved":%t,"amount":%d}}`, workflow, first+i, i%60, workflow, i%3 == 0, 100*i)
		b.salts, b.records, b.leaves = append(b.salts, salt), append(b.records, data), append(b.leaves, ledger.RecordLeaf(salt, data))
	}
	b.header = l.add(ledger.HeaderKind, &ledger.Header{Workflow: workflow, Version: "1", First: first, Count: count, Rule: 1, Root: ledger.RootOf(b.leaves), Previous: previous})
	return b
}

// receipt acknowledges a record of a block that was a group by itself.
func (l *testLog) receipt(b *testBlock, i int, group int64, by time.Time) *ledger.Receipt {
	l.t.Helper()
	g := ledger.Group{Number: group, Count: len(b.leaves), Time: start.UnixMilli(), Root: ledger.RootOf(b.leaves)}
	previous := ledger.FirstHead(l.name, "a")
	text, err := note.Sign(&note.Note{Text: ledger.HeadNote(l.name, "a", group, g.Next(previous), by)}, l.journal)
	if err != nil {
		l.t.Fatal(err)
	}
	r, err := ledger.ParseRecord(b.records[i])
	if err != nil {
		l.t.Fatal(err)
	}
	return &ledger.Receipt{
		V: 1, ID: r.ID, Workflow: r.Workflow, Leaf: b.leaves[i], Index: i, Count: len(b.leaves), Path: ledger.ProveInclusion(b.leaves, int64(i)),
		Previous: previous, Time: g.Time, Note: string(text),
	}
}
