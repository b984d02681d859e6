package dir

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/blob"
)

// PutIfAbsent is described at [blob.Objects].
func (d *Objects) PutIfAbsent(ctx context.Context, name string, data []byte) error {
	if err := blob.CheckPut(name, len(data)); err != nil {
		return err
	}
	return d.write(ctx, name, data, d.link)
}

// Replace is described at [blob.Replacer].
func (d *Objects) Replace(ctx context.Context, name string, data []byte) error {
	if err := blob.CheckReplace(name, len(data)); err != nil {
		return err
	}
	return d.write(ctx, name, data, func(from, to string, _ []byte) error {
		if err := d.sys.Rename(from, to); err != nil {
			if d.isDirectory(to) {
				return overlap(to)
			}
			return refused(to, "it cannot be replaced", err)
		}
		return nil
	})
}

// write makes the directories, a temporary file, and of that the object, by settle; all of it durable.
func (d *Objects) write(ctx context.Context, name string, data []byte, settle func(from, to string, data []byte) error) error {
	if err := blob.CheckContext(ctx, name); err != nil {
		return err
	}
	if err := d.writable(name); err != nil {
		return err
	}
	directory := path.Dir(name)
	if err := d.makeAll(directory, name); err != nil {
		return err
	}
	from, err := d.writeTemp(data)
	if err != nil {
		return refused(name, "it cannot be written", err)
	}
	defer func() { _ = d.sys.Remove(from) }() // or it is renamed; or it stays, and is swept
	if err := settle(from, name, data); err != nil {
		return err
	}
	if err := d.syncDir(directory, name); err != nil {
		return refused(name, "its directory cannot be synced", err)
	}
	return nil
}

// writeTemp writes a temporary file and syncs it. Where that fails the file is removed: a sync that is asked again may lie.
func (d *Objects) writeTemp(data []byte) (string, error) {
	name := fmt.Sprintf("%s/%s-%d", temp, d.tag, d.count.Add(1))
	f, err := d.sys.Create(name)
	if errors.Is(err, fs.ErrNotExist) {
		// Not synced: nobody misses the directory after a power cut.
		if err := d.sys.Mkdir(temp); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		f, err = d.sys.Create(name)
	}
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		_ = d.sys.Remove(name)
		return "", err
	}
	return name, nil
}

// link gives the temporary file its name, where that is free.
func (d *Objects) link(from, to string, data []byte) error {
	err := d.sys.Link(from, to)
	if linkless(err) {
		err = d.renameIfFree(from, to)
	}
	if errors.Is(err, fs.ErrExist) {
		return d.compare(to, data)
	}
	if err != nil {
		return refused(to, "it cannot be given its name", err)
	}
	return nil
}

// renameIfFree stands in for a link. Between the look and the renaming only writers of this opening are held off.
func (d *Objects) renameIfFree(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	f, err := d.sys.Open(to)
	if err == nil {
		return errors.Join(fs.ErrExist, f.Close())
	}
	if !absent(err) {
		return err
	}
	return d.sys.Rename(from, to)
}

// compare says whether the object that is there has these bytes. Its content is durable: no file has its name before that.
func (d *Objects) compare(name string, data []byte) error {
	f, size, err := d.open(name)
	if err != nil {
		if d.isDirectory(name) {
			return overlap(name)
		}
		return &plumbline.Error{Code: plumbline.Unavailable, Where: name, Message: "what is there already cannot be read", Hint: "repeat the call", Err: err}
	}
	defer f.Close()
	if size != int64(len(data)) {
		return blob.Conflict(name)
	}
	same, err := equal(f, data)
	if err != nil {
		return refused(name, "what is there already cannot be read", err)
	}
	if !same {
		return blob.Conflict(name)
	}
	return nil
}

// equal compares a file with data of its size.
func equal(f io.ReaderAt, data []byte) (bool, error) {
	part := make([]byte, min(len(data), 64<<10))
	for at := 0; at < len(data); at += len(part) {
		n := min(len(part), len(data)-at)
		if _, err := io.ReadFull(io.NewSectionReader(f, int64(at), int64(n)), part[:n]); err != nil {
			return false, err
		}
		if !bytes.Equal(part[:n], data[at:at+n]) {
			return false, nil
		}
	}
	return true, nil
}

// Delete is described at [blob.Objects].
func (d *Objects) Delete(ctx context.Context, name string) error {
	if err := first(blob.CheckName(name), blob.CheckContext(ctx, name), d.writable(name)); err != nil {
		return err
	}
	if d.isDirectory(name) {
		return nil // on some systems a directory could be removed as a file
	}
	if err := d.sys.Remove(name); err != nil && !absent(err) {
		return refused(name, "it cannot be deleted", err)
	}
	// Synced also where there was nothing: a process that was killed may have removed it and not come to that.
	if err := d.syncDir(path.Dir(name), name); err != nil && !absent(err) {
		return refused(name, "its directory cannot be synced", err)
	}
	return nil
}
