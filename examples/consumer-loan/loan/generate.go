package loan

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/plumbline-project/plumbline"
)

// Limits and default of [Config].Rows.
const (
	DefaultRows = 50_000
	MaxRows     = 5_000_000
)

// Config says what to make.
type Config struct {
	Rows    int      // decisions, 1 to [MaxRows]; 0 = [DefaultRows]
	Seed    uint64   // start of all draws
	Defects []Defect // what to plant; nil = a null data set
}

// Data is the data of one example workflow. Decisions are in order of time.
type Data struct {
	Decisions []Decision
	Training  []Example
	Reviews   []Review // of the decisions with route manual
	noBasis   bool     // the workflow file keeps its planted defect
}

// Decision is one row of decisions.parquet.
type Decision struct {
	ID         string    `parquet:"application_id,zstd"`
	Applicant  string    `parquet:"applicant_key,zstd"` // pseudonym; some persons apply more than once
	DecidedAt  time.Time `parquet:"decided_at,timestamp(millisecond),delta,zstd"`
	Channel    string    `parquet:"channel,dict,zstd"`
	Region     string    `parquet:"region,dict,zstd"`
	Sex        string    `parquet:"sex,optional,dict,zstd"` // female, male, or missing
	Age        int32     `parquet:"age,dict,zstd"`          // years, 22 to 74
	Income     int32     `parquet:"income,dict,zstd"`       // yuan a month
	IncomeBand string    `parquet:"income_band,dict,zstd"`
	Employment float64   `parquet:"employment_years,dict,zstd"`      // with the present employer
	DebtRatio  float64   `parquet:"debt_ratio,dict,zstd"`            // debt service over income, 0 to 0.95
	History    int32     `parquet:"credit_history_months,dict,zstd"` // 0 to 48
	Defaults   int32     `parquet:"previous_defaults,dict,zstd"`     // 0 to 3
	Amount     int32     `parquet:"loan_amount,dict,zstd"`           // yuan
	Purpose    string    `parquet:"loan_purpose,dict,zstd"`
	Device     string    `parquet:"device_type,dict,zstd"`
	Area       string    `parquet:"area_code,dict,zstd"`
	Category   string    `parquet:"shopping_category,dict,zstd"` // most frequent at the partner shop
	Score      float64   `parquet:"score,dict,zstd"`             // chance of repayment, 0 to 1, four digits
	Reasons    string    `parquet:"reason_codes,optional,dict,zstd"`
	Model      string    `parquet:"model_version,dict,zstd"`
	Route      string    `parquet:"route,dict,zstd"`           // auto or manual
	Approved   string    `parquet:"approved,dict,zstd"`        // "1" or "0"
	Repaid     string    `parquet:"repaid,optional,dict,zstd"` // "1" or "0" of granted loans older than 60 days, else missing
}

