package workflow_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

func definition(text string) (*plumbline.Graph, error) {
	return workflow.ParseDefinition(fstest.MapFS{"flow.json": {Data: []byte(text)}}, "flow.json", plumbline.Limits{})
}

const tiny = `{"nodes": [{"name": "A", "type": "n8n-nodes-base.webhook", "parameters": {"path": "x"}}], "connections": {}}`

func TestDefinitionErrors(t *testing.T) {
	deep := strings.Replace(tiny, `"x"`, strings.Repeat("[", 300)+strings.Repeat("]", 300), 1)
	for _, c := range []struct {
		name, text string
		limits     plumbline.Limits
		code       plumbline.Code
		want       string
	}{
		{"empty", "", plumbline.Limits{}, plumbline.Unsupported, "supported: n8n"},
		{"prose", "just words", plumbline.Limits{}, plumbline.Unsupported, "supported: n8n"},
		{"other JSON", `{"nodes": [], "edges": []}`, plumbline.Limits{}, plumbline.Unsupported, "supported: n8n"},
		{"nodes that are no list", `{"nodes": 3, "connections": {}}`, plumbline.Limits{}, plumbline.Unsupported, "holds no list"},
		{"cut off", tiny[:len(tiny)-1] + "\n\n", plumbline.Limits{}, plumbline.Invalid, "flow.json:3: the JSON text ends in the middle"},
		{"cut off early", `{"nodes": [`, plumbline.Limits{}, plumbline.Invalid, "flow.json:1: the JSON text ends in the middle"},
		{"comma", strings.Replace(tiny, `"connections"`, "\n,\"connections\"", 1), plumbline.Limits{}, plumbline.Invalid, "flow.json:2: the file is not JSON"},
		{"two documents", tiny + tiny, plumbline.Limits{}, plumbline.Invalid, "something follows"},
		{"UTF-16", "\xff\xfe{\x00", plumbline.Limits{}, plumbline.Invalid, "UTF-16"},
		{"deep", deep, plumbline.Limits{}, plumbline.TooLarge, "deeper than 200"},
		{"large", tiny, plumbline.Limits{Bytes: 50}, plumbline.TooLarge, "larger than 50 bytes"},
		{"many", tiny, plumbline.Limits{Nodes: 5}, plumbline.TooLarge, "more than 5 values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			graph, err := workflow.ParseDefinition(fstest.MapFS{"flow.json": {Data: []byte(c.text)}}, "flow.json", c.limits)
			if err == nil || graph != nil {
				t.Fatalf("no error: %v", graph)
			}
			if plumbline.CodeOf(err) != c.code || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v; expected %s: %s", plumbline.CodeOf(err), err, c.code, c.want)
			}
		})
	}
}

// TestDefinitionBombs reads files that are small and would become large.
func TestDefinitionBombs(t *testing.T) {
	long := strings.Repeat("k", 1<<20)
	list := strings.Repeat("1,", 20_000) + "1"
	if _, err := definition(strings.Replace(tiny, `"x"`, `{"`+long+`": [`+list+`]}`, 1)); plumbline.CodeOf(err) != plumbline.TooLarge {
		t.Errorf("long keys: %v", err)
	}
	targets := strings.Repeat(`{"node": "A"},`, 20_000) + `{"node": "A"}`
	graph, err := definition(`{"nodes": [{"name": "` + long + `", "type": "n8n-nodes-base.switch"}, {"name": "A", "type": "x"}], "connections": {"` + long + `": {"main": [[` + targets + `]]}}}`)
	if err != nil || len(graph.Edges) != 20_001 || len(graph.Edges[0].Location.Pointer) > 600 {
		t.Errorf("long names: %v", err)
	}
	targets = strings.Repeat(`{"node": "A"},`, 200_000) + `{"node": "A"}`
	_, err = definition(`{"nodes": [{"name": "B", "type": "x"}, {"name": "A", "type": "x"}], "connections": {"B": {"main": [[` + targets + `]]}}}`)
	if plumbline.CodeOf(err) != plumbline.TooLarge || !strings.Contains(err.Error(), "2 steps and 200001 connections") {
		t.Errorf("more connections than are followed: %v", err)
	}
	rules := strings.Repeat(`{},`, 30_000) + `{}`
	outputs := strings.Repeat(`["A"],`, 30_000) + `["A"]`
	start := time.Now()
	graph, err = definition(`{"nodes": [{"name": "S", "typeVersion": 3, "type": "n8n-nodes-base.switch", "parameters": {"rules": {"values": [` + rules + `]}}}, {"name": "A", "type": "x"}], "connections": {"S": {"main": [` + outputs + `]}}}`)
	if err != nil || len(graph.Edges) != 30_001 {
		t.Errorf("many outputs: %v", err)
	}
	if took := time.Since(start); took > 30*time.Second {
		t.Errorf("many outputs took %s", took)
	}
}

