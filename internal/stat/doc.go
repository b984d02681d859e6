// Package stat holds the statistics of Plumbline: intervals and exact comparisons of rates, gaps between groups, rank and
// calibration measures of scores, stratified and cluster-aware estimates, distances between two samples of a column, tests,
// and the counting kernels under them.
//
// Slices and numbers go in, numbers come out: the package knows no noun of the product, reads no file and no clock, and
// draws at random only from a generator that it is given. It uses the standard library only.
//
// Conventions. Counts are float64 where an effective sample size (a count divided by a design effect) may stand for them,
// and int64 where they must be exact. level is the nominal two-sided coverage, 0 < level < 1. Rows carry a class code:
// 0 outside the question, 1 in the denominator, 2 in the denominator and in the numerator (for scores: 1 negative,
// 2 positive); and a group code below the number of groups. Rows with a code beyond that are left out. Slices over the
// same rows have the same length; a difference is a fault of the caller and panics.
//
// Invariants. What is not defined is NaN, or an interval of NaN, and the doc comment says when; bad numbers never panic,
// hang or give a plausible wrong value. Intervals lie in the range of their parameter. Root finding is by bounded
// bisection. Sums run in a fixed order, so that the same input gives the same bits on one architecture.
//
// The package refuses percentile bootstraps of a maximum over groups (they never cover zero) and log intervals of ratios
// (they fail on empty cells). Measured coverage of every interval: docs/coverage.md.
package stat
