package detect

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Shares of a column's values from which on it counts as of a kind, and how many values that takes. A false column of random
// numbers would need 80 of 100 values to pass a detector that at most 6 in 100 pass: with 20 values the chance is below 10⁻¹⁵.
const (
	namedShare   = 0.5 // where the name of the column says so too
	unnamedShare = 0.8
	namedRows    = 3
	unnamedRows  = 20
	minPrefixes  = 3  // mobile numbers share no three first digits throughout, as running numbers do
	freeText     = 24 // bytes from which on a value is searched inside
)

// PersonalColumn counts what the values of one column are. Create one with [NewPersonalColumn].
type PersonalColumn struct {
	last     int
	named    PersonalKind
	rows     int64
	whole    [kinds]int64 // rows whose value is of the kind as a whole
	inside   [kinds]int64 // rows whose longer value holds one
	insides  int64        // rows whose longer value holds any
	prefixes [100]bool    // second and third digits of mobile numbers
}

// The kinds by number.
const (
	nResident = iota
	nMobile
	nCard
	nCredit
	nEmail
	nIP
	nNamed
	kinds
)

var byNumber = [kinds]PersonalKind{ResidentID, Mobile, BankCard, CreditCode, Email, IPAddress, ""}

func number(k PersonalKind) int {
	for i, kind := range byNumber {
		if kind == k && k != "" {
			return i
		}
	}
	return -1
}

// NewPersonalColumn begins a column with its name, which is evidence in Chinese and in English. Born after the end of year last
// is not believed.
func NewPersonalColumn(header string, last int) *PersonalColumn {
	return &PersonalColumn{named: headerKind(header), last: last}
}

// Add counts a value that rows rows have. Missing values are not added.
func (c *PersonalColumn) Add(value []byte, rows int64) {
	c.rows += rows
	if c.named != "" && fits(c.named, value, c.last) {
		c.whole[nNamed] += rows
	}
	if len(value) < 6 && c.named != IPAddress { // the shortest is an e-mail address
		return
	}
	if k := number(kindOf(value, c.last)); k >= 0 {
		c.whole[k] += rows
		if k == nMobile {
			c.prefix(value)
		}
		return
	}
	if len(value) < freeText {
		return
	}
	var seen [kinds]bool
	for _, h := range Personal(value, c.last) {
		if k := number(h.Kind); k >= 0 && k != nIP && k != nCredit {
			seen[k] = true
		}
	}
	found := false
	for k, s := range seen {
		if s {
			c.inside[k] += rows
			found = true
		}
	}
	if found {
		c.insides += rows
	}
}

func (c *PersonalColumn) prefix(value []byte) {
	var buf [24]byte
	plain, ok := ungroup(buf[:0], value)
	if !ok || len(plain) < 11 {
		return
	}
	plain = plain[len(plain)-11:]
	c.prefixes[10*(plain[1]-'0')+plain[2]-'0'] = true
}

// Kind says what the column is, and the share of its values that are of the kind; "" where it is none.
func (c *PersonalColumn) Kind() (kind PersonalKind, share float64) {
	if c.rows == 0 {
		return "", 0
	}
	best, most := -1, int64(0)
	for k, n := range c.whole[:nNamed] {
		if n > most {
			best, most = k, n
		}
	}
	if c.named != "" && c.rows >= namedRows && float64(c.whole[nNamed]) >= namedShare*float64(c.rows) {
		if best < 0 || c.whole[nNamed] >= most {
			return c.named, float64(c.whole[nNamed]) / float64(c.rows)
		}
	}
	if best < 0 || c.rows < unnamedRows || float64(most) < unnamedShare*float64(c.rows) {
		return "", 0
	}
	if best == nMobile {
		different := 0
		for _, p := range c.prefixes {
			if p {
				different++
			}
		}
		if different < minPrefixes {
			return "", 0
		}
	}
	return byNumber[best], float64(most) / float64(c.rows)
}

// Inside gives the rows whose longer text holds personal data, of all rows that were added, with the kind that most of them
// hold. Credit codes and IP addresses do not count: they are as often of an organisation or a machine.
func (c *PersonalColumn) Inside() (kind PersonalKind, hits, rows int64) {
	best, most := "", int64(0)
	for k, n := range c.inside {
		if n > most {
			best, most = string(byNumber[k]), n
		}
	}
	return PersonalKind(best), c.insides, c.rows
}

