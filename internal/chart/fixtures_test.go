package chart_test

import (
	"math"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/chart"
	"github.com/plumbline-project/plumbline/internal/text"
)

var nan = math.NaN()

// fixture is a plot that the golden, bounds and determinism tests draw in both languages, wide and narrow.
type fixture struct {
	name string
	draw func(chart.Frame) chart.Drawing
}

func fixtures() []fixture {
	return []fixture{
		{"forest-share", func(f chart.Frame) chart.Drawing { return chart.Forest(shares(f)) }},
		{"forest-difference", func(f chart.Frame) chart.Drawing { return chart.Forest(differences(f)) }},
		{"forest-odds", func(f chart.Frame) chart.Drawing { return chart.Forest(odds(f)) }},
		{"forest-hostile", func(f chart.Frame) chart.Drawing { return chart.Forest(hostile(f)) }},
		{"forest-empty", func(f chart.Frame) chart.Drawing { return chart.Forest(chart.ForestInput{Frame: f}) }},
		{"reliability-2", func(f chart.Frame) chart.Drawing { return chart.Reliability(curves(f, 2)) }},
		{"reliability-6", func(f chart.Frame) chart.Drawing { return chart.Reliability(curves(f, 6)) }},
		{"bars", func(f chart.Frame) chart.Drawing { return chart.Bars(verdicts(f)) }},
		{"matrix", func(f chart.Frame) chart.Drawing { return chart.Matrix(risks(f)) }},
		{"distributions", func(f chart.Frame) chart.Drawing { return chart.Distributions(drift(f)) }},
		{"workflow", func(f chart.Frame) chart.Drawing { return chart.Workflow(support(f))[0] }},
		{"workflow-hostile", func(f chart.Frame) chart.Drawing { return chart.Workflow(hostileFlow(f))[0] }},
		{"workflow-long", func(f chart.Frame) chart.Drawing { return chart.Workflow(chain(f, 23, 12))[0] }},
		{"histogram", func(f chart.Frame) chart.Drawing { return chart.Histogram(distributions(f)) }},
	}
}

// pick says a thing in the language of the frame.
func pick(f chart.Frame, zh, en string) string { return plumbline.Text{ZH: zh, EN: en}.In(f.Lang) }

func shares(f chart.Frame) chart.ForestInput {
	f.Title = text.MetricSelectionRate().In(f.Lang)
	f.Desc = pick(f, "各群体的有利决定率及其 95% 区间。", "Favourable rate of each group with its 95% interval.")
	sex, age := pick(f, "性别", "sex"), pick(f, "年龄", "age")
	return chart.ForestInput{
		Frame: f, Unit: plumbline.Share, Axis: text.MetricSelectionRate().In(f.Lang),
		Rows: []chart.ForestRow{
			{Label: pick(f, "全部", "all"), Value: 0.412, Low: 0.401, High: 0.423, N: 8_212, Emphasis: true},
			{Section: sex, Label: pick(f, "女", "female"), Value: 0.362, Low: 0.347, High: 0.377, N: 4_001},
			{Section: sex, Label: pick(f, "男", "male"), Value: 0.459, Low: 0.444, High: 0.474, N: 4_190},
			{Section: sex, Label: pick(f, "缺失", "missing"), Value: nan, Low: nan, High: nan, N: 21, Note: text.ReasonTooFew().In(f.Lang)},
			{Section: age, Label: "18–24", Value: 0.291, Low: 0.244, High: 0.343, N: 310},
			{Section: age, Label: "25–59", Value: 0.433, Low: 0.421, High: 0.446, N: 6_100},
			{Section: age, Label: pick(f, "60 岁及以上，含退休返聘人员和未申报年龄者", "60 and over, with those who work after retirement or did not state an age"), Value: 0.371, Low: 0.349, High: 0.394, N: 1_780},
			{Section: age, Label: pick(f, "其他", "other"), Value: nan, Low: nan, High: nan, N: -1, Note: text.ValueSuppressed().In(f.Lang)},
		},
	}
}

func differences(f chart.Frame) chart.ForestInput {
	f.Title = text.MetricDemographicParityDifference().In(f.Lang)
	return chart.ForestInput{
		Frame: f, Unit: plumbline.Difference, Axis: text.MetricDemographicParityDifference().In(f.Lang),
		Marks: []chart.Mark{{At: 0.1, Label: pick(f, "阈值 10", "threshold 10"), Shade: 1}, {At: 0, Label: pick(f, "无差异", "no difference")}},
		Rows: []chart.ForestRow{
			{Label: pick(f, "性别", "sex"), Value: 0.021, Low: 0.008, High: 0.034, N: 8_191, State: plumbline.Satisfied},
			{Label: pick(f, "年龄", "age"), Value: 0.148, Low: 0.121, High: 0.177, N: 8_190, State: plumbline.NotSatisfied},
			{Label: pick(f, "户籍地区", "region of registration"), Value: 0.104, Low: 0.031, High: 0.181, N: 940, State: plumbline.NotTested},
			{Label: pick(f, "民族", "ethnicity"), Value: nan, N: -1, Note: text.ReasonNoData().In(f.Lang), State: plumbline.NotApplicable},
		},
	}
}

