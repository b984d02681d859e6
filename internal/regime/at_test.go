package regime_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/regime"
)

func at(t *testing.T, day string) *regime.Catalog {
	t.Helper()
	c, err := load(t).At(day)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAtKeepsWhatIsInForce(t *testing.T) {
	for _, c := range []struct {
		name, day, ref string
		want           bool
	}{
		{"the day before its first", "2026-08-19", "CN-NDRA", false},
		{"its first day", "2026-08-20", "CN-NDRA", true},
		{"a law that is enacted and not yet in force", "2026-11-22", "US-CO-SB26-189", false},
		{"that law on its first day", "2027-01-01", "US-CO-SB26-189", true},
		{"an article that came later than its act", "2026-07-26", "EU-AIA-4a", false},
		{"that article on its first day", "2026-07-27", "EU-AIA-4a", true},
		{"an article in force that applies later", "2026-11-22", "EU-AIA-10(3)", true},
		{"an article of an act that is not yet in force", "2024-07-31", "EU-AIA-10(3)", false},
		{"an article number that was given in 2026", "2025-12-31", "CN-CSL-61", false},
		{"an instrument without known dates", "1990-01-01", "US-NYC-144", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			cat := at(t, c.day)
			_, instrument := cat.Instrument(c.ref)
			_, article := cat.Article(c.ref)
			if got := instrument || article; got != c.want {
				t.Errorf("%s on %s: %v, want %v", c.ref, c.day, got, c.want)
			}
			mapped := false
			for _, control := range cat.Controls {
				mapped = mapped || slices.ContainsFunc(control.Maps, func(m plumbline.Mapping) bool { return m.Ref == c.ref })
			}
			if !c.want && mapped {
				t.Errorf("a control still maps to %s", c.ref)
			}
		})
	}
}

func TestAtDropsGroundsAndKeepsControls(t *testing.T) {
	whole, old := load(t), at(t, "2021-10-31")
	if len(old.Controls) != len(whole.Controls) || old.SHA256 != whole.SHA256 {
		t.Error("controls or fingerprint changed with the day")
	}
	p := old.Regimes[0].Provisions[3]
	if diff := cmp.Diff([]string{"CN-DSL-45"}, p.GroundedIn); diff != "" {
		t.Errorf("grounds of %s before the Personal Information Protection Law: %s", p.ID, diff)
	}
	if diff := cmp.Diff(load(t), whole); diff != "" {
		t.Errorf("the catalogue itself was changed: %s", diff)
	}
}

func TestAtLeadsSomewhereOnEveryDay(t *testing.T) {
	days := []string{"2016-01-01", "2030-01-01"}
	for _, i := range load(t).Instruments {
		if i.From != "" {
			days = append(days, i.From)
		}
	}
	for _, day := range days {
		c := at(t, day)
		for _, control := range c.Controls {
			for _, m := range control.Maps {
				if in, ok := c.InstrumentOf(m.Ref); !ok || in.From > day {
					t.Errorf("%s: %s maps to %s", day, control.ID, m.Ref)
				}
			}
		}
		again, err := c.At(day)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c, again); diff != "" {
			t.Errorf("%s: the second cut differs: %s", day, diff)
		}
	}
}

func TestAtRefusesWhatIsNoDate(t *testing.T) {
	for _, day := range []string{"", "today", "2026-02-30", "2026-1-1", "20261122", "2026-11-22T00:00:00Z"} {
		if c, err := load(t).At(day); plumbline.CodeOf(err) != plumbline.Invalid || c != nil {
			t.Errorf("%q gives %v", day, err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		if _, err := regime.Load(); err != nil {
			b.Fatal(err)
		}
	}
}
