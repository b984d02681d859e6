package table

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/plumbline-project/plumbline"
)

const (
	inflateFree = 64 << 20  // decompressed bytes that no ratio is asked of
	maxWindow   = 128 << 20 // of a zstd frame
)

// reporter calls Options.Progress when its ticker has ticked.
type reporter struct {
	call   func(Progress)
	ticker *time.Ticker
	p      Progress
	rows   func() int64
}

func newReporter(call func(Progress), total int64, rows func() int64) *reporter {
	if call == nil {
		return nil
	}
	return &reporter{call: call, ticker: time.NewTicker(100 * time.Millisecond), p: Progress{BytesTotal: total}, rows: rows}
}

func (r *reporter) add(file string, n int) {
	if r == nil {
		return
	}
	r.p.File = file
	r.p.BytesDone += int64(n)
	select {
	case <-r.ticker.C:
		r.p.Rows = r.rows()
		r.call(r.p)
	default:
	}
}

// stop reports the end.
func (r *reporter) stop() {
	if r != nil {
		r.ticker.Stop()
		r.p.Rows = r.rows()
		r.call(r.p)
	}
}

// input is one file that is being read from its start. It counts and hashes the bytes as they are stored.
type input struct {
	name     string
	file     fs.File
	size     int64
	sum      hash.Hash
	known    string // digest, where the file was read whole to copy it
	done     int64
	progress *reporter
	interval func() error // the caller's ctx.Err
}

// special reports whether a name is neither a file nor a folder.
func special(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && !info.Mode().IsRegular() && !info.IsDir()
}

// openInput opens a regular file.
func openInput(ctx context.Context, fsys fs.FS, name string, progress *reporter) (*input, error) {
	if special(fsys, name) { // to open a pipe is to wait for its writer
		return nil, &plumbline.Error{Code: plumbline.Invalid, Where: name, Message: "it is a pipe or a device, not a file", Hint: "write the data to a file first"}
	}
	f, err := fsys.Open(name)
	if err != nil {
		code := plumbline.Unavailable
		if errors.Is(err, fs.ErrNotExist) {
			code = plumbline.NotFound
		}
		return nil, &plumbline.Error{Code: code, Where: name, Message: "the file could not be opened: " + cause(err), Err: err}
	}
	stat, err := f.Stat()
	if err == nil && stat.IsDir() {
		err = &plumbline.Error{
			Code: plumbline.Invalid, Where: name, Message: "it is a directory, not a file",
			Hint: "name the files in it with a pattern such as " + name + "/*.csv",
		}
	}
	if err == nil && stat.Size() == 0 && stat.Mode().IsRegular() {
		err = &plumbline.Error{Code: plumbline.Invalid, Where: name, Message: "the file is empty"}
	}
	if err != nil {
		_ = f.Close()
		return nil, wrap(name, err)
	}
	return &input{
		name: name, file: f, size: stat.Size(), sum: sha256.New(), progress: progress, interval: ctx.Err,
	}, nil
}

func (in *input) Read(p []byte) (int, error) {
	if err := in.interval(); err != nil {
		return 0, cancelled(err)
	}
	n, err := in.file.Read(p)
	in.done += int64(n)
	in.sum.Write(p[:n])
	in.progress.add(in.name, n)
	return n, err
}

// digest reads what is left and gives the digest of the whole file.
func (in *input) digest() (string, error) {
	if _, err := io.Copy(io.Discard, in); err != nil {
		return "", wrap(in.name, err)
	}
	return hex.EncodeToString(in.sum.Sum(nil)), nil
}

func (in *input) close() error { return in.file.Close() }

