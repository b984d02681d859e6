package claim

import "time"

// Data is the data of one example workflow. Decisions are in order of time.
type Data struct {
	Decisions []Decision
	Earlier   []Earlier // claims of the year before
	Reviews   []Review  // of the suggested denials
	defects   []Defect
}

// Decision is one row of decisions.csv.
type Decision struct {
	Features
	ID        string
	Household string // pseudonym
	DecidedAt time.Time
	Note      string  // of the claimant
	Score     float64 // of need, 0 to 1, four digits; only its order means something
	Reasons   string  // codes, separated by a bar; of denials only
	Model     string
	Route     string // auto, or caseworker; not a column, since reviews.csv tells it
	Outcome   string // granted or denied
}

// Features are what a claim says. The JSON names are those of the columns.
type Features struct {
	Channel   string `json:"channel"`
	District  string `json:"district"`
	Sex       string `json:"sex"` // female, male, or missing
	Age       int    `json:"age"` // years, 18 to 89
	Ethnicity string `json:"ethnicity"`
	Size      int    `json:"household_size"`  // persons, 1 to 6
	Income    int    `json:"income"`          // a month
	Rent      int    `json:"rent"`            // a month
	Savings   int    `json:"savings"`         // −1 stands for a missing value
	Resident  int    `json:"months_resident"` // 0 to 120
}

// Earlier is one row of earlier.jsonl: a claim of the year before.
type Earlier struct {
	ID        string `json:"claim_id"`
	DecidedAt string `json:"decided_at"` // RFC 3339
	Features
}

// Review is one row of reviews.csv: a caseworker decided on a suggested denial.
type Review struct {
	Claim, Caseworker  string
	DecidedAt          time.Time
	Seconds            int
	Suggested, Decided string // granted or denied
}
