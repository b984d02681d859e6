package blobtest_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/blob"
	"github.com/plumbline-project/plumbline/internal/blob/blobtest"
)

func TestMemory(t *testing.T) {
	blobtest.Run(t, func(*testing.T) (blob.Objects, func() blob.Objects) {
		m := blobtest.NewMemory(nil)
		return m, func() blob.Objects { return m }
	})
}

func TestMemoryReportsItsCaller(t *testing.T) {
	ctx := t.Context()
	for _, c := range []struct {
		name string
		do   func(m *blobtest.Memory) error
		want string // part of the report; empty for none
	}{
		{"same bytes again", func(m *blobtest.Memory) error { return m.PutIfAbsent(ctx, "a", []byte("1")) }, ""},
		{"other bytes", func(m *blobtest.Memory) error { return m.PutIfAbsent(ctx, "a", []byte("2")) }, "other bytes"},
		{"other bytes after a deletion", func(m *blobtest.Memory) error {
			_ = m.Delete(ctx, "a")
			return m.PutIfAbsent(ctx, "a", []byte("2"))
		}, "other bytes"},
		{"same bytes after a deletion", func(m *blobtest.Memory) error {
			_ = m.Delete(ctx, "a")
			return m.PutIfAbsent(ctx, "a", []byte("1"))
		}, ""},
		{"a directory of an object", func(m *blobtest.Memory) error { return m.PutIfAbsent(ctx, "a/b", nil) }, "is a directory"},
		{"a checkpoint twice", func(m *blobtest.Memory) error {
			_ = m.Replace(ctx, "checkpoint", []byte("1"))
			return m.Replace(ctx, "checkpoint", []byte("2"))
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			var reports []string
			m := blobtest.NewMemory(func(format string, args ...any) { reports = append(reports, fmt.Sprintf(format, args...)) })
			if err := m.PutIfAbsent(ctx, "a", []byte("1")); err != nil {
				t.Fatal(err)
			}
			_ = c.do(m)
			if got := strings.Join(reports, "; "); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("reports %q, want %q", got, c.want)
			}
		})
	}
}

// wrong is a driver with one fault: a field that is set takes the place of the method.
type wrong struct {
	*blobtest.Memory

	put     func(ctx context.Context, name string, data []byte) error
	get     func(ctx context.Context, name string) ([]byte, error)
	part    func(ctx context.Context, name string, offset, length int64) ([]byte, error)
	stat    func(ctx context.Context, name string) (int64, error)
	list    func(ctx context.Context, prefix string) iter.Seq2[string, error]
	remove  func(ctx context.Context, name string) error
	replace func(ctx context.Context, name string, data []byte) error
}

func (w *wrong) PutIfAbsent(ctx context.Context, name string, data []byte) error {
	if w.put != nil {
		return w.put(ctx, name, data)
	}
	return w.Memory.PutIfAbsent(ctx, name, data)
}

func (w *wrong) Get(ctx context.Context, name string) ([]byte, error) {
	if w.get != nil {
		return w.get(ctx, name)
	}
	return w.Memory.Get(ctx, name)
}

func (w *wrong) GetRange(ctx context.Context, name string, offset, length int64) ([]byte, error) {
	if w.part != nil {
		return w.part(ctx, name, offset, length)
	}
	return w.Memory.GetRange(ctx, name, offset, length)
}

func (w *wrong) Stat(ctx context.Context, name string) (int64, error) {
	if w.stat != nil {
		return w.stat(ctx, name)
	}
	return w.Memory.Stat(ctx, name)
}

func (w *wrong) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	if w.list != nil {
		return w.list(ctx, prefix)
	}
	return w.Memory.List(ctx, prefix)
}

func (w *wrong) Delete(ctx context.Context, name string) error {
	if w.remove != nil {
		return w.remove(ctx, name)
	}
	return w.Memory.Delete(ctx, name)
}

func (w *wrong) Replace(ctx context.Context, name string, data []byte) error {
	if w.replace != nil {
		return w.replace(ctx, name, data)
	}
	return w.Memory.Replace(ctx, name, data)
}

