package table_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
)

// craft is a Parquet file of one required column and one row group, made by hand so that it can claim anything.
type craft struct {
	rows  int64
	typ   format.Type
	codec format.CompressionCodec
	pages []page
}

type page struct {
	typ      format.PageType
	encoding format.Encoding
	values   int32
	plain    int // claimed; 0: its length
	content  string
}

func encode(t *testing.T, v any) []byte {
	t.Helper()
	b, err := thrift.Marshal(new(thrift.CompactProtocol), v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (c craft) file(t *testing.T) string {
	t.Helper()
	b := []byte("PAR1")
	for _, p := range c.pages {
		h := format.PageHeader{Type: p.typ, CompressedPageSize: int32(len(p.content)), UncompressedPageSize: int32(max(p.plain, len(p.content)))}
		if p.typ == format.DictionaryPage {
			h.DictionaryPageHeader = thrift.New(format.DictionaryPageHeader{NumValues: p.values, Encoding: p.encoding})
		} else {
			h.DataPageHeader = thrift.New(format.DataPageHeader{
				NumValues: p.values, Encoding: p.encoding, DefinitionLevelEncoding: format.RLE, RepetitionLevelEncoding: format.RLE,
			})
		}
		b = append(append(b, encode(t, &h)...), p.content...)
	}
	return string(b) + footer(encode(t, &format.FileMetaData{
		Version: 1, NumRows: c.rows,
		Schema: []format.SchemaElement{
			{Name: "r", NumChildren: thrift.New[int32](1)},
			{Name: "a", Type: thrift.New(c.typ), RepetitionType: thrift.New(format.Required)},
		},
		RowGroups: []format.RowGroup{{NumRows: c.rows, Columns: []format.ColumnChunk{{MetaData: format.ColumnMetaData{
			Type: c.typ, Codec: c.codec, Encoding: []format.Encoding{format.Plain}, PathInSchema: []string{"a"}, NumValues: c.rows,
			TotalCompressedSize: int64(len(b) - 4), TotalUncompressedSize: 1, DataPageOffset: 4,
		}}}}},
	}))
}

func footer(b []byte) string {
	return string(b) + string(binary.LittleEndian.AppendUint32(nil, uint32(len(b)))) + "PAR1"
}

// TestCraft reads a crafted file that claims nothing, so that the bombs fail for what they claim.
func TestCraft(t *testing.T) {
	pages := []page{
		{format.DictionaryPage, format.Plain, 2, 0, "\x01\x00\x00\x00x\x02\x00\x00\x00yy"},
		{format.DataPage, format.RLEDictionary, 3, 0, "\x01\x03\x05"},
		{format.DataPage, format.RLEDictionary, 2, 0, "\x00"}, // zeros that a writer left out
		{format.DataPage, format.RLEDictionary, 2, 0, "\x01\x04\x01"},
		{format.DataPage, format.RLEDictionary, 3, 0, "\x08\x03\x00\x01\x00"}, // a group that ends with its values
	}
	tab := open(t, files("a.parquet", craft{rows: 10, typ: format.ByteArray, pages: pages}.file(t)), table.Options{}, "a.parquet")
	same(t, "a", texts(t, tab, "a"), []string{"yy", "x", "yy", "x", "x", "yy", "yy", "x", "yy", "x"})
}

// TestBombsInParquet claims more than there is, wherever a count or a length can be written. Each is refused within little
// memory; decoders that trust such a count take gigabytes, or end the process.
func TestBombsInParquet(t *testing.T) {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	bomb := string(w.EncodeAll(make([]byte, 1<<28), nil))
	one := func(e format.Encoding, content string) []page { return []page{{format.DataPage, e, 4, 0, content}} }
	dict := page{format.DictionaryPage, format.Plain, 1, 0, "\x01\x00\x00\x00x"}
	long := strings.Repeat("x", 1<<20)
	// Deltas: blocks of 128 in 4 parts, count, first, then one block with a least delta and four widths of 0.
	prefixed := "\x80\x01\x04\x90\x4e\x00" + strings.Repeat("\x00\x00\x00\x00\x00", 79) // 10,000 zeros
	cases := map[string]struct {
		file string
		says string
	}{
		"rows beyond the file":       {craft{rows: 1 << 30}.file(t), "expands"},
		"rows beyond the limit":      {craft{rows: 1 << 40}.file(t), "more than 2147483646 rows"},
		"rows without pages":         {craft{rows: 1000}.file(t), "ends after 0 of 1000"},
		"a list of 2^31 schemas":     {"PAR1" + footer([]byte("\x15\x02\x19\xfc\xff\xff\xff\xff\x07")), "cut off"},
		"a list of empty structs":    {"PAR1" + footer([]byte("\x15\x02\x19\xfc\x80\x80\x80\x08"+strings.Repeat("\x00", 1<<24+1))), "MiB of memory"},
		"structs in structs":         {"PAR1" + footer(bytes.Repeat([]byte{0x1c}, 1<<20)), "malformed"},
		"a string of 2^31 bytes":     {"PAR1" + footer([]byte("\x15\x02\x68\xff\xff\xff\xff\x07")), "cut off"},
		"zstd beyond its claim":      {craft{4, format.Int32, format.Zstd, []page{{format.DataPage, format.Plain, 4, 16, bomb}}}.file(t), "decompressed"},
		"zstd that claims much":      {craft{4, format.Int32, format.Zstd, []page{{format.DataPage, format.Plain, 4, 1 << 30, "x"}}}.file(t), "claims to hold"},
		"snappy that claims 4 GB":    {craft{4, format.Int32, format.Snappy, one(format.Plain, "\xff\xff\xff\xff\x0f")}.file(t), "decompressed"},
		"snappy of another size":     {craft{4, format.Int32, format.Snappy, one(format.Plain, string(snappy.Encode(nil, make([]byte, 99))))}.file(t), "decompressed"},
		"lz4 that is damaged":        {craft{4, format.Int32, format.Lz4Raw, one(format.Plain, "\x10a\x05\x00\x00\x00\x00\x00")}.file(t), "decompressed"},
		"brotli that is damaged":     {craft{4, format.Int32, format.Brotli, one(format.Plain, "\xff\xff\xff")}.file(t), "decompressed"},
		"a run of 2^27 indexes":      {craft{4, format.ByteArray, 0, append([]page{dict}, one(format.RLEDictionary, "\x01\xfe\xff\xff\x7f\x00")...)}.file(t), "more values"},
		"an index beyond the end":    {craft{4, format.ByteArray, 0, append([]page{dict}, one(format.RLEDictionary, "\x02\x08\x02")...)}.file(t), "does not have"},
		"indexes without dictionary": {craft{4, format.ByteArray, 0, one(format.RLEDictionary, "\x01\x08\x00")}.file(t), "missing"},
		"groups that are cut off":    {craft{4, format.ByteArray, 0, append([]page{dict}, one(format.RLEDictionary, "\x08\x03\x00")...)}.file(t), "ends early"},
		"a run of 2^27 booleans":     {craft{4, format.Boolean, 0, one(format.RLE, "\x05\x00\x00\x00\xfe\xff\xff\x7f\x01")}.file(t), "more values"},
		"2^31 deltas":                {craft{4, format.Int64, 0, one(format.DeltaBinaryPacked, "\x80\x01\x04\xff\xff\xff\xff\x07\x00")}.file(t), "delta"},
		"deltas of 200 bits":         {craft{4, format.Int64, 0, one(format.DeltaBinaryPacked, "\x80\x01\x04\x04\x00\x00\xc8\x00\x00\x00"+long)}.file(t), "delta"},
		"lengths below zero":         {craft{1, format.ByteArray, 0, []page{{format.DataPage, format.DeltaLengthByteArray, 1, 0, "\x80\x01\x04\x01\x01x"}}}.file(t), "delta"},
		"a length beyond the page":   {craft{4, format.ByteArray, 0, one(format.Plain, "\xff\xff\xff\x7fx")}.file(t), "ends early"},
		"a string across the end":    {craft{2, format.ByteArray, 0, []page{{format.DataPage, format.Plain, 2, 0, "\x01\x00\x00\x00x\x04\x00\x00\x00yy"}}}.file(t), "ends early"},
		"prefixes of a long string": {
			craft{10000, format.ByteArray, 0, []page{{
				format.DataPage, format.DeltaByteArray, 10000, 0,
				"\x80\x01\x04\x90\x4e\x00" + "\x80\x80\x80\x01\x01\x00\x00\x00\x01" + prefixed[11:] + "\x80\x01\x04\x90\x4e\x80\x80\x80\x01" + prefixed[6:] + long,
			}}}.file(t), "delta",
		},
		"more values than rows": {craft{3, format.Int32, 0, one(format.Plain, strings.Repeat("x", 16))}.file(t), "more values than the 3 rows"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			err := readAll(context.Background(), files("a.parquet", c.file), "a.parquet", table.Options{})
			runtime.ReadMemStats(&after)
			code := plumbline.CodeOf(err)
			if err == nil || code != plumbline.Invalid && code != plumbline.TooLarge || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want %q", err, c.says)
			}
			if got := after.TotalAlloc - before.TotalAlloc; got > 128<<20 {
				t.Errorf("it took %d MiB", got>>20)
			}
		})
	}
}
