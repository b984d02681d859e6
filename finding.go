package plumbline

// State is the verdict of a finding or of a control.
type State string

// The verdicts. NotTested is never shown as Satisfied, nor as zero.
const (
	Satisfied     State = "satisfied"      // shown as 证据支持 / evidence supports, never as compliant
	NotSatisfied  State = "not-satisfied"  //
	NotTested     State = "not-tested"     // a Reason says why
	NotApplicable State = "not-applicable" // a Reason says why
)

// Reason says why a finding was not tested or does not apply, and why an observation has no value.
type Reason string

// The reasons.
const (
	NoData           Reason = "no-data"           // the file declares no such column, or it holds nothing
	TooFew           Reason = "too-few"           // under the minimum number of rows
	Inconclusive     Reason = "inconclusive"      // the interval lies on both sides of the threshold
	SelectiveLabels  Reason = "selective-labels"  // labels are missing by decision
	NotBuilt         Reason = "not-built"         // Plumbline cannot measure this yet
	OneGroup         Reason = "one-group"         // nothing to compare with
	Constant         Reason = "constant"          // the column has one value only
	UnjudgedShare    Reason = "unjudged-share"    // too many people are in groups too small to judge
	NotAttested      Reason = "not-attested"      // a person must say so, and nobody has
	NotSelected      Reason = "not-selected"      // left out of this run by the person who ran it
	ZeroDenominator  Reason = "zero-denominator"  // the metric divides by a count that is zero
	NotProbability   Reason = "not-probability"   // the score is a rank, or lies outside 0 to 1
	TooManyGroups    Reason = "too-many-groups"   // more distinct values than a sensitive feature may have
	SetAside         Reason = "set-aside"         // a named person set the finding aside until a date
	InformsOnly      Reason = "informs-only"      // another fairness definition was declared primary; findings stand beside it
	StaleAttestation Reason = "stale-attestation" // a person stated it too long ago, or on a day that has not come
	NotDeclared      Reason = "not-declared"      // the file does not ask for it
	OtherRole        Reason = "other-role"        // the column has another role: key, time, decision, label, score, reasons, version, personal text
	Indistinct       Reason = "indistinct"        // the columns say too little to tell a defect from what is natural
	TooManyValues    Reason = "too-many-values"   // more distinct texts than can be compared
	NoDefinition     Reason = "no-definition"     // the file names no definition of the workflow
	NoDecisions      Reason = "no-decisions"      // the file names no table of decisions; the definition alone is assessed
	TooMuch          Reason = "too-much"          // more than is read: of a text, or of all of them
	ByDesign         Reason = "by-design"         // the rows compared with were selected, which may explain the difference
)

// Severity is how bad a finding that is not satisfied is.
type Severity string

// The severities, mildest first.
const (
	Low      Severity = "low"
	Medium   Severity = "medium"
	High     Severity = "high"
	Critical Severity = "critical"
)

// Rank orders severities: 0 for none, 1 for [Low] to 4 for [Critical].
func (s Severity) Rank() int {
	switch s {
	case Low:
		return 1
	case Medium:
		return 2
	case High:
		return 3
	case Critical:
		return 4
	}
	return 0
}

// Role says whether a finding decides its control or stands beside it.
type Role string

// The roles. One primary fairness definition judges; competing definitions inform, since they cannot all hold at once.
const (
	Judges  Role = "judges"
	Informs Role = "informs"
)

// Threshold is the line that an observation was held against, fixed before the run.
type Threshold struct {
	Metric string `json:"metric"`
	Op     string `json:"op"`     // ">=" or "<="
	Value  string `json:"value"`  // decimal, as written in the control or the workflow file
	Source string `json:"source"` // "product-default", "workflow-file" or the id of an instrument
	Why    Text   `json:"why"`
}

// Finding is one observation with its whole interval, or its absence, held against a control's threshold.
type Finding struct {
	ID           string     `json:"id"`
	Control      string     `json:"control"`
	Dimension    Dimension  `json:"dimension,omitempty"` // empty for controls of none, such as privacy
	Scope        Scope      `json:"scope,omitzero"`
	Role         Role       `json:"role"`
	State        State      `json:"state"`
	Reason       Reason     `json:"reason,omitempty"`
	Severity     Severity   `json:"severity,omitempty"` // set where State is NotSatisfied
	Threshold    *Threshold `json:"threshold,omitempty"`
	NeededN      int64      `json:"needed_n,omitempty"`     // rows per group with which it could be decided
	Observations []string   `json:"observations,omitempty"` // evidence, by id
	Locations    []Location `json:"locations,omitempty"`
	Path         []string   `json:"path,omitempty"` // steps of the graph, by id
	Statement    Text       `json:"statement"`      // what was found, in one sentence
	Meaning      Text       `json:"meaning,omitzero"`
	Importance   Text       `json:"importance,omitzero"`
	Fix          Text       `json:"fix,omitzero"`
	Suppression  *Excuse    `json:"suppression,omitempty"`
}

// Excuse is a finding set aside by a named person, with a reason and an end.
type Excuse struct {
	Reason  string `json:"reason"`
	By      string `json:"by"`
	Expires string `json:"expires"` // date, 2006-01-02; after it the finding counts again
}
