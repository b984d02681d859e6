package workflow

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
)

var (
	urlParts = regexp.MustCompile(`(?s)^\s*(?:([A-Za-z][A-Za-z0-9+.-]*)://)?([^/?#\s]*)(.*)$`)
	// A text in quotes with which an expression begins; the host stands in it in full only where a slash follows.
	urlLiteral = regexp.MustCompile("(?s)^=?\\s*\\{\\{\\s*['\"`]([A-Za-z][A-Za-z0-9+.-]*://[^'\"`]*)")
	privateSix = regexp.MustCompile(`^(?i:f[cd][0-9a-f]{0,2}|fe[89ab][0-9a-f]?):`)
	hostName   = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$`)
)

// endpoint reads an address. Expression says that {{ … }} in it is evaluated when the workflow runs; it reports whether text is an address.
func endpoint(text string, expression bool, place plumbline.Location) (plumbline.Endpoint, bool) {
	e := plumbline.Endpoint{Location: place}
	text = strings.TrimSpace(text)
	if expression {
		if m := urlLiteral.FindStringSubmatch(text); m != nil {
			text = strings.TrimPrefix(m[1], "=")
			if i := strings.Index(text, "://"); !strings.ContainsAny(text[i+3:], "/?#") { // what follows may belong to the host
				text += "{{}}"
			}
			text = strings.ReplaceAll(text, "${", "{{")
		}
	}
	if text == "" {
		return e, false
	}
	// Braces may hold a slash, so they are taken out before the parts are told apart.
	m := urlParts.FindStringSubmatch(n8nBraces.ReplaceAllString(text, "{{}}"))
	if m == nil {
		return e, false
	}
	scheme, host := strings.ToLower(m[1]), m[2]
	if strings.Contains(host, "{") || strings.Contains(scheme, "{") {
		e.Scheme, e.Dynamic = scheme, true
		return e, true
	}
	if i := strings.LastIndex(host, "@"); i >= 0 {
		host = host[i+1:]
	}
	host = withoutPort(host)
	if !hostName.MatchString(host) && !strings.Contains(host, ":") || scheme == "" && !strings.Contains(host, ".") {
		return e, false
	}
	e.Scheme, e.Host = scheme, strings.ToLower(shorten(host, 253))
	e.Local = localHost(e.Host)
	return e, true
}

func withoutPort(host string) string {
	if strings.HasPrefix(host, "[") {
		return strings.TrimPrefix(host[:max(strings.IndexByte(host, ']'), 1)], "[")
	}
	if i := strings.LastIndexByte(host, ':'); i >= 0 && strings.Count(host, ":") == 1 {
		return host[:i]
	}
	return host
}

// localHost reports whether a name or address does not leave the own network: loopback, private and link-local ranges, the
// reserved suffixes, and names of one label, which only an own resolver knows.
func localHost(host string) bool {
	if strings.Contains(host, ":") { // an IPv6 address: loopback, unique local fc00::/7, link-local fe80::/10
		return host == "::1" || host == "::" || privateSix.MatchString(host)
	}
	if bytes, ok := ipv4(host); ok {
		a, b := bytes[0], bytes[1]
		return a == 127 || a == 10 || a == 0 || a == 172 && b >= 16 && b < 32 || a == 192 && b == 168 || a == 169 && b == 254
	}
	for _, suffix := range []string{".local", ".internal", ".localhost", ".lan", ".home.arpa", ".intranet", ".corp", ".svc"} {
		if strings.HasSuffix(host, suffix) {
			return host != "metadata.google.internal"
		}
	}
	return !strings.Contains(host, ".")
}

// ipv4 reads four numbers with dots between them.
func ipv4(host string) (bytes [4]int, ok bool) {
	parts := strings.Split(host, ".")
	if len(parts) != 4 {
		return bytes, false
	}
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			return bytes, false
		}
		bytes[i] = int(n)
	}
	return bytes, true
}

// pathOf gives what follows the host.
func pathOf(text string) string {
	if m := urlParts.FindStringSubmatch(n8nBraces.ReplaceAllString(strings.TrimPrefix(text, "="), "{{}}")); m != nil {
		return m[3]
	}
	return ""
}

// n8nAddresses are the parameters that hold an address.
var n8nAddresses = [][]string{
	{"url"},
	{"uri"},
	{"endpoint"},
	{"endpointUrl"},
	{"sseEndpoint"},
	{"httpStreamUrl"},
	{"serverUrl"},
	{"baseURL"},
	{"baseUrl"},
	{"options", "baseURL"},
	{"options", "baseUrl"},
	{"feedUrl"},
	{"sourceRepository"},
	{"repository"},
}

// endpoints reads the addresses that a step calls.
func (m *n8nImport) endpoints(n *n8nNode, s *plumbline.Step, p *jsonValue) {
	for _, key := range n8nAddresses {
		v := resourceValue(p.get(key...))
		if v == nil || v.kind != jsonText || key[0] == "repository" && !strings.Contains(v.text, "://") {
			continue
		}
		text := v.text
		expression := isExpression(text)
		text = strings.TrimPrefix(text, "=")
		if n.short == "toolhttprequest" { // its placeholders are {name}, filled in by the model
			expression = true
		}
		if e, ok := endpoint(text, expression, v.place(m.file)); ok {
			s.Endpoints = append(s.Endpoints, e)
		}
	}
}
