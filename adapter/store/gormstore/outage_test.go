package gormstore_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"latchkey/adapter/store/gormstore"
	"latchkey/domain"
	"latchkey/infrastructure/testdb"
	"latchkey/usecase"
)

// soon is the longest that a caller may be kept waiting for the bad news.
const soon = 20 * time.Second

func mustBeUnavailable(t *testing.T, what string, err error) {
	t.Helper()
	if fault := domain.AsFault(err); fault == nil || fault.Kind != domain.Unavailable {
		t.Errorf("%s: %v, want a fault of kind %s", what, err, domain.Unavailable)
	}
}

func addKey(ctx context.Context, s usecase.Store, id string) error {
	return s.Atomic(ctx, func(tx usecase.Repositories) error {
		return tx.Keys.Add(ctx, &usecase.SigningKey{ID: id, CreatedAt: stamp})
	})
}

func keysOf(ctx context.Context, s usecase.Store) (ids []string, err error) {
	keys, err := s.Reader().Keys.List(ctx)
	for _, key := range keys {
		ids = append(ids, key.ID)
	}
	return ids, err
}

func TestDatabaseGoesAwayAndComesBack(t *testing.T) {
	t.Parallel()
	server := testdb.PrivateMySQL(t)
	s := open(t, server.URL)
	fill(t, s, 100)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()

	// It goes away in the middle of a transaction.
	err := s.Atomic(ctx, func(tx usecase.Repositories) error {
		if err := tx.Keys.Add(ctx, &usecase.SigningKey{ID: "half", CreatedAt: stamp}); err != nil {
			return err
		}
		server.Stop()
		err := tx.Audit.Append(ctx, domain.Event{At: stamp})
		mustBeUnavailable(t, "a statement", err)
		return nil
	})
	mustBeUnavailable(t, "the commit", err)

	for range 3 {
		wait, cancel := context.WithTimeout(ctx, soon)
		mustBeUnavailable(t, "write", addKey(wait, s, "lost"))
		_, _, err = s.Reader().Sessions.Load(wait, sessionID(1))
		mustBeUnavailable(t, "read", err)
		_, err = s.Reader().Keys.List(wait)
		mustBeUnavailable(t, "read through GORM", err)
		mustBeUnavailable(t, "ping", s.Ping(wait))
		if wait.Err() != nil {
			t.Errorf("the answers took longer than %s", soon)
		}
		cancel()
	}

	server.Start(t)
	for range 20 { // more than there are connections in the pool
		if _, _, err := s.Reader().Sessions.Load(ctx, sessionID(1)); err != nil {
			t.Errorf("read after it came back: %v", err)
		}
	}
	if err := errors.Join(s.Ping(ctx), addKey(ctx, s, "kept")); err != nil {
		t.Errorf("after it came back: %v", err)
	}
	if ids, err := keysOf(ctx, s); err != nil || len(ids) != 1 || ids[0] != "kept" {
		t.Errorf("keys %v, error %v; want only the last", ids, err)
	}
}

func TestSQLiteLockedByAnother(t *testing.T) {
	t.Parallel()
	url := testdb.SQLite(t)
	s, other := open(t, url), open(t, url)
	ctx := t.Context()
	err := other.Atomic(ctx, func(tx usecase.Repositories) error {
		wait, cancel := context.WithTimeout(ctx, soon)
		defer cancel()
		mustBeUnavailable(t, "write", addKey(ctx, s, "refused"))
		if wait.Err() != nil {
			t.Errorf("the refusal took longer than %s", soon)
		}
		if ids, err := keysOf(ctx, s); err != nil || len(ids) != 0 {
			t.Errorf("reading meanwhile: %v, %v; want no keys and no error", ids, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := addKey(ctx, s, "kept"); err != nil {
		t.Errorf("after the lock was gone: %v", err)
	}
	if ids, err := keysOf(ctx, s); err != nil || len(ids) != 1 {
		t.Errorf("keys %v, error %v; want one", ids, err)
	}
}

func TestCallerOutOfTime(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, url string) {
		s := open(t, url)
		late, cancel := context.WithDeadline(t.Context(), stamp.AddDate(-50, 0, 0))
		defer cancel()
		ran := false
		mustBeUnavailable(t, "write", s.Atomic(late, func(usecase.Repositories) error { ran = true; return nil }))
		if ran {
			t.Error("the transaction ran")
		}
		_, _, err := s.Reader().Sessions.Load(late, "s")
		mustBeUnavailable(t, "read", err)
		_, err = s.Reader().Keys.List(late)
		mustBeUnavailable(t, "read through GORM", err)
	})
}

func TestClosedStore(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, url string) {
		db := connect(t, url)
		if _, err := gormstore.Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		s := gormstore.New(db)
		if err := errors.Join(addKey(t.Context(), s, "k"), db.Close()); err != nil {
			t.Fatal(err)
		}
		mustBeUnavailable(t, "write", addKey(t.Context(), s, "l"))
		_, err := s.Reader().Keys.List(t.Context())
		mustBeUnavailable(t, "read", err)
	})
}
