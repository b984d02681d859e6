package text

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/plumbline-project/plumbline"
)

// noValue is shown for a number that is NaN or infinite.
const noValue = "—"

// FormatInt writes n with groups of three digits: 12,345. Both languages group alike.
func FormatInt(_ plumbline.Lang, n int64) string {
	digits := strconv.FormatInt(n, 10)
	if n < 0 {
		return "−" + group(digits[1:])
	}
	return group(digits)
}

// FormatShare writes a share of 0 to 1 in percent with one decimal: 41.2%. Close to 0 and to 1 it takes more decimals, up
// to four, so that only 0 is written 0% and only 1 is written 100%; NaN and infinities give "—".
func FormatShare(_ plumbline.Lang, x float64) string {
	switch {
	case !finite(x):
		return noValue
	case x == 0 || x == 1 || x == -1:
		return signed(x, strconv.FormatFloat(math.Abs(x)*100, 'f', 0, 64)+"%")
	}
	percent := math.Abs(x) * 100
	for decimals := 1; decimals <= 4; decimals++ {
		s := strconv.FormatFloat(percent, 'f', decimals, 64)
		if shown, _ := strconv.ParseFloat(s, 64); shown != 0 && shown != 100 {
			return signed(x, groupDecimal(s)+"%")
		}
	}
	switch {
	case percent < 1:
		return signed(x, "<0.0001%")
	case percent < 100:
		return signed(x, ">99.9999%")
	}
	return signed(x, "100.0001%")
}

// FormatPoints writes a difference of shares, −1 to 1, in percentage points with one decimal and without the unit: 12.3.
// NaN and infinities give "—".
func FormatPoints(lang plumbline.Lang, x float64) string {
	if !finite(x) {
		return noValue
	}
	if points := math.Abs(x) * 100; points != 0 && points < 0.05 {
		return FormatNumber(lang, x*100, 1)
	}
	return signed(x, groupDecimal(strconv.FormatFloat(math.Abs(x)*100, 'f', 1, 64)))
}

// FormatRatio writes a ratio with three decimals: 0.812. A ratio too near to 0 for that, or of 1,000 and more, is written
// with significant digits. NaN and infinities give "—".
func FormatRatio(lang plumbline.Lang, x float64) string {
	switch a := math.Abs(x); {
	case !finite(x):
		return noValue
	case a != 0 && a < 0.0005:
		return FormatNumber(lang, x, 2)
	case a >= 1000:
		return FormatNumber(lang, x, 4)
	}
	return signed(x, strconv.FormatFloat(math.Abs(x), 'f', 3, 64))
}

// FormatNumber writes x with at most the given number of significant digits (1 to 15) and no trailing zeros; digits before
// the decimal point are never rounded away, and are grouped. Numbers under 0.0001, and of 10^15 and more, are written as
// 1.2 × 10⁻⁶. NaN and infinities give "—".
func FormatNumber(_ plumbline.Lang, x float64, digits int) string {
	digits = min(max(digits, 1), 15)
	a := math.Abs(x)
	switch {
	case !finite(x):
		return noValue
	case a == 0:
		return "0"
	case a < 1e-4 || a >= 1e15:
		return signed(x, scientific(a, digits))
	}
	before := int(math.Floor(math.Log10(a))) + 1
	s := strconv.FormatFloat(a, 'f', max(digits-before, 0), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return signed(x, groupDecimal(s))
}

// FormatDate writes a date given as 2006-01-02: 23 November 2026 in English, 2026年11月23日 in Chinese. An empty date
// gives "—"; what is no date is returned as it is, so that it is seen.
func FormatDate(lang plumbline.Lang, iso string) string {
	if iso == "" {
		return noValue
	}
	day, err := time.Parse(time.DateOnly, iso)
	if err != nil {
		return iso
	}
	if lang == plumbline.Chinese {
		return day.Format("2006年1月2日")
	}
	return day.Format("2 January 2006")
}

// FormatList joins items as lang does: "a, b" or "a、b".
func FormatList(lang plumbline.Lang, items []string) string {
	if lang == plumbline.Chinese {
		return strings.Join(items, "、")
	}
	return strings.Join(items, ", ")
}

// plural is "one" where n is 1 and "other" elsewhere, with # replaced by n.
func plural(lang plumbline.Lang, n int64, one, other string) string {
	if n == 1 {
		other = one
	}
	return strings.ReplaceAll(other, "#", FormatInt(lang, n))
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// signed puts a minus before text where x is negative and text is not all zeros.
func signed(x float64, text string) string {
	if x < 0 && strings.ContainsAny(text, "123456789") {
		return "−" + text
	}
	return text
}

func scientific(a float64, digits int) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(a, 'e', digits-1, 64), "e")
	if strings.Contains(mantissa, ".") {
		mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	}
	power, _ := strconv.Atoi(exponent)
	raised := strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶",
		"7", "⁷", "8", "⁸", "9", "⁹").Replace(strconv.Itoa(power))
	return mantissa + " × 10" + raised
}

func groupDecimal(s string) string {
	whole, rest, found := strings.Cut(s, ".")
	if !found {
		return group(whole)
	}
	return group(whole) + "." + rest
}

// group puts a comma between groups of three digits.
func group(digits string) string {
	if len(digits) <= 3 {
		return digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return b.String()
}
