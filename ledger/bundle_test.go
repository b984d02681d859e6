package ledger_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/plumbline-project/plumbline/ledger"
)

// sample is a ledger with two workflows, an erasure, a block that unites two, and receipts.
type sample struct {
	*testLog
	loans, more, other, united *testBlock
	erasure                    int64
	receipts                   []*ledger.Receipt
}

func newSample(t *testing.T) *sample {
	t.Helper()
	s := &sample{testLog: newTestLog(t)}
	s.loans = s.block("loan", 0, 5, -1)
	s.other = s.block("claim", 0, 3, -1)
	s.more = s.block("loan", 5, 2, s.loans.header)
	s.erasure = s.add(ledger.ErasureKind, &ledger.Erasure{Header: s.more.header, Ranges: [][]int64{{1, 2}}, Why: "request", Basis: "PIPL 47", Actor: "p-1", Time: start, Set: "e-1"})
	s.united = &testBlock{
		salts: slices.Concat(s.loans.salts, s.more.salts), records: slices.Concat(s.loans.records, s.more.records), leaves: slices.Concat(s.loans.leaves, s.more.leaves),
	}
	s.united.header = s.add(ledger.HeaderKind, &ledger.Header{
		Workflow: "loan", Version: "1", First: 0, Count: 7, Rule: 1, Root: ledger.RootOf(s.united.leaves), Previous: s.more.header, Replaces: []int64{s.loans.header, s.more.header},
	})
	s.add(ledger.HeadsKind, &ledger.Heads{Node: "a", Group: 1, Head: ledger.FirstHead(s.name, "a"), Time: start})
	s.receipts = []*ledger.Receipt{s.receipt(s.loans, 2, 1, start.Add(time.Hour)), s.receipt(s.more, 1, 2, start.Add(time.Hour))}
	return s
}

// whole writes the whole ledger.
func (s *sample) whole() []byte {
	s.t.Helper()
	var out bytes.Buffer
	b := ledger.NewBundleWriter(&out, s.name, s.checkpoint())
	for i, e := range s.entries {
		b.Entry(int64(i), e, nil)
	}
	for _, r := range s.receipts {
		b.Receipt(r)
	}
	for _, x := range []*testBlock{s.other, s.united} {
		for i := range x.records {
			if x == s.united && i == 6 {
				b.ErasedRecord(x.header, 6, x.leaves[6], s.erasure, nil)
				continue
			}
			b.Record(x.header, int64(i), x.salts[i], x.records[i], nil)
		}
	}
	if err := b.Close(); err != nil {
		s.t.Fatal(err)
	}
	return out.Bytes()
}

// part writes single records with their proofs.
func (s *sample) part() []byte {
	s.t.Helper()
	var out bytes.Buffer
	b := ledger.NewBundleWriter(&out, s.name, s.checkpoint())
	hashes := s.hashes()
	for _, at := range []int64{1, s.erasure, s.united.header} {
		if at == s.erasure {
			b.Entry(s.more.header, s.entries[s.more.header], ledger.ProveInclusion(hashes, s.more.header))
		}
		b.Entry(at, s.entries[at], ledger.ProveInclusion(hashes, at))
	}
	b.Receipt(s.receipts[0])
	b.Record(s.united.header, 2, s.united.salts[2], s.united.records[2], ledger.ProveInclusion(s.united.leaves, 2))
	b.ErasedRecord(s.united.header, 6, s.united.leaves[6], s.erasure, ledger.ProveInclusion(s.united.leaves, 6))
	if err := b.Close(); err != nil {
		s.t.Fatal(err)
	}
	return out.Bytes()
}

