package assess_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/assess"
)

// of is an assessment with findings given as "id state severity".
func of(findings ...string) *plumbline.Assessment {
	a := &plumbline.Assessment{
		Schema: plumbline.AssessmentSchema, AsOf: "2026-01-01", Workflow: plumbline.Workflow{ID: "w"}, Tool: plumbline.Tool{Version: "v1"},
		Inputs: []plumbline.InputTable{{Role: "decisions", Files: []plumbline.InputFile{{SHA256: "aa"}}}},
	}
	for _, f := range findings {
		p := append(strings.Fields(f), "", "")
		a.Findings = append(a.Findings, plumbline.Finding{ID: p[0], Control: p[0][:5], State: plumbline.State(p[1]), Severity: plumbline.Severity(p[2])})
	}
	return a
}

func baseline(t *testing.T, a *plumbline.Assessment) *assess.Baseline {
	t.Helper()
	data, err := json.Marshal(a)
	if err != nil {
		t.Fatal(err)
	}
	b, err := assess.ReadBaseline(bytes.NewReader(data), "old.json")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCompare(t *testing.T) {
	before := of("MB-01/kept not-satisfied high", "MB-01/fine satisfied", "MB-01/milder not-satisfied high", "MB-01/harder not-satisfied low", "MB-01/lost satisfied",
		"MB-01/broke satisfied", "MB-01/mended not-satisfied low", "MB-01/gone not-satisfied low", "MB-01/undecided not-satisfied low", "MB-01/answered not-tested",
		"MB-01/dropped satisfied", "MB-01/na not-applicable", "MB-01/folded not-satisfied low")
	before.Findings[12].Observations = []string{"bias.x/y"}
	after := of("MB-01/kept not-satisfied high", "MB-01/fine satisfied", "MB-01/milder not-satisfied low", "MB-01/harder not-satisfied high", "MB-01/lost not-tested",
		"MB-01/broke not-satisfied medium", "MB-01/mended satisfied", "MB-01/undecided not-tested", "MB-01/answered satisfied", "MB-01/na satisfied",
		"MB-01/new not-satisfied low", "MB-01/newfine satisfied", "MB-01/all satisfied")
	after.Findings[12].Observations = []string{"bias.x/y", "bias.x/z"}
	got, err := assess.Compare(baseline(t, before), after)
	if err != nil {
		t.Fatal(err)
	}
	ids := func(list []plumbline.FindingChange) (out []string) {
		for _, c := range list {
			out = append(out, strings.TrimPrefix(c.ID, "MB-01/"))
		}
		return out
	}
	for name, c := range map[string]struct{ got, want []string }{
		"new":      {got.New, []string{"MB-01/new"}},
		"worse":    {ids(got.Worse), []string{"harder", "lost", "broke"}},
		"better":   {ids(got.Better), []string{"milder", "answered"}},
		"gone":     {got.Gone, []string{"MB-01/gone", "MB-01/undecided"}},
		"resolved": {got.Resolved, []string{"MB-01/mended", "MB-01/folded"}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if got.Kept != 3 || !got.Same || got.AsOf != "2026-01-01" || got.Tool != "v1" || got.File != "old.json" || len(got.SHA256) != 64 {
		t.Errorf("%+v", got)
	}
	if !got.Raises("MB-01/new") || !got.Raises("MB-01/harder") || got.Raises("MB-01/kept") || got.Raises("MB-01/milder") {
		t.Error("only what is new or worse raises the exit status")
	}
}

// TestCompareWithItself: an assessment holds nothing new against itself.
func TestCompareWithItself(t *testing.T) {
	a, err := attested(t, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := assess.Compare(baseline(t, a), a)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.New) + len(c.Worse) + len(c.Better) + len(c.Gone) + len(c.Resolved); n > 0 || c.Kept != len(a.Findings) || !c.Same {
		t.Errorf("%+v", c)
	}
	a.Inputs[0].Files[0].SHA256 = "other"
	if c, err = assess.Compare(baseline(t, of()), a); err == nil {
		t.Errorf("another workflow was compared: %+v", c)
	}
}

func TestBadBaselines(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"empty":          {"", "no assessment"},
		"not JSON":       {"<html>", "no assessment"},
		"other JSON":     {`{"name": "package", "version": "1"}`, "no assessment of schema"},
		"other schema":   {`{"schema": "plumbline.assessment/2"}`, "plumbline.assessment/2"},
		"a list":         {"[]", "no assessment"},
		"more after":     {`{"schema": "plumbline.assessment/1"} x`, "no assessment"},
		"no id":          {`{"schema": "plumbline.assessment/1", "as_of": "2026-01-31", "findings": [{"state": "satisfied"}]}`, "finding 1"},
		"odd state":      {`{"schema": "plumbline.assessment/1", "as_of": "2026-01-31", "findings": [{"id": "a", "state": "fine"}]}`, `"fine"`},
		"no severity":    {`{"schema": "plumbline.assessment/1", "as_of": "2026-01-31", "findings": [{"id": "a", "state": "not-satisfied"}]}`, "severity"},
		"no day":         {`{"schema": "plumbline.assessment/1", "as_of": "<b>"}`, "its day"},
		"long version":   {`{"schema": "plumbline.assessment/1", "as_of": "2026-01-31", "tool": {"version": "` + strings.Repeat("v", 61) + `"}}`, "version"},
		"long id":        {`{"schema": "plumbline.assessment/1", "as_of": "2026-01-31", "findings": [{"id": "` + strings.Repeat("a", 1001) + `", "state": "satisfied"}]}`, "finding 1"},
		"odd id":         {`{"schema": "plumbline.assessment/1", "as_of": "2026-01-31", "findings": [{"id": "a\n\u202e", "state": "satisfied"}]}`, "finding 1"},
		"twice":          {`{"schema": "plumbline.assessment/1", "as_of": "2026-01-31", "findings": [{"id": "a", "state": "satisfied"}, {"id": "a", "state": "satisfied"}]}`, "twice"},
		"deep":           {strings.Repeat("[", 20000), "no assessment"},
		"findings a map": {`{"schema": "plumbline.assessment/1", "as_of": "2026-01-31", "findings": {}}`, "no assessment"},
	} {
		_, err := assess.ReadBaseline(strings.NewReader(c.text), "b.json")
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.HasPrefix(err.Error(), "b.json: ") || plumbline.CodeOf(err) != plumbline.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzBaseline(f *testing.F) {
	f.Add([]byte(`{"schema": "plumbline.assessment/1", "as_of": "2026-01-31", "workflow": {"id": "w"}, "findings": [{"id": "MB-01/a", "state": "satisfied"}]}`))
	f.Add([]byte(`{"schema": "plumbline.assessment/1", "as_of": "2026-01-31", "graph": {"sha256": "x"}, "inputs": [{"role": "r", "files": [{}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := assess.ReadBaseline(bytes.NewReader(data), "b")
		if err != nil {
			return
		}
		a := of("MB-01/a not-satisfied low")
		a.Workflow.ID = b.Workflow.ID
		c, err := assess.Compare(b, a)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(c.Worse) + len(c.Better) + len(c.Gone) + len(c.Resolved) + c.Kept; n > len(b.Findings) {
			t.Errorf("%d changes of %d findings", n, len(b.Findings))
		}
	})
}
