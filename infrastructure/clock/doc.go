// Package clock tells the time.
//
// System is the computer's clock, Fake one that a test moves by hand. Both
// answer in UTC and in whole microseconds, because that is what every database
// behind Latchkey keeps: a time that went through a table compares equal to the
// one that was written. Random values live next door, in infrastructure/random.
package clock
