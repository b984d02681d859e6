package workflow

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
)

// defaultMinCell is the smallest count that is shown; going below it needs a reason.
const defaultMinCell = 10

// check holds a file of good shape against the rules that span several keys.
func (d *decoder) check(f *File) {
	d.subject(f)
	d.decision(&f.Decision)
	d.features(f)
	d.ranges(&f.Data)
	d.population(&f.Data)
	d.derivations(f.Derive)
	d.thresholds(f.Thresholds)
	d.people(f)
}

// wrong adds a problem at a key.
func (d *decoder) wrong(key, format string, args ...any) {
	d.add(lineOf(d.lines, key), key, format, args...)
}

func index(key string, i int) string { return fmt.Sprintf("%s[%d]", key, i) }

// subject asks for something to assess: decisions, and what they are, or a definition. Keys that speak of the rows or columns of
// decisions say nothing without them; to pass over them would lose without a word what a person declared.
func (d *decoder) subject(f *File) {
	switch decides := f.Decision.Column != ""; {
	case f.HasDecisions() && decides:
	case f.HasDecisions():
		d.wrong("decision", "the key is missing; expected the keys column, favourable, which say what data.decisions decides")
	case decides:
		d.wrong("decision", "expected data.decisions too, the table whose column this is")
	case f.Definition == "":
		d.wrong("definition", "there is nothing to assess; expected definition (an export of the workflow), or decision with data.decisions (a table of its decisions), or both")
	default:
		d.withoutDecisions()
	}
}

// withoutDecisions refuses the keys that need decisions.
func (d *decoder) withoutDecisions() {
	for _, key := range []string{
		"data.training", "data.reference", "data.subject", "data.sensitive", "data.intersections", "data.control_features", "data.reasons", "data.missing",
		"data.types", "data.ranges", "data.population", "data.personal", "derive", "oversight", "nyc",
	} {
		if d.lines[key] > 0 {
			d.wrong(key, "it speaks of decisions, and there is no data.decisions")
		}
	}
}

func (d *decoder) decision(c *Decision) {
	d.disjoint("decision", c.Favourable, c.Adverse, c.Undecided)
	if c.Label == nil {
		return
	}
	d.disjoint("decision.label", c.Label.Favourable, c.Label.Adverse, nil)
	if c.Label.Column == c.Column {
		d.wrong("decision.label.column", "expected another column than the decision's, found %s", quote(c.Column))
	}
}

// disjoint refuses a value that stands in two of the lists.
func (d *decoder) disjoint(key string, favourable, adverse, undecided []string) {
	in := map[string]string{}
	for _, list := range []struct {
		name   string
		values []string
	}{{"favourable", favourable}, {"adverse", adverse}, {"undecided", undecided}} {
		for i, value := range list.values {
			if other, ok := in[value]; ok {
				d.wrong(index(key+"."+list.name, i), "%s stands in %s too; a value has one side", quote(value), other)
			}
			in[value] = list.name
		}
	}
}

// features holds the sensitive features and all that names them together.
func (d *decoder) features(f *File) {
	roles := map[string]string{f.Decision.Column: "the decision"}
	if f.Decision.Label != nil {
		roles[f.Decision.Label.Column] = "the label"
	}
	sensitive := map[string]bool{}
	for i, s := range f.Data.Sensitive {
		key := index("data.sensitive", i) + ".column"
		if sensitive[s.Column] {
			d.wrong(key, "%s is declared as sensitive twice", quote(s.Column))
		} else if role := roles[s.Column]; role != "" {
			d.wrong(key, "%s is %s; it cannot be a sensitive feature too", quote(s.Column), role)
		}
		sensitive[s.Column] = true
	}
	d.intersections(f.Data.Intersections, sensitive)
	for column := range sensitive {
		roles[column] = "a sensitive feature"
	}
	for i, c := range f.Data.ControlFeatures {
		if role := roles[c.Column]; role != "" {
			d.wrong(index("data.control_features", i)+".column", "%s is %s; it cannot be held fixed", quote(c.Column), role)
		}
		roles[c.Column] = "a control feature already"
	}
	if f.Fairness != nil {
		for _, column := range slices.Sorted(maps.Keys(f.Fairness.Reference)) {
			d.declared(child("fairness.reference", column), column, sensitive)
		}
	}
	for _, column := range slices.Sorted(maps.Keys(f.Data.Population)) {
		d.declared(child("data.population", column), column, sensitive)
	}
}

