package detect

// PersonalKind is a kind of personal data.
type PersonalKind string

// The kinds of personal data.
const (
	ResidentID PersonalKind = "resident-id" // GB 11643-1999
	Mobile     PersonalKind = "mobile"
	BankCard   PersonalKind = "bank-card"   // ISO/IEC 7812-1
	Passport   PersonalKind = "passport"    // by the name of the column only
	CreditCode PersonalKind = "credit-code" // GB 32100-2015; of an organisation or a sole trader
	Email      PersonalKind = "e-mail"
	IPAddress  PersonalKind = "ip-address"
	PersonName PersonalKind = "person-name" // by the name of the column only
	Phone      PersonalKind = "phone"       // landline, by the name of the column only
	Address    PersonalKind = "address"     // by the name of the column only
	BirthDate  PersonalKind = "birth-date"  // by the name of the column only
)

// PersonalHit is a place in a text that holds personal data.
type PersonalHit struct {
	Kind       PersonalKind
	Start, End int // bytes, End not included
}

// maxHits bounds what one text can yield.
const maxHits = 1000

// Personal finds identity numbers, mobile numbers, card numbers, credit codes, e-mail addresses and IP addresses in free text,
// in order and without overlap, at most 1000. A number stands alone: letters and digits right beside it make it another one.
// Born after the end of year last is not believed. Cost is linear in the text.
func Personal(s []byte, last int) []PersonalHit {
	var hits []PersonalHit
	for i := 0; i < len(s) && len(hits) < maxHits; {
		c := s[i]
		if !isLetter(c) && !isDigit(c) && c != '+' && c != ':' {
			i++
			continue
		}
		end := i + 1
		for end < len(s) && isWord(s[end]) {
			end++
		}
		start, stop := trim(s, i, end)
		if kind := kindOf(s[start:stop], last); kind != "" {
			hits = append(hits, PersonalHit{kind, start, stop})
		} else {
			hits = split(s, i, end, last, hits)
		}
		i = end
	}
	return hits
}

// isWord reports whether a sign may be inside a number, an address or a grouping of digits.
func isWord(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '@' || c == '.' || c == '-' || c == '_' || c == '+' || c == ':' || c == '%'
}

// trim takes the punctuation off both ends.
func trim(s []byte, from, to int) (start, stop int) {
	for from < to && !isLetter(s[from]) && !isDigit(s[from]) && s[from] != '+' && s[from] != ':' {
		from++
	}
	for to > from && !isLetter(s[to-1]) && !isDigit(s[to-1]) {
		to--
	}
	return from, to
}

// split looks at the parts of a run that is nothing by itself, such as tel:13800138000 or a-b.
func split(s []byte, from, to, last int, hits []PersonalHit) []PersonalHit {
	for i := from; i < to && len(hits) < maxHits; {
		if !isLetter(s[i]) && !isDigit(s[i]) {
			i++
			continue
		}
		end := i + 1
		for end < to && s[end] != ':' && s[end] != '_' && s[end] != '%' {
			end++
		}
		start, stop := trim(s, i, end)
		if kind := kindOf(s[start:stop], last); kind != "" && (end-i < to-from) {
			hits = append(hits, PersonalHit{kind, start, stop})
		}
		i = end
	}
	return hits
}

// kindOf says what a whole value is by its own form; "" where that says nothing. It looks at few signs before it looks at all.
func kindOf(s []byte, last int) PersonalKind {
	if len(s) < 3 || len(s) > 254 {
		return ""
	}
	digits, at, dots, colons, upper, other := 0, 0, 0, 0, 0, 0
	for _, c := range s {
		switch {
		case isDigit(c):
			digits++
		case c == '@':
			at++
		case c == '.':
			dots++
		case c == ':':
			colons++
		case c >= 'A' && c <= 'Z' || c == 'x':
			upper++
		default:
			other++
		}
	}
	switch {
	case at == 1 && dots > 0:
		if isEmail(s) {
			return Email
		}
	case dots == 3 && digits+dots == len(s), colons >= 2 && other+upper+digits+colons == len(s):
		if isIP(s) {
			return IPAddress
		}
	case digits+upper == len(s):
		return numberKind(s, last)
	case digits >= 11 && digits+other == len(s) && other <= 6:
		var buf [24]byte
		if plain, ok := ungroup(buf[:0], s); ok {
			return numberKind(plain, last)
		}
	}
	return ""
}

// numberKind tells a number without gaps.
func numberKind(s []byte, last int) PersonalKind {
	switch len(s) {
	case 11:
		if isMobile(s) {
			return Mobile
		}
	case 13, 15: // 86 before a mobile number, with or without 00
		if s[0] == '8' && s[1] == '6' && isMobile(s[2:]) || len(s) == 15 && string(s[:4]) == "0086" && isMobile(s[4:]) {
			return Mobile
		}
	case 18:
		if _, ok := ParseIdentity(s, last); ok {
			return ResidentID
		}
		if isCreditCode(s) {
			return CreditCode
		}
	}
	if len(s) >= 13 && digitsOnly(s) && isCard(s) {
		return BankCard
	}
	return ""
}

// ungroup takes single spaces and hyphens out from between digits, and a plus from the front. Letters end it.
func ungroup(to, s []byte) ([]byte, bool) {
	for i, c := range s {
		switch {
		case isDigit(c):
			if len(to) == cap(to) {
				return nil, false
			}
			to = append(to, c)
		case c == '+' && i == 0:
		case (c == ' ' || c == '-') && i > 0 && isDigit(s[i-1]) && i+1 < len(s):
		default:
			return nil, false
		}
	}
	return to, true
}
