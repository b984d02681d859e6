package regime

import (
	"slices"
	"strings"
	"time"

	"github.com/plumbline-project/plumbline"
)

// Catalog is the loaded catalogue. It is shared: whoever changes a part of it works on a copy.
type Catalog struct {
	Sources     []Source
	Instruments []plumbline.Instrument
	Articles    []Article
	Controls    []plumbline.Control
	Regimes     []plumbline.Regime
	Matrix      plumbline.RiskMatrix
	Scale       Scale
	SHA256      string // of the embedded data, 64 hex digits; the same on every day
}

// Source says what a source tag stands for, so that a reader can weigh a fact.
type Source struct {
	Tag   string
	Title plumbline.Text
}

// Article is a provision of an instrument in our own words. Dates are 2006-01-02 or empty.
type Article struct {
	Ref        string // "CN-PIPL-24¶1"
	Instrument string
	Gist       plumbline.Text
	From       string // first day in force; empty: with its instrument
	Until      string // first day no longer in force
	Applies    string // first day on which its duties apply, where that is later; every mapping to it names the day
	Confidence string // S or K
}

// Scale names the steps of the risk matrix and says how a finding is placed on them. All of it is a default of the product.
type Scale struct {
	Likelihood [5]plumbline.Text          // 1 rare to 5 almost certain
	Impact     [5]plumbline.Text          // 1 negligible to 5 severe
	Severity   map[plumbline.Severity]int // likelihood that stands for the worst severity of a risk's findings
	Uplift     map[string]int             // sector → steps that a control's impact is raised by
}

// Engines lists the names of what judges a control, sorted. A control may name one of them, or none.
func Engines() []string {
	return []string{
		"bias.demographic_parity_ratio", "bias.error_rates", "bias.impact_ratio_table", "bias.mitigation_signed",
		"bias.proxies_declared", "bias.representation", "bias.sensitive_basis",
		"data.integrity", "data.lineage", "data.quality", "data.sources",
		"explain.documentation", "explain.reasons", "explain.replayability", "explain.surrogate", "explain.training_data",
		"govern.assessment", "govern.inventory",
		"oversight.reviews",
		"security.access", "security.actions", "security.failures", "security.injection", "security.secrets", "security.supply_chain", "security.tools",
		"security.transport",
	}
}

// Control returns the control with an id such as "MB-03".
func (c *Catalog) Control(id string) (plumbline.Control, bool) {
	return find(c.Controls, func(x *plumbline.Control) bool { return x.ID == id })
}

// Regime returns the regime with an id such as "cn-aiwf-reported".
func (c *Catalog) Regime(id string) (plumbline.Regime, bool) {
	return find(c.Regimes, func(x *plumbline.Regime) bool { return x.ID == id })
}

// Instrument returns the instrument with an id such as "CN-PIPL".
func (c *Catalog) Instrument(id string) (plumbline.Instrument, bool) {
	return find(c.Instruments, func(x *plumbline.Instrument) bool { return x.ID == id })
}

// Article returns the article with a reference such as "CN-PIPL-24¶1".
func (c *Catalog) Article(ref string) (Article, bool) {
	return find(c.Articles, func(x *Article) bool { return x.Ref == ref })
}

// Source returns what a source tag stands for.
func (c *Catalog) Source(tag string) (Source, bool) {
	return find(c.Sources, func(x *Source) bool { return x.Tag == tag })
}

// InstrumentOf returns the instrument that a reference belongs to: "CN-PIPL-24¶1" and "CN-PIPL" belong to CN-PIPL. No
// instrument's id begins another's, so there is one at most.
func (c *Catalog) InstrumentOf(ref string) (plumbline.Instrument, bool) {
	return find(c.Instruments, func(x *plumbline.Instrument) bool { return within(ref, x.ID) })
}

// Likelihood is the row of the matrix, 1 to 5, for the worst severity among a risk's findings; 1 where s is none.
func (c *Catalog) Likelihood(s plumbline.Severity) int { return max(c.Scale.Severity[s], 1) }

// Impact is the column of the matrix, 1 to 5: the impact of a control, raised for sectors where decisions weigh heavily.
func (c *Catalog) Impact(control int, sector string) int {
	return min(max(control+c.Scale.Uplift[sector], 1), 5)
}

// At returns the catalogue of a day, given as 2006-01-02: without instruments and articles that are not in force on it, and
// without mappings and grounds that lead to them. An instrument whose dates are not known stays. An article that is in force
// and applies later stays too; the note of its mapping names the day. Controls and thresholds are the product's and do not
// change with the day. The error is Invalid where day is no date.
func (c *Catalog) At(day string) (*Catalog, error) {
	if !isDate(day) {
		return nil, &plumbline.Error{Code: plumbline.Invalid, Message: "the day of the catalogue is no date", Hint: "write it as 2026-11-22"}
	}
	out := *c
	out.Instruments, out.Articles = nil, nil
	live := map[string]bool{}
	for _, i := range c.Instruments {
		if live[i.ID] = inForce(i.From, i.Until, day); live[i.ID] {
			out.Instruments = append(out.Instruments, i)
		}
	}
	for _, a := range c.Articles {
		if live[a.Ref] = live[a.Instrument] && inForce(a.From, a.Until, day); live[a.Ref] {
			out.Articles = append(out.Articles, a)
		}
	}
	out.Controls = slices.Clone(c.Controls)
	for i := range out.Controls {
		out.Controls[i].Maps = keep(out.Controls[i].Maps, func(m plumbline.Mapping) bool { return live[m.Ref] })
	}
	out.Regimes = slices.Clone(c.Regimes)
	for i := range out.Regimes {
		provisions := slices.Clone(out.Regimes[i].Provisions)
		for k := range provisions {
			provisions[k].GroundedIn = keep(provisions[k].GroundedIn, func(ref string) bool { return live[ref] })
		}
		out.Regimes[i].Provisions = provisions
	}
	return &out, nil
}

// inForce compares dates as text, which for this form is their order in time.
func inForce(from, until, day string) bool {
	return from <= day && (until == "" || day < until)
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// within reports whether ref is id or a part of it.
func within(ref, id string) bool {
	rest, ok := strings.CutPrefix(ref, id)
	return ok && (rest == "" || rest[0] == '-')
}

func find[T any](list []T, is func(*T) bool) (T, bool) {
	for i := range list {
		if is(&list[i]) {
			return list[i], true
		}
	}
	var none T
	return none, false
}

// keep returns a new list of what is wanted; never nil, so that an empty list is written as one.
func keep[T any](list []T, want func(T) bool) []T {
	out := make([]T, 0, len(list))
	for _, x := range list {
		if want(x) {
			out = append(out, x)
		}
	}
	return out
}