// decompressed gives the content of in, and how it is compressed by its first bytes: "", gzip or zstd.
func (in *input) decompressed(limits plumbline.Limits) (r *bufio.Reader, compression string, done func(), err error) {
	raw := bufio.NewReaderSize(in, 1<<16)
	head, err := raw.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, "", nil, wrap(in.name, err)
	}
	b := &bounded{in: in, r: raw, limits: limits}
	done = func() {}
	switch {
	case len(head) >= 2 && head[0] == 0x1f && head[1] == 0x8b:
		compression = "gzip"
		z, err := gzip.NewReader(raw)
		if err != nil {
			return nil, "", nil, damaged(in.name, compression, err)
		}
		b.r = z
	case len(head) == 4 && head[1] == 0xb5 && head[2] == 0x2f && head[3] == 0xfd && head[0] == 0x28,
		len(head) == 4 && head[0]&0xf0 == 0x50 && head[1] == 0x2a && head[2] == 0x4d && head[3] == 0x18:
		compression = "zstd"
		z, err := zstd.NewReader(raw, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow),
			zstd.WithDecoderMaxMemory(2*maxWindow), zstd.WithDecoderLowmem(true))
		if err != nil {
			return nil, "", nil, damaged(in.name, compression, err)
		}
		b.r, done = z, z.Close
	}
	b.compression = compression
	return bufio.NewReaderSize(b, 1<<18), compression, done, nil
}

// bounded stops a decompressed stream at the limits and names the damage of a broken one.
type bounded struct {
	in          *input
	r           io.Reader
	compression string
	limits      plumbline.Limits
	n           int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	if b.n > b.limits.Bytes {
		return 0, &plumbline.Error{
			Code: plumbline.TooLarge, Where: b.in.name,
			Message: fmt.Sprintf("the file holds more than %d bytes", b.limits.Bytes),
			Hint:    "split the file, or raise the limit on bytes",
		}
	}
	if b.compression != "" && b.n > inflateFree && b.n-inflateFree > b.limits.Inflate*b.in.done {
		return 0, inflates(b.in.name, b.limits.Inflate)
	}
	if err != nil && !errors.Is(err, io.EOF) && b.compression != "" {
		return n, damaged(b.in.name, b.compression, err)
	}
	return n, err
}

func inflates(where string, ratio int64) error {
	return &plumbline.Error{
		Code: plumbline.TooLarge, Where: where,
		Message: fmt.Sprintf("the file expands to more than %d times its size", ratio),
		Hint:    "decompress it and look at it before you trust it",
	}
}

func damaged(where, compression string, err error) error {
	if _, ok := errors.AsType[*plumbline.Error](err); ok {
		return err
	}
	if errors.Is(err, zstd.ErrWindowSizeExceeded) || errors.Is(err, zstd.ErrDecoderSizeExceeded) {
		return &plumbline.Error{
			Code: plumbline.TooLarge, Where: where, Message: "its zstd window is larger than 128 MiB", Err: err,
			Hint: "compress it again without --long",
		}
	}
	return &plumbline.Error{
		Code: plumbline.Invalid, Where: where, Message: "the " + compression + " data is damaged or cut off: " + cause(err),
		Err: err, Hint: "fetch the file again",
	}
}

// wrap names the file in an error that has no code yet.
func wrap(where string, err error) error {
	if _, ok := errors.AsType[*plumbline.Error](err); ok {
		return err
	}
	return &plumbline.Error{
		Code: plumbline.Unavailable, Where: where, Message: "the file could not be read: " + cause(err), Err: err,
	}
}

// cause is the innermost message of a file error: the path is in Where already.
func cause(err error) string {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	return err.Error()
}

// random gives random access to the content of in, whose decompressed form is stream: the file itself where it can, else a
// copy in a temporary file without a name. It sets the digest where it copies.
func (in *input) random(stream io.Reader, compression string) (r io.ReaderAt, size int64, done func() error, err error) {
	if at, ok := in.file.(io.ReaderAt); ok && compression == "" {
		return at, in.size, in.close, nil
	}
	spool := &store{}
	if err := in.copyTo(spool, stream); err != nil {
		return nil, 0, nil, errors.Join(wrap(in.name, err), spool.close())
	}
	if err := in.close(); err != nil {
		return nil, 0, nil, errors.Join(wrap(in.name, err), spool.close())
	}
	if spool.file == nil {
		return bytes.NewReader(nil), 0, spool.close, nil
	}
	return spool.file, spool.end, spool.close, nil
}

