package check

import (
	"math"
	"math/bits"
	"slices"
	"sort"

	"github.com/plumbline-project/plumbline/internal/table"
)

// copies counts rows that are there more than once.
type copies struct {
	exact    int64 // rows beyond the first of each set of equal ones
	near     int64 // the same after rounding and folding
	ids      int64 // rows whose id another row above has
	clusters []cluster
	chance   float64 // share of rows that independent columns would repeat by chance
	coarse   float64 // the same for what is left after rounding
}

// cluster is a set of rows that are alike after rounding.
type cluster struct{ rows, favourable, adverse int64 }

// maxClusters is how many of the largest sets are kept.
const maxClusters = 5

// order sorts the row hashes and counts what is there more than once. 64 bits take two different rows of 10 million for equal
// with a chance below 3 in a million.
func (p *pass) order() {
	out := &p.s.copies
	out.clusters = p.largest()
	room := make([]uint64, p.s.rows)
	out.exact = repeated(sortHashes(p.exact, room))
	out.near = repeated(sortHashes(p.near, room))
	out.ids = repeated(sortHashes(p.ids, room))
}

// copies says what the rows that are there more than once amount to.
func (p *pass) copies() copies {
	out := p.s.copies
	if p.s.rows == 0 {
		return out
	}
	chance, coarse := 1.0, 1.0
	for _, c := range p.s.columns {
		exact, near, _ := p.adds(c)
		if exact != nil && c.Name != p.s.id {
			chance *= c.repeat
		}
		if near != nil {
			coarse *= coarsely(c)
		}
	}
	out.chance = 1 - math.Exp(-float64(p.s.rows)*chance)
	out.coarse = 1 - math.Exp(-float64(p.s.rows)*coarse)
	if id := p.s.find(p.s.id); id != nil && p.named {
		out.ids -= max(id.Missing-1, 0)
	}
	out.near -= out.exact
	return out
}

// coarsely is the chance that two rows agree in a column after rounding: a number of many values keeps at most so many steps.
func coarsely(c *scannedColumn) float64 {
	if numericKind(c.Kind) && c.numbers > 0 {
		return max(c.repeat, 1.0/2000)
	}
	return c.repeat
}

// sortHashes sorts numbers that are spread evenly over 64 bits: they go to buckets by their first bits, and each bucket is sorted
// by comparison, so that the cost is linear in them; it is n log n at worst. room is working memory of at least their number.
func sortHashes(hashes, room []uint64) []uint64 {
	const perBucket, most = 64, 16
	shift := 64 - min(bits.Len(uint(len(hashes)/perBucket)), most)
	if shift == 64 {
		slices.Sort(hashes)
		return hashes
	}
	next := make([]int, 1<<(64-shift)+1)
	for _, h := range hashes {
		next[h>>shift+1]++
	}
	for b := 1; b < len(next); b++ {
		next[b] += next[b-1]
	}
	room = room[:len(hashes)]
	for _, h := range hashes {
		b := h >> shift
		room[next[b]] = h
		next[b]++
	}
	start := 0
	for _, end := range next[:len(next)-1] { // each begins where the one before it ends
		slices.Sort(room[start:end])
		start = end
	}
	copy(hashes, room)
	return hashes
}

// repeated counts the elements of a sorted slice beyond the first of each run.
func repeated(sorted []uint64) (n int64) {
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			n++
		}
	}
	return n
}

// largest finds the largest sets of rows that are alike, with the labels in them. It counts hashes by their last bits first, so
// that only rows of heavy buckets are looked at.
func (p *pass) largest() []cluster {
	if p.s.target == nil {
		return nil
	}
	const buckets = 1 << 16
	counts := make([]uint32, buckets)
	for _, h := range p.near {
		counts[h%buckets]++
	}
	least := uint32(p.s.rows/buckets + p.s.rows/1000 + 10) //nolint:gosec // rows are below 2^31
	sets := map[uint64]*cluster{}
	for i, h := range p.near {
		if counts[h%buckets] < least {
			continue
		}
		c := sets[h]
		if c == nil {
			if len(sets) >= buckets {
				continue
			}
			c = &cluster{}
			sets[h] = c
		}
		c.rows++
		switch p.s.target[i] {
		case good:
			c.favourable++
		case bad:
			c.adverse++
		}
	}
	var out []cluster
	for _, c := range sets { // sorted below by all that it holds
		if c.rows >= 10 {
			out = append(out, *c)
		}
	}
	slices.SortFunc(out, func(a, b cluster) int {
		for _, d := range []int64{b.rows - a.rows, b.favourable - a.favourable, b.adverse - a.adverse} {
			if d != 0 {
				return int(d)
			}
		}
		return 0
	})
	return out[:min(len(out), maxClusters)]
}

