package claim

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/plumbline-project/plumbline/examples/madeup"
	"github.com/plumbline-project/plumbline/examples/planted"
)

// Limits and default of [Config].Rows.
const (
	DefaultRows = 15_000
	MaxRows     = 1_000_000
)

// Config says what to make.
type Config = planted.Config

const (
	cutoff       = 0.60 // score of need from which support is granted
	intercept    = 0.95
	missingShare = 0.02
	overrideOdd  = 0.12 // of the suggested denials, granted by the caseworker
)

// Sizes of the defects.
const (
	ethnicityStep   = 0.70 // logit points
	ageStep         = 0.70
	underShare      = 0.45 // share of Hispanic or Latino claimants against the declared one
	driftRent       = 1.35 // factor of rents …
	driftIncome     = 1.35 // … and of incomes, so that need stays
	duplicateShare  = 0.06
	duplicateIDs    = 0.03
	missingSavings  = 0.30
	unseenShare     = 0.05
	contactShare    = 0.25
	missingReason   = 0.20 // of the denials
	unknownReason   = 0.10 // of the denials
	noVersionShare  = 0.30
	unreviewedShare = 0.97 // of the suggested denials
	gapDays         = 100
)

// The streams of draws.
const (
	claimStream = iota + 1
	earlierStream
	keyStream
	routeStream
	spoilStream
)

// tables are the distributions that claimants are drawn from.
type tables struct {
	channels, districts, ethnicities, notes []madeup.Share
}

const (
	black    = "Black"
	hispanic = "Hispanic or Latino"
	granted  = "granted"
	denied   = "denied"
)

// newTables returns the shares; those of ethnicity are the ones that plumbline.yaml declares, unless too few are planted.
func newTables(few bool) tables {
	t := tables{
		channels:    []madeup.Share{madeup.Weigh("online", 0.6), madeup.Weigh("office", 0.25), madeup.Weigh("phone", 0.15)},
		districts:   madeup.Even("Canal", "Eastfield", "Mill Hill", "Northgate", "Old Town", "Riverside"),
		ethnicities: []madeup.Share{madeup.Weigh("White", 0.52), madeup.Weigh(black, 0.18), madeup.Weigh(hispanic, 0.16), madeup.Weigh("Asian", 0.09), madeup.Weigh("Other", 0.05)},
		notes:       madeup.Even("rent went up this year", "lost hours at work", "no changes since last claim", "documents attached", "asks for a decision by letter"),
	}
	if few {
		const declared = 0.16
		for i := range t.ethnicities {
			if s := &t.ethnicities[i]; s.Value == hispanic {
				s.Share *= underShare
			} else {
				s.Share *= (1 - declared*underShare) / (1 - declared)
			}
		}
	}
	return t
}

// Generate makes the data. A wrong Config is an error of code [plumbline.Invalid] or [plumbline.TooLarge].
func Generate(cfg Config) (*Data, error) {
	rows, err := planted.CheckRows(cfg.Rows, DefaultRows, MaxRows)
	if err != nil {
		return nil, err
	}
	if err := planted.Check(cfg.Defects, Catalogue()); err != nil {
		return nil, err
	}
	data := &Data{defects: slices.Clone(cfg.Defects)}
	t := newTables(data.has(EthnicityRepresentation))
	data.decide(cfg.Seed, rows, &t)
	data.before(cfg.Seed, rows, &t)
	data.spoil(cfg.Seed)
	return data, nil
}

// has tells whether a defect is planted.
func (d *Data) has(name Defect) bool { return slices.Contains(d.defects, name) }

// span returns the first moment of the decisions and that of the extract, one year later.
func span() (from, to time.Time) {
	return time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
}

// moment is when row i of rows falls between two times.
func moment(from, to time.Time, i, rows int, u float64) time.Time {
	return from.Add(time.Duration((float64(i) + u) / float64(rows) * float64(to.Sub(from)))).Truncate(time.Second)
}

// draw makes a claim. The number and order of the draws never depend on the defects.
func draw(rng *rand.Rand, t *tables) Features {
	pick := func(s []madeup.Share) string { return s[madeup.Pick(rng.Float64(), s)].Value }
	f := Features{Channel: pick(t.channels), District: pick(t.districts), Ethnicity: pick(t.ethnicities), Sex: "male"}
	if rng.Float64() < 0.56 {
		f.Sex = "female"
	}
	if rng.Float64() < missingShare {
		f.Sex = ""
	}
	f.Age = 18 + int(72*math.Pow(rng.Float64(), 1.3))
	f.Size = 1 + int(madeup.TruncatedExp(rng.Float64(), 1.6, 6))
	f.Income = int(10 * math.Round(min(max(1900*math.Exp(0.35*rng.NormFloat64()), 400), 9000)/10))
	f.Rent = int(10 * math.Round(min(max(0.40*float64(f.Income)*math.Exp(0.3*rng.NormFloat64()), 150), 4000)/10))
	f.Savings = int(100 * math.Round(min(max(2500*math.Exp(0.8*rng.NormFloat64()), 0), 60_000)/100))
	f.Resident = int(rng.Float64() * 121)
	return f
}

// terms are the logit points of the inputs, in the order of the reason codes D1 to D5.
func terms(f *Features) [5]float64 {
	return [5]float64{
		-0.9 * math.Log(float64(f.Income)/1900),
		-0.6 * math.Log((float64(f.Savings)+100)/2600),
		1.1 * (float64(f.Rent)/float64(f.Income) - 0.42) / 0.13,
		0.2 * (float64(f.Resident) - 60) / 35,
		0.35 * (float64(f.Size) - 2.4),
	}
}

