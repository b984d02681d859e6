// Package schema holds the published JSON Schemas of what Plumbline reads and writes, as files beside it.
//
// They are generated and held equal to the types by tests of the packages that own those: see internal/workflow and
// internal/report. Nothing here is written by hand.
package schema

import _ "embed"

//go:embed assessment.schema.json
var assessment string

//go:embed plumbline.schema.json
var file string

// Assessment is the schema of assessment.json.
func Assessment() string { return assessment }

// Workflow is the schema of plumbline.yaml.
func Workflow() string { return file }
