package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// sarifSchema is the schema of the OASIS standard that the file follows.
const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

// workflowFile is where a finding is placed that has no place of its own.
const workflowFile = "plumbline.yaml"

// SARIF writes assessment.sarif (SARIF 2.1.0): what is not satisfied as failures, what is not tested as open or for review, never
// as passed. Rules carry their help in both languages; fingerprints stay the same from run to run. What is satisfied, does not apply
// or is not built yet is left out.
func SARIF(w io.Writer, a *plumbline.Assessment) error {
	b := sarifBuilder{a: a, rules: map[string]int{}, steps: map[string]*plumbline.Step{}}
	if a.Graph != nil {
		for i := range a.Graph.Steps {
			b.steps[a.Graph.Steps[i].ID] = &a.Graph.Steps[i]
		}
	}
	results := []sarifResult{}
	for i := range a.Findings {
		if kind := sarifKind(&a.Findings[i]); kind != "" {
			results = append(results, b.result(&a.Findings[i], kind))
		}
	}
	same, err := fingerprint(a)
	if err != nil {
		return err
	}
	driver := sarifDriver{Name: cmp.Or(a.Tool.Name, "Plumbline"), Version: a.Tool.Version, URI: "https://github.com/plumbline-project/plumbline", Rules: b.list}
	if driver.Rules == nil {
		driver.Rules = []sarifRule{}
	}
	log := sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{{
		Tool: sarifTool{driver}, Automation: sarifID{"plumbline/" + a.Workflow.ID + "/"}, Columns: "unicodeCodePoints", Language: "en", Results: results,
		Properties: map[string]string{"asOf": a.AsOf, "seed": a.Seed.Value, "workflow": a.Workflow.ID, "catalog": a.Tool.Catalog, "assessment": same},
	}}}
	doc, err := json.MarshalIndent(log, "", "  ")
	if err != nil {
		return plumbline.Errorf(plumbline.Internal, "the assessment cannot be written as SARIF: %w", err)
	}
	_, err = w.Write(append(escapeHidden(doc), '\n'))
	return err
}

// sarifKind says how a finding is told; empty: it is left out. Only what judges fails.
func sarifKind(f *plumbline.Finding) string {
	switch f.State {
	case plumbline.NotSatisfied:
		if f.Role == plumbline.Informs {
			return "informational"
		}
		return "fail"
	case plumbline.NotTested:
		if f.Reason == plumbline.NotBuilt || f.Reason == plumbline.NotSelected {
			return ""
		}
		if f.Reason == plumbline.NotAttested {
			return "review"
		}
		return "open"
	case plumbline.Satisfied, plumbline.NotApplicable:
	}
	return ""
}

// sarifLevel is the level of a failure; every other kind has none.
func sarifLevel(kind string, s plumbline.Severity) string {
	switch {
	case kind != "fail":
		return "none"
	case s == plumbline.Critical || s == plumbline.High:
		return "error"
	case s == plumbline.Medium:
		return "warning"
	}
	return "note"
}

type sarifBuilder struct {
	a     *plumbline.Assessment
	rules map[string]int // id → index
	list  []sarifRule
	steps map[string]*plumbline.Step
}

func (b *sarifBuilder) result(f *plumbline.Finding, kind string) sarifResult {
	id := f.Control
	if f.Threshold != nil {
		id += "/" + f.Threshold.Metric
	}
	sum := sha256.Sum256([]byte(f.ID))
	r := sarifResult{
		Rule: id, Index: b.rule(id, f), Kind: kind, Level: sarifLevel(kind, f.Severity), Message: sarifText{both2(f.Statement)},
		Prints: map[string]string{"plumblineFinding/v1": hex.EncodeToString(sum[:])}, Suppressions: []sarifSuppression{},
		Properties: map[string]string{"finding": f.ID, "state": string(f.State)},
	}
	if f.Severity != "" {
		r.Properties["severity"] = string(f.Severity)
	}
	if f.Reason != "" {
		r.Properties["reason"] = string(f.Reason)
	}
	at := f.Locations
	if len(at) == 0 {
		at = []plumbline.Location{{File: workflowFile}}
	}
	main := 0
	if len(f.Path) > 1 {
		main = min(len(f.Path), len(at)) - 1 // the step at the end of the path is where it happens
	}
	r.Locations = []sarifLocation{b.location(at[main], 0)}
	for i, l := range at {
		if i != main {
			r.Related = append(r.Related, b.location(l, len(r.Related)+1))
		}
	}
	if len(f.Path) > 1 {
		r.Flows = b.flow(f.Path)
	}
	if s := f.Suppression; s != nil {
		r.Suppressions = append(r.Suppressions, sarifSuppression{"external", "accepted", prose(fmt.Sprintf("%s (%s, until %s)", s.Reason, s.By, s.Expires), 1000)})
	}
	return r
}

// rule enters the rule of a finding once. The texts are those of the control.
func (b *sarifBuilder) rule(id string, f *plumbline.Finding) int {
	if i, ok := b.rules[id]; ok {
		return i
	}
	rule := sarifRule{ID: id, Short: sarifText{f.Control}, Help: sarifHelp{f.Control, f.Control}, Properties: sarifRuleProperties{Tags: []string{}}}
	if f.Dimension != "" {
		rule.Properties.Tags = append(rule.Properties.Tags, string(f.Dimension))
	}
	for i := range b.a.Controls {
		c := &b.a.Controls[i].Control
		if c.ID != f.Control {
			continue
		}
		rule.Short.Text = c.ID + " " + both2(c.Title)
		if !c.Meaning.IsZero() {
			rule.Full = &sarifText{both2(c.Meaning)}
		}
		rule.Help.Text, rule.Help.Markdown = helpOf(c, "\n\n", ""), helpOf(c, "\n\n", "**")
		if f.Threshold == nil {
			break
		}
		for k := range c.Rules {
			if c.Rules[k].Metric == f.Threshold.Metric {
				rule.Properties.Severity = worstOf(c.Rules[k].Bands)
			}
		}
		break
	}
	b.rules[id] = len(b.list)
	b.list = append(b.list, rule)
	return len(b.list) - 1
}

