package check

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/plumbline-project/plumbline"
)

// maxDocument bounds what is read of a document, in bytes.
const maxDocument = 1 << 20

func explainDocumentation() Check {
	c := Check{
		ID: "explain.documentation", Version: 1, Dimension: plumbline.Explainability,
		Params: []plumbline.Param{{Name: "max_bytes", Unit: "bytes", Default: maxDocument}},
		Refs: []plumbline.Ref{
			{Cite: "Mitchell M et al. (2019), Model cards for model reporting, FAT* 2019", URL: "https://doi.org/10.1145/3287560.3287596"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		if in.File == nil || in.File.Explanation == nil {
			e.undefined("documents_present", plumbline.Share, plumbline.Scope{}, plumbline.NotDeclared)
			e.undefined("documented_version_current", plumbline.Share, plumbline.Scope{}, plumbline.NotDeclared)
			return e.out, nil
		}
		x := in.File.Explanation
		var present int64
		parts := []struct{ name, file string }{{"purpose", x.Purpose}, {"mechanism", x.Mechanism}, {"limits", x.Limits}}
		for _, p := range parts {
			k := int64(0)
			if in.hasText(p.file) {
				k = 1
			}
			present += k
			e.censusShare("document_present", plumbline.Scope{Item: p.name}, k, 1)
			if p.file != "" {
				e.out[len(e.out)-1].Locations = []plumbline.Location{{File: p.file}}
			}
		}
		e.censusShare("documents_present", plumbline.Scope{}, present, int64(len(parts)))
		return e.out, in.documentedVersion(ctx, e, x.Version)
	}
	return c
}

// hasText reports whether a document can be read and is not empty. It reads the beginning only. What is not UTF-8, such as a
// PDF, has text where it has bytes.
func (in *Input) hasText(name string) bool {
	f, err := in.open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxDocument))
	if err != nil {
		return false
	}
	if !utf8.Valid(data) {
		return len(data) > 0
	}
	return len(bytes.Trim(data, " \t\r\n\ufeff\x00")) > 0
}

// documentedVersion compares the version that the documents speak of with those in use: that of the latest decision, and those
// of the models that the file names.
func (in *Input) documentedVersion(ctx context.Context, e *emitter, documented string) error {
	const metric = "documented_version_current"
	latest, err := in.current(ctx)
	if err != nil {
		return err
	}
	var used []string
	if latest != "" {
		used = append(used, latest)
	}
	for _, m := range in.File.Models {
		if latest == "" && m.Version != "" {
			used = append(used, m.Version)
		}
	}
	switch {
	case documented == "":
		e.censusShare(metric, plumbline.Scope{}, 0, 1)
	case len(used) == 0:
		e.undefined(metric, plumbline.Share, plumbline.Scope{}, plumbline.NoData)
	case slices.Contains(used, documented):
		e.censusShare(metric, plumbline.Scope{}, 1, 1)
	default:
		e.censusShare(metric, plumbline.Scope{}, 0, 1)
	}
	return nil
}

func explainTrainingData() Check {
	c := Check{
		ID: "explain.training_data", Version: 1, Dimension: plumbline.Explainability,
		Refs: []plumbline.Ref{
			{Cite: "Gebru T et al. (2021), Datasheets for datasets, Communications of the ACM 64(12):86–92", URL: "https://doi.org/10.1145/3458723"},
			{Cite: "Bender EM, Friedman B (2018), Data statements for natural language processing, TACL 6:587–604", URL: "https://doi.org/10.1162/tacl_a_00041"},
		},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		var known, all int64
		for _, t := range in.trainedOn() {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			k := int64(0)
			if t.stated {
				k = 1
			}
			known, all = known+k, all+1
			e.censusShare("training_data_stated", t.scope, k, 1)
			e.out[len(e.out)-1].Locations = t.locations
		}
		if all == 0 {
			e.undefined("training_data_stated_share", plumbline.Share, plumbline.Scope{}, plumbline.NoData)
			return e.out, nil
		}
		e.censusShare("training_data_stated_share", plumbline.Scope{}, known, all)
		return e.out, nil
	}
	return c
}

// trained is a model, a step or a text with what is stated of the data behind it. Unknown is an answer only where the file
// gives it in words.
type trained struct {
	scope     plumbline.Scope
	stated    bool
	locations []plumbline.Location
}

// trainedOn lists the training data, the models, the steps that call a model which the file does not name, and the texts that a
// model works with: prompts, few-shot examples and knowledge bases shape its answers as training data do.
func (in *Input) trainedOn() []trained {
	var out []trained
	seen := map[string]bool{}
	add := func(t *trained) {
		if id := ScopeID(t.scope); !seen[id] {
			seen[id] = true
			out = append(out, *t)
		}
	}
	if f := in.File; f != nil {
		if t := f.Data.Training; t != nil {
			add(&trained{scope: plumbline.Scope{Table: "training", Item: "training"}, stated: t.Source != "" && t.Licence != ""})
		}
		for _, m := range f.Models {
			s := m.Training
			name := "model " + strings.Join(slices.DeleteFunc([]string{m.Provider, m.Name, m.File, m.Version}, func(s string) bool { return s == "" }), " ")
			add(&trained{scope: plumbline.Scope{Item: name}, stated: s.Statement != "" || s.Contract != "" || s.Filing != "" || in.hasText(s.Document)})
		}
		for _, t := range f.Data.Texts {
			add(&trained{scope: plumbline.Scope{Item: t.Kind + " " + strings.Join(t.Files, ", ")}, stated: t.Source != "" && t.Licence != ""})
		}
	}
	if in.Graph == nil {
		return out
	}
	for i := range in.Graph.Steps {
		s := &in.Graph.Steps[i]
		if s.Model != "" && !in.modelDeclared(s) {
			add(&trained{scope: plumbline.Scope{Step: s.ID, Item: "model " + s.Model}, locations: []plumbline.Location{s.Location}})
		}
		if len(s.Prompts) > 0 {
			t := trained{scope: plumbline.Scope{Step: s.ID, Item: "prompt"}, stated: true} // stands in the definition itself, word for word
			for _, p := range s.Prompts {
				t.locations = append(t.locations, p.Location)
				t.stated = t.stated && p.Chars > 0
			}
			add(&t)
		}
	}
	return out
}

// modelDeclared reports whether the file says something of the model that a step calls.
func (in *Input) modelDeclared(s *plumbline.Step) bool {
	if in.File == nil {
		return false
	}
	for _, m := range in.File.Models {
		if m.Step == s.Name || m.Step == s.ID || m.Name != "" && m.Name == s.Model {
			return true
		}
	}
	return false
}
