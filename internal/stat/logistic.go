package stat

import "math"

// fit is a logistic regression on one covariate: intercept a, slope b, and their variances.
type fit struct {
	a, b, va, vb float64
	done         bool
}

// newton gathers gradient and information of the log likelihood.
type newton struct{ g0, g1, h00, h01, h11 float64 }

func (s *newton) add(f *fit, x, n, pos float64) {
	p := logistic(f.a + f.b*x)
	d, w := pos-n*p, n*p*(1-p)
	s.g0 += d
	s.g1 += d * x
	s.h00 += w
	s.h01 += w * x
	s.h11 += w * x * x
}

// step moves the fit to the maximum of the quadratic approximation, by a bounded distance, and reports the distance; NaN
// where the information is singular.
func (s *newton) step(f *fit) float64 {
	det := s.h00*s.h11 - s.h01*s.h01
	if !(det > 1e-14*s.h00*s.h11) {
		return math.NaN()
	}
	da, db := (s.h11*s.g0-s.h01*s.g1)/det, (s.h00*s.g1-s.h01*s.g0)/det
	size := max(math.Abs(da), math.Abs(db))
	if size > maxStep {
		da, db = da/size*maxStep, db/size*maxStep
	}
	f.a, f.b = f.a+da, f.b+db
	f.va, f.vb = s.h11/det, s.h00/det
	return size
}

const (
	maxGridSteps = 50 // on the histogram
	maxRowPasses = 40
	maxStep      = 2
	converged    = 1e-8 // of a step; Newton squares it, so that the error left in slope and intercept is far less
)

// fitLogistic fits every group. A fit is impossible where one outcome is missing, all
// scores are equal, or a threshold parts the outcomes (then the likelihood has no maximum); the two former follow from
// the smallest and largest logit of each outcome too, so that separation is found exactly and not by divergence.
func fitLogistic(cells []calibrationSums, packed []uint32, logits []float64) {
	for i := range cells {
		c := &cells[i]
		if c.unfit = c.impossible(); c.unfit != "" {
			c.fit.done = true
			continue
		}
		c.fitGrid()
	}
	for range maxRowPasses {
		if !fitRows(cells, packed, logits) {
			break
		}
	}
	for i := range cells {
		if cells[i].unfit == "" && !cells[i].fit.done {
			cells[i].unfit = "not-converged"
		}
	}
}

func (c *calibrationSums) impossible() string {
	switch {
	case c.rows == 0:
		return "no-rows"
	case c.pos == 0 || c.pos == c.rows:
		return "one-class"
	case c.low == c.high && c.low[0] == c.low[1]:
		return "constant-score"
	case c.high[0] <= c.low[1] || c.high[1] <= c.low[0]:
		return "separated"
	}
	return ""
}

// fitGrid finds a start close to the solution from the histogram, or leaves the fit of a calibrated score where the
// histogram is too coarse to have a solution. Rows decide.
func (c *calibrationSums) fitGrid() {
	start := fit{b: 1}
	c.fit = start
	for range maxGridSteps {
		var s newton
		for _, g := range c.grid {
			if g.n > 0 {
				s.add(&c.fit, g.x/g.n, g.n, g.pos)
			}
		}
		switch size := s.step(&c.fit); {
		case size < converged:
			return
		case math.IsNaN(size):
			c.fit = start
			return
		}
	}
	c.fit = start
}

// fitRows takes one step for every fit that has not converged, in one pass over the rows, and reports whether any is
// left. The step that finds convergence is the last, so that variances are those at the solution.
func fitRows(cells []calibrationSums, packed []uint32, logits []float64) bool {
	steps := make([]newton, len(cells))
	for i, x := range logits {
		if math.IsNaN(x) {
			continue
		}
		p := packed[i]
		pos := float64(p&3) - 1
		if f := &cells[p>>2].fit; !f.done {
			steps[p>>2].add(f, x, 1, pos)
		}
	}
	left := false
	for i := range cells {
		f := &cells[i].fit
		if f.done || cells[i].unfit != "" {
			continue
		}
		size := steps[i].step(f)
		switch {
		case math.IsNaN(size):
			cells[i].unfit, f.done = "not-converged", true
		case size < converged:
			f.done = true
		default:
			left = true
		}
	}
	return left
}
