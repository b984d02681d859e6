package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// pageHeader is what the headers of all pages have in common.
type pageHeader struct {
	typ        format.PageType
	size       int64 // compressed
	plain      int64 // uncompressed
	values     int64
	encoding   format.Encoding
	levels     format.Encoding // of the definition levels
	defBytes   int64           // version 2
	repBytes   int64
	compressed bool
}

func readPageHeader(b []byte) (h pageHeader, n int, err error) {
	n, memory, err := walkThrift(b)
	if err != nil {
		return h, 0, err
	}
	if memory > inflateFree {
		return h, 0, errThrift
	}
	var p format.PageHeader
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), b[:n], &p); err != nil {
		return h, 0, err
	}
	h = pageHeader{
		typ: p.Type, size: int64(p.CompressedPageSize), plain: int64(p.UncompressedPageSize), levels: format.RLE, compressed: true,
	}
	switch d, v1, v2 := &p.DictionaryPageHeader, &p.DataPageHeader, &p.DataPageHeaderV2; {
	case h.typ == format.DictionaryPage && d.Valid:
		h.values, h.encoding = int64(d.V.NumValues), d.V.Encoding
	case h.typ == format.DataPage && v1.Valid:
		h.values, h.encoding, h.levels = int64(v1.V.NumValues), v1.V.Encoding, v1.V.DefinitionLevelEncoding
	case h.typ == format.DataPageV2 && v2.Valid:
		h.values, h.encoding = int64(v2.V.NumValues), v2.V.Encoding
		h.defBytes, h.repBytes = int64(v2.V.DefinitionLevelsByteLength), int64(v2.V.RepetitionLevelsByteLength)
		h.compressed = v2.V.IsCompressed.V || !v2.V.IsCompressed.Valid
	case h.typ != format.IndexPage:
		return h, 0, fmt.Errorf("it is of the type %s and does not say what it holds", h.typ)
	}
	return h, n, nil
}

// pages reads the pages of one chunk after the other and decompresses them. Nothing is taken on trust: sizes are held
// against the bytes that are left and the limit on inflation before memory is taken. The codecs of the library are of no
// use here: they grow their output as long as a damaged or hostile page gives more of it.
type pages struct {
	r       io.ReaderAt
	inflate int64
	at      int64 // of buf[end:]
	left    int64 // bytes of the chunk from at
	codec   format.CompressionCodec
	buf     []byte
	start   int
	end     int
	plain   []byte
	gzip    *gzip.Reader
	zstd    *zstd.Decoder
}

func (p *pages) open(c *pqChunk) {
	p.at, p.left, p.codec = c.offset, c.size, c.codec
	p.start, p.end = 0, 0
}

func (p *pages) close() error {
	if p.zstd != nil {
		p.zstd.Close()
	}
	return nil
}

