package workflow

import (
	"cmp"
	"slices"

	"github.com/plumbline-project/plumbline"
)

// sweeps bounds the passes that reduce crossings; beyond a few they hardly change anything.
const sweeps = 6

// A drawing lays a graph out on a grid, by layers: what runs later stands further right. A step that serves another (model,
// tool, memory, part) stands below it, in the same column, so that a root with its parts is one block that moves as a whole.
// All depends on the order of steps and edges only, so the same graph gets the same places.
type drawing struct {
	steps     []plumbline.Step
	next      [][]int // flow between blocks, without the edges that would close a cycle
	prev      [][]int
	parent    []int   // of a step that serves another; -1 for a block
	top       []int   // a step on the way from each step to its block, itself for a block
	parts     [][]int // steps that serve a step
	component []int
	layer     []int
	position  []float64 // within the layer
	height    []int     // rows of a block
}

// layout sets Column and Row of every step. No two steps share a cell; rows and columns begin at 0.
func layout(g *plumbline.Graph) {
	if len(g.Steps) == 0 {
		return
	}
	d := &drawing{
		steps: g.Steps, next: make([][]int, len(g.Steps)), prev: make([][]int, len(g.Steps)),
		parent: make([]int, len(g.Steps)), top: make([]int, len(g.Steps)), parts: make([][]int, len(g.Steps)),
	}
	d.read(g)
	d.breakCycles()
	d.layers()
	row, width := 0, 0
	var single []int
	for _, blocks := range d.components() {
		if len(blocks) == 1 && d.height[blocks[0]] == 1 {
			single = append(single, blocks[0])
			continue
		}
		layers := d.order(blocks)
		row += d.place(layers, row)
		width = max(width, len(layers))
	}
	width = max(width, 4)
	for len(single) > width*width { // a large heap of single steps becomes about square
		width *= 2
	}
	for i, s := range single {
		d.steps[s].Column, d.steps[s].Row = i%width, row+i/width
	}
}

// read sorts the edges into flow between blocks and parts of blocks.
func (d *drawing) read(g *plumbline.Graph) {
	index := make(map[string]int, len(g.Steps))
	for i := range g.Steps {
		index[g.Steps[i].ID] = i
		d.parent[i], d.top[i] = -1, i
	}
	flows := make([]bool, len(g.Steps)) // takes part in the flow itself
	for _, e := range g.Edges {
		if isFlow(e.Kind) {
			flows[index[e.From]], flows[index[e.To]] = true, true
		}
	}
	for _, kind := range []plumbline.EdgeKind{plumbline.ModelEdge, plumbline.MemoryEdge, plumbline.ToolEdge, plumbline.PartEdge} {
		for _, e := range g.Edges {
			from, to := index[e.From], index[e.To]
			if e.Kind == kind && !flows[from] && d.parent[from] < 0 && d.root(to) != from {
				d.parent[from], d.top[from] = to, to
				d.parts[to] = append(d.parts[to], from)
			}
		}
	}
	seen := map[[2]int]bool{}
	for _, e := range g.Edges {
		from, to := d.root(index[e.From]), d.root(index[e.To])
		if pair := [2]int{from, to}; e.Kind != plumbline.DataEdge && from != to && !seen[pair] {
			seen[pair] = true
			d.next[from] = append(d.next[from], to)
			d.prev[to] = append(d.prev[to], from)
		}
	}
}

func isFlow(kind plumbline.EdgeKind) bool {
	return kind == plumbline.FlowEdge || kind == plumbline.ErrorEdge
}

// root gives the block that a step belongs to. It halves the way as it goes, so that long chains of parts cost no more than short ones.
func (d *drawing) root(i int) int {
	for d.top[i] != i {
		d.top[i] = d.top[d.top[i]]
		i = d.top[i]
	}
	return i
}

// breakCycles turns around the edges that lead back to a step from which they can be reached, found from the steps that
// nothing leads to, in the order of the file. An edge that is turned around still keeps its ends near each other.
func (d *drawing) breakCycles() {
	const open, done = 1, 2
	state := make([]int, len(d.steps))
	back := map[[2]int]bool{}
	visit := func(start int) {
		type frame struct{ step, edge int }
		stack := []frame{{start, 0}}
		state[start] = open
		for len(stack) > 0 {
			top := &stack[len(stack)-1]
			if top.edge == len(d.next[top.step]) {
				state[top.step] = done
				stack = stack[:len(stack)-1]
				continue
			}
			to := d.next[top.step][top.edge]
			top.edge++
			switch state[to] {
			case open:
				back[[2]int{top.step, to}] = true
			case 0:
				state[to] = open
				stack = append(stack, frame{to, 0})
			}
		}
	}
	for _, sources := range []bool{true, false} {
		for i := range d.steps {
			if d.parent[i] < 0 && state[i] == 0 && (!sources || len(d.prev[i]) == 0) {
				visit(i)
			}
		}
	}
	next, prev := make([][]int, len(d.steps)), make([][]int, len(d.steps))
	seen := map[[2]int]bool{}
	for from := range d.next {
		for _, to := range d.next[from] {
			a, b := from, to
			if back[[2]int{from, to}] {
				a, b = to, from
			}
			if pair := [2]int{a, b}; !seen[pair] {
				seen[pair] = true
				next[a], prev[b] = append(next[a], b), append(prev[b], a)
			}
		}
	}
	d.next, d.prev = next, prev
}

