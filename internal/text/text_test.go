package text_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/text"
)

func TestFormatInt(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1,000", -1: "−1", -1234567: "−1,234,567",
		math.MaxInt64: "9,223,372,036,854,775,807", math.MinInt64: "−9,223,372,036,854,775,808",
	} {
		for _, lang := range plumbline.Langs() {
			if got := text.FormatInt(lang, n); got != want {
				t.Errorf("FormatInt(%s, %d) = %q, want %q", lang, n, got, want)
			}
		}
	}
}

func TestFormatNumbers(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	share := func(x float64) string { return text.FormatShare(plumbline.English, x) }
	points := func(x float64) string { return text.FormatPoints(plumbline.English, x) }
	ratio := func(x float64) string { return text.FormatRatio(plumbline.English, x) }
	number := func(x float64) string { return text.FormatNumber(plumbline.English, x, 4) }
	tests := []struct {
		name   string
		format func(float64) string
		x      float64
		want   string
	}{
		{"share", share, 0.412, "41.2%"},
		{"share, none", share, 0, "0%"},
		{"share, all", share, 1, "100%"},
		{"share, half", share, 0.5, "50.0%"},
		{"share near 0 is not 0", share, 0.0004, "0.04%"},
		{"share near 1 is not 1", share, 0.99996, "99.996%"},
		{"share beyond the decimals at 0", share, 1e-9, "<0.0001%"},
		{"share beyond the decimals at 1", share, 1 - 1e-9, ">99.9999%"},
		{"share above 1", share, 12.345, "1,234.5%"},
		{"share below 0", share, -0.031, "−3.1%"},
		{"share, NaN", share, nan, "—"},
		{"share, infinite", share, -inf, "—"},
		{"points", points, 0.1234, "12.3"},
		{"points below 0", points, -0.1234, "−12.3"},
		{"points, none", points, 0, "0.0"},
		{"points near 0", points, 0.00012, "0.01"},
		{"points, NaN", points, nan, "—"},
		{"ratio", ratio, 0.8125, "0.812"},
		{"ratio, none", ratio, 0, "0.000"},
		{"ratio near 0", ratio, 0.00031, "0.00031"},
		{"ratio, large", ratio, 1234.56, "1,235"},
		{"ratio, infinite", ratio, inf, "—"},
		{"number", number, 3.14159, "3.142"},
		{"number without zeros", number, 2.50001, "2.5"},
		{"number, whole digits stay", number, 1234567.8, "1,234,568"},
		{"number rounds up a digit", number, 999.96, "1,000"},
		{"number, small", number, 0.00012346, "0.0001235"},
		{"number, tiny", number, 1.2e-6, "1.2 × 10⁻⁶"},
		{"number, huge", number, -6.02214076e23, "−6.022 × 10²³"},
		{"number, negative zero", number, math.Copysign(0, -1), "0"},
		{"number, NaN", number, nan, "—"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := test.format(test.x); got != test.want {
				t.Errorf("%v gives %q, want %q", test.x, got, test.want)
			}
		})
	}
}

// A share that is not 0 or 1 is never shown as one, and what is shown is near it.
func FuzzFormatShare(f *testing.F) {
	for _, x := range []float64{0, 1, 0.5, 1e-5, 0.999996, 0.9999995, 1.0000001, -0.2, 1e300} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, x float64) {
		got := text.FormatShare(plumbline.Chinese, x)
		if (got == "0%" || got == "100%") && x != 0 && x != 1 {
			t.Fatalf("%v gives %s", x, got)
		}
		if math.Abs(x) > 10 || math.IsNaN(x) || strings.ContainsAny(got, "<>") {
			return
		}
		plain := strings.NewReplacer("−", "-", ",", "", "%", "").Replace(got)
		shown, err := strconv.ParseFloat(plain, 64)
		if err != nil || math.Abs(shown-x*100) > 0.0501 {
			t.Fatalf("%v gives %s: %v", x, got, err)
		}
	})
}

