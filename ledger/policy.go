package ledger

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"github.com/plumbline-project/plumbline"
)

// The bounds of a policy and of a checkpoint.
const (
	maxPolicy     = 64 << 10
	maxCheckpoint = 64 << 10
)

// The algorithms of keys of signed notes.
const (
	ed25519Key     = 1
	cosignatureKey = 4
)

// Policy says whom a verifier trusts: C2SP tlog-policy. Make one with [ParsePolicy].
type Policy struct {
	keys      []note.Verifier
	logs      map[string]bool // names of the keys that may sign checkpoints, by name+hash
	journals  []note.Verifier // keys of journals that the verifier trusts besides those that the log names
	witnesses map[string]note.Verifier
	groups    map[string]group
	grouped   map[string]bool // members of groups: each counts in one way only
	public    map[string]bool // keys that have a line: one key cannot be two witnesses
	quorum    string          // "" and "none": no witness is asked for
}

type group struct {
	need    int
	members []string
}

// ParsePolicy reads a policy. The error is a [plumbline.Error] that names the line.
func ParsePolicy(data []byte) (*Policy, error) {
	p := &Policy{logs: map[string]bool{}, witnesses: map[string]note.Verifier{}, groups: map[string]group{}, grouped: map[string]bool{}, public: map[string]bool{}}
	if len(data) > maxPolicy {
		return nil, plumbline.Errorf(plumbline.TooLarge, "the policy is larger than %d bytes", maxPolicy)
	}
	quorums := 0
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		words := strings.Fields(lines.Text())
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		if words[0] == "quorum" {
			quorums++
		}
		if err := p.line(words); err != nil {
			return nil, &plumbline.Error{Code: plumbline.Invalid, Where: fmt.Sprintf("policy:%d", n), Message: err.Error(), Hint: "lines are: log KEY, journal KEY, witness NAME KEY, group NAME all|any|NUMBER MEMBERS…, quorum NAME|none"}
		}
	}
	if err := lines.Err(); err != nil {
		return nil, plumbline.Errorf(plumbline.Invalid, "the policy cannot be read: %w", err)
	}
	if len(p.logs) == 0 || quorums > 1 {
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: "policy", Message: "a policy names the key of a log, and one quorum at most", Hint: "the operator publishes the key; plumb ledger init prints it"}
	}
	return p, nil
}

func (p *Policy) line(words []string) error {
	switch {
	case words[0] == "log" && (len(words) == 2 || len(words) == 3):
		v, err := p.key(noteKey, words[1])
		if err != nil {
			return err
		}
		p.keys = append(p.keys, v)
		p.logs[keyID(v)] = true
		return nil
	case words[0] == "journal" && len(words) == 2:
		v, err := p.key(noteKey, words[1])
		if err != nil {
			return err
		}
		p.journals = append(p.journals, v)
		return nil
	case words[0] == "witness" && (len(words) == 3 || len(words) == 4):
		v, err := p.key(witnessKey, words[2])
		if err != nil {
			return err
		}
		if p.defined(words[1]) {
			return fmt.Errorf("the name %.60q is taken", words[1])
		}
		p.keys = append(p.keys, v)
		p.witnesses[words[1]] = v
		return nil
	case words[0] == "group" && len(words) >= 4:
		return p.group(words[1], words[2], words[3:])
	case words[0] == "quorum" && len(words) == 2:
		if words[1] != "none" && !p.defined(words[1]) {
			return fmt.Errorf("no witness or group %.60q stands above", words[1])
		}
		p.quorum = words[1]
		return nil
	}
	return errors.New("the line is not understood")
}

func (p *Policy) group(name, need string, members []string) error {
	if p.defined(name) {
		return fmt.Errorf("the name %.60q is taken", name)
	}
	for _, m := range members {
		if !p.defined(m) || m == "none" {
			return fmt.Errorf("no witness or group %.60q stands above", m)
		}
		if p.grouped[m] {
			return fmt.Errorf("%.60q is in a group already", m)
		}
		p.grouped[m] = true
	}
	g := group{members: members}
	switch need {
	case "all":
		g.need = len(members)
	case "any":
		g.need = 1
	default:
		n, err := strconv.Atoi(need)
		if err != nil || n < 1 || n > len(members) {
			return fmt.Errorf("%.20q of %d is no number of members", need, len(members))
		}
		g.need = n
	}
	p.groups[name] = g
	return nil
}

func (p *Policy) defined(name string) bool {
	_, witness := p.witnesses[name]
	_, grouped := p.groups[name]
	return witness || grouped || name == "none"
}

func keyID(v note.Verifier) string { return fmt.Sprintf("%s+%08x", v.Name(), v.KeyHash()) }

