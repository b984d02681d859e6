package workflow

import (
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
)

// TestClassify looks up types that public workflows hold, with what they must be taken for.
func TestClassify(t *testing.T) {
	const lc, base = n8nLangchainPackage, n8nBasePackage
	for _, c := range []struct {
		pkg   string
		kind  plumbline.StepKind
		types string
	}{
		{lc, plumbline.AgentStep, "agent agentTool openAiAssistant"},
		{lc, plumbline.ModelStep, `chainLlm chainSummarization chainRetrievalQa informationExtractor openAi anthropic googleGemini ollama alicloudModelStudio modelSelector
			lmChatOpenAi lmChatAnthropic lmChatGoogleGemini lmChatGoogleVertex lmChatAzureOpenAi lmChatAwsBedrock lmChatMistralCloud lmChatGroq lmChatOllama lmChatOpenRouter
			lmChatDeepSeek lmChatXAiGrok lmChatCohere lmChatVercelAiGateway lmChatMoonshot lmChatMinimax lmChatNvidia lmChatLemonade lmOpenAi lmCohere lmOllama lmOpenHuggingFaceInference`},
		{lc, plumbline.RetrievalStep, `embeddingsOpenAi embeddingsAzureOpenAi embeddingsAwsBedrock embeddingsCohere embeddingsGoogleGemini embeddingsGoogleVertex
			embeddingsHuggingFaceInference embeddingsMistralCloud embeddingsOllama embeddingsLemonade embeddingsNvidia embeddingsOracleDb vectorStoreInMemory vectorStorePGVector
			vectorStorePinecone vectorStoreQdrant vectorStoreSupabase vectorStoreWeaviate vectorStoreRedis vectorStoreMilvus vectorStoreMongoDBAtlas vectorStoreZep
			vectorStorePineconeInsert vectorStoreSupabaseLoad retrieverVectorStore retrieverMultiQuery retrieverWorkflow rerankerCohere`},
		{lc, plumbline.MemoryStep, "memoryBufferWindow memoryPostgresChat memoryRedisChat memoryMongoDbChat memoryXata memoryZep memoryMotorhead memoryManager memoryChatRetriever"},
		{lc, plumbline.ToolStep, `toolWorkflow toolHttpRequest toolCode toolVectorStore toolSerpApi toolSearXng toolWikipedia toolWolframAlpha toolCalculator toolThink
			mcpClientTool mcpRegistryClientTool toolExecutor`},
		{lc, plumbline.DecisionStep, "textClassifier sentimentAnalysis"},
		{lc, plumbline.GuardStep, "guardrails"},
		{lc, plumbline.PersonStep, "chatHitlTool agentHumanReview"},
		{lc, plumbline.TriggerStep, "chatTrigger manualChatTrigger mcpTrigger microsoftAgent365Trigger"},
		{lc, plumbline.TransformStep, "outputParserStructured outputParserAutofixing documentDefaultDataLoader textSplitterTokenSplitter"},
		{base, plumbline.TriggerStep, "webhook cron interval start emailReadImap formTrigger gmailTrigger executeWorkflowTrigger errorTrigger scheduleTrigger localFileTrigger"},
		{base, plumbline.PersonStep, "slackHitlTool whatsAppHitlTool"},
		{base, plumbline.ToolStep, "gmailTool postgresTool googleCalendarTool httpRequestTool codeTool"},
		{base, plumbline.CodeStep, "code function functionItem executeCommand ssh"},
		{base, plumbline.DecisionStep, "if switch filter"},
		{base, plumbline.TransformStep, "set merge splitInBatches splitOut aggregate summarize noOp dateTime extractFromFile convertToFile limit removeDuplicates stopAndError"},
	} {
		for name := range strings.FieldsSeq(c.types) {
			if got := classify(c.pkg, strings.ToLower(name)); got.kind != c.kind || got.odd {
				t.Errorf("%s.%s is %s, odd %t; expected %s", c.pkg, name, got.kind, got.odd, c.kind)
			}
		}
	}
	for _, name := range []string{"lmChatHf", "embeddingsHuggingFace"} {
		if got := classify(lc, strings.ToLower(name)); !got.odd || got.kind == plumbline.OpaqueStep {
			t.Errorf("%s, which was made up: %+v", name, got)
		}
	}
	if got := classify(base, "quantumoracle"); !got.odd || got.kind != plumbline.OpaqueStep {
		t.Error(got)
	}
}

// TestTables looks that the tables name types that are known, so that a slip of spelling does not make a line dead.
func TestTables(t *testing.T) {
	for app := range n8nResources {
		if !n8nApps[app] {
			t.Errorf("n8nResources: %s is no application", app)
		}
	}
	for key, operation := range n8nOperations {
		app, resource, _ := strings.Cut(key, "/")
		if !n8nApps[app] {
			t.Errorf("n8nOperations: %s is no application", key)
		}
		if got := appEffect(app, resource, operation, ""); got == plumbline.Unclear {
			t.Errorf("n8nOperations: %s by default does %s, and nothing is known of it", key, operation)
		}
	}
	for app, resource := range n8nResources {
		if resource != "" && n8nOperations[app+"/"+resource] == "" {
			t.Errorf("%s/%s has no default operation", app, resource)
		}
	}
	for app := range n8nSenders {
		if !n8nApps[app] {
			t.Errorf("n8nSenders: %s is no application", app)
		}
	}
	for app := range n8nPayers {
		if !n8nApps[app] {
			t.Errorf("n8nPayers: %s is no application", app)
		}
	}
	for name := range n8nUntrusted {
		known := classify(n8nBasePackage, name)
		if known.odd {
			known = classify(n8nLangchainPackage, name)
		}
		if known.odd {
			t.Errorf("n8nUntrusted: %s is not known", name)
		}
	}
	for name := range n8nMailSources {
		if !n8nApps[name] {
			t.Errorf("n8nMailSources: %s is no application", name)
		}
	}
}

func TestPinnedModel(t *testing.T) {
	for name, want := range map[string]bool{
		"gpt-4o-2024-08-06": true, "claude-3-5-haiku-20241022": true, "gpt-4-0613": true, "gpt-3.5-turbo-1106": true, "gemini-1.5-pro-002": true,
		"anthropic.claude-3-sonnet-20240229-v1:0": true, "claude-3-5-sonnet@20240620": true, "mistral-large-2407": true, "gpt-4-1106-preview": true,
		"rerank-v3.5": true, "mistralai/Mistral-7B-Instruct-v0.2": true, "text-embedding-3-small": true, "openai/gpt-4o-2024-05-13": true,
		"gemini-2.5-flash-preview-05-20": true,
		"gpt-4o":                         false, "gpt-4o-mini": false, "claude-3-7-sonnet-latest": false, "llama3.2:latest": false, "qwen2.5:7b": false, "gpt-4": false,
		"deepseek/deepseek-chat-v3-0324:free": false, "models/gemini-2.0-flash-exp": false, "": false, "={{ $json.model }}-20241022": false,
		"deepseek-r1": false, "llama-3.3-70b-versatile": false, "openai/o3-mini": false, "chatgpt-4o-latest": false,
	} {
		if got := pinnedModel(name); got != want {
			t.Errorf("%q: %t", name, got)
		}
	}
}
