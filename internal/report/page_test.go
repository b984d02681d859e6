package report_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/report"
	"github.com/plumbline-project/plumbline/internal/text"
)

// node is an element or, with an empty name, a text of a page.
type node struct {
	name  string
	attrs map[string]string
	text  string
	path  []string // names and classes of the elements around it
}

// nodes reads a page. The page is written so that it is XML but for the doctype; a stray sign from data breaks it.
func nodes(t *testing.T, page []byte) []node {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(page))
	d.Strict = true
	d.Entity = xml.HTMLEntity
	var out []node
	var path []string
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("the page is not well formed: %v", err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			n := node{name: tok.Name.Local, attrs: map[string]string{}, path: slices.Clone(path)}
			for _, a := range tok.Attr {
				n.attrs[a.Name.Local] = a.Value
			}
			out = append(out, n)
			path = append(path, strings.TrimSuffix(n.name+"."+n.attrs["class"], "."))
		case xml.EndElement:
			path = path[:len(path)-1]
		case xml.CharData:
			if s := strings.TrimSpace(string(tok)); s != "" {
				out = append(out, node{text: s, path: slices.Clone(path)})
			}
		}
	}
	return out
}

func (n node) inside(names ...string) bool {
	return slices.ContainsFunc(n.path, func(p string) bool { return slices.Contains(names, p) })
}

// plain is the page as text: a line for each block, cells parted by bars; drawings once, by their wide form.
func plain(t *testing.T, page []byte) string {
	t.Helper()
	blocks := regexp.MustCompile(`^(h[1-6]|p|li|tr|dt|caption|figcaption|section|article|title)$`)
	var b strings.Builder
	for _, n := range nodes(t, page) {
		switch {
		case n.inside("style", "svg.sprite", "div.narrow"):
		case n.name == "td" || n.name == "th" || n.name == "dd":
			b.WriteString(" | ")
		case blocks.MatchString(n.name):
			b.WriteString("\n")
			if strings.HasPrefix(n.name, "h") {
				b.WriteString(strings.Repeat("#", int(n.name[1]-'0')) + " ")
			}
		case n.name == "" && n.inside("svg.plumb-chart"):
			b.WriteString("~" + n.text + "~")
		case n.name == "":
			b.WriteString(" " + n.text)
		}
	}
	return regexp.MustCompile(`\n+`).ReplaceAllString(b.String(), "\n") + "\n"
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got); -update writes it:\n%s", name, diff)
	}
}

func TestPageAsText(t *testing.T) {
	for _, lang := range plumbline.Langs() {
		t.Run(string(lang), func(t *testing.T) {
			golden(t, "page."+string(lang)+".txt", plain(t, render(t, "html", fixtureMore(), lang)))
		})
	}
}

func TestSameAssessmentGivesSameBytes(t *testing.T) {
	for _, f := range report.Formats() {
		for _, lang := range plumbline.Langs() {
			if a, b := render(t, f.Name, fixtureMore(), lang), render(t, f.Name, fixtureMore(), lang); !bytes.Equal(a, b) {
				t.Errorf("%s in %s differs from run to run", f.Name, lang)
			}
		}
	}
}

func TestRenderingLeavesTheAssessmentAsItIs(t *testing.T) {
	a := fixtureMore()
	for _, f := range report.Formats() {
		render(t, f.Name, a, plumbline.Chinese)
	}
	if diff := cmp.Diff(fixtureMore(), a); diff != "" {
		t.Error(diff)
	}
}

// Only elements that the templates and the charts write are on the page, nothing runs and nothing is fetched.
func assertInert(t *testing.T, page []byte) {
	t.Helper()
	allowed := strings.Fields(`html head meta title style body svg symbol use circle path rect line polyline polygon g text tspan desc defs pattern
		div p main section header h1 h2 h3 h4 nav ol ul li a span bdi code em dl dt dd table caption thead tbody tr th td figure figcaption article`)
	ids := map[string]bool{}
	var links []string
	for _, n := range nodes(t, page) {
		if n.name == "" {
			continue
		}
		if !slices.Contains(allowed, n.name) {
			t.Fatalf("element <%s> in %v", n.name, n.path)
		}
		if id := n.attrs["id"]; id != "" {
			if ids[id] {
				t.Errorf("the id %q is there twice", id)
			}
			ids[id] = true
		}
		for k, v := range n.attrs {
			switch {
			case strings.HasPrefix(k, "on") || k == "style" && n.name != "svg" || k == "src" || k == "action":
				t.Fatalf("attribute %s=%.80q on <%s>", k, v, n.name)
			case k == "href":
				links = append(links, v)
			case k == "title" && len([]rune(v)) > 200*10:
				t.Errorf("a title of %d runes", len([]rune(v)))
			}
		}
	}
	for _, l := range links {
		if !strings.HasPrefix(l, "#") || !ids[l[1:]] {
			t.Errorf("the link %.80q leads nowhere on the page", l)
		}
	}
	if at := bytes.IndexFunc(page, func(r rune) bool {
		return r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029')
	}); at >= 0 {
		t.Errorf("a hidden character is on the page: %q", page[max(at-40, 0):min(at+40, len(page))])
	}
}

