package check_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
)

// proxied makes rows of sex, decision and one column that value gives.
func proxied(rows int, value func(i, sex int) string) [][]string {
	rng := rand.New(rand.NewPCG(7, 7))
	out := [][]string{{"sex", "decision", "column"}}
	for i := range rows {
		sex := rng.IntN(2)
		decision := 0
		if rng.IntN(10) < 4+3*sex {
			decision = 1
		}
		out = append(out, []string{[]string{"f", "m"}[sex], strconv.Itoa(decision), value(i, sex)})
	}
	return out
}

// person makes an identity number for row i: 18 characters with a valid check character, or 15 digits.
func person(i, sex, length int) string {
	region, year, month, day, serial := []int{11, 12, 13, 14, 15, 21, 22}[i%7]*10_000+101, 1950+i%50, 1+i%12, 1+i/50%28, 2*(i/1400%450)+sex
	if length == 15 {
		return fmt.Sprintf("%d%02d%02d%02d%03d", region, year-1900, month, day, serial)
	}
	body := fmt.Sprintf("%d%d%02d%02d%03d", region, year, month, day, serial)
	check := 0
	for _, d := range body {
		check = (2*check + int(d-'0')) % 11
	}
	return body + string("0123456789X"[(1-2*check%11+11)%11])
}

// TestPerfectProxies holds that a column which settles the feature is found, or that it is said not to have been looked at;
// a column that says nothing is never found.
func TestPerfectProxies(t *testing.T) {
	const found, harmless, unseen = "found", "harmless", "unseen"
	apart := func(values int) func(i, sex int) string {
		return func(i, sex int) string { return fmt.Sprint("v", i*7919%(values/2)*2+sex) }
	}
	for _, c := range []struct {
		name  string
		rows  int
		value func(i, sex int) string
		want  string
	}{
		{"text with 20 values", 2000, apart(20), found},
		{"text with 200 values", 2000, apart(200), found},
		{"text with 5,000 values in ten rows each", 50_000, apart(5000), found},
		{"text with 5,000 values in hardly more rows", 6000, apart(5000), unseen},
		{"text with 5,000 values of which one is common", 20_000, func(i, sex int) string {
			if i%5 > 0 {
				return fmt.Sprint("common", sex)
			}
			return fmt.Sprint("rare", i)
		}, found},
		{"codes beyond a dictionary that hardly repeat", 70_000, func(i, _ int) string { return fmt.Sprint("v", i) }, unseen},
		{"codes beyond a dictionary, most rows in a few", 150_000, func(i, sex int) string {
			if i%2 == 0 {
				return fmt.Sprint("v", i)
			}
			return fmt.Sprint("common", sex)
		}, found},
		{"the last digit of an integer with few values", 4000, func(i, sex int) string { return strconv.Itoa(i%200*2 + sex) }, found},
		{"a number in order", 4000, func(i, sex int) string { return fmt.Sprintf("%.3f", float64(sex)+float64(i)/8000) }, found},
		{"an identity number", 4000, func(i, sex int) string { return person(i, sex, 18) }, found},
		{"an identity number, some missing or wrong", 4000, func(i, sex int) string {
			return []string{person(i, sex, 18), person(i, sex, 18), "unknown", ""}[i%4]
		}, found},
		{"an identity number of 15 digits", 4000, func(i, sex int) string { return person(i, sex, 15) }, found},
		{"identity numbers of 15 digits beyond a dictionary", 70_000, func(i, sex int) string { return person(i, sex, 15) }, found},
		{"identity numbers of 18 digits beyond a dictionary", 70_000, func(i, sex int) string { return person(i, sex, 18) }, unseen},
		{"numbers that only look like it", 4000, func(i, sex int) string { return "X" + person(i, sex, 18)[1:] }, unseen},
		{"text that says nothing", 20_000, func(i, _ int) string { return fmt.Sprint("v", i*7919%1000) }, harmless},
		{"a number that says nothing", 4000, func(i, _ int) string { return strconv.Itoa(i * 7919 % 1009) }, harmless},
		{"one value", 4000, func(int, int) string { return "x" }, harmless},
		{"no value", 4000, func(int, int) string { return "" }, harmless},
	} {
		t.Run(c.name, func(t *testing.T) {
			obs := measure(t, "bias.proxies", inputOf(t, proxied(c.rows, c.value)))
			skill, influence := lookup(t, obs, "proxy_skill/sex/column=column"), lookup(t, obs, "proxy_influence/column=column")
			if c.want == unseen {
				for _, o := range []*plumbline.Observation{skill, influence} {
					if o.Value != nil || o.Undefined != plumbline.TooManyGroups {
						t.Errorf("%s has a value: %+v", o.ID, o)
					}
				}
				return
			}
			p, effect := value(t, obs, "proxy_p/sex/column=column"), value(t, obs, "proxy_p/column=column")
			if isFound := float64(skill.Interval.Low) > 0.25 && p < 0.001 && effect < 0.05; isFound != (c.want == found) {
				t.Errorf("skill %v %+v with p %v; influence %v with p %v", *skill.Value, skill.Interval, p, *influence.Value, effect)
			}
			if c.want == harmless && (float64(skill.Interval.High) > 0.02 || p < 0.001) {
				t.Errorf("skill %v %+v with p %v", *skill.Value, skill.Interval, p)
			}
			if ways := float64(skill.Interval.Family); p < 1e-6*ways*0.999 {
				t.Errorf("p = %v does not count the %v ways of looking at the column", p, ways)
			}
			if v := *skill.Value; skill.Interval.Low > v || skill.Interval.High < v {
				t.Errorf("skill %v outside of %+v", v, skill.Interval)
			}
		})
	}
}

