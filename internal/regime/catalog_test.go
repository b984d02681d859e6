package regime_test

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/regime"
)

var update = flag.Bool("update", false, "write testdata/controls.golden")

// TestControlsGolden lists the controls as text, so that a change of what is asked is read as one.
func TestControlsGolden(t *testing.T) {
	var b strings.Builder
	for _, c := range load(t).Controls {
		engine, dimension := c.Engine, string(c.Dimension)
		if engine == "" {
			engine = "not built"
		}
		if dimension == "" {
			dimension = "no dimension"
		}
		fmt.Fprintf(&b, "%s | %s | %s | %s | impact %d\n  %s\n  %s\n", c.ID, dimension, c.Method, engine, c.Impact, c.Title.ZH, c.Title.EN)
		for _, r := range c.Rules {
			fmt.Fprintf(&b, "  rule %s: %s %s %s (%s, %s):", r.Name, r.Metric, r.Op, r.Value, r.Unit, r.Source)
			for _, band := range r.Bands {
				fmt.Fprintf(&b, " %s from %s", band.Severity, band.At)
			}
			b.WriteString("\n")
		}
		for _, m := range c.Maps {
			fmt.Fprintf(&b, "  %s %s [%s]", m.Rel, m.Ref, m.Confidence)
			if m.Note.EN != "" {
				b.WriteString(" " + m.Note.EN)
			}
			b.WriteString("\n")
		}
		b.WriteString("\n")
	}
	const name = "testdata/controls.golden"
	if *update {
		if err := os.WriteFile(name, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("the controls changed; read the difference, then run with -update:\n%s", diff)
	}
}

// TestEnginesHaveTheirRules holds the names that the assessment looks up.
func TestEnginesHaveTheirRules(t *testing.T) {
	want := map[string][]string{
		"bias.proxies_declared":         {"MB-01", "max_proxy_skill proxy_skill <= 0.10"},
		"bias.impact_ratio_table":       {"MB-02"},
		"bias.demographic_parity_ratio": {"MB-03", "min_ratio demographic_parity_ratio >= 0.80"},
		"bias.error_rates": {
			"MB-04", "max_equalized_odds_difference equalized_odds_difference <= 0.10",
			"max_equal_opportunity_difference equal_opportunity_difference <= 0.10",
			"max_predictive_parity_difference predictive_parity_difference <= 0.10",
			"max_calibration_in_the_large_difference calibration_in_the_large_difference <= 0.05",
		},
		"bias.mitigation_signed": {"MB-07"},
		"bias.representation":    {"MB-08", "min_representation_ratio representation_ratio >= 0.80"},
		"govern.assessment":      {"GV-03", "min_evidence_share evidence_share >= 0.5"},
		"govern.inventory":       {"GV-01", "min_inventory_share inventory_stated_share >= 1"},
		"explain.documentation": {
			"EX-01", "min_documents_present documents_present >= 1.00", "min_documented_version_current documented_version_current >= 1.00",
		},
		"explain.reasons": {
			"EX-02", "min_reason_coverage reason_coverage >= 1.00", "min_reason_input_known_share reason_input_known_share >= 1.00",
			"max_reason_input_missing_share reason_input_missing_share <= 0.01", "min_reason_agreement_difference reason_agreement_difference >= 0.02",
		},
		"explain.replayability": {
			"EX-03", "min_replayable_share replayable_share >= 1.00", "max_identical_unlike_share identical_unlike_share <= 0.01",
		},
		"explain.surrogate": {
			"EX-06", "min_surrogate_kappa surrogate_kappa >= 0.40", "max_sensitive_importance surrogate_importance <= 0.005",
		},
		"explain.training_data": {"EX-07", "min_training_data_stated_share training_data_stated_share >= 1.00"},
		"oversight.reviews": {
			"HO-02", "max_rubber_stamp_share rubber_stamp_share <= 0.20", "min_review_seconds_median review_seconds_median >= 20",
			"min_adverse_review_share adverse_review_share >= 0.05", "max_review_not_followed_share review_not_followed_share <= 0.01",
			"max_review_unmatched_share review_unmatched_share <= 0.05",
		},
		"bias.sensitive_basis": {
			"PR-01",
			"max_undeclared_personal_column undeclared_personal_column <= 0",
			"max_personal_text_share personal_text_share <= 0",
			"max_text_personal_share text_personal_share <= 0",
		},
		"data.integrity": {
			"DI-05",
			"max_hash_mismatch hash_mismatch <= 0",
			"max_training_overlap_share training_overlap_share <= 0.01",
			"max_label_conflict_share label_conflict_share <= 0.02",
			"max_label_disagreement_share label_disagreement_share <= 0.05",
			"max_one_label_cluster_share one_label_cluster_share <= 0.01",
			"max_category_share_jump category_share_jump <= 0.3",
			"max_single_feature_auc single_feature_auc <= 0.95",
		},
		"data.lineage": {
			"DI-01",
			"min_fingerprint_share fingerprint_share >= 1",
			"min_definition_named definition_named >= 1",
		},
		"data.quality": {
			"DI-04",
			"max_bad_row_share bad_row_share <= 0.001",
			"max_bad_value_share bad_value_share <= 0.01",
			"max_out_of_range_share out_of_range_share <= 0.001",
			"max_kind_changed kind_changed <= 0",
			"max_columns_absent columns_absent <= 0",
			"max_missing_value_share missing_value_share <= 0.2",
			"max_missing_share_increase missing_share_increase <= 0.05",
			"max_duplicate_row_share duplicate_row_share <= 0.001",
			"max_near_duplicate_share near_duplicate_share <= 0.01",
			"max_duplicate_id_share duplicate_id_share <= 0",
			"max_top_value_share top_value_share <= 0.999",
			"max_beyond_range_share beyond_range_share <= 0.01",
			"max_unseen_category_share unseen_category_share <= 0.01",
			"min_minority_share minority_share >= 0.01",
			"max_future_time_share future_time_share <= 0",
			"max_data_age_ratio data_age_ratio <= 1",
			"max_longest_gap_ratio longest_gap_ratio <= 20",
			"max_out_of_order_share out_of_order_share <= 0.01",
			"max_text_duplicate_share text_duplicate_share <= 0.05",
			"max_text_near_duplicate_share text_near_duplicate_share <= 0.1",
			"max_text_age_ratio text_age_ratio <= 1",
		},
		"data.sources": {
			"DI-02",
			"min_provenance_stated provenance_stated >= 1",
		},
		"security.access": {
			"SE-02", "max_open_triggers open_triggers <= 0", "max_open_triggers_to_model open_triggers_to_model <= 0",
		},
		"security.transport": {"SE-03", "max_cleartext_endpoints cleartext_endpoints <= 0", "max_unverified_tls unverified_tls <= 0"},
		"security.injection": {
			"SE-04", "max_direct_injection_paths direct_injection_paths <= 0", "max_indirect_injection_paths indirect_injection_paths <= 0",
		},
		"security.tools": {
			"SE-05", "max_unapproved_tools unapproved_tools <= 0", "max_code_tools code_tools <= 0", "max_model_fed_commands model_fed_commands <= 0",
			"max_model_fed_code model_fed_code <= 0", "max_steered_endpoints steered_endpoints <= 0",
		},
		"security.actions": {
			"SE-06", "max_unapproved_actions unapproved_actions <= 0", "max_unapproved_chains unapproved_chains <= 0",
			"max_ineffective_approvals ineffective_approvals <= 0",
		},
		"security.supply_chain": {
			"SE-07", "max_changed_artifacts changed_artifacts <= 0", "max_unhashed_artifacts unhashed_artifacts <= 0",
			"max_unnamed_models unnamed_models <= 0", "max_unpinned_models unpinned_models <= 0",
		},
		"security.secrets":  {"SE-10", "max_plaintext_secrets plaintext_secrets <= 0"},
		"security.failures": {"SE-11", "max_unhandled_failures unhandled_failures <= 0", "max_swallowed_failures swallowed_failures <= 0"},
		"data.drift":        {"DI-08", "max_psi psi <= 0.10"},
	}
	got := map[string][]string{}
	for _, c := range load(t).Controls {
		if c.Engine == "" {
			continue
		}
		got[c.Engine] = append(got[c.Engine], c.ID)
		for _, r := range c.Rules {
			got[c.Engine] = append(got[c.Engine], strings.Join([]string{r.Name, r.Metric, r.Op, r.Value}, " "))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	engines := regime.Engines()
	if len(engines) != len(want) || !slices.IsSorted(engines) {
		t.Errorf("engines %q", engines)
	}
}

// TestDefaultsAreNoLaw: a threshold that no law sets says so in both languages.
func TestDefaultsAreNoLaw(t *testing.T) {
	for _, c := range load(t).Controls {
		for _, r := range c.Rules {
			if r.Source != "product-default" {
				t.Errorf("%s.%s comes from %s", c.ID, r.Name, r.Source)
			}
			if !strings.Contains(r.Why.EN, "product's default") || !strings.Contains(r.Why.ZH, "产品默认值") {
				t.Errorf("%s.%s does not call itself a default: %v", c.ID, r.Name, r.Why)
			}
		}
	}
	c, _ := load(t).Control("MB-03")
	for _, part := range []string{"neither Chinese nor EU law", "US four-fifths convention"} {
		if !strings.Contains(c.Rules[0].Why.EN, part) {
			t.Errorf("MB-03 lacks %q", part)
		}
	}
}

func TestMappingsLeadSomewhere(t *testing.T) {
	c := load(t)
	for _, control := range c.Controls {
		for _, m := range control.Maps {
			in, ok := c.InstrumentOf(m.Ref)
			if !ok || in.ID != m.Instrument {
				t.Errorf("%s: %s belongs to %q, want %q", control.ID, m.Ref, in.ID, m.Instrument)
			}
			if _, ok := c.Instrument(m.Instrument); !ok {
				t.Errorf("%s: there is no instrument %q", control.ID, m.Instrument)
			}
			if a, ok := c.Article(m.Ref); ok && a.Confidence == "K" && m.Confidence != "K" {
				t.Errorf("%s: %s is mapped as %s and known as %s", control.ID, m.Ref, m.Confidence, a.Confidence)
			}
		}
	}
	used := map[string]bool{}
	for _, control := range c.Controls {
		for _, m := range control.Maps {
			used[m.Ref], used[m.Instrument] = true, true
		}
	}
	for _, r := range c.Regimes {
		for _, p := range r.Provisions {
			for _, ref := range p.GroundedIn {
				in, ok := c.InstrumentOf(ref)
				if !ok {
					t.Errorf("%s: %s belongs to nothing", p.ID, ref)
				}
				used[ref], used[in.ID] = true, true
			}
		}
	}
	for _, i := range c.Instruments {
		if _, ok := c.Source(i.Source); !ok || !used[i.ID] {
			t.Errorf("instrument %s: source %q, used %v", i.ID, i.Source, used[i.ID])
		}
	}
	for _, a := range c.Articles {
		if !used[a.Ref] && a.Ref != "CN-PIPL-24" { // the article as a whole, beside its paragraphs
			t.Errorf("article %s is named by nothing", a.Ref)
		}
	}
	for _, ref := range []string{"CN-PIPLX-1", "", "-", "CN"} {
		if in, ok := c.InstrumentOf(ref); ok {
			t.Errorf("%q belongs to %s", ref, in.ID)
		}
	}
}

func TestReportedRegime(t *testing.T) {
	r, ok := load(t).Regime("cn-aiwf-reported")
	if !ok {
		t.Fatal("the regime is missing")
	}
	if r.Status != "reported-unverified" || r.Banner.ZH != "本要求仅见于媒体报道，未发现对应的官方文件，不产生法律义务；法律效力仅来自所列真实文件。" {
		t.Errorf("status %q, banner %q", r.Status, r.Banner.ZH)
	}
	want := [][]string{ // controls, then grounds
		{
			"GV-03", "DI-01", "DI-02", "DI-03", "DI-04", "DI-05", "DI-06", "DI-07", "DI-08", "MB-01", "MB-02", "MB-03", "MB-04", "MB-05", "MB-06", "MB-07", "MB-08",
			"EX-01", "EX-02", "EX-03", "EX-04", "EX-05", "EX-06", "EX-07", "SE-01", "SE-02", "SE-03", "SE-04", "SE-05", "SE-06", "SE-07", "SE-08", "SE-09",
			"SE-10", "SE-11",
		},
		{"CN-PIPL-55", "CN-ALG-8", "CN-NDRA-5", "CN-NFRA8", "CN-AIETH-15"},
		{"AU-03", "AU-04", "AU-05"},
		{"CN-PICA-5", "CN-PIPL-64", "CN-NDRA-agency"},
		{"DI-01", "EX-01", "EX-03", "EX-06", "EX-07", "RE-03", "RE-05"},
		{"CN-ALG-24", "CN-GAI-19", "CN-NDSR-33"},
		{"RE-01", "RE-02"},
		{"CN-CSL-61", "CN-DSL-45", "CN-PIPL-66"},
	}
	var got [][]string
	for _, p := range r.Provisions {
		got = append(got, p.Controls, p.GroundedIn)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for i, part := range map[int]string{1: "no submission duty found — internal file", 2: "no submission duty found — internal file", 3: "none known"} {
		if !strings.Contains(r.Provisions[i].Note.EN, part) {
			t.Errorf("the note of %s lacks %q", r.Provisions[i].ID, part)
		}
	}
	for _, text := range texts(r) {
		if strings.Contains(text.text.EN, "mandate") || strings.Contains(text.text.EN, "this law") {
			t.Errorf("%s is told as law: %s", text.at, text.text.EN)
		}
	}
}

// TestWords: both languages everywhere, no doubt shipped, and no claim of conformity. Titles of real instruments stay as
// they are.
func TestWords(t *testing.T) {
	all := texts(*load(t))
	if len(all) < 300 {
		t.Fatalf("%d texts: the walk is broken", len(all))
	}
	for _, x := range all {
		zh, en := strings.ReplaceAll(x.text.ZH, "合规审计", ""), strings.ToLower(x.text.EN)
		if !strings.ContainsFunc(zh, func(r rune) bool { return unicode.Is(unicode.Han, r) }) || en == "" {
			t.Errorf("%s lacks a language: %+v", x.at, x.text)
		}
		for _, claim := range []string{"符合", "合规", "达标", "[?]"} {
			if strings.Contains(zh, claim) {
				t.Errorf("%s holds %q: %s", x.at, claim, zh)
			}
		}
		for _, claim := range []string{"compliant", "complies", "in compliance", "conforms", "certified", "[?]"} {
			if strings.Contains(en, claim) {
				t.Errorf("%s holds %q: %s", x.at, claim, en)
			}
		}
		if strings.ContainsAny(zh, ",;!?") {
			t.Errorf("%s has half-width punctuation: %s", x.at, zh)
		}
	}
}

type located struct {
	at   string
	text plumbline.Text
}

// texts finds the texts in a value, empty ones left out.
func texts(v any) []located {
	var out []located
	var walk func(v reflect.Value, at string)
	walk = func(v reflect.Value, at string) {
		if t, ok := reflect.TypeAssert[plumbline.Text](v); ok {
			if !t.IsZero() {
				out = append(out, located{at, t})
			}
			return
		}
		if k := v.Kind(); k == reflect.Slice || k == reflect.Array {
			for i := range v.Len() {
				walk(v.Index(i), fmt.Sprintf("%s[%d]", at, i))
			}
		} else if k == reflect.Struct {
			for i := range v.NumField() {
				walk(v.Field(i), at+"."+v.Type().Field(i).Name)
			}
		}
	}
	walk(reflect.ValueOf(v), "")
	return out
}

func TestMatrixIsMonotone(t *testing.T) {
	m := load(t).Matrix
	for l := 1; l <= 5; l++ {
		for i := 1; i <= 5; i++ {
			at := m.Level(l, i).Rank()
			if at == 0 || m.Level(l+1, i).Rank() < at || m.Level(l, i+1).Rank() < at {
				t.Errorf("level %d at likelihood %d, impact %d; more likely %d, worse %d", at, l, i, m.Level(l+1, i).Rank(), m.Level(l, i+1).Rank())
			}
		}
	}
	if m.Level(1, 1) != plumbline.Low || m.Level(5, 5) != plumbline.Critical {
		t.Errorf("corners %s and %s", m.Level(1, 1), m.Level(5, 5))
	}
}

func TestScale(t *testing.T) {
	c := load(t)
	for s, want := range map[plumbline.Severity]int{plumbline.Low: 2, plumbline.Medium: 3, plumbline.High: 4, plumbline.Critical: 5, "": 1, "dire": 1} {
		if got := c.Likelihood(s); got != want {
			t.Errorf("likelihood of %q is %d, want %d", s, got, want)
		}
	}
	for _, x := range []struct {
		control int
		sector  string
		want    int
	}{
		{3, "finance", 4},
		{3, "health", 4},
		{3, "public-services", 4},
		{3, "employment", 4},
		{3, "education", 4},
		{3, "other", 3},
		{3, "", 3},
		{5, "finance", 5},
		{0, "other", 1},
		{9, "other", 5},
	} {
		if got := c.Impact(x.control, x.sector); got != x.want {
			t.Errorf("impact %d in %q is %d, want %d", x.control, x.sector, got, x.want)
		}
	}
	if c.Scale.Likelihood[0].EN != "rare" || c.Scale.Likelihood[4].EN != "almost certain" || c.Scale.Impact[0].EN != "negligible" || c.Scale.Impact[4].EN != "severe" {
		t.Errorf("scale %v", c.Scale)
	}
}

func TestLookups(t *testing.T) {
	c := load(t)
	if got, ok := c.Control("MB-08"); !ok || got.ID != "MB-08" {
		t.Errorf("Control: %q %v", got.ID, ok)
	}
	if got, ok := c.Article("CN-PIPL-24¶1"); !ok || got.Instrument != "CN-PIPL" || got.Confidence != "S" {
		t.Errorf("Article: %+v %v", got, ok)
	}
	if got, ok := c.InstrumentOf("CN-NFRA8"); !ok || got.Force != "normative-doc" {
		t.Errorf("InstrumentOf: %+v %v", got, ok)
	}
	_, control := c.Control("MB-99")
	_, of := c.Regime("eu")
	_, instrument := c.Instrument("CN-AI")
	_, article := c.Article("CN-PIPL-99")
	_, source := c.Source("?")
	if control || of || instrument || article || source {
		t.Error("what is not there was found")
	}
}
