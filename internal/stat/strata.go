package stat

import "math"

// Stratum is a 2×2 table: the group in row one, the others in row two; the favourable outcome in column one, the adverse
// one in column two.
//
//	       favourable  adverse
//	group       A         B
//	others      C         D
type Stratum struct{ A, B, C, D float64 }

func (s Stratum) total() float64 { return s.A + s.B + s.C + s.D }

func (s Stratum) valid() bool {
	return s.A >= 0 && s.B >= 0 && s.C >= 0 && s.D >= 0 && !math.IsInf(s.total(), 1)
}

// MantelHaenszel compares a group with the others within strata. Estimates that are not defined are NaN.
type MantelHaenszel struct {
	OddsRatio      float64 // common odds ratio of the favourable outcome; +Inf where only its denominator is empty
	OddsInterval   Interval
	LogVariance    float64 // of ln OddsRatio
	RiskDifference float64 // common difference in the favourable rate, group − others
	RiskInterval   Interval
	RiskVariance   float64

	ChiSquare, P                   float64 // Cochran–Mantel–Haenszel test of no association, one degree of freedom
	ChiSquareCorrected, PCorrected float64 // the same with a continuity correction of 1/2

	BreslowDay   float64 // statistic of equal odds ratios, without Tarone's correction
	Tarone       float64 // with it
	Homogeneity  float64 // p-value of Tarone
	HomogeneityN int     // strata that enter it; degrees of freedom are one less

	Strata int // strata with at least one row on each side; the others say nothing of either estimate
	Empty  int // strata left out
}

// NewMantelHaenszel computes the common odds ratio of Mantel and Haenszel (1959) with the variance of Robins, Breslow and
// Greenland (1986, Biometrics 42:311), the test with and without continuity correction, homogeneity by Breslow and Day
// (1980) with the correction of Tarone (1985, Biometrika 72:91), and the common risk difference with the variance of Sato
// (1989, Biometrics 45:1323) in the score interval of Klingenberg (2014, Statistics in Medicine 33:2968). The odds ratio's
// interval is NaN where no stratum, or every one, has an empty diagonal. Strata with invalid counts are left out.
func NewMantelHaenszel(strata []Stratum, level float64) MantelHaenszel {
	var m MantelHaenszel
	var used []Stratum
	for _, s := range strata {
		if s.valid() && s.A+s.B > 0 && s.C+s.D > 0 {
			used = append(used, s)
		} else {
			m.Empty++
		}
	}
	m.Strata = len(used)
	z := critical(level)
	m.odds(used, z)
	m.risk(used, z)
	m.association(used)
	m.homogeneity(used)
	return m
}

func (m *MantelHaenszel) odds(strata []Stratum, z float64) {
	var r, s, pr, psqr, qs float64
	for _, t := range strata {
		n := t.total()
		p, q, ri, si := (t.A+t.D)/n, (t.B+t.C)/n, t.A*t.D/n, t.B*t.C/n
		r, s = r+ri, s+si
		pr, psqr, qs = pr+p*ri, psqr+p*si+q*ri, qs+q*si
	}
	m.OddsRatio, m.LogVariance, m.OddsInterval = r/s, math.NaN(), undefined()
	if r > 0 && s > 0 {
		m.LogVariance = pr/(2*r*r) + psqr/(2*r*s) + qs/(2*s*s)
		half := z * math.Sqrt(m.LogVariance)
		m.OddsInterval = Interval{m.OddsRatio * math.Exp(-half), m.OddsRatio * math.Exp(half)}
	}
}

func (m *MantelHaenszel) risk(strata []Stratum, z float64) {
	var d, w, p, q float64
	for _, t := range strata {
		n, n1, n0 := t.total(), t.A+t.B, t.C+t.D
		d += (t.A*n0 - t.C*n1) / n
		w += n1 * n0 / n
		p += (n1*n1*t.C - n0*n0*t.A + n1*n0*(n0-n1)/2) / (n * n)
		q += (t.A*t.D + t.C*t.B) / (2 * n)
	}
	m.RiskDifference, m.RiskVariance, m.RiskInterval = d/w, math.NaN(), undefined()
	if w == 0 {
		return
	}
	m.RiskVariance = max(0, (m.RiskDifference*p+q)/(w*w))
	// Ends are the differences δ with (RD − δ)² = z² Var(δ), where Var is linear in δ.
	mid := m.RiskDifference + z*z*p/(w*w)/2
	half := math.Sqrt(max(0, mid*mid-m.RiskDifference*m.RiskDifference+z*z*q/(w*w)))
	m.RiskInterval = Interval{max(-1, mid-half), min(1, mid+half)}
}

func (m *MantelHaenszel) association(strata []Stratum) {
	var delta, v float64
	for _, t := range strata {
		n := t.total()
		if n <= 1 {
			continue
		}
		n1, n0, m1, m0 := t.A+t.B, t.C+t.D, t.A+t.C, t.B+t.D
		delta += t.A - n1*m1/n
		v += n1 * n0 * m1 * m0 / (n * n * (n - 1))
	}
	less := max(0, math.Abs(delta)-0.5)
	m.ChiSquare, m.ChiSquareCorrected = delta*delta/v, less*less/v
	if v == 0 {
		m.ChiSquare, m.ChiSquareCorrected = math.NaN(), math.NaN()
	}
	m.P, m.PCorrected = chiSquareTail(m.ChiSquare, 1), chiSquareTail(m.ChiSquareCorrected, 1)
}

func (m *MantelHaenszel) homogeneity(strata []Stratum) {
	m.BreslowDay, m.Tarone, m.Homogeneity = math.NaN(), math.NaN(), math.NaN()
	if !(m.OddsRatio > 0) || math.IsInf(m.OddsRatio, 1) {
		return
	}
	var sum, excess, v float64
	for _, t := range strata {
		n1, n0, m1, m0 := t.A+t.B, t.C+t.D, t.A+t.C, t.B+t.D
		if m1 == 0 || m0 == 0 {
			continue
		}
		m.HomogeneityN++
		a := fitted(n1, n0, m1, m.OddsRatio)
		vi := 1 / (1/a + 1/(n1-a) + 1/(m1-a) + 1/(n0-m1+a))
		sum += (t.A - a) * (t.A - a) / vi
		excess += t.A - a
		v += vi
	}
	if m.HomogeneityN < 2 {
		return
	}
	m.BreslowDay = sum
	m.Tarone = max(0, sum-excess*excess/v)
	m.Homogeneity = chiSquareTail(m.Tarone, m.HomogeneityN-1)
}

// fitted is the expected count in the first cell with margins n1, n0, m1 and the given odds ratio: the root between the
// bounds of a(n0 − m1 + a) = ψ(n1 − a)(m1 − a).
func fitted(n1, n0, m1, psi float64) float64 {
	qa, qb, qc := 1-psi, n0-m1+psi*(m1+n1), psi*m1*n1
	root := math.Sqrt(max(0, qb*qb+4*qa*qc))
	if qb >= 0 {
		return 2 * qc / (qb + root)
	}
	return (root - qb) / (2 * qa)
}
