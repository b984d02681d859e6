// Package blob is the contract of object storage: what the ledger may count on, whichever driver keeps its files.
//
// An object is a name and bytes that never change. A call that returns without an error is a promise that outlives a power cut, so
// every driver keeps [Objects] to the letter, and shows it by passing the suite of blobtest. Directories are kept by blob/dir. What
// several writers must agree on is no matter of this package: it needs compare-and-swap, which the ledger's head has.
//
// The package refuses names that some storage would read in another way than it was meant: see [CheckName].
package blob
