package ledger

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/plumbline-project/plumbline"
)

// Hash is a SHA-256 hash; in JSON it is base64.
type Hash [sha256.Size]byte

// MarshalText gives base64.
func (h Hash) MarshalText() ([]byte, error) {
	return base64.StdEncoding.AppendEncode(nil, h[:]), nil
}

// UnmarshalText takes base64 of 32 bytes and nothing else.
func (h *Hash) UnmarshalText(text []byte) error {
	var b [sha256.Size + 1]byte // what 44 characters can give
	n, err := 0, error(nil)
	if len(text) == base64.StdEncoding.EncodedLen(len(h)) {
		n, err = base64.StdEncoding.Strict().Decode(b[:], text)
	}
	if err != nil || n != len(h) {
		return plumbline.Errorf(plumbline.Invalid, "%.60q is no hash; expected 32 bytes as base64", text)
	}
	copy(h[:], b[:n])
	return nil
}

func (h Hash) String() string { return base64.StdEncoding.EncodeToString(h[:]) }

// Tree is the root of a growing RFC 6962 tree: it keeps one hash for each complete subtree on its right edge. The zero value is the
// empty tree.
type Tree struct {
	size int64
	edge []Hash // of the complete subtrees, the largest first
}

// Size is the number of leaves.
func (t *Tree) Size() int64 { return t.size }

// Add appends a leaf, which is a hash already. It costs two hashes in the mean.
func (t *Tree) Add(leaf Hash) {
	for n := t.size; n&1 == 1; n >>= 1 {
		last := len(t.edge) - 1
		leaf = node(t.edge[last], leaf)
		t.edge = t.edge[:last]
	}
	t.edge = append(t.edge, leaf)
	t.size++
}

// Root is the root over all leaves so far.
func (t *Tree) Root() Hash {
	if t.size == 0 {
		return sha256.Sum256(nil)
	}
	root := t.edge[len(t.edge)-1]
	for i := len(t.edge) - 2; i >= 0; i-- {
		root = node(t.edge[i], root)
	}
	return root
}

func node(left, right Hash) Hash {
	var b [1 + 2*sha256.Size]byte
	b[0] = 1
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}

// Proof is a list of hashes, from the leaf up: of inclusion, or of consistency.
type Proof []Hash

// MarshalJSON gives a list, an empty one where there is none.
func (p Proof) MarshalJSON() ([]byte, error) {
	if p == nil {
		p = Proof{}
	}
	return json.Marshal([]Hash(p))
}

// CheckInclusion reports whether a proof shows that the leaf at an index is in the tree of a size and root.
func CheckInclusion(p Proof, index, size int64, leaf, root Hash) bool {
	got, ok := rootFrom(p, index, size, leaf)
	return ok && got == root
}

// rootFrom is the root that a proof of inclusion leads to.
func rootFrom(p Proof, index, size int64, leaf Hash) (Hash, bool) {
	if index < 0 || index >= size || len(p) > 64 {
		return Hash{}, false
	}
	at, last := index, size-1
	root := leaf
	for _, h := range p {
		switch {
		case last == 0:
			return Hash{}, false
		case at&1 == 1 || at == last:
			root = node(h, root)
			for at&1 == 0 && at != 0 {
				at >>= 1
				last >>= 1
			}
		default:
			root = node(root, h)
		}
		at >>= 1
		last >>= 1
	}
	return root, last == 0
}

// CheckConsistency reports whether a proof shows that the tree of one size and root continues the tree of another. An empty tree is
// continued by every tree.
func CheckConsistency(p Proof, size int64, root Hash, oldSize int64, oldRoot Hash) bool {
	switch {
	case oldSize < 0 || oldSize > size || len(p) > 130:
		return false
	case oldSize == 0:
		return len(p) == 0 && oldRoot == Hash(sha256.Sum256(nil))
	case oldSize == size:
		return len(p) == 0 && oldRoot == root
	}
	list := make(tlog.TreeProof, len(p))
	for i := range p {
		list[i] = tlog.Hash(p[i])
	}
	return tlog.CheckTree(list, size, tlog.Hash(root), oldSize, tlog.Hash(oldRoot)) == nil
}

// ProveInclusion gives the proof of a leaf among leaves that are at hand.
func ProveInclusion(leaves []Hash, index int64) Proof {
	n := int64(len(leaves))
	if index < 0 || index >= n {
		return nil
	}
	if n == 1 {
		return Proof{}
	}
	k := split(n)
	if index < k {
		return append(ProveInclusion(leaves[:k], index), RootOf(leaves[k:]))
	}
	return append(ProveInclusion(leaves[k:], index-k), RootOf(leaves[:k]))
}

// ProveConsistency gives the proof that the tree of all leaves continues that of the first oldSize.
func ProveConsistency(leaves []Hash, oldSize int64) Proof {
	if oldSize <= 0 || oldSize >= int64(len(leaves)) {
		return Proof{}
	}
	return proveTree(leaves, oldSize, true)
}

// proveTree is SUBPROOF of RFC 6962 §2.1.2; whole says that the old tree is this one, whose root the verifier has.
func proveTree(leaves []Hash, old int64, whole bool) Proof {
	n := int64(len(leaves))
	if old == n {
		if whole {
			return Proof{}
		}
		return Proof{RootOf(leaves)}
	}
	k := split(n)
	if old <= k {
		return append(proveTree(leaves[:k], old, whole), RootOf(leaves[k:]))
	}
	return append(proveTree(leaves[k:], old-k, false), RootOf(leaves[:k]))
}

// RootOf is the root over leaves.
func RootOf(leaves []Hash) Hash {
	var t Tree
	for _, l := range leaves {
		t.Add(l)
	}
	return t.Root()
}

// split is the largest power of two below n, n > 1.
func split(n int64) int64 {
	k := int64(1)
	for k*2 < n {
		k *= 2
	}
	return k
}

// EntryLeaf is the leaf of an entry: H(0x00 ‖ entry).
func EntryLeaf(entry []byte) Hash {
	h := sha256.New()
	_, _ = h.Write([]byte{0})
	_, _ = h.Write(entry)
	var out Hash
	h.Sum(out[:0])
	return out
}
