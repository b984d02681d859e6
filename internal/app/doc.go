// Package app is the program: it reads the command line's wishes, builds what they need, runs it and says how it ended.
//
// It is the only place that touches the process: clock, environment, terminal, file system. [Main] takes all of them as
// arguments, so that a test runs the product and not a replica of it.
//
// Exit status: 0 done; 1 findings reach the level of --fail-on; 2 wrong use, or input that cannot be read; 3 a fault of
// Plumbline itself.
package app
