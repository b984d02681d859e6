package workflow

import (
	"regexp"
	"strings"
)

// n8nQuoted matches a text in any of JavaScript's quotes, as three groups.
const n8nQuoted = `(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|` + "`((?:[^`\\\\]|\\\\.)*)`)"

var (
	// $('Node'), $node["Node"], $items("Node"), and _('Node'), _node["Node"] of Python.
	n8nReference = regexp.MustCompile(`(?:\$\(|\$node\[|\$items\(|\b_\(|\b_node\[)\s*` + n8nQuoted)
	n8nDotted    = regexp.MustCompile(`\$node\.([A-Za-z_][A-Za-z0-9_]*)`)
	n8nFromAI    = regexp.MustCompile(`(?i)\$fromAI\(\s*` + n8nQuoted)
	n8nBraces    = regexp.MustCompile(`(?s)\{\{(.*?)\}\}`)
	n8nVariable  = regexp.MustCompile(`\$(?:` +
		`\(\s*` + n8nQuoted + `\s*\)(?:\.[A-Za-z_][A-Za-z0-9_]*(?:\(\))?|\[(?:'[^']*'|"[^"]*"|[0-9]+)\])*` +
		`|node\[\s*` + n8nQuoted + `\s*\](?:\.[A-Za-z_][A-Za-z0-9_]*(?:\(\))?|\[(?:'[^']*'|"[^"]*"|[0-9]+)\])*` +
		`|fromAI\(\s*` + n8nQuoted +
		`|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*(?:\(\))?|\[(?:'[^']*'|"[^"]*"|[0-9]+)\])*)`)
	n8nEscape = regexp.MustCompile(`\\(.)`)
)

// isExpression reports whether n8n evaluates a text; braces in another text are just braces.
func isExpression(text string) bool { return strings.HasPrefix(text, "=") }

// withoutExpressions gives what stands outside of braces.
func withoutExpressions(text string) string { return n8nBraces.ReplaceAllString(text, " ") }

// references lists the names of the steps whose output a text reads, each once, in the order of the text.
func references(text string) []string {
	if !strings.Contains(text, "$") && !strings.Contains(text, "_") {
		return nil
	}
	var names []string
	seen := map[string]bool{}
	add := func(name string) {
		if name != "" && !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	for _, m := range n8nReference.FindAllStringSubmatch(text, -1) {
		add(unquoted(m[1:]))
	}
	for _, m := range n8nDotted.FindAllStringSubmatch(text, -1) {
		add(m[1])
	}
	return names
}

// modelChosen lists the keys that a text lets the model fill in.
func modelChosen(text string) []string {
	var keys []string
	for _, m := range n8nFromAI.FindAllStringSubmatch(text, -1) {
		keys = append(keys, unquoted(m[1:]))
	}
	return keys
}

// variables lists what an expression puts into a text, each once. Constants within braces are left out, they may be secret.
func variables(text string) []string {
	if !isExpression(text) {
		return nil
	}
	var list []string
	seen := map[string]bool{}
	for _, braces := range n8nBraces.FindAllStringSubmatch(text, -1) {
		for _, name := range n8nVariable.FindAllString(braces[1], -1) {
			if strings.HasPrefix(strings.ToLower(name), "$fromai(") {
				name += ")"
			}
			if !seen[name] && len(list) < 200 {
				seen[name] = true
				list = append(list, shorten(name, 200))
			}
		}
	}
	return list
}

func unquoted(groups []string) string {
	for _, g := range groups {
		if g != "" {
			return n8nEscape.ReplaceAllString(g, "$1")
		}
	}
	return ""
}