// layers gives each block the length of the longest path that leads to it, and counts its rows.
func (d *drawing) layers() {
	d.layer, d.height = make([]int, len(d.steps)), make([]int, len(d.steps))
	waiting := make([]int, len(d.steps))
	var queue []int
	for i := range d.steps {
		d.height[d.root(i)]++
		if waiting[i] = len(d.prev[i]); waiting[i] == 0 {
			queue = append(queue, i)
		}
	}
	for len(queue) > 0 {
		i := queue[0]
		queue = queue[1:]
		for _, to := range d.next[i] {
			d.layer[to] = max(d.layer[to], d.layer[i]+1)
			if waiting[to]--; waiting[to] == 0 {
				queue = append(queue, to)
			}
		}
	}
}

// components lists the blocks that hang together, in the order of the file.
func (d *drawing) components() [][]int {
	d.component = make([]int, len(d.steps))
	var list [][]int
	for i := range d.steps {
		if d.parent[i] >= 0 || d.component[i] != 0 {
			continue
		}
		members := []int{i}
		d.component[i] = len(list) + 1
		for at := 0; at < len(members); at++ {
			for _, neighbours := range [][]int{d.next[members[at]], d.prev[members[at]]} {
				for _, n := range neighbours {
					if d.component[n] == 0 {
						d.component[n] = len(list) + 1
						members = append(members, n)
					}
				}
			}
		}
		slices.Sort(members)
		list = append(list, members)
	}
	return list
}

// order sorts each layer by the mean position of the neighbours in the layers before and after, in turns.
func (d *drawing) order(blocks []int) [][]int {
	depth := 0
	for _, b := range blocks {
		depth = max(depth, d.layer[b]+1)
	}
	layers := make([][]int, depth)
	if d.position == nil {
		d.position = make([]float64, len(d.steps))
	}
	for _, b := range blocks {
		d.position[b] = float64(len(layers[d.layer[b]]))
		layers[d.layer[b]] = append(layers[d.layer[b]], b)
	}
	best, fewest := clone(layers), d.crossings(layers)
	for pass := 0; pass < sweeps && fewest > 0; pass++ {
		for i := range layers {
			if pass%2 == 0 {
				d.sortLayer(layers[i], d.prev)
			} else {
				d.sortLayer(layers[len(layers)-1-i], d.next)
			}
		}
		if n := d.crossings(layers); n < fewest {
			best, fewest = clone(layers), n
		}
	}
	return best
}

func clone(layers [][]int) [][]int {
	all := make([][]int, len(layers))
	for i := range layers {
		all[i] = slices.Clone(layers[i])
	}
	return all
}

func (d *drawing) sortLayer(layer []int, neighbours [][]int) {
	mean := make(map[int]float64, len(layer))
	for i, b := range layer {
		mean[b] = float64(i)
		if list := neighbours[b]; len(list) > 0 {
			sum := 0.0
			for _, n := range list {
				sum += d.position[n]
			}
			mean[b] = sum / float64(len(list))
		}
	}
	slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
	for i, b := range layer {
		d.position[b] = float64(i)
	}
}

// crossings counts pairs of edges between the same two layers that cross; by inversions, with a tree of sums.
func (d *drawing) crossings(layers [][]int) int {
	for _, layer := range layers {
		for i, b := range layer {
			d.position[b] = float64(i)
		}
	}
	count := 0
	for _, layer := range layers {
		ends := map[int][]int{} // by the layer in which edges end
		var targets []int
		for _, b := range layer {
			to := slices.Clone(d.next[b])
			slices.SortFunc(to, func(a, b int) int { return cmp.Compare(d.position[a], d.position[b]) })
			for _, n := range to {
				if _, ok := ends[d.layer[n]]; !ok {
					targets = append(targets, d.layer[n])
				}
				ends[d.layer[n]] = append(ends[d.layer[n]], int(d.position[n]))
			}
		}
		for _, target := range targets {
			count += inversions(ends[target], len(layers[target]))
		}
	}
	return count
}

func inversions(list []int, size int) int {
	tree := make([]int, size+1)
	count := 0
	for i, x := range list {
		upTo := 0
		for j := x + 1; j > 0; j -= j & -j {
			upTo += tree[j]
		}
		count += i - upTo
		for j := x + 1; j <= size; j += j & -j {
			tree[j]++
		}
	}
	return count
}

// place gives the blocks of a component their cells, from row first on, and returns how many rows they take.
func (d *drawing) place(layers [][]int, first int) int {
	rows := 0
	for column, layer := range layers {
		free := 0
		for _, b := range layer {
			row := max(free, d.wish(b))
			d.steps[b].Column, d.steps[b].Row = column, row
			free = row + d.height[b]
			rows = max(rows, free)
		}
	}
	used := make([]bool, rows)
	for _, layer := range layers {
		for _, b := range layer {
			for r := range d.height[b] {
				used[d.steps[b].Row+r] = true
			}
		}
	}
	shift := make([]int, rows)
	kept := 0
	for r := range used {
		shift[r] = kept
		if used[r] {
			kept++
		}
	}
	for column, layer := range layers {
		for _, b := range layer {
			row := first + shift[d.steps[b].Row]
			d.stack(b, column, &row)
		}
	}
	return kept
}

// wish is the row of the middle one of the blocks before, so that a chain runs straight.
func (d *drawing) wish(b int) int {
	rows := make([]int, 0, len(d.prev[b]))
	for _, p := range d.prev[b] {
		rows = append(rows, d.steps[p].Row)
	}
	if len(rows) == 0 {
		return 0
	}
	slices.Sort(rows)
	return rows[(len(rows)-1)/2]
}

// stack puts a step and below it those that serve it into a column.
func (d *drawing) stack(i, column int, row *int) {
	d.steps[i].Column, d.steps[i].Row = column, *row
	*row++
	for _, part := range d.parts[i] {
		d.stack(part, column, row)
	}
}
