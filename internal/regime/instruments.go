package regime

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// forces lists how binding an instrument is, most binding first.
func forces() []string {
	return []string{
		"law", "admin-reg", "dept-rule", "mandatory-standard", "normative-doc", "recommended-standard", "technical-doc",
		"policy", "draft", "reported-unverified",
	}
}

// instruments reads instruments.yaml: the sources, and the instruments with their articles.
func (l *loader) instruments() {
	const name = "instruments.yaml"
	var f struct {
		Sources     map[string]plumbline.Text
		Instruments []struct {
			ID, Force, From, Until, Conf, Source string
			Title, Issuer                        plumbline.Text
			Articles                             []article
		}
	}
	if !l.decode(name, &f) || l.many(name, len(f.Instruments)) {
		return
	}
	for _, tag := range slices.Sorted(maps.Keys(f.Sources)) {
		l.want(name+" "+tag, f.Sources[tag])
		l.out.Sources = append(l.out.Sources, Source{Tag: tag, Title: f.Sources[tag]})
	}
	for i, d := range f.Instruments {
		where := fmt.Sprintf("%s instruments[%d] %s", name, i, d.ID)
		for _, other := range l.out.Instruments {
			if other.ID != d.ID && (within(d.ID, other.ID) || within(other.ID, d.ID)) {
				l.bad(where, "its id begins that of %s, so that references to them cannot be told apart", other.ID)
			}
		}
		l.unique(where, d.ID)
		l.want(where+".title", d.Title)
		l.want(where+".issuer", d.Issuer)
		l.oneOf(where+".force", d.Force, forces()...)
		l.dates(where, d.From, d.Until)
		l.confidence(where+".conf", d.Conf)
		if _, ok := l.out.Source(d.Source); !ok {
			l.bad(where+".source", "there is no source %q", d.Source)
		}
		l.out.Instruments = append(l.out.Instruments, plumbline.Instrument{
			ID: d.ID, Title: d.Title, Issuer: d.Issuer, Force: d.Force, From: d.From, Until: d.Until, Confidence: d.Conf, Source: d.Source,
		})
		l.articles[d.ID] = &Article{Ref: d.ID, Instrument: d.ID, Confidence: d.Conf}
		for k := range d.Articles {
			l.article(fmt.Sprintf("%s.articles[%d] %s", where, k, d.Articles[k].Ref), d.ID, &d.Articles[k])
		}
	}
}

type article struct {
	Ref, From, Until, Applies, Conf string
	Gist                            plumbline.Text
}

func (l *loader) article(where, instrument string, d *article) {
	if d.Ref == instrument || !within(d.Ref, instrument) {
		l.bad(where, "its reference does not begin with %s-", instrument)
	}
	l.unique(where, d.Ref)
	l.want(where+".gist", d.Gist)
	l.dates(where, d.From, d.Until)
	l.dates(where, d.Applies, "")
	l.confidence(where+".conf", d.Conf)
	a := Article{
		Ref: d.Ref, Instrument: instrument, Gist: d.Gist, From: d.From, Until: d.Until, Applies: d.Applies, Confidence: d.Conf,
	}
	l.out.Articles = append(l.out.Articles, a)
	l.articles[d.Ref] = &a
}

// grounds looks up a reference to an article or to an instrument as a whole. The note must tell the day on which an article
// applies, where that is later than the day on which it is in force.
func (l *loader) grounds(where, ref string, note plumbline.Text) *Article {
	a := l.articles[ref]
	if a == nil {
		l.bad(where, "there is no article or instrument %q", ref)
		return nil
	}
	if !strings.Contains(note.EN, a.Applies) || !strings.Contains(note.ZH, a.Applies) {
		l.bad(where, "%s applies from %s; its note must say so", ref, a.Applies)
	}
	return a
}
