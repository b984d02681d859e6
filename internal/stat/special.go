package stat

import "math"

const halfLogTwoPi = 0.918938533204672741780329736406 // ln(2π)/2

// critical is the two-sided standard normal quantile of a level: P(|Z| ≤ z) = level. It is NaN outside (0, 1).
func critical(level float64) float64 {
	if !(level > 0 && level < 1) {
		return math.NaN()
	}
	return math.Sqrt2 * math.Erfcinv(1-level)
}

// twoSided is P(|Z| ≥ |z|) of a standard normal Z.
func twoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// stirling is ln(x!) − ln(√(2πx) (x/e)ˣ), the error of Stirling's formula, for x > 0.
func stirling(x float64) float64 {
	if x < 16 {
		g, _ := math.Lgamma(x + 1)
		return g - (x+0.5)*math.Log(x) + x - halfLogTwoPi
	}
	y := x * x
	return (1.0/12 - (1.0/360-(1.0/1260-(1.0/1680-1.0/1188/y)/y)/y)/y) / x
}

// deviance is x ln(x/m) + m − x without the cancellation near x = m (Loader 2000, Fast and accurate computation of
// binomial probabilities).
func deviance(x, m float64) float64 {
	d := x - m
	if math.Abs(d) >= 0.1*(x+m) {
		return x*math.Log(x/m) + m - x
	}
	v := d / (x + m)
	sum, term := d*v, 2*x*v
	for j := 3.0; j < 1000; j += 2 {
		term *= v * v
		next := sum + term/j
		if next == sum {
			break
		}
		sum = next
	}
	return sum
}

// logBinomial is ln of Γ(n+1)/(Γ(x+1)Γ(n−x+1)) pˣ qⁿ⁻ˣ for real 0 ≤ x ≤ n and q = 1 − p, by Loader's saddle point: full
// relative precision for counts of any size, where differences of Lgamma lose it.
func logBinomial(x, n, p, q float64) float64 {
	switch {
	case p == 0 && x == 0, q == 0 && x == n:
		return 0
	case p == 0 || q == 0:
		return math.Inf(-1)
	case x == 0:
		return n * math.Log1p(-p)
	case x == n:
		return n * math.Log(p)
	}
	y := n - x
	c := stirling(n) - stirling(x) - stirling(y) - deviance(x, n*p) - deviance(y, n*q)
	return c + 0.5*(math.Log(n/x)-math.Log(y)) - halfLogTwoPi
}

// betaRegularized is the regularised incomplete beta function Iₓ(a, b) for a, b > 0 and 0 ≤ x ≤ 1: a continued fraction
// by Lentz's method, about √max(a, b) terms.
func betaRegularized(a, b, x float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - betaFraction(b, a, 1-x)
	}
	return betaFraction(a, b, x)
}

func betaFraction(a, b, x float64) float64 {
	const tiny, terms = 1e-300, 200_000
	front := math.Exp(logBinomial(a, a+b, x, 1-x)) * b / (a + b)
	away := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/away(1-(a+b)*x/(a+1))
	h := d
	for i := range terms {
		m := float64(i + 1)
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d, c = 1/away(1+even*d), away(1+even/c)
		h *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d, c = 1/away(1+odd*d), away(1+odd/c)
		h *= d * c
		if math.Abs(d*c-1) < 1e-15 {
			break
		}
	}
	return front * h
}

// betaQuantile solves Iₓ(a, b) = p by bisection.
func betaQuantile(p, a, b float64) float64 {
	return bisect(0, 1, func(x float64) bool { return betaRegularized(a, b, x) < p })
}

// bisect returns the point of [lo, hi] at which below turns from true to false, to full relative precision in at most 200
// steps.
func bisect(lo, hi float64, below func(float64) bool) float64 {
	for range 200 {
		mid := lo + (hi-lo)/2
		if mid <= lo || mid >= hi || hi-lo <= 4e-16*math.Abs(hi) {
			break
		}
		if below(mid) {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo + (hi-lo)/2
}

// chiSquareTail is P(X ≥ x) of a chi-square variable. It is NaN where df < 1 or x is NaN or negative.
func chiSquareTail(x float64, df int) float64 {
	if df < 1 {
		return math.NaN()
	}
	return gammaTail(float64(df)/2, x/2)
}

// gammaTail is the regularised upper incomplete gamma function Q(a, x) for a > 0, by its series or its continued fraction.
// It is NaN where x is NaN or negative.
func gammaTail(a, x float64) float64 {
	if math.IsNaN(x) || x < 0 {
		return math.NaN()
	}
	if x == 0 {
		return 1
	}
	if math.IsInf(x, 1) {
		return 0
	}
	front := math.Exp(-stirling(a)-deviance(a, x)-halfLogTwoPi) / math.Sqrt(a) // xᵃ e⁻ˣ / Γ(a+1)
	if x < a+1 {
		sum, term := 1.0, 1.0
		for i := 1.0; term > 1e-17*sum && i < 1e6; i++ {
			term *= x / (a + i)
			sum += term
		}
		return max(0, 1-front*sum)
	}
	b := x + 1 - a
	c, d := math.Inf(1), 1/b
	h := d
	for i := 1.0; i < 1e6; i++ {
		an := -i * (i - a)
		b += 2
		d = 1 / (an*d + b)
		c = b + an/c
		h *= d * c
		if math.Abs(d*c-1) < 1e-15 {
			break
		}
	}
	return front * a * h
}
