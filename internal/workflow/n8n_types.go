package workflow

import (
	"strings"

	"github.com/plumbline-project/plumbline"
)

// An n8nType is what is known of a type of node. The names in the tables below are in lower case and without their package.
type n8nType struct {
	kind   plumbline.StepKind
	effect plumbline.Effect
	app    bool // what it does depends on resource and operation
	ai     bool
	odd    bool // not known to the tables
}

// n8nBase are the nodes of n8n-nodes-base that are no application.
var n8nBase = map[string]n8nType{
	"webhook": {kind: plumbline.TriggerStep}, "cron": {kind: plumbline.TriggerStep}, "interval": {kind: plumbline.TriggerStep},
	"start": {kind: plumbline.TriggerStep}, "emailreadimap": {kind: plumbline.TriggerStep},

	"httprequest": {kind: plumbline.SourceStep}, "graphql": {kind: plumbline.SourceStep}, // what they do is told by their method
	"rssfeedread":    {kind: plumbline.SourceStep, effect: plumbline.Reads},
	"readbinaryfile": {kind: plumbline.SourceStep, effect: plumbline.Reads}, "readbinaryfiles": {kind: plumbline.SourceStep, effect: plumbline.Reads},
	"hackernews": {kind: plumbline.SourceStep, effect: plumbline.Reads}, "openweathermap": {kind: plumbline.SourceStep, effect: plumbline.Reads},

	"code": {kind: plumbline.CodeStep}, "function": {kind: plumbline.CodeStep}, "functionitem": {kind: plumbline.CodeStep}, "aitransform": {kind: plumbline.CodeStep},
	"executecommand": {kind: plumbline.CodeStep, effect: plumbline.Executes}, "ssh": {kind: plumbline.CodeStep, app: true},

	"if": {kind: plumbline.DecisionStep}, "switch": {kind: plumbline.DecisionStep}, "filter": {kind: plumbline.DecisionStep},

	"form":             {kind: plumbline.SourceStep, effect: plumbline.Reads}, // its pages; a completion page is an answer
	"wait":             {kind: plumbline.TransformStep},
	"respondtowebhook": {kind: plumbline.OutputStep, effect: plumbline.Answers}, "writebinaryfile": {kind: plumbline.OutputStep, effect: plumbline.Writes},
	"executeworkflow": {kind: plumbline.TransformStep, effect: plumbline.Unclear}, "messageanagent": {kind: plumbline.AgentStep, effect: plumbline.Unclear, ai: true},
	"awslambda": {kind: plumbline.CodeStep, effect: plumbline.Executes},

	"openai": {kind: plumbline.ModelStep, ai: true}, "mistralai": {kind: plumbline.ModelStep, ai: true}, "perplexity": {kind: plumbline.ModelStep, ai: true},
	"jinaai": {kind: plumbline.ModelStep, ai: true}, "awscomprehend": {kind: plumbline.ModelStep, ai: true}, "awsrekognition": {kind: plumbline.ModelStep, ai: true},
	"awstextract": {kind: plumbline.ModelStep, ai: true}, "awstranscribe": {kind: plumbline.ModelStep, ai: true}, "mindee": {kind: plumbline.ModelStep, ai: true},
	"googlecloudnaturallanguage": {kind: plumbline.ModelStep, ai: true}, "googletranslate": {kind: plumbline.ModelStep, ai: true},
	"deepl": {kind: plumbline.ModelStep, ai: true}, "lingvanex": {kind: plumbline.ModelStep, ai: true}, "humanticai": {kind: plumbline.ModelStep, ai: true},
	"googleperspective": {kind: plumbline.GuardStep, ai: true},
}

// n8nTransforms are the nodes of n8n-nodes-base that only reshape what passes through, and those that steer without a choice.
var n8nTransforms = n8nWords(`
	aggregate comparedatasets compression converttofile crypto datetime debughelper editimage evaluation executiondata extractfromfile
	html htmlextract icalendar itemlists jwt limit markdown merge movebinarydata noop quickchart readpdf removeduplicates renamekeys
	set simulate sort splitinbatches splitout spreadsheetfile stopanderror summarize timesaved totp xml dynamiccredentialcheck e2etest`)

