package dir_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/blob/dir"
)

// A crash is one way to lose what was not synced. It gives the number of states that it looked at, and the first fault.
type crash struct {
	name string
	run  func(prepare func(s *simFS)) (states int, err error)
}

// crashes is what the driver is held against, as it is and with each of its syncs taken out.
var crashes = []crash{
	{"power cut", func(prepare func(*simFS)) (int, error) { return powerCuts(script, nil, prepare) }},
	{"power cut without hard links", func(prepare func(*simFS)) (int, error) {
		return powerCuts(script, syscall.EPERM, prepare)
	}},
	{"process killed, call repeated, power cut", killsThenCuts},
}

func TestCrashes(t *testing.T) {
	for _, c := range crashes {
		t.Run(c.name, func(t *testing.T) {
			states, err := c.run(func(*simFS) {})
			if err != nil {
				t.Error(err)
			}
			if states < 200 {
				t.Errorf("only %d states", states)
			}
			t.Logf("%d states after crashes", states)
		})
	}
}

// powerCuts cuts the power before every change of the script and after the last. In every state that may be left it looks for what was
// acknowledged, goes on with the script, and cuts again in the worst way.
func powerCuts(orders []order, noLink error, prepare func(*simFS)) (int, error) {
	states := 0
	for n := 0; ; n++ {
		s := newSim()
		s.noLink = noLink
		prepare(s)
		dead := s.killAt(n)
		h := history{}
		at, err := start(s, h, orders)
		if err != nil && !errors.Is(err, errKilled) {
			return states, err
		}
		var fault error
		states += exhaust(func(choose func(int) int) {
			if fault == nil {
				fault = goOn(s.cut(choose), h, orders[at:])
			}
		})
		if fault != nil {
			return states, fmt.Errorf("power cut after %d changes, in order %d: %w", n, at, fault)
		}
		if !dead() {
			return states, nil
		}
	}
}

// start opens the driver and gives it the orders; it says how many were acknowledged.
func start(s *simFS, h history, orders []order) (int, error) {
	d, err := openSim(s)
	if err != nil {
		return 0, err
	}
	return h.all(d, orders)
}

// goOn starts a process after a power cut.
func goOn(s *simFS, past history, rest []order) error {
	h := history{}
	for name, states := range past {
		h[name] = append([]string{}, states...)
	}
	for range 2 {
		d, err := openSim(s)
		if err != nil {
			return err
		}
		if n := leftovers(s); n != 0 {
			return fmt.Errorf("%d temporary files are left after the sweep", n)
		}
		if err := h.check(d); err != nil {
			return err
		}
		if _, err := h.all(d, rest); err != nil {
			return err
		}
		if n := leftovers(s); n != 0 {
			return fmt.Errorf("%d temporary files are left", n)
		}
		s, rest = s.cut(worst), nil
	}
	return nil
}

// killsThenCuts kills the process before every change. Another one repeats the call that had no answer, on what the first left in the
// kernel's memory, and the power is cut when it has an answer.
func killsThenCuts(prepare func(*simFS)) (int, error) {
	states := 0
	for n := 0; ; n++ {
		s := newSim()
		prepare(s)
		dead := s.killAt(n)
		h := history{}
		at, err := start(s, h, script)
		if err != nil && !errors.Is(err, errKilled) {
			return states, err
		}
		if !dead() {
			return states, nil
		}
		s.fault = nil
		next := min(at+1, len(script))
		if _, err := start(s, h, script[at:next]); err != nil {
			return states, err
		}
		var fault error
		states += exhaust(func(choose func(int) int) {
			if fault == nil {
				fault = goOn(s.cut(choose), h, script[next:])
			}
		})
		if fault != nil {
			return states, fmt.Errorf("process killed after %d changes, in order %d: %w", n, at, fault)
		}
	}
}