func (d *decoder) declared(key, column string, sensitive map[string]bool) {
	switch {
	case sensitive[column]:
	case d.full(): // the nearest name is costly
		d.count++
	default:
		known := slices.Sorted(maps.Keys(sensitive))
		d.wrong(key, "expected a column of data.sensitive, found %s%s", quote(column), nearest(column, known))
	}
}

func (d *decoder) intersections(list [][]string, sensitive map[string]bool) {
	seen := map[string]bool{}
	for i, columns := range list {
		key := index("data.intersections", i)
		if len(columns) < 2 {
			d.wrong(key, "expected at least two sensitive features, found %d", len(columns))
		}
		for j, column := range columns {
			d.declared(index(key, j), column, sensitive)
		}
		set := strings.Join(slices.Sorted(slices.Values(columns)), "\x00")
		if seen[set] {
			d.wrong(key, "the same features stand in the list twice")
		}
		seen[set] = true
	}
}

func (d *decoder) ranges(data *Data) {
	for _, column := range slices.Sorted(maps.Keys(data.Ranges)) {
		r, key := data.Ranges[column], child("data.ranges", column)
		switch kind := data.Types[column]; {
		case r.Min == "" && r.Max == "":
			d.wrong(key, "expected min, max or both")
		case r.Min != "" && r.Max != "" && decimal(r.Min).Cmp(decimal(r.Max)) > 0:
			d.wrong(key, "expected min not above max, found %s and %s", r.Min, r.Max)
		case kind != "" && kind != "number" && kind != "integer":
			d.wrong(key, "a range is for numbers, and data.types declares %s", kind)
		}
	}
}

// decimal gives the exact value of a text that the decoder has accepted.
func decimal(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return new(big.Rat)
	}
	return r
}

// population refuses shares whose sum is not 1 within 0.005, compared exactly.
func (d *decoder) population(data *Data) {
	for _, column := range slices.Sorted(maps.Keys(data.Population)) {
		sum := new(big.Rat)
		for _, share := range data.Population[column].Shares {
			sum.Add(sum, decimal(share))
		}
		off := new(big.Rat).Sub(sum, big.NewRat(1, 1))
		if off.Abs(off).Cmp(big.NewRat(5, 1000)) > 0 {
			d.wrong(child("data.population", column)+".shares", "expected shares whose sum is 1 within 0.005, found %s", sum.FloatString(4))
		}
	}
}

// derivations refuses columns made twice, from themselves, or from one that is made later.
func (d *decoder) derivations(rules []Derivation) {
	made := map[string]int{}
	for i, r := range rules {
		if _, ok := made[r.Column]; ok {
			d.wrong(index("derive", i)+".column", "%s is derived twice", quote(r.Column))
			continue
		}
		made[r.Column] = i
	}
	for i, r := range rules {
		key := index("derive", i)
		source, derived := made[r.From]
		switch {
		case r.From == r.Column:
			d.wrong(key+".from", "%s is derived from itself", quote(r.Column))
		case derived && loops(rules, made, i):
			d.wrong(key+".from", "%s is derived from itself by way of %s", quote(r.Column), quote(r.From))
		case derived && source > i:
			d.wrong(key+".from", "%s is derived further down; move it above", quote(r.From))
		}
		d.derivation(key, r)
	}
}

// loops follows the sources of rule i. It stops after as many steps as there are rules, at most 100.
func loops(rules []Derivation, made map[string]int, i int) bool {
	at := i
	for range min(len(rules), 100) {
		source, ok := made[rules[at].From]
		if !ok || source == i {
			return ok
		}
		at = source
	}
	return false
}

