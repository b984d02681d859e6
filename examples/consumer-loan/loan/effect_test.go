package loan_test

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plumbline-project/plumbline/examples/consumer-loan/loan"
)

type decisions = []loan.Decision

// where says which decisions count.
type where func(*loan.Decision) bool

// share is the share of the rows in group for which is holds, and the number of those rows.
func share(rows decisions, group, is where) (rate, n float64) {
	hits := 0.0
	for i := range rows {
		if group(&rows[i]) {
			n++
			if is(&rows[i]) {
				hits++
			}
		}
	}
	return hits / n, n
}

func approved(d *loan.Decision) bool { return d.Approved == "1" }
func everybody(*loan.Decision) bool  { return true }

func sexIs(sex string) where { return func(d *loan.Decision) bool { return d.Sex == sex } }

func ageIs(from, below int32) where {
	return func(d *loan.Decision) bool { return d.Age >= from && d.Age < below }
}

func regionIs(region string) where { return func(d *loan.Decision) bool { return d.Region == region } }

func both(a, b where) where { return func(d *loan.Decision) bool { return a(d) && b(d) } }

// bands are the age bands of plumbline.yaml.
func bands() []where { return []where{ageIs(0, 30), ageIs(30, 45), ageIs(45, 60), ageIs(60, 200)} }

// ratio is the approval rate of a group over the highest rate of the others.
func ratio(rows decisions, group where, others ...where) float64 {
	own, _ := share(rows, group, approved)
	best := own
	for _, o := range others {
		r, _ := share(rows, o, approved)
		best = max(best, r)
	}
	return own / best
}

// cells are the groups of sex and age band together, without those of unknown sex.
func cells() []where {
	var out []where
	for _, sex := range []string{"female", "male"} {
		for _, b := range bands() {
			out = append(out, both(sexIs(sex), b))
		}
	}
	return out
}

// overstated is the mean score less the share repaid, among the labelled rows of a group.
func overstated(rows decisions, group where) float64 {
	sum, n := 0.0, 0.0
	for i := range rows {
		if d := &rows[i]; d.Repaid != "" && group(d) {
			sum += d.Score
			n++
			if d.Repaid == "1" {
				sum--
			}
		}
	}
	return sum / n
}

// skill is the share of the uncertainty about target that column removes: tables from the even rows, judged on the odd ones.
func skill(rows decisions, column, target func(*loan.Decision) string) float64 {
	counts, base := map[[2]string]float64{}, map[string]float64{}
	seen := map[string]float64{}
	for i := 0; i < len(rows); i += 2 {
		x, t := column(&rows[i]), target(&rows[i])
		counts[[2]string{x, t}]++
		seen[x]++
		base[t]++
	}
	n, k := float64((len(rows)+1)/2), float64(len(base))
	loss, without := 0.0, 0.0
	for i := 1; i < len(rows); i += 2 {
		x, t := column(&rows[i]), target(&rows[i])
		loss -= math.Log((counts[[2]string{x, t}] + 1) / (seen[x] + k))
		without -= math.Log(base[t] / n)
	}
	return 1 - loss/without
}

func sexOf(d *loan.Decision) string      { return d.Sex }
func regionOf(d *loan.Decision) string   { return d.Region }
func categoryOf(d *loan.Decision) string { return d.Category }
func areaOf(d *loan.Decision) string     { return d.Area }

