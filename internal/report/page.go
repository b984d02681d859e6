package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// page is what the template shows. Texts are ready to be read; the template only escapes and arranges them.
type page struct {
	Lang        string
	Title       cell
	ID          cell
	AsOf        string
	Tool        string
	Fingerprint string
	Banners     []string
	First       first
	Contents    []section
	Scope       []fact
	Primary     []fact
	Overrides   *table
	Inputs      []input
	Workflow    *workflowPart
	Integrity   *part
	Explanation *part
	Security    *part
	Oversight   *part
	Open        *table
	Baseline    *part
	Groups      []grouping
	Calibration []grouping
	Measures    []table
	Findings    findings
	Matrix      *figure
	MatrixFrom  string
	Risks       *table
	Controls    *table
	Regimes     []regime
	Instruments *table
	Checks      *table
	Notes       []string
	NotesMore   string
	Versions    []fact
}

// section is a part of the page with its number; Parts are the entries below it in the contents.
type section struct {
	ID, No, Title string
	Parts         []section
}

// fact is a term with what is said of it.
type fact struct {
	Term  string
	Cells []cell
}

// Long reports whether the fact takes a line of its own where others stand side by side.
func (f fact) Long() bool {
	if len(f.Cells) == 0 {
		return false
	}
	c := f.Cells[0]
	return width(c.Text) > 36 || slices.ContainsFunc(c.Lines, func(l cell) bool { return width(l.Text) > 44 })
}

// say is one fact in words.
func said(term, value string) fact { return fact{Term: term, Cells: []cell{words(value)}} }

func (v *view) page(sum string) *page {
	a := v.a
	p := &page{
		Lang: string(v.lang), Title: v.data(v.say(a.Workflow.Title)), ID: v.data(a.Workflow.ID), AsOf: v.date(a.AsOf),
		Tool:        visible(a.Tool.Name, minText) + " " + visible(a.Tool.Version, v.lim.name),
		Fingerprint: sum, Banners: v.banners(), Scope: v.scopeFacts(), Primary: v.primaryFacts(), Overrides: v.overrides(),
		Inputs: v.inputs(), Findings: v.findings(), MatrixFrom: v.say(a.Matrix.Source),
		Risks: v.risks(), Controls: v.controlMatrix(), Regimes: v.regimes(), Instruments: v.instrumentTable(), Checks: v.checks(),
		Versions: v.versions(sum),
	}
	if p.Title.Text == "" {
		p.Title = p.ID
	}
	p.Workflow = v.workflow()
	p.Integrity = kept(v.integrity())
	p.Groups = v.groupSections()
	p.Calibration = v.calibration()
	p.Explanation = kept(v.explanation())
	p.Security = kept(v.securityPart())
	p.Oversight = kept(v.oversight())
	p.Open, p.Baseline = v.openByDimension(), v.baseline()
	p.Measures = v.measures()
	if f, ok := v.matrix(); ok {
		p.Matrix = &f
	}
	notes, more := cut(v, append(append([]plumbline.Text{}, a.Notes...), a.Truncated...), v.lim.rows)
	for _, n := range notes {
		p.Notes = append(p.Notes, v.say(n))
	}
	p.NotesMore = more
	p.First = v.first()
	p.contents()
	return p
}

// kept drops a chapter that has nothing to show.
func kept(p *part) *part {
	if p.empty() {
		return nil
	}
	return p
}

// unverified marks a regime that is known from reports only.
const unverified = "reported-unverified"

// banners are printed on every page. A regime that is known from reports only always has one.
func (v *view) banners() []string {
	var out []string
	for i := range v.a.Regimes {
		r := &v.a.Regimes[i]
		banner := v.say(r.Banner)
		if banner == "" && r.Status == unverified {
			banner = v.t(text.ReportBannerUnverified())
		}
		if banner != "" && len(out) < 3 {
			title := v.say(r.Title)
			out = append(out, v.t(text.ReportBannerNamed(title, v.label("report.status", r.Status), banner)))
		}
	}
	return out
}

