package check

import (
	"context"
	"math"
	"slices"
	"strconv"
	"sync"

	"github.com/plumbline-project/plumbline/internal/detect"
	"github.com/plumbline-project/plumbline/internal/table"
)

// Bounds of what is kept of a column.
const (
	scanBins     = 20     // a sampled column of numbers is cut into so many
	scanValues   = 64     // and one of texts keeps so many values
	scanKept     = 20_000 // different values that are kept with their counts
	scanLongInt  = 1e10   // from here on an integer can be a number of a person
	personalRows = 200_000
)

// pass walks the columns of a table and adds up the hashes of its rows. One column is read while the one before it is worked on.
type pass struct {
	work              sync.WaitGroup   // what needs no table; one piece at a time
	long              []*scannedColumn // integers that can be numbers of persons
	in                *Input
	s                 *scanned
	before            *scanned
	exact, near, like []uint64 // sums of the hashes of columns: their order does not matter
	ids               []uint64 // hash of the id of each row; nil where there is none
	named             bool     // there are ids
}

// beside does a piece of work while the next column is read. It waits for the piece before, so that no two write at once, and
// all are done in the order of the columns.
func (p *pass) beside(do func()) {
	p.work.Wait()
	p.work.Go(do)
}

// adds says which of the hashes of a row a column is part of.
func (p *pass) adds(c *scannedColumn) (exact, near, like []uint64) {
	switch {
	case c.Name == p.s.id:
		return p.ids, nil, nil
	case c.derived, c.Name == p.in.Plan.ID:
		return nil, nil, nil
	}
	exact = p.exact
	if c.Name != p.s.time && p.in.Plan.Role(c.Name) != "subject" {
		near = p.near
	}
	if p.like != nil && slices.Contains(p.s.shared, c.Name) {
		like = p.like
	}
	return exact, near, like
}

func (p *pass) column(ctx context.Context, info table.ColumnInfo) error {
	c := &scannedColumn{
		ColumnInfo: info, role: p.in.Plan.Role(info.Name), derived: p.in.derivedColumn(info.Name), low: math.Inf(1), high: math.Inf(-1),
		repeat: 1, declared: p.in.declaredPersonal(p.s, info.Name), private: p.in.private(info.Name),
	}
	p.s.columns = append(p.s.columns, c)
	if info.Kind == table.Nested || p.s.rows == 0 {
		return nil
	}
	if info.Kind != table.Number {
		codes, err := p.s.t.Codes(ctx, info.Name)
		if err == nil {
			var times *table.Floats
			if c.Name == p.s.time && (c.Kind == table.Date || c.Kind == table.Time) {
				if times, err = p.s.t.Floats(ctx, c.Name); err != nil && !unreadable(err) {
					return err
				}
			}
			p.beside(func() { p.coded(c, codes, times) })
			return nil
		}
		if !unreadable(err) {
			return err
		}
	}
	if info.Kind != table.Text {
		floats, err := p.s.t.Floats(ctx, info.Name)
		if err == nil {
			p.beside(func() { p.floated(c, floats) })
			return nil
		}
		if !unreadable(err) {
			return err
		}
	}
	p.work.Wait()
	return p.texts(ctx, c)
}

func numericKind(k table.Kind) bool { return k == table.Integer || k == table.Number }

// coded reads a column with few different values: everything is done once for each of them, and one sum for each row.
func (p *pass) coded(c *scannedColumn, codes *table.Codes, times *table.Floats) {
	n := len(codes.Dict)
	counts := make([]int64, n)
	for _, x := range codes.U8 {
		counts[x]++
	}
	for _, x := range codes.U16 {
		counts[x]++
	}
	salt := p.in.salt(c.Name)
	exact, near := make([]uint64, max(n, 256)), make([]uint64, max(n, 256))
	numbers := make([]float64, n)
	detector := p.detector(c)
	rangeOf := p.rangeOf(c)
	var squares float64
	for i, text := range codes.Dict {
		numbers[i] = math.NaN()
		if i == 0 {
			exact[0], near[0] = salt, salt
			squares += float64(counts[0]) * float64(counts[0])
			continue
		}
		c.top = max(c.top, counts[i])
		squares += float64(counts[i]) * float64(counts[i])
		v, err := strconv.ParseFloat(text, 64)
		if numericKind(c.Kind) && err == nil && finite(v) {
			numbers[i] = v
			rangeOf.add(v, counts[i])
		}
		if numericKind(c.Kind) && err == nil && exactInFloat(text) {
			exact[i], near[i] = hashNumber(salt, v), hashNumber(salt, roundedNumber(v))
		} else {
			exact[i], near[i] = hashText(salt, text, false), hashText(salt, text, true)
		}
		if detector != nil {
			detector.Add([]byte(text), counts[i])
		}
	}
	c.repeat = squares / (float64(p.s.rows) * float64(p.s.rows))
	p.found(c, detector)
	p.sum(c, codes, exact, near)
	p.targets(c, codes)
	p.binCodes(c, codes, numbers, n)
	if n <= scanKept {
		c.dict, c.counts = codes.Dict, counts
	}
	if times != nil {
		p.clockOf(times)
	}
}