// conflicts counts rows whose features are those of a row with the other label, and the rows with a label.
func (s *scanned) conflicts() (conflicting, labelled int64) {
	if s.like == nil || s.target == nil {
		return 0, 0
	}
	keys := make([]uint64, 0, len(s.like))
	for i, h := range s.like {
		if side := s.target[i]; side == good || side == bad {
			keys = append(keys, h<<2|uint64(side))
		}
	}
	sortHashes(keys, make([]uint64, len(keys)))
	for i := 0; i < len(keys); {
		j := i
		for j < len(keys) && keys[j]>>2 == keys[i]>>2 {
			j++
		}
		if keys[i]&3 != keys[j-1]&3 {
			conflicting += int64(j - i)
		}
		i = j
	}
	return conflicting, int64(len(keys))
}

// overlap counts the rows whose features are those of a row of another table.
func (s *scanned) overlap(other *scanned) (n int64) {
	known, mine := slices.Clone(other.like), slices.Clone(s.like)
	room := make([]uint64, max(len(known), len(mine)))
	sortHashes(known, room)
	sortHashes(mine, room)
	j := 0
	for _, h := range mine {
		for j < len(known) && known[j] < h {
			j++
		}
		if j == len(known) {
			break
		}
		if known[j] == h {
			n++
		}
	}
	return n
}

// chanceAlike is the share of rows that would have a twin among n others by chance, were the features independent.
func (s *scanned) chanceAlike(n int) float64 {
	alike := 1.0
	for _, c := range s.columns {
		if slices.Contains(s.shared, c.Name) {
			alike *= c.repeat
		}
	}
	return 1 - math.Exp(-float64(n)*alike)
}

// clock is what a column of times tells.
type clock struct {
	known   int64
	first   float64 // seconds since 1970
	last    float64
	astray  int64   // sampled rows that break the order of the others
	sampled int64   // sampled rows with a time
	days    int64   // days with a row, but those of a bucket of a longer span than a day count once
	gap     float64 // longest time without a row, in seconds
	future  int64
}

// clockOf reads the times of the rows. The longest gap is exact where it is longer than a hundred-thousandth of the whole.
func (p *pass) clockOf(col *table.Floats) {
	k := &clock{first: math.Inf(1), last: math.Inf(-1)}
	end := p.in.endOfDay()
	for i, v := range col.Values {
		if !col.Ok(i) {
			continue
		}
		k.known++
		k.first, k.last = min(k.first, v), max(k.last, v)
		if v >= end {
			k.future++
		}
	}
	p.s.times = floatsAt(col, p.s.at)
	k.astray, k.sampled = astray(p.s.times)
	p.s.clock = k
	if k.known < 2 || k.last == k.first {
		return
	}
	const buckets = 100_000
	low, high := make([]float64, buckets+1), make([]float64, buckets+1)
	for i := range low {
		low[i], high[i] = math.Inf(1), math.Inf(-1)
	}
	for i, v := range col.Values {
		if col.Ok(i) {
			b := int((v - k.first) / (k.last - k.first) * buckets)
			low[b], high[b] = min(low[b], v), max(high[b], v)
		}
	}
	end = k.first
	last := math.Inf(-1)
	for b := range low {
		if high[b] >= low[b] {
			k.gap = max(k.gap, low[b]-end)
			end = high[b]
			if d := math.Floor(low[b] / day); d > last {
				k.days++
				last = d
			}
			if d := math.Floor(high[b] / day); d > last {
				k.days++
				last = d
			}
		}
	}
}

// astray counts the fewest rows without which the rest would be in order of days, the measure Rem of disorder (Mannila 1985), and
// the rows with a time. Within a day rows may stand in any order: many systems write what ran side by side as it ends.
func astray(times []float64) (out, known int64) {
	var ends []float64 // smallest last day of an ascending row of rows, by their number
	for _, v := range times {
		if math.IsNaN(v) {
			continue
		}
		known++
		d := math.Floor(v / day)
		if n := len(ends); n == 0 || d >= ends[n-1] {
			ends = append(ends, d)
			continue
		}
		at := sort.Search(len(ends), func(i int) bool { return ends[i] > d })
		ends[at] = d
	}
	return known - int64(len(ends)), known
}
