// Package chart draws plots as one list of primitives, and writes the list as SVG.
//
// A plot is a pure function of plain numbers: [Forest], [Reliability], [Bars], [Matrix], [Histogram] and [Distributions] take an
// input and give a [Drawing] in one language and for one width, [Workflow] gives as many as it fills pages; [SVG] writes
// them. Nothing is looked up, measured on a screen or
// fetched: widths of texts are estimated, with Han counted as one em, so the same input gives the same bytes.
//
// A drawing is made for its width. Under 520 pixels the layout is narrow: labels stand above what they name. A page that
// serves phones and desks writes both and shows one of them by a media query.
//
// What carries meaning is never colour alone: markers, dashes and hatching differ too, so a print in black and white can be
// read. Texts and lines are in currentColor; coloured parts carry a default colour and a class by which a style sheet
// may change it: "pl-critical" where the ink fills, "pl-s1-line" where it is the stroke. The page
// should say `.plumb-chart{max-width:100%;height:auto}`.
//
// Labels come from data and are hostile: markup is escaped, control, direction and invisible characters are shown as their
// code, long labels end in "…" and keep up to 200 characters in a tool tip. A number that is not finite is drawn as absent,
// never as zero; an interval that leaves the axis ends in an arrow. Where there are more rows than a plot can hold, the plot
// says how many are left out.
//
// It refuses scripts, links, fonts, animation and interaction.
package chart
