// Package planted holds what the example workflows share: what a planted defect is, which finding must show it and how it
// changes the files of a definition, the laying out of a workflow folder, and the command that makes one.
//
// A defect is a change that can be switched on alone. Data defects are made by the generator of an example, all others are
// edits of its committed files, which are free of defects: a text that stands exactly once in a file becomes another. So what
// is planted can be read beside what it replaces, and nothing that looks like a secret lies in the repository.
//
// The package refuses to overwrite a definition file that is already there.
package planted
