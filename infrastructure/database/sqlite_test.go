package database_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

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
	reader, writer := db.Stats()
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
	for _, name := range []string{"a b", "50%25", "why%3F", "hash%23", "semi;colon", "ünï"} {
		db := open(t, "sqlite://"+dir+"/"+name+".db")
		createNotes(t, db)
		if _, err := os.Stat(db.Target().Path); err != nil {
			t.Errorf("%s: %v", name, err)
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
	db := open(t, testdb.SQLite(t))
	if err := os.Remove(db.Target().Path); err != nil {
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
	err := other.Transaction(t.Context(), func(*gorm.DB) error {
		return db.Transaction(t.Context(), func(tx *gorm.DB) error { return insert(tx, "a") })
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

// TestSQLiteWritersAreServedInOrder lines writers up behind one that holds the
// connection and looks in which order they come through.
func TestSQLiteWritersAreServedInOrder(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const writers = 20
		db := open(t, testdb.SQLite(t))
		var order []int
		var wg sync.WaitGroup
		err := db.Transaction(t.Context(), func(*gorm.DB) error {
			for i := range writers {
				wg.Go(func() {
					if err := db.Transaction(t.Context(), func(*gorm.DB) error {
						order = append(order, i)
						return nil
					}); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait() // until it stands in line
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		if len(order) != writers || !slices.IsSorted(order) {
			t.Errorf("served in the order %v", order)
		}
	})
}

func TestSQLiteWaitingWriterGivesUpWithItsContext(t *testing.T) {
	t.Parallel()
	db := open(t, testdb.SQLite(t))
	err := db.Transaction(t.Context(), func(*gorm.DB) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if err := db.Transaction(ctx, func(*gorm.DB) error { return errors.New("ran") }); !database.IsUnavailable(err) {
			t.Errorf("waited past the deadline: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Transaction(t.Context(), func(*gorm.DB) error { return nil }); err != nil {
		t.Errorf("the queue is stuck: %v", err)
	}
}
