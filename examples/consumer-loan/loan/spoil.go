package loan

import (
	"math"
	"math/rand/v2"
	"time"

	"github.com/plumbline-project/plumbline/examples/madeup"
	"github.com/plumbline-project/plumbline/examples/planted"
)

// Sizes of the defects of data and records, as shares of the rows that they can concern.
const (
	driftIncome       = 1.4  // factor of incomes; the score gains as much by it …
	driftDebt         = 0.10 // … as it loses by debts, so that the rates of approval stay
	duplicateShare    = 0.02
	duplicateIDs      = 0.01
	missingIncome     = 0.30
	outOfRangeShare   = 0.01
	unseenShare       = 0.04
	conflictShare     = 0.08 // training rows that repeat the row before with the other outcome
	flippedShare      = 0.15 // training rows whose outcome is turned round
	overlapShare      = 0.20 // training rows that are decisions of the year
	outOfOrderShare   = 0.05
	remarkNumbers     = 0.20
	missingReason     = 0.20 // of the refusals
	unstableShare     = 0.95 // of the refusals
	inconsistentShare = 0.04 // of the rows; those that a person saw, or the row before, stay
	noVersionShare    = 0.30
	unreviewedOdd     = 0.90 // of the refusals near the cut-off
)

// gapDays is how long nothing is decided under [TimeGap], and gapStart when that begins.
const gapDays = 100

func gapStart() time.Time { return time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC) }

// shift makes a person of the drifted population.
func (p *person) shift() {
	p.income = int32(100 * math.Round(float64(p.income)*driftIncome/100))
	p.debt = math.Round(1000*min(p.debt+driftDebt, 0.95)) / 1000
}

// addColumns fills the columns that neither the score nor the outcome depends on.
func addColumns(data *Data, rng *rand.Rand) {
	calls := func() int32 {
		shares := []madeup.Share{{Share: 0.3}, {Share: 0.4}, {Share: 0.2}, {Share: 0.08}, {Share: 0.02}}
		return int32(madeup.Pick(rng.Float64(), shares)) //nolint:gosec // 0 to 4
	}
	remarks := madeup.Even("资料齐全", "已核对收入证明", "客户自行申请", "合作商户推荐", "补充了资料")
	for i := range data.Decisions {
		d := &data.Decisions[i]
		d.Calls = calls()
		d.Remark = remarks[madeup.Pick(rng.Float64(), remarks)].Value
		d.ContactRef = madeup.Number("sheet-", 1+rng.IntN(60))
	}
	for i := range data.Training {
		data.Training[i].Calls = calls()
	}
}

// spoil plants the defects that are made of finished rows. Each has a stream of its own, and stands before those whose
// work it must not see: copies are taken of clean rows.
func spoil(data *Data, seed uint64) {
	plants := []struct {
		name  Defect
		plant func(*Data, *rand.Rand)
	}{
		{StaleTraining, (*Data).age},
		{TrainingOverlap, (*Data).overlap},
		{Inconsistent, (*Data).contradict},
		{UnstableReasons, (*Data).shuffleReasons},
		{MissingReason, (*Data).dropReasons},
		{Duplicates, (*Data).duplicate},
		{OutOfOrder, (*Data).jumpBack},
		{UndeclaredIdentity, (*Data).identify},
		{MissingIncome, (*Data).dropIncome},
		{ConstantColumn, (*Data).fixDevice},
		{OutOfRange, (*Data).percent},
		{UnseenCategory, (*Data).invent},
		{NoVersion, (*Data).dropVersion},
		{Leakage, (*Data).leak},
		{LabelFlip, (*Data).flip},
	}
	on := among(data.defects)
	for i, p := range plants {
		if on(p.name) {
			p.plant(data, madeup.Rand(seed, spoilStream+uint64(i)))
		}
	}
}

// some calls f with the decisions that a share hits by lot.
func (d *Data) some(rng *rand.Rand, share float64, f func(*Decision)) {
	for i := range d.Decisions {
		if rng.Float64() < share {
			f(&d.Decisions[i])
		}
	}
}

func (d *Data) age(*rand.Rand) {
	for i := range d.Training {
		d.Training[i].GrantedAt = d.Training[i].GrantedAt.AddDate(-5, 0, 0)
	}
}

// overlap puts granted decisions with a known outcome in the place of training rows.
func (d *Data) overlap(rng *rand.Rand) {
	d.copied = map[int]int{}
	var known []int
	for i := range d.Decisions {
		if d.Decisions[i].Repaid != "" {
			known = append(known, i)
		}
	}
	rng.Shuffle(len(known), func(i, j int) { known[i], known[j] = known[j], known[i] })
	for i := range d.Training {
		if rng.Float64() >= overlapShare || len(known) == 0 {
			continue
		}
		c, e := &d.Decisions[known[0]], &d.Training[i]
		d.copied[i] = known[0]
		known = known[1:]
		*e = Example{
			ID: e.ID, GrantedAt: e.GrantedAt, Region: c.Region, Sex: c.Sex, Age: c.Age, Income: c.Income, Employment: c.Employment,
			DebtRatio: c.DebtRatio, History: c.History, Defaults: c.Defaults, Amount: c.Amount, Purpose: c.Purpose, Calls: c.Calls,
			Area: c.Area, Category: c.Category, Repaid: c.Repaid,
		}
	}
}

