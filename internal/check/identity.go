package check

// identity is what a resident identity number tells of its holder.
type identity struct {
	region uint32 // six digits, the first two the province
	born   uint32 // year
	sex    uint32 // 1 male, 0 female
}

// parseIdentity takes a resident identity number apart: 18 characters by GB 11643-1999 (region, date of birth, sequence,
// and a check character by ISO 7064 MOD 11-2), or 15 digits of the form before it (a year of two digits, no check).
func parseIdentity(s string) (identity, bool) {
	var digits [18]uint32
	if len(s) != 18 && len(s) != 15 {
		return identity{}, false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits[i] = uint32(c - '0')
		case i == 17 && (c == 'X' || c == 'x'):
			digits[i] = 10
		default:
			return identity{}, false
		}
	}
	at := func(from, to int) (n uint32) {
		for _, d := range digits[from:to] {
			n = 10*n + d
		}
		return n
	}
	id := identity{region: at(0, 6)}
	var month, day uint32
	if len(s) == 15 {
		id.born, month, day, id.sex = 1900+at(6, 8), at(8, 10), at(10, 12), digits[14]%2
	} else {
		var check uint32
		for _, d := range digits {
			check = (2*check + d) % 11
		}
		if check != 1 {
			return identity{}, false
		}
		id.born, month, day, id.sex = at(6, 10), at(10, 12), at(12, 14), digits[16]%2
	}
	ok := id.region >= 110_000 && id.region < 900_000 && id.born >= 1850 && id.born < 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31
	return id, ok
}
