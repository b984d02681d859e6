package workflow

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/plumbline-project/plumbline"
)

// maxProblems bounds how many problems one error lists; the rest is counted.
const maxProblems = 20

type problem struct {
	line      int
	key, text string
}

// problems collects what is wrong with a file.
type problems struct {
	name  string
	list  []problem
	count int
}

func (p *problems) full() bool { return len(p.list) >= maxProblems }

func (p *problems) add(line int, key, format string, args ...any) {
	p.count++
	if !p.full() {
		p.list = append(p.list, problem{line, key, fmt.Sprintf(format, args...)})
	}
}

// err gives all problems as one error: a single one as "file:line: key: text", several one a line in the order of the file.
func (p *problems) err() error {
	if p.count == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b problem) int { return a.line - b.line })
	if p.count == 1 {
		one := p.list[0]
		return &plumbline.Error{Code: plumbline.Invalid, Where: p.name + ":" + strconv.Itoa(one.line), Message: one.message()}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d errors", p.count)
	for _, one := range p.list {
		fmt.Fprintf(&b, "\n%s:%d: %s", p.name, one.line, one.message())
	}
	if more := p.count - len(p.list); more > 0 {
		fmt.Fprintf(&b, "\nand %d more", more)
	}
	return &plumbline.Error{Code: plumbline.Invalid, Where: p.name, Message: b.String()}
}

func (p problem) message() string {
	if p.key == "" {
		return p.text
	}
	return p.key + ": " + p.text
}

// quote shows hostile text: at most 60 characters, nothing that a terminal would act on.
func quote(text string) string {
	if utf8.RuneCountInString(text) > 60 {
		text = string([]rune(text)[:60]) + "…"
	}
	return strconv.Quote(text)
}

// suggest names the key that was probably meant.
func suggest(name string, fields []field) string {
	var known []string
	for _, f := range fields {
		if !f.rest {
			known = append(known, f.key)
		}
	}
	return nearest(name, known)
}

// nearest gives `; did you mean "x"?`, or nothing where no known name is near.
func nearest(name string, known []string) string {
	best := Nearest(strings.ToLower(name), known)
	if best == "" {
		return ""
	}
	return "; did you mean " + strconv.Quote(best) + "?"
}

// Nearest gives the known name that was probably meant, the first of several, or nothing where none is near: one change, or
// one in three bytes of the longer. A name beyond 50 bytes has none.
func Nearest(name string, known []string) string {
	if len(name) > 50 {
		return ""
	}
	best, least := "", len(name)
	for _, k := range known {
		if d := distance(name, k); d < least && d <= max(1, len(name)/3, len(k)/3) {
			best, least = k, d
		}
	}
	return best
}

// distance counts the bytes to insert, delete or replace to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
