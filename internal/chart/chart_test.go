package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/chart"
)

var update = flag.Bool("update", false, "write the golden files")

// frames gives every fixture in both languages, wide and narrow.
func frames(name string) map[string]chart.Frame {
	all := map[string]chart.Frame{}
	for _, lang := range plumbline.Langs() {
		for _, width := range []float64{1000, 360} {
			id := fmt.Sprintf("%s-%s-%v", name, lang, width)
			all[id] = chart.Frame{ID: id, Lang: lang, Width: width}
		}
	}
	return all
}

func render(tb testing.TB, d chart.Drawing) string {
	tb.Helper()
	var b strings.Builder
	if err := chart.SVG(&b, d); err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

func TestGolden(t *testing.T) {
	for _, f := range fixtures() {
		for name, frame := range frames(f.name) {
			t.Run(name, func(t *testing.T) {
				got := render(t, f.draw(frame))
				if again := render(t, f.draw(frame)); again != got {
					t.Fatal("drawn twice, the bytes differ")
				}
				file := filepath.Join("testdata", name+".svg")
				if *update {
					if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}

func TestNothingLeavesTheDrawing(t *testing.T) {
	for _, f := range fixtures() {
		for name, frame := range frames(f.name) {
			for _, width := range []float64{frame.Width, 280, 519, 521, 2000} {
				frame.Width = width
				t.Run(fmt.Sprint(name, " ", width), func(t *testing.T) { inside(t, f.draw(frame)) })
			}
		}
	}
}

// inside fails where an item of d, with the estimated width of its text, is not inside the viewBox.
func inside(t *testing.T, d chart.Drawing) {
	t.Helper()
	for _, item := range d.Items {
		left, right, top, bottom := extent(item)
		if !(left >= -0.01 && right <= d.Width+0.01 && top >= -0.01 && bottom <= d.Height+0.01) {
			t.Errorf("%+v reaches x %.1f to %.1f, y %.1f to %.1f of %v × %v", item, left, right, top, bottom, d.Width, d.Height)
		}
	}
}

func extent(item chart.Item) (left, right, top, bottom float64) {
	switch i := item.(type) {
	case chart.Rect:
		return i.X, i.X + i.W, i.Y, i.Y + i.H
	case chart.Circle:
		return i.X - i.R, i.X + i.R, i.Y - i.R, i.Y + i.R
	case chart.Label:
		width := chart.TextWidth(i.Text, i.Size, i.Bold)
		left = map[string]float64{"start": i.X, "middle": i.X - width/2, "end": i.X - width}[i.Anchor]
		return left, left + width, i.Y - 0.8*i.Size, i.Y + 0.25*i.Size
	case chart.Path:
		left, top, right, bottom = math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
		for _, line := range i.Lines {
			for k := 0; k < len(line); k += 2 {
				left, right = math.Min(left, line[k]), math.Max(right, line[k])
				top, bottom = math.Min(top, line[k+1]), math.Max(bottom, line[k+1])
			}
		}
	}
	return left, right, top, bottom
}

func TestLabelsDoNotOverlap(t *testing.T) {
	for _, f := range fixtures() {
		for name, frame := range frames(f.name) {
			t.Run(name, func(t *testing.T) { noOverlap(t, f.draw(frame)) })
		}
	}
}

func noOverlap(t *testing.T, d chart.Drawing) {
	t.Helper()
	var labels []chart.Label
	for _, item := range d.Items {
		if l, isLabel := item.(chart.Label); isLabel {
			labels = append(labels, l)
		}
	}
	for i, a := range labels {
		for _, b := range labels[:i] {
			l1, r1, t1, b1 := extent(a)
			l2, r2, t2, b2 := extent(b)
			if l1 < r2-0.5 && l2 < r1-0.5 && t1 < b2-0.5 && t2 < b1-0.5 {
				t.Errorf("%q lies on %q", a.Text, b.Text)
			}
		}
	}
}

// wellFormed reads an SVG and refuses elements and attributes that the package does not write.
func wellFormed(svg string) error {
	decoder := xml.NewDecoder(strings.NewReader(svg))
	elements := []string{"svg", "title", "desc", "rect", "path", "circle", "text"}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if !slices.Contains(elements, t.Name.Local) {
				return fmt.Errorf("element %s", t.Name.Local)
			}
			for _, a := range t.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || strings.Contains(a.Name.Local, "href") || a.Name.Local == "style" {
					return fmt.Errorf("attribute %s", a.Name.Local)
				}
			}
		case xml.CharData:
			for _, r := range string(t) {
				if r != '\n' && r < ' ' || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 {
					return fmt.Errorf("the sign %U", r)
				}
			}
		}
	}
}

func TestEverySVGIsWellFormed(t *testing.T) {
	for _, f := range fixtures() {
		for name, frame := range frames(f.name) {
			if err := wellFormed(render(t, f.draw(frame))); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func FuzzSVG(f *testing.F) {
	f.Add("a", "b", 0.5, 0.4, 0.6, 360.0)
	f.Add("<script>", "\u202E\x00\xff", math.NaN(), math.Inf(1), -1e308, math.NaN())
	f.Add("]]>", "汉字\u0301\u0301\u0301\u0301", 1e-300, 0.0, 1e300, -5.0)
	f.Fuzz(func(t *testing.T, label, other string, value, low, high, width float64) {
		frame := chart.Frame{ID: other, Lang: plumbline.Lang(label), Title: other, Desc: label, Width: width}
		var drawings []chart.Drawing
		for _, unit := range []plumbline.Unit{plumbline.Share, plumbline.Difference, plumbline.Ratio, plumbline.Plain} {
			for _, log := range []bool{false, true} {
				drawings = append(drawings, chart.Forest(chart.ForestInput{
					Frame: frame, Unit: unit, Log: log, Axis: label, Low: low, High: high,
					Rows: []chart.ForestRow{
						{Section: other, Label: label, Value: value, Low: low, High: high, State: plumbline.State(other)},
						{Label: other, Value: low, Low: value, High: high, Note: other},
					},
					Marks: []chart.Mark{{At: value, Label: label, Shade: 1}, {At: high, Label: other, Shade: -1}},
				}))
			}
		}
		drawings = append(drawings,
			chart.Reliability(chart.ReliabilityInput{Frame: frame, Curves: []chart.Curve{{Label: label, Points: []chart.Point{
				{Predicted: value, Observed: low, Low: low, High: high}, {Predicted: 0.5, Observed: 0.5, Low: value, High: high},
			}}}}),
			chart.Bars(chart.BarsInput{Frame: frame, Rows: []chart.BarRow{{Label: label, Counts: map[plumbline.State]int{
				plumbline.Satisfied: len(label), plumbline.NotTested: -len(other), "x": 3,
			}}}}),
			chart.Matrix(chart.MatrixInput{Frame: frame, Matrix: plumbline.RiskMatrix{Levels: [5][5]plumbline.Severity{{plumbline.Severity(label)}}}}),
			chart.Histogram(chart.HistogramInput{Frame: frame, Edges: []float64{low, value, high}, A: []float64{0.5, value}, B: []float64{low, 0.2}, NameA: label, NameB: other, Axis: label}),
		)
		number := plumbline.Number(value)
		drawings = append(drawings, chart.Distributions(chart.DistributionsInput{Frame: frame, Before: label, Items: []plumbline.Distribution{
			{Column: other, N: [2]int64{int64(len(label)), 3}, Drift: &number, Bins: []plumbline.Bin{{From: &number, Rows: [2]int64{7, -1}}, {Value: label}}},
		}}))
		steps := []plumbline.Step{{ID: label, Name: other, Column: len(other), Row: -len(label)}, {ID: other, Name: label, Kind: plumbline.StepKind(label), AI: true}}
		drawings = append(drawings, chart.Workflow(chart.WorkflowInput{Frame: frame, Paths: [][]string{{label, other}}, Graph: &plumbline.Graph{
			Steps: steps, Edges: []plumbline.Edge{{From: label, To: other, Branch: other, Kind: plumbline.FlowEdge}, {From: other, To: label, Kind: plumbline.ToolEdge}},
		}})...)
		for _, d := range drawings {
			inside(t, d)
			if err := wellFormed(render(t, d)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestSVGRefusesCoordinatesThatAreNotFinite(t *testing.T) {
	var b bytes.Buffer
	err := chart.SVG(&b, chart.Drawing{ID: "x", Width: 10, Height: 10, Items: []chart.Item{chart.Circle{X: math.NaN()}}})
	if plumbline.CodeOf(err) != plumbline.Internal || b.Len() > 0 {
		t.Errorf("error %v, %d bytes written", err, b.Len())
	}
}

func TestRowsBeyondTheLimitAreCounted(t *testing.T) {
	in := chart.ForestInput{Frame: chart.Frame{Lang: plumbline.English}, Rows: make([]chart.ForestRow, 1_234)}
	if got := render(t, chart.Forest(in)); !strings.Contains(got, "1,034 rows are not drawn") || len(got) > 300_000 {
		t.Errorf("%d bytes", len(got))
	}
	bars := chart.BarsInput{Frame: chart.Frame{Lang: plumbline.Chinese}, Rows: make([]chart.BarRow, 201)}
	if got := render(t, chart.Bars(bars)); !strings.Contains(got, "另有 1 行未绘出") {
		t.Error("the bar that is left out is not counted")
	}
	many := chart.ReliabilityInput{Frame: chart.Frame{Lang: plumbline.English}, Curves: make([]chart.Curve, 26)}
	if got := render(t, chart.Reliability(many)); !strings.Contains(got, "2 groups are not drawn") {
		t.Error("the groups that are left out are not counted")
	}
}

func BenchmarkForest200(b *testing.B) {
	in := shares(chart.Frame{Lang: plumbline.Chinese, Width: 1000})
	for len(in.Rows) < 200 {
		in.Rows = append(in.Rows, in.Rows[1])
	}
	for b.Loop() {
		if err := chart.SVG(io.Discard, chart.Forest(in)); err != nil {
			b.Fatal(err)
		}
	}
}
