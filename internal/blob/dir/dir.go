package dir

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/blob"
)

// temp holds what is being written. No object has the name: "+" is no character of one.
const temp = "+temp"

var (
	_ blob.Objects  = (*Objects)(nil)
	_ blob.Replacer = (*Objects)(nil)
)

// Objects is a directory of objects. Make it with [Open]. Its methods are described at [blob.Objects] and [blob.Replacer].
type Objects struct {
	sys   system
	close func() error
	tag   string        // begins the names of this opening's temporary files
	count atomic.Uint64 // of temporary files

	mu      sync.Mutex      // guards durable, and the look and the renaming of renameIfFree
	durable map[string]bool // directories whose names this opening has synced, with all above them

	syncing sync.Mutex // held for each sync of a directory: of two at once only one may be told of a failure
	failed  error      // of the first that failed; guarded by syncing
}

// Open opens the directory at a path and makes it where it is not there; the directory above must be. Temporary files that were last
// written before sweepBefore are taken for leftovers of processes that were killed, and removed. A write that is still going on
// then fails and can be repeated, so the time should lie further back than any write takes; an hour does.
func Open(path string, sweepBefore time.Time) (*Objects, error) {
	if err := makeAt(path); err != nil {
		return nil, refused(path, "the directory cannot be made", err)
	}
	root, err := os.OpenRoot(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &plumbline.Error{Code: plumbline.NotFound, Where: path, Message: "the directory is not there, nor the one above it", Err: err}
	}
	if err != nil {
		return nil, refused(path, "the directory cannot be opened", err)
	}
	return open(disk{root}, root.Close, sweepBefore), nil
}

func open(sys system, closing func() error, sweepBefore time.Time) *Objects {
	d := &Objects{sys: sys, close: closing, tag: rand.Text(), durable: map[string]bool{".": true}}
	d.sweep(sweepBefore)
	return d
}

// Close releases the directory. No method may be called after it.
func (d *Objects) Close() error { return d.close() }

// makeAt makes the root durably. A directory above that may not be read is left alone: then the root is not ours to make.
func makeAt(name string) error {
	name, err := filepath.Abs(name)
	if err != nil || filepath.Dir(name) == name {
		return err
	}
	above, err := os.OpenRoot(filepath.Dir(name))
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, fs.ErrNotExist) {
		return nil // opening the root says the rest
	}
	if err != nil {
		return err
	}
	defer above.Close()
	return makeRoot(disk{above}, filepath.Base(name))
}

// makeRoot makes a directory and its name durable. It syncs also where the directory is there: a process that was killed may have
// made it and not come to that.
func makeRoot(above system, base string) error {
	if err := above.Mkdir(base); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := above.OpenDir(".")
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// sweep removes leftovers. What cannot be removed takes space and does no harm, so that is no error: a directory that may only be
// read can be opened.
func (d *Objects) sweep(before time.Time) {
	f, err := d.sys.OpenDir(temp)
	if err != nil {
		return
	}
	defer f.Close()
	entries, _ := f.ReadDir(-1)
	for _, entry := range entries {
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && info.ModTime().Before(before) {
			_ = d.sys.Remove(path.Join(temp, entry.Name()))
		}
	}
}

// makeAll makes a directory and all above it, durably. It trusts only what this opening has synced itself: one that is there may
// have been made by a process that was killed before its sync.
func (d *Objects) makeAll(name, object string) error {
	if d.isDurable(name) {
		return nil
	}
	above := path.Dir(name)
	if err := d.makeAll(above, object); err != nil {
		return err
	}
	if err := d.sys.Mkdir(name); err != nil {
		if !errors.Is(err, fs.ErrExist) {
			return refused(object, "its directory cannot be made", err)
		}
		if !d.isDirectory(name) {
			return overlap(object)
		}
	}
	if err := d.syncDir(above, object); err != nil {
		return refused(object, "its directory cannot be synced", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.durable[name] = true
	return nil
}

func (d *Objects) isDurable(name string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.durable[name]
}

func (d *Objects) isDirectory(name string) bool {
	f, err := d.sys.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	info, err := f.Stat()
	return err == nil && info.IsDir()
}

// syncDir makes the entries of a directory durable. After the first failure nothing is acknowledged any more.
func (d *Objects) syncDir(name, object string) error {
	f, err := d.sys.OpenDir(name)
	if err != nil {
		return err
	}
	defer f.Close()
	d.syncing.Lock()
	defer d.syncing.Unlock()
	if d.failed == nil {
		d.failed = f.Sync()
	}
	return stopped(object, d.failed)
}

// writable returns an error once the sync of a directory has failed.
func (d *Objects) writable(object string) error {
	d.syncing.Lock()
	defer d.syncing.Unlock()
	return stopped(object, d.failed)
}
