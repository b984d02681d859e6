// Package detect recognises personal data and secrets in text: identity numbers and codes with their check digits, card and
// phone numbers, addresses, keys and tokens.
//
// A detector looks at bytes and says what it found and where; it keeps nothing and never returns the value for display. Where
// a standard defines a check digit, the number must pass it, so that order numbers do not become identity numbers; the
// documentation of each detector says how often a random number of the right shape passes. Cost is linear in the text.
package detect
