package workflow

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/plumbline-project/plumbline"
)

// n8nResources gives the resource that a node has where the definition leaves it out. N8n leaves out what equals the default
// of the node's version. A type that is not listed has no default that we know.
var n8nResources = map[string]string{
	"slack": "message", "gmail": "message", "telegram": "message", "discord": "channel", "whatsapp": "message", "microsoftoutlook": "message",
	"microsoftteams": "channel", "googledrive": "file", "googlecalendar": "event", "googlesheets": "sheet", "googledocs": "document",
	"googlecontacts": "contact", "googletasks": "task", "supabase": "row", "asana": "task", "airtable": "record", "datatable": "row",
	"github": "issue", "gitlab": "issue", "jira": "issue", "trello": "card", "todoist": "task", "clickup": "task", "hubspot": "contact",
	"twitter": "tweet", "linkedin": "post", "wordpress": "post", "dropbox": "file", "awss3": "file", "s3": "file", "twilio": "sms",
	"ssh": "command", "stripe": "balance", "mattermost": "message", "sendgrid": "mail", "emailsend": "email", "zendesk": "ticket",
	"notion": "page", "paypal": "payout", "shopify": "order", "facebookgraphapi": "", "reddit": "post",
}

// n8nOldResources gives the resource of versions before the one that is named, where it differs.
var n8nOldResources = map[string]struct {
	below    float64
	resource string
}{"gmail": {2, "draft"}, "discord": {2, "message"}, "hubspot": {2, "deal"}}

// defaultResource gives the resource of a node that names none.
func defaultResource(app string, version float64, p *jsonValue) string {
	if old, ok := n8nOldResources[app]; ok && version < old.below {
		return old.resource
	}
	if app == "discord" && p.get("authentication").str() == "webhook" { // such a node has no resource and can only post
		return "message"
	}
	return n8nResources[app]
}

// n8nOperations gives the operation that a resource has where the definition leaves it out: "type" or "type/resource".
var n8nOperations = map[string]string{
	"slack/message": "post", "slack/channel": "create", "slack/user": "info", "slack/file": "upload", "slack/reaction": "add", "slack/star": "add",
	"gmail/message": "send", "gmail/label": "getAll", "gmail/draft": "create", "gmail/thread": "getAll",
	"telegram/message": "sendMessage", "telegram/file": "get", "telegram/chat": "get", "telegram/callback": "answerQuery",
	"discord/message": "send", "discord/channel": "create", "discord/member": "getAll", "whatsapp/message": "send", "whatsapp/media": "mediaUpload",
	"microsoftoutlook/message": "send", "microsoftteams/channel": "create", "microsoftteams/channelMessage": "create", "microsoftteams/chatMessage": "create",
	"googledrive/fileFolder": "search", "googledrive/file": "upload", "googledrive/folder": "create", "googledrive/drive": "create",
	"googlecalendar/event": "create", "googlecalendar/calendar": "availability", "googlesheets/sheet": "read", "googlesheets/spreadsheet": "create",
	"googledocs/document": "create", "googlecontacts/contact": "create", "googletasks/task": "create", "supabase/row": "create",
	"asana/task": "create", "asana/project": "create", "asana/subtask": "create", "asana/taskComment": "add",
	"airtable/record": "read", "airtable/base": "getMany", "datatable/row": "insert", "github/issue": "create", "gitlab/issue": "create", "jira/issue": "create",
	"trello/card": "create", "todoist/task": "create", "clickup/task": "create", "twitter/tweet": "create", "linkedin/post": "create",
	"wordpress/post": "create", "dropbox/file": "upload", "awss3/file": "download", "s3/file": "download", "twilio/sms": "send", "twilio/call": "make",
	"ssh/command": "execute", "ssh/file": "upload", "stripe/balance": "get", "stripe/charge": "create", "mattermost/message": "post", "sendgrid/mail": "send",
	"emailsend/email": "send", "zendesk/ticket": "create", "paypal/payout": "create", "shopify/order": "create", "reddit/post": "create",

	"notion/page": "create", "notion/database": "get", "notion/databasePage": "create", "notion/user": "get", "hubspot/contact": "upsert",

	"hubspot/deal": "create",
	"postgres":     "insert", "mysql": "insert", "microsoftsql": "insert", "mongodb": "find", "redis": "info", "git": "clone", "ftp": "download",
	"readwritefile": "read", "awsses": "send", "awssns": "publish", "awssqs": "sendMessage", "mailgun": "send", "mandrill": "sendTemplate",
	"questdb": "insert", "cratedb": "insert", "timescaledb": "insert", "snowflake": "insert", "kafka": "send", "rabbitmq": "send", "mqtt": "send",
	"pushover": "push", "pushbullet": "create", "gotify": "create", "line": "send", "facebookgraphapi": "get",
}

