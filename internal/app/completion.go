package app

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

type completionCmd struct {
	Shell string `arg:"" help:"Shell: bash, zsh or fish." enum:"bash,zsh,fish"`
}

// Run prints the script that completes commands and flags. It is made from the command line itself, so the two cannot differ.
func (c *completionCmd) Run(k *kong.Context, p *Process) error {
	var b strings.Builder
	commands := k.Model.Leaves(true)
	switch c.Shell {
	case "fish":
		fishCompletion(&b, commands)
	case "zsh":
		b.WriteString("#compdef plumb\nautoload -U +X bashcompinit && bashcompinit\n")
		bashCompletion(&b, commands)
	default:
		bashCompletion(&b, commands)
	}
	_, err := io.WriteString(p.Stdout, b.String())
	return err
}

// flagsOf lists the flags of a command, the ones for all commands last.
func flagsOf(n *kong.Node) []*kong.Flag {
	var out []*kong.Flag
	for _, group := range n.AllFlags(true) {
		out = append(group, out...)
	}
	return out
}

// choices of a flag or argument; nil where any text will do.
func choices(v *kong.Value) []string {
	return slices.DeleteFunc(v.EnumSlice(), func(s string) bool { return s == "" })
}

// bashCompletion writes a function that needs nothing but bash itself. No word in it comes from data.
func bashCompletion(b *strings.Builder, commands []*kong.Node) {
	var names []string
	for _, n := range commands {
		names = append(names, n.Name)
	}
	fmt.Fprintf(b, "_plumb() {\n  local cur=\"${COMP_WORDS[COMP_CWORD]}\" prev=\"${COMP_WORDS[COMP_CWORD-1]}\"\n  COMPREPLY=()\n")
	fmt.Fprintf(b, "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W %q -- \"$cur\"))\n    return\n  fi\n", strings.Join(names, " ")+" --help")
	b.WriteString("  case \"${COMP_WORDS[1]} $prev\" in\n")
	for _, n := range commands {
		for _, f := range flagsOf(n) {
			if c := choices(f.Value); len(c) > 0 {
				fmt.Fprintf(b, "    \"%s --%s\") COMPREPLY=($(compgen -W %q -- \"$cur\")); return ;;\n", n.Name, f.Name, strings.Join(c, " "))
			} else if !f.IsBool() {
				fmt.Fprintf(b, "    \"%s --%s\") COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n", n.Name, f.Name)
			}
		}
	}
	b.WriteString("  esac\n  case \"${COMP_WORDS[1]}\" in\n")
	for _, n := range commands {
		var flags []string
		for _, f := range flagsOf(n) {
			flags = append(flags, "--"+f.Name)
		}
		fmt.Fprintf(b, "    %s)\n      if [ \"${cur#-}\" != \"$cur\" ]; then COMPREPLY=($(compgen -W %q -- \"$cur\"))\n", n.Name, strings.Join(flags, " "))
		for _, a := range n.Positional {
			if c := choices(a); len(c) > 0 {
				fmt.Fprintf(b, "      else COMPREPLY=($(compgen -W %q -- \"$cur\"))\n", strings.Join(c, " "))
			} else {
				b.WriteString("      else COMPREPLY=($(compgen -d -- \"$cur\"))\n")
			}
			break
		}
		b.WriteString("      fi ;;\n")
	}
	b.WriteString("  esac\n}\ncomplete -o filenames -F _plumb plumb\n")
}

func fishCompletion(b *strings.Builder, commands []*kong.Node) {
	line := func(s string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(strings.SplitN(s, ". ", 2)[0]) + "'"
	}
	for _, n := range commands {
		fmt.Fprintf(b, "complete -c plumb -n __fish_use_subcommand -f -a %s -d %s\n", n.Name, line(n.Help))
		for _, f := range flagsOf(n) {
			fmt.Fprintf(b, "complete -c plumb -n '__fish_seen_subcommand_from %s' -l %s -d %s", n.Name, f.Name, line(f.Help))
			if c := choices(f.Value); len(c) > 0 {
				fmt.Fprintf(b, " -x -a %s", line(strings.Join(c, " ")))
			} else if !f.IsBool() {
				b.WriteString(" -r")
			}
			b.WriteByte('\n')
		}
		for _, a := range n.Positional {
			if c := choices(a); len(c) > 0 {
				fmt.Fprintf(b, "complete -c plumb -n '__fish_seen_subcommand_from %s' -f -a %s\n", n.Name, line(strings.Join(c, " ")))
			}
		}
	}
}
