package check

import (
	"bytes"
	"context"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plumbline-project/plumbline"
	"github.com/plumbline-project/plumbline/internal/detect"
)

// Bounds of the reading of texts.
const (
	maxTextBytes    = 64 << 20 // of one entry, and twice as much of all of them
	maxPassages     = 20_000   // compared with each other; drawn evenly where there are more
	minPassageRunes = 20       // a heading repeats by nature
	shingleRunes    = 4
	nearText        = 0.8 // similarity (Jaccard) from which on two passages are near duplicates
	textBands       = 8
	textBandRows    = 4
	maxBucket       = 20 // passages that are compared in one bucket
)

// passage is a paragraph of a text, without the spaces between its words.
type passage struct {
	file   string
	line   int
	exact  uint64
	signs  []uint32 // hashes of its runs of four characters, sorted, each once
	person bool
}

// textName names an entry of data.texts by its first pattern.
func (in *Input) textName(i int) string {
	t := &in.file().Data.Texts[i]
	if len(t.Files) == 0 {
		return t.Kind
	}
	name := t.Files[0]
	for _, other := range in.file().Data.Texts[:i] {
		if len(other.Files) > 0 && other.Files[0] == name {
			return strings.Join(t.Files, ", ") + " (" + t.Kind + ")"
		}
	}
	return name
}

// dataTexts looks at the texts that the workflow works with, entry by entry:
//   - text_passages: paragraphs that could be read; undefined where a file is not UTF-8, where an entry is larger than 64 MiB, or where all entries before it and it are
//     larger than 128 MiB;
//   - text_duplicate_share: passages of 20 characters and more that stand above already, but for spaces, of those passages;
//   - text_near_duplicate_share: passages with a Jaccard similarity of at least 0.8 in runs of four characters to one above and no exact
//     copy; candidates by MinHash (8 bands of 4), so one in seventy pairs at the very threshold is missed; among at most 20,000 drawn evenly;
//   - text_personal_share: passages with an identity, mobile or card number or an e-mail address;
//   - text_age_ratio: days since the text was collected or reviewed, divided by fresh_days (365 by default).
func dataTexts() Check {
	c := Check{ID: "data.texts", Version: 1, Dimension: plumbline.DataIntegrity, Params: []plumbline.Param{
		{Name: "similarity", Unit: "share", Default: nearText}, {Name: "max_passages", Unit: "count", Default: maxPassages},
	}, Refs: []plumbline.Ref{
		{Cite: "Broder AZ (1997), On the Resemblance and Containment of Documents, SEQUENCES", URL: "https://doi.org/10.1109/SEQUEN.1997.666900"},
		{Cite: "Lee K et al. (2022), Deduplicating Training Data Makes Language Models Better, ACL", URL: "https://arxiv.org/abs/2107.06499"},
	}}
	c.Run = func(ctx context.Context, in *Input) ([]plumbline.Observation, error) {
		e := c.emitter()
		left := int64(2 * maxTextBytes)
		for i := range in.file().Data.Texts {
			if err := in.text(ctx, e, i, &left); err != nil {
				return nil, err
			}
		}
		return e.out, nil
	}
	return c
}

func (in *Input) text(ctx context.Context, e *emitter, i int, left *int64) error {
	t := &in.file().Data.Texts[i]
	scope := plumbline.Scope{Item: in.textName(i)}
	fresh := float64(defaultFresh)
	if t.FreshDays.Value > 0 {
		fresh = float64(t.FreshDays.Value)
	}
	if on, err := time.Parse(time.DateOnly, t.Collected); err == nil {
		age := (in.endOfDay() - day - float64(on.Unix())) / day
		e.census("text_age_ratio", plumbline.Ratio, scope, max(0, age)/fresh, 1)
	} else {
		e.undefined("text_age_ratio", plumbline.Ratio, scope, plumbline.NotDeclared)
	}
	metrics := []string{"text_duplicate_share", "text_near_duplicate_share", "text_personal_share"}
	passages, why, err := in.passages(ctx, t.Files, left)
	if err != nil {
		return err
	}
	if why != "" {
		e.undefined("text_passages", plumbline.Count, scope, why)
		for _, m := range metrics {
			e.undefined(m, plumbline.Share, scope, why)
		}
		return nil
	}
	n := int64(len(passages))
	e.census("text_passages", plumbline.Count, scope, float64(n), n)
	exact, near, compared, err := alike(ctx, passages, in.Seed)
	if err != nil {
		return err
	}
	e.censusShare(metrics[0], scope, exact, n)
	if compared == n {
		e.censusShare(metrics[1], scope, near, n)
	} else {
		e.share(metrics[1], scope, near, compared, wilson(float64(near), float64(compared), in.Level))
	}
	var hits int64
	var places []plumbline.Location
	for _, p := range passages {
		if p.person {
			if hits++; len(places) < maxLocations {
				places = append(places, plumbline.Location{File: p.file, Line: p.line})
			}
		}
	}
	e.censusShare(metrics[2], scope, hits, n)
	e.out[len(e.out)-1].Locations = places
	return nil
}