// n8nSenders are the applications whose posts, once created, are seen by people outside the workflow.
var n8nSenders = n8nWords(`
	slack gmail telegram discord whatsapp microsoftoutlook microsoftteams emailsend sendgrid mailgun mailjet mandrill awsses awssns twilio
	plivo vonage messagebird msg91 mocean sms77 pushover pushbullet gotify signl4 pushcut line ciscowebex mattermost rocketchat matrix
	googlechat zulip twist twitter linkedin facebookgraphapi reddit wordpress medium ghost discourse youtube kafka rabbitmq mqtt awssqs amqp
	googlebusinessprofile disqus sendy brevo sendinblue drift intercom`)

// n8nSendingResources are the things that a sender sends or publishes; creating another thing there is a write.
var n8nSendingResources = n8nWords(`message mail email sms call mms tweet post comment channelmessage chatmessage directmessage voice notification push
	alert video story reply smstemplate`)

// n8nPayers are the applications and resources whose creation moves money.
var n8nPayers = map[string]map[string]bool{
	"stripe": n8nWords("charge"), "paypal": n8nWords("payout"), "wise": n8nWords("transfer"), "chargebee": n8nWords("invoice subscription"),
	"paddle": n8nWords("payment order"), "quickbooks": n8nWords("payment"),
}

var n8nVerbs = n8nVerbEffects()

func n8nVerbEffects() map[string]plumbline.Effect {
	effects := map[string]plumbline.Effect{}
	for word := range n8nWords(`get list search read download find lookup count select availability query export check fetch retrieve view describe status
		info history load exists report autocomplete preview aggregate match keys row many all profile member member stats enrich`) {
		effects[word] = plumbline.Reads
	}
	for word := range n8nWords(`create add append update upsert delete remove insert upload move copy archive unarchive set put patch push write edit rename
		invite assign close lock clear duplicate enable disable mark sync register restore share subscribe unsubscribe kick join leave start
		stop cancel complete clone commit pull tag open pin unpin star save apply incr pop replace drop truncate merge resolve
		trigger activate deactivate finish accept decline media new role deploy`) {
		effects[word] = plumbline.Writes
	}
	for word := range n8nWords(`send reply post tweet retweet like email sms call broadcast publish forward answer make`) {
		effects[word] = plumbline.Sends
	}
	for word := range n8nWords(`execute run shell command eval`) {
		effects[word] = plumbline.Executes
	}
	return effects
}

// appEffect tells what an application does from its resource and operation.
func appEffect(app, resource, operation, query string) plumbline.Effect {
	words := camelWords(operation)
	if operation == "" || isExpression(operation) {
		return plumbline.Unclear
	}
	if isSQL(operation) {
		return sqlEffect(query)
	}
	effect, ok := n8nVerbs[words[0]]
	if !ok {
		return plumbline.Unclear
	}
	thing := strings.ToLower(resource)
	switch {
	case n8nPayers[app][thing] && (words[0] == "create" || words[0] == "execute" || words[0] == "make"):
		return plumbline.Pays
	case effect == plumbline.Executes && app != "ssh" && app != "databricks":
		return plumbline.Writes // starts a job, a workflow or a build of the application
	case words[0] == "create" && n8nSenders[app] && (resource == "" || n8nSendingResources[thing]):
		return plumbline.Sends
	case words[0] == "push" && n8nSenders[app]:
		return plumbline.Sends
	}
	return effect
}

