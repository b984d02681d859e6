// Package assess runs the checks of a workflow, holds their observations against the controls, and freezes the result.
//
// It is the only place where a number becomes a verdict. A finding is satisfied only where the whole interval lies on the
// good side of the threshold, and not-satisfied only where the whole interval lies on the bad side; everything else is
// not-tested, with the reason and the number of rows that would decide it. Thresholds come from the catalogue of controls or
// from the workflow file, never from the data.
//
// One primary fairness definition judges; the others inform, since they cannot all hold at once. Judged are the groups with
// enough rows; where too many people are in groups that are too small, nothing is called satisfied. Counts under the minimum
// cell are taken out before the assessment leaves the package, after the judging.
package assess
