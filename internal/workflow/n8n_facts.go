package workflow

import (
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// facts reads what the parameters of a node say and fills in what n8n leaves out.
func (m *n8nImport) facts(i int) {
	n, s := &m.nodes[i], &m.graph.Steps[i]
	p := n.v.get("parameters")
	m.credentials(n, s)
	failures(n.v, s)
	m.endpoints(n, s, p)
	switch {
	case s.Kind == plumbline.TriggerStep:
		trigger(n, s, p)
	case n.app == "httprequest" || n.app == "graphql" || n.short == "toolhttprequest":
		m.request(n, s, p)
	case n.known.app && n.pkg == n8nBasePackage:
		m.application(n, s, p)
	default:
		m.other(n, s, p)
	}
	m.model(n, s, p)
	m.prompts(n, s, p)
	untrusted(n, s)
}

// credentials lists {type: {id, name}}, in old files {type: name}. A name may have been chosen to hold the key itself.
func (m *n8nImport) credentials(n *n8nNode, s *plumbline.Step) {
	for _, c := range n.v.get("credentials").children() {
		name := c.get("name").str()
		if c.kind == jsonText {
			name = c.text
		}
		text := shorten(c.name, 100)
		if name != "" {
			text += ": " + redact(shorten(name, 200))
		}
		s.Credentials = append(s.Credentials, text)
	}
}

// failures reads what happens on an error. N8n tries two to five times, three where the number is missing.
func failures(v *jsonValue, s *plumbline.Step) {
	switch v.get("onError").str() {
	case "continueRegularOutput":
		s.OnError = "continue"
	case "continueErrorOutput":
		s.OnError = "branch"
	default:
		s.OnError = "stop"
		if v.get("continueOnFail").isTrue() && v.get("onError") == nil {
			s.OnError = "continue"
		}
	}
	if v.get("retryOnFail").isTrue() {
		s.Retries = int(min(max(v.get("maxTries").number(3), 2), 5)) - 1
	}
}

// trigger reads what a trigger asks of who calls it. Where the definition is silent n8n asks for nothing.
func trigger(n *n8nNode, s *plumbline.Step, p *jsonValue) {
	auth := firstOf(p.get("authentication").str(), "none")
	switch n.short {
	case "webhook":
		s.Auth, s.Operation = auth, strings.ToUpper(firstOf(p.get("httpMethod").str(), "GET"))
		if list := p.get("httpMethod"); list.is(jsonList) {
			var methods []string
			for _, item := range list.items {
				methods = append(methods, strings.ToUpper(item.str()))
			}
			s.Operation = shorten(strings.Join(methods, " "), 100)
		}
	case "formtrigger", "mcptrigger":
		s.Auth = auth
	case "chattrigger":
		if s.Auth = auth; !p.get("public").isTrue() {
			s.Auth = "not public" // only who may edit the workflow can chat
		}
	default:
	}
}

// request reads an HTTP request: an address, a method, and perhaps a model behind the address.
func (m *n8nImport) request(n *n8nNode, s *plumbline.Step, p *jsonValue) {
	method := firstOf(p.get("method").str(), p.get("requestMethod").str(), map[bool]string{true: "POST", false: "GET"}[n.app == "graphql"])
	s.Operation = method
	if isExpression(method) {
		s.Operation = "computed"
	} else {
		s.Operation = shorten(strings.ToUpper(method), 20)
	}
	var e plumbline.Endpoint
	if len(s.Endpoints) > 0 {
		e = s.Endpoints[0]
	}
	address := firstOf(p.get("url").scalar(), p.get("endpoint").scalar())
	if n.app == "graphql" {
		s.Effect = plumbline.Reads
		if strings.Contains(p.get("query").str(), "mutation") {
			s.Effect = plumbline.Writes
		}
	} else {
		s.Effect = httpEffect(method, e, pathOf(address))
	}
	if provider := modelHost(e.Host, address); provider != "" {
		s.AI, s.Provider, s.Effect = true, provider, plumbline.NoEffect
		if s.Kind != plumbline.ToolStep {
			s.Kind = plumbline.ModelStep
		}
		return
	}
	if s.Kind == plumbline.SourceStep && s.Effect.Privileged() {
		s.Kind = plumbline.OutputStep
	}
}

// application reads resource and operation of an application, the defaults filled in.
func (m *n8nImport) application(n *n8nNode, s *plumbline.Step, p *jsonValue) {
	tool := s.Kind == plumbline.ToolStep || strings.HasSuffix(n.short, "tool")
	resource := firstOf(p.get("resource").str(), defaultResource(n.app, n.version, p))
	operation := firstOf(p.get("operation").str(), n8nOperations[n.app+"/"+resource], n8nOperations[n.app])
	s.Operation = shorten(strings.Trim(resource+"."+operation, "."), 100)
	if isExpression(resource) || isExpression(operation) {
		s.Operation = "computed"
	}
	query := firstOf(p.get("query").str(), p.get("sqlQuery").str())
	s.Effect = appEffect(n.app, resource, operation, query)
	switch {
	case strings.EqualFold(operation, "sendAndWait"):
		s.Kind, s.Effect = plumbline.PersonStep, plumbline.NoEffect // the message asks; it is not what the person decides on
	case tool:
		s.Kind, s.AI = plumbline.ToolStep, true
	case s.Kind == plumbline.CodeStep:
	case s.Effect == plumbline.Reads:
		s.Kind = plumbline.SourceStep
	default:
		s.Kind = plumbline.OutputStep
	}
}

// other reads the nodes that have ways of their own.
func (m *n8nImport) other(n *n8nNode, s *plumbline.Step, p *jsonValue) {
	operation := p.get("operation").str()
	switch {
	case n.short == "wait":
		s.Operation = firstOf(p.get("resume").str(), "timeInterval")
		if s.Operation == "webhook" || s.Operation == "form" {
			s.Kind = plumbline.PersonStep
			s.Auth = firstOf(p.get("incomingAuthentication").str(), "none")
		}
	case n.short == "form" && n.pkg == n8nBasePackage:
		if s.Operation = firstOf(operation, "page"); s.Operation == "completion" {
			s.Kind, s.Effect = plumbline.OutputStep, plumbline.Answers
		}
	case n.short == "chat":
		if s.Operation = firstOf(operation, "send"); strings.EqualFold(operation, "sendAndWait") {
			s.Kind, s.Effect = plumbline.PersonStep, plumbline.NoEffect
		}
	case strings.HasPrefix(n.short, "vectorstore"):
		s.Operation = firstOf(p.get("mode").str(), "retrieve")
		s.Effect = plumbline.Reads
		if s.Operation == "insert" || s.Operation == "update" || strings.HasSuffix(n.short, "insert") {
			s.Effect = plumbline.Writes
		}
	case n.short == "openai" && n.pkg == n8nLangchainPackage:
		m.openAI(n, s, p)
	case n.short == "jinaai" || n.short == "perplexity":
		s.Operation = shorten(operation, 100)
	default:
		resource := p.get("resource").str()
		if s.Operation = shorten(strings.Trim(resource+"."+operation, "."), 100); isExpression(s.Operation) {
			s.Operation = "computed"
		}
		if strings.EqualFold(operation, "sendAndWait") {
			s.Kind, s.Effect = plumbline.PersonStep, plumbline.NoEffect
		}
		third(n, s, resource, operation)
	}
}

// openAI reads the node that speaks to OpenAI directly, whose default resource is text, answered by message or response.
func (m *n8nImport) openAI(n *n8nNode, s *plumbline.Step, p *jsonValue) {
	resource := firstOf(p.get("resource").str(), "text")
	operation := p.get("operation").str()
	if operation == "" {
		defaults := map[string]string{"text": "message", "assistant": "message", "image": "generate", "audio": "generate", "file": "upload", "video": "generate", "conversation": "create"}
		operation = defaults[resource]
		if resource == "text" && n.version >= 2 {
			operation = "response"
		}
	}
	s.Operation = shorten(strings.Trim(resource+"."+operation, "."), 100)
	if resource == "assistant" {
		s.Kind = plumbline.AgentStep
	}
	switch resource + "." + operation {
	case "file.upload", "file.deleteFile", "assistant.create", "assistant.update", "assistant.deleteAssistant", "conversation.create", "conversation.update", "conversation.remove":
		s.Effect = plumbline.Writes
	case "file.list", "assistant.list", "conversation.get":
		s.Effect = plumbline.Reads
	}
}

// third looks at nodes of other packages. Many are built like n8n's own, so that the name of the operation tells what it does;
// where it does not, that stays unclear.
func third(n *n8nNode, s *plumbline.Step, resource, operation string) {
	if n.pkg == n8nBasePackage || n.pkg == n8nLangchainPackage || s.Kind != plumbline.OpaqueStep {
		return
	}
	if effect, ok := n8nVerbs[camelWords(operation)[0]]; ok && effect != plumbline.Executes && !strings.Contains(n.short, "mcp") {
		s.Effect = appEffect(n.short, resource, operation, "")
	}
	if n.pkg == "n8n-nodes-mcp" && s.Operation == "" {
		s.Operation = "listTools" // the default of that package
	}
	if strings.Contains(n.short, "mcp") {
		s.Kind = plumbline.SourceStep
		if strings.HasSuffix(n.short, "tool") {
			s.Kind = plumbline.ToolStep
		}
	}
}

// untrusted reports text of strangers: forms, mail, chats, feeds and the web; a webhook where nobody has to prove who calls.
func untrusted(n *n8nNode, s *plumbline.Step) {
	reads := s.Effect == plumbline.Reads || s.Effect == plumbline.Unclear
	app := n.app
	switch {
	case s.Kind == plumbline.PersonStep || n.short == "form" && s.Effect == plumbline.Answers:
	case n.short == "webhook":
		s.Untrusted = s.Auth == "none"
	case n.short == "mcptrigger":
		s.Untrusted = s.Auth == "none"
	case app == "httprequest" || app == "graphql" || n.short == "toolhttprequest":
		local := len(s.Endpoints) > 0
		for _, e := range s.Endpoints {
			local = local && e.Local
		}
		s.Untrusted = reads && !local && s.Kind != plumbline.ModelStep
	case n8nUntrusted[n.short] && !n.known.app, n8nUntrusted[app] && reads:
		s.Untrusted = true
	case n8nMailSources[app] && s.Effect == plumbline.Reads:
		s.Untrusted = true
	case n.pkg != n8nBasePackage && n.pkg != n8nLangchainPackage:
		s.Untrusted = slices.ContainsFunc(n8nUntrustedHints, func(hint string) bool { return strings.Contains(n.short, hint) })
	case n.short == "documentgithubloader":
		s.Untrusted = true
	}
	if n.app == "perplexity" || n.app == "jinaai" {
		s.Untrusted = true // they search the web
	}
}

func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// resourceValue gives a parameter that is a text, or a resource locator that holds one.
func resourceValue(v *jsonValue) *jsonValue {
	if v.is(jsonObject) {
		v = v.get("value")
	}
	if v == nil || v.kind == jsonObject || v.kind == jsonList || v.kind == jsonNull {
		return nil
	}
	return v
}
