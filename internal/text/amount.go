package text

import (
	"math"
	"slices"
	"strconv"

	"github.com/plumbline-project/plumbline"
)

// maxDecimals bounds how finely numbers are written to tell them apart.
const maxDecimals = 6

// Limit writes a threshold in its unit: a share in percent, every other number as it was set, without rounding that shows.
func Limit(unit plumbline.Unit, line float64) plumbline.Text {
	return both(func(lang plumbline.Lang) string {
		if unit == plumbline.Share {
			return FormatNumber(lang, line*100, maxDecimals) + "%"
		}
		return FormatNumber(lang, line, maxDecimals)
	})
}

// Amounts writes numbers of one unit that stand side by side, such as a value with its interval: shares in percent, ratios and
// differences with three decimals. All take more decimals where fewer would make one look equal to another or to line, the
// threshold that they are held against.
func Amounts(unit plumbline.Unit, line float64, xs ...float64) []plumbline.Text {
	out := make([]plumbline.Text, len(xs))
	for i, x := range xs {
		out[i] = both(func(lang plumbline.Lang) string { return amount(lang, unit, x, xs) })
	}
	if apart(append(slices.Clone(xs), line), func(x float64) string { return amount(plumbline.English, unit, x, xs) }) {
		return out
	}
	for decimals := 1; decimals <= maxDecimals; decimals++ {
		write := func(x float64) string { return fixedAmount(unit, x, decimals) }
		if apart(append(slices.Clone(xs), line), write) {
			for i, x := range xs {
				out[i] = both(func(plumbline.Lang) string { return write(x) })
			}
			break
		}
	}
	return out
}

// apart reports whether numbers that differ are written differently.
func apart(xs []float64, write func(float64) string) bool {
	for i, x := range xs {
		for _, y := range xs[:i] {
			if x != y && finite(x) && finite(y) && write(x) == write(y) {
				return false
			}
		}
	}
	return true
}

// amount writes x as it reads best beside its neighbours: a difference near 0 keeps the decimals of the others.
func amount(lang plumbline.Lang, unit plumbline.Unit, x float64, beside []float64) string {
	small := math.Abs(x) < 0.0005
	switch unit {
	case plumbline.Share:
		return FormatShare(lang, x)
	case plumbline.Difference:
		if small && slices.ContainsFunc(beside, func(y float64) bool { return math.Abs(y) >= 0.0005 }) {
			return fixedAmount(unit, x, 3)
		}
		return FormatRatio(lang, x)
	case plumbline.Ratio, plumbline.Odds:
		if math.Abs(x) < 10 {
			return FormatRatio(lang, x)
		}
	case plumbline.Count, plumbline.Plain:
		if math.Abs(x) < 1 {
			return FormatNumber(lang, x, 3)
		}
	}
	return FormatNumber(lang, x, 4)
}

func fixedAmount(unit plumbline.Unit, x float64, decimals int) string {
	if !finite(x) {
		return noValue
	}
	sign := ""
	if unit == plumbline.Share {
		x, sign = x*100, "%"
	}
	return signed(x, groupDecimal(strconv.FormatFloat(math.Abs(x), 'f', decimals, 64))+sign)
}

func both(write func(plumbline.Lang) string) plumbline.Text {
	return plumbline.Text{ZH: write(plumbline.Chinese), EN: write(plumbline.English)}
}
