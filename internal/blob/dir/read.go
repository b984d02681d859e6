package dir

import (
	"cmp"
	"context"
	"io"
	"io/fs"
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline/internal/blob"
)

// Get is described at [blob.Objects].
func (d *Objects) Get(ctx context.Context, name string) ([]byte, error) {
	return d.read(ctx, name, func(size int64) (int64, int64) { return 0, size })
}

// GetRange is described at [blob.Objects].
func (d *Objects) GetRange(ctx context.Context, name string, offset, length int64) ([]byte, error) {
	return d.read(ctx, name, func(int64) (int64, int64) { return offset, length })
}

// read reads a part of an object; which one is said when its size is known.
func (d *Objects) read(ctx context.Context, name string, part func(size int64) (offset, length int64)) ([]byte, error) {
	if err := first(blob.CheckName(name), blob.CheckContext(ctx, name)); err != nil {
		return nil, err
	}
	f, size, err := d.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	offset, length := part(size)
	if err := blob.CheckRange(name, size, offset, length); err != nil {
		return nil, err
	}
	data := make([]byte, length)
	if _, err := io.ReadFull(io.NewSectionReader(f, offset, length), data); err != nil {
		return nil, refused(name, "it cannot be read", err)
	}
	return data, nil
}

// Stat is described at [blob.Objects].
func (d *Objects) Stat(ctx context.Context, name string) (int64, error) {
	if err := first(blob.CheckName(name), blob.CheckContext(ctx, name)); err != nil {
		return 0, err
	}
	f, size, err := d.open(name)
	if err != nil {
		return 0, err
	}
	return size, f.Close()
}

// open opens an object and gives its size in bytes. What is no regular file is none.
func (d *Objects) open(name string) (file, int64, error) {
	f, err := d.sys.Open(name)
	if absent(err) {
		return nil, 0, blob.NotFound(name, err)
	}
	if err != nil {
		return nil, 0, refused(name, "it cannot be opened", err)
	}
	info, err := f.Stat()
	switch {
	case err != nil:
		_ = f.Close()
		return nil, 0, refused(name, "it cannot be opened", err)
	case !info.Mode().IsRegular():
		_ = f.Close()
		return nil, 0, blob.NotFound(name, nil)
	}
	return f, info.Size(), nil
}

// List is described at [blob.Objects]. It holds the names of one directory at each level.
func (d *Objects) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		directory := "."
		if i := strings.LastIndexByte(prefix, '/'); i >= 0 {
			directory = prefix[:i]
			if blob.CheckName(directory) != nil {
				return // no name begins with it
			}
		}
		d.walk(ctx, directory, prefix, yield)
	}
}

// walk yields the objects below a directory, and reports whether to go on.
func (d *Objects) walk(ctx context.Context, directory, prefix string, yield func(string, error) bool) bool {
	if err := blob.CheckContext(ctx, prefix); err != nil {
		yield("", err)
		return false
	}
	entries, err := d.sorted(directory)
	if err != nil {
		yield("", refused(directory, "the directory cannot be read", err))
		return false
	}
	for _, entry := range entries {
		name := path.Join(directory, entry.Name())
		shown := strings.TrimPrefix(directory+"/"+sortKey(entry), "./")
		if !strings.HasPrefix(shown, prefix) || blob.CheckName(name) != nil {
			continue
		}
		switch {
		case entry.IsDir():
			if !d.walk(ctx, name, prefix, yield) {
				return false
			}
		case entry.Type().IsRegular():
			if !yield(name, nil) {
				return false
			}
		}
	}
	return true
}

// sorted gives the entries of a directory in the order of the names to list. One that is not there has none.
func (d *Objects) sorted(directory string) ([]fs.DirEntry, error) {
	f, err := d.sys.OpenDir(directory)
	if absent(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	if absent(err) {
		return nil, nil // a file, or removed meanwhile
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(sortKey(a), sortKey(b)) })
	return entries, err
}

// sortKey puts a directory where the names below it belong: "a-b" comes before "a/b", and "a" before both.
func sortKey(entry fs.DirEntry) string {
	if entry.IsDir() {
		return entry.Name() + "/"
	}
	return entry.Name()
}

// first is the first of errs that is one.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
