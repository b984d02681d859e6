package assess_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/assess"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// vulnerable is a flow with planted defects; mended is the same flow without them.
const vulnerable = `{"name":"claims","nodes":[
 {"id":"w","name":"Claim","type":"n8n-nodes-base.webhook","typeVersion":2,"position":[0,0],"parameters":{"httpMethod":"POST","path":"c"}},
 {"id":"h","name":"Look up","type":"n8n-nodes-base.httpRequest","typeVersion":4.2,"position":[1,0],"parameters":{"url":"http://api.partner.test/v1","sendHeaders":true,
  "headerParameters":{"parameters":[{"name":"Authorization","value":"Bearer KEY"}]},"options":{"allowUnauthorizedCerts":true}}},
 {"id":"m","name":"gpt","type":"@n8n/n8n-nodes-langchain.lmChatOpenAi","typeVersion":1.2,"position":[2,1],"parameters":{"model":{"__rl":true,"mode":"list","value":"gpt-4o"}}},
 {"id":"a","name":"Decide","type":"@n8n/n8n-nodes-langchain.agent","typeVersion":1.7,"position":[2,0],"parameters":{"promptType":"define","text":"={{ $json.text }}"}},
 {"id":"k","name":"Run code","type":"@n8n/n8n-nodes-langchain.toolCode","typeVersion":1.1,"position":[2,2],"parameters":{"jsCode":"return eval(query)"}},
 {"id":"s","name":"Tell customer","type":"n8n-nodes-base.gmail","typeVersion":2.1,"position":[3,0],"parameters":{"sendTo":"={{ $json.to }}","message":"={{ $json.output }}"}}],
"connections":{"Claim":{"main":[[{"node":"Look up","type":"main","index":0}]]},"Look up":{"main":[[{"node":"Decide","type":"main","index":0}]]},
 "gpt":{"ai_languageModel":[[{"node":"Decide","type":"ai_languageModel","index":0}]]},"Run code":{"ai_tool":[[{"node":"Decide","type":"ai_tool","index":0}]]},
 "Decide":{"main":[[{"node":"Tell customer","type":"main","index":0}]]}},"settings":{}}`

const mended = `{"name":"claims","nodes":[
 {"id":"w","name":"Claim","type":"n8n-nodes-base.webhook","typeVersion":2,"position":[0,0],"parameters":{"httpMethod":"POST","path":"c","authentication":"headerAuth"},"credentials":{"httpHeaderAuth":{"id":"1","name":"portal"}}},
 {"id":"h","name":"Look up","type":"n8n-nodes-base.postgres","typeVersion":2.5,"position":[1,0],"parameters":{"operation":"select","schema":"public","table":"claims"}},
 {"id":"g","name":"Guard","type":"@n8n/n8n-nodes-langchain.guardrails","typeVersion":1,"position":[1,1],"parameters":{"operation":"classify"}},
 {"id":"m","name":"gpt","type":"@n8n/n8n-nodes-langchain.lmChatOpenAi","typeVersion":1.2,"position":[2,1],"parameters":{"model":{"__rl":true,"mode":"list","value":"gpt-4o-2024-08-06"}}},
 {"id":"a","name":"Decide","type":"@n8n/n8n-nodes-langchain.agent","typeVersion":1.7,"position":[2,0],"parameters":{"promptType":"define","text":"={{ $json.text }}"}},
 {"id":"p","name":"Clerk approves","type":"n8n-nodes-base.slack","typeVersion":2.3,"position":[3,1],"parameters":{"operation":"sendAndWait","message":"={{ $json.output }}"}},
 {"id":"s","name":"Tell customer","type":"n8n-nodes-base.gmail","typeVersion":2.1,"position":[3,0],"parameters":{"sendTo":"x","message":"={{ $('Decide').item.json.output }}"}}],
"connections":{"Claim":{"main":[[{"node":"Look up","type":"main","index":0}]]},"Look up":{"main":[[{"node":"Guard","type":"main","index":0}]]},
 "Guard":{"main":[[{"node":"Decide","type":"main","index":0}]]},
 "gpt":{"ai_languageModel":[[{"node":"Decide","type":"ai_languageModel","index":0}]]},
 "Decide":{"main":[[{"node":"Clerk approves","type":"main","index":0}]]},"Clerk approves":{"main":[[{"node":"Tell customer","type":"main","index":0}]]}},
"settings":{"errorWorkflow":"abc"}}`

