package workflow_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// TestForeignIsNamed: a definition of another tool is refused by the tool's name; what is no definition has none.
func TestForeignIsNamed(t *testing.T) {
	for want, text := range map[string]string{
		"BPMN":               `<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>`,
		"Dify":               "app:\n  mode: workflow\nkind: app\nversion: 0.1.5\n",
		"Coze":               `{"nodes": [{"data": {"nodeMeta": {}}}], "edges": []}`,
		"Node-RED":           `[{"id": "a", "type": "inject", "wires": [[]]}]`,
		"AWS Step Functions": `{"StartAt": "A", "States": {`, // damaged
		"Flowise":            `{"nodes": [{"data": {"inputAnchors": []}}], "edges": []}`,
	} {
		_, err := workflow.ParseDefinition(fstest.MapFS{"flow": {Data: []byte(text)}}, "flow", plumbline.Limits{})
		if plumbline.CodeOf(err) != plumbline.Unsupported || !strings.Contains(err.Error(), "of "+want+",") {
			t.Errorf("%s: %v", want, err)
		}
	}
	for _, text := range []string{"", "{}", `{"type": "module", "dependencies": {}}`, "services: {db: {image: x}}\nversion: '3'", `[{"a": 1}]`} {
		if name := workflow.Foreign([]byte(text)); name != "" {
			t.Errorf("%q is taken for a definition of %s", text, name)
		}
	}
}
