package workflow

import "github.com/plumbline-project/plumbline"

// File is a workflow file that has passed every rule. Paths in it are relative to the folder of the file and clean; an
// empty string is a key that was not given. Maps are keyed by column or value: whoever walks one sorts its keys.
type File struct {
	Workflow     string           `yaml:"workflow" is:"id required" doc:"Stable id of the workflow."`
	Title        plumbline.Text   `yaml:"title" is:"text required" doc:"Name of the workflow for people."`
	Purpose      plumbline.Text   `yaml:"purpose" is:"text" doc:"What the workflow is for and whom it affects."`
	Sector       string           `yaml:"sector" is:"enum required" enum:"finance health public-services employment education other" doc:"Field of use; it weighs the impact of a failure."`
	Owner        plumbline.Person `yaml:"owner" is:"object" doc:"Who answers for the workflow."`
	Users        plumbline.Text   `yaml:"users" is:"text" doc:"Who uses the workflow, and whom its decisions concern."`
	Regions      []string         `yaml:"regions" is:"text" doc:"Countries or regions in which it is used."`
	Definition   string           `yaml:"definition" is:"file" doc:"The workflow's own definition, in any supported format; needed where there are no decisions."`
	Decision     Decision         `yaml:"decision" is:"object" doc:"What the workflow decides; needed together with data.decisions."`
	Data         Data             `yaml:"data" is:"object" doc:"The tables and what their columns mean; without it, only the definition is assessed."`
	Derive       []Derivation     `yaml:"derive" is:"object" doc:"Columns made from others, in the order in which they are made."`
	Fairness     *Fairness        `yaml:"fairness" is:"object" doc:"The one fairness definition that judges; the others inform."`
	Models       []Model          `yaml:"models" is:"object" doc:"Models that the workflow uses."`
	Steps        []StepNote       `yaml:"steps" is:"object" doc:"What is to be said of steps of the definition: purpose, owner, failures."`
	Explanation  *Explanation     `yaml:"explanation" is:"object" doc:"Documents that explain the workflow."`
	Oversight    *Oversight       `yaml:"oversight" is:"object" doc:"Evidence of human oversight."`
	Regimes      []string         `yaml:"regimes" is:"regime" doc:"Bodies of requirements to assess against."`
	Thresholds   []Threshold      `yaml:"thresholds" is:"object" doc:"Thresholds that this workflow moves; each is printed in the report."`
	MinN         Minimum          `yaml:"min_n" is:"object" doc:"Smallest denominator that is judged; 30 where nothing is said."`
	Privacy      Privacy          `yaml:"privacy" is:"object" doc:"How people are kept out of the report."`
	NYC          *NYC             `yaml:"nyc" is:"object" doc:"Choices that New York City Local Law 144 leaves to the auditor."`
	Mitigations  []Mitigation     `yaml:"mitigations" is:"object" doc:"What is done about findings."`
	Suppressions []Suppression    `yaml:"suppressions" is:"object" doc:"Findings set aside by a named person until a date."`
	Attestations []Attestation    `yaml:"attestations" is:"object" doc:"Statements by which a person answers for a control that nothing measures."`

	SHA256 string         `json:"-"` // of the bytes of the file, hex
	name   string         // path of the file, for messages
	lines  map[string]int // line of each key that was given
}

// HasDecisions reports whether there is a table of decisions. Without one the definition alone is assessed.
func (f *File) HasDecisions() bool { return len(f.Data.Decisions.Files) > 0 }

// Decision says which column holds the decision and which of its values are good for the person. Rates are rates of the
// favourable values; a value in no list is counted and belongs to neither side.
type Decision struct {
	Column     string   `yaml:"column" is:"column required" doc:"Column of the decision."`
	Favourable []string `yaml:"favourable" is:"value required" doc:"Values that are good for the person, as written in the data."`
	Adverse    []string `yaml:"adverse" is:"value" doc:"Values that are bad for the person; without it, all that are neither favourable nor undecided."`
	Undecided  []string `yaml:"undecided" is:"value" doc:"Values of cases not decided yet, such as refer: counted, in neither side."`
	Score      *Score   `yaml:"score" is:"object" doc:"Score behind the decision."`
	Label      *Label   `yaml:"label" is:"object" doc:"What turned out to be true (ground truth)."`
}

