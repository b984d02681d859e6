package chart

import (
	"math"

	"github.com/plumbline-project/plumbline"
)

// Drawing is a plot as primitives, in one language. Coordinates are CSS pixels; the origin is at the upper left.
type Drawing struct {
	ID            string // begins the ids in the SVG; unique in its page
	Lang          plumbline.Lang
	Title, Desc   string // read aloud in place of the drawing; Desc may be empty
	Width, Height float64
	Items         []Item // later ones cover earlier ones
}

// Item is a primitive: [Rect], [Path], [Circle] or [Label].
type Item interface{ item() }

// Rect is a rectangle.
type Rect struct {
	X, Y, W, H   float64
	Fill, Stroke Ink // empty: none
}

// Path is one or more polylines, each as x0, y0, x1, y1, …
type Path struct {
	Lines        [][]float64
	Closed       bool
	Fill, Stroke Ink     // empty: none
	Width        float64 // of the stroke; 0 = 1
	Dash         string  // stroke-dasharray; empty: solid
}

// Circle is a circle.
type Circle struct {
	X, Y, R      float64
	Fill, Stroke Ink
	Width        float64 // of the stroke; 0 = 1
}

// Label is one line of text with its baseline at Y.
type Label struct {
	X, Y   float64
	Text   string // cleaned and cut
	Full   string // the whole text, where Text is cut
	Size   float64
	Anchor string // "start", "middle" or "end": what X is of the text
	Bold   bool
	Fill   Ink
}

func (Rect) item()   {}
func (Path) item()   {}
func (Circle) item() {}
func (Label) item()  {}

// Frame is what all plots have in common.
type Frame struct {
	ID          string // begins the ids in the SVG: letters, digits, '-' and '_'; unique in its page
	Lang        plumbline.Lang
	Title, Desc string  // read aloud in place of the drawing; Desc may be empty
	Width       float64 // CSS pixels, 280 to 2,000; 0 = 720; under 520 the layout is narrow
}

// Measures of all plots, in pixels.
const (
	fontSize    = 13.0
	smallSize   = 12.0
	margin      = 8.0
	narrowWidth = 520.0
	maxRows     = 200 // rows of a plot; more are counted and not drawn
)

func (f Frame) width() float64 {
	if !(f.Width > 0) { // NaN too
		return 720
	}
	return math.Min(math.Max(f.Width, 280), 2000)
}

func (f Frame) narrow() bool { return f.width() < narrowWidth }

// canvas collects items.
type canvas struct {
	frame Frame
	items []Item
}

func (c *canvas) add(items ...Item) { c.items = append(c.items, items...) }

// text adds a label that is cleaned and cut to room pixels, and returns its estimated width.
func (c *canvas) text(s string, x, y, room float64, style Label) float64 {
	if style.Size == 0 {
		style.Size = fontSize
	}
	if style.Anchor == "" {
		style.Anchor = "start"
	}
	if style.Fill == "" {
		style.Fill = inkText
	}
	style.X, style.Y = x, y
	style.Text, style.Full = fit(s, room, style.Size, style.Bold)
	if style.Text != "" {
		c.add(style)
	}
	return textWidth(style.Text, style.Size, style.Bold)
}

func (c *canvas) line(x1, y1, x2, y2 float64, style Path) {
	style.Lines = [][]float64{{x1, y1, x2, y2}}
	c.add(style)
}

// drawing ends a plot at the given height.
func (c *canvas) drawing(height float64) Drawing {
	f := c.frame
	return Drawing{ID: f.ID, Lang: f.Lang, Title: f.Title, Desc: f.Desc, Width: f.width(), Height: math.Ceil(height), Items: c.items}
}

// finite reports whether all of xs are numbers.
func finite(xs ...float64) bool {
	for _, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}
