package chart

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxLabel is the number of signs of a label that are looked at.
const maxLabel = 200

// clean makes a text fit to be shown: what is invisible or changes the direction of its neighbours is replaced by its
// code, marks that pile up on one letter are dropped after the second, and the text ends after maxLabel signs with "…".
func clean(s string) string {
	var b strings.Builder
	signs, marks := 0, 0
	for i := 0; i < len(s); {
		if signs == maxLabel {
			b.WriteString("…")
			break
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		signs++
		if isMark(r) {
			if marks++; marks > 2 {
				continue
			}
		} else {
			marks = 0
		}
		switch {
		case r == utf8.RuneError && size == 1:
			b.WriteString("[?]")
		case hidden(r):
			fmt.Fprintf(&b, "[U+%04X]", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// hidden reports whether r has no shape of its own, or is not allowed in XML.
func hidden(r rune) bool {
	switch {
	case r >= ' ' && r < 0x7F || r >= 0x4E00 && r < 0xA000: // most signs, without a search
		return false
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
		return true
	case unicode.Is(unicode.Zs, r):
		return r != '\u00A0' && r != '\u3000' && r != '\u2009'
	}
	return r&0xFFFE == 0xFFFE || r >= 0xFDD0 && r <= 0xFDEF
}

// isMark reports whether r stands on the sign before it.
func isMark(r rune) bool {
	return r >= 0x300 && (r < 0x4E00 || r >= 0xA000) && unicode.In(r, unicode.Mn, unicode.Me)
}

// fit cleans s and cuts it to room pixels. Where it cuts, full is the whole text, else empty.
func fit(s string, room, size float64, bold bool) (text, full string) {
	text = clean(s)
	if textWidth(text, size, bold) <= room {
		return text, ""
	}
	full = text
	room -= textWidth("…", size, bold)
	used := 0.0
	for i, r := range text {
		used += signWidth(r) * size * weight(bold)
		if used > room {
			return strings.TrimRight(text[:i], " ") + "…", full
		}
	}
	return text, ""
}

// textWidth estimates the width of a cleaned text in pixels, a little on the wide side.
func textWidth(s string, size float64, bold bool) float64 {
	em := 0.0
	for _, r := range s {
		em += signWidth(r)
	}
	return em * size * weight(bold)
}

func weight(bold bool) float64 {
	if bold {
		return 1.07
	}
	return 1
}

// signWidth estimates the width of a sign in em, after the common sans-serif faces.
func signWidth(r rune) float64 {
	switch {
	case r < 0x300:
		return latinWidth(r)
	case isMark(r):
		return 0
	case r >= 0x1100 && r < 0x1160, r >= 0x2E80 && r < 0xA4D0, r >= 0xAC00 && r < 0xD7A4, r >= 0xF900 && r < 0xFB00,
		r >= 0xFE30 && r < 0xFE70, r >= 0xFF00 && r < 0xFF61, r >= 0xFFE0 && r < 0xFFE7, r == '…', r == '—':
		return 1
	case r >= 0x1F000:
		return 1.3
	case r == '–':
		return 0.55
	case r >= 0x0900 && r < 0x1100, r >= 0xA4D0 && r < 0xAC00, r >= 0xFB50 && r < 0xFE00, r >= 0x10000: // wide or unknown scripts
		return 1.3
	}
	return 0.85
}

func latinWidth(r rune) float64 {
	switch {
	case strings.ContainsRune("ijlI|!.,:;' `", r):
		return 0.33
	case strings.ContainsRune("ftr()[]{}-/\\\"*", r):
		return 0.42
	case strings.ContainsRune("mwMW@%", r):
		return 0.97
	case r >= 'A' && r <= 'Z', r >= 0xC0 && r < 0xDF, strings.ContainsRune("&+<>=~_#^", r):
		return 0.72
	case r < 0x80:
		return 0.63
	}
	return 0.7
}