// ensure makes n bytes available, or as many as the chunk has left.
func (p *pages) ensure(n int) error {
	if p.end-p.start >= n || p.left == 0 {
		return nil
	}
	copy(p.buf, p.buf[p.start:p.end])
	p.end -= p.start
	p.start = 0
	want := int(min(int64(max(n, 1<<20)-p.end), p.left))
	if p.end+want > len(p.buf) {
		grown := make([]byte, p.end+want)
		copy(grown, p.buf[:p.end])
		p.buf = grown
	}
	m, err := p.r.ReadAt(p.buf[p.end:p.end+want], p.at)
	if m < want {
		if err == nil || errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	p.end += want
	p.at += int64(want)
	p.left -= int64(want)
	return nil
}

// next returns the next page with its content decompressed; io.EOF at the end of the chunk. The content of a version 2 page
// still begins with its levels.
func (p *pages) next() (h pageHeader, content []byte, err error) {
	var n int
	for want := 1 << 12; ; want *= 8 { // headers are short; only statistics can make them long
		if err := p.ensure(want); err != nil {
			return h, nil, err
		}
		if p.start == p.end {
			return h, nil, io.EOF
		}
		h, n, err = readPageHeader(p.buf[p.start:p.end])
		if !errors.Is(err, errThriftShort) || p.end-p.start < want {
			break
		}
	}
	if err != nil {
		return h, nil, fmt.Errorf("a page header cannot be read: %w", err)
	}
	p.start += n
	if h.size < 0 || h.size > int64(p.end-p.start)+p.left {
		return h, nil, fmt.Errorf("a page claims %d bytes, which is more than the column has", h.size)
	}
	if h.plain < 0 || h.plain-inflateFree > p.inflate*h.size || h.values < 0 {
		return h, nil, fmt.Errorf("a page of %d bytes claims to hold %d bytes and %d values", h.size, h.plain, h.values)
	}
	if err := p.ensure(int(h.size)); err != nil {
		return h, nil, err
	}
	content = p.buf[p.start : p.start+int(h.size)]
	p.start += int(h.size)
	content, err = p.decompress(h, content)
	return h, content, err
}

// decompress gives the plain content of a page. The levels of a version 2 page are never compressed.
func (p *pages) decompress(h pageHeader, b []byte) ([]byte, error) {
	levels := int64(0)
	if h.typ == format.DataPageV2 {
		levels = h.defBytes + h.repBytes
		if h.defBytes < 0 || h.repBytes < 0 || levels > int64(len(b)) || levels > h.plain {
			return nil, errors.New("the levels of a page are longer than the page")
		}
	}
	if p.codec == format.Uncompressed || h.typ == format.DataPageV2 && !h.compressed {
		return b, nil
	}
	if int64(cap(p.plain)) < h.plain+16 {
		p.plain = make([]byte, h.plain+16)
	}
	dst := p.plain[:h.plain]
	copy(dst, b[:levels])
	if h.plain == levels {
		return dst, nil
	}
	if err := p.inflatePage(dst[levels:], b[levels:]); err != nil {
		return nil, fmt.Errorf("a page cannot be decompressed: %w", err)
	}
	return dst, nil
}

var errPageSize = errors.New("it does not have the size that it claims")

// inflatePage fills dst, exactly.
func (p *pages) inflatePage(dst, src []byte) error {
	switch p.codec { //nolint:exhaustive // the others are obsolete
	case format.Snappy:
		n, err := snappy.DecodedLen(src)
		if err != nil || n != len(dst) {
			return errors.Join(errPageSize, err)
		}
		_, err = snappy.Decode(dst, src)
		return err
	case format.Gzip:
		if p.gzip == nil {
			p.gzip = new(gzip.Reader)
		}
		if err := p.gzip.Reset(bytes.NewReader(src)); err != nil {
			return err
		}
		return readExactly(dst, p.gzip)
	case format.Brotli:
		return readExactly(dst, brotli.NewReader(bytes.NewReader(src)))
	case format.Zstd:
		return p.inflateZstd(dst, src)
	case format.Lz4Raw:
		n, err := lz4.UncompressBlock(src, dst)
		if err == nil && n != len(dst) {
			err = errPageSize
		}
		return err
	}
	return fmt.Errorf("its codec is %s, which is not supported", p.codec)
}

func (p *pages) inflateZstd(dst, src []byte) error {
	if p.zstd == nil {
		var err error
		p.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true),
			zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return err
		}
	}
	out, err := p.zstd.DecodeAll(src, dst[:0:len(dst)])
	if err == nil && len(out) != len(dst) {
		err = errPageSize
	}
	return err
}

func readExactly(dst []byte, r io.Reader) error {
	if _, err := io.ReadFull(r, dst); err != nil {
		return err
	}
	var more [1]byte
	if n, err := r.Read(more[:]); n != 0 || err != nil && !errors.Is(err, io.EOF) {
		return errors.Join(errPageSize, err)
	}
	return nil
}