func TestDefinitionFiles(t *testing.T) {
	fsys := fstest.MapFS{"dir/x.json": {Data: []byte(tiny)}, "pipe": {Mode: os.ModeNamedPipe}}
	for name, code := range map[string]plumbline.Code{
		"none.json": plumbline.NotFound, "dir": plumbline.Invalid, "pipe": plumbline.Invalid, "../x.json": plumbline.Invalid, ".": plumbline.Invalid,
	} {
		if _, err := workflow.ParseDefinition(fsys, name, plumbline.Limits{}); plumbline.CodeOf(err) != code || err == nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDefinitionBytes(t *testing.T) {
	graph, err := definition("\xef\xbb\xbf" + tiny)
	if err != nil || len(graph.Steps) != 1 {
		t.Fatal(graph, err)
	}
	if len(graph.SHA256) != 64 || graph.Format != "n8n" || graph.File != "flow.json" {
		t.Error(graph)
	}
	graph, err = definition(strings.Replace(tiny, `"A"`, "\n\"A\xff\"", 1))
	if err != nil {
		t.Fatal(err)
	}
	if len(graph.Notes) != 1 || graph.Notes[0].Location.Line != 2 || graph.Steps[0].Name != "A\uFFFD" {
		t.Errorf("%+v %q", graph.Notes, graph.Steps[0].Name)
	}
}

// TestSecretsStayInside plants secrets and personal data wherever a file can hold some and looks for them in the JSON of the graph.
func TestSecretsStayInside(t *testing.T) {
	const key, person = "sk-proj-abcdefghijklmnop1234", "Zhang San 13800138000"
	text := fmt.Sprintf(`{"name": "Leaky", "nodes": [
		{"id": "1", "name": "Ask", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2, "notes": "key %[1]s", "credentials": {"httpHeaderAuth": {"id": "9", "name": "Bearer %[1]s"}},
		 "parameters": {"method": "POST", "url": "https://user:%[1]s@api.openai.com/v1/chat/completions?key=%[1]s", "jsonBody": "={\"model\": \"%[1]s\", \"p\": \"%[2]s {{ '%[1]s' }}\"}",
		  "operation": "x", "headerParameters": {"parameters": [{"name": "Authorization", "value": "Bearer %[1]s"}]}}},
		{"id": "2", "name": "Agent", "type": "@n8n/n8n-nodes-langchain.agent", "parameters": {"text": "=%[2]s {{ $json['x'] + '%[1]s' }}", "options": {"systemMessage": "%[1]s"}}},
		{"id": "3", "name": "Paper", "type": "n8n-nodes-base.stickyNote", "parameters": {"content": "%[1]s"}}],
		"connections": {"Ask": {"%[1]s": [[{"node": "%[1]s"}]]}}, "pinData": {"Ask": [{"json": {"who": "%[2]s", "key": "%[1]s"}}], "Gone": [{"json": "%[2]s"}]}, "settings": {"x": "%[1]s"}}`, key, person)
	graph, err := definition(text)
	if err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(graph)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{key, person, "13800138000", "abcdefghijklmnop"} {
		if i := bytes.Index(out, []byte(secret)); i >= 0 {
			t.Errorf("%s is in the JSON: …%s…", secret, out[max(0, i-100):min(len(out), i+50)])
		}
	}
	for pointer, want := range map[string]string{"/nodes/0/parameters/headerParameters/parameters/0/value": "Bearer " + key, "/pinData/Ask/0/json/who": person} {
		if got := graph.Steps[0].Params[pointer]; got != want {
			t.Errorf("rules see %q at %s", got, pointer)
		}
	}
	for pointer, want := range map[string]string{"/nodes/2/parameters/content": key, "/pinData/Gone/0/json": person, "/settings/x": key} {
		if got := graph.Params[pointer]; got != want {
			t.Errorf("rules see %q at %s", got, pointer)
		}
	}
	if line := graph.Steps[0].Lines["/nodes/0/parameters/url"]; line != 3 {
		t.Errorf("line %d", line)
	}
}

// TestConsumerLoan reads the definition of the example.
func TestConsumerLoan(t *testing.T) {
	graph := parsed(t, filepath.Join("..", "..", "examples", "consumer-loan"), "flow.n8n.json")
	graphGolden(t, filepath.Join("n8n", "consumer-loan"), describeGraph(graph))
	if len(graph.Notes) != 0 {
		t.Error(graph.Notes)
	}
}

// TestDamagedDefinitions cuts and mangles the files of testdata and looks that every one gives a graph or a clear error.
func TestDamagedDefinitions(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "n8n", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	more, err := filepath.Glob(filepath.Join(corpus, "*.json")) // where they are here
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, file := range append(files, more...) {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		times := 150
		if len(data) > 10_000 {
			times = 10
		}
		for range times {
			text := bytes.Clone(data)
			switch at := random.IntN(len(text)); random.IntN(4) {
			case 0:
				text = text[:at]
			case 1:
				text[at] = byte(random.IntN(256))
			case 2:
				end := min(len(text), at+random.IntN(60))
				text = append(text[:at:at], text[end:]...)
			default:
				for _, old := range []string{"[", "{", `"main"`, "null", "1", `"name"`} {
					if random.IntN(2) == 0 {
						text = bytes.Replace(text, []byte(old), []byte([]string{"{", "[]", "7", `"main":`, "null"}[random.IntN(5)]), 1+random.IntN(3))
					}
				}
			}
			checkParse(t, text)
		}
	}
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "n8n", "*.json"))
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkParse(t, data) })
}

