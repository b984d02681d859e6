package table

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// The encodings of text files.
const (
	encUTF8    = "utf-8"
	encGB18030 = "gb18030"
	encUTF16LE = "utf-16le"
	encUTF16BE = "utf-16be"
)

const (
	utf8BOM     = "\xef\xbb\xbf"
	replacement = "\uFFFD"
)

// sniffBytes is how much of a file is looked at before it is read.
const sniffBytes = 1 << 16

// charset is how a text file is encoded. While it is a guess from the first bytes, a later byte that is not UTF-8 makes
// the reader look at the whole file and start again.
type charset struct {
	name  string
	guess bool
}

// sniffCharset decides by the byte order mark, else by the first bytes; whole says that they are all there are.
func sniffCharset(head []byte, whole bool) charset {
	switch {
	case bytes.HasPrefix(head, []byte(utf8BOM)):
		return charset{name: encUTF8}
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return charset{name: encUTF16LE}
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return charset{name: encUTF16BE}
	}
	var c counts
	c.add(head)
	if whole {
		c.finish()
	}
	return charset{name: c.verdict(), guess: !whole}
}

// counts tells UTF-8 with some damage from another encoding: characters of more than one byte that are right against bytes
// that are wrong. Text in GB18030 is wrong nearly everywhere as UTF-8, and text in UTF-8 with a few damaged bytes is not.
type counts struct {
	right, broken int64
	rest          []byte
}

func (c *counts) add(b []byte) {
	if len(c.rest) > 0 {
		b = append(c.rest, b...)
		c.rest = nil
	}
	for len(b) > 0 {
		i := 0
		for i < len(b) && b[i] < utf8.RuneSelf {
			i++
		}
		b = b[i:]
		if len(b) == 0 {
			return
		}
		r, size := utf8.DecodeRune(b)
		switch {
		case r != utf8.RuneError || size > 1:
			c.right++
		case !utf8.FullRune(b):
			c.rest = bytes.Clone(b)
			return
		default:
			c.broken++
		}
		b = b[size:]
	}
}

func (c *counts) finish() {
	c.broken += int64(len(c.rest))
	c.rest = nil
}

func (c *counts) verdict() string {
	if c.right >= c.broken {
		return encUTF8
	}
	return encGB18030
}

// judgeCharset reads a whole stream and decides; it is final.
func judgeCharset(r io.Reader) (charset, error) {
	var c counts
	buf := make([]byte, 1<<18)
	for {
		n, err := r.Read(buf)
		c.add(buf[:n])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return charset{}, err
		}
	}
	c.finish()
	return charset{name: c.verdict()}, nil
}

// decode gives r as UTF-8 without a byte order mark. What cannot be decoded becomes U+FFFD, and clean is false: the row
// reader looks for it.
func (c charset) decode(r *bufio.Reader) (decoded io.Reader, raw bool) {
	switch c.name {
	case encGB18030:
		return simplifiedchinese.GB18030.NewDecoder().Reader(r), false
	case encUTF16LE:
		return unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Reader(r), false
	case encUTF16BE:
		return unicode.UTF16(unicode.BigEndian, unicode.ExpectBOM).NewDecoder().Reader(r), false
	}
	if head, _ := r.Peek(len(utf8BOM)); string(head) == utf8BOM {
		_, _ = r.Discard(len(utf8BOM))
	}
	return r, true
}
