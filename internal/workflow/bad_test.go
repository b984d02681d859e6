package workflow_test

import (
	"strings"
	"testing"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/workflow"
)

// A badFile is minimal with one passage replaced (old → new), or with lines at its end where old is empty.
type badFile struct {
	name, old, new string
	want           string // what the error holds: line, key and text
	blind          bool   // a rule that the JSON Schema cannot say
}

func (c badFile) text() string {
	if c.old == "" {
		return minimal + c.new + "\n"
	}
	return strings.Replace(minimal, c.old, c.new, 1)
}

const (
	fair = "fairness: {primary: equalized_odds, reason: r, by: b, on: 2026-11-01"
	sens = "    - column: age\n"
)

var bad = []badFile{
	// shape
	{"unknown key at the top", "", "colour: red", `:13: colour: unknown key; known here: workflow, title`, false},
	{"unknown key with a near one", "  column: approved", "  colunm: approved", `:5: decision.colunm: unknown key; did you mean "column"?`, false},
	{"merge key", "", "<<: {min_n: 1}", `:13: ["<<"]: unknown key`, false},
	{"key twice", "", "title: Again", ":13: title: the key stands twice, first on line 2", true},
	{"key twice in a map", sens, sens + "  missing: {a: [x], a: [y]}\n", ":12: data.missing.a: the key stands twice", true},
	{"key that is a list", "", "[a, b]: c", ":13: expected a key, found a list before the colon", false},
	{"hostile key", "", `"\e[2J\u202e": 1`, `:13: ["\x1b[2J\u202e"]: unknown key`, false},
	{"very long key", "", `"` + strings.Repeat("k", 900) + `": 1`, `k…"]: unknown key`, false},
	{"Chinese key", "", "标题: 贷款", ":13: 标题: unknown key", false},
	{"missing workflow", "workflow: loan\n", "", ":1: workflow: the key is missing; expected an id", false},
	{"missing title", "title: Loan\n", "", "title: the key is missing; expected a text, or {zh: …, en: …}", false},
	{"missing sector", "sector: finance\n", "", "sector: the key is missing; expected one of finance, health", false},
	{"missing favourable", "  favourable: [\"1\"]\n", "", ":5: decision.favourable: the key is missing; expected a list", false},
	{"missing file", "{file: d.csv}", "{time: t}", ":8: data.decisions.file: the key is missing; expected a file or pattern in the folder of the workflow file, or a list", false},
	{"one language", "title: Loan", "title: {zh: 贷款}", ":2: title.en: the key is missing; expected a text", false},
	{"list for a text", "title: Loan", "title: [Loan]", ":2: title: expected a text, or {zh: …, en: …}, found a list", false},
	{"nothing for a text", "title: Loan", "title:", ":2: title: expected a text, found nothing", false},
	{"null for a text", "title: Loan", "title: null", `:2: title: expected a text, found "null"`, false},
	{"empty text", "title: Loan", `title: ""`, `:2: title: expected a text, found the text ""`, false},
	{"id with a space", "workflow: loan", "workflow: a loan", `:1: workflow: expected an id of letters, digits, dots, hyphens and underscores, at most 100, found "a loan"`, false},
	{"enum", "finance", "finanse", `:3: sector: expected one of finance, health, public-services, employment, education, other, found "finanse"; did you mean "finance"?`, false},
	{"enum with capitals", "finance", "Finance", `did you mean "finance"?`, false},
	{"scalar for a mapping", "\n  column: approved\n  favourable: [\"1\"]\n", " approved\n", `:4: decision: expected the keys column, favourable`, false},
	{"mapping for a scalar", "column: approved", "column: {a: b}", ":5: decision.column: expected the name of a column, found keys with values", false},
	{"scalar for a list", `["1"]`, `"1"`, `:6: decision.favourable: expected a list, found the text "1"`, false},
	{"empty list", `["1"]`, `[]`, ":6: decision.favourable: the list is empty; leave the key out or expected a value", false},
	{"empty value", `["1"]`, `["1", ""]`, `:6: decision.favourable[1]: expected a value as it is written in the data, found the text ""`, false},
	{"value twice", `["1"]`, `["1", 1]`, `:6: decision.favourable[1]: "1" stands in the list twice, first on line 6`, true},
	{"empty map", sens, sens + "  types: {}\n", ":12: data.types: nothing stands in it; leave the key out or expected names, each with one of boolean", false},
	{"list for a map", sens, sens + "  types: [age]\n", ":12: data.types: expected names, each with one of boolean", false},
	{"empty name in a map", sens, sens + "  types: {\"\": text}\n", ":12: data.types: a key is empty", false},
	{"type", sens, sens + "  types: {age: int}\n", `:12: data.types.age: expected one of boolean, integer, number, date, time, text, found "int"`, false},
	{"tag", "title: Loan", "title: !!binary TG9hbg==", `:2: a tag ("!!binary") is refused`, true},
	{"date", sens, "    - {column: age, delete_by: 1.11.2026}\n", `:11: data.sensitive[1].delete_by: expected a date such as 2026-11-01, found "1.11.2026"`, false},
	{"day that is none", sens, "    - {column: age, delete_by: 2026-02-30}\n", "; there is no such day", true},
	{"decimal with a sign of percent", "", "thresholds: [{control: MB-03, min_ratio: 85%, reason: r}]", `:13: thresholds[0].min_ratio: expected a decimal such as 0.85, found "85%"`, false},
	{"decimal with an exponent", "bins: [30]", "bins: [1e999999999]", `derive[0].bins[0]: expected a decimal`, true},
	{"decimal that is not a number", "bins: [30]", "bins: [.nan]", `found ".nan"`, false},
	{"decimal with a leading zero", "bins: [30]", `bins: ["030"]`, `found the text "030"`, false},
	{"count of zero", "", "min_n: 0", `:13: min_n: expected a whole number from 1 to 1000000000, found "0"`, false},
	{"count in quotes", "", `min_n: "30"`, `found the text "30"`, false},
	{"count too large", "", "min_n: 1000000001", "; it is too large", false},
	{"count with a fraction", "", "min_n: {value: 2.5, reason: r}", `:13: min_n.value: expected a whole number`, false},
	{"list for a minimum", "", "min_n: [30]", ":13: min_n: expected the keys value, reason, found a list", false},
	{"yes for a boolean", "", "nyc: {exclude_small: yes}", `:13: nyc.exclude_small: expected true or false, found "yes"`, false},
	{"regime", "", "regimes: [CN PIPL]", `:13: regimes[0]: expected the id of a regime, such as cn-pipl, found "CN PIPL"`, false},
	{"control", "", "thresholds: [{control: mb3, min_ratio: 0.8, reason: r}]", `thresholds[0].control: expected the id of a control, such as MB-03, found "mb3"`, false},
	{"score without kind", "  favourable: [\"1\"]\n", "  favourable: [\"1\"]\n  score: {column: s, favourable: high}\n", ":7: decision.score.kind: the key is missing; expected one of probability, rank", false},
	{"sha256", "", "attestations: [{control: A-1, who: w, on: 2026-11-01, statement: s, document: d.csv, sha256: abc}]", `expected 64 lower-case hex digits, found "abc"`, false},
	{"control feature without reason", sens, sens + "  control_features: [{column: x}]\n", ":12: data.control_features[0].reason: the key is missing", false},
	{"threshold without reason", "", "thresholds: [{control: MB-03, min_ratio: 0.8}]", ":13: thresholds[0].reason: the key is missing", false},
	{"threshold with a misspelt reason", "", "thresholds: [{control: MB-03, min_ratio: 0.8, reson: why}]", `thresholds[0].reson: expected a decimal such as 0.85, found "why"`, false},
	{"name of a rule", "", "thresholds: [{control: MB-03, Min-Ratio: 0.8, reason: r}]", "thresholds[0].Min-Ratio: unknown key; known here: control, reason, names of rules", false},
	{"suppression without expiry", "", "suppressions: [{finding: f, reason: r, by: b}]", ":13: suppressions[0].expires: the key is missing; expected a date", false},
	{"suppression without a person", "", "suppressions: [{finding: f, reason: r, expires: 2027-01-01}]", ":13: suppressions[0].by: the key is missing", false},
	{"fairness without a person", "", "fairness: {primary: equalized_odds, reason: r, on: 2026-11-01}", ":13: fairness.by: the key is missing", false},
	{"fairness definition", "", "fairness: {primary: equal_odds, reason: r, by: b, on: 2026-11-01}", `did you mean "equalized_odds"?`, false},
	// something to assess
	{"nothing to assess", minimal[strings.Index(minimal, "decision:"):], "", ":1: definition: there is nothing to assess; expected definition (an export of the workflow), or decision with data.decisions", false},
	{"texts and nothing to assess", minimal[strings.Index(minimal, "decision:"):], "data: {texts: [{file: d.csv, kind: prompt}]}\n", "definition: there is nothing to assess", false},
	{"decisions without a decision", "decision:\n  column: approved\n  favourable: [\"1\"]\n", "", ":1: decision: the key is missing; expected the keys column, favourable", false},
	{"decision without decisions", minimal[strings.Index(minimal, "data:"):], "definition: flows/flow.n8n.json\n", ":5: decision: expected data.decisions too", true},
	{"sensitive column without decisions", minimal[strings.Index(minimal, "decision:"):], "definition: flows/flow.n8n.json\ndata: {sensitive: [{column: sex}]}\n", ":5: data.sensitive: it speaks of decisions, and there is no data.decisions", true},
	{"reviews without decisions", minimal[strings.Index(minimal, "decision:"):], "definition: flows/flow.n8n.json\noversight: {reviews: reviews.csv}\n", ":5: oversight: it speaks of decisions", true},
	// paths
	{"absolute path", "d.csv", "/etc/passwd", `:8: data.decisions.file: expected a file or pattern in the folder of the workflow file, found "/etc/passwd"; an absolute path is refused`, true},
	{"path of Windows", "d.csv", "'C:/d.csv'", "an absolute path is refused", true},
	{"path with backslashes", "d.csv", `data\d.csv`, "write folders with /", true},
	{"path that leads out", "d.csv", "a/../../d.csv", "the path leads out of the folder", true},
	{"path of a folder", "d.csv", "data/", "that is a folder", true},
	{"path with a control character", "d.csv", `"d\0.csv"`, `found the text "d\x00.csv"; it has a control character`, true},
	{"address", "d.csv", "https://example.org/d.csv", "nothing is fetched: put the file into the folder", true},
	{"pattern", "d.csv", "'[a.csv'", "the pattern has a [ without its ]", true},
	{"file that is not there", "d.csv", "e.csv", `:8: data.decisions.file: expected a file in the folder of the workflow file, found no "e.csv"`, true},
	{"second file that is not there", "d.csv", "[d.csv, e.csv]", `:8: data.decisions.file[1]: expected a file in the folder of the workflow file, found no "e.csv"`, true},
	{"folder for a file", "", "definition: empty", `:13: definition: expected a file, found the folder "empty"`, true},
	// rules across keys
	{"value on two sides", `["1"]`, `["1"]` + "\n  adverse: [0, 1]", `:7: decision.adverse[1]: "1" stands in favourable too`, true},
	{"label is the decision", `["1"]`, `["1"]` + "\n  label: {column: approved, favourable: [y]}", `:7: decision.label.column: expected another column than the decision's`, true},
	{"sensitive twice", "- column: age", "- column: sex", `:11: data.sensitive[1].column: "sex" is declared as sensitive twice`, true},
	{"sensitive decision", "- column: age", "- column: approved", `:11: data.sensitive[1].column: "approved" is the decision`, true},
	{"intersection of one", sens, sens + "  intersections: [[sex]]\n", ":12: data.intersections[0]: expected at least two sensitive features, found 1", true},
	{"intersection of the undeclared", sens, sens + "  intersections: [[sex, agee]]\n", `:12: data.intersections[0][1]: expected a column of data.sensitive, found "agee"; did you mean "age"?`, true},
	{"intersection twice", sens, sens + "  intersections: [[sex, age], [age, sex]]\n", ":12: data.intersections[1]: the same features", true},
	{"sensitive feature held fixed", sens, sens + "  control_features: [{column: sex, reason: r}]\n", `:12: data.control_features[0].column: "sex" is a sensitive feature; it cannot be held fixed`, true},
	{"control feature twice", sens, sens + "  control_features: [{column: x, reason: r}, {column: x, reason: q}]\n", `"x" is a control feature already`, true},
	{"range without ends", sens, sens + "  ranges: {age: {}}\n", ":12: data.ranges.age: expected min, max or both", true},
	{"range upside down", sens, sens + "  ranges: {age: {min: 10, max: 9.5}}\n", "expected min not above max, found 10 and 9.5", true},
	{"range of a text", sens, sens + "  types: {age: text}\n  ranges: {age: {min: 1}}\n", ":13: data.ranges.age: a range is for numbers, and data.types declares text", true},
	{"population of the undeclared", sens, sens + "  population: {race: {source: s, as_of: 2026-01-01, shares: {a: 1}}}\n", `data.population.race: expected a column of data.sensitive, found "race"`, true},
	{"shares that miss one", sens, sens + "  population: {sex: {source: s, as_of: 2026-01-01, shares: {m: 0.5, f: 0.4949}}}\n", "data.population.sex.shares: expected shares whose sum is 1 within 0.005, found 0.9949", true},
	{"share above one", sens, sens + "  population: {sex: {source: s, as_of: 2026-01-01, shares: {m: 1.2}}}\n", `data.population.sex.shares.m: expected a share from 0 to 1, such as 0.513, found "1.2"`, false},
	{"reference of the undeclared", "", fair + ", reference: {race: x}}", `:13: fairness.reference.race: expected a column of data.sensitive, found "race"`, true},
	{"map and bins", "bins: [30]", "map: {a: [b]}, bins: [30]", ":12: derive[0]: expected either map or bins with labels", true},
	{"neither map nor bins", "bins: [30], labels: [young, old]", "else: x", ":12: derive[0]: expected either map or bins", true},
	{"labels of a map", "bins: [30]", "map: {a: [b]}", ":12: derive[0].labels: labels name bins", true},
	{"else of bins", "bins: [30]", "else: x, bins: [30]", ":12: derive[0].else: else belongs to a map", true},
	{"value to two targets", "bins: [30], labels: [young, old]", "map: {a: [x], b: [y, x]}", `:12: derive[0].map.b[1]: "x" becomes "a" already`, true},
	{"bins not ascending", "bins: [30], labels: [young, old]", "bins: [30, 9], labels: [a, b, c]", ":12: derive[0].bins[1]: expected ascending edges, found 9 after 30", true},
	{"bins equal in value", "bins: [30], labels: [young, old]", `bins: [30, "30.0"], labels: [a, b, c]`, "expected ascending edges, found 30.0 after 30", true},
	{"too few labels", "[young, old]", "[young]", ":12: derive[0].labels: expected 2 labels for 1 edges (both ends are open), found 1", true},
	{"derived twice", "labels: [young, old]}", "labels: [young, old]}, {column: band, from: x, map: {a: [b]}}", `:12: derive[1].column: "band" is derived twice`, true},
	{"derived from itself", "from: age", "from: band", `:12: derive[0].from: "band" is derived from itself`, true},
	{"derived in a loop", "from: age, bins: [30], labels: [young, old]}", "from: c, map: {a: [b]}}, {column: c, from: band, map: {a: [b]}}", `"band" is derived from itself by way of "c"`, true},
	{"derived further down", "from: age, bins: [30], labels: [young, old]}", "from: c, map: {a: [b]}}, {column: c, from: x, map: {a: [b]}}", `:12: derive[0].from: "c" is derived further down; move it above`, true},
	{"threshold without a rule", "", "thresholds: [{control: MB-03, reason: r}]", ":13: thresholds[0]: expected a rule of MB-03 and its threshold", true},
	{"threshold twice", "", "thresholds: [{control: MB-03, a: 1, reason: r}, {control: MB-03, a: 2, reason: r}]", ":13: thresholds[1].a: the threshold of MB-03 is moved twice", true},
	{"small cells without reason", "", "privacy: {min_cell: 9}", ":13: privacy.reason: the key is missing; a smallest count under 10 needs a reason", true},
	{"small categories without a person", "", "nyc: {exclude_small: true, reason: r}", ":13: nyc: expected reason and by", true},
	{"mitigation of nothing", "", "mitigations: [{action: a, owner: o, status: done}]", ":13: mitigations[0]: expected either finding or control", true},
	{"plan without a day", "", "mitigations: [{control: A-1, action: a, owner: o, status: planned}]", "mitigations[0].due: the key is missing", true},
	{"acceptance without a person", "", "mitigations: [{control: A-1, action: a, owner: o, status: accepted}]", "mitigations[0].accepted_by: the key is missing; a person accepts a risk", true},
	{"person without acceptance", "", "mitigations: [{control: A-1, action: a, owner: o, status: done, accepted_by: p}]", "the status is done, so nobody has accepted the risk", true},
	{"suppressed twice", "", "suppressions: [{finding: f, reason: r, by: b, expires: 2027-01-01}, {finding: f, reason: q, by: b, expires: 2027-01-01}]", `suppressions[1].finding: "f" is suppressed twice`, true},
	{"document without its sum", "", "attestations: [{control: A-1, who: w, on: 2026-11-01, statement: s, document: d.csv}]", ":13: attestations[0]: expected document and sha256 together", true},
}

func TestBadFiles(t *testing.T) {
	for _, c := range bad {
		t.Run("refuses "+c.name, func(t *testing.T) {
			if c.text() == minimal {
				t.Fatal("the case changes nothing")
			}
			_, err := workflow.Load(folder(c.text()), name)
			if err == nil {
				t.Fatal("accepted")
			}
			if plumbline.CodeOf(err) != plumbline.Invalid || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), name) {
				t.Errorf("error: %v\nwant:  %s", err, c.want)
			}
			if strings.ContainsAny(err.Error(), "\x1b\x00\u202e") {
				t.Errorf("the error repeats characters that a terminal acts on: %q", err)
			}
		})
	}
}
