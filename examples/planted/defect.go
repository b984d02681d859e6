package planted

import (
	"maps"
	"slices"
	"strings"

	"github.com/plumbline-project/plumbline"
)

// Name names a defect, as it is written on a command line.
type Name string

// Defect is something wrong that can be planted in an example, alone or with others.
type Defect struct {
	Name      Name
	Dimension plumbline.Dimension // empty for privacy
	Shows     []Finding           // each must be there and not satisfied when the defect is planted, and not when none is
	HiddenBy  Name                // another defect that hides its finding; empty where the finding is there with all others too
	Edits     []Edit              // what it changes in the definition; none for what the generator plants in the data
}

// Finding says which finding shows a defect: one of the control whose id holds the hint.
type Finding struct {
	Control string // "DI-04"
	Hint    string // part of the finding's id behind the control; empty: any finding of the control
}

// Matches reports whether f is the finding that is meant.
func (w Finding) Matches(f *plumbline.Finding) bool {
	return f.Control == w.Control && strings.Contains(strings.TrimPrefix(f.ID, w.Control), w.Hint)
}

// Edit replaces a text that stands exactly once in a file of the definition; an empty Old makes a file that is not there.
type Edit struct {
	File, Old, New string
}

// Shown is a defect that one finding must show.
func Shown(name Name, d plumbline.Dimension, control, hint string, edits ...Edit) Defect {
	return Defect{Name: name, Dimension: d, Shows: []Finding{{Control: control, Hint: hint}}, Edits: edits}
}

// Names lists the names of defects in their order.
func Names(defects []Defect) []Name {
	out := make([]Name, len(defects))
	for i := range defects {
		out[i] = defects[i].Name
	}
	return out
}

// Parse reads "all", "none" (or nothing) or a list of names separated by commas. A name that is not among the known ones is
// an error of code [plumbline.Invalid] that lists them.
func Parse(list string, known []Defect) ([]Name, error) {
	switch strings.TrimSpace(list) {
	case "all":
		return Names(known), nil
	case "none", "":
		return nil, nil
	}
	var out []Name
	for text := range strings.SplitSeq(list, ",") {
		name := Name(strings.TrimSpace(text))
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out, Check(out, known)
}

// Check refuses names that are not among the known defects.
func Check(names []Name, known []Defect) error {
	all := Names(known)
	for _, name := range names {
		if slices.Contains(all, name) {
			continue
		}
		texts := make([]string, len(all))
		for i, n := range all {
			texts[i] = string(n)
		}
		err := plumbline.Errorf(plumbline.Invalid, "there is no defect %q", string(name))
		err.Where, err.Hint = "defects", "all, none, or some of "+strings.Join(texts, ",")
		return err
	}
	return nil
}

// CheckRows gives the number of rows to make: asked for, or the default for 0. A negative number is an error of code
// [plumbline.Invalid], one over most of [plumbline.TooLarge].
func CheckRows(asked, otherwise, most int) (int, error) {
	switch {
	case asked == 0:
		return otherwise, nil
	case asked < 0:
		return 0, plumbline.Errorf(plumbline.Invalid, "rows must not be negative, and is %d", asked)
	case asked > most:
		return 0, plumbline.Errorf(plumbline.TooLarge, "rows must not be more than %d, and is %d", most, asked)
	}
	return asked, nil
}

// TableFaults holds a README against the defects: a table row for each that begins with its name and ends with the control that
// shows it, and none for anything else.
func TableFaults(readme string, known []Defect) []string {
	rows := map[string]string{}
	var faults []string
	for line := range strings.Lines(readme) {
		cells := strings.Split(strings.Trim(line, "| \n"), " | ")
		if name := strings.Trim(cells[0], "`"); len(cells) == 3 && name != cells[0] && cells[2] > "A" {
			rows[name] = cells[2]
		}
	}
	for i := range known {
		d := &known[i]
		row, ok := rows[string(d.Name)]
		if !ok {
			faults = append(faults, "no row for "+string(d.Name))
		}
		for _, f := range d.Shows {
			if ok && !strings.Contains(row, f.Control) {
				faults = append(faults, "the row of "+string(d.Name)+" does not name "+f.Control)
			}
		}
		delete(rows, string(d.Name))
	}
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		faults = append(faults, "a row for "+name+", which is no defect")
	}
	return faults
}
