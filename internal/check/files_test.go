//go:build unix

package check_test

import (
	"context"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// TestPipesAreNotOpened gives every key that names a file a pipe that nobody writes to: opening one would wait forever.
func TestPipesAreNotOpened(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe.md"), 0o600); err != nil {
		t.Skipf("this file system has no pipes: %v", err)
	}
	in := inputOf(t, [][]string{{"group", "decision", "label"}, {"a", "1", "1"}, {"b", "0", "0"}})
	in.Files = os.DirFS(dir)
	f := &workflow.File{Explanation: &workflow.Explanation{Purpose: "pipe.md", Mechanism: "pipe.md", Limits: "pipe.md"}}
	f.Data.Documents = []string{"pipe.md"}
	f.Data.Texts = []workflow.TextData{{Files: []string{"*.md"}, Kind: "prompt"}}
	f.Models = []workflow.Model{{Provider: "x", Name: "y", Training: workflow.ModelTraining{Document: "pipe.md"}}, {File: "pipe.md"}}
	in.File = f
	done := make(chan string)
	go func() {
		for _, c := range check.Catalog() {
			switch c.ID {
			case "explain.documentation", "explain.training_data", "data.texts", "data.fingerprint", "security.secrets", "security.artifacts":
				if _, err := c.Run(context.Background(), &in); err != nil {
					t.Errorf("%s: %v", c.ID, err)
				}
				done <- c.ID
			}
		}
		close(done)
	}()
	n := 0
	for {
		select {
		case _, more := <-done:
			if !more {
				if n != 6 {
					t.Errorf("%d checks ran", n)
				}
				return
			}
			n++
		case <-time.After(20 * time.Second):
			t.Fatal("a pipe is waited for")
		}
	}
}
