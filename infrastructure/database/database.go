package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"gorm.io/gorm"
)

// Options says which database to open and how.
type Options struct {
	// URL is sqlite://PATH or mysql://…, as ParseURL reads it.
	URL string
	// Synchronous is SQLite's "full" (default: no acknowledged commit is lost
	// when the power fails) or "normal" (about twice as fast a commit). MySQL
	// decides this on the server.
	Synchronous string
	// PoolSize is how many connections MySQL may have, or how many readers
	// SQLite has beside its one writer. Zero chooses by the number of cores.
	PoolSize int
	// Logger receives failures of statements, without their parameters. Nil
	// discards them.
	Logger *slog.Logger
	// Clock stamps the columns that GORM fills by itself. It is required.
	Clock func() time.Time
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	// Writer runs statements that change something. SQLite's has one connection,
	// for which database/sql draws the next in line by lot: whoever has many
	// writers has to queue them, and whoever is in a transaction must use nothing
	// but that. Transactions begin IMMEDIATE there and READ COMMITTED on MySQL.
	Writer *gorm.DB
	// Reader runs single reads and never sees uncommitted work. On SQLite it
	// refuses to write.
	Reader *gorm.DB
	// Dialect is SQLite or MySQL.
	Dialect string

	target  Target
	pools   []*sql.DB      // closed in this order
	connect func() *sql.DB // a pool of its own for Lock; nil on SQLite
}

// Open connects to the database and tunes the connections. It creates a missing
// SQLite file, readable by its owner alone, but neither its directory nor any
// MySQL schema. The error names the target with its password masked.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Clock == nil {
		return nil, errors.New("open database: no clock given")
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	target, err := ParseURL(o.URL)
	if err != nil {
		return nil, fmt.Errorf("open database: the URL %w", err)
	}
	open := openMySQL
	if target.Dialect == SQLite {
		open = openSQLite
	}
	db, err := open(ctx, target, o)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", target, err)
	}
	return db, nil
}

// Ping asks the database for an answer.
func (db *DB) Ping(ctx context.Context) error {
	query := "SELECT 1"
	if db.Dialect == SQLite {
		query = "PRAGMA schema_version" // reads the file, SELECT 1 would not
		// An unlinked file would go on answering until the last connection
		// closes, and then all would be lost.
		if _, err := os.Stat(db.target.Path); err != nil {
			return fmt.Errorf("ping database: %w", err)
		}
	}
	var answer int
	if err := db.pools[0].QueryRowContext(ctx, query).Scan(&answer); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}

// Close waits for running statements and closes all connections.
func (db *DB) Close() error {
	var errs []error
	for _, pool := range db.pools {
		errs = append(errs, pool.Close())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}
