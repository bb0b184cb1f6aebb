package gormstore_test

import (
	"context"
	"testing"
	"time"

	"latchkey/adapter/store/gormstore"
	"latchkey/infrastructure/database"
	"latchkey/infrastructure/testdb"
	"latchkey/usecase"
	"latchkey/usecase/porttest"
)

var stamp = time.Date(2026, time.March, 29, 12, 0, 0, 123456000, time.UTC)

// connect opens a database as one node does. Its pool is far smaller than the number of those who use it in these tests.
func connect(t testing.TB, url string) *database.DB {
	t.Helper()
	db, err := database.Open(t.Context(), database.Options{URL: url, PoolSize: 4, Clock: porttest.NewClock(stamp).Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// open makes a store of the database, its tables made.
func open(t testing.TB, url string) *gormstore.Store {
	t.Helper()
	db := connect(t, url)
	if _, err := gormstore.Migrate(context.WithoutCancel(t.Context()), db); err != nil {
		t.Fatal(err)
	}
	return gormstore.New(db)
}

func TestStoreOnSQLite(t *testing.T) {
	t.Parallel()
	porttest.Store(t, func(t *testing.T) usecase.Store { return open(t, testdb.SQLite(t)) })
}

func TestStoreOnMySQL(t *testing.T) {
	t.Parallel()
	porttest.Store(t, func(t *testing.T) usecase.Store { return open(t, testdb.MySQL(t)) })
}
