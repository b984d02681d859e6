package stat

import (
	"errors"
	"math/big"
	"strings"
)

// Decimal is a decimal number of at most 18 digits, exactly. Thresholds are decimals and shares are quotients of counts:
// compared in floating point, 0.32/0.4 falls short of 0.8. The zero value is 0.
type Decimal struct {
	digits int64
	scale  int // digits after the point
}

var errDecimal = errors.New("not a decimal number: want an optional sign, digits and an optional point with digits, 18 digits at most, as in 0.8")

// ParseDecimal reads a decimal in plain notation: an optional sign, digits, and an optional point followed by digits; 18
// digits at most. Exponents, spaces, separators and bare points are errors.
func ParseDecimal(s string) (Decimal, error) {
	sign, rest := int64(1), s
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		if rest[0] == '-' {
			sign = -1
		}
		rest = rest[1:]
	}
	whole, part, point := strings.Cut(rest, ".")
	if whole == "" || point && part == "" || len(whole)+len(part) > 18 {
		return Decimal{}, errDecimal
	}
	d := Decimal{scale: len(part)}
	for _, c := range []byte(whole + part) {
		if c < '0' || c > '9' {
			return Decimal{}, errDecimal
		}
		d.digits = 10*d.digits + int64(c-'0')
	}
	d.digits *= sign
	return d, nil
}

// Float64 is the nearest floating-point number.
func (d Decimal) Float64() float64 {
	f, _ := new(big.Rat).SetFrac(big.NewInt(d.digits), d.unit()).Float64()
	return f
}

// unit is 10 to the scale.
func (d Decimal) unit() *big.Int {
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(d.scale)), nil)
}

// CompareShares compares a/b with c/d exactly: −1, 0 or 1. Denominators must be positive; else the result is 0.
func CompareShares(a, b, c, d int64) int {
	if b <= 0 || d <= 0 {
		return 0
	}
	return product(a, d).Cmp(product(c, b))
}

// CompareShare compares a/b with a threshold exactly. b must be positive; else the result is 0.
func CompareShare(a, b int64, threshold Decimal) int {
	return CompareDifference(a, b, 0, 1, threshold)
}

// CompareDifference compares a/b − c/d with a threshold exactly. Denominators must be positive; else the result is 0.
func CompareDifference(a, b, c, d int64, threshold Decimal) int {
	if b <= 0 || d <= 0 {
		return 0
	}
	left := product(a, d)
	left.Sub(left, product(c, b)).Mul(left, threshold.unit())
	return left.Cmp(product(b, d, threshold.digits))
}

// CompareRatio compares (a/b) / (c/d) with a threshold exactly. b and d must be positive, a and c not negative and not
// both zero; else the ratio is not defined and the result is 0. With c = 0 the ratio is infinite and the result 1.
func CompareRatio(a, b, c, d int64, threshold Decimal) int {
	if b <= 0 || d <= 0 || a < 0 || c < 0 || a == 0 && c == 0 {
		return 0
	}
	if c == 0 {
		return 1
	}
	left := product(a, d)
	return left.Mul(left, threshold.unit()).Cmp(product(b, c, threshold.digits))
}

func product(factors ...int64) *big.Int {
	p := big.NewInt(1)
	for _, f := range factors {
		p.Mul(p, big.NewInt(f))
	}
	return p
}
