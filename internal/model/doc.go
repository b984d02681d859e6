// Package model holds models that can be read: the tree that is learnt as an approximation of recorded decisions.
//
// A surrogate approximates decisions and is never called the decision logic. It is learnt from one part of the rows and
// measured on another, by a seed, and its size is bounded so that a person can read it.
package model
