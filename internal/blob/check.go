package blob

import (
	"context"
	"fmt"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// Limits of names and objects, in bytes. They are the least of what the storages take: file systems have 255 for a segment, S3 has
// 1,024 for a name. An object is read into memory whole.
const (
	MaxName    = 512
	MaxSegment = 255
	MaxSize    = 1 << 30
)

// CheckName returns an error of code invalid unless name is one or more segments of A-Z a-z 0-9 "." "_" "-" joined by "/", none of
// them empty, "." or "..", within [MaxName] and [MaxSegment]. Such a name is the same on every storage, needs no escaping in a URL,
// and leaves every other character for what a driver keeps beside the objects.
func CheckName(name string) error {
	if name == "" || len(name) > MaxName {
		return invalid(name, fmt.Sprintf("the name of an object has %d bytes, 1 to %d are allowed", len(name), MaxName))
	}
	for segment := range strings.SplitSeq(name, "/") {
		switch {
		case segment == "" || segment == "." || segment == "..":
			return invalid(name, fmt.Sprintf("the name of an object has the segment %q", segment))
		case len(segment) > MaxSegment:
			return invalid(name, fmt.Sprintf("a segment of the name of an object has %d bytes, %d are allowed", len(segment), MaxSegment))
		case strings.ContainsFunc(segment, foreign):
			return invalid(name, "the name of an object has a character that is not one of A-Z a-z 0-9 . _ - /")
		}
	}
	return nil
}

func foreign(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '.', r == '_', r == '-':
		return false
	}
	return true
}

// Mutable reports whether name is that of an object which [Replacer] writes and PutIfAbsent refuses: its last segment is "checkpoint".
func Mutable(name string) bool {
	return name == "checkpoint" || strings.HasSuffix(name, "/checkpoint")
}

// CheckPut returns the error that PutIfAbsent has to give for its arguments alone, or nil.
func CheckPut(name string, size int) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if Mutable(name) {
		return invalid(name, "a checkpoint is replaced, not put: it is the one object that changes")
	}
	return CheckSize(name, int64(size))
}

// CheckReplace returns the error that Replace has to give for its arguments alone, or nil.
func CheckReplace(name string, size int) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if !Mutable(name) {
		return invalid(name, "only a checkpoint is replaced: all other objects are immutable")
	}
	return CheckSize(name, int64(size))
}

// CheckSize returns an error of code too_large for an object of more than [MaxSize] bytes.
func CheckSize(name string, size int64) error {
	if size <= MaxSize {
		return nil
	}
	return &plumbline.Error{
		Code: plumbline.TooLarge, Where: name, Message: fmt.Sprintf("the object has %d bytes, %d are allowed", size, MaxSize),
		Hint: "read it by ranges, store it in parts",
	}
}

// CheckRange returns the error of GetRange for a range of an object of size bytes, or nil.
func CheckRange(name string, size, offset, length int64) error {
	if offset < 0 || length < 0 || offset > size || length > size-offset {
		return invalid(name, fmt.Sprintf("%d bytes from %d are not within the object of %d bytes", length, offset, size))
	}
	return CheckSize(name, length)
}

// CheckContext returns an error of code unavailable when the context has ended.
func CheckContext(ctx context.Context, name string) error {
	if err := ctx.Err(); err != nil {
		return &plumbline.Error{Code: plumbline.Unavailable, Where: name, Message: "the storage was not asked: the call was cancelled", Err: err}
	}
	return nil
}

// NotFound is the error for an object that is not there; err is the cause, and may be nil.
func NotFound(name string, err error) error {
	return &plumbline.Error{Code: plumbline.NotFound, Where: name, Message: "there is no such object", Err: err}
}

// Conflict is the error for a name under which something else is.
func Conflict(name string) error {
	return &plumbline.Error{
		Code: plumbline.Conflict, Where: name, Message: "other bytes are there under this name, and objects are immutable",
		Hint: "two writers disagree, or what is there was damaged; neither is mended by writing over it",
	}
}

func invalid(name, message string) error {
	if len(name) > MaxName {
		name = strings.ToValidUTF8(name[:64], "") + "…"
	}
	return &plumbline.Error{Code: plumbline.Invalid, Where: fmt.Sprintf("%q", name), Message: message}
}
