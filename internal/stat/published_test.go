package stat_test

import (
	"math"
	"testing"

	"github.com/plumbline-project/plumbline/internal/stat"
)

// Rothman, Greenland and Lash 2008, Modern Epidemiology, table 15-1 (tolbutamide, by age), with 90 % intervals and the
// tests as computed by R metafor (its test suite, commit 0014f62).
func TestMantelHaenszelAgreesWithRothman(t *testing.T) {
	m := stat.NewMantelHaenszel([]stat.Stratum{{A: 8, B: 98, C: 5, D: 115}, {A: 22, B: 76, C: 16, D: 69}}, 0.90)
	half := stat.Critical(0.90) * math.Sqrt(m.RiskVariance)
	printed(t, stat.Interval{Low: m.RiskDifference - half, High: m.RiskDifference + half}, stat.Interval{Low: -0.0176, High: 0.0874}, 4)
	printed(t, stat.Interval{Low: math.Log(m.OddsInterval.Low), High: math.Log(m.OddsInterval.High)}, stat.Interval{Low: -0.1731, High: 0.8505}, 4)
	printed(t, stat.Interval{Low: m.RiskDifference, High: math.Log(m.OddsRatio)}, stat.Interval{Low: 0.0349, High: 0.3387}, 4)
	printed(t, stat.Interval{Low: m.ChiSquare, High: m.P}, stat.Interval{Low: 1.1914, High: 0.2750}, 4)
	printed(t, stat.Interval{Low: m.Tarone, High: m.Homogeneity}, stat.Interval{Low: 0.3489, High: 0.5547}, 4)
}

// Bickel, Hammel and O'Connell 1975, as printed by R's mantelhaen.test(UCBAdmissions): common odds ratio 0.9046968, interval
// 0.7719074 to 1.0603298, continuity-corrected statistic 1.4269 with p = 0.2323.
func TestMantelHaenszelAgreesWithUCBAdmissions(t *testing.T) {
	m := stat.NewMantelHaenszel([]stat.Stratum{
		{A: 512, B: 313, C: 89, D: 19},
		{A: 353, B: 207, C: 17, D: 8},
		{A: 120, B: 205, C: 202, D: 391},
		{A: 138, B: 279, C: 131, D: 244},
		{A: 53, B: 138, C: 94, D: 299},
		{A: 22, B: 351, C: 24, D: 317},
	}, 0.95)
	printed(t, m.OddsInterval, stat.Interval{Low: 0.7719074, High: 1.0603298}, 7)
	printed(t, stat.Interval{Low: m.ChiSquareCorrected, High: m.PCorrected}, stat.Interval{Low: 1.4269, High: 0.2323}, 4)
	near(t, "odds ratio", m.OddsRatio, 0.9046968, 1e-7)
}

// The biomarker NDKA in the aSAH data (Turck 2010): 41 poor and 72 good outcomes. For each good outcome, how many poor
// outcomes lie above it, equal ones counting one half: the placements in the test suite of R pROC (commit 13bdf2c), times 41.
var ndkaAbove = []float64{
	41, 34, 36, 29, 37, 16.5, 37, 13, 21, 13, 14, 3, 33, 37, 24, 37, 37, 1, 23, 31, 31, 13, 40, 36, 37, 31.5, 22, 36, 17, 4, 36, 37,
	24, 33, 36, 22, 8, 9, 30, 25, 2, 37, 14, 31, 29, 29, 17, 40, 14, 24, 33, 29, 13, 29, 25, 36, 31, 29, 8, 34, 24, 22.5, 4, 26, 24,
	33, 8, 30, 19, 9, 37, 21,
}

func TestDeLongAgreesWithPROC(t *testing.T) {
	var scores []float64
	var class []uint8
	for i := range 41 {
		scores, class = append(scores, float64(i+1)), append(class, 2)
	}
	for _, above := range ndkaAbove {
		scores, class = append(scores, 41.5-above), append(class, 1)
	}
	got, _ := stat.NewRanking(scores).AUC(class, nil, 0)
	half := stat.Critical(0.95) * math.Sqrt(got.Variance)
	near(t, "AUC", got.Value, 0.611957994579946, 1e-14)
	near(t, "low", got.Value-half, 0.501244999271703, 1e-12)
	near(t, "high", got.Value+half, 0.722670989888189, 1e-12)
}