// Score is a number behind the decision.
type Score struct {
	Column     string `yaml:"column" is:"column required" doc:"Column of the score."`
	Favourable string `yaml:"favourable" is:"enum required" enum:"high low" doc:"End of the scale that is good for the person."`
	Kind       string `yaml:"kind" is:"enum required" enum:"probability rank" doc:"probability: 0 to 1, and calibration is measured; rank: only the order means something."`
}

// Label is the ground truth with its own good values.
type Label struct {
	Column     string   `yaml:"column" is:"column required" doc:"Column of the label; empty where the outcome is not known."`
	Favourable []string `yaml:"favourable" is:"value required" doc:"Values that speak for the person, such as repaid."`
	Adverse    []string `yaml:"adverse" is:"value" doc:"Values that speak against; without it, all other values."`
}

// Data says where the tables are and what their columns mean.
type Data struct {
	Decisions       Table                 `yaml:"decisions" is:"object" doc:"One row per decision; needed together with decision."`
	Training        *Table                `yaml:"training" is:"object" doc:"What a model was trained on."`
	Reference       *Table                `yaml:"reference" is:"object" doc:"Rows to compare the decisions with, such as an earlier period."`
	Subject         string                `yaml:"subject" is:"column" doc:"Column that names the person; rows of one person are not independent."`
	Sensitive       []Sensitive           `yaml:"sensitive" is:"object" doc:"Sensitive features, one family of tests."`
	Intersections   [][]string            `yaml:"intersections" is:"column" doc:"Combinations of sensitive features to look at together."`
	ControlFeatures []ControlFeature      `yaml:"control_features" is:"object" doc:"Features held fixed for a conditional figure beside the unconditional one."`
	Reasons         *Reasons              `yaml:"reasons" is:"object" doc:"Column of the reasons given for a decision."`
	Missing         map[string][]string   `yaml:"missing" is:"marker" doc:"Column, or * for all, to the texts that mean missing there, beside the empty field."`
	Types           map[string]string     `yaml:"types" is:"enum" enum:"boolean integer number date time text" doc:"Column to kind; a declared kind wins over what the values look like."`
	Ranges          map[string]Range      `yaml:"ranges" is:"object" doc:"Column to the numbers that are possible in it."`
	Population      map[string]Population `yaml:"population" is:"object" doc:"Sensitive feature to its shares in the population concerned."`
	Personal        []Personal            `yaml:"personal" is:"object" doc:"Columns that hold personal data, beside the subject and the sensitive ones."`
	Texts           []TextData            `yaml:"texts" is:"object" doc:"Texts that the workflow works with: knowledge bases, prompts, few-shot examples, documents."`
	Documents       []string              `yaml:"documents" is:"file" doc:"Documents on the data or the workflow."`
}

// Table names the files of a table. Several files are rows one after another, with the same columns.
type Table struct {
	Files     []string          `yaml:"file" is:"pattern required one" doc:"File, pattern such as part-*.parquet, or a list of them."`
	Format    string            `yaml:"format" is:"enum" enum:"csv tsv jsonl xlsx parquet" doc:"Format; without it, by name and content."`
	Sheet     string            `yaml:"sheet" is:"text" doc:"Sheet of a workbook; without it, the first."`
	Time      string            `yaml:"time" is:"column" doc:"Column of the time of the decision."`
	ID        string            `yaml:"id" is:"column" doc:"Column that names the row."`
	Version   string            `yaml:"version" is:"column" doc:"Column that says which version of the model or prompt decided."`
	Fresh     Days              `yaml:"fresh_days" is:"object" doc:"Age in days at which the data count as stale; 365 where nothing is said."`
	Licence   string            `yaml:"licence" is:"text" doc:"Licence or right under which the data are used."`
	Source    string            `yaml:"source" is:"text" doc:"Where the data come from."`
	Collected string            `yaml:"collected" is:"text" doc:"When and how the data were collected."`
	Cases     string            `yaml:"cases" is:"enum" enum:"all accepted" doc:"Which cases the table holds, of training or reference data; without it, training data without a decision column may be selected, and no drift is judged against them."`
	SHA256    map[string]string `yaml:"sha256" is:"sha256" doc:"File of the table to its SHA-256 when it was approved, lower-case hex; for data that a model was built on."`
}

