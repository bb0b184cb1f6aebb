package database_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"latchkey/infrastructure/database"
	"latchkey/infrastructure/testdb"
)

var stamp = time.Date(2026, 3, 1, 12, 30, 15, 123456000, time.UTC)

func open(t *testing.T, url string, change ...func(*database.Options)) *database.DB {
	t.Helper()
	options := database.Options{URL: url, PoolSize: 4, Clock: func() time.Time { return stamp }}
	for _, f := range change {
		f(&options)
	}
	db, err := database.Open(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// note is a row with what the engines treat differently: time and uniqueness.
type note struct {
	ID        int64
	Name      string
	At        time.Time
	CreatedAt time.Time
}

func createNotes(t *testing.T, db *database.DB) {
	t.Helper()
	statement := `CREATE TABLE notes (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,
		at DATETIME NOT NULL, created_at DATETIME NOT NULL)`
	if db.Dialect == database.MySQL {
		statement = `CREATE TABLE notes (id BIGINT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(100) NOT NULL UNIQUE,
			at DATETIME(6) NOT NULL, created_at DATETIME(6) NOT NULL) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`
	}
	if err := db.Writer.Exec(statement).Error; err != nil {
		t.Fatal(err)
	}
}

func transaction(ctx context.Context, db *database.DB, fn func(tx *gorm.DB) error) error {
	return db.Writer.WithContext(ctx).Transaction(fn)
}

func stats(t *testing.T, db *gorm.DB) sql.DBStats {
	t.Helper()
	pool, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	return pool.Stats()
}

func insert(tx *gorm.DB, name string) error {
	return tx.Create(&note{Name: name, At: stamp}).Error
}

func count(t *testing.T, db *database.DB) int64 {
	t.Helper()
	var n int64
	if err := db.Reader.Model(&note{}).Count(&n).Error; err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTimesKeepMicrosecondsAndComeBackInUTC(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		createNotes(t, db)
		hongKong := time.FixedZone("HKT", 8*3600)
		written := note{Name: "a", At: stamp.In(hongKong)}
		if err := db.Writer.Create(&written).Error; err != nil {
			t.Fatal(err)
		}
		if written.ID == 0 {
			t.Error("no id came back")
		}
		var got note
		if err := db.Reader.Where("at = ?", stamp).Take(&got).Error; err != nil {
			t.Fatal(err)
		}
		if !got.At.Equal(stamp) || got.At.Location() != time.UTC {
			t.Errorf("at %v, want %v", got.At, stamp)
		}
		if !got.CreatedAt.Equal(stamp) {
			t.Errorf("created at %v, want the clock's %v", got.CreatedAt, stamp)
		}
		for _, other := range []time.Duration{-time.Microsecond, time.Microsecond} {
			err := db.Reader.Where("at < ?", stamp.Add(other)).Take(&got).Error
			if found := err == nil; found != (other > 0) {
				t.Errorf("at < stamp%+v: %v", other, err)
			}
		}
	})
}

func TestErrorsAreToldApart(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		createNotes(t, db)
		if err := insert(db.Writer, "person@example.com"); err != nil {
			t.Fatal(err)
		}
		err := insert(db.Writer, "person@example.com")
		if !database.IsUnique(err) || database.IsDeadlock(err) || database.IsUnavailable(err) {
			t.Errorf("duplicate: %v", err)
		}
		if text := database.Describe(err); strings.Contains(text, "person") {
			t.Errorf("the description quotes the value: %s", text)
		}
		err = db.Writer.Exec("SELECT nonsense FROM nowhere").Error
		if err == nil || database.IsUnique(err) || database.IsDeadlock(err) || database.IsUnavailable(err) {
			t.Errorf("wrong statement: %v", err)
		}
		late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
		defer cancel()
		err = transaction(late, db, func(tx *gorm.DB) error { return nil })
		if !database.IsUnavailable(err) {
			t.Errorf("deadline passed: %v", err)
		}
		err = db.Reader.WithContext(late).Take(&note{}).Error
		if !database.IsUnavailable(err) {
			t.Errorf("deadline of a read passed: %v", err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		err = transaction(gone, db, func(tx *gorm.DB) error { return nil })
		if err == nil || database.IsUnavailable(err) {
			t.Errorf("caller went away: %v", err)
		}
	})
}

func TestClosedDatabaseIsUnavailable(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		if err := db.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		if err := db.Ping(t.Context()); !database.IsUnavailable(err) {
			t.Errorf("ping: %v", err)
		}
		if err := transaction(t.Context(), db, func(*gorm.DB) error { return nil }); !database.IsUnavailable(err) {
			t.Errorf("transaction: %v", err)
		}
	})
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	clock := func() time.Time { return stamp }
	missing := filepath.Join(t.TempDir(), "no", "such", "latchkey.db")
	for name, test := range map[string]struct {
		options database.Options
		want    string
	}{
		"directory missing": {database.Options{URL: "sqlite://" + missing, Clock: clock}, filepath.Dir(missing) + " does not exist: create it first"},
		"a directory":       {database.Options{URL: "sqlite://" + t.TempDir(), Clock: clock}, "is no regular file"},
		"scheme":            {database.Options{URL: "postgres://user:hunter2@host/db", Clock: clock}, "must be sqlite://PATH or mysql://"},
		"synchronous":       {database.Options{URL: testdb.SQLite(t), Synchronous: "off", Clock: clock}, `"off" is neither full nor normal`},
		"no clock":          {database.Options{URL: testdb.SQLite(t)}, "no clock"},
		"nobody there":      {database.Options{URL: "mysql://root:hunter2@127.0.0.1:1/db", Clock: clock}, "mysql://root:***@127.0.0.1:1/db: connect to 127.0.0.1:1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, err := database.Open(t.Context(), test.options)
			if err == nil {
				_ = db.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %q, want %q in it and no password", err, test.want)
			}
		})
	}
}

func TestNoFileIsReadableByOthers(t *testing.T) {
	t.Parallel()
	url := testdb.SQLite(t)
	db := open(t, url)
	createNotes(t, db)
	unlock, err := db.Lock(t.Context(), "migrate")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	files, err := filepath.Glob(strings.TrimPrefix(url, "sqlite://") + "*")
	if err != nil || len(files) != 4 {
		t.Fatalf("files %v, %v; want the database, its WAL, its index and the lock", files, err)
	}
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("%s has mode %o, want 600", filepath.Base(file), mode)
		}
	}
}

// TestC5_NoParameterIsLogged fails a statement that carries a secret.
func TestC5_NoParameterIsLogged(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, url string) {
		var out bytes.Buffer
		db := open(t, url, func(o *database.Options) {
			o.Logger = slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))
		})
		createNotes(t, db)
		if err := db.Reader.Where("name = ?", "hunter2").Take(&note{}).Error; !errors.Is(err, gorm.ErrRecordNotFound) {
			t.Fatal(err)
		}
		for range 2 {
			_ = insert(db.Writer, "hunter2")
		}
		if out.Len() > 0 {
			t.Errorf("absence or a duplicate was logged: %s", &out)
		}
		if err := db.Writer.Exec("UPDATE notes SET nonsense = ?", "hunter2").Error; err == nil {
			t.Fatal("a wrong statement was run")
		}
		if text := out.String(); !strings.Contains(text, "UPDATE notes SET nonsense = ?") || strings.Contains(text, "hunter2") {
			t.Errorf("log %s", text)
		}
	})
}
