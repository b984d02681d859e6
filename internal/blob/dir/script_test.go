package dir_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/blob/dir"
)

// absent is the state of an object that is not there.
const absent = "(absent)"

// order is one call of a writer.
type order struct{ method, name, data string }

// script makes directories, fills one twice, deletes, puts again, and replaces a checkpoint: every way through the driver's writes.
var script = []order{
	{"put", "a/b/1", "first"},
	{"put", "a/b/2", "second"},
	{"put", "top", "third"},
	{"replace", "log/checkpoint", "size 1"},
	{"delete", "a/b/1", ""},
	{"replace", "log/checkpoint", "size 2"},
	{"put", "a/b/1", "first"},
}

// history says what a reader may find: for each name that was written, the acknowledged state, and those that were tried since.
type history map[string][]string

// do gives an order to the driver. What is tried may be found from now on; what is acknowledged is found, and nothing else.
func (h history) do(d *dir.Objects, o order) error {
	want := o.data
	if o.method == "delete" {
		want = absent
	}
	if h[o.name] == nil {
		h[o.name] = []string{absent}
	}
	h[o.name] = append(h[o.name], want)

	var err error
	switch o.method {
	case "put":
		err = d.PutIfAbsent(background, o.name, []byte(o.data))
	case "replace":
		err = d.Replace(background, o.name, []byte(o.data))
	case "delete":
		err = d.Delete(background, o.name)
	}
	if err == nil {
		h[o.name] = []string{want}
	}
	return err
}

// all gives orders until one fails, and says how many did not.
func (h history) all(d *dir.Objects, orders []order) (int, error) {
	for i, o := range orders {
		if err := h.do(d, o); err != nil {
			return i, err
		}
	}
	return len(orders), nil
}

// check reports what a reader finds and should not.
func (h history) check(d *dir.Objects) error {
	var faults []error
	for name, allowed := range h {
		data, err := d.Get(background, name)
		got := string(data)
		if err != nil && plumbline.CodeOf(err) == plumbline.NotFound {
			got = absent
		} else if err != nil {
			faults = append(faults, err)
		}
		if !slices.Contains(allowed, got) {
			faults = append(faults, fmt.Errorf("%s is %q, and should be one of %q", name, got, allowed))
		}
	}
	for name, err := range d.List(background, "") {
		if err != nil {
			faults = append(faults, err)
		} else if !slices.ContainsFunc(h[name], func(state string) bool { return state != absent }) {
			faults = append(faults, fmt.Errorf("%q is listed", name))
		}
	}
	return errors.Join(faults...)
}

// openSim opens the driver in the directory data of a simulated file system, as a process does that starts. All leftovers
// are swept.
func openSim(s *simFS) (*dir.Objects, error) {
	return dir.OpenIn(view{s, "."}, view{s, "data"}, "data", time.Unix(1<<40, 0))
}

// leftovers counts the temporary files.
func leftovers(s *simFS) int {
	n, err := s.find("data/" + dir.Temp)
	if err != nil {
		return 0
	}
	count := 0
	for _, e := range n.entries {
		if e.now() != nil {
			count++
		}
	}
	return count
}

var errKilled = errors.New("killed")

// killAt lets n changes through, and then the process is dead: nothing that it tries is done.
func (s *simFS) killAt(n int) (dead func() bool) {
	count := 0
	s.fault = func(call string) (bool, error) {
		if count >= n {
			count = n + 1
			return false, errKilled
		}
		if call != "read" {
			count++
		}
		return true, nil
	}
	return func() bool { return count > n }
}

// failAt makes call n, counted from 0 over those of the kind, or over all where the kind is empty, answer err, done or not.
func (s *simFS) failAt(n int, kind string, done bool, err error) (reached func() bool) {
	count := 0
	s.fault = func(call string) (bool, error) {
		if kind != "" && call != kind {
			return true, nil
		}
		if count++; count == n+1 {
			s.failed = call
			return done, err
		}
		return true, nil
	}
	return func() bool { return count > n }
}

// exhaust calls f with every sequence of choices that it can make, and gives their number.
func exhaust(f func(choose func(n int) int)) int {
	var path, of []int
	for count := 1; ; count++ {
		at := 0
		f(func(n int) int {
			if n == 1 {
				return 0
			}
			if at == len(path) {
				path, of = append(path, 0), append(of, n)
			}
			at++
			return path[at-1]
		})
		for len(path) > 0 && path[len(path)-1] == of[len(of)-1]-1 {
			path, of = path[:len(path)-1], of[:len(of)-1]
		}
		if len(path) == 0 {
			return count
		}
		path[len(path)-1]++
	}
}

// worst loses all that was not synced.
func worst(int) int { return 0 }

var errIO, errFull error = syscall.EIO, syscall.ENOSPC

// background is the context of runs that nobody ends.
var background = context.Background()