const hostile = "\"'`><script>alert(1)</script><img src=x onerror=alert(1)></style></title>javascript:alert(1){{.}}&amp;]]>-->" +
	"\x1b[2J\x1b]0;x\x07\u009b31m\u202e\u2066\u200b\ufeff\U000e0041\r\n\t\x00\xff\xfe\u0301\u0301\u0301\u0301\u0301\u0301=cmd|' /C'!A0 "

// poison adds a text to every string of v.
func poison(v reflect.Value, s string) {
	switch v.Kind() { //nolint:exhaustive // the other kinds hold no text
	case reflect.Pointer:
		if !v.IsNil() {
			poison(v.Elem(), s)
		}
	case reflect.Struct:
		for _, f := range v.Fields() {
			poison(f, s)
		}
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && !v.IsNil() { // the fixture shares lists
			own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
			reflect.Copy(own, v)
			v.Set(own)
		}
		for i := range v.Len() {
			poison(v.Index(i), s)
		}
	case reflect.String:
		v.SetString(v.String() + s)
	default:
	}
}

// poisoned is the fixture with hostile text in every string. Where all is set, the closed sets are hostile too.
func poisoned(payload string, all bool) *plumbline.Assessment {
	a, b := fixtureMore(), fixtureMore()
	poison(reflect.ValueOf(a).Elem(), payload)
	if all {
		return a
	}
	a.Tool.Catalog, a.AsOf, a.Seed.Value, a.Design.Primary = b.Tool.Catalog, b.AsOf, b.Seed.Value, b.Design.Primary
	for i := range a.Observations {
		o, p := &a.Observations[i], &b.Observations[i]
		o.Metric, o.Unit, o.Undefined, o.Scope.Among = p.Metric, p.Unit, p.Undefined, p.Scope.Among
	}
	for i := range a.Findings {
		f, g := &a.Findings[i], &b.Findings[i]
		f.State, f.Role, f.Severity, f.Reason, f.Dimension = g.State, g.Role, g.Severity, g.Reason, g.Dimension
	}
	return a
}

func TestHostileTextStaysText(t *testing.T) {
	payloads := map[string]string{"short": hostile, "long": strings.Repeat(hostile, 12)}
	if testing.Short() {
		delete(payloads, "long")
	}
	for name, payload := range payloads {
		for _, all := range []bool{false, true} {
			a := poisoned(payload, all)
			for _, lang := range plumbline.Langs() {
				t.Run(fmt.Sprintf("%s closed sets %v %s", name, all, lang), func(t *testing.T) {
					page := render(t, "html", a, lang)
					assertInert(t, page)
					if len(page) >= report.MaxBytes {
						t.Errorf("%d bytes", len(page))
					}
				})
			}
		}
	}
	assertInert(t, render(t, "html", fixtureMore(), plumbline.Chinese))
}

