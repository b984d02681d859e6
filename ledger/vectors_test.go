package ledger_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plumbline-project/plumbline/ledger"
)

var update = flag.Bool("update", false, "write the test vectors of docs/verify/vectors anew")

const vectorDir = "../docs/verify/vectors"

// expected is what a verifier must say of a bundle.
type expected struct {
	At     string                      `json:"at"` // the time of verification
	Exit   int                         `json:"exit"`
	Counts map[string]map[string]int64 `json:"counts"` // of records, receipts, blocks and entries
}

// vectors gives every file under docs/verify/vectors.
func vectors(t *testing.T) map[string][]byte {
	t.Helper()
	s := newSample(t)
	_, vkey := testKey(t, s.name)
	files := map[string][]byte{"policy.txt": []byte("# the key of the log; no witness is asked for\nlog " + vkey + "\nquorum none\n")}
	want := map[string]expected{}
	add := func(name string, bundle []byte, now time.Time) {
		files[name+".ndjson"] = bundle
		r := verify(t, s.policy, bundle, now)
		e := expected{At: now.Format(time.RFC3339), Exit: r.Exit(), Counts: map[string]map[string]int64{}}
		for _, what := range []string{"record", "receipt", "block", "entry"} {
			for v, n := range r.Counts[what] {
				if e.Counts[what] == nil {
					e.Counts[what] = map[string]int64{}
				}
				e.Counts[what][string(v)] = n
			}
		}
		want[name+".ndjson"] = e
	}
	late := start.Add(2 * time.Hour)
	add("whole", s.whole(), late)
	add("part", s.part(), late)
	whole := lines(s.whole())
	changed := func(name, from, to string) {
		t.Helper()
		text := strings.Replace(string(s.whole()), from, to, 1)
		if text == string(s.whole()) {
			t.Fatalf("%s changes nothing", name)
		}
		add(name, []byte(text), late)
	}
	changed("broken-erasure", `"erased":5`, `"erased":1`)
	changed("broken-record", base64.StdEncoding.EncodeToString(s.united.records[3]), base64.StdEncoding.EncodeToString(bytes.Replace(s.united.records[3], []byte("300"), []byte("301"), 1)))
	changed("broken-salt", base64.StdEncoding.EncodeToString(s.united.salts[0][:]), base64.StdEncoding.EncodeToString(make([]byte, 16)))
	changed("broken-entry", base64.StdEncoding.EncodeToString(s.entries[5]), base64.StdEncoding.EncodeToString(bytes.Replace(s.entries[5], []byte("request"), []byte("mistake"), 1)))
	changed("broken-receipt", `"index":2,"count"`, `"index":3,"count"`)
	changed("null", `"type":"bundle"`, `"type":"bundle","x":null`)
	add("missing-record", []byte(strings.Join(append(append([]string{}, whole[:len(whole)-3]...), whole[len(whole)-2:]...), "")), late)
	add("missing-entry", []byte(strings.Join(append(append([]string{}, whole[:5]...), whole[6:]...), "")), late)

	lost := &testBlock{salts: [][16]byte{{}}, records: [][]byte{[]byte(goodRecord)}}
	lost.leaves = []ledger.Hash{ledger.RecordLeaf(lost.salts[0], lost.records[0])}
	o := newSample(t)
	o.receipts = append(o.receipts, o.receipt(lost, 0, 3, start.Add(time.Hour)))
	add("overdue", o.whole(), late)
	add("not-yet-due", o.whole(), start)

	g := newSample(t)
	g.block("loan", 9, 1, g.united.header)
	add("omitted-block", g.whole(), late)

	files["records.json"] = recordVectors(t)
	text, err := json.MarshalIndent(want, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	files["expected.json"] = append(text, '\n')
	return files
}

// recordVectors lists texts, as base64, with whether they are records and, of those that are, their leaf under a salt of zeros.
func recordVectors(t *testing.T) []byte {
	t.Helper()
	type vector struct {
		Name   string `json:"name"`
		Bytes  []byte `json:"bytes"`
		Record bool   `json:"record"`
		Leaf   string `json:"leaf,omitempty"`
	}
	var out []vector
	for _, c := range recordCases() {
		data := []byte(strings.Replace(goodRecord, c.from, c.to, 1))
		v := vector{Name: c.name, Bytes: data, Record: c.says == ""}
		if v.Record {
			v.Leaf = ledger.RecordLeaf([16]byte{}, data).String()
		}
		out = append(out, v)
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return append(text, '\n')
}

// The published vectors are what this implementation says. The other implementation is held against the files.
func TestVectors(t *testing.T) {
	files := vectors(t)
	if *update {
		if err := os.RemoveAll(vectorDir); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(vectorDir, 0o750); err != nil {
			t.Fatal(err)
		}
		for name, data := range files {
			if err := os.WriteFile(filepath.Join(vectorDir, name), data, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	found, err := os.ReadDir(vectorDir)
	if err != nil || len(found) != len(files) {
		t.Fatalf("%d files, want %d (%v)", len(found), len(files), err)
	}
	for name, data := range files {
		if got, err := os.ReadFile(filepath.Join(vectorDir, name)); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s differs (%v); frozen formats never change: write it anew with -update only where no release has it", name, err)
		}
	}
}
