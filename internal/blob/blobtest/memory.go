package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/plumbline-project/plumbline/internal/blob"
)

// Memory keeps objects in memory. Make it with [NewMemory].
type Memory struct {
	broken func(format string, args ...any)

	mu      sync.Mutex        // guards what follows
	objects map[string][]byte // by name
	hashes  map[string][sha256.Size]byte
}

// NewMemory makes an empty store. Broken is called when the caller breaks an invariant, so that a test fails even where the caller
// swallows the error: an immutable name, also one that was deleted, is given to other bytes. It is t.Errorf, as a rule; it may be nil.
func NewMemory(broken func(format string, args ...any)) *Memory {
	if broken == nil {
		broken = func(string, ...any) {}
	}
	return &Memory{broken: broken, objects: map[string][]byte{}, hashes: map[string][sha256.Size]byte{}}
}

// PutIfAbsent is described at [blob.Objects].
func (m *Memory) PutIfAbsent(ctx context.Context, name string, data []byte) error {
	if err := first(blob.CheckContext(ctx, name), blob.CheckPut(name, len(data))); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	was, ok := m.hashes[name]
	if now := sha256.Sum256(data); ok && was != now {
		m.broken("the immutable name %q is given to other bytes: SHA-256 was %x, is %x", name, was, now)
		if _, ok := m.objects[name]; ok {
			return blob.Conflict(name)
		}
	}
	return m.store(name, data)
}

// Replace is described at [blob.Replacer].
func (m *Memory) Replace(ctx context.Context, name string, data []byte) error {
	if err := first(blob.CheckContext(ctx, name), blob.CheckReplace(name, len(data))); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.store(name, data)
}

// store keeps an object, unless its name is a directory of another or the other way round, as in a file system. The caller holds mu.
func (m *Memory) store(name string, data []byte) error {
	for other := range m.objects {
		if strings.HasPrefix(other, name+"/") || strings.HasPrefix(name, other+"/") {
			m.broken("the name %q is a directory of the other: %q", name, other)
			return blob.Conflict(name)
		}
	}
	m.objects[name] = bytes.Clone(data)
	m.hashes[name] = sha256.Sum256(data)
	return nil
}

// Get is described at [blob.Objects].
func (m *Memory) Get(ctx context.Context, name string) ([]byte, error) {
	data, err := m.find(ctx, name)
	return bytes.Clone(data), err
}

// GetRange is described at [blob.Objects].
func (m *Memory) GetRange(ctx context.Context, name string, offset, length int64) ([]byte, error) {
	data, err := m.find(ctx, name)
	if err != nil {
		return nil, err
	}
	if err := blob.CheckRange(name, int64(len(data)), offset, length); err != nil {
		return nil, err
	}
	return bytes.Clone(data[offset : offset+length]), nil
}

// Stat is described at [blob.Objects].
func (m *Memory) Stat(ctx context.Context, name string) (int64, error) {
	data, err := m.find(ctx, name)
	return int64(len(data)), err
}

func (m *Memory) find(ctx context.Context, name string) ([]byte, error) {
	if err := first(blob.CheckContext(ctx, name), blob.CheckName(name)); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.objects[name]
	if !ok {
		return nil, blob.NotFound(name, nil)
	}
	return data, nil // never written to after it is stored
}

// List is described at [blob.Objects].
func (m *Memory) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		m.mu.Lock()
		names := slices.Sorted(maps.Keys(m.objects))
		m.mu.Unlock()
		if err := blob.CheckContext(ctx, prefix); err != nil {
			yield("", err)
			return
		}
		for _, name := range names {
			if strings.HasPrefix(name, prefix) && !yield(name, nil) {
				return
			}
		}
	}
}

// Delete is described at [blob.Objects].
func (m *Memory) Delete(ctx context.Context, name string) error {
	if err := first(blob.CheckContext(ctx, name), blob.CheckName(name)); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.objects, name)
	return nil
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
