package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/plumbline-project/plumbline"
)

// MaxEntry bounds an entry, as the entry bundles of C2SP tlog-tiles do.
const MaxEntry = 1<<16 - 1

// Kind is the first byte of an entry.
type Kind byte

// The kinds of entries. Their bytes and names never change.
const (
	ConfigKind    Kind = 0x01
	KeyKind       Kind = 0x02
	HeadsKind     Kind = 0x03
	HeaderKind    Kind = 0x04
	ManifestKind  Kind = 0x05
	ErasureKind   Kind = 0x06
	JudgementKind Kind = 0x07
	ConflictKind  Kind = 0x08
	GapKind       Kind = 0x09
	HoldKind      Kind = 0x0a
)

// String names the kind as docs/ledger.md does.
func (k Kind) String() string {
	names := [...]string{"config", "key", "heads", "header", "manifest", "erasure", "judgement", "conflict", "gap", "hold"}
	if k < 1 || int(k) > len(names) {
		return fmt.Sprintf("0x%02x", byte(k))
	}
	return names[k-1]
}

// Config is the first entry of a log, and one for each change of a setting.
type Config struct {
	V             int       `json:"v"`
	Ledger        string    `json:"ledger"`
	Time          time.Time `json:"time"`
	IncludeWithin int64     `json:"include_within"` // seconds from a receipt to the block
}

// Key gives a key a use, or ends it.
type Key struct {
	Use   string    `json:"use"` // log, journal
	Vkey  string    `json:"vkey"`
	From  time.Time `json:"from"`
	Until string    `json:"until,omitempty"` // RFC 3339
	Why   string    `json:"why,omitempty"`
}

// Heads is where a node's journal stood.
type Heads struct {
	Node  string    `json:"node"`
	Group int64     `json:"group"`
	Head  Hash      `json:"head"`
	Time  time.Time `json:"time"`
}

// Header commits to a block.
type Header struct {
	Workflow string  `json:"workflow"`
	Version  string  `json:"version"`
	First    int64   `json:"first"` // number of its first record in the workflow, from 0
	Count    int64   `json:"count"`
	Rule     int     `json:"rule"` // of extraction of typed columns
	Root     Hash    `json:"root"`
	Previous int64   `json:"previous"`           // index of the workflow's header before; −1 for the first
	Replaces []int64 `json:"replaces,omitempty"` // indices of the headers that it unites, in order
}

// Manifest names the files of blocks.
type Manifest struct {
	Files []File `json:"files"`
}

// File is a file of a block.
type File struct {
	Header int64  `json:"header"` // index of the block's header
	Kind   string `json:"kind"`   // parquet, leaves, profile
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 Hash   `json:"sha256"`
}

// Erasure says what was erased of one block.
type Erasure struct {
	Header int64     `json:"header"`
	Ranges [][]int64 `json:"ranges"` // pairs [from, to) of indices in the block, rising
	Why    string    `json:"why"`
	Basis  string    `json:"basis"`
	Actor  string    `json:"actor"`
	Second string    `json:"second,omitempty"` // the other person, for large ones
	Time   time.Time `json:"time"`
	Set    string    `json:"set"` // what the entries of one erasure share
}

// Judgement is a salted commitment to a text that is kept, and erased, elsewhere.
type Judgement struct {
	Kind       string    `json:"kind"`
	Commitment Hash      `json:"commitment"`
	Actor      string    `json:"actor"`
	Time       time.Time `json:"time"`
	About      string    `json:"about"`
}

// Conflict says that a second record came under the id of another.
type Conflict struct {
	Workflow string    `json:"workflow"`
	ID       Hash      `json:"id"` // SHA-256 of the id
	Kept     Hash      `json:"kept"`
	Refused  Hash      `json:"refused"`
	Time     time.Time `json:"time"`
}

// Gap says when nothing was recorded.
type Gap struct {
	Node string    `json:"node"`
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
	Why  string    `json:"why"`
}

// Hold keeps records from erasure.
type Hold struct {
	ID       string    `json:"id"`
	Workflow string    `json:"workflow"`
	First    int64     `json:"first"`
	Count    int64     `json:"count"`
	Why      string    `json:"why"`
	Basis    string    `json:"basis"`
	From     time.Time `json:"from"`
	Until    string    `json:"until,omitempty"` // RFC 3339
}

// Entry is one leaf of the log. Body is a pointer to the struct of its kind; nil for a kind that this version does not know.
type Entry struct {
	Kind Kind
	Body any
}

