package ledger

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/plumbline-project/plumbline"
)

// The bounds of a bundle.
const (
	maxLine     = 2 << 20
	maxReceipts = 100_000
	maxHeaders  = 1_000_000
	maxRanges   = 1_000_000 // of all erasures
	maxKeys     = 10_000    // of journals
)

// BundleWriter writes a bundle. Lines come in the order bundle, checkpoint, entries, receipts, records; the caller keeps it.
type BundleWriter struct {
	w   *bufio.Writer
	buf []byte
	err error
}

// NewBundleWriter begins a bundle of a ledger with its checkpoint.
func NewBundleWriter(w io.Writer, ledger, checkpoint string) *BundleWriter {
	b := &BundleWriter{w: bufio.NewWriterSize(w, 1<<16)}
	b.line(struct {
		Type   string `json:"type"`
		V      int    `json:"v"`
		Ledger string `json:"ledger"`
	}{"bundle", 1, ledger})
	b.line(struct {
		Type string `json:"type"`
		Note string `json:"note"`
	}{"checkpoint", checkpoint})
	return b
}

func (b *BundleWriter) line(v any) {
	text, err := json.Marshal(v)
	if err != nil && b.err == nil {
		b.err = plumbline.Errorf(plumbline.Internal, "a line of a bundle cannot be written: %w", err)
	}
	b.put(append(text, '\n'))
}

func (b *BundleWriter) put(text []byte) {
	if b.err != nil {
		return
	}
	if _, err := b.w.Write(text); err != nil {
		b.err = plumbline.Errorf(plumbline.Unavailable, "the bundle cannot be written: %w", err)
	}
}

// Entry adds an entry; without a proof where all entries are added, in order.
func (b *BundleWriter) Entry(index int64, data []byte, proof Proof) {
	b.begin("entry").number("index", index).bytes("data", data).proof(proof).end()
}

// Receipt adds a receipt.
func (b *BundleWriter) Receipt(r *Receipt) {
	b.line(struct {
		Type string `json:"type"`
		*Receipt
	}{"receipt", r})
}

// Record adds a record of a block; without a proof where all records of the block are added, in order.
func (b *BundleWriter) Record(header, index int64, salt [SaltSize]byte, data []byte, proof Proof) {
	b.begin("record").number("header", header).number("index", index).bytes("salt", salt[:]).bytes("bytes", data).proof(proof).end()
}

// ErasedRecord adds what is left of a record that an entry erased.
func (b *BundleWriter) ErasedRecord(header, index int64, leaf Hash, erasure int64, proof Proof) {
	b.begin("record").number("header", header).number("index", index).bytes("leaf", leaf[:]).number("erased", erasure).proof(proof).end()
}

// Close writes what is buffered and gives the first error.
func (b *BundleWriter) Close() error {
	if err := b.w.Flush(); err != nil && b.err == nil {
		b.err = plumbline.Errorf(plumbline.Unavailable, "the bundle cannot be written: %w", err)
	}
	return b.err
}

func (b *BundleWriter) begin(kind string) *BundleWriter {
	b.buf = append(append(append(b.buf[:0], `{"type":"`...), kind...), '"')
	return b
}

func (b *BundleWriter) number(name string, v int64) *BundleWriter {
	b.buf = strconv.AppendInt(append(append(append(b.buf, `,"`...), name...), `":`...), v, 10)
	return b
}

func (b *BundleWriter) bytes(name string, v []byte) *BundleWriter {
	b.buf = base64.StdEncoding.AppendEncode(append(append(append(b.buf, `,"`...), name...), `":"`...), v)
	b.buf = append(b.buf, '"')
	return b
}

func (b *BundleWriter) proof(p Proof) *BundleWriter {
	if p == nil {
		return b
	}
	b.buf = append(b.buf, `,"proof":[`...)
	for i := range p {
		if i > 0 {
			b.buf = append(b.buf, ',')
		}
		b.buf = append(base64.StdEncoding.AppendEncode(append(b.buf, '"'), p[i][:]), '"')
	}
	b.buf = append(b.buf, ']')
	return b
}

func (b *BundleWriter) end() { b.put(append(b.buf, "}\n"...)) }

// Options are what a verification goes by.
type Options struct {
	Policy   *Policy
	Now      time.Time   // a receipt that is past its time then is overdue
	Kept     *Checkpoint // an earlier checkpoint of the log, which this one must continue; nil: none was kept
	Progress func(int64) // called now and then with the bytes read; may be nil
}

// VerifyBundle verifies a bundle offline. Memory is bounded by the number of headers, erasures and receipts, not by that of records. The
// error is of reading alone: what was found wrong stands in the report.
func VerifyBundle(r io.Reader, o Options) (*Report, error) {
	v := newVerifier(o)
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, 0, 1<<16), maxLine)
	read := int64(0)
	for n := int64(1); lines.Scan(); n++ {
		text := lines.Bytes()
		if read += int64(len(text)) + 1; n&0xfff == 0 && o.Progress != nil {
			o.Progress(read)
		}
		if len(text) > 0 && !v.line(text, fmt.Sprintf("line %d", n)) {
			v.finish()
			return v.report, nil
		}
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, plumbline.Errorf(plumbline.TooLarge, "the bundle has a line of more than %d bytes", maxLine)
	} else if err != nil {
		return nil, plumbline.Errorf(plumbline.Unavailable, "the bundle cannot be read: %w", err)
	}
	v.end()
	v.finish()
	return v.report, nil
}
