package workflow

import (
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// connections reads {source: {kind: [[{node, type, index}, …], …]}}, with one list for each output of the source.
func (m *n8nImport) connections(v *jsonValue) {
	if v == nil || v.kind == jsonNull {
		return
	}
	if v.kind != jsonObject {
		if len(v.items) > 0 {
			m.note(v, noteBadShape)
		}
		return
	}
	byID := false
	for _, source := range v.items {
		from, id, ok := m.find(source.name)
		if byID = byID || id; !ok {
			m.stray(source, source.name)
			continue
		}
		switch source.kind {
		case jsonObject:
			for _, kind := range source.items {
				byID = m.outputs(from, kind.name, kind) || byID
			}
		case jsonList:
			byID = m.outputs(from, "main", source) || byID
		case jsonNull:
		case jsonBool, jsonNumber, jsonText:
			m.note(source, noteNoConnection, m.graph.Steps[from].Name)
		}
	}
	if byID {
		m.note(v, noteByID)
	}
}

// find looks a step up by its name, or else by its id.
func (m *n8nImport) find(name string) (index int, byID, ok bool) {
	if i, ok := m.flow.byName[name]; ok && name != "" {
		return i, false, true
	}
	i, ok := m.flow.byID[name]
	return i, ok, ok
}

func (m *n8nImport) stray(v *jsonValue, name string) {
	if m.flow.stickies[name] {
		m.note(v, noteSticky, name)
		return
	}
	m.note(v, noteNoSource, name)
}

// outputs reads the list of outputs of one kind. Old files have one list less.
func (m *n8nImport) outputs(from int, kind string, v *jsonValue) (byID bool) {
	flat := false
	for i, slot := range v.items {
		switch slot.kind {
		case jsonList:
			for _, target := range slot.items {
				byID = m.connect(from, kind, i, target) || byID
			}
		case jsonObject, jsonText:
			flat = true
			byID = m.connect(from, kind, 0, slot) || byID
		case jsonNull: // an output without a connection
		case jsonBool, jsonNumber:
			m.note(slot, noteNoConnection, m.graph.Steps[from].Name)
		}
	}
	if v.kind != jsonList && v.kind != jsonNull && v.kind != jsonObject {
		m.note(v, noteNoConnection, m.graph.Steps[from].Name)
	}
	if flat {
		m.note(v, noteFlat, m.graph.Steps[from].Name)
	}
	return byID
}

// connect makes the edge to one target.
func (m *n8nImport) connect(from int, kind string, output int, v *jsonValue) bool {
	if v.kind == jsonNull {
		return false
	}
	s := &m.graph.Steps[from]
	name := v.get("node").str()
	if v.kind == jsonText {
		name = v.text
	}
	if name == "" {
		m.note(v, noteNoConnection, s.Name)
		return false
	}
	to, byID, ok := m.find(name)
	if !ok {
		if m.flow.stickies[name] {
			m.note(v, noteSticky, name)
		} else {
			m.note(v, noteNoTarget, s.Name, name)
		}
		return false
	}
	e := plumbline.Edge{From: s.ID, To: m.graph.Steps[to].ID, Kind: m.edgeKind(from, kind, v), Location: v.place(m.file)}
	if e.Kind == plumbline.FlowEdge {
		e.Branch = m.branch(from, output)
		if output > 0 && s.OnError == "branch" && output == len(m.outputsOf(from)) {
			e.Kind = plumbline.ErrorEdge
		}
	}
	if e.Kind == plumbline.ErrorEdge {
		e.Branch = "error"
	}
	m.join(e)
	m.flow.linked[[2]string{e.From, e.To}] = true
	return byID
}

// join adds an edge. Beyond what a graph may have, edges are counted only, and the import fails.
func (m *n8nImport) join(e plumbline.Edge) {
	if m.edges++; m.edges <= maxEdges {
		m.graph.Edges = append(m.graph.Edges, e)
	}
}

func (m *n8nImport) edgeKind(from int, kind string, v *jsonValue) plumbline.EdgeKind {
	switch strings.ToLower(kind) {
	case "main":
		return plumbline.FlowEdge
	case "error":
		return plumbline.ErrorEdge
	case "ai_languagemodel":
		if n := &m.nodes[from]; n.known.kind != plumbline.ModelStep && !n.known.odd {
			m.note(v, noteNoModel, m.graph.Steps[from].Name)
		}
		return plumbline.ModelEdge
	case "ai_tool":
		return plumbline.ToolEdge
	case "ai_memory":
		return plumbline.MemoryEdge
	}
	if strings.HasPrefix(strings.ToLower(kind), "ai_") {
		return plumbline.PartEdge
	}
	m.note(v, noteOddKind, m.graph.Steps[from].Name, kind)
	return plumbline.FlowEdge
}

// outputsOf names the outputs of a step, without the one for errors; one output needs no name.
func (m *n8nImport) outputsOf(i int) []string {
	n, p := &m.nodes[i], m.nodes[i].v.get("parameters")
	if n.outputs != nil {
		return n.outputs
	}
	n.outputs = []string{""}
	switch n.pkg + "." + n.short {
	case n8nBasePackage + ".if":
		n.outputs = []string{"true", "false"}
	case n8nBasePackage + ".splitinbatches":
		n.outputs = []string{"loop"}
		if n.version >= 3 {
			n.outputs = []string{"done", "loop"}
		}
	case n8nBasePackage + ".filter":
		n.outputs = []string{"kept"}
	case n8nBasePackage + ".comparedatasets":
		n.outputs = []string{"in A only", "same", "different", "in B only"}
	case n8nBasePackage + ".switch":
		n.outputs = m.switchOutputs(i)
	case n8nLangchainPackage + ".guardrails":
		if p.get("operation").str() != "sanitize" {
			n.outputs = []string{"pass", "fail"}
		}
	case n8nLangchainPackage + ".sentimentanalysis":
		n.outputs = sentiments(p)
	case n8nLangchainPackage + ".textclassifier":
		n.outputs = categories(p)
		if p.get("options", "fallback").str() == "other" {
			n.outputs = append(n.outputs, "other")
		}
	}
	return n.outputs
}

// branch names one output of a step.
func (m *n8nImport) branch(i, output int) string {
	if names := m.outputsOf(i); output < len(names) {
		return redact(shorten(names[output], 100))
	}
	return strconv.Itoa(output)
}

// switchOutputs names the outputs of a Switch: by rule where the rule has a name, by number else.
func (m *n8nImport) switchOutputs(i int) []string {
	n, p := &m.nodes[i], m.nodes[i].v.get("parameters")
	names := []string{}
	add := func(name string) {
		if name == "" {
			name = strconv.Itoa(len(names))
		}
		names = append(names, name)
	}
	if p.get("mode").str() == "expression" || n.version < 2 { // version 1 has four outputs, whatever its rules
		count := 4
		if n.version >= 2 {
			count = min(max(int(p.get("numberOutputs").number(4)), 1), 1000)
		}
		for range count {
			add("")
		}
		if n.version >= 2 {
			return names
		}
	}
	rules := p.get("rules", "values")
	if n.version < 3 {
		rules = p.get("rules", "rules")
	}
	for _, rule := range rules.children() {
		switch {
		case n.version < 2:
		case n.version < 3 || rule.get("renameOutput").isTrue() || rule.get("outputKey").str() != "" && rule.get("renameOutput") == nil:
			add(rule.get("outputKey").str())
		default:
			add("")
		}
	}
	if p.get("options", "fallbackOutput").scalar() == "extra" || n.version < 3 && n.version >= 2 && p.get("fallbackOutput").scalar() == "extra" {
		if name := p.get("options", "renameFallbackOutput").str(); name != "" {
			add(name)
		} else {
			add("fallback")
		}
	}
	return names
}

func categories(p *jsonValue) []string {
	names := []string{}
	for _, c := range p.get("categories", "categories").children() {
		names = append(names, c.get("category").str())
	}
	return names
}

func sentiments(p *jsonValue) []string {
	text := p.get("options", "categories").str()
	if text == "" || isExpression(text) {
		text = "Positive, Neutral, Negative" // the node's default
	}
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		names = append(names, strings.TrimSpace(name))
	}
	return names
}

