package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// event is a line of "go test -json" (go doc test2json).
type event struct {
	Action      string
	Package     string
	ImportPath  string // of build output
	Test        string
	Output      string
	Elapsed     float64
	FailedBuild string
}

// wantsData tells a skip for want of the real data, which lie in ../shared, from any other.
var wantsData = regexp.MustCompile(`\bshared\b`)

// maxOutput bounds what is kept of the output of one test: its last bytes.
const maxOutput = 64 << 10

// tally is what is known of a run so far.
type tally struct {
	out     io.Writer
	data    bool // the real data are there
	count   count
	output  map[string][]byte   // package, or package and test → end of the output so far
	parent  map[string]bool     // tests that have subtests
	broken  map[string]bool     // tests under which something failed
	reasons map[string][]string // reason for skipping → tests
	missed  []string            // skipped for want of data that are there
}

// tests reads the stream to its end, prints a line for each package, the output of what failed and the reasons of what was
// skipped, and closes with the count. Only tests without subtests are counted. A package that fails with no failed test (it
// does not build, it panics outside a test, it exits) counts as one failure; so does a run in which no test ran.
func tests(in io.Reader, out io.Writer, data, one bool) error {
	t := &tally{
		out: out, data: data, output: map[string][]byte{}, parent: map[string]bool{},
		broken: map[string]bool{}, reasons: map[string][]string{},
	}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		t.line(line)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	return t.close(one)
}

func (t *tally) line(line string) {
	var e event
	if !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &e) != nil {
		_, _ = io.WriteString(t.out, line) // not of test2json: a message of go itself
		return
	}
	key := e.Package + e.ImportPath
	if e.Test != "" {
		key += " " + e.Test
	}
	switch e.Action {
	case "run":
		for name := range around(e.Test) {
			t.parent[e.Package+" "+name] = true
		}
	case "output", "build-output":
		kept := append(t.output[key], e.Output...)
		if len(kept) > 2*maxOutput {
			kept = append(kept[:0], kept[len(kept)-maxOutput:]...)
		}
		t.output[key] = kept
	case "pass", "fail", "skip":
		if e.Test == "" {
			t.packageEnd(e)
		} else {
			t.testEnd(e, key)
		}
		delete(t.output, key)
	}
}

func (t *tally) testEnd(e event, key string) {
	switch {
	case e.Action == "fail" && (!t.parent[key] || !t.broken[key]):
		t.count.failed++
		t.breaks(e)
		fmt.Fprintf(t.out, "FAIL %s\n%s", key, t.output[key])
	case e.Action == "fail": // a subtest of it was counted; its own words may still explain
		_, _ = t.out.Write(t.output[key])
	case t.parent[key]:
	case e.Action == "skip":
		t.count.skipped++
		reason := skipReason(string(t.output[key]))
		t.reasons[reason] = append(t.reasons[reason], key)
		if t.data && wantsData.MatchString(reason) {
			t.missed = append(t.missed, key)
		}
	default:
		t.count.passed++
	}
}

// breaks marks the package and every test around a failed one.
func (t *tally) breaks(e event) {
	t.broken[e.Package] = true
	for name := range around(e.Test) {
		t.broken[e.Package+" "+name] = true
	}
}

// around yields the names of the tests around a subtest, nearest first. A subtest's own name may hold slashes; a name that is
// then no test does no harm.
func around(test string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := strings.LastIndexByte(test, '/'); i >= 0 && yield(test[:i]); i = strings.LastIndexByte(test[:i], '/') {
		}
	}
}

func (t *tally) packageEnd(e event) {
	switch e.Action {
	case "fail":
		fmt.Fprintf(t.out, "FAIL %s  %.1f s\n", e.Package, e.Elapsed)
		if !t.broken[e.Package] {
			t.count.failed++
			_, _ = t.out.Write(t.output[e.Package])
			if e.FailedBuild != "" {
				_, _ = t.out.Write(t.output[e.FailedBuild])
			}
		}
	case "pass":
		fmt.Fprintf(t.out, "ok   %s  %.1f s\n", e.Package, e.Elapsed)
	}
}

func (t *tally) close(one bool) error {
	for _, reason := range slices.Sorted(maps.Keys(t.reasons)) {
		fmt.Fprintf(t.out, "skipped: %s\n", reason)
		for _, name := range t.reasons[reason] {
			fmt.Fprintf(t.out, "    %s\n", name)
		}
	}
	if len(t.missed) > 0 {
		t.count.failed += len(t.missed)
		t.count.skipped -= len(t.missed)
		fmt.Fprintf(t.out, "FAIL: the real data are there, and yet these tests were skipped for want of them:\n    %s\n",
			strings.Join(t.missed, "\n    "))
	}
	if t.count.passed+t.count.failed == 0 {
		t.count.failed = 1
		fmt.Fprintln(t.out, "FAIL: no test ran")
	}
	failed := t.count.failed > 0
	if one {
		fmt.Fprintf(t.out, "this run: %s; counted as one\n", t.count)
		t.count = count{passed: 1}
		if failed {
			t.count = count{failed: 1}
		}
	}
	fmt.Fprintln(t.out, t.count)
	if failed {
		return errFailed
	}
	return nil
}

// skipReason is what a skipped test printed, without the marks of the test runner and the place in the code.
func skipReason(output string) string {
	var words []string
	for line := range strings.Lines(output) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "=== ") || strings.HasPrefix(line, "--- SKIP") {
			continue
		}
		words = append(words, sourcePlace.ReplaceAllString(line, ""))
	}
	if len(words) == 0 {
		return "no reason given"
	}
	return strings.Join(words, " ")
}

var sourcePlace = regexp.MustCompile(`^\S+\.go:\d+: `)
