package ledger_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/plumbline-project/plumbline/ledger"
)

const verifyDir = "../docs/verify"

// python gives a Python that can run the second verifier, or skips.
func python(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("the second verifier was not run: there is no python3 on this machine")
	}
	if out, err := exec.Command(path, "-c", "import sys; sys.exit(sys.version_info < (3, 9))").CombinedOutput(); err != nil {
		t.Skipf("the second verifier was not run: it needs Python 3.9 or later (%v) %s", err, out)
	}
	return path
}

// The second verifier, which was written from docs/ledger.md alone, passes its own tests: they hold it against the vectors.
func TestSecondVerifier(t *testing.T) {
	command := exec.Command(python(t), "test_verify.py")
	command.Dir = verifyDir
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// Both verifiers say the same of bundles that were damaged, and of ledgers whose signed parts are not what they should be.
func TestVerifiersAgree(t *testing.T) {
	path := python(t)
	seed, n := uint64(20261125), 4000
	if text := os.Getenv("VERIFIERS_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	if testing.Short() {
		n = 400
	}
	t.Logf("VERIFIERS_SEED=%d, %d bundles", seed, n)
	m := newMutator(t, rand.New(rand.NewPCG(seed, 1)))
	late := start.Add(2 * time.Hour)
	dir := t.TempDir()
	bundles := make([][]byte, n)
	for i := range bundles {
		bundles[i] = m.bundle()
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d", i)), bundles[i], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	policy := filepath.Join(verifyDir, "vectors", "policy.txt")
	command := exec.Command(path, filepath.Join(verifyDir, "verify.py"), "many", "--policy", policy, "--at", late.Format(time.RFC3339), dir)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		t.Fatal(err)
	}
	var theirs []struct {
		Exit   int                                 `json:"exit"`
		Counts map[string]map[ledger.Verdict]int64 `json:"counts"`
		Said   json.RawMessage                     `json:"said"`
	}
	if err := json.Unmarshal(out, &theirs); err != nil || len(theirs) != n {
		t.Fatalf("%d results: %v", len(theirs), err)
	}
	exits := map[int]int{}
	for i, b := range bundles {
		r := verify(t, m.policy, b, late)
		exits[r.Exit()]++
		if r.Exit() != theirs[i].Exit || !maps.EqualFunc(r.Counts, theirs[i].Counts, maps.Equal) {
			t.Errorf("bundle %d: here exit %d, %s %+v\nthere exit %d, %s %s", i,
				r.Exit(), marshal(t, r.Counts), r.Items, theirs[i].Exit, marshal(t, theirs[i].Counts), theirs[i].Said)
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("exit statuses: %v", exits)
	if exits[0] == 0 || exits[1] == 0 || exits[2] == 0 {
		t.Error("not every exit status came up: the bundles are too much alike")
	}
}

// Both take the same texts for records, and give them the same leaf.
func TestVerifiersAgreeOnRecords(t *testing.T) {
	path := python(t)
	m := newMutator(t, rand.New(rand.NewPCG(20261125, 2)))
	type vector struct {
		Name   string `json:"name"`
		Bytes  []byte `json:"bytes,omitempty"`
		Record bool   `json:"record"`
		Leaf   string `json:"leaf,omitempty"`
		Why    string `json:"why,omitempty"`
	}
	list := make([]vector, 5000)
	records := 0
	for i := range list {
		text := []byte(goodRecord)
		for range 1 + m.rng.IntN(2) {
			if text = m.retyped(text); m.rng.IntN(4) == 0 {
				text = m.exchanged(text)
			}
		}
		_, err := ledger.ParseRecord(text)
		list[i] = vector{Name: strconv.Itoa(i), Bytes: text, Record: err == nil}
		if err == nil {
			list[i].Leaf = ledger.RecordLeaf([16]byte{}, text).String()
			records++
		}
	}
	file := filepath.Join(t.TempDir(), "records.json")
	if err := os.WriteFile(file, []byte(marshal(t, list)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(path, filepath.Join(verifyDir, "verify.py"), "records", file).Output()
	if err != nil {
		t.Fatal(err)
	}
	var theirs []vector
	if err := json.Unmarshal(out, &theirs); err != nil || len(theirs) != len(list) {
		t.Fatalf("%d results: %v", len(theirs), err)
	}
	for i, v := range list {
		if w := theirs[i]; v.Record != w.Record || v.Leaf != w.Leaf {
			t.Errorf("%q: here %v %s, there %v %s %s", v.Bytes, v.Record, v.Leaf, w.Record, w.Leaf, w.Why)
		}
	}
	t.Logf("%d of %d are records", records, len(list))
}

// retyped changes, takes away or puts in a few characters, those of JSON above all.
func (m *mutator) retyped(text []byte) []byte {
	typed := []string{"{", "}", "[", "]", ",", ":", `"`, `\`, `\u`, `\u0000`, `\ud83d\ude00`, `\udc00`, "0", "9", "-", ".", "e", "+", " ", "\n", "\x00", "\x7f", "\u0085", "\u00a0", "\ufffe", "\xff", "\xed\xa0\x80", "a", "Z", "null", "true", "😀", "é"}
	at := m.rng.IntN(len(text))
	end := min(len(text), at+m.rng.IntN(3))
	if m.rng.IntN(4) == 0 {
		return slices.Concat(text[:at], text[end:])
	}
	return slices.Concat(text[:at], []byte(pick(m, typed)), text[end:])
}

// The second verifier reads policies in the same way.
func TestVerifiersAgreeOnPolicies(t *testing.T) {
	path := python(t)
	cases, bundle := policyCases(t)
	texts := make([]string, len(cases))
	for i, c := range cases {
		texts[i] = c.text
	}
	const script = `
import io, json, sys
import verify
given = json.load(sys.stdin)
results = []
for text in given["policies"]:
    try:
        results.append(verify.Bundle(verify.Policy(text), 0).run(io.BytesIO(given["bundle"].encode())).exit())
    except verify.Unreadable:
        results.append(2)
print(json.dumps(results))
`
	command := exec.Command(path, "-B", "-c", script)
	command.Dir = verifyDir
	command.Stdin = strings.NewReader(marshal(t, map[string]any{"policies": texts, "bundle": string(bundle)}))
	out, err := command.CombinedOutput()
	var theirs []int
	if err != nil || json.Unmarshal(out, &theirs) != nil || len(theirs) != len(cases) {
		t.Fatalf("%v: %s", err, out)
	}
	for i, c := range cases {
		want := 2
		if c.accept {
			want = 0
		} else if c.readable {
			want = 1
		}
		if theirs[i] != want {
			t.Errorf("%sexit %d, want %d", c.text, theirs[i], want)
		}
	}
}

// mutator makes bundles that are damaged.
type mutator struct {
	t       *testing.T
	rng     *rand.Rand
	policy  *ledger.Policy
	bundles [][]byte
}

func newMutator(t *testing.T, rng *rand.Rand) *mutator {
	t.Helper()
	s := newSample(t)
	return &mutator{t: t, rng: rng, policy: s.policy, bundles: [][]byte{s.whole(), s.part()}}
}

func pick[T any](m *mutator, list []T) T { return list[m.rng.IntN(len(list))] }

// bundle damages the bytes of a bundle, or makes one of a ledger that signed something that is damaged.
func (m *mutator) bundle() []byte {
	b, n := pick(m, m.bundles), 1+m.rng.IntN(3)
	if m.rng.IntN(3) == 0 {
		b, n = m.signed(), m.rng.IntN(2)
	}
	for range n {
		switch m.rng.IntN(4) {
		case 0:
			b = m.flipped(b)
		case 1, 2:
			b = m.moved(b)
		default:
			b = m.exchanged(b)
		}
	}
	return b
}

func (m *mutator) flipped(b []byte) []byte {
	b = slices.Clone(b)
	if len(b) > 0 {
		b[m.rng.IntN(len(b))] ^= 1 << m.rng.IntN(8)
	}
	return b
}

// moved deletes, repeats, swaps and cuts off lines.
func (m *mutator) moved(b []byte) []byte {
	list := lines(b)
	i, j := m.rng.IntN(len(list)), m.rng.IntN(len(list))
	switch m.rng.IntN(5) {
	case 0:
		list = slices.Delete(list, i, i+1)
	case 1:
		list = slices.Insert(list, j, list[i])
	case 2:
		list[i], list[j] = list[j], list[i]
	case 3:
		list = list[:i]
	default:
		return b[:m.rng.IntN(len(b)+1)]
	}
	return []byte(strings.Join(list, ""))
}

var (
	value = regexp.MustCompile(`:("(?:[^"\\]|\\.)*"|-?[0-9]+|\[[^\]]*\])`)
	odd   = []string{
		"0", "1", "-0", "1.0", "1e0", "-1", "01", "9007199254740991", "9007199254740992", "18446744073709551616", "null", "true", "{}", "[]",
		`""`, `"x"`, `"A"`, `"AA=="`, `"AB=="`, `"AAA\n"`, "[[0,1]]", "[[1,1]]", "[[0,9]]", "[0]", "[6]", "[-1]", "NaN", `"2026-11-25T24:00:00Z"`,
		`"2026-11-25T08:00:00.5+08:00"`, `"1969-12-31T23:59:59Z"`, `"\ud800"`, `"\uffff"`, `"loan"`, `"claim"`, `1,"x":[1]`, `1,"type":"entry"`,
	}
)

// exchanged puts another value of the bundle, or an odd one, in the place of one.
func (m *mutator) exchanged(b []byte) []byte {
	found := value.FindAllSubmatchIndex(b, -1)
	if len(found) == 0 {
		return b
	}
	at := pick(m, found)
	with := []byte(pick(m, odd))
	switch other := pick(m, found); m.rng.IntN(6) {
	case 0, 1:
		with = b[other[2]:other[3]]
	case 2: // the same, written with escapes
		with = []byte(strings.NewReplacer("/", `\/`, "a", `\u0061`).Replace(string(b[at[2]:at[3]])))
	}
	return slices.Concat(b[:at[2]], with, b[at[3]:])
}

// signed makes a bundle of a ledger that signed something odd: an entry, a record, a receipt.
func (m *mutator) signed() []byte {
	s := newSample(m.t)
	switch m.rng.IntN(4) {
	case 0:
		i := m.rng.IntN(len(s.entries))
		kind := s.entries[i][:1]
		if m.rng.IntN(6) == 0 {
			kind = []byte{byte(m.rng.IntN(12))}
		}
		s.entries[i] = slices.Concat(kind, m.exchanged(s.entries[i][1:]))
	case 1:
		i := m.rng.IntN(len(s.entries))
		j := m.rng.IntN(len(s.entries))
		s.entries[i], s.entries[j] = s.entries[j], s.entries[i]
	case 2:
		m.record(s)
	default:
		m.receipt(s)
	}
	if m.rng.IntN(2) == 0 {
		return s.part()
	}
	return s.whole()
}

// record puts an odd record into the last block, with its header.
func (m *mutator) record(s *sample) {
	i := m.rng.IntN(6)
	s.united.records[i] = m.exchanged(s.united.records[i])
	s.united.leaves[i] = ledger.RecordLeaf(s.united.salts[i], s.united.records[i])
	root := regexp.MustCompile(`"root":"[^"]*"`)
	s.entries[s.united.header] = root.ReplaceAll(s.entries[s.united.header], []byte(`"root":"`+ledger.RootOf(s.united.leaves).String()+`"`))
}

var notes = []string{
	"\n1\n", "\n01\n", "\n1\n", "\n2\n", "\n1\n", "\n-1\n", "\ninclude-by ", "\ninclude-by  ", "Z\n", "Z\nmore\n", "Z\n", ".25Z\n",
	"09:00:00Z", "17:00:00+08:00", "T", "t", "/a\n", "/b\n", "/a\n", "/A\n", "ledger.example/loans", "ledger.example",
}

// receipt signs an odd head.
func (m *mutator) receipt(s *sample) {
	r := s.receipts[0]
	text, _, _ := strings.Cut(r.Note, "\n\n")
	i := 2 * m.rng.IntN(len(notes)/2)
	signed, err := note.Sign(&note.Note{Text: strings.Replace(text+"\n", notes[i], notes[i+1], 1)}, s.journal)
	if err != nil {
		m.t.Fatal(err)
	}
	if r.Note = string(signed); m.rng.IntN(3) == 0 { // signed twice, by someone unknown, or with other spare bits
		other, _ := testKey(m.t, "someone")
		if signed, err = note.Sign(&note.Note{Text: text + "\n"}, s.journal, other); err != nil {
			m.t.Fatal(err)
		}
		last := signed[strings.LastIndex(strings.TrimSuffix(string(signed), "\n"), "\n")+1:]
		r.Note = string(signed) + pick(m, []string{string(last), strings.Replace(string(last), "someone", "some+one", 1), "— x AAAA\n", "— x " + base64.StdEncoding.EncodeToString(make([]byte, 5)) + "\n"})
	}
}
