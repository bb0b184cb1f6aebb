// Package testtool lends programs of other people to tests: what is on the PATH, what npm installs, and Go modules of
// their own.
//
// A part that is missing skips the test on a developer's machine, with one line that says how to get it, and fails where
// CI=true, so that no build passes without it. Databases are next door, in infrastructure/testdb.
package testtool