// served marks what serves an agent or a chain through an edge of n8n's AI kinds.
func (m *n8nImport) served() {
	for i := range m.graph.Edges {
		e := &m.graph.Edges[i]
		if e.Kind == plumbline.FlowEdge || e.Kind == plumbline.ErrorEdge || e.Kind == plumbline.DataEdge {
			continue
		}
		s := &m.graph.Steps[m.ids[e.From]]
		s.AI = true
		if e.Kind != plumbline.ToolEdge {
			continue
		}
		if s.Kind == plumbline.CodeStep {
			s.Effect = plumbline.Executes // the agent decides when the code runs, and on what
		}
		if s.Kind != plumbline.PersonStep && s.Kind != plumbline.AgentStep && s.Kind != plumbline.RetrievalStep {
			s.Kind = plumbline.ToolStep
		}
	}
}

// references makes the data edges of a step: what it reads from a step that is not directly before it.
func (m *n8nImport) references(i int) {
	s, n := &m.graph.Steps[i], &m.nodes[i]
	seen := map[string]bool{}
	n.v.get("parameters").walk(func(v *jsonValue) {
		code := s.Kind == plumbline.CodeStep || strings.Contains(n.short, "code") || strings.Contains(strings.ToLower(v.name), "code") ||
			v.name == "query" && strings.Contains(v.text, "{{") // SQL nodes evaluate braces in a query that is no expression
		if v.kind != jsonText || !isExpression(v.text) && !code {
			return
		}
		for _, name := range references(v.text) {
			if seen[name] {
				continue
			}
			seen[name] = true
			from, _, ok := m.find(name)
			if !ok {
				if isExpression(v.text) {
					m.note(v, noteNoReference, s.Name, name)
				}
				continue
			}
			pair := [2]string{m.graph.Steps[from].ID, s.ID}
			if from == i || m.flow.linked[pair] {
				continue
			}
			m.flow.linked[pair] = true
			m.join(plumbline.Edge{From: pair[0], To: pair[1], Kind: plumbline.DataEdge, Location: v.place(m.file)})
		}
	})
}

