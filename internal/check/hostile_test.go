package check_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// export is an n8n export in the making.
type export struct {
	nodes       []map[string]any
	connections map[string]map[string][][]map[string]any
}

func (x *export) add(name, kind string, parameters map[string]any) {
	if parameters == nil {
		parameters = map[string]any{}
	}
	x.nodes = append(x.nodes, map[string]any{"id": name, "name": name, "type": kind, "typeVersion": 2, "parameters": parameters})
}

func (x *export) join(from, kind string, output int, to ...string) {
	if x.connections == nil {
		x.connections = map[string]map[string][][]map[string]any{}
	}
	if x.connections[from] == nil {
		x.connections[from] = map[string][][]map[string]any{}
	}
	list := x.connections[from][kind]
	for len(list) <= output {
		list = append(list, []map[string]any{})
	}
	for _, name := range to {
		list[output] = append(list[output], map[string]any{"node": name, "type": kind, "index": 0})
	}
	x.connections[from][kind] = list
}

const (
	setNode    = "n8n-nodes-base.set"
	ifNode     = "n8n-nodes-base.if"
	mailNode   = "n8n-nodes-base.emailSend"
	hookNode   = "n8n-nodes-base.webhook"
	askNode    = "n8n-nodes-base.slack"
	loopNode   = "n8n-nodes-base.splitInBatches"
	modelNode  = "@n8n/n8n-nodes-langchain.openAi"
	agentNode  = "@n8n/n8n-nodes-langchain.agentTool"
	dataOfNode = "={{ $('%s').item.json }}"
)

func names(letter string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s%d", letter, i)
	}
	return out
}

// hostile lists definitions made to cost much, by their size.
var hostile = map[string]func(x *export, n int){
	"chain of sub-steps": func(x *export, n int) {
		for i, name := range names("a", n) {
			x.add(name, agentNode, nil)
			if i > 0 {
				x.join(name, "ai_tool", 0, fmt.Sprintf("a%d", i-1))
			}
		}
	},
	"all with all": func(x *export, n int) {
		n = int(float64(n) / 8)
		for _, name := range names("a", n) {
			x.add(name, setNode, nil)
			x.join(name, "main", 0, names("a", n)...)
		}
	},
	"many approvals and decisions": func(x *export, n int) {
		n /= 4
		x.add("m", modelNode, nil)
		x.join("m", "main", 0, names("p", n)...)
		x.join("m", "main", 0, names("w", n)...)
		for i := range n {
			p, d, w := fmt.Sprintf("p%d", i), fmt.Sprintf("d%d", i), fmt.Sprintf("w%d", i)
			x.add(p, askNode, map[string]any{"operation": "sendAndWait", "approvalOptions": map[string]any{"values": map[string]any{"approvalType": "double"}}})
			x.add(d, ifNode, nil)
			x.add(w, mailNode, nil)
			x.join(p, "main", 0, d)
			x.join(d, "main", 0, w, fmt.Sprintf("d%d", (i+1)%n))
			x.join(d, "main", 1, fmt.Sprintf("d%d", (i+7)%n), w)
		}
	},
	"sources, models and actions in a chain": func(x *export, n int) {
		last := ""
		for i := range n / 3 {
			s, m, w := fmt.Sprintf("s%d", i), fmt.Sprintf("m%d", i), fmt.Sprintf("w%d", i)
			x.add(s, hookNode, nil)
			x.add(m, modelNode, map[string]any{"text": fmt.Sprintf(dataOfNode, fmt.Sprintf("s%d", i/2))})
			x.add(w, mailNode, map[string]any{"text": fmt.Sprintf(dataOfNode, fmt.Sprintf("m%d", i/2))})
			x.join(s, "main", 0, m)
			x.join(m, "main", 0, w)
			if last != "" {
				x.join(last, "main", 0, s)
			}
			last = w
		}
	},
	"long way to many actions": func(x *export, n int) {
		x.add("s", hookNode, nil)
		x.add("m", modelNode, nil)
		x.join("s", "main", 0, "m")
		last := "m"
		for _, name := range names("n", n/2) {
			x.add(name, setNode, nil)
			x.join(last, "main", 0, name)
			last = name
		}
		x.join(last, "main", 0, names("w", n/2)...)
		for _, name := range names("w", n/2) {
			x.add(name, mailNode, nil)
		}
	},
	"sources without connections": func(x *export, n int) {
		for _, name := range names("s", n) {
			x.add(name, hookNode, nil)
		}
	},
	"loops within loops": func(x *export, n int) {
		for i := range n {
			name := fmt.Sprintf("l%d", i)
			x.add(name, loopNode, nil)
			x.join(name, "main", 0, fmt.Sprintf("l%d", (i+1)%n), fmt.Sprintf("l%d", (i+2)%n))
			x.join(name, "main", 1, fmt.Sprintf("l%d", (i+3)%n))
		}
	},
}

func hostileFile(tb testing.TB, name string, n int) []byte {
	tb.Helper()
	x := &export{}
	hostile[name](x, n)
	data, err := json.Marshal(map[string]any{"name": name, "nodes": x.nodes, "connections": x.connections})
	if err != nil {
		tb.Fatal(err)
	}
	return data
}

// judgeDefinition imports a definition and runs the checks of the security family on it.
func judgeDefinition(tb testing.TB, data []byte) (out []plumbline.Observation, cost float64) {
	tb.Helper()
	files := fstest.MapFS{"flow.json": {Data: data}}
	graph, err := workflow.ParseDefinition(files, "flow.json", plumbline.Limits{})
	if err != nil {
		tb.Fatal(err)
	}
	in := check.Input{Graph: graph, File: &workflow.File{}, Files: files}
	for _, c := range check.Catalog() {
		if strings.HasPrefix(c.ID, "security.") {
			list, err := c.Run(tb.Context(), &in)
			if err != nil {
				tb.Fatal(err)
			}
			out = append(out, list...)
		}
	}
	steps := float64(len(graph.Steps))
	return out, float64(check.Visited(&in)) / (steps * (steps + float64(len(graph.Edges))))
}

// No definition costs more than its steps times its steps and connections, a few times over, which is what the import bounds; and none
// lists more than it may.
func TestHostileDefinitions(t *testing.T) {
	for name := range hostile {
		t.Run(name, func(t *testing.T) {
			perMetric := map[string]int{}
			found, cost := judgeDefinition(t, hostileFile(t, name, 3000))
			if t.Logf("%.2f × steps × (steps + edges)", cost); cost > 2 {
				t.Errorf("the rules look at %.1f × steps × (steps + edges)", cost)
			}
			for _, o := range found {
				perMetric[o.Metric]++
			}
			if len(perMetric) == 0 {
				t.Error("nothing was observed")
			}
			for metric, k := range perMetric {
				if k > 201 {
					t.Errorf("%s: %d observations", metric, k)
				}
			}
		})
	}
}

// BenchmarkHostileDefinitions reports how the cost grows: with the square of the size at most.
func BenchmarkHostileDefinitions(b *testing.B) {
	for name := range hostile {
		for _, n := range []int{1500, 3000} {
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(name, " ", "_"), n), func(b *testing.B) {
				data := hostileFile(b, name, n)
				for b.Loop() {
					judgeDefinition(b, data)
				}
			})
		}
	}
}
