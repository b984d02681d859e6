package ledger

import (
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// verifier goes through a bundle once.
type verifier struct {
	Options
	report *Report

	current     line
	salt, bytes []byte // buffers
	opened      bool   // the first line has been read
	stage       int    // place of the last line's type in a bundle
	point       *Checkpoint

	log      Tree  // over the entries without proofs
	unproven int64 // entries that hold if the log's root does
	last     int64 // index of the last entry
	done     bool  // all entries have been read
	plain    *said // by the entries without proofs, which show nothing before the root does
	said     *said // by those that are shown to be the log's
	journals note.Verifiers

	compared, keptHolds bool // with the checkpoint that was kept

	block    *openBlock
	seen     map[int64]bool // headers whose records have come
	complete map[int64]bool // headers whose records have all been there, without proofs
	receipts []*pending
	leaves   map[Hash][]int // of receipts → places in receipts
}

// openBlock is the block whose records are being read.
type openBlock struct {
	at     int64   // index of its header
	header *Header // nil where it is not known
	again  bool    // records of it came before, and others between
	last   int64   // index of the last record
	plain  bool    // there are records without proofs
	tree   Tree    // over those

	// What the records without proofs are found to be if the block holds.
	states map[Verdict]int64
	found  map[int]Verdict // receipts whose leaves are in it
}

// stages are the types of lines by their order in a bundle.
var stages = map[string]int{"bundle": 0, "checkpoint": 1, "entry": 2, "receipt": 3, "record": 4}

// pending is a receipt whose leaf is looked for.
type pending struct {
	*Receipt
	promise *Promise
	where   string
	found   Verdict
}

func newVerifier(o Options) *verifier {
	return &verifier{
		Options: o, report: newReport(), last: -1,
		plain: newSaid(), said: newSaid(), seen: map[int64]bool{}, complete: map[int64]bool{}, leaves: map[Hash][]int{},
	}
}

// line takes one line. It is false where nothing more can be judged.
func (v *verifier) line(text []byte, where string) bool {
	l := &v.current
	if err := l.parse(text); err != nil {
		v.report.say(Broken, "bundle", where, "the line is damaged: %v", err)
		return false
	}
	if !v.opened {
		return v.open(l, where)
	}
	stage, known := stages[l.kind]
	switch {
	case !known:
		return true // of a later version
	case stage < v.stage || stage < 2 && stage == v.stage:
		v.report.say(Broken, "bundle", where, "a line of the type %s has no place here", l.kind)
		return false
	case stage > 1 && v.point == nil:
		v.report.say(Broken, "bundle", where, "no checkpoint stands above")
		return false
	}
	v.stage = stage
	switch l.kind {
	case "checkpoint":
		return v.checkpoint(l, where)
	case "entry":
		v.entry(l, where)
	case "receipt":
		v.receipt(l, where)
	case "record":
		v.record(l, where)
	}
	return true
}

// open takes the first line.
func (v *verifier) open(l *line, where string) bool {
	if l.kind != "bundle" {
		v.report.say(NotJudged, "bundle", where, "the first line is no bundle's")
		return false
	}
	if version, err := l.number("v"); err != nil || version != 1 {
		v.report.say(NotJudged, "bundle", where, "the bundle is not of version 1, which this verifier knows")
		return false
	}
	v.report.Ledger, _ = l.text("ledger")
	v.opened = true
	return true
}

func (v *verifier) checkpoint(l *line, where string) bool {
	text, err := l.text("note")
	if err != nil {
		v.report.say(Broken, "checkpoint", where, "%v", err)
		return false
	}
	c, err := v.Policy.Open([]byte(text))
	if err != nil {
		v.report.say(Broken, "checkpoint", where, "%v", err)
		return false
	}
	if c.Ledger != v.report.Ledger {
		v.report.say(Broken, "checkpoint", where, "it is of the ledger %q, the bundle of %.130q", c.Ledger, v.report.Ledger)
		return false
	}
	v.point = c
	v.report.Size, v.report.Root = c.Size, c.Root
	v.report.Witnesses = append(v.report.Witnesses, c.Witnesses...)
	v.report.count("checkpoint", Holds)
	v.continues()
	return true
}

// continues holds the log so far against the checkpoint that the verifier kept, when it has that one's size.
func (v *verifier) continues() {
	kept := v.Kept
	if kept == nil || v.compared {
		return
	}
	root := v.log.Root()
	if kept.Size == v.point.Size {
		root = v.point.Root
	}
	switch {
	case kept.Ledger != v.point.Ledger:
		v.report.say(Broken, "kept", "checkpoint", "the checkpoint that you kept is of the ledger %q", kept.Ledger)
	case kept.Size != v.point.Size && kept.Size != v.log.Size():
		return
	case root != kept.Root:
		v.report.say(Broken, "kept", "checkpoint", "the checkpoint that you kept has another root at %d entries: the history was changed or forked", kept.Size)
	default:
		v.keptHolds = true
	}
	v.compared = true
}

// entry takes an entry of the log: with a proof at once, without one in order, to be held against the checkpoint when all are there.
func (v *verifier) entry(l *line, where string) {
	index, err := l.number("index")
	data, err2 := l.data("data", nil)
	proof, err3 := l.proof()
	if err = firstError(err, err2, err3); err != nil {
		v.report.say(Broken, "entry", where, "the line is damaged: %v", err)
		return
	}
	if index >= v.point.Size || index <= v.last {
		v.report.say(Broken, "entry", where, "entry %d comes after %d, of %d", index, v.last, v.point.Size)
		return
	}
	v.last = index
	leaf := EntryLeaf(data)
	said := v.plain
	switch {
	case proof != nil && !CheckInclusion(proof, index, v.point.Size, leaf, v.point.Root):
		v.report.say(Broken, "entry", where, "the proof does not lead from entry %d to the root of the checkpoint", index)
		return
	case proof != nil:
		said = v.said
	case index == v.log.Size():
		v.log.Add(leaf)
		v.continues()
	}
	e, err := ParseEntry(data)
	switch {
	case err != nil:
		v.report.say(Broken, "entry", where, "%v", err)
		return
	case e.Body == nil:
		v.report.say(NotJudged, "entry", where, "entry %d is of the kind %s, which this verifier does not know", index, e.Kind)
	case proof != nil:
		v.report.count("entry", Holds)
	default:
		v.unproven++
	}
	said.keep(index, e, v.report.Ledger, where, proof == nil)
}

// entriesDone holds the entries without proofs against the checkpoint, once, when the first line of another kind comes.
func (v *verifier) entriesDone() {
	if v.done || v.point == nil {
		return
	}
	v.done = true
	n := v.log.Size()
	entries := map[Verdict]int64{Holds: v.unproven}
	switch {
	case n == v.point.Size && v.log.Root() == v.point.Root:
		v.report.Complete = true
		v.report.add("entry", "", entries)
		v.said = v.plain
		for _, b := range v.said.breaches {
			v.report.say(Broken, "log", b.Where, "%s", b.Why)
		}
		v.report.add("log", Broken, map[Verdict]int64{Broken: v.said.more})
	case n == v.point.Size:
		v.report.say(Broken, "log", "entries", "the %d entries do not give the root of the checkpoint", n)
		v.report.add("entry", Broken, entries)
	case n > 0 || v.unproven > 0:
		v.report.say(Missing, "log", "entries", "the first %d of %d entries are there without gaps, without proofs", n, v.point.Size)
		v.report.add("entry", NotJudged, entries)
	}
	if n := v.said.dropped; n > 0 {
		v.report.say(NotJudged, "log", "entries", "%d entries of erasures and keys are beyond what is kept, %d ranges and %d keys", n, maxRanges, maxKeys)
	}
	v.plain = nil
	v.journals = v.journalKeys()
	v.keptDone()
}

// keptDone says whether the log continues the checkpoint that the verifier kept.
func (v *verifier) keptDone() {
	switch {
	case v.Kept == nil:
	case v.keptHolds && (v.report.Complete || v.Kept.Size == v.point.Size):
		v.report.count("kept", Holds)
	case v.compared && !v.keptHolds:
	case v.Kept.Size > v.point.Size:
		v.report.say(Broken, "kept", "checkpoint", "the checkpoint that you kept has %d entries, this one %d: entries are gone", v.Kept.Size, v.point.Size)
	default:
		v.report.say(NotJudged, "kept", "checkpoint", "whether it continues the checkpoint that you kept can be told by a bundle of all entries")
	}
}

func (v *verifier) receipt(l *line, where string) {
	v.entriesDone()
	r, err := ParseReceipt(l.without("type"))
	if err != nil {
		v.report.say(Broken, "receipt", where, "%v", err)
		return
	}
	p, err := r.Verify(v.journals)
	switch {
	case err != nil:
		v.report.say(Broken, "receipt", where, "%v", err)
	case p.Ledger != v.report.Ledger:
		v.report.say(Broken, "receipt", where, "it is of the ledger %q", p.Ledger)
	case len(v.receipts) == maxReceipts:
		v.report.say(NotJudged, "receipt", where, "there are more than %d receipts", maxReceipts)
	default:
		v.leaves[r.Leaf] = append(v.leaves[r.Leaf], len(v.receipts))
		v.receipts = append(v.receipts, &pending{Receipt: r, promise: p, where: where})
	}
}

// journalKeys are those that the log gives and those of the verifier's own policy, each once: the log names a key again where it ends.
func (v *verifier) journalKeys() note.Verifiers {
	seen := map[string]bool{}
	var keys []note.Verifier
	for _, k := range slices.Concat(v.Policy.journals, v.said.journals) {
		if !seen[keyID(k)] {
			keys = append(keys, k)
		}
		seen[keyID(k)] = true
	}
	return note.VerifierList(keys...)
}

// record takes a record of a block.
func (v *verifier) record(l *line, where string) {
	v.entriesDone()
	at, err := l.number("header")
	index, err2 := l.number("index")
	proof, err3 := l.proof()
	if err = firstError(err, err2, err3); err != nil {
		v.report.say(Broken, "record", where, "the line is damaged: %v", err)
		return
	}
	if v.block == nil || v.block.at != at {
		v.blockDone()
		v.openBlock(at)
	}
	b := v.block
	switch {
	case b.header == nil:
		v.report.say(NotJudged, "record", where, "no header stands at entry %d, or nothing shows that it is the log's", at)
		return
	case b.again || index <= b.last || index >= b.header.Count:
		v.report.say(Broken, "record", where, "record %d of the block at entry %d, which has %d, comes after record %d or after those of another block", index, at, b.header.Count, b.last)
		return
	}
	b.last = index
	b.plain = b.plain || proof == nil
	j, err := v.judge(l, index)
	switch {
	case err != nil:
		v.report.say(Broken, "record", where, "record %d of the block at entry %d: %v", index, at, err)
		return
	case proof != nil && !CheckInclusion(proof, index, b.header.Count, j.leaf, b.header.Root):
		v.report.say(Broken, "record", where, "the proof does not lead from record %d to the root of the block at entry %d", index, at)
		return
	case proof == nil && index == b.tree.Size():
		b.tree.Add(j.leaf)
	}
	switch {
	case j.why != "":
		v.report.say(j.state, "record", where, "record %d of the block at entry %d: %s", index, at, j.why)
	case proof != nil:
		v.report.count("record", j.state)
	default:
		b.states[j.state]++
	}
	v.acknowledged(j, proof != nil)
}

// acknowledged tells the receipts of a leaf what its record is found to be: at once, or when its block is.
func (v *verifier) acknowledged(j judged, proven bool) {
	for _, k := range v.leaves[j.leaf] {
		p, found := v.receipts[k], j.state
		if found == Holds && (j.record.ID != p.ID || j.record.Workflow != p.Workflow) {
			found = Broken
		}
		if proven {
			p.found = found
		} else {
			v.block.found[k] = found
		}
	}
}

func (v *verifier) openBlock(at int64) {
	v.block = &openBlock{at: at, header: v.said.rules.headers[at], again: v.seen[at], last: -1, states: map[Verdict]int64{}, found: map[int]Verdict{}}
	if v.block.header != nil {
		v.seen[at] = true
	}
}

// judged is what can be said of a record before its place in the tree is looked at.
type judged struct {
	leaf   Hash
	record *Record // nil where it is not there, or is none
	state  Verdict
	why    string // of what is wrong
}

// judge looks at a record of the open block. The error is of the line: without it there is a leaf.
func (v *verifier) judge(l *line, index int64) (judged, error) {
	b := v.block
	if l.has("leaf") || l.has("erased") {
		j := judged{state: Erased}
		text, err := l.text("leaf")
		erased, err2 := l.number("erased")
		if err = firstError(err, err2, j.leaf.UnmarshalText([]byte(text))); err != nil {
			return j, err
		}
		if !v.said.rules.erased(v.said.erasures[erased], b.at, b.header, index) {
			j.state, j.why = Missing, fmt.Sprintf("it is not there, and entry %d is no erasure of it", erased)
		}
		return j, nil
	}
	salt, err := l.data("salt", v.salt)
	data, err2 := l.data("bytes", v.bytes)
	v.salt, v.bytes = salt, data
	if err = firstError(err, err2); err != nil {
		return judged{}, err
	}
	if len(salt) != SaltSize {
		return judged{}, fmt.Errorf("its salt has %d bytes", len(salt))
	}
	j := judged{leaf: RecordLeaf([SaltSize]byte(salt), data), state: Holds}
	r, err := ParseRecord(data)
	switch {
	case err != nil:
		j.state, j.why = Broken, err.Error()
	case r.Workflow != b.header.Workflow || r.Version != b.header.Version:
		j.state, j.why = Broken, fmt.Sprintf("it is of %q in version %q, its block of %q in version %q", r.Workflow, r.Version, b.header.Workflow, b.header.Version)
	}
	j.record = r
	return j, nil
}

// blockDone holds the records of a block that came without proofs against its root.
func (v *verifier) blockDone() {
	b := v.block
	v.block = nil
	if b == nil || !b.plain {
		return
	}
	where := fmt.Sprintf("header at entry %d", b.at)
	switch n := b.tree.Size(); {
	case n < b.header.Count:
		v.report.say(Missing, "block", where, "the first %d of %d records are there without gaps, without proofs", n, b.header.Count)
		v.report.add("record", NotJudged, b.states)
	case b.tree.Root() != b.header.Root:
		v.report.say(Broken, "block", where, "its %d records do not give its root", n)
		v.report.add("record", Broken, b.states)
	default:
		v.report.count("block", Holds)
		v.report.add("record", "", b.states)
		for k, found := range b.found {
			v.receipts[k].found = found
		}
		v.complete[b.at] = true
	}
}

// end says what the end of the input leaves open.
func (v *verifier) end() {
	switch {
	case !v.opened:
		v.report.say(NotJudged, "bundle", "line 1", "it is empty")
	case v.point == nil:
		v.report.say(Missing, "checkpoint", "bundle", "there is none")
	}
}

// finish judges what waited for later lines, as if the bundle ended with the last line.
func (v *verifier) finish() {
	v.blockDone()
	v.entriesDone()
	whole := v.report.Complete && v.said.rules.allIn(v.complete)
	for _, r := range v.receipts {
		by := r.promise.IncludeBy.Format(time.RFC3339)
		switch {
		case r.found == Holds || r.found == Erased:
			v.report.count("receipt", r.found)
		case r.found == Broken:
			v.report.say(Broken, "receipt", r.where, "the record with its leaf is broken, or has another id or workflow")
		case r.found == Missing:
			v.report.say(Missing, "receipt", r.where, "a block holds its leaf, but its record is not there")
		case v.Now.Before(r.promise.IncludeBy):
			v.report.say(NotJudged, "receipt", r.where, "no block holds it yet; it is promised for %s", by)
		case whole:
			v.report.say(Overdue, "receipt", r.where, "no block holds it; it was promised for %s", by)
		default:
			v.report.say(Missing, "receipt", r.where, "its record is not in the bundle, which does not hold all blocks; it was promised for %s", by)
		}
	}
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
