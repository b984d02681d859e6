package app

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// fillIn stands where a person must write the name of a column. No table has a column of this name, so that nothing is measured
// until somebody has.
const fillIn = "FILL-IN"

var plainWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)

// quoted writes any text as one YAML scalar of one line. The escapes of Go are escapes of YAML too, for valid UTF-8.
func quoted(s string) string {
	if plainWord.MatchString(s) && !slices.Contains([]string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}, strings.ToLower(s)) {
		return s
	}
	return strconv.Quote(strings.ToValidUTF8(s, "\uFFFD"))
}

func quotedList(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = strconv.Quote(strings.ToValidUTF8(s, "\uFFFD")) // values stay texts for whoever reads the file
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// shown puts a data text into a sentence: short, in quotes, nothing that a terminal or a line acts on.
func shown(s string) string {
	if r := []rune(s); len(r) > mostShown {
		s = string(r[:mostShown]) + "…"
	}
	return printable(strconv.Quote(s))
}

// draft is a workflow file in the making, with the guesses that stand in it.
type draft struct {
	strings.Builder
	lang    plumbline.Lang
	guesses []plumbline.Text // one a line, for the terminal
}

func (d *draft) line(format string, args ...any) { fmt.Fprintf(d, format+"\n", args...) }

// comment writes a text as comment lines.
func (d *draft) comment(indent string, t plumbline.Text) {
	for line := range strings.Lines(t.In(d.lang)) {
		d.line("%s# %s", indent, strings.TrimSpace(line))
	}
}

// guess writes a line with the mark of a guess, and remembers it for the terminal. Key and value are for the terminal.
func (d *draft) guess(line, key, value string, why plumbline.Text) {
	d.guesses = append(d.guesses, text.CliInitGuess(key, value, why))
	d.line("%s # guess: %s", line, text.CliInitBecause(why).In(d.lang))
}

// compose writes the workflow file for what was found.
func compose(o *found, name string, sums map[string]string, lang plumbline.Lang) *draft {
	d := &draft{lang: lang}
	d.comment("", text.CliInitHead())
	d.line("workflow: %s", quoted(idOf(name)))
	d.line("title: %s", quoted(titleOf(name)))
	d.comment("", text.CliInitAskPurpose())
	d.line("# purpose: {zh: …, en: …}\n# owner: {name: …, role: …}\n# users: …\n# regions: [CN]")
	sector, why := sectorOf(o, name)
	d.guess("sector: "+sector, "sector", sector, why)
	if len(o.definitions) > 0 {
		f := o.definitions[0].name
		d.guess("definition: "+quoted(f), "definition", shown(f), text.CliInitWhyExport())
		for _, more := range o.definitions[1:] {
			d.comment("", text.CliInitMoreDefinition(shown(more.name)))
		}
	}
	g := o.columns
	if g == nil {
		g = &columnsGuess{}
	}
	if o.alone() {
		d.alone(o)
	} else {
		d.decision(g)
		d.data(o, g)
		d.bands(g)
	}
	d.modelFiles(o.models, sums)
	if o.reviews != nil && !o.alone() { // reviews of decisions that are not there say nothing
		d.line("\noversight:")
		d.guess("  reviews: "+quoted(o.reviews.name), "oversight.reviews", shown(o.reviews.name), text.CliInitWhyFileName())
	}
	d.line("")
	d.comment("", text.CliInitRegimes())
	d.line("regimes: [cn-aiwf-reported]")
	return d
}

// alone writes how decisions would be named, as a comment, and the texts that belong to the definition.
func (d *draft) alone(o *found) {
	d.line("")
	d.comment("", text.CliInitAddDecisions())
	d.line("# decision: {column: …, favourable: [\"…\"]}\n# data: {decisions: {file: …}}")
	if len(o.texts)+len(o.documents) > 0 {
		d.line("\ndata:")
		d.texts(o)
	}
}

func (d *draft) decision(g *columnsGuess) {
	d.line("\ndecision:")
	if !g.decision.ok() {
		d.comment("  ", text.CliInitNoDecision())
		d.line("  column: %s\n  favourable: [%s]", fillIn, fillIn)
		return
	}
	d.guess("  column: "+quoted(g.decision.column), "decision.column", shown(g.decision.column), g.decision.why)
	d.sides("  ", "decision", &g.decision)
	if s := &g.score; s.ok() {
		d.line("  score:")
		d.guess("    column: "+quoted(s.column), "decision.score.column", shown(s.column), s.why)
		end, kind := "high", "rank"
		if s.low {
			end = "low"
		}
		if s.probability {
			kind = "probability"
		}
		d.guess("    favourable: "+end, "decision.score.favourable", end, s.side)
		d.guess("    kind: "+kind, "decision.score.kind", kind, s.kind)
	}
	if l := &g.label; l.ok() {
		d.line("  label:")
		d.guess("    column: "+quoted(l.column), "decision.label.column", shown(l.column), l.why)
		l.undecided = nil // a label knows two sides only
		d.sides("    ", "decision.label", l)
	}
}

func (d *draft) sides(indent, key string, s *sidesGuess) {
	if s.weak {
		d.comment(indent, text.CliInitConfirmSide())
		d.comment(indent, text.CliInitValues(shownEach(s.all)))
	}
	d.guess(indent+"favourable: "+quotedList(s.favourable), key+".favourable", shownList(s.favourable), s.sides)
	for _, l := range []struct {
		name   string
		values []string
	}{{"adverse", s.adverse}, {"undecided", s.undecided}} {
		if len(l.values) > 0 {
			d.guess(indent+l.name+": "+quotedList(l.values), key+"."+l.name, shownList(l.values), text.CliInitWhyWords())
		}
	}
}

func shownList(list []string) string { return strings.Join(shownEach(list), ", ") }

func shownEach(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = shown(s)
	}
	return out
}

