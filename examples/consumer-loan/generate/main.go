// Command generate makes the data of the example workflow:
//
//	go run ./examples/consumer-loan/generate -out DIR [-rows 50000] [-seed 1] [-defects all|none|name,name]
//
// The folder then holds all that `plumb assess DIR` needs. README.md beside it names the defects.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/plumbline-project/plumbline/examples/consumer-loan/loan"
)

func main() {
	log.SetFlags(0)
	if err := run(os.Args[1:], os.Stdout); err != nil {
		log.Fatalln("generate:", err)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("generate", flag.ExitOnError)
	dir := flags.String("out", "", "folder to write to")
	rows := flags.Int("rows", loan.DefaultRows, "number of decisions")
	seed := flags.Uint64("seed", 1, "start of all draws")
	list := flags.String("defects", "all", "all, none, or names separated by commas")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *dir == "" || flags.NArg() > 0 {
		return fmt.Errorf("wants -out DIR and no other argument, and got %q", args)
	}
	defects, err := loan.ParseDefects(*list)
	if err != nil {
		return err
	}
	data, err := loan.Generate(loan.Config{Rows: *rows, Seed: *seed, Defects: defects})
	if err != nil {
		return err
	}
	if err := data.Write(*dir); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s: %d decisions, %d reviews, %d training rows; planted: %v\n",
		*dir, len(data.Decisions), len(data.Reviews), len(data.Training), defects)
	return err
}
