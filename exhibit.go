package plumbline

import "slices"

// Exhibits are what a report draws beside the observations: too long for a metric, and aggregates only. A count under the
// minimum cell is never in them.
type Exhibits struct {
	Distributions []Distribution  `json:"distributions,omitempty"`
	Surrogate     *Surrogate      `json:"surrogate,omitempty"`
	Reasons       []ReasonExample `json:"reason_examples,omitempty"`
}

// Distribution is one column before and now, over the same bins or values.
type Distribution struct {
	Column  string    `json:"column"`
	Before  string    `json:"before"` // role of the table that it is compared with: training or reference; empty where there is none
	Bins    []Bin     `json:"bins"`
	N       [2]int64  `json:"n"`       // known values before and now
	Missing [2]int64  `json:"missing"` // before and now
	Drift   *Number   `json:"psi,omitempty"`
	Order   Quantiles `json:"quantiles_before,omitzero"` // of numbers
	Now     Quantiles `json:"quantiles_now,omitzero"`
	Rest    [2]int64  `json:"rest,omitzero"` // rows of values that are not shown one by one
	Notes   []Text    `json:"notes,omitempty"`
}

// Bin is a range of numbers or one value, with its rows before and now.
type Bin struct {
	Value  string   `json:"value,omitempty"` // of a category; empty for a range
	From   *Number  `json:"from,omitempty"`  // of a range, included; nil: open
	To     *Number  `json:"to,omitempty"`    // of a range, not included; nil: open
	Rows   [2]int64 `json:"rows"`            // −1: withheld, since it would tell of few people
	Before bool     `json:"before"`          // the value occurs before
}

// Quantiles are of the numbers of a column.
type Quantiles struct {
	Q05 Number `json:"q05"`
	Q25 Number `json:"q25"`
	Q50 Number `json:"q50"`
	Q75 Number `json:"q75"`
	Q95 Number `json:"q95"`
}

// Surrogate is a tree that was learnt from recorded decisions. It approximates them and is never the decision logic.
type Surrogate struct {
	Rows     int64           `json:"rows"`     // learnt from
	HeldOut  int64           `json:"held_out"` // measured on
	Features []string        `json:"features"`
	Left     []string        `json:"left_out,omitempty"` // columns that were not offered, keys and times
	Rules    []SurrogateRule `json:"rules"`              // leaves, largest first
}

// SurrogateRule is one leaf in words.
type SurrogateRule struct {
	Conditions []Text `json:"conditions"`
	Favourable bool   `json:"favourable"` // what the leaf says
	Rows       int64  `json:"rows"`       // held-out rows that reach it
	Agree      int64  `json:"agree"`      // of them, rows whose decision is what the leaf says
}

// ReasonExample is a stated reason with what is typical of the decisions that carry it. It is made from many rows and is no
// person's case.
type ReasonExample struct {
	Reason   string  `json:"reason"`
	Rows     int64   `json:"rows"`
	Column   string  `json:"column,omitempty"`   // input that the reason refers to; empty where the record has none
	With     *Number `json:"with,omitempty"`     // median of the input where the reason is stated
	Without  *Number `json:"without,omitempty"`  // median elsewhere
	Contrast *Number `json:"contrast,omitempty"` // 0.5 to 1: chance that the input orders a row with the reason and one without on the usual sides (area under the curve)
	Rule     string  `json:"rule,omitempty"`
}

// Comparison holds this assessment against an earlier one.
type Comparison struct {
	File     string          `json:"file"`
	SHA256   string          `json:"sha256"`
	AsOf     string          `json:"as_of"`
	Tool     string          `json:"tool"` // version that made it
	Same     bool            `json:"same_inputs"`
	New      []string        `json:"new"`      // findings that were not there, and are not satisfied now
	Worse    []FindingChange `json:"worse"`    //
	Better   []FindingChange `json:"better"`   //
	Gone     []string        `json:"gone"`     // not satisfied then, and without a verdict now: nothing was mended by that
	Resolved []string        `json:"resolved"` // not satisfied then, satisfied now
	Kept     int             `json:"unchanged"`
}

// Raises reports whether a finding is new or worse than before.
func (c *Comparison) Raises(id string) bool {
	return slices.Contains(c.New, id) || slices.ContainsFunc(c.Worse, func(w FindingChange) bool { return w.ID == id })
}

// FindingChange is a finding whose state or severity is another one than before.
type FindingChange struct {
	ID           string   `json:"id"`
	From         State    `json:"from"`
	To           State    `json:"to"`
	FromSeverity Severity `json:"from_severity,omitempty"`
	ToSeverity   Severity `json:"to_severity,omitempty"`
}