// Sensitive is a sensitive feature with what the law asks to know of it. A gap there is a finding, not an error.
type Sensitive struct {
	Column   string `yaml:"column" is:"column required" doc:"Column of the feature."`
	Source   string `yaml:"source" is:"text" doc:"How the feature came to be known: asked, inferred, from a register."`
	Basis    string `yaml:"basis" is:"text" doc:"Legal basis for processing it."`
	Consent  string `yaml:"consent" is:"text" doc:"Consent, or the exemption that stands in for it."`
	DeleteBy string `yaml:"delete_by" is:"date" doc:"Day by which it is deleted."`
}

// ControlFeature is a feature that is held fixed. It can launder bias, so it needs a written reason.
type ControlFeature struct {
	Column string `yaml:"column" is:"column required" doc:"Column of the feature."`
	Reason string `yaml:"reason" is:"text required" doc:"Why it is right to hold it fixed."`
}

// Reasons is the column of the reasons given for a decision.
type Reasons struct {
	Column    string            `yaml:"column" is:"column required" doc:"Column of the reasons."`
	Separator string            `yaml:"separator" is:"value" doc:"Text between two reasons; ; where nothing is said."`
	Inputs    map[string]string `yaml:"inputs" is:"column" doc:"Reason to the column that it refers to; without it, a reason that begins with the name of a column refers to that."`
}

// Days is a number of days.
type Days struct {
	Value  int64  `yaml:"value" is:"count required short" doc:"Days, 1 to 1000000000."`
	Reason string `yaml:"reason" is:"text" doc:"Why."`
}

// Personal declares a column that holds personal data.
type Personal struct {
	Column string `yaml:"column" is:"column required" doc:"Column."`
	Basis  string `yaml:"basis" is:"text" doc:"Legal basis for processing it."`
}

// TextData is text that a workflow works with. It counts as training-like data.
type TextData struct {
	Files     []string `yaml:"file" is:"pattern required one" doc:"Files, plain text or Markdown: one, a pattern, or a list of them."`
	Kind      string   `yaml:"kind" is:"enum required" enum:"knowledge prompt few-shot document" doc:"What the text is for."`
	Licence   string   `yaml:"licence" is:"text" doc:"Licence or right under which the text is used."`
	Source    string   `yaml:"source" is:"text" doc:"Where the text comes from."`
	Collected string   `yaml:"collected" is:"date" doc:"Day on which it was collected or last reviewed."`
	FreshDays Days     `yaml:"fresh_days" is:"object" doc:"Age in days at which it counts as stale; 365 where nothing is said."`
}

// StepNote is what a person says of one step of the definition.
type StepNote struct {
	Step     string           `yaml:"step" is:"text required" doc:"Name of the step in the definition."`
	Purpose  plumbline.Text   `yaml:"purpose" is:"text" doc:"What the step is for."`
	Owner    string           `yaml:"owner" is:"text" doc:"Who answers for the step."`
	Failures []plumbline.Text `yaml:"failures" is:"text" doc:"How it can fail, and what happens then."`
	Controls []string         `yaml:"controls" is:"control" doc:"Controls that hold here."`
}

