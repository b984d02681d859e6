package workflow

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
)

const (
	n8nBasePackage      = "n8n-nodes-base"
	n8nLangchainPackage = "@n8n/n8n-nodes-langchain"
)

// n8nFormat reads workflows of n8n: exports, texts copied from its canvas, answers of its API, and what others wrote in their shape.
func n8nFormat() Format {
	return Format{Name: "n8n", Sniff: sniffN8n, Parse: parseN8n}
}

func sniffN8n(data []byte) bool {
	text := bytes.TrimLeft(data, " \t\r\n")
	if len(text) == 0 || text[0] != '{' && text[0] != '[' || !bytes.Contains(text, []byte(`"nodes"`)) {
		return false
	}
	return bytes.Contains(text, []byte(`"connections"`)) || bytes.Contains(text, []byte(`"n8n-nodes-base.`)) || bytes.Contains(text, []byte(`"@n8n/n8n-nodes-`))
}

// An n8nImport turns one file into a graph. Steps, nodes and what is found for them run in parallel, by index.
type n8nImport struct {
	file   string
	graph  *plumbline.Graph
	nodes  []n8nNode
	ids    map[string]int // of steps → index
	copies map[string]int // of an id that more than one node has
	flow   n8nFlow
	texts  int // bytes offered to rules
	notes  int // those beyond the bound are counted only
	edges  int // those beyond the bound are counted only
}

// An n8nNode is a step together with what it was read from.
type n8nNode struct {
	v          *jsonValue
	pkg, short string // package of the type, and the type within it in lower case
	app        string // short without the suffix of a tool
	version    float64
	known      n8nType
	flow       *jsonValue // the workflow that it belongs to
	outputs    []string   // names of the outputs, once they were asked for
}

// An n8nFlow is the workflow of the file that is being read; names hold within it.
type n8nFlow struct {
	v        *jsonValue
	first    int // of its steps
	byName   map[string]int
	byID     map[string]int
	stickies map[string]bool
	linked   map[[2]string]bool // steps that an edge joins
}

func parseN8n(data []byte, file string, limits plumbline.Limits) (*plumbline.Graph, error) {
	root, twice, err := readJSON(data, file, limits)
	if err != nil {
		return nil, err
	}
	flows := n8nFlows(root, 0)
	if len(flows) == 0 {
		return nil, &plumbline.Error{Code: plumbline.Unsupported, Where: file, Message: "the file names nodes and holds no list of them", Hint: "export the workflow from n8n again"}
	}
	m := &n8nImport{file: file, ids: map[string]int{}, copies: map[string]int{}, graph: &plumbline.Graph{Format: "n8n", File: file, Name: shorten(flows[0].get("name").str(), 300), Steps: []plumbline.Step{}, Edges: []plumbline.Edge{}}}
	m.graph.Params, m.graph.Lines = map[string]string{}, map[string]int{}
	for _, v := range twice {
		m.note(v, noteTwice, v.name)
	}
	if len(flows) > 1 {
		m.note(root, noteSeveral, len(flows))
	}
	for _, v := range flows {
		m.read(v)
	}
	if m.texts > maxTexts {
		return nil, &plumbline.Error{Code: plumbline.TooLarge, Where: file, Message: "the parameters and pinned data take more than 128 MiB with their places", Hint: "remove pinned data from the export"}
	}
	m.calls()
	if err := followable(len(m.graph.Steps), m.edges, file); err != nil {
		return nil, err
	}
	m.finish()
	return m.graph, nil
}

// n8nFlows finds the workflows in a file, through the wrappers of the API and of templates, and in lists.
func n8nFlows(v *jsonValue, depth int) []*jsonValue {
	if v == nil || depth > 4 {
		return nil
	}
	if nodes := v.get("nodes"); v.kind == jsonObject && nodes != nil && (nodes.kind == jsonList || nodes.kind == jsonObject) {
		return []*jsonValue{v}
	}
	var flows []*jsonValue
	switch v.kind {
	case jsonObject:
		for _, key := range []string{"workflow", "workflowData", "data", "workflows"} {
			flows = append(flows, n8nFlows(v.get(key), depth+1)...)
		}
	case jsonList:
		for _, item := range v.items {
			flows = append(flows, n8nFlows(item, depth+1)...)
		}
	case jsonNull, jsonBool, jsonNumber, jsonText:
	}
	return flows
}

