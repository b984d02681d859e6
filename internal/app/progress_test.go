package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/assess"
	"github.com/plumbline-project/plumbline/internal/table"
)

const wiped = "\r\x1b[K"

func TestProgressIsQuietForASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		s := newProgress(&Process{Stderr: &b, Terminal: true, Now: time.Now}, plumbline.English)
		s.step(assess.Step{})
		s.step(assess.Step{Check: 2, Checks: 45, Title: plumbline.Text{EN: "Calibration", ZH: "校准"}})
		time.Sleep(quiet - 1)
		synctest.Wait()
		s.mu.Lock() // the timer writes later
		if b.Len() > 0 {
			t.Errorf("shown within a second: %q", b.String())
		}
		s.mu.Unlock()
		time.Sleep(time.Nanosecond) // the check still runs: its line comes without another call
		synctest.Wait()
		s.table(table.Progress{File: "a\x1b[31m.csv", Rows: 12_000, BytesDone: 1, BytesTotal: 3})
		s.table(table.Progress{File: "b.csv", Rows: 1})
		s.done()
		s.done()
		s.step(assess.Step{})
		want := wiped + "Check 2 of 45: Calibration" + wiped + "a\uFFFD[31m.csv: 12,000 rows, 12,000 per second, 2s left" + wiped + "b.csv: one row, 1 per second" + wiped
		if b.String() != want {
			t.Errorf("%q", b.String())
		}
	})
}

func TestProgressSaysNothingOfWhatIsShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		s := newProgress(&Process{Stderr: &b, Terminal: true, Now: time.Now}, plumbline.Chinese)
		s.step(assess.Step{})
		s.done()
		time.Sleep(2 * quiet) // no timer is left, else this line would come
		synctest.Wait()
		if b.Len() > 0 {
			t.Errorf("%q", b.String())
		}
	})
}

// TestAssessShowsWhichCheckRuns has a clock by which everything takes long.
func TestAssessShowsWhichCheckRuns(t *testing.T) {
	dir := t.TempDir()
	for name, content := range map[string]string{
		"plumbline.yaml": "workflow: w\ntitle: w\nsector: other\ndecision: {column: d, favourable: [\"1\"]}\ndata:\n  decisions: {file: d.csv}\n" +
			"  sensitive: [{column: g, source: s, basis: b, delete_by: 2030-01-01}]\nfairness: {primary: demographic_parity, reason: r, by: p, on: 2026-11-01}\n",
		"d.csv": "g,d\n" + strings.Repeat("a,1\na,0\nb,1\nb,0\n", 50),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		lang     string
		terminal bool
		want     string
	}{{"en", true, ": Group sizes and missing values"}, {"zh-CN", true, " 项检查，共 "}, {"en", false, ""}} {
		now := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
		var out, stderr bytes.Buffer
		code := Main(t.Context(), Process{
			Args: []string{"assess", dir, "--lang", c.lang}, Stdout: &out, Stderr: &stderr, Terminal: c.terminal, Getenv: func(string) string { return "" },
			Now: func() time.Time { now = now.Add(2 * time.Second); return now },
		})
		got := stderr.String()
		switch {
		case code != 0:
			t.Fatal(code, got)
		case !c.terminal && got != "":
			t.Errorf("not on a terminal: %q", got)
		case c.terminal && (!strings.Contains(got, c.want) || !strings.HasSuffix(got, wiped)):
			t.Errorf("%s: %q", c.lang, got)
		}
	}
}
