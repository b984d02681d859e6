package chart_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/chart"
)

// support is a small workflow with every kind of edge and mark: mail comes in, an agent with a model and a tool answers, a
// person approves what it wants to pay.
func support(f chart.Frame) chart.WorkflowInput {
	f.Title = pick(f, "客服邮件工作流", "Workflow for support mail")
	step := func(id, zh, en string, kind plumbline.StepKind, col, row int) plumbline.Step {
		return plumbline.Step{ID: id, Name: pick(f, zh, en), Kind: kind, Column: col, Row: row}
	}
	g := &plumbline.Graph{Name: "support", Steps: []plumbline.Step{
		step("mail", "收到客户邮件", "Mail from a customer arrives", plumbline.TriggerStep, 0, 0),
		step("crm", "查询客户资料", "Look up the customer", plumbline.SourceStep, 1, 0),
		step("agent", "起草答复的智能体", "Agent that drafts the reply", plumbline.AgentStep, 2, 0),
		step("model", "语言模型", "Language model", plumbline.ModelStep, 2, 1),
		step("memory", "对话记忆", "Memory of the conversation", plumbline.MemoryStep, 3, 2),
		step("tool", "退款工具", "Refund tool with a name that is much too long for any box that could be drawn here", plumbline.ToolStep, 3, 1),
		step("if", "金额大于 500？", "More than 500?", plumbline.DecisionStep, 3, 0),
		step("person", "主管批准", "Supervisor approves", plumbline.PersonStep, 4, 0),
		step("send", "发送答复", "Send the reply", plumbline.OutputStep, 4, 1),
		step("log", "旧日志", "Old log", plumbline.CodeStep, 4, 2),
		step("odd", "", "", plumbline.OpaqueStep, 4, 3),
	}}
	at := map[string]*plumbline.Step{}
	for i := range g.Steps {
		at[g.Steps[i].ID] = &g.Steps[i]
	}
	at["mail"].Untrusted = true
	at["agent"].AI, at["model"].AI, at["tool"].AI = true, true, true
	at["model"].Model = "gpt-4o-2024-08-06"
	at["crm"].Endpoints = []plumbline.Endpoint{{Scheme: "http", Host: "localhost", Local: true}, {Scheme: "https", Host: "crm.example.com"}}
	at["model"].Endpoints = []plumbline.Endpoint{{Scheme: "https", Host: "api.example.com"}}
	at["tool"].Effect, at["send"].Effect, at["log"].Disabled = plumbline.Pays, plumbline.Sends, true
	for _, e := range []struct {
		from, to string
		kind     plumbline.EdgeKind
		branch   string
	}{
		{"mail", "crm", plumbline.FlowEdge, ""},
		{"crm", "agent", plumbline.FlowEdge, ""},
		{"crm", "log", plumbline.ErrorEdge, "error"},
		{"model", "agent", plumbline.ModelEdge, ""},
		{"tool", "agent", plumbline.ToolEdge, ""},
		{"memory", "agent", plumbline.MemoryEdge, ""},
		{"agent", "if", plumbline.FlowEdge, ""},
		{"if", "person", plumbline.FlowEdge, "true"},
		{"if", "send", plumbline.FlowEdge, "false"},
		{"person", "send", plumbline.FlowEdge, ""},
		{"person", "agent", plumbline.FlowEdge, "2"},
		{"mail", "send", plumbline.DataEdge, ""},
		{"send", "nowhere", plumbline.FlowEdge, ""},
	} {
		g.Edges = append(g.Edges, plumbline.Edge{From: e.from, To: e.to, Kind: e.kind, Branch: e.branch})
	}
	return chart.WorkflowInput{Frame: f, Graph: g, Paths: [][]string{{"mail", "crm", "agent", "tool"}, {"mail", "crm", "agent", "if", "send"}}}
}

