package loan

import (
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// Defect names a defect that can be planted. README.md says how large each one is and which finding shows it.
type Defect string

// The defects of bias, then those planted for the dimensions that are measured later.
const (
	SexPenalty           Defect = "sex-penalty"           // women need a higher score
	AgeCliff             Defect = "age-cliff"             // so do applicants of 60 and more
	Intersection         Defect = "intersection"          // so do women of 45–59, hidden in both margins
	RegionRepresentation Defect = "region-representation" // 东北 is under-represented
	Proxy                Defect = "proxy"                 // the score uses a stand-in for sex; area_code tells the region
	Calibration          Defect = "calibration"           // the score over-states repayment in 西南
	MissingSex           Defect = "missing-sex"           // applicants of unknown sex need a higher score
	NoBasis              Defect = "no-basis"              // plumbline.yaml gives no legal basis for region
	RubberStamp          Defect = "rubber-stamp"          // reviewers agree with every suggestion within seconds
	UnknownReason        Defect = "unknown-reason"        // a reason code names a column that does not exist
)

// Defects returns all defects, in the order of README.md.
func Defects() []Defect {
	return []Defect{
		SexPenalty, AgeCliff, Intersection, RegionRepresentation, Proxy, Calibration, MissingSex, NoBasis,
		RubberStamp, UnknownReason,
	}
}

// ParseDefects reads "all", "none" (or nothing) or a list of names separated by commas. An unknown name is an error of code
// [plumbline.Invalid] that lists the known ones.
func ParseDefects(list string) ([]Defect, error) {
	switch strings.TrimSpace(list) {
	case "all":
		return Defects(), nil
	case "none", "":
		return nil, nil
	}
	var out []Defect
	for name := range strings.SplitSeq(list, ",") {
		d := Defect(strings.TrimSpace(name))
		if err := known(d); err != nil {
			return nil, err
		}
		if !slices.Contains(out, d) {
			out = append(out, d)
		}
	}
	return out, nil
}

// known refuses a defect that is not in [Defects].
func known(d Defect) error {
	if slices.Contains(Defects(), d) {
		return nil
	}
	names := make([]string, 0, len(Defects()))
	for _, k := range Defects() {
		names = append(names, string(k))
	}
	err := plumbline.Errorf(plumbline.Invalid, "there is no defect %q", string(d))
	err.Where, err.Hint = "defects", "all, none, or some of "+strings.Join(names, ",")
	return err
}

// switches is the set of defects as fields, for the loop over rows.
type switches struct {
	sexPenalty, ageCliff, intersection, region, proxy, calibration, missingSex, rubberStamp, unknownReason bool
}

func newSwitches(defects []Defect) switches {
	on := func(d Defect) bool { return slices.Contains(defects, d) }
	return switches{
		sexPenalty: on(SexPenalty), ageCliff: on(AgeCliff), intersection: on(Intersection), region: on(RegionRepresentation),
		proxy: on(Proxy), calibration: on(Calibration), missingSex: on(MissingSex), rubberStamp: on(RubberStamp),
		unknownReason: on(UnknownReason),
	}
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

// Sizes of the other defects.
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
