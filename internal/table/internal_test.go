package table

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"
)

// TestPack holds packed numbers against their texts: what packs comes back byte for byte, and its float is that of strconv.
func TestPack(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	cases := []string{
		"0", "-1", "0.0", "0.05", "-0.5", "12.50", "99999999999999999", "-9999999999999999.9", "0.00000000000000001",
		"9007199254740993", "1234567.12345678", "12345678", "123456781234567", "1.12345678",
	}
	for range 20000 {
		cases = append(cases, strconv.FormatFloat(r.NormFloat64()*math.Pow(10, float64(r.IntN(12)-4)), 'f', r.IntN(18)-1, 64))
	}
	packed := 0
	for _, text := range cases {
		p, ok := pack([]byte(text))
		if !ok {
			continue
		}
		packed++
		if got := string(appendUnpacked(nil, p)); got != text {
			t.Fatalf("%q came back as %q", text, got)
		}
		want, _ := strconv.ParseFloat(text, 64)
		if got := unpackFloat(p); got != want {
			t.Fatalf("%q is %v, want %v", text, got, want)
		}
	}
	if packed < len(cases)/2 {
		t.Errorf("only %d of %d texts packed", packed, len(cases))
	}
	for _, text := range []string{
		"", "-", "+1", "007", "00.5", "-0", "-0.0", "1.", ".5", "1e3", "1.2.3", "100000000000000000", "0x1", " 1", "1 ", "１",
		"123456789012345678", "1234567:", "/2345678", "12345678a", "--1", "1-",
	} {
		if p, ok := pack([]byte(text)); ok {
			t.Errorf("%q packed to %q", text, appendUnpacked(nil, p))
		}
	}
}

// TestDateTime holds dates and times against the standard library.
func TestDateTime(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 20000 {
		at := time.Unix(r.Int64N(300e9)-62e9, 0).UTC()
		if at.Year() < 1 || at.Year() > 9999 {
			continue
		}
		for _, layout := range []string{time.DateOnly, "2006/1/2", "2006年1月2日"} {
			got, timed, ok := parseDateTime([]byte(at.Format(layout)))
			if want := float64(at.Truncate(24 * time.Hour).Unix()); !ok || timed || got != want {
				t.Fatalf("%s: %v %v %v, want %v", at.Format(layout), got, timed, ok, want)
			}
		}
		for _, layout := range []string{time.DateTime, time.RFC3339, "2006-01-02T15:04:05.000Z", "2006/01/02 15:04:05+0000"} {
			got, timed, ok := parseDateTime([]byte(at.Format(layout)))
			if !ok || !timed || got != float64(at.Unix()) {
				t.Fatalf("%s: %v %v %v, want %v", at.Format(layout), got, timed, ok, at.Unix())
			}
		}
		if got := string(appendTime(nil, at.UnixMilli()+7, 1000, "Z")); got != at.Add(7*time.Millisecond).Format("2006-01-02 15:04:05.999Z") {
			t.Fatalf("%v is written as %s", at, got)
		}
	}
	for _, text := range []string{
		"2023-02-29", "2023-13-01", "2023-00-10", "0000-01-01", "2023-1-1", "2023/01-01", "2023年1月1", "2023-01-01 ", "2023-01-01 24:00",
		"2023-01-01 12:60", "2023-01-01 12:00:60", "2023-01-01 12:00:00.", "2023-01-01 12:00:00+25:00", "2023-01-01T", "20230101", "2023-01-01x",
	} {
		if _, _, ok := parseDateTime([]byte(text)); ok {
			t.Errorf("%q passed as a date or time", text)
		}
	}
}

// TestNumbers holds the parser of numbers against strconv.
func TestNumbers(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 50000 {
		f := math.Float64frombits(r.Uint64())
		if f-f != 0 {
			continue
		}
		for _, text := range []string{
			strconv.FormatFloat(f, 'g', -1, 64), strconv.FormatFloat(f, 'e', r.IntN(25), 64),
			strconv.FormatFloat(r.NormFloat64(), 'f', r.IntN(25), 64),
		} {
			want, err := strconv.ParseFloat(text, 64)
			s, ok := parseNumber([]byte(text), false)
			if !ok || err == nil && s.value != want || err != nil && s.class != classNonFinite {
				t.Fatalf("%s is %v (%v), want %v", text, s, ok, want)
			}
		}
	}
}

// TestStoreSpills moves every block through the temporary file.
func TestStoreSpills(t *testing.T) {
	s := &store{limit: 100}
	v := newVector(s, 8, 16)
	for i := range uint64(1000) {
		v.put64(i)
	}
	if s.file == nil || s.used > 100 {
		t.Fatalf("%d bytes are in memory and the file is %v", s.used, s.file)
	}
	next := byte(0)
	if err := v.each(t.Context(), func(data []byte) {
		for i := 0; i < len(data); i += 8 {
			if data[i] != next {
				t.Fatalf("got %d, want %d", data[i], next)
			}
			next++
		}
	}); err != nil {
		t.Fatal(err)
	}
	v.free()
	if s.used != 0 {
		t.Errorf("%d bytes are still counted", s.used)
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
}