func isSQL(operation string) bool {
	low := strings.ToLower(operation)
	return low == "executequery" || low == "rawquery" || low == "executesql"
}

var (
	sqlWrites = regexp.MustCompile(`(?i)\b(insert|update|delete|drop|alter|create|truncate|grant|revoke)\b`)
	sqlReads  = regexp.MustCompile(`(?i)^[\s(=]*(--[^\n]*\n\s*)*(select|with|show|explain|describe|values|table)\b`)
	sqlText   = regexp.MustCompile(`'(?:[^']|'')*'`)
)

// sqlEffect reads what a query may do. A statement that is put together when the workflow runs may do anything, so it writes.
func sqlEffect(query string) plumbline.Effect {
	body := sqlText.ReplaceAllString(query, "''")
	switch {
	case strings.TrimSpace(strings.TrimPrefix(query, "=")) == "":
		return plumbline.Unclear
	case sqlReads.MatchString(query) && !sqlWrites.MatchString(withoutExpressions(body)):
		return plumbline.Reads
	}
	return plumbline.Writes
}

// camelWords splits sendAndWait into send, and, wait; it gives at least one word.
func camelWords(name string) []string {
	var words []string
	var word strings.Builder
	flush := func() {
		if word.Len() > 0 {
			words = append(words, strings.ToLower(word.String()))
			word.Reset()
		}
	}
	for _, r := range name {
		if !unicode.IsLetter(r) {
			flush()
			continue
		}
		if unicode.IsUpper(r) {
			flush()
		}
		word.WriteRune(r)
	}
	flush()
	if len(words) == 0 {
		return []string{""}
	}
	return words
}

// httpQuestions are words in the path of an address that say that a POST asks and changes nothing.
var httpQuestions = n8nWords(`search query score scoring predict prediction classify classification lookup find validate verify check embed embeddings
	token graphql rerank detect analyze analyse translate extract parse scrape crawl calculate estimate evaluate moderations similarity`)

// httpSenders and httpPayers tell what a POST to a well-known host does.
var (
	httpSenders = []string{
		"hooks.slack.com", "slack.com", "api.telegram.org", "api.sendgrid.com", "api.twilio.com", "api.mailgun.net", "discord.com", "discordapp.com",
		"graph.facebook.com", "api.twitter.com", "api.x.com", "api.linkedin.com", "api.resend.com", "api.brevo.com", "api.postmarkapp.com", "qyapi.weixin.qq.com",
		"oapi.dingtalk.com", "open.feishu.cn", "open.larksuite.com", "api.weixin.qq.com", "gate.whapi.cloud",
	}
	httpPayers = []string{"api.stripe.com", "api.paypal.com", "api-m.paypal.com", "api.wise.com", "api.transferwise.com", "api.adyen.com", "api.razorpay.com", "api.mch.weixin.qq.com", "openapi.alipay.com"}
)

// httpEffect tells what a request does from its method and address.
func httpEffect(method string, e plumbline.Endpoint, path string) plumbline.Effect {
	switch strings.ToUpper(method) {
	case "GET", "HEAD", "OPTIONS":
		return plumbline.Reads
	case "POST", "PUT", "PATCH", "DELETE":
	default:
		return plumbline.Unclear
	}
	if hostIn(e.Host, httpPayers) {
		return plumbline.Pays
	}
	if hostIn(e.Host, httpSenders) {
		return plumbline.Sends
	}
	if strings.EqualFold(method, "POST") {
		for _, word := range camelWords(strings.ToLower(withoutExpressions(path))) {
			if httpQuestions[word] {
				return plumbline.Unclear
			}
		}
	}
	return plumbline.Writes
}

func hostIn(host string, list []string) bool {
	for _, h := range list {
		if host == h || strings.HasSuffix(host, "."+h) {
			return true
		}
	}
	return false
}
