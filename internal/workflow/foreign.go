package workflow

import "bytes"

// tool is a tool whose definitions no [Format] reads, and texts that stand in every one of them.
type tool struct {
	name  string
	marks []string
}

// tools lists the tools that are known by name only. Marks are namespaces and keys that the tool itself writes; of two tools with
// like keys, the one with more of them stands first.
func tools() []tool {
	return []tool{
		{"BPMN", []string{"http://www.omg.org/spec/BPMN/"}},
		{"DMN", []string{"omg.org/spec/DMN/"}},
		{"Dify", []string{"kind: app", "mode:", "version:"}},
		{"Coze", []string{`"nodes"`, `"nodeMeta"`}},
		{"Flowise", []string{`"nodes"`, `"edges"`, `"inputAnchors"`}},
		{"Langflow", []string{`"nodes"`, `"edges"`, `"sourceHandle"`, `"dataType"`}},
		{"LangGraph", []string{`"nodes"`, `"edges"`, `"runnable"`}},
		{"Node-RED", []string{`"wires"`, `"type"`}},
		{"AWS Step Functions", []string{`"StartAt"`, `"States"`}},
		{"Azure Logic Apps", []string{"Microsoft.Logic/"}},
		{"Power Automate", []string{"Microsoft.Flow/"}},
		{"Argo Workflows", []string{"argoproj.io/", "kind: "}},
		{"Kubeflow Pipelines", []string{"deploymentSpec:", "executorLabel:"}},
		{"GitHub Actions", []string{"jobs:", "runs-on:"}},
		{"Temporal", []string{`"events"`, "WorkflowExecutionStarted"}},
		{"AutoGen", []string{`"provider"`, `"component_type"`, "autogen"}},
		{"CrewAI", []string{"role:", "goal:", "backstory:"}},
	}
}

// Foreign names the tool that seems to have written a definition which no [Format] reads; empty: none that is known. It looks for
// marks and does not parse, so damaged files are named too.
func Foreign(data []byte) string {
	for _, t := range tools() {
		all := true
		for _, m := range t.marks {
			all = all && bytes.Contains(data, []byte(m))
		}
		if all {
			return t.name
		}
	}
	return ""
}
