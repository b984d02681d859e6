package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"time"
)

// count is how many tests, or steps, ended how.
type count struct{ passed, failed, skipped int }

func (c count) String() string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", c.passed, c.failed, c.skipped)
}

func (c count) plus(d count) count {
	return count{c.passed + d.passed, c.failed + d.failed, c.skipped + d.skipped}
}

var countLine = regexp.MustCompile(`^(\d+) passed, (\d+) failed, (\d+) skipped$`)

func parseCount(line string) (count, bool) {
	m := countLine.FindStringSubmatch(line)
	if m == nil {
		return count{}, false
	}
	var n [3]int
	for i := range n {
		v, err := strconv.Atoi(m[i+1])
		if err != nil {
			return count{}, false
		}
		n[i] = v
	}
	return count{n[0], n[1], n[2]}, true
}

// A runner runs one step and writes what it prints.
type runner func(step string, out io.Writer) error

// makeTarget runs a step as a make target. The variables of the outer make do not reach it: -s and the target are enough.
func makeTarget(ctx context.Context) runner {
	return func(step string, out io.Writer) error {
		cmd := exec.CommandContext(ctx, "make", "-s", "--no-print-directory", step) //nolint:gosec // the targets come from the Makefile
		cmd.Env = append(os.Environ(), "MAKEFLAGS=", "MAKELEVEL=")
		cmd.Stdout, cmd.Stderr = out, out
		return cmd.Run()
	}
}

// steps runs every step, prints how long each took, and closes with the sum of their counts.
func steps(out io.Writer, names []string, run runner, now func() time.Time) error {
	var total count
	var failed []string
	begin := now()
	for _, name := range names {
		fmt.Fprintf(out, "== %s\n", name)
		start := now()
		c, err := oneStep(out, name, run)
		verdict := "ok"
		if err != nil || c.failed > 0 {
			verdict = "FAILED"
			failed = append(failed, name)
		}
		if err != nil && c.failed == 0 {
			c.failed = 1
		}
		total = total.plus(c)
		fmt.Fprintf(out, "== %s: %s, %.1f s\n", name, verdict, now().Sub(start).Seconds())
	}
	fmt.Fprintf(out, "== all %d steps, %.1f s\n", len(names), now().Sub(begin).Seconds())
	if len(failed) > 0 {
		fmt.Fprintf(out, "== failed steps: %v\n", failed)
	}
	fmt.Fprintln(out, total)
	if len(failed) > 0 {
		return errFailed
	}
	return nil
}

// oneStep copies a step's lines as they come, except a count, which it returns.
func oneStep(out io.Writer, name string, run runner) (count, error) {
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(name, w)
		_ = w.Close()
		ended <- err
	}()
	var c count
	counted := false
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if n, ok := parseCount(trimEOL(line)); ok {
			c, counted = c.plus(n), true
		} else {
			_, _ = io.WriteString(out, line)
		}
		if err != nil {
			break
		}
	}
	err := <-ended
	if err == nil && !counted {
		c.passed = 1
	}
	return c, err
}

func trimEOL(line string) string {
	if n := len(line); n > 0 && line[n-1] == '\n' {
		return line[:n-1]
	}
	return line
}
