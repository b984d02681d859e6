package ledger

import (
	"fmt"

	"golang.org/x/mod/sumdb/note"
)

// said is what entries say, as far as later lines need it.
type said struct {
	rules    rules
	journals []note.Verifier // keys that entries give to journals
	erasures map[int64]*Erasure
	breaches []Item // of the rules of the whole log, as many as a report lists
	more     int64  // further ones
	ranges   int    // of all erasures
	dropped  int64  // keys and erasures beyond what is kept
}

func newSaid() *said { return &said{rules: newRules(), erasures: map[int64]*Erasure{}} }

// keep takes from an entry what later lines need. Without a proof it is also held against the rules of the whole log.
func (s *said) keep(index int64, e *Entry, ledger, where string, all bool) {
	switch b := e.Body.(type) {
	case *Key:
		key, err := noteKey(b.Vkey)
		switch {
		case err != nil || b.Use != "journal":
		case len(s.journals) == maxKeys:
			s.dropped++
		default:
			s.journals = append(s.journals, key)
		}
	case *Erasure:
		if s.ranges += len(b.Ranges); s.ranges > maxRanges {
			s.dropped++
			break
		}
		s.erasures[index] = &Erasure{Header: b.Header, Ranges: b.Ranges}
	}
	switch why := s.rules.add(index, e, ledger, all); {
	case !all || why == "":
	case len(s.breaches) < maxItems:
		s.breaches = append(s.breaches, Item{Where: where, Why: why})
	default:
		s.more++
	}
}

// rules are those over the whole log: docs/ledger.md §6. Where entries are missing, only what each entry says by itself is kept.
type rules struct {
	headers map[int64]*Header
	stands  map[int64]bool   // headers that no other unites
	united  map[int64]int64  // header → the one that unites it
	ends    map[string]int64 // workflow → number of its records so far
	lasts   map[string]int64 // workflow → index of its newest header
	groups  map[string]int64 // node → newest group
}

func newRules() rules {
	return rules{
		headers: map[int64]*Header{}, stands: map[int64]bool{}, united: map[int64]int64{},
		ends: map[string]int64{}, lasts: map[string]int64{}, groups: map[string]int64{},
	}
}

// add takes the next entry. All says that every entry before it has been here; then what breaks a rule is said.
func (r *rules) add(index int64, e *Entry, ledger string, all bool) string {
	why := r.take(index, e, ledger, all)
	if index == 0 && e.Kind != ConfigKind {
		return "the first entry is no config"
	}
	return why
}

func (r *rules) take(index int64, e *Entry, ledger string, all bool) string {
	switch b := e.Body.(type) {
	case *Config:
		if b.Ledger != ledger {
			return fmt.Sprintf("entry %d configures the ledger %q", index, b.Ledger)
		}
	case *Heads:
		if old := r.groups[b.Node]; all && b.Group <= old {
			return fmt.Sprintf("entry %d puts the journal of %s at group %d, after group %d", index, b.Node, b.Group, old)
		}
		r.groups[b.Node] = b.Group
	case *Header:
		return r.header(index, b, all)
	case *Erasure:
		if h := r.headers[b.Header]; all && (h == nil || !r.stands[b.Header] || b.Ranges[len(b.Ranges)-1][1] > h.Count) {
			return fmt.Sprintf("entry %d erases what stands in no block", index)
		}
	}
	return ""
}

func (r *rules) header(index int64, h *Header, all bool) string {
	if len(r.headers) >= maxHeaders {
		return fmt.Sprintf("there are more than %d headers", maxHeaders)
	}
	last, known := r.lasts[h.Workflow]
	if !known {
		last = -1
	}
	r.lasts[h.Workflow] = index
	why := ""
	if len(h.Replaces) > 0 {
		why = r.unite(index, h, all) // before it stands itself: it cannot unite itself
	}
	r.headers[index], r.stands[index] = h, true
	if len(h.Replaces) > 0 {
		if all && why == "" && h.Previous != last {
			why = fmt.Sprintf("entry %d follows the header at %d of its workflow; it says %d", index, last, h.Previous)
		}
		return why
	}
	first := r.ends[h.Workflow]
	r.ends[h.Workflow] = h.First + h.Count
	switch {
	case !all:
	case h.First != first:
		return fmt.Sprintf("entry %d begins with record %d of %q; expected %d", index, h.First, h.Workflow, first)
	case h.Previous != last:
		return fmt.Sprintf("entry %d follows the header at %d of its workflow; it says %d", index, last, h.Previous)
	}
	return ""
}

// unite takes a header that unites others.
func (r *rules) unite(index int64, h *Header, all bool) string {
	for _, old := range h.Replaces {
		if o := r.headers[old]; o != nil && h.spans(o) {
			r.united[old] = index
		}
	}
	next := h.First
	for _, old := range h.Replaces {
		o := r.headers[old]
		if all && (o == nil || !r.stands[old] || o.Workflow != h.Workflow || o.Version != h.Version || o.First != next) {
			return fmt.Sprintf("entry %d cannot unite the header at %d", index, old)
		}
		if o != nil {
			next = o.First + o.Count
			delete(r.stands, old)
		}
	}
	if all && next != h.First+h.Count {
		return fmt.Sprintf("entry %d unites records up to %d; it says %d", index, next, h.First+h.Count)
	}
	return ""
}

// spans reports whether a header can unite another.
func (h *Header) spans(o *Header) bool {
	return o.Workflow == h.Workflow && o.Version == h.Version && h.First <= o.First && o.First+o.Count <= h.First+h.Count
}

// erased reports whether an erasure speaks of a record: of its header, or of one that its header unites.
func (r *rules) erased(e *Erasure, at int64, h *Header, index int64) bool {
	if e == nil {
		return false
	}
	named := r.headers[e.Header]
	if e.Header == at {
		return e.covers(index)
	}
	for up := e.Header; named != nil; {
		next, ok := r.united[up]
		if !ok {
			return false
		}
		if up = next; up == at {
			i := index - (named.First - h.First)
			return i < named.Count && e.covers(i)
		}
	}
	return false
}

// allIn reports whether all records of all standing blocks have been there.
func (r *rules) allIn(complete map[int64]bool) bool {
	for at := range r.stands {
		if !complete[at] {
			return false
		}
	}
	return true
}
