package blobtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/blob"
)

// Run tests a driver. Open makes a store that is empty, and a function that opens the same store once more, as another process does.
// Both are closed by t.Cleanup. Where the store is no [blob.Replacer] that part is skipped, and the log says so.
func Run(t *testing.T, open func(t *testing.T) (store blob.Objects, again func() blob.Objects)) {
	t.Helper()
	for _, c := range slices.Concat(checks, listChecks, togetherChecks) {
		t.Run(c.name, func(t *testing.T) {
			store, again := open(t)
			if err := c.run(t.Context(), &pair{store, again()}); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("replace", func(t *testing.T) {
		for _, c := range replaceChecks {
			t.Run(c.name, func(t *testing.T) {
				store, again := open(t)
				if _, ok := store.(blob.Replacer); !ok {
					t.Skip("the store replaces no object")
				}
				if err := c.run(t.Context(), &pair{store, again()}); err != nil {
					t.Error(err)
				}
			})
		}
	})
}

// pair is one store, opened twice.
type pair struct{ one, other blob.Objects }

// check is one test. It gives an error and needs no testing.T, so that the suite itself can be tested with drivers that are wrong.
type check struct {
	name string
	run  func(ctx context.Context, p *pair) error
}

var checks = []check{
	{"gives back what was put", func(ctx context.Context, p *pair) error {
		var errs []error
		for i, size := range []int{0, 1, 4096, 1<<20 + 1} {
			name, data := fmt.Sprintf("sizes/%d", i), content(size)
			errs = append(errs, p.one.PutIfAbsent(ctx, name, data), holds(ctx, p.one, name, data), holds(ctx, p.other, name, data))
		}
		return errors.Join(errs...)
	}},
	{"does not keep the caller's bytes", func(ctx context.Context, p *pair) error {
		data := content(100)
		err := p.one.PutIfAbsent(ctx, "a", data)
		if !bytes.Equal(data, content(100)) {
			err = errors.Join(err, errors.New("the bytes of the caller were changed"))
		}
		clear(data)
		got, _ := p.one.Get(ctx, "a")
		clear(got)
		got, _ = p.one.GetRange(ctx, "a", 0, 100)
		clear(got)
		return errors.Join(err, holds(ctx, p.one, "a", content(100)))
	}},
	{"takes the same object twice", func(ctx context.Context, p *pair) error {
		return errors.Join(p.one.PutIfAbsent(ctx, "d/a", content(9)), p.one.PutIfAbsent(ctx, "d/a", content(9)),
			p.other.PutIfAbsent(ctx, "d/a", content(9)), holds(ctx, p.one, "d/a", content(9)))
	}},
	{"refuses other bytes", func(ctx context.Context, p *pair) error {
		errs := []error{p.one.PutIfAbsent(ctx, "d/a", content(9))}
		last := content(9)
		last[8]++
		for _, data := range [][]byte{nil, content(8), content(10), last} {
			errs = append(errs, code(plumbline.Conflict, p.one.PutIfAbsent(ctx, "d/a", data)),
				code(plumbline.Conflict, p.other.PutIfAbsent(ctx, "d/a", data)))
		}
		return errors.Join(append(errs, holds(ctx, p.one, "d/a", content(9)))...)
	}},
	{"refuses a name that is a directory of another, or keeps both", func(ctx context.Context, p *pair) error {
		errs := []error{p.one.PutIfAbsent(ctx, "d/a", content(1))}
		for _, name := range []string{"d", "d/a/b", "d/a/b/c"} {
			if err := p.one.PutIfAbsent(ctx, name, content(2)); err != nil {
				_, missing := p.one.Get(ctx, name)
				errs = append(errs, code(plumbline.Conflict, err), code(plumbline.NotFound, missing))
			} else {
				errs = append(errs, holds(ctx, p.one, name, content(2)))
			}
		}
		return errors.Join(append(errs, holds(ctx, p.one, "d/a", content(1)))...)
	}},
	{"says what is not there", func(ctx context.Context, p *pair) error {
		errs := []error{p.one.PutIfAbsent(ctx, "d/a", content(1))}
		for _, name := range []string{"d", "d/", "e", "d/b", "d/a/b", "d/A", "e/f/g", "checkpoint"} {
			for method, err := range reads(ctx, p.one, name) {
				want := plumbline.NotFound
				if name == "d/" {
					want = plumbline.Invalid
				}
				if err := code(want, err); err != nil {
					errs = append(errs, fmt.Errorf("%s of %s: %w", method, name, err))
				}
			}
		}
		return errors.Join(errs...)
	}},
	{"refuses bad names", func(ctx context.Context, p *pair) error {
		var errs []error
		for _, name := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a b", "a\\b", "a\x00", "ä", "a:b", "+a"} {
			calls := reads(ctx, p.one, name)
			calls["PutIfAbsent"] = p.one.PutIfAbsent(ctx, name, nil)
			calls["Delete"] = p.one.Delete(ctx, name)
			for method, err := range calls {
				if err := code(plumbline.Invalid, err); err != nil {
					errs = append(errs, fmt.Errorf("%s of %q: %w", method, name, err))
				}
			}
		}
		return errors.Join(append(errs, lists(ctx, p.one, ""))...)
	}},
	{"refuses to put a checkpoint", func(ctx context.Context, p *pair) error {
		_, err := p.one.Get(ctx, "log/checkpoint")
		return errors.Join(code(plumbline.Invalid, p.one.PutIfAbsent(ctx, "log/checkpoint", nil)), code(plumbline.NotFound, err))
	}},
	{"reads ranges", func(ctx context.Context, p *pair) error {
		data := content(1000)
		errs := []error{p.one.PutIfAbsent(ctx, "a", data)}
		for _, r := range [][2]int64{{0, 1000}, {0, 1}, {999, 1}, {500, 0}, {1000, 0}, {3, 700}} {
			got, err := p.one.GetRange(ctx, "a", r[0], r[1])
			if err != nil || !bytes.Equal(got, data[r[0]:r[0]+r[1]]) {
				errs = append(errs, fmt.Errorf("%d bytes from %d: %d bytes, %w", r[1], r[0], len(got), err))
			}
		}
		for _, r := range [][2]int64{{0, 1001}, {1000, 1}, {1001, 0}, {-1, 1}, {0, -1}, {1, 1<<63 - 1}} {
			_, err := p.one.GetRange(ctx, "a", r[0], r[1])
			errs = append(errs, code(plumbline.Invalid, err))
		}
		return errors.Join(errs...)
	}},
	{"deletes, once and again", func(ctx context.Context, p *pair) error {
		errs := []error{p.one.PutIfAbsent(ctx, "d/a", content(1)), p.one.PutIfAbsent(ctx, "d/b", content(2))}
		errs = append(errs, p.one.Delete(ctx, "d/a"), p.one.Delete(ctx, "d/a"), p.other.Delete(ctx, "d/a"),
			p.one.Delete(ctx, "d"), p.one.Delete(ctx, "e/f"), p.one.Delete(ctx, "d/b/c"))
		for _, err := range reads(ctx, p.one, "d/a") {
			errs = append(errs, code(plumbline.NotFound, err))
		}
		errs = append(errs, lists(ctx, p.one, "", "d/b"), holds(ctx, p.one, "d/b", content(2)))
		errs = append(errs, p.one.PutIfAbsent(ctx, "d/a", content(1)), holds(ctx, p.other, "d/a", content(1)))
		return errors.Join(errs...)
	}},
	{"does nothing once the context has ended", func(ctx context.Context, p *pair) error {
		errs := []error{p.one.PutIfAbsent(ctx, "a", content(1))}
		over, cancel := context.WithCancel(ctx)
		cancel()
		calls := reads(over, p.one, "a")
		calls["PutIfAbsent"] = p.one.PutIfAbsent(over, "b", content(1))
		calls["Delete"] = p.one.Delete(over, "a")
		_, calls["List"] = collect(over, p.one, "")
		for method, err := range calls {
			if err := code(plumbline.Unavailable, err); err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", method, err))
			} else if !errors.Is(calls[method], context.Canceled) {
				errs = append(errs, fmt.Errorf("%s: the cause is lost: %w", method, calls[method]))
			}
		}
		return errors.Join(append(errs, lists(ctx, p.one, "", "a"))...)
	}},
}

// reads calls each method that reads one object, and gives the error of each.
func reads(ctx context.Context, store blob.Objects, name string) map[string]error {
	_, get := store.Get(ctx, name)
	_, part := store.GetRange(ctx, name, 0, 0)
	_, stat := store.Stat(ctx, name)
	return map[string]error{"Get": get, "GetRange": part, "Stat": stat}
}

// holds reports an object that is not there with these bytes.
func holds(ctx context.Context, store blob.Objects, name string, want []byte) error {
	got, err := store.Get(ctx, name)
	if err != nil {
		return err
	}
	size, err := store.Stat(ctx, name)
	if err != nil {
		return err
	}
	if !bytes.Equal(got, want) || size != int64(len(want)) {
		return fmt.Errorf("%s has %d bytes, by Stat %d, and should have %d with the same content", name, len(got), size, len(want))
	}
	return nil
}

// code reports an error that is not of this code.
func code(want plumbline.Code, err error) error {
	if err == nil || plumbline.CodeOf(err) != want {
		return fmt.Errorf("the error is %v, and should be of code %s", err, want) //nolint:errorlint // it may be nil, and is no cause
	}
	return nil
}

// content is size bytes in which no two places within 64 KiB look alike.
func content(size int) []byte {
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i*7 + i>>8*13 + 1)
	}
	return data
}