// checkParse reads data and looks at what holds for every graph.
func checkParse(t *testing.T, data []byte) {
	t.Helper()
	fsys := fstest.MapFS{"f": {Data: data}}
	graph, err := workflow.ParseDefinition(fsys, "f", plumbline.Limits{Nodes: 50_000})
	if err != nil {
		if code := plumbline.CodeOf(err); code == plumbline.Internal || graph != nil {
			t.Fatalf("%s: %v", code, err)
		}
		return
	}
	checkGraph(t, graph)
	again, err := workflow.ParseDefinition(fsys, "f", plumbline.Limits{Nodes: 50_000})
	if err != nil || !reflect.DeepEqual(graph, again) {
		t.Fatalf("the second reading differs: %v", err)
	}
}

func checkGraph(t *testing.T, graph *plumbline.Graph) {
	t.Helper()
	lines := 1 << 30
	ids, cells := map[string]bool{}, map[[2]int]string{}
	for _, s := range graph.Steps {
		if s.ID == "" && s.Name != "" || ids[s.ID] || s.Kind == "" || s.Location.Line < 1 || s.Location.Line > lines {
			t.Fatalf("step %+v", s)
		}
		ids[s.ID] = true
		cell := [2]int{s.Column, s.Row}
		if other, taken := cells[cell]; taken || s.Column < 0 || s.Row < 0 {
			t.Fatalf("%s and %s share the cell %v", s.ID, other, cell)
		}
		cells[cell] = s.ID
	}
	for _, e := range graph.Edges {
		if !ids[e.From] || !ids[e.To] || e.Kind == "" {
			t.Fatalf("edge %+v", e)
		}
	}
}

// TestLayout draws random workflows: every step has a cell of its own, flow without loops leads to the right, parts stand
// below their root.
func TestLayout(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		n := 1 + random.IntN(80)
		graph, err := definition(randomFlow(random, n, n/2+random.IntN(n+1), false))
		if err != nil {
			t.Fatal(err)
		}
		checkGraph(t, graph)
		loops, err := definition(randomFlow(random, n, 2*n, true))
		if err != nil {
			t.Fatal(err)
		}
		checkGraph(t, loops)
		for _, e := range graph.Edges {
			from, to := graph.Step(e.From), graph.Step(e.To)
			if e.Kind == plumbline.FlowEdge && from.Column >= to.Column {
				t.Fatalf("%s at %d leads to %s at %d", from.Name, from.Column, to.Name, to.Column)
			}
		}
	}
	graph := parsed(t, filepath.Join("testdata", "n8n"), "ai.json")
	agent, model := graph.Step("Agent"), graph.Step("dated")
	if model.Column != agent.Column || model.Row <= agent.Row {
		t.Errorf("the model stands at %d,%d, its agent at %d,%d", model.Column, model.Row, agent.Column, agent.Row)
	}
}

// randomFlow writes a workflow of n steps, of which each fifth is an agent with a model; without loops edges lead to later steps.
func randomFlow(random *rand.Rand, n, edges int, loops bool) string {
	var b strings.Builder
	b.WriteString(`{"nodes": [`)
	for i := range n {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `{"id": "%d", "name": "s%d", "type": "n8n-nodes-base.set", "parameters": {}},`, i, i)
		fmt.Fprintf(&b, `{"id": "m%d", "name": "m%d", "type": "@n8n/n8n-nodes-langchain.lmChatOpenAi", "parameters": {}}`, i, i)
	}
	targets := make([][]int, n)
	for range edges {
		from, to := random.IntN(n), random.IntN(n)
		if !loops && from >= to {
			from, to = to, from
		}
		if loops || from < to {
			targets[from] = append(targets[from], to)
		}
	}
	b.WriteString(`], "connections": {`)
	for i, list := range targets {
		if i > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, `"s%d": {"main": [[`, i)
		for k, to := range list {
			if k > 0 {
				b.WriteString(",")
			}
			fmt.Fprintf(&b, `{"node": "s%d"}`, to)
		}
		b.WriteString("]]}")
		if i%5 == 0 {
			fmt.Fprintf(&b, `, "m%d": {"ai_languageModel": [[{"node": "s%d"}]]}`, i, i)
		}
	}
	b.WriteString("}}")
	return b.String()
}

// TestLayoutSpeed lays out 5,000 steps. The bound is wide: a machine that tests in parallel is slow.
func TestLayoutSpeed(t *testing.T) {
	text := randomFlow(rand.New(rand.NewPCG(5, 6)), 2500, 5000, true)
	start := time.Now()
	graph, err := definition(text)
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(start)
	t.Logf("%d steps, %d edges, read and laid out in %s", len(graph.Steps), len(graph.Edges), took)
	if took > 30*time.Second {
		t.Errorf("took %s", took)
	}
	checkGraph(t, graph)
}
