package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Error numbers of MySQL and MariaDB, from their lists of server errors.
const (
	mysqlDuplicateEntry = 1062
	mysqlDeadlock       = 1213
	mysqlRecordChanged  = 1020 // MariaDB with innodb_snapshot_isolation: try again
)

// SQLSTATE classes of errors about the connection and about who may have one.
const (
	classConnection    = "08"
	classAuthorization = "28"
)

// sqlitePrimary takes SQLite's primary result code out of an extended one.
const sqlitePrimary = 0xff

// mysqlUnavailable are the errors that say that the server cannot serve now,
// or not us: it is overloaded, stopping, read-only, out of space, or refuses
// our schema.
var mysqlUnavailable = map[uint16]bool{
	1021: true, // disk full
	1037: true, // out of memory
	1040: true, // too many connections
	1041: true, // out of resources
	1044: true, // access to the schema denied
	1049: true, // unknown schema
	1053: true, // server shutdown in progress
	1077: true, // normal shutdown
	1078: true, // shutdown on a signal
	1079: true, // shutdown complete
	1080: true, // forcing close of a connection
	1114: true, // table full
	1129: true, // host blocked
	1130: true, // host not allowed
	1158: true, // network error reading
	1159: true, // time-out reading
	1160: true, // network error writing
	1161: true, // time-out writing
	1203: true, // too many connections of this user
	1205: true, // lock wait time-out
	1226: true, // user's resource limit
	1290: true, // read-only server
	1317: true, // query interrupted
	1792: true, // read-only transaction
	1836: true, // read-only mode
	1927: true, // connection was killed (MariaDB)
	1969: true, // statement time-out (MariaDB)
	3024: true, // statement time-out (MySQL)
}

// sqliteUnavailable are SQLite's primary result codes that say the same.
var sqliteUnavailable = map[int]bool{
	sqlite3.SQLITE_BUSY:     true,
	sqlite3.SQLITE_LOCKED:   true,
	sqlite3.SQLITE_NOMEM:    true,
	sqlite3.SQLITE_READONLY: true,
	sqlite3.SQLITE_IOERR:    true,
	sqlite3.SQLITE_CORRUPT:  true,
	sqlite3.SQLITE_FULL:     true,
	sqlite3.SQLITE_CANTOPEN: true,
	sqlite3.SQLITE_PROTOCOL: true,
	sqlite3.SQLITE_NOTADB:   true,
}

// IsUnique tells whether err is a row refused because a unique or primary key
// has that value already. The text of such an error from MySQL quotes the
// value: never log it, Describe it.
func IsUnique(err error) bool {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return true
	}
	if my, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return my.Number == mysqlDuplicateEntry
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		switch lite.Code() {
		case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_ROWID:
			return true
		}
	}
	return false
}

// IsDeadlock tells whether the database gave up this transaction, which has been
// rolled back as a whole, in favour of another, so that trying it again from the
// start makes sense.
func IsDeadlock(err error) bool {
	if my, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return my.Number == mysqlDeadlock || my.Number == mysqlRecordChanged
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return lite.Code() == sqlite3.SQLITE_BUSY_SNAPSHOT
	}
	return false
}

// IsUnavailable tells whether err means that the database cannot answer at
// present: unreachable, stopping, full, read-only, locked for too long, or too
// late for the context's deadline. A deadlock is none of these, nor is a call
// that its caller cancelled.
func IsUnavailable(err error) bool {
	if err == nil || IsDeadlock(err) {
		return false
	}
	if my, ok := errors.AsType[*mysql.MySQLError](err); ok {
		class := string(my.SQLState[:2])
		return mysqlUnavailable[my.Number] || class == classConnection || class == classAuthorization
	}
	if lite, ok := errors.AsType[*sqlite.Error](err); ok {
		return sqliteUnavailable[lite.Code()&sqlitePrimary]
	}
	for _, broken := range []error{
		context.DeadlineExceeded, driver.ErrBadConn, mysql.ErrInvalidConn, mysql.ErrMalformPkt, mysql.ErrPktSync,
		mysql.ErrBusyBuffer, sql.ErrConnDone, io.ErrUnexpectedEOF, io.EOF, net.ErrClosed,
	} {
		if errors.Is(err, broken) {
			return true
		}
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return true
	}
	// database/sql does not export the error of a pool that was closed.
	return strings.Contains(err.Error(), "sql: database is closed")
}

// Describe returns the text of err for a log. An error of MySQL keeps only its
// number and state: its message may quote the value of a column.
func Describe(err error) string {
	if my, ok := errors.AsType[*mysql.MySQLError](err); ok {
		return fmt.Sprintf("MySQL error %d (%s)", my.Number, my.SQLState[:])
	}
	return err.Error()
}
