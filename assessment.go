package plumbline

// AssessmentSchema names the version of the schema of assessment.json (docs/schema/assessment.schema.json).
const AssessmentSchema = "plumbline.assessment/1"

// Assessment is the frozen result of one run. Reports are functions of it and of nothing else.
type Assessment struct {
	Schema       string          `json:"schema"`
	Tool         Tool            `json:"tool"`
	AsOf         string          `json:"as_of"` // date for which the catalogue of controls was taken, 2006-01-02
	Workflow     Workflow        `json:"workflow"`
	Seed         Seed            `json:"seed"`
	Level        Number          `json:"confidence_level"`
	MinN         int64           `json:"min_n"`    // smallest denominator that is judged
	MinCell      int64           `json:"min_cell"` // smallest count that is shown
	Inputs       []InputTable    `json:"inputs"`
	Design       Design          `json:"design"`
	Dimensions   []DimensionPart `json:"dimensions"`
	Checks       []CheckInfo     `json:"checks"`
	Observations []Observation   `json:"observations"`
	Findings     []Finding       `json:"findings"`
	Risks        []Risk          `json:"risks"`
	Matrix       RiskMatrix      `json:"risk_matrix"`
	Controls     []ControlResult `json:"controls"`
	Instruments  []Instrument    `json:"instruments"`
	Regimes      []RegimeResult  `json:"regimes"`
	Graph        *Graph          `json:"graph,omitempty"`
	Dossiers     []Dossier       `json:"dossiers,omitempty"`
	Exhibits     Exhibits        `json:"exhibits,omitzero"`
	Baseline     *Comparison     `json:"baseline,omitempty"`
	Notes        []Text          `json:"notes"` // what a reader must know: assumptions, defaults, things set by hand
	Truncated    []Text          `json:"truncated,omitempty"`
}

// Tool says what made an assessment.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Go      string `json:"go"`
	Arch    string `json:"arch"`
	Catalog string `json:"catalog"` // SHA-256 of the embedded controls, thresholds and regimes
}

// Seed is the start of every random choice. By default it is a hash of inputs and configuration; a seed chosen by hand can
// be ground for a wanted result, so the report flags it.
type Seed struct {
	Value  string `json:"value"` // 16 hex digits
	Chosen bool   `json:"chosen"`
}

// InputTable is what the assessment knows of one table that it read.
type InputTable struct {
	Role    string        `json:"role"` // decisions, training, …
	Files   []InputFile   `json:"files"`
	Rows    int64         `json:"rows"`
	Bad     int64         `json:"bad_rows"` // rows that did not parse: counted, listed, never used
	First   []BadRow      `json:"first_bad_rows,omitempty"`
	Columns []InputColumn `json:"columns"`
	From    string        `json:"from,omitempty"` // earliest decision, date
	To      string        `json:"to,omitempty"`   // latest decision, date
}

// InputFile is a file with its fingerprint.
type InputFile struct {
	Name   string `json:"name"`
	Format string `json:"format"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Rows   int64  `json:"rows"`
}

// BadRow is a row that could not be read.
type BadRow struct {
	File   string `json:"file"`
	Line   int64  `json:"line"` // line in a text file, row in another
	Reason string `json:"reason"`
}

// InputColumn is what is shown of a column: counts only, never values.
type InputColumn struct {
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Missing  int64  `json:"missing"`  // −1 of a sensitive column: withheld, since it would tell of few people
	Distinct int64  `json:"distinct"` // exact up to 65,536; −1 beyond
	Role     string `json:"role,omitempty"`
	Source   string `json:"source,omitempty"` // of a sensitive column
	Basis    string `json:"basis,omitempty"`  // legal basis of a sensitive column
}

// Design is the plan that was fixed before the run.
type Design struct {
	Decision       string            `json:"decision"`
	Favourable     []string          `json:"favourable"`
	Adverse        []string          `json:"adverse,omitempty"`
	Undecided      []string          `json:"undecided,omitempty"`
	Score          string            `json:"score,omitempty"`
	ScoreKind      string            `json:"score_kind,omitempty"`
	Label          string            `json:"label,omitempty"`
	LabelGood      []string          `json:"label_favourable,omitempty"`
	Subject        string            `json:"subject,omitempty"`
	Sensitive      []string          `json:"sensitive"`
	Intersections  [][]string        `json:"intersections,omitempty"`
	Controls       []string          `json:"control_features,omitempty"`
	Primary        string            `json:"primary"` // fairness definition that judges
	PrimaryReason  string            `json:"primary_reason,omitempty"`
	PrimaryBy      string            `json:"primary_by,omitempty"`
	PrimaryOn      string            `json:"primary_on,omitempty"`
	PrimaryDefault bool              `json:"primary_default,omitempty"` // nobody chose it
	Overrides      []ThresholdChange `json:"threshold_overrides,omitempty"`
}

// ThresholdChange is a threshold that the workflow file moved, with its reason.
type ThresholdChange struct {
	Control string `json:"control"`
	Rule    string `json:"rule"`
	Default string `json:"default"`
	Value   string `json:"value"`
	Reason  string `json:"reason"`
}

// DimensionPart is the state of one dimension.
type DimensionPart struct {
	ID       Dimension     `json:"id"`
	State    State         `json:"state"`
	Reason   Reason        `json:"reason,omitempty"`
	Findings map[State]int `json:"findings,omitempty"` // judging findings by verdict
}

// CheckInfo documents a check that ran, or says why it did not.
type CheckInfo struct {
	ID         string  `json:"id"`
	Version    int     `json:"version"`
	Title      Text    `json:"title"`
	Meaning    Text    `json:"meaning"`
	Importance Text    `json:"importance"`
	Fix        Text    `json:"fix"`
	Params     []Param `json:"params,omitempty"`
	Refs       []Ref   `json:"refs"`
	Skipped    Reason  `json:"skipped,omitempty"`
}

// Param is a setting of a check.
type Param struct {
	Name    string `json:"name"`
	Unit    string `json:"unit"`
	Default Number `json:"default"`
	Value   Number `json:"value"`
	Why     Text   `json:"why"`
}

// Ref is a source in the literature or in law.
type Ref struct {
	Cite string `json:"cite"`
	URL  string `json:"url,omitempty"`
}

// ControlResult is a control with the verdict that its judging findings give.
type ControlResult struct {
	Control
	State       State        `json:"state"`
	Reason      Reason       `json:"reason,omitempty"`
	Findings    []string     `json:"findings,omitempty"`
	Attestation *Attestation `json:"attestation,omitempty"` // nil: nobody has stated anything
}

// RegimeResult is a regime with the evidence for each of its provisions.
type RegimeResult struct {
	Regime
	Evidence []ProvisionEvidence `json:"evidence"`
}

// ProvisionEvidence counts what supports a provision: n of m mapped controls, with the m − n listed. It is no conclusion
// on compliance.
type ProvisionEvidence struct {
	Provision string   `json:"provision"`
	Supported []string `json:"supported"` // controls that are satisfied
	Open      []string `json:"open"`      // the others that apply
	Exempt    []string `json:"exempt,omitempty"`
}
