package workflow

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/plumbline-project/plumbline"
)

// modelHosts names who runs the models behind an address.
var modelHosts = []struct{ host, provider string }{
	{"api.openai.com", "OpenAI"},
	{"openai.azure.com", "Azure OpenAI"},
	{"api.anthropic.com", "Anthropic"},
	{"generativelanguage.googleapis.com", "Google"},
	{"aiplatform.googleapis.com", "Google Vertex AI"},
	{"openrouter.ai", "OpenRouter"},
	{"api.groq.com", "Groq"},
	{"api.mistral.ai", "Mistral"},
	{"api.cohere.ai", "Cohere"},
	{"api.cohere.com", "Cohere"},
	{"api.deepseek.com", "DeepSeek"},
	{"dashscope.aliyuncs.com", "Alibaba Cloud"},
	{"dashscope-intl.aliyuncs.com", "Alibaba Cloud"},
	{"open.bigmodel.cn", "Zhipu AI"},
	{"api.z.ai", "Zhipu AI"},
	{"api.moonshot.cn", "Moonshot"},
	{"api.moonshot.ai", "Moonshot"},
	{"api.minimax.chat", "MiniMax"},
	{"api.minimax.io", "MiniMax"},
	{"api.minimaxi.com", "MiniMax"},
	{"volces.com", "Volcengine"},
	{"api.siliconflow.cn", "SiliconFlow"},
	{"api.siliconflow.com", "SiliconFlow"},
	{"qianfan.baidubce.com", "Baidu"},
	{"aip.baidubce.com", "Baidu"},
	{"hunyuan.tencentcloudapi.com", "Tencent"},
	{"api.hunyuan.cloud.tencent.com", "Tencent"},
	{"spark-api-open.xf-yun.com", "iFlytek"},
	{"api.perplexity.ai", "Perplexity"},
	{"api.x.ai", "xAI"},
	{"api.together.xyz", "Together AI"},
	{"api.together.ai", "Together AI"},
	{"api.fireworks.ai", "Fireworks AI"},
	{"api.replicate.com", "Replicate"},
	{"api-inference.huggingface.co", "Hugging Face"},
	{"router.huggingface.co", "Hugging Face"},
	{"endpoints.huggingface.cloud", "Hugging Face"},
	{"integrate.api.nvidia.com", "NVIDIA"},
	{"api.cerebras.ai", "Cerebras"},
	{"api.elevenlabs.io", "ElevenLabs"},
	{"api.stability.ai", "Stability AI"},
	{"api.piapi.ai", "PiAPI"},
	{"fal.run", "fal"},
	{"api.assemblyai.com", "AssemblyAI"},
	{"api.deepgram.com", "Deepgram"},
	{"api.jina.ai", "Jina AI"},
	{"api.kie.ai", "Kie AI"},
	{"api.runwayml.com", "Runway"},
	{"models.inference.ai.azure.com", "GitHub Models"},
	{"models.github.ai", "GitHub Models"},
}

// modelPath matches paths that only servers of models have.
var modelPath = regexp.MustCompile(`/v1/(chat/completions|completions|embeddings|messages|responses)\b|:11434/api/(generate|chat|embed|embeddings)\b|/openai/deployments/`)

// modelHost names who runs the model behind an address, "unknown" where only the path gives it away, and "" where there is none.
func modelHost(host, address string) string {
	for _, m := range modelHosts {
		if host == m.host || strings.HasSuffix(host, "."+m.host) || m.host == "openai.azure.com" && strings.HasSuffix(host, ".cognitiveservices.azure.com") && strings.Contains(address, "/openai/") {
			return m.provider
		}
	}
	if strings.HasPrefix(host, "bedrock-runtime.") && strings.HasSuffix(host, ".amazonaws.com") {
		return "AWS Bedrock"
	}
	switch m := modelPath.FindString(address); {
	case strings.HasPrefix(m, ":11434"):
		return "Ollama"
	case m != "":
		return "unknown"
	}
	return ""
}

