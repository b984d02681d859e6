package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks bounds combining marks in a row: more of them paint over the lines above and below.
const maxMarks = 3

// visible makes every character of data text that has no shape of its own readable: control, format, bidirectional and
// private characters and broken bytes become their code point in brackets. At most limit runes are kept, and an ellipsis
// says where it was cut.
func visible(s string, limit int) string { return scrub(s, limit, false) }

// prose is visible for sentences: white space of any kind becomes one space.
func prose(s string, limit int) string { return strings.TrimSpace(scrub(s, limit, true)) }

func scrub(s string, limit int, spaces bool) string {
	var b strings.Builder
	kept, marks, space := 0, 0, false
	for i, r := range s {
		if kept == limit {
			b.WriteRune('…')
			break
		}
		switch {
		case spaces && unicode.IsSpace(r):
			if !space {
				b.WriteByte(' ')
				kept++
			}
			space, marks = true, 0
			continue
		case unicode.Is(unicode.M, r):
			if marks++; marks > maxMarks {
				continue
			}
			b.WriteRune(r)
		case r == utf8.RuneError && broken(s[i:]):
			fmt.Fprintf(&b, "⟨%02X⟩", s[i])
		case hidden(r):
			fmt.Fprintf(&b, "⟨U+%04X⟩", r)
		default:
			b.WriteRune(r)
			marks = 0
		}
		space = false
		kept++
	}
	return b.String()
}

// broken reports whether s begins with a byte that is no UTF-8, as opposed to a written replacement character.
func broken(s string) bool {
	_, size := utf8.DecodeRuneInString(s)
	return size == 1
}

// hidden reports whether r has no shape of its own, or changes how its neighbours are shown.
func hidden(r rune) bool {
	switch r {
	case ' ', '\u3000': // plain and ideographic space
		return false
	case '\u115F', '\u1160', '\u3164', '\uFFA0', '\u2800': // fillers that look like nothing
		return true
	}
	return !unicode.IsGraphic(r) || unicode.IsSpace(r) || r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0000 && r <= 0xE0FFF
}

// escapeHidden writes characters that a terminal or an editor acts on as JSON escapes. doc is JSON, where they occur
// inside strings only, so that its meaning stays the same.
func escapeHidden(doc []byte) []byte {
	if !hasHidden(doc) {
		return doc
	}
	out := make([]byte, 0, len(doc)+len(doc)/8)
	for len(doc) > 0 {
		r, size := utf8.DecodeRune(doc)
		switch {
		case r < utf8.RuneSelf && r != 0x7F || !hidden(r):
			out = append(out, doc[:size]...)
		case r > 0xFFFF:
			high, low := r-0x10000, r-0x10000
			out = fmt.Appendf(out, `\u%04x\u%04x`, 0xD800+high>>10, 0xDC00+low&0x3FF)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		doc = doc[size:]
	}
	return out
}

func hasHidden(doc []byte) bool {
	for len(doc) > 0 {
		r, size := utf8.DecodeRune(doc)
		if r >= 0x7F && hidden(r) {
			return true
		}
		doc = doc[size:]
	}
	return false
}

// width is the number of terminal cells of s: 2 for wide characters, 0 for combining marks. Characters whose width
// depends on the terminal (— … ✓ and the like) count 2, so that a line never becomes longer than planned.
func width(s string) int {
	n := 0
	for _, r := range s {
		n += cells(r)
	}
	return n
}

func cells(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.Is(unicode.M, r):
		return 0
	case unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Arabic, unicode.Hebrew):
		if r >= 0xFF00 {
			return 2
		}
		return 1
	}
	return 2
}

// fit cuts s to at most limit cells, with an ellipsis where something was cut.
func fit(s string, limit int) string {
	if width(s) <= limit {
		return s
	}
	n := 0
	for i, r := range s {
		if n += cells(r); n > limit-2 {
			return strings.TrimRight(wholeNumbers(s[:i]), " ,(（，") + "…"
		}
	}
	return s
}

// wholeNumbers takes the number off the end of a text that was cut: half a number is another number.
func wholeNumbers(s string) string { return strings.TrimRight(s, "0123456789.,%−") }
