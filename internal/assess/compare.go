package assess

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/plumbline-project/plumbline"
)

// The bounds of an earlier assessment, far above ours.
const (
	maxBaseline  = 256 << 20
	maxFindingID = 1000 // bytes
	maxVersion   = 60
)

// Baseline is what is read of an earlier assessment. Keys that a later version added may be missing, and keys that this version
// does not know are passed over.
type Baseline struct {
	Schema   string
	AsOf     string `json:"as_of"`
	Tool     struct{ Version string }
	Workflow struct{ ID string }
	Inputs   []struct {
		Role  string
		Files []struct{ SHA256 string }
	}
	Graph    *struct{ SHA256 string }
	Findings []struct {
		ID, Control  string
		State        plumbline.State
		Severity     plumbline.Severity
		Observations []string
	}

	name, sum string
}

// ReadBaseline reads an earlier assessment.json; name is for messages and the report. It is Invalid where the text is no assessment
// of schema [plumbline.AssessmentSchema], and TooLarge beyond 256 MiB.
func ReadBaseline(r io.Reader, name string) (*Baseline, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxBaseline+1))
	if err != nil {
		return nil, &plumbline.Error{Code: plumbline.Unavailable, Where: name, Message: "the baseline cannot be read", Err: err}
	}
	if len(data) > maxBaseline {
		return nil, &plumbline.Error{Code: plumbline.TooLarge, Where: name, Message: "the baseline is larger than 256 MiB"}
	}
	wrong := func(format string, args ...any) error {
		return &plumbline.Error{Code: plumbline.Invalid, Where: name, Message: fmt.Sprintf(format, args...), Hint: "name the assessment.json of an earlier run"}
	}
	b := &Baseline{}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if err := json.Unmarshal(data, b); err != nil {
		return nil, wrong("the baseline is no assessment: it is not JSON of that form")
	}
	if b.Schema != plumbline.AssessmentSchema {
		return nil, wrong("the baseline is no assessment of schema %s: its schema is %.60q", plumbline.AssessmentSchema, b.Schema)
	}
	if _, err := time.Parse(time.DateOnly, b.AsOf); err != nil {
		return nil, wrong("the baseline is damaged: its day as_of is %.60q", b.AsOf)
	}
	if !presentable(b.Tool.Version, maxVersion) {
		return nil, wrong("the baseline is damaged: its tool has the version %.60q", b.Tool.Version)
	}
	seen := map[string]bool{}
	for i := range b.Findings {
		f := &b.Findings[i]
		switch {
		case !presentable(f.ID, maxFindingID):
			return nil, wrong("the baseline is damaged: finding %d has the id %.60q", i+1, f.ID)
		case f.ID == "" || order(f.State) < 1:
			return nil, wrong("the baseline is damaged: finding %d has the id %.60q and the state %.60q", i+1, f.ID, f.State)
		case seen[f.ID]:
			return nil, wrong("the baseline is damaged: finding %.60q stands twice", f.ID)
		case f.State == plumbline.NotSatisfied && f.Severity.Rank() == 0:
			return nil, wrong("the baseline is damaged: finding %.60q has the severity %.60q", f.ID, f.Severity)
		}
		seen[f.ID] = true
	}
	sum := sha256.Sum256(data)
	b.name, b.sum = name, hex.EncodeToString(sum[:])
	return b, nil
}

// presentable reports whether a text of the baseline, which comes from anywhere, may stand in a report.
func presentable(s string, most int) bool {
	return len(s) <= most && utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) < 0
}

// Compare holds an assessment against an earlier one of the same workflow. A finding that was not satisfied and has no verdict now
// is gone and not resolved: what is not measured is not mended.
func Compare(b *Baseline, a *plumbline.Assessment) (*plumbline.Comparison, error) {
	if b.Workflow.ID != a.Workflow.ID {
		return nil, &plumbline.Error{
			Code: plumbline.Invalid, Where: b.name, Message: fmt.Sprintf("the baseline is of the workflow %.60q, not of %.60q", b.Workflow.ID, a.Workflow.ID),
			Hint: "the id of a workflow never changes; compare with its own earlier assessment",
		}
	}
	c := &plumbline.Comparison{
		File: b.name, SHA256: b.sum, AsOf: b.AsOf, Tool: b.Tool.Version, Same: sameInputs(b, a),
		New: []string{}, Worse: []plumbline.FindingChange{}, Better: []plumbline.FindingChange{}, Gone: []string{}, Resolved: []string{},
	}
	now, mended := map[string]*plumbline.Finding{}, map[string]bool{}
	for i := range a.Findings {
		f := &a.Findings[i]
		if now[f.ID] = f; f.State == plumbline.Satisfied {
			for _, o := range f.Observations {
				mended[f.Control+" "+o] = true
			}
		}
	}
	then := map[string]bool{}
	for i := range b.Findings {
		was := &b.Findings[i]
		then[was.ID] = true
		bad := was.State == plumbline.NotSatisfied
		f := now[was.ID]
		switch {
		case f == nil && bad && folded(was.Control, was.Observations, mended):
			c.Resolved = append(c.Resolved, was.ID)
		case f == nil && bad, f != nil && bad && (f.State == plumbline.NotTested || f.State == plumbline.NotApplicable):
			c.Gone = append(c.Gone, was.ID)
		case f == nil:
			// it was no reason for worry, and is not asked any more
		case bad && f.State == plumbline.Satisfied:
			c.Resolved = append(c.Resolved, was.ID)
		default:
			change := plumbline.FindingChange{ID: was.ID, From: was.State, To: f.State, FromSeverity: was.Severity, ToSeverity: f.Severity}
			switch by := 10*(worry(f.State)-worry(was.State)) + f.Severity.Rank() - was.Severity.Rank(); {
			case by > 0:
				c.Worse = append(c.Worse, change)
			case by < 0:
				c.Better = append(c.Better, change)
			default:
				c.Kept++
			}
		}
	}
	for i := range a.Findings {
		if f := &a.Findings[i]; !then[f.ID] && f.State == plumbline.NotSatisfied {
			c.New = append(c.New, f.ID)
		}
	}
	return c, nil
}

// worry orders states by how much a reader should mind them. What does not apply is as good as what evidence supports.
func worry(s plumbline.State) int {
	return max(order(s), order(plumbline.Satisfied))
}

// folded reports whether every measurement behind a finding stands behind a satisfied finding of the same control now: some rules
// have one finding for all that is in order.
func folded(control string, observations []string, mended map[string]bool) bool {
	return len(observations) > 0 && !slices.ContainsFunc(observations, func(o string) bool { return !mended[control+" "+o] })
}

// sameInputs compares the fingerprints of tables and definition.
func sameInputs(b *Baseline, a *plumbline.Assessment) bool {
	before, after := map[string]int{}, map[string]int{}
	for _, in := range b.Inputs {
		for _, f := range in.Files {
			before[in.Role+" "+f.SHA256]++
		}
	}
	if b.Graph != nil {
		before["definition "+b.Graph.SHA256]++
	}
	for i := range a.Inputs {
		for _, f := range a.Inputs[i].Files {
			after[a.Inputs[i].Role+" "+f.SHA256]++
		}
	}
	if a.Graph != nil {
		after["definition "+a.Graph.SHA256]++
	}
	return maps.Equal(before, after)
}
