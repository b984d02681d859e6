package report

import (
	"io"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// Size of the screen that a summary fits.
const (
	summaryLines   = 24
	summaryColumns = 100
)

// Summary writes what a terminal shows after a run: at most 24 lines of at most 100 columns, wide characters counted as
// two. Data texts are cleaned of everything that a terminal acts on. With color, verdicts and severities carry SGR colours;
// without it there is no escape sequence at all. An unknown language is read as English.
func Summary(w io.Writer, a *plumbline.Assessment, lang plumbline.Lang, color bool) error {
	v := newView(a, lang, fullLimits())
	blocks := [][]string{v.summaryHead(), v.summaryCautions(), v.summaryComparison(), v.summaryVerdicts(color), v.summaryBad(color), v.summaryUntested()}
	blocks = append(blocks, []string{v.t(text.CliSummaryMeaning())})
	total := 0
	for _, b := range blocks {
		total += len(b)
	}
	var out strings.Builder
	lines := 0
	for i, b := range blocks {
		if i > 0 && len(b) > 0 && total < summaryLines {
			out.WriteByte('\n')
			total++
			lines++
		}
		for _, line := range b {
			if lines++; lines <= summaryLines {
				out.WriteString(line + "\n")
			}
		}
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func (v *view) summaryHead() []string {
	a := v.a
	title := v.data(v.say(a.Workflow.Title)).Text
	lines := []string{
		fit(visible(a.Tool.Name, minText)+" "+visible(a.Tool.Version, minText)+" · "+title+" ("+visible(a.Workflow.ID, v.lim.name)+")", summaryColumns),
	}
	var rows int64
	for i := range a.Inputs {
		if a.Inputs[i].Role == "decisions" {
			rows += a.Inputs[i].Rows
		}
	}
	says := v.t(text.CliSummaryRows(rows, int64(len(a.Design.Sensitive)), int64(len(a.Design.Intersections))))
	if a.Design.Decision == "" {
		says = v.t(text.CliSummaryNoDecisions())
	}
	lines = append(lines, fit(says+v.semicolon()+v.t(text.ReportAsOf())+" "+v.date(a.AsOf), summaryColumns))
	if banners := v.banners(); len(banners) > 0 {
		lines = append(lines, wrap(banners[0], summaryColumns, 3)...)
	}
	return lines
}

func (v *view) summaryCautions() []string {
	var lines []string
	for _, c := range v.cautions() {
		lines = append(lines, fit("* "+c, summaryColumns))
	}
	return lines[:min(len(lines), 2)]
}

// summaryComparison is one line on the earlier assessment, where there is one.
func (v *view) summaryComparison() []string {
	b := v.a.Baseline
	if b == nil {
		return nil
	}
	says := text.CliSummaryOtherInputs()
	if b.Same {
		says = text.CliSummarySameInputs()
	}
	counts := text.CliSummaryBaseline(v.date(b.AsOf), says, int64(len(b.New)), int64(len(b.Worse)), int64(len(b.Better)), int64(len(b.Resolved)), int64(len(b.Gone)), int64(b.Kept))
	return []string{fit(v.t(counts), summaryColumns)}
}

// mark is a letter for a verdict, so that colour is never needed.
func mark(s plumbline.State) string {
	switch s {
	case plumbline.Satisfied:
		return "+"
	case plumbline.NotSatisfied:
		return "!"
	case plumbline.NotTested:
		return "?"
	case plumbline.NotApplicable:
	}
	return "-"
}

func (v *view) summaryVerdicts(color bool) []string {
	f := v.first()
	var counts []string
	for i, s := range states() {
		counts = append(counts, mark(s)+" "+f.Counts[i].N+" "+f.Counts[i].State.Text)
	}
	lines := []string{fit(strings.Join(counts, "   "), summaryColumns)}
	if color && lines[0] == strings.Join(counts, "   ") {
		for i, s := range states() {
			counts[i] = paint(counts[i], string(s), true)
		}
		lines[0] = strings.Join(counts, "   ")
	}
	const nameColumns = 18
	for _, d := range v.a.Dimensions[:min(len(v.a.Dimensions), 5)] {
		name := fit(v.label("dimension", string(d.ID)), nameColumns)
		says := mark(d.State) + " " + v.label("state", string(d.State))
		if tally := v.tally(d.Findings); tally != "" {
			says += v.semicolon() + tally
		} else if d.Reason != "" {
			says += v.semicolon() + v.label("reason", string(d.Reason))
		}
		says = fit(says, summaryColumns-nameColumns-3)
		lines = append(lines, "  "+name+strings.Repeat(" ", nameColumns+1-min(width(name), nameColumns))+paint(says, string(d.State), color))
	}
	return lines
}

// tally counts findings by the marks of their states, which the line above it explains.
func (v *view) tally(findings map[plumbline.State]int) string {
	var out []string
	for _, s := range states() {
		if n := findings[s]; n > 0 {
			out = append(out, mark(s)+" "+v.int(int64(n)))
		}
	}
	return strings.Join(out, "  ")
}

func (v *view) summaryBad(color bool) []string {
	most := 5
	if v.a.Baseline != nil {
		most-- // its line takes the room
	}
	bad := v.order(plumbline.NotSatisfied, true)
	if len(bad) == 0 {
		return nil
	}
	lines := []string{v.t(text.CliSummaryUnsupported())}
	for _, i := range bad[:min(len(bad), most)] {
		f := &v.a.Findings[i]
		tag := "[" + v.label("severity", string(f.Severity)) + "]"
		rest := fit(visible(f.Control, minText)+" "+v.say(f.Statement), summaryColumns-3-width(tag))
		lines = append(lines, "  "+paint(tag, string(f.Severity), color)+" "+rest)
	}
	if rest := len(bad) - most; rest > 0 {
		lines = append(lines, "  "+v.t(text.CliSummaryMore(int64(rest))))
	}
	return lines
}

func (v *view) summaryUntested() []string {
	const most = 3
	t := v.untested(most)
	if t == nil {
		return nil
	}
	lines := []string{v.t(text.CliSummaryUntested())}
	for _, r := range t.Rows {
		lines = append(lines, fit("  "+r.Cells[1].Text+" × "+r.Cells[0].Text+v.aside(r.Cells[2].Text), summaryColumns))
	}
	reasons := map[plumbline.Reason]bool{}
	for i := range v.a.Findings {
		if f := &v.a.Findings[i]; f.State == plumbline.NotTested {
			reasons[f.Reason] = true
		}
	}
	if rest := len(reasons) - most; rest > 0 {
		lines[0] += v.aside(v.t(text.CliSummaryMore(int64(rest))))
	}
	return lines
}

// aside puts s in the brackets of the language.
func (v *view) aside(s string) string {
	if v.lang == plumbline.Chinese {
		return "（" + s + "）"
	}
	return " (" + s + ")"
}

// paint puts an SGR colour around s where color is asked for.
func paint(s, kind string, color bool) string {
	codes := map[string]string{
		"satisfied": "32", "not-satisfied": "31", "not-tested": "33", "critical": "1;31", "high": "31", "medium": "33",
	}
	if !color || codes[kind] == "" {
		return s
	}
	return "\x1b[" + codes[kind] + "m" + s + "\x1b[0m"
}

// wrap breaks s into at most most lines of limit cells, at spaces where there are some; the last line is cut.
func wrap(s string, limit, most int) []string {
	var lines []string
	for len(lines) < most-1 && width(s) > limit {
		n, end, space := 0, 0, 0
		for i, r := range s {
			if n += cells(r); n > limit {
				break
			}
			end = i
			if r == ' ' {
				space = i
			}
		}
		if space > end/2 {
			end = space
		}
		lines = append(lines, strings.TrimSpace(s[:end]))
		s = strings.TrimSpace(s[end:])
	}
	return append(lines, fit(s, limit))
}