// read takes one workflow in.
func (m *n8nImport) read(v *jsonValue) {
	m.flow = n8nFlow{v: v, first: len(m.nodes), byName: map[string]int{}, byID: map[string]int{}, stickies: map[string]bool{}, linked: map[[2]string]bool{}}
	stickies := 0
	var sticky *jsonValue
	for _, node := range v.get("nodes").items {
		switch {
		case node.kind != jsonObject:
			m.note(node, noteNoNode)
		case strings.HasSuffix(strings.ToLower(node.get("type").str()), ".stickynote"):
			if stickies++; sticky == nil {
				sticky = node
			}
			m.flow.stickies[node.get("name").str()] = true
			m.keep(node.get("parameters"))
		default:
			m.node(node)
		}
	}
	if stickies > 0 {
		m.note(sticky, noteStickies, stickies)
	}
	m.connections(v.get("connections"))
	m.served()
	for i := m.flow.first; i < len(m.nodes); i++ {
		m.references(i)
	}
	m.pinned(v.get("pinData"))
	m.settings(v.get("settings"))
}

// node takes one node in as a step.
func (m *n8nImport) node(v *jsonValue) {
	n := n8nNode{v: v, flow: m.flow.v, version: v.get("typeVersion").number(1)}
	typ := v.get("type").str()
	if i := strings.LastIndex(typ, "."); i >= 0 {
		n.pkg, n.short = typ[:i], strings.ToLower(typ[i+1:])
	} else {
		n.short = strings.ToLower(typ)
	}
	if n.pkg == "n8n-nodes-langchain" { // as many a hand-written file has it
		n.pkg = n8nLangchainPackage
	}
	n.known = classify(n.pkg, n.short)
	n.app = n.short
	if n.pkg == n8nBasePackage && !n8nApps[n.short] {
		n.app = strings.TrimSuffix(strings.TrimSuffix(n.short, "tool"), "hitl")
	}
	s := plumbline.Step{
		Name: shorten(v.get("name").str(), 300), Type: shorten(typ, 200), TypeVersion: shorten(v.get("typeVersion").scalar(), 20), Kind: n.known.kind, Effect: n.known.effect, AI: n.known.ai,
		Disabled: v.get("disabled").isTrue(), Notes: redact(shorten(v.get("notes").str(), 2000)), Location: v.place(m.file), Params: map[string]string{}, Lines: map[string]int{},
	}
	if s.Name == "" {
		s.Name = shorten(typ, 200) + " " + strconv.Itoa(len(m.nodes)-m.flow.first+1)
		m.note(v, noteNoName, s.Name)
	}
	s.ID = m.id(v.get("id").scalar(), s.Name)
	index := len(m.nodes)
	name := v.get("name").str()
	if _, twice := m.flow.byName[name]; twice && name != "" {
		m.note(v, noteSameName, s.Name)
	}
	m.flow.byName[name] = index // the last one holds, as in n8n
	if id := v.get("id").scalar(); id != "" {
		m.flow.byID[id] = index
	}
	m.offer(v.get("parameters"), s.Params, s.Lines)
	m.nodes = append(m.nodes, n)
	m.graph.Steps = append(m.graph.Steps, s)
	m.facts(index)
	m.oddities(index)
}

// id gives a step its own id, or its name where it has none, and makes it unique.
func (m *n8nImport) id(own, name string) string {
	id := shorten(own, 100)
	if id == "" {
		id = name
	}
	unique := id
	for m.taken(unique) {
		m.copies[id]++
		unique = id + "~" + strconv.Itoa(m.copies[id]+1)
	}
	m.ids[unique] = len(m.nodes)
	return unique
}

