// Package ledger verifies what a Plumbline ledger claims, and makes what can be verified: records, journal heads and receipts, entries
// of the log, checkpoints, bundles. It is the implementation of docs/ledger.md, which fixes every byte; a verifier needs nothing else
// of Plumbline, no network and no database. Standard library and golang.org/x/mod only.
//
// A record is kept as the exact bytes that were accepted. Its leaf, H(0x00 ‖ salt ‖ bytes), is in the tree of its commit group, over
// which the journal's head and the receipt are made, and in the tree of its block, whose root a header entry puts into the log. The
// log is a C2SP tlog-tiles log; its checkpoints are signed notes. Which signers are trusted is said by a [Policy] that the verifier
// holds, never by the ledger.
//
// Everything that is parsed here is hostile: sizes and depths are bounded, and nothing panics.
package ledger