// reasons names up to two inputs that lowered the need most, lowest first.
func reasons(x [5]float64) string {
	order := []int{0, 1, 2, 3, 4}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case x[a] < x[b]:
			return -1
		case x[a] > x[b]:
			return 1
		}
		return 0
	})
	codes := []string{"D" + strconv.Itoa(order[0]+1)}
	if x[order[1]] < -0.1 {
		codes = append(codes, "D"+strconv.Itoa(order[1]+1))
	}
	return strings.Join(codes, "|")
}

// decide fills the decisions and their reviews.
func (d *Data) decide(seed uint64, rows int, t *tables) {
	rng, keys, routes := madeup.Rand(seed, claimStream), madeup.Rand(seed, keyStream), madeup.Rand(seed, routeStream)
	from, to := span()
	d.Decisions = make([]Decision, rows)
	for i := range d.Decisions {
		f := draw(rng, t)
		at := moment(from, to, i, rows, rng.Float64())
		note := t.notes[madeup.Pick(rng.Float64(), t.notes)].Value
		turn, pace, worker, alone := rng.Float64() < overrideOdd, math.Exp(0.5*rng.NormFloat64()), 1+rng.IntN(6), routes.Float64() < unreviewedShare
		x := terms(&f)
		need := intercept
		for _, v := range x {
			need += v
		}
		if d.has(Drift) {
			f.Rent, f.Income = int(driftRent*float64(f.Rent)), int(driftIncome*float64(f.Income))
		}
		if d.has(TimeGap) {
			at = planted.AroundGap(at, gapStart(), gapDays)
		}
		c := Decision{
			ID: madeup.Number("HS-", i+1), Household: madeup.Pseudonym(keys.Uint64(), i), DecidedAt: at, Features: f, Note: note,
			Score: madeup.Rounded(madeup.Sigmoid(need)), Model: "hs-2026.1", Route: "auto", Outcome: granted,
		}
		if at.After(from.AddDate(0, 5, 0)) {
			c.Model = "hs-2026.2"
		}
		if madeup.Sigmoid(need-d.step(&f)) < cutoff {
			c.Outcome = denied
			if !d.has(Unreviewed) || !alone {
				d.review(&c, worker, pace, turn)
			}
		}
		if c.Outcome == denied {
			c.Reasons = reasons(x)
		}
		d.Decisions[i] = c
	}
}

func gapStart() time.Time { return time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC) }

// step is by how many logit points the cut-off of a claimant lies above everybody's.
func (d *Data) step(f *Features) float64 {
	x := 0.0
	if f.Ethnicity == black && d.has(EthnicityPenalty) {
		x += ethnicityStep
	}
	if f.Age >= 65 && d.has(AgePenalty) {
		x += ageStep
	}
	return x
}

// review lets a caseworker decide a suggested denial: some are granted after minutes; none, within seconds, where rubber stamps
// are planted.
func (d *Data) review(c *Decision, worker int, pace float64, turn bool) {
	r := Review{Claim: c.ID, Caseworker: "caseworker-" + strconv.Itoa(worker), DecidedAt: c.DecidedAt, Suggested: denied, Seconds: 1 + int(320*pace)}
	c.Route = "caseworker"
	switch {
	case d.has(RubberStamp):
		r.Seconds = 1 + int(5*pace)
	case turn:
		c.Outcome = granted
	}
	r.Decided = c.Outcome
	d.Reviews = append(d.Reviews, r)
}

// before fills the claims of the year before, from the same population.
func (d *Data) before(seed uint64, rows int, t *tables) {
	rng := madeup.Rand(seed, earlierStream)
	to, _ := span()
	d.Earlier = make([]Earlier, rows)
	for i := range d.Earlier {
		at := moment(to.AddDate(-1, 0, 0), to, i, rows, 0.5)
		d.Earlier[i] = Earlier{ID: madeup.Number("HP-", i+1), DecidedAt: at.Format(time.RFC3339), Features: draw(rng, t)}
	}
}

// spoil plants the defects that are made of finished rows, each with a stream of its own.
func (d *Data) spoil(seed uint64) {
	plants := []struct {
		name  Defect
		share float64
		plant func(*rand.Rand, *Decision)
	}{
		{MissingReason, missingReason, func(_ *rand.Rand, c *Decision) { c.Reasons = "" }},
		{UnknownReason, unknownReason, func(_ *rand.Rand, c *Decision) {
			if c.Outcome == denied {
				c.Reasons = "D9"
			}
		}},
		{MissingSavings, missingSavings, func(_ *rand.Rand, c *Decision) { c.Savings = -1 }},
		{UnseenCategory, unseenShare, func(_ *rand.Rand, c *Decision) { c.District = "Harbour" }},
		{NoVersion, noVersionShare, func(_ *rand.Rand, c *Decision) { c.Model = "" }},
		{UndeclaredContact, contactShare, func(rng *rand.Rand, c *Decision) {
			c.Note = "please write to " + c.Household[:6] + "@riverside-tenants.net or call +44 7700 900" + madeup.Number("", rng.IntN(1000))[5:]
		}},
	}
	for i, p := range plants {
		rng := madeup.Rand(seed, spoilStream+uint64(i))
		for j := range d.Decisions {
			if rng.Float64() < p.share && d.has(p.name) {
				p.plant(rng, &d.Decisions[j])
			}
		}
	}
	if d.has(Duplicates) {
		d.duplicate(madeup.Rand(seed, spoilStream+uint64(len(plants))))
	}
}

// duplicate puts copies of the row before in the place of rows, and gives others its id. Cases that a person saw stay.
func (d *Data) duplicate(rng *rand.Rand) {
	planted.Duplicate(rng, d.Decisions, duplicateShare, duplicateIDs,
		func(c *Decision) bool { return c.Route == "auto" }, func(c, before *Decision) { c.ID = before.ID })
}
