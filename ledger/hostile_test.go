package ledger_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/plumbline-project/plumbline/ledger"
)

// forged makes entries that nobody signed, and a block of theirs.
func forged(t *testing.T) (entries [][]byte, b *testBlock) {
	t.Helper()
	f := newTestLog(t)
	f.name, f.entries = "forged", nil
	b = f.block("loan", 0, 1, -1)
	return f.entries, b
}

// Entries that come where no proof is asked for any more must not be believed.
func TestForgedEntriesBehindRecords(t *testing.T) {
	s := newSample(t)
	_, vkey := testKey(t, s.name)
	_, jkey := testKey(t, ledger.JournalName(s.name, "a"))
	policy, err := ledger.ParsePolicy([]byte("log " + vkey + "\njournal " + jkey + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	entries, b := forged(t)
	var out bytes.Buffer
	w := ledger.NewBundleWriter(&out, s.name, s.checkpoint())
	w.Receipt(s.receipts[0])
	w.Entry(0, entries[0], nil)
	w.Record(0, 0, b.salts[0], b.records[0], nil)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := verify(t, policy, out.Bytes(), start)
	if r.Counts["record"][ledger.Holds] != 0 || r.Counts["bundle"][ledger.Broken] != 1 {
		t.Errorf("%s %+v", marshal(t, r.Counts), r.Items)
	}
}

// A bundle whose entries come with proofs is not robbed of what they show, nor given more, by entries without.
func TestMixedProofs(t *testing.T) {
	s := newSample(t)
	list := lines(s.part())
	entries, _ := forged(t)
	var out bytes.Buffer
	w := ledger.NewBundleWriter(&out, s.name, s.checkpoint())
	w.Entry(0, entries[0], nil)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := verify(t, s.policy, []byte(strings.Join(slices.Insert(list, 2, lines(out.Bytes())[2]), "")), start)
	if r.Counts["record"][ledger.Holds] != 1 || r.Counts["entry"][ledger.NotJudged] != 1 || r.Exit() != 1 {
		t.Errorf("%s %+v", marshal(t, r.Counts), r.Items)
	}
}

// A header that unites itself would be in the log without following any other.
func TestHeaderThatUnitesItself(t *testing.T) {
	s := newSample(t)
	at := int64(len(s.entries))
	s.add(ledger.HeaderKind, &ledger.Header{Workflow: "loan", Version: "1", First: 90, Count: 5, Rule: 1, Root: s.loans.leaves[0], Previous: s.united.header, Replaces: []int64{at}})
	s.add(ledger.ErasureKind, &ledger.Erasure{Header: at, Ranges: [][]int64{{0, 1}}, Time: start})
	bundle := strings.Replace(string(s.whole()), `"erased":5`, `"erased":9`, 1)
	r := verify(t, s.policy, []byte(bundle), start) // and it ends
	if !slices.ContainsFunc(r.Items, func(i ledger.Item) bool { return i.What == "log" && strings.Contains(i.Why, "cannot unite") }) {
		t.Errorf("%s %+v", marshal(t, r.Counts), r.Items)
	}
}

// The first entry must be a config, also where it is a header that breaks no other rule.
func TestLogWithoutConfig(t *testing.T) {
	s := newTestLog(t)
	s.entries = nil
	b := s.block("loan", 0, 1, -1)
	var out bytes.Buffer
	w := ledger.NewBundleWriter(&out, s.name, s.checkpoint())
	w.Entry(0, s.entries[0], nil)
	w.Record(0, 0, b.salts[0], b.records[0], nil)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if r := verify(t, s.policy, out.Bytes(), start); r.Counts["log"][ledger.Broken] != 1 {
		t.Errorf("%s %+v", marshal(t, r.Counts), r.Items)
	}
}

// An erasure reaches no further than the header that it names, also where another unites that with what follows.
func TestErasureBeyondItsHeader(t *testing.T) {
	s := newSample(t)
	at := s.add(ledger.ErasureKind, &ledger.Erasure{Header: s.loans.header, Ranges: [][]int64{{0, 7}}, Time: start})
	hashes := s.hashes()
	var out bytes.Buffer
	w := ledger.NewBundleWriter(&out, s.name, s.checkpoint())
	for _, i := range []int64{s.loans.header, s.united.header, at} {
		w.Entry(i, s.entries[i], ledger.ProveInclusion(hashes, i))
	}
	for _, i := range []int64{4, 5} {
		w.ErasedRecord(s.united.header, i, s.united.leaves[i], at, ledger.ProveInclusion(s.united.leaves, i))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if r := verify(t, s.policy, out.Bytes(), start); r.Counts["record"][ledger.Erased] != 1 || r.Counts["record"][ledger.Missing] != 1 {
		t.Errorf("%s %+v", marshal(t, r.Counts), r.Items)
	}
}

// A key that the log names twice, as it does where one ends, and a policy once more, is one key.
func TestKeysNamedTwice(t *testing.T) {
	s := newSample(t)
	_, vkey := testKey(t, s.name)
	_, jkey := testKey(t, ledger.JournalName(s.name, "a"))
	s.add(ledger.KeyKind, &ledger.Key{Use: "journal", Vkey: jkey, From: start, Until: "2027-01-01T00:00:00Z"})
	policy, err := ledger.ParsePolicy([]byte("log " + vkey + "\njournal " + jkey + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*ledger.Policy{s.policy, policy} {
		if r := verify(t, p, s.whole(), start); r.Counts["receipt"][ledger.Holds] != 1 || r.Exit() != 0 {
			t.Errorf("%s %+v", marshal(t, r.Counts), r.Items)
		}
	}
}

// Two receipts of one record are two promises that one record keeps.
func TestReceiptTwice(t *testing.T) {
	s := newSample(t)
	s.receipts = append(s.receipts, s.receipts[0])
	if r := verify(t, s.policy, s.whole(), start.Add(2*time.Hour)); r.Counts["receipt"][ledger.Holds] != 2 || r.Exit() != 0 {
		t.Errorf("%s %+v", marshal(t, r.Counts), r.Items)
	}
}

// Lines that come where they may not.
func TestOrderOfLines(t *testing.T) {
	s := newSample(t)
	whole, part := lines(s.whole()), lines(s.part())
	twice := func(list []string, i int) []string { return slices.Insert(slices.Clone(list), i, list[i]) }
	for name, c := range map[string]struct {
		lines []string
		what  string
	}{
		"a second first line":               {twice(whole, 0), "bundle"},
		"a second checkpoint":               {twice(whole, 1), "bundle"},
		"an entry twice":                    {twice(whole, 4), "entry"},
		"an entry after receipts":           {slices.Insert(slices.Clone(whole), 11, whole[4]), "bundle"},
		"a receipt after records":           {slices.Insert(slices.Clone(whole), 14, whole[10]), "bundle"},
		"a proven record twice":             {twice(part, 7), "record"},
		"a record of a block that was left": {slices.Insert(slices.Clone(whole), 22, whole[12]), "record"},
	} {
		if r := verify(t, s.policy, []byte(strings.Join(c.lines, "")), start); r.Counts[c.what][ledger.Broken] != 1 {
			t.Errorf("%s: %s %+v", name, marshal(t, r.Counts), r.Items)
		}
	}
}

// What came before a line that breaks the bundle is judged.
func TestBrokenInTheMiddle(t *testing.T) {
	s := newSample(t)
	whole := lines(s.whole())
	r := verify(t, s.policy, []byte(strings.Join(whole[:14], "")+"{\n"+strings.Join(whole[14:], "")), start.Add(2*time.Hour))
	if r.Counts["bundle"][ledger.Broken] != 1 || r.Counts["block"][ledger.Missing] != 1 || r.Counts["record"][ledger.NotJudged] != 2 || r.Counts["receipt"][ledger.Missing] != 2 {
		t.Errorf("%s %+v", marshal(t, r.Counts), r.Items)
	}
}

// A receipt is as good as the record with its leaf; it is overdue only where no block holds the leaf.
func TestReceiptOfAMissingRecord(t *testing.T) {
	s := newSample(t)
	r := verify(t, s.policy, bytes.Replace(s.whole(), []byte(`"erased":5`), []byte(`"erased":1`), 1), start.Add(2*time.Hour))
	if r.Counts["receipt"][ledger.Missing] != 1 || r.Counts["receipt"][ledger.Overdue] != 0 {
		t.Errorf("%s %+v", marshal(t, r.Counts), r.Items)
	}
}

// Texts of any length stand for hashes only where they are hashes; none panics.
func TestHashesOfAnyLength(t *testing.T) {
	for n := range 200 {
		var h ledger.Hash
		if err := h.UnmarshalText(bytes.Repeat([]byte("A"), n)); err == nil {
			t.Errorf("%d characters are taken", n)
		}
	}
	var h ledger.Hash
	if err := h.UnmarshalText(append(bytes.Repeat([]byte("A"), 43), '=')); err != nil {
		t.Error(err)
	}
}

// JSON allows an escaped slash in base64, and numbers and times that the specification does not.
func TestFormsOfMembers(t *testing.T) {
	s := newSample(t)
	escaped := strings.ReplaceAll(string(s.whole()), "/", `\/`)
	if r := verify(t, s.policy, []byte(escaped), start); r.Exit() != 0 {
		t.Errorf("escaped slashes: %s %+v", marshal(t, r.Counts), r.Items)
	}
	text, err := json.Marshal(s.receipts[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{{`"index":2`, `"index":-0`}, {`"time":1795593600000`, `"time":9007199254740992`}, {`"count":5`, `"count":5.0`}} {
		changed := strings.Replace(string(text), c[0], c[1], 1)
		if _, err := ledger.ParseReceipt([]byte(changed)); err == nil || changed == string(text) {
			t.Errorf("%s is taken", c[1])
		}
	}
	for _, c := range [][2]string{
		{`"time":"2026-11-25T08:00:00Z"`, `"time":"2026-11-25T08:00:00.1234567890Z"`},
		{`"time":"2026-11-25T08:00:00Z"`, `"time":"1969-11-25T08:00:00Z"`},
		{`[[1,2]]`, `[[-0,2]]`},
		{`[[1,2]]`, `[[1,9007199254740992]]`},
	} {
		entry := s.entries[s.erasure]
		changed := bytes.Replace(entry, []byte(c[0]), []byte(c[1]), 1)
		if _, err := ledger.ParseEntry(changed); err == nil || bytes.Equal(changed, entry) {
			t.Errorf("%s is taken", c[1])
		}
	}
	for _, c := range [][2]string{{`"rule":1`, `"rule":-1`}, {`"replaces":[2,4]`, `"replaces":[2,-4]`}} {
		entry := s.entries[s.united.header]
		changed := bytes.Replace(entry, []byte(c[0]), []byte(c[1]), 1)
		if _, err := ledger.ParseEntry(changed); err == nil || bytes.Equal(changed, entry) {
			t.Errorf("%s is taken", c[1])
		}
	}
	key := `{"use":"journal","vkey":"x","from":"2026-11-25T08:00:00Z","until":"tomorrow"}`
	if _, err := ledger.ParseEntry(append([]byte{byte(ledger.KeyKind)}, key...)); err == nil {
		t.Error("until is tomorrow")
	}
}

// A journal begins with its own name; who else signed its head changes nothing.
func TestHeadsOfJournals(t *testing.T) {
	s := newSample(t)
	other, okey := testKey(t, ledger.JournalName(s.name, "b"))
	s.add(ledger.KeyKind, &ledger.Key{Use: "journal", Vkey: okey, From: start})
	signed, err := note.Sign(&note.Note{Text: strings.SplitAfter(s.receipts[0].Note, "\n\n")[0][:strings.Index(s.receipts[0].Note, "\n\n")+1]}, other, s.journal)
	if err != nil {
		t.Fatal(err)
	}
	s.receipts[0].Note = string(signed)
	if r := verify(t, s.policy, s.whole(), start); r.Exit() != 0 {
		t.Errorf("signed by two: %s %+v", marshal(t, r.Counts), r.Items)
	}
	g := ledger.Group{Number: 1, Count: 1, Time: start.UnixMilli(), Root: s.loans.leaves[0]}
	from := ledger.FirstHead(s.name, "b")
	signed, err = note.Sign(&note.Note{Text: ledger.HeadNote(s.name, "a", 1, g.Next(from), start)}, s.journal)
	if err != nil {
		t.Fatal(err)
	}
	s.receipts[0] = &ledger.Receipt{V: 1, ID: "loan-0", Workflow: "loan", Leaf: s.loans.leaves[0], Count: 1, Path: ledger.Proof{}, Previous: from, Time: start.UnixMilli(), Note: string(signed)}
	if r := verify(t, s.policy, s.whole(), start); r.Counts["receipt"][ledger.Broken] != 1 {
		t.Errorf("another journal's start: %s %+v", marshal(t, r.Counts), r.Items)
	}
}
