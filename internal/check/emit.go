package check

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/stat"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// emitter collects the observations of one check and names them.
type emitter struct {
	check string // id@version
	id    string
	out   []plumbline.Observation
}

func (c *Check) emitter() *emitter {
	return &emitter{check: fmt.Sprintf("%s@%d", c.ID, c.Version), id: c.ID}
}

// add appends an observation after giving it its id. A value that is not finite becomes undefined.
func (e *emitter) add(o plumbline.Observation) {
	o.Check = e.check
	o.ID = e.id + "/" + o.Metric + ScopeID(o.Scope)
	if o.Value != nil && !finite(float64(*o.Value)) {
		o.Value, o.Interval = nil, nil
		if o.Undefined == "" {
			o.Undefined = plumbline.ZeroDenominator
		}
	}
	if len(o.Locations) > 0 {
		o.Locations = slices.Clone(o.Locations)
		for i := range o.Locations {
			o.Locations[i].Pointer = workflow.Redact(o.Locations[i].Pointer) // keys of a definition are hostile too
		}
	}
	e.out = append(e.out, o)
}

// undefined records that a metric has no value, and why.
func (e *emitter) undefined(metric string, unit plumbline.Unit, scope plumbline.Scope, why plumbline.Reason) {
	e.add(plumbline.Observation{Metric: metric, Unit: unit, Scope: scope, Undefined: why})
}

// share records a proportion with its counts.
func (e *emitter) share(metric string, scope plumbline.Scope, k, n int64, interval *plumbline.Interval) {
	o := plumbline.Observation{Metric: metric, Unit: plumbline.Share, Scope: scope, Count: &k, N: &n, Interval: interval}
	if n == 0 {
		o.Undefined, o.Interval = plumbline.ZeroDenominator, nil
	} else {
		o.Value = number(float64(k) / float64(n))
	}
	e.add(o)
}

// value records any other number; n counts the rows that it stands on.
func (e *emitter) value(metric string, unit plumbline.Unit, scope plumbline.Scope, x float64, n int64, interval *plumbline.Interval) {
	e.add(plumbline.Observation{Metric: metric, Unit: unit, Scope: scope, Value: number(x), N: &n, Interval: interval})
}

// census records a number that was counted over all there is, so that no draw could have made it another: of the given rows,
// or of a file. Its interval is the number itself.
func (e *emitter) census(metric string, unit plumbline.Unit, scope plumbline.Scope, x float64, n int64) {
	e.value(metric, unit, scope, x, n, exactly(x, x))
}

// censusShare is census of a share, with its counts.
func (e *emitter) censusShare(metric string, scope plumbline.Scope, k, n int64) {
	x := float64(k) / float64(max(n, 1))
	e.share(metric, scope, k, n, exactly(x, x))
}

// exactly is the interval of a full count; low and high differ where some of what is counted cannot be read.
func exactly(low, high float64) *plumbline.Interval {
	return &plumbline.Interval{Low: plumbline.Number(low), High: plumbline.Number(high), Level: 1, Method: "census"}
}

func number(x float64) *plumbline.Number {
	n := plumbline.Number(x)
	return &n
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// infinite stands for an open end of a ratio's interval, since JSON has no infinity.
const infinite = 1e9

// interval turns a computed interval into one to show; nil where it has no finite meaning.
func interval(iv stat.Interval, level float64, method string, family int) *plumbline.Interval {
	if math.IsNaN(iv.Low) || math.IsNaN(iv.High) {
		return nil
	}
	return &plumbline.Interval{
		Low: plumbline.Number(max(iv.Low, -infinite)), High: plumbline.Number(min(iv.High, infinite)),
		Level: plumbline.Number(level), Method: method, Family: family,
	}
}

// wilson is the interval of one share on its own.
func wilson(k, n, level float64) *plumbline.Interval {
	if n <= 0 {
		return nil
	}
	return interval(stat.Wilson(k, n, level), level, "wilson", 0)
}

// ScopeID spells a scope as part of an observation's id: short, printable, unique, the same from run to run.
func ScopeID(s plumbline.Scope) string {
	var b strings.Builder
	for i, f := range s.Features {
		b.WriteString("/" + PlainID(f))
		if len(s.Group) > i {
			b.WriteString("=" + PlainID(s.Group[i]))
		}
	}
	if len(s.Against) > 0 {
		b.WriteString("/vs=")
		for i, a := range s.Against {
			if i > 0 {
				b.WriteString("+")
			}
			b.WriteString(PlainID(a))
		}
	}
	for _, part := range [][2]string{{"given", s.Given}, {"column", s.Column}, {"among", string(s.Among)}, {"table", s.Table}, {"step", s.Step}, {"item", s.Item}} {
		if part[1] != "" {
			b.WriteString("/" + part[0] + "=" + PlainID(part[1]))
		}
	}
	if s.Bin > 0 {
		fmt.Fprintf(&b, "/bin=%d", s.Bin)
	}
	return b.String()
}

// maxName bounds a data text inside an id, in runes.
const maxName = 48

// PlainID makes a data text fit for an id. What it changes is marked with a hash of the whole text, so that ids stay unique.
func PlainID(s string) string {
	var b strings.Builder
	n, changed := 0, false
	for _, r := range s {
		if n == maxName {
			changed = true
			break
		}
		n++
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -–_.,:;<>()+%&×·", r) || r == unicode.ReplacementChar {
			changed = true
			r = '_'
		}
		b.WriteRune(r)
	}
	if !changed {
		return b.String()
	}
	h := sha256.Sum256([]byte(s))
	return b.String() + "~" + hex.EncodeToString(h[:4])
}
