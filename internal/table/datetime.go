package table

import (
	"bytes"
	"math"
)

const secondsPerDay = 86400

// parseDateTime reads 2006-01-02, 2006/1/2 or 2006年1月2日, alone or followed by a space or T and 15:04, 15:04:05 or
// 15:04:05.999, with or without Z or an offset. It gives seconds since 1970 UTC and whether there was a time of day.
func parseDateTime(b []byte) (seconds float64, timed, ok bool) {
	day, rest, ok := parseDay(b)
	if !ok {
		return 0, false, false
	}
	seconds = float64(day * secondsPerDay)
	if len(rest) == 0 {
		return seconds, false, true
	}
	if rest[0] != ' ' && rest[0]|0x20 != 't' {
		return 0, false, false
	}
	clock, ok := parseClock(rest[1:])
	return seconds + clock, true, ok
}

// parseDay reads the date at the start of b.
func parseDay(b []byte) (day int64, rest []byte, ok bool) {
	if len(b) < 8 {
		return 0, nil, false
	}
	year, b, ok := digits(b, 4, 4)
	if !ok {
		return 0, nil, false
	}
	var sep1, sep2, end string
	least := 1
	switch b[0] {
	case '-':
		sep1, sep2, least = "-", "-", 2
	case '/':
		sep1, sep2 = "/", "/"
	default:
		sep1, sep2, end = "年", "月", "日"
	}
	b, ok = bytes.CutPrefix(b, []byte(sep1))
	if !ok {
		return 0, nil, false
	}
	month, b, ok := digits(b, least, 2)
	if !ok {
		return 0, nil, false
	}
	b, ok = bytes.CutPrefix(b, []byte(sep2))
	if !ok {
		return 0, nil, false
	}
	dom, b, ok := digits(b, least, 2)
	if !ok {
		return 0, nil, false
	}
	b, ok = bytes.CutPrefix(b, []byte(end))
	if !ok || !validDay(year, month, dom) {
		return 0, nil, false
	}
	return daysFromCivil(year, month, dom), b, true
}

// parseCompactDate reads 20060102.
func parseCompactDate(b []byte) (float64, bool) {
	n, rest, ok := digits(b, 8, 8)
	if !ok || len(rest) > 0 || !validDay(n/10000, n/100%100, n%100) {
		return 0, false
	}
	return float64(daysFromCivil(n/10000, n/100%100, n%100) * secondsPerDay), true
}

// parseClock reads a time of day with an optional zone, in seconds since midnight UTC.
func parseClock(b []byte) (float64, bool) {
	hour, b, ok := digits(b, 2, 2)
	if !ok || len(b) == 0 || b[0] != ':' {
		return 0, false
	}
	minute, b, ok := digits(b[1:], 2, 2)
	if !ok {
		return 0, false
	}
	var second int64
	var fraction float64
	if len(b) > 0 && b[0] == ':' {
		if second, b, ok = digits(b[1:], 2, 2); !ok {
			return 0, false
		}
		if len(b) > 1 && (b[0] == '.' || b[0] == ',') {
			n, rest, ok := digits(b[1:], 1, 9)
			if !ok {
				return 0, false
			}
			fraction = float64(n) / pow10(len(b)-1-len(rest))
			b = rest
		}
	}
	offset, ok := parseZone(b)
	if !ok || hour > 23 || minute > 59 || second > 59 {
		return 0, false
	}
	return float64(hour*3600+minute*60+second-offset) + fraction, true
}

// parseZone reads nothing, Z, +08:00, +0800 or +08, in seconds east of UTC.
func parseZone(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) == 1 && b[0]|0x20 == 'z' {
		return 0, true
	}
	sign := int64(1)
	switch b[0] {
	case '+':
	case '-':
		sign = -1
	default:
		return 0, false
	}
	hour, b, ok := digits(b[1:], 2, 2)
	if !ok || hour > 23 {
		return 0, false
	}
	var minute int64
	if len(b) > 0 {
		if b[0] == ':' {
			b = b[1:]
		}
		if minute, b, ok = digits(b, 2, 2); !ok || len(b) > 0 || minute > 59 {
			return 0, false
		}
	}
	return sign * (hour*3600 + minute*60), true
}

// digits reads at least and at most so many digits from the start of b.
func digits(b []byte, least, most int) (n int64, rest []byte, ok bool) {
	i := 0
	for i < len(b) && i < most && b[i]-'0' <= 9 {
		n = n*10 + int64(b[i]-'0')
		i++
	}
	return n, b[i:], i >= least
}

func validDay(year, month, day int64) bool {
	if year < 1 || month < 1 || month > 12 || day < 1 {
		return false
	}
	last := [...]int64{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}[month-1]
	if month == 2 && (year%4 == 0 && year%100 != 0 || year%400 == 0) {
		last++
	}
	return day <= last
}

// daysFromCivil counts days since 1970-01-01 in the proleptic Gregorian calendar, with years that begin in March so that
// the leap day is the last.
func daysFromCivil(year, month, day int64) int64 {
	if month <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	yearOfEra := year - era*400
	dayOfYear := (153*((month+9)%12)+2)/5 + day - 1
	return era*146097 + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - 719468
}

// civilFromDays is the inverse of daysFromCivil.
func civilFromDays(days int64) (year, month, day int64) {
	days += 719468
	era := floorDiv(days, 146097)
	doe := days - era*146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	m := (5*doy + 2) / 153
	day = doy - (153*m+2)/5 + 1
	month = m + 3
	if m >= 10 {
		month = m - 9
	}
	year = yoe + era*400
	if month <= 2 {
		year++
	}
	return year, month, day
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

// appendDate writes days since 1970 as 2006-01-02.
func appendDate(b []byte, days int64) []byte {
	year, month, day := civilFromDays(days)
	if year < 0 {
		b, year = append(b, '-'), -year
	}
	b = appendPadded(b, year, 4)
	b = append(b, '-')
	b = appendPadded(b, month, 2)
	b = append(b, '-')
	return appendPadded(b, day, 2)
}

// appendTime writes whole units since 1970 as 2006-01-02 15:04:05, with the fraction that is not zero; units is their
// number per second.
func appendTime(b []byte, n, units int64, zone string) []byte {
	seconds := floorDiv(n, units)
	fraction := n - seconds*units
	days := floorDiv(seconds, secondsPerDay)
	b = append(appendDate(b, days), ' ')
	b = appendClock(b, seconds-days*secondsPerDay, fraction, units)
	return append(b, zone...)
}

// appendClock writes seconds since midnight as 15:04:05, with the fraction that is not zero.
func appendClock(b []byte, seconds, fraction, units int64) []byte {
	b = append(appendPadded(b, seconds/3600, 2), ':')
	b = append(appendPadded(b, seconds/60%60, 2), ':')
	b = appendPadded(b, seconds%60, 2)
	if fraction != 0 {
		b = append(b, '.')
		b = appendPadded(b, fraction, int(math.Round(math.Log10(float64(units)))))
		b = bytes.TrimRight(b, "0")
	}
	return b
}

func appendPadded(b []byte, n int64, width int) []byte {
	var digits [64]byte
	i := len(digits)
	for ; n > 0 || len(digits)-i < width; n /= 10 {
		i--
		digits[i] = byte('0' + n%10)
	}
	return append(b, digits[i:]...)
}
