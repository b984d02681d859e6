package check_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/check"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// kinds says what a step is by the first letter of its id. A small letter is the same, disabled.
var kinds = map[string]plumbline.Step{
	"T": {Kind: plumbline.TriggerStep, Untrusted: true, Auth: "none"},
	"Q": {Kind: plumbline.TriggerStep},                                                             // schedule
	"K": {Kind: plumbline.TriggerStep, Auth: "headerAuth"},                                         // asks who calls
	"F": {Kind: plumbline.SourceStep, Untrusted: true, Effect: plumbline.Reads},                    // fetches pages
	"M": {Kind: plumbline.ModelStep, AI: true, Effect: plumbline.Reads},                            //
	"A": {Kind: plumbline.AgentStep, AI: true},                                                     //
	"P": {Kind: plumbline.PersonStep},                                                              //
	"G": {Kind: plumbline.GuardStep},                                                               //
	"D": {Kind: plumbline.DecisionStep},                                                            //
	"N": {Kind: plumbline.TransformStep},                                                           //
	"W": {Kind: plumbline.OutputStep, Effect: plumbline.Writes},                                    //
	"S": {Kind: plumbline.OutputStep, Effect: plumbline.Sends},                                     //
	"R": {Kind: plumbline.OutputStep, Effect: plumbline.Answers},                                   //
	"X": {Kind: plumbline.OutputStep, Effect: plumbline.Executes},                                  // a command
	"C": {Kind: plumbline.CodeStep, Effect: plumbline.Executes},                                    //
	"U": {Kind: plumbline.OpaqueStep},                                                              //
	"L": {Kind: plumbline.ToolStep, Effect: plumbline.Sends},                                       //
	"E": {Kind: plumbline.ToolStep, Effect: plumbline.Reads, Untrusted: true},                      // searches the web
	"B": {Kind: plumbline.ToolStep, Effect: plumbline.Executes},                                    // runs code
	"V": {Kind: plumbline.ModelStep, AI: true, Provider: "p", Model: "m-2024-05-13", Pinned: true}, // serves an agent
}

// graphOf reads "T1>M1>W1 M1~W2 L1^A1 V1=A1 D1>W1:true": > connects, ~ is a reference, ^ gives a tool to an agent, = a model.
func graphOf(s string) *plumbline.Graph {
	g := &plumbline.Graph{Format: "n8n", File: "flow.json"}
	add := func(id string) {
		if g.Step(id) != nil {
			return
		}
		letter := strings.ToUpper(id[:1])
		step := kinds[letter]
		step.ID, step.Name, step.Disabled = id, "step "+id, letter != id[:1]
		step.Location = plumbline.Location{File: "flow.json", Pointer: fmt.Sprintf("/nodes/%d", len(g.Steps)), Line: len(g.Steps) + 1}
		g.Steps = append(g.Steps, step)
	}
	signs := map[byte]plumbline.EdgeKind{'>': plumbline.FlowEdge, '~': plumbline.DataEdge, '^': plumbline.ToolEdge, '=': plumbline.ModelEdge, '!': plumbline.ErrorEdge, '+': plumbline.PartEdge}
	for chain := range strings.FieldsSeq(s) {
		chain, branch, _ := strings.Cut(chain, ":")
		last, start, kind := "", 0, plumbline.EdgeKind("")
		for i := 0; i <= len(chain); i++ {
			if i < len(chain) && signs[chain[i]] == "" {
				continue
			}
			id := chain[start:i]
			add(id)
			if last != "" {
				g.Edges = append(g.Edges, plumbline.Edge{From: last, To: id, Kind: kind, Branch: branch})
			}
			if last, start = id, i+1; i < len(chain) {
				kind = signs[chain[i]]
			}
		}
	}
	return g
}

func securityInput(tb testing.TB, g *plumbline.Graph) check.Input {
	tb.Helper()
	in := inputOf(tb, [][]string{{"g", "decision"}, {"a", "1"}, {"b", "0"}})
	in.Graph, in.File = g, &workflow.File{}
	return in
}

// offenders lists the places of a metric as step, item and path.
func offenders(obs []plumbline.Observation, metric string) []string {
	out := []string{}
	for _, o := range obs {
		if o.Metric == metric && (o.Scope.Step != "" || o.Scope.Item != "") {
			out = append(out, strings.TrimSuffix(o.Scope.Step+" "+o.Scope.Item+" "+strings.Join(o.Path, ">"), " "))
			if len(o.Locations) == 0 || o.Locations[0].File == "" {
				out = append(out, "no place")
			}
		}
	}
	slices.Sort(out)
	return out
}

