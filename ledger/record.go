package ledger

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/plumbline-project/plumbline"
)

// RecordVersion is the version of the schema of records.
const RecordVersion = 1

// The bounds of a record.
const (
	MaxRecord   = 1 << 20 // bytes
	recordDepth = 64
	SaltSize    = 16 // bytes
)

// A Record is what its envelope says. The strings are copies; Body and Bytes are parts of what was parsed.
type Record struct {
	ID, Workflow, Version, Step, Kind, Subject string
	Time                                       time.Time
	Body                                       []byte // one JSON object
	Bytes                                      []byte // the whole record, as it was accepted
}

// ParseRecord reads a record, strictly: docs/ledger.md §2. The error is a [plumbline.Error], Invalid or TooLarge.
func ParseRecord(data []byte) (*Record, error) {
	if len(data) > MaxRecord {
		return nil, &plumbline.Error{Code: plumbline.TooLarge, Message: fmt.Sprintf("the record has %d bytes; at most %d are kept", len(data), MaxRecord), Hint: "keep large documents elsewhere and record their SHA-256"}
	}
	r := &Record{Bytes: data}
	var seen uint
	err := checkJSON(data, recordDepth, func(name string, value span) error {
		return r.member(name, data[value.from:value.to], &seen)
	})
	if err == nil && (len(data) == 0 || data[0] != '{' || data[len(data)-1] != '}') {
		err = errors.New("a record is one JSON object, with nothing before or after it")
	}
	if err == nil {
		err = r.complete(seen)
	}
	if err != nil {
		if _, ok := errors.AsType[*syntaxError](err); ok {
			return nil, &plumbline.Error{Code: plumbline.Invalid, Message: "the record is not strict JSON: " + err.Error(), Err: err}
		}
		return nil, &plumbline.Error{Code: plumbline.Invalid, Message: err.Error()}
	}
	return r, nil
}

// The members of a record, as bits.
const (
	hasID = 1 << iota
	hasTime
	hasWorkflow
	hasVersion
	hasStep
	hasKind
	hasSubject
	hasBody
	required = hasID | hasTime | hasWorkflow | hasVersion | hasKind | hasBody
)

// A form is what a member of text must look like.
type form struct {
	most int // bytes
	ok   func(string) bool
	says string
}

// The forms of the members of text.
var (
	nameForm     = form{64, plain, "expected 1 to 64 bytes without control characters"}
	longForm     = form{128, plain, "expected 1 to 128 bytes without control characters"}
	workflowForm = form{64, workflowName, "expected 1 to 64 of a-z, 0-9, dot, dash and underscore, a letter or digit first"}
	kindForm     = form{32, kindName, "expected decision, review, label, failure, event or another word of a-z, 0-9 and dash, at most 32 bytes"}
	timeForm     = form{35, timeText, "expected RFC 3339 with a time zone, 1970 to 9999, such as 2026-11-25T08:00:00Z"}
)

// member takes one member in.
func (r *Record) member(name string, value []byte, seen *uint) error {
	var stamp string
	var bit uint
	var to *string
	var f *form
	switch name {
	case "id":
		bit, to, f = hasID, &r.ID, &nameForm
	case "time":
		bit, to, f = hasTime, &stamp, &timeForm
	case "workflow":
		bit, to, f = hasWorkflow, &r.Workflow, &workflowForm
	case "version":
		bit, to, f = hasVersion, &r.Version, &nameForm
	case "step":
		bit, to, f = hasStep, &r.Step, &longForm
	case "kind":
		bit, to, f = hasKind, &r.Kind, &kindForm
	case "subject":
		bit, to, f = hasSubject, &r.Subject, &longForm
	case "body":
		*seen |= hasBody
		if r.Body = value; value[0] != '{' {
			return errors.New("body is no object")
		}
		return nil
	default:
		return fmt.Errorf("the member %.80q is not known; what was recorded belongs into body", name)
	}
	*seen |= bit
	if value[0] != '"' {
		return fmt.Errorf("%s is no text; %s", name, f.says)
	}
	*to = decodeText(value)
	if *to == "" || len(*to) > f.most || !f.ok(*to) {
		return fmt.Errorf("%s is %.80q; %s", name, *to, f.says)
	}
	if bit == hasTime {
		r.Time, _ = parseTime(stamp)
	}
	return nil
}

func (r *Record) complete(seen uint) error {
	if seen&required == required {
		return nil
	}
	for i, name := range []string{"id", "time", "workflow", "version", "step", "kind", "subject", "body"} {
		if bit := uint(1) << i; required&bit != 0 && seen&bit == 0 {
			return fmt.Errorf("the record has no %s", name)
		}
	}
	return nil
}

// parseTime reads a time of RFC 3339 in its one form: capital letters, a point before at most nine digits, a year from 1970 to 9999
// in UTC too.
func parseTime(s string) (time.Time, bool) {
	const form = "0000-00-00T00:00:00"
	if len(s) <= len(form) {
		return time.Time{}, false
	}
	for i := range len(form) {
		if digit := s[i] >= '0' && s[i] <= '9'; digit != (form[i] == '0') || !digit && s[i] != form[i] {
			return time.Time{}, false
		}
	}
	rest := s[len(form):]
	if rest[0] == '.' {
		n := 1
		for n < len(rest) && rest[n] >= '0' && rest[n] <= '9' {
			n++
		}
		if n == 1 || n > 10 {
			return time.Time{}, false
		}
		rest = rest[n:]
	}
	if rest != "Z" && (len(rest) != len("+00:00") || rest[0] != '+' && rest[0] != '-' || rest[1:3] > "23" || rest[4:6] > "59") {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil || t.UTC().Year() < 1970 || t.UTC().Year() > 9999 {
		return time.Time{}, false
	}
	return t, true
}

func timeText(s string) bool {
	_, ok := parseTime(s)
	return ok
}

// plain reports whether a text holds no control characters.
func plain(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}

func workflowName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || i > 0 && strings.IndexByte("._-", c) >= 0 {
			continue
		}
		return false
	}
	return s != ""
}

func kindName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || i > 0 && (c >= '0' && c <= '9' || c == '-') {
			continue
		}
		return false
	}
	return s != ""
}

// RecordLeaf is H(0x00 ‖ salt ‖ bytes).
func RecordLeaf(salt [SaltSize]byte, data []byte) Hash {
	h := sha256.New()
	var head [1 + SaltSize]byte
	copy(head[1:], salt[:])
	_, _ = h.Write(head[:])
	_, _ = h.Write(data)
	var out Hash
	h.Sum(out[:0])
	return out
}