// Explanation names the documents that explain the workflow, and the version that they speak of.
type Explanation struct {
	Purpose   string `yaml:"purpose" is:"file" doc:"Document on what the workflow is for."`
	Mechanism string `yaml:"mechanism" is:"file" doc:"Document on how it reaches a decision."`
	Limits    string `yaml:"limits" is:"file" doc:"Document on where it should not be used, and how it fails."`
	Version   string `yaml:"version" is:"text" doc:"Version of model or workflow that the documents speak of."`
}

// Range bounds a numeric column, both ends included. An end that is empty is open.
type Range struct {
	Min string `yaml:"min" is:"decimal" doc:"Smallest possible value."`
	Max string `yaml:"max" is:"decimal" doc:"Largest possible value."`
}

// Population is the declared make-up of the population concerned. Shares are decimals whose sum is 1 within 0.005.
type Population struct {
	Source string            `yaml:"source" is:"text required" doc:"Where the shares come from."`
	AsOf   string            `yaml:"as_of" is:"date required" doc:"Day that the shares speak of."`
	Shares map[string]string `yaml:"shares" is:"share required" doc:"Value of the feature to its share, 0 to 1."`
}

// Derivation makes a text column from another, by a map of values or by bins. A missing value stays missing.
type Derivation struct {
	Column string              `yaml:"column" is:"column required" doc:"Name of the new column."`
	From   string              `yaml:"from" is:"column required" doc:"Column that it is made from; a derived one stands above."`
	Map    map[string][]string `yaml:"map" is:"value" doc:"New value to the old values that become it."`
	Else   string              `yaml:"else" is:"value" doc:"New value for all that the map does not name; without it they are missing."`
	Bins   []string            `yaml:"bins" is:"decimal" doc:"Inner edges, ascending; a value on an edge belongs to the band above."`
	Labels []string            `yaml:"labels" is:"value" doc:"Names of the bands, one more than the edges: both ends are open."`
}

// Fairness names the definition that judges, and the person who chose it before the run.
type Fairness struct {
	Primary   string            `yaml:"primary" is:"enum required" enum:"demographic_parity equalized_odds equal_opportunity predictive_parity calibration_within_groups" doc:"Definition that judges; with different base rates not all can hold."`
	Reason    string            `yaml:"reason" is:"text required" doc:"Why this one."`
	By        string            `yaml:"by" is:"text required" doc:"Who chose it."`
	On        string            `yaml:"on" is:"date required" doc:"Day of the choice."`
	Reference map[string]string `yaml:"reference" is:"value" doc:"Sensitive feature to the group that others are compared with; without it all pairs are."`
}

// Model is a model that a step of the workflow uses.
type Model struct {
	Step     string        `yaml:"step" is:"text" doc:"Step of the definition that uses it."`
	File     string        `yaml:"file" is:"file" doc:"File of the model; a hosted model has a provider and a name instead."`
	Format   string        `yaml:"format" is:"word" doc:"Format of the file, such as xgboost or onnx."`
	SHA256   string        `yaml:"sha256" is:"sha256" doc:"SHA-256 of the file when it was approved, lower-case hex."`
	Provider string        `yaml:"provider" is:"text" doc:"Who hosts the model."`
	Name     string        `yaml:"name" is:"text" doc:"Name of the hosted model."`
	Version  string        `yaml:"version" is:"text" doc:"Version in use."`
	Training ModelTraining `yaml:"training" is:"object" doc:"What is known of what the model was trained on."`
}

// ModelTraining is what is known of the training data of a model. What is not stated is unknown, and is shown as that.
type ModelTraining struct {
	Statement string `yaml:"statement" is:"text" doc:"What the provider states, and where."`
	Document  string `yaml:"document" is:"file" doc:"The statement, as a file."`
	Contract  string `yaml:"contract" is:"text" doc:"Contract that covers it."`
	Filing    string `yaml:"filing" is:"text" doc:"Filing number of the model or algorithm."`
}

