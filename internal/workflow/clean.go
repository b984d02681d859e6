package workflow

import (
	"strconv"
	"strings"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/detect"
)

// Bounds of what is kept of a definition's own words, in characters.
const (
	mostName  = 200
	mostNotes = 2000
	mostWord  = 100
	mostScan  = 8 << 10 // bytes of one text that are looked at
)

// bornBefore is the year up to which a date of birth inside an identity number is believed.
const bornBefore = 2100

// clean takes secrets and personal data out of every text of a graph that leaves the program, and bounds each. Ids that held
// some become numbers, and edges follow them. What only rules look at (Params, Lines, the text of prompts) stays as it is.
func clean(g *plumbline.Graph) {
	g.Name, g.Platform, g.ErrorHandler = tidy(g.Name, mostName), tidy(g.Platform, mostWord), tidy(g.ErrorHandler, mostName)
	ids := map[string]string{}
	taken, names := map[string]bool{}, map[string]bool{}
	for i := range g.Steps {
		taken[g.Steps[i].ID], names[g.Steps[i].Name] = true, true
	}
	for i := range g.Steps {
		s := &g.Steps[i]
		if plain := tidy(s.ID, mostName); plain != s.ID {
			id := "step-" + strconv.Itoa(i+1) // a hash would tell what was short enough to be tried out
			for taken[id] {
				id += "x"
			}
			taken[id] = true
			ids[s.ID], s.ID = id, id
		}
		cleanStep(s, names)
	}
	for i := range g.Edges {
		e := &g.Edges[i]
		if id, ok := ids[e.From]; ok {
			e.From = id
		}
		if id, ok := ids[e.To]; ok {
			e.To = id
		}
		e.Branch = tidy(e.Branch, mostWord)
		cleanLocation(&e.Location)
	}
	for i := range g.Notes {
		n := &g.Notes[i]
		n.Text = plumbline.Text{ZH: redact(n.Text.ZH), EN: redact(n.Text.EN)}
		cleanLocation(&n.Location)
	}
}

func cleanStep(s *plumbline.Step, names map[string]bool) {
	for _, text := range []*string{&s.Type, &s.TypeVersion, &s.Operation, &s.Provider, &s.Auth, &s.OnError} {
		*text = tidy(*text, mostWord)
	}
	s.Name, s.Model, s.Notes = tidy(s.Name, mostName), tidy(s.Model, mostName), tidy(s.Notes, mostNotes)
	for i := range s.Credentials {
		s.Credentials[i] = tidy(s.Credentials[i], mostName)
	}
	for i := range s.Endpoints {
		e := &s.Endpoints[i]
		e.Scheme, e.Host = tidy(e.Scheme, mostWord), shorten(blank(e.Host, detect.Secrets(e.Host)), mostName) // an address is no person's
		cleanLocation(&e.Location)
	}
	for i := range s.Prompts {
		p := &s.Prompts[i]
		for k := range p.Variables {
			p.Variables[k] = tidy(constants(p.Variables[k], names), mostWord)
		}
		cleanLocation(&p.Location)
	}
	cleanLocation(&s.Location)
}

func cleanLocation(l *plumbline.Location) { l.Pointer = Redact(l.Pointer) }

// Redact takes out of a text of a definition, such as the pointer to a place, what looks like a secret or like personal data, and
// bounds it.
func Redact(text string) string { return tidy(text, 500) }

// tidy redacts and then shortens, so that no cut leaves half a key that is known no more.
func tidy(text string, most int) string {
	if len(text) > mostScan {
		text = text[:mostScan]
		text = text[:max(strings.LastIndexAny(text, " \t\n/"), 0)] + "…" // drop the run that the cut fell into
	}
	return shorten(redact(text), most)
}

// redact replaces what looks like a secret or like personal data: a known shape, or a long run of letters and digits.
func redact(text string) string {
	text = secretShapes.ReplaceAllString(text, "…")
	text = blank(text, detect.Secrets(text))
	var spans []detect.Secret
	for _, h := range detect.Personal([]byte(text), bornBefore) {
		if h.Kind != detect.IPAddress && h.Kind != detect.CreditCode { // of a machine, of an organisation
			spans = append(spans, detect.Secret{Start: h.Start, End: h.End})
		}
	}
	text = blank(text, spans)
	return longTokens.ReplaceAllStringFunc(text, func(token string) string {
		if strings.ContainsAny(token, "0123456789") && strings.ToLower(token) != token && strings.ToUpper(token) != token {
			return "…"
		}
		return token
	})
}

// blank cuts spans out of a text; they are in order and do not overlap.
func blank(text string, spans []detect.Secret) string {
	if len(spans) == 0 {
		return text
	}
	var b strings.Builder
	at := 0
	for _, s := range spans {
		b.WriteString(text[at:s.Start])
		b.WriteString("…")
		at = s.End
	}
	b.WriteString(text[at:])
	return b.String()
}

// constants takes the quoted texts out of an expression, but for names of steps: they may be anything.
func constants(expression string, names map[string]bool) string {
	var b strings.Builder
	for {
		i := strings.IndexAny(expression, `'"`)
		if i < 0 {
			return b.String() + expression
		}
		j := strings.IndexByte(expression[i+1:], expression[i])
		if j < 0 {
			return b.String() + expression[:i] + "…"
		}
		end := i + j + 2
		if names[expression[i+1:end-1]] {
			b.WriteString(expression[:end])
		} else {
			b.WriteString(expression[:i] + "'…'")
		}
		expression = expression[end:]
	}
}
