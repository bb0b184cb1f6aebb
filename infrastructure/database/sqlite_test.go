package database_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gorm.io/gorm"

	"latchkey/infrastructure/database"
	"latchkey/infrastructure/testdb"
)

func pragma(t *testing.T, db *gorm.DB, name string) string {
	t.Helper()
	var value string
	if err := db.Raw("PRAGMA " + name).Scan(&value).Error; err != nil {
		t.Fatalf("PRAGMA %s: %v", name, err)
	}
	return value
}

func TestSQLiteConnectionsAreTuned(t *testing.T) {
	t.Parallel()
	db := open(t, testdb.SQLite(t))
	for name, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "busy_timeout": "5000", "cache_size": "-2048", "query_only": "0",
	} {
		if got := pragma(t, db.Writer, name); got != want {
			t.Errorf("writer: %s is %s, want %s", name, got, want)
		}
	}
	for name, want := range map[string]string{
		"journal_mode": "wal", "foreign_keys": "1", "busy_timeout": "5000", "cache_size": "-2048", "query_only": "1",
	} {
		if got := pragma(t, db.Reader, name); got != want {
			t.Errorf("reader: %s is %s, want %s", name, got, want)
		}
	}
	normal := open(t, testdb.SQLite(t), func(o *database.Options) { o.Synchronous = "normal" })
	if got := pragma(t, normal.Writer, "synchronous"); got != "1" {
		t.Errorf("synchronous is %s, want 1 for normal", got)
	}
}

func TestSQLitePools(t *testing.T) {
	t.Parallel()
	db := open(t, testdb.SQLite(t), func(o *database.Options) { o.PoolSize = 3 })
	reader, writer := stats(t, db.Reader), stats(t, db.Writer)
	if reader.MaxOpenConnections != 3 || writer.MaxOpenConnections != 1 {
		t.Errorf("%d readers and %d writers, want 3 and 1", reader.MaxOpenConnections, writer.MaxOpenConnections)
	}
}

func TestSQLiteReaderCannotWrite(t *testing.T) {
	t.Parallel()
	db := open(t, testdb.SQLite(t))
	createNotes(t, db)
	if err := insert(db.Reader, "a"); err == nil {
		t.Error("the reader wrote")
	}
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows, want none", n)
	}
}

func TestSQLitePathsAreTakenLiterally(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for path, file := range map[string]string{
		"a b": "a b", "50%25": "50%", "why%3F": "why?", "hash%23": "hash#", "semi;colon": "semi;colon", "ünï": "ünï",
	} {
		createNotes(t, open(t, "sqlite://"+dir+"/"+path+".db"))
		if _, err := os.Stat(filepath.Join(dir, file+".db")); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	entries, err := filepath.Glob(dir + "/*.db")
	if err != nil || len(entries) != 6 {
		t.Errorf("files %v, %v; want one for each name", entries, err)
	}
}

func TestSQLiteStaysOpenForTheSameFileTwice(t *testing.T) {
	t.Parallel()
	url := testdb.SQLite(t)
	first := open(t, url)
	createNotes(t, first)
	second := open(t, url)
	for i, db := range []*database.DB{first, second} {
		if err := insert(db.Writer, strings.Repeat("x", i+1)); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, first); n != 2 {
		t.Errorf("%d rows seen, want those of both", n)
	}
}

func TestSQLitePingMissesALostFile(t *testing.T) {
	t.Parallel()
	url := testdb.SQLite(t)
	db := open(t, url)
	if err := os.Remove(strings.TrimPrefix(url, "sqlite://")); err != nil {
		t.Fatal(err)
	}
	if err := db.Ping(t.Context()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("ping of a deleted file: %v", err)
	}
}

func TestSQLiteBusyAndFullAreUnavailable(t *testing.T) {
	t.Parallel()
	url := testdb.SQLite(t)
	db, other := open(t, url), open(t, url)
	createNotes(t, db)

	if err := db.Writer.Exec("PRAGMA busy_timeout = 0").Error; err != nil {
		t.Fatal(err)
	}
	err := transaction(t.Context(), other, func(*gorm.DB) error {
		return transaction(t.Context(), db, func(tx *gorm.DB) error { return insert(tx, "a") })
	})
	if !database.IsUnavailable(err) || database.IsUnique(err) {
		t.Errorf("locked by another: %v", err)
	}

	if err := db.Writer.Exec("PRAGMA max_page_count = 1").Error; err != nil {
		t.Fatal(err)
	}
	err = insert(db.Writer, strings.Repeat("x", 100_000))
	if !database.IsUnavailable(err) {
		t.Errorf("full: %v", err)
	}
}
