package madeup

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"math/rand/v2"
	"strconv"
	"time"
)

// Rand starts one stream of draws. Streams of one seed are independent, so that a defect with a stream of its own leaves
// all other draws as they are.
func Rand(seed, stream uint64) *rand.Rand {
	return rand.New(rand.NewPCG(seed, stream)) //nolint:gosec // reproducible data are wanted, not secrets
}

// Share is a value with the share of rows that have it.
type Share struct {
	Value string
	Share float64
}

// Weigh is a value with its share.
func Weigh(value string, share float64) Share { return Share{value, share} }

// Pick returns the index of the value that u of [0, 1) falls on.
func Pick(u float64, shares []Share) int {
	for i := range shares[:len(shares)-1] {
		if u -= shares[i].Share; u < 0 {
			return i
		}
	}
	return len(shares) - 1
}

// Even gives each value the same share.
func Even(values ...string) []Share {
	out := make([]Share, len(values))
	for i, v := range values {
		out[i] = Share{v, 1 / float64(len(values))}
	}
	return out
}

// TruncatedExp is the quantile u of an exponential variable of the given mean that is known to be under limit.
func TruncatedExp(u, mean, limit float64) float64 {
	return -mean * math.Log1p(u*math.Expm1(-limit/mean))
}

// Sigmoid gives the chance of log-odds x.
func Sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// Rounded gives a chance to four digits, as it is stored.
func Rounded(x float64) float64 { return math.Round(1e4*x) / 1e4 }

// Pseudonym gives 16 hexadecimal digits that differ for different i under 2^24, whatever the noise.
func Pseudonym(noise uint64, i int) string {
	var b [8]byte
	v := noise&^0xffffff | uint64(i) //nolint:gosec // i is under 2^24
	for range 2 {                    // each step can be undone, so no two values meet
		v ^= v >> 32
		v *= 0x9e3779b97f4a7c15
	}
	v ^= v >> 29
	binary.LittleEndian.PutUint64(b[:], v)
	return hex.EncodeToString(b[:])
}

// Number gives the prefix and n with at least eight digits.
func Number(prefix string, n int) string {
	digits := strconv.Itoa(n)
	return prefix + "00000000"[min(8, len(digits)):] + digits
}

// Bit writes a truth as "1" or "0".
func Bit(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// ResidentNumber makes up a resident identity number of 18 digits with the right check digit (GB 11643: weights 2^(17−i)
// mod 11 over the first 17). Its area code 119900 is assigned to no place, so that no person has it.
func ResidentNumber(rng *rand.Rand, woman bool, age int) string {
	born := time.Date(2026-age, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, -rng.IntN(300)-1)
	order := 2 * rng.IntN(500)
	if !woman {
		order++
	}
	digits := "119900" + born.Format("20060102") + Number("", order)[5:]
	sum, weight := 0, [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	for i, w := range weight {
		sum += w * int(digits[i]-'0')
	}
	return digits + string("10X98765432"[sum%11])
}

// MobileNumber makes up a mobile number of mainland China.
func MobileNumber(rng *rand.Rand) string { return "1380013" + Number("", rng.IntN(10_000))[4:] }

// FakeKey makes up a key of the shape that providers of models give out. It is put together here, says what it is, and opens
// nothing; the repository holds no text of that shape.
func FakeKey() string {
	rng := Rand(1, 1)
	return "sk-" + "proj-" + "NotAKey" + Pseudonym(rng.Uint64(), 1) + Pseudonym(rng.Uint64(), 2) + "Xq7"
}
