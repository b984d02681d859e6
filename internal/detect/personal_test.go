package detect_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/plumbline-project/plumbline/internal/detect"
)

const lastYear = 2026

// columnKind is what a column of values is.
func columnKind(header string, values []string) detect.PersonalKind {
	c := detect.NewPersonalColumn(header, lastYear)
	for _, v := range values {
		c.Add([]byte(v), 1)
	}
	k, _ := c.Kind()
	return k
}

func TestReferenceValues(t *testing.T) {
	raw, err := os.ReadFile("testdata/personal.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Source string
		Cases  []struct{ Value, Kind, Note string }
	}
	if err := json.Unmarshal(raw, &file); err != nil || file.Source == "" || len(file.Cases) < 30 {
		t.Fatalf("%d cases: %v", len(file.Cases), err)
	}
	for _, c := range file.Cases {
		values := make([]string, 30)
		for i := range values {
			values[i] = c.Value
		}
		got := columnKind("x", values)
		if c.Kind == string(detect.Mobile) { // one prefix only: a column of running numbers looks the same
			got = columnKind("手机号", values)
		}
		if string(got) != c.Kind {
			t.Errorf("%s (%q): %q, want %q", c.Note, c.Value, got, c.Kind)
		}
	}
}

func TestParseIdentity(t *testing.T) {
	for _, c := range []struct {
		name, number string
		want         detect.Identity
		ok           bool
	}{
		{"a number with check X", "11010519491231002X", detect.Identity{Region: 110105, Born: 1949}, true}, // example of GB 11643-1999
		{"a small x", "11010519491231002x", detect.Identity{Region: 110105, Born: 1949}, true},
		{"a number with a check digit", "440524188001010014", detect.Identity{Region: 440524, Born: 1880, Sex: 1}, true}, // the standard's other example
		{"a wrong check digit", "440524188001010013", detect.Identity{}, false},
		{"fifteen digits", "110105491231003", detect.Identity{Region: 110105, Born: 1949, Sex: 1}, true},
		{"fifteen digits that are no date", "110105491331003", detect.Identity{}, false},
		{"X in the middle", "1101051949123X002X", detect.Identity{}, false},
		{"another length", "1101051949123100", detect.Identity{}, false},
		{"other signs", "１１０１０５", detect.Identity{}, false},
		{"born in the future", "110105204912310025", detect.Identity{}, false},
		{"nothing", "", detect.Identity{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, ok := detect.ParseIdentity(c.number, lastYear); ok != c.ok || ok && got != c.want {
				t.Errorf("ParseIdentity(%q) = %+v, %v", c.number, got, ok)
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
		id, ok := detect.ParseIdentity(number, lastYear)
		if !ok {
			return
		}
		if id.Sex > 1 || id.Born < 1850 || id.Born > lastYear || id.Region > 999_999 {
			t.Fatalf("%q: %+v", number, id)
		}
		if at < 0 || at >= len(number) || len(number) != 18 || number[at] == digit || digit < '0' || digit > '9' {
			return
		}
		if _, ok := detect.ParseIdentity(number[:at]+string(rune(digit))+number[at+1:], lastYear); ok {
			t.Fatalf("%q passes with %q at %d", number, digit, at)
		}
	})
}

// FuzzPersonal holds that hits are inside the text, in order, apart, and the same each time.
func FuzzPersonal(f *testing.F) {
	f.Add("电话13800138000，邮箱user@example.com；身份证11010519491231002X。")
	f.Add("a:::@..--++%%\xff\x00 4111-1111-1111-1111")
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, h := range detect.Personal([]byte(s), lastYear) {
			if h.Start < end || h.End <= h.Start || h.End > len(s) || h.Kind == "" {
				t.Fatalf("%q: %+v after %d", s, h, end)
			}
			end = h.End
		}
		c := detect.NewPersonalColumn(s, lastYear)
		c.Add([]byte(s), 3)
		if _, share := c.Kind(); share < 0 || share > 1 {
			t.Fatalf("share %v", share)
		}
	})
}

func TestFreeText(t *testing.T) {
	text := "客户王小明，电话13800138000（家），tel:13912345678, 邮箱 user@example.com. 身份证11010519491231002X；卡 6200000000000005，订单20261125123456789。"
	var got []detect.PersonalKind
	for _, h := range detect.Personal([]byte(text), lastYear) {
		got = append(got, h.Kind)
	}
	want := []detect.PersonalKind{detect.Mobile, detect.Mobile, detect.Email, detect.ResidentID, detect.BankCard}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, s := range []string{"order A13800138000B", "v1.2.3", "10:20:30", "2026-11-25", "0.13800138000", "138001380001"} {
		if hits := detect.Personal([]byte(s), lastYear); len(hits) > 0 {
			t.Errorf("%q: %+v", s, hits)
		}
	}
}