func TestPathsThroughTheDefinition(t *testing.T) {
	for _, c := range []struct {
		name, check, graph, metric string
		want                       []string
	}{
		{"webhook to model", "injection", "T1>N1>M1", "direct_injection_paths", []string{"M1 WF-001:T1 T1>N1>M1"}},
		{"page to model", "injection", "Q1>F1>M1", "indirect_injection_paths", []string{"M1 WF-002:F1 F1>M1"}},
		{"a guard stops it", "injection", "T1>G1>M1", "direct_injection_paths", nil},
		{"a disabled guard does not", "injection", "T1>g1>M1", "direct_injection_paths", []string{"M1 WF-001:T1 T1>g1>M1"}},
		{"a way around the guard", "injection", "T1>G1>M1 T1>M1", "direct_injection_paths", []string{"M1 WF-001:T1 T1>M1"}},
		{"a reference around the guard", "injection", "T1>G1>M1 T1~M1", "direct_injection_paths", []string{"M1 WF-001:T1 T1>M1"}},
		{"result of a tool", "injection", "Q1>A1 E1^A1 V1=A1", "indirect_injection_paths", []string{"A1 WF-002:E1 E1>A1"}},
		{"a disabled tool", "injection", "Q1>A1 e1^A1", "indirect_injection_paths", nil},
		{"a disabled trigger", "injection", "t1>M1", "direct_injection_paths", nil},
		{"the shortest path", "injection", "T1>N1>N2>M1 T1>M1", "direct_injection_paths", []string{"M1 WF-001:T1 T1>M1"}},
		{"it ends at the first model", "injection", "T1>M1>M2", "direct_injection_paths", []string{"M1 WF-001:T1 T1>M1"}},
		{"documents of a store", "injection", "F1+N1 N1^A1 Q1>A1", "indirect_injection_paths", []string{"A1 WF-002:F1 F1>N1>A1"}},
		{"nothing untrusted", "injection", "Q1>M1", "direct_injection_paths", nil},
		{"a loop", "injection", "T1>N1>N2>N1 N2>M1>N1", "direct_injection_paths", []string{"M1 WF-001:T1 T1>N1>N2>M1"}},

		{"no approval", "actions", "Q1>M1>W1", "unapproved_actions", []string{"W1 WF-003 M1>W1"}},
		{"an approval", "actions", "Q1>M1>P1>W1", "unapproved_actions", nil},
		{"a disabled approval", "actions", "Q1>M1>p1>W1", "unapproved_actions", []string{"W1 WF-003 M1>p1>W1"}},
		{"approval beside the action", "actions", "Q1>M1>W1 M1>P1>S1", "unapproved_actions", []string{"W1 WF-003 M1>W1"}},
		{"a branch around the approval", "actions", "Q1>M1>D1 D1>P1>W1:false D1>W1:true", "unapproved_actions", []string{"W1 WF-003 M1>D1>W1"}},
		{"an approval on each branch", "actions", "Q1>M1>D1 D1>P1>W1:false D1>P2>W1:true", "unapproved_actions", nil},
		{"written anew after the approval", "actions", "Q1>M1>P1>M2>S1", "unapproved_actions", []string{"S1 WF-003 M2>S1"}},
		{"the draft by reference after the approval", "actions", "Q1>M1>P1>W1 M1~W1", "unapproved_actions", nil},
		{"a reference from another branch", "actions", "Q1>M1>P1 Q1>W1 M1~W1", "unapproved_actions", []string{"W1 WF-003 M1>W1"}},
		{"a form's last page is no approval", "actions", "T1>M1>N1>W1", "unapproved_actions", []string{"W1 WF-003 M1>N1>W1"}},
		{"an answer is no action", "actions", "T1>M1>R1", "unapproved_actions", nil},
		{"the next round of a loop", "actions", "Q1>D1 D1>W1>M1:loop M1>D1 D1>S1:done", "unapproved_actions", []string{"S1 WF-003 M1>S1"}},
		{"commands are told elsewhere", "actions", "Q1>M1>X1", "unapproved_actions", nil},
		{"no model before the action", "actions", "T1>W1", "unapproved_actions", nil},
		{"plain code is no action", "actions", "Q1>M1>C1", "unapproved_actions", nil},
		{"the error branch acts", "actions", "Q1>M1 M1!S1", "unapproved_actions", []string{"S1 WF-003 M1>S1"}},
		{"an agent's tool", "actions", "Q1>A1 L1^A1", "unapproved_tools", []string{"L1 WF-005 A1>L1"}},
		{"a reviewed tool", "actions", "Q1>A1 L1^P1^A1", "unapproved_tools", nil},
		{"a tool that reads", "actions", "Q1>A1 E1^A1", "unapproved_tools", nil},
		{"the whole chain", "actions", "T1>N1>M1>N2>W1", "unapproved_chains", []string{"W1 WF-004 T1>N1>M1>N2>W1"}},
		{"the whole chain by tools", "actions", "Q1>A1 E1^A1 L1^A1", "unapproved_chains", []string{"L1 WF-004 E1>A1>L1"}},
		{"the whole chain by a tool's own steps", "actions", "T1>A1 N1^A1 N1>M2>W1", "unapproved_chains", []string{"W1 WF-004 T1>A1>N1>M2>W1"}},
		{"a guard breaks the chain", "actions", "T1>G1>M1>W1", "unapproved_chains", nil},
		{"over two models", "actions", "T1>M1>M2>W1", "unapproved_chains", []string{"W1 WF-004 T1>M1>M2>W1"}},
		{"the chain of a model that is not the nearest", "actions", "T1>M1>N1>N2>W1 Q1>M2>W1", "unapproved_chains", []string{"W1 WF-004 T1>M1>N1>N2>W1"}},
		{"parallel", "actions", "Q1>M1>W1 M1>P1>R1", "ineffective_approvals", []string{"P1 WF-024:parallel:W1 M1>W1"}},
		{"after the action", "actions", "Q1>M1>W1>P1", "ineffective_approvals", []string{"P1 WF-024:parallel:W1 M1>W1"}},
		{"bypassed", "actions", "Q1>M1>D1 D1>P1>W1:false D1>W1:true", "ineffective_approvals", []string{"P1 WF-024:bypassed:W1 M1>D1>W1"}},
		{"regenerated", "actions", "Q1>M1>P1>M2>S1", "ineffective_approvals", []string{"P1 WF-024:regenerated:S1 M2>S1"}},
		{"a person who starts it", "actions", "P1>M1>S1", "ineffective_approvals", nil},
		{"it holds", "actions", "Q1>M1>P1>W1", "ineffective_approvals", nil},

		{"a command", "code", "Q1>M1>N1>X1", "model_fed_commands", []string{"X1 WF-008 M1>N1>X1"}},
		{"a command after a person", "code", "Q1>M1>P1>X1", "model_fed_commands", nil},
		{"a command without model", "code", "Q1>X1", "model_fed_commands", nil},
		{"code as a tool", "code", "Q1>A1 B1^A1", "code_tools", []string{"B1 WF-007"}},

		{"open", "triggers", "T1>R1", "open_triggers", []string{"T1 WF-015"}},
		{"closed", "triggers", "K1>M1 Q1>M1", "open_triggers", nil},
		{"disabled", "triggers", "t1>M1", "open_triggers", nil},
		{"to a model", "triggers", "T1>N1>M1 T2>R1", "open_triggers_to_model", []string{"T1 WF-016 T1>N1>M1"}},

		{"no path for failures", "errors", "Q1>M1>W1", "unhandled_failures", []string{"M1 WF-025", "W1 WF-025"}},
		{"a branch for errors", "errors", "Q1>M1 M1!R1", "unhandled_failures", nil},
		{"sub-steps fail with their agent", "errors", "Q1>A1 V1=A1 L1^A1 A1!R1", "unhandled_failures", nil},
		{"unnamed", "models", "Q1>M1", "unnamed_models", []string{"M1 WF-028:unnamed"}},
		{"named by its part", "models", "Q1>A1 V1=A1", "unnamed_models", nil},
		{"pinned", "models", "Q1>A1 V1=A1", "unpinned_models", nil},
	} {
		t.Run(c.check+"/"+c.name, func(t *testing.T) {
			if c.want == nil {
				c.want = []string{}
			}
			obs := measure(t, "security."+c.check, securityInput(t, graphOf(c.graph)))
			if got := offenders(obs, c.metric); !slices.Equal(got, c.want) {
				t.Errorf("%s: got %q, want %q", c.graph, got, c.want)
			}
			if total := value(t, obs, c.metric); int(total) != len(c.want) {
				t.Errorf("the total is %v", total)
			}
		})
	}
}

