package chart_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/plumbline-project/plumbline/internal/chart"
)

func TestClean(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"plain":              {"贷款 A-1", "贷款 A-1"},
		"markup is left":     {"<b>&", "<b>&"},
		"right-to-left mark": {"a\u202Eb", "a[U+202E]b"},
		"isolate":            {"\u2066a\u2069", "[U+2066]a[U+2069]"},
		"control":            {"a\x00\nb", "a[U+0000][U+000A]b"},
		"zero width":         {"a\u200Bb\uFEFF", "a[U+200B]b[U+FEFF]"},
		"not XML":            {"\uFFFE", "[U+FFFE]"},
		"not UTF-8":          {"a\xffb", "a[?]b"},
		"replacement sign":   {"\uFFFD", "\uFFFD"},
		"piled-up marks":     {"a\u0301\u0301\u0301\u0301b", "a\u0301\u0301b"},
		"odd space":          {"a\u2003b", "a[U+2003]b"},
		"filler":             {"\u3164", "[U+3164]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := chart.Clean(test.in); got != test.want {
				t.Errorf("%q gives %q, want %q", test.in, got, test.want)
			}
		})
	}
}

func TestFitCutsToTheRoom(t *testing.T) {
	for _, s := range []string{strings.Repeat("name ", 2_000), strings.Repeat("汉字", 5_000), strings.Repeat("W", 300)} {
		for room := 20.0; room < 400; room += 37 {
			got, full := chart.Fit(s, room, 13, true)
			if chart.TextWidth(got, 13, true) > room || !strings.HasSuffix(got, "…") || len([]rune(full)) != 201 {
				t.Errorf("room %v: %q (%d signs kept)", room, got, len([]rune(full)))
			}
		}
	}
	if got, full := chart.Fit("short", 100, 13, false); got != "short" || full != "" {
		t.Errorf("%q, %q", got, full)
	}
}

func TestHanIsTwiceAsWideAsDigits(t *testing.T) {
	if han, digits := chart.TextWidth("汉字", 10, false), chart.TextWidth("1234", 10, false); han != 20 || digits < 20 || digits > 26 {
		t.Errorf("Han %v, digits %v", han, digits)
	}
}

func TestTicks(t *testing.T) {
	tests := []struct {
		low, high float64
		log       bool
		n         int
		want      []float64
	}{
		{0, 1, false, 5, []float64{0, 0.2, 0.4, 0.6, 0.8, 1}},
		{0.27, 0.48, false, 5, []float64{0.3, 0.35, 0.4, 0.45}},
		{-0.13, 0.08, false, 4, []float64{-0.1, 0}},
		{0, 7_300, false, 4, []float64{0, 2000, 4000, 6000}},
		{0.3, 3.5, true, 5, []float64{0.5, 1, 2}},
		{0.01, 100, true, 6, []float64{0.01, 0.1, 1, 10, 100}},
		{1e-6, 1e6, true, 5, []float64{1e-6, 1e-3, 1, 1e3, 1e6}},
	}
	for _, test := range tests {
		t.Run(fmt.Sprint(test.low, " to ", test.high), func(t *testing.T) {
			got := chart.Ticks(test.low, test.high, test.log, test.n)
			if diff := cmp.Diff(test.want, got, cmpopts.EquateApprox(1e-9, 1e-12)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// luminance is the relative luminance of a colour, as WCAG 2 defines it.
func luminance(t *testing.T, color string) float64 {
	t.Helper()
	if len(color) == 4 {
		color = "#" + strings.Repeat(color[1:2], 2) + strings.Repeat(color[2:3], 2) + strings.Repeat(color[3:4], 2)
	}
	var r, g, b int
	if _, err := fmt.Sscanf(color, "#%02x%02x%02x", &r, &g, &b); err != nil {
		t.Fatalf("%q: %v", color, err)
	}
	linear := func(v int) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func TestContrast(t *testing.T) {
	color := func(ink chart.Ink) string { c, _ := chart.Color(ink); return c }
	for _, ink := range []chart.Ink{"s1", "s2", "s3", "s4", "s5", "s6", "yes", "no", "point"} {
		if got := contrast(t, color(ink), "#fff"); got < 4.5 {
			t.Errorf("%s on white: %.2f", ink, got)
		}
	}
	for ground, ink := range map[chart.Ink]chart.Ink{
		"low": "dark", "medium": "dark", "high": "dark", "critical": "light", "yes": "light", "no": "light", "open": "dark", "exempt": "dark",
	} {
		if got := contrast(t, color(ground), color(ink)); got < 4.5 {
			t.Errorf("text on %s: %.2f", ground, got)
		}
	}
	if _, opacity := chart.Color("faint"); opacity < "0.7" {
		t.Errorf("faint text has the opacity %s", opacity)
	}
}
