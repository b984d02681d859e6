package plumbline

// Graph is a workflow's own definition as steps and edges, whatever tool it was made in. An import drops nothing: what it does
// not understand is kept as an opaque step and said in Notes. It holds no secret and no value of a credential.
type Graph struct {
	Format   string      `json:"format"`             // "n8n"
	Name     string      `json:"name,omitempty"`     //
	File     string      `json:"file"`               // path in the folder of the workflow
	SHA256   string      `json:"sha256"`             // of the file, hex
	Platform string      `json:"platform,omitempty"` // version of the tool or of the export's schema, where the file says it
	Steps    []Step      `json:"steps"`              // in the order of the file
	Edges    []Edge      `json:"edges"`              // in the order of the file; data references after the connections
	Notes    []GraphNote `json:"notes,omitempty"`    // what is odd or was not understood

	ErrorHandler string `json:"error_handler,omitempty"` // the workflow that runs when this one fails, as written

	Params map[string]string `json:"-"` // texts of no step (settings, notes on the canvas) by JSON pointer; may hold secrets
	Lines  map[string]int    `json:"-"` // the line of each of Params, from 1
}

// GraphNote is something that an import could not read, or found odd.
type GraphNote struct {
	Text     Text     `json:"text"`
	Location Location `json:"location"`
}

// Location is a place in a file of the workflow's folder.
type Location struct {
	File    string `json:"file"`
	Pointer string `json:"pointer,omitempty"` // JSON pointer (RFC 6901)
	Line    int    `json:"line,omitempty"`    // from 1; 0 where it is not known
}

// StepKind says what a step does.
type StepKind string

// The kinds of step. Opaque is a step whose type is not known.
const (
	TriggerStep   StepKind = "trigger"
	SourceStep    StepKind = "source"    // reads data from outside
	RetrievalStep StepKind = "retrieval" // searches a knowledge base; embeddings and stores too
	ModelStep     StepKind = "model"
	AgentStep     StepKind = "agent"
	ToolStep      StepKind = "tool" // offered to an agent, which decides when it runs
	MemoryStep    StepKind = "memory"
	CodeStep      StepKind = "code"
	TransformStep StepKind = "transform" // parsers and splitters too
	DecisionStep  StepKind = "decision"  // branches
	PersonStep    StepKind = "person"    // waits for a person's verdict
	GuardStep     StepKind = "guard"     // moderation, validation against a schema
	OutputStep    StepKind = "output"    // writes, sends, answers
	OpaqueStep    StepKind = "opaque"
)

// StepKinds lists the kinds in the order of a legend.
func StepKinds() []StepKind {
	return []StepKind{
		TriggerStep, SourceStep, RetrievalStep, ModelStep, AgentStep, ToolStep, MemoryStep, CodeStep, TransformStep, DecisionStep, PersonStep,
		GuardStep, OutputStep, OpaqueStep,
	}
}

// Effect says what a step does to the world outside the workflow.
type Effect string

// The effects, mildest first. A step with an effect beyond Reads is privileged.
const (
	NoEffect Effect = ""
	Reads    Effect = "reads"
	Answers  Effect = "answers"  // replies to who called the workflow
	Writes   Effect = "writes"   // changes data
	Sends    Effect = "sends"    // mail, message, publication
	Pays     Effect = "pays"     // moves money
	Executes Effect = "executes" // runs commands or code
	Unclear  Effect = "unclear"  // the file does not tell
)

// Privileged reports whether an effect changes something outside that a person might want to see first.
func (e Effect) Privileged() bool {
	return e == Writes || e == Sends || e == Pays || e == Executes
}

