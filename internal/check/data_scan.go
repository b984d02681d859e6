package check

import (
	"context"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/detect"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// Roles of the tables in scopes. The decisions are the table that every other scope is silent about.
const (
	roleDecisions = "decisions"
	roleTraining  = "training"
	roleReference = "reference"
	roleReviews   = "reviews"
)

// scanSample is how many rows, spread evenly, the models of the data checks look at.
const scanSample = 100_000

// scanned is what one pass over a table tells. One column is open at a time.
type scanned struct {
	role    string
	t       *table.Table
	rows    int
	at      []int32 // the sampled rows
	time    string
	id      string
	columns []*scannedColumn
	copies  copies
	like    []uint64  // hash of the features of each row, missing ones too; nil where there is none
	shared  []string  // the features in like
	target  []uint8   // side of the label of each row, of the decision where there is no label; nil where there is neither
	label   string    // column that target comes from
	clock   *clock    // nil without a column of times
	times   []float64 // of the sampled rows
	people  []uint32  // subject of the sampled rows; nil where rows are independent
	effect  float64   // design effect of repeated subjects, 1 where rows are independent
}

// scannedColumn is what is known of one column.
type scannedColumn struct {
	table.ColumnInfo
	role     string
	derived  bool
	top      int64 // rows of the most frequent value
	repeat   float64
	low      float64 // of the numbers; low > high where there is none
	high     float64
	numbers  int64 // rows with a number
	outside  int64 // numbers outside the declared range
	ranged   bool  // a range is declared
	beyond   int64 // numbers outside the range of the column before
	compared bool
	dict     []string // where there are few values
	counts   []int64
	sample   *bins // of the sampled rows; nil where the column cannot be binned
	personal detect.PersonalKind
	share    float64
	inside   detect.PersonalKind // kind found in longer texts
	hits     int64
	looked   int64 // rows that the detectors saw
	declared bool  // as personal data
	private  bool  // sensitive, or what a sensitive column is made from: counts of it could give back what the checks on bias withhold
}

// scope names the column in its table.
func (s *scanned) scope(column string) plumbline.Scope {
	out := plumbline.Scope{Column: column, Table: s.role}
	if s.role == roleDecisions {
		out.Table = ""
	}
	return out
}

// scans reads every table once, those that the decisions are compared with first, and keeps what it learns for all data checks.
func (in *Input) scans(ctx context.Context) ([]*scanned, error) {
	if in.scanned != nil {
		return in.scanned, nil
	}
	var out []*scanned
	before := map[*table.Table]*scanned{}
	data := &in.file().Data
	for _, x := range []struct {
		role string
		t    *table.Table
	}{{roleReference, in.Reference}, {roleTraining, in.Training}, {roleReviews, in.Reviews}, {roleDecisions, in.Table}} {
		if x.t == nil {
			continue
		}
		s := &scanned{role: x.role, t: x.t, rows: int(x.t.Rows())}
		switch {
		case x.role == roleDecisions:
			s.time, s.id = in.Plan.Time, in.Plan.ID
		case x.role == roleTraining && data.Training != nil:
			s.time, s.id = data.Training.Time, data.Training.ID
		case x.role == roleReference && data.Reference != nil:
			s.time, s.id = data.Reference.Time, data.Reference.ID
		case x.role == roleReviews && in.file().Oversight != nil:
			s.id = in.file().Oversight.ID
		}
		if s.id == "" {
			s.id = in.Plan.ID
		}
		if s.time == "" {
			s.time = in.Plan.Time
		}
		var against *scanned
		if x.role == roleDecisions && in.Before() != nil {
			against = before[in.Before()]
		}
		if err := in.scan(ctx, s, against); err != nil {
			return nil, err
		}
		before[x.t] = s
		out = append(out, s)
	}
	slices.Reverse(out) // decisions first
	in.scanned = out
	return out, nil
}

// scanOf gives the pass over one role, or nil.
func scanOf(scans []*scanned, role string) *scanned {
	for _, s := range scans {
		if s.role == role {
			return s
		}
	}
	return nil
}

func (in *Input) scan(ctx context.Context, s, before *scanned) error {
	s.at = drawn(s.rows, scanSample, in.Seed)
	s.shared = in.features(s)
	if err := in.subjects(ctx, s); err != nil {
		return err
	}
	p := &pass{in: in, s: s, before: before}
	if s.role != roleReviews {
		p.like = make([]uint64, s.rows)
	}
	p.exact, p.near = make([]uint64, s.rows), make([]uint64, s.rows)
	if hasColumn(s.t, s.id) && s.role != roleReviews {
		p.ids, p.named = make([]uint64, s.rows), true
	}
	s.label = in.Plan.Label.Column
	if s.label == "" || !hasColumn(s.t, s.label) {
		s.label = in.Plan.Decision.Column
	}
	if s.role == roleReviews || !hasColumn(s.t, s.label) {
		s.label = ""
	}
	defer p.work.Wait() // nothing outlives the scan, whatever goes wrong
	for _, info := range s.t.Info() {
		if err := ctx.Err(); err != nil {
			return &plumbline.Error{Code: plumbline.Unavailable, Message: "the reading was cancelled", Err: err}
		}
		if err := p.column(ctx, info); err != nil {
			return err
		}
	}
	if err := p.longNumbers(ctx); err != nil {
		return err
	}
	p.beside(p.order) // it needs the table no more
	if err := s.t.Scan(ctx); err != nil {
		return err
	}
	p.work.Wait()
	for i, info := range s.t.Info() {
		s.columns[i].ColumnInfo = info
	}
	s.copies = p.copies()
	if len(s.shared) > 0 {
		s.like = p.like
	}
	return nil
}

// subjects keeps who the sampled rows are of, and how far repeated subjects widen an interval, as if all rows of one were alike.
func (in *Input) subjects(ctx context.Context, s *scanned) error {
	s.effect = 1
	if in.Plan.Subject == "" || s.role == roleReviews || !hasColumn(s.t, in.Plan.Subject) || s.rows == 0 {
		return nil
	}
	groups, err := s.t.Groups(ctx, in.Plan.Subject)
	if err != nil {
		return err
	}
	size := make([]uint32, groups.N)
	for _, id := range groups.IDs {
		if id != table.NoGroup {
			size[id]++
		}
	}
	squares := float64(groups.Missing)
	for _, m := range size {
		squares += float64(m) * float64(m)
	}
	if s.effect = max(squares/float64(s.rows), 1); s.effect == 1 {
		return nil
	}
	for _, row := range s.at {
		id := groups.IDs[row]
		if id == table.NoGroup {
			id = uint32(groups.N + int(row)) //nolint:gosec // G115: rows are below 2^31
		}
		s.people = append(s.people, id)
	}
	return nil
}

func hasColumn(t *table.Table, name string) bool {
	return slices.ContainsFunc(t.Info(), func(c table.ColumnInfo) bool { return c.Name == name })
}

// derivedColumn reports whether the workflow file makes the column from another.
func (in *Input) derivedColumn(name string) bool {
	for _, d := range in.file().Derive {
		if d.Column == name {
			return true
		}
	}
	return false
}

// features lists the columns by which two rows are alike: none that names a row or a person, tells of the outcome or of time, or is
// made from another. Where decisions and training data are both there, only those that both have.
func (in *Input) features(s *scanned) []string {
	other := in.Training
	if s.role == roleTraining {
		other = in.Table
	} else if s.role != roleDecisions {
		other = nil
	}
	var out []string
	for _, c := range s.t.Info() {
		if in.notFeature(s, c.Name) || c.Kind == table.Nested || other != nil && !hasColumn(other, c.Name) {
			continue
		}
		out = append(out, c.Name)
	}
	return out
}

func (in *Input) notFeature(s *scanned, name string) bool {
	switch in.Plan.Role(name) {
	case "decision", "label", "score", "subject":
		return true
	}
	if in.derivedColumn(name) {
		return true
	}
	return slices.Contains([]string{s.id, s.time, in.Plan.ID, in.Plan.Time, in.Plan.Version, in.Plan.Reasons.Column}, name)
}

// declaredPersonal reports whether the file says that a column holds personal data, or names a row or a person.
func (in *Input) declaredPersonal(s *scanned, name string) bool {
	if in.Plan.Role(name) == "subject" {
		return true
	}
	for _, p := range in.file().Data.Personal {
		if p.Column == name {
			return true
		}
	}
	return in.private(name) || name == s.id || name == in.Plan.ID
}

// private reports whether counts of a column could give back what the checks on bias withhold.
func (in *Input) private(name string) bool {
	if in.Plan.Role(name) == "sensitive" {
		return true
	}
	for _, d := range in.file().Derive {
		if d.From == name && in.Plan.Role(d.Column) == "sensitive" {
			return true
		}
	}
	return false
}

// salt is a number for a column that does not depend on the table, so that equal values of two tables hash alike.
func (in *Input) salt(column string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(column))
	return mix(h.Sum64() ^ in.Seed)
}

