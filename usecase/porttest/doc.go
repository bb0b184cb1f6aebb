// Package porttest says what the ports of package usecase promise, as tests: one suite for each port, which every adapter's own
// test calls with a way to make a fresh one.
//
//	Store(t, open)     transactions, uniqueness, locks, precision, races; passed by gormstore and by MemStore
//	Limiter, Sender …  the other ports
//	NewMemStore()      a Store without a database, for tests of stories
//	Clock, Random      time that tests move and chance that they know
//
// Next door: package usecase owns the ports and their obligations; the adapters are under adapter.
package porttest
