package gormstore_test

import (
	"context"
	"strings"
	"testing"

	"latchkey/adapter/store/gormstore"
	"latchkey/infrastructure/database"
	"latchkey/infrastructure/testdb"
	"latchkey/usecase"
)

func TestMigrateFromSeveralNodesAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		const starting = 4
		type outcome struct {
			applied []gormstore.Applied
			err     error
		}
		var all [starting]*database.DB
		for i := range all {
			all[i] = connect(t, url)
		}
		outcomes := make(chan outcome, starting)
		for _, db := range all {
			go func() {
				applied, err := gormstore.Migrate(t.Context(), db)
				outcomes <- outcome{applied, err}
			}()
		}
		done := 0
		for range starting {
			o := <-outcomes
			if o.err != nil {
				t.Errorf("migrate: %v", o.err)
			}
			done += len(o.applied)
		}
		if done != 1 {
			t.Errorf("%d migrations were applied altogether, want 1", done)
		}
		for _, db := range all {
			if err := useTables(t, db); err != nil {
				t.Errorf("use the tables: %v", err)
			}
		}
	})
}

// useTables adds a signing key beside those of other nodes.
func useTables(t *testing.T, db *database.DB) error {
	s := gormstore.New(db)
	return s.Atomic(t.Context(), func(tx usecase.Repositories) error {
		keys, err := tx.Keys.List(t.Context())
		if err != nil {
			return err
		}
		return tx.Keys.Add(t.Context(), &usecase.SigningKey{ID: strings.Repeat("k", len(keys)+1), CreatedAt: stamp})
	})
}

func TestMigrateTellsWhatItDid(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		db := connect(t, url)
		applied, err := gormstore.Migrate(t.Context(), db)
		if err != nil || len(applied) != 1 || applied[0].Version != 1 || applied[0].Name != "0001_init.sql" {
			t.Fatalf("applied %+v, error %v", applied, err)
		}
		if applied, err = gormstore.Migrate(t.Context(), db); err != nil || len(applied) != 0 {
			t.Errorf("again: applied %+v, error %v; want nothing", applied, err)
		}
	})
}

func TestMigrateRefusesTablesOfALaterVersion(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		db := connect(t, url)
		if _, err := gormstore.Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if err := db.Writer.Exec("INSERT INTO schema_versions (version_id, is_applied) VALUES (99, 1)").Error; err != nil {
			t.Fatal(err)
		}
		if _, err := gormstore.Migrate(t.Context(), db); err == nil || !strings.Contains(err.Error(), "version 99") {
			t.Errorf("error %v, want one that names version 99", err)
		}
	})
}

// TestMigrateGoesOnAfterAnInterruption: MySQL commits each CREATE TABLE by itself, so a node that dies half-way leaves some.
func TestMigrateGoesOnAfterAnInterruption(t *testing.T) {
	t.Parallel()
	db := connect(t, testdb.MySQL(t))
	if _, err := gormstore.Migrate(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	for _, undo := range []string{"DROP TABLE audit_events", "DROP TABLE devices", "DELETE FROM schema_versions WHERE version_id = 1"} {
		if err := db.Writer.Exec(undo).Error; err != nil {
			t.Fatal(err)
		}
	}
	applied, err := gormstore.Migrate(context.WithoutCancel(t.Context()), db)
	if err != nil || len(applied) != 1 {
		t.Fatalf("applied %+v, error %v; want the whole migration again", applied, err)
	}
	fill(t, gormstore.New(db), 100)
}

func TestMigrateFailsCleanlyWithoutADatabase(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, url string) {
		db := connect(t, url)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		_, err := gormstore.Migrate(t.Context(), db)
		mustBeUnavailable(t, "migrate", err)
	})
}
