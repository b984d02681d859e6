package dir

import (
	"io"
	"io/fs"
	"os"
	"runtime"
)

// system is the little of a file system that the driver needs, so that tests can put one in its place that loses what was not synced.
// Names are slash-separated and relative to the driver's root. Errors are those of package os.
type system interface {
	Create(name string) (file, error) // a new file for writing; fails where the name exists
	Open(name string) (file, error)   // a file or directory for reading
	Link(from, to string) error       // a second name; fails where it exists
	Rename(from, to string) error     // atomically takes the place of what is there
	Remove(name string) error         // a file
	Mkdir(name string) error
	OpenDir(name string) (directory, error)
}

// file is an open file. *os.File is one.
type file interface {
	io.Writer
	io.ReaderAt
	io.Closer
	Stat() (fs.FileInfo, error)
	Sync() error // makes the content durable, not the name
}

// directory is an open directory.
type directory interface {
	io.Closer
	ReadDir(n int) ([]fs.DirEntry, error)
	Sync() error // makes the entries durable, not what they lead to
}

// disk is the system of the machine, below one directory. [os.Root] follows no symbolic link out of it.
type disk struct{ root *os.Root }

func (d disk) Create(name string) (file, error) {
	return opened(d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600))
}

func (d disk) Open(name string) (file, error) { return opened(d.root.Open(name)) }
func (d disk) Link(from, to string) error     { return d.root.Link(from, to) }
func (d disk) Rename(from, to string) error   { return d.root.Rename(from, to) }
func (d disk) Remove(name string) error       { return d.root.Remove(name) }
func (d disk) Mkdir(name string) error        { return d.root.Mkdir(name, 0o700) }

func (d disk) OpenDir(name string) (directory, error) {
	f, err := d.root.Open(name)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS == "windows" {
		return unsynced{f}, nil
	}
	return f, nil
}

// unsynced is a directory of a system that cannot sync one: see BUG(windows).
type unsynced struct{ *os.File }

func (unsynced) Sync() error { return nil }

// opened keeps a nil *os.File from becoming a file that is not nil.
func opened(f *os.File, err error) (file, error) {
	if err != nil {
		return nil, err
	}
	return f, nil
}
