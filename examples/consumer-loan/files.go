// Package consumerloan holds the committed files of the example workflow, so that the generator can lay out a complete
// workflow folder anywhere.
//
// The file plumbline.yaml as committed has one planted defect (no-basis); [github.com/plumbline-project/plumbline/examples/consumer-loan/loan]
// mends it where a clean folder is asked for. The package reads and writes nothing and holds no data of any person.
package consumerloan

import _ "embed"

// Workflow is plumbline.yaml as committed, in UTF-8.
//
//go:embed plumbline.yaml
var Workflow []byte

// Flow is flow.n8n.json: the lending flow as an n8n export.
//
//go:embed flow.n8n.json
var Flow []byte
