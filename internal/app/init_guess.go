package app

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/table"
	"github.com/plumbline-project/plumbline/internal/text"
)

// Bounds of what a guess looks at.
const (
	mostSides  = 10  // values of a decision or label
	mostGroups = 100 // values of a sensitive feature
	mostShown  = 60  // runes of a name in a comment
)

// guessed is something that a table or file is taken to be, and why.
type guessed struct {
	column string
	why    plumbline.Text
}

func (g guessed) ok() bool { return g.column != "" }

// sensitiveGuess is a sensitive feature; bands are to be made of it where edges is set.
type sensitiveGuess struct {
	guessed
	bands string // name of the column of bands
}

// sidesGuess is an outcome with the values that are good for the person.
type sidesGuess struct {
	guessed
	favourable, adverse, undecided []string
	sides                          plumbline.Text // why these
	weak                           bool           // nothing tells which value is good
	all                            []string       // the values that occur
}

// scoreGuess is the score behind the decision.
type scoreGuess struct {
	guessed
	low, probability bool
	side, kind       plumbline.Text
}

// columnsGuess is what the columns of the decisions are taken to mean.
type columnsGuess struct {
	decision, label                    sidesGuess
	score                              scoreGuess
	id, time, subject, reason, version guessed
	sensitive                          []sensitiveGuess
	personal                           []guessed
	han, latin                         bool // the headers or values have Chinese words; the values have words in Latin letters
}

// lang is the language of values that are made from the data, such as the names of bands. They stand beside the values of the
// data in both reports and are compared with them, so they are in the language of the data, whoever writes the file. Headers in
// Latin letters tell nothing, since Chinese databases have them too. Where the data are numbers and codes only, they are in
// the language that was asked for.
func (g *columnsGuess) lang(asked plumbline.Lang) plumbline.Lang {
	switch {
	case g.han:
		return plumbline.Chinese
	case g.latin:
		return plumbline.English
	}
	return asked
}

