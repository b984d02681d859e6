package main

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Stand-ins for placeholders while neighbours are looked at.
const (
	someWords  = '\uE000' // may begin with anything
	someNumber = '\uE001' // begins and ends with a digit or sign
	someHan    = '\uE002' // fits next to Han, as a Chinese date does
)

// typography lists the faults of a text in its language.
func typography(text string, parts []part, han bool) (faults []string) {
	if strings.TrimSpace(text) == "" {
		return []string{"the text is empty"}
	}
	if !utf8.ValidString(text) {
		return []string{"the text is not UTF-8"}
	}
	if strings.TrimSpace(text) != text {
		faults = append(faults, "a space or line break at an end")
	}
	if strings.Contains(text, "  ") {
		faults = append(faults, "two spaces")
	}
	for _, note := range []string{"TODO", "FIXME", "XXX", "TBD"} {
		if strings.Contains(text, note) {
			faults = append(faults, note+" is left")
		}
	}
	for _, r := range text {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u00A0' || r == '\u3000' || unicode.Is(unicode.Co, r) {
			faults = append(faults, fmt.Sprintf("the character %U has no place in a text", r))
		}
	}
	for _, p := range parts {
		switch {
		case p.kind == "plural" && han && p.one != "":
			faults = append(faults, "Chinese has one form of a plural")
		case p.kind == "plural" && !han && p.one == "":
			faults = append(faults, "English has two forms of a plural, {n:plural:one row|# rows}")
		}
	}
	if han {
		return append(faults, chineseFaults(flatten(parts))...)
	}
	return append(faults, englishFaults(text)...)
}

func englishFaults(text string) (faults []string) {
	for _, r := range text {
		if fullWidth(r) {
			faults = append(faults, fmt.Sprintf("%q is Chinese punctuation", r))
		}
	}
	return faults
}

func chineseFaults(signs []rune) (faults []string) {
	if !slices.ContainsFunc(signs, func(r rune) bool { return isHan(r) || r >= someWords && r <= someHan }) {
		// A name such as AUC is the same in both languages.
		return nil
	}
	for i, r := range signs {
		before, after := neighbour(signs, i, -1), neighbour(signs, i, +1)
		switch {
		case strings.ContainsRune(",;:!?()\"'", r) && (!ascii(before) || !ascii(after)):
			faults = append(faults, fmt.Sprintf("half-width %q; write the full-width sign", r))
		case r == '.' && isHan(before):
			faults = append(faults, "half-width '.' after Han; write 。")
		}
		if i == 0 {
			continue
		}
		last := signs[i-1]
		switch {
		case isHan(last) && tight(r) || tight(last) && isHan(r):
			faults = append(faults, fmt.Sprintf("a space is missing between %s and %s", show(last), show(r)))
		case r == ' ' && (isHan(last) && isHan(after) || fullWidth(last) || fullWidth(after)):
			faults = append(faults, "a space too many after "+show(last))
		}
	}
	return faults
}

// flatten turns parts into signs, with one stand-in for each placeholder.
func flatten(parts []part) (signs []rune) {
	for _, p := range parts {
		switch p.kind {
		case "":
			signs = append(signs, []rune(p.words)...)
		case "string", "text", "list":
			signs = append(signs, someWords)
		case "date":
			signs = append(signs, someHan)
		case "plural":
			signs = append(signs, []rune(strings.ReplaceAll(p.other, "#", string(someNumber)))...)
		default:
			signs = append(signs, someNumber)
		}
	}
	return signs
}

// neighbour is the next sign that is no space, in the direction step, and 0 at the end.
func neighbour(signs []rune, i, step int) rune {
	for i += step; i >= 0 && i < len(signs); i += step {
		if signs[i] != ' ' {
			return signs[i]
		}
	}
	return 0
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func ascii(r rune) bool { return r > ' ' && r < 0x7F }

// tight reports whether r is set apart from Han by a space.
func tight(r rune) bool {
	return r == someNumber || r == '%' || r < 0x7F && (unicode.IsLetter(r) || unicode.IsDigit(r))
}

func fullWidth(r rune) bool {
	return strings.ContainsRune("，。；：？！（）、《》「」【】％～", r)
}

func show(r rune) string {
	switch r {
	case someWords, someHan:
		return "a placeholder"
	case someNumber:
		return "a number"
	}
	return fmt.Sprintf("%q", r)
}