func TestControlFeaturesAreLookedAt(t *testing.T) {
	in := inputOf(t, proxied(2000, func(_, sex int) string { return fmt.Sprint("band", sex) }))
	in.Plan.Control = []string{"column"}
	obs := measure(t, "bias.proxies", in)
	if v := value(t, obs, "proxy_skill/sex/column=column"); v < 0.9 {
		t.Errorf("skill of a control feature that copies sex: %v", v)
	}
}

func TestNestedColumnsAreNamed(t *testing.T) {
	var b bytes.Buffer
	for i := range 60 {
		fmt.Fprintf(&b, "{\"sex\":%q,\"decision\":\"%d\",\"column\":{\"a\":%d}}\n", "fm"[i%2:i%2+1], i%3%2, i)
	}
	tb, err := table.Open(context.Background(), fstest.MapFS{"d.jsonl": {Data: b.Bytes()}}, []string{"d.jsonl"}, table.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tb.Close()
	in := inputOf(t, proxied(1, func(int, int) string { return "" }))
	in.Table = tb
	if o := lookup(t, measure(t, "bias.proxies", in), "proxy_skill/sex/column=column"); o.Value != nil || o.Undefined == "" {
		t.Errorf("a nested column: %+v", o)
	}
}

// TestNoColumnIsDropped: with few subjects some folds are empty, and every column is still measured or named.
func TestNoColumnIsDropped(t *testing.T) {
	for subjects := range 6 {
		rows := proxied(300, func(i, sex int) string { return strconv.Itoa(i % 3 * sex) })
		rows[0] = append(rows[0], "person")
		for i := range rows[1:] {
			rows[i+1] = append(rows[i+1], fmt.Sprint("p", i%(subjects+1)))
		}
		in := inputOf(t, rows)
		in.Plan.Subject = "person"
		obs := measure(t, "bias.proxies", in)
		for _, id := range []string{"proxy_skill/sex/column=column", "proxy_influence/column=column"} {
			o := lookup(t, obs, id)
			if o.Value == nil && o.Undefined != plumbline.TooFew {
				t.Errorf("%d subjects: %+v", subjects+1, o)
			}
			if subjects == 5 && o.Value == nil {
				t.Errorf("six subjects are enough for two folds: %+v", o)
			}
		}
	}
}

// TestSubjectsWidenTheNull draws persons with ten rows each, all alike, whose column has nothing to do with their sex. Small
// p-values are as rare as they should be when the person is declared, and not when rows are taken as independent. Widening
// by the root of the rows per person would give about ten.
func TestSubjectsWidenTheNull(t *testing.T) {
	const draws, persons, each = 120, 150, 10
	rng := rand.New(rand.NewPCG(11, 11))
	small := map[bool]int{}
	for range draws {
		rows := [][]string{{"sex", "decision", "column", "person"}}
		for p := range persons {
			row := []string{[]string{"f", "m"}[rng.IntN(2)], "1", fmt.Sprint("v", rng.IntN(2)), fmt.Sprint("p", p)}
			for range each {
				rows = append(rows, row)
			}
		}
		for _, declared := range []bool{true, false} {
			in := inputOf(t, rows)
			if in.Plan.NotProxies = []string{"person"}; declared {
				in.Plan.Subject = "person"
			}
			obs := measure(t, "bias.proxies", in)
			if o := lookup(t, obs, "proxy_influence/column=column"); o.Undefined != plumbline.Constant {
				t.Fatalf("a constant decision: %+v", o)
			}
			if value(t, obs, "proxy_p/sex/column=column") <= 0.005 {
				small[declared]++
			}
		}
	}
	if small[true] > 3 { // 0.6 are expected
		t.Errorf("%d of %d p-values are at most 0.005 with subjects", small[true], draws)
	}
	if small[false] < draws/4 {
		t.Errorf("only %d of %d p-values are small without subjects: the test has lost its point", small[false], draws)
	}
}

// TestProxiesAreDeterministic: the same rows and seed give the same bytes, and parts of a column do not show up as columns.
func TestProxiesAreDeterministic(t *testing.T) {
	rows := proxied(3000, func(i, sex int) string { return person(i, sex, 18) })
	var seen string
	for range 3 {
		data, err := json.Marshal(measure(t, "bias.proxies", inputOf(t, rows)))
		if err != nil {
			t.Fatal(err)
		}
		if seen != "" && seen != string(data) {
			t.Fatal("two runs differ")
		}
		seen = string(data)
	}
	if strings.Contains(seen, "#") {
		t.Error("a part of a column shows up as a column")
	}
}
