package ledger_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"github.com/plumbline-project/plumbline/ledger"
)

// witness cosigns checkpoints: C2SP tlog-cosignature.
type witness struct {
	name string
	key  ed25519.PrivateKey
	at   uint64 // seconds since 1970
}

func newWitness(name string) *witness {
	seed := sha256.Sum256([]byte(name))
	return &witness{name, ed25519.NewKeyFromSeed(seed[:]), 1795593600}
}

func (w *witness) public() []byte { return append([]byte{4}, w.key[32:]...) }
func (w *witness) Name() string   { return w.name }
func (w *witness) vkey() string {
	return fmt.Sprintf("%s+%08x+%s", w.name, w.KeyHash(), base64.StdEncoding.EncodeToString(w.public()))
}

func (w *witness) KeyHash() uint32 {
	sum := sha256.Sum256(append([]byte(w.name+"\n"), w.public()...))
	return binary.BigEndian.Uint32(sum[:])
}

func (w *witness) Sign(msg []byte) ([]byte, error) {
	signed := append(fmt.Appendf(nil, "cosignature/v1\ntime %d\n", w.at), msg...)
	return append(binary.BigEndian.AppendUint64(nil, w.at), ed25519.Sign(w.key, signed)...), nil
}

// policyCases are policies, whether they can be read, and whether they accept a checkpoint that w1 and w2 of w1 to w3 cosigned.
func policyCases(t *testing.T) (cases []policyCase, bundle []byte) {
	t.Helper()
	l := newTestLog(t)
	_, log := testKey(t, l.name)
	_, other := testKey(t, "ledger.example/other")
	w1, w2, w3 := newWitness("w.example/1"), newWitness("w.example/2"), newWitness("w.example/3")
	late := newWitness("w.example/late")
	late.at = 1 << 63
	renamed := newWitness("w.example/1")
	renamed.name = "w.example/renamed"
	text := ledger.CheckpointText(l.name, int64(len(l.entries)), ledger.RootOf(l.hashes()))
	signed, err := note.Sign(&note.Note{Text: text}, l.signer, w1, w2, late)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	b := ledger.NewBundleWriter(&out, l.name, string(signed))
	for i, e := range l.entries {
		b.Entry(int64(i), e, nil)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	base := "log " + log + "\n"
	three := base + "witness a " + w1.vkey() + "\nwitness b " + w2.vkey() + " https://w.example/\nwitness c " + w3.vkey() + "\n"
	return []policyCase{
		{base, true, true},
		{"# why\n  \n\t# more\n log\t" + log + " https://ledger.example \nquorum none\n", true, true},
		{three, true, true},
		{three + "quorum a\n", true, true},
		{three + "quorum c\n", true, false},
		{three + "group g any a c\nquorum g\n", true, true},
		{three + "group g all a c\nquorum g\n", true, false},
		{three + "group g 2 a b c\nquorum g\n", true, true},
		{three + "group g 3 a b c\nquorum g\n", true, false},
		{three + "group g 1 a\ngroup h any b c\ngroup all all g h\nquorum all\n", true, true},
		{base + "witness late " + late.vkey() + "\n", true, false}, // a time that is none: a false signature of a key that is known
		{"log " + other + "\n", true, false},
		{"log " + other + "\n" + base, true, true},
		{"", false, false},
		{"log " + w1.vkey() + "\n", false, false},
		{base + "witness a " + other + "\n", false, false},
		{base + "journal " + w1.vkey() + "\n", false, false},
		{base + base, false, false},
		{base + "journal " + log + "\n", false, false},
		{three + "witness d " + w1.vkey() + "\n", false, false},
		{three + "witness d " + renamed.vkey() + "\n", false, false},
		{three + "witness none " + other + "\n", false, false},
		{three + "group a any b\n", false, false},
		{three + "group g any none\n", false, false},
		{three + "group g 2 a\n", false, false},
		{three + "group g 0 a\n", false, false},
		{three + "group g any a a\n", false, false},
		{three + "group g any a\ngroup h any a\n", false, false},
		{three + "group g all g\n", false, false},
		{three + "quorum d\n", false, false},
		{three + "quorum a\nquorum a\n", false, false},
		{base + "quorum none # as agreed\n", false, false},
		{base + "trust me\n", false, false},
		{"log " + strings.Replace(log, "loans+", "loan+", 1) + "\n", false, false},
	}, out.Bytes()
}

type policyCase struct {
	text             string
	readable, accept bool
}

func TestPolicies(t *testing.T) {
	cases, bundle := policyCases(t)
	for _, c := range cases {
		p, err := ledger.ParsePolicy([]byte(c.text))
		if (err == nil) != c.readable {
			t.Errorf("%s%v", c.text, err)
		}
		if err == nil && (verify(t, p, bundle, start).Exit() == 0) != c.accept {
			t.Errorf("%s%+v", c.text, verify(t, p, bundle, start).Items)
		}
	}
}
