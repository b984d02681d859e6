package table

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/plumbline-project/plumbline"
)

// maxFooter bounds the metadata of one file: 4,096 columns × 500 row groups take about as much.
const maxFooter = 256 << 20

// pqChunk is what is kept of one column of one row group.
type pqChunk struct {
	typ       format.Type
	codec     format.CompressionCodec
	values    int64
	offset    int64 // of its first page
	size      int64 // of its pages, compressed
	encrypted bool
	elsewhere bool // in another file
}

// pqGroup is a row group.
type pqGroup struct {
	rows   int64
	chunks []pqChunk
}

// pqFooter is the metadata of a file.
type pqFooter struct {
	schema []format.SchemaElement
	rows   int64
	groups []pqGroup
}

var errEncrypted = errors.New("encrypted")

// readFooter reads and checks the metadata of a Parquet file: after it, every chunk lies within the file.
func readFooter(r io.ReaderAt, size int64, limits plumbline.Limits) (*pqFooter, error) {
	var tail [8]byte
	if size < 12 {
		return nil, errors.New("it is too short")
	}
	if _, err := r.ReadAt(tail[:], size-8); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	switch string(tail[4:]) {
	case "PAR1":
	case "PARE":
		return nil, errEncrypted
	default:
		return nil, errors.New("its end is missing, so it is cut off or was never finished")
	}
	n := int64(binary.LittleEndian.Uint32(tail[:4]))
	if n > size-12 || n > maxFooter {
		return nil, fmt.Errorf("its metadata would be %d bytes long", n)
	}
	b := make([]byte, n)
	if _, err := r.ReadAt(b, size-8-n); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	length, memory, err := walkThrift(b)
	if err != nil {
		return nil, err
	}
	if memory > max(inflateFree, limits.Memory) {
		return nil, &plumbline.Error{
			Code: plumbline.TooLarge, Message: fmt.Sprintf("its metadata would take %d MiB of memory", memory>>20),
			Hint: "write the file with fewer row groups, or raise the limit on memory",
		}
	}
	var meta format.FileMetaData
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), b[:length], &meta); err != nil {
		return nil, fmt.Errorf("its metadata cannot be read: %w", err)
	}
	if meta.EncryptionAlgorithm.Value != nil {
		return nil, errEncrypted
	}
	return newFooter(&meta, size, limits)
}

// newFooter keeps what is needed of the metadata and holds it against the size of the file and the limits.
func newFooter(meta *format.FileMetaData, size int64, limits plumbline.Limits) (*pqFooter, error) {
	f := &pqFooter{schema: meta.Schema, rows: meta.NumRows, groups: make([]pqGroup, len(meta.RowGroups))}
	leaves := 0
	for i := range f.schema {
		if f.schema[i].Type.Valid {
			leaves++
		}
	}
	var rows int64
	for i := range f.groups {
		g := &meta.RowGroups[i]
		if g.NumRows < 0 || g.NumRows > math.MaxInt64-rows {
			return nil, fmt.Errorf("row group %d claims %d rows", i+1, g.NumRows)
		}
		rows += g.NumRows
		if len(g.Columns) != leaves {
			return nil, fmt.Errorf("row group %d has %d columns and the schema has %d", i+1, len(g.Columns), leaves)
		}
		f.groups[i] = pqGroup{rows: g.NumRows, chunks: make([]pqChunk, leaves)}
		for j := range g.Columns {
			c := newChunk(&g.Columns[j])
			if c.offset < 4 || c.size < 0 || c.offset > size || c.size > size-c.offset {
				return nil, fmt.Errorf("row group %d, column %d lies outside the file", i+1, j+1)
			}
			f.groups[i].chunks[j] = c
		}
	}
	switch {
	case rows != f.rows:
		return nil, fmt.Errorf("it claims %d rows and its row groups have %d", f.rows, rows)
	case rows > limits.Rows:
		return nil, tooManyRows("", limits.Rows)
	case rows-inflateFree > limits.Inflate*size:
		return nil, inflates("", limits.Inflate)
	}
	return f, nil
}

func newChunk(c *format.ColumnChunk) pqChunk {
	m := &c.MetaData
	offset := m.DataPageOffset
	if d := m.DictionaryPageOffset; d > 0 && d < offset {
		offset = d
	}
	return pqChunk{
		typ: m.Type, codec: m.Codec, values: m.NumValues, offset: offset, size: m.TotalCompressedSize,
		encrypted: c.CryptoMetadata.Value != nil || len(c.EncryptedColumnMetadata) > 0, elsewhere: c.FilePath != "",
	}
}
