// Package blobtest tests what keeps the contract of blob, and what relies on it.
//
// [Run] is the suite that every driver passes. [Memory] is a store for tests of callers: it reports a caller that breaks its side of
// the contract, such as giving other bytes to a name. [Faulty] makes chosen calls of a store fail in each way that the contract
// allows, and in no other: a part of an object is never seen, so there is no fault that shows one.
package blobtest
