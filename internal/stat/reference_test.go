package stat_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline/internal/stat"
)

// number reads JSON numbers and the texts inf, -inf, nan.
type number float64

func (n *number) UnmarshalJSON(b []byte) error {
	f, err := strconv.ParseFloat(strings.Trim(string(b), `"`), 64)
	*n = number(f)
	return err
}

func load[T any](t *testing.T, name string) []T {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Source string
		Cases  []T
	}
	d := json.NewDecoder(strings.NewReader(string(b)))
	d.DisallowUnknownFields()
	if err := d.Decode(&file); err != nil {
		t.Fatal(err)
	}
	if file.Source == "" || len(file.Cases) == 0 {
		t.Fatalf("%s: no source or no cases", name)
	}
	return file.Cases
}

// near compares with a relative tolerance, absolute below 1.
func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if got == want || math.IsNaN(got) && math.IsNaN(want) {
		return
	}
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}

// relative compares small numbers too.
func relative(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if got != want && !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}

func nearInterval(t *testing.T, what string, got stat.Interval, want [2]number, tolerance float64) {
	t.Helper()
	near(t, what+" low", got.Low, float64(want[0]), tolerance)
	near(t, what+" high", got.High, float64(want[1]), tolerance)
}

func TestRatesAgreeWithReference(t *testing.T) {
	for _, c := range load[struct {
		K1, N1, K2, N2, Level              float64
		Wilson, Clopper, Newcombe, Koopman [2]number
		Z                                  [2]number
	}](t, "rates") {
		t.Run(fmt.Sprintf("%v of %v and %v of %v at %v", c.K1, c.N1, c.K2, c.N2, c.Level), func(t *testing.T) {
			nearInterval(t, "Wilson", stat.Wilson(c.K1, c.N1, c.Level), c.Wilson, 1e-12)
			nearInterval(t, "ClopperPearson", stat.ClopperPearson(c.K1, c.N1, c.Level), c.Clopper, 1e-11)
			nearInterval(t, "Newcombe", stat.Newcombe(c.K1, c.N1, c.K2, c.N2, c.Level), c.Newcombe, 1e-12)
			// The reference searches for its root with a tolerance of about 1e-8.
			nearInterval(t, "Koopman", stat.Koopman(c.K1, c.N1, c.K2, c.N2, c.Level), c.Koopman, 1e-6)
			z, p := stat.ProportionTest(c.K1, c.N1, c.K2, c.N2)
			near(t, "z", z, float64(c.Z[0]), 1e-11)
			relative(t, "p", p, float64(c.Z[1]), 1e-9)
		})
	}
}

func TestPublishedIntervals(t *testing.T) {
	single := []struct {
		k, n            float64
		wilson, clopper stat.Interval
	}{ // Newcombe 1998, Statistics in Medicine 17:857, table I, methods 3 and 5
		{81, 263, stat.Interval{Low: 0.2553, High: 0.3662}, stat.Interval{Low: 0.2527, High: 0.3676}},
		{15, 148, stat.Interval{Low: 0.0624, High: 0.1605}, stat.Interval{Low: 0.0578, High: 0.1617}},
		{0, 20, stat.Interval{Low: 0, High: 0.1611}, stat.Interval{Low: 0, High: 0.1684}},
		{1, 29, stat.Interval{Low: 0.0061, High: 0.1718}, stat.Interval{Low: 0.0009, High: 0.1776}},
	}
	for _, c := range single {
		t.Run(fmt.Sprintf("single %v of %v", c.k, c.n), func(t *testing.T) {
			printed(t, stat.Wilson(c.k, c.n, 0.95), c.wilson, 4)
			printed(t, stat.ClopperPearson(c.k, c.n, 0.95), c.clopper, 4)
		})
	}
	pairs := []struct {
		k1, n1, k2, n2 float64
		want           stat.Interval
	}{ // Newcombe 1998, Statistics in Medicine 17:873, table II, method 10
		{56, 70, 48, 80, stat.Interval{Low: 0.0524, High: 0.3339}},
		{9, 10, 3, 10, stat.Interval{Low: 0.1705, High: 0.8090}},
		{6, 7, 2, 7, stat.Interval{Low: 0.0582, High: 0.8062}},
		{5, 56, 0, 29, stat.Interval{Low: -0.0381, High: 0.1926}},
		{0, 10, 0, 20, stat.Interval{Low: -0.1611, High: 0.2775}},
		{0, 10, 0, 10, stat.Interval{Low: -0.2775, High: 0.2775}},
		{10, 10, 0, 20, stat.Interval{Low: 0.6791, High: 1}},
		{10, 10, 0, 10, stat.Interval{Low: 0.6075, High: 1}},
	}
	for _, c := range pairs {
		t.Run(fmt.Sprintf("difference %v of %v and %v of %v", c.k1, c.n1, c.k2, c.n2), func(t *testing.T) {
			printed(t, stat.Newcombe(c.k1, c.n1, c.k2, c.n2, 0.95), c.want, 4)
		})
	}
	t.Run("ratio, Koopman 1984", func(t *testing.T) {
		printed(t, stat.Koopman(36, 40, 16, 80, 0.95), stat.Interval{Low: 2.94, High: 7.15}, 2)
	})
}