// headerWords name kinds. A Chinese word counts wherever it stands in a header; English ones are whole words in a row.
var headerWords = []struct {
	kind    PersonalKind
	chinese []string
	english []string
}{
	{ResidentID, []string{"身份证", "公民身份"}, []string{"id card", "idcard", "identity card", "id number", "id no", "identity number", "national id", "resident id", "citizen id", "shenfenzheng", "sfz"}},
	{Passport, []string{"护照", "通行证"}, []string{"passport"}},
	{BankCard, []string{"银行卡", "卡号", "银行账号", "银行帐号"}, []string{"bank card", "bankcard", "card number", "card no", "credit card", "debit card", "pan"}},
	{Mobile, []string{"手机", "移动电话"}, []string{"mobile", "cellphone", "cell phone", "msisdn"}},
	{Phone, []string{"电话", "联系方式", "座机"}, []string{"phone", "telephone", "tel", "fax", "landline"}},
	{Email, []string{"邮箱", "电子邮件", "电邮"}, []string{"email", "e mail", "mail address"}},
	{IPAddress, []string{"IP地址", "IP 地址", "ip地址"}, []string{"ip", "ip address", "ipv4", "ipv6"}},
	{BirthDate, []string{"出生日期", "生日", "出生年月"}, []string{"birth date", "birthdate", "date of birth", "dob", "birthday"}},
	{Address, []string{"住址", "家庭地址", "居住地址", "通讯地址", "联系地址", "详细地址", "户籍地址", "收货地址"}, []string{"address", "home address", "street", "addr", "residence"}},
	{PersonName, []string{"姓名", "联系人", "户主", "法定代表人"}, []string{"full name", "first name", "last name", "given name", "family name", "surname", "customer name", "applicant name", "client name", "patient name", "employee name", "person name", "borrower name", "fullname", "firstname", "lastname"}},
}

// headerKind says what the name of a column promises; "" where nothing.
func headerKind(header string) PersonalKind {
	words := " " + strings.Join(headerParts(header), " ") + " "
	for _, h := range headerWords {
		for _, w := range h.chinese {
			if strings.Contains(header, w) {
				return h.kind
			}
		}
		for _, w := range h.english {
			if strings.Contains(words, " "+w+" ") {
				return h.kind
			}
		}
	}
	switch strings.TrimSpace(words) {
	case "name":
		return PersonName
	}
	if header == "地址" || header == "名字" {
		return map[string]PersonalKind{"地址": Address, "名字": PersonName}[header]
	}
	return ""
}

// headerParts cuts a header into lower-case words: at signs that are no letters, and where a capital follows a small letter.
func headerParts(header string) []string {
	var b strings.Builder
	small := false
	for _, r := range header {
		switch {
		case unicode.IsUpper(r) && small:
			b.WriteByte(' ')
			fallthrough
		case unicode.IsLetter(r), unicode.IsDigit(r):
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteByte(' ')
		}
		small = unicode.IsLower(r)
	}
	return strings.Fields(b.String())
}

// fits reports whether a value could be of the kind that the name of its column promises.
func fits(kind PersonalKind, s []byte, last int) bool {
	switch kind {
	case ResidentID:
		_, ok := ParseIdentity(s, last)
		return ok
	case Passport:
		return isPassport(s)
	case Phone:
		return isPhone(s)
	case PersonName:
		return isName(s)
	case Address:
		return isAddress(s)
	case BirthDate:
		return isBirthDate(s, last)
	case Mobile, BankCard, CreditCode, Email, IPAddress:
		return kindOf(s, last) == kind
	}
	return false
}

// isPhone takes 7 to 15 digits with the signs that group them (ITU-T E.164 allows 15).
func isPhone(s []byte) bool {
	digits := 0
	for _, c := range s {
		switch {
		case isDigit(c):
			digits++
		case strings.IndexByte("+-() ./x", c) < 0:
			return false
		}
	}
	return digits >= 7 && digits <= 15
}

// isName takes two to eight Han characters with a middle dot among them, or two to five words, or one that begins with a capital.
func isName(s []byte) bool {
	if len(s) < 4 || len(s) > 60 {
		return false
	}
	han, words, start, capitals := 0, 0, true, true
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRune(s[i:])
		i += size
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case r == '·' || r == '•':
		case r == ' ' || r == '-' || r == '\'' || r == '.' || r == ',':
			start = true
		case unicode.IsLetter(r):
			if start {
				words++
				capitals = capitals && unicode.IsUpper(r)
			}
			start = false
		default:
			return false
		}
	}
	return words == 0 && han >= 2 && han <= 8 || han == 0 && words <= 5 && (words >= 2 || words == 1 && capitals)
}

// isAddress takes a Chinese address by its units, or a text of digits and words.
func isAddress(s []byte) bool {
	if len(s) < 9 || len(s) > 400 {
		return false
	}
	t := string(s)
	units := 0
	for _, u := range []string{"省", "市", "区", "县", "镇", "乡", "村", "街", "路", "巷", "号", "楼", "室", "栋"} {
		if strings.Contains(t, u) {
			units++
		}
	}
	return units >= 2 || strings.ContainsAny(t, "0123456789") && strings.Contains(t, " ") && strings.ContainsFunc(t, unicode.IsLetter)
}

// isBirthDate takes 2006-01-02, 2006/01/02 and 20060102 not after year last.
func isBirthDate(s []byte, last int) bool {
	var d [8]uint32
	n := 0
	for _, c := range s[:min(len(s), 10)] {
		switch {
		case isDigit(c) && n < 8:
			d[n] = uint32(c - '0')
			n++
		case c == '-' || c == '/' || c == '.':
		default:
			return false
		}
	}
	year := d[0]*1000 + d[1]*100 + d[2]*10 + d[3]
	return n == 8 && year >= firstYear && int(year) <= last && isDay(year, d[4]*10+d[5], d[6]*10+d[7])
}
