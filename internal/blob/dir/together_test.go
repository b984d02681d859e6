package dir_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/blob/dir"
)

// turns lets several processes use one simulated file system, one call at a time, in an order that a test chooses.
type turns struct {
	next []chan struct{} // one for each process: it may do its next call
	idle chan int        // a process waits for its next turn, or is done: then its number negated, less one
}

// wait is called by a process before it starts and before each of its calls.
func (t *turns) wait(process int) {
	t.idle <- process
	<-t.next[process]
}

// run runs processes together. Choose takes one of those that wait; it is told how many.
func (t *turns) run(processes []func(), choose func(n int) int) {
	for i, process := range processes {
		t.next = append(t.next, make(chan struct{}))
		go func() {
			t.wait(i)
			process()
			t.idle <- -i - 1
		}()
	}
	var waiting []int
	for running, busy := len(processes), len(processes); running > 0; {
		for ; busy > 0; busy-- {
			if i := <-t.idle; i >= 0 {
				waiting = append(waiting, i)
			} else {
				running--
			}
		}
		if len(waiting) > 0 {
			k := choose(len(waiting))
			i := waiting[k]
			waiting = append(waiting[:k], waiting[k+1:]...)
			busy = 1
			t.next[i] <- struct{}{}
		}
	}
}

// process is a view of the file system that waits for its turn before each call on a name that others use too.
type process struct {
	view

	turns  *turns
	number int
}

func (p process) Open(name string) (dir.File, error) {
	p.turns.wait(p.number)
	return p.view.Open(name)
}

func (p process) OpenDir(name string) (dir.Directory, error) {
	p.turns.wait(p.number)
	return p.view.OpenDir(name)
}

func (p process) Link(from, to string) error {
	p.turns.wait(p.number)
	return p.view.Link(from, to)
}

func (p process) Mkdir(name string) error {
	p.turns.wait(p.number)
	return p.view.Mkdir(name)
}

// TestTwoProcesses puts one name from two processes in every order of their calls, with the same bytes and with others. At each answer
// the power is cut: what was acknowledged is there. Of different bytes one is stored and the other refused.
func TestTwoProcesses(t *testing.T) {
	for _, c := range []struct {
		name string
		data [2]string
	}{
		{"the same bytes", [2]string{"same", "same"}},
		{"other bytes", [2]string{"one", "other"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			count := exhaust(func(choose func(int) int) {
				if err := race(c.data, choose); err != nil && !t.Failed() {
					t.Error(err)
				}
			})
			if count < 1000 {
				t.Errorf("only %d orders", count)
			}
			t.Logf("%d orders", count)
		})
	}
}

func race(data [2]string, choose func(n int) int) error {
	s := newSim()
	if _, err := openSim(s); err != nil {
		return err
	}
	turns := &turns{idle: make(chan int)}
	var errs [2]error
	var lost error
	put := func(i int) func() {
		return func() {
			d, err := dir.OpenIn(view{s, "."}, process{view{s, "data"}, turns, i}, "data", time.Time{})
			if err == nil {
				err = d.PutIfAbsent(background, "d/a", []byte(data[i]))
			}
			if errs[i] = err; err == nil {
				lost = first(lost, goOn(s.cut(worst), history{"d/a": {data[i]}}, nil))
			}
		}
	}
	turns.run([]func(){put(0), put(1)}, choose)
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if plumbline.CodeOf(err) != plumbline.Conflict {
			lost = first(lost, err)
		}
	}
	if want := map[bool]int{true: 2, false: 1}[data[0] == data[1]]; won != want {
		lost = first(lost, fmt.Errorf("%d were told that theirs is stored, want %d: %w", won, want, errors.Join(errs[:]...)))
	}
	return lost
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