// passages reads the files of an entry and takes their bytes from what all entries may take. Why says that one of them
// cannot be read as text, or goes beyond.
func (in *Input) passages(ctx context.Context, patterns []string, all *int64) (out []passage, why plumbline.Reason, err error) {
	files := in.textFiles(patterns)
	left := min(maxTextBytes, *all)
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return nil, "", &plumbline.Error{Code: plumbline.Unavailable, Message: "the check was cancelled", Err: err}
		}
		data, why := in.readText(name, left)
		left -= int64(len(data))
		*all = max(*all-int64(len(data)), 0)
		if why != "" {
			return nil, why, nil
		}
		out = in.cutPassages(out, name, data)
	}
	if len(files) == 0 {
		why = plumbline.NoData
	}
	return out, why, nil
}

func (in *Input) readText(name string, most int64) ([]byte, plumbline.Reason) {
	f, err := in.open(name)
	if err != nil {
		return nil, plumbline.NoData
	}
	defer func() { _ = f.Close() }()
	data, err := io.ReadAll(io.LimitReader(f, most+1))
	switch {
	case err == nil && int64(len(data)) > most:
		return data, plumbline.TooMuch
	case err != nil || !utf8.Valid(data):
		return data, plumbline.NoData
	}
	return data, ""
}

// cutPassages splits a text at empty lines.
func (in *Input) cutPassages(out []passage, name string, data []byte) []passage {
	line := 1
	var at int
	var text []byte
	flush := func() {
		if len(text) > 0 {
			if p := in.newPassage(text); p.exact != 0 {
				p.file, p.line = name, at
				out = append(out, p)
			}
		}
		text = text[:0]
	}
	for raw := range bytes.SplitSeq(data, []byte("\n")) {
		if trimmed := bytes.TrimSpace(raw); len(trimmed) == 0 {
			flush()
		} else {
			if len(text) == 0 {
				at = line
			}
			text = append(append(text, trimmed...), '\n')
		}
		line++
	}
	flush()
	return out
}

// newPassage hashes a passage; exact is 0 where it is too short to be compared and holds nothing personal.
func (in *Input) newPassage(text []byte) passage {
	var p passage
	for _, h := range detect.Personal(text, in.year()) {
		if h.Kind != detect.CreditCode && h.Kind != detect.IPAddress { // as often of an organisation or a machine
			p.person = true
		}
	}
	folded := []rune(strings.Join(strings.Fields(strings.ToLower(string(text))), ""))
	if len(folded) < minPassageRunes && !p.person {
		return p
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(string(folded)))
	p.exact = mix(h.Sum64()) | 1
	for i := 0; i+shingleRunes <= len(folded); i++ {
		s := uint64(0)
		for _, r := range folded[i : i+shingleRunes] {
			s = mix(s ^ uint64(r)) //nolint:gosec // G115: a rune of valid text is not negative
		}
		p.signs = append(p.signs, uint32(s))
	}
	slices.Sort(p.signs)
	p.signs = slices.Compact(p.signs)
	return p
}

// alike counts passages that stand above already, and those nearly so among the compared ones.
func alike(ctx context.Context, passages []passage, seed uint64) (exact, near, compared int64, err error) {
	seen := map[uint64]bool{}
	chosen := drawn(len(passages), maxPassages, seed)
	buckets := map[uint64][]int{}
	for i := range passages {
		if i&1023 == 0 && ctx.Err() != nil {
			return 0, 0, 0, &plumbline.Error{Code: plumbline.Unavailable, Message: "the check was cancelled", Err: ctx.Err()}
		}
		p := &passages[i]
		copied := seen[p.exact]
		seen[p.exact] = true
		if copied {
			exact++
		}
		if compared == int64(len(chosen)) || chosen[compared] != int32(i) {
			continue
		}
		compared++
		if !copied && len(p.signs) > 0 && nearOne(passages, i, buckets, seed) {
			near++
		}
	}
	return exact, near, compared, nil
}

// nearOne looks for a passage above that is nearly the same, and enters this one into the buckets.
func nearOne(passages []passage, i int, buckets map[uint64][]int, seed uint64) bool {
	p := &passages[i]
	found := false
	for band := range textBands {
		key := uint64(band)
		for row := range textBandRows {
			salt := mix(seed ^ uint64(band*textBandRows+row))
			least := ^uint64(0)
			for _, s := range p.signs {
				least = min(least, mix(salt^uint64(s)))
			}
			key = mix(key ^ least)
		}
		for _, j := range buckets[key] {
			found = found || similarity(p.signs, passages[j].signs) >= nearText
		}
		if len(buckets[key]) < maxBucket {
			buckets[key] = append(buckets[key], i)
		}
	}
	return found
}

// similarity is Jaccard's, of two sorted sets.
func similarity(a, b []uint32) float64 {
	both, i, j := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			both++
			i++
			j++
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return float64(both) / float64(max(len(a)+len(b)-both, 1))
}
