// Package gormstore keeps everything that must survive in SQLite, MySQL or MariaDB.
//
//	store.go       Atomic, Reader, Ping: the usecase.Store; retries and the translation of errors
//	session.go     how a statement runs, in a transaction or outside of one
//	statement.go   a statement's text on each engine
//	table.go       statements and their values from the fields of a row
//	rows.go        what a row looks like and how it becomes an entity
//	accounts.go …  one repository a file
//	migrate.go     the tables, from migrations/*/*.sql
//
// What every login needs is written as SQL; GORM writes the rest. Measured on SQLite, a read of a session with its account takes a
// third of the time that it takes through GORM.
//
// Next door: infrastructure/database opens the connections, which remember the statements that they have prepared, and tells
// errors apart; usecase/porttest says what a store must do.
package gormstore
