package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/report"
)

// sarifShape is what SARIF 2.1.0 (OASIS, errata 01) demands of the objects that are written: required members, closed lists of
// words, types and lower bounds. It is written from the text of the standard and is stricter: members that are not used are refused.
const sarifShape = `{
"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","required":["version","runs","$schema"],"additionalProperties":false,
"properties":{"$schema":{"type":"string"},"version":{"const":"2.1.0"},"runs":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/run"}}},
"$defs":{
"text":{"type":"object","required":["text"],"properties":{"text":{"type":"string","minLength":1},"markdown":{"type":"string","minLength":1}},"additionalProperties":false},
"run":{"type":"object","required":["tool","results"],"additionalProperties":false,"properties":{
 "tool":{"type":"object","required":["driver"],"properties":{"driver":{"type":"object","required":["name"],"additionalProperties":false,"properties":{
  "name":{"type":"string","minLength":1},"version":{"type":"string"},"informationUri":{"type":"string","pattern":"^https://"},
  "rules":{"type":"array","uniqueItems":true,"items":{"$ref":"#/$defs/rule"}}}}}},
 "automationDetails":{"type":"object","properties":{"id":{"type":"string"}}},"columnKind":{"enum":["utf16CodeUnits","unicodeCodePoints"]},
 "language":{"type":"string","pattern":"^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"},"results":{"type":"array","items":{"$ref":"#/$defs/result"}},"properties":{"type":"object"}}},
"rule":{"type":"object","required":["id","shortDescription","help"],"additionalProperties":false,"properties":{"id":{"type":"string","minLength":1},
 "shortDescription":{"$ref":"#/$defs/text"},"fullDescription":{"$ref":"#/$defs/text"},"help":{"$ref":"#/$defs/text"},
 "properties":{"type":"object","required":["tags"],"properties":{"tags":{"type":"array","uniqueItems":true,"items":{"type":"string"}},"security-severity":{"type":"string","pattern":"^(10|[0-9])\\.[0-9]$"}}}}},
"location":{"type":"object","required":["physicalLocation"],"additionalProperties":false,"properties":{"id":{"type":"integer","minimum":1},"message":{"$ref":"#/$defs/text"},
 "physicalLocation":{"type":"object","required":["artifactLocation"],"additionalProperties":false,"properties":{
  "artifactLocation":{"type":"object","required":["uri"],"properties":{"uri":{"type":"string","pattern":"^([A-Za-z0-9._~/-]|%[0-9A-F]{2})+$"},"uriBaseId":{"type":"string"}}},
  "region":{"type":"object","required":["startLine"],"properties":{"startLine":{"type":"integer","minimum":1}}}}},
 "logicalLocations":{"type":"array","uniqueItems":true,"items":{"type":"object","properties":{"fullyQualifiedName":{"type":"string"},"kind":{"type":"string"}}}}}},
"result":{"type":"object","required":["message","ruleId","ruleIndex","kind","level","locations","partialFingerprints","suppressions"],"additionalProperties":false,"properties":{
 "ruleId":{"type":"string"},"ruleIndex":{"type":"integer","minimum":0},"kind":{"enum":["fail","open","review","informational"]},"level":{"enum":["none","note","warning","error"]},
 "message":{"$ref":"#/$defs/text"},"locations":{"type":"array","minItems":1,"items":{"$ref":"#/$defs/location"}},
 "relatedLocations":{"type":"array","items":{"$ref":"#/$defs/location"}},
 "codeFlows":{"type":"array","items":{"type":"object","required":["threadFlows"],"properties":{"threadFlows":{"type":"array","minItems":1,"items":{"type":"object","required":["locations"],
  "properties":{"locations":{"type":"array","minItems":1,"items":{"type":"object","properties":{"location":{"$ref":"#/$defs/location"}}}}}}}}}},
 "partialFingerprints":{"type":"object","minProperties":1,"additionalProperties":{"type":"string"}},
 "suppressions":{"type":"array","uniqueItems":true,"items":{"type":"object","required":["kind"],"properties":{"kind":{"enum":["inSource","external"]},"status":{"enum":["accepted","underReview","rejected"]},"justification":{"type":"string"}}}},
 "properties":{"type":"object"}},
 "if":{"properties":{"kind":{"const":"fail"}}},"then":{"properties":{"level":{"enum":["note","warning","error"]}}},"else":{"properties":{"level":{"const":"none"}}}}
}}`

// sarifOf writes and reads back, and holds the file against the shape.
func sarifOf(t *testing.T, a *plumbline.Assessment) (results, rules []map[string]any) {
	t.Helper()
	var b bytes.Buffer
	if err := report.SARIF(&b, a); err != nil {
		t.Fatal(err)
	}
	shape, err := jsonschema.UnmarshalJSON(strings.NewReader(sarifShape))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("shape.json", shape); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("shape.json")
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(v); err != nil {
		t.Fatalf("%v\n%s", err, b.String())
	}
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct{ Rules []map[string]any }
			}
			Results []map[string]any
		}
	}
	if err := json.Unmarshal(b.Bytes(), &log); err != nil {
		t.Fatal(err)
	}
	return log.Runs[0].Results, log.Runs[0].Tool.Driver.Rules
}

