package check

import (
	"context"
	"crypto/sha256"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/detect"
)

// securitySecrets counts keys, tokens and passwords that stand in the definition, in prompts, in sample data and in the texts
// and documents that the workflow file names (WF-012). A value counts once for each place. No value is kept.
func securitySecrets() Check {
	c := Check{
		ID: "security.secrets", Version: 1, Dimension: plumbline.Security,
		Refs: []plumbline.Ref{owasp("LLM02"), cwe("798", "Use of Hard-coded Credentials")},
	}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		err := in.secrets(ctx, e)
		return e.out, err
	}
	return c
}

func (in *Input) secrets(ctx context.Context, e *emitter) error {
	texts := in.definitionTexts()
	more, unread := in.declaredTexts()
	texts = append(texts, more...)
	switch {
	case len(texts) == 0 && in.Graph == nil:
		e.undefined("plaintext_secrets", plumbline.Count, plumbline.Scope{}, plumbline.NoDefinition)
		return nil
	case len(texts) == 0:
		e.undefined("plaintext_secrets", plumbline.Count, plumbline.Scope{}, plumbline.NoData)
		return nil
	case in.Graph == nil:
		unread++ // whatever the documents hold, nothing is known of the definition
	}
	found := map[string]*place{}
	var order []string
	seen := map[[sha256.Size]byte]bool{} // a value with its place: some exports hold a text twice
	for i := range texts {
		if err := ctx.Err(); err != nil {
			return err
		}
		t := &texts[i]
		for _, s := range secretsIn(t) {
			item := "WF-012:" + s.Kind
			if t.step == "" {
				item += ":" + t.at.File
			}
			sum := sha256.Sum256([]byte(t.step + "\x00" + item + "\x00" + t.value[s.Start:s.End]))
			if seen[sum] {
				continue
			}
			seen[sum] = true
			key := t.step + "\x00" + item
			if found[key] == nil {
				found[key] = &place{step: t.step, item: item}
				order = append(order, key)
			}
			at := t.at
			if at.Pointer == "" {
				at.Line = 1 + strings.Count(t.value[:s.Start], "\n")
			}
			found[key].count++
			found[key].at = append(found[key].at, at)
		}
	}
	out := make([]place, len(order))
	total := int64(0)
	for k, key := range order {
		out[k] = *found[key]
		total += out[k].count
	}
	e.places("plaintext_secrets", out, int64(len(texts)), unread)
	e.census("secret_values", plumbline.Count, plumbline.Scope{}, float64(total), int64(len(texts)))
	e.census("unread_documents", plumbline.Count, plumbline.Scope{}, float64(unread), int64(len(in.declaredFiles())))
	return nil
}

// secretsIn looks at a text, and at the name under which it stands.
func secretsIn(t *textAt) []detect.Secret {
	found := detect.Secrets(t.value)
	if len(found) == 0 && detect.NamedSecret(t.name, t.value) {
		return []detect.Secret{{Kind: "assigned-secret", Start: 0, End: len(t.value)}}
	}
	return found
}