func odds(f chart.Frame) chart.ForestInput {
	f.Title = text.MetricMantelHaenszelOddsRatio().In(f.Lang)
	return chart.ForestInput{
		Frame: f, Unit: plumbline.Odds, Log: true, Axis: text.MetricMantelHaenszelOddsRatio().In(f.Lang),
		Marks: []chart.Mark{{At: 1, Label: "1"}, {At: 0.8, Label: pick(f, "下限 0.8", "lower limit 0.8"), Shade: -1}, {At: 1.25, Label: pick(f, "上限 1.25", "upper limit 1.25"), Shade: 1}},
		Rows: []chart.ForestRow{
			{Label: "A", Value: 0.97, Low: 0.88, High: 1.07, N: 12_000, State: plumbline.Satisfied},
			{Label: "B", Value: 0.41, Low: 0.33, High: 0.52, N: 900, State: plumbline.NotSatisfied},
			{Label: "C", Value: 1.6, Low: 0.2, High: 1e9, N: 31, State: plumbline.NotTested},
			{Label: "D", Value: 0, Low: 0, High: 0.9, N: 40, State: plumbline.NotTested},
			{Label: "E", Value: math.Inf(1), Low: 2, High: math.Inf(1), N: 12, State: plumbline.NotTested},
		},
	}
}

func hostile(f chart.Frame) chart.ForestInput {
	f.ID, f.Title, f.Desc = `"><script>alert(1)</script>`, "</title><script>alert(2)</script>", "\x00]]>&amp;<!--"
	long := make([]byte, 0, 10_000)
	for len(long) < 10_000 {
		long = append(long, "name "...)
	}
	return chart.ForestInput{
		Frame: f, Unit: plumbline.Ratio, Axis: string(long),
		Marks: []chart.Mark{{At: 0.8, Label: string(long), Shade: -1}, {At: nan, Label: "NaN"}, {At: math.Inf(1), Shade: 1}},
		Rows: []chart.ForestRow{
			{Section: `<b onload="x">`, Label: `<script>alert("x")</script>`, Value: 0.9, Low: 0.8, High: 1.1, N: 5},
			{Section: "\u202Egnp.exe", Label: "abc\u202Edef\u2066\u200B\x07\xff", Value: 0.9, Low: 1.1, High: 0.8, N: math.MaxInt64},
			{Label: string(long), Value: 0.5, Low: -1e300, High: 1e300, N: -5, Note: ""},
			{Label: "Z͛ͫͩ̓ͮͨa̴̵̶lgo", Value: 1e308, Low: nan, High: nan},
			{Label: "汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字汉字", Value: -1e308, Low: math.Inf(-1), High: math.Inf(1), Note: string(long)},
			{Label: "", Value: nan, Low: 0.2, High: 0.4},
		},
	}
}

func curves(f chart.Frame, n int) chart.ReliabilityInput {
	f.Title = text.MetricCalibrationCurve().In(f.Lang)
	in := chart.ReliabilityInput{Frame: f}
	for g := range n {
		curve := chart.Curve{Label: pick(f, "群体 ", "group ") + string(rune('A'+g))}
		for bin := range 10 {
			p := (float64(bin) + 0.5) / 10
			q := math.Pow(p, 1+0.25*float64(g))
			curve.Points = append(curve.Points, chart.Point{Predicted: p, Observed: q, Low: math.Max(q-0.05, 0), High: math.Min(q+0.06, 1)})
		}
		curve.Points[3].Observed = nan
		in.Curves = append(in.Curves, curve)
	}
	return in
}

func verdicts(f chart.Frame) chart.BarsInput {
	f.Title = pick(f, "各维度的判定", "Verdicts by dimension")
	rows := []chart.BarRow{}
	for i, d := range plumbline.Dimensions() {
		rows = append(rows, chart.BarRow{Label: text.Label("dimension", string(d)).In(f.Lang), Counts: map[plumbline.State]int{
			plumbline.Satisfied: 12 - 3*i, plumbline.NotSatisfied: 3 * i, plumbline.NotTested: i * i, plumbline.NotApplicable: i % 2,
		}})
	}
	return chart.BarsInput{Frame: f, Rows: append(rows, chart.BarRow{Label: pick(f, "无", "none")})}
}

func risks(f chart.Frame) chart.MatrixInput {
	f.Title = pick(f, "风险矩阵", "Risk matrix")
	l, m, h, c := plumbline.Low, plumbline.Medium, plumbline.High, plumbline.Critical
	in := chart.MatrixInput{Frame: f, Matrix: plumbline.RiskMatrix{Levels: [5][5]plumbline.Severity{
		{l, l, l, m, m}, {l, l, m, m, h}, {l, m, m, h, h}, {m, m, h, h, c}, {m, h, h, c, c},
	}}}
	in.Counts[4][4], in.Counts[2][3], in.Counts[0][0], in.Counts[3][1] = 2, 11, 1_204, 3
	return in
}

func distributions(f chart.Frame) chart.HistogramInput {
	f.Title = pick(f, "评分分布", "Distribution of the score")
	return chart.HistogramInput{
		Frame: f, Axis: pick(f, "评分", "score"), NameA: pick(f, "参照", "reference"), NameB: pick(f, "当前", "current"),
		Edges: []float64{math.Inf(-1), 300, 400, 500, 600, 700, 800, math.Inf(1)},
		A:     []float64{0.02, 0.08, 0.2, 0.31, 0.24, 0.11, 0.04},
		B:     []float64{0.03, 0.1, 0.26, nan, 0.2, 0.1, 0.02},
	}
}