func TestSARIFOfTheFixture(t *testing.T) {
	a := fixture()
	results, rules := sarifOf(t, a)
	want := 0
	for i := range a.Findings {
		f := &a.Findings[i]
		if f.State == plumbline.NotSatisfied || f.State == plumbline.NotTested && f.Reason != plumbline.NotBuilt && f.Reason != plumbline.NotSelected {
			want++
		}
	}
	if len(results) != want || want == 0 {
		t.Errorf("%d results, want %d", len(results), want)
	}
	prints := map[string]bool{}
	for _, r := range results {
		index := int(r["ruleIndex"].(float64))
		if index >= len(rules) || rules[index]["id"] != r["ruleId"] {
			t.Errorf("rule %v at %d", r["ruleId"], index)
		}
		mark := fmt.Sprint(r["partialFingerprints"])
		if prints[mark] {
			t.Errorf("two results have the fingerprint %s", mark)
		}
		prints[mark] = true
		if r["kind"] == "fail" && r["properties"].(map[string]any)["state"] != "not-satisfied" {
			t.Errorf("what was not tested fails: %v", r)
		}
	}
}

func TestSARIFOfAPath(t *testing.T) {
	place := func(line int) plumbline.Location {
		return plumbline.Location{File: "流程/flow 1.json", Pointer: fmt.Sprintf("/nodes/%d", line), Line: line}
	}
	a := &plumbline.Assessment{
		Workflow: plumbline.Workflow{ID: "w"}, Tool: plumbline.Tool{Name: "Plumbline"},
		Graph: &plumbline.Graph{Steps: []plumbline.Step{{ID: "t", Name: "Hook\u202e", Location: place(1)}, {ID: "m", Name: "Model", Location: place(2)}, {ID: "s", Location: place(3)}}},
		Controls: []plumbline.ControlResult{{Control: plumbline.Control{
			ID: "SE-06", Title: both("操作", "Actions"), Importance: both("重要", "why"), Fix: both("修", "fix"),
			Rules: []plumbline.Rule{{Metric: "unapproved_chains", Bands: []plumbline.Band{{At: "0", Severity: plumbline.Critical}}}},
		}}},
		Findings: []plumbline.Finding{{
			ID: "SE-06/x", Control: "SE-06", Dimension: plumbline.Security, Role: plumbline.Judges, State: plumbline.NotSatisfied, Severity: plumbline.Critical,
			Threshold: &plumbline.Threshold{Metric: "unapproved_chains"}, Locations: []plumbline.Location{place(1), place(2), place(3)}, Path: []string{"t", "m", "s"},
			Statement:   both("说明", "statement"),
			Suppression: &plumbline.Excuse{Reason: "pilot", By: "Lin", Expires: "2027-01-01"},
		}, {ID: "GV-01", Control: "GV-01", State: plumbline.NotSatisfied, Severity: plumbline.Medium, Statement: both("无", "none")}},
	}
	results, rules := sarifOf(t, a)
	raw, _ := json.Marshal(results)
	for _, want := range []string{
		`"level":"error"`, `"level":"warning"`, `"startLine":3`, `"uri":"%E6%B5%81%E7%A8%8B/flow%201.json"`, `"uri":"plumbline.yaml"`, `"justification":"pilot (Lin, until 2027-01-01)"`,
		`"text":"Model"`, "⟨U+202E⟩", `"text":"说明 / statement"`,
	} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %s in %s", want, raw)
		}
	}
	first := results[0]["locations"].([]any)[0].(map[string]any)["physicalLocation"].(map[string]any)["region"].(map[string]any)["startLine"]
	if first != 3.0 {
		t.Errorf("the result stands at line %v, not at the action", first)
	}
	help := rules[0]["help"].(map[string]any)["text"].(string)
	if !strings.Contains(help, "重要") || !strings.Contains(help, "fix") || rules[0]["properties"].(map[string]any)["security-severity"] != "9.5" {
		t.Errorf("rule %v", rules[0])
	}
}

// Fingerprints rest on the finding alone: what the run measured and where the file has moved on changes none of them.
func TestSARIFFingerprintsAreStable(t *testing.T) {
	a, b := fixture(), fixture()
	b.Seed.Value, b.AsOf = "0", "2027-01-01"
	for i := range b.Findings {
		b.Findings[i].Statement = both("另一", "another")
		b.Findings[i].Locations = []plumbline.Location{{File: "x", Line: 9}}
	}
	x, _ := sarifOf(t, a)
	y, _ := sarifOf(t, b)
	for i := range x {
		if fmt.Sprint(x[i]["partialFingerprints"]) != fmt.Sprint(y[i]["partialFingerprints"]) {
			t.Errorf("result %d has another fingerprint", i)
		}
	}
}

func TestSARIFOfNothing(t *testing.T) {
	if results, rules := sarifOf(t, &plumbline.Assessment{}); len(results)+len(rules) != 0 {
		t.Errorf("%d results, %d rules", len(results), len(rules))
	}
}
