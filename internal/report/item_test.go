package report_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
)

// Items of rules on a graph are shown by rule, step and kind, and never by the id of a step.
func TestItemsOfRulesNameSteps(t *testing.T) {
	a := fixtureMore()
	if a.Graph == nil || len(a.Graph.Steps) < 2 {
		t.Fatal("the fixture has no graph")
	}
	const id = "14d69007-07c6-5078-88a8-6bae3acfbf66"
	a.Graph.Steps[0].ID, a.Graph.Steps[0].Name = id, "Entry of letters"
	value, n := plumbline.Number(1), int64(1)
	for _, item := range []string{"WF-001:" + id, "WF-012:github-token:notes.md", "WF-024:bypassed:" + id} {
		a.Observations = append(a.Observations, plumbline.Observation{
			ID: "o-" + item, Check: "security.injection@1", Metric: "direct_injection_paths", Unit: plumbline.Count, Value: &value, N: &n,
			Scope: plumbline.Scope{Step: a.Graph.Steps[1].ID, Item: item},
		})
		a.Findings = append(a.Findings, plumbline.Finding{
			ID: "SE-04/" + item, Control: "SE-04", Dimension: plumbline.Security, State: plumbline.NotSatisfied, Severity: plumbline.High, Role: plumbline.Judges,
			Scope: plumbline.Scope{Step: a.Graph.Steps[1].ID, Item: item}, Observations: []string{"o-" + item},
			Locations: []plumbline.Location{{File: "flow.json", Line: 1}}, Statement: plumbline.Text{ZH: "说明", EN: "Statement."},
		})
	}
	for lang, want := range map[plumbline.Lang][]string{
		"en":    {"WF-001 1 Entry of letters", "WF-012 GitHub token notes.md", "WF-024 a branch leads around it 1 Entry of letters"},
		"zh-CN": {"WF-001 1 Entry of letters", "WF-012 GitHub 令牌 notes.md", "WF-024 有分支绕过批准 1 Entry of letters"},
	} {
		shown := regexp.MustCompile(`[ |]+`).ReplaceAllString(plain(t, render(t, "html", a, lang)), " ")
		for _, w := range want {
			if strings.Count(shown, w) < 2 {
				t.Errorf("%s: %q stands %d times, want it in the places and in the table of steps", lang, w, strings.Count(shown, w))
			}
		}
		for _, bad := range []string{"WF-001:", "github-token", "bypassed"} {
			for line := range strings.SplitSeq(shown, "\n") {
				if strings.Contains(line, bad) && !strings.Contains(line, "SE-04/") {
					t.Errorf("%s: raw item in %q", lang, line)
				}
			}
		}
	}
}
