package text_test

import (
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

func TestAmounts(t *testing.T) {
	for _, c := range []struct {
		name string
		unit plumbline.Unit
		line float64
		xs   []float64
		want string
	}{
		{"share", plumbline.Share, 0.2, []float64{0.2986}, "29.9%"},
		{"share just above its limit, and its interval", plumbline.Share, 0.01, []float64{0.01103, 0.01041, 0.01103}, "1.10% 1.04% 1.10%"},
		{"interval that would vanish", plumbline.Share, 0.01, []float64{0.04003, 0.0396, 0.04003}, "4.00% 3.96% 4.00%"},
		{"all", plumbline.Share, 0.999, []float64{1}, "100%"},
		{"nearly all is not all", plumbline.Share, 1, []float64{0.99996}, "99.996%"},
		{"ratio", plumbline.Ratio, 0.8, []float64{0.562, 0.547, 0.578}, "0.562 0.547 0.578"},
		{"ratio just below its minimum", plumbline.Ratio, 0.8, []float64{0.79996}, "0.79996"},
		{"large ratio", plumbline.Ratio, 20, []float64{73.1}, "73.1"},
		{"difference near 0", plumbline.Difference, 0.02, []float64{-7.4e-6, -0.008, 0.008}, "0.000 −0.008 0.008"},
		{"no unit", plumbline.Plain, 20, []float64{5, 5, 6}, "5 5 6"},
		{"no unit under 1", plumbline.Plain, 0.1, []float64{0.2721}, "0.272"},
	} {
		var got []string
		for _, s := range text.Amounts(c.unit, c.line, c.xs...) {
			if s.ZH != s.EN {
				t.Errorf("%s: %q in Chinese and %q in English", c.name, s.ZH, s.EN)
			}
			got = append(got, s.EN)
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

func TestLimit(t *testing.T) {
	for _, c := range []struct {
		unit plumbline.Unit
		x    float64
		want string
	}{
		{plumbline.Share, 0.0005, "0.05%"}, {plumbline.Share, 0.29, "29%"}, {plumbline.Share, 1, "100%"}, {plumbline.Ratio, 0.8, "0.8"}, {plumbline.Count, 0, "0"},
	} {
		if got := text.Limit(c.unit, c.x).EN; got != c.want {
			t.Errorf("Limit(%s, %v) = %s, want %s", c.unit, c.x, got, c.want)
		}
	}
}

func TestItem(t *testing.T) {
	for _, c := range []struct{ metric, item, en, zh string }{
		{"document_present", "purpose", "purpose", "目的"},
		{"undeclared_personal_column", "mobile", "mobile number", "手机号"},
		{"training_data_stated", "training", "training data", "训练数据"},
		{"training_data_stated", "model a b", "model a b", "模型 a b"},
		{"training_data_stated", "knowledge x/*.md", "knowledge base x/*.md", "知识库 x/*.md"},
		{"training_data_stated", "anything", "anything", "anything"},
		{"reason_share", "income", "income", "income"},
	} {
		if got := text.Item(c.metric, c.item); got.EN != c.en || got.ZH != c.zh {
			t.Errorf("Item(%s, %s) = %q, %q, want %q, %q", c.metric, c.item, got.EN, got.ZH, c.en, c.zh)
		}
	}
	if got := text.Place("evaluates+network"); got.EN != "runs other code, calls out" || got.ZH != "执行其他代码、访问网络" {
		t.Errorf("code risks are %q, %q", got.EN, got.ZH)
	}
}
