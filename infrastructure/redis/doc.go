// Package redis asks Redis (5 or above, or what speaks like it) short questions whose answers are not worth waiting for: what
// uses them has a way of its own to do without.
//
// Next door: adapter/throttle/redisthrottle counts with it, infrastructure/testdb lends databases to tests.
package redis
