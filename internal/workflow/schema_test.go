package workflow_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/plumbline-project/plumbline/internal/workflow"
)

const schemaFile = "../../docs/schema/plumbline.schema.json"

func TestSchemaIsPublished(t *testing.T) {
	golden(t, schemaFile, workflow.Schema())
}

func compile(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(workflow.Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("schema.json")
}

func TestSchemaAccepts(t *testing.T) {
	schema := compile(t)
	for name, text := range map[string]string{
		"minimal": minimal, "min_n as a number": minimal + "min_n: 50\n", "definition alone": alone,
		"full":   readText(t, "testdata/full/plumbline.yaml"),
		"compas": readText(t, "../app/testdata/compas/plumbline.yaml"),
		"adult":  readText(t, "../app/testdata/adult/plumbline.yaml"),
		"german": readText(t, "../app/testdata/german/plumbline.yaml"),
	} {
		t.Run(name, func(t *testing.T) {
			if err := schema.Validate(instance(t, text)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSchemaRejects(t *testing.T) {
	schema := compile(t)
	for _, c := range bad {
		if c.blind {
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			if schema.Validate(instance(t, c.text())) == nil {
				t.Error("accepted; Load refuses it")
			}
		})
	}
}

// instance is the JSON that an editor's YAML reader makes of a file.
func instance(t *testing.T, text string) any {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	return value(doc.Content[0])
}

func value(n *yaml.Node) any {
	if n.Kind == yaml.MappingNode {
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			key := n.Content[i].Value
			if n.Content[i].Kind != yaml.ScalarNode {
				key = fmt.Sprint(value(n.Content[i]))
			}
			m[key] = value(n.Content[i+1])
		}
		return m
	}
	if n.Kind == yaml.SequenceNode {
		list := []any{}
		for _, c := range n.Content {
			list = append(list, value(c))
		}
		return list
	}
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return n.Value == "true" || n.Value == "TRUE"
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return json.Number(n.Value)
		}
	}
	return n.Value
}