// contents numbers the sections that have something to show.
func (p *page) contents() {
	add := func(id string, present bool, parts []section) {
		if present {
			s := section{ID: id, No: strconv.Itoa(len(p.Contents) + 1), Parts: parts}
			for i := range s.Parts {
				s.Parts[i].No = s.No + "." + strconv.Itoa(i+1)
			}
			p.Contents = append(p.Contents, s)
		}
	}
	var groups []section
	for i := range p.Groups {
		groups = append(groups, section{ID: p.Groups[i].ID, Title: p.Groups[i].Name.Text})
	}
	add("scope", true, nil)
	add("data", true, nil)
	add("workflow", p.Workflow != nil, nil)
	add("integrity", p.Integrity != nil, nil)
	add("groups", true, groups)
	add("calibration", len(p.Calibration) > 0, nil)
	add("measures", len(p.Measures) > 0, nil)
	add("explanation", p.Explanation != nil, nil)
	add("security", p.Security != nil, nil)
	add("oversight", p.Oversight != nil, nil)
	add("findings", true, nil)
	add("open", true, nil)
	add("baseline", p.Baseline != nil, nil)
	add("risks", true, nil)
	add("controls", true, nil)
	add("regimes", len(p.Regimes) > 0, nil)
	add("instruments", p.Instruments != nil, nil)
	add("checks", p.Checks != nil, nil)
	add("notes", len(p.Notes) > 0, nil)
	add("versions", true, nil)
	add("signoff", true, nil)
}

// Section returns the section with its number; the template asks for those that exist only.
func (p *page) Section(id string) section {
	for _, s := range p.Contents {
		if s.ID == id {
			return s
		}
	}
	return section{ID: id}
}

// first is what a person with one minute reads.
type first struct {
	Assessed   []fact
	Headline   string
	Counts     []count
	Worst      []worst
	WorstMore  string
	Dimensions *table
	Untested   *table
	Cautions   []string
}

// count is one verdict with how many findings have it.
type count struct {
	N     string
	State cell
}

// worst is a finding on the first page.
type worst struct {
	Href      string
	Severity  cell
	Control   cell
	Statement string
	Excused   string
}

const (
	maxWorst   = 4 // findings on the first page
	maxReasons = 6 // reasons on the first page
)

func (v *view) first() first {
	f := first{Assessed: v.assessed(), Dimensions: v.dimensions(), Untested: v.untested(maxReasons), Cautions: v.cautions()}
	n := map[plumbline.State]int64{}
	for i := range v.a.Findings {
		if v.a.Findings[i].Role != plumbline.Informs {
			n[v.a.Findings[i].State]++
		}
	}
	for _, s := range states() {
		f.Counts = append(f.Counts, count{N: v.int(n[s]), State: v.state(s)})
	}
	bad := v.order(plumbline.NotSatisfied, true)
	f.Headline = v.t(text.ReportFirstNone(n[plumbline.Satisfied], n[plumbline.NotTested]))
	if len(bad) > 0 {
		f.Headline = v.t(text.ReportFirstSome(int64(len(bad)), v.label("severity", string(v.a.Findings[bad[0]].Severity))))
	}
	for _, i := range bad[:min(len(bad), maxWorst)] {
		w := worst{Href: anchor(i), Severity: v.severity(v.a.Findings[i].Severity), Control: code(v.a.Findings[i].Control)}
		w.Statement = v.say(v.a.Findings[i].Statement)
		if v.a.Findings[i].Suppression != nil {
			w.Excused = v.t(text.ReportExcused())
		}
		if !v.whole[i] {
			w.Href = "findings"
		}
		f.Worst = append(f.Worst, w)
	}
	if rest := len(bad) - len(f.Worst); rest > 0 {
		f.WorstMore = v.t(text.ReportFirstMore(int64(rest)))
	}
	return f
}

func states() []plumbline.State {
	return []plumbline.State{plumbline.NotSatisfied, plumbline.Satisfied, plumbline.NotTested, plumbline.NotApplicable}
}

// assessed says what was looked at.
func (v *view) assessed() []fact {
	a := v.a
	out := []fact{}
	if s := v.say(a.Workflow.Purpose); s != "" {
		out = append(out, said(v.t(text.ReportPurpose()), s))
	}
	out = append(out, said(v.t(text.ReportSector()), v.label("sector", a.Workflow.Sector)), fact{v.t(text.ReportOwner()), []cell{v.person(a.Workflow.Owner)}})
	for i := range a.Inputs[:min(len(a.Inputs), 4)] {
		in := &a.Inputs[i]
		line := v.t(text.ReportRowsInFiles(in.Rows, int64(len(in.Files))))
		if in.From != "" || in.To != "" {
			line += v.semicolon() + v.t(text.ReportPeriod(v.date(in.From), v.date(in.To)))
		}
		out = append(out, said(v.label("report.table", in.Role), line))
	}
	out = append(out, v.decided()...)
	if a.Baseline != nil {
		out = append(out, said(v.t(text.ReportComparedWith()), v.date(a.Baseline.AsOf)+v.semicolon()+v.compared()))
	}
	return out
}

