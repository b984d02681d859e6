package check

import (
	"context"
	"io/fs"
	"math"
	"path"
	"slices"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/detect"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// Plan says what the columns mean. It is fixed before the run, by the workflow file.
type Plan struct {
	Decision      Outcome
	Label         Outcome // Column "" where there is none
	Score         Score   // Column "" where there is none
	Sensitive     []Sensitive
	Intersections [][]string
	Control       []string // control features
	Subject       string   // key of a person; "" takes rows as independent
	Population    []Population
	Reference     map[string]string // declared reference group of a feature
	NotProxies    []string          // columns that are never looked at as proxies: id, time, reasons
	DropSmall     bool              // NYC 144: the auditor chose to leave out categories under 2 %
	Reasons       Reasons
	Time, ID      string // columns of the decisions; "" where none is declared
	Version       string // column that says which version of the model decided; "" where none is declared
}

// Outcome is a column with two sides. A value that is on neither side is missing.
type Outcome struct {
	Column     string
	Favourable []string // values that are good for the person
	Adverse    []string // empty: every other value but the undecided ones
	Undecided  []string // neither side: counted and left out
}

// Score is a column of numbers that the decision rests on.
type Score struct {
	Column      string
	LowIsGood   bool // a low score is favourable
	Probability bool // the score claims to be the probability of the favourable label (of the other one where LowIsGood)
}

// Sensitive is a sensitive feature and what is known of its lawful use.
type Sensitive struct {
	Column, Source, Basis, DeleteBy string
}

// Reasons is the column of stated reasons.
type Reasons struct {
	Column    string
	Separator string            // between two reasons
	Inputs    map[string]string // reason → column that it refers to, where that is declared
}

// Population gives the declared shares of the groups of a feature.
type Population struct {
	Feature string
	Values  []string
	Shares  []float64 // of Values, 0 to 1
}

// Input carries everything that a check may look at.
type Input struct {
	Plan      Plan
	File      *workflow.File
	Files     fs.FS            // folder of the workflow file, for the documents and models that it names
	Table     *table.Table     // decisions; nil where there are none, and then the plan declares no column
	Training  *table.Table     // nil where there is none
	Reference *table.Table     // nil where there is none
	Reviews   *table.Table     // nil where there is none
	Graph     *plumbline.Graph // nil where there is no definition
	AsOf      string           // date of the assessment, 2006-01-02
	Seed      uint64
	Level     float64 // nominal coverage of each family of intervals, 0.95
	MinN      int64   // smallest denominator that is judged
	MinCell   int64   // smallest count of people that may be shown

	Exhibits *plumbline.Exhibits // what checks leave for the report beside their observations

	frame   *frame
	scanned []*scanned // what the data checks share; nil until one asks for it
	flow    *flow      // of Graph; nil until a check of the definition asks for it
	texts   []textAt   // of the definition; nil until a check asks for them
}

// Before is the table that the decisions are compared with: the reference where one is declared, else the training data.
func (in *Input) Before() *table.Table {
	if in.Reference != nil {
		return in.Reference
	}
	return in.Training
}

// year is the year of the assessment; nobody is born after it.
func (in *Input) year() int {
	if t, err := time.Parse(time.DateOnly, in.AsOf); err == nil {
		return t.Year()
	}
	return 2100
}

// open opens a regular file of the workflow's folder. Anything else, such as a pipe that would be waited for, is not there.
func (in *Input) open(name string) (fs.File, error) {
	name = path.Clean(name)
	if in.Files == nil || !fs.ValidPath(name) {
		return nil, fs.ErrNotExist
	}
	info, err := fs.Stat(in.Files, name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fs.ErrInvalid
	}
	return in.Files.Open(name)
}

// personal reports whether the texts of a column are, or hold, personal data. Such texts are never shown, however many rows
// share one.
func (in *Input) personal(column string, texts []string) bool {
	d := detect.NewPersonalColumn(column, in.year())
	for _, t := range texts {
		if t == "" {
			continue
		}
		if len(detect.Personal([]byte(t), in.year())) > 0 {
			return true
		}
		d.Add([]byte(t), 1)
	}
	kind, _ := d.Kind()
	return kind != ""
}

// endOfDay is the first second after the day of the assessment, since 1970.
func (in *Input) endOfDay() float64 {
	t, err := time.Parse(time.DateOnly, in.AsOf)
	if err != nil {
		return math.Inf(1)
	}
	return float64(t.AddDate(0, 0, 1).Unix())
}

// Prepare counts what the checks share. It must be called once before a check runs. It reads each declared column once;
// the cost grows with rows × (features + intersections).
func (in *Input) Prepare(ctx context.Context) error {
	f, err := newFrame(ctx, in)
	if err != nil {
		return err
	}
	in.frame = f
	return nil
}

// Selective reports whether labels are missing by decision, as [selectiveLabels] finds it.
func (in *Input) Selective() bool { return in.frame.selective }

// Effect is the design effect of repeated subjects over all rows, as if all rows of a subject were alike: rows per subject,
// weighted by rows. It is 1 where rows are independent.
func (in *Input) Effect() float64 { return in.frame.kish(in.frame.all())[0] }

// family counts the comparisons beside pairs that share one level: the declared features with the groups of missing values
// that are compared, or the declared intersections.
func (in *Input) family(g *grouping) int {
	if len(g.features) > 1 {
		return max(len(in.Plan.Intersections), 1)
	}
	return max(len(in.Plan.Sensitive)+in.frame.missingTests, 1)
}

// level is the level of one member of a family that shares in.Level (Bonferroni).
func (in *Input) level(g *grouping) float64 { return 1 - (1-in.Level)/float64(in.family(g)) }

// Role names what a column is declared as: decision, label, score, subject, sensitive, control, or "".
func (p *Plan) Role(column string) string {
	switch {
	case column == p.Decision.Column:
		return "decision"
	case column == p.Label.Column:
		return "label"
	case column == p.Score.Column:
		return "score"
	case column == p.Subject:
		return "subject"
	case slices.ContainsFunc(p.Sensitive, func(s Sensitive) bool { return s.Column == column }):
		return "sensitive"
	case slices.Contains(p.Control, column):
		return "control"
	}
	return ""
}