// helpOf gives title, importance and fix in one language after the other.
func helpOf(c *plumbline.Control, gap, strong string) string {
	var parts []string
	for _, lang := range []plumbline.Lang{plumbline.Chinese, plumbline.English} {
		parts = append(parts, strong+c.Title.In(lang)+strong)
		for _, t := range []plumbline.Text{c.Importance, c.Fix} {
			if !t.IsZero() {
				parts = append(parts, t.In(lang))
			}
		}
	}
	return strings.Join(parts, gap)
}

// worstOf is the number by which services sort findings: the middle of the band of CVSS that has the same name.
func worstOf(bands []plumbline.Band) string {
	worst := 0
	for _, band := range bands {
		worst = max(worst, band.Severity.Rank())
	}
	return []string{"", "2.0", "5.5", "8.0", "9.5"}[worst]
}

// both2 is a text in both languages, Chinese first.
func both2(t plumbline.Text) string { return prose(t.ZH, 2000) + " / " + prose(t.EN, 2000) }

func (b *sarifBuilder) location(l plumbline.Location, id int) sarifLocation {
	out := sarifLocation{ID: id, Physical: sarifPhysical{Artifact: sarifArtifact{URI: fileURI(l.File), Base: "%SRCROOT%"}}}
	if l.Line > 0 {
		out.Physical.Region = &sarifRegion{l.Line}
	}
	if l.Pointer != "" {
		out.Logical = []sarifLogical{{visible(l.Pointer, 500), "member"}}
	}
	return out
}

// flow is a path through the graph, step by step.
func (b *sarifBuilder) flow(path []string) []sarifCodeFlow {
	var steps []sarifFlowLocation
	for _, id := range path {
		place, name := plumbline.Location{File: workflowFile}, id
		if s := b.steps[id]; s != nil {
			name = cmp.Or(s.Name, id)
			if s.Location.File != "" {
				place = s.Location
			}
		}
		l := b.location(place, 0)
		l.Message = &sarifText{prose(name, 200)}
		steps = append(steps, sarifFlowLocation{l})
	}
	return []sarifCodeFlow{{[]sarifThreadFlow{{steps}}}}
}

// fileURI spells a path as a relative URI reference.
func fileURI(name string) string {
	var out strings.Builder
	for i := range len(name) {
		c := name[i]
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || slices.Contains([]byte("-._~/"), c) {
			out.WriteByte(c)
			continue
		}
		fmt.Fprintf(&out, "%%%02X", c)
	}
	return out.String()
}

// The parts of a SARIF log that are written.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool       sarifTool         `json:"tool"`
		Automation sarifID           `json:"automationDetails"`
		Columns    string            `json:"columnKind"`
		Language   string            `json:"language"`
		Results    []sarifResult     `json:"results"`
		Properties map[string]string `json:"properties"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifID struct {
		ID string `json:"id"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version,omitempty"`
		URI     string      `json:"informationUri"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID         string              `json:"id"`
		Short      sarifText           `json:"shortDescription"`
		Full       *sarifText          `json:"fullDescription,omitempty"`
		Help       sarifHelp           `json:"help"`
		Properties sarifRuleProperties `json:"properties"`
	}
	sarifRuleProperties struct {
		Tags     []string `json:"tags"`
		Severity string   `json:"security-severity,omitempty"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifHelp struct {
		Text     string `json:"text"`
		Markdown string `json:"markdown"`
	}
	sarifResult struct {
		Rule         string             `json:"ruleId"`
		Index        int                `json:"ruleIndex"`
		Kind         string             `json:"kind"`
		Level        string             `json:"level"`
		Message      sarifText          `json:"message"`
		Locations    []sarifLocation    `json:"locations"`
		Related      []sarifLocation    `json:"relatedLocations,omitempty"`
		Flows        []sarifCodeFlow    `json:"codeFlows,omitempty"`
		Prints       map[string]string  `json:"partialFingerprints"`
		Suppressions []sarifSuppression `json:"suppressions"` // empty: looked for, and none
		Properties   map[string]string  `json:"properties"`
	}
	sarifLocation struct {
		ID       int            `json:"id,omitempty"`
		Physical sarifPhysical  `json:"physicalLocation"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifArtifact struct {
		URI  string `json:"uri"`
		Base string `json:"uriBaseId"`
	}
	sarifRegion struct {
		Line int `json:"startLine"`
	}
	sarifLogical struct {
		Name string `json:"fullyQualifiedName"`
		Kind string `json:"kind"`
	}
	sarifCodeFlow struct {
		Threads []sarifThreadFlow `json:"threadFlows"`
	}
	sarifThreadFlow struct {
		Locations []sarifFlowLocation `json:"locations"`
	}
	sarifFlowLocation struct {
		Location sarifLocation `json:"location"`
	}
	sarifSuppression struct {
		Kind          string `json:"kind"`
		Status        string `json:"status"`
		Justification string `json:"justification"`
	}
)