// bodyOf makes an empty body of a kind.
func bodyOf(k Kind) any {
	switch k {
	case ConfigKind:
		return &Config{}
	case KeyKind:
		return &Key{}
	case HeadsKind:
		return &Heads{}
	case HeaderKind:
		return &Header{}
	case ManifestKind:
		return &Manifest{}
	case ErasureKind:
		return &Erasure{}
	case JudgementKind:
		return &Judgement{}
	case ConflictKind:
		return &Conflict{}
	case GapKind:
		return &Gap{}
	case HoldKind:
		return &Hold{}
	}
	return nil
}

// MarshalEntry gives the bytes of an entry. It is TooLarge beyond [MaxEntry].
func MarshalEntry(kind Kind, body any) ([]byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, plumbline.Errorf(plumbline.Internal, "an entry cannot be written: %w", err)
	}
	if len(text) >= MaxEntry {
		return nil, plumbline.Errorf(plumbline.TooLarge, "an entry of kind %s takes %d bytes; at most %d fit", kind, len(text)+1, MaxEntry)
	}
	return append([]byte{byte(kind)}, text...), nil
}

// ParseEntry reads an entry. One of an unknown kind has no body and is no error: what it says cannot be judged.
func ParseEntry(data []byte) (*Entry, error) {
	if len(data) < 2 || len(data) > MaxEntry {
		return nil, plumbline.Errorf(plumbline.Invalid, "an entry has %d bytes; expected 2 to %d", len(data), MaxEntry)
	}
	e := &Entry{Kind: Kind(data[0])}
	body := bodyOf(e.Kind)
	if body == nil {
		return e, nil
	}
	if err := decode(data[1:], body, false); err != nil {
		return nil, plumbline.Errorf(plumbline.Invalid, "the entry of kind %s is damaged: %w", e.Kind, err)
	}
	if err := checkBody(body); err != nil {
		return nil, plumbline.Errorf(plumbline.Invalid, "the entry of kind %s is damaged: %w", e.Kind, err)
	}
	e.Body = body
	return e, nil
}

// checkBody checks what a body says by itself.
func checkBody(body any) error {
	switch b := body.(type) {
	case *Key:
		return checkUntil(b.Until)
	case *Config:
		if b.V != 1 || !ValidName(b.Ledger) || b.IncludeWithin < 1 {
			return fmt.Errorf("version %d, ledger %.60q, include_within %d", b.V, b.Ledger, b.IncludeWithin)
		}
	case *Heads:
		if !ValidNode(b.Node) || b.Group < 1 {
			return fmt.Errorf("node %.60q, group %d", b.Node, b.Group)
		}
	case *Header:
		if !workflowForm.fits(b.Workflow) || !nameForm.fits(b.Version) || b.First < 0 || b.Count < 1 || b.First+b.Count < 0 || b.Rule < 0 || b.Previous < -1 || slices.ContainsFunc(b.Replaces, func(i int64) bool { return i < 0 }) {
			return fmt.Errorf("workflow %.60q, version %.60q, records %d and %d more", b.Workflow, b.Version, b.First, b.Count)
		}
	case *Manifest:
		for _, f := range b.Files {
			if f.Header < 0 || f.Size < 0 || f.Name == "" {
				return fmt.Errorf("the file %.60q of %d bytes, of header %d", f.Name, f.Size, f.Header)
			}
		}
	case *Erasure:
		return b.check()
	case *Hold:
		if !workflowForm.fits(b.Workflow) || b.First < 0 || b.Count < 1 || b.First+b.Count < 0 {
			return fmt.Errorf("records %d and %d more of the workflow %.60q", b.First, b.Count, b.Workflow)
		}
		return checkUntil(b.Until)
	}
	return nil
}

// checkUntil checks a time that may be left out.
func checkUntil(s string) error {
	if _, ok := parseTime(s); !ok && s != "" {
		return fmt.Errorf("until is %.60q, which is no time", s)
	}
	return nil
}

func (e *Erasure) check() error {
	at := int64(0)
	for _, r := range e.Ranges {
		if len(r) != 2 || r[0] < at || r[1] <= r[0] {
			return fmt.Errorf("the range %d does not rise", r)
		}
		at = r[1]
	}
	if len(e.Ranges) == 0 || e.Header < 0 {
		return errors.New("it names nothing")
	}
	return nil
}

// covers reports whether an index of the block was erased.
func (e *Erasure) covers(index int64) bool {
	low, high := 0, len(e.Ranges)
	for low < high {
		if mid := (low + high) / 2; e.Ranges[mid][1] <= index {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low < len(e.Ranges) && e.Ranges[low][0] <= index
}

func (f *form) fits(s string) bool { return s != "" && len(s) <= f.most && f.ok(s) }
