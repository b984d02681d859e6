// Command plumb assesses AI workflows. "plumb --help" says what it can do.
//
// It only turns the process into values; everything else is in internal/app.
package main

import (
	"context"
	"os"
	"os/signal"
	"time"

	"golang.org/x/term"

	"github.com/plumbline-project/plumbline/internal/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	go func() { // a second interrupt ends the program at once
		<-ctx.Done()
		stop()
	}()
	code := app.Main(ctx, app.Process{
		Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Terminal: term.IsTerminal(int(os.Stderr.Fd())),
		Now: time.Now, Getenv: os.Getenv,
	})
	stop()
	os.Exit(code)
}
