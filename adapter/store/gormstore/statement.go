package gormstore

import (
	"strings"

	"latchkey/infrastructure/database"
)

// statement is one SQL statement of fixed text, written for both engines.
type statement struct {
	doing         string // what is attempted, for errors
	sqlite, mysql string
	locks         bool // worth nothing outside a transaction
}

// same is a statement that both engines read alike.
func same(doing, text string) *statement { return &statement{doing: doing, sqlite: text, mysql: text} }

// selecting is a SELECT of columns.
func selecting(doing string, columns []string, rest string) *statement {
	return &statement{
		doing:  doing,
		sqlite: "SELECT " + terse(columns) + " " + rest,
		mysql:  "SELECT " + strings.Join(columns, ", ") + " " + rest,
	}
}

// terse writes columns for SQLite, whose driver copies the name and the declared type of each column for each result. An
// expression has no type, and a name of one letter needs no memory: that saves a fifth of the time of reading a session, and half
// of its allocations.
func terse(columns []string) string { return "+" + strings.Join(columns, " AS c, +") + " AS c" }

// locking makes a SELECT lock what it finds. SQLite needs no words for that: its transactions begin with the one lock.
func locking(s *statement) *statement {
	s.mysql += " FOR UPDATE"
	s.locks = true
	return s
}

// skippingLocked is locking that passes over what others have locked.
func skippingLocked(s *statement) *statement {
	s = locking(s)
	s.mysql += " SKIP LOCKED"
	return s
}

// sweeping deletes the rows of a table whose column is at most the first argument, up to the second argument in number.
// MySQL cannot limit a subquery, and this SQLite cannot limit a DELETE.
func sweeping(table, key, column string) *statement {
	oldest := " WHERE " + column + " <= ? ORDER BY " + column + " LIMIT ?"
	return &statement{
		doing:  "sweep " + table,
		sqlite: "DELETE FROM " + table + " WHERE (" + key + ") IN (SELECT " + key + " FROM " + table + oldest + ")",
		mysql:  "DELETE FROM " + table + oldest,
	}
}

func (s *statement) on(dialect string) string {
	if dialect == database.SQLite {
		return s.sqlite
	}
	return s.mysql
}

// marks is n placeholders: "?, ?, ?".
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }
