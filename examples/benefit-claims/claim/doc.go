// Package claim makes the example workflow: one year of claims for housing support, with planted defects.
//
// A score orders claims by need; what it would deny is decided by a caseworker, and an agent with a knowledge base prepares the
// notice. Every defect is a switch with draws of its own: the same seed gives the same claimants whatever the switches.
//
// Without defects no column depends on sex, age or ethnicity, and the claims of the year before come from the same population.
// The package draws no real person and refuses to overwrite a file of the definition that is already there.
package claim