// TestRandomNumbersRarelyPass draws a million random order numbers of each length and holds the rates that the detectors state.
func TestRandomNumbersRarelyPass(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 11))
	const draws = 1_000_000
	most := map[int]map[detect.PersonalKind]float64{ // per million, as stated, with room for five standard deviations
		11: {detect.Mobile: 61_000},
		16: {detect.BankCard: 23_500},
		18: {detect.ResidentID: 45, detect.CreditCode: 11_300, detect.BankCard: 1_900},
		19: {detect.BankCard: 12_000},
	}
	for digits, rates := range most {
		got := map[detect.PersonalKind]float64{}
		column := detect.NewPersonalColumn("order_no", lastYear)
		var buf []byte
		for range draws {
			buf = buf[:0]
			for range digits {
				buf = append(buf, byte('0'+rng.IntN(10)))
			}
			for _, h := range detect.Personal(buf, lastYear) {
				got[h.Kind]++
			}
			column.Add(buf, 1)
		}
		for k, n := range got {
			if n > rates[k] {
				t.Errorf("%d digits: %v in a million are taken for %s, stated are %v", digits, n, k, rates[k])
			}
		}
		if digits == 11 && got[detect.Mobile] < 50_000 {
			t.Errorf("%v mobiles: the test draws nothing that could pass", got[detect.Mobile])
		}
		if k, share := column.Kind(); k != "" {
			t.Errorf("%d digits: a column of order numbers became %s (%v)", digits, k, share)
		}
		if _, hits, _ := column.Inside(); hits > 0 {
			t.Errorf("%d digits: %d hits inside texts that hold one number each", digits, hits)
		}
	}
}

// TestFalseColumns makes 10,000 columns of 20 to 60 random numbers; none may become personal data.
func TestFalseColumns(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	for range 10_000 {
		digits := []int{11, 13, 15, 16, 18, 19}[rng.IntN(6)]
		c := detect.NewPersonalColumn("order", lastYear)
		for range 20 + rng.IntN(40) {
			b := make([]byte, digits)
			for i := range b {
				b[i] = byte('0' + rng.IntN(10))
			}
			c.Add(b, 1)
		}
		if k, share := c.Kind(); k != "" {
			t.Fatalf("%d digits became %s with %v", digits, k, share)
		}
	}
}

func TestColumns(t *testing.T) {
	running := make([]string, 100)
	mobiles := make([]string, 100)
	for i := range running {
		running[i] = strconv.Itoa(13_000_000_000 + i)
		mobiles[i] = strconv.Itoa(13_000_000_000 + i*61_234_567)
	}
	times := func(s ...string) (out []string) {
		for range 10 {
			out = append(out, s...)
		}
		return out
	}
	for _, c := range []struct {
		name, header string
		values       []string
		want         detect.PersonalKind
	}{
		{"running numbers that look like mobiles", "order_no", running, ""},
		{"the same under the header of a phone", "mobile", running, detect.Mobile},
		{"mobiles without a word in the header", "f17", mobiles, detect.Mobile},
		{"Chinese names", "客户姓名", times("王小明", "欧阳小红"), detect.PersonName},
		{"English names", "customer_name", times("Ada Example", "Bo Sample"), detect.PersonName},
		{"names in small letters", "full_name", times("ada example", "bo sample-made"), detect.PersonName},
		{"one small word is no name", "full_name", times("pending", "granted"), ""},
		{"products are no persons", "product_name", times("王小明", "Ada Example"), ""},
		{"names without a header", "f1", times("王小明"), ""},
		{"addresses", "家庭住址", times("北京市朝阳区某某路1号"), detect.Address},
		{"English addresses", "homeAddress", times("1 Example Street"), detect.Address},
		{"passports", "passport_no", times("E12345678", "G12345678"), detect.Passport},
		{"codes that look like passports", "code", times("E12345678"), ""},
		{"old identity numbers under a header", "身份证号", times("110105491231003"), detect.ResidentID},
		{"the same without one", "f2", times("110105491231003", "110105491231003"), ""},
		{"birth dates", "date_of_birth", times("1990-01-31"), detect.BirthDate},
		{"other dates", "decided_at", times("1990-01-31"), ""},
		{"e-mail", "x", times("a1@example.com", "a2@example.com"), detect.Email},
		{"landlines", "tel", times("010-12345678"), detect.Phone},
		{"an empty column", "手机", nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := columnKind(c.header, c.values); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func BenchmarkPersonalColumn(b *testing.B) {
	for _, v := range []string{"华东", "A17", "11010519491231002X", "2026112512345678901", "13800138000", "subject-1234567", "申请人表示收入稳定，联系电话13800138000，请尽快处理，谢谢。"} {
		b.Run(fmt.Sprint(len(v), "-bytes"), func(b *testing.B) {
			c := detect.NewPersonalColumn("x", lastYear)
			s := []byte(v)
			for b.Loop() {
				c.Add(s, 1)
			}
		})
	}
}