// Step is one step of a workflow. What the definition does not say and the tool fills in by default is filled in here.
type Step struct {
	ID          string     `json:"id"`   // unique in the graph, the same from run to run
	Name        string     `json:"name"` // as people see it
	Type        string     `json:"type"` // the tool's own name of the type
	TypeVersion string     `json:"type_version,omitempty"`
	Kind        StepKind   `json:"kind"`
	AI          bool       `json:"ai,omitempty"` // a model is called in this step, or it serves one that is
	Disabled    bool       `json:"disabled,omitempty"`
	Untrusted   bool       `json:"untrusted,omitempty"` // text of strangers enters here
	Effect      Effect     `json:"effect,omitempty"`
	Operation   string     `json:"operation,omitempty"` // what it does, in the tool's words, defaults filled in: "message.send"
	Provider    string     `json:"provider,omitempty"`  // of a model
	Model       string     `json:"model,omitempty"`     // as written; empty: the definition names none
	Pinned      bool       `json:"pinned,omitempty"`    // the model's name fixes one version
	Prompts     []Prompt   `json:"prompts,omitempty"`
	Endpoints   []Endpoint `json:"endpoints,omitempty"`
	Credentials []string   `json:"credentials,omitempty"` // types and names, never values
	Auth        string     `json:"auth,omitempty"`        // of a trigger: "none", or what it asks for
	OnError     string     `json:"on_error,omitempty"`    // stop, continue, branch
	Retries     int        `json:"retries,omitempty"`
	Notes       string     `json:"notes,omitempty"` // what the author wrote beside it
	Location    Location   `json:"location"`
	Column      int        `json:"column"` // place in the drawing, from 0, left to right
	Row         int        `json:"row"`    // from 0, top to bottom

	// Params holds the texts, numbers and booleans of the step, pinned data too, as they are written, by JSON pointer in the file.
	// It is for rules that look for patterns, and may hold secrets. Lines gives the line of each, from 1.
	Params map[string]string `json:"-"`
	Lines  map[string]int    `json:"-"`
}

// Prompt is an instruction to a model. Its text stays out of the assessment.
type Prompt struct {
	Role      string   `json:"role"` // system, user, assistant, tool
	Chars     int      `json:"chars"`
	SHA256    string   `json:"sha256"` // of the text, hex
	Variables []string `json:"variables,omitempty"`
	Location  Location `json:"location"`

	Text string `json:"-"`
}

// Endpoint is an address that a step calls.
type Endpoint struct {
	Scheme   string   `json:"scheme"` // http, https, …; empty where it is computed
	Host     string   `json:"host"`   // without user and port; empty where it is computed
	Local    bool     `json:"local,omitempty"`
	Dynamic  bool     `json:"dynamic,omitempty"` // the address is put together when the workflow runs
	Location Location `json:"location"`
}

// EdgeKind says what passes along an edge.
type EdgeKind string

// The kinds of edge. A data edge is a reference that reads a step's output without a connection to it.
const (
	FlowEdge   EdgeKind = "flow"
	ErrorEdge  EdgeKind = "error"
	DataEdge   EdgeKind = "data"
	ModelEdge  EdgeKind = "model" // from a model to the agent or chain that it serves
	ToolEdge   EdgeKind = "tool"  // from a tool to its agent
	MemoryEdge EdgeKind = "memory"
	PartEdge   EdgeKind = "part" // any other sub-step: parser, splitter, embedding
)

// Edge leads from one step to another, by id.
type Edge struct {
	From     string   `json:"from"`
	To       string   `json:"to"`
	Kind     EdgeKind `json:"kind"`
	Branch   string   `json:"branch,omitempty"` // which output of From: "true", "false", "error", "1"
	Location Location `json:"location"`
}

// Step returns the step with an id, or nil.
func (g *Graph) Step(id string) *Step {
	for i := range g.Steps {
		if g.Steps[i].ID == id {
			return &g.Steps[i]
		}
	}
	return nil
}

// Dossier is what is known of one step of the workflow, for the person who answers for it.
type Dossier struct {
	Step      string   `json:"step"` // id in the graph
	Purpose   Text     `json:"purpose,omitzero"`
	Owner     string   `json:"owner,omitempty"`
	Input     []string `json:"input,omitempty"`  // names of steps and data
	Output    []string `json:"output,omitempty"` //
	Failures  []Text   `json:"failures,omitempty"`
	Controls  []string `json:"controls,omitempty"`        // ids of controls that speak of the step
	Findings  []string `json:"findings,omitempty"`        // ids
	Declared  bool     `json:"declared,omitempty"`        // purpose or owner stands in the workflow file
	Inherited bool     `json:"owner_inherited,omitempty"` // the owner is that of the whole workflow
}
