package check

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
	"github.com/plumbline-project/plumbline/internal/table"
)

const (
	mostReasons   = 50 // that are shown one by one
	mostStated    = 64 // reasons of one decision that are read
	mostExamples  = 12
	defaultBreaks = ";" // between two reasons
)

func explainReasons() Check {
	c := Check{
		ID: "explain.reasons", Version: 1, Dimension: plumbline.Explainability, Needs: []Need{NeedDecision, NeedReasons},
		Params: []plumbline.Param{{Name: "max_reasons", Unit: "count", Default: mostReasons}},
		Refs: []plumbline.Ref{
			{Cite: "12 CFR 1002.9(b)(2) (Regulation B), statement of specific reasons", URL: "https://www.ecfr.gov/current/title-12/section-1002.9"},
			{Cite: "Doshi-Velez F, Kim B (2017), Towards a rigorous science of interpretable machine learning", URL: "https://arxiv.org/abs/1702.08608"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		s, err := in.statedReasons(ctx)
		if err != nil {
			return nil, err
		}
		if s == nil {
			for _, m := range []string{"reason_coverage", "reason_input_known_share", "reason_input_missing_share"} {
				e.undefined(m, plumbline.Share, plumbline.Scope{}, plumbline.TooManyGroups)
			}
			return e.out, nil
		}
		in.coverage(e, s)
		in.validity(e, s)
		if err := in.emptyInputs(ctx, e, s); err != nil {
			return nil, err
		}
		return e.out, in.reasonExamples(ctx, s)
	}
	return c
}

// stated are the reasons that the decisions carry.
type stated struct {
	codes   *table.Codes
	sets    [][]int      // reasons of each entry of the dictionary, sorted
	names   []string     // of the reasons, sorted
	columns []string     // that each reason refers to; "" where the record has none
	adverse []int64      // adverse decisions by entry of the dictionary
	other   []int64      // favourable ones
	private map[int]bool // whether the text of a reason is personal data; what shown asked for
}

// statedReasons reads the column of reasons; nil where it holds more different texts than a dictionary, which codes do not.
func (in *Input) statedReasons(ctx context.Context) (*stated, error) {
	codes, err := in.Table.Codes(ctx, in.Plan.Reasons.Column)
	if err != nil {
		if unreadable(err) {
			return nil, nil
		}
		return nil, err
	}
	s := &stated{codes: codes, sets: make([][]int, len(codes.Dict)), adverse: make([]int64, len(codes.Dict)), other: make([]int64, len(codes.Dict)), private: map[int]bool{}}
	separator := cmp.Or(in.Plan.Reasons.Separator, defaultBreaks)
	number := map[string]int{}
	texts := make([][]string, len(codes.Dict))
	for i, entry := range codes.Dict {
		for part := range strings.SplitSeq(entry, separator) {
			if part = strings.TrimSpace(part); part != "" && len(texts[i]) < mostStated {
				texts[i] = append(texts[i], part)
				number[part] = 0
			}
		}
	}
	for name := range number {
		s.names = append(s.names, name)
	}
	slices.Sort(s.names)
	columns := in.columnForms()
	for i, name := range s.names {
		number[name] = i
		s.columns = append(s.columns, in.refersTo(name, columns))
	}
	for i, parts := range texts {
		for _, p := range parts {
			s.sets[i] = append(s.sets[i], number[p])
		}
		slices.Sort(s.sets[i])
		s.sets[i] = slices.Compact(s.sets[i])
	}
	for row, outcome := range in.frame.rowOutcomes() {
		switch outcome / 3 {
		case bad:
			s.adverse[codes.At(row)]++
		case good:
			s.other[codes.At(row)]++
		}
	}
	return s, nil
}

// columnForm is a column with its plain form: letters and digits in lower case.
type columnForm struct{ name, plain string }

// columnForms lists the columns of the table that a reason may refer to, longest first, so that income_band wins over income.
func (in *Input) columnForms() []columnForm {
	var out []columnForm
	for _, c := range in.Table.Info() {
		if c.Name != in.Plan.Reasons.Column {
			out = append(out, columnForm{c.Name, plainForm(c.Name)})
		}
	}
	slices.SortStableFunc(out, func(a, b columnForm) int { return cmp.Compare(len(b.plain), len(a.plain)) })
	return out
}

func plainForm(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// refersTo finds the column that a reason refers to: the declared one, else the longest column whose name the reason is or
// begins with, case and signs aside. A name of less than three letters (two Han) only counts whole.
func (in *Input) refersTo(reason string, columns []columnForm) string {
	if declared := in.Plan.Reasons.Inputs[reason]; declared != "" {
		if slices.ContainsFunc(columns, func(c columnForm) bool { return c.name == declared }) {
			return declared
		}
		return ""
	}
	plain := plainForm(reason)
	for _, c := range columns {
		least := 3
		if strings.IndexFunc(c.plain, func(r rune) bool { return unicode.Is(unicode.Han, r) }) >= 0 {
			least = 2
		}
		if c.plain != "" && (plain == c.plain || len([]rune(c.plain)) >= least && strings.HasPrefix(plain, c.plain) && wholeWords(reason, c.plain)) {
			return c.name
		}
	}
	return ""
}

// wholeWords reports whether the plain form ends at the end of a word of the reason: "income too low" begins with income, and
// "incomes" does not.
func wholeWords(reason, plain string) bool {
	rest := []rune(plain)
	for _, r := range reason {
		letter := unicode.IsLetter(r) || unicode.IsDigit(r)
		if len(rest) == 0 {
			return !letter || unicode.Is(unicode.Han, r)
		}
		if letter {
			rest = rest[1:]
		}
	}
	return len(rest) == 0
}

// coverage counts decisions with a reason, and the reasons. All rows are counted, so nothing is estimated.
func (in *Input) coverage(e *emitter, s *stated) {
	var with, n, otherWith, others, reasons int64
	count := make([]int64, len(s.names))
	for i, set := range s.sets {
		n, others = n+s.adverse[i], others+s.other[i]
		if len(set) == 0 {
			continue
		}
		with, otherWith = with+s.adverse[i], otherWith+s.other[i]
		reasons += s.adverse[i] * int64(len(set))
		for _, r := range set {
			count[r] += s.adverse[i]
		}
	}
	e.censusShare("reason_coverage", plumbline.Scope{}, with, n)
	e.censusShare("reason_coverage_favourable", plumbline.Scope{}, otherWith, others)
	if with > 0 {
		e.census("reasons_per_decision", plumbline.Plain, plumbline.Scope{}, float64(reasons)/float64(with), with)
	} else {
		e.undefined("reasons_per_decision", plumbline.Plain, plumbline.Scope{}, plumbline.ZeroDenominator)
	}
	shown := in.shownReasons(s, count)
	for _, r := range shown {
		e.censusShare("reason_share", plumbline.Scope{Item: s.names[r]}, count[r], n)
	}
	e.census("reasons_stated", plumbline.Count, plumbline.Scope{}, float64(len(s.names)), n)
	e.census("reasons_not_shown", plumbline.Count, plumbline.Scope{}, float64(len(s.names)-len(shown)), n)
}

// shownReasons are the reasons that may be named, most frequent first: those of enough rows whose text holds no personal data.
func (in *Input) shownReasons(s *stated, count []int64) []int {
	var out []int
	for r, k := range count {
		if k < max(in.MinCell, 1) {
			continue
		}
		if _, asked := s.private[r]; !asked {
			s.private[r] = in.personal(in.Plan.Reasons.Column, s.names[r:r+1])
		}
		if !s.private[r] {
			out = append(out, r)
		}
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(count[b], count[a]) })
	return out[:min(len(out), mostReasons)]
}

// validity counts the stated reasons that refer to an input of the record.
func (in *Input) validity(e *emitter, s *stated) {
	var known, all, n int64
	strange := make([]int64, len(s.names))
	for i, set := range s.sets {
		n += s.adverse[i]
		for _, r := range set {
			all += s.adverse[i]
			if s.columns[r] != "" {
				known += s.adverse[i]
			} else {
				strange[r] += s.adverse[i]
			}
		}
	}
	e.censusShare("reason_input_known_share", plumbline.Scope{}, known, all)
	for _, r := range in.shownReasons(s, strange) {
		e.censusShare("reason_unknown_share", plumbline.Scope{Item: s.names[r]}, strange[r], n)
	}
}

// emptyInputs counts stated reasons whose input is missing in the same row.
func (in *Input) emptyInputs(ctx context.Context, e *emitter, s *stated) error {
	var empty, all int64
	outcome := in.frame.rowOutcomes()
	for _, column := range s.referred() {
		missing, err := in.missing(ctx, column)
		if err != nil {
			return err
		}
		refers := make([]bool, len(s.sets))
		for i, set := range s.sets {
			refers[i] = slices.ContainsFunc(set, func(r int) bool { return s.columns[r] == column })
		}
		for row, o := range outcome {
			if o/3 == bad && refers[s.codes.At(row)] {
				all++
				if missing(row) {
					empty++
				}
			}
		}
	}
	e.censusShare("reason_input_missing_share", plumbline.Scope{}, empty, all)
	return nil
}

// referred lists the columns that reasons refer to, sorted.
func (s *stated) referred() []string {
	var out []string
	for _, c := range s.columns {
		if c != "" {
			out = append(out, c)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// missing opens a column for the question whether a row has a value in it, if it is not known that all have.
func (in *Input) missing(ctx context.Context, column string) (func(row int) bool, error) {
	for _, c := range in.Table.Info() {
		if c.Name == column && c.Known && c.Missing == 0 && c.BadValues == 0 {
			return func(int) bool { return false }, nil
		}
	}
	codes, err := in.Table.Codes(ctx, column)
	if err == nil {
		return func(row int) bool { return codes.At(row) == 0 }, nil
	}
	if !unreadable(err) {
		return nil, err
	}
	groups, err := in.Table.Groups(ctx, column)
	if err != nil {
		if unreadable(err) {
			return func(int) bool { return false }, nil // nested columns hold something
		}
		return nil, err
	}
	return func(row int) bool { return groups.IDs[row] == table.NoGroup }, nil
}

// reasonExamples leaves what is typical of the decisions with a reason: medians over many rows, no person's case.
func (in *Input) reasonExamples(ctx context.Context, s *stated) error {
	if in.Exhibits == nil {
		return nil
	}
	x, err := in.explain(ctx)
	if err != nil {
		return err
	}
	count := make([]int64, len(s.names))
	for i, set := range s.sets {
		for _, r := range set {
			count[r] += s.adverse[i]
		}
	}
	in.Exhibits.Reasons = nil
	codes := codesAt(s.codes, x.at)
	for _, r := range in.shownReasons(s, count) {
		if len(in.Exhibits.Reasons) == mostExamples {
			break
		}
		example := plumbline.ReasonExample{Reason: s.names[r], Rows: count[r], Column: s.columns[r]}
		if at := slices.IndexFunc(x.features, func(f feature) bool { return f.name == s.columns[r] }); at >= 0 && x.cols[at].Numbers != nil {
			in.contrast(&example, x, codes, x.cols[at].Numbers, func(code uint16) bool { return slices.Contains(s.sets[code], r) })
		}
		in.Exhibits.Reasons = append(in.Exhibits.Reasons, example)
	}
	return nil
}

// contrast compares the input among adverse decisions with and without the reason. It says how well the input tells the two
// apart, whichever end of it is the worse one: which that is differs from workflow to workflow, and decisions do not tell it
// where inputs go together.
func (in *Input) contrast(to *plumbline.ReasonExample, x *explained, codes []uint16, values []float64, has func(uint16) bool) {
	var with, without, scores []float64
	var class []uint8 // for the ranking: 1 without, 2 with
	for _, r := range x.rows {
		v := values[r]
		switch {
		case math.IsNaN(v) || x.good[r]:
			continue
		case has(codes[r]):
			class, with = append(class, 2), append(with, v)
		default:
			class, without = append(class, 1), append(without, v)
		}
		scores = append(scores, v)
	}
	if least := max(in.MinCell, 2); int64(len(with)) < least || int64(len(without)) < least {
		return
	}
	to.With, to.Without = number(median(with)), number(median(without))
	if auc, _ := stat.NewRanking(scores).AUC(class, nil, 0); !math.IsNaN(auc.Value) {
		to.Contrast = number(max(auc.Value, 1-auc.Value))
	}
}

// median of at least one value, which it sorts; to three digits, so that it is nobody's value.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	m := values[n/2]/2 + values[(n-1)/2]/2
	if m == 0 {
		return 0
	}
	const digits = 3
	scale := math.Pow(10, digits-1-math.Floor(math.Log10(math.Abs(m))))
	if r := math.Round(m*scale) / scale; finite(r) {
		return r
	}
	return m
}
