package table

import "encoding/binary"

// A packed number is the text of a decimal number in 64 bits, without loss: a signed mantissa above six bits of scale
// (digits after the point). Texts that would not come back byte for byte ("+5", "1e3", "007", "-0", more than 17 digits)
// are not packed; they are numbered exceptions.
const (
	packScaleBits   = 6
	packScaleMask   = 1<<packScaleBits - 1
	packMaxScale    = 61
	packException   = 62 // mantissa is the number of the exception
	packMissing     = packScaleMask
	packMaxMantissa = 100_000_000_000_000_000 // 10^17 < 2^57
)

// pack returns the packed form of b.
func pack(b []byte) (uint64, bool) {
	i, negative := 0, false
	if len(b) > 0 && b[0] == '-' {
		negative = true
		i = 1
	}
	if len(b)-i == 0 || len(b)-i > 24 || b[i]-'0' > 9 {
		return 0, false
	}
	if b[i] == '0' && i+1 < len(b) && b[i+1] != '.' {
		return 0, false
	}
	var mantissa int64
	point := -1
	for ; i < len(b); i++ {
		if i+8 <= len(b) && mantissa < packMaxMantissa/100_000_000 {
			if n, ok := eightDigits(binary.LittleEndian.Uint64(b[i:])); ok {
				mantissa = mantissa*100_000_000 + n
				i += 7
				continue
			}
		}
		c := b[i] - '0'
		if c > 9 {
			if b[i] == '.' && point < 0 && i+1 < len(b) {
				point = i
				continue
			}
			return 0, false
		}
		mantissa = mantissa*10 + int64(c)
		if mantissa >= packMaxMantissa {
			return 0, false
		}
	}
	scale := 0
	if point >= 0 {
		scale = len(b) - point - 1
	}
	if negative {
		if mantissa == 0 {
			return 0, false
		}
		mantissa = -mantissa
	}
	return uint64(mantissa)<<packScaleBits | uint64(scale), true
}

// eightDigits reads eight ASCII digits at once: neighbours are joined to pairs, pairs to fours, fours to eight (Lemire 2018).
func eightDigits(v uint64) (int64, bool) {
	const high = 0xf0f0f0f0f0f0f0f0
	if v&high|(v+0x0606060606060606)&high>>4 != 0x3333333333333333 {
		return 0, false
	}
	v = v & 0x0f0f0f0f0f0f0f0f * 2561 >> 8
	v = v & 0x00ff00ff00ff00ff * 6553601 >> 16
	return int64(v & 0x0000ffff0000ffff * 42949672960001 >> 32), true
}

// unpackParts splits a packed number that is neither missing nor an exception.
func unpackParts(p uint64) (mantissa int64, scale int) {
	return int64(p) >> packScaleBits, int(p & packScaleMask) //nolint:gosec // see pack
}

// appendUnpacked writes the text that p was packed from.
func appendUnpacked(b []byte, p uint64) []byte {
	mantissa, scale := unpackParts(p)
	if mantissa < 0 {
		b = append(b, '-')
		mantissa = -mantissa
	}
	if scale == 0 {
		return appendPadded(b, mantissa, 1)
	}
	start := len(b)
	b = append(appendPadded(b, mantissa, scale+1), 0)
	point := len(b) - 1 - scale
	copy(b[point+1:], b[point:])
	b[max(point, start)] = '.'
	return b
}

// unpackFloat is the nearest float64.
func unpackFloat(p uint64) float64 {
	mantissa, scale := unpackParts(p)
	if mantissa <= maxExact && mantissa >= -maxExact && scale <= 22 {
		return float64(mantissa) / pow10(scale)
	}
	s, _ := parseNumber(appendUnpacked(make([]byte, 0, 32), p), false)
	return s.value
}
