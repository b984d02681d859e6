package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/app"
)

// plumb runs the program as a person would.
func plumb(tb testing.TB, args ...string) (code int, stdout, stderr string) {
	tb.Helper()
	var out, errs bytes.Buffer
	code = app.Main(context.Background(), app.Process{
		Args: args, Stdout: &out, Stderr: &errs,
		Now:    func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) },
		Getenv: func(string) string { return "" },
	})
	return code, out.String(), errs.String()
}

// realData lays out a workflow folder of testdata with its real table from ../shared/data, after editing the workflow file.
func realData(t *testing.T, name, file string, edit func(string) string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", name, file))
	if err != nil {
		t.Skipf("the real data of ../shared/data/%s are not here", name)
	}
	yaml, err := os.ReadFile(filepath.Join("testdata", name, "plumbline.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for path, content := range map[string][]byte{file: data, "plumbline.yaml": []byte(edit(string(yaml)))} {
		if err := os.WriteFile(filepath.Join(dir, path), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func same(s string) string { return s }

// assessed runs plumb assess and reads assessment.json back.
func assessed(t *testing.T, dir string, args ...string) *plumbline.Assessment {
	t.Helper()
	code, stdout, stderr := plumb(t, append([]string{"assess", dir, "--json"}, args...)...)
	if code != 0 {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	var a plumbline.Assessment
	if err := json.Unmarshal([]byte(stdout), &a); err != nil {
		t.Fatal(err)
	}
	return &a
}

// published holds an observation against a published number.
type published struct {
	id   string // "metric/scope"
	want float64
}

func compare(t *testing.T, a *plumbline.Assessment, numbers []published) {
	t.Helper()
	have := map[string]plumbline.Observation{}
	for _, o := range a.Observations {
		_, id, _ := strings.Cut(o.ID, "/")
		have[id] = o
	}
	for _, p := range numbers {
		o, ok := have[p.id]
		switch {
		case !ok:
			t.Errorf("no observation %s", p.id)
		case o.Value == nil:
			t.Errorf("%s has no value (%s, suppressed %v)", p.id, o.Undefined, o.Suppressed)
		case !(math.Abs(float64(*o.Value)-p.want) <= 5e-12*math.Max(1, math.Abs(p.want))):
			t.Errorf("%s = %.12g, want %.12g", p.id, float64(*o.Value), p.want)
		}
	}
}

// TestCOMPASFavourable holds the assessment against ProPublica's tables (its notebook, cells 71–77), with the favourable
// outcome as the positive class: a false adverse decision is ProPublica's false positive.
func TestCOMPASFavourable(t *testing.T) {
	a := assessed(t, realData(t, "compas", "compas-scores-two-years.csv", same))
	aa, white := "race=African-American", "race=Caucasian"
	compare(t, a, []published{
		{"selection_rate/" + aa, 1522. / 3696},
		{"selection_rate/" + white, 1600. / 2454},
		{"false_negative_rate", 1282. / (2681 + 1282)},
		{"false_positive_rate", 1216. / (1216 + 2035)},
		{"false_positive_rate/" + aa, 532. / 1901},
		{"false_positive_rate/" + white, 461. / 966},
		{"false_negative_rate/" + aa, 805. / 1795},
		{"false_negative_rate/" + white, 349. / 1488},
		{"negative_predictive_value/" + aa, 1369. / (1369 + 805)},
		{"negative_predictive_value/" + white, 505. / (505 + 349)},
		{"positive_predictive_value/" + aa, 990. / (990 + 532)},
		{"positive_predictive_value/" + white, 1139. / (1139 + 461)},
		{"demographic_parity_difference/race", .4571175950486295},
		{"equalized_odds_difference/race", .5766917293233083},
	})
}

// TestCOMPASAdverse turns the orientation round, which gives the numbers that Fairlearn gives (main at commit ebf8fa75, on
// the 7,214 rows) and ProPublica's own rates.
func TestCOMPASAdverse(t *testing.T) {
	turn := strings.NewReplacer("favourable: [Low]", "favourable: [Medium, High]", "adverse: [Medium, High]", "adverse: [Low]",
		`favourable: ["0"], adverse: ["1"]`, `favourable: ["1"], adverse: ["0"]`, "favourable: low", "favourable: high")
	a := assessed(t, realData(t, "compas", "compas-scores-two-years.csv", turn.Replace))
	var numbers []published
	for _, g := range []struct {
		race           string
		rate, tpr, fpr float64
	}{
		{race: "African-American", rate: 2174. / 3696, tpr: 1369. / 1901, fpr: 805. / 1795},
		{race: "Caucasian", rate: 854. / 2454, tpr: 505. / 966, fpr: 349. / 1488},
		{race: "Asian", rate: .25, tpr: 6. / 9, fpr: 2. / 23},
		{race: "Native American", rate: 12. / 18, tpr: .9, fpr: .375},
	} {
		numbers = append(numbers, published{"selection_rate/race=" + g.race, g.rate},
			published{"true_positive_rate/race=" + g.race, g.tpr}, published{"false_positive_rate/race=" + g.race, g.fpr})
	}
	compare(t, a, append(numbers,
		published{"false_positive_rate", 1282. / 3963}, published{"false_negative_rate", 1216. / 3251},
		published{"demographic_parity_difference/race", .4571175950486295},
		published{"demographic_parity_ratio/race", .31432360742705573},
		published{"equalized_odds_difference/race", .5766917293233083},
		published{"equalized_odds_ratio/race", .19389684039967595},
	))
}

// TestAdult holds the rule "13 or more years of education" against Fairlearn's numbers for it.
func TestAdult(t *testing.T) {
	a := assessed(t, realData(t, "adult", "adult.csv", same))
	compare(t, a, []published{
		{"demographic_parity_difference/sex", .046548103155818976},
		{"equalized_odds_difference/sex", .02219097897790534},
	})
	if n := a.Inputs[0].Rows; n != 32561 {
		t.Errorf("%d rows read", n)
	}
}

// TestGermanCredit counts the sexes that are coded inside another column.
func TestGermanCredit(t *testing.T) {
	a := assessed(t, realData(t, "german", "german.csv", same))
	compare(t, a, []published{{"group_share/sex=male", .69}, {"group_share/sex=female", .31}, {"selection_rate/sex=male", 499. / 690}, {"selection_rate/sex=female", 201. / 310}})
}
