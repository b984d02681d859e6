// Command gate runs the steps of "make test" and adds up what they counted.
//
//	gate steps TARGET…              run make targets one after another, with durations and one closing line
//	gate tests [-one] [-data]       read "go test -json" on standard input, print what a person needs of it
//
// The last line of both is "N passed, N failed, N skipped". A step whose own last line is such a count is added as that count;
// any other step is one, passed or failed by its exit status. A later step runs even though an earlier one failed, so that one
// run shows everything that is wrong.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout); err != nil {
		if !errors.Is(err, errFailed) {
			fmt.Fprintln(os.Stderr, "gate:", err)
		}
		os.Exit(1) //nolint:forbidigo // the command's own exit status
	}
}

// errFailed says that something failed and that it was already printed.
var errFailed = errors.New("failed")

func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	if len(args) == 0 {
		return errors.New("say what to do: steps or tests")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	one := flags.Bool("one", false, "count the whole run as one")
	data := flags.Bool("data", false, "the real data of ../shared are there: a test skipped for want of them fails the run")
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	switch args[0] {
	case "steps":
		return steps(out, flags.Args(), makeTarget(ctx), time.Now) //nolint:forbidigo // the clock of a development tool
	case "tests":
		return tests(in, out, *data, *one)
	default:
		return fmt.Errorf("unknown command %q: steps or tests", args[0])
	}
}
