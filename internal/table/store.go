package table

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"sync"

	"github.com/plumbline-project/plumbline"
)

// store holds the blocks of a table's vectors: in memory up to a limit, beyond it in one temporary file that has no name.
// It may be used from several goroutines.
type store struct {
	mu    sync.Mutex
	limit int64 // bytes of full blocks kept in memory
	used  int64
	file  *os.File
	name  string // where the system does not let an open file be removed
	end   int64
	err   error // first failure; whoever appends asks for it now and then
}

// keep takes over a full block. It reports whether the block went to the file, so that its memory can be used again.
func (s *store) keep(data []byte) (b block, spilled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used+int64(len(data)) <= s.limit {
		s.used += int64(len(data))
		return block{data: data, size: len(data)}, false
	}
	b = block{at: s.end, size: len(data)}
	if err := s.write(data); err != nil && s.err == nil {
		s.err = err
	}
	return b, true
}

// release gives memory back.
func (s *store) release(n int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used -= n
}

// note keeps the first failure.
func (s *store) note(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
}

// failed returns the first failure.
func (s *store) failed() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// write appends to the file; the caller holds the lock.
func (s *store) write(data []byte) error {
	if s.file == nil {
		f, err := os.CreateTemp("", "plumbline-table-*")
		if err != nil {
			return unavailable("", "no temporary file could be made for column data", err)
		}
		s.file = f
		if os.Remove(f.Name()) != nil {
			s.name = f.Name()
		}
	}
	if _, err := s.file.WriteAt(data, s.end); err != nil {
		return unavailable("", "column data could not be written to the temporary directory", err)
	}
	s.end += int64(len(data))
	return nil
}

// load returns the bytes of b; scratch is used where they are in the file.
func (s *store) load(b block, scratch *[]byte) ([]byte, error) {
	if b.data != nil {
		return b.data, nil
	}
	if cap(*scratch) < b.size {
		*scratch = make([]byte, b.size)
	}
	data := (*scratch)[:b.size]
	s.mu.Lock()
	file := s.file
	s.mu.Unlock()
	if file == nil {
		return nil, errors.New("the temporary file is closed")
	}
	if _, err := file.ReadAt(data, b.at); err != nil {
		return nil, unavailable("", "column data could not be read back from the temporary file", err)
	}
	return data, nil
}

func (s *store) close() error {
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if s.name != "" {
		err = errors.Join(err, os.Remove(s.name))
	}
	s.file = nil
	return err
}

func unavailable(where, message string, err error) *plumbline.Error {
	return &plumbline.Error{
		Code: plumbline.Unavailable, Where: where, Message: message + ": " + err.Error(), Err: err,
		Hint: "check the space left and the permissions of the temporary directory",
	}
}

// block is a run of rows: in memory, or at an offset of the temporary file.
type block struct {
	data []byte
	at   int64
	size int
}

// vector is a list of fixed-width values that grows by blocks, so that growth never copies what is there.
type vector struct {
	store *store
	width int // bytes per value
	full  []block
	tail  []byte
	most  int // bytes of a full block
}

// newVector makes a vector with so many rows in a block.
func newVector(s *store, width, rows int) *vector {
	return &vector{store: s, width: width, most: width * rows}
}

func (v *vector) put8(x uint8) {
	v.tail = append(v.tail, x)
	if len(v.tail) == v.most {
		v.seal()
	}
}

func (v *vector) put16(x uint16) {
	v.tail = binary.LittleEndian.AppendUint16(v.tail, x)
	if len(v.tail) == v.most {
		v.seal()
	}
}

func (v *vector) put64(x uint64) {
	v.tail = binary.LittleEndian.AppendUint64(v.tail, x)
	if len(v.tail) == v.most {
		v.seal()
	}
}

func (v *vector) put128(x, y uint64) {
	v.tail = binary.LittleEndian.AppendUint64(v.tail, x)
	v.tail = binary.LittleEndian.AppendUint64(v.tail, y)
	if len(v.tail) == v.most {
		v.seal()
	}
}

// putText appends the length and the bytes of a text. Texts are not cut at the end of a block: one is as long as it must be.
func (v *vector) putText(text []byte) {
	if len(v.tail) > 0 && len(v.tail)+len(text)+binary.MaxVarintLen64 > v.most {
		v.seal()
	}
	v.tail = append(binary.AppendUvarint(v.tail, uint64(len(text))), text...)
}

func (v *vector) seal() {
	b, spilled := v.store.keep(v.tail)
	v.full = append(v.full, b)
	if spilled {
		v.tail = v.tail[:0]
	} else {
		v.tail = make([]byte, 0, v.most)
	}
}

// free gives the memory of the blocks back. Space in the temporary file is not given back.
func (v *vector) free() {
	var n int64
	for _, b := range v.full {
		if b.data != nil {
			n += int64(b.size)
		}
	}
	v.store.release(n)
	v.full, v.tail = nil, nil
}

// each calls do with the bytes of one block after the other, until ctx is done. The bytes are valid during the call only.
func (v *vector) each(ctx context.Context, do func(data []byte)) error {
	return v.visit(ctx.Err, do)
}

// visit is each with what may interrupt it.
func (v *vector) visit(interrupted func() error, do func(data []byte)) error {
	var scratch []byte
	for _, b := range v.full {
		if err := interrupted(); err != nil {
			return cancelled(err)
		}
		data, err := v.store.load(b, &scratch)
		if err != nil {
			return err
		}
		do(data)
	}
	do(v.tail)
	return nil
}

// never interrupts nothing.
func never() error { return nil }

func cancelled(err error) *plumbline.Error {
	return &plumbline.Error{Code: plumbline.Unavailable, Message: "the reading was cancelled", Err: err}
}
