package planted

import (
	"flag"
	"fmt"
	"io"
	"strings"
)

// Config says what to make.
type Config struct {
	Rows    int    // decisions; 0 = the example's own number
	Seed    uint64 // start of all draws
	Defects []Name // what to plant; nil = no defect
}

// Example is an example workflow, as a command makes it.
type Example struct {
	Rows    int // default
	Defects []Defect
	Make    func(Config) (files []File, summary string, err error)
}

// Run makes an example as the arguments of a command ask for, and tells on out what it made.
func Run(example Example, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("generate", flag.ExitOnError)
	dir := flags.String("out", "", "folder to write to")
	rows := flags.Int("rows", example.Rows, "number of decisions")
	seed := flags.Uint64("seed", 1, "start of all draws")
	list := flags.String("defects", "all", "all, none, or names separated by commas")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir == "" || flags.NArg() > 0 {
		return fmt.Errorf("wants -out DIR and no other argument, and got %q", args)
	}
	names, err := Parse(*list, example.Defects)
	if err != nil {
		return err
	}
	files, summary, err := example.Make(Config{Rows: *rows, Seed: *seed, Defects: names})
	if err != nil {
		return err
	}
	kept, err := Write(*dir, files)
	if err != nil {
		return err
	}
	if len(kept) > 0 {
		summary += "\nkept as they were, without the asked change: " + strings.Join(kept, ", ") + " (write to a new folder to have them)"
	}
	_, err = fmt.Fprintf(out, "%s: %s\nplanted: %v\n", *dir, summary, names)
	return err
}
