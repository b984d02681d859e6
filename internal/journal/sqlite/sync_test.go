package sqlite_test

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline/internal/journal"
	"github.com/plumbline-project/plumbline/internal/journal/sqlite"
)

// syncsOf names the database in the environment of a process that appends twenty times, one after the other.
const syncsOf = "PLUMBLINE_TEST_SYNCS_OF"

const commits = 20

func appendTwenty(path string) {
	ctx := context.Background()
	s, err := sqlite.Create(ctx, path)
	if err != nil {
		panic(err)
	}
	j, err := journal.Open(ctx, config(s))
	if err != nil {
		panic(err)
	}
	for i := range commits {
		fmt.Println("commit", i)
		if _, err := j.Append(ctx, [][]byte{benchRecord(1, i)}); err != nil {
			panic(err)
		}
		fmt.Println("acknowledged", i)
	}
}

// TestSyncs watches the system calls of twenty commits: each has a sync of the write-ahead log between the call and the
// acknowledgement, and the folder was synced before the first.
func TestSyncs(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not here to count system calls")
	}
	dir := t.TempDir()
	path, trace := filepath.Join(dir, "ledger.db"), filepath.Join(dir, "trace")
	cmd := exec.CommandContext(t.Context(), strace, "-f", "-y", "-s", "40", "-e", "trace=fsync,fdatasync,write", "-o", trace, os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), syncsOf+"="+path)
	if out, err := cmd.CombinedOutput(); err != nil {
		if strings.Contains(string(out), "ptrace") {
			t.Skip("this machine does not let a process be traced")
		}
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begun := strings.Cut(string(text), `"commit 0`)
	if !begun || !syncs(before, "<"+dir+">") {
		t.Error("the folder is not synced before the first commit")
	}
	for i := range commits {
		var one string
		if one, rest, begun = strings.Cut(rest, fmt.Sprintf(`"acknowledged %d\n`, i)); !begun {
			t.Fatalf("commit %d is not in the trace", i)
		}
		if !syncs(one, path+"-wal>") {
			t.Errorf("commit %d is acknowledged without a sync of the log:\n%s", i, one)
		}
	}
}

// syncs reports whether a trace holds a sync of a file that succeeded.
func syncs(trace, file string) bool {
	for line := range strings.Lines(trace) {
		if strings.Contains(line, "sync(") && strings.Contains(line, file) && !strings.Contains(line, "= -1") {
			return true
		}
	}
	return false
}
