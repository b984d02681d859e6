package report_test

import (
	"strconv"

	"github.com/plumbline-project/plumbline"
)

// fixtureMore adds to the fixture what the other dimensions bring: a graph with dossiers, exhibits, findings on steps and files,
// measurements of tables, models and reviews, and an earlier assessment.
func fixtureMore() *plumbline.Assessment {
	a := fixture()
	fixtureGraph(a)
	fixtureExhibits(a)
	fixtureMeasures(a)
	fixtureSecurity(a)
	a.Controls[2].Attestation = &plumbline.Attestation{
		Who: "周宁", On: "2026-10-02", Statement: "数据来源已逐一登记。", Document: "docs/sources.pdf", SHA256: sum('5'), Found: sum('6'), State: plumbline.NotTested, Reason: plumbline.NotAttested, Decides: true,
	}
	a.Controls[0].Attestation = &plumbline.Attestation{Who: "周宁", On: "2026-10-02", Statement: "已看过。"}
	a.Inputs = append(a.Inputs, plumbline.InputTable{Role: "training", Rows: 20_000, Files: []plumbline.InputFile{{Name: "training.csv", Format: "csv", Bytes: 900_000, SHA256: sum('e'), Rows: 20_000}}})
	a.Dimensions[0] = plumbline.DimensionPart{ID: plumbline.DataIntegrity, State: plumbline.Satisfied, Findings: map[plumbline.State]int{plumbline.Satisfied: 4}}
	a.Dimensions[3] = plumbline.DimensionPart{ID: plumbline.Security, State: plumbline.NotSatisfied, Findings: map[plumbline.State]int{plumbline.NotSatisfied: 2}}
	a.Baseline = &plumbline.Comparison{
		File: "assessment-2026-05.json", SHA256: sum('f'), AsOf: "2026-05-02", Tool: "0.1.0",
		New:      []string{"SE-02/path", "SE-09/a finding of another version"},
		Worse:    []plumbline.FindingChange{{ID: "MB-03/age_band", From: plumbline.NotSatisfied, To: plumbline.NotSatisfied, FromSeverity: plumbline.Medium, ToSeverity: plumbline.Critical}},
		Better:   []plumbline.FindingChange{{ID: "MB-03/sex", From: plumbline.NotSatisfied, To: plumbline.NotTested, FromSeverity: plumbline.Low}},
		Gone:     []string{"DI-04/missing"},
		Resolved: []string{"MB-08/satisfied"}, Kept: 12,
	}
	return a
}

func fixtureGraph(a *plumbline.Assessment) {
	step := func(id, name string, kind plumbline.StepKind, col, row int) plumbline.Step {
		return plumbline.Step{
			ID: id, Name: name, Type: "n8n-nodes-base." + id, Kind: kind, Column: col, Row: row,
			Location: plumbline.Location{File: "flow.n8n.json", Pointer: "/nodes/" + strconv.Itoa(col), Line: 10 + 14*col + row},
		}
	}
	g := &plumbline.Graph{
		Format: "n8n", Name: "贷款审批流程", File: "flow.n8n.json", SHA256: sum('9'), Platform: "n8n 1.60",
		Notes: []plumbline.GraphNote{{Text: both("未能识别的步骤类型，按不透明步骤处理。", "A type of step that is not known; kept as an opaque step."), Location: plumbline.Location{File: "flow.n8n.json", Pointer: "/nodes/8", Line: 201}}},
		Steps: []plumbline.Step{
			step("http", "收到申请", plumbline.TriggerStep, 0, 0), step("crm", "查询征信", plumbline.SourceStep, 1, 0),
			step("agent", "起草理由的智能体", plumbline.AgentStep, 2, 0), step("model", "语言模型", plumbline.ModelStep, 2, 1),
			step("tool", "查询邮件的工具", plumbline.ToolStep, 3, 1), step("rule", "评分是否达标？", plumbline.DecisionStep, 3, 0),
			step("person", "信贷员复核", plumbline.PersonStep, 4, 0), step("mail", "发送通知", plumbline.OutputStep, 5, 0), step("odd", "旧步骤", plumbline.OpaqueStep, 5, 1),
		},
	}
	s := g.Steps
	s[0].Untrusted, s[0].Auth, s[0].Credentials = true, "none", []string{"httpHeaderAuth (入口密钥)"}
	s[1].Endpoints = []plumbline.Endpoint{{Scheme: "https", Host: "credit.example.com"}, {Dynamic: true}}
	s[2].AI, s[2].Prompts = true, []plumbline.Prompt{{Role: "system", Chars: 812, SHA256: sum('7')}, {Role: "user", Chars: 64, SHA256: sum('8')}}
	s[3].AI, s[3].Provider, s[3].Model, s[3].Pinned = true, "OpenAI", "gpt-4o-2024-08-06", true
	s[3].Endpoints = []plumbline.Endpoint{{Scheme: "https", Host: "api.openai.com"}}
	s[4].AI, s[4].Effect, s[4].Operation = true, plumbline.Reads, "message.getAll"
	s[7].Effect, s[7].Operation, s[7].OnError, s[7].Retries = plumbline.Sends, "message.send", "continue", 2
	s[8].Disabled, s[8].Notes = true, "迁移前的旧步骤，暂不删除。"
	for _, e := range [][3]string{
		{"http", "crm", "flow"},
		{"crm", "agent", "flow"},
		{"model", "agent", "model"},
		{"tool", "agent", "tool"},
		{"agent", "rule", "flow"},
		{"rule", "person", "flow"},
		{"rule", "mail", "flow"},
		{"person", "mail", "flow"},
		{"crm", "odd", "error"},
		{"http", "mail", "data"},
	} {
		g.Edges = append(g.Edges, plumbline.Edge{From: e[0], To: e[1], Kind: plumbline.EdgeKind(e[2])})
	}
	g.Edges[5].Branch, g.Edges[6].Branch = "true", "false"
	a.Graph = g
	a.Dossiers = []plumbline.Dossier{
		{
			Step: "agent", Purpose: both("为拒绝起草理由。", "Drafts the reasons for a refusal."), Owner: "林雨", Input: []string{"查询征信", "applications.csv"}, Output: []string{"评分是否达标？"},
			Failures: []plumbline.Text{both("把邮件中的指令当作任务。", "Takes instructions in a mail for its task.")}, Controls: []string{"MB-03", "SE-02"}, Findings: []string{"SE-02/path"}, Declared: true,
		},
		{Step: "mail", Purpose: both("发送通知", "Sends a message")},
		{Step: "gone", Owner: "周宁"},
	}
}