// Example is one row of training.parquet: a loan granted the year before, with its outcome.
type Example struct {
	ID         string  `parquet:"example_id,zstd"`
	Region     string  `parquet:"region,dict,zstd"`
	Sex        string  `parquet:"sex,optional,dict,zstd"`
	Age        int32   `parquet:"age,dict,zstd"`
	Income     int32   `parquet:"income,dict,zstd"`
	Employment float64 `parquet:"employment_years,dict,zstd"`
	DebtRatio  float64 `parquet:"debt_ratio,dict,zstd"`
	History    int32   `parquet:"credit_history_months,dict,zstd"`
	Defaults   int32   `parquet:"previous_defaults,dict,zstd"`
	Amount     int32   `parquet:"loan_amount,dict,zstd"`
	Purpose    string  `parquet:"loan_purpose,dict,zstd"`
	Area       string  `parquet:"area_code,dict,zstd"`
	Category   string  `parquet:"shopping_category,dict,zstd"`
	Repaid     string  `parquet:"repaid,dict,zstd"` // "1" or "0", never missing
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

// generator carries the state of one run.
type generator struct {
	sw     switches
	rng    *rand.Rand
	tables tables
	memo   reasons
}

// Generate makes the data. A wrong Config is an error of code [plumbline.Invalid] or [plumbline.TooLarge].
func Generate(cfg Config) (*Data, error) {
	rows := cfg.Rows
	if rows == 0 {
		rows = DefaultRows
	}
	if rows < 0 {
		return nil, plumbline.Errorf(plumbline.Invalid, "rows must not be negative, and is %d", rows)
	}
	if rows > MaxRows {
		return nil, plumbline.Errorf(plumbline.TooLarge, "rows must not be more than %d, and is %d", MaxRows, rows)
	}
	for _, d := range cfg.Defects {
		if err := known(d); err != nil {
			return nil, err
		}
	}
	g := generator{sw: newSwitches(cfg.Defects), memo: reasons{}}
	g.tables = newTables(&g.sw)
	g.rng = newRand(cfg.Seed, 1)
	data := &Data{noBasis: slices.Contains(cfg.Defects, NoBasis)}
	g.decide(data, rows)
	g.rng = newRand(cfg.Seed, 2)
	g.train(data, rows/2)
	return data, nil
}

// newRand starts one stream of draws.
func newRand(seed, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, stream)) //nolint:gosec // reproducible data are wanted, not secrets
}

// decide fills the decisions and their reviews.
func (g *generator) decide(data *Data, rows int) {
	data.Decisions = make([]Decision, rows)
	persons := make([]person, 0, rows)
	whose := make([]int32, rows) // person of each row
	keys := newRand(g.rng.Uint64(), 3)
	for i := range data.Decisions {
		again, earlier := g.rng.Float64() < 0.06, g.rng.Float64()
		p := drawPerson(g.rng, &g.tables, &g.sw)
		p.key = pseudonym(keys.Uint64(), i)
		if again && i > 0 {
			whose[i] = whose[int(earlier*float64(i))]
		} else {
			whose[i] = int32(len(persons)) //nolint:gosec // at most MaxRows
			persons = append(persons, p)
		}
		review := g.decision(&data.Decisions[i], &persons[whose[i]], i, rows)
		if data.Decisions[i].Route == "manual" {
			data.Reviews = append(data.Reviews, review)
		}
	}
}

// span returns the first moment of the decisions and the moment of the extract, one year later.
func span() (from, to time.Time) {
	return time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
}

// decision fills row i of rows for a person. It makes the same draws in every case; the review counts for route manual only.
func (g *generator) decision(d *Decision, p *person, i, rows int) Review {
	from, to := span()
	at := from.Add(time.Duration((float64(i) + g.rng.Float64()) / float64(rows) * float64(to.Sub(from)))).Truncate(time.Second)
	amount := drawAmount(g.rng.NormFloat64(), p.income)
	c := contributions(p, amount)
	truth := logit(&c)
	seen := truth
	if g.sw.proxy {
		seen += proxyStep * float64(p.taste-1)
	}
	if g.sw.calibration && p.region == worseRegion {
		truth -= calibrationStep
	}
	*d = Decision{
		ID: number("CL-", i+1), Applicant: p.key, DecidedAt: at, Region: p.region, Sex: p.sex, Age: p.age,
		Channel: g.pick(g.tables.channels), Purpose: g.pick(g.tables.purposes), Device: g.pick(g.tables.devices),
		Income: p.income, IncomeBand: band(p.income), Employment: p.employment, DebtRatio: p.debt, History: p.history,
		Defaults: p.defaults, Amount: amount, Area: p.area, Category: p.category,
		Score: rounded(sigmoid(seen)), Model: "cl-2025.3", Route: "auto", Approved: "0",
	}
	if at.After(from.AddDate(0, 6, 14)) {
		d.Model = "cl-2026.1"
	}
	// Whoever a defect concerns is held to a higher cut-off, which is the same as a lower score against the common one.
	held := rounded(sigmoid(seen - g.sw.step(p)))
	granted := held >= cutoff
	review := g.review(d, granted)
	if math.Abs(held-cutoff) <= reviewed {
		d.Route = "manual"
		granted = review.Decided == "1"
	}
	repays, strange := g.rng.Float64() < sigmoid(truth), g.rng.Float64() < unknownReasonOdd
	switch {
	case !granted:
		d.Reasons = g.memo.of(&c, g.sw.unknownReason && strange)
	case at.Before(to.AddDate(0, 0, -60)):
		d.Repaid = bit(repays)
	}
	d.Approved = bit(granted)
	return review
}