// key reads a vkey that no other line has. Under another name or for another use it is still the same key.
func (p *Policy) key(parse func(string) (note.Verifier, error), vkey string) (note.Verifier, error) {
	v, err := parse(vkey)
	if err != nil {
		return nil, err
	}
	_, _, raw := cutKey(vkey)
	public := string(raw[1:])
	if p.public[public] {
		return nil, fmt.Errorf("the key %.80q has a line already", vkey)
	}
	p.public[public] = true
	return v, nil
}

// noteKey reads a vkey of Ed25519 signatures over notes, which logs and journals use.
func noteKey(vkey string) (note.Verifier, error) {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return nil, fmt.Errorf("%.80q is no Ed25519 key of a signed note: %w", vkey, err)
	}
	return v, nil
}

// witnessKey reads a vkey of cosignatures with their time, which witnesses use.
func witnessKey(vkey string) (note.Verifier, error) {
	name, hash, raw := cutKey(vkey)
	if len(raw) != 1+ed25519.PublicKeySize || raw[0] != cosignatureKey {
		return nil, fmt.Errorf("%.80q is no Ed25519 key of cosignatures", vkey)
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), raw...))
	c := &cosigner{name: name, hash: binary.BigEndian.Uint32(sum[:]), key: raw[1:]}
	if hash != fmt.Sprintf("%08x", c.hash) || name == "" {
		return nil, fmt.Errorf("the hash of the key %.60q is not its own", name)
	}
	return c, nil
}

// cutKey gives the parts of a vkey; raw is the algorithm and the key, nil where it is no base64.
func cutKey(vkey string) (name, hash string, raw []byte) {
	name, rest, _ := strings.Cut(vkey, "+")
	hash, key, _ := strings.Cut(rest, "+")
	raw, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		return name, hash, nil
	}
	return name, hash, raw
}

// cosigner verifies C2SP cosignature/v1: eight bytes of time, then a signature over the time and the note.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c *cosigner) Name() string    { return c.name }
func (c *cosigner) KeyHash() uint32 { return c.hash }

// Verify checks one cosignature of a checkpoint.
func (c *cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	at := binary.BigEndian.Uint64(sig)
	if at > math.MaxInt64 {
		return false
	}
	signed := append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", at), msg...)
	return ed25519.Verify(c.key, signed, sig[8:])
}

// Checkpoint is a checkpoint that a policy accepts.
type Checkpoint struct {
	Ledger    string
	Size      int64
	Root      Hash
	Witnesses []string // names by the policy, sorted, whose cosignatures hold
	Note      string
}

// Open accepts a checkpoint: a log key of the policy signed it, and the quorum of its witnesses. The error says which is lacking.
func (p *Policy) Open(text []byte) (*Checkpoint, error) {
	fail := func(format string, args ...any) error {
		return &plumbline.Error{Code: plumbline.Invalid, Where: "checkpoint", Message: fmt.Sprintf(format, args...)}
	}
	if len(text) > maxCheckpoint {
		return nil, fail("it is larger than %d bytes", maxCheckpoint)
	}
	n, err := note.Open(text, note.VerifierList(p.keys...))
	if err != nil {
		return nil, fail("no key of your policy signed it: %v", err)
	}
	c, err := parseCheckpoint(n.Text)
	if err != nil {
		return nil, fail("%v", err)
	}
	c.Note = string(text)
	signed, logged := map[string]bool{}, false
	for _, s := range n.Sigs {
		id := fmt.Sprintf("%s+%08x", s.Name, s.Hash)
		signed[id] = true
		logged = logged || p.logs[id] && s.Name == c.Ledger
	}
	if !logged {
		return nil, fail("no log key of your policy signed it")
	}
	for name, w := range p.witnesses {
		if signed[keyID(w)] {
			c.Witnesses = append(c.Witnesses, name)
		}
	}
	slices.Sort(c.Witnesses)
	if p.quorum != "" && p.quorum != "none" && !p.met(p.quorum, signed) {
		return nil, fail("%d of its witnesses that you trust cosigned it; the quorum %q is not met", len(c.Witnesses), p.quorum)
	}
	return c, nil
}

func (p *Policy) met(name string, signed map[string]bool) bool {
	if w, ok := p.witnesses[name]; ok {
		return signed[keyID(w)]
	}
	n := 0
	for _, m := range p.groups[name].members {
		if p.met(m, signed) {
			n++
		}
	}
	return n >= p.groups[name].need
}

func parseCheckpoint(text string) (*Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 {
		return nil, errors.New("it has no origin, size and root")
	}
	c := &Checkpoint{Ledger: lines[0]}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if c.Size = size; err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] || !ValidName(c.Ledger) {
		return nil, fmt.Errorf("its origin is %.60q and its size %.30q", lines[0], lines[1])
	}
	if err := c.Root.UnmarshalText([]byte(lines[2])); err != nil {
		return nil, err
	}
	return c, nil
}

// CheckpointText is what a log signs.
func CheckpointText(ledger string, size int64, root Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", ledger, size, root)
}
