// Package workflow reads what describes a workflow: plumbline.yaml, and the definition that the tool made in which it runs.
//
// plumbline.yaml is the file in which a person declares a workflow: what it decides, which answer is
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
//
// A definition ([ParseDefinition]) becomes a [plumbline.Graph], whatever tool it is from: steps with what they do, edges,
// prompts and addresses, each with its place in the file. Defaults that the tool leaves out are filled in from tables, by type
// and version; what is not known stays unclear and is said in the notes of the graph, nothing is dropped. Secrets and data
// that an export holds are offered to rules only and never become part of what is written out. There is one [Format] for
// each tool, in a file of its own, and one layout for all.
package workflow
