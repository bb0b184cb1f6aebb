package gormstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	gormsqlite "github.com/libtnb/sqlite"
	gormmysql "gorm.io/driver/mysql"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"modernc.org/sqlite"

	"latchkey/adapter/store/gormstore"
	"latchkey/infrastructure/database"
	"latchkey/infrastructure/testdb"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

// readWhole are the statements that are meant to read a whole table, or a whole index, by the end of their text.
var readWhole = []string{
	"FROM `signing_keys` ORDER BY created_at, id",               // a handful of rows
	"SELECT COUNT(*), COALESCE(MIN(not_before), 0) FROM outbox", // counts an index
}

func whole(text string) bool {
	return slices.ContainsFunc(readWhole, func(end string) bool { return strings.HasSuffix(text, end) })
}

// recorded is a store on a migrated database, and the statements that it has run.
func recorded(t testing.TB, url string) (*gormstore.Store, *recorder) {
	t.Helper()
	db := connect(t, url)
	if _, err := gormstore.Migrate(context.WithoutCancel(t.Context()), db); err != nil {
		t.Fatal(err)
	}
	r := &recorder{Connector: connector(t, url)}
	pool := sql.OpenDB(r)
	t.Cleanup(func() { _ = pool.Close() })
	var dialector gorm.Dialector
	if db.Dialect == database.SQLite {
		pool.SetMaxOpenConns(4)
		dialector = gormsqlite.New(gormsqlite.Config{Conn: pool})
	} else {
		dialector = gormmysql.New(gormmysql.Config{Conn: pool, DisableWithReturning: true})
	}
	orm, err := gorm.Open(dialector, &gorm.Config{SkipDefaultTransaction: true, Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	db.Writer, db.Reader = orm, orm
	return gormstore.New(db), r
}

func connector(t testing.TB, url string) driver.Connector {
	t.Helper()
	target, err := database.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	if target.Dialect == database.SQLite {
		c, err := sqlite.NewConnector("file:" + target.Path + "?_txlock=immediate&_pragma=busy_timeout(5000)&_pragma=foreign_keys(1)")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	config := mysql.NewConfig()
	config.Net, config.Addr, config.DBName = "tcp", target.Hosts[0], target.Name
	config.User, config.Passwd = target.User, target.Password
	config.Collation, config.ClientFoundRows, config.InterpolateParams = "utf8mb4_bin", true, true
	config.Params = map[string]string{"tx_isolation": "'READ-COMMITTED'"}
	c, err := mysql.NewConnector(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var (
	lists  = regexp.MustCompile(`\?(, ?\?)+`)
	tuples = regexp.MustCompile(`\(\?\)(, ?\(\?\))+`)
	limits = regexp.MustCompile(`LIMIT \d+`)
)

// shape is a statement with its lists of values cut to one and without its limit.
func shape(text string) string {
	return limits.ReplaceAllString(tuples.ReplaceAllString(lists.ReplaceAllString(text, "?"), "(?)"), "LIMIT ?")
}

// about tells whether a statement reads or writes rows.
func about(text string) bool {
	verb, _, _ := strings.Cut(text, " ")
	return slices.Contains([]string{"SELECT", "UPDATE", "DELETE", "INSERT"}, verb)
}

func TestNoStatementScansATableOnSQLite(t *testing.T) {
	t.Parallel()
	var suite []*recorder
	t.Run("suite", func(t *testing.T) {
		recorders := make(chan *recorder, 1000)
		t.Cleanup(func() {
			close(recorders)
			for r := range recorders {
				suite = append(suite, r)
			}
		})
		porttest.Store(t, func(t *testing.T) usecase.Store {
			s, r := recorded(t, testdb.SQLite(t))
			recorders <- r
			return s
		})
	})

	s, toured := recorded(t, testdb.SQLite(t))
	fill(t, s, 100)
	if err := tour(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for text := range toured.seen {
		known[shape(text)] = true
	}
	all := map[string]bool{}
	for _, r := range append(suite, toured) {
		for text := range r.seen {
			if about(text) {
				all[text] = true
			}
		}
	}
	for text := range all {
		if !known[shape(text)] {
			t.Errorf("the tour, with which the plans of MySQL are read, misses %s", shape(text))
			known[shape(text)] = true
		}
	}
	db := sql.OpenDB(toured.Connector)
	defer db.Close()
	scans, used := plansOfSQLite(t, db, all)
	if len(scans) > 0 {
		t.Errorf("whole tables are read:\n%s", strings.Join(scans, "\n"))
	}
	for _, index := range []string{
		"challenges_idle_from", "sessions_account_id_expires_at", "sessions_expires_at", "outbox_not_before", "devices_account_id",
		"audit_events_account_id",
	} {
		if !strings.Contains(used, " "+index+" ") {
			t.Errorf("no statement uses the index %s: what is it for?", index)
		}
	}
	// The proof that this test sees what it looks for.
	for _, index := range []string{"challenges_idle_from", "outbox_not_before", "devices_account_id", "audit_events_account_id"} {
		if _, err := db.Exec("DROP INDEX " + index); err != nil {
			t.Fatal(err)
		}
		before := len(scans)
		if scans, _ = plansOfSQLite(t, db, all); len(scans) <= before {
			t.Errorf("nobody notices that the index %s is gone", index)
		}
	}
}

// plansOfSQLite explains statements and returns those that read a whole table, and all plans as text.
func plansOfSQLite(t *testing.T, db *sql.DB, texts map[string]bool) (scans []string, plans string) {
	t.Helper()
	var all strings.Builder
	for text := range texts {
		if whole(text) {
			continue
		}
		rows, err := db.Query("EXPLAIN QUERY PLAN "+text, make([]any, strings.Count(text, "?"))...)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&all, detail)
			if strings.HasPrefix(detail, "SCAN ") && !strings.Contains(detail, "CONSTANT ROW") && !strings.Contains(detail, "VALUES CLAUSE") {
				scans = append(scans, detail+": "+text)
			}
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			t.Fatal(err)
		}
	}
	return scans, all.String()
}

func TestNoStatementScansATableOnMySQL(t *testing.T) {
	t.Parallel()
	s, r := recorded(t, testdb.MySQL(t))
	fill(t, s, 2000)
	db := sql.OpenDB(r.Connector)
	defer db.Close()
	for _, table := range []string{"accounts", "sessions", "challenges", "outbox", "devices", "audit_events"} {
		if _, err := db.Exec("ANALYZE TABLE " + table); err != nil {
			t.Fatal(err)
		}
	}
	clear(r.seen)
	if err := tour(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	scans, explained := scansOfMySQL(t, db, r)
	if len(scans) > 0 {
		t.Errorf("whole tables or indexes are read:\n%s", strings.Join(scans, "\n"))
	}
	if explained < 25 {
		t.Errorf("only %d statements were explained", explained)
	}
	// The proof that this test sees what it looks for.
	if _, err := db.Exec("DROP INDEX outbox_not_before ON outbox"); err != nil {
		t.Fatal(err)
	}
	if scans, _ = scansOfMySQL(t, db, r); len(scans) == 0 {
		t.Error("nobody notices that an index is gone")
	}
}

func scansOfMySQL(t *testing.T, db *sql.DB, r *recorder) (scans []string, explained int) {
	t.Helper()
	for text, args := range r.seen {
		if whole(text) || !about(text) || strings.HasPrefix(text, "INSERT") {
			continue
		}
		explained++
		for _, access := range accessOfMySQL(t, db, text, args) {
			if access == "ALL" || access == "index" {
				scans = append(scans, "access "+access+": "+text)
			}
		}
	}
	return scans, explained
}

// accessOfMySQL explains a statement and returns how it reads each table.
func accessOfMySQL(t *testing.T, db *sql.DB, text string, args []driver.NamedValue) (access []string) {
	t.Helper()
	values := make([]any, len(args))
	for i, arg := range args {
		values[i] = arg.Value
	}
	rows, err := db.Query("EXPLAIN "+text, values...)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		cells := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		access = append(access, cells[slices.Index(columns, "type")].String)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return access
}