// decided says what was decided and whom it may treat unlike; that nothing is known of it where only a definition was given.
func (v *view) decided() []fact {
	d := &v.a.Design
	if d.Decision == "" {
		return []fact{{v.t(text.ReportDecisions()), []cell{{Kind: "why", Text: v.t(text.ReportNoDecisions())}}}}
	}
	primary := words(v.label("fairness", d.Primary))
	if d.PrimaryDefault {
		primary = primary.below(words(v.t(text.ReportPrimaryDefault())))
	}
	return []fact{
		{v.t(text.ReportDecision()), []cell{v.data(d.Decision).below(words(v.t(text.ReportFavourable(v.list(d.Favourable)))))}},
		{v.t(text.ReportSensitive()), []cell{{Kind: "data", Text: v.features()}}},
		{v.t(text.ReportPrimary()), []cell{primary}},
	}
}

// features lists sensitive features and intersections in one line.
func (v *view) features() string {
	names := append([]string{}, v.a.Design.Sensitive...)
	for _, in := range v.a.Design.Intersections {
		names = append(names, strings.Join(in, " × "))
	}
	if len(names) == 0 {
		return v.t(text.ReportNobody())
	}
	return v.list(names)
}

func (v *view) person(p plumbline.Person) cell {
	if p.Name == "" {
		return cell{Kind: "why", Text: v.t(text.ReportNobody())}
	}
	c := v.data(p.Name)
	if p.Role != "" {
		c.Lines = append(c.Lines, v.data(p.Role))
	}
	return c
}

func (v *view) dimensions() *table {
	t := &table{Class: "plain", Caption: v.t(text.ReportDimensionsCaption()), Heads: v.heads(text.ReportDimension(), text.ReportVerdict(), text.ReportCounts())}
	for _, d := range v.a.Dimensions[:min(len(v.a.Dimensions), v.lim.rows)] {
		var parts []string
		if d.Reason != "" {
			parts = append(parts, v.label("reason", string(d.Reason)))
		}
		for _, s := range states() {
			if d.Findings[s] > 0 {
				parts = append(parts, v.t(text.ReportCountOf(v.label("state", string(s)), int64(d.Findings[s]))))
			}
		}
		t.add(words(v.label("dimension", string(d.ID))), v.state(d.State), words(strings.Join(parts, v.semicolon())))
	}
	return t
}

// untested lists the most frequent reasons for which something could not be tested, with the controls concerned.
func (v *view) untested(most int) *table {
	type group struct {
		n        int64
		controls []string
	}
	groups := map[plumbline.Reason]*group{}
	var order []plumbline.Reason
	for i := range v.a.Findings {
		f := &v.a.Findings[i]
		if f.State != plumbline.NotTested {
			continue
		}
		g := groups[f.Reason]
		if g == nil {
			g = &group{}
			groups[f.Reason] = g
			order = append(order, f.Reason)
		}
		g.n++
		if n := len(g.controls); n == 0 || g.controls[n-1] != f.Control {
			g.controls = append(g.controls, f.Control)
		}
	}
	if len(order) == 0 {
		return nil
	}
	slices.SortStableFunc(order, func(a, b plumbline.Reason) int { return cmp.Compare(groups[b].n, groups[a].n) })
	t := &table{
		Class: "plain", Caption: v.t(text.ReportUntestedCaption()),
		Heads: numeric(v.heads(text.ReportReason(), text.ReportFindingsCount(), text.ReportControlsHead()), 1),
	}
	kept, more := cut(v, order, most)
	t.addNote(more)
	for _, r := range kept {
		g := groups[r]
		t.add(words(v.label("reason", string(r))), number(v.int(g.n)), cell{Kind: "code", Text: v.list(g.controls)})
	}
	return t
}

// cautions are what a reader must know before trusting the rest.
func (v *view) cautions() []string {
	var out []string
	a := v.a
	add := func(when bool, t func() plumbline.Text) {
		if when {
			out = append(out, v.t(t()))
		}
	}
	var bad, excused int64
	for i := range a.Inputs {
		bad += a.Inputs[i].Bad
	}
	for i := range a.Findings {
		if a.Findings[i].Suppression != nil {
			excused++
		}
	}
	add(a.Design.Decision == "", text.ReportCautionNoDecisions)
	add(a.Seed.Chosen, text.ReportCautionSeed)
	add(a.Design.PrimaryDefault && a.Design.Decision != "", text.ReportCautionPrimary)
	add(len(a.Design.Overrides) > 0, func() plumbline.Text { return text.ReportCautionOverrides(int64(len(a.Design.Overrides))) })
	add(excused > 0, func() plumbline.Text { return text.ReportCautionExcused(excused) })
	add(bad > 0, func() plumbline.Text { return text.ReportCautionBadRows(bad) })
	add(a.Workflow.Owner.Name == "", text.ReportCautionOwner)
	return out
}
