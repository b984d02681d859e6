package report_test

import (
	"bytes"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/report"
)

func summary(t *testing.T, a *plumbline.Assessment, lang plumbline.Lang, color bool) string {
	t.Helper()
	var b bytes.Buffer
	if err := report.Summary(&b, a, lang, color); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// columns counts terminal cells on its own terms: Han, kana, Hangul and full-width forms take two.
func columns(line string) int {
	n := 0
	for _, r := range line {
		n++
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) || r >= 0x3000 && r < 0x3040 || r >= 0xFF00 && r < 0xFF61 {
			n++
		}
	}
	return n
}

func assertScreen(t *testing.T, s string) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
	if len(lines) > 24 {
		t.Errorf("%d lines", len(lines))
	}
	for _, l := range lines {
		if c := columns(l); c > 100 {
			t.Errorf("%d columns: %s", c, l)
		}
		if strings.ContainsFunc(l, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
		}) {
			t.Errorf("a terminal would act on %q", l)
		}
	}
}

func TestSummaryFitsAScreen(t *testing.T) {
	cases := map[string]func() *plumbline.Assessment{
		"fixture": fixture,
		"empty":   func() *plumbline.Assessment { return &plumbline.Assessment{} },
		"hostile": func() *plumbline.Assessment { return poisoned(hostile, true) },
		"much": func() *plumbline.Assessment {
			a := fixture()
			for range 40 {
				a.Findings = append(a.Findings, a.Findings...)[:min(2*len(a.Findings), 2_000)]
				a.Dimensions = append(a.Dimensions, a.Dimensions...)[:min(2*len(a.Dimensions), 100)]
			}
			a.Inputs[0].Rows = math.MaxInt64
			return a
		},
	}
	for name, build := range cases {
		for _, lang := range plumbline.Langs() {
			t.Run(fmt.Sprintf("%s %s", name, lang), func(t *testing.T) { assertScreen(t, summary(t, build(), lang, false)) })
		}
	}
}

func TestSummaryAsText(t *testing.T) {
	for _, lang := range plumbline.Langs() {
		golden(t, "summary."+string(lang)+".txt", summary(t, fixture(), lang, false))
	}
}

func TestColourIsBesideTheWordsOnly(t *testing.T) {
	for _, lang := range plumbline.Langs() {
		colored, bare := summary(t, fixture(), lang, true), summary(t, fixture(), lang, false)
		for _, code := range []string{"\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[1;31m", "\x1b[0m"} {
			if !strings.Contains(colored, code) {
				t.Errorf("%q is never used", code)
			}
			colored = strings.ReplaceAll(colored, code, "")
		}
		if colored != bare {
			t.Errorf("with the colours taken off:\n%s\nwant:\n%s", colored, bare)
		}
	}
}

func TestJSONIsStableAndReadable(t *testing.T) {
	a := poisoned(strings.ToValidUTF8(hostile, ""), true)
	doc := render(t, "json", a, plumbline.English)
	if !bytes.HasSuffix(doc, []byte("}\n")) {
		t.Error("no newline at the end")
	}
	for _, r := range string(doc) {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			t.Fatalf("%U stands in the file as it is", r)
		}
	}
	var back plumbline.Assessment
	decode(t, doc, &back)
	if again := render(t, "json", &back, plumbline.English); !bytes.Equal(doc, again) {
		t.Error("written, read and written again it differs")
	}
}

func TestNumberThatIsNotFiniteIsAnError(t *testing.T) {
	for _, x := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		a := fixture()
		a.Level = plumbline.Number(x)
		for _, f := range report.Formats() {
			var b bytes.Buffer
			if err := f.Render(&b, a, plumbline.English); plumbline.CodeOf(err) != plumbline.Internal || b.Len() > 0 {
				t.Errorf("%s of %v: %v, %d bytes", f.Name, x, err, b.Len())
			}
		}
	}
}

// The page prints the SHA-256 of the very bytes of assessment.json.
func TestPagePrintsTheFingerprintOfTheJSON(t *testing.T) {
	want := sha256Hex(render(t, "json", fixture(), plumbline.English))
	for _, lang := range plumbline.Langs() {
		if got := strings.Count(string(render(t, "html", fixture(), lang)), want); got != 2 {
			t.Errorf("%s prints it %d times, want 2 (versions, sign-off)", lang, got)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{hostile, "", "性别", "\u202eevil", strings.Repeat("长", 5_000), "a\u0301\u0301\u0301\u0301\u0301", "=1+1", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a := &plumbline.Assessment{Workflow: plumbline.Workflow{Title: both(s, s), ID: s}, Tool: plumbline.Tool{Name: s, Version: s}, AsOf: s}
		a.Design.Sensitive = []string{s}
		a.Findings = []plumbline.Finding{{ID: s, Control: s, State: plumbline.NotSatisfied, Statement: both(s, s), Scope: plumbline.Scope{Features: []string{s}}}}
		a.Regimes = []plumbline.RegimeResult{{Regime: plumbline.Regime{Status: "reported-unverified", Banner: both(s, s)}}}
		add(a, s, "selection_rate", plumbline.Scope{Features: []string{s}, Group: []string{s}}, plumbline.Share, 0.5, wilson(0.4, 0.6), 100)
		for _, lang := range plumbline.Langs() {
			assertScreen(t, summary(t, a, lang, false))
			assertInert(t, render(t, "html", a, lang))
		}
		var back plumbline.Assessment
		decode(t, render(t, "json", a, plumbline.English), &back)
		if want := strings.ToValidUTF8(s, "\ufffd"); strings.ToValidUTF8(back.Workflow.ID, "\ufffd") != want && !reflect.DeepEqual([]rune(back.Workflow.ID), []rune(s)) {
			t.Errorf("JSON changed %q to %q", s, back.Workflow.ID)
		}
	})
}

// TestSummaryShowsTheComparison: one line, in both languages, and the screen still fits.
func TestSummaryShowsTheComparison(t *testing.T) {
	a := fixture()
	a.Baseline = &plumbline.Comparison{AsOf: "2026-01-02", New: []string{"a", "b"}, Gone: []string{"c"}, Kept: 7}
	for lang, want := range map[plumbline.Lang]string{
		plumbline.English: "Since 2 January 2026 (other inputs): 2 new, 0 worse, 0 better, 0 resolved, 1 untested, 7 same",
		plumbline.Chinese: "自 2026年1月2日 起（输入不同）：新增 2，变差 0，变好 0，已消除 0，不再有结论 1，不变 7",
	} {
		s := summary(t, a, lang, false)
		assertScreen(t, s)
		if !strings.Contains(s, want) {
			t.Errorf("%q is missing in\n%s", want, s)
		}
	}
}
