// Package random draws what must not be guessable: one-time codes, handles,
// identifiers and keys, all from the operating system's generator.
//
// It is the only place where random values come from; time lives next door, in
// infrastructure/clock.
package random
