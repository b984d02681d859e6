package dir_test

import (
	"bytes"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/plumbline-project/plumbline/internal/blob/dir"
)

// simFS is a file system of the least that POSIX promises. What was not synced is kept apart from what was: at a power cut each
// entry of a directory that changed since the directory's last sync has, independently of all others, its durable value or any that
// it had since; each file whose content was not synced is absent, or has any prefix of it, or zeros. That a file or a directory was
// synced makes nothing else durable: not its name, not the directory above.
type simFS struct {
	root   *node
	noLink error // what Link answers where the system has no hard links; nil where it has

	// fault is asked before each call that changes or syncs something: whether it is done, and what it answers.
	fault func(call string) (done bool, err error)
	// failed is the call that failAt made fail.
	failed string
	// skips is asked for each sync: whether it does nothing and answers nil.
	skips func() bool
	// forgets is set where a sync that fails drops what it could not write, as kernels do: the next sync answers nil.
	forgets bool
}

// node is a file or a directory.
type node struct {
	entries map[string]*entry // of a directory; nil for a file
	order   []string          // names of entries as they first came, so that a run is the same each time

	data, durable []byte // of a file: all, and what was synced
	synced        bool   // the file was synced once
	lost          bool   // a sync failed and dropped what was written
}

// entry is what a name of a directory led to: from its last sync, which is the first, to now. Nil is nothing.
type entry struct {
	past []*node
	lost bool // a sync failed and dropped the changes
}

func (e *entry) now() *node { return e.past[len(e.past)-1] }

func newSim() *simFS {
	return &simFS{root: &node{entries: map[string]*entry{}}}
}

// begin asks for the fault of a call.
func (s *simFS) begin(call string) (bool, error) {
	if s.fault == nil {
		return true, nil
	}
	return s.fault(call)
}

// act does a call that changes something, with its fault.
func (s *simFS) act(call string, do func() error) error {
	done, injected := s.begin(call)
	if done {
		if err := do(); err != nil {
			return err
		}
	}
	return injected
}

// find gives what a path leads to.
func (s *simFS) find(name string) (*node, error) {
	n := s.root
	for segment := range strings.SplitSeq(path.Clean(name), "/") {
		if segment == "." {
			continue
		}
		if n.entries == nil {
			return nil, syscall.ENOTDIR
		}
		e := n.entries[segment]
		if e == nil || e.now() == nil {
			return nil, syscall.ENOENT
		}
		n = e.now()
	}
	return n, nil
}

// entry gives the entry of a path, which may lead to nothing.
func (s *simFS) entry(name string) (*entry, error) {
	above, err := s.find(path.Dir(name))
	if err != nil {
		return nil, err
	}
	if above.entries == nil {
		return nil, syscall.ENOTDIR
	}
	base := path.Base(name)
	if above.entries[base] == nil {
		above.entries[base] = &entry{past: []*node{nil}}
		above.order = append(above.order, base)
	}
	return above.entries[base], nil
}

// set makes a path lead to n, where it leads to nothing or over is set.
func (s *simFS) set(name string, n *node, over bool) error {
	e, err := s.entry(name)
	switch {
	case err != nil:
		return err
	case e.now() != nil && !over:
		return syscall.EEXIST
	case e.now() != nil && e.now().entries != nil:
		return syscall.EISDIR
	}
	e.past, e.lost = append(e.past, n), false
	return nil
}

// view is the file system as the driver sees it, below a directory.
type view struct {
	*simFS

	base string
}

func (v view) at(name string) string { return path.Join(v.base, name) }

func (v view) Create(name string) (dir.File, error) {
	n := &node{}
	if err := v.act("create", func() error { return v.set(v.at(name), n, false) }); err != nil {
		return nil, err
	}
	return &handle{fs: v.simFS, node: n, name: name}, nil
}

func (v view) Open(name string) (dir.File, error) { return v.open(name) }

func (v view) open(name string) (*handle, error) {
	if _, err := v.begin("read"); err != nil {
		return nil, err
	}
	n, err := v.find(v.at(name))
	if err != nil {
		return nil, err
	}
	return &handle{fs: v.simFS, node: n, name: name}, nil
}

func (v view) OpenDir(name string) (dir.Directory, error) {
	h, err := v.open(name)
	if err != nil {
		return nil, err
	}
	return h, nil
}

func (v view) Link(from, to string) error {
	return v.act("link", func() error {
		if v.noLink != nil {
			return v.noLink
		}
		n, err := v.find(v.at(from))
		if err != nil {
			return err
		}
		return v.set(v.at(to), n, false)
	})
}

