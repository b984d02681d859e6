// Package check measures one property of a workflow from its data, once, and says how sure it is.
//
// A [Check] is a value: id, version, what it needs, its parameters with their reasons, its sources, and a function from
// [Input] to observations. [Catalog] lists all checks in one sorted slice. A changed meaning is a new version, never an edit.
//
// Checks measure; they never judge. Thresholds live with the controls, and internal/assess holds one against the other.
// Everything that could make a run irreproducible comes in by the Input: the package reads no clock and no file but the
// columns of its table, and every reduction runs in a fixed order.
//
// Most metrics of bias are functions of few counts. The frame counts them once for each sensitive feature and each
// declared intersection (group × decision × label), so that the cost grows with rows × groupings and not with metrics.
// The positive class is always the favourable outcome.
package check