// n8nApps are the applications among the nodes of n8n-nodes-base; types ending in Trigger are not listed.
// Source: the list of nodes in packages/nodes-base/package.json of n8n-nodes-base 2.37.0, and names of older releases.
var n8nApps = n8nWords(`
	actionnetwork activecampaign adalo affinity agilecrm airtable airtop amqp apitemplateio asana autopilot awscertificatemanager
	awscognito awsdynamodb awselb awsiam awss3 awsses awssns awssqs azurecosmosdb azurestorage bamboohr bannerbear baserow beeminder
	bitly bitwarden box brandfetch brevo bubble chargebee circleci ciscowebex clearbit clickup clockify cloudflare cockpit coda
	coingecko confluence contentful convertkit copper cortex cratedb currents customerio databricks datatable demio dhl discord
	discourse disqus drift dropbox dropcontact egoi elasticsearch elasticsecurity emailsend emelia erpnext facebookgraphapi filemaker
	flow freshdesk freshservice freshworkscrm ftp getresponse ghost git github gitlab gmail gong googleads googleanalytics
	googlebigquery googlebooks googlebusinessprofile googlecalendar googlechat googlecloudstorage googlecontacts googledocs
	googledrive googlefirebasecloudfirestore googlefirebaserealtimedatabase googlesheets googleslides googletasks gotify gotowebinar
	grafana grist gsuiteadmin halopsa harvest helpscout highlevel homeassistant hubspot hunter intercom invoiceninja iterable jenkins
	jira kafka keap kobotoolbox ldap lemlist line linear linkedin lonescale magento2 mailcheck mailchimp mailerlite mailgun mailjet
	mandrill marketstack matrix mattermost mautic medium messagebird metabase microsoftdynamicscrm microsoftentra microsoftexcel
	microsoftexcelsharepoint microsoftgraphsecurity microsoftonedrive microsoftoutlook microsoftsharepoint microsoftsql
	microsoftteams microsofttodo misp mocean mondaycom mongodb monicacrm mqtt msg91 mysql n8n n8ntrainingcustomerdatastore
	n8ntrainingcustomermessenger nasa netlify netscaleradc nextcloud nocodb notion npm odoo okta onesimpleapi onfleet openthesaurus
	oraclesql oracledatabase orbit oura paddle pagerduty paypal peekalink phantombuster philipshue pipedrive plivo postbin postgres
	posthog profitwell pushbullet pushcut pushover questdb quickbase quickbooks rabbitmq raindrop readwritefile reddit redis
	rocketchat rundeck s3 salesforce salesmate seatable securityscorecard segment sendgrid sendinblue sendy sentryio servicenow
	shopify signl4 slack sms77 snowflake splunk spontit spotify ssh stackby storyblok strapi strava stripe supabase syncromsp taiga
	tapfiliate telegram thehive thehiveproject timescaledb todoist travisci trello twake twilio twist twitter unleashedsoftware uplead
	uproc uptimerobot urlscanio venafitlsprotectcloud venafitlsprotectdatacenter vero vonage webflow wekan whatsapp wise woocommerce
	wordpress xero youtube yourls zammad zendesk zohocrm zoom zulip`)

// n8nLangchain are the nodes of @n8n/n8n-nodes-langchain that no prefix of n8nLangchainPrefixes covers.
var n8nLangchain = map[string]n8nType{
	"agent": {kind: plumbline.AgentStep, ai: true}, "agenttool": {kind: plumbline.AgentStep, ai: true}, "openaiassistant": {kind: plumbline.AgentStep, ai: true},
	"agenthumanreview": {kind: plumbline.PersonStep, ai: true},
	"chainllm":         {kind: plumbline.ModelStep, ai: true}, "chainsummarization": {kind: plumbline.ModelStep, ai: true}, "chainretrievalqa": {kind: plumbline.ModelStep, ai: true},
	"informationextractor": {kind: plumbline.ModelStep, ai: true}, "modelselector": {kind: plumbline.ModelStep, ai: true},
	"textclassifier": {kind: plumbline.DecisionStep, ai: true}, "sentimentanalysis": {kind: plumbline.DecisionStep, ai: true},
	"openai": {kind: plumbline.ModelStep, ai: true}, "anthropic": {kind: plumbline.ModelStep, ai: true}, "googlegemini": {kind: plumbline.ModelStep, ai: true},
	"ollama": {kind: plumbline.ModelStep, ai: true}, "alicloudmodelstudio": {kind: plumbline.ModelStep, ai: true}, "minimax": {kind: plumbline.ModelStep, ai: true},
	"code": {kind: plumbline.CodeStep, ai: true}, "guardrails": {kind: plumbline.GuardStep, ai: true}, "toolexecutor": {kind: plumbline.ToolStep, effect: plumbline.Unclear, ai: true},
	"chat": {kind: plumbline.OutputStep, effect: plumbline.Answers}, "mcpclient": {kind: plumbline.SourceStep, effect: plumbline.Unclear},
	"chattrigger": {kind: plumbline.TriggerStep}, "manualchattrigger": {kind: plumbline.TriggerStep}, "mcptrigger": {kind: plumbline.TriggerStep},
	"microsoftagent365trigger": {kind: plumbline.TriggerStep, ai: true},
	"mcpclienttool":            {kind: plumbline.ToolStep, effect: plumbline.Unclear, ai: true}, "mcpregistryclienttool": {kind: plumbline.ToolStep, effect: plumbline.Unclear, ai: true},
	"toolworkflow": {kind: plumbline.ToolStep, effect: plumbline.Unclear, ai: true}, "toolhttprequest": {kind: plumbline.ToolStep, ai: true},
	"toolcode": {kind: plumbline.ToolStep, effect: plumbline.Executes, ai: true}, "toolvectorstore": {kind: plumbline.ToolStep, effect: plumbline.Reads, ai: true},
	"toolserpapi": {kind: plumbline.ToolStep, effect: plumbline.Reads, ai: true}, "toolsearxng": {kind: plumbline.ToolStep, effect: plumbline.Reads, ai: true},
	"toolwikipedia": {kind: plumbline.ToolStep, effect: plumbline.Reads, ai: true}, "toolwolframalpha": {kind: plumbline.ToolStep, effect: plumbline.Reads, ai: true},
	"toolcalculator": {kind: plumbline.ToolStep, ai: true}, "toolthink": {kind: plumbline.ToolStep, ai: true},
}

