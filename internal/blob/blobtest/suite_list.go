package blobtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/blob"
)

// names are listed in this order: "-" and "." come before "/", digits and letters after it, so that the entries of a directory sorted
// by themselves would be in another order.
var names = []string{
	"B", "a-b", "a.b", "a.b.c", "a/-", "a/b", "a/b.p/1", "a/b.p/2", "a/b0/z", "a0", "a_", "ab", "b/c/d/e/f", "z",
}

var listChecks = []check{
	{"lists in order of bytes", func(ctx context.Context, p *pair) error {
		errs := fill(ctx, p.one)
		return errors.Join(append(errs, lists(ctx, p.one, "", names...), lists(ctx, p.other, "", names...))...)
	}},
	{"lists by any prefix", func(ctx context.Context, p *pair) error {
		errs := fill(ctx, p.one)
		for _, prefix := range []string{
			"a", "a/", "a/b", "a/b.", "a/b.p/", "a/b.p/2", "a/b.p/2/", "a.", "b/c/d", "b/c/d/", "b/c/x", "z", "zz", "B", "x/y/z",
			".", "..", "../", "/", "//", "a//", "a/../", "+", "\x00", strings.Repeat("a/", blob.MaxName), strings.Repeat("a", blob.MaxName),
		} {
			var want []string
			for _, name := range names {
				if strings.HasPrefix(name, prefix) {
					want = append(want, name)
				}
			}
			errs = append(errs, lists(ctx, p.one, prefix, want...))
		}
		return errors.Join(errs...)
	}},
	{"lists nothing of an empty store", func(ctx context.Context, p *pair) error {
		return errors.Join(lists(ctx, p.one, ""), lists(ctx, p.one, "a"), lists(ctx, p.one, "a/"))
	}},
	{"stops listing when it is told to", func(ctx context.Context, p *pair) error {
		errs := fill(ctx, p.one)
		for stop := 1; stop <= len(names); stop++ {
			var got []string
			for name, err := range p.one.List(ctx, "") {
				errs = append(errs, err)
				if got = append(got, name); len(got) == stop {
					break
				}
			}
			if !slices.Equal(got, names[:stop]) {
				errs = append(errs, fmt.Errorf("the first %d names are %q", stop, got))
			}
		}
		return errors.Join(errs...)
	}},
	{"lets the caller write and delete while it lists", func(ctx context.Context, p *pair) error {
		errs := fill(ctx, p.one)
		for name, err := range p.one.List(ctx, "") {
			errs = append(errs, err, p.one.Delete(ctx, name))
		}
		return errors.Join(append(errs, lists(ctx, p.one, ""))...)
	}},
}

func fill(ctx context.Context, store blob.Objects) []error {
	var errs []error
	for i := range names {
		name := names[(i*5+3)%len(names)] // not in order; 5 and the number of names have no common divisor
		errs = append(errs, store.PutIfAbsent(ctx, name, []byte(name)))
	}
	return errs
}

func lists(ctx context.Context, store blob.Objects, prefix string, want ...string) error {
	got, err := collect(ctx, store, prefix)
	if err != nil {
		return err
	}
	if !slices.Equal(got, want) {
		return fmt.Errorf("under %.40q are listed %q, and should be %q", prefix, got, want)
	}
	return nil
}

func collect(ctx context.Context, store blob.Objects, prefix string) ([]string, error) {
	var got []string
	var failed error
	for name, err := range store.List(ctx, prefix) {
		if failed != nil {
			return nil, errors.New("the list goes on after an error")
		}
		if failed = err; err == nil {
			got = append(got, name)
		} else if name != "" {
			return nil, fmt.Errorf("the name %q comes with an error", name)
		}
	}
	return got, failed
}

var replaceChecks = []check{
	{"replaces and gives back", func(ctx context.Context, p *pair) error {
		errs := []error{}
		for _, name := range []string{"checkpoint", "log/checkpoint"} {
			for i, store := range []blob.Objects{p.one, p.other, p.one} {
				data := content(5000 - 1000*i)
				errs = append(errs, replace(ctx, store, name, data), holds(ctx, p.one, name, data), holds(ctx, p.other, name, data))
			}
		}
		errs = append(errs, lists(ctx, p.one, "", "checkpoint", "log/checkpoint"))
		return errors.Join(append(errs, p.one.Delete(ctx, "checkpoint"), lists(ctx, p.one, "", "log/checkpoint"))...)
	}},
	{"replaces nothing that is immutable", func(ctx context.Context, p *pair) error {
		errs := []error{p.one.PutIfAbsent(ctx, "a", content(1))}
		for _, name := range []string{"a", "b", "checkpoint/a", "../checkpoint", "", "/checkpoint"} {
			errs = append(errs, code(plumbline.Invalid, replace(ctx, p.one, name, content(2))))
		}
		return errors.Join(append(errs, lists(ctx, p.one, "", "a"), holds(ctx, p.one, "a", content(1)))...)
	}},
	{"replaces nothing once the context has ended", func(ctx context.Context, p *pair) error {
		over, cancel := context.WithCancel(ctx)
		cancel()
		return errors.Join(replace(ctx, p.one, "checkpoint", content(1)),
			code(plumbline.Unavailable, replace(over, p.one, "checkpoint", content(2))), holds(ctx, p.one, "checkpoint", content(1)))
	}},
	{"shows no part while it replaces", replacesWhole},
}

func replace(ctx context.Context, store blob.Objects, name string, data []byte) error {
	replacer, ok := store.(blob.Replacer)
	if !ok {
		return errors.New("the store replaces no object")
	}
	return replacer.Replace(ctx, name, data)
}