// hashText hashes a text under a salt; folded leaves out spaces and the case of Latin letters.
func hashText[T ~string | ~[]byte](salt uint64, text T, folded bool) uint64 {
	h := salt
	for i := range len(text) {
		c := text[i]
		if folded {
			if c == ' ' || c == '\t' {
				continue
			}
			if c >= 'A' && c <= 'Z' {
				c |= 0x20
			}
		}
		h = (h ^ uint64(c)) * 0x100000001b3
	}
	return mix(h)
}

// hashNumber hashes a number under a salt.
func hashNumber(salt uint64, v float64) uint64 {
	if v == 0 {
		v = 0 // no negative zero
	}
	return mix(salt ^ math.Float64bits(v))
}

// rounded keeps ten binary digits behind the first of a number, which is about three decimal ones.
func roundedNumber(v float64) float64 {
	const drop = 42
	b := math.Float64bits(v)
	return math.Float64frombits((b + 1<<(drop-1)) >> drop << drop)
}

// exactInFloat reports whether a decimal text has few enough digits that no other one has its float64.
func exactInFloat(text string) bool { return len(strings.TrimLeft(text, "-0.")) <= 15 }

// tableFile gives what the workflow file says of a table, or nil.
func (in *Input) tableFile(role string) *workflow.Table {
	switch role {
	case roleDecisions:
		if in.file().HasDecisions() {
			return &in.file().Data.Decisions
		}
	case roleTraining:
		return in.file().Data.Training
	case roleReference:
		return in.file().Data.Reference
	}
	return nil
}

// file is what the workflow file declares; nothing where there is none.
func (in *Input) file() *workflow.File {
	if in.File == nil {
		return &workflow.File{}
	}
	return in.File
}
