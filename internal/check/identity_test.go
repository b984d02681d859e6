package check

import "testing"

func TestParseIdentity(t *testing.T) {
	for _, c := range []struct {
		name, number string
		want         identity
		ok           bool
	}{
		{"a number with check X", "11010519491231002X", identity{110105, 1949, 0}, true}, // example of GB 11643-1999
		{"a small x", "11010519491231002x", identity{110105, 1949, 0}, true},
		{"a number with a check digit", "440524188001010014", identity{440524, 1880, 1}, true}, // the standard's other example
		{"a wrong check digit", "440524188001010013", identity{}, false},
		{"fifteen digits", "110105491231003", identity{110105, 1949, 1}, true},
		{"fifteen digits that are no date", "110105491331003", identity{}, false},
		{"X in the middle", "1101051949123X002X", identity{}, false},
		{"another length", "1101051949123100", identity{}, false},
		{"other signs", "１１０１０５", identity{}, false},
		{"nothing", "", identity{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, ok := parseIdentity(c.number); ok != c.ok || ok && got != c.want {
				t.Errorf("parseIdentity(%q) = %+v, %v", c.number, got, ok)
			}
		})
	}
}

// FuzzParseIdentity holds the property of ISO 7064 MOD 11-2 that a single changed digit never passes.
func FuzzParseIdentity(f *testing.F) {
	f.Add("11010519491231002X", 3, byte('7'))
	f.Add("440524188001010014", 17, byte('5'))
	f.Add("110105491231003", 0, byte('2'))
	f.Fuzz(func(t *testing.T, number string, at int, digit byte) {
		id, ok := parseIdentity(number)
		if !ok {
			return
		}
		if id.sex > 1 || id.born < 1850 || id.born >= 2100 || id.region > 999_999 {
			t.Fatalf("%q: %+v", number, id)
		}
		if at < 0 || at >= len(number) || len(number) != 18 || number[at] == digit || digit < '0' || digit > '9' {
			return
		}
		if _, ok := parseIdentity(number[:at] + string(rune(digit)) + number[at+1:]); ok {
			t.Fatalf("%q passes with %q at %d", number, digit, at)
		}
	})
}