// n8nLangchainPrefixes tell the kind of families; a member that is not in n8nMembers was made up or is newer than this table.
var n8nLangchainPrefixes = []struct {
	prefix string
	n8nType
}{
	{"lmchat", n8nType{kind: plumbline.ModelStep, ai: true}},
	{"lm", n8nType{kind: plumbline.ModelStep, ai: true}},
	{"embeddings", n8nType{kind: plumbline.RetrievalStep, ai: true}},
	{"vectorstore", n8nType{kind: plumbline.RetrievalStep, ai: true}},
	{"memory", n8nType{kind: plumbline.MemoryStep, ai: true}},
	{"retriever", n8nType{kind: plumbline.RetrievalStep, effect: plumbline.Reads, ai: true}},
	{"outputparser", n8nType{kind: plumbline.TransformStep, ai: true}},
	{"document", n8nType{kind: plumbline.TransformStep, ai: true}},
	{"textsplitter", n8nType{kind: plumbline.TransformStep, ai: true}},
	{"reranker", n8nType{kind: plumbline.RetrievalStep, ai: true}},
	{"tool", n8nType{kind: plumbline.ToolStep, effect: plumbline.Unclear, ai: true}},
}

var n8nMembers = n8nWords(`
	lmchatopenai lmchatanthropic lmchatgooglegemini lmchatgooglevertex lmchatazureopenai lmchatawsbedrock lmchatmistralcloud lmchatgroq
	lmchatollama lmchatopenrouter lmchatdeepseek lmchatxaigrok lmchatcohere lmchatvercelaigateway lmchatmoonshot lmchatminimax
	lmchatnvidia lmchatlemonade lmchatalibabacloud lmopenai lmcohere lmollama lmlemonade lmopenhuggingfaceinference lmgooglepalm
	lmchatgooglepalm lmchathuggingfaceinference
	embeddingsopenai embeddingsazureopenai embeddingsawsbedrock embeddingscohere embeddingsgooglegemini embeddingsgooglevertex
	embeddingshuggingfaceinference embeddingsmistralcloud embeddingsollama embeddingslemonade embeddingsnvidia embeddingsoracledb
	embeddingsgooglepalm
	vectorstoreinmemory vectorstoreinmemoryinsert vectorstoreinmemoryload vectorstorepgvector vectorstorepinecone
	vectorstorepineconeinsert vectorstorepineconeload vectorstoreqdrant vectorstoresupabase vectorstoresupabaseinsert
	vectorstoresupabaseload vectorstoreweaviate vectorstoreredis vectorstoremilvus vectorstoremongodbatlas vectorstorezep
	vectorstorezepinsert vectorstorezepload vectorstoreazureaisearch vectorstorechromadb vectorstoreoracledb
	memorybufferwindow memorypostgreschat memoryredischat memorymongodbchat memoryxata memoryzep memorymotorhead memorymanager
	memorychatretriever
	retrievervectorstore retrievercontextualcompression retrievermultiquery retrieverworkflow
	outputparserstructured outputparserautofixing outputparseritemlist
	documentdefaultdataloader documentbinaryinputloader documentgithubloader documentjsoninputloader
	textsplittercharactertextsplitter textsplitterrecursivecharactertextsplitter textsplittertokensplitter rerankercohere`)