// An approval that can be refused must be followed by a branch that keeps the refused case away.
func TestVerdictOfAnApproval(t *testing.T) {
	for graph, want := range map[string]int{
		"M1>P1>W1":                               1,
		"M1>P1>D1>W1:true":                       0,
		"M1>P1>D1 D1>W1:true D1>R1:false":        0,
		"M1>P1>D1 D1>W1:true D1>W1:false":        1,
		"M1>P1>D1 D1>W1:true D1>M1:false":        0, // it is asked again
		"M1>P1 P1>W1:approved P1>R1:disapproved": 0,
	} {
		g := graphOf(graph)
		g.Step("P1").Params = map[string]string{"/nodes/1/parameters/approvalOptions/values/approvalType": "double"}
		obs := measure(t, "security.actions", securityInput(t, g))
		if got := offenders(obs, "ineffective_approvals"); len(got) != want {
			t.Errorf("%s: %q, want %d", graph, got, want)
		}
	}
}

// What the definition does not tell is neither good nor bad: the interval is open upwards.
func TestUnknownStepsLeaveItOpen(t *testing.T) {
	for metric, c := range map[string][2]string{
		"unapproved_actions":       {"actions", "Q1>M1>U1"},
		"indirect_injection_paths": {"injection", "U1>M1"},
		"direct_injection_paths":   {"injection", "K1>M1"},
		"unapproved_chains":        {"actions", "K1>M1>W1"},
	} {
		o := lookup(t, measure(t, "security."+c[0], securityInput(t, graphOf(c[1]))), metric)
		if o.Interval.Low != 0 || o.Interval.High != 1 {
			t.Errorf("%s: %+v", metric, o.Interval)
		}
	}
}

