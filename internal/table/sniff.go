package table

import (
	"strings"
)

// sniffDelimiter chooses among comma, tab, semicolon and bar by the first lines: the header must have it, and the one that
// occurs as often in most other lines as in the header wins; then the one that occurs more often, then the order above. A
// file whose header has none of them has one column. Quoted text does not count. whole says that head is all of the file,
// so that its last line is complete.
func sniffDelimiter(head []byte, whole bool) byte {
	const candidates = ",\t;|"
	var header, line, same [len(candidates)]int
	lines := 0
	flush := func() {
		if lines == 0 {
			header = line
		} else {
			for i := range line {
				if line[i] == header[i] {
					same[i]++
				}
			}
		}
		lines++
		line = [len(candidates)]int{}
	}
	quoted, mayOpen, length := false, true, 0
	for _, b := range head {
		if quoted {
			quoted = b != '"'
			mayOpen = !quoted // a doubled quote closes and opens again
			continue
		}
		i := strings.IndexByte(candidates, b)
		switch {
		case b == '"' && mayOpen:
			quoted = true
		case i >= 0:
			line[i]++
		case b == '\n' || b == '\r':
			if length > 0 {
				flush()
			}
			mayOpen, length = true, 0
			continue
		}
		mayOpen = i >= 0
		length++
	}
	if length > 0 && whole || lines == 0 {
		flush()
	}
	best := 0
	for i := range candidates {
		switch {
		case header[i] == 0:
		case header[best] == 0, same[i] > same[best], same[i] == same[best] && header[i] > header[best]:
			best = i
		}
	}
	return candidates[best]
}
