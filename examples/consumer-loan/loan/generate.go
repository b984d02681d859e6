package loan

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"github.com/plumbline-project/plumbline/examples/madeup"
	"github.com/plumbline-project/plumbline/examples/planted"
)

// Limits and default of [Config].Rows.
const (
	DefaultRows = 50_000
	MaxRows     = 5_000_000
)

// Config says what to make.
type Config = planted.Config

// generator carries the state of one run.
type generator struct {
	sw     switches
	rng    *rand.Rand
	routes *rand.Rand // whether a person sees a case, under [Unreviewed]
	tables tables
	memo   reasons
}

// The streams of draws. Those of before the later dimensions came keep their numbers, and with them their rows.
const (
	decideStream = iota + 1
	trainStream
	keyStream
	columnStream // columns that nothing depends on
	routeStream
	spoilStream // the first of the streams of data defects
)

// Generate makes the data. A wrong Config is an error of code [plumbline.Invalid] or [plumbline.TooLarge].
func Generate(cfg Config) (*Data, error) {
	rows, err := planted.CheckRows(cfg.Rows, DefaultRows, MaxRows)
	if err != nil {
		return nil, err
	}
	if err := planted.Check(cfg.Defects, Catalogue()); err != nil {
		return nil, err
	}
	g := generator{sw: newSwitches(among(cfg.Defects)), memo: reasons{}, routes: madeup.Rand(cfg.Seed, routeStream)}
	g.tables = newTables(&g.sw)
	g.rng = madeup.Rand(cfg.Seed, decideStream)
	data := &Data{defects: slices.Clone(cfg.Defects)}
	g.decide(data, rows)
	g.rng = madeup.Rand(cfg.Seed, trainStream)
	g.train(data, rows/2)
	addColumns(data, madeup.Rand(cfg.Seed, columnStream))
	spoil(data, cfg.Seed)
	return data, nil
}

// decide fills the decisions and their reviews.
func (g *generator) decide(data *Data, rows int) {
	data.Decisions = make([]Decision, rows)
	data.truths = make([]float64, rows)
	persons := make([]person, 0, rows)
	whose := make([]int32, rows) // person of each row
	keys := madeup.Rand(g.rng.Uint64(), keyStream)
	for i := range data.Decisions {
		again, earlier := g.rng.Float64() < 0.06, g.rng.Float64()
		p := drawPerson(g.rng, &g.tables, &g.sw)
		if g.sw.drift {
			p.shift()
		}
		p.key = madeup.Pseudonym(keys.Uint64(), i)
		if again && i > 0 {
			whose[i] = whose[int(earlier*float64(i))]
		} else {
			whose[i] = int32(len(persons)) //nolint:gosec // at most MaxRows
			persons = append(persons, p)
		}
		review := g.decision(&data.Decisions[i], &data.truths[i], &persons[whose[i]], i, rows)
		if data.Decisions[i].Route == "manual" {
			data.Reviews = append(data.Reviews, review)
		}
	}
}

// span returns the first moment of the decisions and the moment of the extract, one year later.
func span() (from, to time.Time) {
	return time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
}

// trainingSpan is the year before that of the decisions.
func trainingSpan() (from, to time.Time) {
	to, _ = span()
	return to.AddDate(-1, 0, 0), to
}

// decision fills row i of rows for a person. It makes the same draws in every case; the review counts for route manual only.
func (g *generator) decision(d *Decision, chance *float64, p *person, i, rows int) Review {
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
	*chance = madeup.Sigmoid(truth)
	*d = Decision{
		ID: madeup.Number("CL-", i+1), Applicant: p.key, DecidedAt: at, Region: p.region, Sex: p.sex, Age: p.age,
		Channel: g.pick(g.tables.channels), Purpose: g.pick(g.tables.purposes), Device: g.pick(g.tables.devices),
		Income: p.income, IncomeBand: band(p.income), Employment: p.employment, DebtRatio: p.debt, History: p.history,
		Defaults: p.defaults, Amount: amount, Area: p.area, Category: p.category,
		Score: madeup.Rounded(madeup.Sigmoid(seen)), Model: "cl-2025.3", Route: "auto", Approved: "0",
	}
	if at.After(from.AddDate(0, 6, 14)) {
		d.Model = "cl-2026.1"
	}
	// Whoever a defect concerns is held to a higher cut-off, which is the same as a lower score against the common one.
	held := madeup.Rounded(madeup.Sigmoid(seen - g.sw.step(p)))
	granted := held >= cutoff
	if g.sw.timeGap {
		d.DecidedAt = planted.AroundGap(at, gapStart(), gapDays)
	}
	review, alone := g.review(d, granted), g.routes.Float64() < unreviewedOdd
	if math.Abs(held-cutoff) <= reviewed && (!g.sw.unreviewed || granted || !alone) {
		d.Route = "manual"
		granted = review.Decided == "1"
	}
	repays, strange := g.rng.Float64() < madeup.Sigmoid(truth), g.rng.Float64() < unknownReasonOdd
	switch {
	case !granted:
		d.Reasons = g.memo.of(&c, g.sw.unknownReason && strange)
	case at.Before(to.AddDate(0, 0, -60)):
		d.Repaid = madeup.Bit(repays)
	}
	d.Approved = madeup.Bit(granted)
	return review
}

// review is what a person would decide: an eighth of the suggestions is turned round after some minutes; none, within
// seconds, where rubber stamps are planted.
func (g *generator) review(d *Decision, granted bool) Review {
	r := Review{
		Application: d.ID, ReviewedBy: "reviewer-" + strconv.Itoa(1+g.rng.IntN(8)), DecidedAt: d.DecidedAt,
		Suggested: madeup.Bit(granted), Decided: madeup.Bit(granted),
	}
	turn, pace := g.rng.Float64() < 0.12, math.Exp(0.5*g.rng.NormFloat64())
	r.Seconds = 1 + int(210*pace)
	if g.sw.rubberStamp {
		r.Seconds = 1 + int(5*pace)
	} else if turn {
		r.Decided = madeup.Bit(!granted)
	}
	r.OpenedAt = r.DecidedAt.Add(-time.Duration(r.Seconds) * time.Second)
	return r
}

// train fills the training data: applicants of the year before, those granted a loan, with the outcome. The outcome in 西南
// was then what the score says; it is lower in the year of the decisions.
func (g *generator) train(data *Data, applicants int) {
	data.Training = make([]Example, 0, applicants)
	from, to := trainingSpan()
	for i := range applicants {
		p := drawPerson(g.rng, &g.tables, &g.sw)
		amount := drawAmount(g.rng.NormFloat64(), p.income)
		c := contributions(&p, amount)
		truth := logit(&c)
		purpose, repays := g.pick(g.tables.purposes), g.rng.Float64() < madeup.Sigmoid(truth)
		if madeup.Rounded(madeup.Sigmoid(truth-g.sw.step(&p))) < cutoff {
			continue
		}
		data.Training = append(data.Training, Example{
			ID: madeup.Number("TR-", len(data.Training)+1), Region: p.region, Sex: p.sex, Age: p.age, Income: p.income,
			Employment: p.employment, DebtRatio: p.debt, History: p.history, Defaults: p.defaults, Amount: amount,
			Purpose: purpose, GrantedAt: from.Add(time.Duration((float64(i) + 0.5) / float64(applicants) * float64(to.Sub(from)))).Truncate(time.Second), Area: p.area, Category: p.category, Repaid: madeup.Bit(repays),
		})
	}
}

// pick draws a value.
func (g *generator) pick(shares []madeup.Share) string {
	return shares[madeup.Pick(g.rng.Float64(), shares)].Value
}

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