func TestCodeThatReachesOut(t *testing.T) {
	for code, want := range map[string]string{
		"return eval($json.x)":                            "evaluates",
		"const {exec} = require('child_process')":         "commands",
		"await this.helpers.httpRequest({url})":           "network",
		"import requests\nrequests.post(u)":               "network",
		"import subprocess, requests":                     "commands",
		"return items.map(i => i.json.evaluation)":        "",
		"const m = /a(b)/.exec(text)":                     "",
		"prefetch(x); const retrieval = fetcher(y)":       "",
		"open('x','w').write(y)":                          "files",
		"// evaluated score; executive summary\nreturn 1": "",
		"x = new Function('return 1')":                    "evaluates",
		"const axios = require('axios'); eval('1')":       "evaluates+network",
	} {
		g := graphOf("Q1>M1>C1")
		g.Step("C1").Params = map[string]string{"/nodes/2/parameters/jsCode": code}
		got := offenders(measure(t, "security.code", securityInput(t, g)), "risky_code")
		if want == "" && len(got) > 0 || want != "" && !slices.Equal(got, []string{"C1 WF-009:" + want}) {
			t.Errorf("%q: %q, want %q", code, got, want)
		}
	}
}

func TestConnectionsOutside(t *testing.T) {
	g := graphOf("T1>N1>N2>N3>N4")
	g.Step("N1").Endpoints = []plumbline.Endpoint{{Scheme: "http", Host: "api.test", Location: plumbline.Location{File: "flow.json"}}}
	g.Step("N2").Endpoints = []plumbline.Endpoint{{Scheme: "http", Host: "localhost", Local: true}}
	g.Step("N3").Endpoints = []plumbline.Endpoint{{Scheme: "https", Host: "api.test"}}
	g.Step("N4").Endpoints = []plumbline.Endpoint{{Dynamic: true, Location: plumbline.Location{File: "flow.json"}}}
	g.Step("N2").Params = map[string]string{"/nodes/2/parameters/options/allowUnauthorizedCerts": "true"}
	g.Step("N3").Params = map[string]string{"/nodes/3/parameters/options/allowUnauthorizedCerts": "false", "/nodes/3/x": "curl -k https://a"}
	obs := measure(t, "security.transport", securityInput(t, g))
	for metric, want := range map[string][]string{
		"cleartext_endpoints": {"N1 WF-018"}, "unverified_tls": {"N2 WF-019", "N3 WF-019"}, "steered_endpoints": {"N4 WF-011 T1>N1>N2>N3>N4"},
	} {
		if got := offenders(obs, metric); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", metric, got, want)
		}
	}
	if n := value(t, obs, "external_hosts"); n != 1 {
		t.Errorf("%v hosts", n)
	}
}

