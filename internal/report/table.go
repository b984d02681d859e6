package report

import (
	"html/template"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// cell is what stands in one place of a table or list: words, a number, a data text or a chip, with smaller lines below.
type cell struct {
	Kind  string // "" words, "num", "data", "code", "chip", "why"
	Text  string
	Title string // start of a data text that was cut
	Href  string // id on the page
	Chip  string // shape and colour of a chip
	Num   bool   // stands in a column of numbers
	Rest  []cell // in the same line
	Lines []cell
}

// table is a table of the page. Cells of the first column head their rows.
type table struct {
	Caption string
	Heads   []cell
	Rows    []row
	Notes   []string
	Class   string
}

// row is a row of a table; ID is its place on the page, where something points at it.
type row struct {
	ID    string
	Cells []cell
}

func (t *table) add(cells ...cell) {
	for i := range cells {
		cells[i].Num = i < len(t.Heads) && (t.Heads[i].Kind == "num" || t.Heads[i].Num)
	}
	t.Rows = append(t.Rows, row{Cells: cells})
}

// figure is a drawing, once for wide and once for narrow screens.
type figure struct {
	Caption      string
	Wide, Narrow template.HTML
	WideOnly     bool // a further part of a drawing whose narrow form is one
}

func words(s string) cell { return cell{Text: s} }

func code(s string) cell { return cell{Kind: "code", Text: visible(s, maxCode)} }

func number(s string) cell { return cell{Kind: "num", Text: s} }

// data shows a text that comes from data or from the workflow file.
func (v *view) data(s string) cell {
	c := cell{Kind: "data", Text: visible(s, v.lim.name)}
	if full := visible(s, v.lim.title); full != c.Text {
		c.Title = full
	}
	return c
}

func (v *view) state(s plumbline.State) cell {
	return cell{Kind: "chip", Chip: closed(string(s), "satisfied", "not-satisfied", "not-tested", "not-applicable"), Text: v.label("state", string(s))}
}

func (v *view) severity(s plumbline.Severity) cell {
	return cell{Kind: "chip", Chip: closed(string(s), "low", "medium", "high", "critical"), Text: v.label("severity", string(s))}
}

// force shows the legal force of an instrument; what does not bind is hollow.
func (v *view) force(f string) cell {
	chip := "force"
	if f == "reported-unverified" || f == "draft" {
		chip = "unverified"
	}
	return cell{Kind: "chip", Chip: chip, Text: v.label("force", f)}
}

// closed keeps class names to those of the style sheet.
func closed(s string, allowed ...string) string {
	if slices.Contains(allowed, s) {
		return s
	}
	return "none"
}

// below returns c with smaller lines under it.
func (c cell) below(lines ...cell) cell {
	c.Lines = append(slices.Clone(c.Lines), lines...)
	return c
}

func (v *view) heads(texts ...plumbline.Text) []cell {
	out := make([]cell, len(texts))
	for i, t := range texts {
		out[i] = words(t.In(v.lang))
	}
	return out
}

// numeric marks the heads of number columns, so that they stand over their numbers.
func numeric(heads []cell, columns ...int) []cell {
	for _, i := range columns {
		heads[i].Kind = "num"
	}
	return heads
}

// cut keeps the first n of a list and says how many were left out.
func cut[T any](v *view, list []T, n int) (kept []T, more string) {
	if len(list) <= n {
		return list, ""
	}
	return list[:n], v.t(text.ReportMore(int64(len(list) - n)))
}

// addNote appends a note that says something.
func (t *table) addNote(note string) {
	if note != "" && !slices.Contains(t.Notes, note) {
		t.Notes = append(t.Notes, note)
	}
}

// value writes a number in its unit.
func (v *view) value(unit plumbline.Unit, x plumbline.Number) string {
	f := float64(x)
	switch unit {
	case plumbline.Share:
		return text.FormatShare(v.lang, f)
	case plumbline.Count:
		return text.FormatInt(v.lang, int64(f))
	case plumbline.Difference:
		return text.FormatRatio(v.lang, f)
	case plumbline.Ratio, plumbline.Odds:
		if f >= openEnd {
			return "∞"
		}
		return text.FormatRatio(v.lang, f)
	case plumbline.Plain:
	}
	if f >= openEnd || f <= -openEnd {
		return strings.Repeat("−", btoi(f < 0)) + "∞"
	}
	return text.FormatNumber(v.lang, f, 3)
}

// openEnd is the number that stands for infinity in an assessment, since JSON has none.
const openEnd = 1e9

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// census is the method of a full count: it has no sampling error, and its interval is the value itself.
const census = "census"

func (v *view) interval(o *plumbline.Observation) string {
	if o.Interval == nil || o.Interval.Method == census {
		return ""
	}
	return "[" + v.value(o.Unit, o.Interval.Low) + ", " + v.value(o.Unit, o.Interval.High) + "]"
}

// intervalOr is the interval of what is shown, or a dash.
func (v *view) intervalOr(o *plumbline.Observation) string {
	if o == nil || o.Suppressed || o.Value == nil || o.Interval == nil || o.Interval.Method == census {
		return "–"
	}
	return v.interval(o)
}

// shown is the value of an observation alone: a number, or why there is none.
func (v *view) shown(o *plumbline.Observation) cell {
	switch {
	case o == nil:
		return number("–")
	case o.Suppressed:
		return number(withheldSign)
	case o.Value == nil:
		return cell{Kind: "why", Text: v.label("reason", string(o.Undefined))}
	case o.Blurred:
		return number("≈ " + v.value(o.Unit, *o.Value))
	}
	return number(v.value(o.Unit, *o.Value))
}

// withheldSign stands for a number that is withheld to keep people out.
const withheldSign = "***"

// measured is the value with its interval below, and its denominator unless that is said elsewhere.
func (v *view) measured(o *plumbline.Observation, said bool) cell {
	c := v.shown(o)
	if o == nil || o.Suppressed || o.Value == nil {
		return c
	}
	if s := v.interval(o); s != "" {
		c.Lines = append(c.Lines, words(s))
	}
	if o.N != nil && *o.N > 0 && !said {
		c.Lines = append(c.Lines, words("n = "+text.FormatInt(v.lang, *o.N)))
	}
	return c
}

// rows is the denominator of an observation. Where the observation is withheld its own cell says so: which of the counts
// behind it is small is not told.
func (v *view) rows(o *plumbline.Observation) cell {
	switch {
	case o == nil || o.Suppressed || o.N == nil && !o.Blurred:
		return number("–")
	case o.N == nil:
		return number("≈")
	}
	return number(text.FormatInt(v.lang, *o.N))
}

// explain appends what a reader needs for the shown observations: methods of intervals, and signs for what is withheld.
func (v *view) explain(t *table, shown []*plumbline.Observation) {
	var methods []string
	var withheld, blurred, accepted, counted bool
	for _, o := range shown {
		if o == nil {
			continue
		}
		withheld, blurred, accepted = withheld || o.Suppressed, blurred || o.Blurred, accepted || o.Scope.Among == plumbline.Accepted
		if o.Interval == nil || o.Suppressed || o.Value == nil {
			continue
		}
		if o.Interval.Method == census {
			counted = true
			continue
		}
		if m := v.method(o.Interval); !slices.Contains(methods, m) {
			methods = append(methods, m)
		}
	}
	if len(methods) > 0 {
		t.addNote(v.t(text.ReportTableIntervals(strings.Join(methods, v.semicolon()))))
	}
	if counted {
		t.addNote(v.t(text.ReportTableCensus()))
	}
	if accepted {
		t.addNote(v.t(text.ReportTableAccepted()))
	}
	if withheld {
		t.addNote(v.t(text.ReportTableWithheld(withheldSign, v.a.MinCell)))
	}
	if blurred {
		t.addNote(v.t(text.ReportTableBlurred()))
	}
}

// method names how an interval was made, with its level and the comparisons that share it.
func (v *view) method(i *plumbline.Interval) string {
	name := prose(v.label("report.how", i.Method), v.lim.name)
	if i.Family > 1 {
		return v.t(text.ReportMethodFamily(name, float64(i.Level), int64(i.Family)))
	}
	return v.t(text.ReportMethodAlone(name, float64(i.Level)))
}