func TestFormatDate(t *testing.T) {
	tests := map[string][2]string{
		"2026-11-23":           {"2026年11月23日", "23 November 2026"},
		"2024-02-29":           {"2024年2月29日", "29 February 2024"},
		"":                     {"—", "—"},
		"2025-02-29":           {"2025-02-29", "2025-02-29"},
		"2026-11-23T00:00:00Z": {"2026-11-23T00:00:00Z", "2026-11-23T00:00:00Z"},
	}
	for iso, want := range tests {
		got := [2]string{text.FormatDate(plumbline.Chinese, iso), text.FormatDate(plumbline.English, iso)}
		if got != want {
			t.Errorf("FormatDate(%q) = %q, want %q", iso, got, want)
		}
	}
}

func TestFormatList(t *testing.T) {
	items := []string{"age", "sex"}
	got := []string{text.FormatList(plumbline.Chinese, items), text.FormatList(plumbline.English, items), text.FormatList(plumbline.English, nil)}
	if diff := cmp.Diff([]string{"age、sex", "age, sex", ""}, got); diff != "" {
		t.Error(diff)
	}
}

func TestMessageWithArguments(t *testing.T) {
	want := plumbline.Text{
		ZH: "本产品为该条映射了 1 项自有控制，1,200 项有当前证据；映射可能少于该条全部要求，不构成合规结论。",
		EN: "The product maps one control of its own to this provision; 1,200 of them have current evidence. " +
			"The mapping may cover less than the provision asks, and is no conclusion on compliance.",
	}
	if diff := cmp.Diff(want, text.ClaimEvidenceCount(1, 1200)); diff != "" {
		t.Error(diff)
	}
}

func TestGetFindsEveryKey(t *testing.T) {
	keys := text.Keys()
	if !slices.IsSorted(keys) || len(keys) < 100 {
		t.Fatalf("%d keys, sorted: %v", len(keys), slices.IsSorted(keys))
	}
	for _, key := range keys {
		if got, found := text.Get(key); !found || got.ZH == "" || got.EN == "" {
			t.Errorf("Get(%q) = %v, %v", key, got, found)
		}
	}
	for _, key := range []string{"", "state", "state.", "zzz", "claim.evidence_count"} {
		if got, found := text.Get(key); found {
			t.Errorf("Get(%q) = %v", key, got)
		}
	}
}

func TestLabelShowsWhatItCannotName(t *testing.T) {
	if diff := cmp.Diff(text.StateSatisfied(), text.Label("state", "satisfied")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(plumbline.Text{ZH: "new", EN: "new"}, text.Label("state", "new")); diff != "" {
		t.Error(diff)
	}
}

// Every value of the closed sets of the root package has a name in both languages.
func TestNounsAreNamed(t *testing.T) {
	sections := map[string]string{
		"State": "state", "Reason": "reason", "Severity": "severity", "Role": "role", "Dimension": "dimension", "Unit": "unit",
	}
	counts := map[string]int{}
	files, err := filepath.Glob("../../*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("the root package is not there: %v", err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			spec, isValue := node.(*ast.ValueSpec)
			if !isValue {
				return true
			}
			kind, isNamed := spec.Type.(*ast.Ident)
			if !isNamed || sections[kind.Name] == "" {
				return true
			}
			for _, value := range spec.Values {
				id, err := strconv.Unquote(value.(*ast.BasicLit).Value)
				if err != nil {
					t.Fatal(err)
				}
				counts[kind.Name]++
				if _, found := text.Get(sections[kind.Name] + "." + id); !found {
					t.Errorf("%s: no message %s.%s", name, sections[kind.Name], id)
				}
			}
			return true
		})
	}
	for kind := range sections {
		if counts[kind] < 2 {
			t.Errorf("%d values of %s were found", counts[kind], kind)
		}
	}
}

func BenchmarkGet(b *testing.B) {
	for b.Loop() {
		text.Get("state.satisfied")
	}
}
