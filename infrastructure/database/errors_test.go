package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
)

func mysqlError(number uint16, state string) error {
	err := &mysql.MySQLError{Number: number, Message: "about hunter2"}
	copy(err.SQLState[:], state)
	return fmt.Errorf("save account: %w", err)
}

func TestKindsOfErrors(t *testing.T) {
	t.Parallel()
	const (
		none = iota
		unique
		deadlock
		unavailable
	)
	for _, test := range []struct {
		err  error
		want int
	}{
		{nil, none},
		{errors.New("something else"), none},
		{gorm.ErrRecordNotFound, none},
		{sql.ErrNoRows, none},
		{context.Canceled, none},
		{gorm.ErrDuplicatedKey, unique},
		{mysqlError(1062, "23000"), unique},
		{mysqlError(1213, "40001"), deadlock},
		{mysqlError(1020, "HY000"), deadlock},
		{mysqlError(1146, "42S02"), none},
		{mysqlError(1064, "42000"), none},
		{mysqlError(1452, "23000"), none},
		{mysqlError(1040, "08004"), unavailable},
		{mysqlError(1045, "28000"), unavailable},
		{mysqlError(1053, "08S01"), unavailable},
		{mysqlError(1205, "HY000"), unavailable},
		{mysqlError(1290, "HY000"), unavailable},
		{mysqlError(1114, "HY000"), unavailable},
		{mysqlError(9999, "08006"), unavailable},
		{fmt.Errorf("read: %w", context.DeadlineExceeded), unavailable},
		{fmt.Errorf("read: %w", driver.ErrBadConn), unavailable},
		{mysql.ErrInvalidConn, unavailable},
		{io.ErrUnexpectedEOF, unavailable},
		{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, unavailable},
		{&net.DNSError{Err: "no such host", Name: "db"}, unavailable},
		{sql.ErrConnDone, unavailable},
	} {
		got := []bool{none: false, unique: IsUnique(test.err), deadlock: IsDeadlock(test.err), unavailable: IsUnavailable(test.err)}
		for kind, is := range got {
			if kind != none && is != (kind == test.want) {
				t.Errorf("%v: unique %v, deadlock %v, unavailable %v", test.err, got[unique], got[deadlock], got[unavailable])
				break
			}
		}
	}
}

func TestDescribe(t *testing.T) {
	t.Parallel()
	if got := Describe(mysqlError(1062, "23000")); got != "MySQL error 1062 (23000)" {
		t.Errorf("described as %q", got)
	}
	if got := Describe(io.EOF); got != "EOF" {
		t.Errorf("described as %q", got)
	}
}

func TestPoolSize(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ size, perCore, least, most, want int }{
		{3, 100, 100, 100, 3},
		{0, 0, 16, 64, 16},
		{0, 1000, 16, 64, 64},
	} {
		if got := poolSize(test.size, test.perCore, test.least, test.most); got != test.want {
			t.Errorf("%+v: %d", test, got)
		}
	}
}