func (d *decoder) derivation(key string, r Derivation) {
	if (r.Map == nil) == (r.Bins == nil) {
		d.wrong(key, "expected either map or bins with labels")
		return
	}
	if r.Map != nil {
		if r.Labels != nil {
			d.wrong(key+".labels", "labels name bins, and there are none")
		}
		d.targets(key+".map", r.Map)
		return
	}
	if r.Else != "" {
		d.wrong(key+".else", "else belongs to a map; bins have open ends and leave nothing over")
	}
	for i := 1; i < len(r.Bins); i++ {
		if decimal(r.Bins[i-1]).Cmp(decimal(r.Bins[i])) >= 0 {
			d.wrong(index(key+".bins", i), "expected ascending edges, found %s after %s", r.Bins[i], r.Bins[i-1])
		}
	}
	if want := len(r.Bins) + 1; len(r.Labels) != want {
		d.wrong(key+".labels", "expected %d labels for %d edges (both ends are open), found %d", want, len(r.Bins), len(r.Labels))
	}
}

func (d *decoder) targets(key string, m map[string][]string) {
	in := map[string]string{}
	for _, target := range slices.Sorted(maps.Keys(m)) {
		for i, value := range m[target] {
			if other, ok := in[value]; ok {
				d.wrong(index(child(key, target), i), "%s becomes %s already", quote(value), quote(other))
			}
			in[value] = target
		}
	}
}

func (d *decoder) thresholds(list []Threshold) {
	seen := map[string]bool{}
	for i, t := range list {
		key := index("thresholds", i)
		if len(t.Rules) == 0 {
			d.wrong(key, "expected a rule of %s and its threshold, such as min_ratio: 0.85", t.Control)
		}
		for _, rule := range slices.Sorted(maps.Keys(t.Rules)) {
			if seen[t.Control+" "+rule] {
				d.wrong(key+"."+rule, "the threshold of %s is moved twice", t.Control)
			}
			seen[t.Control+" "+rule] = true
		}
	}
}

// people asks for the names and reasons that a choice needs.
func (d *decoder) people(f *File) {
	if f.Privacy.MinCell < defaultMinCell && f.Privacy.Reason == "" {
		d.wrong("privacy.reason", "the key is missing; a smallest count under %d needs a reason", defaultMinCell)
	}
	if f.NYC != nil && f.NYC.ExcludeSmall && (f.NYC.Reason == "" || f.NYC.By == "") {
		d.wrong("nyc", "expected reason and by where small categories are left out")
	}
	for i, m := range f.Mitigations {
		key := index("mitigations", i)
		switch {
		case (m.Finding == "") == (m.Control == ""):
			d.wrong(key, "expected either finding or control")
		case m.Status == "planned" && m.Due == "":
			d.wrong(key+".due", "the key is missing; what is planned has a day")
		case m.Status == "accepted" && m.AcceptedBy == "":
			d.wrong(key+".accepted_by", "the key is missing; a person accepts a risk")
		case m.Status != "accepted" && m.AcceptedBy != "":
			d.wrong(key+".accepted_by", "the status is %s, so nobody has accepted the risk", m.Status)
		}
	}
	seen := map[string]bool{}
	for i, s := range f.Suppressions {
		if seen[s.Finding] {
			d.wrong(index("suppressions", i)+".finding", "%s is suppressed twice", quote(s.Finding))
		}
		seen[s.Finding] = true
	}
	for i, m := range f.Models {
		if key := index("models", i); m.File == "" && (m.Provider == "" || m.Name == "") {
			d.wrong(key, "expected the file of the model, or provider and name of a hosted one")
		} else if m.SHA256 != "" && m.File == "" {
			d.wrong(key+".sha256", "there is no file that it could be of")
		}
	}
	attested := map[string]bool{}
	for i, a := range f.Attestations {
		if attested[a.Control] {
			d.wrong(index("attestations", i)+".control", "%s is attested twice; keep the later statement", a.Control)
		}
		attested[a.Control] = true
		if (a.Document == "") != (a.SHA256 == "") {
			d.wrong(index("attestations", i), "expected document and sha256 together")
		}
	}
}