// printed compares with numbers as they were printed.
func printed(t *testing.T, got, want stat.Interval, digits int) {
	t.Helper()
	half := 0.5001 * math.Pow10(-digits)
	if !(math.Abs(got.Low-want.Low) <= half && math.Abs(got.High-want.High) <= half) {
		t.Errorf("got %.6g to %.6g, printed %v to %v", got.Low, got.High, want.Low, want.High)
	}
}

func TestSpecialFunctionsAgreeWithReference(t *testing.T) {
	for _, c := range load[struct {
		X  float64
		DF int
		P  number
	}](t, "chisquare_tail") {
		relative(t, fmt.Sprintf("chi-square tail %v, %d", c.X, c.DF), stat.ChiSquareTail(c.X, c.DF), float64(c.P), 1e-10)
	}
	for _, c := range load[struct {
		A, B, X float64
		I       number
	}](t, "beta") {
		if c.I < 1e-290 {
			continue
		}
		relative(t, fmt.Sprintf("beta %v %v %v", c.A, c.B, c.X), stat.BetaRegularized(c.A, c.B, c.X), float64(c.I), 1e-9)
	}
}

func TestTestsAgreeWithReference(t *testing.T) {
	for _, c := range load[struct {
		Table [2][2]int64
		P     number
	}](t, "fisher") {
		relative(t, fmt.Sprint("Fisher ", c.Table), stat.FisherExact(c.Table[0][0], c.Table[0][1], c.Table[1][0], c.Table[1][1]), float64(c.P), 1e-9)
	}
	for _, c := range load[struct {
		Table           [][]int64
		Statistic, P, V number
		DF, Sparse      int
	}](t, "independence") {
		got := stat.Independence(c.Table)
		relative(t, "statistic", got.Statistic, float64(c.Statistic), 1e-12)
		relative(t, "p", got.P, float64(c.P), 1e-10)
		relative(t, "V", got.CramersV, float64(c.V), 1e-12)
		if got.DF != c.DF || got.Sparse != c.Sparse {
			t.Errorf("df %d, sparse %d; want %d, %d", got.DF, got.Sparse, c.DF, c.Sparse)
		}
		if !(got.Corrected >= 0 && got.Corrected <= got.CramersV) {
			t.Errorf("corrected V %v is not in [0, %v]", got.Corrected, got.CramersV)
		}
	}
	for _, c := range load[struct {
		Counts       []int64
		Shares       []float64
		Statistic, P number
	}](t, "goodness") {
		got := stat.GoodnessOfFit(c.Counts, c.Shares)
		relative(t, "statistic", got.Statistic, float64(c.Statistic), 1e-12)
		relative(t, "p", got.P, float64(c.P), 1e-10)
	}
}

