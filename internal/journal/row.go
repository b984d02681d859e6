package journal

import (
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"iter"

	"github.com/klauspost/compress/zstd"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/ledger"
)

// Row is a commit group as it is kept.
type Row struct {
	Number int64 // from 1, without gaps
	Time   int64 // milliseconds since 1970
	Count  int   // records
	Head   ledger.Hash
	Note   string // the signed head
	IDs    []byte // 16 bytes for each record: keyed hashes of its id and of its bytes
	Data   []byte // frames
}

// Store keeps the rows of one journal. Implementations are safe for concurrent use by several goroutines and processes.
type Store interface {
	// Append keeps a row and returns when it is durable. It is Conflict where the number is not that after the last one: another
	// writer was first. After any other error it is not known whether the row was kept.
	Append(ctx context.Context, row *Row) error

	// Last gives the row with the highest number, without IDs and Data; Number is 0 where there is none.
	Last(ctx context.Context) (*Row, error)

	// Rows gives the rows from a number on, in order, each with all it holds.
	Rows(ctx context.Context, from int64) iter.Seq2[*Row, error]

	// IDs gives the IDs of a row; NotFound where there is none.
	IDs(ctx context.Context, number int64) ([]byte, error)
}

// Record is a record with its salt.
type Record struct {
	Salt  [ledger.SaltSize]byte
	Bytes []byte
}

const (
	idSize     = 16
	frameHead  = 12      // uncompressed and compressed length, CRC-32C of the compressed bytes
	maxFrame   = 8 << 20 // uncompressed; a batch with more is cut
	maxRecords = 1 << 16 // of a group
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendFrame compresses records into one frame behind out.
func appendFrame(out []byte, z *zstd.Encoder, records []Record) []byte {
	size := 0
	for i := range records {
		size += ledger.SaltSize + binary.MaxVarintLen32 + len(records[i].Bytes)
	}
	raw := make([]byte, 0, size)
	for i := range records {
		raw = append(raw, records[i].Salt[:]...)
		raw = binary.AppendUvarint(raw, uint64(len(records[i].Bytes)))
		raw = append(raw, records[i].Bytes...)
	}
	at := len(out)
	out = append(out, make([]byte, frameHead)...)
	out = z.EncodeAll(raw, out)
	packed := out[at+frameHead:]
	binary.BigEndian.PutUint32(out[at:], uint32(len(raw)))      //nolint:gosec // G115: at most maxFrame
	binary.BigEndian.PutUint32(out[at+4:], uint32(len(packed))) //nolint:gosec // G115: hardly more than maxFrame
	binary.BigEndian.PutUint32(out[at+8:], crc32.Checksum(packed, castagnoli))
	return out
}

// Records decodes the records of a row. It checks lengths and sums of the frames, and not the head: [Row.Verify] does.
func (r *Row) Records() ([]Record, error) {
	z, err := zstd.NewReader(nil, zstd.WithDecoderMaxMemory(4*maxFrame), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, plumbline.Errorf(plumbline.Internal, "zstd: %w", err)
	}
	defer z.Close()
	return r.records(z)
}

func (r *Row) records(z *zstd.Decoder) ([]Record, error) {
	broken := func(format string, args ...any) error {
		return &plumbline.Error{Code: plumbline.Invalid, Where: fmt.Sprintf("journal group %d", r.Number), Message: fmt.Sprintf(format, args...), Hint: "run plumb fsck"}
	}
	var out []Record
	for left := r.Data; len(left) > 0; {
		if len(left) < frameHead {
			return nil, broken("a frame is cut off")
		}
		size, packed, sum := binary.BigEndian.Uint32(left), binary.BigEndian.Uint32(left[4:]), binary.BigEndian.Uint32(left[8:])
		if left = left[frameHead:]; size > maxFrame+ledger.MaxRecord+64 || int64(packed) > int64(len(left)) {
			return nil, broken("a frame is cut off")
		}
		if crc32.Checksum(left[:packed], castagnoli) != sum {
			return nil, broken("a frame has another checksum")
		}
		raw, err := z.DecodeAll(left[:packed], make([]byte, 0, size))
		if err != nil || len(raw) != int(size) {
			return nil, broken("a frame cannot be decompressed")
		}
		left = left[packed:]
		for len(raw) > 0 {
			if len(raw) < ledger.SaltSize {
				return nil, broken("a record is cut off")
			}
			rec := Record{Salt: [ledger.SaltSize]byte(raw[:ledger.SaltSize])}
			n, k := binary.Uvarint(raw[ledger.SaltSize:])
			if raw = raw[ledger.SaltSize:]; k <= 0 || n > ledger.MaxRecord || int(n) > len(raw)-k {
				return nil, broken("a record is cut off")
			}
			rec.Bytes = raw[k : k+int(n)]
			raw = raw[k+int(n):]
			out = append(out, rec)
		}
	}
	if len(out) != r.Count {
		return nil, broken("%d records are there, %d are counted", len(out), r.Count)
	}
	return out, nil
}

// Verify recomputes the head of a row from its records and the head before it.
func (r *Row) Verify(previous ledger.Hash) error {
	records, err := r.Records()
	if err != nil {
		return err
	}
	var t ledger.Tree
	for i := range records {
		t.Add(ledger.RecordLeaf(records[i].Salt, records[i].Bytes))
	}
	g := ledger.Group{Number: r.Number, Count: r.Count, Time: r.Time, Root: t.Root()}
	if g.Next(previous) != r.Head {
		return &plumbline.Error{Code: plumbline.Invalid, Where: fmt.Sprintf("journal group %d", r.Number), Message: "its records and the group before it do not give its head", Hint: "run plumb fsck"}
	}
	return nil
}
