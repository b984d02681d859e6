package app

import (
	"fmt"
	"io"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/text"
)

// progress shows on a terminal how far a long reading is. It is quiet elsewhere, and during the first second.
type progress struct {
	w     io.Writer // nil where there is no terminal
	now   func() time.Time
	start time.Time
	shown bool
}

func newProgress(p *Process) *progress {
	s := &progress{now: p.Now, start: p.Now()}
	if p.Terminal {
		s.w = p.Stderr
	}
	return s
}

// table shows rows, rate and time left.
func (s *progress) table(t table.Progress) {
	elapsed := s.now().Sub(s.start)
	if s.w == nil || elapsed < time.Second {
		return
	}
	s.shown = true
	rate := float64(t.Rows) / elapsed.Seconds()
	left := ""
	if t.BytesDone > 0 && t.BytesTotal > t.BytesDone {
		remain := time.Duration(float64(elapsed) * float64(t.BytesTotal-t.BytesDone) / float64(t.BytesDone))
		left = fmt.Sprintf("  %s left", remain.Round(time.Second))
	}
	fmt.Fprintf(s.w, "\r\x1b[K%s  %s rows  %s/s%s", printable(t.File), text.FormatInt(plumbline.English, t.Rows), text.FormatInt(plumbline.English, int64(rate)), left)
}

// done clears the line.
func (s *progress) done() {
	if s.shown {
		fmt.Fprint(s.w, "\r\x1b[K")
	}
}

func validDate(s string) error {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return &plumbline.Error{Code: plumbline.Invalid, Where: "--as-of", Message: fmt.Sprintf("%q is not a date", s), Hint: "write it as 2026-11-30"}
	}
	return nil
}