func TestMultiplicityAgreesWithReference(t *testing.T) {
	for _, c := range load[struct{ P, Holm, BH []float64 }](t, "multiple") {
		for i, p := range stat.Holm(c.P) {
			near(t, "Holm", p, c.Holm[i], 1e-12)
		}
		for i, p := range stat.BenjaminiHochberg(c.P) {
			near(t, "Benjamini–Hochberg", p, c.BH[i], 1e-12)
		}
	}
}

func TestStrataAgreeWithReference(t *testing.T) {
	for _, c := range load[struct {
		Name         string
		Tables       [][2][2]float64
		OddsRatio    number `json:"odds_ratio"`
		LogSE        number `json:"log_se"`
		Interval     [2]number
		CMH          number
		CMHP         number `json:"cmh_p"`
		CMHCorrected number `json:"cmh_corrected"`
		BreslowDay   number `json:"breslow_day"`
		Tarone       number
		TaroneP      number `json:"tarone_p"`
	}](t, "strata") {
		t.Run(c.Name, func(t *testing.T) {
			got := stat.NewMantelHaenszel(strata(c.Tables), 0.95)
			near(t, "odds ratio", got.OddsRatio, float64(c.OddsRatio), 1e-12)
			near(t, "log SE", math.Sqrt(got.LogVariance), float64(c.LogSE), 1e-12)
			nearInterval(t, "interval", got.OddsInterval, c.Interval, 1e-10)
			near(t, "CMH", got.ChiSquare, float64(c.CMH), 1e-11)
			relative(t, "CMH p", got.P, float64(c.CMHP), 1e-9)
			near(t, "CMH corrected", got.ChiSquareCorrected, float64(c.CMHCorrected), 1e-11)
			near(t, "Breslow–Day", got.BreslowDay, float64(c.BreslowDay), 1e-9)
			near(t, "Tarone", got.Tarone, float64(c.Tarone), 1e-9)
			near(t, "homogeneity", got.Homogeneity, float64(c.TaroneP), 1e-9)
		})
	}
}

func strata(tables [][2][2]float64) []stat.Stratum {
	var out []stat.Stratum
	for _, t := range tables {
		out = append(out, stat.Stratum{A: t[0][0], B: t[0][1], C: t[1][0], D: t[1][1]})
	}
	return out
}

func TestScoresAgreeWithReference(t *testing.T) {
	for _, c := range load[struct {
		Scores []float64
		Labels []uint8
		AUC    number
	}](t, "auc") {
		got, _ := stat.NewRanking(c.Scores).AUC(classes(c.Labels), nil, 0)
		near(t, "AUC", got.Value, float64(c.AUC), 1e-14)
	}
	for _, c := range load[struct {
		Scores      []float64
		Labels      []uint8
		Intercept   number
		Slope       number
		InterceptSE number `json:"intercept_se"`
		SlopeSE     number `json:"slope_se"`
	}](t, "calibration") {
		got := stat.NewRanking(c.Scores).Calibrate(classes(c.Labels), nil, 0, 10, 0.95)[0]
		near(t, "intercept", got.Intercept, float64(c.Intercept), 1e-9)
		near(t, "slope", got.Slope, float64(c.Slope), 1e-9)
		near(t, "intercept SE", got.InterceptSE, float64(c.InterceptSE), 1e-9)
		near(t, "slope SE", got.SlopeSE, float64(c.SlopeSE), 1e-9)
		if got.Clamped != 2 || got.Unfit != "" {
			t.Errorf("clamped %d, unfit %q", got.Clamped, got.Unfit)
		}
	}
}

// classes turns labels 0 and 1 into class codes.
func classes(labels []uint8) []uint8 {
	out := make([]uint8, len(labels))
	for i, l := range labels {
		out[i] = l + 1
	}
	return out
}

func TestDesignEffectsAgreeWithReference(t *testing.T) {
	for _, c := range load[struct {
		Clusters []uint32
		Groups   []uint16
		Labels   []uint8
		Effects  []float64
	}](t, "clusters") {
		for _, n := range []int{300, 1 << 25} { // the latter takes the sorted way
			got := stat.DesignEffects(c.Clusters, n, c.Groups, 3, classes(c.Labels))
			for g := range got {
				near(t, "design effect", got[g], c.Effects[g], 1e-10)
			}
		}
	}
}
