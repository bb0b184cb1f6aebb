// Package database opens, tunes, watches and closes the SQL database.
//
//	Open(URL) -> DB{Writer, Reader} -> adapter/store/gormstore
//
// SQLite has one writer connection and several that can only read; MySQL and
// MariaDB have one pool that serves as both. Every connection remembers its
// prepared statements, so that plain SQL and GORM's run prepared alike. What the
// tables are, who writes next and when a transaction is tried again is decided
// next door, in adapter/store/gormstore; this package only tells the kinds of
// failure apart (IsUnique, IsDeadlock, IsUnavailable).
package database
