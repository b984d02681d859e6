package app

import (
	"io"

	"github.com/plumbline-project/plumbline/docs/schema"
)

type schemaCmd struct {
	Of string `arg:"" optional:"" help:"Which schema: workflow (plumbline.yaml) or assessment (assessment.json)." enum:"workflow,assessment" default:"workflow"`
}

// Run prints the schema. An editor that knows it checks and completes a plumbline.yaml while it is written.
func (c *schemaCmd) Run(p *Process) error {
	text := schema.Workflow()
	if c.Of == "assessment" {
		text = schema.Assessment()
	}
	_, err := io.WriteString(p.Stdout, text)
	return err
}
