package workflow_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// TestNothingSecretLeavesAGraph writes made-up keys and numbers into every text of a definition.
func TestNothingSecretLeavesAGraph(t *testing.T) {
	secrets := []string{
		"sk-" + "proj-A1b2C3d4E5f6G7h8I9j0K1l2M3n4", "gh" + "p_A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8", "LT" + "AI5tQ7ZpLm3Kd9Vw2RtXy4Bn",
		"13812345678", "11010519491231002X", "li.lei" + "@corp.cn",
	}
	for _, secret := range secrets {
		definition := fmt.Sprintf(`{"name": "flow %[1]s", "nodes": [
			{"id": "%[1]s", "name": "in %[1]s", "type": "n8n-nodes-base.webhook", "typeVersion": 2, "notes": "ask %[1]s", "parameters": {"authentication": "%[1]s"}},
			{"id": "b", "name": "store", "type": "@n8n/n8n-nodes-langchain.vectorStoreQdrant", "parameters": {"mode": "%[1]s"}, "credentials": {"qdrantApi": {"name": "%[1]s"}}},
			{"id": "c", "name": "chain", "type": "@n8n/n8n-nodes-langchain.chainLlm", "parameters": {"text": "={{ $json.a['%[1]s'] }}", "%[1]s": {"x": "={{ $json.y }}"}}}],
			"connections": {"in %[1]s": {"main": [[{"node": "store", "type": "main", "index": 0}, {"node": "gone %[1]s", "type": "main", "index": 0}]]}},
			"settings": {"errorWorkflow": "%[1]s"}}`, secret)
		g, err := workflow.ParseDefinition(fstest.MapFS{"f.json": {Data: []byte(definition)}}, "f.json", plumbline.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		raw, err := json.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		if at := strings.Index(string(raw), secret); at >= 0 {
			t.Errorf("%s is in the graph: …%s", secret, raw[max(0, at-80):at+len(secret)])
		}
		if len(g.Steps) != 3 || len(g.Edges) != 1 || g.Edges[0].From != g.Steps[0].ID || g.Edges[0].To != "b" {
			t.Errorf("%d steps, edges %v", len(g.Steps), g.Edges)
		}
	}
}
