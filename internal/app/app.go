package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/plumbline-project/plumbline"
)

// The exit statuses.
const (
	exitOK       = 0
	exitFindings = 1
	exitInput    = 2
	exitFault    = 3
)

// Process is what the program may touch of the world around it.
type Process struct {
	Args     []string  // without the program's name
	Stdin    io.Reader // may be nil
	Stdout   io.Writer
	Stderr   io.Writer
	Terminal bool             // Stderr is a terminal: progress is shown
	Now      func() time.Time // today's date, and the pace of progress
	Getenv   func(string) string
}

// commands is the command line.
type commands struct {
	Assess  assessCmd  `cmd:"" help:"Assess the workflow of a folder that holds a plumbline.yaml, and write the reports."`
	Init    initCmd    `cmd:"" help:"Write a plumbline.yaml for a folder: what it finds there, with every guess marked."`
	Verify  verifyCmd  `cmd:"" help:"Verify a bundle or a receipt of a ledger, offline, by a policy file that you hold."`
	Ledger  ledgerCmd  `cmd:"" help:"Record what workflows do, so that every later change shows."`
	Checks  checksCmd  `cmd:"" help:"List the checks, or explain one."`
	Version versionCmd `cmd:"" help:"Print the version."`

	Schema     schemaCmd     `cmd:"" help:"Print the JSON Schema of plumbline.yaml or of assessment.json, for editors and other tools."`
	Completion completionCmd `cmd:"" help:"Print a script that completes commands and flags in a shell."`
}

const about = `Plumbline (准绳) assesses the risk of AI workflow automations and proves it.

Start with a folder that holds a table of decisions (CSV, XLSX, …), an export of the workflow from n8n, or both. "plumb init DIR" writes DIR/plumbline.yaml;
confirm its guesses; "plumb assess DIR" writes the reports: DIR/report/report.en.html and report.zh-CN.html.

Exit status: 0 done; 1 findings reach the level of --fail-on, or something that was verified is missing, overdue or broken; 2 wrong use, or input that cannot be read; 3 a fault of Plumbline.`

// errFindings ends a run whose findings reach the level of --fail-on.
var errFindings = errors.New("findings reach the level of --fail-on")

// Main runs the program and returns its exit status.
func Main(ctx context.Context, p Process) int {
	var c commands
	exit := -1
	parser, err := kong.New(&c, kong.Name("plumb"), kong.Writers(p.Stdout, p.Stderr), kong.Exit(func(code int) { exit = code }),
		kong.Description(about),
		kong.Vars{"lang": string(defaultLang(p.Getenv))}, kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(&p))
	if err != nil {
		fmt.Fprintln(p.Stderr, "plumb:", err)
		return exitFault
	}
	k, err := parser.Parse(p.Args)
	if exit >= 0 { // --help
		return exit
	}
	if err != nil {
		fmt.Fprintln(p.Stderr, "plumb:", printable(err.Error()))
		fmt.Fprintln(p.Stderr, `Run "plumb --help" to see what there is.`)
		return exitInput
	}
	return status(p.Stderr, k.Run())
}

// status says how a command ended.
func status(stderr io.Writer, err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errFindings), errors.Is(err, errBroken):
		return exitFindings
	case errors.Is(err, errNotJudged):
		return exitInput
	}
	fmt.Fprintln(stderr, "plumb:", printable(err.Error()))
	if plumbline.CodeOf(err) == plumbline.Internal {
		return exitFault
	}
	return exitInput
}

// defaultLang is Chinese where the environment asks for it, else English.
func defaultLang(getenv func(string) string) plumbline.Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if strings.HasPrefix(strings.ToLower(v), "zh") {
				return plumbline.Chinese
			}
			return plumbline.English
		}
	}
	return plumbline.English
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run(p *Process) error {
	t := tool()
	_, err := fmt.Fprintf(p.Stdout, "%s %s (%s, %s)\n", t.Name, t.Version, t.Go, t.Arch)
	return err
}

// tool describes this binary.
func tool() plumbline.Tool {
	t := plumbline.Tool{Name: "Plumbline", Version: "devel", Go: runtime.Version(), Arch: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		t.Version = info.Main.Version
	}
	return t
}

// printable makes an error that may quote data safe for a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (r < 0x20 || r == 0x7f || r >= 0x80 && r < 0xa0 || r >= 0x200b && r <= 0x200f || r >= 0x202a && r <= 0x202e || r >= 0x2060 && r <= 0x206f) {
			return '\uFFFD'
		}
		return r
	}, s)
}