// chain is a workflow of n steps in rows of width, with an edge to the next step and one far ahead.
func chain(f chart.Frame, n, width int) chart.WorkflowInput {
	f.Title = pick(f, "长工作流", "A long workflow")
	g := &plumbline.Graph{}
	kinds := plumbline.StepKinds()
	for i := range n {
		g.Steps = append(g.Steps, plumbline.Step{
			ID: strconv.Itoa(i), Name: pick(f, fmt.Sprintf("第 %d 步：核对申请材料", i+1), fmt.Sprintf("Step %d: check what was handed in", i+1)),
			Kind: kinds[i%len(kinds)], AI: i%7 == 0, Column: i % width, Row: i / width,
		})
		if i > 0 {
			g.Edges = append(g.Edges, plumbline.Edge{From: strconv.Itoa(i - 1), To: strconv.Itoa(i), Kind: plumbline.FlowEdge})
		}
		if i%9 == 8 {
			g.Edges = append(g.Edges, plumbline.Edge{From: strconv.Itoa(i - 8), To: strconv.Itoa(i), Kind: plumbline.DataEdge})
		}
	}
	return chart.WorkflowInput{Frame: f, Graph: g, Paths: [][]string{{"0", "1", "2", strconv.Itoa(n - 1)}}}
}

func hostileFlow(f chart.Frame) chart.WorkflowInput {
	h := hostile(f)
	in := chart.WorkflowInput{Frame: h.Frame, Graph: &plumbline.Graph{}, Paths: [][]string{{"0", "0", "nowhere", "3", "5"}, nil, {"", "1"}}}
	for i, r := range h.Rows {
		in.Graph.Steps = append(in.Graph.Steps, plumbline.Step{
			ID: strconv.Itoa(i), Name: r.Label, Kind: plumbline.StepKind(r.Section), Model: r.Label, AI: true, Untrusted: true, Disabled: i%2 == 0,
			Effect: plumbline.Pays, Column: []int{0, math.MaxInt, math.MinInt, 0, -4, 7}[i], Row: []int{0, math.MaxInt, 0, 0, math.MinInt, math.MaxInt}[i],
			Endpoints: []plumbline.Endpoint{{Host: r.Label}, {Dynamic: true}},
		})
		for k := range h.Rows {
			kind := []plumbline.EdgeKind{plumbline.FlowEdge, plumbline.ErrorEdge, plumbline.DataEdge, plumbline.ToolEdge, "<odd>"}[(i+k)%5]
			in.Graph.Edges = append(in.Graph.Edges, plumbline.Edge{From: strconv.Itoa(i), To: strconv.Itoa(k), Kind: kind, Branch: r.Label})
		}
	}
	return in
}

func drift(f chart.Frame) chart.DistributionsInput {
	f.Title = pick(f, "分布的变化", "Distributions before and now")
	num := func(x float64) *plumbline.Number { n := plumbline.Number(x); return &n }
	income := plumbline.Distribution{
		Column: "income", Before: "training", N: [2]int64{20_000, 50_000}, Drift: num(0.312),
		Order: plumbline.Quantiles{Q50: 8_200}, Now: plumbline.Quantiles{Q50: 11_400},
	}
	edges := []*plumbline.Number{nil, num(3_000), num(5_000), num(8_000), num(12_500), nil}
	for i, rows := range [][2]int64{{4_000, 4_100}, {4_000, 6_100}, {4_000, 9_300}, {4_000, 13_200}, {4_000, 17_300}} {
		income.Bins = append(income.Bins, plumbline.Bin{From: edges[i], To: edges[i+1], Rows: rows, Before: true})
	}
	city := plumbline.Distribution{Column: "\u202E<script>", N: [2]int64{100, 0}, Rest: [2]int64{3, 0}}
	for i := range 20 {
		city.Bins = append(city.Bins, plumbline.Bin{Value: strings.Repeat("城市", i) + "<b>", Rows: [2]int64{int64(i) - 1, -1}})
	}
	return chart.DistributionsInput{
		Frame: f, Items: []plumbline.Distribution{income, city, {Column: "empty"}},
		Before: pick(f, "训练数据", "training data"), Now: pick(f, "决定数据", "decision data"), WithheldSign: "***",
	}
}

