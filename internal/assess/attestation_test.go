package assess_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/assess"
	"github.com/plumbline-project/plumbline/internal/regime"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// attested assesses a plain workflow whose file ends with more, beside which the documents lie.
func attested(t *testing.T, more string, documents map[string]string) (*plumbline.Assessment, error) {
	t.Helper()
	fsys := fstest.MapFS{
		"plumbline.yaml": {Data: []byte(edge + more)},
		"d.csv":          {Data: []byte("g,d\n" + many(400, "a,1") + many(100, "a,0") + many(100, "b,1") + many(400, "b,0"))},
	}
	for name, body := range documents {
		fsys[name] = &fstest.MapFile{Data: []byte(body)}
	}
	f, err := workflow.Load(fsys, "plumbline.yaml")
	if err != nil {
		return nil, err
	}
	table, err := table.Open(context.Background(), fsys, f.Data.Decisions.Files, table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	cat, err := regime.Load()
	if err != nil {
		t.Fatal(err)
	}
	return assess.Run(context.Background(), assess.Input{File: f, Files: fsys, Table: table, Catalog: cat, AsOf: asOf})
}

func digest(body string) string {
	h := sha256.Sum256([]byte(body))
	return hex.EncodeToString(h[:])
}

func statement(control, on, document, sha string) string {
	s := fmt.Sprintf("attestations:\n  - {control: %s, who: 李雷, on: %s, statement: Drift is watched weekly.", control, on)
	if document != "" {
		s += fmt.Sprintf(", document: %s, sha256: %s", document, sha)
	}
	return s + "}\n"
}

// TestAttestation: only an unchanged document of the last year is evidence, and it is called an attestation.
func TestAttestation(t *testing.T) {
	const body = "drift report\n"
	docs := map[string]string{"drift.pdf": body}
	for name, c := range map[string]struct {
		more   string
		state  plumbline.State
		reason plumbline.Reason
		says   string
	}{
		"nobody":        {"", plumbline.NotTested, plumbline.NotAttested, "nobody has attested"},
		"document":      {statement("MO-01", "2026-11-01", "drift.pdf", digest(body)), plumbline.Satisfied, "", "By attestation, not measured: 李雷 stated on 1 November 2026"},
		"same day":      {statement("MO-01", asOf, "drift.pdf", digest(body)), plumbline.Satisfied, "", digest(body)},
		"a year old":    {statement("MO-01", "2025-11-23", "drift.pdf", digest(body)), plumbline.Satisfied, "", "By attestation"},
		"older":         {statement("MO-01", "2025-11-22", "drift.pdf", digest(body)), plumbline.NotTested, plumbline.StaleAttestation, "366 days"},
		"tomorrow":      {statement("MO-01", "2026-11-24", "drift.pdf", digest(body)), plumbline.NotTested, plumbline.StaleAttestation, "after the day"},
		"changed":       {statement("MO-01", "2026-11-01", "drift.pdf", digest("other")), plumbline.NotSatisfied, "", "was changed after"},
		"a bare word":   {statement("MO-01", "2026-11-01", "", ""), plumbline.NotTested, plumbline.NotAttested, "a word alone"},
		"another's yes": {statement("MO-03", "2026-11-01", "drift.pdf", digest(body)), plumbline.NotTested, plumbline.NotAttested, "nobody has attested"},
	} {
		t.Run(name, func(t *testing.T) {
			a, err := attested(t, c.more, docs)
			if err != nil {
				t.Fatal(err)
			}
			holds(t, a, "MO-01", c.state, c.reason)
			if f := findingOf(t, a, "MO-01"); !strings.Contains(f.Statement.EN, c.says) {
				t.Errorf("it says %q, want %q in it", f.Statement.EN, c.says)
			}
			for _, k := range a.Controls {
				if k.ID != "MO-01" {
					continue
				}
				if k.State != c.state || k.Reason != c.reason {
					t.Errorf("the control is %s (%s)", k.State, k.Reason)
				}
				if stated := strings.Contains(c.more, "MO-01"); stated != (k.Attestation != nil) {
					t.Errorf("attestation %+v", k.Attestation)
				} else if stated && (k.Attestation.State != c.state || !k.Attestation.Decides || k.Attestation.Who != "李雷") {
					t.Errorf("attestation %+v", k.Attestation)
				}
			}
		})
	}
}

// TestAttestationOverridesNoMeasurement: MB-03 was measured and is not satisfied; MB-08 had nothing to measure.
func TestAttestationOverridesNoMeasurement(t *testing.T) {
	const body = "minutes"
	docs := map[string]string{"m.md": body}
	a, err := attested(t, statement("MB-03", "2026-11-01", "m.md", digest(body)), docs)
	if err != nil {
		t.Fatal(err)
	}
	holds(t, a, "MB-03/g", plumbline.NotSatisfied, "")
	for _, k := range a.Controls {
		if k.ID == "MB-03" && (k.State != plumbline.NotSatisfied || k.Attestation == nil || k.Attestation.Decides) {
			t.Errorf("MB-03 is %s by %+v", k.State, k.Attestation)
		}
	}
	if !noted(a, "beside a measurement") {
		t.Error("no note says that the attestation decides nothing")
	}
	a, err = attested(t, statement("MB-08", "2026-11-01", "m.md", digest(body)), docs)
	if err != nil {
		t.Fatal(err)
	}
	holds(t, a, "MB-08/attestation", plumbline.Satisfied, "")
	for _, k := range a.Controls {
		if k.ID == "MB-08" && k.State != plumbline.Satisfied {
			t.Errorf("MB-08 is %s (%s)", k.State, k.Reason)
		}
	}
}

func noted(a *plumbline.Assessment, what string) bool {
	for _, n := range a.Notes {
		if strings.Contains(n.EN, what) {
			return true
		}
	}
	return false
}

func TestAttestationErrors(t *testing.T) {
	for name, c := range map[string]struct{ more, says string }{
		"unknown control":  {statement("MO-1", "2026-11-01", "", ""), "there is no control MO-1; did you mean MO-01?"},
		"missing document": {statement("MO-01", "2026-11-01", "none.pdf", digest("")), "found no \"none.pdf\""},
		"twice":            {statement("MO-01", "2026-11-01", "", "") + "  - {control: MO-01, who: a, on: 2026-01-01, statement: s}\n", "attested twice"},
	} {
		if _, err := attested(t, c.more, nil); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "plumbline.yaml:") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestInventory: GV-01 counts what is on record, and says what is not.
func TestInventory(t *testing.T) {
	a, err := attested(t, "users: all\nregions: [CN]\n", nil)
	if err != nil {
		t.Fatal(err)
	}
	f := findingOf(t, a, "GV-01")
	if f.State != plumbline.NotSatisfied || !strings.Contains(f.Statement.EN, "of 7 parts") || strings.Contains(f.Statement.EN, "users") || !strings.Contains(f.Statement.EN, "source of the data") {
		t.Errorf("%s: %s", f.State, f.Statement.EN)
	}
}

// TestCoverageIsNeverRefuted: what this assessment does not cover may have been assessed elsewhere.
func TestCoverageIsNeverRefuted(t *testing.T) {
	a, err := attested(t, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	holds(t, a, "GV-03", plumbline.NotTested, plumbline.NotAttested)
	a, err = attested(t, statement("GV-03", "2026-11-01", "m.md", digest("x")), map[string]string{"m.md": "x"})
	if err != nil {
		t.Fatal(err)
	}
	holds(t, a, "GV-03/attestation", plumbline.Satisfied, "")
}

func TestSuppressionNotes(t *testing.T) {
	a, err := attested(t, `suppressions:
  - {finding: MB-03/g, reason: r, by: Han Meimei, expires: 2026-01-01}
  - {finding: MB-03/gg, reason: r, by: p, expires: 2027-01-01}
  - {finding: nothing like any of them, reason: r, by: p, expires: 2027-01-01}
`, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"by Han Meimei ended on 1 January 2026", "Perhaps MB-03/g is meant", "sets aside nothing like any of them, and there is no such finding."} {
		if !noted(a, want) {
			t.Errorf("no note says %q: %v", want, a.Notes)
		}
	}
}
