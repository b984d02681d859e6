package assess

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// maxAttestationDays is the age up to which a person's statement counts. No law sets it; every report that uses it says so.
const maxAttestationDays = 365

// attestation is a statement of the workflow file with what became of its document.
type attestation struct {
	plumbline.Attestation
	found    string // SHA-256 of the document now; empty where it could not be read
	finding  plumbline.Text
	severity plumbline.Severity
}

// attestations reads the statements of the workflow file, by control, and takes the fingerprints of their documents.
func (r *run) attestations(ctx context.Context) (map[string]*attestation, error) {
	out := map[string]*attestation{}
	ids := make([]string, len(r.controls))
	for i := range r.controls {
		ids[i] = r.controls[i].ID
	}
	for i, a := range r.File.Attestations {
		if _, ok := r.Catalog.Control(a.Control); !ok {
			message := "there is no control " + a.Control
			if near := workflow.Nearest(a.Control, ids); near != "" {
				message += "; did you mean " + near + "?"
			}
			return nil, r.wrong(fmt.Sprintf("attestations[%d].control", i), message, "the controls are listed by: plumb checks --controls")
		}
		t := &attestation{Attestation: plumbline.Attestation{Who: a.Who, On: a.On, Statement: a.Statement, Document: a.Document, SHA256: a.SHA256}}
		if a.Document != "" && r.Files != nil {
			sum, err := fingerprint(ctx, r.Files, a.Document)
			if err != nil && ctx.Err() != nil {
				return nil, fmt.Errorf("read the document of an attestation: %w", err)
			}
			t.found = sum
		}
		t.weigh(r.AsOf)
		out[a.Control] = t
	}
	return out, nil
}

// fingerprint is the SHA-256 of a regular file, in hex.
func fingerprint(ctx context.Context, fsys fs.FS, name string) (string, error) {
	if info, err := fs.Stat(fsys, name); err != nil {
		return "", err
	} else if !info.Mode().IsRegular() { // to open a pipe is to wait for its writer
		return "", errors.New("no regular file")
	}
	f, err := fsys.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h, most := sha256.New(), plumbline.Limits{}.WithDefaults().Bytes
	for n, total := int64(1), int64(0); n > 0; total += n {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if total > most {
			return "", errors.New("too large")
		}
		if n, err = io.CopyN(h, f, 1<<20); err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// weigh says what the statement is worth on a day: evidence only by a document that is unchanged.
func (t *attestation) weigh(asOf string) {
	days := daysBetween(t.On, asOf)
	t.State = plumbline.NotTested
	switch {
	case days < 0:
		t.Reason, t.finding = plumbline.StaleAttestation, text.FindingGovernFuture(t.Who, t.On)
	case days > maxAttestationDays:
		t.Reason, t.finding = plumbline.StaleAttestation, text.FindingGovernStale(t.Who, t.On, days, maxAttestationDays)
	case t.Document == "":
		t.Reason, t.finding = plumbline.NotAttested, text.FindingGovernWord(t.Who, t.On, t.Statement)
	case t.found == "":
		t.Reason, t.finding = plumbline.NotAttested, text.FindingGovernUnreadable(t.Document, t.Who, t.On)
	case t.found != t.SHA256:
		t.State, t.severity, t.Found = plumbline.NotSatisfied, plumbline.Medium, t.found
		t.finding = text.FindingGovernChanged(t.Document, t.Who, t.On, t.SHA256, t.found)
	default:
		t.State = plumbline.Satisfied
		t.finding = text.FindingGovernAttested(t.Who, t.On, t.Statement, t.Document, t.SHA256)
	}
}

// daysBetween counts days; both dates have been looked at by the loaders.
func daysBetween(from, to string) int64 {
	a, errA := time.Parse(time.DateOnly, from)
	b, errB := time.Parse(time.DateOnly, to)
	if errA != nil || errB != nil {
		return -1 // of unknown age: never evidence
	}
	return int64(b.Sub(a) / (24 * time.Hour))
}

// attest judges what nothing measures by what persons state. Controls that the findings judge already keep their verdict.
func (r *run) attest(j *judge) {
	for i := range r.controls {
		j.control = &r.controls[i]
		switch j.control.Engine {
		case mitigationEngine, assessmentEngine:
		case "":
			j.byPerson()
		default:
			j.inPlaceOfData()
		}
	}
}

// byPerson judges a control that nothing measures.
func (j *judge) byPerson() {
	t := j.attestations[j.control.ID]
	if t == nil {
		j.add(plumbline.Finding{State: plumbline.NotTested, Reason: plumbline.NotAttested, Statement: text.FindingGovernNotAttested(j.control.Title)})
		return
	}
	t.Decides = true
	j.add(plumbline.Finding{State: t.State, Reason: t.Reason, Severity: t.severity, Statement: t.finding})
}

// inPlaceOfData lets an attestation decide a control that could be measured and for which all data are lacking. Whatever was
// measured stands, also where it is undecided.
func (j *judge) inPlaceOfData() {
	t := j.attestations[j.control.ID]
	if t == nil {
		return
	}
	var lacking []int
	for i := range j.findings {
		f := &j.findings[i]
		if f.Control != j.control.ID || f.Role != plumbline.Judges {
			continue
		}
		if !lacksData(f) {
			return
		}
		lacking = append(lacking, i)
	}
	t.Decides = true
	if t.State != plumbline.NotTested { // else the finding that says what is lacking stays the judge
		for _, i := range lacking {
			j.findings[i].Role = plumbline.Informs
		}
	}
	j.add(plumbline.Finding{State: t.State, Reason: t.Reason, Severity: t.severity, Statement: t.finding})
	j.findings[len(j.findings)-1].ID = j.control.ID + "/attestation"
}

// lacksData reports whether a finding is not tested because there was nothing to measure.
func lacksData(f *plumbline.Finding) bool {
	lacking := []plumbline.Reason{plumbline.NoData, plumbline.NoDecisions, plumbline.NoDefinition, plumbline.NotDeclared, plumbline.NotBuilt, plumbline.NotAttested}
	return f.State == plumbline.NotTested && slices.Contains(lacking, f.Reason)
}

// attestationNotes say how long statements count, and which of them stand beside a measurement and decide nothing.
func (r *run) attestationNotes() []plumbline.Text {
	if len(r.attested) == 0 {
		return nil
	}
	out := []plumbline.Text{text.NoteAttestationAge(maxAttestationDays)}
	for _, id := range sorted(r.attested) {
		if !r.attested[id].Decides {
			out = append(out, text.NoteAttestationBeside(id, r.attested[id].Who))
		}
	}
	return out
}
