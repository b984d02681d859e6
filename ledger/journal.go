package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/plumbline-project/plumbline"
)

// maxReceipt bounds the text of a receipt: a path of 20 hashes takes 1 KiB.
const maxReceipt = 16 << 10

// Group is what the head of a journal commits to when a commit group is added.
type Group struct {
	Number int64 // from 1
	Count  int   // of its records
	Time   int64 // milliseconds since 1970
	Root   Hash  // over the leaves of its records
}

// FirstHead is the head of a node's journal before its first group.
func FirstHead(ledger, node string) Hash {
	return sha256.Sum256([]byte("plumbline journal v1\n" + ledger + "\n" + node + "\n"))
}

// Next is the head after a group.
func (g *Group) Next(previous Hash) Hash {
	b := make([]byte, 0, 1+32+8+4+8+32)
	b = append(b, 0x02)
	b = append(b, previous[:]...)
	b = binary.BigEndian.AppendUint64(b, uint64(g.Number)) //nolint:gosec // G115: from 1
	b = binary.BigEndian.AppendUint32(b, uint32(g.Count))  //nolint:gosec // G115: bounded by the group
	b = binary.BigEndian.AppendUint64(b, uint64(g.Time))   //nolint:gosec // G115: since 1970
	b = append(b, g.Root[:]...)
	return sha256.Sum256(b)
}

// JournalName is the name of the key that signs the heads of a node's journal.
func JournalName(ledger, node string) string { return ledger + "/journal/" + node }

// HeadNote is the text that a node signs over the head of its journal after a group.
func HeadNote(ledger, node string, group int64, head Hash, includeBy time.Time) string {
	return fmt.Sprintf("%s\n%d\n%s\ninclude-by %s\n", JournalName(ledger, node), group, head, includeBy.UTC().Format(time.RFC3339))
}

// Receipt acknowledges one record: it was durable, and is promised to be in a block by a time.
type Receipt struct {
	V        int    `json:"v"`
	ID       string `json:"id"`
	Workflow string `json:"workflow"`
	Leaf     Hash   `json:"leaf"`
	Index    int    `json:"index"` // in the group, from 0
	Count    int    `json:"count"`
	Path     Proof  `json:"path"`
	Previous Hash   `json:"previous"`
	Time     int64  `json:"time"` // of the group, milliseconds since 1970
	Note     string `json:"note"`
}

// Promise is what a receipt whose arithmetic holds says.
type Promise struct {
	Ledger, Node string
	Group        int64
	Head         Hash
	IncludeBy    time.Time
	Signers      []string // keys of the verifier whose signatures hold
}

// ParseReceipt reads a receipt. It says nothing of whether it holds: [Receipt.Verify] does.
func ParseReceipt(data []byte) (*Receipt, error) {
	if len(data) > maxReceipt {
		return nil, plumbline.Errorf(plumbline.TooLarge, "the receipt is larger than %d bytes", maxReceipt)
	}
	r := &Receipt{}
	if err := decode(data, r, true); err != nil {
		return nil, plumbline.Errorf(plumbline.Invalid, "this is no receipt: %w", err)
	}
	if r.V != 1 {
		return nil, plumbline.Errorf(plumbline.Unsupported, "the receipt is of version %d; this verifier knows version 1", r.V)
	}
	return r, nil
}

// Verify checks the arithmetic of a receipt and its signature by one of the keys. It does not look whether the promise was kept.
func (r *Receipt) Verify(keys note.Verifiers) (*Promise, error) {
	broken := func(format string, args ...any) error {
		return &plumbline.Error{Code: plumbline.Invalid, Where: "receipt of " + strconv.Quote(r.ID), Message: fmt.Sprintf(format, args...)}
	}
	signed, err := note.Open([]byte(r.Note), keys)
	if err != nil {
		return nil, broken("no signature that you trust holds over the head of the journal: %v", err)
	}
	p, err := parseHeadNote(signed.Text)
	if err != nil {
		return nil, broken("%v", err)
	}
	for _, s := range signed.Sigs {
		if s.Name == JournalName(p.Ledger, p.Node) {
			p.Signers = append(p.Signers, s.Name)
		}
	}
	if len(p.Signers) == 0 {
		return nil, broken("the head of %s is signed by %.80q", JournalName(p.Ledger, p.Node), signed.Sigs[0].Name)
	}
	if r.Count < 1 || r.Count > 1<<30 || r.Time < 0 {
		return nil, broken("its group has %d records and the time %d", r.Count, r.Time)
	}
	if p.Group == 1 && r.Previous != FirstHead(p.Ledger, p.Node) {
		return nil, broken("the first group does not follow the start of the journal")
	}
	root, ok := rootFrom(r.Path, int64(r.Index), int64(r.Count), r.Leaf)
	if !ok {
		return nil, broken("the path does not fit record %d of %d", r.Index, r.Count)
	}
	g := Group{Number: p.Group, Count: r.Count, Time: r.Time, Root: root}
	if g.Next(r.Previous) != p.Head {
		return nil, broken("leaf, path and previous head do not give the head that was signed")
	}
	return p, nil
}

func parseHeadNote(text string) (*Promise, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 5 || lines[4] != "" {
		return nil, plumbline.Errorf(plumbline.Invalid, "the signed text is no head of a journal")
	}
	ledger, node, ok := strings.Cut(lines[0], "/journal/")
	group, err := strconv.ParseInt(lines[1], 10, 64)
	when, by := strings.CutPrefix(lines[3], "include-by ")
	t, timed := parseTime(when)
	p := &Promise{Ledger: ledger, Node: node, Group: group, IncludeBy: t}
	if !ok || !ValidName(ledger) || !ValidNode(node) || err != nil || group < 1 || lines[1] != strconv.FormatInt(group, 10) || !by || !timed || p.Head.UnmarshalText([]byte(lines[2])) != nil {
		return nil, plumbline.Errorf(plumbline.Invalid, "the signed text is no head of a journal")
	}
	return p, nil
}

// ValidName reports whether a text can be the name of a ledger: 1 to 128 printable ASCII characters without space and plus.
func ValidName(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || s[i] == '+' {
			return false
		}
	}
	return s != "" && len(s) <= 128 && !strings.Contains(s, "/journal/")
}

// ValidNode reports whether a text can be the name of a node: 1 to 32 of a-z, 0-9 and dash.
func ValidNode(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 32
}

// VerifyReceipt verifies a receipt by itself: that it was signed by a key of a journal that the policy names, and what it promises.
// Whether the promise was kept is not judged: that takes a bundle.
func VerifyReceipt(data []byte, o Options) *Report {
	r := newReport()
	receipt, err := ParseReceipt(data)
	if err != nil {
		r.say(Broken, "receipt", "receipt", "%v", err)
		return r
	}
	p, err := receipt.Verify(note.VerifierList(o.Policy.journals...))
	if err != nil {
		r.say(Broken, "receipt", "receipt", "%v", err)
		return r
	}
	r.Ledger = p.Ledger
	r.say(NotJudged, "receipt", "receipt", "it was signed over record %d of group %d and promises a block for %s; whether one holds it is told by a bundle", receipt.Index, p.Group, p.IncludeBy.Format(time.RFC3339))
	return r
}
