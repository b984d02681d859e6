package report

import (
	"strconv"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// risks is the register with owners and due dates; nil where there is no risk.
func (v *view) risks() *table {
	if len(v.a.Risks) == 0 {
		return nil
	}
	t := &table{
		Class: "risks", Caption: v.t(text.ReportRisksCaption()),
		Heads: v.heads(text.ReportRisk(), text.ReportLevelHead(), text.ReportLikelihoodImpact(), text.ReportFindingsCount(), text.ReportRiskOwner(),
			text.ReportTreatment()),
	}
	at := map[string]int{}
	for i := range v.a.Findings {
		at[v.a.Findings[i].ID] = i
	}
	kept, more := cut(v, v.a.Risks, v.lim.rows)
	t.addNote(more)
	for i := range kept {
		r := &kept[i]
		refs := words(v.int(int64(len(r.Findings))))
		for _, id := range r.Findings[:min(len(r.Findings), 6)] {
			c := code(id)
			if k, ok := at[id]; ok {
				if c = code(v.a.Findings[k].Control); v.whole[k] {
					c.Href = anchor(k)
				}
				c.Rest = v.findingAbout(&v.a.Findings[k])
			}
			refs.Lines = append(refs.Lines, c)
		}
		t.add(
			code(r.ID).below(words(v.say(r.Title))), v.severity(r.Level),
			words(strconv.Itoa(r.Likelihood)+" × "+strconv.Itoa(r.Impact)), refs,
			v.person(plumbline.Person{Name: r.Owner}), v.treatment(&r.Treatment),
		)
	}
	return t
}

// findingAbout says in a few words what a finding is about: its scope, or its measure where that is all rows.
func (v *view) findingAbout(f *plumbline.Finding) []cell {
	if m := metricOf(f); m != "" && scopeKey(&f.Scope) == scopeKey(&plumbline.Scope{}) {
		return []cell{v.metric(m)}
	}
	return flat(v.scope(f.Scope, metricOf(f)))
}

func (v *view) treatment(t *plumbline.Treatment) cell {
	if t.Kind == "" {
		return cell{Kind: "why", Text: v.t(text.ReportNoTreatment())}
	}
	c := words(v.label("treatment", t.Kind))
	if t.Status != "" {
		c.Text += v.semicolon() + v.label("treatment-status", t.Status)
	}
	if s := v.say(t.Action); s != "" {
		c.Lines = append(c.Lines, words(s))
	}
	if t.Owner != "" {
		c.Lines = append(c.Lines, words(v.t(text.ReportDoneBy(visible(t.Owner, v.lim.name)))))
	}
	if t.Due != "" {
		c.Lines = append(c.Lines, words(v.t(text.ReportDue(v.date(t.Due)))))
	} else {
		c.Lines = append(c.Lines, words(v.t(text.ReportNoDue())))
	}
	return c
}

// controlMatrix lists the controls with verdict, thresholds, and the provisions to which they are mapped, each with the
// force of its instrument.
func (v *view) controlMatrix() *table {
	t := &table{
		Class: "controls", Caption: v.t(text.ReportControlsCaption()),
		Heads: v.heads(text.ReportControl(), text.ReportVerdict(), text.ReportThresholdMethod(), text.ReportMappedTo()),
	}
	kept, more := cut(v, v.a.Controls, v.maxControls())
	t.addNote(more)
	t.addNote(v.t(text.ReportConfidenceNote()))
	for i := range kept {
		c := &kept[i]
		name := code(c.ID).below(words(v.say(c.Title)))
		if c.Dimension != "" {
			name.Lines = append(name.Lines, cell{Kind: "soft", Text: v.label("dimension", string(c.Dimension))})
		}
		verdict := v.state(c.State)
		if c.Reason != "" {
			verdict = verdict.below(words(v.label("reason", string(c.Reason))))
		}
		if c.Attestation != nil {
			verdict = verdict.below(v.attestation(c.Attestation)...)
		}
		t.add(name, verdict, v.rules(c.Rules).below(cell{Kind: "soft", Text: v.label("method", c.Method)}), v.mappings(c.Maps))
		t.Rows[i].ID = "c-" + strconv.Itoa(i+1)
	}
	return t
}

// attestation says who stated what of a control and when, the document with its fingerprint, and whether that decides.
func (v *view) attestation(a *plumbline.Attestation) []cell {
	says := v.t(text.ReportAttested(visible(a.Who, v.lim.name), v.date(a.On)))
	lines := []cell{words(says), {Kind: "data", Text: prose(a.Statement, v.lim.prose/2)}}
	if a.Document != "" {
		lines = append(lines, code(a.Document))
	}
	if a.SHA256 != "" {
		lines = append(lines, words(v.t(text.ReportAttestedSum())), code(a.SHA256))
	}
	if a.Found != "" {
		lines = append(lines, cell{Kind: "why", Text: v.t(text.ReportAttestedOther())}, code(a.Found))
	}
	if a.State != "" {
		state := v.state(a.State)
		if a.Reason != "" {
			state.Rest = []cell{words(v.label("reason", string(a.Reason)))}
		}
		lines = append(lines, state)
	}
	if !a.Decides {
		lines = append(lines, words(v.t(text.ReportAttestedBeside())))
	}
	return lines
}

func (v *view) rules(rules []plumbline.Rule) cell {
	c := words("")
	if len(rules) == 0 {
		return words(v.t(text.ReportNoThreshold()))
	}
	kept, more := cut(v, rules, v.lim.evidence)
	for i := range kept {
		line := v.threshold(kept[i].Metric, kept[i].Op, kept[i].Value, kept[i].Source)
		c.Lines = append(c.Lines, cell{Text: line.Text, Kind: line.Kind})
		if i+1 < len(kept) && kept[i+1].Source == kept[i].Source {
			continue // said once, below the last of them
		}
		for _, from := range line.Lines {
			from.Kind = "soft"
			c.Lines = append(c.Lines, from)
		}
	}
	if more != "" {
		c.Lines = append(c.Lines, words(more))
	}
	return c
}

// mappings says what a control has to do with which provision, and with what force and certainty.
func (v *view) mappings(maps []plumbline.Mapping) cell {
	c := words("")
	if len(maps) == 0 {
		return words(v.t(text.ReportNoMapping()))
	}
	kept, more := cut(v, maps, v.lim.evidence+4)
	for i := range kept {
		m := &kept[i]
		p := v.provision(m.Ref, m.Instrument)
		p.Rest = append(p.Rest, cell{Kind: "soft", Text: v.label("rel", m.Rel) + v.semicolon() + visible(m.Confidence, minText)})
		c.Lines = append(c.Lines, p)
	}
	if more != "" {
		c.Lines = append(c.Lines, words(more))
	}
	return c
}

func (v *view) confidence(c string) string {
	switch c {
	case "S":
		return v.t(text.ReportConfidenceS())
	case "K":
		return v.t(text.ReportConfidenceK())
	}
	return visible(c, minText)
}

// regime is a body of requirements with the evidence for each of its provisions.
type regime struct {
	Title      string
	ID         cell
	Status     cell
	Banner     string
	Source     cell
	Facts      []fact
	Provisions *table
}

const maxRegimes = 8

func (v *view) regimes() []regime {
	var out []regime
	kept, _ := cut(v, v.a.Regimes, maxRegimes)
	for i := range kept {
		r := &kept[i]
		status := cell{Kind: "chip", Chip: "force", Text: v.label("report.status", r.Status)}
		if r.Status == unverified {
			status.Chip = "unverified"
		}
		var facts []fact
		if r.Status == unverified {
			facts = []fact{
				said(v.t(text.ReportSubmission()), v.t(text.ClaimNoSubmissionDuty())), said(v.t(text.ReportPenalties()), v.t(text.ClaimNoPenalties())),
				said(v.t(text.ReportExposure()), v.t(text.ClaimExposure())),
			}
		}
		out = append(out, regime{
			Title: v.say(r.Title), ID: code(r.ID), Status: status, Banner: v.say(r.Banner), Source: code(r.Source), Facts: facts, Provisions: v.provisions(r),
		})
	}
	return out
}

func (v *view) provisions(r *plumbline.RegimeResult) *table {
	t := &table{
		Class: "provisions", Caption: v.t(text.ReportProvisionsCaption()),
		Heads: v.heads(text.ReportProvision(), text.ReportEvidenceHead(), text.ReportOpenHead(), text.ReportGroundedIn()),
	}
	evidence := map[string]*plumbline.ProvisionEvidence{}
	for i := range r.Evidence {
		evidence[r.Evidence[i].Provision] = &r.Evidence[i]
	}
	kept, more := cut(v, r.Provisions, v.lim.rows)
	t.addNote(more)
	for i := range kept {
		p := &kept[i]
		e := evidence[p.ID]
		if e == nil {
			e = &plumbline.ProvisionEvidence{}
		}
		name := code(p.ID).below(words(v.say(p.Title)))
		if note := v.say(p.Note); note != "" {
			name.Lines = append(name.Lines, cell{Kind: "soft", Text: note})
		}
		n, m := int64(len(e.Supported)), int64(len(e.Supported)+len(e.Open))
		says := words(v.t(text.ReportNOfM(n, m))).below(cell{Kind: "soft", Text: v.t(text.ClaimEvidenceCount(m, n))})
		if n > 0 {
			says.Lines = append(says.Lines, cell{Kind: "code", Text: v.list(e.Supported)})
		}
		open := words("–")
		if len(e.Open) > 0 {
			open = cell{Kind: "code", Text: v.list(e.Open)}
		}
		if len(e.Exempt) > 0 {
			open.Lines = append(open.Lines, words(v.t(text.ReportExempt(v.list(e.Exempt)))))
		}
		grounds := words("")
		for _, ref := range p.GroundedIn[:min(len(p.GroundedIn), v.lim.evidence+4)] {
			grounds.Lines = append(grounds.Lines, v.provision(ref, ""))
		}
		t.add(name, says, open, grounds)
	}
	return t
}

// instrumentTable lists the instruments that this report names; nil where there is none.
func (v *view) instrumentTable() *table {
	if len(v.a.Instruments) == 0 {
		return nil
	}
	t := &table{
		Caption: v.t(text.ReportInstrumentsCaption()),
		Heads:   v.heads(text.ReportInstrument(), text.ReportForce(), text.ReportIssuer(), text.ReportInForce(), text.ReportSourceHead()),
	}
	kept, more := cut(v, v.a.Instruments, 2*v.lim.rows)
	t.addNote(more)
	for i := range kept {
		in := &kept[i]
		dates := v.date(in.From)
		if in.Until != "" {
			dates = v.t(text.ReportPeriod(dates, v.date(in.Until)))
		}
		t.add(
			code(in.ID).below(words(v.say(in.Title))), v.force(in.Force), words(v.say(in.Issuer)), words(dates),
			code(in.Source).below(cell{Kind: "soft", Text: v.confidence(in.Confidence)}),
		)
	}
	return t
}

// checks lists what was run, with parameters and sources; nil where nothing was.
func (v *view) checks() *table {
	if len(v.a.Checks) == 0 {
		return nil
	}
	t := &table{Class: "checks", Caption: v.t(text.ReportChecksCaption()), Heads: v.heads(text.ReportCheckHead(), text.ReportMeaning(), text.ReportParams(), text.ReportRefs())}
	kept, more := cut(v, v.a.Checks, v.lim.rows)
	t.addNote(more)
	for i := range kept {
		c := &kept[i]
		name := code(c.ID + "@" + strconv.Itoa(c.Version)).below(words(v.say(c.Title)))
		if c.Skipped != "" {
			name.Lines = append(name.Lines, cell{Kind: "why", Text: v.t(text.ReportSkipped(v.label("reason", string(c.Skipped))))})
		}
		params, refs := words(""), words("")
		for _, p := range c.Params[:min(len(c.Params), v.lim.evidence)] {
			params.Lines = append(params.Lines, cell{Kind: "code", Text: visible(p.Name, maxCode) + " = " + text.FormatNumber(v.lang, float64(p.Value), 6)})
			if p.Value != p.Default {
				params.Lines = append(params.Lines, words(v.t(text.ReportParamDefault(float64(p.Default)))))
			}
			if why := v.say(p.Why); why != "" {
				params.Lines = append(params.Lines, cell{Kind: "soft", Text: why})
			}
		}
		for _, r := range c.Refs[:min(len(c.Refs), v.lim.evidence)] {
			refs.Lines = append(refs.Lines, cell{Kind: "data", Text: prose(r.Cite, v.lim.prose)})
			if r.URL != "" {
				refs.Lines = append(refs.Lines, code(r.URL))
			}
		}
		t.add(name, words(v.say(c.Meaning)), params, refs)
	}
	return t
}
