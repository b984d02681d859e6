package check

import (
	"regexp"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// securityCode looks at steps that run code or commands: whether the code can run other code or call out, and whether a model's
// output reaches it (WF-007 to WF-009).
func securityCode() Check {
	return securityCheck("code", []plumbline.Ref{owasp("LLM05"), cwe("94", "Improper Control of Generation of Code"), cwe("78", "OS Command Injection")}, (*Input).code)
}

// codeRisks are what code does that reaches beyond its step. A match is a sign and no proof: the call may stand in a comment.
var codeRisks = []struct {
	name string
	form *regexp.Regexp
}{
	{"evaluates", regexp.MustCompile(`(?:^|[^\w.$])(?:eval|exec|compile)\s*\(|\bnew\s+Function\s*\(|\bvm\.run|__import__|\bimportlib\b`)},
	{"commands", regexp.MustCompile(`\bchild_process\b|\bsubprocess\b|\bos\.(?:system|popen|exec)|\bexecSync\s*\(|\bspawn(?:Sync)?\s*\(`)},
	{"network", regexp.MustCompile(`(?:^|[^\w.$])fetch\s*\(|\baxios\b|\bXMLHttpRequest\b|\brequests\.(?:get|post|put|patch|delete|request|Session)\b|\burllib|\bhttpx\.|helpers\.(?:httpRequest|request)\w*\s*\(|require\(['"](?:node:)?(?:https?|net|tls|dgram)['"]\)|\bsocket\.`)},
	{"files", regexp.MustCompile(`require\(['"](?:node:)?fs(?:/promises)?['"]\)|(?:^|[^\w.])open\s*\([^)]*['"][wa]b?\+?['"]|\bshutil\.`)},
}

// codeNames are the keys under which tools keep code.
var codeNames = []string{"jsCode", "pythonCode", "functionCode", "code", "command", "script", "query_code", "codeBlock"}

// codeOf gives the code of a step: what stands under a telling key, else all its texts where it is a code step.
func codeOf(s *plumbline.Step) []string {
	var named, all []string
	for _, pointer := range sortedKeys(s.Params) {
		all = append(all, s.Params[pointer])
		if slices.Contains(codeNames, pointer[strings.LastIndexByte(pointer, '/')+1:]) {
			named = append(named, s.Params[pointer])
		}
	}
	if len(named) > 0 {
		return named
	}
	if s.Kind == plumbline.CodeStep {
		return all
	}
	return nil
}

// risksOf names what the code of a step does beyond its step, in the order of [codeRisks].
func risksOf(s *plumbline.Step) []string {
	var out []string
	for i := range codeRisks {
		if slices.ContainsFunc(codeOf(s), codeRisks[i].form.MatchString) {
			out = append(out, codeRisks[i].name)
		}
	}
	return out
}

func (in *Input) code(f *flow, e *emitter) error {
	var code, command, offered []int
	for i := range f.steps {
		s := &f.steps[i]
		if s.Disabled {
			continue
		}
		runs := s.Effect == plumbline.Executes
		switch {
		case f.tool[i] && (s.Kind == plumbline.CodeStep || runs):
			offered = append(offered, i)
		case s.Kind == plumbline.CodeStep:
			code = append(code, i)
		case runs:
			command = append(command, i)
		}
	}
	models := f.all(f.model)
	said := f.walk(f.taint, models, func(i int) bool { return f.person(i) })
	var risky []place
	var fed, commands offenders
	for _, i := range code {
		risks := f.risks[i]
		if len(risks) > 0 {
			risky = append(risky, place{step: f.steps[i].ID, item: "WF-009:" + strings.Join(risks, "+"), at: f.places(i)})
		}
		if said[i] >= 0 && len(risks) > 0 {
			fed.add(func() place {
				path := trail(said, i)
				return place{step: f.steps[i].ID, item: "WF-009", path: f.ids(path), at: f.places(path...)}
			})
		}
	}
	for _, i := range command {
		if said[i] >= 0 {
			commands.add(func() place {
				path := trail(said, i)
				return place{step: f.steps[i].ID, item: "WF-008", path: f.ids(path), at: f.places(path...)}
			})
		}
	}
	e.census("code_steps", plumbline.Count, plumbline.Scope{}, float64(len(code)), int64(len(f.steps)))
	e.places("risky_code", risky, int64(len(code)), 0)
	e.listed("model_fed_code", fed.found, fed.total, int64(len(code)), 0)
	e.census("command_steps", plumbline.Count, plumbline.Scope{}, float64(len(command)), int64(len(f.steps)))
	e.listed("model_fed_commands", commands.found, commands.total, int64(len(command)), 0)
	e.places("code_tools", f.each("WF-007", offered), int64(len(f.all(func(i int) bool { return f.tool[i] }))), 0)
	return nil
}