// n8nUntrusted are the types, beside those that an address or authentication tells of, through which text of strangers enters:
// forms, mail, chats, tickets, issues, feeds, search, scrapers and third-party servers.
var n8nUntrusted = n8nWords(`
	form formtrigger chattrigger manualchattrigger emailreadimap gmailtrigger microsoftoutlooktrigger telegramtrigger whatsapptrigger
	slacktrigger discordtrigger microsoftteamstrigger ciscowebextrigger twiliotrigger linetrigger facebooktrigger facebookleadadstrigger
	typeformtrigger jotformtrigger wufootrigger surveymonkeytrigger formiotrigger formstacktrigger kobotoolboxtrigger caltrigger
	calendlytrigger acuityschedulingtrigger githubtrigger gitlabtrigger bitbuckettrigger zendesktrigger helpscouttrigger jiratrigger
	postmarktrigger rssfeedread rssfeedreadtrigger hackernews ssetrigger microsoftagent365trigger googlebusinessprofiletrigger
	toolserpapi toolsearxng toolwikipedia toolwolframalpha mcpclienttool mcpclient mcpregistryclienttool toolhttprequest
	phantombuster airtop reddit twitter youtube disqus discourse perplexity jinaai`)

// n8nMailSources are applications whose reads bring text of strangers in.
var n8nMailSources = n8nWords(`gmail microsoftoutlook telegram whatsapp slack discord microsoftteams zendesk freshdesk helpscout intercom zammad drift
	googlechat github gitlab jira facebookgraphapi linkedin wordpress`)

// n8nUntrustedHints mark community nodes that bring text of strangers in.
var n8nUntrustedHints = []string{"mcp", "firecrawl", "scrap", "crawl", "apify", "tavily", "serp", "search", "brave", "browser", "puppeteer", "playwright", "brightdata", "exa"}

// n8nProviders names who runs the models of a type, by a part of the type's name; the first that fits counts.
var n8nProviders = []struct{ part, provider string }{
	{"azureopenai", "Azure OpenAI"},
	{"azureaisearch", "Azure AI Search"},
	{"openai", "OpenAI"},
	{"anthropic", "Anthropic"},
	{"googlegemini", "Google"},
	{"googlevertex", "Google Vertex AI"},
	{"googlepalm", "Google"},
	{"awsbedrock", "AWS Bedrock"},
	{"mistral", "Mistral"},
	{"groq", "Groq"},
	{"ollama", "Ollama"},
	{"openrouter", "OpenRouter"},
	{"deepseek", "DeepSeek"},
	{"xaigrok", "xAI"},
	{"cohere", "Cohere"},
	{"vercel", "Vercel AI Gateway"},
	{"moonshot", "Moonshot"},
	{"minimax", "MiniMax"},
	{"nvidia", "NVIDIA"},
	{"lemonade", "Lemonade"},
	{"alicloud", "Alibaba Cloud"},
	{"alibaba", "Alibaba Cloud"},
	{"huggingface", "Hugging Face"},
	{"lmchathf", "Hugging Face"},
	{"oracledb", "Oracle"},
	{"perplexity", "Perplexity"},
	{"jinaai", "Jina AI"},
	{"awscomprehend", "AWS"},
	{"awsrekognition", "AWS"},
	{"awstextract", "AWS"},
	{"awstranscribe", "AWS"},
	{"mindee", "Mindee"},
	{"googlecloudnaturallanguage", "Google"},
	{"googletranslate", "Google"},
	{"googleperspective", "Google"},
	{"deepl", "DeepL"},
	{"lingvanex", "LingvaNex"},
	{"humantic", "Humantic AI"},
}

// classify looks a node's type up. Short is the name within its package, in lower case.
func classify(pkg, short string) n8nType {
	switch pkg {
	case n8nLangchainPackage:
		if t, ok := n8nLangchain[short]; ok {
			return t
		}
		for _, family := range n8nLangchainPrefixes {
			if strings.HasPrefix(short, family.prefix) {
				t := family.n8nType
				t.odd = !n8nMembers[short]
				return t
			}
		}
	case n8nBasePackage:
		if t, ok := n8nBase[short]; ok {
			return t
		}
		if n8nTransforms[short] {
			return n8nType{kind: plumbline.TransformStep}
		}
		if n8nApps[short] {
			return n8nType{app: true}
		}
	default:
	}
	switch {
	case strings.HasSuffix(short, "hitltool"):
		return n8nType{kind: plumbline.PersonStep, ai: true}
	case strings.HasSuffix(short, "trigger"):
		return n8nType{kind: plumbline.TriggerStep}
	case strings.HasSuffix(short, "tool") && pkg == n8nBasePackage:
		t := classify(pkg, strings.TrimSuffix(short, "tool"))
		if t.kind == plumbline.CodeStep {
			t.effect = plumbline.Executes // the agent decides when code runs, and on what
		}
		t.kind, t.ai = plumbline.ToolStep, true
		return t
	}
	return n8nType{kind: plumbline.OpaqueStep, effect: plumbline.Unclear, odd: true}
}

func n8nWords(text string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(text) {
		set[word] = true
	}
	return set
}