// huge has long hostile names, many groups, findings, columns, files, controls and notes.
func huge() *plumbline.Assessment {
	a := fixtureMore()
	long := strings.Repeat(hostile, 60)[:10_000]
	if testing.Short() { // the race detector is slow on them
		long = long[:1_000]
	}
	for f := range 4 {
		feature := fmt.Sprintf("feature %d %s", f, hostile)
		a.Design.Sensitive = append(a.Design.Sensitive, feature)
		var rates []groupRate
		for g := range 200 {
			rates = append(rates, groupRate{[]string{fmt.Sprintf("%d%s", g, long)}, 1_000 + int64(g), 500})
		}
		for i, r := range rates {
			scope := plumbline.Scope{Features: []string{feature}, Group: r.group}
			add(a, "bias.groups@1", "group_share", scope, plumbline.Share, 0.1, wilson(0.1, 0.2), r.n).Count = &rates[i].k
			for _, m := range []string{"selection_rate", "true_positive_rate", "false_positive_rate", "positive_predictive_value", "representation_ratio", hostile} {
				add(a, "bias.x@1", m, scope, plumbline.Share, float64(i)/200, wilson(0.1, 0.9), r.n)
			}
		}
	}
	bad := a.Findings[0]
	for i := range 500 {
		f := bad
		f.ID, f.Statement = fmt.Sprintf("%s/%d", f.ID, i), both(long, long)
		f.Control = fmt.Sprintf("C-%d", i%90)
		a.Findings = append(a.Findings, f)
	}
	for i := range 4_096 {
		a.Inputs[0].Columns = append(a.Inputs[0].Columns, plumbline.InputColumn{Name: hostile, Kind: "text", Role: hostile, Source: long[:400]})
		a.Inputs[0].Files = append(a.Inputs[0].Files, plumbline.InputFile{Name: hostile, SHA256: sum('d')})
		c := a.Controls[0]
		c.ID = fmt.Sprintf("C-%d", i)
		a.Controls = append(a.Controls, c)
		a.Notes = append(a.Notes, both(hostile, hostile))
		a.Risks = append(a.Risks, a.Risks[0])
	}
	more := fixtureMore()
	a.Graph, a.Dossiers, a.Exhibits, a.Baseline = more.Graph, more.Dossiers, more.Exhibits, more.Baseline
	long = long[:1_000] // the fingerprint reads every byte
	for i := range 300 {
		s := more.Graph.Steps[i%len(more.Graph.Steps)]
		s.ID, s.Name, s.Notes, s.Column, s.Row = fmt.Sprint("s", i), fmt.Sprint(i, long), long, i/9, i%9
		a.Graph.Steps = append(a.Graph.Steps, s)
		a.Graph.Edges = append(a.Graph.Edges, plumbline.Edge{From: "http", To: s.ID, Kind: plumbline.FlowEdge, Branch: long}, plumbline.Edge{From: s.ID, To: fmt.Sprint("s", i*7%300), Kind: plumbline.DataEdge})
		a.Graph.Notes = append(a.Graph.Notes, plumbline.GraphNote{Text: both(long, long), Location: s.Location})
		a.Dossiers = append(a.Dossiers, plumbline.Dossier{Step: s.ID, Purpose: both(long, long), Owner: long, Input: []string{long, long}, Failures: []plumbline.Text{both(long, long)}})
		d := more.Exhibits.Distributions[i%2]
		d.Column = long
		a.Exhibits.Distributions = append(a.Exhibits.Distributions, d)
		a.Exhibits.Surrogate.Rules = append(a.Exhibits.Surrogate.Rules, plumbline.SurrogateRule{Conditions: slices.Repeat([]plumbline.Text{both(long, long)}, 9)})
		a.Exhibits.Reasons = append(a.Exhibits.Reasons, plumbline.ReasonExample{Reason: long, Rule: long})
		a.Baseline.New = append(a.Baseline.New, a.Findings[i%len(a.Findings)].ID)
		for _, family := range []string{"data", "explain", "security", "oversight"} {
			add(a, family+".x@1", fmt.Sprint("m", i%30), plumbline.Scope{Column: fmt.Sprint(i/30, long), Table: "training"}, plumbline.Share, 0.5, wilson(0.4, 0.6), 9)
			add(a, family+".y@1", long, plumbline.Scope{Item: long, Step: fmt.Sprint("s", i)}, plumbline.Share, 0.5, nil, 9)
			add(a, family+".z@1", fmt.Sprint("w", i), plumbline.Scope{Features: []string{strconv.Itoa(i)}, Group: []string{long}}, plumbline.Share, 0.5, nil, 9)
		}
	}
	for i := range a.Findings {
		if i%3 == 0 {
			a.Findings[i].Dimension, a.Findings[i].Locations = plumbline.Security, slices.Repeat([]plumbline.Location{{File: long, Pointer: long, Line: i}}, 12)
			a.Findings[i].Path = []string{"http", fmt.Sprint("s", i), fmt.Sprint("s", i+1), long}
		}
	}
	return a
}