func (m *n8nImport) taken(id string) bool {
	_, ok := m.ids[id]
	return ok
}

// oddities notes what of a node was not understood.
func (m *n8nImport) oddities(i int) {
	n, s := &m.nodes[i], &m.graph.Steps[i]
	switch {
	case s.Type == "":
		m.note(n.v, noteNoType, s.Name)
	case n.pkg != n8nBasePackage && n.pkg != n8nLangchainPackage && n.pkg != "":
		m.note(n.v.get("type"), noteCommunity, s.Name, s.Type)
	case n.known.odd:
		m.note(n.v.get("type"), noteUnknownType, s.Name, s.Type)
	case n.short == "noop" && n.version != 1:
		m.note(n.v.get("type"), noteRewritten, s.Name, s.TypeVersion)
	}
	if p := n.v.get("parameters"); p != nil && p.kind != jsonObject {
		m.note(p, noteNoParameters, s.Name)
	}
	if s.Disabled {
		m.note(n.v.get("disabled"), noteDisabled, s.Name)
	}
	var keys []string
	n.v.get("parameters").walk(func(v *jsonValue) {
		if v.kind == jsonText { // n8n looks for them in any text
			keys = append(keys, modelChosen(v.text)...)
		}
	})
	if len(keys) > 0 {
		slices.Sort(keys)
		m.note(n.v.get("parameters"), noteModelChosen, s.Name, shorten(strings.Join(slices.Compact(keys), ", "), 200))
	}
}

// maxTexts bounds what pointers and texts may take together; long keys within each other would multiply.
const maxTexts = 128 << 20

// offer gives the scalars under v to rules that look for patterns.
func (m *n8nImport) offer(v *jsonValue, texts map[string]string, lines map[string]int) {
	v.walk(func(v *jsonValue) {
		if m.texts > maxTexts {
			return
		}
		p := v.pointer()
		texts[p], lines[p] = v.text, v.line
		m.texts += len(p) + len(v.text)
	})
}

// keep offers scalars that belong to no step.
func (m *n8nImport) keep(v *jsonValue) { m.offer(v, m.graph.Params, m.graph.Lines) }

// pinned gives each step its pinned data. Their values go where only rules look, that there are some goes into a note.
func (m *n8nImport) pinned(v *jsonValue) {
	for _, pin := range v.children() {
		if len(pin.items) == 0 {
			continue
		}
		if i, ok := m.flow.byName[pin.name]; ok {
			m.offer(pin, m.graph.Steps[i].Params, m.graph.Steps[i].Lines)
			m.note(pin, notePinned, m.graph.Steps[i].Name, len(pin.items))
			continue
		}
		m.keep(pin)
		m.note(pin, notePinnedNowhere, len(pin.items))
	}
}

func (m *n8nImport) settings(v *jsonValue) {
	m.keep(v)
	if handler := v.get("errorWorkflow").scalar(); handler != "" && m.graph.ErrorHandler == "" {
		m.graph.ErrorHandler = redact(shorten(handler, 200))
	}
}

// finish sets what needs all edges.
func (m *n8nImport) finish() {
	flows, data := []plumbline.Edge{}, []plumbline.Edge{}
	for _, e := range m.graph.Edges {
		if e.Kind == plumbline.DataEdge {
			data = append(data, e)
		} else {
			flows = append(flows, e)
		}
	}
	m.graph.Edges = append(flows, data...)
	slices.SortStableFunc(m.graph.Notes, func(a, b plumbline.GraphNote) int { return cmp.Compare(a.Location.Line, b.Location.Line) })
	if m.notes > maxNotes {
		m.graph.Notes = append(m.graph.Notes, plumbline.GraphNote{Text: noteMore.text(m.notes - maxNotes), Location: plumbline.Location{File: m.file}})
	}
}
