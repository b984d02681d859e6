package chart

import (
	"bytes"
	"html"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
)

const fonts = "system-ui,'Noto Sans','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif"

// SVG writes d as one svg element that may stand alone or inside HTML. Coordinates have at most two decimals. It fails with
// an [plumbline.Internal] error where a coordinate is not finite, and with w's error. Cost: linear in the items.
func SVG(w io.Writer, d Drawing) error {
	s := writer{}
	s.open(d)
	for _, item := range d.Items {
		switch i := item.(type) {
		case Rect:
			s.rect(i)
		case Path:
			s.path(i)
		case Circle:
			s.circle(i)
		case Label:
			s.label(i)
		}
	}
	s.raw("</svg>\n")
	if s.broken {
		return &plumbline.Error{Code: plumbline.Internal, Where: d.ID, Message: "a coordinate of a drawing is not finite"}
	}
	_, err := w.Write(s.b.Bytes())
	return err
}

type writer struct {
	b      bytes.Buffer
	broken bool
}

func (s *writer) raw(text string) { s.b.WriteString(text) }

func (s *writer) open(d Drawing) {
	id := safeID(d.ID)
	s.raw(`<svg xmlns="http://www.w3.org/2000/svg" class="plumb-chart" role="img"`)
	names := id + "-t"
	if d.Desc != "" {
		names += " " + id + "-d"
	}
	s.attr("aria-labelledby", names)
	if slices.Contains(plumbline.Langs(), d.Lang) {
		s.attr("xml:lang", string(d.Lang))
	}
	s.num("width", d.Width)
	s.num("height", d.Height)
	s.attr("viewBox", "0 0 "+s.format(d.Width)+" "+s.format(d.Height))
	s.raw(` preserveAspectRatio="xMidYMin meet" fill="none" font-family="` + fonts + `">` + "\n")
	s.raw(`<title id="` + id + `-t">` + html.EscapeString(cleanProse(d.Title)) + "</title>\n")
	if d.Desc != "" {
		s.raw(`<desc id="` + id + `-d">` + html.EscapeString(cleanProse(d.Desc)) + "</desc>\n")
	}
}

// cleanProse cleans a text that is not drawn, and may therefore be long.
func cleanProse(text string) string {
	var b strings.Builder
	for len(text) > 0 && b.Len() < 1<<16 {
		cut := min(len(text), maxLabel)
		for cut > 1 && cut < len(text) && text[cut]&0xC0 == 0x80 && cut > maxLabel-4 {
			cut--
		}
		b.WriteString(clean(text[:cut]))
		text = text[cut:]
	}
	return b.String()
}

func (s *writer) rect(r Rect) {
	s.raw("<rect")
	s.num("x", r.X)
	s.num("y", r.Y)
	s.num("width", math.Max(r.W, 0))
	s.num("height", math.Max(r.H, 0))
	s.inks(r.Fill, r.Stroke, 0)
	s.raw("/>\n")
}

func (s *writer) path(p Path) {
	s.raw(`<path d="`)
	for _, line := range p.Lines {
		for i := 0; i+1 < len(line); i += 2 {
			command := "L"
			if i == 0 {
				command = "M"
			}
			s.raw(command + s.format(line[i]) + " " + s.format(line[i+1]))
		}
		if p.Closed {
			s.raw("Z")
		}
	}
	s.raw(`"`)
	s.inks(p.Fill, p.Stroke, p.Width)
	if p.Dash != "" {
		s.attr("stroke-dasharray", p.Dash)
	}
	s.raw("/>\n")
}

func (s *writer) circle(c Circle) {
	s.raw("<circle")
	s.num("cx", c.X)
	s.num("cy", c.Y)
	s.num("r", c.R)
	s.inks(c.Fill, c.Stroke, c.Width)
	s.raw("/>\n")
}

func (s *writer) label(l Label) {
	s.raw("<text")
	s.num("x", l.X)
	s.num("y", l.Y)
	s.num("font-size", l.Size)
	if l.Anchor != "" && l.Anchor != "start" {
		s.attr("text-anchor", l.Anchor)
	}
	if l.Bold {
		s.attr("font-weight", "600")
	}
	s.inks(l.Fill, "", 0)
	s.raw(">" + html.EscapeString(clean(l.Text)))
	if l.Full != "" {
		s.raw("<title>" + html.EscapeString(clean(l.Full)) + "</title>")
	}
	s.raw("</text>\n")
}

// inks writes the colours of a primitive, and its class. A primitive with two inks has two classes; a style sheet that
// changes both says which property it means.
func (s *writer) inks(fill, stroke Ink, width float64) {
	var classes []string
	if fill != "" {
		classes = append(classes, "pl-"+string(fill))
		p := paintOf(fill)
		s.attr("fill", p.color)
		if p.opacity != "" {
			s.attr("fill-opacity", p.opacity)
		}
	}
	if stroke != "" {
		classes = append(classes, "pl-"+string(stroke)+"-line")
		p := paintOf(stroke)
		s.attr("stroke", p.color)
		if p.opacity != "" {
			s.attr("stroke-opacity", p.opacity)
		}
		if width != 0 && width != 1 {
			s.num("stroke-width", width)
		}
	}
	s.attr("class", strings.Join(classes, " "))
}

func (s *writer) attr(name, value string) { s.raw(" " + name + `="` + html.EscapeString(value) + `"`) }

func (s *writer) num(name string, x float64) { s.raw(" " + name + `="` + s.format(x) + `"`) }

// format writes x with at most two decimals.
func (s *writer) format(x float64) string {
	if !finite(x) {
		s.broken = true
		return "0"
	}
	x = math.Round(x*100) / 100
	if x == 0 {
		return "0" // no negative zero
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// safeID keeps what may stand in an id, so that it needs no escaping anywhere.
func safeID(id string) string {
	letter := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
	kept := strings.Map(func(r rune) rune {
		if letter(r) || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return -1
	}, id)
	if kept == "" || !letter(rune(kept[0])) {
		kept = "c" + kept
	}
	return kept[:min(len(kept), 64)]
}