// contradict lets a share of the rows repeat what the row before says, by another person under another id, and decides them the
// other way.
func (d *Data) contradict(rng *rand.Rand) {
	_, to := span()
	names := inputs()
	for i := 1; i < len(d.Decisions); i++ {
		hit, repays, reason := rng.Float64() < inconsistentShare, rng.Float64() < d.truths[i-1], names[rng.IntN(len(names))]
		before, c := &d.Decisions[i-1], &d.Decisions[i]
		if !hit || before.Route != "auto" || c.Route != "auto" {
			continue
		}
		own := *c
		*c = *before
		c.ID, c.Applicant, c.DecidedAt, c.Model = own.ID, own.Applicant, own.DecidedAt, own.Model
		d.truths[i] = d.truths[i-1]
		c.Reasons, c.Repaid = reason, ""
		if before.Approved == "0" {
			c.Reasons = ""
			if c.DecidedAt.Before(to.AddDate(0, 0, -60)) {
				c.Repaid = madeup.Bit(repays)
			}
		}
		c.Approved = madeup.Bit(before.Approved == "0")
	}
}

func (d *Data) shuffleReasons(rng *rand.Rand) {
	names := inputs()
	d.some(rng, unstableShare, func(c *Decision) {
		if c.Reasons != "" {
			order := rng.Perm(len(names))
			c.Reasons = names[order[0]] + ";" + names[order[1]]
		}
	})
}

func (d *Data) dropReasons(rng *rand.Rand) {
	d.some(rng, missingReason, func(c *Decision) { c.Reasons = "" })
}

// duplicate puts copies of the row before in the place of rows, and gives others the id of the row before. Cases that a person
// reviewed stay.
func (d *Data) duplicate(rng *rand.Rand) {
	planted.Duplicate(rng, d.Decisions, duplicateShare, duplicateIDs,
		func(c *Decision) bool { return c.Route == "auto" }, func(c, before *Decision) { c.ID = before.ID })
}

// jumpBack sets times ten days back, as a clock does that was not set; never into the gap of [TimeGap].
func (d *Data) jumpBack(rng *rand.Rand) {
	from, to := gapStart(), gapStart().AddDate(0, 0, gapDays)
	d.some(rng, outOfOrderShare, func(c *Decision) {
		at := c.DecidedAt.AddDate(0, 0, -10)
		if c.Route == "auto" && (at.Before(from) || !at.Before(to)) {
			c.DecidedAt = at
		}
	})
}

// identify writes a resident identity number where the reference of the contact sheet belongs, one for each applicant, and mobile
// numbers into remarks.
func (d *Data) identify(rng *rand.Rand) {
	numbers := map[string]string{}
	for i := range d.Decisions {
		c := &d.Decisions[i]
		n, ok := numbers[c.Applicant]
		if !ok {
			n = madeup.ResidentNumber(rng, c.Sex == female || c.Sex == unknown && rng.IntN(2) == 0, int(c.Age))
			numbers[c.Applicant] = n
		}
		c.ContactRef = n
		if rng.Float64() < remarkNumbers {
			c.Remark = "客户要求致电 " + madeup.MobileNumber(rng)
		}
	}
}

func (d *Data) dropIncome(rng *rand.Rand) {
	d.some(rng, missingIncome, func(c *Decision) { c.Income, c.IncomeBand = 0, "" })
}

func (d *Data) fixDevice(*rand.Rand) {
	for i := range d.Decisions {
		d.Decisions[i].Device = "android"
	}
}

func (d *Data) percent(rng *rand.Rand) {
	d.some(rng, outOfRangeShare, func(c *Decision) { c.DebtRatio = math.Round(1000*max(c.DebtRatio, 0.02)) / 10 })
}

func (d *Data) invent(rng *rand.Rand) {
	d.some(rng, unseenShare, func(c *Decision) { c.Purpose = "digital-assets" })
}

func (d *Data) dropVersion(rng *rand.Rand) {
	d.some(rng, noVersionShare, func(c *Decision) { c.Model = "" })
}

// leak counts the calls of collection among those before the decision: one to three where a loan was repaid, more where not.
func (d *Data) leak(rng *rand.Rand) {
	for i := range d.Training {
		e := &d.Training[i]
		e.Calls = int32(rng.IntN(3)) //nolint:gosec // 0 to 2
		if e.Repaid == "0" {
			e.Calls += 3 + int32(rng.IntN(5)) //nolint:gosec // 0 to 4
		}
		if j, ok := d.copied[i]; ok { // the same row in both tables stays the same
			d.Decisions[j].Calls = e.Calls
		}
	}
}

// flip turns outcomes round, and repeats rows with the other outcome.
func (d *Data) flip(rng *rand.Rand) {
	for i := range d.Training {
		e := &d.Training[i]
		u := rng.Float64()
		switch {
		case u < conflictShare && i > 0:
			before := d.Training[i-1]
			before.ID, before.GrantedAt = e.ID, e.GrantedAt
			*e = before
			fallthrough
		case u < conflictShare+flippedShare:
			e.Repaid = madeup.Bit(e.Repaid == "0")
		}
	}
}