func TestWorkflowIsDrawnInParts(t *testing.T) {
	for _, n := range []int{1, 5, 37, 150} {
		for _, width := range []int{1, 7, 40} {
			for _, px := range []float64{360, 900} {
				f := chart.Frame{ID: "w", Lang: plumbline.English, Width: px}
				parts := chart.Workflow(chain(f, n, width))
				shown := map[string]bool{}
				ids := map[string]bool{}
				for _, d := range parts {
					inside(t, d)
					noOverlap(t, d)
					if ids[d.ID] {
						t.Errorf("the id %s is there twice", d.ID)
					}
					ids[d.ID] = true
					if px > 520 && d.Height > 1_500 {
						t.Errorf("%d steps in %d columns: a part is %v high", n, width, d.Height)
					}
					for _, item := range d.Items {
						if l, ok := item.(chart.Label); ok {
							if no, _, ok := strings.Cut(l.Text, " "); ok {
								shown[no] = true
							}
						}
					}
				}
				for i := range n {
					if !shown[strconv.Itoa(i+1)] {
						t.Errorf("%d steps in %d columns at %v: step %d is not drawn", n, width, px, i+1)
					}
				}
			}
		}
	}
}

// No line of an edge runs through a box.
func TestEdgesGoAroundBoxes(t *testing.T) {
	for name, in := range map[string]chart.WorkflowInput{
		"support": support(chart.Frame{Lang: plumbline.English, Width: 900}), "chain": chain(chart.Frame{Lang: plumbline.Chinese, Width: 900}, 60, 9),
	} {
		for _, d := range chart.Workflow(in) {
			var boxes [][4]float64
			for _, item := range d.Items {
				if p, ok := item.(chart.Path); ok && p.Closed && p.Fill == "paper" && len(p.Lines[0]) >= 8 {
					l, r, top, b := extent(p)
					if b-top > 50 {
						boxes = append(boxes, [4]float64{l + 1, r - 1, top + 1, b - 1})
					}
				}
			}
			if len(boxes) < 5 {
				t.Fatalf("%s: only %d boxes found", name, len(boxes))
			}
			for _, item := range d.Items {
				p, ok := item.(chart.Path)
				if !ok || p.Closed || len(p.Lines) != 1 || p.Stroke == "grid" {
					continue
				}
				line := p.Lines[0]
				for i := 0; i+3 < len(line); i += 2 {
					l, r := min(line[i], line[i+2]), max(line[i], line[i+2])
					top, b := min(line[i+1], line[i+3]), max(line[i+1], line[i+3])
					if slices.ContainsFunc(boxes, func(x [4]float64) bool {
						return l < x[1] && r > x[0] && top < x[3] && b > x[2] && (r-l > 30 || b-top > 30)
					}) {
						t.Errorf("%s: the line %v runs through a box", name, line)
					}
				}
			}
		}
	}
}

func TestStepsBeyondTheLimitAreCounted(t *testing.T) {
	for _, width := range []float64{360, 900} {
		in := chain(chart.Frame{Lang: plumbline.English, Width: width}, 3_000, 30)
		parts := chart.Workflow(in)
		var all strings.Builder
		for _, d := range parts {
			all.WriteString(render(t, d))
		}
		if !strings.Contains(all.String(), "2,760 steps are not drawn") || all.Len() > 600_000 {
			t.Errorf("%v: %d bytes", width, all.Len())
		}
	}
}

func TestTaintedPathIsStrongAndNumbered(t *testing.T) {
	d := chart.Workflow(support(chart.Frame{Lang: plumbline.English, Width: 900}))[0]
	strong := 0
	var labels []string
	for _, item := range d.Items {
		switch i := item.(type) {
		case chart.Path:
			if i.Stroke == "no" && i.Width > 3 {
				strong++
			}
		case chart.Label:
			labels = append(labels, i.Text)
		}
	}
	if strong < 5 { // mail-crm, crm-agent, agent-tool, agent-if, if-send
		t.Errorf("%d strong lines", strong)
	}
	for _, want := range []string{"A1", "A4", "B5", "AI", "true", "on error"} {
		if !slices.Contains(labels, want) {
			t.Errorf("%q is not written", want)
		}
	}
}