// sum adds the hashes of a column to those of the rows.
func (p *pass) sum(c *scannedColumn, codes *table.Codes, exact, near []uint64) {
	to, round, like := p.adds(c)
	for _, x := range []struct{ rows, hash []uint64 }{{to, exact}, {round, near}, {like, exact}} {
		if x.rows == nil {
			continue
		}
		if codes.U8 != nil {
			hash := (*[256]uint64)(x.hash)
			for i, code := range codes.U8 {
				x.rows[i] += hash[code]
			}
		}
		for i, code := range codes.U16 {
			x.rows[i] += x.hash[code]
		}
	}
}

// targets keeps the side of the label.
func (p *pass) targets(c *scannedColumn, codes *table.Codes) {
	if c.Name != p.s.label {
		return
	}
	outcome := &p.in.Plan.Label
	if c.Name != outcome.Column {
		outcome = &p.in.Plan.Decision
	}
	side := make([]uint8, len(codes.Dict))
	for i, v := range codes.Dict {
		side[i] = outcome.side(v, i == 0)
	}
	p.s.target = make([]uint8, codes.Len())
	for i := range p.s.target {
		p.s.target[i] = side[codes.At(i)]
	}
}

// binCodes keeps the sampled rows in few bins.
func (p *pass) binCodes(c *scannedColumn, codes *table.Codes, numbers []float64, n int) {
	values := codesAt(codes, p.s.at)
	switch {
	case n <= scanBins+1:
		c.sample = &bins{codes: values, n: n}
	case numericKind(c.Kind):
		floats := make([]float64, len(values))
		for i, v := range values {
			floats[i] = numbers[v]
		}
		c.sample = cut(floats, scanBins)
	default:
		c.sample = frequent(values, n, scanValues, minValueRows)
	}
}

// floated reads a column of many different numbers, dates or times.
func (p *pass) floated(c *scannedColumn, col *table.Floats) {
	salt := p.in.salt(c.Name)
	exact, near, like := p.adds(c)
	rangeOf := p.rangeOf(c)
	numeric := numericKind(c.Kind)
	for i, v := range col.Values {
		h, round := salt, salt
		if ok := col.Ok(i); ok {
			if numeric {
				rangeOf.add(v, 1)
			}
			h = hashNumber(salt, v)
			if near != nil {
				round = hashNumber(salt, roundedNumber(v))
			}
		}
		if exact != nil {
			exact[i] += h
		}
		if near != nil {
			near[i] += round
		}
		if like != nil {
			like[i] += h
		}
	}
	sample := floatsAt(col, p.s.at)
	c.sample = cut(sample, scanBins)
	c.repeat, c.top = repeats(sample, int64(p.s.rows))
	if c.Name == p.s.time {
		p.clockOf(col)
	}
	if c.Kind == table.Integer && c.high >= scanLongInt {
		p.long = append(p.long, c)
	}
}

// longNumbers looks for numbers of persons among the integers that are long enough, in some of the rows.
func (p *pass) longNumbers(ctx context.Context) error {
	p.work.Wait()
	at := drawn(p.s.rows, personalRows, p.in.Seed)
	for _, c := range p.long {
		detector := p.detector(c)
		if detector == nil {
			continue
		}
		next := 0
		if err := p.s.t.Texts(ctx, c.Name, func(row int, text []byte) error {
			for next < len(at) && int(at[next]) < row { // rows without a value do not come here
				next++
			}
			if next < len(at) && int(at[next]) == row {
				detector.Add(text, 1)
			}
			return nil
		}); err != nil {
			return err
		}
		p.found(c, detector)
	}
	return nil
}

