package plumbline

// Control is one thing that Plumbline asks of a workflow. Controls are data; their thresholds are fixed before a run.
type Control struct {
	ID         string    `json:"id"`     // "MB-03"
	Family     string    `json:"family"` // "MB"
	Dimension  Dimension `json:"dimension,omitempty"`
	Title      Text      `json:"title"`
	Method     string    `json:"method"`          // automatic, mixed, semi-automatic, person
	Engine     string    `json:"engine"`          // what judges it; empty: nothing measures it yet
	Rules      []Rule    `json:"rules,omitempty"` // thresholds
	Maps       []Mapping `json:"maps,omitempty"`
	Meaning    Text      `json:"meaning,omitzero"`
	Importance Text      `json:"importance,omitzero"`
	Fix        Text      `json:"fix,omitzero"`
	Impact     int       `json:"impact"` // of a failure on the persons concerned, 1 to 5, before the sector is considered
}

// Rule is a threshold of a control with the bands that grade how far beyond it a result lies.
type Rule struct {
	Name   string `json:"name"` // key under which a workflow file may override it, "min_ratio"
	Metric string `json:"metric"`
	Op     string `json:"op"`    // ">=" or "<="
	Value  string `json:"value"` // decimal
	Unit   Unit   `json:"unit"`
	Source string `json:"source"` // "product-default" or the id of an instrument
	Why    Text   `json:"why"`
	Bands  []Band `json:"bands"` // mildest first
}

// Band grades a result: the severity from the value At on, seen from the threshold.
type Band struct {
	At       string   `json:"at"` // decimal
	Severity Severity `json:"severity"`
}

// Mapping relates a control to a provision of an instrument.
type Mapping struct {
	Ref        string `json:"ref"`        // provision, "CN-PIPL-24¶1"
	Instrument string `json:"instrument"` // id of the instrument
	Rel        string `json:"rel"`        // equal, subset, superset, intersect, supports
	Confidence string `json:"confidence"` // S: seen in a named source; K: background knowledge
	Note       Text   `json:"note,omitzero"`
}

// Attestation is what a person states of a control that nothing measures, and what came of it. Only a document whose
// fingerprint is still the attested one makes it evidence; a bare word is recorded and shown.
type Attestation struct {
	Who       string `json:"who"`
	On        string `json:"on"` // date, 2006-01-02
	Statement string `json:"statement"`
	Document  string `json:"document,omitempty"`     // path in the folder of the workflow
	SHA256    string `json:"sha256,omitempty"`       // of the document when it was attested, hex
	Found     string `json:"found_sha256,omitempty"` // of the document now, where it is another one
	State     State  `json:"state"`
	Reason    Reason `json:"reason,omitempty"`
	Decides   bool   `json:"decides"` // it gives the control its verdict; false where a measurement does
}

// Instrument is a law, regulation, standard or policy. Its force is shown wherever it is named.
type Instrument struct {
	ID         string `json:"id"`
	Title      Text   `json:"title"`
	Issuer     Text   `json:"issuer"`
	Force      string `json:"force"` // law … reported-unverified
	From       string `json:"from,omitempty"`
	Until      string `json:"until,omitempty"`
	Confidence string `json:"confidence"`
	Source     string `json:"source"`
}

// Regime is a body of requirements against which a workflow is assessed.
type Regime struct {
	ID         string      `json:"id"`
	Title      Text        `json:"title"`
	Status     string      `json:"status"` // in-force, reported-unverified, …
	Banner     Text        `json:"banner,omitzero"`
	Source     string      `json:"source"`
	Provisions []Provision `json:"provisions"`
}

// Provision is one requirement of a regime.
type Provision struct {
	ID         string      `json:"id"`
	Title      Text        `json:"title"`
	Dimensions []Dimension `json:"dimensions,omitempty"`
	Controls   []string    `json:"controls"`    // ids, expanded
	GroundedIn []string    `json:"grounded_in"` // provisions of real instruments
	Note       Text        `json:"note,omitzero"`
}