func num(x float64) *plumbline.Number { n := plumbline.Number(x); return &n }

func fixtureExhibits(a *plumbline.Assessment) {
	income := plumbline.Distribution{
		Column: "income", Before: "training", N: [2]int64{20_000, 50_000}, Drift: num(0.312), Order: plumbline.Quantiles{Q50: 8_200}, Now: plumbline.Quantiles{Q50: 11_400},
		Notes: []plumbline.Text{both("训练数据只含已获批的申请，差异属于设计使然。", "The training data hold accepted cases only; a difference is by design.")},
	}
	edges := []*plumbline.Number{nil, num(5_000), num(8_000), num(12_000), nil}
	for i, rows := range [][2]int64{{5_000, 7_100}, {5_000, 9_000}, {5_000, 14_700}, {5_000, 19_200}} {
		income.Bins = append(income.Bins, plumbline.Bin{From: edges[i], To: edges[i+1], Rows: rows, Before: true})
	}
	channel := plumbline.Distribution{Column: "channel", Before: "training", N: [2]int64{20_000, 50_000}, Bins: []plumbline.Bin{
		{Value: "网点", Rows: [2]int64{14_000, 20_000}, Before: true}, {Value: "手机", Rows: [2]int64{6_000, 29_000}, Before: true}, {Value: "代理", Rows: [2]int64{0, -1}},
	}}
	a.Exhibits = plumbline.Exhibits{
		Distributions: []plumbline.Distribution{income, channel},
		Surrogate: &plumbline.Surrogate{
			Rows: 35_000, HeldOut: 15_000, Features: []string{"income", "sex", "shopping_category"}, Left: []string{"application_id"},
			Rules: []plumbline.SurrogateRule{
				{Conditions: []plumbline.Text{both("income 大于 8,200", "income over 8,200"), both("shopping_category 不是“彩票”", "shopping_category is not “lottery”")}, Favourable: true, Rows: 9_000, Agree: 8_550},
				{Rows: 6_000, Agree: 4_900},
			},
		},
		Reasons: []plumbline.ReasonExample{
			{Reason: "收入不足", Rows: 8_120, Column: "income", With: num(4_300), Without: num(9_100), Contrast: num(0.91), Rule: "income < 5,000"},
			{Reason: "其他", Rows: 900},
		},
	}
}

