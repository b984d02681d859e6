// Package journal makes records durable before they are acknowledged. It is the first half of the ledger; sealing into blocks is the
// second.
//
// [Journal.Append] takes a batch of records and returns when they are on disk. Batches of callers that come at the same time share one
// commit group: one row of the [Store], one sync, one signature. A row holds the exact bytes of the records with their salts
// (compressed, with length and CRC-32C), and the head of the journal after it, which chains over the leaves of all records
// (docs/ledger.md §3). An acknowledgement can be turned into a receipt, which a stranger verifies.
//
// A record whose id came within the window is not recorded again: with the same bytes the first acknowledgement is given once more,
// with other bytes it is refused as a conflict. The window ends after a time, or after a number of records that bounds the memory.
//
// When the store fails it is not known whether the row was kept. Its callers get an error; before the next group the journal reads
// what the store has, so that no number is used twice and a retry finds what was kept.
package journal