func verify(t *testing.T, policy *ledger.Policy, bundle []byte, now time.Time) *ledger.Report {
	t.Helper()
	r, err := ledger.VerifyBundle(bytes.NewReader(bundle), ledger.Options{Policy: policy, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestWholeBundle(t *testing.T) {
	s := newSample(t)
	r := verify(t, s.policy, s.whole(), start.Add(2*time.Hour))
	want := map[string]map[ledger.Verdict]int64{
		"checkpoint": {ledger.Holds: 1}, "entry": {ledger.Holds: int64(len(s.entries))}, "block": {ledger.Holds: 2},
		"record": {ledger.Holds: 9, ledger.Erased: 1}, "receipt": {ledger.Holds: 1, ledger.Erased: 1},
	}
	if got, _ := json.Marshal(r.Counts); string(got) != marshal(t, want) || !r.Complete || len(r.Items) > 0 || r.Worst() != ledger.Erased {
		t.Errorf("%s, complete %v, %+v", got, r.Complete, r.Items)
	}
}

func TestPartOfABundle(t *testing.T) {
	s := newSample(t)
	r := verify(t, s.policy, s.part(), start.Add(2*time.Hour))
	if r.Worst() != ledger.Erased || r.Counts["record"][ledger.Holds] != 1 || r.Counts["record"][ledger.Erased] != 1 || r.Counts["receipt"][ledger.Holds] != 1 || r.Complete {
		t.Errorf("%s %+v", marshal(t, r.Counts), r.Items)
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// lines cuts a bundle by type, so that a test can leave out, repeat and change lines.
func lines(bundle []byte) []string { return strings.SplitAfter(string(bundle), "\n") }

func TestBrokenBundles(t *testing.T) {
	s := newSample(t)
	whole, part := lines(s.whole()), lines(s.part())
	has := func(what string) func(string) bool {
		return func(l string) bool { return strings.HasPrefix(l, `{"type":"`+what) }
	}
	without := func(list []string, drop func(string) bool, skip int) []string {
		var out []string
		for _, l := range list {
			if drop(l) && skip == 0 {
				skip--
				continue
			} else if drop(l) {
				skip--
			}
			out = append(out, l)
		}
		return out
	}
	late := start.Add(2 * time.Hour)
	for _, c := range []struct {
		name  string
		lines []string
		now   time.Time
		what  string
		want  ledger.Verdict
		says  string
	}{
		{"no checkpoint", without(whole, has("checkpoint"), 0), late, "bundle", ledger.Broken, "no checkpoint"},
		{"an entry less", without(whole, has("entry"), 3), late, "log", ledger.Missing, "the first 3 of 8"},
		{"the last entries less", without(without(whole, has("entry"), 7), has("entry"), 6), late, "log", ledger.Missing, "without proofs"},
		{"a record less", without(whole, has("record"), 1), late, "block", ledger.Missing, "the first 1 of 3"},
		{"the last record less", without(whole, has("record"), 9), late, "block", ledger.Missing, "the first 6 of 7"},
		{"a block less", without(without(without(whole, has("record"), 0), has("record"), 0), has("record"), 0), late, "receipt", ledger.Holds, ""},
		{"two records changed over", func() []string {
			out := slices.Clone(whole)
			i := slices.IndexFunc(out, has("record"))
			out[i], out[i+1] = out[i+1], out[i]
			return out
		}(), late, "record", ledger.Broken, "comes after"},
		{"an unknown line", append([]string{whole[0], `{"type":"later","x":[null]}` + "\n"}, whole[1:]...), late, "bundle", ledger.Broken, "damaged"},
		{"a line of a later version", append([]string{whole[0], `{"type":"later","x":[1]}` + "\n"}, whole[1:]...), late, "block", ledger.Holds, ""},
		{"another version", append([]string{`{"type":"bundle","v":2,"ledger":"x"}` + "\n"}, whole[1:]...), late, "bundle", ledger.NotJudged, "version 1"},
		{"another ledger", append([]string{`{"type":"bundle","v":1,"ledger":"x"}` + "\n"}, whole[1:]...), late, "checkpoint", ledger.Broken, "of the ledger"},
		{"nothing", nil, late, "bundle", ledger.NotJudged, "empty"},
		{"a proof for another place", func() []string {
			out := slices.Clone(part)
			for i, l := range out {
				out[i] = strings.Replace(l, `"index":2,"salt"`, `"index":3,"salt"`, 1)
			}
			return out
		}(), late, "record", ledger.Broken, "does not lead"},
		{"erased by an entry of another kind", func() []string {
			out := slices.Clone(part)
			for i, l := range out {
				out[i] = strings.Replace(l, `"erased":5`, `"erased":1`, 1)
			}
			return out
		}(), late, "record", ledger.Missing, "no erasure of it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := verify(t, s.policy, []byte(strings.Join(c.lines, "")), c.now)
			if r.Counts[c.what][c.want] == 0 {
				t.Fatalf("no %s is %s: %s %+v", c.what, c.want, marshal(t, r.Counts), r.Items)
			}
			if c.says != "" && !slices.ContainsFunc(r.Items, func(i ledger.Item) bool { return i.What == c.what && strings.Contains(i.Why, c.says) }) {
				t.Errorf("nothing says %q: %+v", c.says, r.Items)
			}
		})
	}
}

// A receipt whose record no block holds is overdue after its time, and not before.
func TestReceiptsOfWhatWasNeverSealed(t *testing.T) {
	s := newSample(t)
	lost := &testBlock{}
	for i := range 3 {
		data := []byte(strings.Replace(goodRecord, "d-1", strings.Repeat("x", i+1), 1))
		lost.salts, lost.records = append(lost.salts, [16]byte{byte(i)}), append(lost.records, data)
		lost.leaves = append(lost.leaves, ledger.RecordLeaf([16]byte{byte(i)}, data))
	}
	s.receipts = append(s.receipts, s.receipt(lost, 1, 3, start.Add(time.Hour)))
	for now, want := range map[time.Duration]ledger.Verdict{59 * time.Minute: ledger.NotJudged, 61 * time.Minute: ledger.Overdue} {
		if r := verify(t, s.policy, s.whole(), start.Add(now)); r.Counts["receipt"][want] != 1 {
			t.Errorf("after %v: %s %+v", now, marshal(t, r.Counts), r.Items)
		}
	}
}

// Erasures without end do not fill the memory of a verifier: what is beyond the bound is not judged.
func TestManyErasures(t *testing.T) {
	s := newSample(t)
	var ranges [][]int64
	for i := range int64(4000) {
		ranges = append(ranges, []int64{2 * i, 2*i + 1})
	}
	for range 251 {
		s.add(ledger.ErasureKind, &ledger.Erasure{Header: s.united.header, Ranges: ranges, Why: "w", Basis: "b", Actor: "a", Time: start, Set: "s"})
	}
	r := verify(t, s.policy, s.whole(), start)
	if !slices.ContainsFunc(r.Items, func(i ledger.Item) bool {
		return i.What == "log" && i.Verdict == ledger.NotJudged && strings.HasPrefix(i.Why, "2 entries")
	}) {
		t.Errorf("%s %+v", marshal(t, r.Counts), r.Items[:min(len(r.Items), 3)])
	}
}

// A checkpoint that was kept is continued by every later one of the same history, and by no other.
func TestKeptCheckpoints(t *testing.T) {
	s := newSample(t)
	at := func(l *testLog, n int) *ledger.Checkpoint {
		short := *l
		short.entries = l.entries[:n]
		c, err := s.policy.Open([]byte(short.checkpoint()))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	forked := newTestLog(t)
	forked.block("loan", 0, 4, -1)
	forked.block("loan", 4, 1, 2)
	for name, c := range map[string]struct {
		kept   *ledger.Checkpoint
		bundle []byte
		want   ledger.Verdict
	}{
		"of one entry":       {at(s.testLog, 1), s.whole(), ledger.Holds},
		"of some entries":    {at(s.testLog, 4), s.whole(), ledger.Holds},
		"this one":           {at(s.testLog, len(s.entries)), s.whole(), ledger.Holds},
		"of another history": {at(forked, 4), s.whole(), ledger.Broken},
		"of no entry":        {at(s.testLog, 0), s.whole(), ledger.Holds},
		"of a part":          {at(s.testLog, 4), s.part(), ledger.NotJudged},
		"of more entries": {func() *ledger.Checkpoint {
			m := newSample(t)
			m.block("loan", 7, 1, m.united.header)
			return at(m.testLog, len(m.entries))
		}(), s.whole(), ledger.Broken},
		"the same size again": {func() *ledger.Checkpoint { c := *at(s.testLog, len(s.entries)); c.Root[0] ^= 1; return &c }(), s.part(), ledger.Broken},
	} {
		r, err := ledger.VerifyBundle(bytes.NewReader(c.bundle), ledger.Options{Policy: s.policy, Now: start, Kept: c.kept})
		if err != nil || r.Counts["kept"][c.want] != 1 || len(r.Counts["kept"]) != 1 {
			t.Errorf("%s: %v, %s %+v", name, err, marshal(t, r.Counts), r.Items)
		}
	}
}

// Logs that were signed and do not follow the rules.
func TestRulesOfTheLog(t *testing.T) {
	for name, c := range map[string]struct {
		make func(s *sample)
		says string
	}{
		"a block omitted":    {func(s *sample) { s.block("loan", 9, 1, s.united.header) }, "begins with record 9"},
		"a header not named": {func(s *sample) { s.block("loan", 7, 1, s.loans.header) }, "it says 2"},
		"heads that fall":    {func(s *sample) { s.add(ledger.HeadsKind, &ledger.Heads{Node: "a", Group: 1, Time: start}) }, "after group 1"},
		"an erasure of nothing": {func(s *sample) {
			s.add(ledger.ErasureKind, &ledger.Erasure{Header: s.loans.header, Ranges: [][]int64{{0, 1}}, Time: start})
		}, "stands in no block"},
		"a second union": {func(s *sample) {
			s.add(ledger.HeaderKind, &ledger.Header{Workflow: "loan", Version: "1", Count: 5, Rule: 1, Root: s.loans.leaves[0], Previous: s.united.header, Replaces: []int64{s.loans.header}})
		}, "cannot unite"},
		"a ledger of two names": {func(s *sample) {
			s.add(ledger.ConfigKind, &ledger.Config{V: 1, Ledger: "x", IncludeWithin: 1, Time: start})
		}, `the ledger "x"`},
		"a union of two flows": {func(s *sample) {
			s.add(ledger.HeaderKind, &ledger.Header{Workflow: "loan", Version: "1", Count: 3, Rule: 1, Root: s.loans.leaves[0], Previous: s.united.header, Replaces: []int64{s.other.header}})
		}, "cannot unite"},
		"an erasure out of range": {func(s *sample) {
			s.add(ledger.ErasureKind, &ledger.Erasure{Header: s.other.header, Ranges: [][]int64{{0, 4}}, Time: start})
		}, "stands in no block"},
	} {
		s := newSample(t)
		c.make(s)
		r := verify(t, s.policy, s.whole(), start)
		if !slices.ContainsFunc(r.Items, func(i ledger.Item) bool {
			return i.What == "log" && i.Verdict == ledger.Broken && strings.Contains(i.Why, c.says)
		}) {
			t.Errorf("%s: %s %+v", name, marshal(t, r.Counts), r.Items)
		}
	}
}

// Every bit of a bundle that is flipped is noticed, or changes nothing that was verified.
func TestFlippedBundles(t *testing.T) {
	s := newSample(t)
	for name, bundle := range map[string][]byte{"whole": s.whole(), "part": s.part()} {
		good := verify(t, s.policy, bundle, start.Add(2*time.Hour))
		quiet := 0
		for i := range bundle {
			for _, mask := range []byte{1, 0x20, 0x80} {
				b := slices.Clone(bundle)
				b[i] ^= mask
				r := verify(t, s.policy, b, start.Add(2*time.Hour))
				same := maps.EqualFunc(r.Counts, good.Counts, maps.Equal)
				switch {
				case r.Worst() != ledger.Erased || !same:
				case r.Root != good.Root || r.Ledger != good.Ledger || r.Size != good.Size:
					t.Fatalf("%s: byte %d ^ %x: another ledger holds", name, i, mask)
				case !loose(bundle, i):
					t.Fatalf("%s: byte %d ^ %#x changes nothing: %q", name, i, mask, b[max(0, i-30):min(len(b), i+30)])
				default:
					quiet++
				}
			}
		}
		t.Logf("%s: %d flips in %d bytes, %d without effect, in what no arithmetic covers", name, 3*len(bundle), len(bundle), quiet)
	}
}

// loose reports whether a byte is of what nothing covers: the names in a receipt of an erased record, and the spare bits in the base64
// of a signature.
func loose(bundle []byte, at int) bool {
	line := bundle[bytes.LastIndexByte(bundle[:at], '\n')+1:]
	start := len(bundle) - len(line)
	switch {
	case bytes.HasPrefix(line, []byte(`{"type":"checkpoint"`)):
		return bundle[at+1] == '='
	case bytes.HasPrefix(line, []byte(`{"type":"receipt"`)):
		return bytes.Contains(line[:bytes.IndexByte(line, '\n')], []byte(`"id":"loan-6"`)) && at < start+bytes.Index(line, []byte(`,"leaf"`)) || bundle[at+1] == '='
	}
	return false
}

func FuzzBundle(f *testing.F) {
	t := &testing.T{}
	s := newSample(t)
	f.Add(s.whole())
	f.Add(s.part())
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ledger.VerifyBundle(bytes.NewReader(data), ledger.Options{Policy: s.policy, Now: start})
		if err == nil && r.Worst() == ledger.Holds && r.Size > 0 && r.Root != ledger.RootOf(s.hashes()) {
			t.Error("another log holds")
		}
	})
}

func FuzzReceipt(f *testing.F) {
	s := newSample(&testing.T{})
	text, err := json.Marshal(s.receipts[0])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	_, vkey := testKey(f, ledger.JournalName(s.name, "a"))
	key, err := note.NewVerifier(vkey)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := ledger.ParseReceipt(data); err == nil {
			if p, err := r.Verify(note.VerifierList(key)); err == nil && (p.Group != 1 || r.Leaf != s.receipts[0].Leaf) {
				t.Error("another receipt holds")
			}
		}
	})
}

func FuzzEntry(f *testing.F) {
	s := newSample(&testing.T{})
	for _, e := range s.entries {
		f.Add(e)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ledger.ParseEntry(data)
		if err != nil || e.Body == nil {
			return
		}
		again, err := ledger.MarshalEntry(e.Kind, e.Body)
		if err != nil {
			return // its escapes take more bytes
		}
		if f, err := ledger.ParseEntry(again); err != nil || marshal(t, f) != marshal(t, e) {
			t.Fatalf("%q: written as %q: %v", data, again, err)
		}
	})
}
