package detect

import "strings"

// isMobile reports whether s is a mainland mobile number of 11 digits by its first three, as assigned under the
// Telecommunications Network Numbering Plan (电信网编号计划). Of random 11-digit numbers 6 in 100 pass.
func isMobile(s []byte) bool {
	if len(s) != 11 || s[0] != '1' || !digitsOnly(s) {
		return false
	}
	third := s[2] - '0'
	switch s[1] {
	case '3', '8':
		return true
	case '4':
		return third != 2 && third != 3
	case '5':
		return third != 4
	case '6':
		return third == 2 || third == 5 || third == 6 || third == 7
	case '7':
		return third != 4 && third != 9
	case '9':
		return third != 4
	}
	return false
}

func digitsOnly(s []byte) bool {
	for _, c := range s {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) > 0
}

// isCard reports whether s is the number of a payment card: issuer range and length by brand (ISO/IEC 7812-1), and the Luhn
// check digit. Of random numbers about 2.2 in 100 pass with 16 digits, 0.2 with 18 and 1.1 with 19.
func isCard(s []byte) bool {
	return len(s) >= 13 && len(s) <= 19 && cardRange(s) && digitsOnly(s) && luhn(s)
}

func cardRange(s []byte) bool {
	n := len(s)
	two := 10*int(s[0]-'0') + int(s[1]-'0')
	four := 100*two + 10*int(s[2]-'0') + int(s[3]-'0')
	switch {
	case two == 62: // UnionPay
		return n >= 16
	case s[0] == '4': // Visa
		return n == 13 || n == 16 || n == 19
	case two >= 51 && two <= 55, four >= 2221 && four <= 2720: // Mastercard
		return n == 16
	case two == 34, two == 37: // American Express
		return n == 15
	case four >= 3528 && four <= 3589: // JCB
		return n >= 16
	case two == 36: // Diners Club
		return n == 14
	}
	return false
}

// luhn holds the check digit of ISO/IEC 7812-1, annex B.
func luhn(s []byte) bool {
	sum := 0
	for i := range s {
		d := int(s[len(s)-1-i] - '0')
		if i%2 == 1 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// creditSigns are the 31 signs of GB 32100-2015 in the order of their values.
const creditSigns = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// isCreditCode reports whether s is a unified social credit code (GB 32100-2015): 18 signs, an administrative region in the
// third to eighth, and a check sign modulo 31 with weights 3^i. Of random 18-digit numbers about 1.1 in 100 pass.
func isCreditCode(s []byte) bool {
	if len(s) != 18 || strings.IndexByte("123456789ANY", s[0]) < 0 || !digitsOnly(s[2:8]) {
		return false
	}
	if region := 10*(s[2]-'0') + s[3] - '0'; region != 10 && !isProvince[region] {
		return false
	}
	sum, weight := 0, 1
	for _, c := range s[:17] {
		v := strings.IndexByte(creditSigns, c)
		if v < 0 {
			return false
		}
		sum, weight = sum+v*weight, weight*3%31
	}
	return strings.IndexByte(creditSigns, s[17]) == (31-sum%31)%31
}

// isPassport reports whether s has the form of a passport or travel permit of the People's Republic: E, G, D, S, P, H or M, perhaps a
// second letter, and 7 or 8 digits. There is no check digit, so it needs the name of the column as evidence.
func isPassport(s []byte) bool {
	if len(s) < 8 || len(s) > 10 || strings.IndexByte("EGDSPHM", s[0]&^0x20) < 0 {
		return false
	}
	rest := s[1:]
	if c := rest[0] &^ 0x20; c >= 'A' && c <= 'Z' && c != 'I' && c != 'O' {
		rest = rest[1:]
	}
	return len(rest) >= 7 && len(rest) <= 9 && digitsOnly(rest)
}

// isEmail reports whether s is local@host.tld in the everyday form of RFC 5322.
func isEmail(s []byte) bool {
	at := -1
	for i, c := range s {
		switch {
		case c == '@':
			if at >= 0 {
				return false
			}
			at = i
		case at < 0 && !isLocal(c), at >= 0 && !isHost(c):
			return false
		}
	}
	if at < 1 || at > 64 || len(s) > 254 || s[0] == '.' || s[at-1] == '.' {
		return false
	}
	host := s[at+1:]
	dot := -1
	for i, c := range host {
		if c == '.' {
			if i == dot+1 {
				return false
			}
			dot = i
		}
	}
	tld := host[dot+1:]
	if dot < 1 || len(tld) < 2 {
		return false
	}
	for _, c := range tld {
		if !isLetter(c) {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isHost(c byte) bool   { return isLetter(c) || isDigit(c) || c == '-' || c == '.' }
func isLocal(c byte) bool {
	return isLetter(c) || isDigit(c) || strings.IndexByte("!#$%&'*+-/=?^_`{|}~.", c) >= 0
}

// isIP reports whether s is an IPv4 address of four octets, or an IPv6 address (RFC 4291) with at least two colons. A version
// such as 1.2.3.4 looks the same, so texts alone are no evidence; a whole column is.
func isIP(s []byte) bool {
	if len(s) < 2 || len(s) > 45 {
		return false
	}
	colons := 0
	for _, c := range s {
		if c == ':' {
			colons++
		}
	}
	if colons == 0 {
		return isIPv4(s)
	}
	return colons >= 2 && isIPv6(s)
}

func isIPv4(s []byte) bool {
	parts, n, size := 0, 0, 0
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == '.' {
			if size == 0 || size > 3 || n > 255 || size > 1 && s[i-size] == '0' {
				return false
			}
			parts, n, size = parts+1, 0, 0
			continue
		}
		if !isDigit(s[i]) {
			return false
		}
		n, size = 10*n+int(s[i]-'0'), size+1
		if size > 3 {
			return false
		}
	}
	return parts == 4
}

func isIPv6(s []byte) bool {
	groups, size, short := 0, 0, false
	for i := 0; i <= len(s); i++ {
		switch {
		case i == len(s) || s[i] == ':':
			if size > 0 {
				groups++
			}
			if i < len(s) && i+1 < len(s) && s[i+1] == ':' {
				if short {
					return false
				}
				short = true
				i++
			} else if i < len(s) && (size == 0 || i+1 == len(s)) {
				return false
			}
			size = 0
		case isDigit(s[i]), s[i]|0x20 >= 'a' && s[i]|0x20 <= 'f':
			if size++; size > 4 {
				return false
			}
		default:
			return false
		}
	}
	return groups == 8 && !short || groups > 0 && groups < 8 && short
}
