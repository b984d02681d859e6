package check_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// TestProxyForms: a column is the feature itself only where that holds of every row, by a relation that no other attribute has.
func TestProxyForms(t *testing.T) {
	names := []string{"x", "y", "z"}
	for _, c := range []struct {
		name, want string
		value      func(i, group int) string // of the column, where the feature has three groups
	}{
		{"numbers of which the groups are bands", "bands", func(i, g int) string { return strconv.Itoa(20*g + i%20) }},
		{"other names of the groups", "values", func(_, g int) string { return names[g] }},
		{"a coarser form", "values", func(_, g int) string { return names[g/2] }},
		{"bands that meet in one row", "", func(i, g int) string {
			if i == 100 {
				return "31"
			}
			return strconv.Itoa(20*g + i%20)
		}},
		{"another name with one exception", "", func(i, g int) string {
			if i == 100 {
				return names[(g+1)%3]
			}
			return names[g]
		}},
		{"texts each of which belongs to one group, as a school or an identity number", "", func(i, g int) string { return fmt.Sprint("school ", 3*(i%40)+g) }},
		{"numbers each of which belongs to one group, without bands", "", func(i, g int) string { return strconv.Itoa(3*(i%20) + g) }},
		{"a form of which half is missing", "", func(i, g int) string { return []string{"", names[g]}[i%2] }},
	} {
		t.Run(c.name, func(t *testing.T) {
			rows := [][]string{{"sex", "decision", "column"}}
			for i := range 1500 {
				g := i / 7 % 3
				rows = append(rows, []string{string(rune('a' + g)), strconv.Itoa((i + g) % 3 / 2), c.value(i, g)})
			}
			obs := measure(t, "bias.proxies", inputOf(t, rows))
			if v := value(t, obs, "proxy_skill/sex/column=column"); v < 0.2 {
				t.Fatalf("the column has a skill of %v; the case tests nothing", v)
			}
			var got []string
			for _, o := range obs {
				if o.Metric == "proxy_form" {
					got = append(got, o.Scope.Item)
				}
			}
			if form := strings.Join(got, " "); form != c.want {
				t.Errorf("form %q, want %q", form, c.want)
			}
		})
	}
}
