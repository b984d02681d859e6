package plumbline

import (
	"errors"
	"fmt"
	"strings"
)

// Code is the kind of an error. The list is closed: every edge maps it by one table.
type Code string

// The kinds of error.
const (
	Invalid     Code = "invalid"     // the input is wrong; the person who gave it can mend it
	NotFound    Code = "not_found"   // a named file, column or entry is not there
	Conflict    Code = "conflict"    // something else is there already, and it stays
	TooLarge    Code = "too_large"   // a limit of [Limits] was passed
	Unsupported Code = "unsupported" // understood, and not built
	Unavailable Code = "unavailable" // the machine refused: disk, permission, cancelled
	Internal    Code = "internal"    // a fault of Plumbline
)

// Error is an error that a person can act on: what happened, where, and what to do.
type Error struct {
	Code    Code
	Where   string // file, line, key or column; empty where the message says it
	Message string // what happened, in one sentence without a full stop
	Hint    string // what to do about it; may be empty
	Err     error  // cause, for errors.Is and errors.As; may be nil
}

// Error gives "where: message (hint)". The message says what of the cause a person needs.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Where != "" {
		b.WriteString(e.Where)
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	if e.Hint != "" {
		b.WriteString(" (")
		b.WriteString(e.Hint)
		b.WriteString(")")
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an [Error] of the given kind. The message is the formatted text; a wrapped error (%w) becomes the cause.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), Err: errors.Unwrap(err)}
}

// CodeOf returns the kind of the first [Error] in err's chain, and [Internal] where there is none.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}