// repeats estimates from sampled numbers the chance that two rows have the same one, and the rows of the most frequent one.
func repeats(sample []float64, rows int64) (chance float64, top int64) {
	known := slices.DeleteFunc(slices.Clone(sample), math.IsNaN)
	slices.Sort(known)
	pairs, run, most := 0.0, 0, 0
	for i, v := range known {
		if i > 0 && v == known[i-1] {
			run++
		} else {
			run = 1
		}
		pairs += float64(run - 1)
		most = max(most, run)
	}
	missing := float64(len(sample) - len(known))
	pairs += missing * (missing - 1) / 2
	n := float64(len(sample))
	if n < 2 {
		return 1, int64(most)
	}
	return max(pairs/(n*(n-1)/2), 1/(n*n)), int64(float64(most) / n * float64(rows))
}

// texts reads a column of many different texts, or of integers that no float64 holds.
func (p *pass) texts(ctx context.Context, c *scannedColumn) error {
	salt := p.in.salt(c.Name)
	exact, near, like := p.adds(c)
	detector := p.detector(c)
	numeric := numericKind(c.Kind)
	next := 0
	missing := func(until int) {
		for ; next < until; next++ {
			for _, rows := range [][]uint64{exact, near, like} {
				if rows != nil {
					rows[next] += salt
				}
			}
		}
	}
	err := p.s.t.Texts(ctx, c.Name, func(row int, text []byte) error {
		missing(row)
		next = row + 1
		var h, round uint64
		if numeric && exactInFloat(string(text)) {
			v, _ := strconv.ParseFloat(string(text), 64)
			h, round = hashNumber(salt, v), hashNumber(salt, roundedNumber(v))
		} else {
			h = hashText(salt, text, false)
			if near != nil {
				round = hashText(salt, text, true)
			}
		}
		if exact != nil {
			exact[row] += h
		}
		if near != nil {
			near[row] += round
		}
		if like != nil {
			like[row] += h
		}
		if detector != nil {
			detector.Add(text, 1)
		}
		return nil
	})
	if err != nil {
		return err
	}
	missing(p.s.rows)
	c.repeat = 1 / float64(max(p.s.rows, 2))
	p.found(c, detector)
	return nil
}

// detector begins a search for personal data, but for columns of which the file says that they hold some.
func (p *pass) detector(c *scannedColumn) *detect.PersonalColumn {
	if c.derived || c.declared {
		return nil
	}
	return detect.NewPersonalColumn(c.Name, p.in.year())
}

// found keeps what a detector saw. A credit code is of an organisation and no personal data.
func (p *pass) found(c *scannedColumn, d *detect.PersonalColumn) {
	if d == nil {
		return
	}
	if c.personal, c.share = d.Kind(); c.personal == detect.CreditCode {
		c.personal, c.share = "", 0
	}
	c.inside, c.hits, c.looked = d.Inside()
}

// extent collects the range of a column's numbers.
type extent struct {
	c           *scannedColumn
	min, max    float64 // declared
	first, last float64 // of the column before
}

func (p *pass) rangeOf(c *scannedColumn) *extent {
	e := &extent{c: c, min: math.Inf(-1), max: math.Inf(1), first: math.Inf(-1), last: math.Inf(1)}
	if r, ok := p.in.file().Data.Ranges[c.Name]; ok {
		c.ranged = true
		if v, err := strconv.ParseFloat(r.Min, 64); err == nil {
			e.min = v
		}
		if v, err := strconv.ParseFloat(r.Max, 64); err == nil {
			e.max = v
		}
	}
	if b := p.before.find(c.Name); b != nil && b.numbers > 0 && numericKind(b.Kind) && numericKind(c.Kind) {
		e.first, e.last, c.compared = b.low, b.high, true
	}
	return e
}

func (e *extent) add(v float64, rows int64) {
	c := e.c
	c.numbers += rows
	c.low, c.high = min(c.low, v), max(c.high, v)
	if v < e.min || v > e.max {
		c.outside += rows
	}
	if v < e.first || v > e.last {
		c.beyond += rows
	}
}

// find gives a column of a table that may not be there.
func (s *scanned) find(name string) *scannedColumn {
	if s == nil {
		return nil
	}
	for _, c := range s.columns {
		if c.Name == name {
			return c
		}
	}
	return nil
}
