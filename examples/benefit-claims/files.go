// Package benefitclaims holds the committed files of the example workflow, so that the generator can lay out a complete
// workflow folder anywhere.
//
// They are free of defects; [github.com/plumbline-project/plumbline/examples/benefit-claims/claim] plants those that are asked
// for. The package reads and writes nothing and holds no data of any person.
package benefitclaims

import "embed"

// Files are the files of the definition: plumbline.yaml, the flow as an n8n export, documents, the knowledge base and the model.
//
//go:embed plumbline.yaml flow.n8n.json docs texts models attestations
var Files embed.FS