// TestRunCatches shows that the suite finds each of these faults, by the test that is there for it.
func TestRunCatches(t *testing.T) {
	for _, c := range []struct {
		name   string
		breaks func(w *wrong)
		want   string // test that has to find it
	}{
		{"no fault", func(*wrong) {}, ""},
		{"other bytes pass", func(w *wrong) {
			w.put = func(ctx context.Context, name string, data []byte) error {
				if err := w.Memory.PutIfAbsent(ctx, name, data); plumbline.CodeOf(err) != plumbline.Conflict {
					return err
				}
				return nil
			}
		}, "refuses other bytes"},
		{"the same bytes do not pass", func(w *wrong) {
			w.put = func(ctx context.Context, name string, data []byte) error {
				if _, err := w.Memory.Stat(ctx, name); err == nil {
					return blob.Conflict(name)
				}
				return w.Memory.PutIfAbsent(ctx, name, data)
			}
		}, "takes the same object twice"},
		{"a put takes any name", func(w *wrong) {
			w.put = func(ctx context.Context, name string, data []byte) error {
				if err := w.Memory.PutIfAbsent(ctx, name, data); plumbline.CodeOf(err) != plumbline.Invalid {
					return err
				}
				return nil
			}
		}, "refuses bad names"},
		{"a put changes the caller's bytes", func(w *wrong) {
			w.put = func(ctx context.Context, name string, data []byte) error {
				defer clear(data)
				return w.Memory.PutIfAbsent(ctx, name, data)
			}
		}, "does not keep the caller's bytes"},
		{"a get cuts", func(w *wrong) {
			w.get = func(ctx context.Context, name string) ([]byte, error) {
				data, err := w.Memory.Get(ctx, name)
				return data[:min(len(data), 1<<20)], err
			}
		}, "gives back what was put"},
		{"what is absent is empty", func(w *wrong) {
			w.get = func(ctx context.Context, name string) ([]byte, error) {
				data, err := w.Memory.Get(ctx, name)
				if plumbline.CodeOf(err) == plumbline.NotFound {
					return nil, nil
				}
				return data, err
			}
		}, "says what is not there"},
		{"a range is cut at the end", func(w *wrong) {
			w.part = func(ctx context.Context, name string, offset, length int64) ([]byte, error) {
				if size, err := w.Memory.Stat(ctx, name); err == nil && offset >= 0 && offset <= size {
					length = min(length, size-offset)
				}
				return w.Memory.GetRange(ctx, name, offset, length)
			}
		}, "reads ranges"},
		{"a range begins elsewhere", func(w *wrong) {
			w.part = func(ctx context.Context, name string, offset, length int64) ([]byte, error) {
				return w.Memory.GetRange(ctx, name, max(0, offset-1), length)
			}
		}, "reads ranges"},
		{"a size is wrong", func(w *wrong) {
			w.stat = func(ctx context.Context, name string) (int64, error) {
				size, err := w.Memory.Stat(ctx, name)
				return size + 1, err
			}
		}, "gives back what was put"},
		{"a list is not sorted", func(w *wrong) {
			w.list = func(ctx context.Context, prefix string) iter.Seq2[string, error] {
				return byDirectory(ctx, w.Memory, prefix)
			}
		}, "lists in order of bytes"},
		{"a list takes whole segments only", func(w *wrong) {
			w.list = func(ctx context.Context, prefix string) iter.Seq2[string, error] {
				if prefix != "" && !strings.HasSuffix(prefix, "/") {
					prefix += "/"
				}
				return w.Memory.List(ctx, prefix)
			}
		}, "lists by any prefix"},
		{"a deletion forgets to", func(w *wrong) {
			w.remove = func(ctx context.Context, name string) error {
				_, err := w.Memory.Stat(ctx, name)
				if plumbline.CodeOf(err) == plumbline.NotFound {
					return nil
				}
				return err
			}
		}, "deletes, once and again"},
		{"a second deletion fails", func(w *wrong) {
			w.remove = func(ctx context.Context, name string) error {
				if _, err := w.Memory.Stat(ctx, name); err != nil {
					return err
				}
				return w.Memory.Delete(ctx, name)
			}
		}, "deletes, once and again"},
		{"a put goes on after its context", func(w *wrong) {
			w.put = func(ctx context.Context, name string, data []byte) error {
				err := w.Memory.PutIfAbsent(context.WithoutCancel(ctx), name, data)
				if ctx.Err() != nil {
					return blob.CheckContext(ctx, name)
				}
				return err
			}
		}, "does nothing once the context has ended"},
		{"a replacement takes any name", func(w *wrong) {
			w.replace = func(ctx context.Context, name string, data []byte) error {
				if err := w.Memory.Replace(ctx, name, data); plumbline.CodeOf(err) != plumbline.Invalid {
					return err
				}
				return w.Memory.PutIfAbsent(ctx, name, data)
			}
		}, "replaces nothing that is immutable"},
		{"a replacement is not there at once", func(w *wrong) {
			// It waits once, in the test with a reader, until the reader has missed the object.
			missed, waited := make(chan struct{}, 1), false
			w.get = func(ctx context.Context, name string) ([]byte, error) {
				data, err := w.Memory.Get(ctx, name)
				if err != nil && name == "checkpoint" {
					select {
					case missed <- struct{}{}:
					default:
					}
				}
				return data, err
			}
			w.replace = func(ctx context.Context, name string, data []byte) error {
				if len(data) > 10000 && !waited {
					waited = true
					_ = w.Memory.Delete(ctx, name)
					<-missed
				}
				return w.Memory.Replace(ctx, name, data)
			}
		}, "shows no part while it replaces"},
	} {
		t.Run(c.name, func(t *testing.T) {
			faults := blobtest.Faults(t.Context(), func() (one, other blob.Objects) {
				w := &wrong{Memory: blobtest.NewMemory(nil)}
				c.breaks(w)
				return w, w
			})
			if c.want == "" && len(faults) > 0 || c.want != "" && faults[c.want] == nil {
				t.Errorf("found by %q, want %q", slices.Sorted(maps.Keys(faults)), c.want)
			}
		})
	}
}

// byDirectory lists as one does who sorts each directory by itself: "a/b" before "a-b".
func byDirectory(ctx context.Context, m *blobtest.Memory, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		var all []string
		for name, err := range m.List(ctx, prefix) {
			if err != nil {
				yield("", err)
				return
			}
			all = append(all, name)
		}
		slices.SortFunc(all, func(a, b string) int { return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/")) })
		for _, name := range all {
			if !yield(name, nil) {
				return
			}
		}
	}
}
