package ledger

import (
	"fmt"
	"slices"
)

// Verdict is what verification says of one thing.
type Verdict string

// The verdicts.
const (
	Holds     Verdict = "holds"
	Erased    Verdict = "erased"     // it was there, and an entry of the log says who erased it and why
	Missing   Verdict = "missing"    // it should be there
	Overdue   Verdict = "overdue"    // a receipt promised it for a time that is past
	Broken    Verdict = "broken"     // it is not what was signed
	NotJudged Verdict = "not-judged" // what was given does not suffice, or this version does not know it
)

// Verdicts lists the verdicts, the worst last.
func Verdicts() []Verdict { return []Verdict{Holds, Erased, NotJudged, Missing, Overdue, Broken} }

// maxItems bounds what a report lists one by one. Counts go on.
const maxItems = 1000

// Item is one thing that does not simply hold.
type Item struct {
	Verdict Verdict `json:"verdict"`
	What    string  `json:"what"`  // record, entry, block, receipt, checkpoint, log, bundle, file
	Where   string  `json:"where"` // line, index or file
	Why     string  `json:"why"`
}

// Report is what verification found.
type Report struct {
	Ledger    string                       `json:"ledger"`
	Size      int64                        `json:"size"` // entries that the checkpoint covers
	Root      Hash                         `json:"root"`
	Witnesses []string                     `json:"witnesses"` // that the verifier's policy knows and that cosigned
	Complete  bool                         `json:"complete"`  // all entries of the checkpoint were there, so that the rules of the whole log were checked
	Counts    map[string]map[Verdict]int64 `json:"counts"`    // of records, entries, blocks, receipts
	Items     []Item                       `json:"items"`     // at most 1,000
}

func newReport() *Report {
	return &Report{Witnesses: []string{}, Counts: map[string]map[Verdict]int64{}, Items: []Item{}}
}

// count adds to a count only.
func (r *Report) count(what string, v Verdict) {
	r.add(what, v, map[Verdict]int64{v: 1})
}

// add adds counts, as they are or all under one verdict.
func (r *Report) add(what string, as Verdict, counts map[Verdict]int64) {
	for v, n := range counts {
		if as != "" {
			v = as
		}
		if n > 0 {
			if r.Counts[what] == nil {
				r.Counts[what] = map[Verdict]int64{}
			}
			r.Counts[what][v] += n
		}
	}
}

// say counts a verdict that is to be explained, and lists it while there is room.
func (r *Report) say(v Verdict, what, where, format string, args ...any) {
	if r.count(what, v); len(r.Items) < maxItems {
		r.Items = append(r.Items, Item{v, what, where, fmt.Sprintf(format, args...)})
	}
}

// Worst is the worst verdict of all; NotJudged where nothing was judged.
func (r *Report) Worst() Verdict {
	list := Verdicts()
	for _, v := range slices.Backward(list) {
		for _, counts := range r.Counts {
			if counts[v] > 0 {
				return v
			}
		}
	}
	return NotJudged
}

// Exit is the exit status of a verifier: 0 where all holds or is erased, 1 where something is missing, overdue or broken, else 2.
func (r *Report) Exit() int {
	switch r.Worst() {
	case Holds, Erased:
		return 0
	case Missing, Overdue, Broken:
		return 1
	case NotJudged:
	}
	return 2
}
