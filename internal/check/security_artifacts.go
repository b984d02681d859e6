package check

import (
	"context"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// securityArtifacts holds the files of models, and those of the data that they were built on, against the hashes that were noted
// when they were approved, and counts those for which none was noted.
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

// artifact is a file that must not change unnoticed.
type artifact struct{ file, noted string }

// artifactsDeclared lists the files of models, then those of the training and reference data.
func (in *Input) artifactsDeclared() []artifact {
	var out []artifact
	f := in.file()
	for _, m := range f.Models {
		if m.File != "" {
			out = append(out, artifact{m.File, m.SHA256})
		}
	}
	for _, t := range []struct {
		read *table.Table
		said *workflow.Table
	}{{in.Training, f.Data.Training}, {in.Reference, f.Data.Reference}} {
		if t.read == nil || t.said == nil {
			continue
		}
		for _, file := range t.read.Files() {
			out = append(out, artifact{file.Name, t.said.SHA256[file.Name]})
		}
	}
	return out
}

func (in *Input) artifacts(ctx context.Context, e *emitter) error {
	var changed, unhashed []place
	unread := int64(0)
	all := in.artifactsDeclared()
	for _, a := range all {
		at := []plumbline.Location{{File: a.file}}
		if a.noted == "" {
			unhashed = append(unhashed, place{item: "WF-028:" + a.file, at: at})
			continue
		}
		sum, err := in.fileHash(ctx, a.file)
		switch {
		case err != nil:
			return err
		case sum == "":
			unread++
		case sum != a.noted:
			changed = append(changed, place{item: a.file, at: at})
		}
	}
	if len(all) == 0 {
		e.undefined("changed_artifacts", plumbline.Count, plumbline.Scope{}, plumbline.NotDeclared)
		e.undefined("unhashed_artifacts", plumbline.Count, plumbline.Scope{}, plumbline.NotDeclared)
		return nil
	}
	e.places("changed_artifacts", changed, int64(len(all)), unread)
	e.places("unhashed_artifacts", unhashed, int64(len(all)), 0)
	return nil
}
