package chart

import "github.com/plumbline-project/plumbline"

// Ink is a colour by its meaning; it is the class of the primitive in the SVG, after "pl-".
type Ink string

const (
	inkText     Ink = "text"   // what is read
	inkFaint    Ink = "faint"  // axes and marks beside the data
	inkGrid     Ink = "grid"   // lines behind the data
	inkShade    Ink = "shade"  // side of a threshold
	inkPaper    Ink = "paper"  // inside of hollow markers
	inkOnDark   Ink = "light"  // text on dark parts
	inkOnLight  Ink = "dark"   // text on light parts
	inkSupport  Ink = "yes"    // evidence supports
	inkAgainst  Ink = "no"     // evidence does not support
	inkUntested Ink = "open"   // not tested
	inkExempt   Ink = "exempt" // not applicable
	inkPoint    Ink = "point"  // a value without a verdict
)

// paint is how an ink looks unless a style sheet says otherwise.
type paint struct {
	color   string
	opacity string // empty: 1
}

// paintOf returns the default look. The colours of series are those of Okabe and Ito (2008), the light ones darkened to a
// contrast of 3:1 on white; every text keeps 4.5:1 on what lies under it (a test computes both).
func paintOf(ink Ink) paint {
	switch ink {
	case inkText:
		return paint{"currentColor", ""}
	case inkFaint:
		return paint{"currentColor", "0.75"}
	case inkGrid:
		return paint{"currentColor", "0.16"}
	case inkShade:
		return paint{"currentColor", "0.08"}
	case inkPaper, inkOnDark:
		return paint{"#fff", ""}
	case inkOnLight:
		return paint{"#111", ""}
	case inkSupport, "s1":
		return paint{"#0072b2", ""}
	case inkAgainst, "s2":
		return paint{"#b84700", ""}
	case inkUntested:
		return paint{"#d9d9d9", ""}
	case inkExempt:
		return paint{"#fff", ""}
	case "s3":
		return paint{"#00805c", ""}
	case "s4":
		return paint{"#a8487f", ""}
	case "s5":
		return paint{"#946800", ""}
	case inkPoint, "s6":
		return paint{"#333", ""}
	case Ink(plumbline.Low):
		return paint{"#d6e6f2", ""}
	case Ink(plumbline.Medium):
		return paint{"#f5d98b", ""}
	case Ink(plumbline.High):
		return paint{"#e08a3c", ""}
	case Ink(plumbline.Critical):
		return paint{"#9e1b1b", ""}
	}
	return paint{"none", ""}
}

// seriesInk and seriesDash tell up to six lines apart.
func seriesInk(i int) Ink { return Ink([]string{"s1", "s2", "s3", "s4", "s5", "s6"}[i%6]) }

func seriesDash(i int) string { return []string{"", "7 3", "2 3", "9 3 2 3", "4 2", "12 4"}[i%6] }

func stateInk(s plumbline.State) Ink {
	switch s {
	case plumbline.Satisfied:
		return inkSupport
	case plumbline.NotSatisfied:
		return inkAgainst
	case plumbline.NotTested:
		return inkUntested
	case plumbline.NotApplicable:
		return inkExempt
	}
	return inkPoint
}

// states lists the verdicts in the order of bars and legends.
func states() []plumbline.State {
	return []plumbline.State{plumbline.Satisfied, plumbline.NotSatisfied, plumbline.NotTested, plumbline.NotApplicable}
}
