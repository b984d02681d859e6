package dir

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/plumbline-project/plumbline"
)

// absent reports whether err says that a name leads nowhere, also because one of its directories is a file.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// linkless reports whether err may say that the file system has no hard links. FAT answers "not permitted"; where that is meant as it
// is said, the rename that is tried next is not permitted either.
func linkless(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission)
}

// refused is the error for what the machine did not do. One that is of ours already stays as it is.
func refused(where, message string, err error) error {
	if e, ok := errors.AsType[*plumbline.Error](err); ok {
		return e
	}
	hint := ""
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		hint = "the disk or the quota is full: make room, then repeat; nothing that was acknowledged is lost"
	case errors.Is(err, syscall.EROFS):
		hint = "the file system may only be read: mount it for writing"
	case absent(err):
		hint = "somebody removes files or directories meanwhile: repeat the call"
	case errors.Is(err, fs.ErrPermission):
		hint = "give the user who runs this the right to read and write the directory and all in it"
	}
	return &plumbline.Error{Code: plumbline.Unavailable, Where: where, Message: message + ": " + cause(err), Hint: hint, Err: err}
}

// cause is what the system said, without the call and the path, which say nothing to a person here.
func cause(err error) string {
	if e, ok := errors.AsType[syscall.Errno](err); ok {
		return e.Error()
	}
	return err.Error()
}

// stopped is the error once the sync of a directory has failed with err, which may be nil.
func stopped(where string, err error) error {
	if err == nil {
		return nil
	}
	return &plumbline.Error{
		Code: plumbline.Unavailable, Where: where, Message: "nothing more is written, because it is not known what the disk has kept: " + cause(err),
		Hint: "look for errors of the disk in the system's log, then start again", Err: err,
	}
}

// overlap is the error for a name that is a directory of another.
func overlap(where string) error {
	return &plumbline.Error{Code: plumbline.Conflict, Where: where, Message: "its name, or the beginning of it, is both an object and a directory"}
}