// generate makes data or fails the test.
func generate(t *testing.T, rows int, seed uint64, defects ...loan.Defect) *loan.Data {
	t.Helper()
	data, err := loan.Generate(loan.Config{Rows: rows, Seed: seed, Defects: defects})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// An effect is a number of README.md.
type effect struct {
	name    string
	defect  loan.Defect // what makes it
	null    float64     // without any defect
	measure func(decisions) float64
}

func effects() []effect {
	women, men, mid := sexIs("female"), sexIs("male"), ageIs(45, 60)
	return []effect{
		{"sex_ratio", loan.SexPenalty, 1, func(d decisions) float64 { return ratio(d, women, men) }},
		{"age_60_plus_ratio", loan.AgeCliff, 1, func(d decisions) float64 { return ratio(d, bands()[3], bands()...) }},
		{"women_45_59_ratio", loan.Intersection, 1, func(d decisions) float64 { return ratio(d, both(women, mid), cells()...) }},
		{"northeast_representation", loan.RegionRepresentation, 1, func(d decisions) float64 {
			s, _ := share(d, everybody, regionIs("东北"))
			return s / 0.10
		}},
		{"category_tells_sex", loan.Proxy, 0, func(d decisions) float64 { return skill(d, categoryOf, sexOf) }},
		{"area_tells_region", loan.Proxy, 0, func(d decisions) float64 { return skill(d, areaOf, regionOf) }},
		{"southwest_overstated", loan.Calibration, 0, func(d decisions) float64 { return overstated(d, regionIs("西南")) }},
		{"unknown_sex_ratio", loan.MissingSex, 1, func(d decisions) float64 { return ratio(d, sexIs(""), women, men) }},
	}
}

// stated reads the sizes of a README: name, alone, all.
func stated(t *testing.T, file string) map[string][2]float64 {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", file))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][2]float64{}
	row := regexp.MustCompile("(?m)^\\| `([a-z0-9_]+)` \\| [^|]+ \\| ([0-9.]+) \\| ([0-9.]+) \\|$")
	for _, m := range row.FindAllStringSubmatch(string(text), -1) {
		alone, err1 := strconv.ParseFloat(m[2], 64)
		all, err2 := strconv.ParseFloat(m[3], 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("%s: %s: %v %v", file, m[0], err1, err2)
		}
		out[m[1]] = [2]float64{alone, all}
	}
	return out
}

func TestEffectsAreThoseOfTheReadme(t *testing.T) {
	const tolerance = 0.05
	sizes := stated(t, "README.md")
	if diff := cmp.Diff(sizes, stated(t, "README.zh-CN.md")); diff != "" {
		t.Errorf("the READMEs differ: %s", diff)
	}
	if len(sizes) != len(effects()) {
		t.Fatalf("README.md states %d sizes, want %d: %v", len(sizes), len(effects()), sizes)
	}
	all := generate(t, 50_000, 1, loan.Defects()...).Decisions
	none := generate(t, 50_000, 1).Decisions
	for _, e := range effects() {
		alone := generate(t, 50_000, 1, e.defect).Decisions
		for _, c := range []struct {
			variant string
			rows    decisions
			want    float64
		}{{"alone", alone, sizes[e.name][0]}, {"all", all, sizes[e.name][1]}, {"none", none, e.null}} {
			t.Run(e.name+" "+c.variant, func(t *testing.T) {
				if got := e.measure(c.rows); math.Abs(got-c.want) > tolerance {
					t.Errorf("got %.3f, want %.2f ± %.2f", got, c.want, tolerance)
				}
			})
		}
	}
}

// A defect that is planted alone must not show in what names another one. Two do by nature: women of 45–59 are women, and
// a stand-in for sex moves the rates of sex a little.
func TestDefectStaysWithItsOwnEffect(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: one goroutine, many rows; the race detector finds nothing here")
	}
	const slack = 0.12
	for _, planted := range loan.Defects() {
		t.Run(string(planted), func(t *testing.T) {
			rows := generate(t, 50_000, 2, planted).Decisions
			for _, e := range effects() {
				if e.defect == planted || planted == loan.SexPenalty && e.defect == loan.Intersection {
					continue
				}
				if got := e.measure(rows); math.Abs(got-e.null) > slack {
					t.Errorf("%s is %.3f, want about %.0f", e.name, got, e.null)
				}
			}
		})
	}
}

func TestIntersectionHidesInItsMargins(t *testing.T) {
	rows := generate(t, 50_000, 1, loan.Intersection).Decisions
	if got := ratio(rows, sexIs("female"), sexIs("male")); got < 0.88 {
		t.Errorf("sex: ratio %.3f, want at least 0.88", got)
	}
	for i, b := range bands() {
		if got := ratio(rows, b, bands()...); got < 0.88 {
			t.Errorf("age band %d: ratio %.3f, want at least 0.88", i, got)
		}
	}
}

// Without defects the squared standard scores of group rates average 1 over many seeds: no gap beyond sampling noise, and
// no less noise than sampling gives.
func TestNullGapsAreSamplingNoise(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: one goroutine, many rows; the race detector finds nothing here")
	}
	const seeds, rows = 30, 12_000
	groups := slices.Concat([]where{sexIs("female"), sexIs("")}, bands(), cells())
	for _, r := range []string{"华东", "华北", "华南", "西南", "西北", "东北"} {
		groups = append(groups, regionIs(r))
	}
	sum, worst, over := 0.0, 0.0, 0.0
	for seed := range uint64(seeds) {
		d := generate(t, rows, 100+seed).Decisions
		p, _ := share(d, everybody, approved)
		for _, g := range groups {
			rate, n := share(d, g, approved)
			z := (rate - p) / math.Sqrt(p*(1-p)/n*(1-n/rows))
			sum += z * z
			worst = max(worst, math.Abs(z))
		}
		over += overstated(d, everybody) / seeds
	}
	if mean := sum / float64(seeds*len(groups)); mean < 0.75 || mean > 1.35 {
		t.Errorf("mean squared score %.3f, want about 1", mean)
	}
	if worst > 4.75 {
		t.Errorf("largest score %.2f", worst)
	}
	if math.Abs(over) > 0.005 {
		t.Errorf("the score over-states repayment by %.4f, want about 0", over)
	}
}

