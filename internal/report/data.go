package report

import (
	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// scopeFacts is the plan of the run.
func (v *view) scopeFacts() []fact {
	d := &v.a.Design
	if d.Decision == "" {
		return v.decided()
	}
	out := []fact{{v.t(text.ReportDecision()), []cell{v.data(d.Decision)}}}
	add := func(term plumbline.Text, values []string) {
		if len(values) > 0 {
			out = append(out, fact{v.t(term), []cell{{Kind: "data", Text: v.list(values)}}})
		}
	}
	column := func(term plumbline.Text, name, kind string) {
		if name != "" {
			c := v.data(name)
			if kind != "" {
				c = c.below(words(v.label("report.score_kind", kind)))
			}
			out = append(out, fact{v.t(term), []cell{c}})
		}
	}
	add(text.ReportValuesFavourable(), d.Favourable)
	add(text.ReportValuesAdverse(), d.Adverse)
	add(text.ReportValuesUndecided(), d.Undecided)
	column(text.ReportScore(), d.Score, d.ScoreKind)
	column(text.ReportLabel(), d.Label, "")
	add(text.ReportLabelGood(), d.LabelGood)
	column(text.ReportSubject(), d.Subject, "")
	out = append(out, fact{v.t(text.ReportSensitive()), []cell{{Kind: "data", Text: v.features()}}})
	add(text.ReportControlFeatures(), d.Controls)
	return append(
		out,
		said(v.t(text.ReportLevel()), v.value(plumbline.Share, v.a.Level)),
		said(v.t(text.ReportMinN()), v.t(text.ReportMinNSays(v.a.MinN))),
		said(v.t(text.ReportMinCell()), v.t(text.ReportMinCellSays(v.a.MinCell))),
	)
}

// primaryFacts says which fairness definition judges and who chose it.
func (v *view) primaryFacts() []fact {
	d := &v.a.Design
	out := []fact{said(v.t(text.ReportPrimary()), v.label("fairness", d.Primary))}
	if d.PrimaryDefault {
		return append(out, said(v.t(text.ReportPrimaryWho()), v.t(text.ReportPrimaryDefault())))
	}
	if d.PrimaryReason != "" {
		out = append(out, fact{v.t(text.ReportPrimaryWhy()), []cell{{Kind: "data", Text: prose(d.PrimaryReason, v.lim.prose)}}})
	}
	who := cell{Kind: "why", Text: v.t(text.ReportNobody())}
	if d.PrimaryBy != "" {
		who = v.data(d.PrimaryBy)
	}
	if d.PrimaryOn != "" {
		who = who.below(words(v.date(d.PrimaryOn)))
	}
	return append(out, fact{v.t(text.ReportPrimaryWho()), []cell{who}})
}

// overrides lists the thresholds that the workflow file moved; nil where there is none.
func (v *view) overrides() *table {
	if len(v.a.Design.Overrides) == 0 {
		return nil
	}
	t := &table{
		Caption: v.t(text.ReportOverridesCaption()),
		Heads: numeric(v.heads(text.ReportControl(), text.ReportRule(), text.ReportThresholdDefault(), text.ReportThresholdHere(),
			text.ReportPrimaryWhy()), 2, 3),
	}
	kept, more := cut(v, v.a.Design.Overrides, v.lim.rows)
	t.addNote(more)
	for _, o := range kept {
		t.add(
			v.controlName(o.Control), code(o.Rule), number(visible(o.Default, minText)), number(visible(o.Value, minText)),
			cell{Kind: "data", Text: prose(o.Reason, v.lim.prose)},
		)
	}
	return t
}

// input is one table that was read.
type input struct {
	Name    string
	Facts   []fact
	Files   *table
	Columns *table
	Bad     *table
}

const maxInputs = 8

func (v *view) inputs() []input {
	var out []input
	kept, _ := cut(v, v.a.Inputs, maxInputs)
	for i := range kept {
		in := &kept[i]
		one := input{Name: v.label("report.table", in.Role), Files: v.files(in), Columns: v.columns(in)}
		one.Facts = append(one.Facts, said(v.t(text.ReportRows()), v.int(in.Rows)))
		if in.From != "" || in.To != "" {
			one.Facts = append(one.Facts, said(v.t(text.ReportPeriodHead()), v.t(text.ReportPeriod(v.date(in.From), v.date(in.To)))))
		}
		one.Facts = append(one.Facts, said(v.t(text.ReportBadRows()), v.t(text.ReportBadRowsSays(in.Bad))))
		if len(in.First) > 0 {
			one.Bad = v.badRows(in)
		}
		out = append(out, one)
	}
	return out
}

func (v *view) files(in *plumbline.InputTable) *table {
	t := &table{
		Class: "files", Caption: v.t(text.ReportFilesCaption()),
		Heads: numeric(v.heads(text.ReportFile(), text.ReportFileFormat(), text.ReportBytes(), text.ReportRows(), text.ReportSha256()), 2, 3),
	}
	kept, more := cut(v, in.Files, v.lim.rows)
	t.addNote(more)
	for _, f := range kept {
		t.add(v.data(f.Name), code(f.Format), number(v.int(f.Bytes)), number(v.int(f.Rows)), code(f.SHA256))
	}
	return t
}

func (v *view) columns(in *plumbline.InputTable) *table {
	t := &table{
		Caption: v.t(text.ReportColumnsCaption()),
		Heads: numeric(v.heads(text.ReportColumn(), text.ReportKind(), text.ReportMissingHead(), text.ReportDistinct(), text.ReportUse(),
			text.ReportOrigin()), 2, 3),
	}
	kept, more := cut(v, in.Columns, v.lim.rows+v.lim.rows/2)
	t.addNote(more)
	for _, c := range kept {
		distinct := number(v.int(c.Distinct))
		if c.Distinct < 0 {
			distinct = number(">" + v.int(65_536))
		}
		missing := number(v.int(c.Missing))
		if c.Missing < 0 {
			missing = number(withheldSign)
			t.addNote(v.t(text.ReportTableWithheld(withheldSign, v.a.MinCell)))
		}
		origin := words("")
		if c.Source != "" {
			origin.Lines = append(origin.Lines, words(v.t(text.ReportOriginSource(prose(c.Source, v.lim.title)))))
		}
		if c.Basis != "" {
			origin.Lines = append(origin.Lines, words(v.t(text.ReportOriginBasis(prose(c.Basis, v.lim.title)))))
		}
		if c.Role == "sensitive" && c.Basis == "" {
			origin.Lines = append(origin.Lines, cell{Kind: "why", Text: v.t(text.ReportOriginNone())})
		}
		t.add(v.data(c.Name), words(v.label("report.kinds", c.Kind)), missing, distinct, words(v.label("report.role", c.Role)), origin)
	}
	return t
}

// badRows lists rows that could not be read by place and reason: never by content.
func (v *view) badRows(in *plumbline.InputTable) *table {
	t := &table{Caption: v.t(text.ReportBadCaption()), Heads: numeric(v.heads(text.ReportFile(), text.ReportLine(), text.ReportReason()), 1)}
	kept, more := cut(v, in.First, v.lim.rows/2+1)
	t.addNote(more)
	for _, b := range kept {
		t.add(v.data(b.File), number(v.int(b.Line)), code(b.Reason))
	}
	return t
}

// versions says what made the report and from what.
func (v *view) versions(sum string) []fact {
	a := v.a
	seed := code(a.Seed.Value)
	seed = seed.below(words(v.t(text.ReportSeedDerived())))
	if a.Seed.Chosen {
		seed = code(a.Seed.Value).below(cell{Kind: "why", Text: v.t(text.ReportCautionSeed())})
	}
	return []fact{
		{v.t(text.ReportTool()), []cell{v.data(a.Tool.Name + " " + a.Tool.Version)}},
		{v.t(text.ReportBuilt()), []cell{code(a.Tool.Go + " " + a.Tool.Arch)}},
		{v.t(text.ReportCatalog()), []cell{code(a.Tool.Catalog)}},
		said(v.t(text.ReportAsOfHead()), v.date(a.AsOf)),
		{v.t(text.ReportSeed()), []cell{seed}},
		{v.t(text.ReportSchema()), []cell{code(a.Schema)}},
		{v.t(text.ReportSum()), []cell{code(sum)}},
	}
}