func fixtureMeasures(a *plumbline.Assessment) {
	census := func(check, metric string, scope plumbline.Scope, x float64, n int64) *plumbline.Observation {
		o := add(a, check, metric, scope, plumbline.Share, x, interval(x, x, "census", 0), n)
		o.Interval.Level = 1
		return o
	}
	for _, table := range []string{"", "training"} {
		for i, c := range []string{"income", "sex", "shopping_category"} {
			scope := plumbline.Scope{Table: table, Column: c}
			census("data.completeness@1", "missing_share", scope, float64(i)/50, 50_000)
			census("data.validity@1", "out_of_range_share", scope, 0.001, 50_000)
			census("data.validity@1", "a_metric_of_later", scope, 0.5, 50_000)
		}
		census("data.uniqueness@1", "duplicate_share", plumbline.Scope{Table: table}, 0.002, 50_000)
	}
	for i, c := range []string{"income", "sex", "shopping_category"} {
		x := 0.1 * float64(i+1)
		add(a, "data.drift@1", "psi", plumbline.Scope{Column: c, Table: "training"}, plumbline.Plain, x, interval(x-0.02, x+0.02, "bootstrap", 0), 70_000)
		add(a, "explain.importance@1", "surrogate_importance", plumbline.Scope{Column: c}, plumbline.Plain, x, interval(x-0.01, x+0.01, "bootstrap", 0), 15_000)
	}
	add(a, "data.personal@1", "personal_data_share", plumbline.Scope{Item: "身份证号", Column: "remark"}, plumbline.Share, 0.03, nil, 50_000)
	add(a, "explain.surrogate@1", "surrogate_fidelity", plumbline.Scope{}, plumbline.Share, 0.89, wilson(0.88, 0.9), 15_000)
	for _, g := range []string{"female", "male"} {
		add(a, "explain.surrogate@1", "surrogate_fidelity", plumbline.Scope{Features: []string{"sex"}, Group: []string{g}}, plumbline.Share, 0.88, wilson(0.87, 0.89), 7_000)
	}
	add(a, "explain.reasons@1", "reason_coverage", plumbline.Scope{}, plumbline.Share, 0.97, wilson(0.96, 0.98), 21_014)
	o := add(a, "explain.replay@1", "replay_share", plumbline.Scope{Item: "model.json"}, plumbline.Share, 0, nil, 0)
	o.Value, o.N, o.Undefined = nil, nil, plumbline.NoData
	add(a, "oversight.override@1", "override_rate", plumbline.Scope{Table: "reviews"}, plumbline.Share, 0.04, wilson(0.03, 0.05), 2_000)
	add(a, "oversight.pace@1", "review_seconds_median", plumbline.Scope{Table: "reviews"}, plumbline.Plain, 7, nil, 2_000)
	add(a, "security.graph@1", "unpinned_models", plumbline.Scope{Step: "model"}, plumbline.Count, 0, nil, 1)
}

func fixtureSecurity(a *plumbline.Assessment) {
	a.Controls = append(a.Controls, plumbline.ControlResult{
		Control: plumbline.Control{ID: "SE-02", Family: "SE", Dimension: plumbline.Security, Title: both("不可信文本不得抵达有作用的步骤", "Text of strangers does not reach a step with an effect"), Method: "automatic", Engine: "security.paths", Impact: 5},
		State:   plumbline.NotSatisfied, Findings: []string{"SE-02/path"},
	})
	f := plumbline.Finding{
		ID: "SE-02/path", Control: "SE-02", Dimension: plumbline.Security, Role: plumbline.Judges, State: plumbline.NotSatisfied, Severity: plumbline.High,
		Scope: plumbline.Scope{Step: "mail", Item: "injection-path"}, Path: []string{"http", "crm", "agent", "rule", "mail"},
		Locations: []plumbline.Location{{File: "flow.n8n.json", Line: 108, Pointer: "/nodes/7/parameters"}, {File: "flow.n8n.json", Line: 10}},
		Statement: both("外来文本经智能体抵达“发送通知”，其间没有人工批准。", "Text of strangers reaches “发送通知” through the agent with no person in between."),
		Meaning:   both("写信的人可以左右工作流发出的内容。", "Whoever writes in can steer what the workflow sends."), Fix: both("在发送前加入人工批准。", "Put a person's approval before sending."),
	}
	a.Findings = append(a.Findings, f)
	f.ID, f.Scope, f.Path, f.Severity = "SE-02/odd", plumbline.Scope{Step: "no such step"}, []string{"http", "no such step"}, plumbline.Low
	a.Findings = append(a.Findings, f)
	f.ID, f.State, f.Reason, f.Path, f.Locations, f.Severity = "SE-02/credentials", plumbline.NotTested, plumbline.NotAttested, nil, nil, ""
	a.Findings = append(a.Findings, f)
}
