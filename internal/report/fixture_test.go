package report_test

import (
	"math"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// fixture is a lending workflow with every verdict, every reason, a regime known from reports, risks with and without
// owner, suppressed and blurred cells. Numbers are invented and hang together.
func fixture() *plumbline.Assessment {
	a := &plumbline.Assessment{
		Schema: plumbline.AssessmentSchema,
		Tool:   plumbline.Tool{Name: "Plumbline", Version: "0.1.0", Go: "go1.26.8", Arch: "linux/amd64", Catalog: sum('c')},
		AsOf:   "2026-11-23",
		Workflow: plumbline.Workflow{
			ID: "consumer-loan", Title: both("消费贷款审批", "Consumer loan approval"),
			Purpose: both("决定个人消费贷款申请是否获批，并写明理由。", "Decides whether a person's application for a consumer loan is granted, and states the reasons."),
			Sector:  "finance", Owner: plumbline.Person{Name: "林雨", Role: "Head of retail credit"},
		},
		Seed: plumbline.Seed{Value: "9f3ac2d1007be455", Chosen: true}, Level: 0.95, MinN: 30, MinCell: 10,
		Inputs: []plumbline.InputTable{fixtureInput()},
		Design: plumbline.Design{
			Decision: "approved", Favourable: []string{"1"}, Adverse: []string{"0"}, Undecided: []string{"refer"}, Score: "score", ScoreKind: "probability",
			Label: "repaid", LabelGood: []string{"1"}, Subject: "applicant_key", Sensitive: []string{"sex", "age_band"},
			Intersections: [][]string{{"sex", "age_band"}}, Controls: []string{"income_band"},
			Primary: "demographic_parity", PrimaryReason: "Labels exist for granted loans only, so error rates cannot judge.", PrimaryBy: "林雨", PrimaryOn: "2026-11-01",
			Overrides: []plumbline.ThresholdChange{{Control: "MB-03", Rule: "min_ratio", Default: "0.80", Value: "0.85", Reason: "The bank's own policy is stricter."}},
		},
		Matrix:  matrix(),
		Notes:   []plumbline.Text{both("同一 applicant_key 的行并不独立：区间已放宽。", "Rows of one applicant_key are not independent: intervals are widened.")},
		Regimes: []plumbline.RegimeResult{fixtureRegime()},
		Instruments: []plumbline.Instrument{
			{ID: "CN-PIPL", Title: both("个人信息保护法", "Personal Information Protection Law"), Issuer: both("全国人大常委会", "NPC Standing Committee"), Force: "law", From: "2021-11-01", Confidence: "S", Source: "npc.gov.cn"},
			{ID: "CN-GBT-9", Title: both("生成式人工智能服务安全基本要求", "Basic security requirements for generative AI services"), Issuer: both("国家标准委", "Standardization Administration"), Force: "recommended-standard", From: "2025-11-01", Confidence: "K", Source: "TC260"},
			{ID: "CN-AIWF", Title: both("人工智能工作流专项要求", "Mandate on AI workflows"), Issuer: both("仅见报道", "known from reports"), Force: "reported-unverified", Confidence: "K", Source: "press"},
		},
	}
	a.Checks = []plumbline.CheckInfo{
		{
			ID: "bias.selection_rate", Version: 1, Title: both("选中率与人口统计均等", "Selection rates and demographic parity"),
			Meaning: both("各群体获得有利决定的比例。", "How often each group gets the favourable decision."),
			Params:  []plumbline.Param{{Name: "bins", Unit: "bins", Default: 10, Value: 12, Why: both("区间足够窄。", "Intervals stay narrow.")}},
			Refs:    []plumbline.Ref{{Cite: "Newcombe RG (1998), Statistics in Medicine 17:873–890", URL: "https://doi.org/10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I"}},
		},
		{ID: "bias.auc", Version: 2, Title: both("各群体的排序质量", "Ranking quality by group"), Meaning: both("评分排序的好坏。", "How well the score ranks."), Refs: []plumbline.Ref{}, Skipped: plumbline.SelectiveLabels},
	}
	fixtureObservations(a)
	fixtureControls(a)
	fixtureFindings(a)
	return a
}

func both(zh, en string) plumbline.Text { return plumbline.Text{ZH: zh, EN: en} }

func sum(c rune) string { return strings.Repeat(string(c)+"1", 32) }

func fixtureInput() plumbline.InputTable {
	return plumbline.InputTable{
		Role: "decisions", Rows: 50_000, Bad: 3, From: "2025-11-01", To: "2026-10-31",
		Files: []plumbline.InputFile{
			{Name: "decisions-2025.parquet", Format: "parquet", Bytes: 1_204_332, SHA256: sum('a'), Rows: 8_000},
			{Name: "decisions-2026.parquet", Format: "parquet", Bytes: 6_118_020, SHA256: sum('b'), Rows: 42_000},
		},
		First: []plumbline.BadRow{{File: "decisions-2026.parquet", Line: 1_204, Reason: "field-count"}},
		Columns: []plumbline.InputColumn{
			{Name: "application_id", Kind: "text", Distinct: -1},
			{Name: "applicant_key", Kind: "text", Distinct: 47_121, Role: "subject"},
			{Name: "sex", Kind: "text", Missing: 741, Distinct: 2, Role: "sensitive", Source: "application form", Basis: "consent"},
			{Name: "age_band", Kind: "text", Distinct: 4, Role: "sensitive", Source: "derived from age"},
			{Name: "approved", Kind: "integer", Distinct: 2, Role: "decision"},
			{Name: "score", Kind: "number", Distinct: 31_877, Role: "score"},
			{Name: "repaid", Kind: "integer", Missing: 21_004, Distinct: 2, Role: "label"},
		},
	}
}

func matrix() plumbline.RiskMatrix {
	m := plumbline.RiskMatrix{Source: both("产品默认矩阵；没有标准规定各格的等级。", "Product default; no standard sets the cells.")}
	for l := range 5 {
		for i := range 5 {
			m.Levels[l][i] = []plumbline.Severity{plumbline.Low, plumbline.Medium, plumbline.High, plumbline.Critical}[min((l+i)/2, 3)]
		}
	}
	return m
}

// rates of the fixture's groups: rows and favourable decisions.
type groupRate struct {
	group []string
	n, k  int64
}

func fixtureObservations(a *plumbline.Assessment) {
	sex := []groupRate{{[]string{""}, 741, 301}, {[]string{"female"}, 24_108, 11_331}, {[]string{"male"}, 25_151, 17_354}}
	age := []groupRate{{[]string{"18–29"}, 14_020, 8_272}, {[]string{"30–44"}, 20_110, 12_468}, {[]string{"45–59"}, 12_870, 7_593}, {[]string{"60+"}, 3_000, 870}}
	var both []groupRate
	for _, s := range sex[1:] {
		for _, b := range age {
			both = append(both, groupRate{[]string{s.group[0], b.group[0]}, b.n / 2, b.k / 2 * s.k / s.n * 17 / 10})
		}
	}
	for _, g := range []struct {
		features []string
		rates    []groupRate
	}{{[]string{"sex"}, sex}, {[]string{"age_band"}, age}, {[]string{"sex", "age_band"}, both}} {
		observeGroups(a, g.features, g.rates)
	}
	add(a, "bias.selection_rate@1", "selection_rate", plumbline.Scope{}, plumbline.Share, 0.5797, wilson(0.575, 0.584), 50_000)
	add(a, "bias.label_coverage@1", "label_coverage", plumbline.Scope{Column: "favourable"}, plumbline.Share, 0.93, wilson(0.92, 0.94), 28_986)
	add(a, "bias.label_coverage@1", "label_coverage", plumbline.Scope{Column: "adverse"}, plumbline.Share, 0, nil, 21_014)
	add(a, "bias.proxies@1", "proxy_skill", plumbline.Scope{Features: []string{"sex"}, Column: "shopping_category"}, plumbline.Plain, 0.31, interval(0.29, 0.33, "folds-t", 0), 50_000)
	add(a, "bias.proxies@1", "proxy_influence", plumbline.Scope{Features: []string{"sex"}, Column: "shopping_category"}, plumbline.Plain, 0.08, nil, 50_000)
	add(a, "bias.future@1", "metric_of_a_later_version", plumbline.Scope{Features: []string{"sex"}}, plumbline.Plain, 12.5, nil, 50_000)
}

func observeGroups(a *plumbline.Assessment, features []string, rates []groupRate) {
	for i, g := range rates {
		scope := plumbline.Scope{Features: features, Group: g.group}
		p := float64(g.k) / float64(g.n)
		add(a, "bias.groups@1", "group_share", scope, plumbline.Share, float64(g.n)/50_000, nil, 50_000).Count = &rates[i].n
		se := 1.96 * math.Sqrt(p*(1-p)/float64(g.n))
		add(a, "bias.selection_rate@1", "selection_rate", scope, plumbline.Share, p, wilson(p-se, p+se), g.n)
		add(a, "bias.nyc144@1", "nyc_selection_rate", scope, plumbline.Share, p, nil, g.n)
		add(a, "bias.nyc144@1", "nyc_selection_impact_ratio", scope, plumbline.Ratio, p/0.69, nil, g.n)
		given := scope
		given.Given = "income_band"
		add(a, "bias.conditional@1", "conditional_demographic_disparity", given, plumbline.Difference, 0.03+float64(i)/100, interval(0.01, 0.05, "delta-multinomial", 0), g.n)
		add(a, "bias.conditional@1", "demographic_disparity", scope, plumbline.Difference, 0.08+float64(i)/100, interval(0.06, 0.1, "delta-multinomial", 0), g.n)
		scope.Among = plumbline.Accepted
		add(a, "bias.predictive_values@1", "positive_predictive_value", scope, plumbline.Share, 0.91-float64(i)/50, wilson(0.85, 0.93), g.k)
		calibrate(a, scope, i)
	}
	last := &a.Observations[len(a.Observations)-1]
	last.Suppressed, last.Value, last.Interval, last.N = true, nil, nil, nil
	judged := plumbline.Scope{Features: features, Among: plumbline.JudgedGroups}
	add(a, "bias.selection_rate@1", "demographic_parity_ratio", judged, plumbline.Ratio, 0.681, interval(0.662, 0.7, "koopman-simultaneous", 14), 49_259)
	add(a, "bias.selection_rate@1", "demographic_parity_difference", judged, plumbline.Difference, 0.22, interval(0.2, 0.24, "newcombe-simultaneous", 14), 49_259)
	add(a, "bias.selection_rate@1", "demographic_parity_ratio", plumbline.Scope{Features: features}, plumbline.Ratio, 0.681, nil, 49_259)
	missing := plumbline.Scope{Features: features, Group: []string{""}, Among: plumbline.KnownGroups}
	o := add(a, "bias.missing_group@1", "missing_group_ratio", missing, plumbline.Ratio, 0.7, interval(0.64, 1e9, "koopman", 2), 0)
	o.Blurred, o.N = true, nil
	for _, metric := range []string{"true_positive_rate", "false_positive_rate", "equalized_odds_difference"} {
		o := add(a, "bias.error_rates@1", metric, plumbline.Scope{Features: features, Among: map[bool]plumbline.Among{true: plumbline.JudgedGroups}[metric[0] == 'e']}, plumbline.Share, 0, nil, 0)
		o.Value, o.N, o.Undefined = nil, nil, plumbline.SelectiveLabels
	}
}

func calibrate(a *plumbline.Assessment, scope plumbline.Scope, i int) {
	add(a, "bias.calibration@1", "calibration_in_the_large", scope, plumbline.Difference, 0.01*float64(i), interval(-0.01, 0.03, "wald", 0), 4_000)
	add(a, "bias.calibration@1", "calibration_slope", scope, plumbline.Plain, 0.98, interval(0.9, 1.06, "wald", 0), 4_000)
	for bin := 1; bin <= 5; bin++ {
		scope.Bin = bin
		score := float64(bin)*0.18 - 0.05
		add(a, "bias.calibration@1", "calibration_curve", scope, plumbline.Share, score-0.03*float64(i), wilson(score-0.03*float64(i)-0.04, score-0.03*float64(i)+0.04), 800)
		add(a, "bias.calibration@1", "calibration_curve_score", scope, plumbline.Share, score, nil, 800)
	}
}

// add appends an observation and returns it, to be changed before the next one is added.
func add(a *plumbline.Assessment, check, metric string, scope plumbline.Scope, unit plumbline.Unit, value float64, iv *plumbline.Interval, n int64) *plumbline.Observation {
	x := plumbline.Number(value)
	a.Observations = append(a.Observations, plumbline.Observation{
		ID: check + "/" + metric + "/" + strconv.Itoa(len(a.Observations)), Check: check, Metric: metric, Scope: scope, Unit: unit, Value: &x, Interval: iv, N: &n,
	})
	return &a.Observations[len(a.Observations)-1]
}

func interval(low, high float64, method string, family int) *plumbline.Interval {
	return &plumbline.Interval{Low: plumbline.Number(low), High: plumbline.Number(high), Level: 0.95, Method: method, Family: family}
}

func wilson(low, high float64) *plumbline.Interval { return interval(low, high, "wilson", 0) }

func fixtureControls(a *plumbline.Assessment) {
	maps := []plumbline.Mapping{
		{Ref: "CN-PIPL-24¶1", Instrument: "CN-PIPL", Rel: "supports", Confidence: "S"},
		{Ref: "CN-GBT-9-5.2", Instrument: "CN-GBT-9", Rel: "intersect", Confidence: "K"},
	}
	a.Controls = []plumbline.ControlResult{
		{
			Control: plumbline.Control{
				ID: "MB-03", Family: "MB", Dimension: plumbline.ModelBias, Title: both("各群体的有利决定比例相近", "Groups get the favourable decision at similar rates"),
				Method: "automatic", Engine: "bias.demographic_parity_ratio", Impact: 4, Maps: maps,
				Rules: []plumbline.Rule{{
					Name: "min_ratio", Metric: "demographic_parity_ratio", Op: ">=", Value: "0.85", Unit: plumbline.Ratio, Source: "workflow-file",
					Why: both("美国惯例为 0.80，并非中国或欧盟法律。", "0.80 is a convention of the United States, neither Chinese nor EU law."), Bands: []plumbline.Band{{At: "0.80", Severity: plumbline.Medium}},
				}},
			},
			State: plumbline.NotSatisfied, Findings: []string{"MB-03/sex"},
		},
		{
			Control: plumbline.Control{
				ID: "MB-08", Family: "MB", Dimension: plumbline.ModelBias, Title: both("群体的代表性", "Representation"), Method: "automatic", Engine: "bias.representation", Impact: 3,
				Rules: []plumbline.Rule{{Name: "min_representation_ratio", Metric: "representation_ratio", Op: ">=", Value: "0.80", Unit: plumbline.Ratio, Source: "product-default", Why: both("产品默认值。", "Product default.")}},
			},
			State: plumbline.Satisfied,
		},
		{Control: plumbline.Control{ID: "DI-01", Family: "DI", Dimension: plumbline.DataIntegrity, Title: both("数据来源有记录", "Provenance of data is recorded"), Method: "mixed", Impact: 3, Maps: maps[:1]}, State: plumbline.NotTested, Reason: plumbline.NotBuilt},
		{Control: plumbline.Control{ID: "PR-01", Family: "PR", Dimension: plumbline.ModelBias, Title: both("敏感列的法律依据", "Legal basis of sensitive columns"), Method: "person", Impact: 3}, State: plumbline.NotApplicable, Reason: plumbline.NotDeclared},
	}
	a.Dimensions = []plumbline.DimensionPart{
		{ID: plumbline.DataIntegrity, State: plumbline.NotTested, Reason: plumbline.NotBuilt},
		{ID: plumbline.ModelBias, State: plumbline.NotSatisfied, Findings: map[plumbline.State]int{plumbline.NotSatisfied: 3, plumbline.Satisfied: 2, plumbline.NotTested: 14}},
		{ID: plumbline.Explainability, State: plumbline.NotTested, Reason: plumbline.NotBuilt},
		{ID: plumbline.Security, State: plumbline.NotTested, Reason: plumbline.NotBuilt},
		{ID: plumbline.Oversight, State: plumbline.NotTested, Reason: plumbline.NotBuilt},
	}
}

func reasons() []plumbline.Reason {
	return []plumbline.Reason{
		plumbline.NoData, plumbline.TooFew, plumbline.Inconclusive, plumbline.SelectiveLabels, plumbline.NotBuilt, plumbline.OneGroup, plumbline.Constant,
		plumbline.UnjudgedShare, plumbline.NotAttested, plumbline.NotSelected, plumbline.ZeroDenominator, plumbline.NotProbability, plumbline.TooManyGroups, plumbline.NotDeclared,
	}
}

func fixtureFindings(a *plumbline.Assessment) {
	threshold := &plumbline.Threshold{Metric: "demographic_parity_ratio", Op: ">=", Value: "0.85", Source: "workflow-file", Why: both("本行政策。", "The bank's policy.")}
	words := plumbline.Finding{
		Control: "MB-03", Dimension: plumbline.ModelBias, Role: plumbline.Judges, Threshold: threshold,
		Meaning:    both("某个群体获批的比例远低于另一群体。", "One group is granted loans far less often than another."),
		Importance: both("被拒者可能失去他人得到的机会。", "The refused lose a chance that others get."),
		Fix:        both("找出造成差异的步骤，替换后重新测量。", "Find the step that makes the difference, replace it, and measure again."),
	}
	ratio := func(features []string) []string {
		var out []string
		for i := range a.Observations {
			if o := &a.Observations[i]; o.Metric == "demographic_parity_ratio" && o.Scope.Among != "" && strings.Join(o.Scope.Features, ",") == strings.Join(features, ",") {
				out = append(out, o.ID)
			}
		}
		return out
	}
	for i, features := range [][]string{{"sex"}, {"age_band"}, {"sex", "age_band"}} {
		f := words
		f.ID, f.Scope, f.State = "MB-03/"+strings.Join(features, "/"), plumbline.Scope{Features: features}, plumbline.NotSatisfied
		f.Severity = []plumbline.Severity{plumbline.Medium, plumbline.Critical, plumbline.High}[i]
		f.Observations = ratio(features)
		name := strings.Join(features, " × ")
		f.Statement = both("按 "+name+" 的人口统计均等比：0.681，区间 0.662 至 0.700（n = 49,259）；整个区间位于 0.850 的不良一侧。",
			"Demographic parity ratio by "+name+": 0.681, interval 0.662 to 0.700 (n = 49,259); the whole interval is below the minimum of 0.85.")
		a.Findings = append(a.Findings, f)
	}
	a.Findings[2].Suppression = &plumbline.Excuse{Reason: "Model is replaced in December.", By: "周宁", Expires: "2026-12-31"}
	for _, r := range reasons() {
		f := words
		f.ID, f.State, f.Reason, f.Scope = "MB-03/"+string(r), plumbline.NotTested, r, plumbline.Scope{Features: []string{"sex"}}
		f.Statement = both("按 sex 的人口统计均等比：未测试。", "Demographic parity ratio by sex: not tested.")
		if r == plumbline.Inconclusive {
			f.NeededN = 4_200
		}
		a.Findings = append(a.Findings, f)
	}
	for i, s := range []plumbline.State{plumbline.Satisfied, plumbline.NotApplicable, plumbline.NotSatisfied} {
		f := words
		f.ID, f.Control, f.State, f.Scope = "MB-08/"+string(s), "MB-08", s, plumbline.Scope{Column: "sex"}
		f.Statement = both("sex 的每个声明群体都不低于人口占比的 0.800。", "Each declared group of sex is at least 0.800 of its share.")
		if i == 2 {
			f.Role, f.Severity = plumbline.Informs, plumbline.Low
		}
		if i == 1 {
			f.Reason, f.Dimension = plumbline.NotDeclared, ""
		}
		a.Findings = append(a.Findings, f)
	}
	a.Risks = []plumbline.Risk{
		{
			ID: "R-MB-03", Findings: []string{"MB-03/sex", "MB-03/age_band"}, Title: both("各群体的有利决定比例相近：2 项发现", "Groups get the favourable decision at similar rates: 2 findings"),
			Likelihood: 5, Impact: 5, Level: plumbline.Critical, Owner: "林雨",
			Treatment: plumbline.Treatment{Kind: "mitigate", Action: both("移除购物类别并重新训练。", "Remove the shopping category and train again."), Owner: "陈立", Due: "2026-12-31", Status: "planned"},
		},
		{ID: "R-PR-01", Findings: []string{"MB-08/not-satisfied"}, Title: both("敏感列没有法律依据", "No legal basis for a sensitive column"), Likelihood: 3, Impact: 4, Level: plumbline.High},
	}
}

func fixtureRegime() plumbline.RegimeResult {
	return plumbline.RegimeResult{
		Regime: plumbline.Regime{
			ID: "cn-aiwf-reported", Title: both("人工智能工作流专项要求", "Mandate on AI workflows"), Status: "reported-unverified", Source: "press report",
			Banner: both("本要求仅见于媒体报道，未发现对应的官方文件，不产生法律义务；法律效力仅来自所列真实文件。",
				"This requirement is known from media reports only. No official document was found for it and it creates no legal duty; legal force comes only from the real documents listed."),
			Provisions: []plumbline.Provision{
				{ID: "P1", Title: both("四个维度的定期评估", "Regular assessment of the four dimensions"), Controls: []string{"MB-03", "MB-08", "DI-01", "PR-01"}, GroundedIn: []string{"CN-PIPL-55", "CN-GBT-9-5.2"}},
				{ID: "P2", Title: both("独立审计", "Independent audit"), Controls: []string{"DI-01"}, GroundedIn: []string{"CN-PIPL-54"}, Note: both("未发现报送义务——内部存档", "no submission duty found — internal file")},
			},
		},
		Evidence: []plumbline.ProvisionEvidence{
			{Provision: "P1", Supported: []string{"MB-08"}, Open: []string{"MB-03", "DI-01"}, Exempt: []string{"PR-01"}},
			{Provision: "P2", Supported: []string{}, Open: []string{"DI-01"}},
		},
	}
}
