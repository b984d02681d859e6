package regime

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// Forms of what a control file holds.
var (
	familyForm  = regexp.MustCompile(`^[A-Z]{2}$`)
	controlForm = regexp.MustCompile(`^[A-Z]{2}-[0-9]{2}$`)
	nameForm    = regexp.MustCompile(`^[a-z][a-z0-9_]{0,59}$`)
	decimalForm = regexp.MustCompile(`^-?[0-9]{1,9}(\.[0-9]{1,9})?$`)
)

// A control as it stands in a file. Engine is a pointer, so that "nothing measures it" must be written.
type control struct {
	ID, Method                      string
	Dimension                       plumbline.Dimension
	Engine                          *string
	Title, Meaning, Importance, Fix plumbline.Text
	Rules                           []plumbline.Rule // keys are the names of the fields in lower case
	Maps                            []mapping
	Impact                          int
}

// A mapping as it stands in a file. Its confidence is that of the article, or K where Conf says so: a claim is never surer
// than what it rests on.
type mapping struct {
	Ref, Rel, Conf string
	Note           plumbline.Text
}

// controls reads the controls of one family.
func (l *loader) controls(name string) {
	var f struct {
		Family   string
		Controls []control
	}
	if !l.decode(name, &f) || l.many(name, len(l.out.Controls)+len(f.Controls)) {
		return
	}
	if !familyForm.MatchString(f.Family) || path.Base(name) != strings.ToLower(f.Family)+".yaml" {
		l.bad(name, "family %q does not name the file", f.Family)
	}
	for i := range f.Controls {
		d := &f.Controls[i]
		where := fmt.Sprintf("%s controls[%d] %s", name, i, d.ID)
		if !controlForm.MatchString(d.ID) || !strings.HasPrefix(d.ID, f.Family+"-") {
			l.bad(where, "expected an id such as %s-01", f.Family)
		}
		l.unique(where, d.ID)
		l.out.Controls = append(l.out.Controls, l.control(where, f.Family, d))
	}
	slices.SortStableFunc(l.out.Controls, func(a, b plumbline.Control) int { return strings.Compare(a.ID, b.ID) })
}

func (l *loader) control(where, family string, d *control) plumbline.Control {
	c := plumbline.Control{
		ID: d.ID, Family: family, Dimension: d.Dimension, Title: d.Title, Method: d.Method, Rules: d.Rules,
		Meaning: d.Meaning, Importance: d.Importance, Fix: d.Fix, Impact: d.Impact,
	}
	l.want(where+".title", d.Title)
	if d.Dimension != "" && !slices.Contains(plumbline.Dimensions(), d.Dimension) {
		l.bad(where+".dimension", "there is no dimension %q", d.Dimension)
	}
	l.oneOf(where+".method", d.Method, "automatic", "mixed", "semi-automatic", "person")
	if d.Impact < 1 || d.Impact > 5 {
		l.bad(where+".impact", "expected 1 to 5, found %d", d.Impact)
	}
	text := l.allow
	switch {
	case d.Engine == nil:
		l.bad(where+".engine", `the key is missing; engine: "" says that nothing measures it yet`)
	case *d.Engine != "":
		c.Engine, text = *d.Engine, l.want
		l.oneOf(where+".engine", c.Engine, Engines()...)
	case len(d.Rules) > 0:
		l.bad(where+".rules", "there is no engine to apply a rule")
	}
	text(where+".meaning", d.Meaning)
	text(where+".importance", d.Importance)
	text(where+".fix", d.Fix)
	seen := map[string]bool{}
	for i := range d.Rules {
		r := &d.Rules[i]
		at := fmt.Sprintf("%s.rules[%d] %s", where, i, r.Name)
		if seen[r.Name] {
			l.bad(at, "the name is given twice")
		}
		seen[r.Name] = true
		l.rule(at, r)
	}
	c.Maps = l.mappings(where, d.Maps)
	return c
}

// rule wants a threshold with a reason, and bands that begin at it and lead away from it, each worse than the one before.
func (l *loader) rule(where string, r *plumbline.Rule) {
	if !nameForm.MatchString(r.Name) || r.Name == "control" || r.Name == "reason" {
		l.bad(where, "expected a name such as min_ratio; control and reason are other keys of a workflow file")
	}
	if !nameForm.MatchString(r.Metric) {
		l.bad(where+".metric", "expected the name of a metric, found %q", r.Metric)
	}
	l.oneOf(where+".op", r.Op, ">=", "<=")
	l.oneOf(where+".unit", string(r.Unit), "share", "difference", "ratio", "odds-ratio", "count", "plain")
	if _, ok := l.out.Instrument(r.Source); !ok && r.Source != "product-default" {
		l.bad(where+".source", "expected product-default or the id of an instrument, found %q", r.Source)
	}
	l.want(where+".why", r.Why)
	last, ok := l.decimal(where+".value", r.Value)
	if len(r.Bands) == 0 {
		l.bad(where+".bands", "a threshold without bands grades nothing")
	}
	rank := 0
	for i, b := range r.Bands {
		at := fmt.Sprintf("%s.bands[%d]", where, i)
		value, valid := l.decimal(at+".at", b.At)
		switch {
		case !ok || !valid:
		case i == 0 && value != last:
			l.bad(at, "the first band begins at %s and the threshold is %s", b.At, r.Value)
		case i > 0 && (r.Op == ">=" && value >= last || r.Op == "<=" && value <= last):
			l.bad(at, "%s does not lead away from the threshold", b.At)
		}
		if b.Severity.Rank() <= rank {
			l.bad(at, "expected a severity worse than that of the band before, found %q", b.Severity)
		}
		last, rank = value, b.Severity.Rank()
	}
}

func (l *loader) decimal(where, s string) (value float64, ok bool) {
	if !decimalForm.MatchString(s) {
		l.bad(where, "expected a decimal such as 0.80, found %q", s)
		return 0, false
	}
	value, err := strconv.ParseFloat(s, 64)
	return value, err == nil
}

func (l *loader) mappings(where string, data []mapping) []plumbline.Mapping {
	out := make([]plumbline.Mapping, 0, len(data))
	seen := map[string]bool{}
	for i, m := range data {
		at := fmt.Sprintf("%s.maps[%d] %s", where, i, m.Ref)
		if seen[m.Ref] {
			l.bad(at, "it is mapped twice")
		}
		seen[m.Ref] = true
		l.oneOf(at+".rel", m.Rel, "equal", "subset", "superset", "intersect", "supports")
		l.allow(at+".note", m.Note)
		if m.Conf != "" {
			l.oneOf(at+".conf", m.Conf, "K")
		}
		a := l.grounds(at, m.Ref, m.Note)
		if a == nil {
			continue
		}
		p := plumbline.Mapping{Ref: m.Ref, Instrument: a.Instrument, Rel: m.Rel, Confidence: a.Confidence, Note: m.Note}
		if m.Conf != "" {
			p.Confidence = m.Conf
		}
		out = append(out, p)
	}
	return out
}
