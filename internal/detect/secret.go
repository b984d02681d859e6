package detect

import (
	"cmp"
	"encoding/base64"
	"math"
	"regexp"
	"slices"
	"strings"
)

// Secret is a place in a text that looks like a key, token or password. It holds no value.
type Secret struct {
	Kind       string // "github-token", "private-key", "assigned-secret", …
	Start, End int    // bytes of the text
}

// Secrets finds keys, tokens and passwords by their published shapes, and values assigned to names such as api_key where they
// look random. Placeholders, expressions that are filled in at run time, and documentation examples are left out. A random text
// of the right prefix and length passes, since most issuers publish no check digit. The result is in the order of the text,
// without overlaps. Cost: linear in the text, once for each shape whose fixed part occurs in it.
func Secrets(text string) []Secret {
	var found []Secret
	lower := strings.ToLower(text)
	for i := range shapes {
		s := &shapes[i]
		if !slices.ContainsFunc(s.hints, func(h string) bool { return strings.Contains(lower, h) }) {
			continue
		}
		for _, at := range s.form.FindAllStringSubmatchIndex(text, -1) {
			from, to := at[0], at[1]
			if len(at) > 2 && at[2] >= 0 {
				from, to = at[2], at[3]
			}
			if value := text[from:to]; !pageToken.MatchString(text[at[0]:from]) && !placeholder(value) && (s.want == nil || s.want(value)) {
				found = append(found, Secret{s.kind, from, to})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Secret) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(b.End, a.End)) // ties: the more specific shape stands first in the table
	})
	out, end := found[:0], 0
	for _, s := range found {
		if s.Start >= end {
			out, end = append(out, s), s.End
		}
	}
	return out
}

// NamedSecret reports whether a value that stands alone under a name, as in a header or a form, is a secret that the name gives
// away: X-API-Key, password. The value must look random.
func NamedSecret(name, value string) bool {
	value = strings.TrimSpace(value)
	return secretName.MatchString(name) && !pageToken.MatchString(name) && !placeholder(value) && assignedValue(value)
}

// A shape is one kind of secret. The first group of its form, where there is one, is the secret.
type shape struct {
	kind  string
	hints []string // lower-case fixed parts, one of which every match holds
	form  *regexp.Regexp
	want  func(value string) bool // nil: every match
}

