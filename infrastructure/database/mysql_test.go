package database_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"latchkey/infrastructure/database"
	"latchkey/infrastructure/testdb"
)

func TestMySQLSessionsAreTuned(t *testing.T) {
	t.Parallel()
	db := open(t, testdb.MySQL(t))
	for expression, want := range map[string]string{
		"@@session.time_zone":                "+00:00",
		"@@session.innodb_lock_wait_timeout": "10",
		"@@session.character_set_client":     "utf8mb4",
		"@@session.collation_connection":     "utf8mb4_bin",
		"@@session.sql_mode":                 "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
	} {
		var got string
		if err := db.Reader.Raw("SELECT " + expression).Scan(&got).Error; err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s is %s, want %s", expression, got, want)
		}
	}
	if most := stats(t, db.Reader).MaxOpenConnections; most != 4 {
		t.Errorf("pool of %d, want 4", most)
	}
}

func TestMySQLTransactionsReadWhatIsCommitted(t *testing.T) {
	t.Parallel()
	db := open(t, testdb.MySQL(t))
	createNotes(t, db)
	err := transaction(t.Context(), db, func(tx *gorm.DB) error {
		var before, after int64
		if err := tx.Model(&note{}).Count(&before).Error; err != nil {
			return err
		}
		if err := insert(db.Writer, "from outside"); err != nil {
			return err
		}
		if err := tx.Model(&note{}).Count(&after).Error; err != nil {
			return err
		}
		if before != 0 || after != 1 {
			t.Errorf("%d rows, then %d; want 0, then 1", before, after)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMySQLCountsMatchedRows(t *testing.T) {
	t.Parallel()
	db := open(t, testdb.MySQL(t))
	createNotes(t, db)
	if err := insert(db.Writer, "a"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		result := db.Writer.Model(&note{}).Where("name = ?", "a").UpdateColumn("at", stamp)
		if result.Error != nil || result.RowsAffected != 1 {
			t.Errorf("%d rows, %v; want the row that matched though nothing changed", result.RowsAffected, result.Error)
		}
	}
}

func TestMySQLKeepsIdleConnections(t *testing.T) {
	t.Parallel()
	db := open(t, testdb.MySQL(t))
	var wg sync.WaitGroup
	var together sync.WaitGroup
	together.Add(4)
	for range 4 {
		wg.Go(func() {
			if err := transaction(t.Context(), db, func(*gorm.DB) error {
				together.Done()
				together.Wait()
				return nil
			}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if idle := stats(t, db.Writer).Idle; idle != 4 {
		t.Errorf("%d idle connections after use, want all 4", idle)
	}
}

func TestMySQLDeadlockIsTold(t *testing.T) {
	t.Parallel()
	db := open(t, testdb.MySQL(t))
	createNotes(t, db)
	for _, name := range []string{"a", "b"} {
		if err := insert(db.Writer, name); err != nil {
			t.Fatal(err)
		}
	}
	var wg, firstLocks sync.WaitGroup
	firstLocks.Add(2)
	errs := make([]error, 2)
	for i, names := range [][]string{{"a", "b"}, {"b", "a"}} {
		wg.Go(func() {
			errs[i] = transaction(t.Context(), db, func(tx *gorm.DB) error {
				lock := func(name string) error {
					return tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("name = ?", name).Take(&note{}).Error
				}
				err := lock(names[0])
				firstLocks.Done()
				firstLocks.Wait()
				return errors.Join(err, lock(names[1]))
			})
		})
	}
	wg.Wait()
	told := 0
	for _, err := range errs {
		if database.IsDeadlock(err) {
			told++
			if database.IsUnavailable(err) || database.IsUnique(err) {
				t.Errorf("a deadlock is also something else: %v", err)
			}
		} else if err != nil {
			t.Error(err)
		}
	}
	if told != 1 {
		t.Errorf("%d transactions were given up, want one", told)
	}
}

func TestMySQLTriesHostsInOrder(t *testing.T) {
	t.Parallel()
	alive := testdb.MySQL(t)
	withDead := strings.Replace(alive, "@", "@127.0.0.1:1,", 1)
	db := open(t, withDead)
	if err := db.Ping(t.Context()); err != nil {
		t.Errorf("the second host was not tried: %v", err)
	}

	_, err := database.Open(t.Context(), database.Options{
		URL:   "mysql://root:hunter2@127.0.0.1:1,127.0.0.1:2/none",
		Clock: func() time.Time { return stamp },
	})
	if err == nil || !strings.Contains(err.Error(), "127.0.0.1:1") || !strings.Contains(err.Error(), "127.0.0.1:2") {
		t.Errorf("error %v, want both hosts named", err)
	}
	if !database.IsUnavailable(err) {
		t.Errorf("not told as unavailable: %v", err)
	}
}

func TestMySQLWrongPasswordIsUnavailableAndUnquoted(t *testing.T) {
	t.Parallel()
	url := strings.Replace(testdb.MySQL(t), "@", "nobody:hunter2@", 1)
	_, err := database.Open(t.Context(), database.Options{URL: url, Clock: func() time.Time { return stamp }})
	if err == nil || !database.IsUnavailable(err) || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %v", err)
	}
}

// TestMySQLGoneAndBack kills the server under an open database: every call says
// unavailable while it is away, and works again without being opened anew.
func TestMySQLGoneAndBack(t *testing.T) {
	t.Parallel()
	server := testdb.PrivateMySQL(t)
	db := open(t, server.URL)
	createNotes(t, db)
	write := func(name string) error {
		return transaction(t.Context(), db, func(tx *gorm.DB) error { return insert(tx, name) })
	}
	if err := write("before"); err != nil {
		t.Fatal(err)
	}

	server.Stop()
	for range 3 {
		if err := write("meanwhile"); !database.IsUnavailable(err) {
			t.Errorf("write: %v", err)
		}
		if err := db.Reader.Where("name = ?", "before").Take(&note{}).Error; !database.IsUnavailable(err) {
			t.Errorf("read: %v", err)
		}
		if err := db.Ping(t.Context()); !database.IsUnavailable(err) {
			t.Errorf("ping: %v", err)
		}
	}

	server.Start(t)
	if err := write("after"); err != nil {
		t.Errorf("after the restart: %v", err)
	}
	if n := count(t, db); n != 2 {
		t.Errorf("%d rows, want those written before and after", n)
	}
}

func TestMySQLServerDiesInsideATransaction(t *testing.T) {
	t.Parallel()
	server := testdb.PrivateMySQL(t)
	db := open(t, server.URL)
	createNotes(t, db)
	err := transaction(t.Context(), db, func(tx *gorm.DB) error {
		if err := insert(tx, "lost"); err != nil {
			return err
		}
		server.Stop()
		return insert(tx, "more")
	})
	if !database.IsUnavailable(err) {
		t.Errorf("error %v, want unavailable", err)
	}
	server.Start(t)
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows of a transaction that never ended", n)
	}
}
