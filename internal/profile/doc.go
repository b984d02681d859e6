// Package profile summarises a column in a few kilobytes, so that parts of a table can be summarised apart and merged later:
// rows, missing and bad values, range, moments, different values, quantiles, the values of a category, and counts by group
// and outcome. A profile stands for any number of rows; its size is bounded.
//
// What is exact: rows, missing, bad, minimum, maximum, the counts of values and cells while there are at most [MaxValues] of
// them, and different values up to 512. Beyond these bounds counts are given up, not estimated, and different values are
// estimated by HyperLogLog (Flajolet, Fusy, Gandouet and Meunier 2007) with 4,096 registers: standard error 1.6 %. Moments are
// merged by the formula of Chan, Golub and LeVeque (1983) and differ from those of the whole in the last digits only.
// Quantiles come from a KLL sketch (Karnin, Lang and Liberty 2016): see [RankError].
//
// Invariants. Merging parts in any order or grouping gives the exact parts of the whole exactly, and estimates within their
// stated error. Everything is deterministic: the coins of the sketch and the hashes follow from the seed, and parts merge
// only where the seeds are equal. [Column.UnmarshalBinary] takes bytes of strangers: sizes are checked before memory is
// taken, and what it accepts keeps every invariant.
//
// The package refuses to hold texts over 256 bytes, which are no categories. A profile holds values of persons until
// [Column.Suppress] has taken out what stands for few of them.
package profile
