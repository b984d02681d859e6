package assess

import (
	"slices"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// suppressionNotes name the suppressions whose time has run out, and those that no finding answers to: a misspelt id sets
// nothing aside, and the person who wrote it must know.
func (r *run) suppressionNotes() []plumbline.Text {
	ids := make([]string, len(r.out.Findings))
	for i := range r.out.Findings {
		ids[i] = r.out.Findings[i].ID
	}
	var out []plumbline.Text
	for _, s := range r.File.Suppressions {
		switch near := workflow.Nearest(s.Finding, ids); {
		case slices.Contains(ids, s.Finding):
			if s.Expires < r.AsOf {
				out = append(out, text.NoteSuppressionExpired(s.Finding, s.By, s.Expires))
			}
		case near != "":
			out = append(out, text.NoteSuppressionNear(s.Finding, near))
		default:
			out = append(out, text.NoteSuppressionUnmatched(s.Finding))
		}
	}
	return out
}
