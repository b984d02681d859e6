package report_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

// Whatever a check measures is shown: where the catalogue has no name for it, by its id.
func TestNothingMeasuredIsLost(t *testing.T) {
	scopes := map[string]plumbline.Scope{
		"whole": {}, "table": {Table: "training"}, "column": {Column: "income"}, "item": {Item: "a value", Column: "income"}, "step": {Step: "mail"},
		"file": {Item: "flow.n8n.json"}, "group": {Features: []string{"sex"}, Group: []string{"male"}}, "unknown table": {Table: "elsewhere", Column: "x"},
		"unknown step": {Step: "nowhere", Item: "rule"}, "pair": {Features: []string{"sex"}, Group: []string{"male"}, Against: []string{"female"}, Table: "reviews"},
	}
	for _, family := range []string{"data", "drift", "text", "explain", "security", "oversight", "govern", "later"} {
		for _, base := range []func() *plumbline.Assessment{fixture, fixtureMore} {
			a := base()
			for name, scope := range scopes {
				add(a, family+".new@1", "metric_"+strings.ReplaceAll(name, " ", "_"), scope, plumbline.Plain, 41.25, nil, 77)
			}
			page := plain(t, render(t, "html", a, plumbline.English))
			for name := range scopes {
				if !strings.Contains(page, "metric_"+strings.ReplaceAll(name, " ", "_")) {
					t.Errorf("%s of %s is not on the page", name, family)
				}
			}
			if n := strings.Count(page, "41.2"); n < len(scopes) {
				t.Errorf("%s: %d of %d values are on the page", family, n, len(scopes))
			}
		}
	}
}

// What has no value is said with its reason, and never shown as zero.
func TestUnmeasuredOfADimensionIsSaid(t *testing.T) {
	for _, family := range []string{"data", "explain", "security", "oversight"} {
		for _, scope := range []plumbline.Scope{{}, {Column: "income"}, {Step: "mail"}} {
			a := fixtureMore()
			o := add(a, family+".new@1", "new_metric", scope, plumbline.Share, 0, nil, 0)
			o.Value, o.N, o.Undefined = nil, nil, plumbline.SelectiveLabels
			page := plain(t, render(t, "html", a, plumbline.English))
			at := strings.Index(page, "new_metric")
			if at < 0 {
				t.Errorf("%s %v: the metric is not named", family, scope)
				continue
			}
			line := page[strings.LastIndex(page[:at], "\n")+1 : at+strings.Index(page[at:], "\n")]
			if !strings.Contains(line, text.ReasonSelectiveLabels().EN) {
				t.Errorf("%s %v: %q lacks the reason", family, scope, line)
			}
		}
	}
}

func TestChaptersAppearOnlyWithData(t *testing.T) {
	titles := map[string]plumbline.Text{
		"workflow": text.ReportWorkflowTitle(), "integrity": text.ReportIntegrityTitle(), "explanation": text.ReportExplanationTitle(),
		"security": text.ReportSecurityTitle(), "oversight": text.ReportOversightTitle(), "baseline": text.ReportBaselineTitle(),
	}
	for _, lang := range plumbline.Langs() {
		without, with := render(t, "html", fixture(), lang), render(t, "html", fixtureMore(), lang)
		for id, title := range titles {
			mark := fmt.Sprintf(`<h2 id="%s">`, id)
			if strings.Contains(string(without), mark) {
				t.Errorf("%s: %s stands there without data", lang, id)
			}
			if !strings.Contains(string(with), mark) || !strings.Contains(string(with), title.In(lang)) {
				t.Errorf("%s: %s is missing", lang, id)
			}
		}
	}
}

func TestFixedWordsOfTheDimensions(t *testing.T) {
	for _, lang := range plumbline.Langs() {
		with, without := plain(t, render(t, "html", fixtureMore(), lang)), plain(t, render(t, "html", fixture(), lang))
		for _, words := range []plumbline.Text{
			text.ReportOverrideWarning(), text.ReportSurrogateWarning(), text.ReportComparedWarning(), text.ReportAttestedOther(),
		} {
			if s := words.In(lang); !strings.Contains(with, s) || strings.Contains(without, s) {
				t.Errorf("%s: %q stands in the wrong report", lang, s)
			}
		}
		for _, words := range []plumbline.Text{text.ClaimNoSubmissionDuty(), text.ClaimNoPenalties(), text.ClaimExposure()} {
			if s := words.In(lang); !strings.Contains(without, s) {
				t.Errorf("%s: %q is not said of a regime that is known from reports", lang, s)
			}
		}
	}
	page := plain(t, render(t, "html", fixtureMore(), plumbline.English))
	if strings.Contains(page, "decision logic") && strings.Count(page, "decision logic") != strings.Count(page, "never the decision logic") {
		t.Error("a surrogate is called decision logic")
	}
}

// What was not tested is listed for each of the five dimensions, also for one of which nothing is known.
func TestEveryDimensionSaysWhatWasNotTested(t *testing.T) {
	for name, a := range map[string]*plumbline.Assessment{"fixture": fixtureMore(), "empty": {}} {
		page := plain(t, render(t, "html", a, plumbline.English))
		_, open, found := strings.Cut(page, text.ReportOpenCaption().EN)
		if !found {
			t.Fatalf("%s: no table of what was not tested", name)
		}
		open, _, _ = strings.Cut(open, "\n## ")
		for _, d := range plumbline.Dimensions() {
			if !strings.Contains(open, text.Label("dimension", string(d)).EN) {
				t.Errorf("%s: %s is not in it", name, d)
			}
		}
	}
}

// A finding on steps shows its place in the files and its way through the workflow, with the letter of the drawing.
func TestFindingShowsItsPlaceAndPath(t *testing.T) {
	page := plain(t, render(t, "html", fixtureMore(), plumbline.English))
	for _, want := range []string{"flow.n8n.json:108", "/nodes/7/parameters", "path A of the drawing", "→ 8 发送通知", "~A5~"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
}
