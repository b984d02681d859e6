package app

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/assess"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/text"
)

// progress shows on a terminal what takes long: how far a reading is, or which check runs. It is quiet elsewhere, and during the
// first second.
type progress struct {
	w     io.Writer // nil where there is no terminal
	lang  plumbline.Lang
	now   func() time.Time
	start time.Time

	mu    sync.Mutex // holds what follows, which a timer touches too
	timer *time.Timer
	line  string // to show
	shown bool
	ended bool
}

// quiet is how long nothing is shown.
const quiet = time.Second

func newProgress(p *Process, lang plumbline.Lang) *progress {
	s := &progress{lang: lang, now: p.Now, start: p.Now()}
	if p.Terminal {
		s.w = p.Stderr
	}
	return s
}

// table shows rows, rate and time left.
func (s *progress) table(t table.Progress) {
	elapsed := s.now().Sub(s.start)
	if s.w == nil || elapsed < quiet {
		return
	}
	file, rate := printable(t.File), int64(float64(t.Rows)/elapsed.Seconds())
	if t.BytesDone <= 0 || t.BytesTotal <= t.BytesDone {
		s.show(text.CliProgressTable(file, t.Rows, rate))
		return
	}
	left := time.Duration(float64(elapsed) * float64(t.BytesTotal-t.BytesDone) / float64(t.BytesDone))
	s.show(text.CliProgressTableLeft(file, t.Rows, rate, left.Round(time.Second).String()))
}

// step shows which check runs.
func (s *progress) step(a assess.Step) {
	if a.Check == 0 {
		s.show(text.CliProgressPrepare())
		return
	}
	s.show(text.CliProgressCheck(int64(a.Check), int64(a.Checks), a.Title))
}

// show puts a line in place of the last one, at once or when the first second is over.
func (s *progress) show(line plumbline.Text) {
	if s.w == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.line = line.In(s.lang)
	if left := quiet - s.now().Sub(s.start); left > 0 {
		if s.timer == nil {
			s.timer = time.AfterFunc(left, func() {
				s.mu.Lock()
				defer s.mu.Unlock()
				s.write()
			})
		}
		return
	}
	s.write()
}

func (s *progress) write() {
	if s.ended {
		return
	}
	s.shown = true
	fmt.Fprintf(s.w, "\r\x1b[K%s", s.line)
}

// done clears the line; nothing is shown any more.
func (s *progress) done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.timer != nil {
		s.timer.Stop()
	}
	if s.shown && !s.ended {
		fmt.Fprint(s.w, "\r\x1b[K")
	}
	s.ended = true
}

func validDate(s string) error {
	if _, err := time.Parse(time.DateOnly, s); err != nil {
		return &plumbline.Error{Code: plumbline.Invalid, Where: "--as-of", Message: fmt.Sprintf("%q is not a date", s), Hint: "write it as 2026-11-30"}
	}
	return nil
}
