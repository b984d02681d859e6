package workflow

import "github.com/plumbline-project/plumbline"

// layout gives each step a place in the drawing.
func layout(g *plumbline.Graph) {
	for i := range g.Steps {
		g.Steps[i].Column = i
	}
}
