// Package workflow reads plumbline.yaml, the file in which a person declares a workflow: what it decides, which answer is
// good for the person concerned, which columns are sensitive, which fairness definition judges, and who said so.
//
// The types of [File] are the only description of the format: their tags (yaml: key; is: kind of value; doc: meaning)
// drive the strict decoder and the published JSON Schema alike, so the two cannot drift apart.
//
// Invariants. A scalar is the text that was written: 1, "1", yes and 010 are four texts, never a number, a boolean or an
// octal. Decimals stay text and are compared exactly. What is unknown, empty, given twice or contradictory is an error that
// names file, line and key; a value that a caller sees has passed every rule. All paths stay inside the folder of the file.
// Reading is pure: one [io/fs.FS], no network, no clock; cost grows with the size of the file, which is at most 1 MiB.
//
// It refuses aliases, tags, merge keys, several documents in one file, and text that is not UTF-8. It does not open the
// files that are named, it only looks whether they are there; whether a column exists is known to who reads the table.
package workflow
