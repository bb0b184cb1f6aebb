package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	gormsqlite "github.com/libtnb/sqlite"
	"gorm.io/gorm"
	"modernc.org/sqlite"
)

// Each connection may keep cacheKiB of pages; times the number of connections
// that bounds the memory.
const (
	cacheKiB       = 2048
	busyTimeout    = "5000" // milliseconds that a writer waits for another process
	walBytes       = 64 << 20
	readersPerCore = 2
	leastReaders   = 4
	mostReaders    = 16
)

// openSQLite opens the one writing connection first: it creates the file and
// puts it in WAL mode, which the readers then find done.
func openSQLite(ctx context.Context, target Target, o Options) (*DB, error) {
	if err := createFile(target.Path); err != nil {
		return nil, err
	}
	synchronous, err := synchronousMode(o.Synchronous)
	if err != nil {
		return nil, err
	}
	writer, writerPool, err := openSQLitePool(ctx, target.Path, 1, o, url.Values{
		"_txlock":       {"immediate"},
		"_journal_mode": {"WAL"},
		"_synchronous":  {synchronous},
		"_pragma":       {fmt.Sprintf("journal_size_limit(%d)", walBytes)},
	})
	if err != nil {
		return nil, err
	}
	readers := poolSize(o.PoolSize, readersPerCore, leastReaders, mostReaders)
	reader, readerPool, err := openSQLitePool(ctx, target.Path, readers, o, url.Values{
		"_query_only": {"1"},
	})
	if err != nil {
		return nil, errors.Join(err, writerPool.Close())
	}
	return &DB{
		Writer:  writer,
		Reader:  reader,
		Dialect: SQLite,
		target:  target,
		// The writer closes last, so that it can fold the WAL into the file.
		pools: []*sql.DB{readerPool, writerPool},
	}, nil
}

func synchronousMode(mode string) (string, error) {
	switch mode {
	case "", "full":
		return "FULL", nil
	case "normal":
		return "NORMAL", nil
	}
	return "", fmt.Errorf("synchronous %q is neither full nor normal", mode)
}

// openSQLitePool opens size connections that share settings. Times are kept as
// whole microseconds since 1970 in columns declared DATETIME: exact, in order,
// and quick to read.
func openSQLitePool(ctx context.Context, path string, size int, o Options, settings url.Values) (*gorm.DB, *sql.DB, error) {
	settings.Add("_pragma", fmt.Sprintf("cache_size(-%d)", cacheKiB))
	settings.Set("_busy_timeout", busyTimeout)
	settings.Set("_foreign_keys", "1")
	settings.Set("_dqs", "0")
	settings.Set("_error_rc", "1")
	settings.Set("_time_integer_format", "unix_micro")
	settings.Set("_inttotime", "1")
	settings.Set("_timezone", "UTC")

	connector, err := sqlite.NewConnector("file:" + (&url.URL{Path: path}).EscapedPath() + "?" + settings.Encode())
	if err != nil {
		return nil, nil, err
	}
	pool := sql.OpenDB(preparing{connector})
	sizePool(pool, size, 0)
	if err := pool.PingContext(ctx); err != nil {
		return nil, nil, errors.Join(err, pool.Close())
	}
	db, err := openGorm(gormsqlite.New(gormsqlite.Config{Conn: pool}), o)
	if err != nil {
		return nil, nil, errors.Join(err, pool.Close())
	}
	return db, pool, nil
}

// createFile makes an empty database that only its owner can read; SQLite gives
// the same mode to the files beside it. A file that exists is not even opened:
// closing it again would drop the locks that this process may hold on it.
func createFile(path string) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	switch {
	case err == nil:
		return file.Close()
	case errors.Is(err, fs.ErrExist):
		return isFile(path)
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("the directory %s does not exist: create it first", filepath.Dir(path))
	}
	return fmt.Errorf("create the file: %w", err)
}

func isFile(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file", path)
	}
	return nil
}
