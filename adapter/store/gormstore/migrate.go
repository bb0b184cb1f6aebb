package gormstore

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"

	"latchkey/infrastructure/database"
)

//go:embed migrations
var migrations embed.FS

// versionTable is where goose notes what was applied.
const versionTable = "schema_versions"

// Applied is one migration that Migrate has done.
type Applied struct {
	Version int64
	Name    string // of its file
	Took    time.Duration
}

// Migrate brings the tables up to date and tells what it did, in order; nothing when they were. Nodes that start together wait
// for each other. A database that a later version of this program has migrated is an error.
func Migrate(ctx context.Context, db *database.DB) (applied []Applied, err error) {
	n, err := Pending(ctx, db)
	if err != nil || n == 0 {
		return nil, err
	}
	unlock, err := db.Lock(ctx, "migrate")
	if err != nil {
		return nil, translate("wait to migrate", err)
	}
	defer func() {
		if undone := unlock(); err == nil {
			err = translate("finish migrating", undone)
		}
	}()
	provider, err := migrator(db)
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	results, err := provider.Up(ctx)
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		results = partial.Applied
	}
	for _, r := range results {
		applied = append(applied, Applied{Version: r.Source.Version, Name: r.Source.Path, Took: r.Duration})
	}
	return applied, translate("migrate", err)
}

// Pending tells how many migrations Migrate would do. It changes nothing. Its errors are those of Migrate.
func Pending(ctx context.Context, db *database.DB) (int, error) {
	provider, err := migrator(db)
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	current, err := version(ctx, db)
	if err != nil {
		return 0, translate("read version of the tables", err)
	}
	n, newest := 0, int64(0)
	for _, source := range provider.ListSources() {
		newest = max(newest, source.Version)
		if source.Version > current {
			n++
		}
	}
	if current > newest {
		return 0, fmt.Errorf("the tables have version %d and this program knows only %d: it is too old for them", current, newest)
	}
	return n, nil
}

// version is the last migration applied, 0 for an empty database.
func version(ctx context.Context, db *database.DB) (current int64, err error) {
	tables := "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
	if db.Dialect == database.MySQL {
		tables = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?"
	}
	pool := connections(db.Reader)
	var there int
	if err := pool.QueryRowContext(ctx, tables, versionTable).Scan(&there); err != nil || there == 0 {
		return 0, err
	}
	err = pool.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM "+versionTable).Scan(&current)
	return current, err
}

// migrator reads the migrations; it does not touch the database.
func migrator(db *database.DB) (*goose.Provider, error) {
	dialect := goose.DialectSQLite3
	if db.Dialect == database.MySQL {
		dialect = goose.DialectMySQL
	}
	files, err := fs.Sub(migrations, "migrations/"+db.Dialect)
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(dialect, connections(db.Writer), files,
		goose.WithTableName(versionTable), goose.WithDisableGlobalRegistry(true))
}