// hear looks for words in a column.
func (g *columnsGuess) hear(c *seen) {
	g.han = g.han || strings.ContainsFunc(c.Name, isHan)
	for _, v := range c.values {
		g.han = g.han || strings.ContainsFunc(v, isHan)
		g.latin = g.latin || latinWord.MatchString(v)
	}
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// latinWord is a word rather than a code.
var latinWord = regexp.MustCompile(`[A-Za-z]{3}`)

// seen is what a guess knows of a column: counts, and the values where there are few.
type seen struct {
	table.ColumnInfo
	words  []string
	values []string // different known values, sorted; nil where there are many
}

// The header words, in lower case. Chinese ones match anywhere in a header, others a whole word of it.
var (
	decisionWords = []string{"decision", "decided", "approve", "approved", "approval", "accept", "accepted", "granted", "hired", "selected", "admitted", "verdict", "shortlisted", "决定", "决策", "审批", "批准", "核准", "录用", "录取", "授信结果", "是否通过", "审核结果"}
	looseWords    = []string{"outcome", "result", "prediction", "predicted", "class", "target", "income", "risk", "label", "结果", "分类", "预测"}
	labelWords    = []string{"label", "repaid", "paid", "default", "defaulted", "actual", "truth", "target", "outcome", "recid", "fraud", "churn", "标签", "违约", "还款", "结清", "逾期", "实际", "再犯", "欺诈"}
	badWords      = []string{"default", "defaulted", "recid", "fraud", "churn", "bad", "risk", "违约", "逾期", "再犯", "欺诈", "流失", "风险"}
	scoreWords    = []string{"score", "prob", "probability", "rating", "pd", "评分", "分数", "得分", "概率"}
	sensitive     = []string{"sex", "gender", "age", "race", "ethnicity", "ethnic", "nationality", "native", "foreign", "religion", "marital", "marriage", "disability", "disabled", "region", "province", "性别", "年龄", "民族", "种族", "国籍", "宗教", "信仰", "婚姻", "残疾", "地区", "省份", "籍贯", "户籍", "地域", "区域"}
	ageWords      = []string{"age", "年龄"}
	keyWords      = []string{"id", "key", "no", "number", "uuid", "编号", "流水号", "单号", "序号"}
	personWords   = []string{"applicant", "customer", "client", "person", "user", "borrower", "patient", "student", "candidate", "employee", "subject", "客户", "申请人", "用户", "借款人", "患者", "学生", "候选人", "员工"}
	reasonWords   = []string{"reason", "reasons", "原因", "理由"}
	versionWords  = []string{"version", "版本"}
	birthWords    = []string{"birth", "dob", "birthday", "出生", "生日"}
	personalWords = []string{"phone", "mobile", "email", "mail", "address", "ssn", "passport", "idcard", "surname", "fullname", "姓名", "手机", "电话", "邮箱", "住址", "地址", "身份证", "护照"}

	goodValues = []string{"1", "true", "yes", "y", "t", "approve", "approved", "accept", "accepted", "grant", "granted", "pass", "passed", "hire", "hired", "selected", "admit", "admitted", "offer", "good", "positive", "repaid", "paid", "low", "批准", "通过", "同意", "是", "录用", "录取", "合格", "良好", "已还", "结清", "低"}
	poorValues = []string{"0", "false", "no", "n", "f", "deny", "denied", "reject", "rejected", "decline", "declined", "refuse", "refused", "fail", "failed", "bad", "negative", "default", "defaulted", "high", "拒绝", "不通过", "未通过", "否", "不批准", "不录用", "不合格", "违约", "不良", "逾期", "高"}
	openValues = []string{"refer", "referred", "pending", "review", "manual", "waitlist", "待定", "待复核", "人工复核", "待审", "转人工"}
	yesValues  = []string{"1", "true", "yes", "y", "t", "是"}
	noValues   = []string{"0", "false", "no", "n", "f", "否"}
)

// look reads what a guess needs. Values are read of columns with few of them only.
func look(ctx context.Context, t *table.Table) ([]seen, error) {
	if err := t.Scan(ctx); err != nil {
		return nil, err
	}
	var out []seen
	for _, c := range t.Info() {
		if c.Name == "" || c.Kind == table.Nested {
			continue
		}
		s := seen{ColumnInfo: c, words: wordsOf(c.Name)}
		if c.Distinct > 0 && c.Distinct <= mostSides {
			codes, err := t.Codes(ctx, c.Name)
			if err != nil {
				return nil, err
			}
			s.values = codes.Dict[1:]
		}
		out = append(out, s)
	}
	return out, nil
}

// wordsOf splits a header at what is no letter or digit and where a capital follows a small letter.
func wordsOf(name string) []string {
	var b strings.Builder
	small := false
	for _, r := range name {
		if unicode.IsUpper(r) && small {
			b.WriteByte(' ')
		}
		if small = unicode.IsLower(r); !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			r = ' '
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.Fields(b.String())
}

// has gives the word of a list that the header has, or nothing.
func (s *seen) has(list []string) string {
	for _, w := range list {
		if w[0] < 0x80 && slices.Contains(s.words, w) || w[0] >= 0x80 && strings.Contains(s.Name, w) {
			return w
		}
	}
	return ""
}

func (s *seen) sides() bool {
	return len(s.values) >= 2 && !slices.ContainsFunc(s.values, func(v string) bool { return len(v) > 200 })
}

func (s *seen) number() bool { return s.Kind == table.Integer || s.Kind == table.Number }

// guessColumns takes columns for what their headers and values look like. Each column has one meaning.
func guessColumns(ctx context.Context, t *table.Table) (*columnsGuess, error) {
	cols, err := look(ctx, t)
	if err != nil {
		return nil, err
	}
	g, used := &columnsGuess{}, map[string]bool{}
	for i := range cols {
		g.hear(&cols[i])
	}
	take := func(into *guessed, why plumbline.Text, c *seen) {
		*into = guessed{c.Name, why}
		used[c.Name] = true
	}
	g.sensitive = guessSensitive(cols, used)
	guessDecision(cols, used, &g.decision)
	guessLabel(cols, used, &g.label)
	if err := guessScore(ctx, t, cols, used, g); err != nil {
		return nil, err
	}
	if err := guessKeys(ctx, t, cols, used, g); err != nil {
		return nil, err
	}
	best := -1
	for i := range cols {
		c := &cols[i]
		if used[c.Name] || c.Kind != table.Date && c.Kind != table.Time || c.has(birthWords) != "" {
			continue
		}
		if best < 0 || c.has([]string{"decided", "decision", "审批", "决定"}) != "" {
			best = i
		}
	}
	if best >= 0 {
		take(&g.time, text.CliInitWhyDates(), &cols[best])
	}
	for i := range cols {
		c := &cols[i]
		if used[c.Name] {
			continue
		}
		if w := c.has(reasonWords); w != "" && c.Kind == table.Text && !g.reason.ok() {
			take(&g.reason, header(w), c)
		} else if w := c.has(versionWords); w != "" && !g.version.ok() {
			take(&g.version, header(w), c)
		} else if w := c.has(personalWords); w != "" {
			used[c.Name] = true
			g.personal = append(g.personal, guessed{c.Name, header(w)})
		}
	}
	return g, nil
}

func header(word string) plumbline.Text { return text.CliInitWhyHeader(shown(word)) }

// guessSensitive takes columns for sensitive features. Ages in years become bands, unless bands of them are there.
func guessSensitive(cols []seen, used map[string]bool) []sensitiveGuess {
	var out []sensitiveGuess
	banded := slices.ContainsFunc(cols, func(c seen) bool {
		return c.has(ageWords) != "" && !c.number() && c.Distinct >= 2 && c.Distinct <= mostGroups
	})
	for i := range cols {
		c := &cols[i]
		w := c.has(sensitive)
		if w == "" || c.Distinct == 0 || c.Distinct == 1 || c.has(birthWords) != "" {
			continue
		}
		g := sensitiveGuess{guessed: guessed{c.Name, header(w)}}
		switch {
		case slices.Contains(ageWords, w) && c.number() && c.Distinct != 2:
			if used[c.Name] = true; banded {
				continue
			}
			if g.bands = c.Name + "_band"; strings.ContainsFunc(c.Name, isHan) {
				g.bands = c.Name + "段"
			}
			g.bands = freeName(g.bands, cols)
		case c.Distinct < 0 || c.Distinct > mostGroups:
			continue
		}
		used[c.Name] = true
		out = append(out, g)
	}
	return out
}

func freeName(name string, cols []seen) string {
	for slices.ContainsFunc(cols, func(c seen) bool { return c.Name == name }) {
		name += "_"
	}
	return name
}

// guessDecision tries headers that name a decision, then those that name an outcome, then a level of risk, then the last column
// with two values.
func guessDecision(cols []seen, used map[string]bool, g *sidesGuess) {
	pick := func(i int, why plumbline.Text) {
		c := &cols[i]
		g.guessed = guessed{c.Name, why}
		used[c.Name] = true
		g.split(c)
	}
	for _, words := range [][]string{decisionWords, looseWords} {
		for i := range cols {
			c := &cols[i]
			if w := c.has(words); w != "" && !used[c.Name] && c.sides() {
				pick(i, header(w))
				return
			}
		}
	}
	for i := range cols {
		c := &cols[i]
		if w := c.has(scoreWords); w != "" && !used[c.Name] && c.sides() && c.Kind == table.Text {
			pick(i, header(w))
			return
		}
	}
	for i := len(cols) - 1; i >= 0; i-- {
		if c := &cols[i]; !used[c.Name] && len(c.values) == 2 && c.sides() {
			pick(i, text.CliInitWhyLast())
			return
		}
	}
}

func guessLabel(cols []seen, used map[string]bool, g *sidesGuess) {
	for i := range cols {
		c := &cols[i]
		if w := c.has(labelWords); w != "" && !used[c.Name] && c.sides() {
			g.guessed = guessed{c.Name, header(w)}
			if g.split(c); !g.weak {
				used[c.Name] = true
				return
			}
			*g = sidesGuess{} // a label whose good side is unknown would give wrong error rates
		}
	}
}

// split takes values for good or bad for the person by their words. Where the header speaks of something bad, yes is bad.
func (g *sidesGuess) split(c *seen) {
	good, poor := goodValues, poorValues
	if c.has(badWords) != "" {
		good = append(slices.DeleteFunc(slices.Clone(good), func(v string) bool { return slices.Contains(yesValues, v) }), noValues...)
		poor = append(slices.DeleteFunc(slices.Clone(poor), func(v string) bool { return slices.Contains(noValues, v) }), yesValues...)
	}
	rest := 0
	for _, v := range c.values {
		switch w := strings.ToLower(strings.TrimSpace(v)); {
		case slices.Contains(good, w):
			g.favourable = append(g.favourable, v)
		case slices.Contains(poor, w):
			g.adverse = append(g.adverse, v)
		case slices.Contains(openValues, w):
			g.undecided = append(g.undecided, v)
		default:
			rest++
		}
	}
	g.all = c.values
	g.sides = text.CliInitWhyWords()
	if len(g.favourable) == 0 || len(g.adverse)+rest == 0 || slices.Equal(c.values, []string{"1", "2"}) {
		g.favourable, g.adverse, g.weak = c.values[:1], nil, true
		g.undecided = slices.DeleteFunc(g.undecided, func(v string) bool { return v == c.values[0] })
		g.sides = text.CliInitWhyNoSide()
	}
	if rest > 0 {
		g.adverse = nil // then all others are
	}
}

func guessScore(ctx context.Context, t *table.Table, cols []seen, used map[string]bool, g *columnsGuess) error {
	for i := range cols {
		c := &cols[i]
		w := c.has(scoreWords)
		if w == "" || used[c.Name] || !c.number() || c.Distinct >= 0 && c.Distinct < 3 {
			continue
		}
		f, err := t.Floats(ctx, c.Name)
		if plumbline.CodeOf(err) == plumbline.Invalid {
			continue // integers that a number cannot hold
		} else if err != nil {
			return err
		}
		inside := f.Count() > 0
		for k, x := range f.Values {
			inside = inside && (!f.Ok(k) || x >= 0 && x <= 1)
		}
		s := &g.score
		s.guessed, s.probability = guessed{c.Name, header(w)}, inside
		if s.kind = text.CliInitWhyRank(); inside {
			s.kind = text.CliInitWhyProbability()
		}
		s.side = text.CliInitWhyHigh()
		if c.has(badWords) != "" || c.has([]string{"pd"}) != "" || slices.ContainsFunc(g.decision.favourable, func(v string) bool { return strings.EqualFold(v, "low") || v == "低" }) {
			s.low, s.side = true, text.CliInitWhyLow()
		}
		used[c.Name] = true
		return nil
	}
	return nil
}

// guessKeys takes a key whose values never repeat for the name of the row, and a key of a person for the subject.
func guessKeys(ctx context.Context, t *table.Table, cols []seen, used map[string]bool, g *columnsGuess) error {
	for i := range cols {
		c := &cols[i]
		w := c.has(keyWords)
		person := c.has(personWords)
		if used[c.Name] || w == "" && person == "" || c.Kind == table.Boolean || c.Kind == table.Date || c.Kind == table.Time {
			continue
		}
		groups, err := t.Groups(ctx, c.Name)
		if err != nil {
			return err
		}
		unique := groups.Missing == 0 && int64(groups.N) == t.Rows()
		switch {
		case person != "" && w != "" && !g.subject.ok() && (!unique || g.id.ok()):
			g.subject = guessed{c.Name, header(person)}
		case w != "" && unique && !g.id.ok():
			g.id = guessed{c.Name, text.CliInitWhyUnique(shown(w))}
		default:
			continue
		}
		used[c.Name] = true
	}
	return nil
}