func (d *draft) data(o *found, g *columnsGuess) {
	d.line("\ndata:\n  decisions:")
	if o.decisions == nil {
		d.comment("    ", text.CliInitNoTable())
		d.line("    file: %q", "decisions*.csv")
	} else {
		d.guess("    file: "+quoted(o.decisions.name), "data.decisions.file", shown(o.decisions.name), text.CliInitWhyDecisions())
		for _, t := range o.unused() {
			d.comment("    ", text.CliInitOtherTable(shown(t)))
		}
	}
	for _, c := range []struct {
		key string
		g   guessed
	}{{"time", g.time}, {"id", g.id}, {"version", g.version}} {
		if c.g.ok() {
			d.guess("    "+c.key+": "+quoted(c.g.column), "data.decisions."+c.key, shown(c.g.column), c.g.why)
		}
	}
	d.comment("    ", text.CliInitAskSource())
	d.line("    # source: …\n    # licence: …")
	for _, t := range []struct {
		key string
		f   *finding
	}{{"training", o.training}, {"reference", o.reference}} {
		if t.f != nil {
			d.line("  %s:", t.key)
			d.guess("    file: "+quoted(t.f.name), "data."+t.key+".file", shown(t.f.name), text.CliInitWhyFileName())
		}
	}
	if g.subject.ok() {
		d.guess("  subject: "+quoted(g.subject.column), "data.subject", shown(g.subject.column), g.subject.why)
	}
	d.sensitiveColumns(g)
	if g.reason.ok() {
		d.line("  reasons:")
		d.guess("    column: "+quoted(g.reason.column), "data.reasons.column", shown(g.reason.column), g.reason.why)
	}
	if len(g.personal) > 0 {
		d.line("  personal:")
		for _, p := range g.personal {
			d.guess("    - column: "+quoted(p.column), "data.personal", shown(p.column), p.why)
		}
	}
	d.texts(o)
}

// texts writes the texts and documents that were found.
func (d *draft) texts(o *found) {
	if len(o.texts) > 0 {
		d.line("  texts:")
		for _, f := range o.texts[:min(len(o.texts), mostTexts)] {
			kind := textKind(f.name)
			d.line("    - file: %s", quoted(f.name))
			d.guess("      kind: "+kind, "data.texts", shown(f.name)+" "+kind, text.CliInitWhyFileName())
		}
	}
	if len(o.documents) > 0 {
		d.line("  documents:")
		for _, f := range o.documents[:min(len(o.documents), mostTexts)] {
			d.line("    - %s", quoted(f.name))
		}
	}
}

