package database

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"path/filepath"
	"testing"
	"time"
)

// withConn opens a database with a table t(a) of two rows and runs f on its
// writing connection.
func withConn(t *testing.T, f func(conn *sql.Conn, inner *preparingConn)) {
	t.Helper()
	db, err := Open(t.Context(), Options{
		URL:   "sqlite://" + filepath.Join(t.TempDir(), "latchkey.db"),
		Clock: func() time.Time { return time.Unix(0, 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Writer.Exec("CREATE TABLE t (a INTEGER UNIQUE)").Error; err != nil {
		t.Fatal(err)
	}
	if err := db.Writer.Exec("INSERT INTO t VALUES (?), (?)", 1, 2).Error; err != nil {
		t.Fatal(err)
	}
	conn, err := db.pools[1].Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var inner *preparingConn
	if err := conn.Raw(func(c any) error {
		inner = c.(*preparingConn)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	f(conn, inner)
}

// mustBeSame gives the idle statement of query, which has to be former when there was one.
func mustBeSame(t *testing.T, inner *preparingConn, query string, former driverStatement) driverStatement {
	t.Helper()
	kept := inner.idle[query]
	if kept == nil || former != nil && kept != former {
		t.Fatalf("%d statements are kept, and not the one of before", len(inner.idle))
	}
	return kept
}

func TestStatementsAreUsedAgain(t *testing.T) {
	t.Parallel()
	withConn(t, func(conn *sql.Conn, inner *preparingConn) {
		const query = "SELECT a FROM t WHERE a = ?"
		var kept driverStatement
		for want := 1; want <= 2; want++ {
			var got int
			if err := conn.QueryRowContext(t.Context(), query, want).Scan(&got); err != nil || got != want {
				t.Fatalf("got %d, %v; want %d", got, err, want)
			}
			kept = mustBeSame(t, inner, query, kept)
		}
	})
}

func TestStatementsAreUsedAgainInEveryTransaction(t *testing.T) {
	t.Parallel()
	withConn(t, func(conn *sql.Conn, inner *preparingConn) {
		const query = "UPDATE t SET a = a WHERE a = ?"
		var kept driverStatement
		for range 3 {
			tx, err := conn.BeginTx(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tx.ExecContext(t.Context(), query, 1); err != nil {
				t.Fatal(err)
			}
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
			kept = mustBeSame(t, inner, query, kept)
		}
	})
}

func TestBusyStatementIsNotShared(t *testing.T) {
	t.Parallel()
	withConn(t, func(conn *sql.Conn, inner *preparingConn) {
		const query = "SELECT a FROM t WHERE a > ? ORDER BY a"
		outer, err := conn.QueryContext(t.Context(), query, 0)
		if err != nil {
			t.Fatal(err)
		}
		var pairs []string
		for outer.Next() {
			var a int
			if err := outer.Scan(&a); err != nil {
				t.Fatal(err)
			}
			var smallest int
			if err := conn.QueryRowContext(t.Context(), query, 1).Scan(&smallest); err != nil {
				t.Fatal(err)
			}
			pairs = append(pairs, fmt.Sprint(a, smallest))
		}
		if err := outer.Close(); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(pairs); got != "[1 2 2 2]" {
			t.Errorf("pairs %s, want [1 2 2 2]", got)
		}
		mustBeSame(t, inner, query, nil)
	})
}

func TestStatementIsKeptWhenRowsAreToBlame(t *testing.T) {
	t.Parallel()
	withConn(t, func(conn *sql.Conn, inner *preparingConn) {
		const query = "INSERT INTO t VALUES (?)"
		if _, err := conn.ExecContext(t.Context(), query, 3); err != nil {
			t.Fatal(err)
		}
		kept := mustBeSame(t, inner, query, nil)
		if _, err := conn.ExecContext(t.Context(), query, 1); !IsUnique(err) {
			t.Fatalf("duplicate: %v", err)
		}
		mustBeSame(t, inner, query, kept)
		if _, err := conn.ExecContext(t.Context(), query, 4); err != nil {
			t.Errorf("after a duplicate: %v", err)
		}
	})
}

func TestFailedStatementIsPreparedAfresh(t *testing.T) {
	t.Parallel()
	withConn(t, func(conn *sql.Conn, inner *preparingConn) {
		const query = "SELECT abs(?)"
		var got int64
		if err := conn.QueryRowContext(t.Context(), query, int64(math.MinInt64)).Scan(&got); err == nil {
			t.Fatalf("got %d, want an overflow", got)
		}
		if inner.idle[query] != nil {
			t.Error("a statement that failed was kept")
		}
		if err := conn.QueryRowContext(t.Context(), query, -3).Scan(&got); err != nil || got != 3 {
			t.Errorf("after a failure: %d, %v", got, err)
		}
	})
}

func TestStatementsSurviveAChangeOfTheTable(t *testing.T) {
	t.Parallel()
	withConn(t, func(conn *sql.Conn, _ *preparingConn) {
		const query = "SELECT * FROM t WHERE a = ?"
		for _, columns := range []int{1, 2} {
			rows, err := conn.QueryContext(t.Context(), query, 1)
			if err != nil {
				t.Fatal(err)
			}
			names, err := rows.Columns()
			if err != nil || len(names) != columns || !rows.Next() {
				t.Errorf("columns %v, %v; want %d", names, err, columns)
			}
			if err := rows.Close(); err != nil {
				t.Fatal(err)
			}
			if columns == 1 {
				if _, err := conn.ExecContext(t.Context(), "ALTER TABLE t ADD COLUMN b INTEGER"); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestStatementsAreBounded(t *testing.T) {
	t.Parallel()
	withConn(t, func(conn *sql.Conn, inner *preparingConn) {
		for i := range 3 * statementsPerConnection {
			var a int
			if err := conn.QueryRowContext(t.Context(), fmt.Sprintf("SELECT %d + ?", i), 1).Scan(&a); err != nil || a != i+1 {
				t.Fatalf("got %d, %v", a, err)
			}
		}
		if n := len(inner.idle); n != statementsPerConnection {
			t.Errorf("%d statements are kept, want %d", n, statementsPerConnection)
		}
	})
}

func TestCancelledStatementLeavesTheConnectionUsable(t *testing.T) {
	t.Parallel()
	withConn(t, func(conn *sql.Conn, _ *preparingConn) {
		const query = "SELECT a FROM t WHERE a = ?"
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		var a int
		if err := conn.QueryRowContext(gone, query, 1).Scan(&a); err == nil {
			t.Error("a cancelled call was answered")
		}
		if err := conn.QueryRowContext(t.Context(), query, 1).Scan(&a); err != nil || a != 1 {
			t.Errorf("afterwards: %d, %v", a, err)
		}
	})
}
