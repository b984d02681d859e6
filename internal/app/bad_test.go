package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
)

const plainFile = `workflow: w
title: w
sector: other
decision: {column: d, favourable: ["1"]%s}
data:
  decisions: {file: d.csv}
  sensitive: [{column: g, source: s, basis: b, delete_by: 2030-01-01}]
fairness: {primary: demographic_parity, reason: r, by: p, on: 2026-11-01}
`

// lines repeats a CSV line.
func lines(n int, line string) string { return strings.Repeat(line+"\n", n) }

// TestBadDataNeverGiveAWrongVerdict assesses data that are damaged, empty or extreme. Each gives a clear error (exit 2) or an
// honest finding that is not tested, and never a verdict that the data do not bear. Damaged files: internal/table; damaged
// workflow files: internal/workflow.
func TestBadDataNeverGiveAWrongVerdict(t *testing.T) {
	two := lines(200, "a,1") + lines(200, "a,0") + lines(200, "b,1") + lines(200, "b,0")
	for _, c := range []struct {
		name, extra, csv string
		stderr           string           // exit 2 with this
		reason           plumbline.Reason // else the reason of the finding on g
		bad              int64            // rows that do not parse
	}{
		{name: "empty file", csv: "", stderr: "d.csv"},
		{name: "header only", csv: "g,d\n", reason: plumbline.NoData},
		{name: "one row", csv: "g,d\na,1\n", reason: plumbline.Constant},
		{name: "one group", csv: "g,d\n" + lines(99, "a,1") + lines(99, "a,0"), reason: plumbline.OneGroup},
		{name: "all sensitive values missing", csv: "g,d\n" + lines(99, ",1") + lines(99, ",0"), reason: plumbline.OneGroup},
		{name: "constant favourable decision", csv: "g,d\n" + lines(400, "a,1") + lines(400, "b,1"), reason: plumbline.Constant},
		{name: "favourable value never occurs", csv: "g,d\n" + lines(9, "a,0") + lines(9, "b,0"), stderr: `value "1" of column "d" never occurs`},
		{name: "small groups", csv: "g,d\n" + lines(20, "a,1") + lines(20, "b,0"), reason: plumbline.TooFew},
		{name: "100,000 categories", csv: "g,d\n" + categories(100_000), reason: plumbline.TooManyGroups},
		{name: "300 categories", csv: "g,d\n" + categories(300), reason: plumbline.TooManyGroups},
		{name: "a decision in none of the lists", extra: `, adverse: ["0"]`, csv: "g,d\n" + lines(99, "a,1") + lines(99, "b,0") + lines(400, "b,2"), stderr: `value "2" of column "d" is in none of the lists`},
		{name: "every decision missing", csv: "g,d\n" + lines(99, "a,") + lines(99, "b,"), stderr: "never occurs"},
		{name: "no column of that name", csv: "group,d\na,1\n", stderr: `its columns are "group", "d"`},
		{name: "score of text", extra: ", score: {column: s, favourable: high, kind: probability}, label: {column: y, favourable: [\"1\"]}", csv: "g,d,s,y\n" + lines(99, "a,1,x,1") + lines(99, "b,0,y,0"), stderr: "column s"},
		{name: "score of NaN and infinities", extra: ", score: {column: s, favourable: high, kind: probability}, label: {column: y, favourable: [\"1\"]}", csv: "g,d,s,y\n" + lines(99, "a,1,NaN,1") + lines(99, "a,0,inf,0") + lines(99, "b,1,-inf,1") + lines(99, "b,0,0.5,0")},
		{name: "score beyond 1", extra: ", score: {column: s, favourable: high, kind: probability}, label: {column: y, favourable: [\"1\"]}", csv: "g,d,s,y\n" + lines(99, "a,1,7,1") + lines(99, "a,0,3,0") + lines(99, "b,1,1.5,1") + lines(99, "b,0,-2,0")},
		{name: "constant score", extra: ", score: {column: s, favourable: high, kind: probability}, label: {column: y, favourable: [\"1\"]}", csv: "g,d,s,y\n" + lines(99, "a,1,0.5,1") + lines(99, "a,0,0.5,0") + lines(99, "b,1,0.5,1") + lines(99, "b,0,0.5,0")},
		{name: "label without a value", extra: ", label: {column: y, favourable: [\"1\"]}", csv: "g,d,y\n" + lines(99, "a,1,") + lines(99, "b,0,"), stderr: `value "1" of column "y" never occurs`},
		{name: "hostile names", csv: "g,d\n" + lines(200, `"<script>alert(1)</script>",1`) + lines(200, "\"=cmd|' /C calc'!A0\",0") + lines(200, "\"\u202egnp.exe\",1"), reason: ""},
		{name: "ragged rows among good ones", csv: "g,d\n" + two + "a\nb,1,2,3\n", bad: 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "plumbline.yaml", fmt.Sprintf(plainFile, c.extra))
			write(t, dir, "d.csv", c.csv)
			code, stdout, stderr := plumb(t, "assess", dir, "--json")
			if c.stderr != "" {
				if code != 2 || !strings.Contains(stderr, c.stderr) {
					t.Fatalf("exit %d, stderr %q; want 2 and %q", code, stderr, c.stderr)
				}
				return
			}
			if code != 0 {
				t.Fatalf("exit %d: %s", code, stderr)
			}
			var a plumbline.Assessment
			if err := json.Unmarshal([]byte(stdout), &a); err != nil {
				t.Fatal(err)
			}
			honest(t, &a, c.reason)
			if a.Inputs[0].Bad != c.bad || len(a.Inputs[0].First) != int(c.bad) {
				t.Errorf("%d bad rows, %d listed, want %d", a.Inputs[0].Bad, len(a.Inputs[0].First), c.bad)
			}
			safe(t, dir, stdout)
		})
	}
}