// Rename changes two entries. In one directory or in two, a power cut may keep either change alone; that is less than POSIX promises.
func (v view) Rename(from, to string) error {
	return v.act("rename", func() error {
		n, err := v.find(v.at(from))
		if err != nil {
			return err
		}
		if err := v.set(v.at(to), n, true); err != nil {
			return err
		}
		return v.set(v.at(from), nil, true)
	})
}

func (v view) Remove(name string) error {
	return v.act("remove", func() error {
		if _, err := v.find(v.at(name)); err != nil {
			return err
		}
		return v.set(v.at(name), nil, true)
	})
}

func (v view) Mkdir(name string) error {
	return v.act("mkdir", func() error { return v.set(v.at(name), &node{entries: map[string]*entry{}}, false) })
}

// handle is an open file or directory.
type handle struct {
	fs   *simFS
	node *node
	name string
}

func (h *handle) Close() error { return nil }

func (h *handle) Write(data []byte) (int, error) {
	err := h.fs.act("write", func() error {
		h.node.data, h.node.lost = append(bytes.Clone(h.node.data), data...), false
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(data), nil
}

func (h *handle) ReadAt(p []byte, offset int64) (int, error) {
	return bytes.NewReader(h.node.data).ReadAt(p, offset)
}

func (h *handle) Stat() (fs.FileInfo, error) { return info{h}, nil }

func (h *handle) ReadDir(int) ([]fs.DirEntry, error) {
	if h.node.entries == nil {
		return nil, syscall.ENOTDIR
	}
	var list []fs.DirEntry
	for _, name := range h.node.order {
		if n := h.node.entries[name].now(); n != nil {
			list = append(list, fs.FileInfoToDirEntry(info{&handle{node: n, name: name}}))
		}
	}
	return list, nil
}

func (h *handle) Sync() error {
	if h.fs.skips != nil && h.fs.skips() {
		_, err := h.fs.begin("sync")
		return err
	}
	done, err := h.fs.begin("sync")
	switch {
	case done:
		h.node.sync()
	case h.fs.forgets:
		h.node.forget()
	}
	return err
}

func (n *node) sync() {
	if n.entries == nil && !n.lost {
		n.durable, n.synced = n.data, true
	}
	for _, e := range n.entries {
		if !e.lost {
			e.past = []*node{e.now()}
		}
	}
}

// forget makes what is not durable stay so: later syncs know nothing of it.
func (n *node) forget() {
	n.lost = true
	for _, e := range n.entries {
		e.lost = e.lost || len(e.past) > 1
	}
}

type info struct{ h *handle }

func (i info) Name() string       { return path.Base(i.h.name) }
func (i info) Size() int64        { return int64(len(i.h.node.data)) }
func (i info) ModTime() time.Time { return time.Unix(0, 0) }
func (i info) IsDir() bool        { return i.h.node.entries != nil }
func (i info) Sys() any           { return nil }

func (i info) Mode() fs.FileMode {
	if i.IsDir() {
		return fs.ModeDir | 0o700
	}
	return 0o600
}

var _ io.ReaderAt = (*handle)(nil)

// cut gives what a power cut leaves. Choose takes one of n possibilities, 0 to n-1; 0 is always to lose all that was not synced.
func (s *simFS) cut(choose func(n int) int) *simFS {
	after := newSim()
	after.noLink = s.noLink
	after.root = s.root.cut(choose, map[*node]*node{})
	return after
}

// cut gives what is left of a node, the same for each of its names; nil for nothing.
func (n *node) cut(choose func(n int) int, seen map[*node]*node) *node {
	if left, ok := seen[n]; ok {
		return left
	}
	if n.entries == nil {
		seen[n] = n.cutContent(choose)
		return seen[n]
	}
	left := &node{entries: map[string]*entry{}}
	seen[n] = left
	for _, name := range n.order {
		past := slices.Compact(slices.Clone(n.entries[name].past))
		if was := past[choose(len(past))]; was != nil {
			if was = was.cut(choose, seen); was != nil {
				left.entries[name] = &entry{past: []*node{was}}
				left.order = append(left.order, name)
			}
		}
	}
	return left
}

func (n *node) cutContent(choose func(n int) int) *node {
	states := [][]byte{n.durable}
	if !n.synced {
		states = [][]byte{nil, {}} // absent, empty
	}
	if size := len(n.data); size > len(n.durable) {
		states = append(states, n.data[:(len(n.durable)+size)/2], n.data, make([]byte, size))
	}
	if left := states[choose(len(states))]; left != nil || n.synced {
		return &node{data: left, durable: left, synced: true}
	}
	return nil
}
