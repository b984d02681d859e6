// Package plumbline holds the nouns of Plumbline (准绳): what a risk assessment of an AI workflow is made of.
//
// Facts come first. An [Observation] is a measured value with its interval, sample size and provenance; it never says pass
// or fail. A [Finding] is an observation, or its absence, held against the threshold of a [Control]: satisfied,
// not-satisfied, not-tested or not-applicable. What was not tested is never shown as satisfied, nor as zero. A [Risk]
// belongs to a person and a [Treatment] lowers it. An [Assessment] is the frozen result of one run.
//
// The package has no I/O and imports the standard library only. All values are plain data that marshal to the published
// schema of assessment.json; numbers are written to 12 significant digits, so that the same inputs give the same bytes.
package plumbline
