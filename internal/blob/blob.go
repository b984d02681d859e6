package blob

import (
	"context"
	"iter"
)

// Objects keeps immutable objects. All methods may be called at once, by several goroutines and by several processes that have the
// same storage open. Errors are *plumbline.Error with one of the codes named here:
//
//   - invalid: the name ([CheckName]) or the range is wrong. Nothing was asked of the storage.
//   - not_found: there is no object of that name.
//   - conflict: another object is there already, and it stays.
//   - too_large: the object has more than [MaxSize] bytes.
//   - unavailable: the storage refused, or the context ended. What was to be written may be there or not, whole or not at all. The
//     caller repeats the call, with the same bytes, until it has an answer: that is what makes it true.
//
// No name may be another's beginning up to a slash, as "a" of "a/b". A driver that cannot keep both answers conflict; callers do not
// count on it.
type Objects interface {
	// PutIfAbsent stores an object. When it returns nil the object is durable: its bytes, its name and every directory on the way
	// survive a power cut. Where the name exists with the same bytes that is no error, and makes the object durable if it was not
	// yet: a caller that does not know how its last attempt ended asks again. Where it exists with other bytes the error is of code
	// conflict. A reader never sees a part of an object. The driver does not keep data, nor change it.
	PutIfAbsent(ctx context.Context, name string, data []byte) error

	// Get returns the whole object. It finds what any process has put and has an answer for. It may also find what is being put at
	// the moment and is not durable yet: who builds on an object that somebody else wrote puts it again first.
	Get(ctx context.Context, name string) ([]byte, error)

	// GetRange returns length bytes from offset, both in bytes from 0. A range that is not wholly within the object is invalid.
	GetRange(ctx context.Context, name string, offset, length int64) ([]byte, error)

	// Stat returns the size of an object in bytes. It may lag behind writes and deletions: not_found may mean "not yet".
	Stat(ctx context.Context, name string) (int64, error)

	// List yields the names that begin with prefix, each once, sorted by bytes. It may lag behind writes and deletions, and takes
	// no snapshot. It does not hold all names in memory, but may hold those of a directory. A prefix that no name can begin with
	// yields nothing. After an error, which is yielded with an empty name, nothing follows.
	List(ctx context.Context, prefix string) iter.Seq2[string, error]

	// Delete removes an object. When it returns nil that is durable: an erased object does not come back after a power cut. What is
	// not there is removed already. The name of a deleted object is never given to other bytes; callers see to that.
	Delete(ctx context.Context, name string) error
}

// Replacer is the one exception to immutable objects. A C2SP tlog-tiles log has its newest checkpoint under a name that never
// changes, so that any client and any web server can serve it, and so that object must be written over. It is its own interface
// because what only reads or seals has no business with it, and it takes no other names ([Mutable]), so that no mistake can write
// over evidence. It decides nothing between writers: the last one wins. Which checkpoint is the newest is settled by the ledger's
// head before it is published here, and a reader may be handed an older one.
type Replacer interface {
	// Replace stores a mutable object, whether it is there or not. It is atomic: a reader, and a reader after a power cut, sees the
	// whole old object or the whole new one. It is durable when it returns nil. After an error either one is there.
	Replace(ctx context.Context, name string, data []byte) error
}
