package app_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/plumbline-project/plumbline/internal/app"
)

// TestMain lets scripts run the program itself under the name plumb.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"plumb": func() {
		os.Exit(app.Main(context.Background(), app.Process{
			Stdin: os.Stdin,
			Args:  os.Args[1:], Stdout: os.Stdout, Stderr: os.Stderr, Now: time.Now, Getenv: os.Getenv,
		}))
	}})
}

// TestScripts runs whole flows; each script is a tutorial too.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script"})
}
