package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	maxBytes = 4 << 20
	maxDepth = 8
)

// line is one key of one catalogue with its text.
type line struct {
	file string
	at   int // line in the file
	key  string
	text string
}

func (l line) fault(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s: %s", l.file, l.at, l.key, fmt.Sprintf(format, args...))
}

// parseCatalog flattens a catalogue: {a: {b: text}} and {a.b: text} are the same key. It returns what could be read and
// every fault.
func parseCatalog(file string, data []byte) (lines []line, faults []error) {
	if len(data) > maxBytes {
		return nil, []error{fmt.Errorf("%s: larger than %d bytes", file, maxBytes)}
	}
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, []error{fmt.Errorf("%s: %w", file, err)}
	}
	if len(document.Content) != 1 || document.Content[0].Kind != yaml.MappingNode {
		return nil, []error{fmt.Errorf("%s: want one tree of keys", file)}
	}
	t := tree{file: file, seen: map[string]int{}}
	t.walk("", document.Content[0], 1)
	return t.lines, t.faults
}

type tree struct {
	file   string
	seen   map[string]int // key → line
	lines  []line
	faults []error
}

var keyShape = regexp.MustCompile(`^[a-z][a-z0-9]*([._-][A-Za-z0-9]+)*$`)

func (t *tree) walk(prefix string, node *yaml.Node, depth int) {
	for i := 0; i+1 < len(node.Content); i += 2 {
		name, value := node.Content[i], node.Content[i+1]
		l := line{file: t.file, at: name.Line, key: prefix + name.Value, text: value.Value}
		switch {
		case !keyShape.MatchString(l.key):
			t.fault(l, "a key is words of letters and digits joined by '.', '-' or '_', the first in lower case")
		case value.Kind == yaml.MappingNode && depth < maxDepth:
			t.walk(l.key+".", value, depth+1)
		case value.Kind != yaml.ScalarNode || value.Tag != "!!str":
			t.fault(l, "want a text; quote numbers and words such as true")
		case t.seen[l.key] > 0:
			t.fault(l, "the key is on line %d too", t.seen[l.key])
		default:
			t.seen[l.key] = name.Line
			t.lines = append(t.lines, l)
		}
	}
}

func (t *tree) fault(l line, format string, args ...any) {
	t.faults = append(t.faults, l.fault(format, args...))
}

// message is one key in both languages.
type message struct {
	key              string
	args             []part // placeholders in the order in which the English text first names them
	english, chinese []part
}

// match joins the languages, checks every text, and returns the messages sorted by key.
func match(english, chinese []line) (messages []message, faults []error) {
	inChinese := map[string]line{}
	for _, l := range chinese {
		inChinese[l.key] = l
	}
	names := map[string]string{}
	for _, en := range english {
		zh, found := inChinese[en.key]
		if !found {
			faults = append(faults, en.fault("%s lacks the key", chineseFile))
			continue
		}
		delete(inChinese, en.key)
		m := message{key: en.key}
		var broken []error
		m.english, broken = checkText(en, false)
		faults = append(faults, broken...)
		m.chinese, broken = checkText(zh, true)
		faults = append(faults, broken...)
		m.args = arguments(m.english)
		if err := sameArguments(m.args, arguments(m.chinese)); err != nil {
			faults = append(faults, zh.fault("%v", err))
		}
		if err := claimName(names, m.key); err != nil {
			faults = append(faults, en.fault("%v", err))
		}
		messages = append(messages, m)
	}
	for _, zh := range chinese {
		if _, left := inChinese[zh.key]; left {
			faults = append(faults, zh.fault("%s lacks the key", englishFile))
		}
	}
	slices.SortFunc(messages, func(a, b message) int { return strings.Compare(a.key, b.key) })
	return messages, faults
}

// checkText parses a text and holds it against the rules of its language.
func checkText(l line, han bool) ([]part, []error) {
	parts, err := parseText(l.text)
	if err != nil {
		return nil, []error{l.fault("%v", err)}
	}
	var faults []error
	for _, fault := range typography(l.text, parts, han) {
		faults = append(faults, l.fault("%s", fault))
	}
	return parts, faults
}

// arguments returns the placeholders of a text, each once.
func arguments(parts []part) (args []part) {
	for _, p := range parts {
		if p.name != "" && !slices.ContainsFunc(args, func(a part) bool { return a.name == p.name }) {
			args = append(args, p)
		}
	}
	return args
}

func sameArguments(english, chinese []part) error {
	for _, zh := range chinese {
		at := slices.IndexFunc(english, func(en part) bool { return en.name == zh.name })
		if at < 0 {
			return fmt.Errorf("the English text has no placeholder {%s}", zh.name)
		}
		if en := english[at]; en.kind != zh.kind && (!counts(en.kind) || !counts(zh.kind)) {
			return fmt.Errorf("{%s} is %q here and %q in English", zh.name, zh.kind, en.kind)
		}
	}
	if len(chinese) < len(english) {
		return fmt.Errorf("the text has %d placeholders and the English text has %d", len(chinese), len(english))
	}
	return nil
}

// counts reports whether a kind takes a whole number: a plural in English may be a plain number in Chinese.
func counts(kind string) bool { return kind == "int" || kind == "plural" }

// claimName refuses a key whose function has the name of another key's or of something written by hand.
func claimName(names map[string]string, key string) error {
	name := goName(key)
	if other, taken := names[name]; taken {
		return fmt.Errorf("its function %s is that of %s too", name, other)
	}
	if name == "Get" || name == "Keys" || name == "Label" || strings.HasPrefix(name, "Format") {
		return fmt.Errorf("its function %s has the name of one written by hand", name)
	}
	names[name] = key
	return nil
}
