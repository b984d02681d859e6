package loan

import (
	"slices"

	"github.com/plumbline-project/plumbline/examples/planted"
)

// Defect names a defect that can be planted. README.md says how large each one is and which finding shows it.
type Defect = planted.Name

// The defects of bias.
const (
	SexPenalty           Defect = "sex-penalty"           // women need a higher score
	AgeCliff             Defect = "age-cliff"             // so do applicants of 60 and more
	Intersection         Defect = "intersection"          // so do women of 45–59, hidden in both margins
	RegionRepresentation Defect = "region-representation" // 东北 is under-represented
	Proxy                Defect = "proxy"                 // the score uses a stand-in for sex; area_code tells the region
	Calibration          Defect = "calibration"           // the score over-states repayment in 西南
	MissingSex           Defect = "missing-sex"           // applicants of unknown sex need a higher score
	NoBasis              Defect = "no-basis"              // plumbline.yaml gives no legal basis for region
)

// The defects of the data.
const (
	Drift              Defect = "drift"               // incomes and debts of the decisions are not those of the training data
	Duplicates         Defect = "duplicates"          // rows that are there twice, and ids that name two rows
	MissingIncome      Defect = "missing-income"      // income and its band are missing in many rows
	ConstantColumn     Defect = "constant-column"     // device_type has one value
	OutOfRange         Defect = "out-of-range"        // debt ratios in percent among shares
	UnseenCategory     Defect = "unseen-category"     // loan purposes that the training data do not have
	LabelFlip          Defect = "label-flip"          // training outcomes turned round
	Leakage            Defect = "leakage"             // a training column was filled after the outcome
	TrainingOverlap    Defect = "training-overlap"    // decisions of the year stand in the training data
	TimeGap            Defect = "time-gap"            // 100 days without a decision
	OutOfOrder         Defect = "out-of-order"        // times that jump back
	UndeclaredIdentity Defect = "undeclared-identity" // identity and mobile numbers where nothing declares them
	StaleTraining      Defect = "stale-training"      // the training data are five years older
	NoLicence          Defect = "no-licence"          // nothing says by what right the training data are used
)

// The defects of explanation, security and oversight.
const (
	MissingReason    Defect = "missing-reason"    // refusals without a reason
	UnknownReason    Defect = "unknown-reason"    // a reason code names a column that does not exist
	UnstableReasons  Defect = "unstable-reasons"  // reasons drawn by lot
	Inconsistent     Defect = "inconsistent"      // like cases, unlike decisions
	NoVersion        Defect = "no-version"        // records that do not say which model decided
	StaleDocument    Defect = "stale-document"    // the documents speak of the model before
	UnknownTraining  Defect = "unknown-training"  // nothing is known of what the letter model was trained on
	Secret           Defect = "secret"            // a key stands in a step
	PlainHTTP        Defect = "plain-http"        // the score comes without encryption
	UnpinnedModel    Defect = "unpinned-model"    // the name of the letter model fixes no version
	NoErrorPath      Defect = "no-error-path"     // nothing happens when a step fails
	Injection        Defect = "injection"         // text of the scoring service reaches the letter model
	UnapprovedAction Defect = "unapproved-action" // letters of the model are sent without a person
	NoHash           Defect = "no-hash"           // nothing tells whether the model file is the approved one
	OpenTrigger      Defect = "open-trigger"      // anybody can start the workflow
	RubberStamp      Defect = "rubber-stamp"      // reviewers agree with every suggestion within seconds
	Unreviewed       Defect = "unreviewed"        // refusals near the cut-off without a person
)

// Defects returns the names of all defects, in the order of README.md.
func Defects() []Defect { return planted.Names(Catalogue()) }

// ParseDefects reads "all", "none" (or nothing) or a list of names separated by commas; see [planted.Parse].
func ParseDefects(list string) ([]Defect, error) { return planted.Parse(list, Catalogue()) }

// switches is the set of defects that the loop over rows asks for, as fields.
type switches struct {
	sexPenalty, ageCliff, intersection, region, proxy, calibration, missingSex, rubberStamp, unknownReason bool
	drift, timeGap, unreviewed                                                                             bool
}

func newSwitches(on func(Defect) bool) switches {
	return switches{
		sexPenalty: on(SexPenalty), ageCliff: on(AgeCliff), intersection: on(Intersection), region: on(RegionRepresentation),
		proxy: on(Proxy), calibration: on(Calibration), missingSex: on(MissingSex), rubberStamp: on(RubberStamp),
		unknownReason: on(UnknownReason), drift: on(Drift), timeGap: on(TimeGap), unreviewed: on(Unreviewed),
	}
}

// among tells whether a defect is one of those.
func among(defects []Defect) func(Defect) bool {
	return func(d Defect) bool { return slices.Contains(defects, d) }
}

// The sizes of the defects that move the cut-off, in points of the score's logit, whose standard deviation is about 1. At the
// approval rate of 0.63 a step of x leaves about Φ(0.33 − x) of a group approved.
const (
	sexPenaltyStep = 0.50
	ageCliffStep   = 0.83
	missingSexStep = 0.66
	womenMidStep   = 0.48  // women of 45–59 …
	menMidStep     = -0.34 // … are hidden in the margin of age by men of 45–59 …
	womenElseStep  = -0.08 // … and in that of sex by the other women
	womenMidMore   = 0.35  // where women are disadvantaged anyway, nothing is hidden, and this comes on top
)

// Sizes of the other defects of bias and explanation.
const (
	underShare       = 0.45 // share of 东北 against its declared share
	proxyStep        = 0.14 // logit points off (on) for categories that women (men) buy
	calibrationStep  = 0.65 // logit points that repayment in 西南 lies under the score
	unknownReasonOdd = 0.05 // share of refusals with a reason that no column backs
)

// step is by how many logit points the cut-off of a person lies above everybody's.
func (s *switches) step(p *person) float64 {
	x := 0.0
	woman, mid := p.sex == female, p.age >= 45 && p.age < 60
	if s.sexPenalty && woman {
		x += sexPenaltyStep
	}
	if s.ageCliff && p.age >= 60 {
		x += ageCliffStep
	}
	if s.missingSex && p.sex == unknown {
		x += missingSexStep
	}
	if s.intersection && p.sex != unknown {
		switch {
		case woman && mid && s.sexPenalty:
			x += womenMidMore
		case s.sexPenalty:
		case woman && mid:
			x += womenMidStep
		case mid:
			x += menMidStep
		case woman:
			x += womenElseStep
		}
	}
	return x
}