// shapes lists the specific shapes before the general ones. Prefixes and lengths are the issuers' published ones.
var shapes = []shape{
	{"private-key", []string{"private key"}, regexp.MustCompile(`-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----`), nil},
	{"aws-access-key", []string{"akia", "asia"}, regexp.MustCompile(`\b(?:AKIA|ASIA)[A-Z2-7]{16}\b`), nil},
	{"google-api-key", []string{"aiza"}, regexp.MustCompile(`\bAIza[0-9A-Za-z_-]{35}`), random},
	{"google-oauth", []string{"gocspx-", "ya29."}, regexp.MustCompile(`\b(?:GOCSPX-[0-9A-Za-z_-]{24,32}|ya29\.[0-9A-Za-z_-]{30,})`), random},
	{"alibaba-access-key", []string{"ltai"}, regexp.MustCompile(`\bLTAI[0-9A-Za-z]{12,24}\b`), mixed},
	{"tencent-secret-id", []string{"akid"}, regexp.MustCompile(`\bAKID[0-9A-Za-z]{28,36}\b`), mixed},
	{"github-token", []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"}, regexp.MustCompile(`\b(?:gh[pousr]_[0-9A-Za-z]{36,255}|github_pat_[0-9A-Za-z_]{50,255})\b`), random},
	{"gitlab-token", []string{"glpat-"}, regexp.MustCompile(`\bglpat-[0-9A-Za-z_-]{20,}`), random},
	{"slack-token", []string{"xox"}, regexp.MustCompile(`\bxox[abeoprs]-[0-9A-Za-z-]{10,}`), mixed},
	{"slack-webhook", []string{"hooks.slack.com"}, regexp.MustCompile(`https://hooks\.slack\.com/(?:services|workflows)/T[0-9A-Z]{6,}/[0-9A-Za-z]{6,}/[0-9A-Za-z]{16,}`), nil},
	{"discord-webhook", []string{"/api/webhooks/"}, regexp.MustCompile(`https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/[0-9]{15,}/[0-9A-Za-z_-]{40,}`), nil},
	{"stripe-key", []string{"sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"}, regexp.MustCompile(`\b(?:[rs]k_(?:live|test)_[0-9A-Za-z]{16,}|whsec_[0-9A-Za-z+/=]{24,})`), mixed},
	{"stripe-client-secret", []string{"_secret_"}, regexp.MustCompile(`\b(?:pi|seti|cs_live|cs_test)_[0-9A-Za-z]{14,}_secret_[0-9A-Za-z]{16,}`), nil},
	{"provider-api-key", []string{"sk-"}, regexp.MustCompile(`\bsk-(?:[a-z]{1,8}[0-9]{0,2}-){0,3}[0-9A-Za-z_]{20,}(?:-[0-9A-Za-z_]+)*`), random},
	{"provider-api-key", []string{"gsk_", "xai-", "pplx-", "r8_", "pcsk_", "tvly-", "nvapi-", "fc-", "jina_", "lsv2_"}, regexp.MustCompile(`\b(?:gsk_|xai-|pplx-|r8_|pcsk_|tvly-(?:dev-|prod-)?|nvapi-|fc-|jina_|lsv2_(?:pt|sk)_)[0-9A-Za-z_]{30,}`), random},
	{"provider-api-key", []string{"hf_"}, regexp.MustCompile(`\bhf_[0-9A-Za-z]{30,40}\b`), random},
	{"package-token", []string{"npm_", "pypi-", "dckr_pat_"}, regexp.MustCompile(`\b(?:npm_[0-9A-Za-z]{36}|pypi-AgE[0-9A-Za-z_-]{50,}|dckr_pat_[0-9A-Za-z_-]{27,})`), random},
	{"mail-api-key", []string{"sg."}, regexp.MustCompile(`\bSG\.[0-9A-Za-z_-]{22}\.[0-9A-Za-z_-]{43}`), random},
	{"service-token", []string{"apify_api_", "ntn_", "secret_", "shpat_", "dop_v1_", "pat-na", "eaa"}, regexp.MustCompile(`\b(?:apify_api_[0-9A-Za-z]{30,}|(?:ntn|secret)_[0-9A-Za-z]{40,}|shpat_[0-9a-f]{32}|dop_v1_[0-9a-f]{64}|EAA[0-9A-Za-z]{80,})`), random},
	{"service-token", []string{"pat"}, regexp.MustCompile(`\bpat[0-9A-Za-z]{14}\.[0-9a-f]{64}\b`), nil},
	{"telegram-token", []string{":aa"}, regexp.MustCompile(`(?:\b|bot)([0-9]{8,10}:AA[0-9A-Za-z_-]{33})`), random},
	{"jwt", []string{"eyj"}, regexp.MustCompile(`\beyJ[0-9A-Za-z_-]{8,}\.eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{16,}`), nil},
	{"database-url", []string{"://"}, regexp.MustCompile(`(?i)\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|clickhouse|oracle)(?:\+[a-z0-9]+)?://[^\s:/@"'<>\\]*:([^\s@"'<>\\]{3,200})@`), password},
	{"basic-auth-url", []string{"://"}, regexp.MustCompile(`(?i)\b(?:https?|ftps?|sftp|smtps?|imaps?|wss?)://[^\s:/?#@"'<>\\]+:([^\s/?#@"'<>\\]{3,200})@[a-z0-9\[]`), password},
	{"bearer-token", []string{"bearer"}, regexp.MustCompile(`(?i)\bbearer[ \t]+([0-9A-Za-z/._~+=-]{16,})`), random},
	{"basic-auth", []string{"basic"}, regexp.MustCompile(`(?i)\bbasic[ \t]+([0-9A-Za-z+/]{12,}={0,2})`), basicAuth},
	// Three forms of assignment: quoted, in a query or an environment, and in Chinese.
	{"assigned-secret", secretWords, regexp.MustCompile(`(?i)[0-9a-z_.-]{0,40}(?:` + secretWord + `)\\?["']?\s{0,4}(?::|=>|={1,3})\s{0,4}\\?["'\x60]([^\s"'\x60\\]{8,200})\\?["'\x60]`), assignedValue},
	{"assigned-secret", secretWords, regexp.MustCompile(`(?i)(?:^|[?&;\s])(?:[0-9a-z_-]{0,40}[_-])?(?:` + secretWord + `)=([0-9A-Za-z_~+/%-]{12,200})`), assignedValue},
	{"assigned-secret", []string{"密码", "口令", "密钥"}, regexp.MustCompile(`(?:密码|口令|密钥)\s{0,2}(?:[:\x{ff1a}=]|是|为)\s{0,2}([!-~]{8,100})`), assignedValue},
}

// Names that say that a value is secret.
const secretWord = `api[_-]?key|access[_-]?key|secret[_-]?key|private[_-]?key|client[_-]?secret|auth[_-]?token|access[_-]?token|secret|token|passw(?:or)?d|passwd|pwd` //nolint:gosec // names, no values

var (
	secretWords = []string{"key", "secret", "token", "passw", "pwd"}
	secretName  = regexp.MustCompile(`(?i)(?:^|[^a-z])(?:x[_-])?(?:[0-9a-z]{0,30}[_-])?(?:` + secretWord + `)$`)
	pageToken   = regexp.MustCompile(`(?i)(?:page|next|continuation|sync|cursor|csrf|max|design)[_-]?token\W*$`)
)

// placeholder reports whether a value is filled in at run time or is written as an example.
func placeholder(v string) bool {
	for _, s := range []string{"{{", "}}", "${", "$(", "$json", "$env", "$vars", "$credentials", "$secrets", "$node", "process.env", "os.environ", "<", "%s", "[["} {
		if strings.Contains(v, s) {
			return true
		}
	}
	lower := strings.ToLower(v)
	for _, s := range []string{
		"your", "example", "placeholder", "changeme", "change_me", "change-me", "replace", "insert", "dummy", "redacted", "sample", "xxxx", "****", "....",
		"fake", "todo", "notreal", "not-real", "not_real", "enter-", "enter_", "abcdefgh", "123456789", "在此", "替换", "你的", "示例",
	} {
		if strings.Contains(lower, s) {
			return true
		}
	}
	run := 0
	for i := 1; i < len(v); i++ {
		if run++; v[i] != v[i-1] {
			run = 0
		}
		if run >= 5 {
			return true
		}
	}
	return false
}

// random wants letters and digits, and at least 3 bits for each byte: words and paths have less variety for their length.
func random(v string) bool { return mixed(v) && entropy(v) >= 3 }

// mixed wants both letters and digits.
func mixed(v string) bool {
	return strings.ContainsAny(v, "0123456789") && strings.ContainsFunc(v, func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' })
}

// password refuses what is obviously no password in a URL: a port, a name of a variable.
func password(v string) bool {
	return !strings.HasPrefix(v, "$") && !strings.ContainsAny(v, "{}") && v != "password" && v != "pass" && v != "pwd"
}

var (
	uuidForm = regexp.MustCompile(`^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)
	nameForm = regexp.MustCompile(`^[A-Za-z_$][\w$]*(?:(?:\.|\?\.|->|::)[A-Za-z_$][\w$]*)+$`) // a path of names in code
)

// assignedValue wants a value under a telling name to look random: letters and digits, 3 bits for each byte (2.5 under 16
// bytes), no path of names, no address.
func assignedValue(v string) bool {
	least := 3.0
	if len(v) < 16 {
		least = 2.5
	}
	switch {
	case len(v) < 8 || !mixed(v) || entropy(v) < least:
		return false
	case strings.ContainsAny(v, "(){}[];,") || strings.Contains(v, "://") || strings.HasPrefix(v, "/") || strings.HasPrefix(v, "=") || strings.HasPrefix(v, "$"):
		return false
	}
	return !nameForm.MatchString(v) && !uuidForm.MatchString(v)
}

// basicAuth wants base64 of user:password.
func basicAuth(v string) bool {
	plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(v, "="))
	if err != nil {
		return false
	}
	for i, c := range plain {
		if c < 0x20 || c > 0x7e {
			return false
		}
		if c == ':' && i > 0 && i < len(plain)-1 {
			return true
		}
	}
	return false
}

// entropy is that of the bytes of v in bits for each, 0 to 8.
func entropy(v string) float64 {
	var counts [256]int
	for i := range len(v) {
		counts[v[i]]++
	}
	h := 0.0
	for _, c := range counts {
		if c > 0 {
			p := float64(c) / float64(len(v))
			h -= p * math.Log2(p)
		}
	}
	return h
}
