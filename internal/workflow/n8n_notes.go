package workflow

import (
	"fmt"
	"regexp"

	"github.com/plumbline-project/plumbline"
)

// maxNotes bounds the notes of an import; a file of 50,000 dangling connections says so once.
const maxNotes = 500

// An n8nNote is a sentence in both languages, with the same verbs in the same order.
type n8nNote struct{ zh, en string }

func (t n8nNote) text(args ...any) plumbline.Text {
	return plumbline.Text{ZH: fmt.Sprintf(t.zh, args...), EN: fmt.Sprintf(t.en, args...)}
}

var (
	noteMore          = n8nNote{"另有 %d 条导入说明未列出", "%d further notes of the import are not listed"}
	noteTwice         = n8nNote{"键“%s”重复出现，以最后一个为准", "The key “%s” is given twice; the last one holds"}
	noteSeveral       = n8nNote{"文件含有 %d 个工作流，已一并导入", "The file holds %d workflows; all are imported together"}
	noteNoNode        = n8nNote{"节点列表中有一项不是节点", "An entry of the list of nodes is no node"}
	noteStickies      = n8nNote{"画布上有 %d 张便签，便签不是步骤", "Sticky notes on the canvas: %d; they are no steps"}
	noteNoName        = n8nNote{"有一个节点没有名称，此处称为“%s”", "A node has no name; it is called “%s” here"}
	noteNoType        = n8nNote{"步骤“%s”没有类型，作为不透明步骤保留", "The step “%s” has no type; it is kept as an opaque step"}
	noteSameName      = n8nNote{"名称“%s”不止一个节点使用；连接与引用指向最后一个", "More than one node is named “%s”; connections and references mean the last one"}
	noteCommunity     = n8nNote{"步骤“%s”由第三方软件包提供：%s", "The step “%s” comes from a third-party package: %s"}
	noteUnknownType   = n8nNote{"步骤“%s”的类型未知：%s", "The type of the step “%s” is not known: %s"}
	noteRewritten     = n8nNote{"步骤“%s”不执行任何操作，但其类型版本为 %s，而该类型没有此版本；它可能原本是另一种节点", "The step “%s” does nothing and has type version %s, which this type never had; it may have been another node before"}
	noteNoParameters  = n8nNote{"步骤“%s”的参数不是对象，未能读取", "The parameters of the step “%s” are no object and were not read"}
	noteDisabled      = n8nNote{"步骤“%s”已停用", "The step “%s” is disabled"}
	noteModelChosen   = n8nNote{"步骤“%s”的部分参数由模型填写：%s", "The model fills in arguments of the step “%s”: %s"}
	notePinned        = n8nNote{"导出文件中保存了步骤“%s”的固定数据，共 %d 项", "The export holds pinned data of the step “%s”; items: %d"}
	notePinnedNowhere = n8nNote{"导出文件中保存了某个不存在的步骤的固定数据，共 %d 项", "The export holds pinned data of a step that is not there; items: %d"}
	noteNoSource      = n8nNote{"有一条连接从不存在的步骤“%s”出发", "A connection starts at a step that is not there: “%s”"}
	noteNoTarget      = n8nNote{"步骤“%s”有一条连接指向不存在的步骤“%s”", "A connection of the step “%s” leads to a step that is not there: “%s”"}
	noteSticky        = n8nNote{"有一条连接的一端是便签“%s”", "A connection begins or ends at the sticky note “%s”"}
	noteByID          = n8nNote{"连接以节点标识而不是名称书写", "The connections name nodes by id instead of by name"}
	noteFlat          = n8nNote{"步骤“%s”的连接采用旧式写法，少一层列表", "The connections of the step “%s” are written in an old form, one list flatter"}
	noteNoConnection  = n8nNote{"步骤“%s”的一条连接无法读取", "A connection of the step “%s” could not be read"}
	noteBadShape      = n8nNote{"连接部分的写法无法读取", "The connections are written in a form that could not be read"}
	noteOddKind       = n8nNote{"步骤“%s”有一条连接的种类未知：%s；按普通流程处理", "A connection of the step “%s” is of a kind that is not known: %s; it is taken as flow"}
	noteNoModel       = n8nNote{"步骤“%s”作为模型接入，但它不是模型", "The step “%s” is connected as a model and is none"}
	noteNoReference   = n8nNote{"步骤“%s”读取了不存在的步骤“%s”的输出", "The step “%s” reads the output of a step that is not there: “%s”"}
	noteChild         = n8nNote{"步骤“%s”调用另一个工作流，该工作流不在此文件中", "The step “%s” calls another workflow, which is not in this file"}
	noteInline        = n8nNote{"步骤“%s”的参数中含有另一个工作流的文本，未导入", "A parameter of the step “%s” holds another workflow as text, which was not imported"}
)

func (m *n8nImport) note(v *jsonValue, n n8nNote, args ...any) {
	if m.notes++; m.notes > maxNotes {
		return
	}
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = redact(shorten(text, 200))
		}
	}
	m.graph.Notes = append(m.graph.Notes, plumbline.GraphNote{Text: n.text(args...), Location: v.place(m.file)})
}

// secretShapes match what looks like a key or token, so that it does not leave the file through a name or a remark.
var (
	secretShapes = regexp.MustCompile(`(?i)\b(?:sk|pk|rk|whsec|ghp|gho|ghs|github_pat|glpat|xox[a-z]|hf|gsk|pat|key|token)[-_][A-Za-z0-9_-]{12,}|\bAKIA[0-9A-Z]{12,}|\bAIza[0-9A-Za-z_-]{20,}|` +
		`\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_.-]+|bearer\s+[A-Za-z0-9/+_.=-]{12,}|://[^/\s:@]+:[^/\s@]+@|-----BEGIN[^-]*PRIVATE KEY-----[^-]*`)
	longTokens = regexp.MustCompile(`[A-Za-z0-9]{32,}`)
)

// shorten cuts a text to n characters.
func shorten(text string, n int) string {
	if len(text) <= n {
		return text
	}
	count := 0
	for i := range text {
		if count == n {
			return text[:i] + "…"
		}
		count++
	}
	return text
}
