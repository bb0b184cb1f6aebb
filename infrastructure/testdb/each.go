package testdb

import (
	"path/filepath"
	"testing"
)

// SQLite returns the sqlite:// URL of a file that does not exist yet, in the
// test's temporary directory.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite://" + filepath.Join(t.TempDir(), "latchkey.db")
}

// Each runs test once for each database engine, as the subtests sqlite and
// mysql, with the URL of an empty database.
func Each(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("mysql", func(t *testing.T) { test(t, MySQL(t)) })
}
