package plumbline

import (
	"math"
	"strconv"
)

// Dimension is one of the four things that an assessment must look at, and oversight beside them.
type Dimension string

// The dimensions.
const (
	DataIntegrity  Dimension = "data-integrity"
	ModelBias      Dimension = "model-bias"
	Explainability Dimension = "explainability"
	Security       Dimension = "security"
	Oversight      Dimension = "human-oversight"
)

// Dimensions lists the dimensions in the order of a report.
func Dimensions() []Dimension {
	return []Dimension{DataIntegrity, ModelBias, Explainability, Security, Oversight}
}

// Number is a float64 that marshals to at most 12 significant digits, so that the same inputs give the same bytes.
// It must be finite: what has no value is a nil pointer, never NaN.
type Number float64

// MarshalJSON writes the shortest form of n rounded to 12 significant digits; a NaN or infinity is an [Internal] error.
func (n Number) MarshalJSON() ([]byte, error) {
	f := float64(n)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil, Errorf(Internal, "a number of an assessment is not finite: %v", f)
	}
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 12, 64), 64)
	if err != nil {
		return nil, Errorf(Internal, "round %v: %w", f, err)
	}
	if rounded == 0 {
		rounded = 0 // no negative zero
	}
	format := byte('f')
	if a := math.Abs(rounded); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(nil, rounded, format, -1, 64), nil
}

// Unit says what the value of an observation is measured in.
type Unit string

// The units.
const (
	Share      Unit = "share"      // 0 to 1
	Difference Unit = "difference" // of shares, −1 to 1
	Ratio      Unit = "ratio"      // of shares, 0 and more
	Odds       Unit = "odds-ratio" // 0 and more
	Count      Unit = "count"      // 0 and more
	Plain      Unit = "plain"      // no unit; the metric's documentation says the range
)

// Interval is a confidence interval and how it was made.
type Interval struct {
	Low    Number `json:"low"`
	High   Number `json:"high"`
	Level  Number `json:"level"`            // nominal coverage of the family, 0 to 1
	Method string `json:"method"`           // such as "wilson", "newcombe-simultaneous"
	Family int    `json:"family,omitempty"` // comparisons that share Level; 0 where it stands alone
}

// Scope says which rows an observation or finding speaks of.
type Scope struct {
	Features []string `json:"features,omitempty"` // sensitive features; more than one for an intersection
	Group    []string `json:"group,omitempty"`    // value of each feature, in their order ("" = missing); absent for all groups together
	Against  []string `json:"against,omitempty"`  // the other group of a comparison
	Given    string   `json:"given,omitempty"`    // control feature or stratum that is held fixed
	Column   string   `json:"column,omitempty"`   // another column that the value is about
	Among    Among    `json:"among,omitempty"`    // which groups a gap looks at; empty: all of them
	Bin      int      `json:"bin,omitempty"`      // part of a curve, from 1
	Table    string   `json:"table,omitempty"`    // role of a table other than the decisions: training, reference, reviews
	Step     string   `json:"step,omitempty"`     // step of the workflow's graph, by id
	Item     string   `json:"item,omitempty"`     // value, reason code, file or rule that is spoken of
}

// Among says which groups a gap looks at.
type Among string

// The choices of groups.
const (
	JudgedGroups Among = "judged-groups" // those with at least the minimum number of rows; only they decide
	KnownGroups  Among = "known-groups"  // every row whose sensitive value is known
	Accepted     Among = "accepted"      // rows with the favourable decision
)

// Observation is a measured value with its interval, sample size and provenance. It never says pass or fail.
type Observation struct {
	ID         string     `json:"id"`     // unique in an assessment and the same from run to run
	Check      string     `json:"check"`  // check id and version, "bias.selection_rate@1"
	Metric     string     `json:"metric"` // field's standard name, "demographic_parity_difference"
	Scope      Scope      `json:"scope,omitzero"`
	Unit       Unit       `json:"unit"`
	Value      *Number    `json:"value"` // nil: it has none, and Undefined says why
	Interval   *Interval  `json:"interval,omitempty"`
	Count      *int64     `json:"count,omitempty"` // numerator of a share
	N          *int64     `json:"n,omitempty"`     // denominator, or rows used; nil where suppressed
	Undefined  Reason     `json:"undefined,omitempty"`
	Suppressed bool       `json:"suppressed,omitempty"` // withheld to keep people out: a count behind it is under the minimum, or would give one back
	Locations  []Location `json:"locations,omitempty"`  // where in the workflow's files it was seen
	Path       []string   `json:"path,omitempty"`       // steps from the first to the last, by id
	Blurred    bool       `json:"blurred,omitempty"`    // rounded, counts withheld: else a suppressed cell could be had by subtraction
}
