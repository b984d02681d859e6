package workflow_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// corpus is a collection of public workflows that is not part of this repository.
const corpus = "../../../shared/corpus/workflows/n8n"

func corpusFiles(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(corpus)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("the workflows in ../shared/corpus are not here")
	}
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if len(names) < 19 {
		t.Fatalf("%d files, expected 19 at the least", len(names))
	}
	return names
}

func TestN8nCorpus(t *testing.T) {
	for _, name := range corpusFiles(t) {
		t.Run(name, func(t *testing.T) {
			graph := parsed(t, corpus, name)
			graphGolden(t, filepath.Join("n8n", "corpus", strings.TrimSuffix(name, ".json")), describeGraph(graph))
			data, err := os.ReadFile(filepath.Join(corpus, name))
			if err != nil {
				t.Fatal(err)
			}
			compareCounts(t, data, graph)
		})
	}
}

// TestN8nShapes reads small files made by hand, one for each oddity.
func TestN8nShapes(t *testing.T) {
	dir := filepath.Join("testdata", "n8n")
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, entry := range entries {
		name := entry.Name()
		if filepath.Ext(name) != ".json" {
			continue
		}
		n++
		t.Run(name, func(t *testing.T) {
			graphGolden(t, filepath.Join("n8n", strings.TrimSuffix(name, ".json")), describeGraph(parsed(t, dir, name)))
		})
	}
	if n < 10 {
		t.Errorf("%d files", n)
	}
}

func parsed(t *testing.T, dir, name string) *plumbline.Graph {
	t.Helper()
	graph, err := workflow.ParseDefinition(os.DirFS(dir), name, plumbline.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	return graph
}

func graphGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; run with -update and read the difference\n%s", path, got)
	}
}

// compareCounts counts again, straight from the JSON and by other means than the import.
func compareCounts(t *testing.T, data []byte, graph *plumbline.Graph) {
	t.Helper()
	var file struct {
		Nodes []struct {
			Name, Type string
			Parameters struct {
				URL string `json:"url"`
			}
		}
		Connections map[string]map[string][][]struct{ Node string }
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	names, ai, steps, edges := map[string]bool{}, map[string]bool{}, 0, 0
	for _, node := range file.Nodes {
		if strings.HasSuffix(node.Type, ".stickyNote") {
			continue
		}
		steps++
		names[node.Name] = true
		langchain := strings.Contains(node.Type, "langchain.") && !strings.HasSuffix(node.Type, "Trigger")
		if langchain || strings.HasSuffix(node.Type, "Tool") && strings.HasPrefix(node.Type, "n8n-nodes-base.") || strings.Contains(node.Parameters.URL, "api.openai.com") {
			ai[node.Name] = true
		}
	}
	for source, kinds := range file.Connections {
		for kind, outputs := range kinds {
			for _, output := range outputs {
				for _, target := range output {
					if !names[source] || !names[target.Node] {
						continue
					}
					edges++
					if kind != "main" {
						ai[source] = true
					}
				}
			}
		}
	}
	gotAI, gotEdges := 0, 0
	for _, s := range graph.Steps {
		if s.AI {
			gotAI++
		}
	}
	for _, e := range graph.Edges {
		if e.Kind != plumbline.DataEdge {
			gotEdges++
		}
	}
	if len(graph.Steps) != steps || gotEdges != edges || gotAI != len(ai) {
		t.Errorf("%d steps, %d edges, %d AI steps; counted %d, %d, %d", len(graph.Steps), gotEdges, gotAI, steps, edges, len(ai))
	}
	for _, s := range graph.Steps {
		line := bytes.Split(data, []byte("\n"))[s.Location.Line-1]
		if !bytes.Contains(line, []byte("{")) {
			t.Errorf("%s: line %d is %q", s.Name, s.Location.Line, line)
		}
	}
}

// describeGraph writes a graph as lines that a person can read against the source.
func describeGraph(g *plumbline.Graph) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %q steps %d edges %d", g.Format, g.Name, len(g.Steps), len(g.Edges))
	if g.ErrorHandler != "" {
		fmt.Fprintf(&b, " error handler %s", g.ErrorHandler)
	}
	b.WriteString("\n")
	names := map[string]string{}
	for _, s := range g.Steps {
		names[s.ID] = s.Name
		describeStep(&b, s)
	}
	for _, e := range g.Edges {
		branch := ""
		if e.Branch != "" {
			branch = " [" + e.Branch + "]"
		}
		fmt.Fprintf(&b, "%s %s → %s%s %d\n", e.Kind, names[e.From], names[e.To], branch, e.Location.Line)
	}
	for _, n := range g.Notes {
		fmt.Fprintf(&b, "note %d %s %s\n", n.Location.Line, n.Location.Pointer, n.Text.EN)
	}
	return b.String()
}

func describeStep(b *strings.Builder, s plumbline.Step) {
	fmt.Fprintf(b, "%s\n  %s", s.Name, s.Kind)
	for _, flag := range []struct {
		on   bool
		word string
	}{{s.AI, "AI"}, {s.Untrusted, "untrusted"}, {s.Disabled, "disabled"}} {
		if flag.on {
			b.WriteString(" " + flag.word)
		}
	}
	for _, fact := range []struct{ word, value string }{{"effect", string(s.Effect)}, {"operation", s.Operation}, {"auth", s.Auth}, {"provider", s.Provider}, {"model", s.Model}} {
		if fact.value != "" {
			fmt.Fprintf(b, " %s %s", fact.word, fact.value)
		}
	}
	if s.Pinned {
		b.WriteString(" pinned")
	}
	fmt.Fprintf(b, "\n  %s %s line %d at %d,%d on error %s", s.Type, s.TypeVersion, s.Location.Line, s.Column, s.Row, s.OnError)
	if s.Retries > 0 {
		fmt.Fprintf(b, " retries %d", s.Retries)
	}
	if s.ID != s.Name && len(s.ID) < 30 {
		fmt.Fprintf(b, " id %s", s.ID)
	}
	fmt.Fprintf(b, " texts %d\n", len(s.Params))
	for _, p := range s.Prompts {
		fmt.Fprintf(b, "  prompt %s %d line %d %s\n", p.Role, p.Chars, p.Location.Line, strings.Join(p.Variables, " "))
	}
	for _, e := range s.Endpoints {
		fmt.Fprintf(b, "  endpoint %s %s local %t dynamic %t line %d\n", e.Scheme, e.Host, e.Local, e.Dynamic, e.Location.Line)
	}
	for _, c := range s.Credentials {
		fmt.Fprintf(b, "  credential %s\n", c)
	}
	if s.Notes != "" {
		fmt.Fprintf(b, "  notes %s\n", s.Notes)
	}
}
