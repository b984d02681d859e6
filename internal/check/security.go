package check

import (
	"cmp"
	"context"
	"slices"

	"github.com/plumbline-project/plumbline"
)

// Bounds of what a check of the definition lists. Totals count everything, whatever is listed.
const (
	maxPlaces    = 200 // offenders of one rule
	maxLocations = 20  // places in files of one observation
)

// owasp is the list that most rules of this family come from.
const owaspLLM = "OWASP Top 10 for Large Language Model Applications 2025"

// securityCheck makes a check of the security family that reads the definition as a graph.
func securityCheck(name string, refs []plumbline.Ref, run func(*Input, *flow, *emitter) error) Check {
	c := Check{ID: "security." + name, Version: 1, Dimension: plumbline.Security, Needs: []Need{NeedGraph}, Refs: refs}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if in.Graph == nil {
			return nil, nil
		}
		if in.flow == nil {
			in.flow = newFlow(in.Graph)
		}
		err := run(in, in.flow, e)
		return e.out, err
	}
	return c
}

func owasp(entry string) plumbline.Ref {
	return plumbline.Ref{Cite: owaspLLM + ", " + entry, URL: "https://genai.owasp.org/llm-top-10/"}
}

func cwe(number, title string) plumbline.Ref {
	return plumbline.Ref{Cite: "CWE-" + number + ": " + title, URL: "https://cwe.mitre.org/data/definitions/" + number + ".html"}
}

// A place is where a rule does not hold. Step and item together are unique within a metric; items begin with the rule's id.
type place struct {
	step  string // id; empty for a place outside the graph
	item  string
	count int64 // of what is there, 1 and more
	path  []string
	at    []plumbline.Location
}

// offenders collects the places of a rule whose ways through the graph would take the square of its size to keep: it counts all
// and keeps the first.
type offenders struct {
	total int64
	found []place
}

func (o *offenders) add(at func() place) {
	if o.total++; len(o.found) < maxPlaces {
		o.found = append(o.found, at())
	}
}

// places records a rule of the definition: the number of places where it does not hold among n that were looked at, then each
// place. Unclear counts those of which the definition does not tell; they widen the interval upwards.
func (e *emitter) places(metric string, found []place, n, unclear int64) {
	e.listed(metric, found, int64(len(found)), n, unclear)
}

// listed is [emitter.places] where only some of the k places are at hand.
func (e *emitter) listed(metric string, found []place, k, n, unclear int64) {
	o := plumbline.Observation{Metric: metric, Unit: plumbline.Count, Value: number(float64(k)), N: &n, Interval: exactly(float64(k), float64(k+unclear))}
	for i := range found {
		for _, at := range found[i].at[max(0, len(found[i].at)-1):] { // the end of a path is what offends
			if len(o.Locations) < maxLocations && !slices.Contains(o.Locations, at) {
				o.Locations = append(o.Locations, at)
			}
		}
	}
	e.add(o)
	slices.SortStableFunc(found, func(a, b place) int { return cmp.Compare(len(a.path), len(b.path)) })
	for _, p := range found[:min(len(found), maxPlaces)] {
		n := max(p.count, 1)
		e.add(plumbline.Observation{
			Metric: metric, Unit: plumbline.Count, Scope: plumbline.Scope{Step: p.step, Item: p.item}, Value: number(float64(n)), N: &n,
			Interval: exactly(float64(n), float64(n)), Locations: p.at[:min(len(p.at), maxLocations)], Path: p.path,
		})
	}
}

// present credits what is there: how many steps of those that are looked at, and where.
func (e *emitter) present(metric string, f *flow, steps []int, n int) {
	all := int64(n)
	k := float64(len(steps))
	o := plumbline.Observation{Metric: metric, Unit: plumbline.Count, Value: number(k), N: &all, Interval: exactly(k, k)}
	o.Locations = f.places(steps[:min(len(steps), maxLocations)]...)
	e.add(o)
}

// each makes one place of each step.
func (f *flow) each(rule string, steps []int) []place {
	out := make([]place, len(steps))
	for k, i := range steps {
		out[k] = place{step: f.steps[i].ID, item: rule, at: f.places(i)}
	}
	return out
}