// TestSizesOfOtherDefects measures what both READMEs say of the defects of data, explanation and oversight in their tables.
func TestSizesOfOtherDefects(t *testing.T) {
	none := generate(t, 50_000, 1)
	under := func(d *loan.Decision) bool { return d.Score < 0.715 && d.Score >= 0.685 }
	refused := func(d *loan.Decision) bool { return d.Approved == "0" }
	of := func(d *loan.Data, group, is where) float64 {
		x, _ := share(d.Decisions, group, is)
		return x
	}
	trained := func(d *loan.Data, is func(e, before *loan.Example) bool) float64 {
		n := 0.0
		for i := 1; i < len(d.Training); i++ {
			if is(&d.Training[i], &d.Training[i-1]) {
				n++
			}
		}
		return n / float64(len(d.Training)-1)
	}
	follows := func(d *loan.Data, is func(c, before *loan.Decision) bool) float64 {
		n := 0.0
		for i := 1; i < len(d.Decisions); i++ {
			if is(&d.Decisions[i], &d.Decisions[i-1]) {
				n++
			}
		}
		return n / float64(len(d.Decisions)-1)
	}
	for _, c := range []struct {
		defect     loan.Defect
		null, want float64
		measure    func(*loan.Data) float64
	}{
		{loan.Drift, 1, 1.4, func(d *loan.Data) float64 {
			sum, base := 0.0, 0.0
			for i := range d.Decisions {
				sum, base = sum+float64(d.Decisions[i].Income), base+float64(none.Decisions[i].Income)
			}
			return sum / base
		}},
		{loan.Duplicates, 0, 0.016, func(d *loan.Data) float64 {
			return follows(d, func(c, before *loan.Decision) bool { return *c == *before })
		}},
		{loan.Duplicates, 0, 0.008, func(d *loan.Data) float64 {
			return follows(d, func(c, before *loan.Decision) bool { return c.ID == before.ID && *c != *before })
		}},
		{loan.MissingIncome, 0, 0.3, func(d *loan.Data) float64 {
			return of(d, everybody, func(c *loan.Decision) bool { return c.Income == 0 && c.IncomeBand == "" })
		}},
		{loan.ConstantColumn, -1, 1, func(d *loan.Data) float64 {
			return of(d, everybody, func(c *loan.Decision) bool { return c.Device == "android" })
		}},
		{loan.OutOfRange, 0, 0.01, func(d *loan.Data) float64 {
			return of(d, everybody, func(c *loan.Decision) bool { return c.DebtRatio > 1 })
		}},
		{loan.UnseenCategory, 0, 0.04, func(d *loan.Data) float64 {
			return of(d, everybody, func(c *loan.Decision) bool { return c.Purpose == "digital-assets" })
		}},
		{loan.LabelFlip, 0, 0.08, func(d *loan.Data) float64 {
			return trained(d, func(e, before *loan.Example) bool {
				return e.Income == before.Income && e.DebtRatio == before.DebtRatio && e.Amount == before.Amount && e.Age == before.Age
			})
		}},
		{loan.Leakage, -1, 1, func(d *loan.Data) float64 {
			return trained(d, func(e, _ *loan.Example) bool {
				return e.Calls <= 2 && e.Repaid == "1" || e.Calls >= 3 && e.Calls <= 9 && e.Repaid == "0"
			})
		}},
		{loan.OutOfOrder, 0, 0.032, func(d *loan.Data) float64 {
			return follows(d, func(c, before *loan.Decision) bool { return c.DecidedAt.Before(before.DecidedAt) })
		}},
		{loan.UndeclaredIdentity, 0, 0.2, func(d *loan.Data) float64 {
			return of(d, everybody, func(c *loan.Decision) bool { return strings.HasPrefix(c.Remark, "客户要求致电") })
		}},
		{loan.MissingReason, 0, 0.2, func(d *loan.Data) float64 {
			return of(d, refused, func(c *loan.Decision) bool { return c.Reasons == "" })
		}},
		{loan.UnknownReason, 0, 0.05, func(d *loan.Data) float64 {
			return of(d, refused, func(c *loan.Decision) bool { return strings.Contains(c.Reasons, "guarantor_rating") })
		}},
		{loan.Inconsistent, 0, 0.03, func(d *loan.Data) float64 {
			return follows(d, func(c, before *loan.Decision) bool {
				return c.Score == before.Score && c.Approved != before.Approved && c.Amount == before.Amount && c.Income == before.Income
			})
		}},
		{loan.NoVersion, 0, 0.3, func(d *loan.Data) float64 {
			return of(d, everybody, func(c *loan.Decision) bool { return c.Model == "" })
		}},
		{loan.Unreviewed, 0, 0.9, func(d *loan.Data) float64 {
			return of(d, both(refused, under), func(c *loan.Decision) bool { return c.Route == "auto" })
		}},
	} {
		t.Run(string(c.defect), func(t *testing.T) {
			tolerance := max(0.1*c.want, 0.002)
			if got := c.measure(generate(t, 50_000, 1, c.defect)); math.Abs(got-c.want) > tolerance {
				t.Errorf("planted: %.4f, want %.4f", got, c.want)
			}
			if got := c.measure(none); c.null >= 0 && math.Abs(got-c.null) > 0.002 {
				t.Errorf("not planted: %.4f, want %.4f", got, c.null)
			}
		})
	}
}