func TestSecretsInFiles(t *testing.T) {
	key := "sk-" + strings.Repeat("a1B2c3D4e5F6g7H8", 3)
	definition := fmt.Sprintf(`{"nodes":[{"parameters":{"headers":{"parameters":[
 {"name":"X-API-Key","value":"%s"}]}}},
 {"parameters":{"q":"={{ $credentials.key }}","auth":"Bearer %s"}}],
 "pinData":{"N":[{"json":{"k":"%s"}}]}}`, strings.Repeat("9fK2xQ7bTz", 3), key, key)
	in := securityInput(t, graphOf("N1>N2"))
	in.Files = fstest.MapFS{
		"flow.json": {Data: []byte(definition)}, "kb/a.md": {Data: []byte("line\npassword: 'Xk29" + "dj3kd8s'\n")}, "kb/b.md": {Data: []byte("nothing here")}, "pic.md": {Data: []byte{0, 1}},
	}
	in.File.Data.Texts = []workflow.TextData{{Files: []string{"kb/*.md"}}}
	in.File.Data.Documents = []string{"pic.md"}
	obs := measure(t, "security.secrets", in)
	want := []string{" WF-012:assigned-secret:kb/a.md", " WF-012:provider-api-key:flow.json", "N1 WF-012:assigned-secret", "N2 WF-012:provider-api-key"}
	if got := offenders(obs, "plaintext_secrets"); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, o := range obs {
		for _, l := range o.Locations {
			if l.File == "kb/a.md" && l.Line != 2 || l.Pointer == "/nodes/1/parameters/auth" && l.Line != 3 {
				t.Errorf("%+v", l)
			}
		}
		if o.Metric == "plaintext_secrets" && o.Scope.Step+o.Scope.Item == "" && o.Interval.High != 5 {
			t.Errorf("what was not read is not counted: %+v", o.Interval)
		}
	}
	if text := fmt.Sprintf("%+v", obs); strings.Contains(text, key[3:]) || strings.Contains(text, "dj3kd8s") {
		t.Error("a secret is in the observations")
	}
}

func TestFilesOfModels(t *testing.T) {
	in := securityInput(t, nil)
	good := sha256.Sum256([]byte("model"))
	in.Files = fstest.MapFS{"a.bin": {Data: []byte("model")}, "b.bin": {Data: []byte("other")}, "c.bin": {Data: []byte("model")}}
	in.File.Models = []workflow.Model{{File: "a.bin", SHA256: hex.EncodeToString(good[:])}, {File: "b.bin", SHA256: hex.EncodeToString(good[:])}, {File: "c.bin"}, {Provider: "x"}}
	obs := measure(t, "security.artifacts", in)
	if got := offenders(obs, "changed_artifacts"); !slices.Equal(got, []string{" b.bin"}) {
		t.Errorf("changed %q", got)
	}
	if got := offenders(obs, "unhashed_artifacts"); !slices.Equal(got, []string{" WF-028:c.bin"}) {
		t.Errorf("unhashed %q", got)
	}
}

// Five thousand steps with many sources, models and actions stay well under a second for each check.
func TestLargeGraphs(t *testing.T) {
	var b strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&b, "T%d>N%d>M%d>D%d>W%d D%d>N%d T%d~W%d ", i, i, i, i, i, i, (i+1)%1000, i, (i+7)%1000)
	}
	in := securityInput(t, graphOf(b.String()))
	for _, c := range check.Catalog() {
		if !strings.HasPrefix(c.ID, "security.") {
			continue
		}
		start := time.Now()
		obs := measure(t, c.ID, in)
		took := time.Since(start)
		t.Logf("%s: %v, %d observations", c.ID, took, len(obs))
		if took > 20*time.Second || len(obs) > 3000 {
			t.Errorf("%s: %v, %d observations", c.ID, took, len(obs))
		}
	}
}

func FuzzDefinitionTexts(f *testing.F) {
	for _, s := range []string{`{"a":[{"name":"token","value":"x"},null,1.5,true]}`, `[[[]]]`, `{"~/":{"":"s"}}`, "\ufeff{}", `"x"`, `{"nodes":[{"p":"Bearer aB3dE5gH7jK9mN1pQ3"}]}`} {
		f.Add([]byte(s))
	}
	i := slices.IndexFunc(check.Catalog(), func(c check.Check) bool { return c.ID == "security.secrets" })
	secrets := check.Catalog()[i]
	f.Fuzz(func(t *testing.T, data []byte) {
		in := check.Input{Graph: graphOf("N1>N2"), File: &workflow.File{}, Files: fstest.MapFS{"flow.json": {Data: data}}}
		obs, err := secrets.Run(t.Context(), &in)
		if err != nil || len(obs) == 0 {
			t.Fatal(obs, err)
		}
		for _, o := range obs {
			for _, l := range o.Locations {
				if l.Line < 0 || l.Line > 1+strings.Count(string(data), "\n") {
					t.Fatalf("line %d", l.Line)
				}
			}
		}
	})
}