func (d *draft) sensitiveColumns(g *columnsGuess) {
	d.comment("  ", text.CliInitAskSensitive())
	if len(g.sensitive) == 0 {
		d.line("  # sensitive:\n  #   - {column: …, source: …, basis: …, delete_by: 2030-12-31}")
		return
	}
	d.line("  sensitive:")
	for _, s := range g.sensitive {
		name := s.column
		if s.bands != "" {
			name = s.bands
		}
		d.guess("    - column: "+quoted(name), "data.sensitive", shown(name), s.why)
	}
}

// bands writes the derivations of bands of age. The edges are ours, common in statistics; none is set by law.
func (d *draft) bands(g *columnsGuess) {
	first := true
	for _, s := range g.sensitive {
		if s.bands == "" {
			continue
		}
		if first {
			d.line("\nderive:")
			first = false
		}
		d.line("  - column: %s\n    from: %s", quoted(s.bands), quoted(s.column))
		d.guess("    bins: [25, 35, 45, 60]", "derive", shown(s.bands), text.CliInitWhyBands())
		d.line("    labels: %s", quotedList(bandLabels(g.lang(d.lang))))
	}
}

// bandLabels names the bands of age in a language.
func bandLabels(lang plumbline.Lang) []string {
	if lang == plumbline.Chinese {
		return []string{"不满25岁", "25–34岁", "35–44岁", "45–59岁", "60岁及以上"}
	}
	return []string{"under 25", "25–34", "35–44", "45–59", "60 and over"}
}

func (d *draft) modelFiles(models []finding, sums map[string]string) {
	if len(models) == 0 {
		return
	}
	d.line("\nmodels:")
	for _, m := range models {
		d.line("  - file: %s", quoted(m.name))
		if sum := sums[m.name]; sum != "" {
			d.comment("    ", text.CliInitSum())
			d.line("    sha256: %q", sum)
		}
	}
}

// textKind guesses from its name what a text is for.
func textKind(name string) string {
	s := seen{words: wordsOf(name)}
	s.Name = name
	switch {
	case s.has([]string{"prompt", "prompts", "提示词"}) != "":
		return "prompt"
	case s.has([]string{"few", "shot", "shots", "示例"}) != "":
		return "few-shot"
	case s.has([]string{"knowledge", "faq", "kb", "policy", "知识", "政策"}) != "":
		return "knowledge"
	}
	return "document"
}

// sectorOf guesses the field of use from the names of folder, files and columns; other where none tells.
func sectorOf(o *found, name string) (string, plumbline.Text) {
	names := []string{name}
	if o.decisions != nil {
		names = append(names, o.decisions.name)
	}
	for _, f := range o.definitions {
		names = append(names, f.name)
	}
	if o.columns != nil && o.columns.decision.ok() {
		names = append(names, o.columns.decision.column)
	}
	for _, n := range names {
		s := seen{words: wordsOf(n)}
		s.Name = n
		for _, k := range []struct {
			sector string
			words  []string
		}{
			{"finance", []string{"loan", "loans", "credit", "bank", "insurance", "贷款", "信贷", "授信", "保险"}},
			{"employment", []string{"hiring", "hire", "recruiting", "resume", "candidate", "candidates", "招聘", "简历", "录用"}},
			{"health", []string{"patient", "health", "clinical", "medical", "医疗", "患者"}},
			{"education", []string{"student", "school", "admission", "admissions", "exam", "学生", "招生", "教育"}},
			{"public-services", []string{"welfare", "benefit", "benefits", "justice", "court", "compas", "政务", "补贴"}},
		} {
			if w := s.has(k.words); w != "" {
				return k.sector, text.CliInitWhyName(shown(n), shown(w))
			}
		}
	}
	return "other", text.CliInitWhyNoSector()
}

// idOf makes an id of a folder's name.
func idOf(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r < 0x80 && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || strings.ContainsRune("._-", r)) {
			b.WriteRune(r)
		} else {
			b.WriteByte('-')
		}
	}
	id := strings.Trim(b.String(), "-._")
	if id = id[:min(len(id), 100)]; id == "" {
		return "workflow"
	}
	return id
}

func titleOf(name string) string {
	if strings.TrimSpace(name) == "" {
		return "workflow"
	}
	return name
}