func (in *input) copyTo(spool *store, stream io.Reader) error {
	buf := make([]byte, 1<<18)
	for {
		n, err := io.ReadFull(stream, buf)
		if n > 0 {
			if err := spool.write(buf[:n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) && n > 0 {
			break
		}
		if err != nil {
			return err
		}
	}
	var err error
	in.known, err = in.digest()
	return err
}

// formatOf decides the format of content that begins with head. What the content says beyond doubt wins over the name.
func formatOf(name, declared string, head []byte) (string, error) {
	found := ""
	switch {
	case bytes.HasPrefix(head, []byte("PAR1")):
		found = "parquet"
	case bytes.HasPrefix(head, []byte("PARE")):
		return "", &plumbline.Error{
			Code: plumbline.Unsupported, Where: name, Message: "the Parquet file is encrypted", Hint: "decrypt it first",
		}
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		found = "xlsx"
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return "", &plumbline.Error{
			Code: plumbline.Unsupported, Where: name, Message: "it is an old .xls file, or a workbook protected by a password",
			Hint: "save it as .xlsx without a password, or as CSV",
		}
	}
	want := declared
	if want == "" {
		want = formatOfName(name)
	}
	switch want {
	case "", "csv", "tsv", "jsonl", "xlsx", "parquet":
	default:
		return "", &plumbline.Error{
			Code: plumbline.Invalid, Where: name, Message: "the format " + want + " is not known",
			Hint: "the formats are csv, tsv, jsonl, xlsx and parquet",
		}
	}
	binary := want == "xlsx" || want == "parquet"
	switch {
	case found != "" && declared != "" && found != declared, found == "" && binary:
		return "", &plumbline.Error{
			Code: plumbline.Invalid, Where: name, Message: "the content is not " + want,
			Hint: "check the file, or name its format",
		}
	case found != "":
		return found, nil
	case want != "":
		return want, nil
	}
	trimmed := bytes.TrimLeft(bytes.TrimPrefix(head, []byte(utf8BOM)), " \t\r\n")
	if bytes.HasPrefix(trimmed, []byte("{")) {
		return "jsonl", nil
	}
	return "csv", nil
}

// formatOfName is the format that a file name tells, "" where it tells none.
func formatOfName(name string) string {
	name = strings.ToLower(name)
	for _, compressed := range []string{".gz", ".zst", ".zstd"} {
		name = strings.TrimSuffix(name, compressed)
	}
	switch name[strings.LastIndexByte(name, '.')+1:] {
	case "csv":
		return "csv"
	case "tsv", "tab":
		return "tsv"
	case "jsonl", "ndjson":
		return "jsonl"
	case "xlsx", "xlsm":
		return "xlsx"
	case "parquet", "pq":
		return "parquet"
	}
	return ""
}

// hashing computes the digests of Parquet files beside the reading of their columns.
type hashing struct {
	cancel context.CancelFunc
	done   chan struct{}
	sums   []string // owned by the goroutine until done is closed
	err    error
}

type hashJob struct {
	name string
	r    io.ReaderAt
	size int64
	sum  string // known already
}

// startHashing begins; stop ends it.
func startHashing(ctx context.Context, jobs []hashJob) *hashing {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	h := &hashing{cancel: cancel, done: make(chan struct{}), sums: make([]string, len(jobs))}
	go func() {
		defer close(h.done)
		for i, job := range jobs {
			if job.sum != "" {
				h.sums[i] = job.sum
				continue
			}
			sum := sha256.New()
			_, err := io.CopyBuffer(sum, &cancellable{ctx.Err, io.NewSectionReader(job.r, 0, job.size)}, make([]byte, 1<<18))
			if err != nil {
				h.err = errors.Join(h.err, wrap(job.name, err))
				continue
			}
			h.sums[i] = hex.EncodeToString(sum.Sum(nil))
		}
	}()
	return h
}

type cancellable struct {
	interrupted func() error
	r           io.Reader
}

func (c *cancellable) Read(p []byte) (int, error) {
	if err := c.interrupted(); err != nil {
		return 0, cancelled(err)
	}
	return c.r.Read(p)
}

func (h *hashing) wait() ([]string, error) {
	<-h.done
	return h.sums, h.err
}

func (h *hashing) stop() {
	h.cancel()
	<-h.done
}