// n8nCallers are the nodes that run another workflow.
var n8nCallers = n8nWords("executeworkflow executeworkflowtool toolworkflow retrieverworkflow")

// calls joins a step that runs a workflow of this file, often its own, with the trigger of that workflow, of which n8n allows one.
func (m *n8nImport) calls() {
	own, named := map[*jsonValue]int{}, map[string]int{}
	for j := len(m.nodes) - 1; j >= 0; j-- {
		if callee := &m.nodes[j]; callee.short == "executeworkflowtrigger" {
			own[callee.flow], named[callee.flow.get("id").scalar()] = j, j
		}
	}
	for i := range m.nodes {
		n := &m.nodes[i]
		if !n8nCallers[n.short] {
			continue
		}
		target := resourceValue(n.v.get("parameters", "workflowId"))
		j, ok := named[target.scalar()]
		if strings.Contains(target.scalar(), "$workflow.id") {
			j, ok = own[n.flow]
		}
		if inline := n.v.get("parameters", "workflowJson"); inline.str() != "" {
			m.note(inline, noteInline, m.graph.Steps[i].Name)
			continue
		}
		if !ok || target.scalar() == "" {
			m.note(n.v.get("parameters"), noteChild, m.graph.Steps[i].Name)
			continue
		}
		m.join(plumbline.Edge{
			From: m.graph.Steps[i].ID, To: m.graph.Steps[j].ID, Kind: plumbline.DataEdge, Branch: "call", Location: target.place(m.file),
		})
	}
}
