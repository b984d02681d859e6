package blobtest_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/blob"
	"github.com/plumbline-project/plumbline/internal/blob/blobtest"
)

func TestFaultyWithoutFaults(t *testing.T) {
	blobtest.Run(t, func(*testing.T) (blob.Objects, func() blob.Objects) {
		f := blobtest.NewFaulty(blobtest.NewMemory(nil), blobtest.Nth(0, blobtest.FailBefore))
		return f, func() blob.Objects { return f }
	})
}

func TestFaulty(t *testing.T) {
	ctx := t.Context()
	for _, c := range []struct {
		fault  blobtest.Fault
		cause  error // of the second put; nil where it succeeds
		stored bool
		stat   plumbline.Code // of the object at once; "" where it is there
	}{
		{blobtest.None, nil, true, ""},
		{blobtest.FailBefore, blobtest.ErrInjected, false, plumbline.NotFound},
		{blobtest.FailAfter, blobtest.ErrInjected, true, ""},
		{blobtest.Cancel, context.Canceled, false, plumbline.NotFound},
		{blobtest.Stale, nil, true, ""},
	} {
		t.Run(fmt.Sprint(c.fault), func(t *testing.T) {
			m := blobtest.NewMemory(t.Errorf)
			f := blobtest.NewFaulty(m, blobtest.Nth(2, c.fault))
			if err := f.PutIfAbsent(ctx, "a", []byte("1")); err != nil {
				t.Fatal(err)
			}
			err := f.PutIfAbsent(ctx, "b", []byte("2"))
			if !errors.Is(err, c.cause) || err != nil && plumbline.CodeOf(err) != plumbline.Unavailable {
				t.Errorf("%v, want %v", err, c.cause)
			}
			if _, err := m.Get(ctx, "b"); (err == nil) != c.stored {
				t.Errorf("stored: %v", err)
			}
			if _, err := f.Stat(ctx, "b"); (err == nil) != (c.stat == "") {
				t.Errorf("stat: %v, want %q", err, c.stat)
			}
		})
	}
}

func TestFaultyIsStale(t *testing.T) {
	ctx := t.Context()
	f := blobtest.NewFaulty(blobtest.NewMemory(t.Errorf), func(c blobtest.Call) blobtest.Fault {
		if c.N > 2 && c.N <= 6 {
			return blobtest.Stale
		}
		return blobtest.None
	})
	for _, name := range []string{"a", "b"} {
		if err := f.PutIfAbsent(ctx, name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	list := func() (names []string) {
		for name := range f.List(ctx, "") {
			names = append(names, name)
		}
		return names
	}
	_, older := f.Stat(ctx, "a")
	_, newest := f.Stat(ctx, "b")
	data, get := f.Get(ctx, "b")
	if older != nil || plumbline.CodeOf(newest) != plumbline.NotFound || get != nil || string(data) != "b" {
		t.Errorf("stat of the older %v, of the newest %v; get %q, %v", older, newest, data, get)
	}
	if got := list(); !slices.Equal(got, []string{"a"}) {
		t.Errorf("a stale list gives %q", got)
	}
	if got := list(); !slices.Equal(got, []string{"a", "b"}) {
		t.Errorf("a fresh list gives %q", got)
	}
	if f.Calls() != 7 {
		t.Errorf("%d calls, want 7", f.Calls())
	}
}

// TestRepeating breaks each call of a caller that repeats what failed: it ends with all objects, whatever the fault.
func TestRepeating(t *testing.T) {
	ctx := t.Context()
	for _, fault := range []blobtest.Fault{blobtest.FailBefore, blobtest.FailAfter, blobtest.Cancel, blobtest.Stale} {
		for n := 1; ; n++ {
			m := blobtest.NewMemory(t.Errorf)
			f := blobtest.NewFaulty(m, blobtest.Nth(n, fault))
			for _, name := range []string{"a", "b", "c"} {
				for f.PutIfAbsent(ctx, name, []byte(name)) != nil {
					continue
				}
			}
			for f.Delete(ctx, "b") != nil {
				continue
			}
			for name, gone := range map[string]bool{"a": false, "b": true, "c": false} {
				if _, err := m.Get(ctx, name); (err != nil) != gone {
					t.Errorf("fault %d at call %d: %s: %v", fault, n, name, err)
				}
			}
			if f.Calls() < n {
				break
			}
		}
	}
}