// review is what a person would decide: an eighth of the suggestions is turned round after some minutes; none, within
// seconds, where rubber stamps are planted.
func (g *generator) review(d *Decision, granted bool) Review {
	r := Review{
		Application: d.ID, ReviewedBy: "reviewer-" + strconv.Itoa(1+g.rng.IntN(8)), DecidedAt: d.DecidedAt,
		Suggested: bit(granted), Decided: bit(granted),
	}
	turn, pace := g.rng.Float64() < 0.12, math.Exp(0.5*g.rng.NormFloat64())
	r.Seconds = 1 + int(210*pace)
	if g.sw.rubberStamp {
		r.Seconds = 1 + int(5*pace)
	} else if turn {
		r.Decided = bit(!granted)
	}
	r.OpenedAt = r.DecidedAt.Add(-time.Duration(r.Seconds) * time.Second)
	return r
}

// train fills the training data: applicants of the year before, those granted a loan, with the outcome. The outcome in 西南
// was then what the score says; it is lower in the year of the decisions.
func (g *generator) train(data *Data, applicants int) {
	data.Training = make([]Example, 0, applicants)
	for range applicants {
		p := drawPerson(g.rng, &g.tables, &g.sw)
		amount := drawAmount(g.rng.NormFloat64(), p.income)
		c := contributions(&p, amount)
		truth := logit(&c)
		purpose, repays := g.pick(g.tables.purposes), g.rng.Float64() < sigmoid(truth)
		if rounded(sigmoid(truth-g.sw.step(&p))) < cutoff {
			continue
		}
		data.Training = append(data.Training, Example{
			ID: number("TR-", len(data.Training)+1), Region: p.region, Sex: p.sex, Age: p.age, Income: p.income,
			Employment: p.employment, DebtRatio: p.debt, History: p.history, Defaults: p.defaults, Amount: amount,
			Purpose: purpose, Area: p.area, Category: p.category, Repaid: bit(repays),
		})
	}
}

// pick draws a value.
func (g *generator) pick(shares []share) string { return shares[pick(g.rng.Float64(), shares)].value }

// drawAmount gives a loan of some months' income, in thousands of yuan.
func drawAmount(normal float64, income int32) int32 {
	return int32(1000 * math.Round(min(max(3.5*float64(income)*math.Exp(0.6*normal), 2000), 200_000)/1000))
}

// band names the band of an income.
func band(income int32) string {
	switch {
	case income < 5000:
		return "under 5000"
	case income < 8000:
		return "5000 to 7999"
	case income < 12000:
		return "8000 to 11999"
	case income < 20000:
		return "12000 to 19999"
	}
	return "20000 and more"
}

// pseudonym gives 16 hexadecimal digits that differ for different i, whatever the noise.
func pseudonym(noise uint64, i int) string {
	var b [8]byte
	v := noise&^0xffffff | uint64(i) //nolint:gosec // i is at most MaxRows, under 2^24
	for range 2 {                    // each step can be undone, so no two values meet
		v ^= v >> 32
		v *= 0x9e3779b97f4a7c15
	}
	v ^= v >> 29
	binary.LittleEndian.PutUint64(b[:], v)
	return hex.EncodeToString(b[:])
}

// number gives the prefix and n with at least eight digits.
func number(prefix string, n int) string {
	digits := strconv.Itoa(n)
	return prefix + "00000000"[min(8, len(digits)):] + digits
}

func bit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
