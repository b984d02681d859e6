package blobtest

import (
	"context"
	"errors"
	"iter"
	"sync"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/blob"
)

// ErrInjected is the cause of the errors that [Faulty] makes.
var ErrInjected = errors.New("injected")

// Fault is what happens to a call.
type Fault int

// The faults. All but Stale end the call with an error of code unavailable.
const (
	None       Fault = iota
	FailBefore       // nothing is done
	FailAfter        // the call is done, and its answer is lost
	Cancel           // the context ends before the storage is asked
	Stale            // Stat and List answer as before the newest PutIfAbsent; other calls are not changed
)

// Call is one call of a method.
type Call struct {
	N      int    // counts from 1, over all methods
	Method string // as in the interface
	Name   string // of the object, or the prefix
}

// Nth gives fault to call n and None to all others.
func Nth(n int, fault Fault) func(Call) Fault {
	return func(c Call) Fault {
		if c.N == n {
			return fault
		}
		return None
	}
}

// Faulty is a store of which chosen calls fail. Make it with [NewFaulty].
type Faulty struct {
	objects blob.Objects
	choose  func(Call) Fault

	mu     sync.Mutex // guards what follows
	calls  int
	newest string // name of the newest object put
}

// NewFaulty wraps a store. Choose says what happens to each call; it is called under a lock.
func NewFaulty(objects blob.Objects, choose func(Call) Fault) *Faulty {
	return &Faulty{objects: objects, choose: choose}
}

// Calls is the number of calls so far. A test that breaks each call in turn is done when it is less than the number it broke.
func (f *Faulty) Calls() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.calls
}

// call counts one and does it with its fault. Do is given whether it has to answer from before the newest object.
func (f *Faulty) call(ctx context.Context, method, name string, do func(ctx context.Context, without string) error) error {
	f.mu.Lock()
	f.calls++
	fault, without := f.choose(Call{f.calls, method, name}), f.newest
	if method == "PutIfAbsent" {
		f.newest = name
	}
	f.mu.Unlock()
	switch fault {
	case FailBefore:
		return injected(name)
	case FailAfter:
		if err := do(ctx, ""); err != nil {
			return err
		}
		return injected(name)
	case Cancel:
		over, cancel := context.WithCancel(ctx)
		cancel()
		return do(over, "")
	case Stale:
		return do(ctx, without)
	case None:
	}
	return do(ctx, "")
}

func injected(name string) error {
	return &plumbline.Error{Code: plumbline.Unavailable, Where: name, Message: "the storage did not answer", Err: ErrInjected}
}

// PutIfAbsent is described at [blob.Objects].
func (f *Faulty) PutIfAbsent(ctx context.Context, name string, data []byte) error {
	return f.call(ctx, "PutIfAbsent", name, func(ctx context.Context, _ string) error { return f.objects.PutIfAbsent(ctx, name, data) })
}

// Replace is described at [blob.Replacer]. It is unsupported where the wrapped store has none.
func (f *Faulty) Replace(ctx context.Context, name string, data []byte) error {
	replacer, ok := f.objects.(blob.Replacer)
	if !ok {
		return plumbline.Errorf(plumbline.Unsupported, "the store replaces no object")
	}
	return f.call(ctx, "Replace", name, func(ctx context.Context, _ string) error { return replacer.Replace(ctx, name, data) })
}

// Get is described at [blob.Objects].
func (f *Faulty) Get(ctx context.Context, name string) (data []byte, err error) {
	err = f.call(ctx, "Get", name, func(ctx context.Context, _ string) (err error) {
		data, err = f.objects.Get(ctx, name)
		return err
	})
	return unless(data, err)
}

// GetRange is described at [blob.Objects].
func (f *Faulty) GetRange(ctx context.Context, name string, offset, length int64) (data []byte, err error) {
	err = f.call(ctx, "GetRange", name, func(ctx context.Context, _ string) (err error) {
		data, err = f.objects.GetRange(ctx, name, offset, length)
		return err
	})
	return unless(data, err)
}

// Stat is described at [blob.Objects].
func (f *Faulty) Stat(ctx context.Context, name string) (size int64, err error) {
	err = f.call(ctx, "Stat", name, func(ctx context.Context, without string) (err error) {
		if without != "" && name == without {
			return blob.NotFound(name, nil)
		}
		size, err = f.objects.Stat(ctx, name)
		return err
	})
	return unless(size, err)
}

// List is described at [blob.Objects]. With FailAfter the names are yielded, and an error after them.
func (f *Faulty) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		more := true
		err := f.call(ctx, "List", prefix, func(ctx context.Context, without string) error {
			for name, err := range f.objects.List(ctx, prefix) {
				if err != nil {
					return err
				}
				if name != without && !yield(name, nil) {
					more = false
					return nil
				}
			}
			return nil
		})
		if err != nil && more {
			yield("", err)
		}
	}
}

// Delete is described at [blob.Objects].
func (f *Faulty) Delete(ctx context.Context, name string) error {
	return f.call(ctx, "Delete", name, func(ctx context.Context, _ string) error { return f.objects.Delete(ctx, name) })
}

// unless gives no value beside an error.
func unless[T any](value T, err error) (T, error) {
	if err != nil {
		var none T
		return none, err
	}
	return value, nil
}