var (
	modelInBody = regexp.MustCompile(`["']?model["']?\s*:\s*["']([^"'{}\n]{1,100})["']`)
	// A date, a snapshot of month and day or year and month, a three-digit release, a version after v, a digest.
	pinnedName = regexp.MustCompile(`(?i)(?:^|[-_@:/.])(?:20\d{2}-?[01]\d-?[0-3]\d|[0-3]\d-[0-3]\d|[012]\d[0-3]\d|00\d|v\d+(?:[.:]\d+)*)(?:$|[-_@:/.])|sha256:[0-9a-f]{12,}`)
	floating   = regexp.MustCompile(`(?i)latest|:free\b|:nitro\b`)
	fixedNames = n8nWords("text-embedding-3-small text-embedding-3-large text-embedding-ada-002 text-embedding-004 dall-e-3 dall-e-2 whisper-1")
)

// pinnedModel reports whether the name of a model fixes one version: a date, a numbered release, or a digest stands in it.
func pinnedModel(name string) bool {
	if name == "" || isExpression(name) || floating.MatchString(name) {
		return false
	}
	return pinnedName.MatchString(name) || fixedNames[strings.TrimPrefix(name, "openai/")]
}

// model reads provider and name of a model. A name that n8n fills in is not written down anywhere, so it stays empty.
func (m *n8nImport) model(n *n8nNode, s *plumbline.Step, p *jsonValue) {
	calls := s.Kind == plumbline.ModelStep || s.Kind == plumbline.RetrievalStep || s.Kind == plumbline.AgentStep || s.Kind == plumbline.GuardStep || n.known.kind == plumbline.ModelStep
	if s.Kind == plumbline.CodeStep && !s.AI {
		m.hidden(s)
		return
	}
	if !s.AI || !calls {
		return
	}
	if s.Provider == "" && !strings.HasPrefix(n.short, "vectorstore") && !strings.HasPrefix(n.short, "chain") {
		for _, part := range n8nProviders {
			if strings.Contains(n.app, part.part) {
				s.Provider = part.provider
				break
			}
		}
	}
	for _, key := range [][]string{{"model"}, {"modelId"}, {"modelName"}, {"options", "model"}, {"options", "modelName"}, {"chatModel"}, {"imageModel"}, {"engine"}} {
		if v := resourceValue(p.get(key...)); v != nil && v.text != "" {
			s.Model = redact(shorten(v.text, 200))
			if !strings.Contains(s.Model, "{{") {
				s.Model = strings.TrimPrefix(s.Model, "=") // an expression that is a constant
			}
			break
		}
	}
	if body := firstOf(p.get("jsonBody").str(), p.get("body").str()); s.Model == "" && (n.app == "httprequest" || n.short == "toolhttprequest") {
		if found := modelInBody.FindStringSubmatch(body); found != nil {
			s.Model = redact(found[1])
		}
		for _, pair := range p.get("bodyParameters", "parameters").children() {
			if pair.get("name").str() == "model" {
				s.Model = redact(shorten(pair.get("value").str(), 200))
			}
		}
	}
	s.Pinned = pinnedModel(s.Model)
}

// hidden marks code that calls a model's host.
func (m *n8nImport) hidden(s *plumbline.Step) {
	for _, text := range s.Params {
		for _, h := range modelHosts {
			if strings.Contains(text, h.host) {
				s.AI = true
				if s.Provider == "" || h.provider < s.Provider { // the order of a map must not show
					s.Provider = h.provider
				}
			}
		}
	}
}

// An n8nPrompt says where in the parameters an instruction to a model stands.
type n8nPrompt struct {
	role string
	path []string
}