// TestCrashAtRandom does long scripts, of which not every state can be looked at, from seeds that are printed.
func TestCrashAtRandom(t *testing.T) {
	seeds := uint64(300)
	if testing.Short() {
		seeds = 30
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(seed, 1))
		orders := randomOrders(rng, 60)
		s, h := newSim(), history{}
		s.killAt(rng.IntN(700))
		at, err := start(s, h, orders)
		for range 20 {
			if fault := goOn(s.cut(rng.IntN), h, orders[at:]); fault != nil {
				t.Fatalf("seed %d, killed in order %d (%v): %v", seed, at, err, fault)
			}
		}
	}
}

// randomOrders writes names that differ in their directories. A name has the same bytes each time, a checkpoint others.
func randomOrders(rng *rand.Rand, n int) []order {
	var orders []order
	for i := range n {
		name := fmt.Sprintf("%c/%c/%d", 'a'+rune(rng.IntN(3)), 'a'+rune(rng.IntN(3)), rng.IntN(4))
		switch rng.IntN(6) {
		case 0:
			orders = append(orders, order{"delete", name, ""})
		case 1:
			orders = append(orders, order{"replace", name[:1] + "/checkpoint", fmt.Sprint("size ", i)})
		default:
			orders = append(orders, order{"put", name, "bytes of " + name})
		}
	}
	return orders
}

// TestFailingCalls makes every call fail, done and not done. The caller repeats it, and nothing is lost nor left over.
func TestFailingCalls(t *testing.T) {
	for _, done := range []bool{false, true} {
		for n := 0; ; n++ {
			s, h := newSim(), history{}
			d, err := openSim(s)
			if err != nil {
				t.Fatal(err)
			}
			reached := s.failAt(n, "", done, errFull)
			if err := repeating(s, d, h, script); err != nil {
				t.Errorf("call %d fails, done: %v: %v", n, done, err)
			}
			if !reached() {
				break
			}
		}
	}
}

// repeating gives orders, each until it has an answer; where the driver has stopped it opens it again.
func repeating(s *simFS, d *dir.Objects, h history, orders []order) error {
	for _, o := range orders {
		err := h.do(d, o)
		if err == nil {
			continue
		}
		if e, ok := errors.AsType[*plumbline.Error](err); !ok || e.Code != plumbline.Unavailable || e.Hint == "" {
			return fmt.Errorf("the error is %w, and should be of code unavailable with a hint", err)
		}
		if n := leftovers(s); n != 0 && s.failed != "create" { // which may have been done
			return fmt.Errorf("after a failed %s %d temporary files are left", s.failed, n)
		}
		if d, err = openSim(s); err != nil {
			return err
		}
		if err := h.do(d, o); err != nil {
			return err
		}
	}
	s.fault = nil
	return goOn(s.cut(worst), h, nil)
}

// TestFailedSync makes every sync fail, and drop what it could not write. The driver is asked again and must not say that it is there:
// of a file it has to write another, of a directory it cannot know.
func TestFailedSync(t *testing.T) {
	stopped := 0
	for n := 0; ; n++ {
		s, h := newSim(), history{}
		d, err := openSim(s)
		if err != nil {
			t.Fatal(err)
		}
		s.forgets = true
		reached := s.failAt(n, "sync", false, errIO)
		at, err := h.all(d, script)
		if !reached() {
			break
		}
		if err == nil {
			t.Fatalf("sync %d failed, and nobody was told", n)
		}
		if _, err := h.all(d, script[at:]); err != nil {
			stopped++
			if plumbline.CodeOf(err) != plumbline.Unavailable {
				t.Errorf("sync %d: %v", n, err)
			}
			if err := h.check(d); err != nil {
				t.Errorf("sync %d: reading after it: %v", n, err)
			}
		}
		exhaust(func(choose func(int) int) {
			if err := goOn(s.cut(choose), h, nil); err != nil {
				t.Errorf("sync %d failed, in order %d: %v", n, at, err)
			}
		})
	}
	if stopped == 0 {
		t.Error("no failed sync of a directory stopped the driver")
	}
}
