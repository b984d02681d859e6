package chart

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/plumbline-project/plumbline/internal/text"
)

// tile is a block of boxes that is drawn as one: some columns, and some rows of them.
type tile struct {
	spots  []*spot
	cols   int
	rows   int
	height float64
	top    float64         // of the first row of boxes
	ways   map[way]int     // tracks in use, by line
	next   map[passage]int // tracks given away
	cells  map[[2]int]bool // places with a box
}

// passage is a gutter (before column at) or a channel (above row at).
type passage struct {
	channel bool
	at      int
}

// way is a passage as one line, or one bundle of lines, uses it.
type way struct {
	passage
	key string
}

// tile gives every step its column and row, and cuts the whole into tiles.
func (f *flow) tile() {
	f.rank()
	cols := 0
	for _, s := range f.spots {
		cols = max(cols, s.col+1)
	}
	bands := (cols + tileColumns - 1) / tileColumns
	per := (cols + bands - 1) / bands
	f.box = math.Min((f.frame.width()-2*margin-gutterWidth*float64(per+1))/float64(per), 172)
	byBand := make([][]*spot, bands)
	for _, s := range f.spots {
		byBand[s.col/per] = append(byBand[s.col/per], s)
		s.col %= per
	}
	for _, band := range byBand {
		f.cutRows(band)
	}
	for _, e := range f.edges {
		if e.from.tile != e.to.tile {
			e.from.out = once(e.from.out, strconv.Itoa(e.to.n))
			e.to.in = once(e.to.in, strconv.Itoa(e.from.n))
		}
	}
}

func once(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// rank makes columns and rows dense, and moves a step down whose place is taken.
func (f *flow) rank() {
	for _, s := range f.spots {
		s.col, s.row = s.Column, s.Row
	}
	dense(f.spots, func(s *spot) *int { return &s.col })
	dense(f.spots, func(s *spot) *int { return &s.row })
	order := slices.Clone(f.spots)
	slices.SortStableFunc(order, func(a, b *spot) int { return cmp.Or(cmp.Compare(a.col, b.col), cmp.Compare(a.row, b.row)) })
	for i, s := range order {
		if i > 0 && order[i-1].col == s.col {
			s.row = max(s.row, order[i-1].row+1)
		}
	}
}

// dense replaces values by their ranks, from 0.
func dense(spots []*spot, value func(*spot) *int) (n int) {
	ranks := map[int]int{}
	for _, s := range spots {
		ranks[*value(s)] = 0
	}
	for i, v := range slices.Sorted(maps.Keys(ranks)) {
		ranks[v] = i
	}
	for _, s := range spots {
		*value(s) = ranks[*value(s)]
	}
	return len(ranks)
}

// cutRows cuts a band into tiles of at most tileRows rows.
func (f *flow) cutRows(band []*spot) {
	rows := dense(band, func(s *spot) *int { return &s.row })
	blocks := (rows + tileRows - 1) / tileRows
	per := (rows + blocks - 1) / blocks
	tiles := make([]*tile, blocks)
	for i := range tiles {
		tiles[i] = &tile{ways: map[way]int{}, next: map[passage]int{}, cells: map[[2]int]bool{}}
	}
	for _, s := range band {
		t := tiles[s.row/per]
		s.tile = len(f.tiles) + s.row/per
		s.row %= per
		t.spots = append(t.spots, s)
		t.cols, t.rows = max(t.cols, s.col+1), max(t.rows, s.row+1)
		t.cells[[2]int{s.col, s.row}] = true
	}
	for _, t := range tiles {
		t.height = channelGap + float64(t.rows)*(boxHeight+channelGap) + 8
	}
	f.tiles = append(f.tiles, tiles...)
}

// drawTile places the boxes of a tile under y, and draws it.
func (f *flow) drawTile(t *tile, y float64) {
	t.top = y + channelGap
	number := f.tileNumber(t)
	if len(f.tiles) > 1 {
		f.line(margin, y, f.frame.width()-margin, y, Path{Stroke: inkGrid})
	}
	for _, s := range t.spots {
		s.x = margin + gutterWidth + float64(s.col)*(f.box+gutterWidth)
		s.y = t.top + float64(s.row)*(boxHeight+channelGap)
		s.w = f.box
	}
	for _, e := range f.edges {
		if e.from.tile == number && e.to.tile == number {
			f.route(t, e)
		}
	}
	for _, s := range t.spots {
		f.step(s)
	}
	for _, s := range t.spots {
		f.exitNames(s)
		f.connectors(s)
	}
	f.badges(func(s *spot) bool { return s.tile == number })
}

func (f *flow) tileNumber(t *tile) int { return slices.Index(f.tiles, t) }

// exitY is where an edge leaves its step: in the middle where there is one branch, else one under the other.
func (s *spot) exitY(name string) float64 {
	if len(s.exits) < 2 {
		return s.middle()
	}
	return s.y + 23 + 12*float64(min(slices.Index(s.exits, name), 2))
}

// exitNames writes the branches beside the step that they leave.
func (f *flow) exitNames(s *spot) {
	for i, name := range s.exits {
		if i == 2 && len(s.exits) > 3 {
			name = "+" + strconv.Itoa(len(s.exits)-2)
		}
		if i > 2 || name == "" {
			continue
		}
		f.onPaper(name, s.x+s.w+2, s.exitY(s.exits[i])-3, gutterWidth-17, "start")
	}
}

// connectors writes the numbers of steps in other tiles beside a step: to the right those that follow, to the left those that
// lead to it.
func (f *flow) connectors(s *spot) {
	const room = gutterWidth - 6
	if len(s.out) > 0 {
		f.onPaper("→"+text.FormatList(f.frame.Lang, s.out), s.x+s.w+2, s.y+9, room, "start")
	}
	if len(s.in) > 0 {
		f.onPaper(text.FormatList(f.frame.Lang, s.in)+"→", s.x-2, s.y+boxHeight-1, room, "end")
	}
}

// onPaper writes a small text over the lines that run there.
func (f *flow) onPaper(s string, x, y, room float64, anchor string) {
	short, _ := fit(s, room, tagSize, false)
	width := textWidth(short, tagSize, false)
	left := x
	if anchor == "end" {
		left -= width
	}
	f.add(Rect{X: left, Y: y - 8, W: width, H: 10, Fill: inkPaper})
	f.text(s, x, y, room, Label{Size: tagSize, Anchor: anchor})
}