// n8nPrompts are the places of prompts, for the nodes that call a model themselves.
var n8nPrompts = []n8nPrompt{
	{"system", []string{"options", "systemMessage"}},
	{"system", []string{"options", "systemPromptTemplate"}},
	{"system", []string{"options", "system"}},
	{"system", []string{"options", "prefix"}},
	{"system", []string{"options", "suffix"}},
	{"user", []string{"options", "humanMessage"}},
	{"system", []string{"instructions"}},
	{"system", []string{"systemMessage"}},
	{"user", []string{"text"}},
	{"user", []string{"inputText"}},
	{"user", []string{"query"}},
	{"user", []string{"prompt"}},
	{"user", []string{"input"}},
	{"user", []string{"jsonBody"}},
	{"user", []string{"body"}},
	{"user", []string{"options", "summarizationMethodAndPrompts", "values", "prompt"}},
	{"user", []string{"options", "summarizationMethodAndPrompts", "values", "combineMapPrompt"}},
	{"user", []string{"options", "summarizationMethodAndPrompts", "values", "refinePrompt"}},
	{"user", []string{"options", "summarizationMethodAndPrompts", "values", "refineQuestionPrompt"}},
}

// n8nMessages are the lists of messages: the list, and the keys of text and role within.
var n8nMessages = []struct {
	path       []string
	text, role string
}{
	{[]string{"messages", "messageValues"}, "message", "type"},
	{[]string{"messages", "values"}, "content", "role"},
	{[]string{"messages", "message"}, "content", "role"},
	{[]string{"responses", "values"}, "content", "role"},
	{[]string{"prompt", "messages"}, "content", "role"},
}

// prompts reads the instructions to a model that stand in a node, and what a tool tells the model about itself.
func (m *n8nImport) prompts(n *n8nNode, s *plumbline.Step, p *jsonValue) {
	if s.AI && (s.Kind == plumbline.ModelStep || s.Kind == plumbline.AgentStep || s.Kind == plumbline.DecisionStep || s.Kind == plumbline.GuardStep) {
		for _, place := range n8nPrompts {
			if place.path[0] == "jsonBody" && n.app != "httprequest" || place.path[0] == "body" && n.app != "httprequest" {
				continue
			}
			m.prompt(s, place.role, p.get(place.path...))
		}
		m.messages(s, p)
	}
	for _, key := range []string{"toolDescription", "description"} {
		if v := p.get(key); v.is(jsonText) && (key == "toolDescription" || s.AI && s.Kind == plumbline.ToolStep) {
			m.prompt(s, "tool", v)
		}
	}
}

// messages reads the lists of messages. N8n takes a message without a role for one of the system in chains, of the user elsewhere.
func (m *n8nImport) messages(s *plumbline.Step, p *jsonValue) {
	for _, list := range n8nMessages {
		for _, item := range p.get(list.path...).children() {
			role := "user"
			if list.role == "type" {
				role = "system"
			}
			switch written := strings.ToLower(item.get(list.role).str()); {
			case strings.HasPrefix(written, "system"), written == "developer":
				role = "system"
			case strings.HasPrefix(written, "ai"), strings.HasPrefix(written, "assistant"), written == "model":
				role = "assistant"
			case strings.HasPrefix(written, "human"), strings.HasPrefix(written, "user"):
				role = "user"
			}
			m.prompt(s, role, item.get(list.text))
		}
	}
}

// prompt adds an instruction. The sign of an expression is no part of its text.
func (m *n8nImport) prompt(s *plumbline.Step, role string, v *jsonValue) {
	if !v.is(jsonText) || strings.TrimSpace(strings.TrimPrefix(v.text, "=")) == "" {
		return
	}
	text := strings.TrimPrefix(v.text, "=")
	sum := sha256.Sum256([]byte(text))
	s.Prompts = append(s.Prompts, plumbline.Prompt{
		Role: role, Chars: utf8.RuneCountInString(text), SHA256: hex.EncodeToString(sum[:]), Variables: variables(v.text), Location: v.place(m.file), Text: text,
	})
}
