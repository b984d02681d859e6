package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

// stream writes test2json lines from "action test output" triples of one package.
func stream(events ...event) string {
	var b strings.Builder
	for _, e := range events {
		fmt.Fprintf(&b, `{"Action":%q,"Package":"p","Test":%q,"Output":%q}`+"\n", e.Action, e.Test, e.Output)
	}
	return b.String()
}

func run2(test, end, output string) []event {
	return []event{{Action: "run", Test: test}, {Action: "output", Test: test, Output: output}, {Action: end, Test: test}}
}

func all(groups ...[]event) string {
	var events []event
	for _, g := range groups {
		events = append(events, g...)
	}
	return stream(events...)
}

func TestTests(t *testing.T) {
	skipped := all(run2("A", "pass", ""), run2("B", "skip", "    b_test.go:3: ../shared/data is absent\n"), []event{{Action: "pass"}})
	for _, c := range []struct {
		name, in  string
		data, one bool
		want      string   // last line
		shows     []string // somewhere before it
	}{
		{"passes", all(run2("A", "pass", "chatter\n"), []event{{Action: "pass"}}), false, false, "1 passed, 0 failed, 0 skipped", []string{"ok   p"}},
		{"counts leaves", all(
			[]event{{Action: "run", Test: "A"}}, run2("A/x", "pass", ""), run2("A/y/z", "fail", "    boom\n"),
			[]event{{Action: "fail", Test: "A"}, {Action: "fail"}},
		), false, false, "1 passed, 1 failed, 0 skipped", []string{"boom", "FAIL p A/y/z"}},
		{"parent fails itself", all(
			[]event{{Action: "run", Test: "A"}}, run2("A/x", "pass", ""), []event{{Action: "fail", Test: "A"}, {Action: "fail"}},
		), false, false, "1 passed, 1 failed, 0 skipped", []string{"FAIL p A"}},
		{
			"package fails alone", all(run2("A", "pass", ""), []event{{Action: "output", Output: "exit 3\n"}, {Action: "fail"}}), false, false,
			"1 passed, 1 failed, 0 skipped",
			[]string{"exit 3"},
		},
		{"does not build", `{"ImportPath":"p","Action":"build-output","Output":"p.go:1: undefined\n"}
{"Action":"fail","Package":"p","FailedBuild":"p"}
`, false, false, "0 passed, 1 failed, 0 skipped", []string{"undefined"}},
		{"nothing ran", "", false, false, "0 passed, 1 failed, 0 skipped", []string{"no test ran"}},
		{"skips without the data", skipped, false, false, "1 passed, 0 failed, 1 skipped", []string{"skipped: ../shared/data is absent", "p B"}},
		{"skips despite the data", skipped, true, false, "1 passed, 1 failed, 0 skipped", []string{"real data are there"}},
		{
			"other skip with the data", all(run2("A", "pass", ""), run2("B", "skip", "    b_test.go:3: needs sharedness\n")), true, false,
			"1 passed, 0 failed, 1 skipped",
			[]string{"needs sharedness"},
		},
		{"counts as one", skipped, false, true, "1 passed, 0 failed, 0 skipped", []string{"1 passed, 0 failed, 1 skipped;"}},
		{"words of go itself", "go: no such module\n" + all(run2("A", "pass", "")), false, false, "1 passed, 0 failed, 0 skipped", []string{"no such module"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			err := tests(strings.NewReader(c.in), &out, c.data, c.one)
			body, last := splitLast(out.String())
			if last != c.want {
				t.Errorf("last line %q, want %q", last, c.want)
			}
			if failed := !strings.Contains(c.want, " 0 failed"); failed != errors.Is(err, errFailed) {
				t.Errorf("error %v", err)
			}
			for _, s := range c.shows {
				if !strings.Contains(body, s) {
					t.Errorf("%q is not in:\n%s", s, body)
				}
			}
			if strings.Contains(body, "chatter") {
				t.Error("prints what a passing test said")
			}
		})
	}
}

func TestLongOutputIsBounded(t *testing.T) {
	in := all([]event{{Action: "run", Test: "A"}}, bigOutput(3*maxOutput), []event{{Action: "fail", Test: "A"}})
	var out bytes.Buffer
	if err := tests(strings.NewReader(in), &out, false, false); !errors.Is(err, errFailed) {
		t.Fatal(err)
	}
	if n := out.Len(); n < maxOutput || n > 3*maxOutput {
		t.Errorf("prints %d bytes of a test's output", n)
	}
	if !strings.Contains(out.String(), "the end\n") {
		t.Error("the end of the output is lost")
	}
}

func bigOutput(bytes int) []event {
	var events []event
	for range bytes / 1000 {
		events = append(events, event{Action: "output", Test: "A", Output: strings.Repeat("x", 999) + "\n"})
	}
	return append(events, event{Action: "output", Test: "A", Output: "the end\n"})
}

func TestSteps(t *testing.T) {
	broken := errors.New("exit status 2")
	runSteps := func(name string, out io.Writer) error {
		switch name {
		case "lint":
			return nil
		case "unit":
			fmt.Fprint(out, "ok p\n7 passed, 0 failed, 2 skipped\n")
		case "race":
			fmt.Fprint(out, "why not\n0 passed, 0 failed, 1 skipped")
		case "red":
			fmt.Fprint(out, "3 passed, 2 failed, 0 skipped\nmake: *** [red] Error 1\n")
			return broken
		case "stop":
			return broken
		}
		return nil
	}
	for _, c := range []struct {
		name  string
		steps []string
		want  string
	}{
		{"adds up", []string{"lint", "unit", "race"}, "8 passed, 0 failed, 3 skipped"},
		{"goes on after a failure", []string{"stop", "red", "unit"}, "10 passed, 3 failed, 2 skipped"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out bytes.Buffer
			var clock time.Time
			err := steps(&out, c.steps, runSteps, func() time.Time { clock = clock.Add(time.Second); return clock })
			body, last := splitLast(out.String())
			if last != c.want {
				t.Errorf("last line %q, want %q", last, c.want)
			}
			if failed := !strings.Contains(c.want, " 0 failed"); failed != errors.Is(err, errFailed) {
				t.Errorf("error %v", err)
			}
			for _, s := range c.steps {
				if !strings.Contains(body, "== "+s+"\n") || !strings.Contains(body, "1.0 s") {
					t.Errorf("step %s or its duration is not in:\n%s", s, body)
				}
			}
		})
	}
}

func splitLast(s string) (body, last string) {
	s = strings.TrimSuffix(s, "\n")
	i := strings.LastIndexByte(s, '\n')
	return s[:i+1], s[i+1:]
}