// Oversight names the evidence of human oversight. The names of columns have defaults, which hold where the table has such
// a column.
type Oversight struct {
	Reviews   []string `yaml:"reviews" is:"pattern required one" doc:"Table of human reviews: file, pattern, or a list of them."`
	ID        string   `yaml:"id" is:"column" doc:"Column of the reviewed case, as in the id of the decisions; the same name where nothing is said."`
	Suggested string   `yaml:"suggested" is:"column" doc:"Column of what the workflow suggested; suggested where nothing is said."`
	Decided   string   `yaml:"decided" is:"column" doc:"Column of what the person decided; decided where nothing is said."`
	Seconds   string   `yaml:"seconds" is:"column" doc:"Column of the seconds that the person took; seconds where nothing is said."`
	Reviewer  string   `yaml:"reviewer" is:"column" doc:"Column of who reviewed, a pseudonym; reviewed_by where nothing is said."`
}

// Threshold moves thresholds of one control, with a reason. Rules is keyed by the rule's name in the control.
type Threshold struct {
	Control string            `yaml:"control" is:"control required" doc:"Control whose threshold moves."`
	Reason  string            `yaml:"reason" is:"text required" doc:"Why."`
	Rules   map[string]string `is:"decimal rest" doc:"Rule of the control, such as min_ratio, to its threshold here."`
}

// Minimum is the smallest denominator that is judged.
type Minimum struct {
	Value  int64  `yaml:"value" is:"count required short" doc:"Smallest denominator, 1 to 1000000000."`
	Reason string `yaml:"reason" is:"text" doc:"Why it is not 30."`
}

// Privacy bounds what the report shows.
type Privacy struct {
	MinCell int64  `yaml:"min_cell" is:"count required" doc:"Smallest count that is shown; 10 where nothing is said."`
	Reason  string `yaml:"reason" is:"text" doc:"Why; required under 10."`
}

// NYC holds the choice that Local Law 144 leaves to the auditor: leaving out categories under 2 % of the data.
type NYC struct {
	ExcludeSmall bool   `yaml:"exclude_small" is:"bool required" doc:"Leave categories under 2 % out of the impact ratio."`
	Reason       string `yaml:"reason" is:"text" doc:"Why; required where they are left out."`
	By           string `yaml:"by" is:"text" doc:"Who chose it; required where they are left out."`
}

// Mitigation is what is done about a finding or about all findings of a control; exactly one of the two is named.
type Mitigation struct {
	Finding    string         `yaml:"finding" is:"text" doc:"Finding that it answers."`
	Control    string         `yaml:"control" is:"control" doc:"Control whose findings it answers."`
	Action     plumbline.Text `yaml:"action" is:"text required" doc:"What is done."`
	Owner      string         `yaml:"owner" is:"text required" doc:"Who does it."`
	Due        string         `yaml:"due" is:"date" doc:"Day by which it is done; required while it is planned."`
	Status     string         `yaml:"status" is:"enum required" enum:"planned done accepted" doc:"done lowers the risk only when a re-test shows it."`
	AcceptedBy string         `yaml:"accepted_by" is:"text" doc:"Who accepts the risk; required where it is accepted."`
}

// Suppression sets a finding aside. It ends: after Expires the finding counts again.
type Suppression struct {
	Finding string `yaml:"finding" is:"text required" doc:"Finding that is set aside."`
	Reason  string `yaml:"reason" is:"text required" doc:"Why."`
	By      string `yaml:"by" is:"text required" doc:"Who answers for it."`
	Expires string `yaml:"expires" is:"date required" doc:"Last day on which it holds."`
}

// Attestation is a person's statement on a control. Document and SHA256 come together or not at all.
type Attestation struct {
	Control   string `yaml:"control" is:"control required" doc:"Control that it speaks of."`
	Who       string `yaml:"who" is:"text required" doc:"Who states it."`
	On        string `yaml:"on" is:"date required" doc:"Day of the statement."`
	Document  string `yaml:"document" is:"file" doc:"File with the evidence."`
	SHA256    string `yaml:"sha256" is:"sha256" doc:"SHA-256 of the document when it was attested, lower-case hex."`
	Statement string `yaml:"statement" is:"text required" doc:"What is stated."`
}