// TestPipesAreRefused: to open one would wait for ever.
func TestPipesAreRefused(t *testing.T) {
	for _, name := range []string{"d.csv", "plumbline.yaml"} {
		dir := t.TempDir()
		write(t, dir, "plumbline.yaml", fmt.Sprintf(plainFile, ""))
		write(t, dir, "d.csv", "g,d\na,1\n")
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("mkfifo", filepath.Join(dir, name)).CombinedOutput(); err != nil {
			t.Skipf("mkfifo: %v %s", err, out)
		}
		if code, _, stderr := plumb(t, "assess", dir); code != 2 || !strings.Contains(stderr, "pipe") {
			t.Errorf("%s: exit %d, %s", name, code, stderr)
		}
	}
}

// honest holds the finding of MB-03 on g against the reason that is due.
func honest(t *testing.T, a *plumbline.Assessment, reason plumbline.Reason) {
	t.Helper()
	for _, f := range a.Findings {
		if f.ID != "MB-03/g" {
			continue
		}
		if f.Reason != reason || reason != "" && f.State != plumbline.NotTested {
			t.Errorf("%s (%q), want not-tested (%q): %s", f.State, f.Reason, reason, f.Statement.EN)
		}
		return
	}
	t.Error("no finding MB-03/g")
}

// safe looks for data that became markup, or reached a terminal as it was.
func safe(t *testing.T, dir, stdout string) {
	t.Helper()
	for _, lang := range []string{"en", "zh-CN"} {
		page, err := os.ReadFile(filepath.Join(dir, "report", "report."+lang+".html"))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(page, []byte("<script")) || bytes.ContainsRune(page, '\u202e') {
			t.Errorf("report.%s.html holds data as markup or as a direction mark", lang)
		}
		if len(page) > 2<<20 {
			t.Errorf("report.%s.html has %d bytes", lang, len(page))
		}
	}
	if strings.ContainsRune(stdout, '\u202e') || strings.ContainsRune(stdout, '\x1b') {
		t.Error("data reached the terminal as they were")
	}
}

func write(t *testing.T, dir, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func categories(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "c%d,%d\n", i, i%2)
	}
	return b.String()
}
