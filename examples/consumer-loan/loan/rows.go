package loan

import "time"

// Data is the data of one example workflow. Decisions are in order of time, but for the defect [OutOfOrder].
type Data struct {
	Decisions []Decision
	Training  []Example
	Reviews   []Review    // of the decisions with route manual
	defects   []Defect    // what is planted
	truths    []float64   // chance of repayment of each decision
	copied    map[int]int // training row to the decision that it is, under [TrainingOverlap]
}

// Decision is one row of decisions.parquet.
type Decision struct {
	ID         string    `parquet:"application_id,zstd"`
	Applicant  string    `parquet:"applicant_key,zstd"` // pseudonym; some persons apply more than once
	DecidedAt  time.Time `parquet:"decided_at,timestamp(millisecond),delta,zstd"`
	Channel    string    `parquet:"channel,dict,zstd"`
	Region     string    `parquet:"region,dict,zstd"`
	Sex        string    `parquet:"sex,optional,dict,zstd"`    // female, male, or missing
	Age        int32     `parquet:"age,dict,zstd"`             // years, 22 to 74
	Income     int32     `parquet:"income,optional,dict,zstd"` // yuan a month; 0 stands for a missing value
	IncomeBand string    `parquet:"income_band,optional,dict,zstd"`
	Employment float64   `parquet:"employment_years,dict,zstd"`      // with the present employer
	DebtRatio  float64   `parquet:"debt_ratio,dict,zstd"`            // debt service over income, 0 to 0.95
	History    int32     `parquet:"credit_history_months,dict,zstd"` // 0 to 48
	Defaults   int32     `parquet:"previous_defaults,dict,zstd"`     // 0 to 3
	Amount     int32     `parquet:"loan_amount,dict,zstd"`           // yuan
	Purpose    string    `parquet:"loan_purpose,dict,zstd"`
	Calls      int32     `parquet:"calls,dict,zstd"` // with the applicant before the decision, 0 to 4
	Device     string    `parquet:"device_type,dict,zstd"`
	Area       string    `parquet:"area_code,dict,zstd"`
	Category   string    `parquet:"shopping_category,dict,zstd"` // most frequent at the partner shop
	ContactRef string    `parquet:"contact_ref,zstd"`            // reference of the contact sheet
	Remark     string    `parquet:"remark,dict,zstd"`            // of the clerk
	Score      float64   `parquet:"score,dict,zstd"`             // chance of repayment, 0 to 1, four digits
	Reasons    string    `parquet:"reason_codes,optional,dict,zstd"`
	Model      string    `parquet:"model_version,optional,dict,zstd"`
	Route      string    `parquet:"route,dict,zstd"`           // auto or manual
	Approved   string    `parquet:"approved,dict,zstd"`        // "1" or "0"
	Repaid     string    `parquet:"repaid,optional,dict,zstd"` // "1" or "0" of granted loans older than 60 days, else missing
}

// Example is one row of training.parquet: a loan granted the year before, with its outcome.
type Example struct {
	ID         string    `parquet:"example_id,zstd"`
	GrantedAt  time.Time `parquet:"granted_at,timestamp(millisecond),delta,zstd"`
	Region     string    `parquet:"region,dict,zstd"`
	Sex        string    `parquet:"sex,optional,dict,zstd"`
	Age        int32     `parquet:"age,dict,zstd"`
	Income     int32     `parquet:"income,dict,zstd"`
	Employment float64   `parquet:"employment_years,dict,zstd"`
	DebtRatio  float64   `parquet:"debt_ratio,dict,zstd"`
	History    int32     `parquet:"credit_history_months,dict,zstd"`
	Defaults   int32     `parquet:"previous_defaults,dict,zstd"`
	Amount     int32     `parquet:"loan_amount,dict,zstd"`
	Purpose    string    `parquet:"loan_purpose,dict,zstd"`
	Calls      int32     `parquet:"calls,dict,zstd"`
	Area       string    `parquet:"area_code,dict,zstd"`
	Category   string    `parquet:"shopping_category,dict,zstd"`
	Repaid     string    `parquet:"repaid,dict,zstd"` // "1" or "0", never missing
}

// Review is one row of reviews.csv: a person decided on a case near the cut-off.
type Review struct {
	Application string
	ReviewedBy  string
	OpenedAt    time.Time
	DecidedAt   time.Time
	Seconds     int
	Suggested   string // "1" or "0", what the score said
	Decided     string // "1" or "0"
}
