package plumbline

// Risk is a row of the risk register: a finding that somebody must answer for.
type Risk struct {
	ID         string    `json:"id"`
	Findings   []string  `json:"findings"`
	Title      Text      `json:"title"`
	Likelihood int       `json:"likelihood"` // 1 to 5, row of the matrix
	Impact     int       `json:"impact"`     // 1 to 5, column of the matrix
	Level      Severity  `json:"level"`      // looked up in the matrix
	Owner      string    `json:"owner"`      // empty: nobody was named, and the report says so
	Treatment  Treatment `json:"treatment"`
}

// Treatment is what is done about a risk. It lowers the risk only when a re-test shows it, or when a person accepts it.
type Treatment struct {
	Kind   string `json:"kind"`             // mitigate, avoid, transfer, accept; empty where none is declared
	Action Text   `json:"action,omitzero"`  //
	Owner  string `json:"owner,omitempty"`  //
	Due    string `json:"due,omitempty"`    // date, 2006-01-02
	Status string `json:"status,omitempty"` // planned, done, accepted
}

// RiskMatrix looks up the level of a risk. It is data and is shown whole in every report.
type RiskMatrix struct {
	Levels [5][5]Severity `json:"levels"` // by likelihood 1 to 5, then impact 1 to 5
	Source Text           `json:"source"`
}

// Level returns the level for a likelihood and an impact, each 1 to 5; values outside are moved to the nearest end.
func (m RiskMatrix) Level(likelihood, impact int) Severity {
	return m.Levels[min(max(likelihood, 1), 5)-1][min(max(impact, 1), 5)-1]
}
