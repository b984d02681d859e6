package workflow

import (
	"path"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A kind is what a scalar may be: the word in the tag "is" of a field. Fault says what is wrong with a text beyond not
// being what is expected, and gives "" for a good one.
type kind struct {
	expect  string
	pattern *regexp.Regexp // what the whole text matches; nil = any text that is not empty
	schema  map[string]any
	fault   func(text string) string
	null    bool // an unquoted null or ~ is a text like any other
	empty   bool // the empty text is allowed
	plain   bool // quotes would make it a text, so they are refused
}

const (
	patDecimal = `-?(0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?`
	patShare   = `(0(\.[0-9]{1,30})?|1(\.0{1,30})?)`
	patDate    = `[0-9]{4}-[0-9]{2}-[0-9]{2}`
	patCount   = `[1-9][0-9]{0,9}`
)

// kinds lists the kinds of scalar. Data values and column names are texts as written; a schema sees numbers and booleans
// there too, since that is what other YAML readers make of 1 and true.
var kinds = map[string]kind{
	"text":    {expect: "a text", schema: scalar("string", "number", "boolean")},
	"column":  {expect: "the name of a column", schema: scalar("string", "number", "boolean")},
	"value":   {expect: "a value as it is written in the data", schema: scalar("string", "number", "boolean", "null"), null: true},
	"marker":  {expect: "a text that means missing", schema: map[string]any{"type": []string{"string", "number", "boolean", "null"}}, null: true, empty: true},
	"id":      {expect: "an id of letters, digits, dots, hyphens and underscores, at most 100", pattern: whole(`[A-Za-z0-9][A-Za-z0-9._-]{0,99}`), schema: scalar("string", "number")},
	"word":    {expect: "a word of lower-case letters, digits and hyphens", pattern: whole(`[a-z0-9][a-z0-9_-]{0,99}`), schema: scalar("string", "number")},
	"regime":  {expect: "the id of a regime, such as cn-pipl", pattern: whole(`[a-z0-9][a-z0-9-]{0,99}`), schema: scalar("string")},
	"control": {expect: "the id of a control, such as MB-03", pattern: whole(`[A-Z][A-Z0-9]{0,9}-[0-9]{1,4}`), schema: scalar("string")},
	"decimal": {expect: "a decimal such as 0.85", pattern: whole(patDecimal), schema: scalar("string", "number")},
	"share":   {expect: "a share from 0 to 1, such as 0.513", pattern: whole(patShare), schema: map[string]any{"type": []string{"string", "number"}, "minimum": 0, "maximum": 1}},
	"date":    {expect: "a date such as 2026-11-01", pattern: whole(patDate), schema: scalar("string"), fault: dateFault},
	"sha256":  {expect: "64 lower-case hex digits", pattern: whole(`[0-9a-f]{64}`), schema: scalar("string", "number")},
	"file":    {expect: "a file in the folder of the workflow file", schema: scalar("string", "number", "boolean"), fault: pathFault},
	"pattern": {expect: "a file or pattern in the folder of the workflow file", schema: scalar("string", "number", "boolean"), fault: patternFault},
	"enum":    {},
	"bool":    {expect: "true or false", pattern: whole(`true|false`), schema: map[string]any{"type": "boolean"}, plain: true},
	"count":   {expect: "a whole number from 1 to 1000000000", pattern: whole(patCount), schema: map[string]any{"type": "integer", "minimum": 1, "maximum": maxCount}, plain: true, fault: countFault},
	"object":  {}, // a field that holds no scalar
}

const maxCount = 1_000_000_000

func scalar(types ...string) map[string]any { return map[string]any{"type": types, "minLength": 1} }

// wrong says what is wrong with a text, in a few words or none. Good is false where it is not of the kind.
func (k kind) wrong(text string) (why string, good bool) {
	if text == "" {
		return "", k.empty
	}
	if k.pattern != nil && !match(k.pattern, text) {
		return "", false
	}
	if k.fault == nil {
		return "", true
	}
	why = k.fault(text)
	return why, why == ""
}

func whole(pattern string) *regexp.Regexp { return regexp.MustCompile(`^(?:` + pattern + `)$`) }

// ruleName is the form of the name of a rule.
var ruleName = whole(`[a-z][a-z0-9_]*`)

// match is for short texts: no pattern here takes more than 200 bytes.
func match(pattern *regexp.Regexp, text string) bool {
	return len(text) <= 200 && pattern.MatchString(text)
}

func dateFault(text string) string {
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		return "there is no such day"
	}
	return ""
}

func countFault(text string) string {
	if n, err := strconv.ParseInt(text, 10, 64); err != nil || n > maxCount {
		return "it is too large"
	}
	return ""
}

// pathFault refuses what does not lie in the folder of the file or means different files on different systems.
func pathFault(text string) string {
	clean := path.Clean(text)
	switch {
	case strings.ContainsFunc(text, unicode.IsControl):
		return "it has a control character"
	case strings.Contains(text, "://"):
		return "nothing is fetched: put the file into the folder"
	case strings.Contains(text, `\`):
		return "write folders with /"
	case strings.HasPrefix(text, "/") || len(text) > 1 && text[1] == ':' || strings.HasPrefix(text, "~/"):
		return "an absolute path is refused: write it as seen from the workflow file"
	case clean == ".." || strings.HasPrefix(clean, "../"):
		return "the path leads out of the folder"
	case clean == "." || strings.HasSuffix(text, "/"):
		return "that is a folder"
	case len(text) > 4096:
		return "it is too long"
	}
	return ""
}

func patternFault(text string) string {
	if why := pathFault(text); why != "" {
		return why
	}
	if _, err := path.Match(path.Clean(text), ""); err != nil {
		return "the pattern has a [ without its ]"
	}
	return ""
}

// isPattern reports whether a path names any number of files.
func isPattern(text string) bool { return strings.ContainsAny(text, "*?[") }