const claimsFile = `workflow: claims
title: {zh: 理赔, en: Claims}
sector: finance
decision: {column: d, favourable: ["1"]}
data: {decisions: {file: d.csv}, sensitive: [{column: s, source: asked, basis: law, delete_by: 2030-01-01}]}
`

func assessDefinition(t *testing.T, definition string) *plumbline.Assessment {
	t.Helper()
	yaml := claimsFile
	files := fstest.MapFS{"d.csv": {Data: []byte("s,d\na,1\nb,0\n")}}
	if definition != "" {
		yaml += "definition: flow.json\n"
		files["flow.json"] = &fstest.MapFile{Data: []byte(definition)}
	}
	files["plumbline.yaml"] = &fstest.MapFile{Data: []byte(yaml)}
	f, err := workflow.Load(files, "plumbline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := table.Open(context.Background(), files, f.Data.Decisions.Files, table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rows.Close() })
	in := assess.Input{File: f, Files: files, Table: rows}
	if definition != "" {
		if in.Graph, err = workflow.ParseDefinition(files, "flow.json", plumbline.Limits{}); err != nil || in.Graph == nil {
			t.Fatal(in.Graph, err)
		}
	}
	return run(t, in)
}

// ofSecurity lists the security findings in one state as control, metric and step or detail.
func ofSecurity(a *plumbline.Assessment, state plumbline.State) []string {
	var out []string
	for i := range a.Findings {
		f := &a.Findings[i]
		if f.Dimension != plumbline.Security || f.State != state || f.Threshold == nil {
			continue
		}
		name := f.Scope.Step
		if a.Graph != nil && a.Graph.Step(name) != nil {
			name = a.Graph.Step(name).Name
		}
		out = append(out, strings.TrimSuffix(f.Threshold.Metric+" "+name, " ")+" "+string(f.Severity))
	}
	slices.Sort(out)
	return out
}

func TestVulnerableDefinition(t *testing.T) {
	key := strings.Repeat("a9Xk2Lq7Zt", 4) // put together here, so that no scanner takes it for a leak
	a := assessDefinition(t, strings.Replace(vulnerable, "KEY", key, 1))
	want := []string{
		"cleartext_endpoints Look up medium", "code_tools Run code critical", "direct_injection_paths Decide medium", "indirect_injection_paths Decide high",
		"open_triggers Claim medium", "open_triggers_to_model Claim high", "plaintext_secrets Look up critical", "unapproved_actions Tell customer high",
		"unapproved_chains Run code critical", "unapproved_chains Tell customer critical", "unhandled_failures Decide medium", "unhandled_failures Look up medium",
		"unhandled_failures Tell customer medium", "unpinned_models gpt low", "unverified_tls Look up high",
	}
	if got := ofSecurity(a, plumbline.NotSatisfied); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	ids := map[string]bool{}
	for i := range a.Findings {
		f := &a.Findings[i]
		if ids[f.ID] {
			t.Errorf("%s occurs twice", f.ID)
		}
		ids[f.ID] = true
		if f.Dimension == plumbline.Security && f.State == plumbline.NotSatisfied && (len(f.Locations) == 0 || len(f.Observations) == 0) {
			t.Errorf("%s lacks a place or evidence", f.ID)
		}
		if strings.Contains(f.Statement.EN+f.Statement.ZH, key) {
			t.Errorf("%s shows a secret", f.ID)
		}
		if f.Threshold != nil && f.Threshold.Metric == "unapproved_chains" && f.Scope.Step == "s" && !strings.Contains(f.Statement.ZH, "Look up → Decide → Tell customer") {
			t.Errorf("the chain reads %q", f.Statement.ZH)
		}
	}
}

func TestMendedDefinition(t *testing.T) {
	a := assessDefinition(t, mended)
	if got := ofSecurity(a, plumbline.NotSatisfied); len(got) != 0 {
		t.Errorf("%q", got)
	}
	resistance := false
	for i := range a.Findings {
		f := &a.Findings[i]
		resistance = resistance || f.ID == "SE-04/item=resistance" && f.State == plumbline.NotTested
	}
	if !resistance {
		t.Error("exposure by structure is taken for resistance")
	}
	for _, c := range a.Controls {
		if c.ID == "SE-04" && c.State != plumbline.NotTested {
			t.Errorf("SE-04 is %s", c.State)
		}
		if (c.ID == "SE-06" || c.ID == "SE-10" || c.ID == "SE-11") && c.State != plumbline.Satisfied {
			t.Errorf("%s is %s: %s", c.ID, c.State, c.Reason)
		}
	}
}

func TestWithoutDefinitionNothingIsSatisfied(t *testing.T) {
	a := assessDefinition(t, "")
	tested := 0
	for i := range a.Findings {
		f := &a.Findings[i]
		if f.Dimension != plumbline.Security {
			continue
		}
		tested++
		if f.State != plumbline.NotTested || f.Reason == "" {
			t.Errorf("%s is %s (%s)", f.ID, f.State, f.Reason)
		}
	}
	if tested < 15 {
		t.Errorf("%d findings", tested)
	}
	if d := part(a, plumbline.Security); d.State != plumbline.NotTested || d.Reason != plumbline.NoDefinition {
		t.Errorf("the dimension is %s: %s", d.State, d.Reason)
	}
	for _, c := range a.Controls {
		if strings.HasPrefix(c.Engine, "security.") && c.Reason != plumbline.NoDefinition {
			t.Errorf("%s is %s: %s", c.ID, c.State, c.Reason)
		}
	}
}

func part(a *plumbline.Assessment, d plumbline.Dimension) plumbline.DimensionPart {
	i := slices.IndexFunc(a.Dimensions, func(p plumbline.DimensionPart) bool { return p.ID == d })
	return a.Dimensions[i]
}

// Where nothing but a definition is given, it is assessed as it is beside decisions, and nothing that needs decisions is called
// anything but not tested.
func TestDefinitionAlone(t *testing.T) {
	yaml := "workflow: claims\ntitle: Claims\nsector: finance\ndefinition: flow.json\n"
	files := fstest.MapFS{"flow.json": {Data: []byte(vulnerable)}, "plumbline.yaml": {Data: []byte(yaml)}}
	f, err := workflow.Load(files, "plumbline.yaml")
	if err != nil {
		t.Fatal(err)
	}
	g, err := workflow.ParseDefinition(files, "flow.json", plumbline.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	a, beside := run(t, assess.Input{File: f, Files: files, Graph: g}), assessDefinition(t, vulnerable)
	for _, state := range []plumbline.State{plumbline.NotSatisfied, plumbline.Satisfied} {
		if got, want := ofSecurity(a, state), ofSecurity(beside, state); !slices.Equal(got, want) || len(got) == 0 {
			t.Errorf("%s: got\n%q\nwant\n%q", state, got, want)
		}
	}
	byDefinition := []string{"DI-01/fingerprint_share", "DI-01/definition_named", "EX-07"} // what the file and the definition show
	for i := range a.Findings {
		f := &a.Findings[i]
		if f.Dimension == "" || f.Dimension == plumbline.Security || f.State == plumbline.NotTested {
			continue
		}
		if f.Control == "DI-02" {
			t.Errorf("the origin of data that are not there is %s (%s)", f.State, f.Reason)
		}
		if f.Reason == plumbline.NotDeclared {
			continue
		}
		if id, _, _ := strings.Cut(f.ID, "/step="); !slices.Contains(byDefinition, id) {
			t.Errorf("%s is %s (%s)", f.ID, f.State, f.Reason)
		}
	}
	for _, d := range []plumbline.Dimension{plumbline.DataIntegrity, plumbline.ModelBias, plumbline.Oversight} {
		if p := part(a, d); p.State != plumbline.NotTested || p.Reason != plumbline.NoDecisions {
			t.Errorf("%s is %s: %s", d, p.State, p.Reason)
		}
	}
	if len(a.Notes) == 0 || !strings.Contains(a.Notes[0].EN, "no table of decisions") || len(a.Inputs) != 0 {
		t.Errorf("notes %v, inputs %v", a.Notes, a.Inputs)
	}
}

// A feature that nobody declared is data that is lacking, not a measurement that is not built.
func TestNoSensitiveFeatureIsNoData(t *testing.T) {
	a := assessText(t, "workflow: w\ntitle: w\nsector: other\ndecision: {column: d, favourable: [\"1\"]}\ndata: {decisions: {file: d.csv}}\n", "d,x\n1,a\n0,b\n")
	for _, c := range a.Controls {
		if slices.Contains([]string{"MB-01", "MB-02", "MB-03", "MB-04"}, c.ID) && (c.State != plumbline.NotTested || c.Reason != plumbline.NoData) {
			t.Errorf("%s is %s: %s", c.ID, c.State, c.Reason)
		}
	}
}

// chain is a flow of an agent and what stands between it and a mail; node is the JSON of the steps in between, connections theirs.
func chain(node, connections string) string {
	return `{"nodes":[{"id":"t","name":"T","type":"n8n-nodes-base.scheduleTrigger","typeVersion":1,"position":[0,0],"parameters":{}},
 {"id":"a","name":"A","type":"@n8n/n8n-nodes-langchain.agent","typeVersion":1.7,"position":[1,0],"parameters":{"text":"x"}},` + node + `
 {"id":"s","name":"S","type":"n8n-nodes-base.gmail","typeVersion":2.1,"position":[9,0],"parameters":{"sendTo":"x","message":"={{ $('A').item.json.output }}"}}],
"connections":{"T":{"main":[[{"node":"A","type":"main","index":0}]]},` + connections + `}}`
}

// Approvals as n8n writes them: what is one, and what only looks like one.
func TestApprovalsOfN8N(t *testing.T) {
	to := func(from, to string) string {
		return `"` + from + `":{"main":[[{"node":"` + to + `","type":"main","index":0}]]}`
	}
	step := func(typ, parameters string) string {
		return `{"id":"p","name":"P","type":"` + typ + `","typeVersion":2,"position":[2,0],"parameters":` + parameters + `},`
	}
	through := to("A", "P") + "," + to("P", "S")
	hitl := `{"id":"p","name":"P","type":"n8n-nodes-base.slackHitlTool","typeVersion":1,"position":[2,0],"parameters":{}},
 {"id":"g","name":"G","type":"n8n-nodes-base.gmailTool","typeVersion":2.1,"position":[3,0],"parameters":{"sendTo":"x"}},`
	tool := func(from, to string) string {
		return `"` + from + `":{"ai_tool":[[{"node":"` + to + `","type":"ai_tool","index":0}]]}`
	}
	alone := func(s string) string { return strings.Replace(s, "={{ $('A').item.json.output }}", "fixed", 1) }
	for name, c := range map[string]struct {
		definition string
		want       []string
	}{
		"send and wait":          {chain(step("n8n-nodes-base.slack", `{"operation":"sendAndWait"}`), through), nil},
		"wait for a form":        {chain(step("n8n-nodes-base.wait", `{"resume":"form"}`), through), nil},
		"a form's completion":    {chain(step("n8n-nodes-base.form", `{"operation":"completion"}`), through), []string{"unapproved_actions S high"}},
		"wait for an hour":       {chain(step("n8n-nodes-base.wait", `{"amount":1}`), through), []string{"unapproved_actions S high"}},
		"a refusal nobody reads": {chain(step("n8n-nodes-base.slack", `{"operation":"sendAndWait","approvalOptions":{"values":{"approvalType":"double"}}}`), through), []string{"ineffective_approvals P high"}},
		"parallel":               {chain(step("n8n-nodes-base.slack", `{"operation":"sendAndWait"}`), `"A":{"main":[[{"node":"P","type":"main","index":0},{"node":"S","type":"main","index":0}]]}`), []string{"ineffective_approvals P high", "unapproved_actions S high"}},
		"disabled":               {chain(strings.Replace(step("n8n-nodes-base.slack", `{"operation":"sendAndWait"}`), `"id":"p"`, `"id":"p","disabled":true`, 1), through), []string{"unapproved_actions S high"}},
		"a tool without review":  {alone(chain(hitl, tool("G", "A"))), []string{"unapproved_tools G high"}},
		"a tool with review":     {alone(chain(hitl, tool("G", "P")+","+tool("P", "A"))), nil},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, f := range ofSecurity(assessDefinition(t, c.definition), plumbline.NotSatisfied) {
				if strings.Contains(f, "approv") {
					got = append(got, f)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// Many offenders make some findings and one that counts the rest, and a finding set aside says so.
func TestManyOffenders(t *testing.T) {
	var nodes []string
	for i := range 30 {
		n := strings.Repeat("x", i+1)
		nodes = append(nodes, `{"id":"`+n+`","name":"`+n+`","type":"n8n-nodes-base.webhook","typeVersion":2,"position":[0,0],"parameters":{"path":"p"}}`)
	}
	a := assessDefinition(t, `{"nodes":[`+strings.Join(nodes, ",")+`],"connections":{}}`)
	count, rest := 0, ""
	for i := range a.Findings {
		if f := &a.Findings[i]; f.Threshold != nil && f.Threshold.Metric == "open_triggers" {
			if count++; f.Scope.Step == "" {
				rest = f.Statement.EN
			}
		}
	}
	if count != 11 || !strings.Contains(rest, "20 more") {
		t.Errorf("%d findings, the rest: %q", count, rest)
	}
}
