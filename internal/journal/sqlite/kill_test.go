package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plumbline-project/plumbline/internal/journal"
	"github.com/plumbline-project/plumbline/internal/journal/sqlite"
	"github.com/plumbline-project/plumbline/ledger"
)

// childOf names the database in the environment of a process that only appends.
const childOf = "PLUMBLINE_TEST_APPEND_TO"

func TestMain(m *testing.M) {
	if path := os.Getenv(childOf); path != "" {
		appendForever(path)
	}
	if path := os.Getenv(syncsOf); path != "" {
		appendTwenty(path)
		return
	}
	os.Exit(m.Run())
}

// appendForever appends from four callers and prints the id of each record that was acknowledged, until it is killed.
func appendForever(path string) {
	ctx := context.Background()
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		s, err = sqlite.Create(ctx, path)
	}
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	j, err := journal.Open(ctx, config(s))
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	round := os.Getpid()
	out := make(chan string, 100)
	for caller := range 4 {
		go func() {
			for i := 0; ; i++ {
				batch := [][]byte{benchRecord(round*10+caller, 2*i), benchRecord(round*10+caller, 2*i+1)}
				acks, err := j.Append(ctx, batch)
				if err != nil {
					out <- "error " + err.Error()
					return
				}
				for _, a := range acks {
					if a.Status == journal.Recorded {
						out <- a.ID
					}
				}
			}
		}()
	}
	for line := range out {
		fmt.Println(line)
	}
}

// TestKilled kills a process that appends, again and again, on one database. Whatever it acknowledged is there, once, and the chain
// holds. A kill alone does not prove a sync: that is for the tests that count them.
func TestKilled(t *testing.T) {
	kills := 25
	if n, err := strconv.Atoi(os.Getenv("PLUMBLINE_TEST_KILLS")); err == nil {
		kills = n
	}
	if testing.Short() {
		t.Skip("-short: processes are started and killed")
	}
	path := filepath.Join(t.TempDir(), "ledger.db")
	acknowledged := map[string]bool{}
	for kill := range kills {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), childOf+"="+path)
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(stdout)
		first := lines.Scan() // it has begun
		timer := time.AfterFunc(time.Duration(kill*7919%90)*time.Millisecond, func() { _ = cmd.Process.Kill() })
		for ok := first; ok; ok = lines.Scan() {
			if line := lines.Text(); strings.HasPrefix(line, "error") {
				t.Fatal(line)
			} else if strings.HasPrefix(line, "d-") {
				acknowledged[line] = true
			}
		}
		_ = cmd.Wait()
		timer.Stop()
	}
	found := map[string]int{}
	s := open(t, path)
	head := ledger.FirstHead("ledger.example/test", "a")
	for row, err := range s.Rows(t.Context(), 1) {
		if err != nil {
			t.Fatal(err)
		}
		if err := row.Verify(head); err != nil {
			t.Fatal(err)
		}
		head = row.Head
		records, err := row.Records()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			p, err := ledger.ParseRecord(r.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			found[p.ID]++
		}
	}
	for id := range acknowledged {
		if found[id] != 1 {
			t.Errorf("%s was acknowledged and is there %d times", id, found[id])
		}
	}
	if len(acknowledged) < kills {
		t.Errorf("%d records were acknowledged over %d kills: the test shows nothing", len(acknowledged), kills)
	}
	t.Logf("%d kills, %d records acknowledged, %d kept", kills, len(acknowledged), len(found))
}