func TestSizeIsBoundedWhateverTheDataAre(t *testing.T) {
	a := huge()
	for _, lang := range plumbline.Langs() {
		page := render(t, "html", a, lang)
		t.Logf("%s: %d bytes", lang, len(page))
		if len(page) >= report.MaxBytes {
			t.Errorf("%d bytes", len(page))
		}
		assertInert(t, page)
		for _, more := range []plumbline.Text{text.ReportMore(7), text.ReportMoreGroups(7)} {
			words := strings.FieldsFunc(more.In(lang), func(r rune) bool { return r == '7' })
			if !strings.Contains(string(page), words[len(words)-1]) {
				t.Errorf("the page does not say that something was left out: %q", words)
			}
		}
	}
}

func TestEmptyAssessmentIsAPage(t *testing.T) {
	for _, lang := range plumbline.Langs() {
		assertInert(t, render(t, "html", &plumbline.Assessment{}, lang))
	}
}

func TestOddAssessmentsAreShown(t *testing.T) {
	cases := map[string]func(*plumbline.Assessment){
		"no value and no reason":         func(a *plumbline.Assessment) { a.Observations[1].Value = nil },
		"more groups than features":      func(a *plumbline.Assessment) { a.Observations[1].Scope.Group = []string{"a", "b", "c"} },
		"evidence that is not there":     func(a *plumbline.Assessment) { a.Findings[0].Observations = []string{"nothing"} },
		"control that is not there":      func(a *plumbline.Assessment) { a.Findings[0].Control = "ZZ-99" },
		"risk outside the matrix":        func(a *plumbline.Assessment) { a.Risks[0].Likelihood, a.Risks[0].Impact = -3, 99 },
		"threshold that is no number":    func(a *plumbline.Assessment) { a.Controls[0].Rules[0].Value = "many" },
		"provision without evidence":     func(a *plumbline.Assessment) { a.Regimes[0].Evidence = nil },
		"date that is no date":           func(a *plumbline.Assessment) { a.AsOf = "soon" },
		"text in the other language":     func(a *plumbline.Assessment) { a.Workflow.Title = both("", "Loans") },
		"interval of nothing":            func(a *plumbline.Assessment) { a.Observations[2].Interval = &plumbline.Interval{} },
		"calibration without its scores": func(a *plumbline.Assessment) { a.Observations = a.Observations[:9] },
	}
	for name, edit := range cases {
		t.Run(name, func(t *testing.T) {
			a := fixtureMore()
			edit(a)
			assertInert(t, render(t, "html", a, plumbline.Chinese))
		})
	}
}

func TestUnknownLanguageIsInvalid(t *testing.T) {
	var b bytes.Buffer
	if err := report.HTML(&b, fixtureMore(), "tlh"); plumbline.CodeOf(err) != plumbline.Invalid || b.Len() > 0 {
		t.Errorf("got %v and %d bytes", err, b.Len())
	}
}

func TestChinesePageHoldsNoEnglishWords(t *testing.T) {
	drawnNames := regexp.MustCompile(`^(AI|PSI [0-9.]+|psi|surrogate_importance|surrogate_fidelity|gpt-.*|[a-z.]+\.com|true|false|→ 7 \(true\)、8 \(false\)|income|sex|channel|shopping_category)$`)
	latin, groups := regexp.MustCompile(`[A-Za-z]{2,}`), regexp.MustCompile(`^(fe)?male( × [0-9–+]+)?$`)
	for _, n := range nodes(t, render(t, "html", fixtureMore(), plumbline.Chinese)) {
		texts := []string{n.attrs["aria-label"]}
		if n.name == "" && !n.inside("style", "bdi", "code", "svg.sprite") && !groups.MatchString(n.text) &&
			(!n.inside("svg.plumb-chart") || !drawnNames.MatchString(n.text)) {
			texts = append(texts, n.text)
		}
		for _, s := range texts {
			if latin.MatchString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
				t.Errorf("%q in %v", s, n.path)
			}
		}
	}
}

func TestForbiddenWordsAreNotSaid(t *testing.T) {
	fixed := map[plumbline.Lang]*regexp.Regexp{
		plumbline.Chinese: regexp.MustCompile(`不构成合规结论`),
		plumbline.English: regexp.MustCompile(`no conclusion on compliance`),
	}
	forbidden := regexp.MustCompile(`(?i)complian|compliant|合规|符合`)
	for lang, allowed := range fixed {
		page := plain(t, render(t, "html", fixtureMore(), lang))
		if hit := forbidden.FindString(allowed.ReplaceAllString(page, "")); hit != "" {
			t.Errorf("%s says %q", lang, hit)
		}
		if !allowed.MatchString(page) {
			t.Errorf("%s lacks the fixed words on n of m", lang)
		}
	}
}
