package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/plumbline-project/plumbline"
)

// openFolder opens the folder of a workflow for a command. Nothing outside it is read, not even through a link. A file in its
// place is answered with what to type instead.
func openFolder(command, dir string) (*os.Root, error) {
	root, err := os.OpenRoot(dir)
	if err == nil {
		return root, nil
	}
	e := &plumbline.Error{Code: plumbline.NotFound, Where: dir, Message: "the folder cannot be opened: " + cause(err), Err: err}
	parent := typed(filepath.Dir(dir))
	switch info, there := os.Stat(dir); {
	case there == nil && !info.IsDir():
		e.Code, e.Message, e.Hint = plumbline.Invalid, "this is a file, and a workflow is a folder", "name its folder: plumb "+command+" "+parent
		if _, missing := os.Stat(filepath.Join(filepath.Dir(dir), workflowFile)); command == "assess" && errors.Is(missing, fs.ErrNotExist) {
			e.Hint = "write a workflow file for its folder first: plumb init " + parent + "; then: plumb assess " + parent
		}
	case command == "init":
		e.Hint = "name the folder that holds the tables or the definition of the workflow"
	default:
		e.Hint = "name the folder that holds plumbline.yaml, or write one with: plumb init DIR"
	}
	return nil, e
}

// cause is what went wrong with a file, without the path, which the message has already.
func cause(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// typed writes a path as it is typed into a shell.
func typed(path string) string {
	plain := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_./-", r) }
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	if strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) >= 0 {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return path
}
