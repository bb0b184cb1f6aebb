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

// Applied is one migration that Migrate has done.
type Applied struct {
	Version int64
	Name    string // of its file
	Took    time.Duration
}

// Migrate brings the tables up to date and tells what it did, in order; nothing when they were. Nodes that start together wait
// for each other. A database that a later version of this program has migrated is an error.
func Migrate(ctx context.Context, db *database.DB) (applied []Applied, err error) {
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
	current, newest, err := provider.GetVersions(ctx)
	if err != nil {
		return nil, translate("read version of the tables", err)
	}
	if current > newest {
		return nil, fmt.Errorf("the tables have version %d and this program knows only %d: it is too old for them", current, newest)
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
		goose.WithTableName("schema_versions"), goose.WithDisableGlobalRegistry(true))
}
