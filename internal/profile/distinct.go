package profile

import (
	"math"
	"math/bits"
	"slices"
)

const (
	registerBits = 12
	registers    = 1 << registerBits
	exactHashes  = 512 // different values that are counted exactly
)

// distinct counts different values: by their 64-bit hashes while they are few, then by HyperLogLog.
type distinct struct {
	hashes    []uint64 // ascending; nil once registers are in use
	registers []uint8  // nil while hashes are in use
	closed    bool     // only the number is left, known as n
	n         float64  // NaN where more values came after it was closed
}

func (d *distinct) add(hash uint64) {
	if d.closed {
		d.n = math.NaN()
		return
	}
	if d.registers != nil {
		d.register(hash)
		return
	}
	at, found := slices.BinarySearch(d.hashes, hash)
	if found {
		return
	}
	d.hashes = slices.Insert(d.hashes, at, hash)
	if len(d.hashes) > exactHashes {
		d.spread()
	}
}

// spread moves from hashes to registers.
func (d *distinct) spread() {
	d.registers = make([]uint8, registers)
	for _, h := range d.hashes {
		d.register(h)
	}
	d.hashes = nil
}

func (d *distinct) register(hash uint64) {
	k := hash >> (64 - registerBits)
	rank := uint8(min(bits.LeadingZeros64(hash<<registerBits), 64-registerBits) + 1) //nolint:gosec // G115: at most 53
	d.registers[k] = max(d.registers[k], rank)
}

// close keeps the number alone: from a hash or a register a guessed value could be tried.
func (d *distinct) close() {
	if !d.closed {
		n, _ := d.count()
		*d = distinct{closed: true, n: math.Round(n)}
	}
}

func (d *distinct) merge(o *distinct) {
	if d.closed || o.closed {
		*d = distinct{closed: true, n: math.NaN()}
		return
	}
	if o.registers == nil {
		for _, h := range o.hashes {
			d.add(h)
		}
		return
	}
	if d.registers == nil {
		d.spread()
	}
	for k, r := range o.registers {
		d.registers[k] = max(d.registers[k], r)
	}
}

// count is the number of different values, NaN where it is not known; exact tells whether it is no estimate.
func (d *distinct) count() (n float64, exact bool) {
	if d.closed {
		return d.n, false
	}
	if d.registers == nil {
		return float64(len(d.hashes)), true
	}
	sum, empty := 0.0, 0
	for _, r := range d.registers {
		sum += math.Ldexp(1, -int(r))
		if r == 0 {
			empty++
		}
	}
	const alpha = 0.7213 / (1 + 1.079/registers)
	raw := alpha * registers * registers / sum
	if raw <= 2.5*registers && empty > 0 {
		return registers * math.Log(registers/float64(empty)), false // linear counting
	}
	return raw, false
}

// hashText is FNV-1a with a salt, mixed so that all bits count.
func hashText(s string, seed uint64) uint64 {
	h := uint64(14695981039346656037) ^ mix(seed)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return mix(h)
}

func hashNumber(x float64, seed uint64) uint64 { return mix(math.Float64bits(x+0) ^ mix(seed)) }
