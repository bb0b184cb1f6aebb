package database

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/gofrs/flock"
)

// Waiting for a lock is done in steps, so that the end of the context is
// noticed between them.
const (
	mysqlLockStep  = 5 // seconds, below readTimeout
	sqliteLockStep = 20 * time.Millisecond
	unlockTimeout  = 5 * time.Second
)

// Lock takes the lock called name (a plain word: it becomes part of a file's
// name), one of all processes that use this database,
// and waits for it until ctx ends. The lock goes with unlock, with the end of
// the process or, on MySQL, with its connection. It is not re-entrant.
//
// On MySQL it is a named lock of the server, held on a connection outside the
// pool; on SQLite a file beside the database, which stays behind.
func (db *DB) Lock(ctx context.Context, name string) (unlock func() error, err error) {
	if db.Dialect == SQLite {
		unlock, err = db.lockFile(ctx, name)
	} else {
		unlock, err = db.lockServer(ctx, name)
	}
	if err != nil {
		return nil, fmt.Errorf("take the database lock %q: %w", name, err)
	}
	return unlock, nil
}

func (db *DB) lockFile(ctx context.Context, name string) (func() error, error) {
	lock := flock.New(db.target.Path+"."+name+".lock", flock.SetPermissions(0o600))
	if _, err := lock.TryLockContext(ctx, sqliteLockStep); err != nil {
		return nil, err
	}
	return func() error {
		if err := lock.Unlock(); err != nil {
			return fmt.Errorf("release the database lock %q: %w", name, err)
		}
		return nil
	}, nil
}

func (db *DB) lockServer(ctx context.Context, name string) (func() error, error) {
	pool := db.connect()
	pool.SetMaxOpenConns(1)
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	key := lockKey(db.target.Name, name)
	if err := waitForServerLock(ctx, conn, key); err != nil {
		return nil, errors.Join(err, conn.Close(), pool.Close())
	}
	return func() error {
		// A cancelled caller still has to give the lock back.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unlockTimeout)
		defer cancel()
		var released sql.NullInt64
		err := conn.QueryRowContext(ctx, "SELECT RELEASE_LOCK(?)", key).Scan(&released)
		if err == nil && released.Int64 != 1 {
			err = errors.New("it was not held any more")
		}
		if err = errors.Join(err, conn.Close(), pool.Close()); err != nil {
			return fmt.Errorf("release the database lock %q: %w", name, err)
		}
		return nil
	}, nil
}

func waitForServerLock(ctx context.Context, conn *sql.Conn, key string) error {
	for {
		var got sql.NullInt64
		if err := conn.QueryRowContext(ctx, "SELECT GET_LOCK(?, ?)", key, mysqlLockStep).Scan(&got); err != nil {
			return err
		}
		switch {
		case !got.Valid:
			return errors.New("the server refused it")
		case got.Int64 == 1:
			return nil
		}
	}
}

// lockKey makes a name that is unique for the schema, since named locks belong
// to the whole server, and within the 64 characters that MySQL allows.
func lockKey(schema, name string) string {
	sum := sha256.Sum256([]byte(schema + "\x00" + name))
	return "latchkey:" + hex.EncodeToString(sum[:16])
}
