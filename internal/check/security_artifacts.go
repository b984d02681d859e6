package check

import (
	"context"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// securityArtifacts holds the files of models against the hashes that were noted when they were approved, and counts those for
// which none was noted, and hosted models of which no version is stated.
func securityArtifacts() Check {
	c := Check{
		ID: "security.artifacts", Version: 1, Dimension: plumbline.Security,
		Refs: []plumbline.Ref{owasp("LLM03"), cwe("353", "Missing Support for Integrity Check"), cwe("494", "Download of Code Without Integrity Check")},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		err := in.artifacts(ctx, e)
		return e.out, err
	}
	return c
}

func (in *Input) artifacts(ctx context.Context, e *emitter) error {
	var changed, unhashed []place
	files, unread := int64(0), int64(0)
	var models []workflow.Model
	if in.File != nil {
		models = in.File.Models
	}
	for _, m := range models {
		if m.File == "" {
			continue
		}
		files++
		at := []plumbline.Location{{File: m.File}}
		if m.SHA256 == "" {
			unhashed = append(unhashed, place{item: "WF-028:" + m.File, at: at})
			continue
		}
		sum, err := in.fileHash(ctx, m.File)
		switch {
		case err != nil:
			return err
		case sum == "":
			unread++
		case sum != m.SHA256:
			changed = append(changed, place{item: m.File, at: at})
		}
	}
	if files == 0 {
		e.undefined("changed_artifacts", plumbline.Count, plumbline.Scope{}, plumbline.NotDeclared)
		e.undefined("unhashed_artifacts", plumbline.Count, plumbline.Scope{}, plumbline.NotDeclared)
		return nil
	}
	e.places("changed_artifacts", changed, files, unread)
	e.places("unhashed_artifacts", unhashed, files, 0)
	return nil
}
