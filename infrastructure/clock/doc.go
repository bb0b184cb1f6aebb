// Package clock tells the time.
//
// System is the computer's clock, Adjustable one that developers move forward while
// their server runs (usecase/porttest has one that tests move by hand). Both
// answer in UTC and in whole microseconds, because that is what every database
// behind Latchkey keeps: a time that went through a table compares equal to the
// one that was written. Random values live next door, in infrastructure/random.
package clock
