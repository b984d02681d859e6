// Package madeup draws what made-up people and records are made of: values by share, pseudonyms, and numbers that have the
// shape of personal ones.
//
// Draws come in streams, so that one more draw leaves all others as they are. The package draws no real person: identity
// numbers carry an area code that is assigned to no place, and keys say that they are none. It reads and writes nothing.
package madeup
